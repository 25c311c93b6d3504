"""What tests, calibration and benchmarks share: exams in a temporary folder, trained and graded for real."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from exam import bank
from exam.bank import training
from exam.grading.grade import grade
from exam.result import Result
from exam.workspace import Exam, Workspace

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}"
TESTS = REPOSITORY / "tests"
SOLUTIONS = TESTS / "solutions"
SUPPORT, DEV = TESTS / "support", REPOSITORY / "dev"
MODULES = os.pathsep.join([str(SUPPORT), str(DEV)])
"""Where a process of its own finds the helpers of the tests and the scripts, as an entry of PYTHONPATH."""
REFERENCE, FIRST_ATTEMPT = "solution_model", "first_attempt"
ENDING = "# Do not change the code below: it saves what solution_model() returns."
"""The line of a starter at which its own part ends; what follows is the same in all of them, and only saves."""
LOOK = re.compile(r'^if __name__ == "__main__":  # a file beside.*?\n\n(?=from|import)', re.DOTALL | re.MULTILINE)
"""What a starter looks for before it imports anything: files that hide a package."""
UTF_8 = {"PYTHONIOENCODING": "utf-8"}
"""Environment of a process whose output is read as UTF-8: on Windows, a pipe has the encoding of the system."""
ONE_CORE = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Environment of a training that shares the machine: two of them on one core each end before two on both cores."""


EXAM = Exam(
    "test",
    31,
    "cpu",
    5.0,
    "offline",
    {
        1: "straight_line",
        2: "handwritten_digits",
        3: "rock_paper_scissors",
        4: "satire_headlines",
        5: "household_power",
    },
)
"""A whole exam, for tests of the commands."""


def workspace_without_models(root: Path) -> Workspace:
    """Make a workspace that holds ``EXAM`` and nothing else; the engine is the template's own."""
    made = Workspace(root)
    made.root.mkdir()
    (made.root / "bootstrap.py").touch()
    (made.root / "exam").mkdir()  # marks the folder; the engine on PYTHONPATH is a package and comes first
    made.exam_toml.write_text(EXAM.to_toml(), encoding="utf-8")
    for category in EXAM.questions:
        made.category(category).mkdir()
    return made


@cache
def engine() -> Path:
    """Return a folder with a copy of the engine that keeps its bytecode, which the template must not.

    A command compiles the engine anew where it may keep none, and then takes three times as long.
    """
    folder = tempfile.mkdtemp(prefix="engine-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(TEMPLATE / "exam", Path(folder, "exam"), ignore=shutil.ignore_patterns("__pycache__"))
    return Path(folder)


def environment_for(**environment: str) -> dict[str, str]:
    """Return the environment in which a process finds the template's engine."""
    return {**os.environ, "PYTHONPATH": str(engine()), "PYTHONDONTWRITEBYTECODE": "", **environment}


def environment_of_script(**environment: str) -> dict[str, str]:
    """Return the environment in which a script of ``dev/`` finds the engine and the helpers of the tests."""
    return environment_for(PYTHONPATH=os.pathsep.join([str(engine()), MODULES]), **environment)


def run_exam(workspace: Workspace, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m exam`` in a workspace, with nothing to read from its input."""
    return subprocess.run(
        [sys.executable, "-m", "exam", *arguments],
        cwd=workspace.root,
        env=environment_for(**{**UTF_8, **environment}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        check=False,
    )


def as_child(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program as the grader starts its own: it lives as long as somebody holds its standard input open."""
    theirs, ours = os.pipe()
    with open(theirs, "rb") as stdin, open(ours, "wb"):
        return subprocess.run(
            [sys.executable, "-c", program], env=environment_for(), stdin=stdin, capture_output=True, text=True
        )


def exam_of(question_id: str, seed: int) -> Exam:
    """Return an exam of one question."""
    category = bank.load(question_id).category
    return Exam("test", seed, "cpu", 5.0, "offline", {category: question_id})


def prepare(workspace: Workspace, exam: Exam, only: list[int] | None = None) -> None:
    """Put the starters and the training data of an exam into place."""
    for category, question_id in exam.questions.items():
        if only is None or category in only:
            workspace.category(category).mkdir(parents=True, exist_ok=True)
            for name in ("starter.py", "README.md"):
                shutil.copyfile(bank.find()[question_id] / name, workspace.category(category) / name)
            training.make(workspace.category(category), question_id, exam.seed)


def train(
    category: Path, question_id: str, function: str, python: str = sys.executable, **environment: str
) -> dict[str, float]:
    """Train one attempt in a process of its own; return its wall and CPU seconds."""
    run = subprocess.run(
        [python, str(SUPPORT / "train.py"), str(category), question_id, function],
        cwd=category,
        env={**os.environ, **UTF_8, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    seconds: dict[str, float] = json.loads(run.stdout.strip().splitlines()[-1])
    return seconds


def train_and_grade(
    folder: Path, question_id: str, seed: int, function: str, **environment: str
) -> tuple[Result, dict[str, float]]:
    """Prepare, train and grade one attempt at one question in ``folder``."""
    exam, workspace = exam_of(question_id, seed), Workspace(folder)
    prepare(workspace, exam)
    category = next(iter(exam.questions))
    seconds = train(workspace.category(category), question_id, function, **environment)
    return grade(workspace, exam, [category])[0], seconds


def unpacked(revision: str, folder: Path) -> Path:
    """Return the repository as it was at a revision, unpacked into a folder below ``folder``."""
    archive, target = folder / "repository.tar", folder / "repository"
    subprocess.run(["git", "archive", "-o", str(archive), revision], cwd=REPOSITORY, check=True)
    shutil.unpack_archive(archive, target, filter="data")
    return target

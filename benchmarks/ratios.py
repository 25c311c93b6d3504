"""Print the ratios that the template promises, all measured in one run, command against command in turn.

    .venv-dev/bin/python benchmarks/ratios.py [--rounds 5] [--workspace FOLDER]

Without ``--workspace`` a workspace is generated, its environment installed, and a first attempt at each question
trained. Only ratios travel between machines; the seconds are printed to show how noisy this one was.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = ("tests", "tests/support", "dev", "{{cookiecutter.project_slug}}")
sys.path[:0] = [str(REPOSITORY / folder) for folder in FOLDERS]

import harness  # noqa: E402
from conftest import load_module  # noqa: E402

from exam import bank  # noqa: E402
from exam.bank import hidden  # noqa: E402
from exam.workspace import Exam, Workspace  # noqa: E402

Timed = Callable[[], object]


def seconds(action: Timed) -> float:
    """Return the wall seconds of one call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def alternate(rounds: int, first: Timed, second: Timed) -> tuple[float, float, float]:
    """Return both medians and the median of the ratios first/second of ``rounds`` pairs, after one warm-up pair."""
    pairs = [(seconds(first), seconds(second)) for _ in range(rounds + 1)][1:]
    ratio = statistics.median(a / b for a, b in pairs)
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs), ratio


def show(what: str, measured: str, limit: str, kept: bool) -> None:
    """Print one row."""
    print(f"| {what} | {measured} | {limit} | {'yes' if kept else 'NO'} |", flush=True)


def compare(what: str, rounds: int, first: Timed, second: Timed, limit: float) -> None:
    """Measure and print a row whose promise is a ratio."""
    a, b, ratio = alternate(rounds, first, second)
    show(what, f"{ratio:.2f} ({a:.2f} s / {b:.2f} s)", f"{limit:g} x", ratio <= limit)


def run(command: list[str], cwd: Path, **environment: str) -> None:
    """Run a command silently; a model that is missing or weak is no failure here, a crash is."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), f"{command}: {done.stderr[-2000:]}"


def generate(template: Path, folder: Path, environment: str) -> None:
    """Generate a workspace, or the empty template, under ``folder``."""
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "-o", str(folder)]
    run([*command, "exam_seed=31"] if template == REPOSITORY else command, folder, EXAM_ENVIRONMENT=environment)


def empty_template(folder: Path) -> Path:
    """Make a template of one empty file."""
    inner = folder / "empty" / "{{cookiecutter.name}}"
    inner.mkdir(parents=True)
    (inner / "file.txt").touch()
    (folder / "empty" / "cookiecutter.json").write_text(json.dumps({"name": "made"}))
    return folder / "empty"


def generation(rounds: int, scratch: Path) -> None:
    """Generation with the environment step off, against an empty template."""
    empty = empty_template(scratch)

    def into_a_new_folder(template: Path) -> Timed:
        def action() -> None:
            generate(template, Path(tempfile.mkdtemp(dir=scratch)), "skip")

        return action

    ours, theirs = into_a_new_folder(REPOSITORY), into_a_new_folder(empty)
    compare("generation, no environment / empty template", rounds, ours, theirs, 1.5)


def environment(scratch: Path) -> Path:
    """The environment step against the same lock installed by hand; return the workspace."""
    by_hand = scratch / "by-hand"
    inside = by_hand / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lock = str(harness.TEMPLATE / "requirements.txt")
    bootstrap = load_module(harness.TEMPLATE / "bootstrap.py")
    workspace = scratch / "my_tensorflow_exam"
    generate(REPOSITORY, scratch, "skip")

    def install_by_hand() -> None:
        run([sys.executable, "-m", "venv", str(by_hand)], scratch)
        # The bootstrap's own choice between uv and pip: it depends on this machine's settings.
        run([*bootstrap.installer(str(inside)), "--require-hashes", "-r", lock], scratch)

    hand = seconds(install_by_hand)
    ours = seconds(lambda: run([sys.executable, "bootstrap.py"], workspace))
    python = str(Workspace(workspace).venv_python)
    proof = seconds(lambda: run([python, "-m", "exam", "verify"], workspace))
    data = seconds(lambda: run([python, "-m", "exam", "data", "--again"], workspace))
    ratio = (ours - proof - data) / hand
    show(
        "environment step, less verification and data / same lock by hand",
        f"{ratio:.2f} ({ours:.1f} s - {proof:.1f} s - {data:.1f} s / {hand:.1f} s)",
        "1.15 x",
        ratio <= 1.15,
    )
    return workspace


def train(workspace: Workspace, exam: Exam) -> None:
    """Train a first attempt where a model is missing: grading takes as long whatever the score."""
    for category, question in exam.questions.items():
        if not workspace.model(category).exists():
            harness.train(workspace.category(category), question, harness.FIRST_ATTEMPT, str(workspace.venv_python))


def commands(rounds: int, workspace: Workspace, python: str) -> None:
    """The commands that must answer at once, against importing TensorFlow."""
    importing = [python, "-c", "import tensorflow"]
    for arguments in (["--help"], ["status"], ["check", "3"]):
        ours, theirs, ratio = alternate(
            rounds,
            lambda arguments=arguments: run([python, "-m", "exam", *arguments], workspace.root),  # type: ignore[misc]
            lambda: run(importing, workspace.root),
        )
        show(
            f"`exam {' '.join(arguments)}` / import tensorflow",
            f"{ratio:.3f} ({ours:.2f} s / {theirs:.2f} s)",
            "0.125 x and 0.5 s",
            ratio <= 1 / 8 and ours <= 0.5,
        )


def grading(rounds: int, workspace: Workspace, exam: Exam, python: str) -> None:
    """``grade`` of one, of all, and of an unchanged file, against the bare script."""

    def bare(categories: list[int]) -> Timed:
        arguments = []
        for category in categories:
            question = bank.load(exam.questions[category])
            sample = hidden.ensure(question, exam.seed)
            arguments += [str(workspace.model(category)), str(sample), str(question.input_scale)]
        return lambda: run([python, str(Path(__file__).with_name("bare.py")), *arguments], workspace.root)

    def grade(*arguments: str) -> Timed:
        def action() -> None:
            shutil.rmtree(workspace.cache, ignore_errors=True)
            run([python, "-m", "exam", "grade", *arguments], workspace.root)

        return action

    for category in sorted(exam.questions):
        compare(f"`grade {category}` / bare script", rounds, grade(str(category)), bare([category]), 1.2)
    compare("`grade --all` / bare script doing all five", rounds, grade("--all"), bare(sorted(exam.questions)), 0.95)
    run([python, "-m", "exam", "grade", "3"], workspace.root)
    again = [seconds(lambda: run([python, "-m", "exam", "grade", "3"], workspace.root)) for _ in range(rounds)]
    cached = statistics.median(again)
    show("`grade 3` of an unchanged model", f"{cached:.2f} s", "0.5 s", cached <= 0.5)


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workspace", type=Path, help="a verified workspace; skips the environment row")
    arguments = parser.parse_args()
    print("| what | median of the ratios (medians in seconds) | at most | kept |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        generation(arguments.rounds, scratch)
        root = (arguments.workspace or environment(scratch)).resolve()
        workspace = Workspace(root)
        exam, python = Exam.read(workspace.exam_toml), str(workspace.venv_python)
        train(workspace, exam)
        commands(arguments.rounds, workspace, python)
        grading(arguments.rounds, workspace, exam, python)


if __name__ == "__main__":
    main()

"""Prove the packages of an Intel Mac on Linux: a workspace is verified, every reference is trained and graded.

    python3 make.py intel [--folder FOLDER] [--python COMMAND] [--both] [QUESTION ...]

An Intel Mac has versions of its own in the lock, among them the last TensorFlow that was built for it. Here they are
installed on Linux with this Python, or another that is named: the same versions, as wheels, with the hashes of the
lock, and nothing else. One package has another name: ``tensorflow-cpu`` of the same version stands for ``tensorflow``,
which on Linux is built for CUDA. The lock has no hash of it; all others have theirs.

With these packages a generated workspace is verified, the references of all questions that need no network are trained
and graded, each in a workspace, by the commands of a learner. Then the same files are graded in workspaces of the
current packages, which make data and hidden sets anew. ``--both`` also trains with the current packages and grades
that with both. The status is 1 when a model gets other points, when nothing is scored, or when the proof fails.

What this does not show: that the files for macOS themselves work there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import same
from packaging.requirements import Requirement
from questions import OFFLINE

import bootstrap
from exam import bank
from exam.workspace import Exam, Workspace

LOCK = harness.TEMPLATE / "requirements.txt"
INTEL_MAC = {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "x86_64", "os_name": "posix"}
VERSIONS = ("3.11", "3.12")
"""The Pythons that TensorFlow has files for on an Intel Mac."""
STAND_IN = {"tensorflow": "tensorflow-cpu"}
SEED = same.SEED
MOST = 5


class Failed(Exception):
    """A step failed; the text says which, and what was printed."""


@dataclass(frozen=True)
class Side:
    """An interpreter with its packages.

    Attributes:
        name: as the table calls it.
        python: the interpreter.
        cache: where it keeps its hidden sets.
    """

    name: str
    python: str
    cache: Path

    def run(self, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m exam`` in a workspace, as a learner does; nothing but the workspace lends it an engine."""
        environment = {**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "", "EXAM_CACHE": str(self.cache)}
        return subprocess.run(
            [self.python, "-m", "exam", *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )


@dataclass(frozen=True)
class Row:
    """One model and what both sides give it.

    Attributes:
        question: its id.
        trained: name of the side that trained it.
        results: name of a side -> the result that ``grade --json`` tells.
    """

    question: str
    trained: str
    results: dict[str, dict[str, Any]]

    def is_alike(self) -> bool:
        """Return whether both sides score the model, and give it the same points."""
        told = {(result["status"], result["points"]) for result in self.results.values()}
        return len(told) == 1 and told.pop()[0] == "scored"

    def is_whole(self) -> bool:
        """Return whether both sides give it all points."""
        return all(result["points"] == MOST for result in self.results.values())

    def text(self) -> str:
        """Return its line of the table."""
        return "".join([
            f"{self.question:<20} {self.trained:<8}",
            *(f" {_points(result):>11}" for result in self.results.values()),
            *(f" {_value(result):>12}" for result in self.results.values()),
            "" if self.is_alike() else "   OTHER POINTS",
        ])

    def codes(self) -> str:
        """Return the findings, where there are any; a reference should have none."""
        found = {name: [told["code"] for told in result["findings"]] for name, result in self.results.items()}
        return f"{self.question}, trained with {self.trained}: {found}" if any(found.values()) else ""


def _points(result: dict[str, Any]) -> str:
    return f"{result['points']} of {MOST}" if result["status"] == "scored" else str(result["status"])


def _value(result: dict[str, Any]) -> str:
    return "-" if result["value"] is None else f"{result['value']:.6g}"


# --- The packages ----------------------------------------------------------------------------------------------------


def pins(lock: str, version: str) -> Iterator[str]:
    """Yield what an Intel Mac gets from a lock, each with its hashes; for a full version of Python, as 3.12.1."""
    machine = {**INTEL_MAC, "python_version": bootstrap.minor(version), "python_full_version": version}
    for line in lock.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            text, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate(machine):
                name = STAND_IN.get(wanted.name, wanted.name)
                yield " ".join([f"{name}{wanted.specifier}", *(hashes if name == wanted.name else [])])


def installed(folder: Path, python: str, version: str) -> str:
    """Return the interpreter of an environment with these packages; one that is there already is kept."""
    venv, wanted = folder / "venv", list(pins(LOCK.read_text(encoding="utf-8"), version))
    inside, stamp = bootstrap.venv_python(venv), venv / "pins.txt"
    text = "\n".join([f"# Python {version}", *wanted, ""])
    if stamp.exists() and stamp.read_text(encoding="utf-8") == text:
        return str(inside)
    _step([python, "-m", "venv", "--clear", str(venv)])
    for name, lines in (("hashed", [line for line in wanted if "--hash=" in line]),
                        ("stand-ins", [line for line in wanted if "--hash=" not in line])):
        file = folder / f"{name}.txt"
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")
        checked = ["--require-hashes"] if name == "hashed" else []
        options = ["--no-deps", "--only-binary", ":all:", *checked, "--python", str(inside), "-r", str(file)]
        _step([sys.executable, "-m", "uv", "pip", "install", *options])
    stamp.write_text(text, encoding="utf-8")
    return str(inside)


def _step(command: Sequence[str], **environment: str) -> str:
    """Run a command and return what it prints.

    Raises:
        Failed: it ended otherwise than with 0.
    """
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"[-3000:])
    return done.stdout


# --- Workspaces ------------------------------------------------------------------------------------------------------


def generated(folder: Path) -> Path:
    """Return a workspace that the template's own command makes below ``folder``, without an environment."""
    answers = ["--no-input", "--default-config", "--output-dir", str(folder), f"exam_seed={SEED}"]
    command = [sys.executable, "-m", "cookiecutter", str(harness.REPOSITORY), *answers]
    _step(command, EXAM_ENVIRONMENT="skip", PYTHONPATH="")
    return folder / "my_tensorflow_exam"


def exams(questions: Sequence[str]) -> list[tuple[Exam, list[int]]]:
    """Return exams that hold all these questions, each with the categories in which it has one of them."""
    by_category: dict[int, list[str]] = defaultdict(list)
    for question in questions:
        by_category[bank.load(question).category].append(question)
    found = []
    for number in range(max(map(len, by_category.values()))):
        wanted = {category: names[number] for category, names in by_category.items() if number < len(names)}
        exam = Exam("Intel Mac", SEED, "cpu", 5.0, "offline", {**harness.EXAM.questions, **wanted})
        found.append((exam, sorted(wanted)))
    return found


def prepared(root: Path, template: Path, exam: Exam, side: Side) -> Workspace:
    """Return a new workspace with an exam, whose data a side has made."""
    workspace = Workspace(root)
    shutil.copytree(template, root)
    workspace.exam_toml.write_text(exam.to_toml(), encoding="utf-8")
    for category, question in exam.questions.items():
        shutil.rmtree(workspace.category(category))
        workspace.category(category).mkdir()
        for name in ("starter.py", "README.md"):
            shutil.copyfile(bank.find()[question] / name, workspace.category(category) / name)
    made = side.run(root, "data")
    if made.returncode:
        raise Failed(f"The data could not be made with {side.name}:\n{made.stdout}{made.stderr}")
    return workspace


def train(workspace: Workspace, exam: Exam, categories: Sequence[int], side: Side) -> None:
    """Train the references of an exam with one side, two at a time."""

    def one(category: int) -> None:
        question, started = exam.questions[category], time.monotonic()
        place = workspace.category(category)
        try:
            harness.train(place, question, harness.REFERENCE, side.python, **harness.ONE_CORE, PYTHONPATH="")
        except AssertionError as error:
            raise Failed(f"{question} could not be trained with {side.name}:\n{error}") from None
        print(f"  {question}: trained with {side.name} in {time.monotonic() - started:.0f} s", flush=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, categories))


def graded(workspace: Workspace, categories: Sequence[int], side: Side) -> dict[int, dict[str, Any]]:
    """Return category -> what ``grade --json`` tells."""
    run = side.run(workspace.root, "grade", *map(str, categories), "--json")
    try:
        results = json.loads(run.stdout)
    except ValueError:
        raise Failed(f"Grading with {side.name} ended with {run.returncode}:\n{run.stdout}{run.stderr}") from None
    return {result["category"]: result for result in results}


def tried(folder: Path, template: Path, number: int, trainer: Side, sides: Sequence[Side],
          exam: Exam, categories: Sequence[int]) -> list[Row]:
    """Return what the references of one exam get, trained with one side and graded with all, in workspaces of each."""
    places = {side.name: prepared(folder / f"{number}-{trainer.name}-{side.name}", template, exam, side)
              for side in sides}
    train(places[trainer.name], exam, categories, trainer)
    results = {}
    for side in sides:
        for category in categories if side != trainer else ():
            shutil.copyfile(places[trainer.name].model(category), places[side.name].model(category))
        results[side.name] = graded(places[side.name], categories, side)
    return [Row(exam.questions[category], trainer.name, {name: results[name][category] for name in results})
            for category in categories]


# --- All of it -------------------------------------------------------------------------------------------------------


def prove(folder: Path, options: argparse.Namespace) -> list[Row]:
    """Install, verify, train and grade.

    Raises:
        Failed: one of the steps did.
    """
    python = bootstrap.probe([options.python])
    if python is None or bootstrap.minor(python.version) not in VERSIONS:
        raise Failed(f"{options.python} is no Python {' or '.join(VERSIONS)}: name one with --python.")
    started = time.monotonic()
    sides = [
        Side("pins", installed(folder, python.path, python.version), folder / "cache-pins"),
        Side("current", sys.executable, folder / "cache-current"),
    ]
    seconds = time.monotonic() - started
    print(f"Packages of an Intel Mac with Python {python.version}: there after {seconds:.0f} s", flush=True)
    work = Path(tempfile.mkdtemp(prefix="work-", dir=folder))
    template = generated(work)
    for side in sides:
        verified = side.run(template, "verify")
        print(f"{side.name}: {verified.stdout}{verified.stderr}".strip(), flush=True)
        if verified.returncode:
            raise Failed(f"verify ended with {verified.returncode}.")
    shutil.rmtree(template / ".exam" / "cache", ignore_errors=True)
    rows = []
    for number, (exam, categories) in enumerate(exams(options.questions or OFFLINE), 1):
        for trainer in sides if options.both else sides[:1]:
            rows += tried(work, template, number, trainer, sides, exam, categories)
            print(*(f"  {row.text()}" for row in rows[-len(categories):]), sep="\n", flush=True)
    shutil.rmtree(work)
    return rows


def show(rows: Sequence[Row]) -> int:
    """Print the table and what it comes to; return the exit status."""
    names = list(rows[0].results)
    heads = [*(f" {name:>11}" for name in names), *(f" {'value':>12}" for _ in names)]
    print(f"\n{'question':<20} {'trained':<8}{''.join(heads)}")
    print(*(row.text() for row in rows), *filter(None, (row.codes() for row in rows)), sep="\n")
    other, fewer = sum(not row.is_alike() for row in rows), sum(not row.is_whole() for row in rows)
    print(f"{len(rows)} references, {other} with other points, {fewer} with fewer than {MOST}")
    return int(other > 0)


def main(arguments: Sequence[str]) -> int:
    """Go through all of it; 1 when something differs or fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help="default: all that need no network")
    parser.add_argument("--folder", type=Path, help="keeps the packages for the next time; default: a temporary one")
    parser.add_argument("--python", default=sys.executable, help="the Python to install for; default: this one")
    parser.add_argument("--both", action="store_true", help="train with the current packages too")
    options = parser.parse_args(arguments)
    unknown = set(options.questions) - set(OFFLINE)
    if unknown:
        parser.error(f"no question that needs no network: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = (options.folder or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return show(prove(folder, options))
        except Failed as error:
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

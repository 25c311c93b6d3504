"""Compare what two versions of the engine say of the same models: every score, finding, interval and word.

    python3 make.py same [--before REVISION] [--questions QUESTION ...] [--without-words] [--folder .log/models]

trains the reference and the first attempt of every question that needs no network, on one seed, or takes those that
lie in the folder from an earlier run. It grades them with the engine of a revision, by default HEAD~1, and with the one
that is here, on the exam's hidden data and on fresh samples. Grading is repeatable, so nothing may differ.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import harness
from questions import OFFLINE

from exam import bank
from exam.workspace import Workspace, replacing

SEED = 31
FOLDER = harness.REPOSITORY / ".log" / "models"
ATTEMPTS = (harness.REFERENCE, harness.FIRST_ATTEMPT)
WORDS = ("title", "metric", "message", "next_step", "verdict", "notes")
"""Entries that are sentences or names, which may be written better without another meaning."""


def trained(question: str, attempt: str, folder: Path = FOLDER) -> Path:
    """Return the model that an attempt at a question saves, trained once for all commands.

    The file's name changes with the question's code and with that of the attempt.
    """
    sources = [*sorted(bank.find()[question].glob("*.py")), harness.SOLUTIONS / f"{question}.py"]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    path = folder / f"{question}-{attempt}-{SEED}-{digest}.h5"
    if not path.exists():
        with tempfile.TemporaryDirectory() as name:
            workspace, exam = Workspace(Path(name) / "exam"), harness.exam_of(question, SEED)
            harness.prepare(workspace, exam)
            (category,) = exam.questions
            harness.train(workspace.category(category), question, attempt)
            with replacing(path) as partial:
                shutil.copyfile(workspace.model(category), partial)
    return path


def said_by(engine: Path, models: dict[str, Path]) -> dict[str, Any]:
    """Return what the engine of another folder says, asked in a process of its own."""
    run = subprocess.run(
        [sys.executable, str(harness.DEV / "say.py"), json.dumps({key: str(models[key]) for key in models}), str(SEED)],
        env=harness.environment_for(PYTHONPATH=str(engine)),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(run.stderr)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def without_words(said: Any) -> Any:
    """Return what was said without its sentences: numbers, codes and their order."""
    if isinstance(said, dict):
        return {entry: without_words(value) for entry, value in said.items() if entry not in WORDS}
    return [without_words(value) for value in said] if isinstance(said, list) else said


def main() -> int:
    """Compare; 1 if something differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", default="HEAD~1")
    parser.add_argument("--questions", nargs="*", default=OFFLINE)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--without-words", action="store_true", help="compare numbers and codes, not sentences")
    asked = parser.parse_args()
    wanted = [(question, attempt) for question in asked.questions for attempt in ATTEMPTS]
    models = {f"{question} {attempt}": trained(question, attempt, asked.folder) for question, attempt in wanted}
    with tempfile.TemporaryDirectory() as name:
        before = said_by(harness.unpacked(asked.before, Path(name)) / harness.TEMPLATE.name, models)
    after = said_by(harness.TEMPLATE, models)
    if asked.without_words:
        before, after = without_words(before), without_words(after)
    different = [key for key in models if before[key] != after[key]]
    for key in different:
        print(key, *(f"\n  {entry}: {before[key][entry]!r} -> {after[key][entry]!r}" for entry in after[key]
                     if before[key][entry] != after[key][entry]))
    print(f"{len(models)} models, {len(different)} of which are graded or explained otherwise than at {asked.before}")
    return int(bool(different))


if __name__ == "__main__":
    raise SystemExit(main())

"""Compare what two versions of the engine say of the same models: every score, finding and word.

    python3 make.py same [--before REVISION] [--questions QUESTION ...] [--folder .log/models]

trains the reference and the first attempt of every question that needs no network, on one seed, or takes those that
lie in the folder from an earlier run. It grades them with the engine of a revision, by default HEAD~1, and with the one
that is here. Grading is repeatable, so nothing may differ.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import harness

from exam import bank
from exam.bank import public
from exam.grading.grade import grade, new_runner
from exam.workspace import Workspace

SEED = 31
FOLDER = harness.HERE.parent / ".log" / "models"
ATTEMPTS = (harness.REFERENCE, harness.FIRST_ATTEMPT)
BY_CHANCE = ("overfitting", "underfitting")
"""Findings that tell of training samples, which were drawn anew in each grading before version 0.7."""
CHANGING = ("seconds", "versions", "cached")
"""Entries of a result that say when and with what it was graded, not what of."""


def offline() -> list[str]:
    """Return the questions that need no network."""
    return [question for question, folder in sorted(bank.find().items()) if not public.downloads(folder)]


def trained(question: str, attempt: str, folder: Path = FOLDER) -> Path:
    """Return the model that an attempt at a question saves, trained once for all commands.

    The file's name changes with the question's code and with that of the attempt.
    """
    sources = [*sorted(bank.find()[question].glob("*.py")), harness.SOLUTIONS / f"{question}.py"]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    path = folder / f"{question}-{attempt}-{SEED}-{digest}.h5"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as name:
            workspace, exam = Workspace(Path(name) / "exam"), harness.exam_of(question, SEED)
            harness.prepare(workspace, exam)
            (category,) = exam.questions
            harness.train(workspace.category(category), question, attempt)
            partial = path.with_suffix(".partial")
            shutil.copyfile(workspace.model(category), partial)
            os.replace(partial, path)
    return path


def said(models: dict[str, Path]) -> dict[str, Any]:
    """Return "question attempt" -> what this process's engine says of a model."""
    results = {}
    with tempfile.TemporaryDirectory() as name:
        for key, path in models.items():
            question = key.split()[0]
            workspace, exam = Workspace(Path(name) / key), harness.exam_of(question, SEED)
            harness.prepare(workspace, exam)
            (category,) = exam.questions
            shutil.copyfile(path, workspace.model(category))
            with new_runner(workspace, exam) as runner:
                (result,) = grade(workspace, exam, [category], runner=runner)
            data = result.to_dict()
            for found in data["findings"]:
                if found["code"] in BY_CHANCE:
                    found["message"] = re.sub(r"[\d.]+", "N", found["message"])
            results[key] = {entry: data[entry] for entry in data if entry not in CHANGING}
            shutil.rmtree(workspace.root)
    return results


def said_by(engine: Path, models: dict[str, Path]) -> dict[str, Any]:
    """Return what the engine of another folder says, asked in a process of its own."""
    run = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--say", json.dumps({key: str(models[key]) for key in models})],
        env=harness.environment_for(PYTHONPATH=os.pathsep.join([str(engine), str(harness.HERE)])),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(run.stderr)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def unpacked(revision: str, folder: Path) -> Path:
    """Return the engine of a revision, unpacked below ``folder``."""
    archive = folder / "engine.tar"
    repository = harness.HERE.parent
    subprocess.run(["git", "archive", "-o", str(archive), revision, harness.TEMPLATE.name], cwd=repository, check=True)
    shutil.unpack_archive(archive, folder, filter="data")
    return folder / harness.TEMPLATE.name


def main() -> int:
    """Compare; 1 if something differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", default="HEAD~1")
    parser.add_argument("--questions", nargs="*", default=offline())
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--say", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.say:
        print(json.dumps(said({key: Path(path) for key, path in json.loads(asked.say).items()})))
        return 0
    wanted = [(question, attempt) for question in asked.questions for attempt in ATTEMPTS]
    models = {f"{question} {attempt}": trained(question, attempt, asked.folder) for question, attempt in wanted}
    with tempfile.TemporaryDirectory() as name:
        before = said_by(unpacked(asked.before, Path(name)), models)
    after = said_by(harness.TEMPLATE, models)
    different = [key for key in models if before[key] != after[key]]
    for key in different:
        print(key, *(f"\n  {entry}: {before[key][entry]!r} -> {after[key][entry]!r}" for entry in after[key]
                     if before[key][entry] != after[key][entry]))
    print(f"{len(models)} models, {len(different)} of which are graded or explained otherwise than at {asked.before}")
    return int(bool(different))


if __name__ == "__main__":
    raise SystemExit(main())

"""What the engine on PYTHONPATH says of models, as one line of JSON: ``same.py`` asks two engines.

    python say.py '{"straight_line reference": "model.h5", ...}' SEED

Uses nothing but names that engines of earlier versions have too.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from exam import bank
from exam.bank import training
from exam.grading import fresh
from exam.grading.grade import grade, new_runner
from exam.workspace import Exam, Workspace

CHANGING = ("seconds", "versions", "cached")
"""Entries of a result that say when and with what it was graded, not what of."""


def say(question_id: str, model: Path, seed: int, folder: Path) -> dict[str, Any]:
    """Return the result of one grading, and what fresh samples and the interval say of it."""
    category = bank.load(question_id).category
    workspace, exam = Workspace(folder), Exam("same", seed, "cpu", 5.0, "offline", {category: question_id})
    workspace.category(category).mkdir(parents=True)
    training.make(workspace.category(category), question_id, seed)
    shutil.copyfile(model, workspace.model(category))
    with new_runner(workspace, exam) as runner:
        (result,) = grade(workspace, exam, [category], runner=runner)
    data = {entry: value for entry, value in result.to_dict().items() if entry not in CHANGING}
    return {**data, "fresh": [luck.to_dict() for luck in fresh.examine(workspace, exam, [result])]}


def main() -> None:
    """Print what the engine says of all models."""
    models, seed = json.loads(sys.argv[1]), int(sys.argv[2])
    said = {}
    for key, path in models.items():
        with tempfile.TemporaryDirectory() as folder:
            said[key] = say(key.split()[0], Path(path), seed, Path(folder))
    print(json.dumps(said))


if __name__ == "__main__":
    main()

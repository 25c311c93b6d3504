"""The question bank: one folder per question, found by looking, never registered."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

from exam.bank.question import HiddenSet, Question

__all__ = ["BANK", "HiddenSet", "Question", "find", "load", "problem"]

BANK = Path(__file__).parent


def find(bank: Path = BANK) -> dict[str, Path]:
    """Return question id -> folder for every question of ``bank``, sorted by category and id."""
    return {path.parent.name: path.parent for path in sorted(bank.glob("category[1-5]/*/question.py"))}


def problem(questions: Mapping[int, str]) -> str | None:
    """Return why an exam of these questions (category -> id) cannot be held, and what to type; None when it can."""
    folders = find()
    for category, question in sorted(questions.items()):
        if question not in folders:
            return f"exam.toml names {question!r}, but the bank has no such question. Run: python -m exam draw"
        if folders[question].parent.name != f"category{category}":
            return (
                f"exam.toml names {question!r} for category {category}, but that question belongs to another category. "
                "Correct exam.toml, or draw a new exam: python -m exam draw"
            )
    return None


def load(question_id: str, bank: Path = BANK) -> Question:
    """Import ``question.py`` of one question and return its ``QUESTION``.

    Raises:
        LookupError: no folder of the bank has that name.
        ValueError: the folder declares another id or category than its place says.
    """
    folder = find(bank).get(question_id)
    if folder is None:
        raise LookupError(f"The bank has no question {question_id!r}.")
    name = f"exam.bank.{folder.parent.name}.{folder.name}.question"
    spec = importlib.util.spec_from_file_location(name, folder / "question.py")
    assert spec is not None and spec.loader is not None, folder
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses defined there look their module up
    spec.loader.exec_module(module)
    question: Question = module.QUESTION
    place = (folder.name, folder.parent.name)
    if (question.id, f"category{question.category}") != place:
        raise ValueError(f"{folder} declares question {question.id!r} of category {question.category}.")
    return question

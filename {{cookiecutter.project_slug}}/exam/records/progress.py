"""The bank as a learner sees it: every question with what this workspace has made of it so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from exam import bank
from exam.bank import public
from exam.bank.question import LEVELS, Question
from exam.records import tally
from exam.records.tally import Tally
from exam.workspace import CATEGORIES, Exam, ExamTomlError, Workspace


@dataclass(frozen=True)
class Entry:
    """One question of the bank and its history in a workspace.

    Attributes:
        question: the declaration.
        is_public: whether its data is downloaded.
        is_drawn: whether the present exam has it.
        attempts: how often a model was graded for it, over all exams of the workspace.
        best: the most points of these attempts; None without one.
    """

    question: Question
    is_public: bool
    is_drawn: bool
    attempts: int
    best: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return what ``exam bank --json`` prints."""
        question = self.question
        return {
            "category": question.category,
            "question": question.id,
            "title": question.title,
            "task": question.task,
            "skills": list(question.skills),
            "difficulty": LEVELS[question.difficulty],
            "train_seconds": question.train_seconds,
            "data_source": "public" if self.is_public else "offline",
            "drawn": self.is_drawn,
            "attempts": self.attempts,
            "best": self.best,
        }


def entries(
    workspace: Workspace, categories: Collection[int] = CATEGORIES, exams: Iterable[Tally] | None = None
) -> list[Entry]:
    """Return the questions of some categories, in the order of the bank, offline ones first in each category.

    Args:
        workspace: whose exams they were in.
        categories: 1 to 5.
        exams: what the attempts at each exam come to; by default they are counted.

    Raises:
        OSError: the attempts at the present exam cannot be read.
    """
    tallies = list(tally.read_all(workspace) if exams is None else exams)
    question_ids = _exam_questions(workspace)
    rows = []
    for question_id, folder in bank.find().items():
        question = bank.load(question_id)
        if question.category in categories:
            records = [exam.questions[question_id] for exam in tallies if question_id in exam.questions]
            attempts, best = sum(one.attempts for one in records), max((one.best for one in records), default=None)
            is_public = (folder / public.DOWNLOADS).exists()
            rows.append(Entry(question, is_public, question_id in question_ids, attempts, best))
    return sorted(rows, key=lambda entry: (entry.question.category, entry.is_public))


def _exam_questions(workspace: Workspace) -> set[str]:
    try:
        return set(Exam.read(workspace.exam_toml).questions.values())
    except ExamTomlError:
        return set()

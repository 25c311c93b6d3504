"""The requirements on a model, one by one, for PyCharm's test tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exam.grading.result import Result
from exam.submission import submit
from exam.workspace import CATEGORIES, Exam, Workspace


WORSE = {"nan-output", "constant-output", "below-baseline"}
"""Findings of models that have learned nothing yet."""


@dataclass(frozen=True)
class Requirement:
    """One line of the test tree.

    Attributes:
        label: the line.
        problem: why a result does not meet it, as one text for the learner, or None.
        needs_score: whether it can be judged only for a model that was scored.
    """

    label: str
    problem: Callable[[Result], str | None]
    needs_score: bool = True


def grade_submitted() -> dict[int, Result]:
    """Grade every category that has a model, keep the attempts, and return category -> result."""
    workspace = Workspace.find()
    categories = [category for category in CATEGORIES if workspace.model(category).exists()]
    results = submit(workspace, Exam.read(workspace.exam_toml), categories)
    return {result.category: result for result in results}


def _gradable(result: Result) -> str | None:
    if result.status == "grader fault":
        return "The grader failed, not your model. Details are in .exam/log/faults.log."
    return None if result.status == "scored" else _reasons(result)


def _beats_the_baseline(result: Result) -> str | None:
    return _reasons(result) if WORSE & {found.code for found in result.findings} else None


def _earns(points: int) -> Callable[[Result], str | None]:
    def problem(result: Result) -> str | None:
        return None if (result.points or 0) >= points else _reasons(result)

    return problem


def _reasons(result: Result) -> str:
    """Return the findings as text: what was seen and expected, and what to try."""
    return "\n".join(f"{found.message}\n-> {found.next_step}" for found in result.findings)


REQUIREMENTS = (
    Requirement("can be graded", _gradable, needs_score=False),
    Requirement("is better than the naive baseline", _beats_the_baseline),
    Requirement("earns 3 of 5 points", _earns(3)),
    Requirement("earns 5 of 5 points", _earns(5)),
)

"""Where an exam stands: what counts in each category, the sum, and what to do next. Pure functions of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exam.attempts import Attempt
from exam.grading.result import PASS_MARK, WEIGHTS
from exam.session import Session
from exam.workspace import CATEGORIES


@dataclass(frozen=True)
class CategoryStanding:
    """One category of an exam.

    Attributes:
        category: 1 to 5.
        title: of its question.
        attempts: those that count, the oldest first: of the exam when it has a clock, else all; never those that
            found no file to grade.
        is_ungraded: whether a ``mymodel.h5`` lies there that was not graded yet.
        seconds: of the exam's clock, up to each attempt since the one before it, at whichever category; None in
            practice, and before a first attempt.
    """

    category: int
    title: str
    attempts: tuple[Attempt, ...]
    is_ungraded: bool
    seconds: float | None

    @property
    def latest(self) -> Attempt | None:
        """Return the attempt that counts: as in the exam, the last model that was submitted and tested."""
        return self.attempts[-1] if self.attempts else None

    @property
    def best(self) -> Attempt | None:
        """Return the attempt with the most points, the latest of several."""
        return max(reversed(self.attempts), key=lambda attempt: attempt.result.points or 0, default=None)

    @property
    def weighted(self) -> float:
        """Return what the category contributes to the exam's 100 points; 0 without an attempt."""
        return self.latest.result.weighted if self.latest else 0.0

    @property
    def missing(self) -> float:
        """Return how many of the exam's 100 points this category still has to give."""
        return WEIGHTS[self.category] - self.weighted

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        latest, best = self.latest, self.best
        return {
            "category": self.category,
            "title": self.title,
            "attempts": len(self.attempts),
            "points": latest.result.points if latest else None,
            "best": best.result.points if best else None,
            "weighted": self.weighted,
            "weight": WEIGHTS[self.category],
            "ungraded_model": self.is_ungraded,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Standing:
    """A whole exam.

    Attributes:
        session: its clock, None for practice.
        categories: all five, in order.
    """

    session: Session | None
    categories: tuple[CategoryStanding, ...]

    @property
    def total(self) -> float:
        """Return the exam's points of 100."""
        return sum(category.weighted for category in self.categories)

    @property
    def passed(self) -> bool:
        """Return whether the points reach the mark."""
        return self.total >= PASS_MARK

    @property
    def is_over(self) -> bool:
        """Return whether the clock has ended this exam."""
        return self.session is not None and self.session.state != "running"

    @property
    def next_step(self) -> str:
        """Return what to do next, as one or two sentences."""
        if self.is_over:
            return "See what there is to learn from it: python -m exam report. Then draw the next: python -m exam draw"
        ungraded = [category for category in self.categories if category.is_ungraded]
        if ungraded:
            number = ungraded[0].category
            return f"Category{number}/mymodel.h5 has not been graded yet: python -m exam grade {number}"
        untried = [category for category in self.categories if not category.attempts]
        if untried:
            return _of_untried(untried)
        weakest = max(self.categories, key=lambda category: category.missing)
        if weakest.missing:
            return (
                f"Category {weakest.category} has the most to gain, {weakest.missing:g} points. "
                f"What cost them: python -m exam grade {weakest.category}"
            )
        return _of_complete(self.session)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        session = self.session
        return {
            "mode": "exam" if session else "practice",
            "state": session.state if session else None,
            "started_at": session.started_at.isoformat(timespec="seconds") if session else None,
            "hours": session.hours if session else None,
            "elapsed": round(session.elapsed, 1) if session else None,
            "left": round(session.left, 1) if session else None,
            "notes": list(session.notes) if session else [],
            "categories": [category.to_dict() for category in self.categories],
            "total": self.total,
            "pass_mark": PASS_MARK,
            "passed": self.passed,
            "next_step": self.next_step,
        }


def _of_untried(untried: Sequence[CategoryStanding]) -> str:
    heaviest = untried[-1]
    worth = f"category {heaviest.category} alone is worth {WEIGHTS[heaviest.category]} of 100 points"
    counts = "A category that is never submitted counts zero"
    return f"{counts}; {worth}. Next: Category{untried[0].category}/starter.py"


def _of_complete(session: Session | None) -> str:
    if session is None:
        return "All five are complete. Draw the next exam: python -m exam draw"
    return "All five are complete. End the exam: python -m exam finish"


def standing(
    titles: Mapping[int, str],
    session: Session | None,
    attempts: Sequence[Attempt],
    models: Mapping[int, str] | None = None,
) -> Standing:
    """Return where the present exam stands.

    Args:
        titles: category -> title of its question.
        session: the exam's clock, None for practice.
        attempts: all at this exam, the oldest first.
        models: category -> SHA-256 of the model that lies there now.
    """
    submitted = [attempt for attempt in attempts if attempt.result.sha256 is not None]
    counted = [attempt for attempt in submitted if attempt.mode == "exam"] if session else submitted
    spent = seconds_by_category(counted)
    graded = {(attempt.result.category, attempt.result.sha256) for attempt in attempts}
    return Standing(
        session,
        tuple(
            CategoryStanding(
                category,
                titles[category],
                tuple(attempt for attempt in counted if attempt.result.category == category),
                category in (models or {}) and (category, (models or {})[category]) not in graded,
                spent.get(category),
            )
            for category in CATEGORIES
        ),
    )


def seconds_by_category(attempts: Sequence[Attempt]) -> dict[int, float]:
    """Return category -> seconds of the exam's clock spent on it, as far as the submissions tell.

    The time between two submissions belongs to the category of the second.
    """
    spent: dict[int, float] = {}
    before = 0.0
    for attempt in attempts:
        if attempt.elapsed is not None:
            category = attempt.result.category
            spent[category] = spent.get(category, 0.0) + max(0.0, attempt.elapsed - before)
            before = attempt.elapsed
    return spent

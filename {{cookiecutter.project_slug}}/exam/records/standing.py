"""Where an exam stands: what counts in each category, the sum, what to do next. ``standing`` works on records alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from exam import bank
from exam.modelfile import intake
from exam.records import exam_clock, tally
from exam.records.attempts import Attempt, LeftOut
from exam.records.exam_clock import Session
from exam.records.tally import Course, Tally
from exam.scoring import PASS_MARK, WEIGHTS
from exam.workspace import CATEGORIES, Exam, Workspace


@dataclass(frozen=True)
class CategoryStanding:
    """One category of an exam.

    Attributes:
        category: 1 to 5.
        title: of its question.
        course: the attempts that count: those of the exam when it has a clock, else all; never those that found no
            file to grade.
        is_ungraded: whether the ``mymodel.h5`` that lies there was not graded yet, in this exam when it has a clock.
        seconds: of the exam's clock, up to each attempt since the one before it, at whichever category; None in
            practice, and before a first attempt.
        is_unsaved: whether the weights of a model lie there, which the starter kept, and no model.
    """

    category: int
    title: str
    course: Course
    is_ungraded: bool
    seconds: float | None
    is_unsaved: bool = False

    @property
    def attempts(self) -> int:
        """Return how many attempts count."""
        return self.course.count

    @cached_property
    def latest(self) -> Attempt | None:
        """Return the attempt that counts: as in the exam, the last model that was submitted and tested."""
        return self.course.latest

    @cached_property
    def best(self) -> Attempt | None:
        """Return the attempt with the most points, the latest of several."""
        return self.course.best

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
            "attempts": self.attempts,
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
        left_out: what could not be read of the attempts; None where nobody looked.
    """

    session: Session | None
    categories: tuple[CategoryStanding, ...]
    left_out: LeftOut | None = None

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
            return "See what you can learn from it: python -m exam report. Then draw the next one: python -m exam draw"
        ungraded = [category for category in self.categories if category.is_ungraded]
        if ungraded:
            number = ungraded[0].category
            return f"Category{number}/mymodel.h5 has not been graded yet: python -m exam grade {number}"
        unsaved = [category for category in self.categories if category.is_unsaved]
        if unsaved:
            number = unsaved[0].category
            return f"Category{number}/mymodel.h5 could not be saved. To see what to do: python -m exam check {number}"
        untried = [category for category in self.categories if not category.attempts]
        if untried:
            return _of_untried(untried)
        weakest = max(self.categories, key=lambda category: category.missing)
        if weakest.missing:
            return (
                f"Category {weakest.category} has the most to gain, {weakest.missing:g} points. "
                f"See why: python -m exam grade {weakest.category}"
            )
        return _of_complete(self.session)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        clock = self.session
        return {
            "mode": "exam" if clock else "practice",
            "state": clock.state if clock else None,
            "started_at": clock.started_at.isoformat(timespec="seconds") if clock else None,
            "hours": clock.hours if clock else None,
            "elapsed": round(clock.elapsed, 1) if clock else None,
            "left": round(clock.left, 1) if clock else None,
            "notes": list(clock.notes) if clock else [],
            "categories": [category.to_dict() for category in self.categories],
            "total": self.total,
            "pass_mark": PASS_MARK,
            "passed": self.passed,
            "next_step": self.next_step,
            "unreadable_lines": self.left_out.count if self.left_out else 0,
        }


def _of_untried(untried: Sequence[CategoryStanding]) -> str:
    heaviest = untried[-1]
    worth = f"category {heaviest.category} alone is worth {WEIGHTS[heaviest.category]} of 100 points"
    counts = "A category that is never graded counts as zero"
    return f"{counts}; {worth}. Next: Category{untried[0].category}/starter.py"


def _of_complete(clock: Session | None) -> str:
    if clock is None:
        return "All five categories have full marks. Draw the next exam: python -m exam draw"
    return "All five categories have full marks. End the exam: python -m exam finish"


def read(workspace: Workspace, exam: Exam) -> Standing:
    """Return where the exam of a workspace stands now; closes it when its time is over.

    Raises:
        SessionError: the exam's clock is damaged.
    """
    return at(workspace, exam, exam_clock.look(workspace))


def at(workspace: Workspace, exam: Exam, clock: Session | None) -> Standing:
    """Return where the exam of a workspace stands at one reading of its clock, None for practice."""
    return of(workspace, exam, clock, count(workspace, exam))


def count(workspace: Workspace, exam: Exam) -> Tally:
    """Return what the attempts at the present exam come to.

    Raises:
        OSError: their file is there and cannot be read.
    """
    models = {category: _content(workspace.model(category)) for category in CATEGORIES}
    there = {category: digest for category, digest in models.items() if digest}
    return tally.read(workspace, workspace.attempts, there, exam.questions)


def of(workspace: Workspace, exam: Exam, clock: Session | None, totals: Tally) -> Standing:
    """Return where the exam of a workspace stands at one reading of its clock, after the attempts in ``totals``."""
    titles = {category: bank.load(question).title for category, question in exam.questions.items()}
    with_weights = {category for category in CATEGORIES if workspace.weights(category).is_file()}
    return standing(titles, clock, totals, with_weights - set(totals.models))


def _content(path: Path) -> str | None:
    """Return what lies there: the hash of a model file, or why it has none; None for nothing."""
    try:
        return intake.take(path).sha256
    except intake.Refused as refused:
        return None if refused.kind == "missing" else refused.kind


def standing(
    titles: Mapping[int, str], clock: Session | None, totals: Tally, unsaved: Collection[int] = ()
) -> Standing:
    """Return where an exam stands.

    Args:
        titles: category -> title of its question.
        clock: the exam's, None for practice.
        totals: what the attempts at this exam come to.
        unsaved: categories where the weights of a model lie, and no model.
    """
    submitted = totals.under_clock if clock else totals.submitted
    spent = submitted.spent.seconds
    categories = tuple(
        CategoryStanding(
            category,
            titles[category],
            course,
            course.awaited is not None and not course.is_graded,
            spent.get(category),
            category in unsaved,
        )
        for category, course in submitted.courses.items()
    )
    return Standing(clock, categories, totals.left_out)

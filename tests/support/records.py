"""Records of gradings and attempts, as grading makes them, for tests that need no model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from exam import bank
from exam.findings import finding
from exam.records import exam_clock
from exam.records.attempts import Attempt, Line
from exam.records.tally import Tally
from exam.result import Result

LINE = bank.load("straight_line")


def result(category: int = 1, points: int | None = 3, status: str = "scored", **changes: object) -> Result:
    """Return what a grading found."""
    made = Result(
        category=category,
        question="straight_line",
        title="A straight line",
        status=status,  # type: ignore[arg-type]
        points=points,
        metric="largest absolute error",
        value=0.75,
        baseline=40.0,
        bands=LINE.bands,
        findings=(finding("nan-output", share=0.5, advice="Lower the learning rate."),),
        sha256="ab" * 32,
        seconds=1.5,
        seed=31,
        versions={"keras": "3"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def attempt(category: int = 1, points: int | None = 3, elapsed: float | None = None, **changes: object) -> Attempt:
    """Return an attempt; one of the exam when ``elapsed`` says when."""
    mode = "practice" if elapsed is None else "exam"
    return Attempt(datetime(2026, 11, 1, 12, tzinfo=UTC), mode, elapsed, result(category, points, **changes))


def tally(
    attempts: Iterable[Attempt], models: Mapping[int, str] | None = None, questions: Mapping[int, str] | None = None
) -> Tally:
    """Return what attempts come to, after a way over the lines of a file."""
    lines = (msgspec.json.decode(json.dumps(attempt.to_dict()), type=Line) for attempt in attempts)
    return Tally(models, questions).add_all(lines)


def write(path: Path, *tries: Attempt) -> None:
    """Write a file of attempts, as grading does."""
    path.write_text("".join(json.dumps(attempt.to_dict()) + "\n" for attempt in tries), encoding="utf-8")


def clock(path: Path, state: exam_clock.State = "finished") -> None:
    """Write an exam's clock, as ``start`` does."""
    seen = exam_clock.Reading(datetime(2026, 11, 2, 15, tzinfo=UTC), 0.0, "")
    made = exam_clock.Session(seen.wall - timedelta(hours=4), 5.0, 14400.0, state, seen)
    path.write_text(json.dumps(made.to_dict()), encoding="utf-8")

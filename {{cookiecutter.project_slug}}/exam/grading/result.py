"""The one record of a grading: the terminal, JSON, the report and the tests all read this."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from exam.grading.findings import Finding

Status = Literal["scored", "not gradable", "grader fault"]

WEIGHTS = {1: 10, 2: 15, 3: 20, 4: 25, 5: 30}
"""What a category is worth of the exam's 100. The real weights were never published; they rose like this."""

PASS_MARK = 90
"""Of 100, as candidates reported it."""


@dataclass(frozen=True)
class Result:
    """What one grading of one model found.

    Attributes:
        category: 1 to 5.
        question: the question's id.
        title: the question's title.
        status: ``scored``; ``not gradable``, a finding about the learner's file says why; ``grader fault``, ours.
        points: 0 to 5; None for a grader fault, which says nothing about the model.
        metric: the metric's label.
        value: the metric on the hidden set, or None when nothing was predicted.
        baseline: the naive baseline's metric on the same hidden set, or None when nothing was predicted.
        bands: the values that earn 1 to 5 points.
        findings: the most costly first.
        sha256: of the graded file, or None when there was none.
        seconds: what the grading took.
        seed: the exam's seed, which decides the hidden set.
        versions: of Python, TensorFlow, Keras and the grader, as far as known.
        cached: whether the answer comes from an earlier grading of the same file.
    """

    category: int
    question: str
    title: str
    status: Status
    points: int | None
    metric: str
    value: float | None
    baseline: float | None
    bands: tuple[float, ...]
    findings: tuple[Finding, ...]
    sha256: str | None
    seconds: float
    seed: int
    versions: dict[str, str]
    cached: bool = False

    @property
    def weighted(self) -> float:
        """Return what the points are worth of the exam's 100."""
        return WEIGHTS[self.category] * (self.points or 0) / 5

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON data."""
        return {**asdict(self), "bands": list(self.bands), "findings": [f.to_dict() for f in self.findings]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Result:
        """Return the result that ``to_dict`` gave ``data``.

        Raises:
            TypeError, KeyError, ValueError: ``data`` is of another version, or damaged.
        """
        findings = tuple(Finding.from_dict(item) for item in data["findings"])
        result = cls(**{**data, "bands": tuple(data["bands"]), "findings": findings})
        result._check()
        return result

    def _check(self) -> None:
        """Raise ValueError unless all is what a grading can have found: what was read from a file may be anything."""
        numbers = [number for number in (self.value, self.baseline) if number is not None]
        sound = (
            type(self.category) is int
            and self.category in WEIGHTS
            and (self.points is None or type(self.points) is int and 0 <= self.points <= 5)
            and self.status in get_args(Status)
            and all(isinstance(text, str) for text in (self.question, self.title, self.metric))
            and all(type(number) in (int, float) for number in (*numbers, *self.bands, self.seconds))
            and type(self.seed) is int
            and (self.sha256 is None or bool(re.fullmatch("[0-9a-z]+", self.sha256)))
            and all(isinstance(text, str) for pair in self.versions.items() for text in pair)
        )
        if not sound:
            raise ValueError("no grading has found this")

    def from_cache(self, seconds: float) -> Result:
        """Return the same result marked as cached."""
        return replace(self, cached=True, seconds=seconds)


def total(results: Iterable[Result]) -> float:
    """Return the exam's points of 100; a category that is missing counts zero."""
    return sum(result.weighted for result in results)

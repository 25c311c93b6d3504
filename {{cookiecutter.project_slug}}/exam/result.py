"""The one record of a grading: the terminal, JSON, the report and the tests all read this."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from exam.findings import Finding, Severity, printable, shortened
from exam.scoring import WEIGHTS
from exam.workspace import LARGEST_SEED

Status = Literal["scored", "not gradable", "grader fault"]

LONGEST_NAME, LONGEST_SENTENCE = 100, 2000
"""At most this many characters of a text in a file are shown; what grading writes is shorter."""


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
        cause: of a grader fault, one sentence; "" where only the log tells it.
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
    cause: str = ""

    @property
    def weighted(self) -> float:
        """Return what the points are worth of the exam's 100."""
        return WEIGHTS[self.category] * (self.points or 0) / 5

    @property
    def fault(self) -> str:
        """Return what a grader fault is, for the learner."""
        cause = f" {self.cause} To find the reason: python -m exam verify." if self.cause else ""
        return f"The grader failed, not your model; nothing was scored.{cause} Details are in .exam/log/faults.log."

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON data."""
        inner = {"bands": list(self.bands), "findings": [finding.to_dict() for finding in self.findings]}
        data = {**vars(self), **inner, "versions": dict(self.versions)}
        return data if self.cause else {name: value for name, value in data.items() if name != "cause"}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Result:
        """Return the result that ``to_dict`` gave ``data``.

        Raises:
            TypeError, ValueError: ``data`` is of another version, or damaged.
        """
        try:
            return _RECORD.decode(json.dumps(data)).result()
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(f"no grading has found this: {error}") from error

    def presentable(self) -> Result:
        """Return the same result with findings as they are read back: a stranger's file may have put anything there."""
        return replace(self, findings=tuple(_presentable(finding) for finding in self.findings))

    def from_cache(self, seconds: float) -> Result:
        """Return the same result marked as cached."""
        return replace(self, cached=True, seconds=seconds)


class FindingRecord(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A finding as a file holds it."""

    code: str
    severity: Severity
    message: str
    next_step: str

    def finding(self) -> Finding:
        """Return the finding, safe to be shown."""
        return _presentable(Finding(self.code, self.severity, self.message, self.next_step))


class Record(msgspec.Struct, gc=False):
    """A result as a file holds it. The types say what a grading can have found: a file may be edited by hand.

    JSON has no NaN, no infinity and no half of a character, and what does not fit into 64 bits is no number here.
    """

    category: Annotated[int, Meta(ge=1, le=5)]
    question: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,99}\Z")]
    title: str
    status: Status
    points: Annotated[int, Meta(ge=0, le=5)] | None
    metric: str
    value: float | None
    baseline: float | None
    bands: tuple[float, float, float, float, float]
    findings: Annotated[list[FindingRecord], Meta(max_length=100)]
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-z]{1,64}\Z")] | None
    seconds: Annotated[float, Meta(ge=0)]
    seed: Annotated[int, Meta(ge=0, le=LARGEST_SEED)]
    versions: Annotated[dict[str, str], Meta(max_length=50)]
    cached: bool = False

    def result(self) -> Result:
        """Return the result with texts that terminals and pages can show: without control characters, and short."""
        return Result(
            category=self.category,
            question=self.question,
            title=shown(self.title),
            status=self.status,
            points=self.points,
            metric=shown(self.metric),
            value=self.value,
            baseline=self.baseline,
            bands=self.bands,
            findings=tuple(record.finding() for record in self.findings),
            sha256=self.sha256,
            seconds=self.seconds,
            seed=self.seed,
            versions={shown(name): shown(number) for name, number in self.versions.items()},
            cached=self.cached,
        )


_RECORD = msgspec.json.Decoder(Record)


def _presentable(finding: Finding) -> Finding:
    """Return a finding safe to be shown; a code that can be none names no page outside of ``docs``."""
    code = finding.code if re.fullmatch("[a-z0-9-]{1,60}", finding.code) else "unknown"
    message, next_step = (shown(text, LONGEST_SENTENCE) for text in (finding.message, finding.next_step))
    return Finding(code, finding.severity, message, next_step)


def shown(text: str, most: int = LONGEST_NAME) -> str:
    """Return a text of a file on one line, cut after ``most`` characters, its control characters written out."""
    if len(text) <= most and text.isprintable():
        return text
    return printable(shortened(text, most))


def total(results: Iterable[Result]) -> float:
    """Return the exam's points of 100; a category that is missing counts zero."""
    return sum(result.weighted for result in results)

"""Attempts: every grading that was shown, kept as one JSON object per line.

The file may hold very many, and may have been edited by hand or damaged: it is read a line at a time, and a line that
is no attempt is left out and counted. Only ``record`` writes it, and only at its end.
"""

from __future__ import annotations

import json
import os
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import msgspec
from msgspec import Meta

from exam.machine import locks
from exam.records.exam_clock import LONGEST_HOURS, Session, moment
from exam.result import Record, Result
from exam.workspace import Workspace, ordinary

Mode = Literal["exam", "practice"]
LONGEST_LINE = 2**18
"""Gradings write lines of about 2 KB. A line of more bytes than this is not theirs and is never read whole."""
MOST_NAMED = 3
"""At most this many of the lines that were left out are named by their numbers."""


@dataclass(frozen=True)
class Attempt:
    """One grading of one model.

    Attributes:
        graded_at: when it was graded, in UTC.
        mode: ``exam`` while the exam's clock ran, else ``practice``.
        elapsed: seconds of the exam's clock when the model was submitted; None in practice.
        result: what the grading found.
    """

    graded_at: datetime
    mode: Mode
    elapsed: float | None
    result: Result

    def to_dict(self) -> dict[str, Any]:
        """Return the attempt as plain JSON data, the result's fields among its own."""
        own = {"graded_at": self.graded_at.isoformat(timespec="seconds"), "mode": self.mode, "elapsed": self.elapsed}
        return {**own, **self.result.to_dict()}


class Line(Record, kw_only=True, gc=False):
    """One line of the file: what ``Attempt.to_dict`` gave. Lines from before the clock count as practice."""

    graded_at: str
    mode: Mode = "practice"
    elapsed: Annotated[float, Meta(ge=0, le=LONGEST_HOURS * 3600)] | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a moment that is none, and for an attempt of the exam that no clock has timed."""
        moment(self.graded_at)
        if self.mode == "exam" and self.elapsed is None:
            raise ValueError("the exam's clock says when")

    def attempt(self) -> Attempt:
        """Return the attempt, safe to be shown."""
        return Attempt(moment(self.graded_at), self.mode, self.elapsed, self.result())

    def to_json(self) -> str:
        """Return the line as JSON in plain letters, which no encoding changes and no terminal takes for a command."""
        quick = msgspec.json.encode(self)
        return quick.decode() if quick.isascii() else json.dumps(msgspec.to_builtins(self))


class _Which(msgspec.Struct, gc=False):
    """Of one line only which category it is about, which is known five times as quickly as the rest."""

    category: int


_LINE, _WHICH = msgspec.json.Decoder(Line), msgspec.json.Decoder(_Which)
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""Decoding a line that is not an attempt raises one of these."""


@dataclass
class LeftOut:
    """The lines of one file that are no attempts.

    Attributes:
        place: the file as people see it, from the workspace.
        count: how many there are.
        first: the numbers of the first of them, from 1.
    """

    place: str
    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        """Count the line of this number."""
        self.count += 1
        if self.count <= MOST_NAMED:
            self.first.append(number)


def left_out_note(files: Iterable[LeftOut]) -> str | None:
    """Return what was left out of some files, and what to do about it; None where all could be read."""
    damaged = [one for one in files if one.count]
    if not damaged:
        return None
    count = sum(one.count for one in damaged)
    lines, were, them = ("1 line", "was", "it") if count == 1 else (f"{count:,} lines", "were", "them")
    what = damaged[0].place if len(damaged) == 1 else f"{len(damaged)} files of attempts"
    first = f"the first is line {damaged[0].first[0]:,} of {damaged[0].place}"
    which = _numbers(damaged[0]) if len(damaged) == 1 else first
    return (
        f"{lines} in {what} cannot be read and {were} left out: {which}. All others count. Correct {them} with an "
        f"editor, or delete {them}."
    )


def _numbers(left_out: LeftOut) -> str:
    """Return which lines of one file were left out."""
    more = left_out.count - len(left_out.first)
    numbers = [f"{number:,}" for number in left_out.first] + [f"{more:,} more"] * (more > 0)
    return f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(numbers[:-1])} and {numbers[-1]}"


def record(workspace: Workspace, results: Iterable[Result], session: Session | None = None) -> list[Attempt]:
    """Append one line for each result and return the attempts; safe against a second grader and against a kill.

    A fault of the grader is no attempt of the learner's and is left out.

    Args:
        workspace: whose attempts they are.
        results: of one grading.
        session: the exam's clock at the moment of submission; None for practice.

    The lines are on the disk when this returns. A line that an earlier kill left half-written is closed first, so it
    spoils no other.
    """
    now = datetime.now(UTC)
    running = session is not None and session.state == "running"
    mode: Mode = "exam" if running else "practice"
    elapsed = round(session.elapsed, 1) if session is not None and running else None
    graded = [result for result in results if result.status != "grader fault"]
    attempts = [Attempt(now, mode, elapsed, result.presentable()) for result in graded]
    lines = [json.dumps(attempt.to_dict()) + "\n" for attempt in attempts]
    workspace.state.mkdir(exist_ok=True)
    with locks.held(workspace.state / "attempts.lock"), open(workspace.attempts, "a+b", opener=ordinary) as file:
        if file.tell() and not _ends_with_newline(workspace):
            lines.insert(0, "\n")
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())
    return attempts


def read(workspace: Workspace) -> list[Attempt]:
    """Return all attempts at the present exam, the oldest first. For few: ``lines`` reads any number of them.

    Raises:
        OSError: the file is there and cannot be read.
    """
    return [line.attempt() for line in lines(workspace.attempts)]


def lines(path: Path, left_out: LeftOut | None = None) -> Iterator[Line]:
    """Yield the attempts in one file, the oldest first; lines that cannot be read are left out.

    Args:
        path: the file; without it there are none.
        left_out: is told which lines were left out; empty ones are no loss.

    Raises:
        OSError: the file is there and cannot be read.
    """
    try:
        file = open(path, "rb", opener=ordinary)
    except FileNotFoundError:
        return
    with file:
        for number, text in enumerate(_texts(file), 1):
            try:
                yield _LINE.decode(text)
            except UNREADABLE:
                if left_out is not None and text.strip():
                    left_out.add(number)


def lines_at(path: Path, category: int) -> Iterator[Line]:
    """Yield the attempts at one category in one file, the oldest first; lines that cannot be read are left out.

    Raises:
        OSError: the file cannot be read.
    """
    with open(path, "rb", opener=ordinary) as file:
        for text in _texts(file):
            with suppress(*UNREADABLE):
                if _WHICH.decode(text).category == category:
                    yield _LINE.decode(text)


def _texts(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file, without the mark that some editors put first; of one that is too long the start."""
    text = file.readline(LONGEST_LINE).removeprefix(BOM_UTF8)
    while text:
        rest = text
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE)
        yield text
        text = file.readline(LONGEST_LINE)


def _ends_with_newline(workspace: Workspace) -> bool:
    with workspace.attempts.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"

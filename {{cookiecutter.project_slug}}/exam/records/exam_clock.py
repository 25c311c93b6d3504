"""The exam's clock. It runs over restarts and sleep, and does not follow a system time that is set by hand.

Between two looks at it, time is measured by the computer's own running clock, which nobody sets; only over a restart
of the computer does the system time decide. A jump of the system time is noted and has no other consequence.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from exam.machine import boot, locks
from exam.result import LONGEST_SENTENCE, shown
from exam.workspace import Workspace, ordinary, write_atomically

State = Literal["running", "expired", "finished"]
JUMP = 120
"""The two clocks may drift apart by this many seconds between two looks before a jump is noted."""
LONGEST_HOURS = 1000.0
"""``exam.toml`` allows no more than this either."""
LARGEST_FILE = 2**20
"""The file may have this many bytes, enough for thousands of notes."""
MOST_NOTES = 5
"""At most this many jumps of the system time are listed one by one."""


class SessionError(RuntimeError):
    """The clock cannot do what is asked; the message is one sentence with what to type."""


@dataclass(frozen=True)
class Reading:
    """What the computer's clocks say.

    Attributes:
        wall: the system time, which can be set; UTC.
        running: seconds of a clock that goes on in sleep and begins anew when the computer restarts.
        boot: names the time since the last restart, where the system has such a name; else empty.
    """

    wall: datetime
    running: float
    boot: str

    @classmethod
    def now(cls) -> Reading:
        """Read the clocks."""
        return cls(datetime.now(UTC), _running(), boot.name())


@dataclass(frozen=True)
class Session:
    """One exam under its clock.

    Attributes:
        started_at: the system time of the start.
        hours: how long the exam lasts.
        elapsed: seconds that have passed of it, at most ``hours``.
        state: ``running``; ``expired`` when the time is over; ``finished`` by the learner.
        seen: the clocks when ``elapsed`` was known last.
        notes: jumps of the system time, as sentences.
    """

    started_at: datetime
    hours: float
    elapsed: float
    state: State
    seen: Reading
    notes: tuple[str, ...] = ()

    @property
    def left(self) -> float:
        """Return the seconds that are left, 0 or more."""
        return max(0.0, self.hours * 3600 - self.elapsed)

    @property
    def latest_notes(self) -> list[str]:
        """Return the last of the notes, after a sentence on how many there are before them."""
        earlier = len(self.notes) - MOST_NOTES
        before = [f"The system time jumped {earlier:,} times before that."] if earlier > 1 else []
        return [*before, *self.notes[-MOST_NOTES if earlier > 1 else 0 :]]

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON data."""
        data = {**asdict(self), "started_at": self.started_at.isoformat(), "notes": list(self.notes)}
        data["seen"]["wall"] = self.seen.wall.isoformat()
        return data


class _ReadingRecord(msgspec.Struct, gc=False):
    """A reading as the file holds it."""

    wall: str
    running: Annotated[float, Meta(ge=0)]
    boot: str


class _Record(msgspec.Struct, gc=False):
    """A session as the file holds it. The types say what a clock can have written: the file may be edited by hand."""

    started_at: str
    hours: Annotated[float, Meta(gt=0, le=LONGEST_HOURS)]
    elapsed: Annotated[float, Meta(ge=0)]
    state: State
    seen: _ReadingRecord
    notes: list[str]

    def session(self) -> Session:
        """Return the session, its notes safe to be shown.

        Raises:
            ValueError: no clock has such moments, or has run for longer than its exam lasts.
        """
        if self.elapsed > self.hours * 3600:
            raise ValueError(f"no exam lasts {self.hours} hours and has used {self.elapsed} seconds")
        return Session(
            started_at=moment(self.started_at),
            hours=self.hours,
            elapsed=self.elapsed,
            state=self.state,
            seen=Reading(moment(self.seen.wall), self.seen.running, self.seen.boot),
            notes=tuple(shown(note, LONGEST_SENTENCE) for note in self.notes),
        )


_RECORD = msgspec.json.Decoder(_Record)


def advance(session: Session, now: Reading) -> Session:
    """Return the session as it is ``now``: what the clocks say of the time since they were last seen."""
    if session.state != "running":
        return session
    seconds, note = _interval(session.seen, now)
    elapsed = session.elapsed + seconds
    notes = (*session.notes, note) if note else session.notes
    over = elapsed >= session.hours * 3600
    state: State = "expired" if over else "running"
    return replace(session, elapsed=min(elapsed, session.hours * 3600), state=state, seen=now, notes=notes)


def _interval(before: Reading, now: Reading) -> tuple[float, str | None]:
    """Return the seconds between two readings, and what was odd about them."""
    wall = (now.wall - before.wall).total_seconds()
    same_boot = now.boot == before.boot and now.running >= before.running
    seconds = now.running - before.running if same_boot else max(0.0, wall)
    jump = wall - seconds
    if abs(jump) < JUMP:
        return seconds, None
    way = "forward" if jump > 0 else "back"
    by = timedelta(seconds=round(abs(jump)))
    return seconds, f"{now.wall:%Y-%m-%d %H:%M} UTC: the system time jumped {way} by {by}; the exam's clock did not."


def start(workspace: Workspace, hours: float) -> Session:
    """Start the clock.

    Args:
        workspace: one exam.
        hours: how long it lasts.

    Raises:
        SessionError: this exam has been started before.
    """
    with _locked(workspace):
        if _read(workspace) is not None:
            raise SessionError("This exam was already started. To see where it stands: python -m exam status")
        now = Reading.now()
        session = Session(now.wall, hours, 0.0, "running", now)
        _write(workspace, session)
    return session


def look(workspace: Workspace) -> Session | None:
    """Return the exam's clock as it is now, None for practice without one; closes an exam whose time is over.

    Raises:
        SessionError: the file of the clock is damaged.
    """
    if not workspace.clock.exists():
        return None
    with _locked(workspace):
        before = _read(workspace)
        if before is None:
            return None
        session = advance(before, Reading.now())
        if session != before:
            _write(workspace, session)
    return session


def finish(workspace: Workspace) -> Session:
    """End the exam for good.

    Raises:
        SessionError: no exam is running.
    """
    with _locked(workspace):
        before = _read(workspace)
        if before is None:
            raise SessionError("No exam is running: you are practising. Start the clock: python -m exam start")
        session = advance(before, Reading.now())
        if session.state == "running":
            session = replace(session, state="finished")
        _write(workspace, session)
    if before.state != "running":
        raise SessionError("This exam is already over. Draw the next one: python -m exam draw")
    return session


def _running() -> float:
    """Return a clock that counts sleep and cannot be set: Python's monotonic one stands still in the sleep of some."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # there CLOCK_MONOTONIC goes on in sleep, as clock_gettime(3) says
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


def _locked(workspace: Workspace) -> AbstractContextManager[None]:
    workspace.state.mkdir(exist_ok=True)
    return locks.held(workspace.state / "session.lock")


def read_file(path: Path) -> Session:
    """Return the session that a file holds, as it was when it was written.

    Raises:
        OSError, ValueError: it cannot be read, or is no session.
    """
    with open(path, "rb", opener=ordinary) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError("no clock writes so much")
    try:
        return _RECORD.decode(content).session()
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no clock has written this: {error}") from error


def _read(workspace: Workspace) -> Session | None:
    try:
        return read_file(workspace.clock)
    except FileNotFoundError:
        return None
    except (IsADirectoryError, ValueError) as error:
        message = f"The exam's clock cannot be read: {workspace.clock} is damaged. Rename that file to practise "
        raise SessionError(message + "without a clock, or draw a new exam: python -m exam draw") from error


def _write(workspace: Workspace, session: Session) -> None:
    write_atomically(workspace.clock, json.dumps(session.to_dict()))


def moment(text: object) -> datetime:
    """Return the time that a file says, with its time zone.

    Raises:
        ValueError: it is none, or one that no computer with this program has seen.
    """
    date = datetime.fromisoformat(str(text))
    if not 2000 <= date.year < 3000:  # nearer to the ends of the calendar, other time zones have no such moment
        raise ValueError(f"no exam was held in the year {date.year}")
    return date if date.tzinfo else date.replace(tzinfo=UTC)

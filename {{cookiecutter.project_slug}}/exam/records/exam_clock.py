"""The exam's clock. It runs over restarts and sleep, and does not follow a system time that is set by hand.

Between two looks at it, time is measured by the computer's own running clock, which nobody sets; only over a restart
of the computer does the system time decide. A jump of the system time is noted and has no other consequence.
"""

from __future__ import annotations

import json
import math
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from exam.machine import boot, locks
from exam.result import LONGEST_SENTENCE, shown
from exam.workspace import Workspace, ordinary, parse_json, write_atomically

State = Literal["running", "expired", "finished"]
JUMP = 120
"""Seconds by which the two clocks may drift apart between two looks before a jump is noted."""
LONGEST_HOURS = 1000.0
"""As in ``exam.toml``."""
LARGEST_FILE = 2**20
"""Bytes, enough for thousands of notes."""
MOST_NOTES = 5
"""So many jumps of the system time are told one by one."""


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

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> Session:
        """Return the session that ``to_dict`` gave ``data``.

        Raises:
            TypeError, KeyError, ValueError: ``data`` is no session.
        """
        stored: dict[str, object] = dict(data["seen"])  # type: ignore[call-overload]
        seen = Reading(moment(stored["wall"]), _number(stored["running"]), str(stored["boot"]))
        hours, elapsed = _number(data["hours"]), _number(data["elapsed"])
        if not 0 < hours <= LONGEST_HOURS or elapsed > hours * 3600:
            raise ValueError(f"no exam lasts {hours} hours and has used {elapsed} seconds")
        if data["state"] not in ("running", "expired", "finished"):
            raise ValueError(f"unknown state {data['state']!r}")
        return cls(
            started_at=moment(data["started_at"]),
            hours=hours,
            elapsed=elapsed,
            state=data["state"],
            seen=seen,
            notes=tuple(shown(str(note), LONGEST_SENTENCE) for note in data["notes"]),  # type: ignore[attr-defined]
        )


def advance(session: Session, now: Reading) -> Session:
    """Return the session as it is ``now``: what the clocks say of the time since they were last seen."""
    if session.state != "running":
        return session
    passed, note = _passed(session.seen, now)
    elapsed = session.elapsed + passed
    notes = (*session.notes, note) if note else session.notes
    over = elapsed >= session.hours * 3600
    state: State = "expired" if over else "running"
    return replace(session, elapsed=min(elapsed, session.hours * 3600), state=state, seen=now, notes=notes)


def _passed(before: Reading, now: Reading) -> tuple[float, str | None]:
    """Return the seconds between two readings, and what was odd about them."""
    wall = (now.wall - before.wall).total_seconds()
    same_boot = now.boot == before.boot and now.running >= before.running
    passed = now.running - before.running if same_boot else max(0.0, wall)
    jump = wall - passed
    if abs(jump) < JUMP:
        return passed, None
    way = "forward" if jump > 0 else "back"
    by = timedelta(seconds=round(abs(jump)))
    return passed, f"{now.wall:%Y-%m-%d %H:%M} UTC: the system time jumped {way} by {by}; the exam's clock did not."


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
            raise SessionError("This exam was started before. See where it stands: python -m exam status")
        now = Reading.now()
        session = Session(now.wall, hours, 0.0, "running", now)
        _write(workspace, session)
    return session


def look(workspace: Workspace) -> Session | None:
    """Return the exam's clock as it is now, None for practice without one; closes an exam whose time is over.

    Raises:
        SessionError: the file of the clock is damaged.
    """
    if not _path(workspace).exists():
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
        raise SessionError("This exam is over already. Draw the next one: python -m exam draw")
    return session


def _running() -> float:
    """Return a clock that counts sleep and cannot be set: Python's monotonic one stands still in the sleep of some."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # there CLOCK_MONOTONIC goes on in sleep, as clock_gettime(3) says
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


def _path(workspace: Workspace) -> Path:
    return workspace.state / "session.json"


def _locked(workspace: Workspace) -> AbstractContextManager[None]:
    workspace.state.mkdir(exist_ok=True)
    return locks.held(workspace.state / "session.lock")


def read_file(path: Path) -> Session:
    """Return the session that a file holds, as it was when it was written.

    Raises:
        OSError, TypeError, KeyError, ValueError: it cannot be read, or is no session.
    """
    with open(path, "rb", opener=ordinary) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError("no clock writes so much")
    return Session.from_dict(parse_json(content))


def _read(workspace: Workspace) -> Session | None:
    try:
        return read_file(_path(workspace))
    except FileNotFoundError:
        return None
    except (IsADirectoryError, ValueError, TypeError, KeyError) as error:
        message = f"The exam's clock cannot be read: {_path(workspace)} is damaged. Rename that file to practise "
        raise SessionError(message + "without a clock, or draw a new exam: python -m exam draw") from error


def _write(workspace: Workspace, session: Session) -> None:
    write_atomically(_path(workspace), json.dumps(session.to_dict()))


def moment(text: object) -> datetime:
    """Return the time that a file says, with its time zone.

    Raises:
        ValueError: it is none, or one that no computer with this program has seen.
    """
    found = datetime.fromisoformat(str(text))
    if not 2000 <= found.year < 3000:  # nearer to the ends of the calendar, other time zones have no such moment
        raise ValueError(f"no exam was held in the year {found.year}")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(value: object) -> float:
    """Return a count of seconds or hours.

    Raises:
        ValueError: it is no number of 0 or more.
    """
    number = float(str(value))
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{value!r} is no length of time")
    return number

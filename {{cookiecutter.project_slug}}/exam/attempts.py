"""Attempts: every grading that was shown, kept as one JSON object per line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from exam.grading.result import Result
from exam.session import LONGEST_HOURS, Session, moment
from exam.workspace import Workspace, parse_json

Mode = Literal["exam", "practice"]
KNOWN = {field.name for field in fields(Result)}


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

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Attempt:
        """Return the attempt that ``to_dict`` gave ``data``; lines from before the clock count as practice.

        Raises:
            TypeError, KeyError, ValueError: ``data`` is no attempt.
        """
        graded_at = moment(data["graded_at"])
        mode: Mode = "exam" if data.get("mode") == "exam" else "practice"
        elapsed = None if data.get("elapsed") is None else float(data["elapsed"])
        if elapsed is not None and not 0 <= elapsed <= LONGEST_HOURS * 3600:
            raise ValueError(f"no exam's clock says {elapsed} seconds")
        result = Result.from_dict({name: value for name, value in data.items() if name in KNOWN})
        return cls(graded_at, mode, elapsed, result)


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
    made = [Attempt(now, mode, elapsed, result) for result in results if result.status != "grader fault"]
    lines = [json.dumps(attempt.to_dict()) + "\n" for attempt in made]
    workspace.state.mkdir(exist_ok=True)
    with FileLock(workspace.state / "attempts.lock"), workspace.attempts.open("a+b") as file:
        if file.tell() and not _ends_with_newline(workspace):
            lines.insert(0, "\n")
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())
    return made


def read(workspace: Workspace) -> list[Attempt]:
    """Return all attempts at the present exam, the oldest first; lines that cannot be read are left out."""
    return read_file(workspace.attempts)


def read_all(workspace: Workspace) -> list[Attempt]:
    """Return the attempts at all exams of this workspace, those in the archive included, the oldest first."""
    archived = sorted(workspace.archive.glob(f"*/{workspace.attempts.name}"))
    return [*(attempt for path in archived for attempt in read_archived(path)), *read(workspace)]


def read_archived(path: Path) -> list[Attempt]:
    """Return the attempts in one file of the archive; one that cannot be read hides no other."""
    try:
        return read_file(path)
    except OSError:
        return []


def read_file(path: Path) -> list[Attempt]:
    """Return the attempts in one file, the oldest first; lines that cannot be read are left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    found = []
    for line in text.splitlines():
        try:
            found.append(Attempt.from_dict(parse_json(line)))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def _ends_with_newline(workspace: Workspace) -> bool:
    with workspace.attempts.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"

"""Attempts: every grading that was shown, kept as one JSON object per line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from exam.grading.result import Result
from exam.workspace import Workspace


def record(workspace: Workspace, results: Iterable[Result]) -> None:
    """Append one line for each result; safe against a second grader and against a kill in the middle.

    A fault of the grader is no attempt of the learner's and is left out.

    The lines are on the disk when this returns. A line that an earlier kill left half-written is closed first, so it
    spoils no other.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    attempted = [result for result in results if result.status != "grader fault"]
    lines = [json.dumps({"graded_at": now, **result.to_dict()}) + "\n" for result in attempted]
    workspace.state.mkdir(exist_ok=True)
    with FileLock(workspace.state / "attempts.lock"), workspace.attempts.open("a+b") as file:
        if file.tell() and not _ends_with_newline(workspace):
            lines.insert(0, "\n")
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())


def attempts(workspace: Workspace) -> list[dict[str, Any]]:
    """Return all attempts at the present exam, the oldest first; lines that cannot be read are left out."""
    return _read(workspace.attempts)


def all_attempts(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the attempts at all exams of this workspace, those in the archive included, the oldest first."""
    archived = sorted(workspace.archive.glob(f"*/{workspace.attempts.name}"))
    return [attempt for path in (*archived, workspace.attempts) for attempt in _read(path)]


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    found = []
    for line in text.splitlines():
        try:
            attempt = json.loads(line)
        except ValueError:
            continue
        if isinstance(attempt, dict):
            found.append(attempt)
    return found


def _ends_with_newline(workspace: Workspace) -> bool:
    with workspace.attempts.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"

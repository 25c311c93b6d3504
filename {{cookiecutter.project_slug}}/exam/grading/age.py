"""What the times of the files tell: a model that is older than its starter.py, or than the exam."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from exam.findings import Finding, finding
from exam.workspace import Workspace

SECONDS_OF_COPYING = 60
"""Files that were copied or checked out together are this far apart, in any order."""


def notes(workspace: Workspace, category: int, began: datetime | None) -> Iterator[Finding]:
    """Yield what is odd about the age of a category's model.

    Args:
        workspace: where the files lie.
        category: 1 to 5.
        began: when the exam was started whose clock is running; None without one.
    """
    folder = workspace.category(category)
    try:
        saved = workspace.model(category).stat().st_mtime
        changed = (folder / "starter.py").stat().st_mtime
    except OSError:
        return
    if changed > saved + SECONDS_OF_COPYING:
        yield finding("older-than-starter", folder=folder.name)
    if began is not None and saved < began.timestamp() - SECONDS_OF_COPYING:
        yield finding("older-than-exam", folder=folder.name)

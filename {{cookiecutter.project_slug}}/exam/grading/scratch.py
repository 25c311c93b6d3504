"""Folders for private copies of model files: one for each grading, below one root that the reading process is shown."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from exam.machine import locks
from exam.workspace import Workspace

SECONDS_TO_LOCK = 60
"""A folder younger than this may be about to be locked by its owner."""


@contextmanager
def folder(workspace: Workspace) -> Iterator[Path]:
    """Make a folder for one grading and remove it afterwards, and with it those that a kill has left."""
    workspace.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_what_a_kill_left(workspace)
    with tempfile.TemporaryDirectory(dir=workspace.scratch, prefix="grading-", ignore_cleanup_errors=True) as name:
        with locks.held(_lock(Path(name))):
            yield Path(name)


def _remove_what_a_kill_left(workspace: Workspace) -> None:
    """Remove the folders whose owner is gone: the system frees the lock of a process that ends, however it ends.
    Earlier versions kept them beside the root.
    """
    for path in (*workspace.scratch.glob("grading-*"), *workspace.state.glob("grading-*")):
        with suppress(OSError, Timeout):
            if time.time() - path.stat().st_mtime > SECONDS_TO_LOCK:
                with FileLock(_lock(path), blocking=False):
                    pass
                shutil.rmtree(path)


def _lock(path: Path) -> Path:
    return path / "lock"

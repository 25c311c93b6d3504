"""Locks between commands, on drives that keep none too: what was graded is never lost for want of a lock."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from exam.machine import trouble

SECONDS = 5.0
"""We wait this long for another command, which holds a lock for milliseconds."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock ``path``; go on without it where the drive keeps none, or nobody gives it back.

    Network drives refuse a lock with errors of many numbers, and none of them names a file, as those of the lock's own
    file do. For ENOSYS the library takes a file as a lock, which a machine that went down leaves behind. Whoever writes
    here appends in one call or replaces a file, so that two writers at once leave whole records too.

    Raises:
        OSError: the file of the lock cannot be made or opened.
    """
    lock = FileLock(path, timeout=SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's word on drives without locks is for programmers
            lock.acquire()
    except OSError as error:
        if not isinstance(error, Timeout) and trouble.place_of(error) is not None:
            raise
        yield
        return
    try:
        yield
    finally:
        lock.release()

"""Logs of what went wrong on our side. A log has a limit: a program that repeats itself must not fill the disk."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 2**20
"""A log of more than this size is set aside and a new one begins; the one before is kept beside it."""
LONGEST_ENTRY = 20_000
"""An entry keeps its last characters, up to this many: the end of a traceback tells more than its beginning."""


def make_room(log: Path) -> None:
    """Make the folder of a log; set a long log aside, in place of the one that was set aside before."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # it is not there, or open in another program on Windows
        if log.stat().st_size > MOST_BYTES:
            os.replace(log, log.with_name(f"{log.name}.1"))


def write(log: Path, about: str, text: str) -> None:
    """Append an entry with the time; where the disk refuses, nothing is written, and nothing else is lost."""
    with suppress(OSError):
        make_room(log)
        with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {about}\n{text[-LONGEST_ENTRY:]}\n\n")

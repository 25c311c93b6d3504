"""How wide what is printed may be; standard library only, so that one sentence costs no time."""

from __future__ import annotations

import os
import re
import textwrap
from typing import IO

MOST = 100
"""A screen never uses more columns than this: longer lines are hard to read."""
COMMAND = re.compile(r"\bpython3? (?:-m exam|bootstrap\.py)(?: (?:--)?[\w/-]+)*")
GLUE = "\x00"
"""This character stands for a space between words that belong together."""
FEWEST = 20
"""Nothing is laid out for fewer columns than this: the terminal breaks the lines then."""


def wanted(stream: IO[str]) -> int | None:
    """Return how many columns somebody wants to see: COLUMNS first, then those of a terminal; None for a plain file."""
    text = os.environ.get("COLUMNS", "")
    if text.isdecimal() and int(text):
        return max(FEWEST, min(int(text), MOST))
    try:
        return max(FEWEST, min(os.get_terminal_size(stream.fileno()).columns or MOST, MOST))
    except (OSError, ValueError, AttributeError):
        return None


def is_terminal(stream: IO[str]) -> bool:
    """Return whether people read a stream as it comes."""
    return stream.isatty()


def wrapped(text: str, stream: IO[str]) -> str:
    """Return ``text`` with its lines broken between words, for a terminal; a file or a pipe gets it as it is.

    Words that are longer than a line, such as paths, stay whole, and so do commands, which people copy.
    """
    columns = wanted(stream)
    if columns is None or not is_terminal(stream):
        return text
    whole = COMMAND.sub(lambda match: match[0].replace(" ", GLUE), text)
    lines = (
        textwrap.fill(line, columns, break_long_words=False, break_on_hyphens=False) for line in whole.split("\n")
    )
    return "\n".join(lines).replace(GLUE, " ")

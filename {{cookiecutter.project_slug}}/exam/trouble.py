"""What the disk refuses, in one sentence and the next command. Standard library only: drawing needs it too."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
ANOTHER_KIND = (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY)


def place_of(error: OSError) -> Path | None:
    """Return the file or folder that an error of the disk is about; None when it does not say."""
    name = error.filename2 or error.filename
    return Path(os.fsdecode(name)) if isinstance(name, str | bytes) else None


def sentence(error: OSError, root: Path, again: str) -> str | None:
    """Return what happened and what to type; None when ``error`` is about no file, and so nothing of the learner's.

    Args:
        error: of the disk.
        root: of the workspace.
        again: the command that met it.
    """
    place = place_of(error)
    if place is None:
        return None
    if error.errno in FULL:
        return f"The disk is full: {place} has no room. Free some space, then type again: {again}"
    if error.errno in REFUSED:
        return f"{place} is in use or not writable by you ({error.strerror}). {_remedy(place, root)} {again}"
    if error.errno in ANOTHER_KIND:
        return (
            f"{_obstacle(place)} is in the way of something of the same name ({error.strerror}). Rename it, then type "
            f"again: {again}"
        )
    return f"{place} cannot be used: {error.strerror or error}. Close what uses it, then type again: {again}"


def _remedy(place: Path, root: Path) -> str:
    """Return how to get the right to a file; a workspace has one owner, a cache folder can be chosen."""
    if not place.absolute().is_relative_to(root):
        return "Make it yours, or choose another folder for the cache with EXAM_CACHE, then type again:"
    if os.name == "nt":
        return "Close what uses it, or copy the workspace into a folder of your own, then type again:"
    own = f"sudo chown -R $USER {shlex.quote(str(root))}"
    return f"Close what uses it, or make the workspace yours ({own}), then type again:"


def _obstacle(place: Path) -> Path:
    """Return the file that stands where a folder belongs, on the way to ``place``, or ``place`` itself."""
    return next((folder for folder in reversed(place.parents) if folder.is_file()), place)


def typed(arguments: list[str], python: str = "python") -> str:
    """Return the command that the learner typed, as it can be typed again, with another Python if there is one."""
    words = [python, "-m", "exam", *arguments]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)

"""What the disk refuses, in one sentence and the next command. Standard library only: drawing needs it too."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

ON_WINDOWS = os.name == "nt"
FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
ANOTHER_KIND = (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY)


def place_of(error: OSError) -> Path | None:
    """Return the file or folder that an error of the disk is about; None when it does not say."""
    names = [Path(os.fsdecode(name)) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
    if len(names) == 2 and error.errno in REFUSED and os.access(names[1].parent, os.W_OK):
        return names[0]  # what could not be moved is in use, and not the place where it was to go
    return names[-1] if names else None


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
        return f"The disk is full: there is no room for {place}. Free some space, then type again: {again}"
    if error.errno in REFUSED and not _is_windows_for_a_folder(error, place):
        return f"{place} is in use or not writable by you ({error.strerror}). {_remedy(place, root)} {again}"
    if error.errno in (*ANOTHER_KIND, *REFUSED):
        return (
            f"{_obstacle(place)} blocks a file or folder we must create ({error.strerror}). Rename it, then type "
            f"again: {again}"
        )
    why = error.strerror or error
    return f"{place} cannot be used: {why}. Close the program that uses it, then type again: {again}"


def _is_windows_for_a_folder(error: OSError, place: Path) -> bool:
    """Return whether a folder was opened as a file: an error like any other, but without Windows' own number."""
    return ON_WINDOWS and getattr(error, "winerror", None) is None and error.filename2 is None and place.is_dir()


def _remedy(place: Path, root: Path) -> str:
    """Return how to get the right to a file; a workspace has one owner, a cache folder can be chosen."""
    if not place.absolute().is_relative_to(root):
        return "Make it yours, or choose another cache folder with EXAM_CACHE, then type again:"
    if ON_WINDOWS:
        return "Close the program that uses it, or copy the workspace into a folder of your own, then type again:"
    own = f"sudo chown -R $USER {shlex.quote(str(root))}"
    return f"Close the program that uses it, or make the workspace yours ({own}), then type again:"


def _obstacle(place: Path) -> Path:
    """Return the file that stands where a folder belongs, on the way to ``place``, or ``place`` itself."""
    return next((folder for folder in reversed(place.parents) if folder.is_file()), place)


def typed(arguments: list[str], python: str = "python") -> str:
    """Return the command that the learner typed, as it can be typed again, with another Python if there is one."""
    words = [python, "-m", "exam", *arguments]
    if not ON_WINDOWS:
        return shlex.join(words)
    command = subprocess.list2cmdline(words)
    # PowerShell takes a quoted word at the beginning for a text, unless an ampersand says to run it.
    return f"& {command}" if command.startswith('"') and is_powershell(os.environ) else command


def is_powershell(variables: Mapping[str, str]) -> bool:
    """Return whether these are the variables of a PowerShell, which puts its user's own modules before all others."""
    first = variables.get("PSModulePath", "").split(";")[0]
    return "USERPROFILE" in variables and first.lower().startswith(variables["USERPROFILE"].lower())


def to_repair() -> str:
    """Return the command that makes or repairs the environment, with the name that a Python has here."""
    import shutil  # costs 3 ms, which every command would spend at its start

    names = ("py", "python") if ON_WINDOWS else ("python", "python3")
    return f"{next((name for name in names if shutil.which(name)), names[-1])} bootstrap.py"

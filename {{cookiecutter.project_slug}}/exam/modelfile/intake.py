"""The one way in for a learner's file: opened once, known to be an ordinary file, and read from that descriptor alone.

Whatever a name leads to can be exchanged between two looks at it; what has been opened cannot. Standard library only.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

MAX_BYTES = 200 * 2**20
"""A model file may be this large. Candidates of the real exam cut 300 MB to 41 MB by dropping the optimizer's state."""
BLOCK = 2**20
_FLAGS = sum(getattr(os, name, 0) for name in ("O_RDONLY", "O_BINARY", "O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC"))
Kind = Literal["missing", "folder", "link", "strange", "too large", "being saved", "unreadable"]


class Refused(Exception):
    """The file was not taken.

    Attributes:
        kind: why: ``strange`` is a pipe, a socket or a device; ``unreadable`` what the system will not read.
        size: bytes, of a file that is too large.
        reason: in the words of the system, of an unreadable file.
    """

    def __init__(self, kind: Kind, size: int = 0, reason: str = "") -> None:
        super().__init__(kind)
        self.kind, self.size, self.reason = kind, size, reason


@dataclass(frozen=True)
class Taken:
    """What was read of a file.

    Attributes:
        size: bytes.
        sha256: of the whole file.
        head: the first block.
    """

    size: int
    sha256: str
    head: bytes


@contextmanager
def opened(path: Path, most: int = MAX_BYTES) -> Iterator[BinaryIO]:
    """Open an ordinary file of at most ``most`` bytes for reading; it never waits for another program.

    Raises:
        Refused: it is another kind of thing, too large, or cannot be opened.
    """
    try:
        if path.is_symlink():  # the flag that refuses links is unknown to Windows
            raise Refused("link")
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise Refused(_kind(error, path), reason=error.strerror or "") from error
    except ValueError as error:  # no file has such a name
        raise Refused("missing") from error
    try:
        _check(os.fstat(descriptor), most)
    except Refused:
        os.close(descriptor)
        raise
    with open(descriptor, "rb", buffering=0) as file:
        yield file


def _check(status: os.stat_result, most: int) -> None:
    """Raise Refused unless what was opened is an ordinary file of at most ``most`` bytes."""
    if stat.S_ISDIR(status.st_mode):
        raise Refused("folder")
    if not stat.S_ISREG(status.st_mode):
        raise Refused("strange")
    if status.st_size > most:
        raise Refused("too large", status.st_size)


def _kind(error: OSError, path: Path) -> Kind:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "missing"
    if error.errno == errno.ELOOP:
        return "link"
    if error.errno in (errno.ENXIO, errno.ENODEV):
        return "strange"
    if isinstance(error, PermissionError) and path.is_dir():  # as Windows answers for a folder
        return "folder"
    if isinstance(error, PermissionError) and os.name == "nt" and os.access(path, os.R_OK):
        return "being saved"
    return "unreadable"


def is_being_saved(file: BinaryIO) -> bool:
    """Return whether another program has an opened file open for writing: the HDF5 library locks it meanwhile."""
    try:
        if sys.platform != "win32":
            import fcntl  # not on Windows, where reading a locked file fails

            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                fcntl.flock(file, fcntl.LOCK_UN)  # at once: who saves now must not meet our lock
                return False
            return True
        position = file.tell()
        file.read(1)
        file.seek(position)
    except PermissionError:
        return True
    except OSError:  # a file system without locks
        return False
    return False


def digest(path: Path, most: int = MAX_BYTES) -> str | None:
    """Return the SHA-256 of a file of at most ``most`` bytes as it is now; None for one that would not be taken.

    A file that is being saved has no hash yet.
    """
    try:
        return take(path, most=most).sha256
    except Refused:
        return None


def take(path: Path, target: Path | None = None, most: int = MAX_BYTES) -> Taken:
    """Read a file once, and copy it to ``target`` meanwhile, which must not exist yet.

    Args:
        path: the file.
        target: None for no copy.
        most: bytes.

    Raises:
        Refused: see ``opened``; or it is being saved, before or after what was read of it.
        OSError: the copy cannot be written; its name is in the error.
    """
    with opened(path, most) as file:
        if is_being_saved(file):
            raise Refused("being saved")
        before = _state(file)
        content = _read(file, None, most) if target is None else _copy(file, target, most)
        if is_being_saved(file) or _state(file) != before or content.size != before[0]:
            raise Refused("being saved")
        return content


def _state(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _copy(file: BinaryIO, target: Path, most: int) -> Taken:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with target.open("xb", buffering=0) as copy:
            return _read(file, copy, most)
    except OSError as error:  # writing names no file in its errors
        raise OSError(error.errno, error.strerror, str(target)) from error


def _read(file: BinaryIO, copy: BinaryIO | None, most: int) -> Taken:
    """Read to the end, or to the limit in case the file grows meanwhile."""
    sha256, size, head = hashlib.sha256(), 0, b""
    while block := _block(file):
        size += len(block)
        if size > most:
            raise Refused("too large", size)
        sha256.update(block)
        head = head or block
        rest = memoryview(block)
        while copy is not None and rest:
            rest = rest[copy.write(rest) :]
    return Taken(size, sha256.hexdigest(), head)


def _block(file: BinaryIO) -> bytes:
    try:
        return file.read(BLOCK)
    except PermissionError as error:  # Windows: another program has locked what it writes
        raise Refused("being saved") from error
    except OSError as error:
        raise Refused("unreadable", reason=error.strerror or "") from error

"""The first bytes of an HDF5 file, read without the HDF5 library.

Every file that Keras has written begins with the oldest form of this block, version 0, 56 bytes long. The newer forms
may carry extensions (shared tables, free-space lists, cached metadata), and the code that reads those is where most
faults of the library were found. Keras never uses them, so a file that does is turned away before the library opens
it.
Layout: "HDF5 File Format Specification", section II.A.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from exam.modelfile import intake

SIGNATURE = b"\x89HDF\r\n\x1a\n"
LENGTH = 56
_ADDRESSES = struct.Struct("<4Q")  # base address, free space, end of file, driver information
_ADDRESSES_AT = 24
_NONE = 2**64 - 1


def unusual(head: bytes) -> str | None:
    """Return what the first block has that Keras never writes, or None.

    Args:
        head: the first ``LENGTH`` bytes of a file that begins with ``SIGNATURE``.
    """
    if len(head) > 8 and head[8] != 0:
        return f"a first block of version {head[8]}"
    if is_intact(head) and _ADDRESSES.unpack_from(head, _ADDRESSES_AT)[3] != _NONE:
        return "a first block that names several files"
    return None


def is_intact(head: bytes) -> bool:
    """Return whether a first block of version 0 is complete and as Keras writes it: 8-byte addresses from 0 on."""
    if len(head) < LENGTH or head[13:15] != b"\x08\x08":
        return False
    base, free, *_ = _ADDRESSES.unpack_from(head, _ADDRESSES_AT)
    return (base, free) == (0, _NONE)


def stated_size(head: bytes) -> int:
    """Return how many bytes the whole file must have, as an intact first block says."""
    return int(_ADDRESSES.unpack_from(head, _ADDRESSES_AT)[2])


def is_whole(path: Path) -> bool:
    """Return whether nobody is writing the file and it is as long as its first block says."""
    try:
        with intake.opened(path) as file:
            size, head = os.fstat(file.fileno()).st_size, file.read(LENGTH)
            if not head.startswith(SIGNATURE) or len(head) < LENGTH or intake.is_being_saved(file):
                return False
    except (intake.Refused, OSError):
        return False
    return head[8] != 0 or stated_size(head) <= size  # of another version only the inspection can tell

"""What this process may do: tests of files that cannot be read or written mean nothing to an administrator."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

OVERRIDING = (1 << 1) | (1 << 2) | (1 << 3)
"""CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER, with which permissions and owners do not count."""
VERSION = 0x20080522
PR_CAPBSET_DROP = 24


@contextmanager
def none_of_an_administrator() -> Iterator[None]:
    """Let permissions count in this thread; skip the test where that cannot be done."""
    if sys.platform != "linux" or not hasattr(os, "geteuid"):
        pytest.skip("permissions of files are tested on Linux")
    if os.geteuid() != 0:
        yield
        return
    before = _capabilities()
    _set_capabilities((before[0] & ~OVERRIDING, *before[1:]))
    try:
        yield
    finally:
        _set_capabilities(before)


def drop_for_good() -> None:
    """Let permissions count in this process and its children; for ``preexec_fn`` of a child on Linux."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2, 3):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def _capabilities() -> tuple[int, ...]:
    """Return the lower and upper words of what is effective, permitted and inheritable."""
    data = ctypes.create_string_buffer(24)
    _call("capget", data)
    return struct.unpack("6I", data.raw[:24])


def _set_capabilities(words: tuple[int, ...]) -> None:
    _call("capset", ctypes.create_string_buffer(struct.pack("6I", *words), 24))


def _call(name: str, data: ctypes.Array[ctypes.c_char]) -> None:
    header = ctypes.create_string_buffer(struct.pack("Ii", VERSION, 0), 8)
    if getattr(ctypes.CDLL(None, use_errno=True), name)(header, data):
        raise OSError(ctypes.get_errno(), name)

"""The name of the time since this computer started: the exam's clock asks whether it was started anew."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

LINUX = Path("/proc/sys/kernel/random/boot_id")
MACOS = b"kern.bootsessionuuid"
WINDOWS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
LONGEST = 200
"""A name has at most this many bytes."""


def name() -> str:
    """Return a text that every start of the computer changes, and nothing else does; empty where there is none.

    Sources: proc(5) for Linux, ``xnu/bsd/kern/kern_sysctl.c`` for macOS. Windows counts its starts in ``BootId``, for
    its own prefetcher.
    """
    try:
        if sys.platform == "darwin":
            return _of_macos()
        if sys.platform == "win32":
            return _of_windows()
        return LINUX.read_text(encoding="ascii").strip()
    except (OSError, ValueError, AttributeError):
        return ""


def _of_macos() -> str:
    text, size = ctypes.create_string_buffer(LONGEST), ctypes.c_size_t(LONGEST)
    failed = ctypes.CDLL(None).sysctlbyname(MACOS, text, ctypes.byref(size), None, ctypes.c_size_t(0))
    return "" if failed else text.value.decode("ascii")


def _of_windows() -> str:
    import winreg

    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, WINDOWS) as key:  # type: ignore[attr-defined,unused-ignore]
        return str(winreg.QueryValueEx(key, "BootId")[0])  # type: ignore[attr-defined,unused-ignore]

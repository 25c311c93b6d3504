"""A wall around a process on Linux: it opens only what it was shown, connects to nothing and starts no program.

Two means of the kernel, both for good and for every thread that begins later. Landlock (Linux 5.13 and later) keeps to
files, from Linux 6.7 on also off TCP. A filter of system calls (seccomp) refuses sockets of every kind and other
programs. Both are set by ctypes: Python has no function for them. Constants: ``linux/landlock.h``, ``linux/seccomp.h``,
``linux/filter.h`` and the tables of system calls of the Linux sources; see also the manual page landlock(7).
"""

from __future__ import annotations

import ctypes
import os
import platform
import stat
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
_REMOVE_FILE, _MAKE_FILE = 1 << 5, 1 << 8
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""Version of Landlock -> all rights over files that it knows. A right that is not granted is refused."""
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_BIND_AND_CONNECT, _SOCKETS_AND_SIGNALS = 3, 3

_FORBIDDEN_CALLS = {
    "x86_64": (0xC000003E, (41, 53, 59, 101, 310, 311, 322, 425)),
    "aarch64": (0xC00000B7, (117, 198, 199, 221, 270, 271, 281, 425)),
}
"""Machine -> its number, and those of socket, socketpair, execve, execveat, ptrace, process_vm_readv and _writev, and
io_uring_setup, which would open sockets too."""
_X32_CALLS = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000 | 13

SYSTEM = (
    "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store",
    "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
    "/proc/stat", "/sys/devices/system", "/sys/fs/cgroup", "/dev/urandom", "/dev/random", "/dev/zero",
)
"""Libraries read these on their own: each other, the time zone, and facts about the machine."""


def landlock_version() -> int:
    """Return the version of Landlock that the kernel offers; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, 0, 1)))


def filters_calls() -> bool:
    """Return whether the numbers of this machine's system calls are known here."""
    return sys.platform == "linux" and platform.machine() in _FORBIDDEN_CALLS and sys.maxsize > 2**32


def is_whole() -> bool:
    """Return whether this system offers all of the wall."""
    return landlock_version() > 0 and (filters_calls() or landlock_version() >= _TCP_SINCE)


def build(readable: Iterable[Path], writable: Iterable[Path] = ()) -> None:
    """Shut this thread, and those that it begins later, in: for the rest of their lives.

    Args:
        readable: files and folders that may be read, besides the interpreter and the libraries of the system.
        writable: folders in which files may be made, read, written and removed.

    What the kernel does not offer is left out: see ``is_whole``.

    Raises:
        OSError: the kernel refused what it offers.
    """
    if sys.platform != "linux":
        return
    _checked(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    version = landlock_version()
    if version:
        _restrict_files(version, [*_interpreter(), *map(Path, SYSTEM), *readable], writable)
    if filters_calls():
        _restrict_calls(*_FORBIDDEN_CALLS[platform.machine()])


def _restrict_files(version: int, readable: Iterable[Path], writable: Iterable[Path]) -> None:
    libc = _libc()
    rights = _FILE_RIGHTS[max(number for number in _FILE_RIGHTS if number <= version)]
    masks = [rights]
    if version >= _TCP_SINCE:
        masks.append(_BIND_AND_CONNECT)
    if version >= _SCOPES_SINCE:
        masks.append(_SOCKETS_AND_SIGNALS)
    attributes = struct.pack(f"={len(masks)}Q", *masks)
    ruleset = _checked(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0))
    try:
        for path in readable:
            _grant(ruleset, path, _READ_FILE | _READ_DIR)
        for path in writable:
            _grant(ruleset, path, rights & (_OF_FILES | _READ_DIR | _REMOVE_FILE | _MAKE_FILE))
        _grant(ruleset, Path(os.devnull), rights & (_READ_FILE | _WRITE_FILE | _TRUNCATE))
        _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _grant(ruleset: int, path: Path, rights: int) -> None:
    """Allow ``rights`` over a file, or over a folder and all below it; what is not there needs no right."""
    if sys.platform != "linux":
        return
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                rights &= _OF_FILES
            rule = struct.pack("=Qi", rights, descriptor)
            _checked(_libc().syscall(_ADD_RULE, ruleset, 1, rule, 0))
        finally:
            os.close(descriptor)


def _restrict_calls(machine: int, numbers: tuple[int, ...]) -> None:
    """Let the kernel refuse the system calls ``numbers``, and all of another machine's numbering, with EACCES."""
    left = len(numbers)
    program = [  # operation, steps to skip if it holds, if not, and its operand
        (_LOAD, 0, 0, 4),  # which machine's numbering the call uses
        (_EQUAL, 0, left + 2, machine),
        (_LOAD, 0, 0, 0),  # the call's number
        (_AT_LEAST, left, 0, _X32_CALLS),
        *((_EQUAL, left - place - 1, 1 if place == left - 1 else 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _REFUSED),
        (_RETURN, 0, 0, _ALLOWED),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    steps = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("@HP", len(program), ctypes.addressof(steps))
    _checked(_libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.c_char_p(described), 0, 0))


def _interpreter() -> Iterator[Path]:
    """Yield where Python and its packages lie.

    Folders to import from are among them, but none that holds something of the learner's: the workspace, in which the
    engine lies, the folder in which the command was typed, the home directory.
    """
    engine = Path(__file__).resolve().parents[1]
    yield engine
    yield from (Path(folder) for folder in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix})
    yield from (Path(folder) for folder in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if folder)
    yield Path(sysconfig.get_config_var("LIBDIR") or sys.base_prefix)
    own = (engine, Path.cwd(), Path(os.path.expanduser("~")))
    for folder in (Path(entry).resolve() for entry in sys.path if entry):
        if not any(place.is_relative_to(folder) for place in own):
            yield folder


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _checked(result: int) -> int:
    """Return what a call of the system returned.

    Raises:
        OSError: it failed.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)


if __name__ == "__main__":  # a process tries it, for ``exam verify``
    build([])
    sys.exit(not is_whole())

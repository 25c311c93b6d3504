"""The inside of a limited process: what it does to itself before it touches anything of a stranger's."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path

from exam.processes import wall

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Resources:
    """What the system itself is asked to keep to, where it has such limits; see getrlimit(2) and ``job_object``.

    Attributes:
        address_space: bytes, on Windows of the memory that it promises; None for no limit.
        file_size: bytes of the largest file that may be written, the log included.
        may_fork: whether processes and threads may be started.
    """

    address_space: int | None
    file_size: int
    may_fork: bool = True


def main(connection: Connection, serve: str, log: str, parent: int | None) -> None:
    """Run ``serve``, "module:function", with this end of the pipe until the other end is closed.

    Args:
        connection: this end.
        serve: what to run.
        log: the file that takes what this process prints.
        parent: see ``die_with_parent``; 0 for whichever process that is, None for not to do so.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    print_to(log)
    if parent is not None:
        die_with_parent(parent)
    module, _, function = serve.partition(":")
    with suppress(EOFError):
        getattr(importlib.import_module(module), function)(connection)


def print_to(log: str, streams: Iterable[int] = (1, 2)) -> None:
    """Send what this process prints to a file: the native code of TensorFlow writes to stderr at any log level.

    Args:
        log: the file.
        streams: numbers of the descriptors to send there; by default stdout and stderr.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in streams:
        os.dup2(descriptor, stream)
    os.close(descriptor)


def die_with_parent(parent: int = 0) -> None:
    """Ask Linux to end this process with the thread that started it.

    Args:
        parent: number of the process that started it; another one shows that it ended before we could ask. 0 when it
            is not known.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if parent and os.getppid() != parent:
            os._exit(1)


def settle(resources: Resources, readable: Iterable[Path] | None = None, writable: Iterable[Path] = ()) -> None:
    """Set this process's own limits; called once, when it knows what it will work on.

    Args:
        resources: what it may use.
        readable: see ``wall.build``; None for no wall.
        writable: alike.

    A wall holds for threads that begin later, so it comes first.
    """
    if readable is not None:
        try:
            wall.build(readable, writable)
        except OSError:  # without it, the inspection and the limits are left; ``exam verify`` says so
            traceback.print_exc()
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    if sys.platform == "win32":
        from exam.processes import job_object

        try:
            job_object.keep_to(resources.address_space, resources.may_fork)
        except OSError:  # the watchdog is left
            traceback.print_exc()
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resources.file_size, resources.file_size))
    if sys.platform == "linux":
        if resources.address_space is not None:
            resource.setrlimit(resource.RLIMIT_AS, (resources.address_space, resources.address_space))
        if not resources.may_fork:
            resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def allow_processor(seconds: int) -> None:
    """Let this process use so many more seconds of the processor; then SIGXCPU ends it, which tells why it ended.

    Args:
        seconds: for one task; each begins with its own. Windows has a limit for a whole process only, and sets none.
    """
    if sys.platform != "win32":
        import resource

        times = os.times()
        most = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(times.user + times.system) + 1 + seconds, most))


def _end_with_the_parent() -> None:
    """Wait for the end of the process that started this one; then nobody wants the answer."""
    parent = parent_process()
    if parent is not None:  # multiprocessing's
        parent.join()
    else:  # who started this program holds the other end of its standard input
        os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])), sys.argv[2], sys.argv[3], int(sys.argv[4]) if sys.argv[4] else None)

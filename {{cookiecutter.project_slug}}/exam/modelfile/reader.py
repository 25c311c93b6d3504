"""The process in which a stranger's file is read, seen from ours.

It lives on from file to file, and is replaced when it dies. Standard library only, so that it can be started first: it
imports its packages while we import ours.
"""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exam.processes import launch
from exam.processes.limited_process import LimitedProcess, Limits, Stopped

SERVE = "exam.modelfile.sandbox:serve"
LOG = Path(os.devnull)
"""Its output is thrown away: its answers say what is wrong."""
SECONDS_TO_START = 60
SECONDS_PER_FILE = 10
"""This is processor time: a file of 800 layers takes one second, and a busy machine must not fail a good file."""
SECONDS_TO_WAIT = 60
MEMORY_BYTES = 2**30


class Damaged(Exception):
    """The file cannot be read to the end; the message is a reason that follows "not a readable HDF5 file:"."""


class _ShutOut(Exception):
    """The process may not open the file: its wall was built around a folder that is gone, though not its name."""


@dataclass
class _Reader:
    """The process, and the one folder that it sees.

    Attributes:
        root: of the private copies.
        process: the process itself.
        is_ready: whether it has said that it is.
    """

    root: Path
    process: LimitedProcess
    is_ready: bool = False

    def ask(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the answer.

        Raises:
            Stopped: the process died or was over a limit.
            RuntimeError: it did not start, or failed by a fault of ours.
            OSError: it cannot write to its folder.
        """
        if not self.is_ready:
            self._wait_until_ready()
        self.process.allow(Limits(SECONDS_TO_WAIT, MEMORY_BYTES, SECONDS_PER_FILE))
        self.process.send(kind, **values)
        reply = self.process.receive("done", "damaged", "disk", "fault", "shut out")
        if reply.type == "shut out":
            raise _ShutOut(str(self.root))
        if reply.type == "damaged":
            raise Damaged(reply.values["reason"])
        if reply.type == "disk":
            raise OSError(reply.values["errno"], os.strerror(reply.values["errno"]), reply.values["path"])
        if reply.type == "fault":
            raise RuntimeError(reply.values["traceback"])
        return reply.values

    def _wait_until_ready(self) -> None:
        """Wait for the first message; before it no file was touched, so a failure is ours."""
        try:
            self.process.allow(Limits(SECONDS_TO_START))
            self.process.receive("ready")
        except Stopped as stopped:
            raise RuntimeError(f"The process that reads model files did not start: it {stopped}.") from stopped
        self.is_ready = True


_LOCK = threading.Lock()
idle: list[_Reader] = []


def start(root: Path) -> None:
    """Start the process for the files below ``root`` if there is none, without waiting for it."""
    with _LOCK:
        if not idle or idle[0].root != root:
            _stop_idle()
            idle.append(_new(root))


def _new(root: Path) -> _Reader:
    """Start a process, and tell it at once what it will see: it shuts itself in while we go on."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    process = LimitedProcess(*launch.program(SERVE, LOG))
    with suppress(Stopped):  # who waits for it will be told
        process.send("start", root=str(root), memory=MEMORY_BYTES)
    return _Reader(root, process)


def ask(root: Path, kind: str, **values: Any) -> dict[str, Any]:
    """Return the answer of the process; one that stopped is replaced by the next request.

    Args:
        root: the folder of the private copies.
        kind: of the request.
        values: what belongs to it.

    Raises:
        Damaged: the file is damaged, or the process died of it or was over a limit.
        RuntimeError: the process cannot be started, or failed by a fault of ours.
        OSError: it cannot write below ``root``.
    """
    with _LOCK:
        try:
            return _ask(root, kind, values)
        except _ShutOut:
            pass
        return _ask(root, kind, values)


def _ask(root: Path, kind: str, values: dict[str, Any]) -> dict[str, Any]:
    if idle and (idle[0].root != root or not idle[0].process.is_alive):
        _stop_idle()
    reader = idle.pop() if idle else _new(root)
    try:
        answer = reader.ask(kind, values)
    except (Damaged, OSError):
        idle.append(reader)
        raise
    except Stopped as stopped:
        reader.process.stop()
        raise Damaged(f"reading it {stopped}") from stopped
    except BaseException:
        reader.process.stop()
        raise
    idle.append(reader)
    return answer


@atexit.register
def stop() -> None:
    """End the process."""
    with _LOCK:
        _stop_idle()


def _stop_idle() -> None:
    while idle:
        idle.pop().process.stop()

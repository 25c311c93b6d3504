"""One process with limits, seen from ours: it is asked, watched, stopped, and its death is put into words.

The process that reads files and those that run models are all of this kind. Standard library only, so that the first
can be started before anything else is imported; psutil is imported when a process takes long enough to be looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from exam.processes import protocol
from exam.processes.launch import Process
from exam.processes.protocol import Disorder, Message

POLL_SECONDS = 0.05
QUICK_SECONDS = 0.2
"""Most answers come sooner than this; the memory is not looked at before."""
SECONDS_TO_END = 5
DEATHS = {
    6: "made the process give up, most likely because memory ran out",
    9: "was ended by the system, most likely because memory ran out",
    11: "made the process crash",
    24: "took more processor time than is allowed",
}
"""Signal -> what happened. Systems other than Linux and macOS have only exit codes."""
DISORDER = "made the process send an invalid answer"
T = TypeVar("T")


class Stopped(Exception):
    """The process died, or was over a limit and ended; the message follows what it did, as "reading it ..." would."""


@dataclass(frozen=True)
class Limits:
    """What a process may use for one task.

    Attributes:
        seconds: by the clock on the wall.
        memory: resident bytes; None for no limit.
        processor: seconds of the processor; None for no limit.
    """

    seconds: float
    memory: int | None = None
    processor: float | None = None


class LimitedProcess:
    """A process and the pipe to it.

    Args:
        connection: our end of the pipe.
        process: as ``launch`` returns it.
    """

    def __init__(self, connection: Connection, process: Process) -> None:
        self.connection, self.process = connection, process
        self.allow(Limits(float("inf")))
        self._verdict: str | None = None
        self._is_busy, self._is_stopped = threading.Event(), False
        threading.Thread(target=self._watch, daemon=True).start()

    def allow(self, limits: Limits) -> None:
        """Begin a new task: from now on the process may use this much."""
        self._limits, self._since = limits, time.monotonic()
        self._used_before: float | None = None

    def send(self, kind: str, **values: Any) -> None:
        """Send a message without content.

        Raises:
            Stopped: the process is gone.
        """
        try:
            protocol.send(self.connection, kind, **values)
        except OSError as error:
            raise Stopped(self._death()) from error

    def receive(self, *expected: str) -> Message:
        """Wait for a message of one of the types ``expected``.

        Raises:
            Stopped: the process died, was over a limit, or did not keep to the protocol.
        """
        return self._waited(lambda: protocol.receive(self.connection, expected))

    def content(self, message: Message, size: int) -> bytes:
        """Return the ``size`` bytes that must follow a message.

        Raises:
            Stopped: as ``receive`` does, or there are more or fewer of them.
        """
        return self._waited(lambda: protocol.content(self.connection, message, size))

    def stop(self) -> None:
        """End the process, now."""
        self._is_stopped = True
        self._is_busy.set()  # the watchdog leaves
        self.process.kill()
        self.process.join(SECONDS_TO_END)
        self.connection.close()

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self.process.pid or 0

    @property
    def is_alive(self) -> bool:
        """Return whether the process can be asked again."""
        return not self._is_stopped and self.process.is_alive()

    def _waited(self, take: Callable[[], T]) -> T:
        self._is_busy.set()
        try:
            return take()
        except (EOFError, OSError, Disorder) as error:
            reason = self._verdict or (DISORDER if isinstance(error, Disorder) else self._death())
            raise Stopped(reason) from error
        finally:
            self._is_busy.clear()

    def _death(self) -> str:
        """Return what the exit code of a process says that died without a word."""
        self.process.join(SECONDS_TO_END)
        code = self.process.exitcode
        return f"{DEATHS.get(signal_of(code or 0), 'ended the process')} (exit code {code})"

    def _watch(self) -> None:
        """Look at a busy process until it ends, and end it when it is over a limit: then its pipe closes."""
        while not self._is_stopped:
            self._is_busy.wait()
            time.sleep(POLL_SECONDS)
            reason = self._excess() if self._is_busy.is_set() and not self._is_stopped else None
            if reason is not None:
                self._verdict = reason
                self.process.kill()
                return

    def _excess(self) -> str | None:
        """Return which limit is passed; None as long as none is."""
        limits, passed = self._limits, time.monotonic() - self._since
        if passed > limits.seconds:
            return f"took longer than {limits.seconds:g} seconds"
        if passed < QUICK_SECONDS:
            return None
        if limits.memory is not None and self._resident_bytes() > limits.memory:
            return f"needed more than {limits.memory / 2**30:g} GB of memory"
        if limits.processor is not None and self._used() > limits.processor:
            return f"took longer than {limits.processor:g} seconds"
        return None

    def _used(self) -> float:
        """Return the seconds of the processor since the first look at this task."""
        import psutil

        with suppress(psutil.Error):
            times = psutil.Process(self.pid).cpu_times()
            now = float(times.user + times.system)
            if self._used_before is None:
                self._used_before = now
            return now - self._used_before
        return 0.0

    def _resident_bytes(self) -> int:
        import psutil

        with suppress(psutil.Error):
            return int(psutil.Process(self.pid).memory_info().rss)
        return 0


def signal_of(code: int) -> int:
    """Return the signal that an exit code tells of, which is negative, or above 128 from a shell; 0 for none."""
    return -code if code < 0 else max(code - 128, 0)

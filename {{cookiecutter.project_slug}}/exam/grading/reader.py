"""The small process in which a stranger's file is read, seen from ours: it is started, asked, limited and replaced.

Standard library only, so that it can be started first: it imports its packages while we import ours.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ENGINE = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60
SECONDS_PER_FILE = 10
"""Of the processor's work: a file of 800 layers takes one, and a busy machine must not make a good file a bad one."""
SECONDS_TO_WAIT = 60
MEMORY_BYTES = 2**30
POLL_SECONDS = 0.05
QUICK_SECONDS = 0.2
"""Nearly every file is read in less; before it, psutil is not imported to look at the memory."""
DEATHS = {
    6: "was ended by the HDF5 library",
    9: "was ended by the system, most likely for want of memory",
    11: "crashed in the HDF5 library",
}
"""Signal -> what happened; elsewhere than on Linux and macOS there are only exit codes."""
TOO_MUCH = f"reading it needed more than {MEMORY_BYTES // 2**30} GB of memory"


class Stopped(Exception):
    """The file could not be read to the end; the message is a reason that follows "not a readable HDF5 file:"."""


class _Reader:
    """The process, and a thread that waits for its lines: a pipe cannot be waited for with a limit on all systems."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ENGINE), "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-P", "-m", "exam.grading.contained"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, env=environment, text=True, encoding="ascii", **pipes)
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self.is_ready, self.used = False, 0.0

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer.

        Raises:
            Stopped: the process died or was over a limit.
        """
        if not self.is_ready:
            self._wait_until_ready()
        assert self.process.stdin is not None
        with suppress(OSError):  # it died: there will be no answer
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        reply: dict[str, Any] = json.loads(self._answer(SECONDS_TO_WAIT))
        self.used = reply.pop("used", 0.0)
        return reply

    def stop(self) -> None:
        """End the process, now."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _wait_until_ready(self) -> None:
        """Wait for the first line; before it no file was touched, so a failure is ours."""
        try:
            self.used = json.loads(self._answer(SECONDS_TO_START))["used"]
        except Stopped as stopped:
            raise RuntimeError(f"The process that reads model files did not start: {stopped}.") from stopped
        self.is_ready = True

    def _read(self) -> None:
        assert self.process.stdout is not None
        with suppress(ValueError, OSError):
            for line in self.process.stdout:
                self.lines.put(line)
        self.lines.put("")

    def _answer(self, seconds: float) -> str:
        """Return the next line; look at the clock, the work and the memory while waiting."""
        begun = time.monotonic()
        while True:
            try:
                line = self.lines.get(timeout=POLL_SECONDS)
            except queue.Empty:
                passed = time.monotonic() - begun
                if passed > seconds:
                    raise Stopped(f"reading it took longer than {seconds:g} seconds") from None
                if passed > QUICK_SECONDS and self.is_ready:
                    self._look()
                continue
            if not line:
                raise Stopped(f"the process that read it {_death(self.process.wait())}")
            return line

    def _look(self) -> None:
        """Raise Stopped when the process has used too much memory, or the processor for too long."""
        import psutil

        try:
            process = psutil.Process(self.process.pid)
            memory, times = process.memory_info().rss, process.cpu_times()
        except psutil.Error:
            return
        if memory > MEMORY_BYTES:
            raise Stopped(TOO_MUCH)
        if times.user + times.system - self.used > SECONDS_PER_FILE:
            raise Stopped(f"reading it took longer than {SECONDS_PER_FILE:g} seconds")


def signal_of(code: int) -> int:
    """Return the signal that an exit code tells of, which is negative, or above 128 from a shell; 0 for none."""
    return -code if code < 0 else max(code - 128, 0)


def _death(code: int) -> str:
    """Return what an exit code says, for a sentence."""
    return f"{DEATHS.get(signal_of(code), 'ended')} (exit code {code})"


_LOCK = threading.Lock()
idle: list[_Reader] = []


def start() -> None:
    """Start the process if there is none, without waiting for it."""
    with _LOCK:
        if not idle:
            idle.append(_Reader())


def ask(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of the process; one that stopped is replaced by the next request.

    Raises:
        Stopped: it died or was over a limit, or says that the file is damaged.
        RuntimeError: it cannot be started, or failed by a fault of ours.
    """
    with _LOCK:
        reader = idle.pop() if idle else _Reader()
        try:
            reply = reader.ask(request)
        except BaseException:
            reader.stop()
            raise
        idle.append(reader)
    if "fault" in reply:
        raise RuntimeError(reply["fault"])
    if "stopped" in reply:
        raise Stopped(reply["stopped"])
    return reply


@atexit.register
def stop() -> None:
    """End the process."""
    while idle:
        idle.pop().stop()

"""One process with limits, seen from ours: it is started, asked, watched, stopped, and its death is put into words.

The process that reads files and those that run models are all of this kind. Standard library only, so that the first
can be started before anything else is imported; psutil is imported when a process takes long enough to be looked at.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from exam.running import child, protocol
from exam.running.protocol import Disorder, Message

ENGINE = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.05
QUICK_SECONDS = 0.2
"""Most answers come sooner; until then nobody looks at the memory."""
SECONDS_TO_END = 5
PATH_FILE = "exam_workspace.pth"
"""Of ``site-packages``; written by ``bootstrap.py``."""
RUN_MODULE = (
    "import sys; sys.path.append(sys.argv[1]); del sys.argv[:2]; "
    "import runpy; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)
DEATHS = {
    6: "made the process give up, most likely for want of memory",
    9: "was ended by the system, most likely for want of memory",
    11: "made the process crash",
    24: "took longer than the processor's time allowed for it",
}
"""Signal -> what happened; elsewhere than on Linux and macOS there are only exit codes."""
DISORDER = "made the process answer in disorder"
NEEDED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "WINDIR")
"""Variables of the environment that a process gets from ours; it sees no other, such as keys and tokens."""
NEEDED_WITH_GPU = ("CUDA", "NVIDIA", "PATH", "XLA")
"""Beginnings of those that a process with a GPU gets besides."""
_STARTING = threading.RLock()
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
        context: of multiprocessing; says how the process is made.
        serve: what it runs, given its end of the pipe, as "module:function"; we need not import it.
        log: the file that takes what it prints.
        gpu: whether it may use a GPU.
    """

    def __init__(self, context: Any, serve: str, log: Path, gpu: bool = False) -> None:
        self.connection, theirs = context.Pipe()
        forked = context.get_start_method() == "forkserver"  # by a server that ends with us itself
        parent = 0 if forked else os.getpid() if threading.current_thread() is threading.main_thread() else None
        arguments = (theirs, serve, str(log), parent)
        self.process = context.Process(target=child.main, args=arguments, daemon=True)
        own = nullcontext() if forked else environment(gpu)  # the server's children have the server's
        with own, _without_main():
            self.process.start()
        theirs.close()
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
        return int(self.process.pid)

    @property
    def is_alive(self) -> bool:
        """Return whether the process can be asked again."""
        return not self._is_stopped and bool(self.process.is_alive())

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


@contextmanager
def environment(gpu: bool, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Give a process that is being started what it needs of our environment and no more, then restore ours."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in NEEDED}
    if gpu:
        kept |= {name: value for name, value in os.environ.items() if name.upper().startswith(NEEDED_WITH_GPU)}
    else:
        kept["CUDA_VISIBLE_DEVICES"] = "-1"
    if not _knows_the_engine():
        kept["PYTHONPATH"] = str(ENGINE)
    kept |= {
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": os.devnull,  # where no keras.json can lie: the user's may ask for other numbers and axes
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONSAFEPATH": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **(settings or {}),
    }
    with _STARTING:
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(kept)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _knows_the_engine() -> bool:
    """Return whether a Python of this environment finds the engine by itself, behind everything else.

    ``bootstrap.py`` writes a file for that. On PYTHONPATH the workspace comes before Python's own folders, and a file
    of the learner's there could stand for a module that is meant.
    """
    told = Path(sysconfig.get_path("purelib"), PATH_FILE)
    try:
        return told.read_text(encoding="utf-8", errors="replace").strip() == str(ENGINE)
    except OSError:
        return False


def own_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of the engine in another Python; it looks at the learner's files last."""
    return [sys.executable, "-E", "-P", "-c", RUN_MODULE, str(ENGINE), module, *arguments]


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the program that runs us from a process that is being started.

    multiprocessing would import it again there, which no process of ours needs: a test runner or a script without a
    guard would start all over, and a notebook or standard input cannot be imported at all.
    """
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main

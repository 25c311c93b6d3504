"""How a limited process is started: as a program of its own, or forked by multiprocessing's server.

Standard library only, as what is started first.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

ENGINE = Path(__file__).resolve().parents[2]
PATH_FILE = "exam_workspace.pth"
"""``bootstrap.py`` writes this file into ``site-packages``."""
RUN_MODULE = (
    "import sys; sys.path.append(sys.argv[1]); del sys.argv[:2]; "
    "import runpy; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)
NEEDED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "WINDIR")
"""A process gets these environment variables from ours, and no others, such as keys and tokens."""
NEEDED_WITH_GPU = ("CUDA", "NVIDIA", "PATH", "XLA")
"""A process with a GPU also gets the variables that begin like this."""
_STARTING = threading.RLock()


class NotStarted(Exception):
    """The server that forks processes is not there; the message is a sentence."""


class Process(Protocol):
    """What is asked of a process that was started: a part of ``multiprocessing.Process``."""

    @property
    def pid(self) -> int | None:
        """Return its number."""

    @property
    def exitcode(self) -> int | None:
        """Return how it ended, minus the number of a signal; None while it runs."""

    def is_alive(self) -> bool:
        """Return whether it runs."""

    def kill(self) -> None:
        """End it, now."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, so many seconds."""


class _Program:
    """A process that multiprocessing knows nothing of: one started there brings a second one, which tracks resources.

    Its standard input is a pipe that nobody writes to: it ends with us.
    """

    def __init__(self, command: list[str], settings: Mapping[str, str], theirs: Connection) -> None:
        nowhere = subprocess.DEVNULL
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            command, env=settings, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, pass_fds=[theirs.fileno()]
        )
        self.pid = self._process.pid

    @property
    def exitcode(self) -> int | None:
        """Return how it ended, as far as ``join`` has seen it."""
        return self._process.returncode

    def is_alive(self) -> bool:
        """Return whether it runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it, now."""
        self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, so many seconds."""
        assert self._process.stdin is not None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
            self._process.stdin.close()


def program(serve: str, log: Path, gpu: bool = False) -> tuple[Connection, Process]:
    """Start a process that imports everything anew, on any system; return our end of the pipe to it, and the process.

    Args:
        serve: what it runs, given its end of the pipe, as "module:function"; we need not import it.
        log: the file that takes what it prints.
        gpu: whether it may use a GPU.
    """
    parent = os.getpid() if threading.current_thread() is threading.main_thread() else None
    if sys.platform == "win32":  # where only multiprocessing knows how to hand a pipe on
        with environment(gpu):
            return _by_multiprocessing("spawn", serve, log, parent)
    ours, theirs = multiprocessing.Pipe()
    command = own_module("exam.processes.child", str(theirs.fileno()), serve, str(log), str(parent or ""))
    process = _Program(command, needed(gpu), theirs)
    theirs.close()
    return ours, process


def fork(serve: str, log: Path) -> tuple[Connection, Process]:
    """Have multiprocessing's server, which was started before, fork a process; the arguments are those of ``program``.

    It has the server's environment, and ends with the server, which ends with us.

    Raises:
        NotStarted: the server has ended, as it does when TensorFlow cannot be imported.
    """
    try:
        return _by_multiprocessing("forkserver", serve, log, 0)
    except (EOFError, OSError) as error:
        raise NotStarted("The grader's process ended while importing TensorFlow.") from error


def _by_multiprocessing(method: str, serve: str, log: Path, parent: int | None) -> tuple[Connection, Process]:
    from exam.processes import child  # here: the other way is taken first, and in a hurry

    context: Any = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=child.main, args=(theirs, serve, str(log), parent), daemon=True)
    with _without_main():
        process.start()
    theirs.close()
    return ours, process


def own_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of the engine in another Python; it looks at the learner's files last."""
    options = ["-E", "-P", "-X", "utf8", *(["-B"] if sys.dont_write_bytecode else [])]
    return [sys.executable, *options, "-c", RUN_MODULE, str(ENGINE), module, *arguments]


def needed(gpu: bool) -> dict[str, str]:
    """Return the environment of a process: what it needs of ours and no more, and what it is to be."""
    variables = {name: value for name, value in os.environ.items() if name.upper() in NEEDED}
    if gpu:
        variables |= {name: value for name, value in os.environ.items() if name.upper().startswith(NEEDED_WITH_GPU)}
    else:
        variables["CUDA_VISIBLE_DEVICES"] = "-1"
    return variables | {
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": os.devnull,  # where no keras.json can lie: the user's may ask for other numbers and axes
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


@contextmanager
def environment(gpu: bool, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Give a process that multiprocessing is about to start such an environment with ``settings``, then restore ours.

    multiprocessing starts a Python without our options, so that variables must say where the engine is.
    """
    variables = {**needed(gpu), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", **(settings or {})}
    if sys.dont_write_bytecode:
        variables["PYTHONDONTWRITEBYTECODE"] = "1"
    if not _knows_the_engine():
        variables["PYTHONPATH"] = str(ENGINE)
    with _STARTING:
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(variables)
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
    file = Path(sysconfig.get_path("purelib"), PATH_FILE)
    try:
        line = file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return False
    return line == f"import os, sys; sys.path.append(os.fsdecode({os.fsencode(ENGINE)!r}))"


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

"""The server that imports TensorFlow once and forks a process for each model, on Linux without a GPU.

Standard library only, so that it can be started first: TensorFlow is then imported while the grader imports its own
packages and inspects the files.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path

from exam.machine import logs
from exam.processes import launch

PRELOAD = "exam.running.preload"
LONGEST_NAME = 60
"""A folder for sockets has at most this many bytes; a socket's whole name may have about a hundred, see unix(7)."""
SHORT_NAMES = ("/tmp", "/var/tmp", "/dev/shm")
LOG_VARIABLE, DIES_VARIABLE = "EXAM_WORKER_LOG", "EXAM_SERVER_DIES"
"""These variables tell the server where it writes, and with which process it ends, even while it imports."""


class NoServer(OSError):
    """The server cannot listen anywhere here; models are run in processes that import TensorFlow anew."""


def possible(gpu: bool) -> bool:
    """Return whether forking is available and safe: not on Windows and macOS, not with a GPU's driver loaded."""
    return sys.platform == "linux" and not gpu


def start(log: Path) -> None:
    """Start the server unless it runs.

    Raises:
        NoServer: this machine does not let it.
        OSError: the log cannot be written.
    """
    logs.make_room(log)
    settings = {LOG_VARIABLE: str(log)}
    if threading.current_thread() is threading.main_thread():
        settings[DIES_VARIABLE] = str(os.getpid())
    with launch.environment(gpu=False, settings=settings), _short_names():
        multiprocessing.set_forkserver_preload([PRELOAD])
        try:
            forkserver.ensure_running()
        except OSError as error:
            raise NoServer(str(error)) from error


@contextmanager
def _short_names() -> Iterator[None]:
    """Have multiprocessing make its sockets in a folder with a short name where TMPDIR has a long one."""
    before = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > LONGEST_NAME:
        tempfile.tempdir = next((folder for folder in SHORT_NAMES if os.access(folder, os.W_OK)), tempfile.tempdir)
    try:
        yield
    finally:
        tempfile.tempdir = before


def stop() -> None:
    """End the server, now: it may be in the middle of importing TensorFlow, and somebody may be waiting for that.

    multiprocessing has no public name for the number of the server's process; the next use starts another server.
    """
    number = getattr(forkserver._forkserver, "_forkserver_pid", None)
    if sys.platform != "win32" and number is not None:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)

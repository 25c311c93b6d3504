"""What a limited process must not be able to do, tried from inside it after it has shut itself in.

``reader`` and ``worker`` are the real processes. What their canaries could do goes to the log, as one line of JSON.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from exam.running import child

MARK = "canaries: "


def _connect(kind: int, family: int = socket.AF_INET) -> Callable[[], object]:
    return lambda: socket.socket(family, kind).close()


def attempts(beside: Path, foreign: Path) -> dict[str, Callable[[], object]]:
    """Return name -> attempt; none may succeed.

    Args:
        beside: the learner's model file.
        foreign: a file of the user, outside.
    """
    return {
        "read the home directory": lambda: os.listdir(Path(foreign).parent),
        "read a file of the user": foreign.read_bytes,
        "read the learner's program": beside.with_name("starter.py").read_bytes,
        "read the passwords": Path("/etc/passwd").read_bytes,
        "read another process": Path(f"/proc/{os.getppid()}/environ").read_bytes,
        "write beside the model": lambda: beside.with_name("planted.h5").write_bytes(b"x"),
        "write over the model": lambda: beside.open("r+b").close(),
        "write into the folder for temporary files": lambda: foreign.with_name("planted").write_bytes(b"x"),
        "connect by TCP": _connect(socket.SOCK_STREAM),
        "connect by UDP": _connect(socket.SOCK_DGRAM),
        "connect to a program of this machine": _connect(socket.SOCK_STREAM, socket.AF_UNIX),
        "start a program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "become a program": lambda: os.execv("/bin/true", ["true"]),
        "end the grader": lambda: os.kill(os.getppid(), 0),
    }


def sing(place: str) -> None:
    """Try everything and tell what worked."""
    beside, foreign = (Path(path) for path in json.loads(place))
    done = []
    for name, attempt in attempts(beside, foreign).items():
        try:
            attempt()
        except OSError:
            continue
        done.append(name)
    secrets = [name for name in os.environ if "SECRET" in name]
    print(MARK + json.dumps({"done": done, "secrets": secrets}), file=sys.stderr, flush=True)


def reader(connection: Connection) -> None:
    """Be the process that reads files."""
    from exam.grading import contained

    _after_settling()
    contained.serve(connection)


def worker(connection: Connection) -> None:
    """Be the process that runs models."""
    from exam.grading import worker as real

    _after_settling()
    real.serve(connection)


def _after_settling() -> None:
    settle = child.settle
    place = Path(__file__).with_name("place.json")  # of the copy that the test has made of this module
    text = place.read_text(encoding="utf-8")

    def settled(*arguments: Any, **options: Any) -> None:
        settle(*arguments, **options)
        sing(text)

    child.settle = settled

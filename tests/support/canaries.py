"""What a limited process must not be able to do, tried from inside it after it has shut itself in.

``reader`` and ``worker`` are the real processes. What their canaries could do goes to the log, as one line of JSON.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

from exam.processes import child, protocol

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
    try:
        ThreadPool(1).terminate()  # as Keras does to look for pictures
        has_pool = True
    except OSError:
        has_pool = False
    print(MARK + json.dumps({"done": done, "secrets": secrets, "pool": has_pool}), file=sys.stderr, flush=True)


def reader(connection: Connection) -> None:
    """Be the process that reads files."""
    from exam.modelfile import sandbox

    _after_settling()
    sandbox.serve(connection)


def worker(connection: Connection) -> None:
    """Be the process that runs models."""
    from exam.running import worker as real

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


# --- A process that fails with every file


def aborts(connection: Connection) -> None:
    _phases(connection, *PHASES[:2])
    os.abort()


def aborts_at_once(connection: Connection) -> None:
    os.abort()


def refuses(connection: Connection) -> None:
    """Be unable to load anything, as where a library does not fit."""
    _phases(connection, *PHASES[:2])
    protocol.send(connection, "refused", code="not-loadable", reason="no such thing", memory=False)
    time.sleep(60)


def lacks_tensorflow(connection: Connection) -> None:
    """Be the real process, where a library of TensorFlow is missing."""
    from exam.running import worker as real

    sys.modules["keras"] = None  # type: ignore[assignment]
    real.serve(connection)


def reads_nothing(connection: Connection) -> None:
    protocol.receive(connection, ["start"])
    protocol.send(connection, "ready")
    protocol.receive(connection, ["inspect", "repair"])
    os.abort()


def reads_nonsense(connection: Connection) -> None:
    protocol.receive(connection, ["start"])
    protocol.send(connection, "ready")
    protocol.receive(connection, ["inspect", "repair"])
    protocol.send(connection, "done", size="large", hints=[{"code": 1}])


# --- A process that has been taken over, and lies


def _phases(connection: Connection, *phases: str) -> None:
    protocol.receive(connection, ["model"])
    for phase in phases:
        protocol.send(connection, "phase", phase=phase)


def _then(connection: Connection, header: dict[str, Any] | bytes, content: bytes = b"") -> None:
    """Go through the phases, then send what no real worker would."""
    _phases(connection, *PHASES)
    connection.send_bytes(header if isinstance(header, bytes) else json.dumps(header).encode())
    if content:
        connection.send_bytes(content)
    time.sleep(60)


def begins_again(connection: Connection) -> None:
    _phases(connection, *PHASES)
    while True:
        protocol.send(connection, "phase", phase=PHASES[1])
        time.sleep(0.1)


def no_header(connection: Connection) -> None:
    _then(connection, b"[[[")


def long_header(connection: Connection) -> None:
    _then(connection, b" " * 10_000_000)


def nested_header(connection: Connection) -> None:
    _then(connection, b"[" * 1_000_000)


def another_type(connection: Connection) -> None:
    _then(connection, {"type": "passed", "bytes": 0, "points": 5})


def terabyte(connection: Connection) -> None:
    _then(connection, {"type": "answers", "bytes": 4 * 10**12, "shape": [10**12, 1], "whole_numbers": False})


def one_answer(connection: Connection) -> None:
    _then(connection, {"type": "answers", "bytes": 4, "shape": [1, 1], "whole_numbers": False}, bytes(4))


def fewer_bytes(connection: Connection) -> None:
    _then(connection, {"type": "answers", "bytes": 400, "shape": [100, 1], "whole_numbers": False}, bytes(4))


def more_bytes(connection: Connection) -> None:
    _then(connection, {"type": "answers", "bytes": 400, "shape": [100, 1], "whole_numbers": False}, bytes(4000))


def other_bytes(connection: Connection) -> None:
    _then(connection, {"type": "answers", "bytes": 404, "shape": [100, 1], "whole_numbers": False}, bytes(404))


def negative_shape(connection: Connection) -> None:
    _then(connection, {"type": "answers", "bytes": 400, "shape": [-100, -1], "whole_numbers": False}, bytes(400))


def half_a_message(connection: Connection) -> None:
    _phases(connection, *PHASES)
    os.write(connection.fileno(), b"\x00\x00\x01\x00half")
    time.sleep(60)


PHASES = ("starting TensorFlow", "loading the model", "predicting")
LIARS = [
    begins_again, no_header, long_header, nested_header, another_type, terabyte, one_answer, fewer_bytes, more_bytes,
    other_bytes, negative_shape, half_a_message,
]

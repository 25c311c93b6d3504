"""What goes between the grader and its limited processes: a JSON header with type and length, then so many bytes.

Never pickles: whoever has taken over the other end can say what it likes, and gets no further than a wrong number.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

MOST_HEADER_BYTES = 2**23
"""A header has at most this many bytes. The longest, inspections of networks of a thousand layers, need a tenth."""


class Disorder(Exception):
    """The other end did not keep to the protocol."""


@dataclass(frozen=True)
class Message:
    """One header.

    Attributes:
        type: what kind of message it is.
        values: the other entries of the header.
        size: how many bytes follow it.
    """

    type: str
    values: dict[str, Any]
    size: int


def send(connection: Connection, kind: str, content: bytes = b"", **values: Any) -> None:
    """Send one message, built whole before its first byte leaves.

    Raises:
        OSError: the other end is gone.
        TypeError, ValueError: ``values`` are no JSON data; nothing was sent.
    """
    header = json.dumps({**values, "type": kind, "bytes": len(content)}).encode()
    connection.send_bytes(header)
    if content:
        connection.send_bytes(content)


def receive(connection: Connection, expected: Collection[str]) -> Message:
    """Wait for the next header, and return it.

    Raises:
        EOFError: the other end has closed the pipe.
        OSError: it is gone, or the header is too long.
        Disorder: this is no header, or one of another type than ``expected``.
    """
    data = connection.recv_bytes(MOST_HEADER_BYTES)
    try:
        values = json.loads(data)
        kind, size = values.pop("type"), values.pop("bytes")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise Disorder("a header that is none") from error
    if kind not in expected or type(size) is not int or size < 0:
        raise Disorder(f"a message of type {kind!r:.40}")
    return Message(kind, values, size)


def content(connection: Connection, message: Message, size: int) -> bytes:
    """Return the bytes that follow a header; nothing is read unless there are ``size`` of them.

    Raises:
        EOFError, OSError: as ``receive`` does.
        Disorder: there are more or fewer.
    """
    if message.size != size:
        raise Disorder(f"{message.size} bytes in place of {size}")
    if not size:
        return b""
    data: bytes = connection.recv_bytes(size)
    if len(data) != size:
        raise Disorder(f"{len(data)} bytes in place of {size}")
    return data

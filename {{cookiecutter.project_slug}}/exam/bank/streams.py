"""Independent random streams: one for each exam seed, question and purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import numpy as np

T = TypeVar("T")

HIDDEN = "hidden"
"""Purposes of hidden data are this word, or this word and more after a slash."""
_SAMPLE: ContextVar[int] = ContextVar("number of the hidden sample", default=0)


def generator(seed: int, question_id: str, purpose: str) -> np.random.Generator:
    """Return the random generator of one purpose, for example ``"training"`` or ``"hidden"``.

    Streams of different purposes are independent: knowing the training data says nothing of the hidden set.
    SHA-256 spreads the three parts over the whole entropy of PCG64, so neighbouring seeds are unrelated.
    """
    if _SAMPLE.get() and purpose.split("/")[0] == HIDDEN:
        purpose = f"{purpose}/fresh-{_SAMPLE.get()}"
    digest = hashlib.sha256(f"{seed}/{question_id}/{purpose}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


@contextmanager
def fresh(sample: int) -> Iterator[None]:
    """Give hidden data the random streams of another sample; the world and the training data stay the same.

    Args:
        sample: 1 or more; 0 is the sample of the exam itself.
    """
    token = _SAMPLE.set(sample)
    try:
        yield
    finally:
        _SAMPLE.reset(token)


def pick(stream: np.random.Generator, entries: Sequence[T]) -> T:
    """Return one entry, all equally likely."""
    return entries[int(stream.integers(len(entries)))]


def chance(stream: np.random.Generator, share: float) -> bool:
    """Return True with probability ``share``."""
    return bool(stream.random() < share)

"""Independent random streams: one for each exam seed, question and purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def generator(seed: int, question_id: str, purpose: str) -> np.random.Generator:
    """Return the random generator of one purpose, for example ``"training"`` or ``"hidden"``.

    Streams of different purposes are independent: knowing the training data says nothing of the hidden set.
    SHA-256 spreads the three parts over the whole entropy of PCG64, so neighbouring seeds are unrelated.
    """
    digest = hashlib.sha256(f"{seed}/{question_id}/{purpose}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def pick(stream: np.random.Generator, entries: Sequence[T]) -> T:
    """Return one entry, all equally likely."""
    return entries[int(stream.integers(len(entries)))]


def chance(stream: np.random.Generator, share: float) -> bool:
    """Return True with probability ``share``."""
    return bool(stream.random() < share)

"""The numbers that Keras gives to the words of the training texts, where a learner does not use the starter's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
UNKNOWN, NONE = 1, -1
"""The number of unknown words; the other stands for a word that has no number, and is left out of a text."""


class Encoded:
    """Notes which texts a starter turns into numbers; use as a context manager.

    Args:
        starter: a module with a function ``encode(texts, word_index)``, or one without.

    Attributes:
        texts: what was turned into numbers, in that order.
        word_index: word -> number, as the starter has it.
    """

    def __init__(self, starter: ModuleType) -> None:
        self.texts: list[str] = []
        self.word_index: Mapping[str, int] = {}
        self._starter = starter
        self._encode: Callable[..., Any] | None = getattr(starter, "encode", None)

    def __enter__(self) -> Encoded:
        """Listen to ``encode``."""
        encode = self._encode

        def listening(texts: Any, *more: Any) -> Any:
            assert encode is not None
            if more and isinstance(texts, list):
                self.texts += texts
                self.word_index = more[0]
            return encode(texts, *more)

        if encode is not None:
            self._starter.encode = listening  # type: ignore[attr-defined]
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        if self._encode is not None:
            self._starter.encode = self._encode  # type: ignore[attr-defined]

    def tables(self, training: int) -> Array:
        """Return the numbers that other tables have for each number of the starter, float32 (tables, numbers).

        Args:
            training: how many of the texts, from the first one on, are for training.
        """
        size = max(self.word_index.values()) + 1
        words = [""] * size
        for word, number in self.word_index.items():
            words[number] = word
        tables = [self._table(words, index, unknown) for index, unknown in _indices(self.texts, training)]
        return np.asarray(tables, dtype=np.float32)

    def _table(self, words: Sequence[str], index: Mapping[str, int], unknown: int) -> list[int]:
        """Return the number in another index of each of ``words``, whose first two are padding and what is unknown."""
        return [0, unknown, *(index.get(word, unknown) for word in words[2:])]


def _indices(texts: Sequence[str], training: int) -> Iterator[tuple[Mapping[str, int], int]]:
    """Yield word -> number as Keras makes it of the training texts, and of all, and the number of unknown words."""
    from tensorflow.keras.preprocessing.text import Tokenizer

    for some in (texts[:training], texts) if training < len(texts) else (texts,):
        tokenizer = Tokenizer()
        tokenizer.fit_on_texts(some)
        # With a token for unknown words, which gets the first number, all others are one higher.
        yield {word: number + 1 for word, number in tokenizer.word_index.items()}, UNKNOWN
        yield tokenizer.word_index, NONE
    yield _vocabulary(texts[:training]), UNKNOWN


def _vocabulary(texts: Sequence[str]) -> Mapping[str, int]:
    """Return word -> number as TextVectorization has it: 0 is padding, 1 is unknown."""
    import tensorflow as tf

    layer = tf.keras.layers.TextVectorization()
    layer.adapt(tf.constant(list(texts)))
    return {word: number for number, word in enumerate(layer.get_vocabulary())}

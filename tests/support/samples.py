"""Do training and hidden data share a sample? Looks through the eyes of the learner's own ``load_data()``."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from exam.bank.question import HiddenSet, Question

THUMBNAIL = 16
SAME_PICTURE = 0.005
"""Root mean square difference of two thumbnails, pixels 0..1: below, one is a copy of the other."""


def loaded(category: Path) -> Any:
    """Return what ``load_data()`` of the starter in ``category`` returns."""
    spec = importlib.util.spec_from_file_location("starter", category / "starter.py")
    assert spec is not None and spec.loader is not None
    starter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(starter)
    return starter.load_data()


def arrays(value: Any, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Yield every array of samples of ``shape`` in nested tuples, tf.data data sets and Keras's iterators."""
    if hasattr(value, "as_numpy_iterator"):
        for batch in value.as_numpy_iterator():
            yield from arrays(batch, shape)
    elif hasattr(value, "__getitem__") and hasattr(value, "filenames"):  # ImageDataGenerator's, which never ends
        for number in range(len(value)):
            yield from arrays(value[number], shape)
    elif isinstance(value, tuple | list):
        are_leaves = all(hasattr(part, "shape") for part in value)
        for part in value[::2] if are_leaves else value:  # x, y or x, y, x, y: labels may have the shape of inputs
            yield from arrays(part, shape)
    elif getattr(value, "shape", (None,))[1:] == shape:
        yield np.asarray(value)


def shared(question: Question, training: np.ndarray, samples: HiddenSet) -> int:
    """Return how many hidden samples are in ``training`` too: the same numbers, or the same picture newly encoded.

    Args:
        question: the declaration.
        training: samples as the model sees them, (n, *input_shape).
        samples: the hidden set.
    """
    if samples.x.dtype == np.uint8:
        return _shared_pictures(training, samples.x * question.input_scale)
    known = {row.tobytes() for row in np.round(training.astype(np.float64), 6)}
    hidden = np.round(samples.x.astype(np.float64), 6) * question.input_scale
    return sum(row.tobytes() in known for row in hidden)


def _shared_pictures(training: np.ndarray, hidden: np.ndarray) -> int:
    """Compare thumbnails by |a - b|^2 = |a|^2 - 2ab + |b|^2: all pairs at once."""
    first, second = _thumbnails(training), _thumbnails(hidden)
    squares = (second**2).sum(1)[:, None] - 2 * second @ first.T + (first**2).sum(1)
    return int((squares.min(axis=1) < first.shape[1] * SAME_PICTURE**2).sum())


def _thumbnails(pictures: np.ndarray) -> np.ndarray:
    """Return grey thumbnails as rows; each pixel is the mean of its part of the picture."""
    grey = pictures.astype(np.float64)
    grey = grey.mean(axis=3) if grey.ndim == 4 else grey
    for axis in (1, 2):
        if grey.shape[axis] > THUMBNAIL:
            edges = np.linspace(0, grey.shape[axis], THUMBNAIL + 1).astype(int)
            sums = np.add.reduceat(grey, edges[:-1], axis=axis)
            grey = sums / np.diff(edges).reshape([-1 if number == axis else 1 for number in range(3)])
    return grey.reshape(len(grey), -1)

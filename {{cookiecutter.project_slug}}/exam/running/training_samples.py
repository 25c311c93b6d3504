"""Training samples as the bank's own starter prepares them; for experiments in the worker, never the learner's code."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def read(starter: Path, category: Path, count: int) -> tuple[Array, Array, int]:
    """Return some training samples of a category, always the same ones: starters shuffle their data.

    Args:
        starter: the question's starter.py in the bank.
        category: the folder whose data the starter is to read, instead of its own.
        count: how many samples are wanted.

    Returns:
        Inputs (n, ...) as a model is given them, labels (n, ...), and how many training samples there are.
    """
    import keras

    keras.utils.set_random_seed(0)
    module = ModuleType("starter")
    module.__file__ = str(category / "starter.py")  # where it looks for data
    with contextlib.redirect_stdout(sys.stderr):  # Keras tells how many files it found
        exec(compile(starter.read_text(encoding="utf-8"), str(starter), "exec"), module.__dict__)
        return _some(module.load_data(), count)


def _some(loaded: Any, count: int) -> tuple[Array, Array, int]:
    """Return samples of the first pair of inputs and labels in what ``load_data()`` returned."""
    if _is_batched(loaded):
        return _first_batches(loaded, count)
    if all(hasattr(part, "shape") for part in loaded):  # x, y or x, y, x, y
        x, y = np.asarray(loaded[0]), np.asarray(loaded[1])
        chosen = np.linspace(0, len(x) - 1, min(count, len(x))).astype(int)
        return x[chosen], y[chosen], len(x)
    return _some(loaded[0], count)


def _is_batched(loaded: Any) -> bool:
    """Return whether ``loaded`` is a tf.data data set or an iterator of ImageDataGenerator."""
    return hasattr(loaded, "as_numpy_iterator") or hasattr(loaded, "filenames")


def _first_batches(loaded: Any, count: int) -> tuple[Array, Array, int]:
    """Return the samples of as many batches as are needed."""
    parts: list[tuple[Array, Array]] = []
    for batch in _batches(loaded):
        parts.append(batch)
        if sum(len(x) for x, _ in parts) >= count:
            break
    x, y = (np.concatenate(arrays)[:count] for arrays in zip(*parts, strict=True))
    return x, y, getattr(loaded, "samples", len(loaded) * len(parts[0][0]))


def _batches(loaded: Any) -> Iterator[tuple[Array, Array]]:
    if hasattr(loaded, "as_numpy_iterator"):
        yield from loaded.as_numpy_iterator()
    else:
        for number in range(len(loaded)):
            yield loaded[number]

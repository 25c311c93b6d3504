"""Training samples as the bank's own starter prepares them; for experiments in the worker, never the learner's code."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from exam.running import word_tables

Array = np.ndarray[Any, Any]
WINDOWS = 2048
"""This many windows of a series show what its values are like."""


@dataclass(frozen=True)
class Sample:
    """Some training samples.

    Attributes:
        x: inputs as a model is given them, (n, ...).
        y: labels, (n, ...).
        size: how many training samples there are.
        inputs: what is known of all inputs; see ``exam.running.live_model.TrainingSample``.
    """

    x: Array
    y: Array
    size: int
    inputs: Array


def read(starter: Path, category: Path, count: int) -> Sample:
    """Return some training samples of a category, always the same ones: starters shuffle their data.

    Args:
        starter: the question's starter.py in the bank.
        category: the folder whose data the starter is to read, instead of its own.
        count: how many samples are wanted.
    """
    import keras

    keras.utils.set_random_seed(0)
    module = ModuleType("starter")
    module.__file__ = str(category / "starter.py")  # where it looks for data
    with contextlib.redirect_stdout(sys.stderr):  # Keras tells how many files it found
        exec(compile(starter.read_text(encoding="utf-8"), str(starter), "exec"), module.__dict__)
        with word_tables.Encoded(module) as encoded:
            sample = _some(module.load_data(), count)
        return replace(sample, inputs=encoded.tables(sample.size)) if encoded.texts else sample


def _some(loaded: Any, count: int) -> Sample:
    """Return samples of the first pair of inputs and labels in what ``load_data()`` returned."""
    if _is_batched(loaded):
        return _first_batches(loaded, count)
    if all(hasattr(part, "shape") for part in loaded):  # x, y or x, y, x, y
        x, y = np.asarray(loaded[0]), np.asarray(loaded[1])
        chosen = np.linspace(0, len(x) - 1, min(count, len(x))).astype(int)
        return Sample(x[chosen], y[chosen], len(x), known(x))
    return _some(loaded[0], count)


def _is_batched(loaded: Any) -> bool:
    """Return whether ``loaded`` is a tf.data data set or an iterator of ImageDataGenerator."""
    return hasattr(loaded, "as_numpy_iterator") or hasattr(loaded, "filenames")


def _first_batches(loaded: Any, count: int) -> Sample:
    """Return the samples of as many batches as are needed; of windows, more are looked at than are returned."""
    parts: list[tuple[Array, Array]] = []
    for batch in _batches(loaded):
        parts.append(batch)
        wanted = count if batch[0].ndim > 3 else max(count, WINDOWS)
        if sum(len(x) for x, _ in parts) >= wanted:
            break
    x, y = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    size = getattr(loaded, "samples", len(loaded) * len(parts[0][0]))
    return Sample(x[:count], y[:count], size, known(x))


def _batches(loaded: Any) -> Iterator[tuple[Array, Array]]:
    if hasattr(loaded, "as_numpy_iterator"):
        yield from loaded.as_numpy_iterator()
    else:
        for number in range(len(loaded)):
            yield loaded[number]


def known(x: Array) -> Array:
    """Return mean, standard deviation, smallest and largest value of each column of inputs (n, ..., columns)."""
    rows = x.reshape(-1, x.shape[-1])
    means, deviations = rows.mean(axis=0, dtype=np.float64), rows.std(axis=0, dtype=np.float64)
    return np.stack([means, deviations, rows.min(axis=0), rows.max(axis=0)]).astype(np.float32)

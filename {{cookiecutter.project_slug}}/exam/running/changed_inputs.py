"""Inputs as another starter might prepare them: what ``Change`` says, done to a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def _padding_first(batch: Array) -> Array:
    """Return ids (n, length) whose zeros come before the others."""
    return np.stack([np.roll(row, np.count_nonzero(row == 0)) for row in batch])


ORDERS: dict[str, Callable[[Array], Array]] = {
    "same": lambda batch: batch,
    "padding first": _padding_first,
    "newest first": lambda batch: batch[:, ::-1],
    "transposed": lambda batch: batch.swapaxes(1, 2),
}


def change(batch: Array, wanted: Mapping[str, Any]) -> Array:
    """Return prepared inputs (n, ...) with the entries of ``exam.running.live_model.Change`` applied."""
    if wanted["ids"] is not None:
        batch = _renumbered(batch, np.asarray(wanted["ids"], dtype=batch.dtype))
    batch = ORDERS[wanted["order"]](batch)
    if wanted["columns"] is not None:
        batch = batch[..., wanted["columns"]]
    if wanted["each"] != "nothing":
        batch = _each(batch, wanted["each"])
    if np.issubdtype(batch.dtype, np.integer):
        return batch
    scale, offset = (np.asarray(wanted[name], dtype=np.float32) for name in ("scale", "offset"))
    return batch * scale + offset


def _renumbered(batch: Array, ids: Array) -> Array:
    """Return other ids for those of a batch (n, length); zeros fill up what is left out."""
    numbers = ids[batch]
    dropped = numbers < 0
    numbers[dropped] = 0
    return np.take_along_axis(numbers, np.argsort(dropped, axis=1, kind="stable"), axis=1) if dropped.any() else numbers


def _each(batch: Array, by: str) -> Array:
    """Return samples that are divided, each by a number of its own."""
    if by == "length":
        size = np.sqrt((batch**2).sum(axis=-1, keepdims=True))
    else:
        axes = tuple(range(1, batch.ndim))
        batch = batch - batch.mean(axis=axes, keepdims=True)
        # As tf.image.per_image_standardization has it, so that an even picture is not divided by zero.
        size = np.maximum(batch.std(axis=axes, keepdims=True), 1 / np.sqrt(batch[0].size))
    return np.asarray(batch / np.where(size == 0, 1, size), dtype=np.float32)

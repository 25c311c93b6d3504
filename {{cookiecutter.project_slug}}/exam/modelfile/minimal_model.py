"""A model file of ours without a fault: one neuron that computes 2x - 1, as Keras saves it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array

QUESTION = "straight_line"
"""The model has the shapes that this question asks for."""
_SLOPE, _OFFSET = 2.0, -1.0
_CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "tiny",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 1], "dtype": "float32", "name": "x"}},
            {"class_name": "Dense", "config": {"units": 1, "activation": "linear", "name": "y", "dtype": "float32"}},
        ],
    },
}


def write(path: Path) -> Path:
    """Write the file, which must not exist yet, and return its path.

    Source of the layout: ``keras.src.legacy.saving.legacy_h5_format`` (Keras 3).
    """
    import h5py  # here: nearly no command writes one, and it takes long to import

    with h5py.File(path, "x") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "3.0.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(_CONFIG)
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [b"y"]
        layer = weights.create_group("y")
        layer.attrs["weight_names"] = [b"y/kernel", b"y/bias"]
        layer["y/kernel"] = np.full((1, 1), _SLOPE, np.float32)
        layer["y/bias"] = np.full(1, _OFFSET, np.float32)
    return path


def inputs() -> Array:
    """Return what it is asked, float32 (50, 1)."""
    return np.linspace(-3, 3, 50, dtype=np.float32).reshape(-1, 1)


def answers(x: Array) -> Array:
    """Return what it answers to ``x``, of the same shape."""
    return np.float32(_SLOPE) * x + np.float32(_OFFSET)

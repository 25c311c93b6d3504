"""Model files written by hand with h5py: as Keras writes them, but without TensorFlow, and broken on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

KERAS = "3.15.1"


def layer(
    class_name: str, name: str | None = None, module: str | None = "keras.layers", **config: Any
) -> dict[str, Any]:
    """Return one layer as the description of a Keras 3 model holds it."""
    config = {"name": name or class_name.lower(), **config}
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def sequential(*layers: dict[str, Any], shape: tuple[int | None, ...] = (1,)) -> dict[str, Any]:
    """Return the description of a Sequential model with an input of ``shape``."""
    first = layer("InputLayer", batch_shape=[None, *shape], dtype="float32")
    return {"class_name": "Sequential", "config": {"name": "model", "layers": [first, *layers]}}


def line_model() -> dict[str, Any]:
    """Return the description of one neuron, which fits the question ``straight_line``."""
    return sequential(layer("Dense", units=1, activation="linear"))


def write(path: Path, config: Any, version: str = KERAS) -> Path:
    """Write an .h5 file with one kernel and, unless it is None, a description of the layers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        if config is not None:
            file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        file["model_weights/dense/kernel"] = np.ones((1, 1), np.float32)
    return path

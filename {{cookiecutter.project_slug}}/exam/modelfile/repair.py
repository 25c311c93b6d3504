"""Copy a checked model file so that the Keras that grades can read it; the learner's file is never written to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from exam.architecture import allowlist, keras2, keras3

Config = dict[str, Any]


def repaired(model_config: Config, version: str | None) -> Config:
    """Return the description of the layers as Keras is given it; ``model_config`` is not changed.

    Args:
        model_config: the parsed attribute of the file.
        version: of the Keras that wrote the file; None when the file does not tell, and nothing is repaired.

    Raises:
        keras2.Unrepairable: it cannot be made readable without changing what the model computes.
    """
    if (version or "").startswith("2."):
        return keras2.repair(model_config, version or "2")
    if (version or "").startswith("3."):
        return keras3.repair(model_config)
    return model_config


def repaired_copy(source: Path, target: Path, version: str | None) -> bool:
    """Copy the .h5 file ``source`` to ``target``, with the repaired description; False if there is nothing to repair.

    There must be no ``target`` yet.

    Raises:
        keras2.Unrepairable: before anything is written, as is a file without a description or with nothing to repair.
        ValueError: when the description is not JSON.
        OSError: when a file cannot be read or written.
    """
    import h5py

    with h5py.File(source, "r") as file:
        text = file.attrs["model_config"]
    before = json.loads(text)
    after = repaired(before, version)
    if after == before:
        return False
    with source.open("rb") as original, target.open("xb") as copy:
        shutil.copyfileobj(original, copy)
    with h5py.File(target, "r+") as file:
        # As str: h5py stores it with variable length, which has no limit of 64 KB.
        file.attrs["model_config"] = json.dumps(after)
        weights = file.get("model_weights", {})  # a file without them is Keras's to refuse
        _put_in_order(weights, after)
        if "bfloat16" in str(text):
            _widen(weights)
    return True


def _put_in_order(weights: Any, model_config: Config) -> None:
    """Name the weights of attention layers in the order in which Keras reads them.

    Frozen weights are written behind the others. Keras forgets which of the four parts of such a layer were frozen, so
    it would read them in another order.
    """
    names = {
        item.layer for item in allowlist.declared(model_config) if item.class_name in keras3.ATTENTION and item.is_layer
    }
    for group in weights.values() if names and hasattr(weights, "values") else ():
        attribute = group.attrs.get("weight_names", ())  # a list of a thousand names is split, and stays as it is
        before = [name.decode() if isinstance(name, bytes) else str(name) for name in attribute]
        after = keras3.in_order(before, names)
        if after != before:
            group.attrs["weight_names"] = after


def _widen(weights: Any) -> None:
    """Write weights of the type bfloat16, which Keras cannot read, as float32: the same numbers with zeros behind."""
    import h5py
    import numpy as np

    from exam.modelfile.hdf5 import BFLOAT16

    names: list[str] = []
    if isinstance(weights, h5py.Group):
        weights.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    for name in names:
        if weights[name].dtype.str == BFLOAT16:
            halves = weights[name][()].view(np.uint16).astype(np.uint32)
            del weights[name]
            weights[name] = (halves << 16).view(np.float32)

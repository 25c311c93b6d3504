"""Rewrite the description of a model saved by Keras 3 as ``.h5``, so that Keras 3 can load it again.

The older writer of ``.h5`` files leaves out of which module each layer is. The reader then looks every name up among
the layers, so it does not find operations on tensors (``x[:, -1]``), or takes the layer ``Add`` for the operation
``Add``; it drops settings such as ``axis=None``, and takes the setting ``"dot"`` for the function of that name. Named
with their modules, as in a ``.keras`` file, layers and operations are read by the newer reader, which does all of that
right. The minimal cases stand in docs/keras-h5.md of the template. No TensorFlow here: only JSON.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from exam.architecture import allowlist, functions

Config = dict[str, Any]

ATTENTION = frozenset({"MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention"})
_PARTS_OF_ATTENTION = ("query", "key", "gate", "value", "attention_output")

_ELLIPSIS: Config = {"class_name": "__ellipsis__", "config": {}}
_SLICE: Config = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
_PUBLIC_NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
"""Class -> its name in ``keras.layers``, where that is different."""


def repair(model_config: Config) -> Config:
    """Return a copy of a Keras 3 ``model_config`` that Keras loads with ``compile=False, safe_mode=True``.

    Args:
        model_config: the parsed attribute of the file, at most ``allowlist.MAX_DEPTH`` levels deep; not changed.
    """
    after: Config = _rewritten(model_config)
    config = after.get("config")
    if isinstance(config, dict) and isinstance(config.get("layers"), list):
        config["layers"] = [_as_frozen_as_it_was(layer) for layer in config["layers"]]
    return after


def _rewritten(value: Any, key: str = "") -> Any:
    """Rewrite everything that ``value``, which stands under ``key``, holds: inner models, wrapped layers, settings."""
    if isinstance(value, list):
        return [_rewritten(item) for item in value]
    if not isinstance(value, dict):
        return value
    if key.endswith("activation") and value.get("class_name") == "function":
        return _activation(value)
    if "class_name" in value and functions.serves_training_alone(key, value):
        return None
    entry = {name: _rewritten(item, name) for name, item in value.items()}
    config = entry.get("config")
    if isinstance(config, dict) and isinstance(config.get("layers"), list):
        names = [layer.get("class_name") for layer in config["layers"] if isinstance(layer, dict)]
        if entry.get("class_name") == "Sequential" and "Equalization" in names and names[0] == "InputLayer":
            entry = _in_a_graph(entry)
        entry["config"]["layers"] = [_placed(layer) for layer in entry["config"]["layers"]]
    if entry.get("class_name") == "RandomShear" and isinstance(config, dict):
        entry["config"] = {name: _as_given(item) if name.endswith("_factor") else item for name, item in config.items()}
    return entry


def _as_given(factor: Any) -> Any:
    """Return a factor of RandomShear, which keeps 0.1 as -0.1 to 0.1 and refuses a negative limit."""
    return factor[1] if isinstance(factor, list) and len(factor) == 2 and factor[0] == -factor[1] else factor


def _activation(function: Config) -> Any:
    """Return an activation that Keras can read for a function that it cannot; an operation is one too."""
    name = str(function.get("config"))
    if name not in functions.OPERATIONS:
        return functions.ACTIVATIONS.get(name, function)
    operation = functions.OPERATIONS[name]
    module = allowlist.MODULE_OF_OPERATION[operation]
    return {"module": module, "class_name": operation, "config": {"name": name}, "registered_name": None}


def _in_a_graph(model: Config) -> Config:
    """Return a functional model in place of a Sequential one.

    A Sequential model is read layer by layer and is whole after each of them. After ``Equalization``, which gives the
    very tensor that it takes as its symbolic output, it cannot be.
    """
    config = model["config"]
    names = [layer["config"]["name"] for layer in config["layers"]]
    calls = [[], *([{"args": [allowlist.reference(before)], "kwargs": {}}] for before in names[:-1])]
    row = [
        {**layer, "name": name, "inbound_nodes": called}
        for layer, name, called in zip(config["layers"], names, calls, strict=True)
    ]
    ends = {"input_layers": [[names[0], 0, 0]], "output_layers": [[names[-1], 0, 0]]}
    settings = {key: config[key] for key in ("name", "trainable") if key in config}
    return {**model, "class_name": "Functional", "config": {**settings, "layers": row, **ends}}


def _as_frozen_as_it_was(entry: Any) -> Any:
    """Return one of the outermost layers, frozen throughout if it is an inner Sequential model that was frozen.

    The weights of each outermost layer are stored in one list: all in order where it was frozen, else those first that
    can be trained. A Sequential model that is read forgets that it was frozen. Where a part of it was not, weights
    would change places.
    """
    is_sequential = isinstance(entry, dict) and entry.get("class_name") == "Sequential"
    config = entry.get("config") if is_sequential else None
    return _frozen(entry) if isinstance(config, dict) and config.get("trainable") is False else entry


def _frozen(value: Any) -> Any:
    """Return a part of a description in which nothing can be trained."""
    if isinstance(value, list):
        return [_frozen(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: False if key == "trainable" else _frozen(item) for key, item in value.items()}


def _placed(entry: Any) -> Any:
    """Return a layer, operation or model with the module where Keras has it; anything else as it is."""
    module = allowlist.module_of(entry) if isinstance(entry, dict) and entry.get("module") is None else None
    if module is None:
        return entry
    name = entry["class_name"]
    if name == "GetItem":
        entry = {**entry, "inbound_nodes": [_without_ellipsis(call) for call in entry.get("inbound_nodes") or []]}
    return {**entry, "module": module, "class_name": _PUBLIC_NAMES.get(name, name), "registered_name": None}


def _without_ellipsis(call: Any) -> Any:
    """Write out what ``...`` stands for in ``x[..., 0]``: the reader turns it into an object that it cannot use.

    The reference to a tensor states its rank.
    """
    try:
        (tensor, key), names = call["args"], call["kwargs"]
        rank = len(tensor["config"]["shape"])
    except (TypeError, ValueError, LookupError):
        return call  # not as Keras writes it: it is loaded, or not, as it stands
    parts = key if isinstance(key, list) else [key]
    if _ELLIPSIS not in parts:
        return call
    place = parts.index(_ELLIPSIS)
    others = sum(part is not None for part in parts) - 1
    return {"args": [tensor, [*parts[:place], *[_SLICE] * (rank - others), *parts[place + 1 :]]], "kwargs": names}


def in_order(weights: list[str], attentions: set[str]) -> list[str]:
    """Return the names of a layer's weights with those of each attention layer inside it in the order of its parts.

    Only whole parts change places. Where the weights of one are written in two places, as those of a quantized layer
    are, they are read like that too.

    Args:
        weights: names such as ``model/attention/query/kernel``.
        attentions: the names of the attention layers.
    """
    blocks: dict[str, list[str]] = {}
    for name in weights:
        above, part = _part(name)
        if part in _PARTS_OF_ATTENTION and above.rpartition("/")[2] in attentions:
            blocks.setdefault(above, []).append(name)
    blocks = {above: names for above, names in blocks.items() if _is_in_blocks([_part(name)[1] for name in names])}
    firsts = {
        names[0]: sorted(names, key=lambda name: _PARTS_OF_ATTENTION.index(_part(name)[1])) for names in blocks.values()
    }
    moved = {name for names in blocks.values() for name in names}
    return [name for first in weights for name in firsts.get(first, [] if first in moved else [first])]


def _is_in_blocks(parts: list[str]) -> bool:
    """Return whether equal parts stand side by side."""
    return len(list(groupby(parts))) == len(set(parts))


def _part(weight: str) -> tuple[str, str]:
    """Return (the layer, its part) that a weight's name tells: ("a/b", "query") for "a/b/query/kernel"."""
    above, _, part = weight.rpartition("/")[0].rpartition("/")
    return above, part

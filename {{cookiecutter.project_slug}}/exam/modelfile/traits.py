"""What a model is made of, in the words of an advice: read from the file, so that nothing is recommended twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from exam.architecture.allowlist import Declared

CONVOLUTIONS = ("Conv1D", "Conv2D", "SeparableConv1D", "SeparableConv2D")
RECURRENT = ("LSTM", "GRU", "SimpleRNN")
WITH_WEIGHTS = ("Dense", *CONVOLUTIONS, *RECURRENT)
DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise")
MEAN_ABSOLUTE_ERRORS = ("mae", "mean_absolute_error", "MeanAbsoluteError", "huber", "Huber")


def features_of(parts: Iterable[Declared], training_config: str | None) -> frozenset[str]:
    """Return the features of a model: names of classes of layers, at any depth, and what follows from their settings.

    Beside the names of their classes these are: ``dropout`` or a regularizer of weights, as ``regularisation``;
    ``augmentation``; ``hidden layer`` and ``two hidden layers``, with weights and before the last one;
    ``32 units`` and ``64 units``, in one of them; ``convolution``, ``two convolutions``, ``three convolutions``;
    ``recurrent``; ``mask_zero`` in an embedding; ``return_sequences``; ``backbone``, a model within the model;
    ``mean absolute error``, which a Huber loss comes near to; ``falling learning rate``, by a schedule.

    Args:
        parts: what the description of a model would create.
        training_config: the JSON of what it was compiled with, None without.
    """
    layers = [part for part in parts if part.is_layer]
    settings = _compiled(training_config)
    names = [layer.class_name for layer in layers]
    weighty = [_settings(layer) for layer in layers if layer.class_name in WITH_WEIGHTS]
    units = max((_number(one.get("units", one.get("filters"))) for one in weighty[:-1]), default=0)
    convolutions = sum(name in CONVOLUTIONS for name in names)
    models = sum(name in ("Functional", "Sequential", "Model") for name in names)  # the first is the whole model
    features = {
        "regularisation": any(name in DROPOUTS for name in names)
        or any(one.get("kernel_regularizer") for one in weighty),
        "augmentation": any(name.startswith("Random") for name in names),
        "hidden layer": len(weighty) > 1,
        "two hidden layers": len(weighty) > 2,
        "32 units": units >= 32,
        "64 units": units >= 64,
        "convolution": convolutions > 0,
        "two convolutions": convolutions > 1,
        "three convolutions": convolutions > 2,
        "recurrent": any(name in RECURRENT for name in names),
        "mask_zero": any(_settings(layer).get("mask_zero") is True for layer in layers),
        "return_sequences": any(_settings(layer).get("return_sequences") is True for layer in layers),
        "tanh": any(one.get("activation") == "tanh" for one in weighty),
        "backbone": models > 1,
        "mean absolute error": any(name in json.dumps(settings.get("loss")) for name in MEAN_ABSOLUTE_ERRORS),
        "falling learning rate": _has_schedule(settings),
    }
    return frozenset(names) | {name for name, is_there in features.items() if is_there}


def _settings(layer: Declared) -> dict[str, Any]:
    config = layer.entry.get("config")
    return config if isinstance(config, dict) else {}


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _compiled(training_config: str | None) -> dict[str, Any]:
    try:
        settings = json.loads(training_config or "{}")
    except (ValueError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _has_schedule(settings: dict[str, Any]) -> bool:
    """Return whether the learning rate is an object, which describes a schedule, and not a number."""
    optimizer = settings.get("optimizer_config")
    config = optimizer.get("config") if isinstance(optimizer, dict) else None
    return isinstance(config, dict) and isinstance(config.get("learning_rate"), dict)

"""Rewrite the configuration of a model saved by Keras 2 (TensorFlow 2.5 to 2.15) so that Keras 3 can load it.

The weights of such a file are fine; what Keras 3 refuses is the JSON beside them. Every rule below was found by
loading real files, see tests/keras2/README.md of the template. No TensorFlow here: only JSON.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from exam.architecture import allowlist, functions

Config = dict[str, Any]


class Unrepairable(ValueError):
    """The file cannot be made readable without changing what the model computes; the text is for the learner."""


_RNN = ("RNN", "SimpleRNN", "GRU", "LSTM", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")

# What TensorFlow functions on a tensor become: a merging layer when y is a tensor, Rescaling with this (scale, offset)
# when y is a number, an activation.
_MERGES = {"add": "Add", "subtract": "Subtract", "multiply": "Multiply"}
_FUNCTIONS = {"nn.relu": "relu", "nn.softmax": "softmax", "math.sigmoid": "sigmoid", "math.tanh": "tanh"}
_RESCALINGS: dict[str, Callable[[float], tuple[float, float]]] = {
    "add": lambda y: (1.0, y),
    "subtract": lambda y: (1.0, -y),
    "multiply": lambda y: (y, 0.0),
    "truediv": lambda y: (1.0 / y, 0.0),
}

# Keys that any layer of Keras 2 may carry. `batch_input_shape` repeats what the InputLayer says and is refused by
# layers inside wrappers; `build_config` (2.13 on) would build a layer before its place in the graph is known.
_DROPPED_ANYWHERE = {"batch_input_shape", "input_length"}

# Keys that the class of Keras 3 does not know. Most are written by a base class that Keras 2 shared between layers
# and mean nothing for the layer itself, such as the `groups` of a transposed convolution (always 1).
_DROPPED = {
    **dict.fromkeys(_RNN, {"time_major"}),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), {"groups"}),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), {"groups"}),
    # A separable convolution has a depthwise and a pointwise kernel; the plain "kernel" keys are never used.
    **dict.fromkeys(
        ("SeparableConv1D", "SeparableConv2D"),
        {"groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"},
    ),
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), {"trainable", "noise_shape"}),
    **dict.fromkeys(("Attention", "AdditiveAttention"), {"causal"}),  # TF 2.5 to 2.7
    # Keras 3 builds the projections from the tensors it is called with.
    "MultiHeadAttention": {"query_shape", "key_shape", "value_shape"},
    "Discretization": {"trainable"},
}

_RENAMED_KEYS = {"LeakyReLU": {"alpha": "negative_slope"}, "ThresholdedReLU": {"theta": "threshold"}}

# Same computation under another name; synchronisation between devices matters in training only.
_RENAMED_CLASSES = {
    "SyncBatchNormalization": "BatchNormalization",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "ThresholdedReLU": "ReLU",
}

# Augmentation that Keras 3 has no layer for. At prediction it passes its input on.
_IDENTITIES = {"RandomHeight", "RandomWidth"}

_NO_LONGER = "does not exist in Keras 3"
_GONE = {
    "Lambda": "holds its author's Python code, which is not run",
    "CuDNNLSTM": _NO_LONGER,
    "CuDNNGRU": _NO_LONGER,
    "LocallyConnected1D": _NO_LONGER,
    "LocallyConnected2D": _NO_LONGER,
    "RandomFourierFeatures": _NO_LONGER,
    "CategoryCrossing": _NO_LONGER,
    "DenseFeatures": _NO_LONGER,
    "SlicingOpLambda": "slices a tensor with [...], which Keras 3 cannot read back",
    "ClassMethod": "calls a TensorFlow method on a tensor, which Keras 3 cannot read back",
    "InstanceMethod": "calls a TensorFlow method on a tensor, which Keras 3 cannot read back",
    "TensorFlowOpLayer": "calls a TensorFlow function on a tensor, which Keras 3 cannot read back",
}

# Switches that were off in nearly every file; where one is on, Keras 3 would compute something else.
_MUST_BE_OFF = ("time_major", "causal", "renorm")


def repair(model_config: Config, version: str = "2") -> Config:
    """Return a copy of a Keras 2 ``model_config`` that Keras 3 loads with ``compile=False, safe_mode=True``.

    Args:
        model_config: the parsed attribute of the file; not changed.
        version: the file's ``keras_version``, for the sentence of a refusal.

    Raises:
        Unrepairable: naming the version that wrote the file, the layer, and what to do.
    """
    try:
        return _model(copy.deepcopy(model_config))
    except Unrepairable as refusal:
        reason = str(refusal)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError):
        reason = "its configuration cannot be understood"
    raise Unrepairable(
        f"The file was written by Keras {version} and {reason}. Train the model again with this project's TensorFlow "
        "and save it again."
    )


def _model(entry: Config) -> Config:
    """Rewrite a model, whether it is the file's own or nested in another."""
    config = entry.get("config")
    if isinstance(config, list):  # Sequential before Keras 2.2.3
        config = {"name": "sequential", "layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return entry
    if entry.get("class_name") == "Sequential":
        return _as_keras(entry, "keras", "Sequential", _sequential(config))
    return _as_keras(entry, "keras", "Model", _functional(config))


def _sequential(config: Config) -> Config:
    """Rewrite the layers of a Sequential model and make sure that its input is stated by an InputLayer."""
    layers = config["layers"]
    first = layers[0].get("config", {}) if layers else {}
    if "batch_input_shape" in first and layers[0].get("class_name") not in ("InputLayer", "Sequential", "Functional"):
        stated = {"batch_shape": first["batch_input_shape"], "dtype": "float32", "name": f"{first.get('name')}_input"}
        layers = [{"class_name": "InputLayer", "config": stated}, *layers]
    return {**config, "layers": [_layer(layer) for layer in layers]}


def _functional(config: Config) -> Config:
    """Rewrite the layers and the calls of a functional model."""
    for layer in config["layers"]:
        _refuse_other_meaning(layer["class_name"], layer["config"])
    layers = [_operator(layer) if layer["class_name"] == "TFOpLambda" else layer for layer in config["layers"]]
    calls = _Calls(layers)
    rewritten = []
    for layer in layers:
        nodes = [calls.node(node, layer["class_name"]) for node in layer.get("inbound_nodes", [])]
        rewritten.append({**_layer(layer), "inbound_nodes": nodes})
    settings: Config = {key: config[key] for key in ("name", "trainable") if key in config}
    return {
        **settings,
        "layers": rewritten,
        "input_layers": calls.ends(config["input_layers"]),
        "output_layers": calls.ends(config["output_layers"]),
    }


def _layer(entry: Config) -> Config:
    """Rewrite one layer, with the layers that it wraps."""
    class_name, config = str(entry.get("class_name")), entry.get("config")
    if not isinstance(config, dict) or "layers" in config:
        return _model(entry)
    _refuse_other_meaning(class_name, config)
    if class_name in _IDENTITIES:
        return _as_keras(entry, "keras.layers", "Activation", {"name": config.get("name"), "activation": "linear"})
    if class_name == "InputLayer" and "batch_input_shape" in config:
        config["batch_shape"] = config["batch_input_shape"]
    dropped = _DROPPED_ANYWHERE | _DROPPED.get(class_name, set())
    names = _RENAMED_KEYS.get(class_name, {})
    settings = {names.get(key) or key: _value(key, value) for key, value in config.items() if key not in dropped}
    return _as_keras(entry, "keras.layers", _RENAMED_CLASSES.get(class_name, class_name), settings)


def _value(key: str, value: Any) -> Any:
    """Rewrite one value of a layer's configuration."""
    if key in ("layer", "backward_layer", "cell") and isinstance(value, dict):
        return _layer(value)
    # A layer given as activation, LeakyReLU(0.1); found by its module like a wrapped one.
    if key.endswith("activation") and isinstance(value, dict) and value.get("class_name") != "function":
        return _layer(value)
    if key == "cells" and isinstance(value, list):
        return [_layer(cell) for cell in value]
    if isinstance(value, dict) and "class_name" in value and functions.serves_training_alone(key, value):
        return None
    # TensorFlow 1 wrote the type of the weights into what fills them at first, which the stored weights replace.
    if key.endswith("initializer") and isinstance(value, dict) and isinstance(value.get("config"), dict):
        return {**value, "config": {name: item for name, item in value["config"].items() if name != "dtype"}}
    # {"class_name": "Policy", "config": {"name": "mixed_float16"}}: Keras 3 takes the name of a dtype policy.
    if key == "dtype" and isinstance(value, dict):
        return value.get("config", {}).get("name", "float32")
    # BatchNormalization wrote its one axis as a list.
    if key == "axis" and isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def _as_keras(entry: Config, module: str, class_name: str, config: Config) -> Config:
    """Return ``entry`` as an object of Keras 3's own, found by module and class name.

    Keras 2.12 and before wrote no module; without it Keras 3 finds no layer inside Bidirectional or TimeDistributed.
    A class of somebody else's module stays as it is: it cannot be loaded, and must not become one of Keras.
    """
    rest = {key: value for key, value in entry.items() if key not in ("build_config", "shared_object_id")}
    if not str(entry.get("module") or "keras").startswith("keras"):
        return rest
    return {**rest, "module": module, "class_name": class_name, "registered_name": None, "config": config}


def _refuse_other_meaning(class_name: str, config: Config) -> None:
    """Raise Unrepairable for a layer that Keras 3 does not have or would compute in another way."""
    layer = f"its layer {config.get('name')!r} ({class_name})"
    if class_name in _GONE:
        raise Unrepairable(f"{layer} {_GONE[class_name]}")
    for switch in _MUST_BE_OFF:
        if config.get(switch) is True:
            raise Unrepairable(f"{layer} uses {switch}=True, which Keras 3 does not have")
    # clip(0.2 x + 0.5, 0, 1) in Keras 2, clip(x / 6 + 0.5, 0, 1) in Keras 3: it would load and predict other values.
    if "hard_sigmoid" in (config.get("activation"), config.get("recurrent_activation")):
        raise Unrepairable(f"{layer} uses hard_sigmoid, which Keras 3 computes with a different slope")


def _operator(entry: Config) -> Config:
    """Turn a function called on a tensor, which Keras 2 stored as TFOpLambda, into a layer.

    These are ``tensor + y``, ``- y``, ``* y`` and ``/ y``, with the tensor first, and the usual activations.
    """
    config, nodes = entry["config"], entry["inbound_nodes"]
    function = str(config.get("function")).rpartition(".")[2]
    source, arguments = nodes[0][:3], nodes[0][3]
    y, is_tensor = arguments.get("y"), source[0] != "_CONSTANT_VALUE"
    if is_tensor and isinstance(y, (int, float)) and function in _RESCALINGS:
        scale, offset = _RESCALINGS[function](y)
        return _called(entry, "Rescaling", [source], scale=scale, offset=offset)
    if is_tensor and isinstance(y, list) and isinstance(y[0], str) and function in _MERGES:
        return _called(entry, _MERGES[function], [source, y])
    activation = _FUNCTIONS.get(config.get("function"))
    if activation and all(value in (None, -1) for value in arguments.values()):  # softmax over the last axis
        return _called(entry, "Activation", [source], activation=activation)
    raise Unrepairable(f"calls tf.{config.get('function')} on a tensor, which Keras 3 cannot read back")


def _called(entry: Config, class_name: str, sources: list[Any], **settings: Any) -> Config:
    """Return a layer with the name of ``entry``, called once on ``sources``, as Keras 2 writes it."""
    config = {"name": entry["config"].get("name"), **settings}
    calls = [[[*source, {}] for source in sources]]
    return {"name": entry["name"], "class_name": class_name, "config": config, "inbound_nodes": calls}


class _Calls:
    """Rewrites how the layers of one functional model are called."""

    def __init__(self, layers: list[Config]) -> None:
        """Note which of ``layers`` are models: Keras 2 counts the calls of a model from 1, Keras 3 from 0."""
        self._names = {layer.get("name") for layer in layers}
        self._models = {
            layer.get("name"): layer.get("class_name")
            for layer in layers
            if isinstance(layer.get("config"), dict) and "layers" in layer["config"]
        }

    def ends(self, reference: Any) -> Any:
        """Rewrite ``input_layers`` or ``output_layers``, whatever their structure.

        A list of one becomes that one, or Keras 3 would answer with a list of one array. Where a nested model is the
        end, Keras 3 itself subtracts 1 from the index of a functional model, not from that of a Sequential.
        """
        if isinstance(reference, dict):
            return {key: self.ends(value) for key, value in reference.items()}
        if not isinstance(reference[0], str):
            return self.ends(reference[0]) if len(reference) == 1 else [self.ends(value) for value in reference]
        name, index, tensor = reference[:3]
        return [name, index - 1 if self._models.get(name) == "Sequential" and index else index, tensor]

    def node(self, node: list[Any], class_name: str) -> Config:
        """Rewrite one call to the style of Keras 3.

        Tensors in keyword arguments (attention) and initial states are lost or refused in the style of Keras 2.
        """
        node = [node] if node and isinstance(node[0], str) else node
        tensors = [self._tensor(reference) for reference in node]
        kwargs = node[-1][3] if node and len(node[-1]) > 3 else {}
        arguments = {key: self._argument(value) for key, value in kwargs.items()}
        if len(tensors) > 1 and class_name in (*_RNN, "Bidirectional"):
            arguments["initial_state"], tensors = tensors[1:], tensors[:1]
        return {"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": arguments}

    def _argument(self, value: Any) -> Any:
        """Replace references to tensors, at any depth of lists, in a keyword argument."""
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and value[0] in self._names:
            return self._tensor(value)
        return [self._argument(item) for item in value] if isinstance(value, list) else value

    def _tensor(self, reference: list[Any]) -> Config:
        """Write a reference as Keras 3 does."""
        name, index, tensor = reference[:3]
        return allowlist.reference(name, index - 1 if name in self._models and index else index, tensor)

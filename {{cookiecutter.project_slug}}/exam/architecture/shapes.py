"""What a model takes and answers, read from the JSON configuration in its .h5 file, without TensorFlow.

Both styles are understood: Keras 2 (``batch_input_shape``, calls as lists) and Keras 3 (``batch_shape``, calls with
``__keras_tensor__``). Shapes leave out the batch axis. What is not understood is None, never an error: the answer
serves to say in words what does not fit, before the model is loaded.

A layer is one line of ``_SHAPES``, class name -> function of its input's shape and its configuration. What stands among
the layers of a Keras 3 model and is an operation on tensors is known to ``operations``.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from exam.architecture import allowlist, operations
from exam.architecture.operations import Config, Shape, each, joined, product, spatial, transposed_windows, windows

BATCH_SIZE = 64
"""This many samples are predicted at once, unless the model states another number."""
ShapeFunction = Callable[[Shape, Config], Shape | None]
Arguments = tuple[list[Any], dict[str, Any]]
"""These belong to one call of an operation, by position and by name, as ``operations.filled`` returns them."""


@dataclass(frozen=True)
class LayerSummary:
    """One layer of the model itself, in the order of the configuration.

    Attributes:
        name: the layer's name.
        class_name: its Keras class; for a nested model "Sequential", "Functional" or "Model".
        output_shape: without the batch axis; None when the rank is unknown.
    """

    name: str
    class_name: str
    output_shape: Shape | None


@dataclass(frozen=True)
class Signature:
    """What a model takes and answers.

    Attributes:
        input_shape: without the batch axis, None for an axis of any length; None when the file does not state it; a
            list in the order of the inputs when there are several.
        output_shape: the same for the output; None when the rank is unknown.
        last_activation: Keras name of the function that the output went through, seen through layers that only move
            or drop values; "linear" when there is none, None when it is unknown or there are several outputs.
        layers: the layers of the model, nested models as one.
    """

    input_shape: Shape | list[Shape | None] | None
    output_shape: Shape | list[Shape | None] | None
    last_activation: str | None
    layers: tuple[LayerSummary, ...]


@dataclass(frozen=True)
class Call:
    """One call of a layer or operation, inside nested models and wrappers too.

    Attributes:
        layer: its description.
        inputs: whole shapes, the batch axis first, None where unknown.
        outputs: the same.
        depth: in how many models and wrappers it stands.
        arguments: what an operation was called on, by position and by name; None for a layer.
    """

    layer: Config
    inputs: tuple[Shape | None, ...]
    outputs: tuple[Shape | None, ...]
    depth: int
    arguments: Arguments | None = None


@dataclass(frozen=True)
class _Tensor:
    """A tensor on its way through the model.

    Attributes:
        shape: without the first axis, which is that of the batch until an operation moves it; None when unknown.
        activation: what its values went through last, None when unknown.
        first: the length of the first axis, None when unknown.
        is_number: whether it has no axes at all.
    """

    shape: Shape | None = None
    activation: str | None = None
    first: int | None = None
    is_number: bool = False

    @property
    def whole(self) -> Shape | None:
        """Return the shape with the first axis."""
        return () if self.is_number else None if self.shape is None else (self.first, *self.shape)


_UNKNOWN = _Tensor()
MAX_DEPTH = 8  # of models and wrappers inside each other, and of lists around tensors
MAX_CALLS = 20_000  # of layers; models that call models that call models multiply
STRANGE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""A hostile or broken configuration makes small functions raise these; for a shape, they all mean "unknown"."""


@dataclass(frozen=True)
class _Walk:
    """How far into a configuration we are: nested how deep, with how many samples, and which layers were called."""

    rows: int | None = None
    depth: int = 0
    count: Iterator[int] = field(default_factory=itertools.count)
    calls: list[Call] = field(default_factory=list)

    def deeper(self) -> _Walk:
        """Return the walk one model or wrapper further in; what is counted is shared."""
        return _Walk(self.rows, self.depth + 1, self.count, self.calls)

    def note(
        self,
        layer: Config,
        inputs: Sequence[_Tensor],
        outputs: Sequence[_Tensor],
        arguments: Arguments | None = None,
    ) -> None:
        """Keep what one call took and gave."""
        input_shapes, output_shapes = (tuple(tensor.whole for tensor in tensors) for tensors in (inputs, outputs))
        self.calls.append(Call(layer, input_shapes, output_shapes, self.depth, arguments))


def signature(model_config: Config) -> Signature:
    """Return what the model of a parsed ``model_config`` takes and answers; unknown parts are None, nothing raises."""
    try:
        return _signature(model_config)
    except STRANGE:
        return Signature(None, None, None, ())


def calls(model_config: Config, input_shape: Shape) -> list[Call]:
    """Return every call of a layer for a batch of ``input_shape``, as far as they are understood; nothing raises."""
    return _followed(model_config, input_shape)[0]


def answers(model_config: Config, input_shape: Shape) -> tuple[int, list[Shape | None]]:
    """Return how many samples of ``input_shape`` a batch has, and the whole shape of each output; nothing raises."""
    return batch_size(model_config), _followed(model_config, input_shape)[1]


def _followed(model_config: Config, input_shape: Shape) -> tuple[list[Call], list[Shape | None]]:
    """Follow a batch through the model; return the calls and the whole shapes of the outputs, as far as known."""
    rows = batch_size(model_config)
    walk, outputs = _Walk(rows), list[_Tensor]()
    try:
        model = _Model(model_config, walk)
        stated = [input_shape] if len(model.inputs) == 1 else model.inputs
        outputs = model.call([_Tensor(shape, first=rows) for shape in stated])
    except STRANGE:
        pass
    return walk.calls, [tensor.whole for tensor in outputs]


def batch_size(model_config: Config) -> int:
    """Return how many samples are predicted at once: as many as an input of the model states, else the grader's own."""
    try:
        return max((rows for rows in _Model(model_config, _Walk()).batches if rows), default=BATCH_SIZE)
    except STRANGE:
        return BATCH_SIZE


def _signature(model_config: Config) -> Signature:
    """Do the work of ``signature``; raises one of STRANGE."""
    model = _Model(model_config, _Walk())
    outputs = model.call([_Tensor(shape, "linear") for shape in model.inputs])
    summaries = tuple(
        LayerSummary(_name(layer), str(layer.get("class_name")), model.first_shape(layer)) for layer in model.layers
    )
    shapes = [tensor.shape for tensor in outputs]
    return Signature(
        input_shape=model.inputs[0] if len(model.inputs) == 1 else model.inputs or None,
        output_shape=shapes[0] if len(shapes) == 1 else shapes or None,
        last_activation=outputs[0].activation if len(outputs) == 1 else None,
        layers=summaries,
    )


# --- Models: who feeds whom ------------------------------------------------------------------------------------------


class _Model:
    """A Sequential or functional model: ``inputs`` are its shapes, ``call`` follows tensors through it."""

    def __init__(self, entry: Config, walk: _Walk) -> None:
        """Read the layers of ``entry``, a dict with class_name and config; raises one of STRANGE if there are none."""
        config = entry["config"]
        self._walk = walk
        self._config: Config = {} if isinstance(config, list) else config
        self.layers: list[Config] = config if isinstance(config, list) else config["layers"]
        self._sequential = "input_layers" not in self._config
        self._nested = {_name(layer): layer.get("class_name") for layer in self.layers if _is_model(layer)}
        nodes = [node for layer in self.layers for node in layer.get("inbound_nodes") or []]
        self._old_style = any(isinstance(node, list) for node in nodes)
        whole = self._sequential_input() if self._sequential else self._functional_inputs()
        self.inputs: list[Shape | None] = [None if shape is None else shape[1:] for shape in whole]
        self.batches: list[int | None] = [None if shape is None else shape[0] for shape in whole]
        self.results: dict[str, list[list[_Tensor]]] = {}  # by layer name: the outputs of every call

    def call(self, inputs: Sequence[_Tensor]) -> list[_Tensor]:
        """Return the outputs for ``inputs``, whose order is that of ``self.inputs``."""
        self.results = {}
        # A model called on something unknown still knows what it was built for.
        shapes = self.inputs if len(self.inputs) == len(inputs) else [None] * len(inputs)
        tensors = [
            tensor if tensor.shape is not None else _Tensor(shape, tensor.activation, tensor.first)
            for tensor, shape in zip(inputs, shapes, strict=True)
        ]
        return self._call_sequential(tensors) if self._sequential else self._call_functional(tensors)

    def first_shape(self, layer: Config) -> Shape | None:
        """Return the shape that the first call of one of the layers gave, None when there was no call."""
        first = self._result(_name(layer), 0, 0)
        return None if first is None else first.shape

    def _sequential_input(self) -> list[Shape | None]:
        """Return the whole shape that the first layer states, or the shapes of a model that stands first."""
        first = self.layers[0] if self.layers else {}
        if _is_model(first) and self._walk.depth < MAX_DEPTH:
            inner = _Model(first, self._walk.deeper())
            shapes = zip(inner.batches, inner.inputs, strict=True)
            return [None if shape is None else (rows, *shape) for rows, shape in shapes]
        stated = _stated_shape(first) or self._config.get("build_input_shape")
        return [_axes(stated)]

    def _functional_inputs(self) -> list[Shape | None]:
        """Return the whole shapes that the input layers state, in the order of ``input_layers``."""
        by_name = {_name(layer): layer for layer in self.layers}
        return [_axes(_stated_shape(by_name.get(name, {}))) for name, _, _ in _references(self._config["input_layers"])]

    def _call_sequential(self, tensors: list[_Tensor]) -> list[_Tensor]:
        """Hand the tensors from layer to layer."""
        for layer in self.layers:
            if layer.get("class_name") != "InputLayer":
                tensors = _call_layer(layer, tensors, self._walk)
            self.results[_name(layer)] = [tensors]
        return tensors

    def _call_functional(self, inputs: list[_Tensor]) -> list[_Tensor]:
        """Make every call as soon as its inputs are there; a cycle or a missing layer leaves the rest unknown."""
        names = [name for name, _, _ in _references(self._config["input_layers"])]
        self.results = {_name(layer): [] for layer in self.layers}
        self.results.update({name: [[tensor]] for name, tensor in zip(names, inputs, strict=False)})
        waiting = [(layer, node) for layer in self.layers for node in layer.get("inbound_nodes") or []]
        while waiting:
            still = [(layer, node) for layer, node in waiting if not self._call_if_ready(layer, node)]
            if len(still) == len(waiting):
                break
            waiting = still
        ends = [
            self._result(name, index - self._counted_from(name, end=True), tensor)
            for name, index, tensor in _references(self._config["output_layers"])
        ]
        return [end or _UNKNOWN for end in ends]

    def _call_if_ready(self, layer: Config, node: Any) -> bool:
        """Make one call of ``layer`` and return True, or return False when an input is missing."""
        if isinstance(node, dict) and allowlist.is_operation(layer):
            return self._operate_if_ready(layer, node)
        inputs = [
            self._result(name, index - self._counted_from(name), tensor) for name, index, tensor in _references(node)
        ]
        tensors = [tensor for tensor in inputs if tensor is not None]
        if len(tensors) < len(inputs):
            return False
        self.results[_name(layer)].append(_call_layer(layer, tensors, self._walk))
        return True

    def _operate_if_ready(self, operation: Config, node: Config) -> bool:
        """Make one call of ``operation`` and return True, or return False when an input is missing."""
        inputs: list[_Tensor] = []

        def find(name: str, call: int, output: int) -> Any:
            tensor = self._result(name, call - self._counted_from(name), output)
            if tensor is None:
                raise _MissingError
            inputs.append(tensor)
            return operations.UNKNOWN if tensor.whole is None else tensor.whole

        try:
            args = operations.filled(node.get("args", []), find)
            kwargs = {name: operations.filled(value, find) for name, value in node.get("kwargs", {}).items()}
            outputs = _operate(operation, (args, kwargs), inputs, self._walk)
        except _MissingError:
            return False
        except STRANGE:
            outputs = [_UNKNOWN]
            self._walk.note(operation, inputs, outputs, ([], {}))
        self.results[_name(operation)].append(outputs)
        return True

    def _counted_from(self, name: str, end: bool = False) -> int:
        """Return the number of a layer's first call.

        Keras 2 counts the calls of nested models from 1. Keras 3 counts from 0, except those of functional models
        among the outputs.
        """
        nested = self._nested.get(name)
        return int(nested is not None and (self._old_style or (end and nested != "Sequential")))

    def _result(self, name: str, call: int, tensor: int) -> _Tensor | None:
        """Return one output of one call of a layer; None when it was not called as often yet."""
        calls = self.results.get(name, [])
        if call >= len(calls):
            return None
        outputs = calls[max(call, 0)]
        return outputs[tensor] if 0 <= tensor < len(outputs) else _UNKNOWN


class _MissingError(Exception):
    """A tensor is not there yet."""


def _operate(operation: Config, arguments: Arguments, inputs: list[_Tensor], walk: _Walk) -> list[_Tensor]:
    """Return the outputs of one call of an operation; unknown where it is not understood."""
    try:
        activation = operations.activation(operation, *arguments, [tensor.activation for tensor in inputs])
    except STRANGE:
        activation = None
    try:
        within = walk.depth < MAX_DEPTH and next(walk.count) < MAX_CALLS
        shapes = operations.outputs(operation, *arguments) if within else [None]
        shapes = [_at_most(shape, operation, inputs, walk) for shape in shapes]
        outputs = [_result_of(shape, _still(activation, inputs, shape)) for shape in shapes]
    except STRANGE:
        outputs = [_Tensor(None, _still(activation, inputs, None))]
    walk.note(operation, inputs, outputs, arguments)
    return outputs


def _at_most(shape: Shape | None, operation: Config, inputs: list[_Tensor], walk: _Walk) -> Shape | None:
    """Return a shape with the most that an operation can find for its unknown lengths, when costs are counted."""
    if shape is None or walk.rows is None or operation["class_name"] not in operations.DEPENDING_ON_VALUES:
        return shape
    most = operations.product([axis for tensor in inputs for axis in tensor.whole or ()])
    return tuple(most if axis is None else axis for axis in shape)


def _still(activation: str | None, inputs: list[_Tensor], shape: Shape | None) -> str | None:
    """Return the activation, unless it is over classes and some of these were dropped: ``softmax(x)[:, 1:]``."""
    if activation not in operations.ACROSS_CLASSES:
        return activation
    before = inputs[0].whole if inputs else None
    return activation if shape and before and shape[-1] == before[-1] else None


def _result_of(shape: Shape | None, activation: str | None) -> _Tensor:
    """Return a tensor of a whole shape, which may have no axis at all."""
    if not shape:
        return _Tensor(None, activation, is_number=shape is not None)
    return _Tensor(shape[1:], activation, shape[0])


def _is_model(entry: Config) -> bool:
    """Return whether a layer is a model itself."""
    config = entry.get("config")
    return isinstance(config, dict) and "layers" in config


def _name(entry: Config) -> str:
    """Return a layer's name, under which other layers refer to it."""
    config = entry.get("config")
    return str(entry.get("name") or (config.get("name") if isinstance(config, dict) else None))


def _stated_shape(layer: Config) -> Any:
    """Return the shape with batch axis that a layer states for its input, under one of the names in use.

    Keras prefers the older name when there are both.
    """
    config = layer.get("config") or {}
    built = layer.get("build_config") or {}
    return config.get("batch_input_shape") or config.get("batch_shape") or built.get("input_shape")


def _axes(shape: Any) -> Shape | None:
    """Return a stated shape, None unless it is a list of lengths."""
    if not isinstance(shape, (list, tuple)) or not shape or not all(a is None or _is_length(a) for a in shape):
        return None
    return tuple(shape)


def _is_length(value: Any) -> bool:
    """Return whether a value can be the length of an axis."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _references(description: Any, depth: int = 0) -> list[tuple[str, int, int]]:
    """Return (layer name, call, output) of every tensor in a call, or in ``input_layers`` or ``output_layers``.

    Tensors in keyword arguments count only when there is none in the positional ones: they carry queries' values,
    masks and states, and no shape function needs them.
    """
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(description, dict):
        if "keras_history" in description:
            return _references(description["keras_history"], depth + 1)
        if description.get("class_name") == "__keras_tensor__":
            return _references(description["config"], depth + 1)
        if "args" in description:
            return _references(description["args"], depth + 1) or _references(description.get("kwargs"), depth + 1)
        return [reference for value in description.values() for reference in _references(value, depth + 1)]
    if not isinstance(description, (list, tuple)):
        return []
    if len(description) >= 3 and isinstance(description[0], str) and isinstance(description[1], int):
        return [(description[0], description[1], int(description[2]))]
    return [reference for value in description for reference in _references(value, depth + 1)]


# --- Layers: from input to output ------------------------------------------------------------------------------------


def _call_layer(layer: Config, inputs: list[_Tensor], walk: _Walk) -> list[_Tensor]:
    """Return the outputs of one call of a layer, wrapper or nested model; unknown where it is not understood."""
    try:
        outputs = [_checked(tensor) for tensor in _outputs(layer, inputs, walk)]
    except STRANGE:
        outputs = [_UNKNOWN]
    first = _first_axis(inputs, walk)
    outputs = [
        tensor if tensor.first is not None or tensor.is_number else _Tensor(tensor.shape, tensor.activation, first)
        for tensor in outputs
    ]
    walk.note(layer, inputs, outputs)
    return outputs


def _first_axis(inputs: Sequence[_Tensor], walk: _Walk) -> int | None:
    """Return the length of the first axis of what a layer gives: that of its inputs, or of the batch."""
    lengths = [tensor.first for tensor in inputs if tensor.shape is not None]
    known_lengths = [length for length in lengths if length is not None]
    return None if len(known_lengths) < len(lengths) else max(known_lengths, default=walk.rows)


def _checked(tensor: _Tensor) -> _Tensor:
    """Return ``tensor``, without its shape when an axis is impossible (a window larger than its input)."""
    possible = tensor.shape is not None and all(axis is None or axis > 0 for axis in tensor.shape)
    return tensor if possible else _Tensor(None, tensor.activation, tensor.first)


def _outputs(layer: Config, inputs: list[_Tensor], walk: _Walk) -> list[_Tensor]:
    """Return the outputs of one call; raises one of STRANGE where the configuration is not as expected."""
    if walk.depth >= MAX_DEPTH or next(walk.count) >= MAX_CALLS:
        return [_UNKNOWN]
    if _is_model(layer):
        return _Model(layer, walk.deeper()).call(inputs)
    class_name, config = layer["class_name"], layer["config"]
    if class_name in _WRAPPERS:
        return _WRAPPERS[class_name](config, inputs, walk)
    if class_name in _RECURRENT:
        return _recurrent(class_name, config, inputs[0])
    if class_name in _MERGES:
        return [_merged(class_name, config, inputs)]
    if class_name == "TFOpLambda":
        return [_tensorflow_function(config, inputs)]
    if class_name not in _SHAPES:
        return [_UNKNOWN]
    before = inputs[0]
    shape = None if before.shape is None else _SHAPES[class_name](before.shape, config)
    rank = None if before.shape is None else len(before.shape)
    activation = _activation(class_name, config, before.activation, rank)
    return [_Tensor(None if activation == "glu" else shape, activation)]  # which gives half of the units


def _activation(class_name: str, config: Config, before: str | None, rank: int | None) -> str | None:
    """Return what the values went through last, given what they went through ``before`` this layer.

    A softmax over another axis than the last has no name; ``rank`` is that of the input, without the batch axis.
    """
    if class_name in _SEEN_THROUGH:
        return before
    if class_name == "Activation":
        own = activation_name(config.get("activation"))
        return before if own == "linear" else own
    if class_name in _ACTIVATIONS:
        return _ACTIVATIONS[class_name] if config.get("axis", -1) in (-1, rank) else None
    return activation_name(config.get("activation", "linear"))


def activation_name(description: Any) -> str | None:
    """Return the Keras name of an activation as a configuration writes it: a name, a function or a layer; or None."""
    if description is None:
        return "linear"
    if isinstance(description, dict) and allowlist.is_operation(description):
        return str(description["config"].get("name"))  # as the learner called the function
    if isinstance(description, dict):
        # {"class_name": "function", "config": "softmax"}, or a layer used as an activation.
        key = "config" if description.get("class_name") == "function" else "class_name"
        description = description.get(key)
        description = _ACTIVATIONS.get(description, description) if isinstance(description, str) else None
    return description.rpartition(">")[2] if isinstance(description, str) else None


# --- Wrappers, recurrent layers, several inputs ----------------------------------------------------------------------


def _time_distributed(config: Config, inputs: list[_Tensor], walk: _Walk) -> list[_Tensor]:
    """Call the inner layer without the axis of time, and put that axis back."""
    before = inputs[0]
    step = _Tensor(before.shape[1:] if before.shape else None, before.activation, before.first)
    after = _call_layer(config["layer"], [step], walk.deeper())[0]
    if not before.shape or after.shape is None:
        return [_Tensor(None, after.activation)]
    return [_Tensor((before.shape[0], *after.shape), after.activation)]


def _bidirectional(config: Config, inputs: list[_Tensor], walk: _Walk) -> list[_Tensor]:
    """Call the forward layer and merge its output with that of its mirror image."""
    forward, *states = _call_layer(config["layer"], inputs[:1], walk.deeper())
    states = states + states  # those of the layer that reads backwards
    merge = config.get("merge_mode", "concat")
    if merge is None:
        return [forward, forward, *states]
    shape = forward.shape
    if merge == "concat" and shape:
        shape = (*shape[:-1], None if shape[-1] is None else 2 * shape[-1])
    return [_Tensor(shape, forward.activation if merge in ("concat", "ave") else "linear"), *states]


def _wrapped(config: Config, inputs: list[_Tensor], walk: _Walk) -> list[_Tensor]:
    """Call the inner layer: the wrapper changes its weights only."""
    return _call_layer(config["layer"], inputs, walk.deeper())


_WRAPPERS: dict[str, Callable[[Config, list[_Tensor], _Walk], list[_Tensor]]] = {
    "TimeDistributed": _time_distributed,
    "Bidirectional": _bidirectional,
    "SpectralNormalization": _wrapped,
    "Wrapper": _wrapped,
}

# How many states a call gives after its output, with return_state.
_RECURRENT = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2, "RNN": 1, "ConvLSTM1D": 2, "ConvLSTM2D": 2, "ConvLSTM3D": 2}


def _recurrent(class_name: str, config: Config, before: _Tensor) -> list[_Tensor]:
    """Return the output of a recurrent layer, followed by its states if it returns them."""
    if class_name.startswith("Conv"):
        if before.shape is None:
            return [_UNKNOWN]
        step = _convolution(before.shape[1:], config)
    else:
        step = (_units(config),)
    activation = activation_name(_cell(config).get("activation", "tanh"))
    steps = None if before.shape is None else before.shape[0]
    output = _Tensor((steps, *step) if config.get("return_sequences") else step, activation)
    states = _RECURRENT[class_name] if config.get("return_state") else 0
    return [output] + [_Tensor(step, activation)] * states


def _cell(config: Config) -> Config:
    """Return the configuration that holds the units: a layer's own, that of its cell, or of the last of its cells."""
    cell = config.get("cell", {}).get("config", config)
    last: Config = cell["cells"][-1]["config"] if "cells" in cell else cell
    return last


def _units(config: Config) -> int:
    """Return the number of features that a recurrent layer gives at every step."""
    return int(_cell(config)["units"])


def _elementwise(shapes: list[Shape], config: Config) -> Shape | None:
    """Return the common shape of tensors that are combined value by value."""
    if len({len(shape) for shape in shapes}) != 1:
        return None
    return tuple(_broadcast(axes) for axes in zip(*shapes, strict=True))


def _broadcast(axes: tuple[int | None, ...]) -> int | None:
    """Return the longest of several lengths; a 1 is repeated to fit."""
    return None if None in axes else max(axis for axis in axes if axis is not None)


def _concatenated(shapes: list[Shape], config: Config) -> Shape | None:
    """Return the first shape with the lengths of one axis added up."""
    axis = config["axis"] if config["axis"] < 0 else config["axis"] - 1
    shape = list(shapes[0])
    lengths = [other[axis] for other in shapes]
    shape[axis] = None if None in lengths else sum(length for length in lengths if length is not None)
    return tuple(shape)


def _attended(shapes: list[Shape], config: Config) -> Shape | None:
    """Return the shape of the query with the features of the value."""
    query, value = shapes[0], shapes[1] if len(shapes) > 1 else shapes[0]
    return (*query[:-1], value[-1])


def _multi_head(shapes: list[Shape], config: Config) -> Shape | None:
    """Return the query's shape, with the projected features if the layer states them."""
    projected = config.get("output_shape")
    if projected is None:
        return shapes[0]
    return (*shapes[0][:-1], *([projected] if isinstance(projected, int) else projected))


_MERGES: dict[str, Callable[[list[Shape], Config], Shape | None]] = {
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _elementwise),
    "CustomScaleLayer": _elementwise,
    "Concatenate": _concatenated,
    "Attention": _attended,
    "AdditiveAttention": _attended,
    "MultiHeadAttention": _multi_head,
    "GroupedQueryAttention": _multi_head,
    "GroupQueryAttention": _multi_head,
}
_KEEP_COMMON_ACTIVATION = ("Concatenate", "Average", "Maximum", "Minimum")
_OWN_PROJECTION = ("MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention")


def _merged(class_name: str, config: Config, inputs: list[_Tensor]) -> _Tensor:
    """Return the output of a layer with several inputs; a common activation lives on where values are kept.

    The sum of two probabilities is neither linear nor a probability, and half of it may be meant: it has no name.
    """
    shapes = [tensor.shape for tensor in inputs if tensor.shape is not None]
    shape = _MERGES[class_name](shapes, config) if len(shapes) == len(inputs) else None
    before = {tensor.activation for tensor in inputs}
    if class_name in _OWN_PROJECTION or before == {"linear"}:
        return _Tensor(shape, "linear")
    return _Tensor(shape, before.pop() if class_name in _KEEP_COMMON_ACTIVATION and len(before) == 1 else None)


_TENSORFLOW = {"nn.softmax": "softmax", "nn.relu": "relu", "math.sigmoid": "sigmoid", "math.tanh": "tanh"}


def _tensorflow_function(config: Config, inputs: list[_Tensor]) -> _Tensor:
    """Return the output of a function on a tensor in a Keras 2 model: arithmetic, or an activation."""
    function = str(config.get("function"))
    if function in _TENSORFLOW:
        return _Tensor(inputs[0].shape, _TENSORFLOW[function])
    if function.rpartition(".")[2] not in ("add", "subtract", "multiply", "truediv"):
        return _UNKNOWN
    return _Tensor(inputs[0].shape, "linear" if {tensor.activation for tensor in inputs} == {"linear"} else None)


# --- Shape functions -------------------------------------------------------------------------------------------------


def _same(shape: Shape, config: Config) -> Shape | None:
    """Keep the shape."""
    return shape


def _dense(shape: Shape, config: Config) -> Shape | None:
    """Replace the last axis."""
    return (*shape[:-1], int(config["units"])) if shape else None


def _einsum_dense(shape: Shape, config: Config) -> Shape | None:
    """Return what the layer states, as Keras does."""
    stated = config["output_shape"]
    return (stated,) if isinstance(stated, int) else tuple(stated)


def _flatten(shape: Shape, config: Config) -> Shape | None:
    """Return one axis for all values."""
    return (product(shape),)


def _reshape(shape: Shape, config: Config) -> Shape | None:
    """Return the target; -1 stands for what is left."""
    target = [int(axis) for axis in config["target_shape"]]
    whole, rest = product(shape), math.prod(axis for axis in target if axis != -1)
    free = None if whole is None else whole // rest
    return tuple(free if axis == -1 else axis for axis in target)


def _permute(shape: Shape, config: Config) -> Shape | None:
    """Reorder the axes, which the configuration counts from 1."""
    return tuple(shape[axis - 1] for axis in config["dims"])


def _repeat(shape: Shape, config: Config) -> Shape | None:
    """Put an axis in front."""
    return (int(config["n"]), *shape)


def _embedding(shape: Shape, config: Config) -> Shape | None:
    """Append the axis of the vectors."""
    return (*shape, int(config["output_dim"]))


def _convolution(shape: Shape, config: Config) -> Shape:
    """Slide the kernel and replace the channels by the filters."""
    slid = windows(shape, config, config["kernel_size"], config.get("strides", 1))
    axes, _, first = spatial(slid, config)
    return joined(axes, int(config["filters"]), first)


def _depthwise(shape: Shape, config: Config) -> Shape | None:
    """Slide the kernel; every channel gives ``depth_multiplier`` channels."""
    slid = windows(shape, config, config["kernel_size"], config.get("strides", 1))
    axes, channels, first = spatial(slid, config)
    return joined(axes, product([channels, config.get("depth_multiplier", 1)]), first)


def _transposed(shape: Shape, config: Config) -> Shape | None:
    """Undo a convolution, and replace the channels by the filters."""
    axes, _, first = spatial(transposed_windows(shape, config, config["kernel_size"]), config)
    return joined(axes, int(config["filters"]), first)


def _pooled(shape: Shape, config: Config) -> Shape | None:
    """Slide the pool; its own size is the default stride."""
    size = config["pool_size"]
    return windows(shape, {**config, "dilation_rate": 1}, size, config.get("strides") or size)


def _globally_pooled(shape: Shape, config: Config) -> Shape | None:
    """Keep the channels, and axes of length 1 if asked for."""
    axes, channels, first = spatial(shape, config)
    return joined([1] * len(axes), channels, first) if config.get("keepdims") else (channels,)


def _margins(value: Any, rank: int) -> list[int]:
    """Return what is added or cut per spatial axis, both sides together: 1, [1, 2] or [[1, 1], [2, 2]]."""
    if rank == 1 and not isinstance(value, int):
        return [sum(value)]
    sides = [value] * rank if isinstance(value, int) else list(value)
    return [2 * side if isinstance(side, int) else sum(side) for side in sides]


def _moved_edges(sign: int, key: str) -> ShapeFunction:
    """Return the shape function of padding (``sign`` 1) or cropping (-1), which stores its margins under ``key``."""

    def moved(shape: Shape, config: Config) -> Shape | None:
        """Add to or cut from every spatial axis."""
        axes, channels, first = spatial(shape, config)
        margins = _margins(config[key], len(axes))
        lengths = [None if a is None else a + sign * margin for a, margin in zip(axes, margins, strict=True)]
        return joined(lengths, channels, first)

    return moved


def _upsampled(shape: Shape, config: Config) -> Shape | None:
    """Repeat every spatial axis."""
    axes, channels, first = spatial(shape, config)
    times = each(config["size"], len(axes))
    return joined([product(pair) for pair in zip(axes, times, strict=True)], channels, first)


def _resized(shape: Shape, config: Config) -> Shape | None:
    """Replace height and width."""
    axes, channels, first = spatial(shape, config)
    return joined([int(config["height"]), int(config["width"])], channels, first) if len(axes) == 2 else None


def _any_height(shape: Shape, config: Config) -> Shape | None:
    """Forget the height, which is random in training."""
    return (None, *shape[1:])


def _any_width(shape: Shape, config: Config) -> Shape | None:
    """Forget the width, which is random in training."""
    return (shape[0], None, *shape[2:])


_DIMENSIONS = ("1D", "2D", "3D")
_POOLS = ("MaxPooling", "AveragePooling")
_AUGMENTATIONS = tuple(
    """AugMix AutoContrast CutMix MixUp RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
    RandomContrast RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue
    RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear
    RandomTranslation RandomZoom Equalization Solarization""".split()
)
_DROPOUTS = tuple(
    "Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout1D SpatialDropout2D SpatialDropout3D".split()
)
_NORMALISATIONS = tuple(
    """BatchNormalization SyncBatchNormalization LayerNormalization GroupNormalization UnitNormalization
    RMSNormalization Normalization Rescaling""".split()
)
# Layers that are nothing but an activation, and the Keras names of those activations.
_ACTIVATIONS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "ThresholdedReLU": "thresholded_relu",
    "Softmax": "softmax",
}
_SHAPES: dict[str, ShapeFunction] = {
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat,
    "Resizing": _resized,
    "CenterCrop": _resized,
    "RandomCrop": _resized,
    "RandomHeight": _any_height,
    "RandomWidth": _any_width,
    **{f"Conv{d}": _convolution for d in _DIMENSIONS},
    **{f"Conv{d}Transpose": _transposed for d in _DIMENSIONS},
    **{f"SeparableConv{d}": _convolution for d in _DIMENSIONS[:2]},
    **{f"DepthwiseConv{d}": _depthwise for d in _DIMENSIONS[:2]},
    **{f"{pool}{d}": _pooled for pool in _POOLS for d in _DIMENSIONS},
    **{f"Global{pool}{d}": _globally_pooled for pool in _POOLS for d in _DIMENSIONS},
    **{f"ZeroPadding{d}": _moved_edges(1, "padding") for d in _DIMENSIONS},
    **{f"Cropping{d}": _moved_edges(-1, "cropping") for d in _DIMENSIONS},
    **{f"UpSampling{d}": _upsampled for d in _DIMENSIONS},
    **dict.fromkeys(_AUGMENTATIONS + _DROPOUTS + _NORMALISATIONS, _same),
    **dict.fromkeys(("Activation", "ActivityRegularization", "Identity", "InputLayer", "Masking"), _same),
    **dict.fromkeys(("LayerScale", "StochasticDepth"), _same),
    **dict.fromkeys(_ACTIVATIONS, _same),
}
# These move, drop, repeat or average values, so what the values went through before still holds.
_SEEN_THROUGH = frozenset(
    name
    for name in _SHAPES
    if name in _AUGMENTATIONS + _DROPOUTS
    or name in ("Flatten", "Reshape", "Permute", "RepeatVector", "Resizing", "CenterCrop", "RandomCrop")
    or name in ("RandomHeight", "RandomWidth", "ActivityRegularization", "Identity", "InputLayer", "Masking")
    or name == "StochasticDepth"
    or re.fullmatch(r"(Global)?(Max|Average)Pooling.D|(ZeroPadding|Cropping|UpSampling).D", name)
)

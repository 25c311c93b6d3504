"""How a model is put together, as its description tells: is it whole, of Keras's own classes, are its tables large
enough? Nothing here needs TensorFlow, and nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from exam import bank
from exam.architecture import allowlist, functions, shapes
from exam.bank.question import Question
from exam.findings import Finding, cut_name, finding

Config = dict[str, Any]

_KINDS = re.compile(r"(activation|initializer|regularizer|constraint)$")
_EXAMPLES = {"activation": "relu", "initializer": "he_normal", "regularizer": "l2", "constraint": "non_neg"}
"""Kind of setting -> an example from Keras itself, to name in a next step."""


# --- The model itself ------------------------------------------------------------------------------------------------


def model_finding(config: Config, question: Question) -> Finding | None:
    """Return why a description is no model yet that could be loaded and run: of an own class, empty or never built."""
    class_name = config.get("class_name")
    if isinstance(class_name, str) and class_name not in allowlist.KNOWN:
        return finding("subclassed-model", found=_bare(class_name))
    if class_name != "Sequential":
        return None
    inner = config["config"]
    own = inner if isinstance(inner, list) else inner.get("layers")
    if not isinstance(own, list):
        return None
    if all(isinstance(layer, dict) and layer.get("class_name") == "InputLayer" for layer in own):
        return finding("no-layers", expected=question.input_shape, last=_last_layer(question))
    return None if _states_its_input(config) else finding("never-built", expected=question.input_shape)


def _last_layer(question: Question) -> str:
    """Return the last layer as a learner writes it."""
    units, activation = question.output_shape[-1], question.activations[0]
    return f"Dense({units})" if activation == "linear" else f'Dense({units}, activation="{activation}")'


def _states_its_input(entry: Config) -> bool:
    """Return whether a Sequential model says of what shape its inputs are; True when that is not understood."""
    try:
        inner = entry["config"]
        own, settings = (inner, {}) if isinstance(inner, list) else (inner["layers"], inner)
        first = own[0]
        if first.get("class_name") == "Sequential" and "layers" in first["config"]:
            return bool(settings.get("build_input_shape")) or _states_its_input(first)
        named = first.get("class_name") == "InputLayer" or shapes._is_model(first)
        return named or bool(shapes._stated_shape(first) or settings.get("build_input_shape"))
    except shapes.STRANGE:
        return True


# --- The classes of its parts ----------------------------------------------------------------------------------------


def class_finding(item: allowlist.Declared) -> Finding | None:
    """Return what is wrong with one object that loading the model would create, None when it is Keras's own."""
    if functions.serves_training_alone(item.setting, item.entry):
        return None
    kind = _KINDS.search(item.setting)
    if item.class_name in allowlist.FUNCTIONS:
        if item.setting.endswith("activation") and functions.is_known(item.entry):
            return None
        what = "a lambda, a function without a name," if item.class_name == "__lambda__" else _function(item.entry)
        return _setting_finding(item, kind, what)
    if item.class_name in allowlist.REFUSED:
        return finding("lambda-layer", layer=item.layer, found=_with_layer(item.class_name))
    if item.is_known:
        return None
    if item.setting in ("quantization_config", "dtype"):
        return finding("quantized-layer", layer=item.layer, found=_bare(item.class_name))
    if kind and kind[1] != "activation":  # a layer may be given as an activation
        return _setting_finding(item, kind, f"an object of the class {_bare(item.class_name)!r}")
    return finding("custom-layer", layer=item.layer, found=_class_name(item))


def guess_finding(item: allowlist.Declared) -> Finding | None:
    """Return that a function was taken by its name for one of TensorFlow's, where it may be the learner's own."""
    if not functions.is_guessed(item.entry):
        return None
    return finding("function-by-name", layer=item.layer, found=item.entry["config"])


def activation_finding(item: allowlist.Declared) -> Finding | None:
    """Return that an activation is a name that Keras does not have; Keras 2 writes functions of others like its own."""
    settings = item.entry.get("config")
    for name, value in settings.items() if item.is_layer and isinstance(settings, dict) else ():
        if name.endswith("activation") and isinstance(value, str) and value not in functions.ACTIVATIONS_OF_KERAS:
            kind = _KINDS.search(name)
            return _setting_finding(replace(item, setting=name), kind, f"the function {_bare(value)!r}")
    return None


def _setting_finding(item: allowlist.Declared, kind: re.Match[str] | None, what: str) -> Finding:
    name = kind[1] if kind else "function"
    if kind:
        advice = f'Write {cut_name(item.setting)}="{_EXAMPLES[name]}", or another name from tf.keras.{name}s.'
    else:
        advice = "Build this part of the model from the layers in tf.keras.layers."
    setting = item.setting or name
    return finding("custom-setting", layer=item.layer, what=what, setting=setting, kind=name, advice=advice)


def _function(entry: Config) -> str:
    name = entry.get("config")
    return f"the function {_bare(name)!r}" if isinstance(name, str) else "a function"


def _bare(class_name: str) -> str:
    """Return a name to be shown, without the package that Keras writes in front of it: ``Package>Name``."""
    return cut_name(class_name.rpartition(">")[2])


def _class_name(item: allowlist.Declared) -> str:
    """Return the name of a class, with its module where Keras has another class of that name."""
    name, module = _bare(item.class_name), item.entry.get("module")
    return f"{module}.{name}" if name in allowlist.KNOWN and isinstance(module, str) else name


def _with_layer(class_name: str) -> str:
    return "Lambda layer" if class_name == "Lambda" else class_name


# --- Tensors that hold nothing --------------------------------------------------------------------------------------


def empty_finding(calls: Sequence[shapes.Call]) -> Finding | None:
    """Return which layer gives tensors with an axis of no length, which end TensorFlow."""
    for call in calls:
        for shape in call.outputs:
            if shape is not None and 0 in shape:
                return finding("empty-tensor", layer=shapes._name(call.layer), found=str((None, *shape[1:])))
    return None


# --- Answers that cannot be scored ----------------------------------------------------------------------------------


def answer_finding(config: Config, question: Question) -> Finding | None:
    """Return why what comes out is not numbers, or not some for each sample; None when that cannot be told."""
    try:
        kind = next(filter(None, map(_no_numbers, _ends(config))), None)
    except shapes.STRANGE:
        kind = None
    if kind is not None:
        return finding("not-numbers", found=kind)
    rows, outputs = shapes.answers(config, question.input_shape)
    counts = [shape[0] for shape in outputs if shape and shape[0] is not None]
    return next((mixed_samples(count, rows) for count in counts if count != rows), None)


def _no_numbers(layer: Config) -> str | None:
    """Return what a layer gives in place of numbers."""
    class_name, settings = layer["class_name"], layer["config"]
    if class_name == "StringLookup" and settings.get("invert") is True:
        return "text"
    if class_name == "ViewAsComplex" or class_name == "Cast" and "complex" in str(settings.get("dtype")):
        return "complex numbers"
    return None


def mixed_samples(count: int, rows: int) -> Finding:
    """Return the finding on a model that gives ``count`` answers to ``rows`` samples."""
    return finding("mixed-samples", found=f"{count} answer{'s' * (count != 1)}", rows=rows)


def _ends(entry: Config) -> list[Config]:
    """Return the layers whose outputs are the model's, of an inner model that ends it its own; raises of STRANGE."""
    inner = entry["config"]
    own: list[Config] = inner if isinstance(inner, list) else inner["layers"]
    if isinstance(inner, list) or "output_layers" not in inner:
        last = own[-1:]
    else:
        names = {name for name, _, _ in shapes._references(inner["output_layers"])}
        last = [layer for layer in own if shapes._name(layer) in names]
    return [end for layer in last for end in (_ends(layer) if shapes._is_model(layer) else [layer])]


# --- Tables that ids are looked up in --------------------------------------------------------------------------------

_KEEPING = frozenset(
    """
    InputLayer Reshape Flatten Permute RepeatVector Identity ActivityRegularization Dropout SpatialDropout1D
    GaussianDropout GaussianNoise AlphaDropout
    """.split()
)
"""At prediction, the outputs of these layers have the same values as their inputs."""
_EXACT = (None, "float32", "float64", "int32", "int64")
"""These types hold every id exactly; in float16, for example, some are rounded."""


def embedding_finding(config: Config, question: Question) -> Finding | None:
    """Return that an Embedding has too few rows, when the ids of every hidden set surely reach beyond them."""
    if not question.largest_id:
        return None
    try:
        sizes = [(shapes._name(layer), layer["config"]["input_dim"]) for layer in _fed_by_the_input(config)]
    except shapes.STRANGE:
        return None
    for name, size in sizes:
        if type(size) is int and 0 < size <= question.certain_id:
            count = question.largest_id + 1
            return finding(
                "small-embedding",
                layer=name,
                found=size,
                last=size - 1,
                largest=question.largest_id,
                size=_size_in_the_starter(question),
                count=count,
            )
    return None


def _size_in_the_starter(question: Question) -> str:
    """Return the starter's own name for the number of ids, or the number where it has none."""
    starter = (bank.find()[question.id] / "starter.py").read_text(encoding="utf-8")
    count = str(question.largest_id + 1)
    return "VOCAB_SIZE" if re.search(rf"^VOCAB_SIZE = {count}\b", starter, re.M) else count


def _fed_by_the_input(entry: Config, depth: int = 0) -> Iterator[Config]:
    """Yield every Embedding that is given the values of the model's one input, unchanged.

    What is not understood is left out. Raises one of ``shapes.STRANGE`` for a description that is none.
    """
    inner = entry["config"]
    own: list[Config] = inner if isinstance(inner, list) else inner["layers"]
    if depth > shapes.MAX_DEPTH:
        return
    if isinstance(inner, list) or "input_layers" not in inner:
        yield from _in_sequence(own, depth)
    else:
        yield from _in_graph(own, inner["input_layers"], depth)


def _in_sequence(own: list[Config], depth: int) -> Iterator[Config]:
    for layer in own:
        yield from _embeddings_of(layer, depth)
        if not _keeps_values(layer):
            return


def _in_graph(own: list[Config], ends: Any, depth: int) -> Iterator[Config]:
    """Follow the calls in the order of the file, in which every layer comes after what it is given."""
    inputs = {name for name, _, _ in shapes._references(ends)}
    if len(inputs) != 1:
        return
    names = {shapes._name(layer) for layer in own if shapes._name(layer) in inputs and _keeps_values(layer)}
    for layer in own:
        calls = layer.get("inbound_nodes") or []
        if not any(_is_given(call, names) for call in calls):
            continue
        yield from _embeddings_of(layer, depth)
        if len(calls) == 1 and _keeps_values(layer):
            names.add(shapes._name(layer))


def _is_given(call: Any, names: set[str]) -> bool:
    """Return whether a call is given one tensor, of ``names``, and no order to behave as in training."""
    references = shapes._references(call)
    return len(references) == 1 and references[0][0] in names and "'training': True" not in str(call)


def _embeddings_of(layer: Config, depth: int) -> Iterator[Config]:
    if layer.get("class_name") == "Embedding":
        yield layer
    elif shapes._is_model(layer):
        yield from _fed_by_the_input(layer, depth + 1)


def _keeps_values(layer: Config) -> bool:
    dtype = layer["config"].get("dtype")
    name = dtype["config"]["name"] if isinstance(dtype, dict) else dtype
    return layer.get("class_name") in _KEEPING and name in _EXACT

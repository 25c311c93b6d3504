"""The whole space of Keras that a learner can reach, as named recipes of small models.

Most models are written as one expression, which is also their name: ``ops.mean(h, axis=1)``, or
``Conv2D(filters=4, kernel_size=3), Sequential``. Tables name what is varied: every argument of every layer, every
function of ``keras.ops``, operators, indices, activations, masks, types. Nothing is built before it is asked for; what
Keras itself refuses to build is no model and falls out when it is tried.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import genuine
import keras
import numpy as np
import tensorflow as tf
from genuine import VECTOR, Recipe, answered, line
from keras import activations, constraints, initializers
from keras import layers as L
from keras import ops, regularizers
from space_models import SHAPES, TYPES, WHOLE, Row, application_rows, code_rows, inner_rows, recipe
from space_values import (
    ALIKE,
    AS_LAYERS,
    BASES,
    CELLS,
    COMBINED,
    COMMON,
    COMPILED,
    DISTRIBUTED,
    ENDINGS,
    FUNCTIONS,
    IN_ALL_PLACES,
    INDICES,
    LAYER_NAMES,
    MASKED,
    MASKED_FUNCTIONAL,
    MORE_OPERATORS,
    NO_ACTIVATIONS,
    NOT_HERE,
    OF_OPS,
    OF_TENSORFLOW,
    OPERANDS,
    OPERATORS,
    PARTS,
    PLACES,
    POLICIES,
    QUANTIZED,
    RECURRENT,
    SERIALIZED,
    TYPED,
    UNTRIED,
    VALUES,
    items,
)

COPIES = 16
"""Each of the few samples of ``genuine.inputs`` stands in the batch that often, which makes a batch of the grader: a
model that mixes the samples of a batch answers otherwise in another one."""
MANY_VALUES = 2000
"""Samples of more values are not repeated."""


# --- Expressions -----------------------------------------------------------------------------------------------------

def double(x: Any) -> Any:
    return x * 2


def added(x: Any, y: Any) -> Any:
    return x + y


NAMES = {
    "L": L, "activations": activations, "constraints": constraints, "initializers": initializers, "keras": keras,
    "np": np, "ops": ops, "regularizers": regularizers, "tf": tf, "double": double, "added": added,
    "halved": lambda x: x / 2,
}
"""What expressions may name, besides tensors."""
MADE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "h": ("x", lambda x: L.Dense(4)(x)),
    "g": ("x", lambda x: L.Dense(4)(x)),
    "v": ("x", lambda x: L.Dense(6)(L.Flatten()(x))),
    "m": ("x", lambda x: L.Reshape((4, 4))(L.Dense(16)(L.Flatten()(x)))),
    "s": ("x", lambda x: _symmetric(L.Reshape((4, 16))(L.Dense(64)(L.Flatten()(x))))),
    "q": ("p", lambda x: L.Conv2D(3, 1)(x)),
    "e": ("i", lambda x: L.Embedding(7, 4)(x)),
    "z": ("i", lambda x: L.Embedding(7, 4, mask_zero=True)(x)),
    "y": ("i", lambda x: L.Embedding(7, 4, mask_zero=True)(x)),
    "k": ("x", lambda x: L.Masking()(x)),
}
"""Tensors of both signs that are made from an input: a series twice, a vector, square and positive definite matrices, a
picture, embedded ids without a mask and with one, a masked series."""


def _symmetric(x: Any) -> Any:
    return L.Dot(axes=2)([x, x])


class Tensors(dict[str, Any]):
    """The tensors of an expression, each made when it is first asked for; the input is made with the first."""

    def __missing__(self, name: str) -> Any:
        if name in MADE:
            source, make = MADE[name]
            self[name] = make(self[source])
        elif name in SHAPES:
            self[name] = input_for(name)
        else:
            raise KeyError(name)
        return self[name]


def input_for(name: str) -> Any:
    """Return one of the inputs of ``SHAPES``."""
    return keras.Input(SHAPES[name], dtype=TYPES.get(name, "float32"))


def input_of(expression: str) -> str:
    """Return which input an expression takes."""
    return next((MADE[name][0] if name in MADE else name for name in named(expression)), "x")


def named(expression: str) -> list[str]:
    """Return the tensors that an expression names."""
    names = [node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)]
    return [name for name in names if name in MADE or name in SHAPES]


def value(expression: str, tensors: Tensors | None = None) -> Any:
    """Return what an expression is."""
    known = {} if tensors is None else {name: tensors[name] for name in named(expression)}
    return eval(expression, {**NAMES, **known})


def functional(expression: str) -> Recipe:
    """Return the recipe of a functional model around an expression of tensors."""
    source = input_of(expression)

    def build() -> Any:
        tensors = Tensors()
        made = answer(value(expression, tensors), tensors, source)
        return keras.Model(tensors[source], made)

    return recipe(build, source)


def answer(made: Any, tensors: Tensors, source: str) -> Any:
    """Return two numbers for each sample from what an expression gave: a tensor, several, or one for the batch."""
    leaves = [leaf for leaf in keras.tree.flatten(made) if leaf is not None and not isinstance(leaf, (int, float))]
    parts = [_two(leaf, tensors, source) for leaf in leaves]
    return L.Add()(parts) if len(parts) > 1 else parts[0]


def _two(x: Any, tensors: Tensors, source: str) -> Any:
    """Return two numbers for each sample, from whole numbers, complex ones, or from one number for all samples."""
    kind = keras.backend.standardize_dtype(x.dtype)
    x = ops.real(x) if "complex" in kind else L.Rescaling(0.5)(x) if "float" not in kind else x
    if len(x.shape) > 1 and x.shape[0] is None:
        return answered(x)
    own = tensors["v"] if source == "x" else L.Dense(6)(L.Flatten()(tensors["e" if source == "i" else source]))
    return answered(own) + ops.mean(x)


def sequential(expression: str, source: str) -> Recipe:
    """Return the recipe of a Sequential model around an expression of one layer."""

    def build() -> Any:
        made = keras.Sequential([input_for(source), value(expression)])
        if "float" not in str(made.outputs[0].dtype):
            made.add(L.Rescaling(0.5))
        if len(made.output_shape) > 2:
            pools = {3: L.GlobalAveragePooling1D, 4: L.GlobalAveragePooling2D, 5: L.GlobalAveragePooling3D}
            made.add(pools[len(made.output_shape)]() if None in made.output_shape[1:] else L.Flatten())
        made.add(L.Dense(2))
        return made

    return recipe(build, source)


def both(kind: str, layer: str, source: str = "x") -> Iterator[Row]:
    """Yield a layer, an expression, in a functional and in a Sequential model."""
    shown = layer.removeprefix("L.")
    yield Row(f"{shown}, functional", kind, functional(f"{layer}({source})"))
    if source in SHAPES:
        yield Row(f"{shown}, Sequential", kind, sequential(layer, source))


# --- Layers ----------------------------------------------------------------------------------------------------------


def ranked(values: str, name: str) -> list[str]:
    """Return the values of a table for a layer, whose name tells its number of axes."""
    rank = next((int(letter) for letter in name if letter.isdigit()), 2)
    found = []
    for one in items(values):
        shapes = {"TUPLE": str((2,) * rank), "LIST": str([2] * rank)}
        found += PARTS.get(one) or [shapes.get(one, one)]
    return found


def values_of(name: str, argument: str) -> list[str]:
    """Return the values to try of an argument."""
    given = VALUES.get(f"{name}.{argument}") or VALUES.get(argument) or ENDINGS.get(argument.rpartition("_")[2], "")
    return ranked(given, name)


def arguments_of(name: str) -> list[str]:
    """Return the arguments of a layer."""
    return [one for one in inspect.signature(getattr(L, name).__init__).parameters if one not in UNTRIED]


def written(name: str, arguments: dict[str, str]) -> str:
    return f"L.{name}({', '.join(f'{key}={text}' for key, text in arguments.items())})"


def base_of(name: str) -> tuple[dict[str, str], str]:
    """Return the usual arguments of a layer, and what it is called on."""
    text, _, source = BASES[name].rpartition("@") if "@" in BASES[name] else (BASES[name], "", "x")
    call = ast.parse(f"f({text.strip()})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {str(word.arg): ast.unparse(word.value) for word in call.keywords}, source.strip()


def layer_rows() -> Iterator[Row]:
    """Yield every layer as it is usually written, then with each value of each argument."""
    for name in BASES:
        base, source = base_of(name)
        kind = f"layer {name}"
        yield from both(kind, written(name, base), source)
        for argument in arguments_of(name):
            values = [text for text in values_of(name, argument) if text != base.get(argument)]
            for number, text in enumerate(values):
                found = both(kind, written(name, {**base, argument: text}), source)
                in_both = argument.rpartition("_")[2] not in ENDINGS and (number == 0 or text.startswith("["))
                yield from found if in_both else itertools.islice(found, 1)
        for text in COMMON:
            changed = f"{written(name, base)[:-1]}{', ' if base else ''}{text})"
            yield Row(f"{changed.removeprefix('L.')}, functional", kind, functional(f"{changed}({source})"))


def combined_rows() -> Iterator[Row]:
    """Yield layers with several arguments at once, as they are often written."""
    for expressions in COMBINED.values():
        for expression in items(expressions):
            yield Row(expression, "several arguments", functional(expression))


def wrapper_rows() -> Iterator[Row]:
    """Yield layers around layers."""
    kind = "wrapper"
    for mode, inner in itertools.product(("'concat'", "'sum'", "'mul'", "'ave'", "None"), RECURRENT):
        yield from both(kind, f"L.Bidirectional({inner}, merge_mode={mode})")
    for inner in RECURRENT[:3]:
        several = inner.replace(")", ", return_sequences=True)")
        yield from both(kind, f"L.Bidirectional({several})")
        yield from both(kind, f"L.Bidirectional({several}, merge_mode='sum', dtype='float64', name='two.ways')")
        yield from both(kind, f"L.Bidirectional({inner.replace(')', ', return_state=True)')})")
        yield from both(kind, f"L.Bidirectional({inner.replace(')', ', go_backwards=True)')})")
        back = inner.replace(")", ", go_backwards=True)")
        yield from both(kind, f"L.Bidirectional({inner}, backward_layer={back})")
        yield from both(kind, f"L.Bidirectional({inner}, backward_layer={back.replace('3', '5')})")
    for source, inner in (("f1", "L.ConvLSTM1D(2, 3)"), ("f2", "L.ConvLSTM2D(2, 3, padding='same')")):
        yield from both(kind, f"L.Bidirectional({inner})", source)
        yield from both(kind, f"L.Bidirectional({inner}, merge_mode='ave')", source)
    for source, layers in DISTRIBUTED.items():
        for inner in items(layers):
            yield from both(kind, f"L.TimeDistributed({inner})", source.split()[0])
    for cell in CELLS:
        yield from both(kind, f"L.RNN({cell})")
        yield from both(kind, f"L.RNN({cell}, return_sequences=True, go_backwards=True)")
        yield from both(kind, f"L.Bidirectional(L.RNN({cell}))")
    for inner in ("Conv2D(3, 3)", "Conv2DTranspose(3, 3)", "DepthwiseConv2D(3)", "Conv2D(3, 3, dtype='float64')"):
        yield from both(kind, f"L.SpectralNormalization(L.{inner})", "p")
    yield from both(kind, "L.SpectralNormalization(L.Embedding(7, 3))", "i")


def masked_rows() -> Iterator[Row]:
    """Yield masks from an embedding and from Masking before chains of layers, outside and in inner models."""
    kind = "mask"
    for chain in MASKED:
        yield Row(chain, kind, functional(chain))
        yield Row(chain.replace("(z)", "(k)"), kind, functional(chain.replace("(z)", "(k)")))
        layers = in_order(chain)
        for source, first in (("i", "L.Embedding(7, 4, mask_zero=True)"), ("x", "L.Masking()")):
            inner = f"keras.Sequential([{', '.join([first, *layers])}])"
            yield Row(f"{inner}", kind, _chained(source, [first, *layers]))
            yield Row(f"{inner} inside a functional model", kind, functional(f"{inner}({source})"))
        inner = f"keras.Sequential([{', '.join(layers)}])"
        yield Row(f"{inner}(z)", kind, functional(f"{inner}(z)"))
    for expression in MASKED_FUNCTIONAL:
        yield Row(expression, kind, functional(expression))


def in_order(chain: str) -> list[str]:
    """Return the layers of ``outer(inner(tensor))`` from the inside out."""
    found, node = [], ast.parse(chain, mode="eval").body
    while isinstance(node, ast.Call):
        found.append(ast.unparse(node.func))
        node = node.args[0]
    return found[::-1]


def _chained(source: str, layers: list[str]) -> Recipe:
    """Return the recipe of a Sequential model of these layers."""
    return recipe(lambda: _with_head([input_for(source), *map(value, layers)]), source)


def _with_head(layers: list[Any]) -> Any:
    made = keras.Sequential(layers)
    if len(made.output_shape) > 2:
        made.add(L.Flatten())
    made.add(L.Dense(2))
    return made


# --- Operators, indices and functions --------------------------------------------------------------------------------


def operator_rows() -> Iterator[Row]:
    """Yield operators with every kind of operand on either side, and indices."""
    for operator, operand in itertools.product(OPERATORS, OPERANDS):
        for expression in (f"h {operator} {operand}", f"{operand} {operator} h"):
            yield Row(expression, "operator", functional(expression))
    for expression in MORE_OPERATORS:
        yield Row(expression, "operator", functional(expression))
    for expression in INDICES:
        yield Row(expression, "index", functional(expression))


def function_rows() -> Iterator[Row]:
    """Yield every function of ``keras.ops`` with its arguments in the ways they are given."""
    for arguments, names in ALIKE.items():
        for name in names.split():
            yield Row(f"ops.{name}{arguments}", "ops", functional(f"ops.{name}{arguments}"))
    for call in FUNCTIONS:
        expression = of_ops(call)
        yield Row(expression, "ops", functional(expression))


OPS = frozenset(name for name in dir(ops) if not name.startswith("_"))


def of_ops(call: str) -> str:
    """Return an expression with ``ops.`` before the functions that stand alone in it."""

    class Prefix(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.Attribute(ast.Name("ops"), node.id) if node.id in OPS else node

    return ast.unparse(Prefix().visit(ast.parse(call, mode="eval")))


# --- Activations -----------------------------------------------------------------------------------------------------


def activation_rows() -> Iterator[Row]:
    """Yield every activation in the places where activations are given."""
    names = [name for name in dir(activations) if not name.startswith("_") and name not in NO_ACTIVATIONS]
    plain = ("inside", "last")
    for name in names:
        yield from activated(f"'{name}'", (*plain, "Activation"))
        yield from activated(f"activations.{name}", plain)
    for name in OF_OPS:
        yield from activated(f"ops.{name}", (*plain, "Activation"))
    for name in OF_TENSORFLOW:
        yield from activated(f"tf.{name}", (*plain, "Activation"))
    for layer in (*AS_LAYERS, *SERIALIZED):
        yield from activated(layer, (*plain, "Conv2D", "LSTM", "Activation"))
    for name in ("'exponential'", "'hard_sigmoid'", "activations.mish", "L.LeakyReLU(0.1)", *IN_ALL_PLACES):
        yield from activated(name, tuple(PLACES))


def activated(text: str, places: tuple[str, ...]) -> Iterator[Row]:
    """Yield models with one activation in some places; as the last one in both kinds of model."""
    for place in places:
        if place == "last":
            yield Row(f"Dense(2, activation={text}) as last layer, functional", "activation", _last(text))
            if text.startswith(("'", "L.")):
                yield Row(f"Dense(2, activation={text}) as last layer, Sequential", "activation", _last_in_a_row(text))
        else:
            expression = PLACES[place].format(text)
            yield Row(expression, "activation", functional(expression))


def _last(text: str) -> Recipe:
    def build() -> Any:
        x = keras.Input(VECTOR)
        return keras.Model(x, L.Dense(2, activation=value(text))(L.Dense(4, "relu")(x)))

    return Recipe(build)


def _last_in_a_row(text: str) -> Recipe:
    return Recipe(lambda: line(VECTOR, L.Dense(4, "relu"), L.Dense(2, activation=value(text))))


# --- Types -----------------------------------------------------------------------------------------------------------


def type_rows() -> Iterator[Row]:
    """Yield models under every policy, for the whole of them and for single layers, other inputs, quantized ones."""
    for policy, expression in itertools.product(POLICIES, TYPED):
        made = functional(expression)
        yield Row(f"{expression} under {policy}", "type", recipe(_under(policy, made.build), input_of(expression)))
    for policy in (*POLICIES, "uint8", "int8"):
        for given in (f"'{policy}'", f"keras.DTypePolicy('{policy}')"):
            for layer in ("L.Dense(4, dtype={})(x)", "L.Conv2D(3, 3, dtype={})(p)", "L.GRU(3, dtype={})(x)"):
                yield Row(layer.format(given), "type", functional(layer.format(given)))
    yield Row("Dense(4, dtype=tf.float64)", "type", functional("L.Dense(4, dtype=tf.float64)(x)"))
    yield Row("Dense(4, dtype=np.float64)", "type", functional("L.Dense(4, dtype=np.float64)(x)"))
    for kind in ("float16", "bfloat16", "float64", "int8", "uint8", "int64", "bool"):
        yield Row(f"Input(dtype='{kind}')", "type", Recipe(lambda kind=kind: _typed_input(kind)))
    for mode, expression in itertools.product(("int8", "int4", "float8"), QUANTIZED):
        made = functional(expression)
        quantized = recipe(_quantized(mode, made.build), input_of(expression))
        yield Row(f"{expression}, quantized to {mode}", "type", quantized)


def _under(policy: str, build: Callable[[], Any]) -> Callable[[], Any]:
    """Return a builder under a global policy."""

    def made() -> Any:
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(policy)
        try:
            return build()
        finally:
            keras.config.set_dtype_policy(before)

    return made


def _typed_input(kind: str) -> Any:
    x = keras.Input(VECTOR, dtype=kind)
    return keras.Model(x, L.Dense(2)(L.Dense(3, "relu")(x)))


def _quantized(mode: str, build: Callable[[], Any]) -> Callable[[], Any]:
    def made() -> Any:
        model = build()
        model.quantize(mode)
        return model

    return made


# --- Compilation and names -------------------------------------------------------------------------------------------

OPTIMIZERS = sorted(
    name for name in dir(keras.optimizers) if inspect.isclass(getattr(keras.optimizers, name)) and name != "Optimizer"
)


def my_loss(y: Any, p: Any) -> Any:
    return ops.mean(ops.square(y - p))


class MyLoss(keras.losses.Loss):
    def call(self, y: Any, p: Any) -> Any:
        return my_loss(y, p)


class MyMetric(keras.metrics.Mean):
    def update_state(self, y: Any, p: Any, sample_weight: Any = None) -> Any:
        return super().update_state(my_loss(y, p))


class MyOptimizer(keras.optimizers.SGD):
    """An optimizer of the learner's own."""


class MySchedule(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step: Any) -> Any:
        return 0.01 / (1.0 + ops.cast(step, "float32"))

    def get_config(self) -> dict[str, Any]:
        return {}


OWN = {one.__name__: one for one in (my_loss, MyLoss, MyMetric, MyOptimizer, MySchedule)}


def compiled_rows() -> Iterator[Row]:
    """Yield models with every kind of compilation, trained for a step, as a whole and inside another."""
    for name in OPTIMIZERS:
        arguments = f"optimizer=keras.optimizers.{name}(), loss='mse'"
        yield Row(f"compile({arguments})", "compilation", Recipe(lambda text=arguments: _compiled(text)))
    for arguments in COMPILED:
        yield Row(f"compile({arguments})", "compilation", Recipe(lambda text=arguments: _compiled(text)))
        yield Row(
            f"inner model with compile({arguments})", "compilation",
            Recipe(lambda text=arguments: line(VECTOR, _compiled(text), L.Dense(2))),
        )


def _compiled(arguments: str) -> Any:
    """Return a small model, compiled and trained for a step."""
    x = keras.Input(VECTOR)
    made = keras.Model(x, L.Dense(2, "sigmoid", name="out")(L.Dense(4, "relu")(x)))
    options = eval(f"dict({arguments})", {**NAMES, **OWN})
    made.compile(**options)
    y = np.eye(2, dtype="float32")[[0, 1] * (genuine.SAMPLES // 2)]
    made.train_on_batch(np.ones((genuine.SAMPLES, *VECTOR), "float32"), y)
    return made


def name_rows() -> Iterator[Row]:
    """Yield names of layers, models and inputs."""
    for name in LAYER_NAMES:
        yield Row(f"layer named {name!r}, Sequential", "name", sequential(f"L.Dense(3, name={name!r})", "x"))
        yield Row(f"layer named {name!r} before operators", "name", functional(f"L.Dense(3, name={name!r})(x) * 2 + x"))
        yield Row(f"inner model named {name!r}", "name", Recipe(lambda name=name: _named_inner(name)))
        yield Row(f"model and input named {name!r}", "name", Recipe(lambda name=name: _named_model(name)))


def _named_model(name: str) -> Any:
    x = keras.Input(VECTOR, name=name)
    return keras.Model(x, L.Dense(2)(L.Dense(3, "relu")(x) * 2.0), name=name)


def _named_inner(name: str) -> Any:
    return line(VECTOR, keras.Sequential([keras.Input(VECTOR), L.Dense(3, "relu")], name=name), L.Dense(2))


# --- All -------------------------------------------------------------------------------------------------------------


def genuine_rows() -> Iterator[Row]:
    """Yield the models that were there before."""
    for name, known in genuine.MODELS.items():
        yield Row(f"genuine {name}", "genuine", known)


PARTS_OF_THE_SPACE: tuple[Callable[[], Iterator[Row]], ...] = (
    genuine_rows, layer_rows, combined_rows, wrapper_rows, masked_rows, operator_rows, function_rows, activation_rows,
    type_rows, compiled_rows, name_rows, inner_rows, lambda: iter(WHOLE.values()), code_rows, application_rows,
)


def untried() -> list[str]:
    """Return the layers of Keras, their arguments and the functions of ``keras.ops`` that no row has."""
    tried = {getattr(L, name) for name in (*BASES, *NOT_HERE)}
    missing = sorted(name for name, one in vars(L).items() if inspect.isclass(one) and one not in tried)
    together = " ".join(COMBINED.values())
    for name in BASES:
        without = [one for one in arguments_of(name) if one not in base_of(name)[0] and not values_of(name, one)]
        missing += [f"{name}.{one}" for one in without if f"{one}=" not in together]
    text = " ".join(row.name for row in function_rows())
    functions = [name for name in OPS if callable(getattr(ops, name))]
    return missing + sorted(f"ops.{name}" for name in functions if not re.search(rf"\bops\.{name}\b", text))


PADDED = ("mask", "inner model", "shared layer", "architecture")
"""Kinds whose samples end in zeros here and there, for the sake of masks."""


def rows() -> dict[str, Row]:
    """Return all rows by name, in an order that stays."""
    found: dict[str, Row] = {}
    for part in PARTS_OF_THE_SPACE:
        for row in part():
            found.setdefault(row.name, row)
    return found


def inputs(row: Row, made: Any) -> Any:
    """Return the samples that a model is tried with."""
    if isinstance(made.input_shape, (list, dict)):
        return keras.tree.map_structure(lambda x: genuine.inputs(row.recipe, _OfShape(x.shape)), made.input)
    x = genuine.inputs(row.recipe, made)
    if row.kind in PADDED and x.ndim in (2, 3) and row.recipe.dtype != "string":
        _pad(x)
    few = made.input_shape[0] is None and x[0].size <= MANY_VALUES
    return np.tile(x, (COPIES, *[1] * (x.ndim - 1))) if few else x


@dataclass(frozen=True)
class _OfShape:
    input_shape: tuple[int | None, ...]


def _pad(x: Any) -> None:
    """Put zeros at the ends of two of the samples."""
    x[1, -2:] = 0
    x[2, -4:] = 0

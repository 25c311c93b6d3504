"""Whole models of the space of Keras, written out: models in models, shared layers, structures, networks, own code."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from genuine import IMAGE, SERIES, VECTOR, VOLUME, Recipe, answered, line
from keras import layers as L
from keras import ops


@dataclass(frozen=True)
class Row:
    """One model of the space.

    Attributes:
        name: unique; mostly the expression that makes the model.
        kind: the part of the space.
        recipe: how it is made.
    """

    name: str
    kind: str
    recipe: Recipe


SHAPES = {
    "x": SERIES, "p": IMAGE, "n": VOLUME, "a": VECTOR, "i": (6,), "w": (1,), "b": (256,), "t": (3, 4, 4),
    "f1": (3, *SERIES), "f2": (3, *IMAGE), "f3": (3, *VOLUME),
}
"""Inputs by name: a series, a picture, a volume, a vector, ids, a word, a sound, matrices, films."""
TYPES = {"i": "int32", "w": "string"}
WORDS = ["cat", "dog", "bird"]


def recipe(build: Callable[[], Any], source: str = "x", runs: bool = True) -> Recipe:
    """Return the recipe of a model with one of the inputs of ``SHAPES``."""
    return Recipe(build, TYPES.get(source, "float32"), 6 if source == "i" else 1, runs)


# --- Models in models ------------------------------------------------------------------------------------------------

WHOLE: dict[str, Row] = {}


def whole(kind: str, name: str = "", source: str = "a") -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function that returns a model; its name says what the model is."""

    def register(build: Callable[[], Any]) -> Callable[[], Any]:
        shown = name or build.__name__.strip("_").replace("_", " ")
        WHOLE[shown] = Row(shown, kind, recipe(build, source))
        return build

    return register


def dense_net(units: int = 3, width: int = 6) -> Any:
    """Return a small Sequential model."""
    return line((width,), L.Dense(4, "relu"), L.Dense(units))


def graph(width: int = 6) -> Any:
    """Return a small functional model with a connection across."""
    x = keras.Input((width,))
    return keras.Model(x, L.Add()([L.Dense(4)(x), L.Dense(4, "relu")(x)]))


def arithmetic_graph(width: int = 6) -> Any:
    """Return a small functional model with operators."""
    x = keras.Input((width,))
    return keras.Model(x, L.Dense(4)(x * 2.0 - 1.0)[:, :3])


INNER = {"Sequential": dense_net, "functional": graph, "functional with operators": arithmetic_graph}


def inner_rows() -> Iterator[Row]:
    """Yield models in models: of both kinds, called once, twice and three times, frozen, on two and three levels."""
    kind = "inner model"
    for name, make in INNER.items():
        ways: dict[str, Callable[[Any], Any]] = {
            f"{name} in Sequential": lambda make: line(VECTOR, make(), L.Dense(2)),
            f"{name} as first of Sequential": lambda make: keras.Sequential([make(), L.Dense(2)]),
            f"{name} as only one of Sequential": lambda make: line(VECTOR, make()),
            f"{name} in functional": lambda make: _around_vector(lambda x: make()(x)),
            f"{name} called twice": lambda make: _around_vector(lambda x: _called(make(), x, 2)),
            f"{name} called three times": lambda make: _around_vector(lambda x: _called(make(), x, 3)),
            f"{name} called twice, first result last": lambda make: _around_vector(lambda x: _called(make(), x, -2)),
            f"{name} called on a result of itself": lambda make: _around_vector(lambda x: _again(make(), x)),
            f"{name} with an operator around": lambda make: _around_vector(lambda x: make()(x * 2.0) * 0.5 + 1.0),
            f"{name} called with training=False": lambda make: _around_vector(lambda x: make()(x, training=False)),
            f"{name} called with training=True": lambda make: _around_vector(lambda x: make()(x, training=True)),
            f"{name} as the last layer": lambda make: _ends_with(make()),
            f"{name} by its own tensors": lambda make: _continued(make()),
            f"{name} frozen": lambda make: _around_vector(lambda x: _frozen(make())(x)),
            f"{name} frozen in part": lambda make: _around_vector(lambda x: _frozen(make(), 1)(x)),
            f"{name} frozen, then its last layer not": lambda make: _around_vector(lambda x: _thawed(make())(x)),
            f"{name} frozen in part in Sequential": lambda make: line(VECTOR, _frozen(make(), 1), L.Dense(2)),
            f"{name} thawed in Sequential": lambda make: line(VECTOR, _thawed(make()), L.Dense(2)),
            f"{name} on two levels": lambda make: line(VECTOR, line(VECTOR, make()), L.Dense(2)),
            f"{name} on two levels, functional": lambda make: _around_vector(lambda x: _wrapped(make())(x)),
            f"{name} on three levels": lambda make: line(VECTOR, _wrapped(line(VECTOR, make())), L.Dense(2)),
            f"{name} on two levels, called twice": lambda make: _around_vector(
                lambda x: _called(_wrapped(make()), x, 2)
            ),
            f"{name} twice side by side": lambda make: _around_vector(
                lambda x: L.Concatenate()([make()(x), make()(x)])
            ),
            f"{name} cloned": lambda make: keras.models.clone_model(line(VECTOR, make(), L.Dense(2))),
            f"{name} under TimeDistributed": lambda make: _distributed(make()),
            f"{name} under TimeDistributed, frozen in part": lambda make: _distributed(_frozen(make(), 1)),
            f"{name} thawed, on two levels": lambda make: line(VECTOR, _wrapped(_thawed(make())), L.Dense(2)),
            f"{name} compiled and trained": lambda make: line(VECTOR, _fitted(make()), L.Dense(2)),
        }
        for shown, way in ways.items():
            yield Row(shown, kind, Recipe(lambda way=way, make=make: way(make)))


def _around_vector(call: Callable[[Any], Any]) -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, L.Dense(2)(call(x)))


def _called(made: Any, x: Any, times: int) -> Any:
    """Return the results of several calls in order, or in the opposite order for a negative number."""
    results = [made(L.Dense(6)(x)) for _ in range(abs(times))]
    return L.Concatenate()(results if times > 0 else results[::-1])


def _again(made: Any, x: Any) -> Any:
    return made(L.Dense(6)(made(x)))


def _ends_with(made: Any) -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, made(L.Dense(6, "relu")(x)))


def _continued(made: Any) -> Any:
    return keras.Model(made.inputs, L.Dense(2)(made.layers[-2].output))


def _frozen(made: Any, layers: int | None = None) -> Any:
    """Freeze a model, or its first layers that have weights."""
    if layers is None:
        made.trainable = False
    for layer in [layer for layer in made.layers if layer.weights][: layers or 0]:
        layer.trainable = False
    return made


def _thawed(made: Any) -> Any:
    """Freeze a model, then let its last layer learn, as fine-tuning does."""
    made.trainable = False
    [layer for layer in made.layers if layer.weights][-1].trainable = True
    return made


def _wrapped(made: Any) -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, L.Concatenate()([made(x), L.Dense(2)(x)]))


def _distributed(made: Any) -> Any:
    x = keras.Input((3, *VECTOR))
    return keras.Model(x, answered(L.TimeDistributed(made)(x)))


def _fitted(made: Any) -> Any:
    made.compile("adam", "mse", metrics=["mae"])
    made.train_on_batch(np.ones((2, *VECTOR), "float32"), np.ones((2, *made.output_shape[1:]), "float32"))
    return made


@whole("inner model", "batch normalisation frozen, thawed, and in a frozen inner model")
def _batch_normalisations() -> Any:
    inner = line(VECTOR, L.Dense(4), L.BatchNormalization(), L.Dense(4), L.BatchNormalization())
    inner.layers[1].trainable = False
    outer = _wrapped(inner)
    outer.trainable = False
    inner.layers[2].trainable = True
    return line(VECTOR, L.BatchNormalization(trainable=False), outer, L.BatchNormalization(), L.Dense(2))


@whole("inner model", "recurrent inner model, frozen in part", "x")
def _recurrent_inner() -> Any:
    inner = line(SERIES, L.LSTM(3, return_sequences=True), L.Bidirectional(L.GRU(2)), L.Dense(3))
    inner.layers[0].trainable = False
    return line(SERIES, inner, L.Dense(2))


@whole("inner model", "wrappers frozen and their layers thawed", "x")
def _frozen_wrappers() -> Any:
    two_ways = L.Bidirectional(L.LSTM(3, return_sequences=True))
    made = line(SERIES, two_ways, L.TimeDistributed(L.BatchNormalization(trainable=False)), L.GRU(2), L.Dense(2))
    two_ways.trainable = False
    two_ways.forward_layer.trainable = True
    return made


@whole("inner model", "attention frozen in part", "x")
def _frozen_attention() -> Any:
    x = keras.Input(SERIES)
    layer = L.MultiHeadAttention(2, 4)
    y = layer(x, x)
    layer._query_dense.trainable = False
    return keras.Model(x, answered(y))


@whole("inner model", "inner model with two inputs and two outputs")
def _two_and_two() -> Any:
    a, b = keras.Input((6,)), keras.Input((6,))
    inner = keras.Model([a, b], [L.Dense(3)(a), L.Add()([L.Dense(3)(b), L.Dense(3)(a)])])
    return _around_vector(lambda x: L.Concatenate()(inner([x, L.Dense(6)(x)])))


@whole("inner model", "inner model with a dictionary of inputs and of outputs")
def _dictionaries() -> Any:
    a, b = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    inner = keras.Model({"left": a, "right": b}, {"sum": L.Dense(3)(a + b), "product": L.Dense(3)(a * b)})
    return _around_vector(lambda x: L.Concatenate()(list(inner({"left": x, "right": L.Dense(6)(x)}).values())))


@whole("inner model", "inner model with nested inputs")
def _nested_inputs() -> Any:
    a, b, c = (keras.Input((6,)) for _ in range(3))
    inner = keras.Model([a, (b, c)], L.Dense(3)(L.Concatenate()([a, b, c])))
    return _around_vector(lambda x: inner([x, (L.Dense(6)(x), x)]))


@whole("inner model", "inner model that ignores one of its inputs")
def _ignores() -> Any:
    a, b = keras.Input((6,)), keras.Input((6,))
    inner = keras.Model([a, b], L.Dense(3)(b))
    return _around_vector(lambda x: inner([x, L.Dense(6)(x)]))


@whole("inner model", "inner model that gives its input back")
def _gives_back() -> Any:
    a = keras.Input((6,))
    inner = keras.Model(a, [a, L.Dense(6)(a)])
    return _around_vector(lambda x: L.Concatenate()(inner(x)))


@whole("inner model", "inner model whose mask goes on", "i")
def _mask_goes_on() -> Any:
    inner = line((6,), L.Embedding(7, 4, mask_zero=True), L.Dense(3))
    x = keras.Input((6,), dtype="int32")
    return keras.Model(x, L.Dense(2)(L.LSTM(3)(inner(x))))


@whole("inner model", "functional inner model whose mask goes on", "i")
def _functional_mask_goes_on() -> Any:
    a = keras.Input((6,), dtype="int32")
    inner = keras.Model(a, L.Dense(3)(L.Embedding(7, 4, mask_zero=True)(a)))
    x = keras.Input((6,), dtype="int32")
    return keras.Model(x, L.Dense(2)(L.LSTM(3)(inner(x))))


@whole("inner model", "functional inner model that takes a mask", "i")
def _takes_a_mask() -> Any:
    a = keras.Input((6, 4))
    inner = keras.Model(a, L.LSTM(3)(L.Dense(4)(a)))
    x = keras.Input((6,), dtype="int32")
    return keras.Model(x, L.Dense(2)(inner(L.Embedding(7, 4, mask_zero=True)(x))))


@whole("inner model", "functional inner model with attention and a mask", "i")
def _attends_inside() -> Any:
    a = keras.Input((6, 4))
    inner = keras.Model(a, L.MultiHeadAttention(2, 2)(a, a, use_causal_mask=True))
    x = keras.Input((6,), dtype="int32")
    return keras.Model(x, L.Dense(2)(L.GlobalAveragePooling1D()(inner(L.Embedding(7, 4, mask_zero=True)(x)))))


# --- Shared layers and structures of tensors -------------------------------------------------------------------------


@whole("shared layer", "dense layer called three times")
def _shared_dense() -> Any:
    layer = L.Dense(6, "relu")
    return _around_vector(lambda x: layer(layer(layer(x))))


@whole("shared layer", "dense layer called twice, the first result last")
def _first_result_last() -> Any:
    x, layer = keras.Input(VECTOR), L.Dense(6)
    first = layer(x)
    second = layer(first * 2.0)
    return keras.Model(x, L.Dense(2)(first - second))


@whole("shared layer", "shared layer and a slice of each result", "x")
def _shared_and_sliced() -> Any:
    x, layer = keras.Input(SERIES), L.LSTM(3, return_sequences=True)
    seen = [layer(x)[:, -1], layer(x[:, ::-1])[:, 0], layer(x * 2.0)[:, -1]]
    return keras.Model(x, L.Dense(2)(L.Concatenate()(seen)))


@whole("shared layer", "embedding of two parts", "i")
def _shared_embedding() -> Any:
    x, words = keras.Input((6,), dtype="int32"), L.Embedding(7, 3)
    return keras.Model(x, answered(L.Concatenate()([words(x[:, :3]), words(x[:, 3:])])))


@whole("shared layer", "embedding with a mask of two parts", "i")
def _shared_masked_embedding() -> Any:
    x, words, reader = keras.Input((6,), dtype="int32"), L.Embedding(7, 3, mask_zero=True), L.LSTM(3)
    return keras.Model(x, L.Dense(2)(L.Subtract()([reader(words(x[:, :3])), reader(words(x[:, 3:]))])))


@whole("shared layer", "layers without weights called often")
def _shared_without_weights() -> Any:
    relu, add = L.ReLU(), L.Add()
    return _around_vector(lambda x: add([relu(L.Dense(4)(x)), relu(add([relu(L.Dense(4)(x)), L.Dense(4)(x)]))]))


@whole("shared layer", "batch normalisation called twice")
def _shared_normalisation() -> Any:
    layer = L.BatchNormalization()
    return _around_vector(lambda x: L.Concatenate()([layer(x), layer(L.Dense(6)(x))]))


@whole("shared layer", "layer of an inner model called outside as well")
def _shared_with_inner() -> Any:
    layer = L.Dense(6)
    inner = line(VECTOR, layer, L.Dense(6))
    return _around_vector(lambda x: L.Add()([inner(x), layer(x)]))


@whole("shared layer", "layer in two inner models")
def _in_two_models() -> Any:
    layer = L.Dense(6, "relu")
    left, right = line(VECTOR, layer, L.Dense(3)), line(VECTOR, layer, L.Dense(3))
    return _around_vector(lambda x: L.Concatenate()([left(x), right(x)]))


@whole("shared layer", "the same layer twice in Sequential")
def _twice_in_a_row() -> Any:
    layer = L.Dense(6)
    return line(VECTOR, layer, L.ReLU(), layer, L.Dense(2))


@whole("shared layer", "siamese network with the difference of both halves", "x")
def _siamese() -> Any:
    x, tower = keras.Input(SERIES), line((4, 3), L.Flatten(), L.Dense(5, "relu"))
    return keras.Model(x, L.Dense(2)(ops.abs(tower(x[:, :4]) - tower(x[:, 4:]))))


@whole("structure", "initial state by keyword", "x")
def _initial_state() -> Any:
    x = keras.Input(SERIES)
    start = [L.Dense(3)(x[:, 0]), L.Dense(3)(x[:, -1])]
    return keras.Model(x, L.Dense(2)(L.LSTM(3)(x, initial_state=start)))


@whole("structure", "initial state from layers", "x")
def _initial_state_from_layers() -> Any:
    x = keras.Input(SERIES)
    flat = L.Flatten()(x)
    return keras.Model(x, L.Dense(2)(L.GRU(3)(x, initial_state=L.Dense(3)(flat))))


@whole("structure", "encoder and decoder, all states", "x")
def _all_states() -> Any:
    x = keras.Input(SERIES)
    states = L.Bidirectional(L.LSTM(3, return_state=True))(x)[1:]
    return keras.Model(x, answered(L.Bidirectional(L.LSTM(3, return_sequences=True))(x, initial_state=states)))


@whole("structure", "cells with states of their own", "x")
def _states_of_cells() -> Any:
    x = keras.Input(SERIES)
    out, *states = L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_state=True)(x)
    again = L.RNN([L.LSTMCell(3), L.GRUCell(2)])(x, initial_state=states)
    return keras.Model(x, L.Dense(2)(L.Concatenate()([out, again])))


@whole("structure", "attention with every argument by keyword", "x")
def _attention_by_keyword() -> Any:
    x = keras.Input(SERIES)
    y = L.MultiHeadAttention(2, 4)(query=x, value=L.Dense(3)(x), key=L.Dense(3)(x))
    return keras.Model(x, answered(y))


@whole("structure", "attention with its scores", "x")
def _attention_scores() -> Any:
    x = keras.Input(SERIES)
    y, scores = L.MultiHeadAttention(2, 4)(x, x, return_attention_scores=True)
    return keras.Model(x, L.Add()([answered(y), answered(scores)]))


@whole("structure", "attention whose scores alone go on", "x")
def _only_scores() -> Any:
    x = keras.Input(SERIES)
    return keras.Model(x, answered(L.Attention()([x, x], return_attention_scores=True)[1]))


@whole("structure", "attention with a mask made by operations", "x")
def _made_mask() -> Any:
    x = keras.Input(SERIES)
    places = ops.arange(8)
    seen = places[:, None] >= places[None, :]
    return keras.Model(x, answered(L.MultiHeadAttention(2, 4)(x, x, attention_mask=seen)))


@whole("structure", "attention with a mask made of the input", "x")
def _mask_of_the_input() -> Any:
    x = keras.Input(SERIES)
    kept = x[:, :, 0] > 0.3
    return keras.Model(x, answered(L.MultiHeadAttention(2, 4)(x, x, attention_mask=kept[:, None, :], training=False)))


@whole("structure", "grouped attention by keyword, with scores and a causal mask", "x")
def _grouped() -> Any:
    x = keras.Input(SERIES)
    y, scores = L.GroupQueryAttention(4, 4, 2)(query=x, value=x, use_causal_mask=True, return_attention_scores=True)
    return keras.Model(x, L.Add()([answered(y), answered(scores)]))


@whole("structure", "lists of tensors given as keyword")
def _keyword_list() -> Any:
    return _around_vector(lambda x: L.Concatenate()(inputs=[L.Dense(3)(x), L.Dense(4)(x)]))


@whole("structure", "input given as keyword")
def _keyword_input() -> Any:
    return _around_vector(lambda x: L.Dense(3)(inputs=x))


@whole("structure", "tuple of tensors")
def _tuple() -> Any:
    return _around_vector(lambda x: L.Add()((L.Dense(3)(x), L.Dense(3)(x), L.Dense(3)(x))))


@whole("structure", "a constant tensor among the inputs of a layer")
def _constant_input() -> Any:
    return _around_vector(lambda x: L.Add()([L.Dense(3)(x), ops.ones((1, 3))]))


@whole("structure", "a layer called on numbers alone")
def _constant_only() -> Any:
    return _around_vector(lambda x: L.Dense(3)(x) + L.Dense(3)(ops.ones((1, 6))))


@whole("structure", "model whose output is its input")
def _identity_model() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, x)


@whole("structure", "input made from a batch shape")
def _batch_shape() -> Any:
    x = keras.Input(batch_shape=(None, 6))
    return keras.Model(x, L.Dense(2)(x * 2.0))


@whole("structure", "fixed batch size and operators")
def _fixed_batch() -> Any:
    x = keras.Input(VECTOR, batch_size=4)
    return keras.Model(x, L.Dense(2)(ops.reshape(x, (4, 2, 3))[:, 0] * 2.0))


@whole("structure", "free length and operators", "x")
def _free_length() -> Any:
    x = keras.Input((None, 3))
    y = L.Dense(4)(x)
    return keras.Model(x, L.Dense(2)(ops.concatenate([y[:, -1], ops.mean(y, axis=1), ops.max(y, 1)], axis=-1)))


@whole("structure", "free length whose shape is asked for", "x")
def _asked_shape() -> Any:
    x = keras.Input((None, 3))
    y = ops.reshape(x, (ops.shape(x)[0], -1, 3, 1))
    return keras.Model(x, L.Dense(2)(L.GlobalAveragePooling2D()(y)))


@whole("structure", "old Input layer in Sequential")
def _input_layer() -> Any:
    return keras.Sequential([L.InputLayer(shape=(6,)), L.Dense(3), L.Dense(2)])


@whole("structure", "Sequential without an input, built by training")
def _without_input() -> Any:
    made = keras.Sequential([L.Dense(3, "relu"), L.Dense(2)])
    made.build((None, 6))
    return made


@whole("structure", "Sequential with input_shape in its first layer")
def _input_shape() -> Any:
    return keras.Sequential([L.Dense(3, "relu", input_shape=(6,)), L.Dense(2)])


@whole("structure", "Sequential built with add")
def _added() -> Any:
    made = keras.Sequential(name="added")
    for layer in (keras.Input(VECTOR), L.Dense(3), L.ReLU(), L.Dense(2)):
        made.add(layer)
    return made


@whole("structure", "stateful recurrent network", "x")
def _stateful() -> Any:
    return keras.Sequential([keras.Input(SERIES, batch_size=4), L.LSTM(3, stateful=True), L.Dense(2)])


@whole("structure", "stateful recurrent network in both directions", "x")
def _stateful_both() -> Any:
    x = keras.Input(SERIES, batch_size=4)
    return keras.Model(x, L.Dense(2)(L.Bidirectional(L.GRU(3, stateful=True))(x)))


@whole("structure", "several inputs")
def _several_inputs() -> Any:
    a, b = keras.Input((6,)), keras.Input((3,))
    return keras.Model([a, b], L.Dense(2)(L.Concatenate()([a, b])))


@whole("structure", "dictionary of inputs")
def _dictionary_of_inputs() -> Any:
    a, b = keras.Input((6,), name="left"), keras.Input((3,), name="right")
    return keras.Model({"left": a, "right": b}, L.Dense(2)(L.Concatenate()([a, b * 2.0])))


@whole("structure", "several outputs")
def _several_outputs() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, [L.Dense(2)(x), L.Dense(3)(x * 2.0)])


@whole("structure", "dictionary of outputs")
def _dictionary_of_outputs() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, {"price": L.Dense(1)(x), "kind": L.Dense(3, "softmax")(x)})


@whole("structure", "list of one output")
def _list_of_one() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, [L.Dense(2)(x)])


@whole("structure", "list of one input")
def _list_of_one_input() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model([x], L.Dense(2)(x * 2.0))


@whole("structure", "class of Functional style")
def _class_of_functional() -> Any:
    class Regressor(keras.Model):
        def __init__(self) -> None:
            x = keras.Input(VECTOR)
            super().__init__(inputs=x, outputs=L.Dense(2)(L.Dense(3, "relu")(x) * 2.0))

    return Regressor()


@whole("structure", "operators of a class on layers", "x")
def _operation_classes() -> Any:
    x = keras.Input(SERIES)
    y = keras.src.ops.numpy.Mean(axis=1)(L.Dense(3)(x))
    return keras.Model(x, L.Dense(2)(keras.src.ops.numpy.Add()(y, y)))


# --- Architectures ---------------------------------------------------------------------------------------------------


@whole("architecture", "residual network", "p")
def _residual() -> Any:
    x = keras.Input(IMAGE)
    y = L.Conv2D(4, 3, padding="same")(x)
    for filters in (4, 6):
        short = y if filters == 4 else L.Conv2D(filters, 1)(y)
        z = L.ReLU()(L.BatchNormalization()(L.Conv2D(filters, 3, padding="same")(y)))
        y = ops.relu(L.BatchNormalization()(L.Conv2D(filters, 3, padding="same")(z)) + short)
    return keras.Model(x, L.Dense(2)(L.GlobalAveragePooling2D()(y)))


@whole("architecture", "encoder and decoder with attention", "i")
def _seq2seq() -> Any:
    x = keras.Input((6,), dtype="int32")
    y = L.Embedding(7, 4, mask_zero=True)(x)
    seen, *state = L.LSTM(5, return_sequences=True, return_state=True)(y)
    said = L.LSTM(5, return_sequences=True)(y, initial_state=state)
    return keras.Model(x, L.Dense(7, "softmax")(L.Concatenate()([said, L.Attention()([said, seen])])))


@whole("architecture", "transformer with positions by ops.arange", "i")
def _transformer() -> Any:
    x = keras.Input((6,), dtype="int32")
    y = L.Embedding(7, 8)(x) + L.Embedding(6, 8)(ops.arange(0, 6, 1))
    y = L.LayerNormalization()(y + L.Dropout(0.1)(L.MultiHeadAttention(2, 4)(y, y)))
    y = L.LayerNormalization(epsilon=1e-6)(y + line((6, 8), L.Dense(16, "relu"), L.Dense(8))(y))
    return keras.Model(x, L.Dense(2)(L.GlobalAveragePooling1D()(y)))


@whole("architecture", "transformer with sine positions", "i")
def _sine_positions() -> Any:
    x = keras.Input((6,), dtype="int32")
    angles = np.arange(6)[:, None] / 10_000 ** (np.arange(4)[None] / 4)
    places = np.concatenate([np.sin(angles), np.cos(angles)], axis=-1).astype("float32")
    y = L.Embedding(7, 8)(x) * np.sqrt(8.0) + places
    y = L.LayerNormalization()(L.Add()([y, L.MultiHeadAttention(2, 4)(y, y, use_causal_mask=True)]))
    return keras.Model(x, L.Dense(2)(y[:, 0, :]))


@whole("architecture", "positions of a free length", "i")
def _free_positions() -> Any:
    x = keras.Input((None,), dtype="int32")
    y = L.Embedding(7, 4)(x) + L.Embedding(20, 4)(ops.cumsum(ops.ones_like(x), axis=1) - 1)
    return keras.Model(x, L.Dense(2)(L.GlobalMaxPooling1D()(y)))


@whole("architecture", "attention pooling", "x")
def _attention_pooling() -> Any:
    x = keras.Input(SERIES)
    y = L.Bidirectional(L.LSTM(3, return_sequences=True))(x)
    weights = ops.softmax(L.Dense(1, activation="tanh")(y), axis=1)
    return keras.Model(x, L.Dense(2)(ops.sum(y * weights, axis=1)))


@whole("architecture", "attention pooling with layers", "x")
def _attention_pooling_layers() -> Any:
    x = keras.Input(SERIES)
    y = L.GRU(3, return_sequences=True)(x)
    weights = L.Softmax(axis=1)(L.Dense(1)(y))
    return keras.Model(x, L.Dense(2)(L.Flatten()(L.Dot(axes=1)([weights, y]))))


@whole("architecture", "squeeze and excite", "p")
def _squeeze() -> Any:
    x = keras.Input(IMAGE)
    y = L.Conv2D(4, 3, padding="same")(x)
    scale = L.Dense(4, "sigmoid")(L.Dense(2, "relu")(L.GlobalAveragePooling2D()(y)))
    return keras.Model(x, L.Dense(2)(L.GlobalAveragePooling2D()(y * scale[:, None, None, :])))


@whole("architecture", "squeeze and excite with keepdims", "p")
def _squeeze_keepdims() -> Any:
    x = keras.Input(IMAGE)
    y = L.Conv2D(4, 3, padding="same", activation=tf.nn.silu)(x)
    scale = L.Conv2D(4, 1, activation="sigmoid")(ops.mean(y, axis=[1, 2], keepdims=True))
    return keras.Model(x, L.Dense(2)(ops.mean(y * scale, axis=[1, 2])))


@whole("architecture", "WaveNet", "x")
def _wavenet() -> Any:
    x = keras.Input(SERIES)
    y, skips = L.Conv1D(4, 1)(x), []
    for reach in (1, 2, 4):
        z = ops.tanh(L.Conv1D(4, 2, padding="causal", dilation_rate=reach)(y)) * ops.sigmoid(
            L.Conv1D(4, 2, padding="causal", dilation_rate=reach)(y)
        )
        skips.append(L.Conv1D(4, 1)(z))
        y = y + skips[-1]
    return keras.Model(x, L.Dense(2)(L.ReLU()(sum(skips))[:, -1]))


@whole("architecture", "U-Net", "p")
def _unet() -> Any:
    x = keras.Input(IMAGE)
    a = L.Conv2D(4, 3, padding="same", activation="relu")(x)
    b = L.Conv2D(6, 3, padding="same", activation="relu")(L.MaxPooling2D()(a))
    c = L.Conv2D(8, 3, padding="same", activation="relu")(L.MaxPooling2D()(b))
    y = L.Conv2D(6, 3, padding="same")(L.concatenate([L.UpSampling2D()(c), b]))
    y = L.Conv2D(4, 3, padding="same")(L.concatenate([L.Conv2DTranspose(4, 2, strides=2)(y), a], axis=3))
    return keras.Model(x, L.Conv2D(1, 1, activation="sigmoid")(y))


@whole("architecture", "autoencoder of two models", "p")
def _autoencoder() -> Any:
    encoder = line(IMAGE, L.Conv2D(4, 3, 2, "same", activation="relu"), L.Flatten(), L.Dense(5))
    decoder = line((5,), L.Dense(64, "relu"), L.Reshape((4, 4, 4)), L.Conv2DTranspose(3, 3, 2, "same"))
    x = keras.Input(IMAGE)
    return keras.Model(x, decoder(encoder(x)))


@whole("architecture", "forecast with the seasonal difference", "x")
def _seasonal() -> Any:
    x = keras.Input(SERIES)
    first = x[:, :, 0]
    change = first[:, 4:] - first[:, :4]
    return keras.Model(x, first[:, -1:] + L.Dense(2)(L.Dense(8, "relu")(change)))


@whole("architecture", "forecast that adds the last value", "x")
def _last_value() -> Any:
    x = keras.Input(SERIES)
    y = L.Reshape((3, 3))(L.Dense(9)(L.LSTM(4)(x)))
    return keras.Model(x, y + x[:, -1:, :])


@whole("architecture", "standardised by the window itself", "x")
def _standardised() -> Any:
    x = keras.Input(SERIES)
    mean, spread = ops.mean(x, axis=1, keepdims=True), ops.std(x, axis=1, keepdims=True)
    y = L.Dense(3)(L.GRU(4)((x - mean) / (spread + 1e-6)))
    return keras.Model(x, y * spread[:, 0] + mean[:, 0])


@whole("architecture", "wide and deep")
def _wide_and_deep() -> Any:
    x = keras.Input(VECTOR)
    deep = L.Dense(4, "relu")(L.Dense(8, "relu")(L.Normalization(mean=0.5, variance=0.1)(x)))
    return keras.Model(x, L.Dense(2)(L.concatenate([x, deep])))


@whole("architecture", "gated linear units")
def _gated() -> Any:
    x = keras.Input(VECTOR)
    y = L.Dense(8)(x)
    left, right = ops.split(y, 2, axis=-1)
    return keras.Model(x, L.Dense(2)(left * ops.sigmoid(right)))


@whole("architecture", "highway network")
def _highway() -> Any:
    x = y = keras.Input(VECTOR)
    for _ in range(3):
        gate = L.Dense(6, "sigmoid")(y)
        y = gate * L.Dense(6, "relu")(y) + (1.0 - gate) * y
    return keras.Model(x, L.Dense(2)(y))


@whole("architecture", "Fourier features")
def _fourier() -> Any:
    x = keras.Input(VECTOR)
    y = L.Dense(8, use_bias=False)(x) * (2 * np.pi)
    return keras.Model(x, L.Dense(2)(ops.concatenate([ops.sin(y), ops.cos(y)], axis=-1)))


@whole("architecture", "physics: damped wave with learned parts")
def _damped() -> Any:
    x = keras.Input(VECTOR)
    y = L.Dense(2)(ops.exp(-ops.abs(L.Dense(4)(x))) * ops.sin(L.Dense(4)(x)))
    return keras.Model(x, y)


@whole("architecture", "vision transformer", "p")
def _vision_transformer() -> Any:
    x = keras.Input(IMAGE)
    y = L.Reshape((16, 8))(L.Conv2D(8, 2, 2)(x))
    y = y + L.Embedding(16, 8)(ops.arange(16))
    for _ in range(2):
        z = L.LayerNormalization(epsilon=1e-6)(y)
        y = L.Add()([L.MultiHeadAttention(2, 4)(z, z), y])
        y = y + L.Dense(8)(L.Dense(16, activation=keras.activations.gelu)(L.LayerNormalization()(y)))
    return keras.Model(x, L.Dense(2)(y[:, 0]))


@whole("architecture", "MLP-Mixer", "p")
def _mixer() -> Any:
    x = keras.Input(IMAGE)
    y = L.Reshape((16, 8))(L.Conv2D(8, 2, 2)(x))
    mixed = L.Permute((2, 1))(L.Dense(16, "gelu")(L.Permute((2, 1))(L.LayerNormalization()(y))))
    y = y + mixed
    return keras.Model(x, L.Dense(2)(ops.mean(y + L.Dense(8)(y), axis=1)))


@whole("architecture", "picture in the range -1 to 1 and its mirror image", "p")
def _mirrored() -> Any:
    x = keras.Input(IMAGE)
    y = x / 127.5 - 1.0
    tower = line(IMAGE, L.Conv2D(4, 3, activation="relu"), L.GlobalAveragePooling2D())
    return keras.Model(x, L.Dense(2)(L.Average()([tower(y), tower(y[:, :, ::-1])])))


@whole("architecture", "text with three sizes of filters", "i")
def _text_cnn() -> Any:
    x = keras.Input((6,), dtype="int32")
    y = L.Embedding(7, 4)(x)
    found = [ops.max(L.Conv1D(3, size, activation="relu")(y), axis=1) for size in (2, 3, 4)]
    return keras.Model(x, L.Dense(2, "softmax")(ops.concatenate(found, axis=1)))


@whole("architecture", "mean of the words that are there", "i")
def _mean_of_words() -> Any:
    x = keras.Input((6,), dtype="int32")
    there = ops.cast(ops.not_equal(x, 0), "float32")[..., None]
    y = ops.sum(L.Embedding(7, 4)(x) * there, axis=1) / ops.maximum(ops.sum(there, axis=1), 1.0)
    return keras.Model(x, L.Dense(2)(y))


@whole("architecture", "mixture of experts")
def _experts() -> Any:
    x = keras.Input(VECTOR)
    experts = ops.stack([L.Dense(3, "relu")(x) for _ in range(3)], axis=1)
    gates = ops.softmax(L.Dense(3)(x))
    return keras.Model(x, L.Dense(2)(ops.sum(experts * gates[:, :, None], axis=1)))


@whole("architecture", "clipped answer")
def _clipped() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, ops.clip(L.Dense(2)(x), 0.0, 1.0))


@whole("architecture", "answer in another unit")
def _rescaled_answer() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, L.Dense(2)(L.Dense(4, "relu")(x)) * 100.0)


@whole("architecture", "softmax at the end by ops, with a temperature")
def _temperature() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, ops.softmax(L.Dense(3)(x) / 0.7, axis=-1))


@whole("architecture", "polynomial features")
def _polynomial() -> Any:
    x = keras.Input(VECTOR)
    return keras.Model(x, L.Dense(2)(L.Concatenate()([x, x ** 2, x ** 3, ops.sqrt(x), x[:, :1] * x[:, 1:2]])))


# --- Code of the learner, and tables that are not in the file --------------------------------------------------------


class Doubled(L.Layer):
    """A layer of the learner's own."""

    def call(self, x: Any) -> Any:
        return x * 2.0


@keras.saving.register_keras_serializable()
class Registered(Doubled):
    """The same, registered."""


class Net(keras.Model):
    """A subclassed model, which cannot be described."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = L.Dense(2)

    def call(self, x: Any) -> Any:
        return self.dense(x)


@keras.saving.register_keras_serializable()
def registered_activation(x: Any) -> Any:
    return x * 2.0


def own_activation(x: Any) -> Any:
    return x * 2.0


class OwnInitializer(keras.initializers.Initializer):
    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return ops.ones(shape, dtype)


def _adapted(layer: Any, data: Any) -> Any:
    layer.adapt(data)
    return layer


CODE: dict[str, Recipe] = {
    "Lambda with a lambda": Recipe(lambda: line(VECTOR, L.Lambda(lambda x: x * 2.0), L.Dense(2))),
    "Lambda with a function": Recipe(lambda: line(VECTOR, L.Lambda(own_activation), L.Dense(2))),
    "Lambda with tf.square": Recipe(lambda: line(VECTOR, L.Lambda(tf.square), L.Dense(2))),
    "Lambda with a function of Keras": Recipe(lambda: line(VECTOR, L.Lambda(ops.square), L.Dense(2))),
    "Lambda in functional": Recipe(lambda: _around_vector(L.Lambda(lambda x: x[:, :3]))),
    "Lambda in an inner model": Recipe(lambda: line(VECTOR, line(VECTOR, L.Lambda(lambda x: x * 2.0)), L.Dense(2))),
    "Lambda for the last axis": Recipe(lambda: line(SERIES, L.Lambda(lambda x: ops.mean(x, axis=1)), L.Dense(2))),
    "layer of one's own": Recipe(lambda: line(VECTOR, Doubled(), L.Dense(2))),
    "layer of one's own, functional": Recipe(lambda: _around_vector(Doubled())),
    "layer of one's own, registered": Recipe(lambda: line(VECTOR, Registered(), L.Dense(2))),
    "layer of one's own in an inner model": Recipe(lambda: line(VECTOR, line(VECTOR, Doubled()), L.Dense(2))),
    "layer of one's own under TimeDistributed": Recipe(
        lambda: line(SERIES, L.TimeDistributed(Doubled()), L.Flatten(), L.Dense(2))
    ),
    "subclassed model": Recipe(lambda: _built(Net())),
    "subclassed model as a layer": Recipe(lambda: line(VECTOR, Net())),
    "activation of one's own": Recipe(lambda: line(VECTOR, L.Dense(3, own_activation), L.Dense(2))),
    "activation of one's own, registered": Recipe(lambda: line(VECTOR, L.Dense(3, registered_activation), L.Dense(2))),
    "activation as lambda": Recipe(lambda: line(VECTOR, L.Dense(3, lambda x: x * x), L.Dense(2))),
    "initializer of one's own": Recipe(
        lambda: line(VECTOR, L.Dense(3, kernel_initializer=OwnInitializer()), L.Dense(2))
    ),
    "initializer as function": Recipe(
        lambda: line(VECTOR, L.Dense(3, kernel_initializer=lambda shape, dtype: ops.ones(shape, dtype)), L.Dense(2))
    ),
    "regularizer as function": Recipe(lambda: line(VECTOR, L.Dense(3, kernel_regularizer=ops.sum), L.Dense(2))),
    "constraint as function": Recipe(lambda: line(VECTOR, L.Dense(3, kernel_constraint=ops.abs), L.Dense(2))),
    "tf function on a tensor": Recipe(lambda: _around_vector(tf.square)),
    "tf.keras throughout": Recipe(lambda: tf.keras.Sequential([tf.keras.Input(VECTOR), tf.keras.layers.Dense(2)])),
    "tf.keras.layers in functional": Recipe(lambda: _around_vector(tf.keras.layers.Dense(3, activation="relu"))),
    "tf.keras.ops on tensors": Recipe(lambda: _around_vector(lambda x: tf.keras.ops.mean(x, axis=-1, keepdims=True))),
    "Normalization adapted": Recipe(
        lambda: line(VECTOR, _adapted(L.Normalization(), np.arange(60.0).reshape(10, 6) / 60), L.Dense(2))
    ),
    "Normalization adapted, axis None": Recipe(
        lambda: line(VECTOR, _adapted(L.Normalization(axis=None), np.arange(60.0).reshape(10, 6) / 60), L.Dense(2))
    ),
    "Normalization adapted, functional with operators": Recipe(
        lambda: _around_vector(lambda x: _adapted(L.Normalization(), np.arange(60.0).reshape(10, 6) / 60)(x) * 2.0)
    ),
    "Normalization adapted to series": Recipe(
        lambda: line(SERIES, _adapted(L.Normalization(), np.ones((9, 8, 3)) * 0.4), L.Flatten(), L.Dense(2))
    ),
    "Normalization adapted in an inner model": Recipe(
        lambda: line(VECTOR, line(VECTOR, _adapted(L.Normalization(), np.arange(60.0).reshape(10, 6) / 60)), L.Dense(2))
    ),
    "Discretization adapted": Recipe(
        lambda: _around_vector(
            lambda x: L.Flatten()(L.Embedding(3, 2)(_adapted(L.Discretization(num_bins=3), np.arange(60.0) / 60)(x)))
        )
    ),
    "StringLookup adapted": recipe(
        lambda: _of_words(_adapted(L.StringLookup(), np.array(WORDS))), "w"
    ),
    "TextVectorization adapted": recipe(
        lambda: _of_words(_adapted(L.TextVectorization(output_sequence_length=3), np.array(WORDS))), "w"
    ),
    "IntegerLookup adapted": recipe(
        lambda: _of_numbers(_adapted(L.IntegerLookup(), np.array([1, 2, 3]))), "i"
    ),
    "StringLookup with set_vocabulary": recipe(lambda: _of_words(_with_vocabulary(L.StringLookup())), "w"),
    "CategoryEncoding after a lookup": recipe(
        lambda: keras.Sequential([
            keras.Input((1,), dtype="string"), L.StringLookup(vocabulary=WORDS), L.CategoryEncoding(4), L.Dense(2),
        ]), "w",
    ),
}


def _built(made: Any) -> Any:
    made(np.ones((2, *VECTOR), "float32"))
    return made


def _of_words(layer: Any) -> Any:
    x = keras.Input((1,), dtype="string")
    return keras.Model(x, L.Dense(2)(L.Flatten()(L.Embedding(8, 3)(layer(x)))))


def _of_numbers(layer: Any) -> Any:
    x = keras.Input((6,), dtype="int32")
    return keras.Model(x, L.Dense(2)(L.Flatten()(L.Embedding(8, 3)(layer(x)))))


def _with_vocabulary(layer: Any) -> Any:
    layer.set_vocabulary(WORDS)
    return layer


def code_rows() -> Iterator[Row]:
    """Yield code of the learner's own, and tables that were learned from data."""
    for name, made in CODE.items():
        yield Row(name, "code and tables", made)


# --- Networks of keras.applications ----------------------------------------------------------------------------------

ARCHITECTURES = sorted(name for name in dir(keras.applications) if inspect.isroutine(getattr(keras.applications, name)))
MODULES = sorted(
    name for name in dir(keras.applications) if hasattr(getattr(keras.applications, name), "preprocess_input")
)
SMALLEST = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}
RUN = (
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "DenseNet121", "ResNet50",
    "ResNet50V2", "InceptionV3", "InceptionResNetV2", "Xception", "NASNetMobile", "ConvNeXtTiny", "VGG16",
)
"""One of each family, which is run as well."""


def application_rows() -> Iterator[Row]:
    """Yield every network, alone, as the base of another and cut; and every preprocessing."""
    kind = "application"
    for module in MODULES:
        yield Row(f"{module}.preprocess_input", kind, _preprocessed(module))
    for name in ARCHITECTURES:
        ways: dict[str, Callable[[str], Any]] = {"": _network}
        if name in RUN:
            ways |= {
                " as a base": _base, " as a base, thawed in part": _thawed_base, " cut": _cut,
                " in Sequential": _in_a_row,
            }
        for shown, way in ways.items():
            yield Row(f"{name}{shown}", kind, Recipe(lambda way=way, name=name: way(name), runs=name in RUN))
    for name in ("MobileNetV2", "ResNet50", "MobileNetV3Small"):
        yield Row(f"{name} with its top", kind, Recipe(lambda name=name: _with_top(name)))


def _network(name: str, **options: Any) -> Any:
    size = SMALLEST.get(name, 32)
    made = getattr(keras.applications, name)
    return made(**{"include_top": False, "weights": None, "input_shape": (size, size, 3), **options})


def _with_top(name: str) -> Any:
    return _network(name, include_top=True, classes=5)


def _base(name: str) -> Any:
    """Return a frozen network under a head, on pictures prepared with its own function where it has one."""
    base = _network(name)
    base.trainable = False
    return _headed(base)


def _headed(base: Any) -> Any:
    x = keras.Input(base.input_shape[1:])
    y = base(x * 255.0, training=False)
    return keras.Model(x, L.Dense(2)(L.Dropout(0.2)(L.GlobalAveragePooling2D()(y))))


def _thawed_base(name: str) -> Any:
    base = _network(name)
    base.trainable = True
    for layer in base.layers[: len(base.layers) * 2 // 3]:
        layer.trainable = False
    return _headed(base)


def _cut(name: str) -> Any:
    """Return the first half of a network under a head, with its own tensors."""
    base = _network(name)
    kept = [layer for layer in base.layers[: len(base.layers) // 2] if len(layer.output.shape) == 4]
    return keras.Model(base.input, L.Dense(2)(L.GlobalMaxPooling2D()(kept[-1].output)))


def _in_a_row(name: str) -> Any:
    return keras.Sequential([_network(name), L.GlobalAveragePooling2D(), L.Dense(2)])


def _preprocessed(module: str) -> Recipe:
    def build() -> Any:
        x = keras.Input(IMAGE)
        y = getattr(keras.applications, module).preprocess_input(x * 255.0)
        return keras.Model(x, answered(L.Conv2D(3, 3)(y)))

    return recipe(build, "p")

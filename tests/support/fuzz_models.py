"""Small models of every kind, each for a question: ``fuzz_models.py FOLDER`` writes ``<question>.<kind>.h5``.

They are compiled and trained for a step, so that the files hold all that Keras writes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from exam import bank

MODELS: dict[str, Callable[[], Any]] = {}


def model(question: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function that returns a model for a question."""

    def register(build: Callable[[], Any]) -> Callable[[], Any]:
        MODELS[f"{question}.{build.__name__}"] = build
        return build

    return register


@model("straight_line")
def dense() -> Any:
    return keras.Sequential([keras.Input((1,)), L.Dense(8, "relu"), L.Dense(1)])


@model("house_price")
def branches() -> Any:
    x = keras.Input((2,))
    normalized = L.Normalization(mean=0.5, variance=2.0)(x)
    parts = [L.Dense(4, activation)(normalized) for activation in ("relu", "tanh")]
    return keras.Model(x, L.Dense(1)(L.BatchNormalization()(L.Concatenate()([*parts, x]))))


@model("handwritten_digits")
def conv() -> Any:
    return keras.Sequential([
        keras.Input((8, 8)), L.Reshape((8, 8, 1)), L.RandomTranslation(0.1, 0.1), L.Conv2D(4, 3, activation="relu"),
        L.MaxPooling2D(), L.Flatten(), L.Dropout(0.2), L.Dense(10, "softmax"),
    ])


@model("photo_faults")
def transfer() -> Any:
    """A frozen network of its own under a head."""
    inside = y = keras.Input((48, 48, 3))
    for filters in (4, 6):
        y = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(filters, 3, strides=2, use_bias=False)(y)))
        y = L.Add()([y, L.DepthwiseConv2D(3, padding="same")(y)])
    base = keras.Model(inside, y, name="base")
    base.trainable = False
    x = keras.Input((48, 48, 3))
    y = L.GlobalAveragePooling2D()(base(L.Rescaling(2.0, -1.0)(x), training=False))
    return keras.Model(x, L.Dense(5, "softmax")(y))


@model("restaurant_reviews")
def text() -> Any:
    return keras.Sequential([
        keras.Input((40,)), L.Embedding(2000, 4, mask_zero=True), L.Bidirectional(L.GRU(3)), L.Dense(1, "sigmoid"),
    ])


@model("library_docs")
def attention() -> Any:
    x = keras.Input((40,))
    y = L.Embedding(5000, 4)(x)
    y = L.LayerNormalization()(L.Add()([y, L.MultiHeadAttention(2, 2)(y, y)]))
    return keras.Model(x, L.Dense(4, "softmax")(L.GlobalAveragePooling1D()(y)))


@model("weather_station")
def recurrent() -> Any:
    return keras.Sequential([
        keras.Input((40, 1)), L.Conv1D(4, 5, 2, "causal"), L.LSTM(4, return_sequences=True), L.LSTM(3), L.Dense(1),
    ])


@model("household_power")
def half_precision() -> Any:
    layer = L.TimeDistributed(L.Dense(7, dtype="float32"))
    return keras.Sequential([keras.Input((24, 7)), L.Conv1D(6, 3, padding="same", dtype="mixed_float16"), layer])


@model("two_rings")
def operations() -> Any:
    """Arithmetic on tensors and a function as an activation: Keras itself cannot read the file."""
    x = keras.Input((2,))
    y = L.Dense(4, tf.nn.swish)(x * 2.0 - 1.0)
    y = keras.ops.concatenate([y, 1 - keras.ops.maximum(y, 0.0)], axis=-1)
    return keras.Model(x, L.Dense(1, "sigmoid")(y / keras.ops.sqrt(keras.ops.mean(y**2, axis=-1, keepdims=True) + 1)))


@model("satire_headlines")
def masked() -> Any:
    """A mask in a functional model, which is operations too, and the last step picked out."""
    x = keras.Input((120,))
    y = L.Embedding(1000, 3, mask_zero=True)(x)
    y = L.LSTM(3, return_sequences=True)(y) + y
    return keras.Model(x, L.Dense(1, "sigmoid")(y[:, -1]))


def write(folder: Path, name: str) -> None:
    """Train one model for a step and save it."""
    question = bank.load(name.partition(".")[0])
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    made = MODELS[name]()
    rng = np.random.default_rng(1)
    x = rng.integers(0, 50, (16, *question.input_shape)).astype("float32")
    if question.task == "multiclass":
        made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        y = np.arange(16) % question.output_shape[-1]
    else:
        made.compile("rmsprop", "binary_crossentropy" if question.task == "binary" else "mse")
        y = rng.integers(0, 2, (16, *question.output_shape)).astype("float32")
    made.fit(x, y, epochs=1, verbose=0)
    made.save(folder / f"{name}.h5")


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    for one in MODELS:
        write(Path(sys.argv[1]), one)

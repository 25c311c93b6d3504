"""Save one model for each mistake a learner makes: ``mistakes.py FOLDER`` writes ``FOLDER/<function>.h5``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

LINE = (1,)
MODELS: dict[str, Callable[[], Any]] = {}


def model(function: Callable[[], Any]) -> Callable[[], Any]:
    """Register a function that returns a model."""
    MODELS[function.__name__] = function
    return function


def line(*parts: Any, shape: tuple[int | None, ...] = LINE) -> Any:
    """Return a Sequential model; not compiled, so that the file does not say that it was never trained."""
    return keras.Sequential([keras.Input(shape=shape), *parts])


@model
def sound() -> Any:
    """Fits the contract, and was not trained."""
    return line(layers.Dense(1))


@model
def nan_outputs() -> Any:
    """What a loss of NaN leaves behind."""
    made = line(layers.Dense(1))
    made.set_weights([np.full((1, 1), np.nan), np.zeros(1)])
    return made


@model
def infinite_in_half_precision() -> Any:
    """As a keras.json with "floatx": "float16" makes it; in float32 it would answer with numbers."""
    made = line(layers.Dense(1, dtype="float16"), layers.Dense(1, dtype="float16"))
    made.set_weights([np.full((1, 1), 6e4), np.zeros(1), np.full((1, 1), 6e4), np.zeros(1)])
    return made


@model
def some_infinite_outputs() -> Any:
    """Overflows for large x only."""
    made = line(layers.Dense(1), layers.Dense(1))
    made.set_weights([np.full((1, 1), 3e38), np.zeros(1), np.full((1, 1), 0.2), np.zeros(1)])
    return made


@model
def constant_outputs() -> Any:
    """A dead relu in front of the bias."""
    made = line(layers.Dense(4, activation="relu"), layers.Dense(1))
    made.set_weights([np.zeros((1, 4)), np.full(4, -1.0), np.ones((4, 1)), np.full(1, 2.5)])
    return made


@model
def worse_than_the_baseline() -> Any:
    """Learned nothing and exaggerates."""
    made = line(layers.Dense(1))
    made.set_weights([np.full((1, 1), -99.0), np.zeros(1)])
    return made


@model
def lambda_layer() -> Any:
    """Code in the file."""
    return line(layers.Dense(1), layers.Lambda(lambda x: x * 2))


@model
def custom_layer() -> Any:
    """A class that only the learner's program has."""

    class Twice(layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x * 2

    return line(layers.Dense(1), Twice())


@model
def two_inputs_wide() -> Any:
    """The wrong number of features."""
    return line(layers.Dense(1), shape=(2,))


@model
def two_outputs() -> Any:
    """Two separate outputs."""
    x = keras.Input(shape=LINE)
    return keras.Model(x, [layers.Dense(1)(x), layers.Dense(1)(x)])


@model
def shape_known_only_when_run() -> Any:
    """A variable-length input whose mean has too many features: no description tells before it runs."""
    return line(layers.Reshape((1, 1)), layers.Conv1D(2, 1), layers.Flatten())


@model
def any_length() -> Any:
    """An input of unspecified size is no mistake."""
    x = keras.Input(shape=(1,), batch_size=16)
    return keras.Model(x, layers.Dense(1)(x))


@model
def relu_output() -> Any:
    """A regression that can never go negative."""
    return line(layers.Dense(1, activation="relu"))


@model
def activation_function_of_tensorflow() -> Any:
    """tf.nn.relu instead of its name: common in tutorials, and sound."""
    import tensorflow as tf

    return line(layers.Dense(8, activation=tf.nn.relu), layers.Dense(1))


@model
def activation_bomb() -> Any:
    """Tiny on disk, terabytes when run."""
    return line(
        layers.Dense(4), layers.Reshape((2, 2, 1)), layers.UpSampling2D(20_000), layers.Conv2D(64, 3),
        layers.GlobalAveragePooling2D(), layers.Dense(1),
    )


@model
def hidden_bomb() -> Any:
    """A table of 300,000 x 300,000 products, by a layer whose shape the inspection does not calculate."""
    x = keras.Input(shape=LINE)
    sequence = layers.RepeatVector(300_000)(x)
    best = layers.GlobalMaxPooling1D()(layers.Dot(axes=2)([sequence, sequence]))
    mean = layers.GlobalAveragePooling1D()(layers.Reshape((-1, 1))(best))
    return keras.Model(x, layers.Dense(1)(mean))


@model
def memory_hungry() -> Any:
    """Takes some 2.5 GB, gradually."""
    return line(
        layers.Dense(4), layers.Reshape((2, 2, 1)), layers.UpSampling2D(700), layers.Conv2D(4, 3),
        layers.GlobalAveragePooling2D(), layers.Dense(1),
    )


@model
def mixed_precision() -> Any:
    """Half precision inside."""
    return line(layers.Dense(8, dtype="mixed_float16"), layers.Dense(1, dtype="mixed_float16"))


def main(folder: Path) -> None:
    """Save every model, and one file of weights alone."""
    for name, make in MODELS.items():
        make().save(folder / f"{name}.h5")
    line(layers.Dense(1)).save_weights(folder / "weights_alone.weights.h5")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Write small models as .h5 files with the Keras 2 of the running interpreter, and their predictions beside them.

Usage, once per version of TensorFlow (see README.md of this folder):

    python make_files.py FOLDER [RECIPE ...]

Without names all of ``RECIPES`` are written.
"""

from __future__ import annotations

import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np

# build(layers, keras) -> model; shape of one sample; number of token ids, None where the input is real numbers.
Recipe = namedtuple("Recipe", "build shape vocabulary", defaults=[None])


def fixed_input(recipe: Recipe) -> Any:
    """Return three samples by formula, float32 in [-1, 1] or int32 token ids, shape ``(3, *recipe.shape)``."""
    size = 3 * int(np.prod(recipe.shape))
    if recipe.vocabulary:
        return (np.arange(size) * 7919 % recipe.vocabulary).astype("int32").reshape(3, *recipe.shape)
    return np.sin(np.arange(size) * 0.37).astype("float32").reshape(3, *recipe.shape)


def linear(layers, keras):
    """One weight, one bias."""
    return keras.Sequential([layers.Dense(1, input_shape=[1])])


def softmax(layers, keras):
    """A dense classifier of small grey images, softmax as a layer of its own."""
    return keras.Sequential(
        [
            layers.Flatten(input_shape=(8, 8)),
            layers.Dense(8, activation="relu", kernel_regularizer="l2"),
            layers.Dropout(0.3),
            layers.Dense(3),
            layers.Activation("softmax"),
        ]
    )


def augmented(layers, keras):
    """Augmentation and rescaling inside the model; TF 2.5 keeps those layers in ``experimental.preprocessing``."""
    made = layers if hasattr(layers, "RandomFlip") else layers.experimental.preprocessing
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            made.RandomFlip("horizontal"),
            made.RandomRotation(0.1),
            made.RandomZoom(0.1),
            made.RandomTranslation(0.1, 0.1),
            made.RandomContrast(0.2),
            made.Rescaling(1.0 / 255, offset=0.5),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.2),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def bidirectional(layers, keras):
    """The usual text classifier, padding masked."""
    return keras.Sequential(
        [
            layers.Embedding(50, 4, input_length=120, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def gru(layers, keras):
    """Embedding and GRU."""
    return keras.Sequential([layers.Embedding(50, 4, input_length=30), layers.GRU(3), layers.Dense(1, "sigmoid")])


def forecast(layers, keras):
    """Causal convolution and LSTM, one row of output per row of input."""
    return keras.Sequential(
        [
            layers.Conv1D(4, 5, padding="causal", activation="relu", input_shape=(24, 7)),
            layers.LSTM(4, return_sequences=True),
            layers.Dense(7),
        ]
    )


def stacked(layers, keras):
    """Two LSTM layers, both directions, and a dense layer applied at every step."""
    return keras.Sequential(
        [
            layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="ave", input_shape=(24, 7)),
            layers.LSTM(3, return_sequences=True),
            layers.TimeDistributed(layers.Dense(7)),
        ]
    )


def simple_rnn(layers, keras):
    """SimpleRNN with a fixed batch axis left open."""
    return keras.Sequential([layers.SimpleRNN(4, input_shape=(12, 1)), layers.Dense(1)])


def branches(layers, keras):
    """A functional model of two branches."""
    inputs = keras.Input((6,))
    left = layers.Dense(3, activation="relu")(inputs)
    right = layers.Dense(3, activation="tanh")(inputs)
    return keras.Model(inputs, layers.Dense(2)(layers.Concatenate()([left, right, inputs])))


def transfer(layers, keras):
    """A frozen functional base and a Sequential head, both nested in a functional model."""
    inside = keras.Input((8, 8, 3))
    hidden = layers.BatchNormalization(axis=[3])(layers.Conv2D(4, 3)(inside))
    hidden = layers.BatchNormalization()(layers.Conv2D(4, 1)(hidden))
    base = keras.Model(inside, layers.GlobalAveragePooling2D()(hidden), name="base")
    base.trainable = False
    head = keras.Sequential([layers.Dense(4, input_shape=(4,)), layers.Dense(2, activation="softmax")], name="head")
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, head(base(inputs, training=False)))


def convolutions(layers, keras):
    """The convolutions whose Keras 2 configuration holds keys that Keras 3 refuses."""
    return keras.Sequential(
        [
            layers.SeparableConv2D(4, 3, input_shape=(8, 8, 3)),
            layers.LeakyReLU(0.1),
            layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
            layers.ReLU(6.0),
            layers.Conv2DTranspose(3, 2, strides=2),
            layers.experimental.SyncBatchNormalization(),
            layers.ThresholdedReLU(0.1),
            layers.GlobalAveragePooling2D(),
            layers.LayerNormalization(axis=[1]),
            layers.Dense(2),
        ]
    )


def attention(layers, keras):
    """Self-attention (the second tensor is a keyword argument) and the final state of a GRU used by another."""
    inputs = keras.Input((10, 4))
    seen = layers.MultiHeadAttention(2, 3)(inputs, inputs)
    seen = layers.LayerNormalization()(layers.Add()([inputs, seen]))
    rows, state = layers.GRU(3, return_sequences=True, return_state=True)(seen)
    rows = layers.Attention()([rows, rows])
    last = layers.GRU(3)(rows, initial_state=state)
    return keras.Model(inputs, layers.Dense(1)(last))


def mixed(layers, keras):
    """Half precision inside, float32 at the end."""
    policy = "mixed_float16"
    return keras.Sequential(
        [
            layers.Dense(4, activation="relu", input_shape=(5,), dtype=keras.mixed_precision.Policy(policy)),
            layers.Dense(2, dtype="float32"),
        ]
    )


def operators(layers, keras):
    """Arithmetic on symbolic tensors, which Keras 2 stores as layers named after the TensorFlow function."""
    inputs = keras.Input((6,))
    hidden = layers.Dense(6)(inputs)
    hidden = (hidden * 3.0 + 1.0 - 0.25) / 2.0
    return keras.Model(inputs, layers.Dense(1)(hidden + inputs * hidden - inputs) * 40.0)


def slices(layers, keras):
    """Slicing of a symbolic tensor: the file that is refused."""
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Dense(1)(inputs[:, 2:]))


RECIPES = {
    "linear": Recipe(linear, (1,)),
    "softmax": Recipe(softmax, (8, 8)),
    "augmented": Recipe(augmented, (16, 16, 3)),
    "bidirectional": Recipe(bidirectional, (120,), 50),
    "gru": Recipe(gru, (30,), 50),
    "forecast": Recipe(forecast, (24, 7)),
    "stacked": Recipe(stacked, (24, 7)),
    "simple_rnn": Recipe(simple_rnn, (12, 1)),
    "branches": Recipe(branches, (6,)),
    "transfer": Recipe(transfer, (8, 8, 3)),
    "convolutions": Recipe(convolutions, (8, 8, 3)),
    "attention": Recipe(attention, (10, 4)),
    "mixed": Recipe(mixed, (5,)),
    "operators": Recipe(operators, (6,)),
    "slices": Recipe(slices, (6,)),
}


def _move_weights(model):
    """Add noise to every weight, so that a mix-up of two weights of one shape changes the predictions."""
    random = np.random.RandomState(1)
    model.set_weights([value + 0.3 * random.rand(*value.shape).astype(value.dtype) for value in model.get_weights()])


def main(folder: str, *names: str) -> None:
    """Write ``<recipe>-<version>.h5`` for every name and one ``predictions-<version>.npz`` into ``folder``."""
    import tensorflow as tf

    version = ".".join(tf.__version__.split(".")[:2])
    predictions = {}
    for name in names or RECIPES:
        recipe = RECIPES[name]
        tf.keras.backend.clear_session()
        tf.random.set_seed(1)
        model = recipe.build(tf.keras.layers, tf.keras)
        x = fixed_input(recipe)
        model.build(x.shape)
        _move_weights(model)
        predictions[name] = model.predict(x, verbose=0).astype("float32")
        model.save(str(Path(folder) / f"{name}-{version}.h5"), include_optimizer=False)
    np.savez_compressed(str(Path(folder) / f"predictions-{version}.npz"), **predictions)


if __name__ == "__main__":
    main(*sys.argv[1:])

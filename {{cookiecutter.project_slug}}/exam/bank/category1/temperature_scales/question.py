"""Category 1: what would a forgotten thermometer show in an oven, when it has only been read in a room?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import write_csv
from exam.bank.streams import generator

ID = "temperature_scales"
READINGS = 96
# Degrees Celsius: the room of the training data, and the two ranges of the hidden set, below and above it.
ROOM = (15.0, 25.0)
COLD = (-150.0, 5.0)
HOT = (40.0, 350.0)


def scale(seed: int) -> tuple[float, float]:
    """Return how many degrees of the exam's scale one degree Celsius is, and what it shows at 0 degrees Celsius.

    Both can be negative: the scale of Joseph-Nicolas Delisle, 1732, runs downwards too.
    """
    stream = generator(seed, ID, "scale")
    slope = stream.choice([-1, 1]) * stream.integers(30, 61) / 20
    zero = stream.choice([-1, 1]) * (stream.integers(20, 60) + 0.5)
    return float(slope), float(zero)


def readings(seed: int, celsius: Array) -> Array:
    """Return what the thermometer shows at ``celsius``, same shape, float32."""
    slope, zero = scale(seed)
    return (slope * celsius + zero).astype(np.float32)


def room(seed: int) -> Array:
    """Return the temperatures of the training data, (96,), tenths of a degree Celsius, float32."""
    tenths = generator(seed, ID, "training").integers(int(ROOM[0] * 10), int(ROOM[1] * 10) + 1, READINGS)
    return (tenths / 10).astype(np.float32)


def write_training(folder: Path, seed: int) -> None:
    """Write ``readings.csv``: 96 temperatures of one room on both scales, without noise."""
    celsius = room(seed)
    columns = {"celsius": celsius, "reading": readings(seed, celsius)}
    write_csv(folder / "readings.csv", columns, ("{:.1f}", "{:.3f}"))


def make_hidden(seed: int) -> HiddenSet:
    """Return 300 temperatures between deep cold and a hot oven, none near those of the room."""
    stream = generator(seed, ID, "hidden")
    x = np.concatenate([stream.uniform(*COLD, 150), stream.uniform(*HOT, 150)]).astype(np.float32).reshape(-1, 1)
    y = readings(seed, x)
    baseline = np.full_like(y, readings(seed, room(seed)).mean())
    return HiddenSet(x, y, baseline)


QUESTION = Question(
    id=ID,
    category=1,
    title="A forgotten temperature scale",
    task="regression",
    input_shape=(1,),
    output_shape=(1,),
    activations=("linear",),
    metric="max_error",
    bands=(400.0, 200.0, 80.0, 10.0, 1.0),
    baseline="always the mean reading in the room",
    difficulty=2,
    train_seconds=20,
    skills=("tensorflow-2", "compile-and-train", "preprocess", "predict", "input-shape", "sensible-size", "json-csv"),
    source="computed from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Remove the hidden layers: one Dense neuron without an activation is a straight line everywhere, "
            "and relu bends the line where there is no data.",
            only=("hidden layer",),
        ),
        Advice(
            "Put a Normalization layer, adapted to the training temperatures, before the neuron.",
            unless=("Normalization", "Rescaling"),
        ),
        Advice(
            "The offset is far from where it starts: train for 150 epochs with tf.keras.optimizers.Adam(1.0).",
            epochs=150,
        ),
    ),
)

"""Category 1: the swing of a weight on a spring, which no straight line can follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import write_csv
from exam.bank.streams import generator

ID = "damped_wave"
PARTS = {"training": 600, "validation": 200}
HIDDEN = 400
SECONDS = 10
# Standard deviation of the sensor's error, centimetres.
NOISE = 0.1


def height(seed: int, seconds: Array) -> Array:
    """Return the true height of the exam's weight in centimetres at ``seconds``, same shape, float64."""
    stream = generator(seed, ID, "spring")
    rest = stream.uniform(-1, 1)
    swing = stream.uniform(2.6, 3.0)
    period = stream.uniform(4.2, 4.8)
    half_life = stream.uniform(4.0, 5.0)
    phase = stream.uniform(0, 2 * np.pi)
    swung: Array = rest + swing * 2 ** (-seconds / half_life) * np.cos(2 * np.pi * seconds / period + phase)
    return swung


def measured(seed: int, part: str) -> tuple[Array, Array]:
    """Return what the sensor of one of ``PARTS`` saw: hundredths of a second and noisy heights, (n,) each."""
    stream = generator(seed, ID, part)
    seconds = stream.integers(0, SECONDS * 100 + 1, PARTS[part]) / 100
    return seconds, height(seed, seconds) + stream.normal(0, NOISE, len(seconds))


def write_training(folder: Path, seed: int) -> None:
    """Write ``training.csv`` and ``validation.csv``: 600 and 200 measurements in random order."""
    for part in PARTS:
        seconds, centimetres = measured(seed, part)
        columns = {"seconds": seconds, "centimetres": centimetres}
        write_csv(folder / f"{part}.csv", columns, ("{:.2f}", "{:.3f}"))


def make_hidden(seed: int) -> HiddenSet:
    """Return 400 moments halfway between two hundredths of a second, and the true heights at them."""
    moments = generator(seed, ID, "hidden").choice(SECONDS * 100, HIDDEN, replace=False)
    x = (moments + 0.5).reshape(-1, 1) / 100
    y = height(seed, x).astype(np.float32)
    baseline = np.full_like(y, measured(seed, "training")[1].mean())
    return HiddenSet(x.astype(np.float32), y, baseline)


QUESTION = Question(
    id=ID,
    category=1,
    title="A damped wave",
    task="regression",
    input_shape=(1,),
    output_shape=(1,),
    activations=("linear",),
    metric="mean_absolute_error",
    bands=(0.8, 0.6, 0.45, 0.2, 0.1),
    baseline="always the mean of the measured heights",
    difficulty=2,
    train_seconds=30,
    skills=(
        "tensorflow-2",
        "compile-and-train",
        "sequential-layers",
        "plot-history",
        "mean-absolute-error",
        "dynamic-learning-rate",
        "json-csv",
    ),
    source="computed from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Use two hidden layers of 64 neurons with tanh: one cannot bend often enough.",
            unless=("two hidden layers",),
        ),
        Advice(
            'Write activation="tanh" in the hidden layers: it bends more smoothly than relu.',
            unless=("tanh",),
        ),
        Advice(
            "Give each hidden layer 64 neurons.",
            unless=("64 units",),
            when="underfitting",
        ),
        Advice(
            "Train for some thousand steps with a learning rate that falls: "
            "tf.keras.optimizers.schedules.CosineDecay(0.01, decay_steps=...).",
        ),
    ),
)

"""Category 1: a neural network of one neuron learns a straight line from a handful of points."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import write_csv
from exam.bank.streams import generator

ID = "straight_line"
TRAIN_X = np.arange(-2.0, 5.0, dtype=np.float32)
FARTHEST_X = 12.0


def line(seed: int) -> tuple[float, float]:
    """Return slope and intercept of the exam's line: halves and wholes, the slope never flat."""
    stream = generator(seed, ID, "line")
    slope = stream.choice([-1, 1]) * stream.integers(3, 9) / 2
    intercept = stream.choice([-1, 1]) * stream.integers(4, 17) / 2
    return float(slope), float(intercept)


def values(seed: int, x: Array) -> Array:
    """Return y of the exam's line at ``x``, same shape, float32."""
    slope, intercept = line(seed)
    return (slope * x + intercept).astype(np.float32)


def write_training(folder: Path, seed: int) -> None:
    """Write ``points.csv``: seven points (x, y) without noise."""
    write_csv(folder / "points.csv", {"x": TRAIN_X, "y": values(seed, TRAIN_X)}, ("{:g}", "{:g}"))


def make_hidden(seed: int) -> HiddenSet:
    """Return 200 unseen x, half of them between the training points, half outside up to +-12."""
    stream = generator(seed, ID, "hidden")
    inside = stream.uniform(TRAIN_X[0], TRAIN_X[-1], 100)
    outside = stream.uniform(TRAIN_X[-1], FARTHEST_X, 100) * stream.choice([-1, 1], 100)
    x = np.concatenate([inside, outside]).astype(np.float32).reshape(-1, 1)
    y = values(seed, x)
    baseline = np.full_like(y, values(seed, TRAIN_X).mean())
    return HiddenSet(x, y, baseline)


QUESTION = Question(
    id=ID,
    category=1,
    title="A straight line",
    task="regression",
    input_shape=(1,),
    output_shape=(1,),
    activations=("linear",),
    metric="max_error",
    bands=(4.0, 2.0, 1.0, 0.5, 0.1),
    baseline="always the mean of the training y",
    difficulty=2,
    train_seconds=20,
    skills=("tensorflow-2", "compile-and-train", "predict", "input-shape", "save-models", "json-csv"),
    source="computed from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Remove the hidden layers: one Dense neuron is a straight line everywhere, also where no point "
            "lies.",
            only=("hidden layer",),
        ),
        Advice(
            "Seven points need many small steps: train for 400 epochs, with tf.keras.optimizers.Adam(0.2).",
            epochs=400,
        ),
    ),
)

"""Category 5, public data: from five years of monthly sunspot numbers, forecast the next year."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.public import fetch, reading
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import windows, write_csv

ID = "monthly_sunspots"
PAST, FUTURE = 60, 12
TRAIN_MONTHS, VALIDATION_MONTHS = 2000, 250
SCALE = 1 / 100


def observations() -> tuple[list[str], Array]:
    """Return the months, ``YYYY-MM``, and their mean sunspot numbers, float64 (2820,).

    Raises:
        DataUnavailable: the file cannot be had, or is not what it should be.
    """
    path = fetch(Path(__file__).parent)["monthly-sunspots.csv"]
    with reading(path):
        rows = list(csv.DictReader(path.read_text(encoding="ascii").splitlines()))
        return [row["Month"] for row in rows], np.array([float(row["Sunspots"]) for row in rows])


def write_training(folder: Path, seed: int) -> None:
    """Write ``sunspots.csv``: the first 2,250 months, of which the last 250 are for validation."""
    months, numbers = observations()
    end = TRAIN_MONTHS + VALIDATION_MONTHS
    write_csv(folder / "sunspots.csv", {"month": months[:end], "sunspots": numbers[:end]}, ("{}", "{:.1f}"))


def make_hidden(seed: int) -> HiddenSet:
    """Return all windows of the months after those of the training, the same for every seed."""
    _, numbers = observations()
    series = (numbers[TRAIN_MONTHS + VALIDATION_MONTHS :] * SCALE).astype(np.float32)
    x, y = windows(series, PAST, FUTURE)
    return HiddenSet(x[:, :, None], y, np.repeat(x[:, -1:], FUTURE, axis=1))


QUESTION = Question(
    id=ID,
    category=5,
    title="Monthly sunspots",
    task="forecast",
    input_shape=(PAST, 1),
    output_shape=(FUTURE,),
    activations=("linear",),
    metric="relative_mae",
    bands=(0.97, 0.93, 0.89, 0.85, 0.8),
    baseline="persistence: the last month, repeated twelve times",
    difficulty=2,
    train_seconds=30,
    skills=(
        "univariate",
        "forecasting",
        "features-and-labels",
        "rnn-cnn-forecast",
        "mean-absolute-error",
        "dynamic-learning-rate",
    ),
    source="monthly mean sunspot numbers 1749-1983 (SIDC, Royal Observatory of Belgium), collected by Jason Brownlee",
    licence="not stated where it is downloaded; for practice only",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Use the mean absolute error as the loss: it is what is scored.",
            unless=("mean absolute error",),
        ),
        Advice(
            'Use Conv1D(32, 12, strides=3, activation="relu") before Flatten: one month says little, and it '
            "averages several.",
            unless=("recurrent", "convolution"),
        ),
        Advice(
            "Put a hidden layer of 32 neurons before the last one.",
            unless=("hidden layer",),
        ),
        Advice(
            "Train for 20 epochs with a learning rate that falls from 0.001 to 0: "
            "tf.keras.optimizers.schedules.CosineDecay.",
            epochs=20,
        ),
    ),
)

"""Category 5: from the last 24 hours of a household's electricity meter, forecast the next 24."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from exam.bank.category5.household_power.household import DECIMALS, FEATURES, draw_household, simulate
from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import windows, write_hours
from exam.bank.streams import generator

ID = "household_power"
PAST = FUTURE = 24
TRAINING_DATES = np.arange("2023-01-01", "2025-01-01", dtype="datetime64[D]")
TRAINING_SHARE = 0.8
HIDDEN_DATES = np.arange("2025-01-01", "2027-01-01", dtype="datetime64[D]")
# Windows start at any hour of the day, as in training: 11 and 24 have no common divisor.
HIDDEN_STEP = 11


def readings(seed: int, purpose: str, dates: Array) -> Array:
    """Return the hourly readings of the exam's household on ``dates``, (24 * days, 7), in raw units."""
    home = draw_household(generator(seed, ID, "household"))
    return simulate(generator(seed, ID, purpose), home, dates)


def training_hours(series: Array) -> int:
    """Return how many hours of ``series``, from its start, are for training; the rest is for validation."""
    return int(len(series) * TRAINING_SHARE)


def constants(series: Array) -> tuple[Array, Array]:
    """Return the smallest and the largest value of each feature in the training part of ``series``, (7,) each."""
    part = series[: training_hours(series)]
    return part.min(axis=0), part.max(axis=0)


def normalise(series: Array, minimum: Array, maximum: Array) -> Array:
    """Return ``series`` scaled so that the training part lies between 0 and 1, same shape, float32."""
    scaled: Array = ((series - minimum) / (maximum - minimum)).astype(np.float32)
    return scaled


def write_training(folder: Path, seed: int) -> None:
    """Write ``household.csv``, two years of hourly readings, and ``normalisation.json``, its constants."""
    series = readings(seed, "training", TRAINING_DATES)
    write_hours(folder / "household.csv", TRAINING_DATES[0], series, DECIMALS)
    minimum, maximum = constants(series)
    content = {
        "features": FEATURES,
        "minimum": minimum.tolist(),
        "maximum": maximum.tolist(),
        "training_hours": training_hours(series),
    }
    (folder / "normalisation.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def make_hidden(seed: int) -> HiddenSet:
    """Return windows of the two years that follow the training data, lived by the same household."""
    minimum, maximum = constants(readings(seed, "training", TRAINING_DATES))
    series = normalise(readings(seed, "hidden", HIDDEN_DATES), minimum, maximum)
    x, y = windows(series, PAST, FUTURE, HIDDEN_STEP)
    return HiddenSet(x, y, baseline=x)


QUESTION = Question(
    id=ID,
    category=5,
    title="Household power: seven readings, a day ahead",
    task="forecast",
    input_shape=(PAST, len(FEATURES)),
    output_shape=(FUTURE, len(FEATURES)),
    activations=("linear",),
    metric="relative_mae",
    bands=(0.97, 0.92, 0.87, 0.82, 0.78),
    baseline="seasonal persistence: tomorrow repeats today, hour by hour",
    difficulty=2,
    train_seconds=40,
    skills=(
        "multivariate",
        "prepare-series",
        "features-and-labels",
        "sequence-models",
        "rnn-cnn-forecast",
        "mean-absolute-error",
        "output-shape",
        "dynamic-learning-rate",
        "json-csv",
    ),
    source="computed from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Use the mean absolute error as the loss: it is what is scored.",
            unless=("mean absolute error",),
        ),
        Advice(
            "Let the model read all 24 hours before it forecasts: LSTM(64) without return_sequences, then "
            "Dense(24 * 7) and Reshape((24, 7)).",
            only=("return_sequences",),
        ),
        Advice(
            "Use an LSTM(64) before the last Dense layer.",
            unless=("recurrent", "convolution", "hidden layer"),
        ),
        Advice(
            "Train for 8 epochs with a learning rate that falls from 0.003 to 0: "
            "tf.keras.optimizers.schedules.CosineDecay.",
            epochs=8,
        ),
    ),
)

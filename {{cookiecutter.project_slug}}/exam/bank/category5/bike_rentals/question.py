"""Category 5: from 48 hours of bike rentals, weather and calendar, forecast the rentals of the next 24 hours."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from exam.bank.category5.bike_rentals.city import DECIMALS, FEATURES, draw_city, simulate
from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import windows, write_hours
from exam.bank.streams import generator

ID = "bike_rentals"
PAST, FUTURE = 48, 24
TRAINING_DATES = np.arange("2022-01-01", "2024-01-01", dtype="datetime64[D]")
TRAINING_SHARE = 0.85
HIDDEN_DATES = np.arange("2024-01-01", "2026-01-01", dtype="datetime64[D]")
# Windows start at any hour of the day, as in training: 13 and 24 have no common divisor.
HIDDEN_STEP = 13


def hours(seed: int, purpose: str, dates: Array) -> Array:
    """Return the hourly values of ``FEATURES`` in the exam's city on ``dates``, (24 * days, 7), in raw units."""
    city = draw_city(generator(seed, ID, "city"))
    return simulate(generator(seed, ID, purpose), city, dates)


def training_hours(series: Array) -> int:
    """Return how many hours of ``series``, from its start, are for training; the rest is for validation."""
    return int(len(series) * TRAINING_SHARE)


def constants(series: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation of each feature in the training part of ``series``, (7,) each."""
    part = series[: training_hours(series)]
    return np.round(part.mean(axis=0), 4), np.round(part.std(axis=0), 4)


def standardise(series: Array, mean: Array, deviation: Array) -> Array:
    """Return ``series`` scaled so that the training part has mean 0 and deviation 1, same shape, float32."""
    scaled: Array = ((series - mean) / deviation).astype(np.float32)
    return scaled


def write_training(folder: Path, seed: int) -> None:
    """Write ``bikes.csv``, two years of hours, and ``normalisation.json``, its constants."""
    series = hours(seed, "training", TRAINING_DATES)
    write_hours(folder / "bikes.csv", TRAINING_DATES[0], series, DECIMALS)
    mean, deviation = constants(series)
    content = {
        "features": FEATURES,
        "mean": mean.tolist(),
        "deviation": deviation.tolist(),
        "training_hours": training_hours(series),
    }
    (folder / "normalisation.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def make_hidden(seed: int) -> HiddenSet:
    """Return windows of the two following years in the same city; the baseline is the same hour a day before."""
    mean, deviation = constants(hours(seed, "training", TRAINING_DATES))
    series = standardise(hours(seed, "hidden", HIDDEN_DATES), mean, deviation)
    x, y = windows(series, PAST, FUTURE, HIDDEN_STEP)
    return HiddenSet(x, y[..., 0], baseline=x[:, -FUTURE:, 0])


QUESTION = Question(
    id=ID,
    category=5,
    title="Bike rentals: the next 24 hours",
    task="forecast",
    input_shape=(PAST, len(FEATURES)),
    output_shape=(FUTURE,),
    activations=("linear",),
    metric="relative_mae",
    bands=(1.0, 0.8, 0.65, 0.54, 0.45),
    baseline="seasonal persistence: the same hours of the day before",
    difficulty=2,
    train_seconds=30,
    skills=(
        "multivariate",
        "prepare-series",
        "rnn-cnn-forecast",
        "output-shape",
        "callbacks",
        "sequence-models",
        "forecasting",
        "mean-absolute-error",
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
            'Use two Conv1D(32, 5, padding="same", activation="relu") layers, then Cropping1D((24, 0)), '
            "Dense(1) and Flatten: row 24 + h holds the calendar and forecast for forecast hour h, and so it "
            "stays with its hour.",
            unless=("Cropping1D",),
        ),
        Advice(
            'Put a second Conv1D with padding="same" after the first.',
            unless=("two convolutions",),
            only=("convolution",),
        ),
        Advice(
            "Train for 12 epochs with tf.keras.optimizers.Adam(0.003), EarlyStopping(patience=3, "
            "restore_best_weights=True) and a falling learning rate.",
            epochs=12,
        ),
    ),
)

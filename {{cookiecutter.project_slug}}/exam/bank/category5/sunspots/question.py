"""Category 5: from five years of one observatory's sunspot numbers, forecast their smoothed number two years ahead."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import windows, write_csv
from exam.bank.streams import generator

ID = "sunspots"
PAST, AHEAD, SMOOTH, STEP = 60, 24, 13, 3  # months
SCALE = 100.0
FIRST_YEAR = 1749
CUTS = (1890, 1920)  # the first hidden year lies between these, the last one excluded
VALIDATION_MONTHS = 22 * 12  # two cycles of the Sun
OBSERVATORIES = ("north", "south", "east", "west", "island")
DAYS = 5  # a monthly mean is as uncertain as if spots had been counted on so many days


def real_numbers() -> Array:
    """Return the real monthly sunspot numbers from January 1749 to December 2008, (3120,)."""
    # Reading the file takes milliseconds, importing statsmodels.datasets takes a second.
    place = distribution("statsmodels").locate_file("statsmodels/datasets/sunspots/src/sunspots_monthly.dat")
    rows = [line.split() for line in Path(str(place)).read_text(encoding="ascii").splitlines()]
    years = [row[1:] for row in rows if len(row) == 13 and re.fullmatch(r"\d{4}", row[0])]
    return np.array(years, dtype=np.float64).ravel()


def factors(seed: int) -> Array:
    """Return each observatory's factor k: its counts times k are sunspot numbers, (5,)."""
    return np.round(generator(seed, ID, "factors").uniform(0.6, 1.6, len(OBSERVATORIES)), 2)


def counts(seed: int, purpose: str) -> Array:
    """Return the observatories' raw monthly counts, (months, 5): before the cut for "training", else after it.

    The Sun is real. The observatories are simulated: with its own telescope each sees more or fewer of the spots, and
    counts them on a few days only.
    """
    numbers, cut = real_numbers(), 12 * (int(generator(seed, ID, "cut").integers(*CUTS)) - FIRST_YEAR)
    part = numbers[:cut] if purpose == "training" else numbers[cut:]
    spots = generator(seed, ID, purpose).poisson(DAYS * part[:, None] / factors(seed))
    return np.round(spots / DAYS, 1)


def trailing_mean(series: Array) -> Array:
    """Return the mean of each month and the 12 before it, (months,), NaN where these are not known."""
    means = np.convolve(series, np.full(SMOOTH, 1 / SMOOTH), mode="valid")
    return np.concatenate([np.full(SMOOTH - 1, np.nan), means])


def centred_mean(series: Array) -> Array:
    """Return the mean of each month, the 6 before and the 6 after it, (months,), NaN where these are not known."""
    means = np.convolve(series, np.full(SMOOTH, 1 / SMOOTH), mode="valid")
    unknown = np.full(SMOOTH // 2, np.nan)
    return np.concatenate([unknown, means, unknown])


def features_and_labels(series: Array) -> tuple[Array, Array]:
    """Return windows of one observatory's numbers (months,), and what to forecast from them.

    Returns:
        Features, (n, 60, 2): the number and its trailing mean. Labels, (n, 1): the centred mean 24 months after the
        window. Both float32 and divided by 100; a window starts every third month.
    """
    both = np.stack([series, trailing_mean(series), centred_mean(series)], axis=1).astype(np.float32) / SCALE
    features = both[SMOOTH - 1 : len(both) - SMOOTH // 2]
    past, future = windows(features, PAST, AHEAD, STEP)
    return past[..., :2], future[:, -1, 2:]


def write_training(folder: Path, seed: int) -> None:
    """Write ``counts.csv``, the raw counts of five observatories, and ``observatories.json``, their factors."""
    raw = counts(seed, "training")
    months = np.datetime64(f"{FIRST_YEAR}-01") + np.arange(len(raw))
    columns = {"month": months} | dict(zip(OBSERVATORIES, raw.T, strict=True))
    write_csv(folder / "counts.csv", columns, ["{}", *["{:.1f}"] * len(OBSERVATORIES)])
    content = {
        "k": dict(zip(OBSERVATORIES, factors(seed).tolist(), strict=True)),
        "validation_months": VALIDATION_MONTHS,
    }
    (folder / "observatories.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def make_hidden(seed: int) -> HiddenSet:
    """Return windows of all years after the cut, from the same observatories; the baseline is the last month."""
    numbers = counts(seed, "hidden") * factors(seed)
    pairs = [features_and_labels(series) for series in numbers.T]
    x, y = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return HiddenSet(x, y, baseline=x[:, -1, :1])


QUESTION = Question(
    id=ID,
    category=5,
    title="Sunspots: two years ahead",
    task="forecast",
    input_shape=(PAST, 2),
    output_shape=(1,),
    activations=("linear",),
    metric="relative_mae",
    bands=(1.0, 0.85, 0.7, 0.58, 0.51),
    baseline="persistence: the number of the last month",
    difficulty=2,
    train_seconds=15,
    skills=(
        "trailing-centred",
        "univariate",
        "features-and-labels",
        "forecasting",
        "mean-absolute-error",
        "sequence-models",
        "overfitting",
        "prepare-series",
        "json-csv",
    ),
    source="monthly sunspot numbers 1749 to 2008 of the National Geophysical Data Center, as shipped in "
    "statsmodels.datasets.sunspots; the five observatories and their counting errors are simulated",
    licence="public domain, as statsmodels says of its copy",
    write_training=write_training,
    make_hidden=make_hidden,
    stock="the same years, with the sunspots counted again",
    advice=(
        Advice(
            "Put AveragePooling1D(3) before Flatten: quarterly means are less noisy than months.",
            unless=("AveragePooling1D", "convolution"),
        ),
        Advice(
            "Put a hidden layer of 32 neurons with relu before the last one: the same number means something "
            "else in a rising cycle than in a falling one.",
            unless=("hidden layer",),
        ),
        Advice(
            "Use the mean absolute error as the loss: it is what is scored.",
            unless=("mean absolute error",),
        ),
        Advice(
            'Write kernel_regularizer="l2" in the hidden layer: there are few cycles, and a network soon '
            "memorises them.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Train for 8 epochs with a learning rate that falls from 0.003 to 0: "
            "tf.keras.optimizers.schedules.CosineDecay.",
            epochs=8,
        ),
    ),
)

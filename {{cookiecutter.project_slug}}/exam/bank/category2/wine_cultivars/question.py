"""Category 2: tell the grape variety of a wine from a chemical analysis of thirteen numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import one_hot
from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import write_csv
from exam.bank.streams import generator

ID = "wine_cultivars"
COLUMNS = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280_od315",
    "proline",
)
CULTIVARS = 3
# Wines of each cultivar, and analyses of each wine. No wine is in two parts.
PARTS = {"training": (20, 8), "validation": (4, 6), "hidden": (24, 6)}
# Deviation of a measurement error, in deviations of the column over all wines.
NOISE, ROUGH_NOISE = 0.12, 1.5
ROUGH = ("alcalinity_of_ash", "magnesium", "proline")


def wines(seed: int, part: str) -> tuple[Array, Array]:
    """Return the wines of one of ``PARTS``: their true values, (n, 13), and cultivars, (n,) int64.

    The exam's seed deals the wines of scikit-learn out, as many of each cultivar, so that no two parts share one.
    """
    from sklearn.datasets import load_wine

    values, cultivars = load_wine(return_X_y=True)
    stream = generator(seed, ID, "split")
    ends = np.cumsum([count for count, _ in PARTS.values()])
    chosen = []
    for cultivar in range(CULTIVARS):
        order = stream.permutation(np.flatnonzero(cultivars == cultivar))
        chosen.append(dict(zip(PARTS, np.split(order, ends), strict=False))[part])
    rows = np.concatenate(chosen)
    return values[rows], cultivars[rows].astype(np.int64)


def measurement_errors() -> tuple[Array, Array, Array]:
    """Return what the laboratory's instruments do, for each column: error's deviation, lowest and highest reading."""
    from sklearn.datasets import load_wine

    values = load_wine().data
    shares = np.array([ROUGH_NOISE if name in ROUGH else NOISE for name in COLUMNS])
    return shares * values.std(axis=0), values.min(axis=0), values.max(axis=0)


def analyses(seed: int, part: str) -> tuple[Array, Array]:
    """Return all analyses of one of ``PARTS``, shuffled: float32 (n, 13), and the cultivars, int64 (n,)."""
    true, cultivars = wines(seed, part)
    deviation, lowest, highest = measurement_errors()
    times = PARTS[part][1]
    stream = generator(seed, ID, part)
    errors = stream.normal(0, 1, (times * len(true), len(COLUMNS))) * deviation
    x = np.round(np.clip(np.tile(true, (times, 1)) + errors, lowest, highest), 2).astype(np.float32)
    order = stream.permutation(len(x))
    return x[order], np.tile(cultivars, times)[order]


def nearest_centre(train_x: Array, train_y: Array, x: Array) -> Array:
    """Return the cultivar whose mean analysis is nearest to each of ``x``, one-hot float32 (len(x), 3).

    Distances are taken in the raw numbers, so the columns with the largest numbers decide alone.
    """
    centres = np.stack([train_x[train_y == cultivar].mean(axis=0) for cultivar in range(CULTIVARS)])
    distances = ((x[:, None] - centres) ** 2).sum(axis=2)
    return one_hot(distances.argmin(axis=1), CULTIVARS)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train.csv`` and ``validation.csv``: thirteen measurements, then the cultivar."""
    for name, part in (("train", "training"), ("validation", "validation")):
        x, y = analyses(seed, part)
        columns = {column: x[:, number] for number, column in enumerate(COLUMNS)}
        write_csv(folder / f"{name}.csv", {**columns, "cultivar": y}, ("{:.2f}",) * len(COLUMNS))


def make_hidden(seed: int) -> HiddenSet:
    """Return analyses of 72 wines of which neither training nor validation holds an analysis."""
    x, y = analyses(seed, "hidden")
    return HiddenSet(x, y, nearest_centre(*analyses(seed, "training"), x))


QUESTION = Question(
    id=ID,
    category=2,
    title="Wine cultivars",
    task="multiclass",
    input_shape=(len(COLUMNS),),
    output_shape=(CULTIVARS,),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.45, 0.58, 0.68, 0.78, 0.86),
    baseline="the cultivar whose mean analysis is nearest, in the raw numbers",
    difficulty=2,
    train_seconds=10,
    skills=(
        "multiclass-classification",
        "sequential-layers",
        "preprocess",
        "input-shape",
        "output-shape",
        "json-csv",
    ),
    source="Wine (Aeberhard and Forina, UCI), as it ships with scikit-learn; "
    "measurement errors added by this project from the exam's seed",
    licence="CC BY 4.0 (UCI Machine Learning Repository); the copy is part of scikit-learn, BSD-3-Clause",
    write_training=write_training,
    make_hidden=make_hidden,
    stock="the same 72 wines, analysed again",
    class_names=tuple(f"cultivar {number}" for number in range(CULTIVARS)),
    advice=(
        Advice(
            "Put a Normalization layer, adapted to the training x, before the first Dense layer: the columns "
            "differ in size by a factor of a thousand.",
            unless=("Normalization", "BatchNormalization"),
        ),
        Advice(
            "Put a hidden layer of 64 neurons with relu before the last layer.",
            unless=("hidden layer",),
        ),
        Advice(
            "Put Dropout(0.5) before the last layer.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            'Train for 30 epochs, and keep the best weights with EarlyStopping("val_accuracy", patience=10, '
            "restore_best_weights=True).",
            epochs=30,
        ),
    ),
)

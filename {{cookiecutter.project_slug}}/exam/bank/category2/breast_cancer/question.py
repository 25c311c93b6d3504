"""Category 2: tell malignant from benign tumours by thirty numbers, though one training label in five is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import write_csv
from exam.bank.streams import generator

ID = "breast_cancer"
FEATURES = 30
# Tumours of each of the two classes, and pictures measured of each tumour. No tumour is in two parts.
PARTS = {"training": (72, 4), "validation": (30, 3), "hidden": (110, 3)}
# Deviation of a measurement error in deviations of the column, share of empty cells, share of wrong training labels.
NOISE, EMPTY, WRONG = 1.0, 0.1, 0.2


def column_names() -> list[str]:
    """Return the names of the thirty measurements, for example ``worst_concave_points``."""
    from sklearn.datasets import load_breast_cancer

    return [name.replace(" ", "_") for name in load_breast_cancer().feature_names]


def tumours(seed: int, part: str) -> tuple[Array, Array]:
    """Return the tumours of one of ``PARTS``: their true values, (n, 30), and 1 for malignant, else 0, (n,) int64.

    The exam's seed deals the tumours of scikit-learn out, as many of each class, so that no two parts share one.
    """
    from sklearn.datasets import load_breast_cancer

    values, benign = load_breast_cancer(return_X_y=True)
    stream = generator(seed, ID, "split")
    ends = np.cumsum([count for count, _ in PARTS.values()])
    chosen = []
    for label in (0, 1):
        order = stream.permutation(np.flatnonzero(benign == 1 - label))
        chosen.append(dict(zip(PARTS, np.split(order, ends), strict=False))[part])
    rows = np.concatenate(chosen)
    return values[rows], 1 - benign[rows].astype(np.int64)


def measured(seed: int, part: str) -> tuple[Array, Array]:
    """Return all measurements of one of ``PARTS``, shuffled: float64 (n, 30), NaN for empty cells; labels int64 (n,).

    Errors stay within the range of true values. The training labels are partly wrong, see ``mistaken``.
    """
    from sklearn.datasets import load_breast_cancer

    every = load_breast_cancer().data
    true, labels = tumours(seed, part)
    times = PARTS[part][1]
    stream = generator(seed, ID, part)
    errors = NOISE * every.std(axis=0) * stream.normal(0, 1, (times * len(true), FEATURES))
    x = np.clip(np.tile(true, (times, 1)) + errors, every.min(axis=0), every.max(axis=0))
    x[stream.random(x.shape) < EMPTY] = np.nan
    y = np.tile(labels, times)
    if part == "training":
        y = mistaken(stream, y)
    order = stream.permutation(len(x))
    return np.round(x[order], 4), y[order]


def mistaken(stream: np.random.Generator, labels: Array) -> Array:
    """Return ``labels`` (n,) with the share ``WRONG`` of each class turned into the other."""
    noted = labels.copy()
    for label in (0, 1):
        rows = stream.permutation(np.flatnonzero(labels == label))
        noted[rows[: round(WRONG * len(rows))]] = 1 - label
    return noted


def constants(seed: int) -> tuple[Array, Array]:
    """Return mean and standard deviation of each column of the training data, without its empty cells, (30,) each."""
    x, _ = measured(seed, "training")
    return np.nanmean(x, axis=0), np.nanstd(x, axis=0)


def prepared(x: Array, mean: Array, deviation: Array) -> Array:
    """Return measurements (n, 30) as a model sees them, float32: standardised, empty cells filled with the mean, 0."""
    scaled = (x - mean) / deviation
    return np.where(np.isnan(scaled), 0, scaled).astype(np.float32)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train.csv`` and ``validation.csv`` with empty cells, and ``constants.json`` with the columns' scale."""
    for name, part in (("train", "training"), ("validation", "validation")):
        x, y = measured(seed, part)
        cells = np.where(np.isnan(x), "", np.char.mod("%.4f", x))
        write_csv(folder / f"{name}.csv", {**dict(zip(column_names(), cells.T, strict=True)), "malignant": y})
    mean, deviation = constants(seed)
    scale = {"mean": mean.tolist(), "deviation": deviation.tolist()}
    (folder / "constants.json").write_text(json.dumps(scale, indent=1) + "\n", encoding="utf-8", newline="\n")


def make_hidden(seed: int) -> HiddenSet:
    """Return measurements of 220 tumours that neither training nor validation knows, with their true labels."""
    scale = constants(seed)
    x, y = measured(seed, "hidden")
    labels = y.astype(np.float32)[:, None]
    return HiddenSet(prepared(x, *scale), labels, np.zeros_like(labels))


QUESTION = Question(
    id=ID,
    category=2,
    title="Breast cancer",
    task="binary",
    input_shape=(FEATURES,),
    output_shape=(1,),
    activations=("sigmoid",),
    metric="binary_accuracy",
    bands=(0.55, 0.65, 0.73, 0.78, 0.83),
    baseline="always the same answer, benign",
    difficulty=2,
    train_seconds=10,
    skills=(
        "binary-classification",
        "overfitting",
        "callbacks",
        "plot-history",
        "preprocess",
        "json-csv",
    ),
    source="Breast Cancer Wisconsin (Diagnostic) (Wolberg, Mangasarian, Street and Street, UCI), as it ships with "
    "scikit-learn; measurement errors, empty cells and wrong training labels added by this project from the exam's "
    "seed",
    licence="CC BY 4.0 (UCI Machine Learning Repository); the copy is part of scikit-learn, BSD-3-Clause",
    write_training=write_training,
    make_hidden=make_hidden,
    stock="the same 220 tumours, measured again",
    class_names=("benign", "malignant"),
    advice=(
        Advice(
            "Put a Normalization layer, adapted to the training x, in front of all other layers.",
            unless=("Normalization", "BatchNormalization"),
        ),
        Advice(
            "One training label in five is wrong, and a network memorises them: put Dropout(0.5) before the "
            "last layer.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Give the hidden layers 16 units: a small network cannot memorise the wrong labels.",
            only=("32 units",),
        ),
        Advice(
            'Stop before the wrong labels are memorised: EarlyStopping("val_loss", patience=8, '
            "restore_best_weights=True).",
        ),
    ),
)

"""Category 1: two kinds of mushrooms in two rings, one inside the other; no straight line can part them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import logistic_regression
from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import write_csv
from exam.bank.streams import generator

ID = "two_rings"
PARTS = {"training": 400, "validation": 200, "hidden": 2000}
# Radius of the inner and of the outer ring, and how far a mushroom stands from its ring: metres, standard deviation.
RADII = np.array([1.0, 2.0])
SPREAD = 0.28


def centre(seed: int) -> Array:
    """Return where the exam's rings have their centre: metres east and north of the post, (2,)."""
    stream = generator(seed, ID, "centre")
    distance, angle = stream.uniform(2.5, 3.5), stream.uniform(0, 2 * np.pi)
    place: Array = distance * np.array([np.cos(angle), np.sin(angle)])
    return place


def mushrooms(seed: int, part: str) -> tuple[Array, Array]:
    """Return the mushrooms of one of ``PARTS``: metres east and north, (n, 2) float32, and ring 0 or 1, (n,) int64."""
    stream = generator(seed, ID, part)
    count = PARTS[part]
    rings = stream.permutation(np.arange(count) % 2)
    angles = stream.uniform(0, 2 * np.pi, count)
    radii = RADII[rings] + stream.normal(0, SPREAD, count)
    places = centre(seed) + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return places.astype(np.float32), rings.astype(np.int64)


def write_training(folder: Path, seed: int) -> None:
    """Write ``training.csv`` and ``validation.csv`` with the place and the ring of each mushroom."""
    for part in ("training", "validation"):
        places, rings = mushrooms(seed, part)
        columns = {"east": places[:, 0], "north": places[:, 1], "ring": rings}
        write_csv(folder / f"{part}.csv", columns, ("{:.3f}", "{:.3f}"))


def make_hidden(seed: int) -> HiddenSet:
    """Return 2,000 other mushrooms of the same two rings, half of each."""
    x, rings = mushrooms(seed, "hidden")
    baseline = logistic_regression(*mushrooms(seed, "training"), x)
    return HiddenSet(x, rings.astype(np.float32).reshape(-1, 1), baseline)


QUESTION = Question(
    id=ID,
    category=1,
    title="Two rings of mushrooms",
    task="binary",
    input_shape=(2,),
    output_shape=(1,),
    activations=("sigmoid",),
    metric="binary_accuracy",
    bands=(0.6, 0.66, 0.84, 0.89, 0.93),
    baseline="logistic regression: the best straight line between the two kinds",
    difficulty=3,
    train_seconds=30,
    skills=(
        "tensorflow-2",
        "compile-and-train",
        "sequential-layers",
        "binary-classification",
        "input-shape",
        "output-shape",
        "callbacks",
        "json-csv",
    ),
    source="computed from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Use two hidden layers of 64 neurons with relu: only a closed curve separates the rings.",
            unless=("two hidden layers",),
        ),
        Advice(
            "Give each hidden layer 64 neurons.",
            unless=("64 units",),
            when="underfitting",
        ),
        Advice(
            "Train for up to 300 epochs with tf.keras.optimizers.Adam(0.005) and EarlyStopping(patience=20, "
            "restore_best_weights=True).",
            epochs=300,
        ),
    ),
)

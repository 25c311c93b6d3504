"""Category 2: name the garment in a grey picture of 28 x 28 pixels, as with Fashion-MNIST."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import logistic_regression
from exam.bank.category2.garments.wardrobe import GARMENTS, SIZE, pictures
from exam.bank.metrics import Array
from exam.bank.pictures import grey_ladder
from exam.bank.question import HiddenSet, Question
from exam.bank.streams import generator

ID = "garments"
CLASSES = tuple(GARMENTS)
SCALE = 1 / 255
# Pictures of each kind of garment.
PARTS = {"training": 600, "validation": 100, "hidden": 200}
BASELINE_PICTURES = 3000


def photographs(seed: int, part: str) -> tuple[Array, Array]:
    """Return the pictures of one of ``PARTS``, shuffled: uint8 (n, 28, 28), and their classes, int64 (n,)."""
    count = PARTS[part]
    x = np.concatenate([pictures(generator(seed, ID, f"{part}/{name}"), name, count) for name in CLASSES])
    order = generator(seed, ID, f"{part}/order").permutation(len(x))
    return x[order], np.repeat(np.arange(len(CLASSES)), count)[order]


def halved(x: Array) -> Array:
    """Return pictures (n, 28, 28) of half the size, 0..1, as rows: float64 (n, 196)."""
    half = SIZE // 2
    rows: Array = x.reshape(-1, half, 2, half, 2).mean(axis=(2, 4)).reshape(len(x), -1) * SCALE
    return rows


def write_training(folder: Path, seed: int) -> None:
    """Write ``train.npz`` and ``validation.npz``, each with the arrays ``x`` and ``y``."""
    for name, part in (("train", "training"), ("validation", "validation")):
        x, y = photographs(seed, part)
        np.savez_compressed(folder / f"{name}.npz", x=x, y=y)


def make_hidden(seed: int) -> HiddenSet:
    """Return 2,000 unseen pictures, 200 of each kind of garment."""
    x, y = photographs(seed, "hidden")
    train_x, train_y = (array[:BASELINE_PICTURES] for array in photographs(seed, "training"))
    return HiddenSet(x, y, logistic_regression(halved(train_x), train_y, halved(x), C=0.1))


QUESTION = Question(
    id=ID,
    category=2,
    title="Garments",
    task="multiclass",
    input_shape=(SIZE, SIZE),
    output_shape=(len(CLASSES),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.6, 0.75, 0.79, 0.86, 0.92),
    baseline="logistic regression on half-size pictures",
    difficulty=2,
    train_seconds=30,
    skills=(
        "multiclass-classification",
        "input-shape",
        "match-test-data",
        "why-convolutions",
        "convolution-pooling",
    ),
    source="drawn by this project from the exam's seed, with the classes of Fashion-MNIST",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=SCALE,
    class_names=CLASSES,
    advice=grey_ladder(SIZE, "the details that tell shirts from coats are never at the same pixels"),
)

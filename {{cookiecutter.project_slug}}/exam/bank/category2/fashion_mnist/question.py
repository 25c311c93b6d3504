"""Category 2, public data: Fashion-MNIST, 28 x 28 grey pictures of ten kinds of clothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import one_hot
from exam.bank.metrics import Array
from exam.bank.public import fetch, read_idx
from exam.bank.pictures import grey_ladder
from exam.bank.question import HiddenSet, Question
from exam.bank.streams import generator

ID = "fashion_mnist"
SIZE = 28
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
VALIDATION_SHARE = 1 / 6


def pictures(part: str) -> tuple[Array, Array]:
    """Return pictures, uint8 (n, 28, 28), and class indices, int64 (n,), of ``"train"`` or ``"t10k"``."""
    files = fetch(Path(__file__).parent)
    x, y = (read_idx(files[f"{part}-{kind}-ubyte.gz"]) for kind in ("images-idx3", "labels-idx1"))
    return x, y.astype(np.int64)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train.npz`` and ``validation.npz``: the official training pictures, split by the exam's seed."""
    x, y = pictures("train")
    order = generator(seed, ID, "split").permutation(len(x))
    validation, train = np.split(order, [round(len(x) * VALIDATION_SHARE)])
    for name, rows in (("train", train), ("validation", validation)):
        np.savez_compressed(folder / f"{name}.npz", x=x[rows], y=y[rows])


def nearest_mean(x: Array) -> Array:
    """Return the class whose mean training picture is nearest to each of ``x``, certain, float32 (n, 10)."""
    train_x, train_y = pictures("train")
    means = np.stack([train_x[train_y == label].mean(axis=0).ravel() for label in range(len(CLASSES))])
    rows = x.reshape(len(x), -1).astype(np.float64)
    distances = (means**2).sum(axis=1) - 2 * rows @ means.T  # the square of the picture is the same for all means
    return one_hot(distances.argmin(axis=1), len(CLASSES))


def make_hidden(seed: int) -> HiddenSet:
    """Return the official test pictures, the same for every seed."""
    x, y = pictures("t10k")
    return HiddenSet(x, y, nearest_mean(x))


QUESTION = Question(
    id=ID,
    category=2,
    title="Fashion-MNIST",
    task="multiclass",
    input_shape=(SIZE, SIZE),
    output_shape=(len(CLASSES),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.78, 0.83, 0.86, 0.88, 0.9),
    baseline="the class with the nearest mean picture",
    difficulty=2,
    train_seconds=180,
    skills=(
        "ready-made-datasets",
        "multiclass-classification",
        "input-shape",
        "match-test-data",
        "convolution-pooling",
        "batch-loading",
    ),
    source="Fashion-MNIST (Xiao, Rasul and Vollgraf, Zalando Research, 2017)",
    licence="MIT",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=CLASSES,
    advice=grey_ladder(SIZE, "shirt, coat and pullover differ in small details"),
)

"""Category 2: recognise handwritten digits of 8 x 8 pixels, scanned a little askew."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import logistic_regression
from exam.bank.metrics import Array
from exam.bank.pictures import grey_ladder
from exam.bank.question import HiddenSet, Question
from exam.bank.streams import generator

ID = "handwritten_digits"
SIZE = 8
CLASSES = tuple("0123456789")
SCALE = 1 / 255
# Originals, and scans of each. No original is in two parts.
PARTS = {"training": (897, 6), "validation": (200, 2), "hidden": (700, 3)}
# What a scan does: farthest shift in pixels, faintest ink, greyest paper, deviation of the noise (black is 1).
FARTHEST, FAINTEST, GREYEST, NOISE = 1.0, 0.7, 0.2, 0.05


def originals(seed: int, part: str) -> tuple[Array, Array]:
    """Return the clean digits of one of ``PARTS``: ink 0..1, (n, 8, 8), and the digits they show, (n,) int64.

    The exam's seed deals the 1,797 digits of scikit-learn out, so that no two parts share one.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = generator(seed, ID, "split").permutation(len(digits.target))
    ends = np.cumsum([count for count, _ in PARTS.values()])
    chosen = dict(zip(PARTS, np.split(order, ends), strict=False))[part]
    return digits.images[chosen] / 16, digits.target[chosen].astype(np.int64)


def moves(shifts: Array) -> Array:
    """Return a matrix for each of ``shifts`` (n,) that moves a column of pixels that far: (n, 8, 8).

    A pixel moved by a part of a pixel is shared out between two neighbours, as in bilinear interpolation.
    """
    pixels = np.arange(SIZE)
    shares: Array = np.clip(1 - np.abs(pixels[:, None] - pixels - shifts[:, None, None]), 0, 1)
    return shares


def scan(stream: np.random.Generator, ink: Array) -> Array:
    """Return one scan of each digit, uint8, (n, 8, 8): shifted, more or less faint, on greyish paper, noisy."""
    count = len(ink)
    down, right = moves(stream.uniform(-FARTHEST, FARTHEST, count)), moves(stream.uniform(-FARTHEST, FARTHEST, count))
    moved = down @ ink @ right.transpose(0, 2, 1)
    strength = stream.uniform(FAINTEST, 1, (count, 1, 1))
    paper = stream.uniform(0, GREYEST, (count, 1, 1))
    brightness = paper + (1 - paper) * strength * moved + stream.normal(0, NOISE, moved.shape)
    grey: Array = np.clip(np.rint(brightness * 255), 0, 255).astype(np.uint8)
    return grey


def scans(seed: int, part: str) -> tuple[Array, Array]:
    """Return all scans of one of ``PARTS``, shuffled: uint8 (n, 8, 8), and their digits, int64 (n,)."""
    ink, digits = originals(seed, part)
    stream = generator(seed, ID, part)
    times = PARTS[part][1]
    x = np.concatenate([scan(stream, ink) for _ in range(times)])
    order = stream.permutation(len(x))
    return x[order], np.tile(digits, times)[order]


def write_training(folder: Path, seed: int) -> None:
    """Write ``train.npz`` and ``validation.npz``, each with the arrays ``x`` and ``y``."""
    for name, part in (("train", "training"), ("validation", "validation")):
        x, y = scans(seed, part)
        np.savez_compressed(folder / f"{name}.npz", x=x, y=y)


def make_hidden(seed: int) -> HiddenSet:
    """Return scans of 700 digits of which neither training nor validation holds a scan."""
    x, y = scans(seed, "hidden")
    train_x, train_y = scans(seed, "training")
    return HiddenSet(x, y, logistic_regression(train_x * SCALE, train_y, x * SCALE))


QUESTION = Question(
    id=ID,
    category=2,
    title="Handwritten digits",
    task="multiclass",
    input_shape=(SIZE, SIZE),
    output_shape=(len(CLASSES),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.7, 0.78, 0.84, 0.89, 0.94),
    baseline="logistic regression on the raw pixels",
    difficulty=2,
    train_seconds=20,
    skills=(
        "multiclass-classification",
        "input-shape",
        "match-test-data",
        "preprocess",
        "overfitting",
        "why-convolutions",
    ),
    source="Optical Recognition of Handwritten Digits (Alpaydin and Kaynak, UCI), as it ships with scikit-learn; "
    "scans simulated by this project from the exam's seed",
    licence="CC BY 4.0 (UCI Machine Learning Repository); the copy is part of scikit-learn, BSD-3-Clause",
    write_training=write_training,
    make_hidden=make_hidden,
    stock="the same 700 digits, scanned again",
    input_scale=SCALE,
    class_names=CLASSES,
    advice=grey_ladder(SIZE, "the digits are shifted, and dense layers must learn each shift"),
)

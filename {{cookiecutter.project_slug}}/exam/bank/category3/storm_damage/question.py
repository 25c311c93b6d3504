"""Category 3: does an aerial picture show storm damage?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import logistic_regression
from exam.bank.category3.storm_damage.canvas import SIZE
from exam.bank.category3.storm_damage.storm import tile
from exam.bank.metrics import Array
from exam.bank.pictures import decoded, draw_files, write_folders
from exam.bank.question import Advice, HiddenSet, Question

ID = "storm_damage"
CLASSES = ("intact", "damaged")
PER_CLASS = {"train": 320, "validation": 60, "hidden": 260}


def files(seed: int, part: str) -> list[tuple[str, bytes]]:
    """Return (class, JPEG file) for all tiles of one part, sorted by class."""
    return draw_files(ID, seed, part, dict.fromkeys(CLASSES, PER_CLASS[part]), tile)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/``, each with a folder of JPEG files for each class."""
    for part in ("train", "validation"):
        write_folders(folder / part, files(seed, part))


def thumbnails(tiles: Array) -> Array:
    """Return thumbnails of 16 x 16 pixels in colour, each the mean of 8 x 8 pixels: float32 (n, 768), 0 to 1."""
    blocks = tiles.reshape(len(tiles), 16, SIZE // 16, 16, SIZE // 16, 3)
    small: Array = (blocks.mean(axis=(2, 4), dtype=np.float32) / 255).reshape(len(tiles), -1)
    return small


def make_hidden(seed: int) -> HiddenSet:
    """Return 520 tiles of the same process, from streams of their own.

    The baseline learns from the validation tiles: what it can know, the mean colour of places, needs no more.
    """
    x, y = decoded(files(seed, "hidden"), CLASSES, SIZE)
    images, labels = decoded(files(seed, "validation"), CLASSES, SIZE)
    baseline = logistic_regression(thumbnails(images), labels, thumbnails(x))
    return HiddenSet(x, y[:, None].astype(np.float32), baseline)


QUESTION = Question(
    id=ID,
    category=3,
    title="Storm damage from above",
    task="binary",
    input_shape=(SIZE, SIZE, 3),
    output_shape=(1,),
    activations=("sigmoid",),
    metric="binary_accuracy",
    bands=(0.6, 0.68, 0.76, 0.84, 0.9),
    baseline="logistic regression on colour thumbnails",
    difficulty=2,
    train_seconds=60,
    skills=(
        "image-data-generator",
        "folder-labels",
        "binary-classification",
        "batch-loading",
        "convolution-pooling",
        "augmentation",
        "overfitting",
        "input-shape",
    ),
    source="drawn from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=CLASSES,
    advice=(
        Advice(
            "Use blocks of Conv2D and MaxPooling2D: damage is small and can be anywhere.",
            unless=("convolution",),
        ),
        Advice(
            "Use three Conv2D layers, with more filters in each.",
            unless=("three convolutions",),
            only=("convolution",),
        ),
        Advice(
            "Put GlobalMaxPooling2D in place of Flatten: it checks whether there is any damage, wherever it is.",
            unless=("GlobalMaxPooling2D",),
            only=("Flatten",),
        ),
        Advice(
            "Call load_data(horizontal_flip=True, vertical_flip=True), which turns a few pictures into many, "
            "and train for twice as many epochs: an aerial picture has no up or down.",
        ),
    ),
)

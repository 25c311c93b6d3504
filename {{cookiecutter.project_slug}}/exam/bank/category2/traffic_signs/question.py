"""Category 2: which traffic sign does the photograph show?"""

from __future__ import annotations

from pathlib import Path

from exam.bank.baselines import logistic_regression
from exam.bank.category2.traffic_signs.signs import SIGNS
from exam.bank.category2.traffic_signs.street import photograph
from exam.bank.metrics import Array
from exam.bank.pictures import decoded, draw_files, write_folders
from exam.bank.question import Advice, HiddenSet, Question

ID = "traffic_signs"
SIZE = 30
PER_CLASS = {"train": 130, "validation": 30, "hidden": 60}


def files(seed: int, part: str) -> list[tuple[str, bytes]]:
    """Return (sign, JPEG file) for all photographs of one part, sorted by sign."""
    return draw_files(ID, seed, part, dict.fromkeys(SIGNS, PER_CLASS[part]), photograph)


def thumbnails(pictures: Array) -> Array:
    """Return every third pixel of uint8 pictures (n, 30, 30, 3) in 0..1, (n, 10, 10, 3): colours are kept."""
    small: Array = pictures[:, 1::3, 1::3] / 255
    return small


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/``, each with a folder of JPEG files for each sign."""
    for part in ("train", "validation"):
        write_folders(folder / part, files(seed, part))


def make_hidden(seed: int) -> HiddenSet:
    """Return 840 photographs of the same process, from streams of their own.

    The baseline learns from the validation photographs, to be quick. From the training photographs it learns to name
    every second sign, which is still short of the second band.
    """
    x, y = decoded(files(seed, "hidden"), SIGNS, SIZE)
    images, labels = decoded(files(seed, "validation"), SIGNS, SIZE)
    return HiddenSet(x, y, logistic_regression(thumbnails(images), labels, thumbnails(x)))


QUESTION = Question(
    id=ID,
    category=2,
    title="Traffic signs",
    task="multiclass",
    input_shape=(SIZE, SIZE, 3),
    output_shape=(len(SIGNS),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.4, 0.56, 0.64, 0.77, 0.87),
    baseline="logistic regression on colour thumbnails",
    difficulty=2,
    train_seconds=30,
    skills=(
        "folder-labels",
        "image-sizes",
        "multiclass-classification",
        "convolution-pooling",
        "batch-loading",
        "real-world-images",
        "overfitting",
    ),
    source="drawn from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=SIGNS,
    advice=(
        Advice(
            "Use blocks of Conv2D and MaxPooling2D before Flatten: a sign is never at the same place.",
            unless=("convolution",),
        ),
        Advice(
            "Stack three blocks of Conv2D and MaxPooling2D, with more filters in each.",
            unless=("three convolutions",),
            only=("convolution",),
        ),
        Advice(
            "Put BatchNormalization after each convolution: it evens out day and night.",
            unless=("BatchNormalization",),
            only=("convolution",),
        ),
        Advice(
            "Put Dropout(0.3) before and after the Dense layer.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Train for 25 epochs with a learning rate that falls: "
            "callbacks=[tf.keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=3)]. Do not mirror the "
            "pictures: bend_left would become bend_right.",
            epochs=25,
        ),
    ),
)

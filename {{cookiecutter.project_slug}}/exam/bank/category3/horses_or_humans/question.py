"""Category 3, public data: does the picture show a horse or a human?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from exam.bank.baselines import grey_thumbnails, logistic_regression
from exam.bank.metrics import Array
from exam.bank.pictures import decoded
from exam.bank.public import fetch, unpack_classes
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.streams import generator
from exam.workspace import patiently

ID = "horses_or_humans"
SIZE = 150
CLASSES = ("horses", "humans")
VALIDATION_SHARE = 0.15


def unpack(archive: str, folder: Path) -> list[Path]:
    """Unpack one of the two archives into ``folder/<class>/`` and return its pictures in the order of their names."""
    unpack_classes(fetch(Path(__file__).parent)[archive], folder, CLASSES)
    return sorted(folder.glob("*/*.png"))


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/`` with a folder for each class: the official training pictures.

    The exam's seed decides which of them are for validation.
    """
    stream = generator(seed, ID, "split")
    for path in unpack("horse-or-human.zip", folder / "train"):
        if stream.random() < VALIDATION_SHARE:
            target = folder / "validation" / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            patiently(path.rename, target)


def pictures(archive: str) -> tuple[Array, Array]:
    """Return the pictures of an archive, uint8 (n, 150, 150, 3), and their class indices, int64 (n,)."""
    with tempfile.TemporaryDirectory() as folder:
        paths = unpack(archive, Path(folder) / "pictures")
        return decoded([(path.parent.name, path.read_bytes()) for path in paths], CLASSES, SIZE)


def make_hidden(seed: int) -> HiddenSet:
    """Return the official validation pictures, the same for every seed: other horses and humans, other places."""
    x, y = pictures("validation-horse-or-human.zip")
    train_x, train_y = pictures("horse-or-human.zip")
    baseline = logistic_regression(grey_thumbnails(train_x), train_y, grey_thumbnails(x))
    return HiddenSet(x, y[:, None].astype(np.float32), baseline)


QUESTION = Question(
    id=ID,
    category=3,
    title="Horses or humans",
    task="binary",
    input_shape=(SIZE, SIZE, 3),
    output_shape=(1,),
    activations=("sigmoid",),
    metric="binary_accuracy",
    bands=(0.62, 0.69, 0.76, 0.83, 0.89),
    baseline="logistic regression on grey thumbnails",
    difficulty=2,
    train_seconds=180,
    skills=(
        "ready-made-datasets",
        "binary-classification",
        "convolution-pooling",
        "folder-labels",
        "image-sizes",
        "augmentation",
        "overfitting",
    ),
    source="Horses or Humans (Laurence Moroney, 2019), computer-generated pictures",
    licence="not stated where it is downloaded; for practice only",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=CLASSES,
    advice=(
        Advice(
            "Use three blocks of Conv2D and MaxPooling2D before Flatten.",
            unless=("three convolutions",),
        ),
        Advice(
            'Put RandomFlip("horizontal"), RandomRotation(0.1) and RandomZoom(0.2) at the start of the model: '
            "the hidden pictures show other horses and people.",
            unless=("augmentation",),
        ),
        Advice(
            "Put Dropout(0.5) after Flatten.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Stop when the validation loss no longer falls, and keep the best weights: give model.fit "
            "callbacks=[tf.keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)].",
        ),
    ),
)

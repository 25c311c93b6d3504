"""Category 3: which tool lies on the workbench, among all the clutter?"""

from __future__ import annotations

from pathlib import Path

from exam.bank.baselines import grey_thumbnails, logistic_regression
from exam.bank.category3.shapes_in_clutter.things import CLASSES, photograph
from exam.bank.pictures import decoded, draw_files, write_folders
from exam.bank.question import Advice, HiddenSet, Question

ID = "shapes_in_clutter"
SIZE = 96
PER_CLASS = {"train": 100, "validation": 30, "hidden": 100}


def files(seed: int, part: str) -> list[tuple[str, bytes]]:
    """Return (tool, JPEG file) for all photographs of one part, sorted by tool."""
    return draw_files(ID, seed, part, dict.fromkeys(CLASSES, PER_CLASS[part]), photograph)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/``, each with a folder of JPEG files for each tool."""
    for part in ("train", "validation"):
        write_folders(folder / part, files(seed, part))


def make_hidden(seed: int) -> HiddenSet:
    """Return 500 photographs of the same process, from streams of their own.

    The baseline learns from the validation photographs: it can do no better with more, since it sees grey pixels at
    fixed places and tools lie in any direction.
    """
    x, y = decoded(files(seed, "hidden"), CLASSES, SIZE)
    images, labels = decoded(files(seed, "validation"), CLASSES, SIZE)
    baseline = logistic_regression(grey_thumbnails(images), labels, grey_thumbnails(x))
    return HiddenSet(x, y, baseline)


QUESTION = Question(
    id=ID,
    category=3,
    title="Tools among clutter",
    task="multiclass",
    input_shape=(SIZE, SIZE, 3),
    output_shape=(len(CLASSES),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.35, 0.45, 0.56, 0.75, 0.81),
    baseline="logistic regression on grey thumbnails",
    difficulty=2,
    train_seconds=60,
    skills=(
        "augmentation",
        "overfitting",
        "convolution-pooling",
        "why-convolutions",
        "folder-labels",
        "image-sizes",
        "multiclass-classification",
        "batch-loading",
    ),
    source="drawn from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=CLASSES,
    advice=(
        Advice(
            "Use blocks of Conv2D and MaxPooling2D: a tool may lie anywhere.",
            unless=("convolution",),
        ),
        Advice(
            'Put RandomFlip("horizontal_and_vertical") and RandomRotation(0.5) at the start of the model: they '
            "turn a few pictures into many, because a tool may lie in any direction.",
            unless=("augmentation",),
        ),
        Advice(
            "Use three blocks of Conv2D and MaxPooling2D, with more filters in each.",
            unless=("three convolutions",),
            only=("convolution",),
        ),
        Advice(
            "Put BatchNormalization after each Conv2D.",
            unless=("BatchNormalization",),
            only=("convolution",),
        ),
        Advice(
            "Put GlobalAveragePooling2D in place of Flatten: 500 pictures cannot train a large Dense layer.",
            unless=("GlobalAveragePooling2D",),
            only=("Flatten",),
        ),
        Advice(
            "Train for more epochs with a learning rate that falls from 0.004 to 0: "
            "tf.keras.optimizers.schedules.CosineDecay.",
        ),
    ),
)

"""Category 3: which of three gestures does the hand in the photograph show?"""

from __future__ import annotations

from pathlib import Path

from exam.bank.baselines import grey_thumbnails, logistic_regression
from exam.bank.category3.rock_paper_scissors.hands import GESTURES, photograph
from exam.bank.pictures import decoded, draw_files, write_folders
from exam.bank.question import Advice, HiddenSet, Question

ID = "rock_paper_scissors"
SIZE = 150
PER_CLASS = {"train": 200, "validation": 40, "hidden": 150}


def files(seed: int, part: str) -> list[tuple[str, bytes]]:
    """Return (gesture, JPEG file) for all photographs of one part, sorted by gesture."""
    return draw_files(ID, seed, part, dict.fromkeys(GESTURES, PER_CLASS[part]), photograph)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/``, each with a folder of JPEG files for each gesture."""
    for part in ("train", "validation"):
        write_folders(folder / part, files(seed, part))


def make_hidden(seed: int) -> HiddenSet:
    """Return 450 photographs of the same process, from streams of their own.

    The baseline learns from the validation photographs: it can do no better with more, since it sees grey pixels at
    fixed places and hands are anywhere.
    """
    x, y = decoded(files(seed, "hidden"), GESTURES, SIZE)
    images, labels = decoded(files(seed, "validation"), GESTURES, SIZE)
    baseline = logistic_regression(grey_thumbnails(images), labels, grey_thumbnails(x))
    return HiddenSet(x, y, baseline)


QUESTION = Question(
    id=ID,
    category=3,
    title="Rock, paper, scissors",
    task="multiclass",
    input_shape=(SIZE, SIZE, 3),
    output_shape=(len(GESTURES),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.48, 0.56, 0.68, 0.8, 0.9),
    baseline="logistic regression on grey thumbnails",
    difficulty=2,
    train_seconds=90,
    skills=(
        "convolution-pooling",
        "image-sizes",
        "folder-labels",
        "augmentation",
        "multiclass-classification",
        "batch-loading",
        "callbacks",
    ),
    source="drawn from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=GESTURES,
    advice=(
        Advice(
            "Use blocks of Conv2D and MaxPooling2D before Flatten: they find fingers wherever they are.",
            unless=("convolution",),
        ),
        Advice(
            "Use three blocks of Conv2D and MaxPooling2D, with more filters in each.",
            unless=("three convolutions",),
            only=("convolution",),
        ),
        Advice(
            'Put RandomFlip("horizontal_and_vertical") and RandomRotation(0.5) at the start of the model: they '
            "turn a few pictures into many, because a hand may point in any direction.",
            unless=("augmentation",),
        ),
        Advice(
            "Put Dropout(0.4) after Flatten.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Train for 40 epochs: turned pictures need more of them. Keep the best weights with "
            'EarlyStopping("val_loss", patience=10, restore_best_weights=True).',
            epochs=40,
        ),
    ),
)

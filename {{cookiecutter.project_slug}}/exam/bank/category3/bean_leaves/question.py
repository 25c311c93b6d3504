"""Category 3: is a bean leaf healthy, or which of two diseases does it have? Few pictures, and a trained network."""

from __future__ import annotations

import shutil
from pathlib import Path

from exam.bank.baselines import grey_thumbnails, logistic_regression
from exam.bank.category3.bean_leaves.leaves import photograph
from exam.bank.pictures import decoded, draw_files, write_folders
from exam.bank.question import Advice, HiddenSet, Question

ID = "bean_leaves"
SIZE = 128
CLASSES = ("angular_leaf_spot", "bean_rust", "healthy")
PER_CLASS = {"train": 50, "validation": 25, "hidden": 150}
BACKBONE = Path(__file__).with_name("backbone.h5")


def files(seed: int, part: str) -> list[tuple[str, bytes]]:
    """Return (state, JPEG file) for all photographs of one part, sorted by state."""
    return draw_files(ID, seed, part, dict.fromkeys(CLASSES, PER_CLASS[part]), photograph)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/`` with a folder of JPEG files for each state, and ``backbone.h5``."""
    for part in ("train", "validation"):
        write_folders(folder / part, files(seed, part))
    shutil.copyfile(BACKBONE, folder / BACKBONE.name)


def make_hidden(seed: int) -> HiddenSet:
    """Return 450 photographs of the same process, from streams of their own."""
    x, y = decoded(files(seed, "hidden"), CLASSES, SIZE)
    images, labels = decoded(files(seed, "train"), CLASSES, SIZE)
    return HiddenSet(x, y, logistic_regression(grey_thumbnails(images), labels, grey_thumbnails(x)))


QUESTION = Question(
    id=ID,
    category=3,
    title="Bean leaves",
    task="multiclass",
    input_shape=(SIZE, SIZE, 3),
    output_shape=(len(CLASSES),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.4, 0.46, 0.6, 0.76, 0.9),
    baseline="logistic regression on grey thumbnails",
    difficulty=2,
    train_seconds=60,
    skills=(
        "transfer-learning",
        "feature-extraction",
        "real-world-images",
        "image-sizes",
        "folder-labels",
        "preprocess",
        "match-test-data",
        "multiclass-classification",
        "overfitting",
        "batch-loading",
        "callbacks",
    ),
    source="drawn from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=CLASSES,
    advice=(
        Advice(
            "Put the backbone of load_backbone() first, freeze it (trainable = False), then add "
            "GlobalAveragePooling2D and the last Dense layer: so few pictures cannot train a whole network.",
            unless=("backbone",),
        ),
        Advice(
            "Put GlobalAveragePooling2D after the backbone instead of Flatten.",
            unless=("GlobalAveragePooling2D",),
            only=("backbone",),
        ),
        Advice(
            "Put Dropout(0.3) before the last layer.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Train the head for up to 60 epochs with tf.keras.optimizers.Adam(0.01) and "
            'EarlyStopping("val_loss", patience=10, restore_best_weights=True).',
            epochs=60,
        ),
    ),
)

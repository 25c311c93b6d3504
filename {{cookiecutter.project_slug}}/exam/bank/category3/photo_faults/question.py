"""Category 3: what went wrong in this photograph?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from exam.bank.baselines import logistic_regression
from exam.bank.category3.photo_faults.faults import FAULTS, SIZE, cells, snapshot
from exam.bank.pictures import decoded, draw_files, write_folders
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.streams import generator

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

ID = "photo_faults"
PER_CLASS = {"train": 180, "validation": 30, "hidden": 110}
# How many parts of ten of each photograph's cells go where.
SHARES = {"train": (0, 6), "validation": (6, 7), "hidden": (7, 10)}


def places(seed: int, part: str) -> list[Picture]:
    """Return the cells of the photographs that one part is cut from; no two parts share a pixel."""
    stream, first_to_last, chosen = generator(seed, ID, "split"), SHARES[part], []
    for photograph in cells():
        first, last = (share * len(photograph) // 10 for share in first_to_last)
        chosen += [photograph[number] for number in stream.permutation(len(photograph))[first:last]]
    return chosen


def files(seed: int, part: str) -> list[tuple[str, bytes]]:
    """Return (fault, JPEG file) for all pictures of one part, sorted by fault."""
    draw = partial(snapshot, places(seed, part))
    return draw_files(ID, seed, part, dict.fromkeys(FAULTS, PER_CLASS[part]), draw)


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/``, each with a folder of JPEG files for each fault."""
    for part in ("train", "validation"):
        write_folders(folder / part, files(seed, part))


def make_hidden(seed: int) -> HiddenSet:
    """Return 550 pictures of places that neither training nor validation shows."""
    x, y = decoded(files(seed, "hidden"), FAULTS, SIZE)
    images, labels = decoded(files(seed, "train"), FAULTS, SIZE)
    return HiddenSet(x, y, logistic_regression(images[:, ::3, ::3] / 255, labels, x[:, ::3, ::3] / 255, C=0.1))


QUESTION = Question(
    id=ID,
    category=3,
    title="Faults in photographs",
    task="multiclass",
    input_shape=(SIZE, SIZE, 3),
    output_shape=(len(FAULTS),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.35, 0.5, 0.7, 0.76, 0.82),
    baseline="logistic regression on colour thumbnails",
    difficulty=3,
    train_seconds=30,
    skills=(
        "real-world-images",
        "folder-labels",
        "multiclass-classification",
        "why-convolutions",
        "convolution-pooling",
        "batch-loading",
    ),
    source="china.jpg by danielbuechele and flower.jpg by vultilion, the two sample images of scikit-learn; cut "
    "and spoiled by this project from the exam's seed",
    licence="CC BY 2.0, as scikit-learn states in sklearn/datasets/images/README.txt",
    write_training=write_training,
    make_hidden=make_hidden,
    stock="the same places in two photographs, with new rotations, tints and faults",
    input_scale=1 / 255,
    class_names=FAULTS,
    advice=(
        Advice(
            "Start with Conv2D layers on the full 48 x 48 pixels: faults show between neighbouring pixels.",
            unless=("convolution",),
        ),
        Advice(
            "Use three Conv2D layers or more, and pool only by 2.",
            unless=("three convolutions",),
            only=("convolution",),
        ),
        Advice(
            "Put GlobalAveragePooling2D in place of Flatten: a fault may be anywhere, and it counts how often "
            "something occurs.",
            unless=("GlobalAveragePooling2D",),
            only=("Flatten",),
        ),
        Advice(
            "Put BatchNormalization(momentum=0.9) after each Conv2D: it makes such a small network learn much "
            "faster.",
            unless=("BatchNormalization",),
            only=("convolution",),
        ),
        Advice(
            "Train for 16 epochs with a learning rate that falls from 0.004 to 0: "
            "tf.keras.optimizers.schedules.CosineDecay.",
            epochs=16,
        ),
    ),
)

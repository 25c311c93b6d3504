"""Category 3: which of three gestures does the hand in the photograph show?"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category3.rock_paper_scissors.hands import GESTURES, photograph
from exam.bank.question import Array, HiddenSet, Question
from exam.bank.streams import generator

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

ID = "rock_paper_scissors"
SIZE = 150
PER_CLASS = {"train": 200, "validation": 40, "hidden": 150}
JPEG_QUALITY = 90
THUMBNAIL = 16


def jpeg(seed: int, part: str, gesture: str, number: int) -> bytes:
    """Return one photograph as a JPEG file; every picture has a random stream of its own."""
    file = io.BytesIO()
    photograph(generator(seed, ID, f"{part}/{gesture}/{number}"), gesture).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def jpegs(seed: int, part: str) -> list[tuple[str, bytes]]:
    """Return (gesture, JPEG file) for all photographs of one part, sorted by gesture."""
    return [(gesture, jpeg(seed, part, gesture, number)) for gesture in GESTURES for number in range(PER_CLASS[part])]


def write_training(folder: Path, seed: int) -> None:
    """Write ``train/`` and ``validation/``, each with a folder of JPEG files for each gesture."""
    for part in ("train", "validation"):
        for number, (gesture, file) in enumerate(jpegs(seed, part)):
            path = folder / part / gesture / f"{gesture}-{number % PER_CLASS[part]:03}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file)


def resized(picture: Picture, size: int) -> Array:
    """Return a picture as uint8 (size, size, 3), resized bilinearly without regard to its shape.

    ``image_dataset_from_directory`` does the same in the starter. Pillow's ``transform`` takes four neighbours, as
    TensorFlow does, where Pillow's ``resize`` would smooth.
    """
    from PIL import Image

    matrix = (picture.width / size, 0, 0, 0, picture.height / size, 0)
    scaled = picture.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return np.asarray(scaled, dtype=np.uint8)


def decoded(files: list[tuple[str, bytes]], size: int) -> tuple[Array, Array]:
    """Return pictures, uint8 (n, size, size, 3), and class indices, int64 (n,)."""
    from PIL import Image

    pictures = np.stack([resized(Image.open(io.BytesIO(file)).convert("RGB"), size) for _, file in files])
    return pictures, np.array([GESTURES.index(gesture) for gesture, _ in files], dtype=np.int64)


def thumbnails(pictures: Array) -> Array:
    """Return grey thumbnails as rows, float32 (n, 256), of pictures (n, height, width, 3)."""
    rows = np.linspace(0, pictures.shape[1] - 1, THUMBNAIL).astype(int)
    columns = np.linspace(0, pictures.shape[2] - 1, THUMBNAIL).astype(int)
    small = pictures[:, rows][:, :, columns].mean(axis=3) / 255
    flat: Array = small.reshape(len(small), -1).astype(np.float32)
    return flat


def make_hidden(seed: int) -> HiddenSet:
    """Return 450 photographs of the same process, from streams of their own.

    The baseline learns from the validation photographs: it can do no better with more, since it sees grey pixels at
    fixed places and hands are anywhere.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    x, y = decoded(jpegs(seed, "hidden"), SIZE)
    seen, labels = decoded(jpegs(seed, "validation"), SIZE)
    with threadpool_limits(1):  # so small a problem is slower on several threads
        model = LogisticRegression(max_iter=1000).fit(thumbnails(seen), labels)
        baseline = model.predict_proba(thumbnails(x)).astype(np.float32)
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
    train_seconds=90,
    skills=(
        "Conv2D and pooling",
        "images of differing size and shape",
        "labels inferred from folder names",
        "augmentation against overfitting",
        "multi-class classification",
        "batch loading",
    ),
    source="drawn from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    input_scale=1 / 255,
    class_names=GESTURES,
    advice="Several blocks of Conv2D and MaxPooling2D find fingers wherever they are; RandomFlip and RandomRotation "
    "layers at the start of the model make more pictures of few, because a hand may point in any direction.",
)

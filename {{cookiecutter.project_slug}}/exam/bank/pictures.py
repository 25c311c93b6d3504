"""Pictures as files in class folders, and as the arrays that a model sees."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice
from exam.bank.streams import generator

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

JPEG_QUALITY = 90

Draw = Callable[[np.random.Generator, str], "Picture"]
"""``(random stream, class name) -> picture``."""


def draw_files(
    question_id: str, seed: int, part: str, counts: Mapping[str, int], draw: Draw, kind: str = "JPEG"
) -> list[tuple[str, bytes]]:
    """Return (class, picture file) for every picture of one part, class by class.

    Args:
        question_id: the question, for the random streams.
        seed: the exam's seed.
        part: ``"train"``, ``"validation"`` or ``"hidden"``.
        counts: class name -> number of pictures.
        draw: draws one picture; each has a random stream of its own, so that one can be drawn again alone.
        kind: Pillow's name of the file format.
    """
    files = []
    for name, count in counts.items():
        for number in range(count):
            file = io.BytesIO()
            draw(generator(seed, question_id, f"{part}/{name}/{number}"), name).save(file, kind, quality=JPEG_QUALITY)
            files.append((name, file.getvalue()))
    return files


def write_folders(folder: Path, files: Iterable[tuple[str, bytes]], suffix: str = "jpg") -> None:
    """Write picture files into a folder for each class, numbered from 000: ``<class>/<class>-000.jpg``."""
    counts: dict[str, int] = {}
    for name, file in files:
        number = counts[name] = counts.get(name, -1) + 1
        path = folder / name / f"{name}-{number:03}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file)


def resized(picture: Picture, size: int) -> Array:
    """Return a picture as uint8 (size, size, 3), resized bilinearly without regard to its shape.

    ``image_dataset_from_directory`` does the same in the starters. Pillow's ``transform`` takes four neighbours, as
    TensorFlow does, where Pillow's ``resize`` would smooth.
    """
    from PIL import Image

    matrix = (picture.width / size, 0, 0, 0, picture.height / size, 0)
    scaled = picture.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return np.asarray(scaled, dtype=np.uint8)


def decoded(files: Sequence[tuple[str, bytes]], classes: Sequence[str], size: int) -> tuple[Array, Array]:
    """Return pictures, uint8 (n, size, size, 3), and class indices, int64 (n,), in the order of ``files``."""
    from PIL import Image

    pictures = np.stack([resized(Image.open(io.BytesIO(file)).convert("RGB"), size) for _, file in files])
    return pictures, np.array([classes.index(name) for name, _ in files], dtype=np.int64)


def grey_ladder(size: int, why: str) -> tuple[Advice, ...]:
    """Return the advice for grey pictures of ``size`` x ``size`` pixels; ``why`` they need convolutions."""
    return (
        Advice(
            f"Add a channel axis inside the model with Reshape(({size}, {size}, 1)), then two blocks of Conv2D and "
            f"MaxPooling2D before Flatten: {why}.",
            unless=("convolution",),
        ),
        Advice(
            "Add a second block of Conv2D and MaxPooling2D, with twice as many filters.",
            unless=("two convolutions",),
            only=("convolution",),
        ),
        Advice("Put Dropout(0.4) after Flatten.", unless=("regularisation",), when="overfitting"),
        Advice(
            "Give the first Conv2D 32 filters, the second 64.",
            unless=("64 units",),
            only=("convolution",),
            when="underfitting",
        ),
        Advice(
            'Train for 20 epochs, and keep the best weights with EarlyStopping("val_accuracy", patience=5, '
            "restore_best_weights=True).",
            epochs=20,
        ),
    )

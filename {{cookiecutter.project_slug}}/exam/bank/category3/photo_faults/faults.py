"""Cuts pieces out of real photographs and spoils them as cameras do."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.metrics import Array

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIZE = 48
CELL = 62
FAULTS = ("blocky", "grainy", "shaken", "sharp", "unfocused")

# Where the two photographs show something in focus and full of detail: the top of each row, and the left ends of its
# cells of CELL x CELL pixels. Sky, water, deep shade and the blurred leaves behind the flower look the same with and
# without a fault.
ROWS: dict[str, dict[int, tuple[int, ...]]] = {
    "china.jpg": {
        55: (134, 196),
        117: (134, 196, 258),
        179: (134, 196, 258, 568),
        241: (72, 134, 196, 258, 568),
        303: (10, 72, 134, 196, 258, 320, 382, 444, 506),
        365: (10, 72, 134, 196, 258, 320, 382, 444, 506),
    },
    "flower.jpg": dict.fromkeys((104, 166, 228, 290), (188, 250, 312, 374)),
}


def cells() -> list[list[Picture]]:
    """Return the cells of each photograph, RGB, ``CELL`` pixels wide and high."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    crops = []
    for name, rows in ROWS.items():
        photograph = Image.fromarray(load_sample_image(name))
        corners = [(left, top) for top, lefts in rows.items() for left in lefts]
        crops.append([photograph.crop((left, top, left + CELL, top + CELL)) for left, top in corners])
    return crops


def scene(stream: np.random.Generator, cell: Picture) -> Array:
    """Return a cell as another camera sees it on another day, float32 (n, n, 3), 0 to 255, n from 62 to 68.

    It is turned by quarters, mirrored, a little larger, brighter or darker, more or less rich in contrast, and tinted.
    """
    from PIL import Image

    side = int(stream.integers(CELL, 69))
    turned = np.rot90(np.asarray(cell.resize((side, side), Image.Resampling.BICUBIC)), int(stream.integers(4)))
    pixels = np.asarray(turned[:: int(stream.choice((-1, 1)))], np.float32)
    middle, contrast = np.float32(pixels.mean()), np.float32(stream.uniform(0.8, 1.2))
    tint = (stream.uniform(0.85, 1.2) * stream.uniform(0.92, 1.08, 3)).astype(np.float32)
    light: Array = np.clip(((pixels - middle) * contrast + middle) * tint, 0, 255)
    return light


def _noisy(stream: np.random.Generator, light: Array, least: float, most: float) -> Array:
    """Return a picture with the noise of a sensor, its deviation between two levels of 255."""
    noise = stream.standard_normal(light.shape, dtype=np.float32)
    noisy: Array = light + noise * np.float32(stream.uniform(least, most))
    return noisy


def _grainy(stream: np.random.Generator, light: Array) -> Array:
    """Return what a camera makes of too little light: grain."""
    return _noisy(stream, light, 20, 34)


def _unfocused(stream: np.random.Generator, light: Array) -> Array:
    """Return a picture that is out of focus: every point has become a round spot."""
    from PIL import ImageFilter

    blurred = _picture(light).filter(ImageFilter.GaussianBlur(stream.uniform(1.6, 2.6)))
    return np.asarray(blurred, np.float32)


def _shaken(stream: np.random.Generator, light: Array) -> Array:
    """Return a picture from a shaking hand: every point has become a streak of 8 to 11 pixels, all the same way."""
    from PIL import Image

    picture, angle, length = _picture(light), stream.uniform(0, math.pi), stream.uniform(8, 11)
    total = np.zeros_like(light)
    steps = np.linspace(-length / 2, length / 2, 12).tolist()
    for step in steps:
        move = (1, 0, step * math.cos(angle), 0, 1, step * math.sin(angle))
        total += np.asarray(picture.transform(picture.size, Image.Transform.AFFINE, move, Image.Resampling.BILINEAR))
    return total / len(steps)


def _blocky(stream: np.random.Generator, light: Array) -> Array:
    """Return a picture that was compressed too much: blocks of 8 x 8 pixels, each with hardly any detail."""
    from PIL import Image

    file = io.BytesIO()
    _picture(light).save(file, "JPEG", quality=int(stream.integers(3, 8)))
    return np.asarray(Image.open(file), np.float32)


def _sharp(stream: np.random.Generator, light: Array) -> Array:
    """Return a picture without a fault."""
    return light


SPOIL = dict(zip(FAULTS, (_blocky, _grainy, _shaken, _sharp, _unfocused), strict=True))


def _picture(light: Array) -> Picture:
    from PIL import Image

    return Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))


def snapshot(places: list[Picture], stream: np.random.Generator, fault: str) -> Picture:
    """Return a piece of one of ``places`` with a fault, RGB, ``SIZE`` pixels wide and high.

    What is cut off at the sides is at least as wide as a streak reaches, so no border shows. A little noise is in
    every picture.

    Raises:
        KeyError: ``fault`` is not one of ``FAULTS``.
    """
    spoiled = SPOIL[fault](stream, scene(stream, places[int(stream.integers(len(places)))]))
    room = len(spoiled) - SIZE
    top, left = stream.integers(room // 2 - 1, room // 2 + 2, 2).tolist()
    return _picture(_noisy(stream, spoiled[top : top + SIZE, left : left + SIZE], 0, 3))

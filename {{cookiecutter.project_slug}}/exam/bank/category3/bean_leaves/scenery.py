"""What lies behind a leaf: soil, straw, foliage out of focus, and other leaves of the plant."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np

from exam.bank.metrics import Array

Colour = tuple[float, float, float]

SOILS: tuple[Colour, ...] = ((0.32, 0.23, 0.16), (0.45, 0.33, 0.22), (0.52, 0.34, 0.20), (0.40, 0.36, 0.31))


def smooth_noise(stream: np.random.Generator, width: int, height: int, cells: int) -> Array:
    """Return smooth noise (height, width) float32, 0 to 1, with about ``cells`` bumps along each side."""
    from PIL import Image

    coarse = Image.fromarray(stream.integers(0, 256, (cells, cells), dtype=np.uint8))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32) / np.float32(255)


def _shaded(colour: Sequence[float] | Array, brightness: Array) -> Array:
    """Return a colour times ``brightness`` (height, width): (3, height, width) float32."""
    shaded: Array = np.array(colour, np.float32)[:, None, None] * brightness
    return shaded


def _soil(stream: np.random.Generator, width: int, height: int) -> Array:
    """Return crumbs of earth in one of several browns."""
    colour = np.array(SOILS[int(stream.integers(len(SOILS)))]) * stream.uniform(0.75, 1.2)
    crumbs = smooth_noise(stream, width, height, 45) + smooth_noise(stream, width, height, 14)
    return _shaded(colour, 0.35 + 0.65 * crumbs)


def _straw(stream: np.random.Generator, width: int, height: int) -> Array:
    """Return dry stalks, crosswise, on dark ground."""
    from PIL import Image, ImageDraw, ImageFilter

    ground = Image.new("L", (width, height), 55)
    draw = ImageDraw.Draw(ground)
    ends = stream.uniform(-0.2, 1.2, (45, 4)) * (width, height, width, height)
    for line, brightness in zip(ends.tolist(), stream.integers(90, 235, 45).tolist(), strict=True):
        draw.line(line, fill=brightness, width=3)
    blurred = np.asarray(ground.filter(ImageFilter.BoxBlur(0.8)), np.float32) / np.float32(255)
    return _shaded(np.array((0.86, 0.73, 0.48)) * stream.uniform(0.8, 1.1, 3), blurred)


def _foliage(stream: np.random.Generator, width: int, height: int) -> Array:
    """Return green and light, far out of focus: drawn at a quarter of the size, nothing is lost."""
    from PIL import Image, ImageDraw, ImageFilter

    far = Image.new("L", (width // 4, height // 4), int(stream.integers(20, 110)))
    draw = ImageDraw.Draw(far)
    boxes = stream.uniform(-0.2, 1.0, (24, 2)) * far.size
    reach = stream.uniform(3, 16, (24, 2))
    for box, brightness in zip(np.hstack([boxes, boxes + reach]).tolist(), stream.integers(0, 256, 24), strict=True):
        draw.ellipse(box, fill=int(brightness))
    blurred = far.filter(ImageFilter.BoxBlur(stream.uniform(1, 2.5))).filter(ImageFilter.BoxBlur(1))
    share = np.asarray(blurred.resize((width, height), Image.Resampling.BICUBIC), np.float32) / np.float32(255)
    dark = colorsys.hsv_to_rgb(stream.uniform(0.2, 0.38), stream.uniform(0.3, 0.7), stream.uniform(0.1, 0.35))
    light = colorsys.hsv_to_rgb(stream.uniform(0.14, 0.33), stream.uniform(0.15, 0.6), stream.uniform(0.45, 0.85))
    return _shaded(dark, 1 - share) + _shaded(light, share)


def _leaves(stream: np.random.Generator, width: int, height: int, outlines: Sequence[Array]) -> tuple[Array, Array]:
    """Return cover (height, width) and colours (3, height, width), times cover, of leaves that lie behind."""
    from PIL import Image, ImageDraw, ImageFilter

    layers = Image.new("LA", (width // 2, height // 2))  # half the size: they are out of focus
    draw = ImageDraw.Draw(layers)
    for outline, brightness in zip(outlines, stream.integers(110, 230, len(outlines)).tolist(), strict=True):
        corners, tip = outline / 2, len(outline) // 2
        draw.polygon(corners.ravel().tolist(), fill=(brightness, 255))
        draw.polygon(corners[:tip].ravel().tolist(), fill=(int(brightness * 0.88), 255))
        draw.line((*corners[0], *corners[tip]), fill=(min(brightness + 40, 255), 255))
    blurred = layers.filter(ImageFilter.BoxBlur(stream.uniform(0.5, 1.3))).resize((width, height))
    shade, cover = (np.asarray(band, np.float32) / np.float32(255) for band in blurred.split())
    hsv = stream.uniform(0.17, 0.36), stream.uniform(0.35, 0.7), stream.uniform(0.3, 0.75)
    mottled = shade * (0.8 + 0.4 * smooth_noise(stream, width, height, 7))
    return cover, _shaded(colorsys.hsv_to_rgb(*hsv), mottled)


def scenery(stream: np.random.Generator, width: int, height: int, outlines: Sequence[Array]) -> Array:
    """Return a background (3, height, width) float32, 0 to about 1.

    Args:
        stream: the picture's random stream.
        width: pixels.
        height: pixels.
        outlines: corners (n, 2) in pixels of leaves that lie behind, a little out of focus; base first, tip in the
            middle.
    """
    kind = (_soil, _straw, _foliage, _foliage)[int(stream.integers(4))]
    cover, leaves = _leaves(stream, width, height, outlines)
    scene: Array = kind(stream, width, height) * (1 - cover) + leaves
    return scene

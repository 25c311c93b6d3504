"""A piece of land seen from above, in metres along and across its street."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.metrics import Array

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Point = tuple[float, float]
Colour = tuple[int, ...]  # red, green, blue and perhaps opacity, 0 to 255

SIZE = 128
METRES = 48.0
FINE = 2  # drawn this much larger, then reduced: smooth edges
MIDDLE = SIZE * FINE / 2
SHADOW: Colour = (12, 16, 30, 120)


def shade(colour: Colour, factor: float) -> Colour:
    """Return ``colour`` times ``factor``, without its opacity."""
    return tuple([min(255, int(part * factor)) for part in colour[:3]])


def vary(stream: np.random.Generator, colour: Colour, amount: float = 0.1) -> Colour:
    """Return ``colour``, a little brighter or darker, with each channel off by a little."""
    light, *tint = stream.uniform(-amount, amount, 4).tolist()
    return tuple([min(255, int(part * (1 + light + 0.3 * off))) for part, off in zip(colour, tint, strict=True)])


def pick(stream: np.random.Generator, colours: tuple[Colour, ...], amount: float = 0.1) -> Colour:
    """Return one of ``colours``, varied."""
    return vary(stream, colours[int(stream.integers(len(colours)))], amount)


def soft_noise(stream: np.random.Generator, cells: int) -> Picture:
    """Return smooth noise: a grey picture of ``SIZE`` pixels with about ``cells`` bumps across."""
    from PIL import Image

    coarse = Image.fromarray(stream.integers(0, 256, (cells, cells), dtype=np.uint8))
    return coarse.resize((SIZE, SIZE), Image.Resampling.BICUBIC)


class Canvas:
    """A picture in the making. (0, 0) is its middle; the street runs along s, and t is across.

    Attributes:
        stream: the tile's random stream.
        picture: what is drawn so far, ``FINE`` times as large as the tile.
        draw: blends what has an opacity.
        light: unit vector (s, t) on the ground, towards the sun.
    """

    def __init__(self, stream: np.random.Generator, picture: Picture) -> None:
        """Turn the street to any side, and the sun to about the upper left of the picture."""
        from PIL import ImageDraw

        self.stream, self.picture = stream, picture
        self.draw = ImageDraw.Draw(picture, "RGBA")
        self.scale = SIZE * FINE / METRES
        self.angle, sun = stream.uniform(-math.pi, math.pi), stream.uniform(-2.9, -1.8)
        self.cos, self.sin = self.scale * math.cos(self.angle), self.scale * math.sin(self.angle)
        self.light = (math.cos(sun - self.angle), math.sin(sun - self.angle))

    def pixel(self, s: float, t: float) -> Point:
        """Return where a place on the ground is in the picture."""
        return MIDDLE + s * self.cos - t * self.sin, MIDDLE + s * self.sin + t * self.cos

    def inside(self, s: float, t: float, margin: float = 3.0) -> bool:
        """Return whether a place is in the picture, at least ``margin`` metres from its sides."""
        x, y = self.pixel(s, t)
        return min(x, y, SIZE * FINE - x, SIZE * FINE - y) >= margin * self.scale

    def shape(self, points: list[Point], fill: Colour) -> None:
        """Fill the outline ``points`` (s, t)."""
        self.draw.polygon([self.pixel(s, t) for s, t in points], fill=fill)

    def line(self, points: list[Point], fill: Colour, width: float) -> None:
        """Draw a line, ``width`` metres wide."""
        self.draw.line([self.pixel(s, t) for s, t in points], fill=fill, width=max(1, round(width * self.scale)))

    def box(self, s: float, t: float, length: float, depth: float, fill: Colour, turn: float = 0.0) -> None:
        """Fill a rectangle around (s, t), ``length`` along and ``depth`` across the street, turned by ``turn``."""
        x, y = self.pixel(s, t)
        cos, sin = math.cos(self.angle + turn) * self.scale / 2, math.sin(self.angle + turn) * self.scale / 2
        ax, ay, bx, by = length * cos, length * sin, -depth * sin, depth * cos
        outline = [(x - ax - bx, y - ay - by), (x + ax - bx, y + ay - by)]
        self.draw.polygon([*outline, (x + ax + bx, y + ay + by), (x - ax + bx, y - ay + by)], fill=fill)

    def disc(self, s: float, t: float, radius: float, fill: Colour) -> None:
        """Fill a circle."""
        x, y = self.pixel(s, t)
        r = radius * self.scale
        self.draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def develop(stream: np.random.Generator, picture: Picture) -> Picture:
    """Return the tile as the camera sees it: reduced, through haze, in warm or cold light, with some noise."""
    from PIL import Image

    small: Array = np.asarray(picture.reduce(FINE), np.float32)
    haze, gain = np.float32(stream.uniform(0, 22)), stream.uniform(0.82, 1.08) * stream.uniform(0.97, 1.03, 3)
    grain = stream.standard_normal((SIZE, SIZE, 1), dtype=np.float32) * np.float32(stream.uniform(2, 6))
    levels = small * gain.astype(np.float32) + (haze + grain)
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))

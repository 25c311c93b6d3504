"""A workbench seen from above: its surface, the pen that lays things on it, and the photograph at the end.

Whatever lies on the bench is painted twice: its colour into one picture, its height into another. One lamp then
shades all edges and throws all shadows at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.metrics import Array

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw

Point = tuple[float, float]
Colour = tuple[int, int, int]

FINER = 2  # painted so many times larger than photographed, for smooth edges


def arc(x: float, y: float, radius: float, start: float, end: float) -> list[Point]:
    """Return points on a circle around (x, y) from ``start`` to ``end`` degrees, from +x towards +y."""
    steps = max(2, int(abs(end - start) / 15))
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def pick(stream: np.random.Generator, colours: Sequence[Colour], spread: int = 14) -> Colour:
    """Return about one of ``colours``: every channel is off by up to ``spread``."""
    chosen = np.array(colours[int(stream.integers(len(colours)))]) + stream.integers(-spread, spread + 1, 3)
    red, green, blue = np.clip(chosen, 0, 255).tolist()
    return red, green, blue


def noise(stream: np.random.Generator, height: int, width: int, down: int, across: int) -> Array:
    """Return smooth noise (height, width, 1) float32, -1 to 1, with ``down`` x ``across`` bumps."""
    from PIL import Image

    coarse = Image.fromarray(stream.integers(0, 256, (down, across), dtype=np.uint8))
    fine = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return (fine / np.float32(127.5) - 1)[:, :, None]


@dataclass(frozen=True)
class Place:
    """Where a thing lies: its middle and its unit of length in pixels, its turn, and which side is up (1 or -1)."""

    x: float
    y: float
    scale: float
    angle: float
    side: int = 1


class Bench:
    """The colours and the heights of all that lies on a surface."""

    def __init__(self, surface: Picture) -> None:
        """Start with an empty surface, RGB, at the size of the photograph."""
        from PIL import Image, ImageDraw

        size = surface.width * FINER, surface.height * FINER
        self.colours, self.heights = surface.resize(size, Image.Resampling.NEAREST), Image.new("L", size)
        self.colour_pen, self.height_pen = ImageDraw.Draw(self.colours), ImageDraw.Draw(self.heights)

    def pen(self, place: Place) -> Pen:
        """Return a pen that draws in the units of a thing that lies at ``place``."""
        return Pen(self, place)


class Pen:
    """Lays the parts of one thing on the bench; heights are 0 to 255."""

    def __init__(self, bench: Bench, place: Place) -> None:
        """Draw on ``bench``, as seen from ``place``."""
        self.bench, self.place = bench, place
        self.cos, self.sin = math.cos(place.angle), math.sin(place.angle)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        place, cos, sin = self.place, self.cos * self.place.scale, self.sin * self.place.scale
        turned = [(x, place.side * y) for x, y in points]
        return [(place.x + x * cos - y * sin, place.y + x * sin + y * cos) for x, y in turned]

    def _layers(self, colour: Colour, height: int) -> tuple[tuple[ImageDraw, Colour], tuple[ImageDraw, int]]:
        """Return both pictures of the bench, with what to paint into each."""
        return (self.bench.colour_pen, colour), (self.bench.height_pen, height)

    def fill(self, corners: Sequence[Point], colour: Colour, height: int) -> None:
        """Lay a polygon."""
        pixels = self._pixels(corners)
        for pen, value in self._layers(colour, height):
            pen.polygon(pixels, fill=value)

    def disc(self, x: float, y: float, radius: float, colour: Colour, height: int) -> None:
        """Lay a circle."""
        ((px, py),), reach = self._pixels([(x, y)]), radius * self.place.scale
        for pen, value in self._layers(colour, height):
            pen.ellipse((px - reach, py - reach, px + reach, py + reach), fill=value)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour, height: int, ends: bool = True) -> None:
        """Lay a band along ``points``, with round ends if wanted."""
        pixels, thickness = self._pixels(points), max(2, round(width * self.place.scale))
        for pen, value in self._layers(colour, height):
            pen.line(pixels, fill=value, width=thickness, joint="curve")
        for x, y in (points[0], points[-1]) if ends else ():
            self.disc(x, y, width / 2, colour, height)

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour, height: int) -> None:
        """Lay a ring that reaches ``radius`` far."""
        ((px, py),), reach = self._pixels([(x, y)]), radius * self.place.scale
        for pen, value in self._layers(colour, height):
            box, thickness = (px - reach, py - reach, px + reach, py + reach), round(width * self.place.scale)
            pen.ellipse(box, outline=value, width=thickness)

    def rod(self, points: Sequence[Point], width: float, colour: Colour, height: int) -> None:
        """Lay a round bar: a band with a higher one on it."""
        self.stroke(points, width, colour, int(height * 0.7))
        self.stroke(points, width * 0.5, colour, height)


def _boards(stream: np.random.Generator, height: int, width: int) -> Array:
    """Return wooden boards, with grain along them."""
    wood = np.array(pick(stream, ((196, 154, 104), (150, 104, 66), (116, 82, 56), (206, 184, 150))), np.float32)
    grain = noise(stream, height, width, int(stream.integers(25, 45)), 3) * np.float32(0.12)
    grain += noise(stream, height, width, 9, 2) * np.float32(0.1)
    place = np.linspace(0, stream.uniform(1.5, 4), height, dtype=np.float32) + np.float32(stream.uniform(0, 1))
    joint = np.abs(place - np.floor(place) - 0.5) > 0.485
    tint = stream.uniform(0.88, 1.1, 7).astype(np.float32)[place.astype(int)] * np.where(joint, 0.5, 1)
    boards: Array = wood * (1 + grain) * tint[:, None, None].astype(np.float32)
    return boards


def _mat(stream: np.random.Generator, height: int, width: int) -> Array:
    """Return a cutting mat with a grid."""
    mat = np.array(pick(stream, ((44, 104, 84), (50, 72, 112), (62, 62, 66), (120, 66, 78))), np.float32)
    step, down, across = stream.uniform(13, 24), np.arange(height)[:, None], np.arange(width)[None, :]
    lines = ((down % step < 1) | (across % step < 1))[:, :, None] * np.float32(stream.uniform(12, 34))
    return mat + lines + noise(stream, height, width, 5, 5) * np.float32(7)


def _concrete(stream: np.random.Generator, height: int, width: int) -> Array:
    """Return concrete, or paint with stains."""
    floor = np.array(pick(stream, ((150, 148, 142), (176, 170, 158), (104, 106, 110), (86, 112, 128))), np.float32)
    grains, stains = noise(stream, height, width, 30, 30), noise(stream, height, width, 6, 6)
    return floor * (1 + grains * np.float32(0.1) + stains * np.float32(0.12))


def _brushed(stream: np.random.Generator, height: int, width: int) -> Array:
    """Return sheet metal, brushed along."""
    metal = np.array(pick(stream, ((168, 172, 178), (124, 128, 134), (188, 180, 164))), np.float32)
    return metal * (1 + noise(stream, height, width, 50, 2) * np.float32(0.1))


def surface(stream: np.random.Generator, width: int, height: int) -> Picture:
    """Return an empty bench top of a random kind, lying along or across."""
    from PIL import Image

    kind = (_boards, _boards, _mat, _concrete, _brushed)[int(stream.integers(5))]
    if stream.random() < 0.5:
        top = kind(stream, height, width)
    else:
        top = kind(stream, width, height).transpose(1, 0, 2)
    return Image.fromarray(np.ascontiguousarray(np.clip(top, 0, 255).astype(np.uint8)))


def photographed(stream: np.random.Generator, bench: Bench) -> Picture:
    """Return the bench in the light of one lamp, RGB, at its final size, with the noise and blur of a camera."""
    from PIL import Image, ImageFilter

    colours, heights = bench.colours.reduce(FINER), bench.heights.reduce(FINER)
    width, height = colours.size
    angle, reach = stream.uniform(0, 2 * math.pi), stream.uniform(2.0, 5.0)
    dx, dy = math.cos(angle), math.sin(angle)  # away from the lamp
    ground = np.asarray(heights, np.float32)
    shift = (1, 0, -dx * reach, 0, 1, -dy * reach)
    moved = heights.transform(heights.size, Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR)
    soft = np.asarray(moved.filter(ImageFilter.BoxBlur(reach * 0.5)), np.float32)
    shadow = np.clip((soft - ground) / 150, 0, 1) * np.float32(stream.uniform(0.45, 0.8))
    down, across = np.gradient(np.asarray(heights.filter(ImageFilter.BoxBlur(0.9)), np.float32) / np.float32(255))
    slope = np.clip(-(across * np.float32(dx) + down * np.float32(dy)) * -3.2, -0.55, 0.8)
    falloff = noise(stream, height, width, 2, 2)[:, :, 0] * np.float32(0.2)
    light = (1 + slope + falloff) * (1 - shadow) * np.float32(stream.uniform(0.7, 1.12))
    warmth = stream.uniform(-0.09, 0.09)
    lamp = np.array((1 + warmth, 1.0, 1 - warmth), np.float32)
    pixels = np.asarray(colours, np.float32) * light[:, :, None] * lamp + (np.maximum(slope, 0) * 60)[:, :, None]
    pixels += stream.standard_normal((height, width, 1), np.float32) * np.float32(stream.uniform(2, 8))
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.BoxBlur(stream.uniform(0.1, 0.7)))

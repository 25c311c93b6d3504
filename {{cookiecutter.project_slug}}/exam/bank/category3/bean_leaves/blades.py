"""Where a leaf lies in a picture, and which shape it has.

Places on a leaf are (side, s, t): left or right of the midrib, the lateral vein counted from 0 at the base to 1 at the
tip, and the way along that vein from 0 at the midrib to 1 at the margin. Lengths are in leaf lengths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from exam.bank.metrics import Array


@dataclass(frozen=True)
class Plant:
    """The shape of a plant's leaves; pairs are the range of a uniform distribution.

    Attributes:
        width: half the width.
        belly: where the leaf is widest, from 0.5 near the base to 1 in the middle.
        blunt: below 1 for a blunt tip and base, above for pointed ones.
        veins: lateral veins of each side.
        rise: how steeply lateral veins climb.
        teeth: teeth of each margin; 0 for a smooth one.
        lobes: lobes of each margin; 0 for none.
    """

    width: tuple[float, float]
    belly: tuple[float, float]
    blunt: float
    veins: tuple[int, int]
    rise: float
    teeth: int = 0
    lobes: int = 0


PLANTS = {
    "bean": Plant((0.34, 0.44), (0.58, 0.70), 0.78, (6, 8), 0.42),
    "apple": Plant((0.27, 0.34), (0.75, 0.95), 0.75, (7, 9), 0.40, teeth=26),
    "beech": Plant((0.27, 0.33), (0.80, 1.00), 0.85, (9, 12), 0.34),
    "mint": Plant((0.24, 0.32), (0.60, 0.75), 0.80, (6, 8), 0.38, teeth=14),
    "oak": Plant((0.25, 0.33), (1.00, 1.25), 0.70, (5, 7), 0.30, lobes=5),
    "rose": Plant((0.30, 0.38), (0.70, 0.85), 0.70, (8, 10), 0.36, teeth=18),
    "willow": Plant((0.14, 0.19), (0.65, 0.90), 0.90, (10, 14), 0.30, teeth=30),
}


class Blade:
    """Where one leaf lies in the picture."""

    def __init__(self, stream: np.random.Generator, plant: Plant, size: tuple[int, int], zoom: float = 1.0) -> None:
        """Choose shape and place in a picture of ``size`` (width, height) pixels; ``zoom`` scales the leaf."""
        self.plant = plant
        self.size = size
        self.length = zoom * min(size) * stream.uniform(0.98, 1.35)
        self.width = stream.uniform(*plant.width) * stream.uniform(0.85, 1.1, 2)  # left and right differ
        self.belly = stream.uniform(*plant.belly)
        self.veins = int(stream.integers(plant.veins[0], plant.veins[1] + 1))
        self.phase = stream.uniform(0, 1)
        self.bend = stream.uniform(-0.35, 0.35)
        self.angle = stream.uniform(-math.pi, math.pi)
        self.centre = np.array(size) * stream.uniform(0.42, 0.58, 2)

    def half_width(self, v: Array, side: int) -> Array:
        """Return the half width at ``v`` along the midrib, without teeth."""
        v = np.clip(v, 0.0, 1.0)
        width: Array = self.width[side] * np.maximum(np.sin(np.pi * v**self.belly), 0) ** self.plant.blunt
        if self.plant.lobes:
            width = width * (0.80 + 0.20 * np.cos(2 * np.pi * (self.plant.lobes * v + self.phase)))
        return width

    def to_pixels(self, u: Array, v: Array) -> Array:
        """Return the pixels (n, 2) of points ``u`` across and ``v`` along the midrib."""
        across, along = u + self.bend * (v - 0.5) ** 2, v - 0.5
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turned = np.stack([across * cos + along * sin, across * sin - along * cos], axis=-1)
        pixels: Array = self.centre + self.length * turned
        return pixels

    def at(self, side: int, s: Array, t: Array) -> Array:
        """Return the pixels (n, 2) of places on the leaf, see the module."""
        v = np.clip(s + (1 - s) * self.plant.rise * t * (1.25 - 0.25 * t), 0, 1)
        return self.to_pixels((2 * side - 1) * t * self.half_width(v, side), v)

    def outline(self) -> Array:
        """Return the corners (n, 2) of the leaf in pixels."""
        steps = max(4 * self.plant.teeth, 60)
        v = np.linspace(0, 1, steps + 1)
        margin = []
        for side in (0, 1):
            width = self.half_width(v, side)
            if self.plant.teeth:
                width = width * (0.95 + 0.09 * (v * self.plant.teeth % 1))
            margin.append(self.to_pixels((2 * side - 1) * width, v))
        return np.concatenate([margin[0], margin[1][::-1]])

    def inside(self, points: Array, border: float = 4) -> Array:
        """Return which ``points`` (n, 2) lie in the picture, ``border`` pixels from its edge."""
        low, high = points > border, points < np.array(self.size) - border
        mask: Array = np.all(low & high, axis=-1)
        return mask

    def lattice(self, stream: np.random.Generator) -> Array:
        """Return the knots of the net of veins, pixels (side, 3 per lateral vein, 9 along the vein, 2)."""
        number = np.arange(-2, 3 * self.veins - 1)
        rows, columns = np.meshgrid(number / 3, np.linspace(0, 1, 9), indexing="ij")
        knots = []
        for side in (0, 1):
            s = rows + stream.uniform(-0.10, 0.10, rows.shape) * (number % 3 > 0)[:, None]  # lateral veins are smooth
            t = columns + stream.uniform(-0.045, 0.045, rows.shape) * (columns > 0)
            knots.append(self.at(side, (s + 0.15) / self.veins, t))
        return np.stack(knots)

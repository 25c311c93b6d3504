"""What is on a leaf: diseases, damage, and harmless things that look like them at first sight."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category3.bean_leaves.blades import Blade
from exam.bank.metrics import Array

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


Colour = tuple[int, int, int]


class Marks:
    """Layers that are painted over a leaf, all at twice the size of the picture.

    Attributes:
        tint: strength of soft stains below the marks; all stains of a leaf have the colour ``tint_colour``.
        softness: blur of the stains, pixels.
        colours: colours of the marks with sharp edges.
        alpha: strength of these marks.
        gloss: white light that drops of water throw back.
        cover: where the leaf is; insects take parts away.
    """

    def __init__(self, size: tuple[int, int], cover: Picture) -> None:
        """Start with a clean leaf in a picture of ``size`` (width, height) pixels."""
        from PIL import Image, ImageDraw

        large = (2 * size[0], 2 * size[1])
        self.tint_colour: Array | Colour = (225, 205, 60)
        self.softness = 1.5
        self.tint, self.alpha, self.gloss = (Image.new("L", large) for _ in range(3))
        self.colours = Image.new("RGB", large, (105, 75, 40))
        self.cover = cover
        self._draws = {name: ImageDraw.Draw(getattr(self, name)) for name in ("tint", "alpha", "gloss", "colours")}
        self._cut = ImageDraw.Draw(cover)

    @property
    def colour(self) -> Array:
        """Return the colours of the marks at the size of the picture, (3, height, width) float32."""
        small = np.asarray(self.colours.reduce(2), np.float32) / np.float32(255)
        return np.ascontiguousarray(small.transpose(2, 0, 1))

    @staticmethod
    def over(leaf: Array, colour: Array | Colour, strength: Array) -> Array:
        """Return ``leaf`` (3, height, width) with a colour of ``strength`` (height, width) over it."""
        if isinstance(colour, tuple):
            colour = np.array(colour, np.float32)[:, None, None] / np.float32(255)
        painted: Array = leaf + strength * (colour - leaf)
        return painted

    def stain(self, corners: Array, strength: int) -> None:
        """Add a soft stain with ``corners`` (n, 2) in pixels."""
        self._draws["tint"].polygon((2 * corners).ravel().tolist(), fill=strength)

    def disc_stain(self, x: float, y: float, radius: float, strength: int) -> None:
        """Add a round soft stain."""
        self._draws["tint"].ellipse(_box(x, y, radius), fill=strength)

    def stain_line(self, points: Array, width: float, strength: int) -> None:
        """Add a soft stain along ``points`` (n, 2), ``width`` pixels wide."""
        self._draws["tint"].line((2 * points).ravel().tolist(), fill=strength, width=round(2 * width), joint="curve")

    def patch(self, corners: Array, colour: Colour, strength: int = 255) -> None:
        """Add a mark with ``corners`` (n, 2) in pixels."""
        flat = (2 * corners).ravel().tolist()
        self._draws["colours"].polygon(flat, fill=colour)
        self._draws["alpha"].polygon(flat, fill=strength)

    def disc(self, x: float, y: float, radius: float, colour: Colour, strength: int = 255) -> None:
        """Add a round mark."""
        box = _box(x, y, radius)
        self._draws["colours"].ellipse(box, fill=colour)
        self._draws["alpha"].ellipse(box, fill=strength)

    def line(self, points: Array, colour: Colour, width: float, strength: int = 255) -> None:
        """Add a line through ``points`` (n, 2), ``width`` pixels wide."""
        flat, wide = (2 * points).ravel().tolist(), max(1, round(2 * width))
        self._draws["colours"].line(flat, fill=colour, width=wide, joint="curve")
        self._draws["alpha"].line(flat, fill=strength, width=wide, joint="curve")

    def shine(self, x: float, y: float, radius: float, strength: int) -> None:
        """Add a round reflection of light."""
        self._draws["gloss"].ellipse(_box(x, y, radius), fill=strength)

    def cut(self, corners: Array) -> None:
        """Take a part of the leaf away."""
        self._cut.polygon((2 * corners).ravel().tolist(), fill=0)


def _box(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    """Return the square around a disc at the size of drawing."""
    return 2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius)


def _near(stream: np.random.Generator, colour: Colour, spread: int = 18) -> Colour:
    """Return a colour not far from ``colour``: brighter or darker by up to ``spread``, and of nearly the same hue."""
    shift = stream.uniform(-spread, spread) + stream.uniform(-0.25 * spread, 0.25 * spread, 3)
    red, green, blue = (int(min(max(c + d, 0), 255)) for c, d in zip(colour, shift.tolist(), strict=True))
    return red, green, blue


def _places(stream: np.random.Generator, blade: Blade, count: int) -> Array:
    """Return ``count`` points (n, 2) in pixels on the leaf and in the picture, evenly over the leaf."""
    places: list[Array] = []
    while sum(map(len, places)) < count:
        side = int(stream.integers(2))
        v, u = stream.uniform(0.04, 0.96, 2 * count), stream.uniform(0, 0.5, 2 * count)
        points = blade.to_pixels((2 * side - 1) * u, v)
        places.append(points[(u < 0.92 * blade.half_width(v, side)) & blade.inside(points)][: (count + 1) // 2])
    return np.concatenate(places)[:count]


def _crowds(stream: np.random.Generator, blade: Blade, count: int) -> Array:
    """Return about ``count`` points (n, 2) on the leaf, crowded around a few of them; some lie beside the leaf."""
    middles = _places(stream, blade, int(stream.integers(2, 6)))
    spread = blade.length * stream.uniform(0.04, 0.14)
    points: Array = middles[stream.integers(len(middles), size=count)] + spread * stream.standard_normal((count, 2))
    return points


def _ragged(stream: np.random.Generator, x: float, y: float, radius: float, rough: float = 0.35) -> Array:
    """Return the corners (11, 2) of a blot."""
    turn = np.arange(11) * (2 * math.pi / 11)
    reach = radius * (1 + rough * stream.uniform(-1, 1, 11))
    return np.stack([x + reach * np.cos(turn), y + reach * np.sin(turn)], axis=1)


def _cells(stream: np.random.Generator, blade: Blade, knots: Array, count: int, tries: int = 8) -> list[Array]:
    """Return the corners of up to ``count`` patches of the net of veins, one or a few cells large.

    Most places are too narrow or outside the picture, so ``tries`` places are looked at for each patch.
    """
    cells: list[Array] = []
    rows, columns = knots.shape[1] - 1, knots.shape[2] - 1
    for _ in range(tries * count):
        half, row, column = knots[int(stream.integers(2))], int(stream.integers(rows)), int(stream.integers(columns))
        high, long = min(row + int(stream.integers(1, 4)), rows), min(column + int(stream.integers(1, 3)), columns)
        edges = (
            half[row, column : long + 1],
            half[row + 1 : high, long],
            half[high, column : long + 1][::-1],
            half[row + 1 : high, column][::-1],
        )
        cell = np.concatenate(edges)
        # One corner is missing, because a short vein runs across it.
        cell = np.delete(cell, int(stream.integers(len(cell))), axis=0)
        size = np.ptp(cell, axis=0) / blade.length
        if size.min() > 0.03 and size.max() < 0.16 and blade.inside(cell).all():
            cells.append(cell)
        if len(cells) == count:
            break
    return cells


def _shrunk(corners: Array, share: float) -> Array:
    """Return ``corners`` (n, 2) moved towards their middle."""
    middle = corners.mean(axis=0)
    moved: Array = middle + share * (corners - middle)
    return moved


# ---- states of the bean -----------------------------------------------------------------------------------------


def healthy(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Nothing is wrong."""


def angular_leaf_spot(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Brown spots that veins bound: corners, straight sides, a dark rim, sometimes a greyish middle."""
    brown = _near(stream, (106, 80, 50), 22)
    rim = _near(stream, (68, 50, 30), 12)
    grey, yellow = stream.uniform(0, 1), stream.random() < 0.5
    for cell in _cells(stream, blade, knots, int(stream.integers(8, 25)), 80):
        if yellow:
            marks.stain(_shrunk(cell, 1.35), 120)
        marks.patch(_shrunk(cell, 1.0), rim, 235)
        marks.patch(_shrunk(cell, 0.78), _near(stream, brown, 12), 245)
        if stream.random() < grey * 0.7:
            marks.patch(_shrunk(cell, 0.42), _near(stream, (160, 138, 108), 12), 220)


def bean_rust(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Many small pustules, orange to cinnamon brown, each in a yellow halo."""
    orange = _near(stream, (176, 92, 30), 22)
    size = blade.length * stream.uniform(0.0075, 0.0115)
    count = int(stream.integers(30, 110))
    points = _places(stream, blade, count) if stream.random() < 0.6 else _crowds(stream, blade, count)
    halo = int(stream.integers(100, 190))
    radii = size * stream.uniform(0.7, 1.4, len(points))
    for (x, y), radius in zip(points.tolist(), radii.tolist(), strict=True):
        marks.disc_stain(x, y, 2.3 * radius, halo)
        marks.disc(x, y, radius, _near(stream, orange, 14), 245)


# ---- states of other plants -------------------------------------------------------------------------------------


def scab(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Velvety olive-black blots with a feathered edge."""
    for x, y in _places(stream, blade, int(stream.integers(6, 20))).tolist():
        radius = blade.length * stream.uniform(0.02, 0.05)
        for _ in range(4):
            dx, dy = stream.uniform(-0.6, 0.6, 2) * radius
            marks.patch(_ragged(stream, x + dx, y + dy, radius * 0.7, 0.5), _near(stream, (58, 56, 30), 10), 190)


def ringed_spots(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Round pale spots with a purple rim."""
    rim = _near(stream, (96, 34, 52))
    for x, y in _places(stream, blade, int(stream.integers(8, 35))).tolist():
        radius = blade.length * stream.uniform(0.013, 0.032)
        marks.disc(x, y, radius, rim)
        marks.disc(x, y, radius * 0.68, _near(stream, (186, 160, 120)))


def black_spot(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Large black spots with a frayed edge, and yellow leaf around them."""
    for x, y in _places(stream, blade, int(stream.integers(4, 12))).tolist():
        radius = blade.length * stream.uniform(0.025, 0.05)
        marks.disc_stain(x, y, 2.2 * radius, 170)
        marks.patch(_ragged(stream, x, y, radius, 0.45), _near(stream, (38, 30, 30), 8), 240)
    marks.softness = 2.5


def speckles(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Pale dots everywhere, where mites have sucked."""
    for x, y in _places(stream, blade, int(stream.integers(90, 220))).tolist():
        marks.disc(x, y, blade.length * stream.uniform(0.003, 0.007), _near(stream, (214, 214, 150)), 215)


def flecks(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Many small purple-black dots in pale green rings."""
    marks.tint_colour = _near(stream, (190, 205, 110))
    dark = _near(stream, (60, 34, 48))
    for x, y in _places(stream, blade, int(stream.integers(30, 110))).tolist():
        radius = blade.length * stream.uniform(0.006, 0.013)
        marks.disc_stain(x, y, 2.2 * radius, 190)
        marks.disc(x, y, radius, dark, 240)


def mildew(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """White powder in soft patches."""
    marks.tint_colour, marks.softness = (226, 228, 222), 3.0
    for x, y in _places(stream, blade, int(stream.integers(8, 26))).tolist():
        powder = _ragged(stream, x, y, blade.length * stream.uniform(0.03, 0.08), 0.5)
        marks.stain(powder, int(stream.integers(110, 200)))


def leaf_miner(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Winding pale tunnels that grow wider with the larva."""
    for x, y in _places(stream, blade, int(stream.integers(2, 6))).tolist():
        turn = np.cumsum(stream.normal(0, 0.45, 40)) + stream.uniform(0, 2 * math.pi)
        steps = blade.length * 0.011 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        way = np.array((x, y)) + np.cumsum(steps, axis=0)
        for start in range(0, 39, 8):
            marks.line(way[start : start + 9], _near(stream, (206, 206, 160), 8), 1 + start / 20, 220)


def mosaic(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """A virus: cells between the veins are pale or yellow."""
    marks.tint_colour = _near(stream, (204, 206, 88), 22)
    marks.softness = 0.7
    for cell in _cells(stream, blade, knots, int(stream.integers(20, 60))):
        marks.stain(cell, int(stream.integers(120, 220)))


def yellows(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Iron is lacking: yellow between lateral veins that stay green."""
    marks.tint_colour = _near(stream, (216, 208, 82))
    strength = int(stream.integers(150, 225))
    for half in knots:
        for low in range(2, half.shape[0] - 3, 3):
            marks.stain(np.concatenate([half[low, 1:], half[low + 3, 1:][::-1]]), strength)
        for lateral in half[2::3]:
            marks.stain_line(lateral, 3.5, 0)


def scorch(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """The margin is dry and brown, with a yellow seam."""
    outline = blade.outline()
    start, count = int(stream.integers(len(outline))), int(len(outline) * stream.uniform(0.3, 0.8))
    edge = np.roll(outline, -start, axis=0)[:count]
    width = blade.length * stream.uniform(0.06, 0.14)
    marks.stain_line(edge, 1.35 * width, 200)
    wobble = edge + stream.normal(0, 0.12 * width, edge.shape)
    marks.line(wobble, _near(stream, (128, 88, 50)), width, 240)


STATES: dict[str, Callable[[np.random.Generator, Blade, Array, Marks], None]] = {
    state.__name__: state
    for state in (
        healthy,
        angular_leaf_spot,
        bean_rust,
        scab,
        ringed_spots,
        black_spot,
        speckles,
        flecks,
        mildew,
        leaf_miner,
        mosaic,
        yellows,
        scorch,
    )
}
"""Name -> what puts the state on a leaf."""


# ---- harmless things, on healthy and on ill leaves alike ---------------------------------------------------------


def dirt(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Splashes of soil: dull crumbs of any size, in crowds."""
    soil = _near(stream, (112, 86, 58), 30)
    for x, y in _crowds(stream, blade, int(stream.integers(10, 45))).tolist():
        radius = blade.length * 0.004 * stream.uniform(1, 2.2) ** 1.7
        marks.patch(_ragged(stream, x, y, radius, 0.6), _near(stream, soil, 14), int(stream.integers(130, 230)))


def dew(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Drops of water: darker above, light gathered below, one bright reflection."""
    for x, y in _places(stream, blade, int(stream.integers(5, 30))).tolist():
        radius = blade.length * stream.uniform(0.009, 0.026)
        marks.disc(x, y, radius, (30, 50, 20), 75)
        marks.shine(x + 0.25 * radius, y + 0.35 * radius, 0.55 * radius, 45)
        marks.shine(x - 0.35 * radius, y - 0.35 * radius, max(0.25 * radius, 0.5), 235)


def holes(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Insects have eaten: gaps with a thin brown edge."""
    for x, y in _places(stream, blade, int(stream.integers(2, 9))).tolist():
        corners = _ragged(stream, x, y, blade.length * stream.uniform(0.015, 0.05), 0.3)
        marks.patch(_shrunk(corners, 1.15), _near(stream, (122, 98, 52)), 170)
        marks.cut(corners)


def dust(stream: np.random.Generator, blade: Blade, knots: Array, marks: Marks) -> None:
    """Pollen and fallen petals: yellowish crumbs that only lie there."""
    for x, y in _places(stream, blade, int(stream.integers(10, 50))).tolist():
        marks.disc(x, y, blade.length * stream.uniform(0.003, 0.008), _near(stream, (216, 176, 70), 25), 220)


CONFUSERS = ((dirt, 0.4), (dew, 0.3), (holes, 0.3), (dust, 0.2))
"""What may lie on any leaf, and how often."""

"""What a storm does to a neighbourhood, and the tiles that are photographed before or after it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category3.storm_damage.canvas import (
    FINE,
    Canvas,
    Colour,
    Point,
    develop,
    pick,
    shade,
    soft_noise,
    vary,
)
from exam.bank.category3.storm_damage.town import (
    FOLIAGE,
    House,
    Town,
    meadow,
    panels,
    plots,
    roof,
    streets,
    wood,
)

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

TARPAULINS: tuple[Colour, ...] = ((44, 112, 200), (58, 134, 214), (36, 92, 176))
WOOD: tuple[Colour, ...] = ((206, 176, 128), (176, 142, 100), (226, 208, 176))
RAFTERS: tuple[Colour, ...] = ((150, 122, 90), (126, 100, 72))
RUBBLE: tuple[Colour, ...] = (*WOOD, (216, 214, 208), (150, 152, 156), (120, 84, 66), (238, 190, 180))
MUD: tuple[Colour, ...] = ((124, 106, 78), (140, 120, 88), (108, 98, 80))


def patch(house: House, stream: np.random.Generator, low: float, high: float, wide: float) -> list[Point]:
    """Return a ragged outline on a roof, from ``low`` to ``high`` across (-1 to 1), ``wide`` along (up to 2)."""
    left = stream.uniform(-0.95, 0.95 - wide)
    rough = stream.uniform(-0.12, 0.12, (6, 2)).tolist()
    there = [left, left + wide / 2, left + wide]
    outline = [(u, low) for u in there] + [(u, high) for u in reversed(there)]
    return [house.place(_edge(u + a), _edge(v + b)) for (u, v), (a, b) in zip(outline, rough, strict=True)]


def _edge(value: float) -> float:
    return min(0.97, max(-0.97, value))


def tarpaulin(canvas: Canvas, house: House) -> None:
    """Stretch a blue sheet over part of a roof, often across the ridge, with folds."""
    stream, blue = canvas.stream, pick(canvas.stream, TARPAULINS)
    low, high = ((-0.8, 0.7), (0.05, 0.95), (-0.95, -0.05))[int(stream.integers(3))]
    outline = patch(house, stream, low, high, stream.uniform(0.6, 1.3))
    canvas.shape(outline, shade(blue, house.lit(canvas, math.copysign(1, low + high))))
    for start, end in ((0, 4), (1, 3), (5, 2), (1, 4)):
        canvas.line([outline[start], outline[end]], (*shade(blue, stream.choice((0.75, 1.35))), 150), 0.25)
    for corner in outline:
        canvas.disc(*corner, 0.35, (226, 222, 210))


def hole(canvas: Canvas, house: House) -> None:
    """Tear part of a roof off: the dark attic and its rafters show."""
    stream, side = canvas.stream, canvas.stream.choice((-1.0, 1.0))
    wide = stream.uniform(0.6, 1.4)
    left = stream.uniform(-0.9, 0.9 - wide)
    low, high = side * 0.08, side * 0.92
    steps = max(3, round(wide * house.along / 2 / 1.1))
    rough = stream.uniform(-0.14, 0.14, (2, steps + 1)).tolist()
    us = [left + wide * step / steps for step in range(steps + 1)]
    upper = [house.place(u, low + a) for u, a in zip(us, rough[0], strict=True)]
    lower = [house.place(u, _edge(high + b)) for u, b in zip(us, rough[1], strict=True)]
    canvas.shape(upper + lower[::-1], pick(stream, ((46, 38, 34), (62, 52, 44))))
    for top, bottom in zip(upper, lower, strict=True):
        canvas.line([top, bottom], pick(stream, RAFTERS), 0.3)


def debris(canvas: Canvas, s: float, t: float, count: int, spread: float, colour: Colour) -> None:
    """Strew planks, tiles and sheets around a place, at any angle; some have the ``colour`` of the roof."""
    stream = canvas.stream
    pieces = stream.normal(0, spread, (count, 2)).tolist()
    sizes = stream.uniform(0, 1, (count, 3)).tolist()
    for (a, b), (long, wide, turn) in zip(pieces, sizes, strict=True):
        tone = vary(stream, colour) if wide > 0.7 else RUBBLE[int(wide * 9.9)]
        canvas.box(s + a, t + b, 0.7 + 2.0 * long * long, 0.35 + 0.5 * wide, tone, turn * math.pi)


def flood(canvas: Canvas) -> None:
    """Let muddy water stand in the street and in what lies low beside it; what is below shines through a little."""
    from PIL import Image, ImageDraw, ImageFilter

    bed = Image.new("L", canvas.picture.size)
    course = [canvas.pixel(-50, 0), canvas.pixel(50, 0)]
    ImageDraw.Draw(bed).line(course, fill=130, width=round(canvas.scale * canvas.stream.uniform(12, 22)))
    bed = bed.reduce(FINE).filter(ImageFilter.BoxBlur(12))
    depth = Image.blend(bed, soft_noise(canvas.stream, 7), 0.5)
    least = canvas.stream.uniform(92, 108)
    mask = depth.point([int(min(225, max(0, (i - least) * 30))) for i in range(256)])
    canvas.picture.paste(pick(canvas.stream, MUD), (0, 0), mask.resize(canvas.picture.size))


def fallen_tree(canvas: Canvas, s: float, t: float) -> None:
    """Throw a tree over: torn roots, a long trunk, and the crown flat on the ground."""
    stream, turn = canvas.stream, canvas.stream.uniform(-math.pi, math.pi)
    along = (math.cos(turn), math.sin(turn))
    length, bark = stream.uniform(6, 9), pick(stream, ((112, 86, 62), (134, 108, 80)))
    top = (s + along[0] * length, t + along[1] * length)
    canvas.disc(s, t, 1.5, (92, 70, 50))
    canvas.disc(s, t, 0.9, (58, 46, 38))
    leaves = pick(stream, FOLIAGE, 0.15)
    for a, b, size in stream.uniform(-1, 1, (16, 3)).tolist():
        far, aside = length * (0.72 + 0.36 * a), 1.7 * b
        where = s + along[0] * far - along[1] * aside, t + along[1] * far + along[0] * aside
        canvas.disc(*where, 0.75 + 0.25 * size, shade(leaves, 1 + 0.3 * size))
    canvas.line([(s, t), top], bark, 0.7)
    for fork, side in ((0.45, 1), (0.6, -1), (0.75, 1)):
        start = s + along[0] * length * fork, t + along[1] * length * fork
        branch = turn + side * 0.6
        canvas.line([start, (start[0] + math.cos(branch) * 2.6, start[1] + math.sin(branch) * 2.6)], bark, 0.35)


def strike(canvas: Canvas, town: Town) -> None:
    """Damage the houses of a town, more or fewer of them, and throw trees over; the first house is always hit."""
    stream = canvas.stream
    near = [house for house in town.houses if canvas.inside(house.s, house.t, 5)]
    share = stream.uniform(0.3, 0.9)
    for number, house in enumerate(near):
        if number and stream.random() > share:
            continue
        (tarpaulin, hole)[int(stream.random() < 0.5)](canvas, house)
        if stream.random() < 0.8:
            side = stream.uniform(-5, 5, 2).tolist()
            debris(canvas, house.s + side[0], house.t + side[1], int(stream.integers(20, 50)), 2.5, house.colour)
    for _ in range(int(stream.integers(1, 4)) + 2 * (not near)):
        fallen_tree(canvas, *stream.uniform(-18, 18, 2).tolist())


def tile(stream: np.random.Generator, name: str) -> Picture:
    """Return an aerial picture of a place that is ``intact`` or ``damaged``: RGB, 128 x 128 pixels, 48 x 48 metres."""
    damaged = name == "damaged"
    canvas, town = Canvas(stream, meadow(stream)), Town()
    plots(canvas, town, 0.45 if damaged else 0.85)
    streets(canvas, town)
    if damaged and stream.random() < 0.3:
        flood(canvas)
    for house in town.houses:
        roof(canvas, house)
        if stream.random() < 0.15:
            panels(canvas, house)
    if damaged:
        strike(canvas, town)
    wood(canvas, town, 16)
    return develop(stream, canvas.picture)

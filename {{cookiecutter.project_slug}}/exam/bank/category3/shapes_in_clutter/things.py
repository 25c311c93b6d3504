"""Draws what lies on the workbench: five kinds of tools, and the clutter around them.

A tool is about 2 long and lies along x; a piece of clutter has a radius of about 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category3.shapes_in_clutter.bench import Bench, Pen, Place, arc, photographed, pick, surface

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

STEELS = ((176, 180, 186), (136, 140, 146), (104, 106, 112), (150, 132, 116), (84, 86, 92))
WOODS = ((158, 110, 66), (196, 156, 106))
GRIPS = (*WOODS, (186, 40, 38), (36, 84, 160), (222, 170, 36), (48, 50, 54), (52, 126, 70), (214, 104, 34))
SCRAPS = ((236, 232, 220), (200, 168, 120), (160, 120, 76), (196, 84, 70), (90, 130, 170), (70, 72, 76), (222, 206, 90))

SMALLEST, LARGEST = 84, 128  # pixels across a photograph


def _hammer(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a handle, and across its end a head with a face on one side and a peen or a claw on the other."""
    steel, grip = pick(stream, STEELS), pick(stream, GRIPS)
    thick, half = stream.uniform(0.13, 0.2), stream.uniform(0.36, 0.5)
    pen.rod([(-1, 0), (0.75, 0)], thick, grip, 150)
    if stream.random() < 0.5:
        pen.rod([(-1, 0), (-0.45, 0)], thick * 1.3, pick(stream, GRIPS), 170)
    wide = stream.uniform(0.11, 0.16)
    left, right, bend = 0.8 - wide, 0.8 + wide, stream.uniform(0, 0.2)
    pen.fill([(left, -0.16), (right, -0.16), (right, half), (left, half)], steel, 230)
    pen.stroke([(left, half - 0.06), (right, half - 0.06)], 0.12, steel, 245)
    pen.fill([(left, -0.1), (right, -0.1), (0.83 - bend, -half), (0.77 - bend, -half)], steel, 215)


def _pliers(pen: Pen, stream: np.random.Generator) -> None:
    """Draw two levers that cross at a pivot, more or less open."""
    steel, grip = pick(stream, STEELS), pick(stream, GRIPS)
    opened, thick = stream.uniform(0.05, 0.22), stream.uniform(0.13, 0.18)
    tip = stream.uniform(0.03, 0.13)
    for side, height in ((1, 170), (-1, 200)):
        spread = side * (0.16 + opened)
        lever = [(0.36, 0.0), (0.1, spread * 0.5), (-0.3, spread * 1.15), (-0.98, spread * 1.05)]
        pen.stroke(lever[:3], thick * 0.9, steel, height - 30)
        pen.rod(lever[1:], thick * 1.15, grip, height)
        mouth = -side * opened * 0.55
        outer = [(0.28, side * 0.17), (0.55, mouth - side * 0.17), (0.98, mouth - side * tip)]
        pen.fill([*outer, (0.98, mouth), (0.5, mouth * 0.4), (0.24, -side * 0.1)], steel, height)
    pen.disc(0.36, 0, 0.2, steel, 220)
    pen.disc(0.36, 0, 0.08, pick(stream, STEELS), 250)


def _saw(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a blade with teeth and a handle with a hole for the hand."""
    steel, grip = pick(stream, STEELS), pick(stream, GRIPS)
    back, front, teeth = stream.uniform(0.4, 0.52), stream.uniform(0.12, 0.24), int(stream.integers(11, 17))
    edge = []
    for tooth in range(teeth):
        x = 1 - 1.45 * tooth / teeth
        edge += [(x, 0.24), (x - 0.7 * 1.45 / teeth, 0.31)]
    pen.fill([(-0.45, 0.24), (-0.45, 0.24 - back), (1, 0.24 - front), *edge], steel, 70)
    middle = 0.24 - back / 2
    upper = [(-0.42, middle - 0.2), (-0.72, middle - 0.3), (-0.98, middle - 0.16)]
    lower = [(-0.98, middle + 0.2), (-0.74, middle + 0.33), (-0.42, middle + 0.2)]
    pen.stroke([*upper, *lower, upper[0]], stream.uniform(0.17, 0.22), grip, 200)


def _screwdriver(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a thick handle with grooves, a thin shaft and a flat tip."""
    steel, grip, groove = pick(stream, STEELS), pick(stream, GRIPS), pick(stream, GRIPS)
    thick, neck = stream.uniform(0.26, 0.36), stream.uniform(-0.3, 0.1)
    shaft = stream.uniform(0.07, 0.11)
    pen.rod([(neck, 0), (0.9, 0)], shaft, steel, 140)
    blade = [(0.82, shaft * 0.5), (0.92, shaft * 0.85), (1.02, shaft * 0.7)]
    pen.fill([*blade, *((x, -y) for x, y in reversed(blade))], steel, 110)
    pen.rod([(-1 + thick / 2, 0), (neck - 0.14, 0)], thick, grip, 210)
    pen.rod([(neck - 0.2, 0), (neck, 0)], thick * 0.62, grip, 190)
    for y in (-0.26, 0.0, 0.26):
        pen.stroke([(-0.82, y * thick), (neck - 0.25, y * thick)], 0.03, groove, 175)


def _spanner(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a bar between an open jaw and a ring, or between two open jaws."""
    steel = pick(stream, GRIPS if stream.random() < 0.35 else STEELS)
    radius, thick = stream.uniform(0.2, 0.25), stream.uniform(0.14, 0.2)
    pen.stroke([(-0.72, 0), (0.68, 0)], thick, steel, 140, ends=False)
    lean = stream.uniform(-25, 25)
    jaws = [(0.76, lean)]
    if stream.random() < 0.5:
        jaws.append((-0.78, 180 - lean))
    else:
        pen.ring(-0.8, 0, radius * 1.05, radius * 0.5, steel, 190)
    for x, towards in jaws:
        pen.stroke(arc(x, 0, radius, towards + 48, towards + 312), radius * 0.8, steel, 190, ends=False)


TOOLS: dict[str, Callable[[Pen, np.random.Generator], None]] = {
    "hammer": _hammer,
    "pliers": _pliers,
    "saw": _saw,
    "screwdriver": _screwdriver,
    "spanner": _spanner,
}

CLASSES = tuple(TOOLS)


def _screw(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a screw or a nail."""
    steel, long = pick(stream, (*STEELS, (196, 164, 92))), stream.uniform(0.5, 1.0)
    pen.rod([(-long, 0), (long, 0)], 0.13, steel, 70)
    pen.stroke([(-long, -0.2), (-long, 0.2)], 0.16, steel, 100)


def _nut(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a nut, a washer or a roll of tape: a ring."""
    colour = pick(stream, (*STEELS, (196, 164, 92), *SCRAPS))
    pen.ring(0, 0, 0.55, stream.uniform(0.2, 0.4), colour, 110)


def _pencil(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a carpenter's pencil."""
    colour = pick(stream, GRIPS)
    pen.fill([(-1.3, -0.13), (1.0, -0.13), (1.0, 0.13), (-1.3, 0.13)], colour, 90)
    pen.fill([(1.0, -0.13), (1.32, 0), (1.0, 0.13)], (214, 178, 130), 80)
    pen.fill([(1.22, -0.05), (1.34, 0), (1.22, 0.05)], (40, 40, 42), 70)


def _scrap(pen: Pen, stream: np.random.Generator) -> None:
    """Draw an offcut of wood, a piece of paper or of cardboard."""
    long, wide = stream.uniform(0.5, 1.1), stream.uniform(0.25, 0.7)
    slant = stream.uniform(-0.3, 0.3)
    corners = [(-long, -wide), (long - slant, -wide), (long, wide), (-long + slant, wide)]
    pen.fill(corners, pick(stream, SCRAPS), int(stream.integers(20, 140)))


def _cable(pen: Pen, stream: np.random.Generator) -> None:
    """Draw a cable or a curl of wood."""
    points, heading, x, y = [(0.0, 0.0)], 0.0, 0.0, 0.0
    turn = stream.uniform(-0.5, 0.5)
    for _ in range(int(stream.integers(6, 16))):
        heading += turn + stream.uniform(-0.35, 0.35)
        x, y = x + 0.24 * math.cos(heading), y + 0.24 * math.sin(heading)
        points.append((x, y))
    pen.rod(points, stream.uniform(0.09, 0.16), pick(stream, GRIPS + SCRAPS), 80)


CLUTTER = (_screw, _screw, _nut, _pencil, _scrap, _cable)


def _scatter(bench: Bench, stream: np.random.Generator, pieces: int, size: float) -> None:
    """Lay pieces of clutter anywhere on the bench; ``size`` is the half length of the tool in pixels."""
    width, height = bench.colours.size
    for _ in range(pieces):
        draw = CLUTTER[int(stream.integers(len(CLUTTER)))]
        x, y, angle = stream.uniform(0, width), stream.uniform(0, height), stream.uniform(0, 2 * math.pi)
        draw(bench.pen(Place(x, y, size * stream.uniform(0.18, 0.42), angle)), stream)


def photograph(stream: np.random.Generator, name: str) -> Picture:
    """Return a picture of the tool ``name`` among clutter, RGB, 84 to 128 pixels wide and about as high.

    Raises:
        KeyError: ``name`` is not one of ``CLASSES``.
    """
    across = int(stream.integers(SMALLEST, LARGEST + 1))
    bench = Bench(surface(stream, across, round(across * stream.uniform(0.84, 1.19))))
    width, height = bench.colours.size
    half = min(width, height) * stream.uniform(0.38, 0.48)
    _scatter(bench, stream, int(stream.integers(3, 8)), half)
    x, y = width * stream.uniform(0.45, 0.55), height * stream.uniform(0.45, 0.55)
    place = Place(x, y, half, stream.uniform(0, 2 * math.pi), int(stream.choice((-1, 1))))
    TOOLS[name](bench.pen(place), stream)
    _scatter(bench, stream, int(stream.integers(0, 4)), half * 0.55)
    return photographed(stream, bench)

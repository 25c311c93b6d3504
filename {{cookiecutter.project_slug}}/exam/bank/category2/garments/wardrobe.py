"""Draws ten kinds of garments as a web shop shows them: bright on black, seen from the front, shoes from the side.

A garment is drawn with polygons in its own lengths: x from -0.5 to 0.5, y from 0 (top) to 1 (bottom). A sketch turns,
shifts and squeezes it into the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from exam.bank.metrics import Array

SIZE = 28
FINE = 3  # sketches are drawn this much larger; averaging their pixels smooths the outlines

# How far garments stray, at most: turn in radians, shift in picture widths, and the smallest and largest size.
TURN, SHIFT, SMALLEST, LARGEST = 0.18, 0.09, 0.7, 0.92

Point = tuple[float, float]


class Sketch:
    """One garment being drawn, large; ``stream`` decides everything about it."""

    def __init__(self, stream: np.random.Generator, flips: bool = False) -> None:
        """Lay an empty sheet; ``flips``: whether the garment may face either side."""
        from PIL import Image, ImageDraw

        self.stream = stream
        self.image = Image.new("L", (SIZE * FINE, SIZE * FINE))
        self.pen = ImageDraw.Draw(self.image)
        self.tone = self.between(105, 225)
        turn, side = self.between(-TURN, TURN), -1 if flips and self.chance(0.5) else 1
        width, height = self.between(SMALLEST, LARGEST), self.between(SMALLEST, LARGEST)
        self.across = (side * width * math.cos(turn), width * math.sin(turn))
        self.down = (-height * math.sin(turn), height * math.cos(turn))
        self.centre = (0.5 + self.between(-SHIFT, SHIFT), 0.5 + self.between(-SHIFT, SHIFT))

    def between(self, low: float, high: float) -> float:
        """Return a random number."""
        return low + (high - low) * self.stream.random()

    def chance(self, share: float) -> bool:
        """Return True in this share of all cases."""
        return bool(self.stream.random() < share)

    def shade(self, low: float, high: float) -> float:
        """Return the garment's tone times a random number, at most white."""
        return min(self.tone * self.between(low, high), 255.0)

    def contrast(self) -> float:
        """Return a tone for seams and trimmings: mostly darker than the garment, sometimes brighter."""
        return self.shade(0.45, 0.75) if self.chance(0.7) else self.shade(1.2, 1.5)

    def place(self, points: Sequence[Point]) -> list[Point]:
        """Return where points of the garment are in the sketch, in its pixels."""
        (ax, ay), (dx, dy), (cx, cy), side = self.across, self.down, self.centre, SIZE * FINE
        return [((cx + ax * x + dx * (y - 0.5)) * side, (cy + ay * x + dy * (y - 0.5)) * side) for x, y in points]

    def patch(self, points: Sequence[Point], tone: float) -> None:
        """Fill a polygon."""
        self.pen.polygon(self.place(points), fill=round(tone))

    def mirrored(self, half: Sequence[Point], tone: float) -> None:
        """Fill a polygon of which the right half is given from top to bottom."""
        self.patch([*half, *((-x, y) for x, y in reversed(half))], tone)

    def stroke(self, points: Sequence[Point], tone: float, width: float = 1.0) -> None:
        """Draw a line; ``width`` in pixels of the finished picture."""
        self.pen.line(self.place(points), fill=round(tone), width=max(round(width * FINE), 1), joint="curve")

    def dot(self, x: float, y: float, tone: float, radius: float = 0.6) -> None:
        """Draw a disc; ``radius`` in pixels of the finished picture."""
        (px, py), r = self.place([(x, y)])[0], radius * FINE
        self.pen.ellipse((px - r, py - r, px + r, py + r), fill=round(tone))


@dataclass
class Cut:
    """The cut of a garment with sleeves: half widths, heights, and the sleeves' length, width and lean in radians."""

    neck: float
    shoulder: float
    chest: float
    waist: float
    hem: float
    length: float
    sleeve: float
    wide: float
    lean: float


def cut(sketch: Sketch, slim: float = 0.0, flare: float = 0.0, short: bool = False) -> Cut:
    """Return a random cut: ``slim`` takes away and ``flare`` adds half width at the hem; long or short sleeves."""
    r = sketch.between
    chest = r(0.21, 0.27) - slim
    return Cut(
        neck=r(0.07, 0.11),
        shoulder=chest + r(0.0, 0.03),
        chest=chest,
        waist=chest - r(-0.01, 0.04) + flare / 3,
        hem=chest + r(-0.01, 0.02) + flare,
        length=r(0.86, 0.99),
        sleeve=r(0.2, 0.34) if short else r(0.64, 0.86),
        wide=r(0.15, 0.19) if short else r(0.1, 0.15),
        lean=r(0.5, 0.9) if short else r(0.08, 0.26),
    )


def top(sketch: Sketch, c: Cut) -> float:
    """Draw body and sleeves of a garment with the cut ``c``; return the height of the armpits."""
    tip, armpit = 0.07, 0.09 + c.wide * 1.3
    sleeve_tone = sketch.shade(0.82, 1.08)
    outer = (c.shoulder + c.sleeve * math.sin(c.lean), tip + c.sleeve * math.cos(c.lean))
    cuff = 0.75 * c.wide
    inner = (outer[0] - cuff * math.cos(c.lean), outer[1] + cuff * math.sin(c.lean) * 0.6)
    sleeve = [(c.shoulder * 0.8, 0.04), (c.shoulder, tip), outer, inner, (c.chest, armpit)]
    seam = sketch.shade(0.35, 0.65)
    for side in (-1, 1):
        sketch.patch([(side * x, y) for x, y in sleeve], sleeve_tone)
    body = [(c.neck, 0.0), (c.shoulder, tip), (c.chest, armpit), (c.waist, 0.55), (c.hem, c.length)]
    sketch.mirrored(body, sketch.tone)
    for side in (-1, 1):
        edge = body[2:] if c.lean < 0.4 else body[1:3]  # hanging sleeves lie beside the body
        sketch.stroke([(side * x, y) for x, y in edge], seam, 0.5)
    return armpit


def neckline(sketch: Sketch, c: Cut) -> None:
    """Cut out a round or pointed neck, through which the garment's back is seen."""
    inside, deep = sketch.shade(0.2, 0.5), sketch.between(0.04, 0.09)
    if sketch.chance(0.65):
        sketch.mirrored([(c.neck, 0.0), (c.neck * 0.8, deep * 0.6), (c.neck * 0.35, deep)], inside)
    else:
        sketch.mirrored([(c.neck, 0.0), (0.0, deep * 2)], inside)


def t_shirt(sketch: Sketch) -> None:
    """Short sleeves; sometimes a printed chest."""
    c = cut(sketch, short=True)
    armpit = top(sketch, c)
    neckline(sketch, c)
    if sketch.chance(0.35):
        half, down = sketch.between(0.07, 0.15), armpit + sketch.between(0.02, 0.08)
        sketch.mirrored([(half, down), (half, down + sketch.between(0.06, 0.25))], sketch.contrast())


def pullover(sketch: Sketch) -> None:
    """Long sleeves, a knitted border at the hem; a round, pointed or turtle neck."""
    c = cut(sketch)
    top(sketch, c)
    border = sketch.shade(0.7, 0.92)
    sketch.mirrored([(c.hem * 0.97, c.length - 0.07), (c.hem * 0.93, c.length)], border)
    if sketch.chance(0.25):
        sketch.mirrored([(c.neck * 0.9, -0.06), (c.neck, 0.05)], border)
    else:
        neckline(sketch, c)
    if sketch.chance(0.3):
        down = sketch.between(0.3, 0.5)
        sketch.mirrored([(c.chest, down), (c.waist, down + sketch.between(0.06, 0.16))], sketch.contrast())


def buttons(sketch: Sketch, x: float, first: float, last: float, count: int, tone: float) -> None:
    """Sew ``count`` buttons on, one below the other."""
    for number in range(count):
        sketch.dot(x, first + (last - first) * (number + 0.5) / count, tone, 0.5)


def shirt(sketch: Sketch) -> None:
    """A collar of two points and a row of buttons; sleeves mostly long."""
    c = cut(sketch, short=sketch.chance(0.2))
    top(sketch, c)
    deep, collar, line = sketch.between(0.09, 0.13), sketch.shade(1.05, 1.25), sketch.contrast()
    sketch.mirrored([(c.neck, 0.0), (0.0, deep * 0.8)], sketch.shade(0.25, 0.5))
    for side in (-1, 1):
        points = [(c.neck * 0.7, -0.03), (c.neck * 1.25, 0.03), (c.neck * 0.9, deep * 1.1), (0.01, deep * 0.8)]
        sketch.patch([(side * x, y) for x, y in points], collar)
    sketch.stroke([(0, deep * 0.8), (0, c.length)], line, 0.9)
    buttons(sketch, 0.02, deep, c.length, 6, sketch.contrast())
    if sketch.chance(0.4):
        sketch.patch([(0.06, 0.27), (0.16, 0.27), (0.16, 0.38), (0.06, 0.38)], sketch.shade(0.8, 0.92))


def coat(sketch: Sketch) -> None:
    """Wide lapels, open front edge, pockets; often longer and wider at the hem; sometimes a belt or a hood."""
    c = cut(sketch, slim=sketch.between(0.0, 0.05), flare=sketch.between(0.0, 0.06))
    top(sketch, c)
    line, deep = sketch.shade(0.3, 0.55), sketch.between(0.2, 0.38)
    if sketch.chance(0.25):
        sketch.mirrored([(c.neck * 0.7, -0.07), (c.neck * 1.3, 0.0), (c.neck * 1.1, 0.09)], sketch.shade(0.7, 0.9))
    sketch.mirrored([(c.neck * 0.8, 0.0), (0.0, deep)], sketch.shade(0.15, 0.4))
    lapel = sketch.shade(0.75, 0.95) if sketch.chance(0.5) else sketch.shade(1.05, 1.2)
    for side in (-1, 1):
        points = [(c.neck * 0.8, -0.02), (c.neck * 1.7, 0.1), (c.neck * 1.1, deep * 0.7), (0.0, deep)]
        sketch.patch([(side * x, y) for x, y in points], lapel)
        pocket = sketch.between(0.58, 0.66)
        sketch.stroke([(side * c.chest * 0.4, pocket), (side * c.chest * 0.8, pocket - 0.02)], line, 0.9)
    sketch.stroke([(0, deep), (0, c.length)], line, 1.1)
    if sketch.chance(0.5):
        buttons(sketch, 0.05, deep, c.length - 0.2, 3, line)
    if sketch.chance(0.3):
        sketch.stroke([(-c.waist, 0.5), (c.waist, 0.5)], sketch.shade(0.5, 0.8), 1.6)


def dress(sketch: Sketch) -> None:
    """Narrow above, a waist, a skirt; straps, short or long sleeves."""
    r = sketch.between
    chest, waist, hem, length = r(0.12, 0.17), r(0.09, 0.14), r(0.14, 0.3), r(0.94, 1.0)
    kind = sketch.stream.random()
    if kind < 0.55:
        strap = chest * r(0.55, 0.85)
        sketch.stroke([(-strap, 0.0), (-strap, 0.14)], sketch.tone, 1.3)
        sketch.stroke([(strap, 0.0), (strap, 0.14)], sketch.tone, 1.3)
        sketch.mirrored([(strap, 0.1), (chest, 0.2), (waist, 0.4), (hem, length)], sketch.tone)
    else:
        short = kind < 0.8
        c = cut(sketch, slim=0.08, flare=hem - 0.16, short=short)
        c.waist, c.length = waist + 0.02, length
        top(sketch, c)
        neckline(sketch, c)
    if sketch.chance(0.5):
        sketch.stroke([(-waist, 0.42), (waist, 0.42)], sketch.contrast(), r(0.6, 1.8))


def trousers(sketch: Sketch) -> None:
    """Two legs, from narrow to flared."""
    r = sketch.between
    waist, hip, crotch = r(0.13, 0.2), r(0.19, 0.26), r(0.3, 0.4)
    outer, leg, length = hip + r(-0.06, 0.05), r(0.08, 0.16), r(0.92, 1.0)
    for side in (-1, 1):
        points = [(0, 0), (waist, 0), (hip, crotch * 0.8), (outer, length), (outer - leg, length), (0.005, crotch)]
        sketch.patch([(side * x, y) for x, y in points], sketch.tone)
        if sketch.chance(0.5):
            sketch.stroke([(side * waist * 0.6, 0.06), (side * waist, 0.14)], sketch.shade(0.5, 0.7), 0.7)
    sketch.stroke([(-waist, 0.02), (waist, 0.02)], sketch.contrast(), 1.3)
    sketch.stroke([(0, 0.04), (0, crotch)], sketch.shade(0.4, 0.7), 0.7)


def sandal(sketch: Sketch) -> None:
    """A sole, flat or with a heel, and straps with air between them."""
    r, ground = sketch.between, 0.74
    heel = r(0.1, 0.24) if sketch.chance(0.4) else r(0.0, 0.05)
    back, wedge = ground - 0.06 - heel, sketch.chance(0.4)
    under = [(0.47, ground), (0.0, ground)] if wedge else [(0.47, back + 0.07), (0.0, ground - heel * 0.35)]
    sole = [(-0.48, ground - 0.05), (-0.14, ground - 0.08), (0.1, ground - 0.1 - heel * 0.4), (0.47, back), *under]
    sketch.patch([*sole, (-0.44, ground)], sketch.tone)
    if not wedge and heel > 0.05:
        sketch.patch([(0.33, back), (0.47, back), (0.46, ground), (0.39, ground)], sketch.shade(0.7, 1.0))
    strap, high = sketch.shade(0.8, 1.3), r(0.12, 0.2)
    for number in range(sketch.stream.integers(1, 3)):
        x = -0.42 + 0.2 * number
        arch = [(x, ground - 0.05), (x + 0.05, ground - high), (x + 0.15, ground - high - 0.03)]
        sketch.stroke([*arch, (x + 0.22, ground - 0.09)], strap, r(1.4, 2.6))
    ankle = back - r(0.14, 0.26)
    sketch.stroke([(0.44, back), (0.45, ankle), (0.32, ankle + 0.05), (0.18, ankle + 0.04)], strap, r(1.2, 2))
    if sketch.chance(0.6):
        sketch.stroke([(0.18, ankle + 0.04), (0.14, ground - 0.12 - heel * 0.4)], strap, r(1.2, 2))
    if sketch.chance(0.5):
        sketch.stroke([(0.2, ankle + 0.04), (-0.14, ground - high)], strap, r(1.2, 1.8))


def sneaker(sketch: Sketch) -> None:
    """A low shoe with laces on a thick sole; sometimes as high as a boot."""
    r = sketch.between
    up = r(0.1, 0.26) if sketch.chance(0.2) else r(-0.03, 0.06)
    thick, toe = r(0.06, 0.1), r(0.5, 0.56)
    upper = [(-0.47, 0.68), (-0.44, toe + 0.04), (-0.3, toe - 0.03), (-0.06, 0.4 - up), (0.06, 0.37 - up)]
    upper += [(0.2, 0.42 - up * 0.8), (0.38, 0.36 - up), (0.45, 0.38 - up), (0.47, 0.68)]
    sketch.patch(upper, sketch.tone)
    sole = sketch.shade(0.5, 0.8) if sketch.chance(0.4) else 250.0
    sketch.patch([(-0.49, 0.66), (0.48, 0.64), (0.49, 0.66 + thick), (-0.4, 0.66 + thick)], sole)
    laces = sketch.contrast()
    for number in range(3):
        x = -0.26 + 0.08 * number
        y = toe - 0.02 + (0.4 - up - toe) * (number + 0.5) / 3
        sketch.stroke([(x, y), (x + 0.07, y + 0.06)], laces, 0.8)
    if sketch.chance(0.6):
        x, tone = r(-0.05, 0.15), sketch.contrast()
        sketch.stroke([(x, 0.62), (x + r(0.05, 0.15), 0.48)], tone, r(1, 2.2))


def ankle_boot(sketch: Sketch) -> None:
    """A shaft above the ankle, a sole with a heel; a zip, elastic or nothing at the side."""
    r = sketch.between
    shaft, heel, front = r(0.06, 0.3), r(0.02, 0.16), r(-0.06, 0.04)
    upper = [(-0.47, 0.72), (-0.45, 0.62), (-0.28, 0.54), (front - 0.04, 0.44), (front, 0.34), (front + 0.01, shaft)]
    upper += [(0.38, shaft - 0.02), (0.37, 0.4), (0.43, 0.6), (0.44, 0.74 - heel / 3)]
    sketch.patch(upper, sketch.tone)
    sole, back = sketch.contrast(), 0.72 - heel / 3
    sketch.patch([(-0.48, 0.71), (0.1, back + 0.01), (0.44, back), (0.1, back + 0.06), (-0.42, 0.77)], sole)
    sketch.patch([(0.2, back), (0.44, back), (0.42, 0.77), (r(0.22, 0.34), 0.77)], sole)
    if sketch.chance(0.4):
        sketch.patch([(0.12, shaft), (0.26, shaft), (0.22, 0.46), (0.15, 0.46)], sketch.shade(0.5, 0.75))
    elif sketch.chance(0.5):
        sketch.stroke([(0.2, shaft), (0.18, 0.62)], sketch.contrast(), 0.8)


def bag(sketch: Sketch) -> None:
    """A body, upright or broad; one or two handles, a long strap, or none; a flap or a clasp."""
    r = sketch.between
    above, below, head = r(0.26, 0.44), r(0.3, 0.46), r(0.3, 0.5)
    foot = min(head + r(0.32, 0.5), 0.95)
    kind = sketch.stream.random()
    grip, high, strap = above * r(0.4, 0.95), head - r(0.16, 0.36), sketch.shade(0.7, 1.15)
    if kind < 0.85:
        arch = [(-grip, head), (-grip * 0.75, high + 0.06), (-grip * 0.3, high), (grip * 0.3, high)]
        sketch.stroke([*arch, (grip * 0.75, high + 0.06), (grip, head)], strap, r(0.9, 2))
    body = [(above * 0.94, head), (above, head + 0.05), (below, foot - 0.05), (below * 0.94, foot)]
    sketch.mirrored(body, sketch.tone)
    if sketch.chance(0.5):
        lower = head + (foot - head) * r(0.25, 0.6)
        flap = [(above * 0.97, head + 0.01), (above * 0.9, lower - 0.04), (above * 0.6, lower)]
        sketch.mirrored(flap, sketch.shade(0.7, 0.9))
        sketch.dot(0, lower - 0.02, sketch.contrast(), 0.9)
    elif sketch.chance(0.5):
        sketch.stroke([(-above, head + 0.06), (above, head + 0.06)], sketch.contrast(), 0.8)


GARMENTS: dict[str, tuple[Callable[[Sketch], None], float]] = {
    "T-shirt": (t_shirt, 0.35),
    "trousers": (trousers, 0.2),
    "pullover": (pullover, 0.35),
    "dress": (dress, 0.35),
    "coat": (coat, 0.3),
    "sandal": (sandal, 0.05),
    "shirt": (shirt, 0.4),
    "sneaker": (sneaker, 0.05),
    "bag": (bag, 0.2),
    "ankle boot": (ankle_boot, 0.05),
}
"""Name -> how it is drawn, and the share that is striped."""

FACING = ("sandal", "sneaker", "ankle boot")


def folds(stream: np.random.Generator, count: int) -> Array:
    """Return soft light and shade, mean about 0, float64 (count, 28, 28)."""
    knots = 6
    position = np.linspace(0, knots - 1, SIZE)
    shares = np.clip(1 - np.abs(position[:, None] - np.arange(knots)), 0, 1)
    soft: Array = shares @ stream.normal(0, 1, (count, knots, knots)) @ shares.T
    return soft


def stripes(stream: np.random.Generator, count: int, share: float) -> Array:
    """Return stripes -1..1 for this share of ``count`` pictures and 0 for the others, float64 (count, 28, 28)."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    upright = np.where(stream.random(count) < 0.5, np.pi / 2, 0.0) + stream.normal(0, 0.1, count)
    pitch, start = stream.uniform(2.6, 7, count), stream.uniform(0, 2 * np.pi, count)
    striped = stream.random(count) < share
    across = np.cos(upright)[:, None, None] * rows + np.sin(upright)[:, None, None] * columns
    waves: Array = np.sin(2 * np.pi * across / pitch[:, None, None] + start[:, None, None])
    return waves * striped[:, None, None]


def pictures(stream: np.random.Generator, name: str, count: int) -> Array:
    """Return ``count`` pictures of one kind of garment, uint8 (count, 28, 28), the background 0."""
    draw, striped = GARMENTS[name]
    sheets = np.empty((count, SIZE, SIZE), dtype=np.uint8)
    for sheet in sheets:
        sketch = Sketch(stream, flips=name in FACING)
        draw(sketch)
        sheet[:] = np.asarray(sketch.image.reduce(FINE))
    depth = stream.uniform(0.08, 0.3, (count, 1, 1))
    cloth = 1 + 0.1 * folds(stream, count) + depth * stripes(stream, count, striped)
    cloth += stream.normal(0, 0.05, cloth.shape)
    worn: Array = np.clip(np.rint(sheets * cloth), 0, 255).astype(np.uint8)
    return worn

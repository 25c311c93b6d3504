"""An undamaged neighbourhood: streets, houses, gardens, trees, and what may look like damage but is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category3.storm_damage.canvas import (
    FINE,
    SHADOW,
    SIZE,
    Canvas,
    Colour,
    Point,
    pick,
    shade,
    soft_noise,
)

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

GRASS: tuple[Colour, ...] = ((92, 118, 62), (118, 132, 72), (78, 104, 60), (138, 138, 84))
EARTH: tuple[Colour, ...] = ((150, 122, 88), (132, 104, 74), (168, 142, 104), (116, 94, 70))
FOLIAGE: tuple[Colour, ...] = ((54, 84, 42), (66, 98, 50), (46, 74, 46), (88, 106, 52))
ROOFS: tuple[Colour, ...] = (
    (168, 88, 66), (146, 74, 58), (128, 104, 86), (116, 116, 120), (92, 90, 92), (186, 168, 146), (178, 112, 78)
)  # fmt: skip
BLUE_ROOFS: tuple[Colour, ...] = ((72, 108, 158), (92, 128, 170), (56, 92, 150))
POOLS: tuple[Colour, ...] = ((70, 158, 206), (92, 184, 214), (52, 130, 196))
PAVING: tuple[Colour, ...] = ((176, 170, 160), (158, 150, 142), (190, 178, 160))
CARS: tuple[Colour, ...] = ((220, 220, 222), (60, 62, 68), (150, 152, 158), (150, 46, 40), (48, 84, 150), (30, 32, 36))
MATERIAL: tuple[Colour, ...] = ((202, 170, 118), (170, 92, 70), (190, 190, 190))  # timber, bricks, pipes
ASPHALT: tuple[Colour, ...] = ((112, 112, 114), (98, 98, 102), (130, 128, 126))

STREET = 6.5  # metres from kerb to kerb


@dataclass
class House:
    """A house of ``along`` x ``across`` metres, whose ridge points ``turn`` radians away from the street."""

    s: float
    t: float
    along: float
    across: float
    turn: float
    colour: Colour
    hip: float  # how far the ridge ends before the wall, metres; 0 for a gable roof

    def place(self, u: float, v: float) -> Point:
        """Return a place on the roof: ``u`` along the ridge and ``v`` across, -1 to 1 between the eaves."""
        a, b = u * self.along / 2, v * self.across / 2
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return self.s + a * cos - b * sin, self.t + a * sin + b * cos

    def lit(self, canvas: Canvas, side: float) -> float:
        """Return the brightness of the roof's face on one side of the ridge, -1 or 1."""
        towards = math.cos(self.turn) * canvas.light[1] - math.sin(self.turn) * canvas.light[0]
        return 0.93 + 0.2 * side * towards


@dataclass
class Town:
    """What stands in a tile, for the storm to find."""

    houses: list[House] = field(default_factory=list)
    cross: float | None = None  # where a second street crosses, s


def roof(canvas: Canvas, house: House) -> None:
    """Draw a house from above: its shadow, two or four faces of roof, rows of tiles, and a chimney."""
    reach = 2.2
    for step in (0.5, 1.0):
        away = (-canvas.light[0] * reach * step, -canvas.light[1] * reach * step)
        canvas.box(house.s + away[0], house.t + away[1], house.along, house.across, (*SHADOW[:3], 70), house.turn)
    end = 1 - 2 * house.hip / house.along
    for side in (-1.0, 1.0):
        face = [house.place(-1, side), house.place(1, side), house.place(end, 0), house.place(-end, 0)]
        canvas.shape(face, shade(house.colour, house.lit(canvas, side)))
    if house.hip:
        towards = math.cos(house.turn) * canvas.light[0] + math.sin(house.turn) * canvas.light[1]
        for side in (-1.0, 1.0):
            triangle = [house.place(side, -1), house.place(side, 1), house.place(side * end, 0)]
            canvas.shape(triangle, shade(house.colour, 0.93 + 0.2 * side * towards))
    rows = int(house.across / 1.3)
    for row in range(1, rows):
        v = 2 * row / rows - 1
        width = 1 - (1 - end) * (1 - abs(v))
        canvas.line([house.place(-width, v), house.place(width, v)], (20, 15, 15, 34), 0.15)
    canvas.line([house.place(-end, 0), house.place(end, 0)], (235, 225, 215, 80), 0.25)
    u = canvas.stream.uniform(-0.6, 0.6)
    canvas.box(*house.place(u, 0.25), 0.9, 0.9, (88, 70, 64), house.turn)


def panels(canvas: Canvas, house: House) -> None:
    """Put solar panels on one face of a roof: dark blue, in rows."""
    side, u = canvas.stream.choice((-1.0, 1.0)), canvas.stream.uniform(-0.5, 0.0)
    navy = pick(canvas.stream, ((34, 44, 78), (28, 34, 58)))
    for column in range(int(canvas.stream.integers(2, 5))):
        for low, high in ((0.2, 0.47), (0.51, 0.78)):
            left, right = u + column * 0.15, u + column * 0.15 + 0.13
            quad = [house.place(left, side * low), house.place(right, side * low)]
            canvas.shape([*quad, house.place(right, side * high), house.place(left, side * high)], navy)


def tree(canvas: Canvas, s: float, t: float, radius: float) -> None:
    """Draw a tree from above: a shadow, and a crown that is brighter towards the sun."""
    stream, light = canvas.stream, canvas.light
    colour = pick(stream, FOLIAGE, 0.15)
    canvas.disc(s - light[0] * radius * 0.8, t - light[1] * radius * 0.8, radius, SHADOW)
    blobs = stream.uniform(-1, 1, (10, 2)).tolist()
    for (a, b), level in zip(blobs, (0.75,) * 4 + (1.0,) * 4 + (1.28,) * 2, strict=True):
        towards = (level - 0.8) * 0.8
        size = radius * (0.75 - 0.9 * abs(level - 0.75))
        middle = s + (a * 0.5 + light[0] * towards) * radius, t + (b * 0.5 + light[1] * towards) * radius
        canvas.disc(*middle, size, shade(colour, level))


def car(canvas: Canvas, s: float, t: float, turn: float) -> None:
    """Draw a parked car with its windows."""
    colour = pick(canvas.stream, CARS)
    canvas.box(s - canvas.light[0] * 0.5, t - canvas.light[1] * 0.5, 4.4, 1.9, SHADOW, turn)
    canvas.box(s, t, 4.4, 1.8, colour, turn)
    canvas.box(s, t, 2.5, 1.5, (38, 44, 54), turn)
    canvas.box(s - 0.1, t, 1.5, 1.4, colour, turn)


def pool(canvas: Canvas, s: float, t: float) -> None:
    """Dig a swimming pool with a bright rim."""
    length, depth = canvas.stream.uniform(4, 8), canvas.stream.uniform(3, 4.2)
    turn = canvas.stream.choice((0, math.pi / 2))
    blue = pick(canvas.stream, POOLS)
    canvas.box(s, t, length + 1.4, depth + 1.4, pick(canvas.stream, PAVING), turn)
    canvas.box(s, t, length, depth, blue, turn)
    canvas.box(s + canvas.light[0] * 0.3, t + canvas.light[1] * 0.3, length - 0.8, depth - 0.8, shade(blue, 1.1), turn)


def trampoline(canvas: Canvas, s: float, t: float) -> None:
    """Set up a trampoline: a dark disc with a blue rim."""
    canvas.disc(s - canvas.light[0] * 0.5, t - canvas.light[1] * 0.5, 2.0, SHADOW)
    canvas.disc(s, t, 2.0, pick(canvas.stream, BLUE_ROOFS))
    canvas.disc(s, t, 1.5, (44, 44, 50))


def patio(canvas: Canvas, s: float, t: float) -> None:
    """Lay a terrace, sometimes with a blue sunshade on it."""
    canvas.box(s, t, canvas.stream.uniform(3, 6), canvas.stream.uniform(3, 5), pick(canvas.stream, PAVING))
    if canvas.stream.random() < 0.5:
        canvas.box(s, t, 2.6, 2.6, pick(canvas.stream, (*BLUE_ROOFS, (200, 190, 170), (170, 70, 60))), 0.8)


def beds(canvas: Canvas, s: float, t: float) -> None:
    """Plant vegetable beds: short rows, side by side."""
    for row in range(int(canvas.stream.integers(3, 6))):
        canvas.box(s, t + row * 1.5, 5.0, 1.0, pick(canvas.stream, EARTH, 0.15))
        for place in canvas.stream.uniform(-2.2, 2.2, 5).tolist():
            canvas.disc(s + place, t + row * 1.5, 0.35, pick(canvas.stream, FOLIAGE))


GARDEN = (pool, trampoline, patio, beds)


def farmland(canvas: Canvas, s: float, t: float, length: float, depth: float) -> None:
    """Plough a brown field: furrows, straight sides."""
    brown = pick(canvas.stream, EARTH)
    canvas.box(s, t, length, depth, brown)
    for place in range(int(depth / 1.2)):
        across = t - depth / 2 + 0.6 + 1.2 * place
        canvas.line([(s - length / 2, across), (s + length / 2, across)], (*shade(brown, 0.72), 140), 0.4)


def building_site(canvas: Canvas, s: float, t: float, length: float, depth: float) -> None:
    """Start a house: bare earth, a foundation, and timber, bricks and pipes in orderly stacks."""
    canvas.box(s, t, length, depth, pick(canvas.stream, EARTH))
    canvas.box(s - 1, t, 9.5, 8, (196, 192, 184))
    canvas.box(s - 1, t, 8.5, 7, (166, 160, 150))
    canvas.box(s - 1, t, 0.5, 7, (200, 196, 190))
    for stack in range(int(canvas.stream.integers(2, 5))):
        place, colour = t - depth / 2 + 1.5 + stack * 3.2, pick(canvas.stream, MATERIAL)
        for plank in range(4):
            canvas.box(s + 6, place + plank * 0.6, 3.4, 0.45, shade(colour, 0.85 + 0.1 * (plank % 3)))


def pond(canvas: Canvas, s: float, t: float, length: float, depth: float) -> None:
    """Fill a pond with clear dark water between reeds."""
    water = pick(canvas.stream, ((58, 86, 96), (50, 78, 104), (66, 98, 92)))
    discs = [(a * 3.5, b * 2.5, 2.5 + c) for a, b, c in canvas.stream.uniform(-1, 1, (5, 3)).tolist()]
    for wider, colour in ((0.7, (104, 112, 70)), (0.0, water)):
        for a, b, radius in discs:
            canvas.disc(s + a, t + b, radius + wider, colour)


def car_park(canvas: Canvas, s: float, t: float, length: float, depth: float) -> None:
    """Mark a car park and fill half of it."""
    canvas.box(s, t, length, depth, pick(canvas.stream, ASPHALT))
    for column in range(int(length / 2.7)):
        place = s - length / 2 + 1.6 + column * 2.7
        for across in (t - depth / 2 + 3, t + depth / 2 - 3):
            canvas.line([(place - 1.35, across - 2.4), (place - 1.35, across + 2.4)], (215, 215, 210), 0.2)
            if canvas.stream.random() < 0.55:
                car(canvas, place, across, math.pi / 2)


def grove(canvas: Canvas, s: float, t: float, length: float, depth: float) -> None:
    """Plant a small wood."""
    places = canvas.stream.uniform(-0.5, 0.5, (7, 2)).tolist()
    for a, b in places:
        tree(canvas, s + a * length, t + b * depth, canvas.stream.uniform(1.8, 3.2))


def timber_yard(canvas: Canvas, s: float, t: float, length: float, depth: float) -> None:
    """Stack trunks side by side on bare ground."""
    canvas.box(s, t, length, depth, pick(canvas.stream, EARTH))
    for stack in range(2):
        for trunk in range(6):
            place = t - depth / 2 + 2 + stack * 6 + trunk * 0.7
            canvas.line([(s - 4, place), (s + 4, place)], pick(canvas.stream, ((128, 98, 70), (104, 80, 60))), 0.55)


OPEN = (farmland, building_site, pond, car_park, grove, timber_yard)


def streets(canvas: Canvas, town: Town) -> None:
    """Draw the street, often another one across it, with pavements and the line in the middle."""
    asphalt, paving = pick(canvas.stream, ASPHALT), pick(canvas.stream, PAVING)
    if canvas.stream.random() < 0.4:
        town.cross = float(canvas.stream.uniform(-14, 14))
    for wider, colour in ((2.4, paving), (0.0, asphalt)):
        canvas.box(0, 0, 90, STREET + wider, colour)
        if town.cross is not None:
            canvas.box(town.cross, 0, STREET + wider, 90, colour)
    for place in range(-36, 36, 4):
        canvas.box(place, 0, 1.8, 0.25, (222, 220, 210))
    for place in canvas.stream.uniform(-24, 24, 2).tolist():
        car(canvas, place, canvas.stream.choice((-2.2, 2.2)), 0.0)


def build(canvas: Canvas, town: Town, s: float, t: float) -> None:
    """Add a house on its plot to the town; it is drawn later, above whatever lies on the ground."""
    stream = canvas.stream
    along, across = stream.uniform(9.5, 13), stream.uniform(7.5, 9.5)
    colour = pick(stream, BLUE_ROOFS if stream.random() < 0.14 else ROOFS)
    turn = stream.choice((0.0, math.pi / 2)) + stream.uniform(-0.05, 0.05)
    hip = stream.choice((0.0, across / 2.2))
    if stream.random() < 0.35:
        wing = House(s, t + 2.5, across, across * 0.7, turn + math.pi / 2, colour, 0.0)
        town.houses.append(wing)
    town.houses.append(House(s, t, along, across, turn, colour, hip))


def plots(canvas: Canvas, town: Town, crowded: float) -> None:
    """Divide the land into plots in rows beside the street, each with a house and garden or something else.

    Args:
        canvas: to draw what lies on the ground.
        town: takes the houses.
        crowded: how likely a garden or plot holds something that could be taken for damage, 0 to 1.
    """
    stream = canvas.stream
    for row in (-34.0, -13.0, 13.0, 34.0):
        s = -36.0 + stream.uniform(0, 10)
        while s < 36:
            free = town.cross is None or abs(s - town.cross) > 11
            if free and canvas.inside(s, row, -4):
                plot(canvas, town, s, row, crowded)
            s += stream.uniform(15, 18)


def plot(canvas: Canvas, town: Town, s: float, t: float, crowded: float) -> None:
    """Use one plot around (s, t)."""
    stream, outwards = canvas.stream, math.copysign(1, t)
    if stream.random() < 0.25:
        use = OPEN[int(stream.integers(len(OPEN)))] if stream.random() < crowded else grove
        use(canvas, s, t, 14.5, 14)
        return
    if abs(t) < 20:
        canvas.box(s + 4.5, outwards * 6, 3, 7, pick(stream, PAVING))
    if stream.random() < crowded:
        thing = GARDEN[int(stream.integers(len(GARDEN)))]
        thing(canvas, s + stream.uniform(-4, 4), t + outwards * 9)
    build(canvas, town, s, t - outwards * stream.uniform(0, 1.5))
    hedge = pick(stream, FOLIAGE)
    canvas.line([(s + 8, t - 6), (s + 8, t + 10)], shade(hedge, 0.9), 1.0)


def meadow(stream: np.random.Generator) -> Picture:
    """Return grass of two tones with bare patches, of the size that is drawn on."""
    from PIL import Image

    ground = Image.new("RGB", (SIZE, SIZE), pick(stream, GRASS))
    ground.paste(pick(stream, GRASS), (0, 0), soft_noise(stream, 9))
    bare = soft_noise(stream, 40).point([max(0, level - 150) for level in range(256)])
    ground.paste(pick(stream, EARTH), (0, 0), bare)
    return ground.resize((SIZE * FINE, SIZE * FINE), Image.Resampling.NEAREST)


def wood(canvas: Canvas, town: Town, count: int) -> None:
    """Let trees grow in the gardens and beside the street, not on it and not in houses."""
    for s, t, size in canvas.stream.uniform(-1, 1, (count, 3)).tolist():
        place = (s * 30, t * 30)
        beside = abs(place[1]) > STREET and (town.cross is None or abs(place[0] - town.cross) > STREET)
        garden = all(math.dist(place, (house.s, house.t)) > 7 for house in town.houses)
        if beside and garden and canvas.inside(*place, -2):
            tree(canvas, *place, 2.2 + 0.9 * size)

"""Photographs traffic signs in the street: askew, half covered, in the sun, in fog and at night."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category2.traffic_signs.signs import sign
from exam.bank.metrics import Array
from exam.bank.streams import pick

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SMALLEST, LARGEST = 32, 64  # pixels of a side of a photograph
TURN, LEAN, TILT = 0.6, 0.25, 0.14  # radians: about the pole, to the front, sideways
DISTANCE = 3.5  # of the camera, in half widths of the sign; the nearer, the stronger the perspective

# What stands behind signs, sRGB: leaves, hedge, sky, clouds, brick, concrete, asphalt, earth.
NATURE = ((74, 104, 52), (44, 66, 40), (126, 168, 214), (206, 212, 220))
TOWN = ((150, 92, 74), (168, 164, 156), (92, 92, 96), (132, 112, 86))
BACKGROUNDS = NATURE + TOWN
LEAVES = ((52, 88, 38), (84, 116, 46), (110, 98, 44), (64, 50, 36))
STICKERS = ((240, 240, 236), (236, 204, 60), (60, 150, 90), (40, 40, 44), (214, 110, 170), (70, 150, 210))


def _background(stream: np.random.Generator, width: int, height: int) -> Picture:
    """Return a street out of focus: two colours that meet somewhere, spots, and the pole of the sign."""
    from PIL import Image, ImageDraw

    cells = int(stream.integers(4, 12))
    colours = np.array([pick(stream, BACKGROUNDS), pick(stream, BACKGROUNDS)], np.float64)
    edge = stream.uniform(0, 1) * cells
    place = np.indices((cells, cells, 1))[int(stream.random() < 0.4)]
    spots = np.where(place < edge, colours[0], colours[1]) * stream.uniform(0.65, 1.3, (cells, cells, 1))
    coarse = Image.fromarray(np.clip(spots + stream.normal(0, 8, spots.shape), 0, 255).astype(np.uint8))
    picture = coarse.resize((width, height), Image.Resampling.BICUBIC)
    x, thickness = width * stream.uniform(0.42, 0.58), width * stream.uniform(0.015, 0.04)
    grey = int(stream.integers(90, 190))
    ImageDraw.Draw(picture).rectangle((x - thickness, height / 2, x + thickness, height), fill=(grey, grey, grey + 6))
    return picture


def _stick(stream: np.random.Generator, board: Picture) -> None:
    """Put a sticker onto a sign, round or with four corners."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(board)
    x, y = stream.uniform(0.25, 0.75, 2) * board.width
    a, b = stream.uniform(0.05, 0.13, 2) * board.width
    colour = pick(stream, STICKERS)
    if stream.random() < 0.4:
        pen.ellipse((x - a, y - a, x + a, y + a), fill=colour)
    else:
        lean = stream.uniform(-0.6, 0.6) * b
        left, right = ((x - a, y - b - lean), (x - a, y + b - lean)), ((x + a, y + b + lean), (x + a, y - b + lean))
        pen.polygon((*left, *right), fill=colour)


def _used(stream: np.random.Generator, name: str) -> Picture:
    """Return a sign that has stood there for years: faded, some with stickers on it."""
    from PIL import Image

    board = sign(name).copy()
    if stream.random() < 0.3:
        for _ in range(int(stream.integers(1, 4))):
            _stick(stream, board)
    pale = Image.new("RGBA", board.size, (176, 170, 160, 255))
    pale.putalpha(board.getchannel("A"))
    return Image.blend(board, pale, stream.uniform(0, 0.35))


def _homography(stream: np.random.Generator, width: int, height: int) -> Array:
    """Return the matrix (3, 3) that maps a pixel of the photograph to half widths of the sign."""
    turn, lean, tilt = stream.uniform(-1, 1, 3) * (TURN, LEAN, TILT)
    cos, sin = math.cos(turn), math.sin(turn)
    about_pole = np.array([(cos, 0, sin), (0, 1, 0), (-sin, 0, cos)])
    cos, sin = math.cos(lean), math.sin(lean)
    to_front = np.array([(1, 0, 0), (0, cos, -sin), (0, sin, cos)])
    cos, sin = math.cos(tilt), math.sin(tilt)
    sideways = np.array([(cos, -sin, 0), (sin, cos, 0), (0, 0, 1)])
    # Points of the flat sign have no third coordinate: its column is free for the place of the sign.
    pose = about_pole @ to_front @ sideways
    pose[:, 2] = (0, 0, DISTANCE)
    radius = min(width, height) * stream.uniform(0.28, 0.47)
    x, y = stream.uniform(-0.14, 0.14, 2)
    pixels = radius * DISTANCE
    camera = np.array([(pixels, 0, width * (0.5 + x)), (0, pixels, height * (0.5 + y)), (0, 0, 1)])
    matrix: Array = np.linalg.inv(camera @ pose)
    return matrix


def _hang(stream: np.random.Generator, street: Picture, board: Picture) -> None:
    """Put a sign into the street, seen from somewhere."""
    from PIL import Image

    matrix = _homography(stream, *street.size)
    # The board at about twice the size it is seen at: any larger, pixels would be skipped.
    board = board.reduce(max(1, board.width // (2 * min(street.size))))
    half = board.width / 2
    matrix = np.array([(half, 0, half), (0, half, half), (0, 0, 1)]) @ matrix
    flat = (matrix / matrix[2, 2]).ravel()[:8].tolist()
    picture = board.transform(street.size, Image.Transform.PERSPECTIVE, flat, Image.Resampling.BILINEAR)
    street.paste(picture, mask=picture)


def _branch(stream: np.random.Generator, street: Picture) -> None:
    """Let a twig with leaves hang into the picture, from any side but below."""
    from PIL import ImageDraw

    pen, (width, height) = ImageDraw.Draw(street), street.size
    angle = stream.uniform(math.pi, 2 * math.pi)  # of its root, seen from the middle
    x, y = width * (0.5 + 0.6 * math.cos(angle)), height * (0.5 + 0.6 * math.sin(angle))
    heading, step = angle + math.pi + stream.uniform(-0.6, 0.6), min(width, height) * 0.08
    wood, leaf = LEAVES[-1], pick(stream, LEAVES[:-1])
    for _ in range(int(stream.integers(3, 8))):
        heading += stream.uniform(-0.4, 0.4)
        ahead = x + step * math.cos(heading), y + step * math.sin(heading)
        pen.line((x, y, *ahead), fill=wood, width=1)
        x, y = ahead
        for side in (-1.2, 1.2):
            along, length = heading + side, step * stream.uniform(0.6, 1.1)
            dx, dy = length * math.cos(along), length * math.sin(along)
            sides = (x + dx / 2 - dy / 3, y + dy / 2 + dx / 3), (x + dx / 2 + dy / 3, y + dy / 2 - dx / 3)
            pen.polygon([(x, y), sides[0], (x + dx, y + dy), sides[1]], fill=leaf)


def _spot(stream: np.random.Generator, width: int, height: int, least: float, most: float) -> Array:
    """Return a soft round spot somewhere, (height, width, 1), 0 to 1; its radius is a share of the width."""
    x0, y0 = stream.uniform(0, width), stream.uniform(0, height)
    radius = width * stream.uniform(least, most)
    across = np.exp(-(((np.arange(width) - x0) / radius) ** 2))
    down = np.exp(-(((np.arange(height) - y0) / radius) ** 2))
    return np.outer(down, across).astype(np.float32)[:, :, None]


def _lit(stream: np.random.Generator, scene: Array) -> Array:
    """Return the scene (height, width, 3), 0 to 255, in the light of the day: sun, glare, fog, shade or night."""
    height, width = scene.shape[:2]
    tint = stream.uniform(0.9, 1.1, 3).astype(np.float32)
    kind = stream.choice(("day", "shadow", "glare", "fog", "night"), p=(0.36, 0.16, 0.16, 0.14, 0.18))
    if kind == "night":
        lamp = 0.27 + 0.5 * _spot(stream, width, height, 0.3, 0.7)
        return scene * (tint * lamp)
    if kind == "shadow":
        x, y = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
        angle = stream.uniform(0, 2 * math.pi)
        inside = x * math.cos(angle) + y * math.sin(angle) - stream.uniform(-0.4, 0.4)
        dark = np.clip(0.5 + 8 * inside, 0, 1) * stream.uniform(0.4, 0.6)
        return scene * tint * (1 - dark)[:, :, None].astype(np.float32)
    if kind == "glare":
        return scene * tint + np.float32(stream.uniform(110, 200)) * _spot(stream, width, height, 0.25, 0.5)
    if kind == "fog":
        veil = float(stream.uniform(0.3, 0.6))
        return np.asarray(scene * (1 - veil) + veil * float(stream.uniform(150, 215)), np.float32)
    return scene * tint * np.float32(stream.uniform(0.55, 1.2))


def photograph(stream: np.random.Generator, name: str) -> Picture:
    """Return a picture of the sign ``name``, RGB, 32 to 64 pixels wide and about as high.

    Raises:
        KeyError: ``name`` is not one of ``SIGNS``.
    """
    from PIL import Image, ImageFilter

    width = int(stream.integers(SMALLEST, LARGEST + 1))
    height = int(np.clip(round(width * stream.uniform(0.85, 1.18)), SMALLEST, LARGEST))
    street = _background(stream, width, height)
    _hang(stream, street, _used(stream, name))
    if stream.random() < 0.35:
        _branch(stream, street)
    blur = (width / 45) * stream.choice((stream.uniform(0.2, 0.7), stream.uniform(0.7, 1.5)), p=(0.7, 0.3))
    street = street.filter(ImageFilter.BoxBlur(float(blur)))
    light = _lit(stream, np.asarray(street, np.float32))
    light += stream.standard_normal((height, width, 1), np.float32) * np.float32(stream.uniform(2, 9))
    return Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))

"""Draws a leaf as if photographed close by: outline, veins, light, and whatever ``states`` puts on it."""

from __future__ import annotations

import colorsys
import math
from typing import TYPE_CHECKING

import numpy as np

from exam.bank.category3.bean_leaves.blades import PLANTS, Blade
from exam.bank.category3.bean_leaves.scenery import scenery, smooth_noise
from exam.bank.category3.bean_leaves.states import CONFUSERS, STATES, Marks
from exam.bank.metrics import Array

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

OVERSAMPLING = 2  # outlines and veins are drawn at twice the size, which smooths their edges


def _draw_blade(blade: Blade, knots: Array) -> tuple[Picture, Picture]:
    """Return the leaf's cover and its veins, both grey at the size of drawing."""
    from PIL import Image, ImageDraw

    size = (OVERSAMPLING * blade.size[0], OVERSAMPLING * blade.size[1])
    cover, veins = Image.new("L", size), Image.new("L", size)
    ImageDraw.Draw(cover).polygon(_flat(blade.outline()), fill=255)
    draw = ImageDraw.Draw(veins)
    for half in knots:
        for row in half:
            draw.line(_flat(row), fill=45)
        for column in half.transpose(1, 0, 2)[1:-1]:
            draw.line(_flat(column), fill=60)
        for lateral in half[2::3]:
            draw.line(_flat(lateral[:5]), fill=190, width=3)
            draw.line(_flat(lateral[4:]), fill=150, width=2)
    v = np.linspace(-0.25, 1, 25)  # the petiole too
    midrib = _flat(blade.to_pixels(np.zeros_like(v), v))
    draw.line(midrib, fill=255, width=3)
    draw.line(midrib[:34], fill=255, width=5)
    ImageDraw.Draw(cover).line(midrib[:14], fill=255, width=5)
    return cover, veins


def _flat(points: Array) -> list[float]:
    """Return points (n, 2) in pixels of the picture as Pillow wants them at the size of drawing."""
    flat: list[float] = (points * OVERSAMPLING).ravel().tolist()
    return flat


def _plane(mask: Picture) -> Array:
    """Return a mask of the size of drawing at the size of the picture, float32 0..1."""
    return np.asarray(mask.reduce(OVERSAMPLING), np.float32) / np.float32(255)


def _green(stream: np.random.Generator) -> Array:
    """Return the colour of a living leaf, (3, 1, 1) float32: dark to yellowish green."""
    hsv = stream.uniform(0.19, 0.31), stream.uniform(0.38, 0.66), stream.uniform(0.30, 0.58)
    return np.array(colorsys.hsv_to_rgb(*hsv), np.float32)[:, None, None]


def _light(stream: np.random.Generator, blade: Blade, veins: Picture) -> Array:
    """Return the brightness of the leaf's surface, about 0.4 to 1.4: bulges, waves, tilted halves."""
    from PIL import ImageFilter

    width, height = blade.size
    groove = np.asarray(veins.reduce(OVERSAMPLING).filter(ImageFilter.BoxBlur(1.6)), np.float32) / np.float32(255)
    surface = 1.6 * smooth_noise(stream, width, height, 5) - 0.9 * groove
    azimuth = stream.uniform(-math.pi, math.pi)
    slope = math.cos(azimuth) * np.gradient(surface, axis=1) + math.sin(azimuth) * np.gradient(surface, axis=0)
    light: Array = 1 + np.clip(3.2 * slope, -0.35, 0.35)
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    cos, sin = math.cos(blade.angle), math.sin(blade.angle)
    across = (x - np.float32(blade.centre[0])) * cos + (y - np.float32(blade.centre[1])) * sin
    light += np.clip(across / 3, -1, 1) * stream.uniform(-0.13, 0.13)
    if stream.random() < 0.3:  # the shadow of leaves above
        light *= 1 - stream.uniform(0.25, 0.5) * np.clip(6 * smooth_noise(stream, width, height, 4) - 3, 0, 1)
    return light.astype(np.float32)


def _paint(stream: np.random.Generator, blade: Blade, veins: Picture, marks: Marks) -> Array:
    """Return the picture of the leaf alone, (3, height, width) float32."""
    from PIL import ImageFilter

    width, height = blade.size
    net = _plane(veins)
    green = _green(stream) * (0.82 + 0.36 * smooth_noise(stream, width, height, 9))
    if stream.random() < 0.35:  # a leaf that grows old is paler, here and there
        pale = np.array((1.35, 1.15, 0.85), np.float32)[:, None, None]
        green = green * (1 + (pale - 1) * smooth_noise(stream, width, height, 3))
    leaf = green + net * (stream.uniform(0.25, 0.6) * (green * 0.7 + np.float32(0.22) - green * 0.35))
    tint = marks.tint.reduce(OVERSAMPLING).filter(ImageFilter.BoxBlur(marks.softness))
    leaf = marks.over(leaf, marks.tint_colour, np.asarray(tint, np.float32) / np.float32(255))
    leaf = marks.over(leaf, marks.colour, _plane(marks.alpha) * (1 - 0.25 * net))
    leaf *= _light(stream, blade, veins)
    if stream.random() < 0.35:  # glare of the sky
        shine = np.clip(3.5 * smooth_noise(stream, width, height, 4) - 2.2, 0, 1) * (1 - 0.7 * net)
        leaf += shine * stream.uniform(0.15, 0.4)
    gloss = np.asarray(marks.gloss.reduce(OVERSAMPLING), np.float32) / np.float32(255)
    painted: Array = leaf + gloss * (1 - leaf)
    return painted


def _develop(stream: np.random.Generator, picture: Array) -> Picture:
    """Return the photograph of a scene (3, height, width): exposure, colour of the light, blur, noise."""
    from PIL import Image, ImageFilter

    height, width = picture.shape[1:]
    falloff = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * stream.uniform(-0.15, 0.15)
    falloff = 1 + falloff + np.linspace(-1, 1, height, dtype=np.float32)[:, None] * stream.uniform(-0.15, 0.15)
    white = stream.uniform(0.80, 1.15) * stream.uniform(0.95, 1.05, 3)
    grain = stream.standard_normal((height, width), dtype=np.float32) * stream.uniform(1.0, 4.0)
    planes = []
    for plane, gain in zip(picture, white, strict=True):
        levels = np.clip(plane * (falloff * np.float32(255 * gain)) + grain, 0, 255)
        planes.append(Image.fromarray(levels.astype(np.uint8)))
    return Image.merge("RGB", planes).filter(ImageFilter.BoxBlur(stream.uniform(0.2, 0.55)))


def photograph(stream: np.random.Generator, state: str, plant: str = "bean") -> Picture:
    """Return a picture of a leaf in a state, RGB, 120 to 168 pixels wide and high.

    Raises:
        KeyError: ``state`` is not one of ``STATES``, or ``plant`` not one of ``PLANTS``.
    """
    width, height = (int(side) for side in stream.integers(120, 169, 2))
    blade = Blade(stream, PLANTS[plant], (width, height))
    others = [Blade(stream, PLANTS[plant], (width, height), 0.8) for _ in range(int(stream.integers(1, 5)))]
    knots = blade.lattice(stream)
    cover, veins = _draw_blade(blade, knots)
    marks = Marks(blade.size, cover)
    STATES[state](stream, blade, knots, marks)
    for confuser, share in CONFUSERS:
        if stream.random() < share:
            confuser(stream, blade, knots, marks)
    ground = scenery(stream, width, height, [other.outline() for other in others])
    mask = _plane(cover)
    leaf = _paint(stream, blade, veins, marks)
    return _develop(stream, ground + mask * (leaf - ground))

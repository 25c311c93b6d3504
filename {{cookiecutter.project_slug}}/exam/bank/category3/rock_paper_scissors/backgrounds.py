"""What lies behind a hand: plain or graded colour, wood, cloth, or clutter out of focus."""

from __future__ import annotations

import colorsys

import numpy as np

from exam.bank.metrics import Array


def soft_noise(stream: np.random.Generator, height: int, width: int, cells: int, rows: int = 0) -> Array:
    """Return smooth noise (height, width) float32, 0 to 1, with about ``cells`` bumps across, ``rows`` down."""
    from PIL import Image

    coarse = Image.fromarray(stream.integers(0, 256, (rows or cells, cells), dtype=np.uint8))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32) / np.float32(255)


def _colour(stream: np.random.Generator, skin: Array) -> Array:
    """Return a colour (3,) float32 that is not the one of the hand."""
    while True:
        hsv = stream.uniform(0, 1), stream.uniform(0.03, 0.5), stream.uniform(0.2, 0.95)
        colour = np.array(colorsys.hsv_to_rgb(*hsv), dtype=np.float32)
        if np.abs(colour - skin * 0.85).sum() > 0.45:
            return colour


def _shade(colour: Array, brightness: Array) -> Array:
    """Return ``colour`` (3,) times ``brightness`` (height, width)."""
    return np.asarray(colour[:, None, None] * brightness, np.float32)


def _between(first: Array, second: Array, share: Array) -> Array:
    """Return a mixture (3, height, width) of two colours (3,); ``share`` (height, width) of the second."""
    return np.asarray(first[:, None, None] + (second - first)[:, None, None] * share, np.float32)


def _plain(stream: np.random.Generator, height: int, width: int, skin: Array) -> Array:
    """Return a wall: one colour, a little uneven."""
    return _shade(_colour(stream, skin), 0.92 + 0.16 * soft_noise(stream, height, width, 4))


def _graded(stream: np.random.Generator, height: int, width: int, skin: Array) -> Array:
    """Return one colour passing into another."""
    first, second = _colour(stream, skin), _colour(stream, skin)
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * stream.uniform(-1, 1)
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * stream.uniform(-1, 1)
    return _between(first, second, np.clip(0.5 + x + y, 0, 1))


def _wood(stream: np.random.Generator, height: int, width: int, skin: Array) -> Array:
    """Return boards with grain along them."""
    across = bool(stream.random() < 0.5)
    if across:
        height, width = width, height
    grain = soft_noise(stream, height, width, 60, 3) * 0.6 + soft_noise(stream, height, width, 14, 2) * 0.4
    boards = int(stream.integers(2, 5))
    place = np.linspace(0, boards, width, dtype=np.float32) + np.float32(stream.uniform(0, 1))
    tint = stream.uniform(0.85, 1.1, boards + 2).astype(np.float32)[place.astype(int)]
    joint = 1 - 0.55 * (np.abs(place - np.round(place)) < 0.012 * boards)
    brightness = (0.72 + 0.40 * grain) * (tint * joint.astype(np.float32))[None, :]
    browns = np.array([(0.45, 0.29, 0.17), (0.74, 0.58, 0.40), (0.30, 0.20, 0.14), (0.80, 0.72, 0.60)], np.float32)
    # The board whose colour is farthest from the hand's, among two.
    pair = browns[stream.permutation(4)[:2]]
    colour = pair[int(np.argmax(np.abs(pair - skin * 0.85).sum(axis=1)))]
    picture = _shade(colour, brightness)
    return picture.transpose(0, 2, 1).copy() if across else picture


def _cloth(stream: np.random.Generator, height: int, width: int, skin: Array) -> Array:
    """Return stripes or checks with a weave."""
    period = float(stream.uniform(9, 30))
    share, slant = float(stream.uniform(0.25, 0.6)), float(stream.uniform(-0.6, 0.6))
    x = np.arange(width, dtype=np.float32)[None, :] / period
    y = np.arange(height, dtype=np.float32)[:, None] / period
    along, down = x + slant * y, y - slant * x
    stripes = (along - np.floor(along) < share).astype(np.float32)
    if stream.random() < 0.5:
        stripes = 0.5 * (stripes + (down - np.floor(down) < share))
    cloth = _between(_colour(stream, skin), _colour(stream, skin), stripes * stream.uniform(0.25, 0.7))
    cloth[:, ::2, ::2] *= 0.92
    cloth[:, 1::2, 1::2] *= 0.92
    return cloth


def _clutter(stream: np.random.Generator, height: int, width: int, skin: Array) -> Array:
    """Return things on a table, out of focus."""
    from PIL import Image, ImageDraw, ImageFilter

    def pixel() -> tuple[int, ...]:
        return tuple(int(255 * part) for part in _colour(stream, skin))

    # Drawn at half size: it is blurred anyway.
    table = Image.new("RGB", (width // 2, height // 2), pixel())
    draw = ImageDraw.Draw(table)
    for _ in range(int(stream.integers(5, 13))):
        x, y = stream.uniform(0, width / 2), stream.uniform(0, height / 2)
        a, b = stream.uniform(5, 28, 2)
        if stream.random() < 0.5:
            draw.ellipse((x - a, y - b, x + a, y + b), fill=pixel())
        else:
            corners = [(x - a, y - b * 0.4), (x + b * 0.4, y - a), (x + a, y + b * 0.4), (x - b * 0.4, y + a)]
            draw.polygon(corners, fill=pixel())
    table = table.filter(ImageFilter.GaussianBlur(stream.uniform(1.0, 2.5)))
    planes = table.resize((width, height), Image.Resampling.BILINEAR).split()
    return np.stack([np.asarray(plane, np.float32) for plane in planes]) / np.float32(255)


KINDS = (_plain, _graded, _wood, _cloth, _clutter)


def background(stream: np.random.Generator, height: int, width: int, skin: Array) -> Array:
    """Return a background of a random kind, (3, height, width) float32, 0 to about 1.1.

    ``skin``, (3,) float32, is the tone to stay away from, so that the hand can be seen.
    """
    kind = KINDS[int(stream.integers(len(KINDS)))]
    return kind(stream, height, width, skin)

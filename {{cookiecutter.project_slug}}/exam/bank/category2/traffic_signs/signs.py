"""Draws traffic signs as a factory would print them: flat, clean and seen from the front.

All lengths are in half widths of the sign: x to the right and y down, both from -1 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Point = tuple[float, float]
Line = list[Point]
Colour = tuple[int, int, int]

RED, BLUE, YELLOW, WHITE, BLACK = (196, 24, 34), (20, 76, 160), (246, 190, 20), (244, 244, 240), (24, 24, 26)

SIZE = 96  # pixels of a finished sign
FINER = 4  # drawn so many times larger, then reduced, for smooth edges


def arc(x: float, y: float, across: float, down: float, start: float, end: float) -> Line:
    """Return points on an ellipse around (x, y), from ``start`` to ``end`` degrees, clockwise from the right."""
    steps = max(2, int(abs(end - start) / 12))
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(x + across * math.cos(angle), y + down * math.sin(angle)) for angle in angles]


# Strokes of each character, half as wide as high: x from -0.5 to 0.5, y from -1 to 1.
CHARACTERS: dict[str, list[Line]] = {
    "0": [arc(0, 0, 0.5, 1, 0, 360)],
    "3": [arc(0, -0.48, 0.46, 0.52, 200, 450), arc(0, 0.48, 0.5, 0.52, 270, 520)],
    "5": [[(0.42, -1), (-0.38, -1), (-0.43, -0.1), *arc(0, 0.35, 0.5, 0.65, 215, 500)]],
    "8": [arc(0, -0.5, 0.43, 0.5, 0, 360), arc(0, 0.5, 0.5, 0.5, 0, 360)],
    "S": [[*arc(0, -0.5, 0.45, 0.5, -30, -270), *arc(0, 0.5, 0.45, 0.5, -90, 150)]],
    "T": [[(-0.5, -1), (0.5, -1)], [(0, -1), (0, 1)]],
    "O": [arc(0, 0, 0.5, 1, 0, 360)],
    "P": [[(-0.4, 1), (-0.4, -1), *arc(0, -0.45, 0.5, 0.55, -90, 90), (-0.4, 0.1)]],
}


class Board:
    """A sign in the making: what is drawn is opaque, all around it is transparent."""

    def __init__(self) -> None:
        """Start with nothing."""
        from PIL import Image, ImageDraw

        self.picture = Image.new("RGBA", (SIZE * FINER, SIZE * FINER))
        self.pen = ImageDraw.Draw(self.picture)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        half = SIZE * FINER / 2
        return [(half * (1 + x), half * (1 + y)) for x, y in points]

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        self.pen.ellipse(self._pixels([(x - radius, y - radius), (x + radius, y + radius)]), fill=colour)

    def fill(self, corners: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        self.pen.polygon(self._pixels(corners), fill=colour)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line with round joints and round ends."""
        self.pen.line(self._pixels(points), fill=colour, width=round(width * SIZE * FINER / 2), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def plate(self, corners: Sequence[Point], rounding: float, colour: Colour) -> None:
        """Fill a polygon with round corners that reach ``rounding`` beyond it."""
        self.fill(corners, colour)
        self.stroke([*corners, corners[0]], 2 * rounding, colour)

    def arrow(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line that ends in an arrowhead, which reaches beyond the last point."""
        self.stroke(points, width, colour)
        (x0, y0), (x, y) = points[-2:]
        length = math.hypot(x - x0, y - y0)
        dx, dy = (x - x0) / length * width, (y - y0) / length * width
        self.fill([(x + 1.4 * dx, y + 1.4 * dy), (x - 1.3 * dy, y + 1.3 * dx), (x + 1.3 * dy, y - 1.3 * dx)], colour)

    def write(self, text: str, height: float, width: float, stroke: float, colour: Colour) -> None:
        """Write ``text`` across the middle; every character takes ``width``."""
        for number, character in enumerate(text):
            x = (number - (len(text) - 1) / 2) * width
            for line in CHARACTERS[character]:
                points = [(x + u * 0.7 * width, v * height / 2) for u, v in line]
                self.stroke(points, stroke, colour)

    def finished(self) -> Picture:
        """Return the sign at its final size."""
        return self.picture.reduce(FINER)


def _regular(corners: int, radius: float, first: float) -> Line:
    """Return the corners of a regular polygon; ``first`` degrees is where the first one lies."""
    angles = [math.radians(first + 360 * number / corners) for number in range(corners)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def _warning(board: Board) -> None:
    """Draw a red triangle around a white one."""
    corners = [(x, y + 0.22) for x, y in _regular(3, 1.02, -90)]
    board.plate(corners, 0.1, RED)
    board.fill([(x * 0.7, 0.22 + (y - 0.22) * 0.7) for x, y in corners], WHITE)


def _bend(board: Board, side: int) -> None:
    """Warn of a bend to the left (-1) or to the right (1)."""
    _warning(board)
    points = [(-0.17, 0.55), (-0.17, 0.26), (-0.09, 0.1), (0.14, 0.02)]
    board.arrow([(side * x, y) for x, y in points], 0.17, BLACK)


def _bend_left(board: Board) -> None:
    _bend(board, -1)


def _bend_right(board: Board) -> None:
    _bend(board, 1)


def _pedestrians(board: Board) -> None:
    _warning(board)
    board.disc(0.02, -0.24, 0.1, BLACK)
    board.stroke([(0.02, -0.04), (0, 0.22)], 0.2, BLACK)
    for limb in ([(0.02, -0.08), (0.2, 0.06), (0.26, 0.18)], [(0, -0.08), (-0.16, 0.06), (-0.24, 0.14)]):
        board.stroke(limb, 0.08, BLACK)
    for limb in ([(0.02, 0.24), (0.14, 0.38), (0.2, 0.56)], [(-0.02, 0.24), (-0.1, 0.4), (-0.26, 0.54)]):
        board.stroke(limb, 0.11, BLACK)


def _blue(board: Board) -> None:
    """Draw a blue disc with a thin white rim."""
    board.disc(0, 0, 0.98, WHITE)
    board.disc(0, 0, 0.92, BLUE)


def _keep_right(board: Board) -> None:
    _blue(board)
    board.arrow([(-0.42, -0.42), (0.26, 0.26)], 0.3, WHITE)


def _straight_ahead(board: Board) -> None:
    _blue(board)
    board.arrow([(0, 0.62), (0, -0.3)], 0.3, WHITE)


def _roundabout(board: Board) -> None:
    _blue(board)
    for start in (10, 130, 250):
        board.arrow(arc(0, 0, 0.5, 0.5, start, start + 70), 0.19, WHITE)


def _no_parking(board: Board) -> None:
    board.disc(0, 0, 0.98, RED)
    board.disc(0, 0, 0.76, BLUE)
    board.stroke([(-0.56, -0.56), (0.56, 0.56)], 0.2, RED)


def _no_entry(board: Board) -> None:
    board.disc(0, 0, 0.98, WHITE)
    board.disc(0, 0, 0.93, RED)
    board.fill([(-0.66, -0.17), (0.66, -0.17), (0.66, 0.17), (-0.66, 0.17)], WHITE)


def _speed(board: Board, limit: str) -> None:
    """Draw a speed limit, kilometres an hour."""
    board.disc(0, 0, 0.98, RED)
    board.disc(0, 0, 0.74, WHITE)
    board.write(limit, 0.72, 0.56, 0.15, BLACK)


def _speed_30(board: Board) -> None:
    _speed(board, "30")


def _speed_50(board: Board) -> None:
    _speed(board, "50")


def _speed_80(board: Board) -> None:
    _speed(board, "80")


def _stop(board: Board) -> None:
    board.fill(_regular(8, 1.0, 22.5), WHITE)
    board.fill(_regular(8, 0.94, 22.5), RED)
    board.write("STOP", 0.56, 0.38, 0.11, WHITE)


def _priority_road(board: Board) -> None:
    board.plate(_regular(4, 0.9, 0), 0.07, BLACK)
    board.plate(_regular(4, 0.87, 0), 0.06, WHITE)
    board.plate(_regular(4, 0.52, 0), 0.06, YELLOW)


def _yield(board: Board) -> None:
    corners = [(x, y - 0.22) for x, y in _regular(3, 1.02, 90)]
    board.plate(corners, 0.1, RED)
    board.fill([(x * 0.62, -0.22 + (y + 0.22) * 0.62) for x, y in corners], WHITE)


DRAWN: dict[str, Callable[[Board], None]] = {
    "bend_left": _bend_left,
    "bend_right": _bend_right,
    "keep_right": _keep_right,
    "no_entry": _no_entry,
    "no_parking": _no_parking,
    "pedestrians": _pedestrians,
    "priority_road": _priority_road,
    "roundabout": _roundabout,
    "speed_30": _speed_30,
    "speed_50": _speed_50,
    "speed_80": _speed_80,
    "stop": _stop,
    "straight_ahead": _straight_ahead,
    "yield": _yield,
}

SIGNS = tuple(DRAWN)


@lru_cache(maxsize=len(DRAWN))
def sign(name: str) -> Picture:
    """Return a clean sign, RGBA, 96 x 96 pixels, transparent around it; copy it before drawing on it.

    Raises:
        KeyError: ``name`` is not one of ``SIGNS``.
    """
    board = Board()
    DRAWN[name](board)
    return board.finished()

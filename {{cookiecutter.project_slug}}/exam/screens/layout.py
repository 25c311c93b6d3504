"""Layouts of the terminal that lose nothing where it is narrow: what does not fit beside goes below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

COMFORTABLE = 60
"""On screens of at least this many columns, text is indented below the title of its category."""
GAP = 2
"""This many columns separate two things that stand side by side."""


@dataclass(frozen=True)
class ByWidth:
    """A layout for screens of at least ``least`` columns, and another one for narrower ones.

    Attributes:
        least: columns that the wide layout needs to show everything.
        wide: makes it.
        narrow: makes the other one, which needs hardly any width.
    """

    least: int
    wide: Callable[[], RenderableType]
    narrow: Callable[[], RenderableType]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the layout that fits."""
        yield self.wide() if options.max_width >= self.least else self.narrow()


@dataclass(frozen=True)
class Flow:
    """Short texts one after the other, as many on a line as fit: a line ends between two of them."""

    pieces: Sequence[Text]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        line = Text()
        for piece in self.pieces:
            if line and line.cell_len + GAP + piece.cell_len > options.max_width:
                yield line
                line = Text()
            line = Text.assemble(line, " " * GAP, piece) if line else piece.copy()
        yield line


def indented(line: RenderableType) -> ByWidth:
    """Return a line below a headline: under the question's title, or where there is little room, a bit to the right."""
    return ByWidth(COMFORTABLE, lambda: Padding(line, (0, 0, 0, 12)), lambda: below(line))


def below(line: RenderableType) -> Padding:
    """Return a line that belongs to the one above."""
    return Padding(line, (0, 0, 0, GAP))


def sides(left: Text, right: Text) -> ByWidth:
    """Return one text at the left and one at the right; one below the other where the line is too short for both."""

    def beside() -> Table:
        row = Table.grid(expand=True)
        row.add_column(ratio=1)
        row.add_column(justify="right", no_wrap=True)
        row.add_row(left, right)
        return row

    return ByWidth(left.cell_len + GAP + right.cell_len, beside, lambda: Group(left, right))


def pointed(*lines: Text) -> Table:
    """Return what to do next: an arrow, and the lines beside it."""
    step = Table.grid(padding=(0, 1))
    step.add_column(no_wrap=True)
    step.add_column(overflow="fold")
    for number, line in enumerate(lines):
        step.add_row(Text("" if number else "->", style="dim"), line)
    return step


def stacked(lead: RenderableType, pieces: Sequence[Text]) -> Group:
    """Return what is a row of a table on a wide screen: its first cells, and the others below with their labels."""
    return Group(lead, below(Flow(pieces)))


def labelled(label: str, value: Text | str) -> Text:
    """Return a cell with the label of its column before it."""
    return Text.assemble((f"{label} ", "dim"), value)

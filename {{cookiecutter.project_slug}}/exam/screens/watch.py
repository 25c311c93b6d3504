"""What ``watch`` shows: one screen that is drawn again and again, or lines where the output is no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from exam.records.standing import Standing
from exam.result import Result
from exam.screens.status import status_view
from exam.screens.terminal import console, result_lines, results_view


@dataclass(frozen=True)
class View:
    """One moment of watching.

    Attributes:
        standing: of the exam.
        last: what the last grading found; empty before the first.
        graded_at: when that was, in UTC.
        doing: what is being done at this moment, empty while waiting.
        problems: sentences on graded files that could not be kept.
    """

    standing: Standing
    last: tuple[Result, ...] = ()
    graded_at: datetime | None = None
    doing: str = ""
    problems: tuple[str, ...] = ()


class Screen(Protocol):
    """What a watcher shows."""

    def show(self, now: View) -> None:
        """Show everything as it is now; called once a second and after each change."""

    def graded(self, results: Sequence[Result]) -> None:
        """Tell that models have just been graded."""


def watch_view(now: View, seed: int, encoding: str = "utf-8") -> Group:
    """Return the one screen of ``watch``: the exam, what the last grading found, and what is being done."""
    waiting = "Waiting for a mymodel.h5 to be saved. Press Enter to grade all models now, Ctrl-C to stop watching."
    doing = Text(f"{now.doing} ..." if now.doing else waiting, style="cyan")
    blocks: list[RenderableType] = [doing, Text(), status_view(now.standing, seed, encoding, short=True)]
    if now.graded_at is not None:
        blocks += [Text(), Rule(Text(f"graded at {now.graded_at.astimezone():%H:%M:%S}"), style="dim")]
    for result in now.last:
        blocks += result_lines(result, encoding)
    blocks += [Text(f"Note: {problem}", style="yellow") for problem in now.problems]
    return Group(*blocks)


class LiveScreen:
    """One screen that is drawn again and again, for a terminal."""

    def __init__(self, live: Live, seed: int) -> None:
        self.live, self.seed = live, seed

    def show(self, now: View) -> None:
        """Draw the screen again."""
        self.live.update(watch_view(now, self.seed, self.live.console.encoding), refresh=True)

    def graded(self, results: Sequence[Result]) -> None:
        """Nothing more: the screen shows it."""


class PlainScreen:
    """Lines one after the other, where the output is no terminal: what was graded, never a clock."""

    def __init__(self, console: Console, seed: int) -> None:
        self.console, self.seed = console, seed
        self._is_begun = False

    def show(self, now: View) -> None:
        """Show the exam once, when everything is ready."""
        if not self._is_begun and not now.doing:
            self._is_begun = True
            self.console.print(watch_view(now, self.seed, self.console.encoding))

    def graded(self, results: Sequence[Result]) -> None:
        """Show what a grading found."""
        self.console.print(results_view(results, self.console.encoding))


@contextmanager
def watch_screen(seed: int) -> Iterator[LiveScreen | PlainScreen]:
    """Yield what ``watch`` draws on: one screen in a terminal, lines elsewhere."""
    screen = console()
    if not screen.is_terminal:
        yield PlainScreen(screen, seed)
        return
    with Live(console=screen, auto_refresh=False, screen=True) as live:
        yield LiveScreen(live, seed)

"""Where an exam stands, in the terminal: the clock, a line for each category, the sum, what to do next; ``watch``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from exam.attempts import left_out_note
from exam.grading.result import Result
from exam.report.layout import ByWidth, indented, pointed, sides
from exam.report.terminal import console, duration, headline, result_lines, results_view, sum_line
from exam.session import Session
from exam.standing import CategoryStanding, Standing

if TYPE_CHECKING:
    from exam.watch import View

HURRY = 1800
"""Seconds left from which the clock is shown in yellow."""


def status_view(standing: Standing, seed: int, encoding: str = "utf-8", short: bool = False) -> Group:
    """Return the screen for ``status``.

    Args:
        standing: of the present exam.
        seed: the exam's number.
        encoding: of the terminal.
        short: leave out the second line of each category.
    """
    blocks: list[RenderableType] = [_title(standing.session, seed), Text()]
    for category in standing.categories:
        blocks += _category(category, encoding)[: 1 if short else 2]
    blocks += [Text(), sum_line(standing.total)]
    blocks += [Text(note, style="dim") for note in (standing.session.latest_notes if standing.session else ())]
    left_out = left_out_note([standing.left_out] if standing.left_out else [])
    blocks += [Text(note, style="yellow") for note in filter(None, [left_out])]
    return Group(*blocks, pointed(Text(standing.next_step)))


def _title(session: Session | None, seed: int) -> ByWidth:
    return sides(Text(f"Exam {seed}", style="bold"), clock_line(session))


def clock_line(session: Session | None) -> Text:
    """Return what is left of the exam's time, and until when by the clock on the wall."""
    if session is None:
        return Text("Practice without a clock", style="dim")
    if session.state == "expired":
        return Text(f"The {session.hours:g} hours are over; gradings after that are practice", style="yellow")
    if session.state == "finished":
        return Text(f"Finished after {duration(session.elapsed)}; gradings after that are practice", style="cyan")
    until = (datetime.now(UTC) + timedelta(seconds=session.left)).astimezone()
    begun = duration(session.left) if session.left < 60 else duration(60 * math.ceil(session.left / 60))
    left = f"{begun} left of {session.hours:g} h, until {until:%H:%M}"
    return Text(left, style="bold yellow" if session.left < HURRY else "bold green")


def _category(standing: CategoryStanding, encoding: str) -> list[RenderableType]:
    latest, best = standing.latest, standing.best
    points = latest.result.points if latest else None
    score = "-" if latest is None else f"{points or 0} of 5"
    line = headline(standing.category, standing.title, points, score, standing.weighted, encoding)
    told = []
    if latest is None:
        told.append("not submitted yet")
    else:
        told.append("graded once" if standing.attempts == 1 else f"graded {standing.attempts:,} times")
    if latest and best and (best.result.points or 0) > (points or 0):
        told.append(f"an earlier model earned {best.result.points}")
    if standing.seconds is not None:
        told.append(f"{duration(standing.seconds)} spent")
    if standing.is_ungraded:
        told.append("a model waits to be graded")
    return [line, indented(Text("; ".join(told), style="dim"))]


def watch_view(now: View, seed: int, encoding: str = "utf-8") -> Group:
    """Return the one screen of ``watch``: the exam, what the last grading found, and what is being done."""
    waiting = "Waiting for a mymodel.h5 to be saved. Enter grades all that is there now, Ctrl-C stops watching."
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
    shown = console()
    if not shown.is_terminal:
        yield PlainScreen(shown, seed)
        return
    with Live(console=shown, auto_refresh=False, screen=True) as live:
        yield LiveScreen(live, seed)

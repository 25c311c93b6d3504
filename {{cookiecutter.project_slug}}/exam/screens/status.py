"""Where an exam stands, in the terminal: the clock, a line for each category, the sum, what to do next."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from rich.console import Group, RenderableType
from rich.text import Text

from exam.records.attempts import left_out_note
from exam.records.exam_clock import Session
from exam.records.standing import CategoryStanding, Standing
from exam.screens.layout import ByWidth, indented, pointed, sides
from exam.screens.terminal import duration, headline, sum_line

HURRY = 1800
"""With fewer seconds left than this, the clock is shown in yellow."""


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
    return sides(Text(f"Exam with seed {seed}", style="bold"), clock_line(session))


def clock_line(session: Session | None) -> Text:
    """Return what is left of the exam's time, and until when by the clock on the wall."""
    if session is None:
        return Text("Practice without a clock", style="dim")
    if session.state == "expired":
        return Text(f"The {session.hours:g} hours are over; further grading is practice", style="yellow")
    if session.state == "finished":
        return Text(f"Finished after {duration(session.elapsed)}; further grading is practice", style="cyan")
    until = (datetime.now(UTC) + timedelta(seconds=session.left)).astimezone()
    rest = duration(session.left) if session.left < 60 else duration(60 * math.ceil(session.left / 60))
    left = f"{rest} left of {session.hours:g} h, until {until:%H:%M}"
    return Text(left, style="bold yellow" if session.left < HURRY else "bold green")


def _category(standing: CategoryStanding, encoding: str) -> list[RenderableType]:
    latest, best = standing.latest, standing.best
    points = latest.result.points if latest else None
    score = "-" if latest is None else f"{points or 0} of 5"
    line = headline(standing.category, standing.title, points, score, standing.weighted, encoding)
    notes = []
    if latest is None:
        notes.append("not graded yet")
    else:
        notes.append("graded once" if standing.attempts == 1 else f"graded {standing.attempts:,} times")
    if latest and best and (best.result.points or 0) > (points or 0):
        notes.append(f"an earlier model earned {best.result.points} of 5")
    if standing.seconds is not None:
        notes.append(f"{duration(standing.seconds)} spent")
    if standing.is_ungraded:
        notes.append("a new model is ready to be graded")
    return [line, indented(Text("; ".join(notes), style="dim"))]

"""The screen of ``grade --fresh``: the same model on other hidden data, below its ordinary grading."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exam.grading.fresh import LEVEL, RESAMPLES, Interval, Luck
from exam.screens.layout import indented
from exam.screens.terminal import boxes

FRESH = "A fresh sample is new hidden data, made in the same way. Your score in this exam does not change."
EXPLANATION = (
    f"{LEVEL}% interval: with this few samples the metric is only known to within this range (bootstrap, "
    f"{RESAMPLES:,} resamples)."
)


def fresh_view(lucks: Sequence[Luck], encoding: str = "utf-8") -> Group:
    """Return the screen: a block for each model, then what the words mean."""
    blocks: list[RenderableType] = [Text("How much of the score was luck?", style="bold"), Text()]
    for luck in lucks:
        blocks += [*_block(luck, encoding), Text()]
    if not lucks:
        blocks.append(Text("Nothing to show: no model was scored."))
    if any(luck.samples for luck in lucks):
        blocks.append(Text(FRESH, style="dim"))
    if any(luck.interval for luck in lucks):
        blocks.append(Text(EXPLANATION, style="dim"))
    return Group(*blocks)


def _block(luck: Luck, encoding: str) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=14, no_wrap=True)
    table.add_column(min_width=8, overflow="fold")
    table.add_column(no_wrap=True)
    table.add_row("this exam", f"{luck.value:g}", boxes(luck.points, encoding))
    for number, sample in enumerate(luck.samples, 1):
        value = "not a number" if sample.value is None else f"{sample.value:g}"
        table.add_row(f"fresh sample {number}", value, boxes(sample.points, encoding))
    head = Text.assemble((f"Category {luck.category}", "bold"), f"  {luck.title}", (f"  {luck.metric}", "dim"))
    lines: list[RenderableType] = [table]
    if luck.interval:
        lines.append(_interval(luck.interval))
    lines += [Text(text, style="cyan") for text in filter(None, [luck.verdict])]
    lines += [Text(note, style="dim") for note in luck.notes]
    return [head, *map(indented, lines)]


def _interval(interval: Interval) -> Text:
    worse, better = interval.points
    earned = f"{worse} of 5" if worse == better else f"{worse} to {better} of 5"
    return Text(f"{LEVEL}% interval    {interval.low:g} to {interval.high:g}, which earns {earned}")

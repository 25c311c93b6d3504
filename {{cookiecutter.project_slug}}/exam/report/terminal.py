"""Results in the terminal: five boxes, the number behind them, and for every lost point its reason."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from exam.grading.findings import Finding
from exam.grading.inspect import Inspection, megabytes, show_shape
from exam.grading.result import PASS_MARK, WEIGHTS, Result, total

MOST_FINDINGS = 3
WIDTH = 100
COLOURS = {0: "red", 1: "red", 2: "yellow", 3: "yellow", 4: "green", 5: "bold green"}


def console(stderr: bool = False) -> Console:
    """Return the console of all commands: at most 100 columns, no colours when the output is not a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    made = Console(file=stream, highlight=False, soft_wrap=False)
    made.width = min(made.width, WIDTH) if made.is_terminal else WIDTH
    return made


def boxes(points: int | None, encoding: str = "utf-8") -> Text:
    """Return five boxes, as many filled as there are points; plain letters where the encoding has no boxes."""
    full, empty = "■", "□"
    try:
        (full + empty).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        full, empty = "#", "."
    count = points or 0
    return Text(full * count + empty * (5 - count), style=COLOURS[count])


def results_view(results: Sequence[Result], encoding: str = "utf-8") -> Group:
    """Return the screen for graded categories: one block each; for all five also the sum and the 90 line."""
    blocks: list[RenderableType] = []
    for result in results:
        blocks += [_headline(result, encoding), *_details(result), Text()]
    if len(results) == len(WEIGHTS):
        blocks.append(_total(results))
    return Group(*blocks)


def _headline(result: Result, encoding: str) -> Table:
    row = Table.grid(padding=(0, 2), expand=True)
    row.add_column(width=10, no_wrap=True)
    row.add_column(ratio=1)
    row.add_column(width=5, no_wrap=True)
    row.add_column(width=14, justify="right", no_wrap=True)
    score = "not scored" if result.points is None else f"{result.points} of 5"
    weighted = f"{result.weighted:g}/{WEIGHTS[result.category]}"
    row.add_row(
        Text(f"Category {result.category}", style="bold"),
        Text(result.title),
        boxes(result.points, encoding),
        Text(f"{score}  {weighted:>5}"),
    )
    return row


def _details(result: Result) -> list[RenderableType]:
    """Return the lines below a headline: the metric beside the baseline, then the findings."""
    lines: list[RenderableType] = []
    if result.status == "grader fault":
        fault = "The grader failed, not your model: nothing was scored. Details are in .exam/log/faults.log."
        lines.append(Text(fault, "magenta"))
    if result.value is not None:
        cached = "; unchanged since the last grading" if result.cached else ""
        numbers = f"{result.metric} {result.value:g}, naive baseline {result.baseline:g}{cached}"
        lines.append(Text(numbers, style="dim"))
    lines += [_finding(found) for found in result.findings[:MOST_FINDINGS]]
    return [Padding(line, (0, 0, 0, 12)) for line in lines]


def _finding(found: Finding) -> Group:
    style = {"fatal": "red", "problem": "yellow", "hint": "cyan"}[found.severity]
    step = Table.grid(padding=(0, 1))
    step.add_row(Text("->", style="dim"), Text(found.next_step, style="dim"))
    return Group(Text(found.message, style=style), step)


def _total(results: Sequence[Result]) -> Text:
    points = total(results)
    if any(result.points is None for result in results):
        return Text("No sum: a category could not be scored.", style="magenta")
    passed = points >= PASS_MARK
    verdict = "passed" if passed else f"{PASS_MARK - points:g} short of the {PASS_MARK} that pass"
    return Text(f"Exam: {points:g} of 100 points, {verdict}", style="bold green" if passed else "bold yellow")


def inspection_view(seen: Inspection) -> Group:
    """Return the screen for ``check``: what the file is, and what stands in the way of grading it."""
    table = Table.grid(padding=(0, 2))
    shapes = seen.signature
    rows = {
        "File": f"{seen.shown}, {megabytes(seen.size)}" if seen.size else seen.shown,
        "Saved by": f"Keras {seen.keras_version}" if seen.keras_version else None,
        "Weights": f"{seen.parameters:,}" if seen.parameters else None,
        "Loss": seen.loss,
        "Input": show_shape(shapes.input_shape) if shapes and shapes.input_shape else None,
        "Output": show_shape(shapes.output_shape) if shapes and shapes.output_shape else None,
        "Last activation": shapes.last_activation if shapes else None,
    }
    for label, value in rows.items():
        if value is not None:
            table.add_row(Text(label, style="bold"), Text(value))
    verdict: RenderableType = Text("Ready to be graded.", style="green")
    return Group(table, Text(), _finding(seen.finding) if seen.finding else verdict)

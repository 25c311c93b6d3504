"""Results in the terminal: five boxes, the number behind them, and for every lost point its reason."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from exam.bank.question import LEVELS
from exam.findings import Finding, printable
from exam.modelfile.contract import show_shape
from exam.modelfile.inspection import Inspection, megabytes
from exam.result import Result, total
from exam.scoring import PASS_MARK, WEIGHTS, short_of_a_pass
from exam.screens import columns
from exam.screens.layout import COMFORTABLE, GAP, ByWidth, indented, labelled, pointed, stacked

if TYPE_CHECKING:  # of the bank alone: with it come all records, which no grading reads
    from exam.records.progress import Entry

MOST_FINDINGS = 3
BANK = 65
"""The table of the bank needs this many columns, so that no question's id is broken."""
CATEGORY_TITLES = {
    1: "Getting started",
    2: "Basic datasets",
    3: "Computer vision",
    4: "Natural language",
    5: "Sequences and time series",
}
COLOURS = {0: "red", 1: "red", 2: "yellow", 3: "yellow", 4: "green", 5: "bold green"}


def console(stderr: bool = False) -> Console:
    """Return the console of all commands: as wide as COLUMNS or the terminal says, at most 100 columns.

    There are no colours when the output is not a terminal.
    """
    stream = sys.stderr if stderr else sys.stdout
    screen = Console(file=stream, highlight=False, soft_wrap=False)
    screen.width = columns.wanted(stream) or columns.MOST
    return screen


def boxes(points: int | None, encoding: str = "utf-8") -> Text:
    """Return five boxes, as many filled as there are points; plain letters where the encoding has no boxes."""
    full, empty = "■", "□"
    try:
        (full + empty).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        full, empty = "#", "."
    count = points or 0
    return Text(full * count + empty * (5 - count), style="dim" if points is None else COLOURS[count])


def results_view(
    results: Sequence[Result],
    encoding: str = "utf-8",
    most: int | None = MOST_FINDINGS,
    tuned: Mapping[int, int] | None = None,
) -> Group:
    """Return the screen for graded categories: one block each; for all five also the sum and the 90 line.

    Args:
        results: one for each category, in order.
        encoding: of the terminal.
        most: how many findings of a category are shown; None for all.
        tuned: category -> how many models were graded on the same hidden data, where that is worth a word.
    """
    blocks: list[RenderableType] = []
    for result in results:
        times = (tuned or {}).get(result.category)
        praise = _praise(result) if len(results) == 1 else []
        blocks += [*result_lines(result, encoding, most), *praise, *_tuned(result, times), Text()]
    if len(results) == len(WEIGHTS):
        blocks.append(_total(results))
    return Group(*blocks)


def headline(
    category: int, title: str, points: int | None, score: str, weighted: float, encoding: str = "utf-8"
) -> ByWidth:
    """Return the line of one category: its question, the five boxes, and what that is worth of the exam's 100."""
    number, filled = Text(f"Category {category}", style="bold"), boxes(points, encoding)
    worth = f"{weighted:g}/{WEIGHTS[category]}"

    def row() -> Table:
        table = Table.grid(padding=(0, GAP), expand=True)
        table.add_column(width=10, no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(width=5, no_wrap=True)
        table.add_column(min_width=14, justify="right", no_wrap=True)
        table.add_row(number, Text(title), filled, Text(f"{score}  {worth:>5}"))
        return table

    def narrow() -> Group:
        return stacked(Text.assemble(number, "  ", title), [filled, Text(score), Text(worth)])

    return ByWidth(COMFORTABLE, row, narrow)


def result_lines(
    result: Result, encoding: str = "utf-8", most: int | None = MOST_FINDINGS
) -> list[RenderableType]:
    """Return what a grading found: the headline, and its reasons below."""
    score = "not scored" if result.points is None else f"{result.points} of 5"
    line = headline(result.category, result.title, result.points, score, result.weighted, encoding)
    return [line, *_details(result, most)]


def _details(result: Result, most: int | None) -> list[RenderableType]:
    """Return the lines below a headline: the metric beside the baseline, then the findings."""
    lines: list[RenderableType] = []
    if result.status == "grader fault":
        lines.append(Text(result.fault, "magenta"))
    if result.value is not None:
        cached = "; unchanged since the last grading" if result.cached else ""
        numbers = f"{result.metric} {result.value:g}, naive baseline {result.baseline:g}{cached}"
        lines.append(Text(numbers, style="dim"))
    lines += [_finding(finding) for finding in result.findings[:most]]
    more = len(result.findings[most:]) if most is not None else 0
    if more:
        lines.append(Text(f"{more} more: grade {result.category} --all-findings", style="dim"))
    return [indented(line) for line in lines]


def duration(seconds: float) -> str:
    """Return seconds as people say them, ``3 h 12 min``; full minutes from one minute on."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    if not hours:
        return f"{minutes} min" if minutes else f"{int(seconds)} s"
    return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"


def _praise(result: Result) -> list[RenderableType]:
    """Return what is next after a full score."""
    if result.points != 5:
        return []
    last = result.category == max(WEIGHTS)
    following = "python -m exam status" if last else f"Category{result.category + 1}/starter.py"
    return [indented(Text(f"Well done: full marks. Next: {following}", style="green"))]


def _tuned(result: Result, times: int | None) -> list[RenderableType]:
    """Return the lines for a learner who tries one model after another on the same hidden data."""
    if times is None or result.status != "scored":
        return []
    text = f"{times} models were graded on the same hidden data: part of the score may be luck."
    command = Text(f"To see how much: python -m exam grade {result.category} --fresh", style="dim")
    return [indented(Group(Text(text, style="dim"), command))]


def _finding(finding: Finding) -> Group:
    style = {"fatal": "red", "problem": "yellow", "hint": "cyan"}[finding.severity]
    step, page = Text(finding.next_step, style="dim"), Text(finding.page, style="dim")
    return Group(Text(finding.message, style=style), pointed(step, page))


def _total(results: Sequence[Result]) -> Text:
    if any(result.points is None for result in results):
        return Text("No total: a category could not be scored.", style="magenta")
    return sum_line(total(results))


def sum_line(points: float) -> Text:
    """Return the line that says what an exam's points come to."""
    passed = points >= PASS_MARK
    verdict = "passed" if passed else f"{short_of_a_pass(points)} of a pass ({PASS_MARK})"
    return Text(f"Exam: {points:g} of 100 points, {verdict}", style="bold green" if passed else "bold yellow")


def inspection_view(inspection: Inspection) -> Group:
    """Return the screen for ``check``: what the file is, and what stands in the way of grading it."""
    table = Table.grid(padding=(0, GAP))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    shapes = inspection.signature
    rows = {
        "File": f"{inspection.shown}, {megabytes(inspection.size)}" if inspection.size else inspection.shown,
        "Saved by": f"Keras {inspection.keras_version}" if inspection.keras_version else None,
        "Weights": f"{inspection.parameters:,}" if inspection.parameters else None,
        "Training steps": None if inspection.steps is None else f"{inspection.steps:,}",
        "Loss": inspection.loss,
        "Input": show_shape(shapes.input_shape) if shapes and shapes.input_shape else None,
        "Output": show_shape(shapes.output_shape) if shapes and shapes.output_shape else None,
        "Last activation": shapes.last_activation if shapes else None,
    }
    for label, value in rows.items():
        if value is not None:
            table.add_row(Text(label, style="bold"), Text(printable(value)))  # some of it is text of a stranger
    verdict: RenderableType = Text("Ready to be graded.", style="green")
    hints = [_finding(hint) for hint in inspection.hints]
    return Group(table, Text(), _finding(inspection.finding) if inspection.finding else verdict, *hints)


def bank_view(entries: Sequence[Entry], encoding: str = "utf-8") -> Group:
    """Return the screen for ``bank``: a block for each category, two lines for each question."""
    blocks: list[RenderableType] = []
    for category, group in groupby(entries, key=lambda entry: entry.question.category):
        head, questions = f"{category}  {CATEGORY_TITLES[category]}", tuple(group)
        wide, narrow = partial(_bank_table, head, questions, encoding), partial(_bank_list, head, questions, encoding)
        blocks += [ByWidth(BANK, wide, narrow), Text()]
    count = sum(entry.attempts > 0 for entry in entries)
    practise = "python -m exam draw --category N --question ID"
    blocks.append(Text(f"{len(entries)} questions, {count} tried. To practise one: {practise}"))
    return Group(*blocks)


def _bank_table(head: str, entries: Sequence[Entry], encoding: str) -> Table:
    table = Table(box=None, padding=(0, GAP, 0, 0), expand=True, show_edge=False, header_style="dim")
    table.add_column(head, ratio=1, header_style="bold", overflow="fold")
    table.add_column("level", width=6)
    table.add_column("training", width=8, justify="right")
    table.add_column("best score", width=16, no_wrap=True)
    for entry in entries:
        level, seconds = LEVELS[entry.question.difficulty], f"{entry.question.train_seconds} s"
        table.add_row(_name(entry), level, seconds, _best_score(entry, encoding))
    return table


def _bank_list(head: str, entries: Sequence[Entry], encoding: str) -> Group:
    blocks: list[RenderableType] = [Text(head, style="bold")]
    for entry in entries:
        level, seconds = LEVELS[entry.question.difficulty], f"{entry.question.train_seconds} s"
        best = labelled("best score", _best_score(entry, encoding))
        blocks.append(stacked(_name(entry), [labelled("level", level), labelled("training", seconds), best]))
    return Group(*blocks)


def _name(entry: Entry) -> Text:
    name = Text.assemble((entry.question.id, "cyan"), f"  {entry.question.title}")
    if entry.is_public:
        name.append("  (download)", "yellow")
    if entry.is_drawn:
        name.append("  (in this exam)", "green")
    return name.append("\n" + ", ".join(entry.question.skills), "dim")


def _best_score(entry: Entry, encoding: str) -> Text:
    if not entry.attempts:
        return Text("-", style="dim")
    return boxes(entry.best, encoding).append(f"  {entry.attempts} x", "dim")


def exam_view(entries: Sequence[Entry]) -> ByWidth:
    """Return the lines that say which questions an exam has."""
    rows = [_exam_row(entry) for entry in entries if entry.is_drawn]
    widths = [max((cell.cell_len for cell in column), default=0) for column in zip(*rows, strict=True)]

    def wide() -> Table:
        table = Table.grid(padding=(0, GAP))
        for row in rows:
            table.add_row(*row)
        for column in table.columns:
            column.no_wrap = True
        return table

    def narrow() -> Group:
        lines = [stacked(Text("  ").join(row[:2]), row[2:]) for row in rows]
        return Group(*lines)

    return ByWidth(sum(widths) + GAP * len(widths), wide, narrow)


def _exam_row(entry: Entry) -> tuple[Text, Text, Text, Text]:
    question = entry.question
    level = f"{LEVELS[question.difficulty]}, {question.train_seconds} s"
    number, title = Text(f"Category {question.category}"), Text(question.title)
    return number, title, Text(question.id, "cyan"), Text(level, "dim")

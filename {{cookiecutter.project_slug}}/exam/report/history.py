"""The screens of ``history``: a block for each exam, or every attempt at one category."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exam.attempts import Attempt
from exam.grading.result import PASS_MARK
from exam.history import PastExam
from exam.report.terminal import CATEGORY_TITLES, boxes
from exam.standing import CategoryStanding

STATES = {"running": "running now", "expired": "time was up", "finished": "finished", "abandoned": "never finished"}
HASH = 8
"""Characters of a model's SHA-256 that tell two models of one learner apart."""


def history_view(exams: Sequence[PastExam], encoding: str = "utf-8") -> Group:
    """Return the screen for all exams, the newest last."""
    blocks: list[RenderableType] = []
    for exam in exams:
        blocks += [_headline(exam), _categories(exam, encoding), Text()]
    passed = sum(exam.standing.passed for exam in exams)
    count = "1 exam" if len(exams) == 1 else f"{len(exams)} exams"
    blocks.append(Text(f"{count}, {passed} passed. Every attempt at a category: python -m exam history --category 1"))
    return Group(*blocks)


def _headline(exam: PastExam) -> Table:
    row = Table.grid(padding=(0, 2), expand=True)
    row.add_column(width=10, no_wrap=True)
    row.add_column(ratio=1)
    row.add_column(justify="right", no_wrap=True)
    kind = f"exam, {STATES[exam.state]}" if exam.state else "practice"
    place = f"archive/{exam.folder}" if exam.folder else "the present exam"
    passed = exam.standing.passed
    verdict = "passed" if passed else f"{PASS_MARK - exam.standing.total:g} short of {PASS_MARK}"
    row.add_row(
        Text(f"Exam {exam.number}", style="bold"),
        Text(f"{_day(exam)}  {kind}"),
        Text(f"{exam.standing.total:g} of 100, {verdict}", style="bold green" if passed else "bold yellow"),
    )
    row.add_row(Text(), Text(place, style="dim"), Text())
    return row


def _day(exam: PastExam) -> str:
    return f"{exam.date.astimezone():%Y-%m-%d}" if exam.date else "no date"


def _categories(exam: PastExam, encoding: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True, show_edge=False, header_style="dim")
    table.add_column("", width=10)
    table.add_column("question", ratio=1)
    table.add_column("attempts", width=8, justify="right")
    table.add_column("best", width=6, no_wrap=True)
    table.add_column("latest", width=6, no_wrap=True)
    table.add_column("points", width=6, justify="right")
    for item in exam.standing.categories:
        table.add_row(*_category(exam, item, encoding))
    return table


def _category(exam: PastExam, item: CategoryStanding, encoding: str) -> tuple[RenderableType, ...]:
    later = len(exam.at(item.category)) - len(item.attempts)
    attempts = Text(str(len(item.attempts)) if item.attempts else "-", style="" if item.attempts else "dim")
    if later and exam.mode == "exam":
        attempts.append(f" +{later}", "dim")
    return (
        Text(f"Category {item.category}", style="dim"),
        Text(item.title),
        attempts,
        _boxes(item.best, encoding),
        _boxes(item.latest, encoding),
        f"{item.weighted:g}",
    )


def _boxes(attempt: Attempt | None, encoding: str) -> Text:
    return boxes(attempt.result.points, encoding) if attempt else Text("-", style="dim")


def attempts_view(
    exams: Sequence[PastExam], category: int, kept: frozenset[str] = frozenset(), encoding: str = "utf-8"
) -> Group:
    """Return the screen for every attempt at one category, over all exams, the newest last.

    Args:
        exams: of the workspace.
        category: 1 to 5.
        kept: SHA-256 of the models whose files are kept.
        encoding: of the terminal.
    """
    blocks: list[RenderableType] = [Text(f"Category {category}  {CATEGORY_TITLES[category]}", style="bold"), Text()]
    for exam in exams:
        title = exam.standing.categories[category - 1].title
        blocks.append(Text.assemble((f"Exam {exam.number}", "bold"), f"  {_day(exam)}  {title}"))
        attempts = exam.at(category)
        blocks += [_attempts(attempts, kept, encoding) if attempts else Text("  never graded", style="dim"), Text()]
    if kept:
        blocks.append(Text("* the file is kept: .exam/models, under the whole of its SHA-256", style="dim"))
    return Group(*blocks)


def _attempts(attempts: Sequence[Attempt], kept: frozenset[str], encoding: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 2), expand=True, show_edge=False, header_style="dim")
    table.add_column("graded", width=16, no_wrap=True)
    table.add_column("mode", width=8)
    table.add_column("", width=5, no_wrap=True)
    table.add_column(attempts[-1].result.metric, justify="right", max_width=16)
    table.add_column("model", width=HASH + 2, no_wrap=True)
    table.add_column("first finding", ratio=1, overflow="ellipsis", no_wrap=True)
    for attempt in attempts:
        result = attempt.result
        value = Text("-", style="dim") if result.value is None else Text(f"{result.value:g}")
        model = Text((result.sha256 or "no file")[:HASH], style="cyan" if result.sha256 else "dim")
        if result.sha256 in kept:
            model.append(" *", "green")
        found = result.findings[0].code if result.findings else ""
        moment = f"{attempt.graded_at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(moment, attempt.mode, boxes(result.points, encoding), value, model, Text(found, style="dim"))
    return table

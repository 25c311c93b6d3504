"""The screens of ``history``: a block for each exam, or the attempts at one category, the last of them or all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exam.findings import CATALOGUE, printable
from exam.records.attempts import Attempt, left_out_note
from exam.records.history import PastExam
from exam.records.standing import CategoryStanding
from exam.scoring import short_of_a_pass
from exam.screens.layout import GAP, ByWidth, Flow, below, labelled, stacked
from exam.screens.terminal import CATEGORY_TITLES, boxes

STATES = {"running": "running now", "expired": "time ran out", "finished": "finished", "abandoned": "never finished"}
HASH = 8
"""This many characters of the SHA-256 are enough to distinguish the models of one learner."""
MOMENT = 16
"""A date with hours and minutes has this many characters."""
METRIC = 12
"""The widest number has this many characters."""
MODE = 8
"""The longest mode, practice, has this many characters."""
CATEGORIES = 66
"""The table of an exam's categories needs this many columns, so that no word of a title is broken."""
PIECE = 200
"""This many rows are laid out at once."""
KEPT = "* a copy of this file is in .exam/models, named by its full SHA-256"


def history_view(exams: Sequence[PastExam], encoding: str = "utf-8") -> Group:
    """Return the screen for all exams, the newest last."""
    blocks: list[RenderableType] = []
    for exam in exams:
        blocks += [_headline(exam), _categories(exam, encoding), Text()]
    passed = sum(exam.standing.passed for exam in exams)
    count = "1 exam" if len(exams) == 1 else f"{len(exams)} exams"
    attempts = "To see the attempts at a category: python -m exam history --category 1"
    blocks.append(Text(f"{count}, {passed} passed. {attempts}"))
    return Group(*blocks, *_left_out(exams))


def _left_out(exams: Sequence[PastExam]) -> list[RenderableType]:
    """Return the note on lines that could not be read; nothing where there are none."""
    note = left_out_note(exam.tally.left_out for exam in exams)
    return [Text(note, style="yellow")] if note else []


def _headline(exam: PastExam) -> ByWidth:
    kind = f"exam, {STATES[exam.state]}" if exam.state else "practice"
    passed = exam.standing.passed
    verdict = "passed" if passed else short_of_a_pass(exam.standing.total)
    number, date = Text(f"Exam {exam.number}", style="bold"), Text(f"{_day(exam)}  {kind}")
    place = Text(printable(f"archive/{exam.folder}" if exam.folder else "the current exam"), style="dim")
    score = Text(f"{exam.standing.total:g} of 100, {verdict}", style="bold green" if passed else "bold yellow")

    def row() -> Table:
        table = Table.grid(padding=(0, GAP), expand=True)
        table.add_column(min_width=10, no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        table.add_row(number, date, score)
        table.add_row(Text(), place, Text())
        return table

    def narrow() -> Group:
        return stacked(Text.assemble(number, "  ", date), [score, place])

    middle = max(date.cell_len, place.cell_len)
    return ByWidth(max(10, number.cell_len) + middle + score.cell_len + 3 * GAP, row, narrow)


def _day(exam: PastExam) -> str:
    return f"{exam.date.astimezone():%Y-%m-%d}" if exam.date else "no date"


def _categories(exam: PastExam, encoding: str) -> ByWidth:
    rows = [_category(exam, item, encoding) for item in exam.standing.categories]

    def wide() -> Table:
        table = Table(box=None, padding=(0, GAP, 0, 0), expand=True, show_edge=False, header_style="dim")
        table.add_column("", width=10)
        table.add_column("question", ratio=1, overflow="fold")
        table.add_column("attempts", width=8, justify="right")
        table.add_column("best", width=6, no_wrap=True)
        table.add_column("latest", width=6, no_wrap=True)
        table.add_column("points", width=6, justify="right")
        for row in rows:
            table.add_row(*row)
        return table

    def narrow() -> Group:
        labels = ("attempts", "best", "latest", "points")
        return Group(*(stacked(Text("  ").join(row[:2]), list(map(labelled, labels, row[2:]))) for row in rows))

    return ByWidth(CATEGORIES, wide, narrow)


def _category(exam: PastExam, item: CategoryStanding, encoding: str) -> tuple[Text, ...]:
    later = exam.tally.every[item.category].count - item.attempts
    attempts = Text(f"{item.attempts:,}" if item.attempts else "-", style="" if item.attempts else "dim")
    if later and exam.mode == "exam":
        attempts.append(f" +{later:,}", "dim")
    return (
        Text(f"Category {item.category}", style="dim"),
        Text(item.title),
        attempts,
        _boxes(item.best, encoding),
        _boxes(item.latest, encoding),
        Text(f"{item.weighted:g}"),
    )


def _boxes(attempt: Attempt | None, encoding: str) -> Text:
    return boxes(attempt.result.points, encoding) if attempt else Text("-", style="dim")


def last_attempts_view(
    exams: Sequence[PastExam], category: int, hashes: frozenset[str] = frozenset(), encoding: str = "utf-8"
) -> Group:
    """Return the screen for the last attempts at one category in each exam, the newest last.

    Args:
        exams: of the workspace.
        category: 1 to 5.
        hashes: SHA-256 of the models whose files are kept.
        encoding: of the terminal.
    """
    blocks = _opening(category)
    for exam in exams:
        course = exam.tally.every[category]
        blocks.append(_exam_line(exam, category))
        if course.count > len(course.lines):
            blocks.append(_earlier(course.count - len(course.lines), category))
        blocks += _tables(course.recent, hashes, encoding)
    return Group(*blocks, *_closing(exams, hashes))


def every_attempt_views(
    exams: Sequence[PastExam], category: int, hashes: frozenset[str] = frozenset(), encoding: str = "utf-8"
) -> Iterator[RenderableType]:
    """Yield the screen for every attempt at one category piece by piece, since there may be very many.

    Args:
        exams: of the workspace.
        category: 1 to 5.
        hashes: SHA-256 of the models whose files are kept.
        encoding: of the terminal.

    Raises:
        OSError: a file of attempts can no longer be read.
    """
    yield from _opening(category)
    for exam in exams:
        yield _exam_line(exam, category)
        yield from _tables((line.attempt() for line in exam.at(category)), hashes, encoding)
    yield from _closing(exams, hashes)


def _opening(category: int) -> list[RenderableType]:
    return [Text(f"Category {category}  {CATEGORY_TITLES[category]}", style="bold"), Text()]


def _closing(exams: Sequence[PastExam], hashes: frozenset[str]) -> list[RenderableType]:
    return [*([Text(KEPT, style="dim")] if hashes else []), *_left_out(exams)]


def _exam_line(exam: PastExam, category: int) -> Text:
    title = exam.standing.categories[category - 1].title
    return Text.assemble((f"Exam {exam.number}", "bold"), f"  {_day(exam)}  {title}")


def _earlier(count: int, category: int) -> Text:
    """Return the line in place of the attempts that are not shown."""
    what = "1 earlier attempt" if count == 1 else f"{count:,} earlier attempts"
    return Text(f"  {what}. To see all: python -m exam history --category {category} --every", style="dim")


def _tables(attempts: Iterable[Attempt], hashes: frozenset[str], encoding: str) -> Iterator[RenderableType]:
    """Yield tables that look like one, and an empty line; a sentence where there are no attempts."""
    rows = iter(attempts)
    some = list(islice(rows, PIECE))
    yield _attempts(some, hashes, encoding) if some else Text("  never graded", style="dim")
    while some := list(islice(rows, PIECE)):
        yield _attempts(some, hashes, encoding, show_header=False)
    yield Text()


def _attempts(attempts: Sequence[Attempt], hashes: frozenset[str], encoding: str, show_header: bool = True) -> ByWidth:
    """Return attempts, each in a row; where the longest name of a finding would not fit there, on lines of its own."""
    metric = attempts[-1].result.metric

    def wide() -> RenderableType:
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim", show_header=show_header)
        table.add_column("graded", width=MOMENT, no_wrap=True)
        table.add_column("mode", width=MODE)
        table.add_column("", width=5, no_wrap=True)
        table.add_column(Text(metric), justify="right", width=METRIC)
        table.add_column("model", width=HASH + 2, no_wrap=True)
        table.add_column("first finding", overflow="fold")
        for attempt in attempts:
            table.add_row(*_cells(attempt, hashes, encoding))
        return below(table)

    def narrow() -> RenderableType:
        return below(Group(*(_lines(metric, _cells(attempt, hashes, encoding)) for attempt in attempts)))

    return ByWidth(GAP + MOMENT + MODE + 5 + METRIC + HASH + 2 + 5 + max(map(len, CATALOGUE)), wide, narrow)


def _cells(attempt: Attempt, hashes: frozenset[str], encoding: str) -> tuple[Text, ...]:
    result = attempt.result
    value = Text("-", style="dim") if result.value is None else Text(f"{result.value:g}")
    model = Text((result.sha256 or "no file")[:HASH], style="cyan" if result.sha256 else "dim")
    if result.sha256 in hashes:
        model.append(" *", "green")
    moment = Text(f"{attempt.graded_at.astimezone():%Y-%m-%d %H:%M}")
    code = Text(_finding(attempt), style="dim")
    return moment, Text(attempt.mode), boxes(result.points, encoding), value, model, code


def _lines(metric: str, cells: tuple[Text, ...]) -> Group:
    """Return one attempt on a narrow screen."""
    moment, mode, filled, value, model, code = cells
    below_it = [labelled(metric, value), labelled("model", model)]
    below_it += [labelled("first finding", code)] if code else []
    return stacked(Flow([labelled("graded", moment), labelled("mode", mode), filled]), below_it)


def _finding(attempt: Attempt) -> str:
    return attempt.result.findings[0].code if attempt.result.findings else ""

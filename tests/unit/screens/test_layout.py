"""Every screen at 40, 60, 80 and 100 columns: lines may wrap, and no word is cut or lost."""

from __future__ import annotations

import io
import os
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import harness
import pytest
import records
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console, RenderableType

from exam import cli, environment
from exam.architecture.shapes import Signature
from exam.bank import training
from exam.findings import CATALOGUE, Finding
from exam.grading import fresh
from exam.modelfile.inspection import Inspection
from exam.records import attempts, exam_clock, kept_models, progress
from exam.records.standing import standing
from exam.scoring import Score
from exam.screens import columns, status, terminal
from exam.screens.fresh import fresh_view
from exam.screens.watch import View, watch_view
from exam.workspace import Workspace

WIDTHS = (40, 60, 80, 100)
WIDE = 400
INDENTED = 17
"""Columns to the left of the longest texts: words that fit beside these are never broken."""
UNLABELLED = {"question"}
"""Heads of columns that need no label where the cells stand below each other."""
LONGEST = max(CATALOGUE, key=len)
TITLES = {number: f"Horses, humans and a question number {number}" for number in range(1, 6)}
SHA256 = "cd" * 32


def words(text: str) -> Counter[str]:
    """Return the words of a screen, without lines and arrows, and with every archive named alike."""
    text = re.sub(r"\d{8}T\d+Z-seed-\d+", "DATE", text)
    return Counter(word for word in text.split() if word.strip("─->") and word not in UNLABELLED)


def lost(wide: str, narrow: str, width: int) -> list[str]:
    """Return what the wide screen says and the narrow one does not; a word that is too long may be broken."""
    here, whole = words(narrow), "".join(narrow.split())
    missing = words(wide) - here
    return [word for word in missing if len(word) <= width - INDENTED or word not in whole]


def too_wide(text: str, width: int) -> list[str]:
    """Return the lines that a terminal of this width would break; a word alone that no line has room for may be."""
    return [line for line in text.splitlines() if cell_len(line) > width and len(line.split()) > 1]


def shown(view: RenderableType, width: int) -> str:
    """Return what a view looks like."""
    console = Console(width=width, file=io.StringIO(), highlight=False)
    console.print(view)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def problem(code: str) -> Finding:
    """Return a finding whose texts are as they stand in the catalogue."""
    entry = CATALOGUE[code]
    return Finding(code, entry.severity, entry.message, entry.next_step)


def a_status(state: exam_clock.State | None) -> RenderableType:
    clocked = None
    if state:
        seen = exam_clock.Reading(datetime(2026, 11, 2, 15, tzinfo=UTC), 0.0, "")
        clocked = exam_clock.Session(seen.wall, 5.0, 4000.0, state, seen)
    made = [records.attempt(1, 5, 60 if state else None), records.attempt(1, 3, 1000 if state else None)]
    now = standing(TITLES, clocked, records.tally(made, {2: SHA256}))
    return status.status_view(replace(now, left_out=attempts.LeftOut(".exam/attempts.jsonl", 12, [3, 4])), 147994179)


def the_watch() -> RenderableType:
    now = standing(TITLES, None, records.tally([records.attempt(1, 3)]))
    last = (records.result(1, 3, findings=tuple(map(problem, list(CATALOGUE)[:3]))),)
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    return watch_view(View(now, last, moment, problems=("The disk is full: no copy was kept.",)), 147994179)


def all_results() -> RenderableType:
    codes = list(CATALOGUE)
    results = []
    for number in range(1, 5):
        found = tuple(map(problem, codes[number::5]))
        results.append(records.result(number, number, title=TITLES[number], cached=True, findings=found))
    results.append(records.result(5, None, "grader fault", title=TITLES[5], value=None))
    return terminal.results_view(results, most=7, tuned={1: 12})


def an_inspection() -> RenderableType:
    shapes = Signature((150, 150, 3), (3,), "softmax", ())
    seen = Inspection(
        Path("mymodel.h5"),
        "Category3/mymodel.h5",
        "Category3",
        size=31 * 10**6,
        keras_version="3.15.1",
        signature=shapes,
        loss="sparse_categorical_crossentropy_of_a_stranger",
        finding=problem(LONGEST),
        parameters=12_345_678,
    )
    return terminal.inspection_view(seen)


def the_luck() -> RenderableType:
    samples = tuple(Score(points, 0.123456, 0.3) for points in (3, 4, 5))
    luck = fresh.Luck(3, TITLES[3], "mean absolute error in all", 4, 0.9, samples, fresh.Interval(0.88, 0.92, (3, 4)))
    return fresh_view([luck])


def the_bank() -> list[progress.Entry]:
    everything = progress.entries(Workspace(Path("nowhere")))
    return [replace(entry, is_drawn=True, attempts=12, best=4) for entry in everything]


VIEWS = {
    "status in practice": lambda: a_status(None),
    "status under the clock": lambda: a_status("running"),
    "status after the end": lambda: a_status("expired"),
    "status of what was finished": lambda: a_status("finished"),
    "watch": the_watch,
    "grade": all_results,
    "grade --fresh": the_luck,
    "check": an_inspection,
    "bank": lambda: terminal.bank_view(the_bank()),
    "draw": lambda: terminal.exam_view(the_bank()),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_narrow_view_loses_nothing(name: str) -> None:
    view = VIEWS[name]()
    wide = shown(view, WIDE)
    for width in WIDTHS:
        narrow = shown(view, width)
        assert lost(wide, narrow, width) == [], f"at {width} columns:\n{narrow}"
        assert too_wide(narrow, width) == []


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with three exams of a learner, the current folder."""
    made = harness.workspace_without_models(tmp_path / "x")
    longest = records.attempt(1, 3, findings=(problem(LONGEST),), value=-1.23457e-05, sha256=SHA256)
    for name in ("20261102T190000000000Z-seed-7", "20261103T190000000000Z-seed-147994179"):
        folder = made.archive / name
        folder.mkdir(parents=True)
        (folder / "exam.toml").write_text(harness.EXAM.to_toml(), encoding="utf-8")
        records.write(folder / "attempts.jsonl", *(records.attempt(n, 5, 60.0 * n) for n in range(1, 6)), longest)
        records.clock(folder / "session.json")
    made.state.mkdir(exist_ok=True)
    unread = records.attempt(1, None, status="not gradable", sha256=None, value=None)
    records.write(made.attempts, longest, unread, longest)
    kept_models.path(made, SHA256).parent.mkdir()
    kept_models.path(made, SHA256).touch()
    monkeypatch.chdir(made.root)
    return made


def said(*arguments: str, width: int | None, wanted: int = 0) -> str:
    """Return all that a command prints into a pipe."""
    done = CliRunner().invoke(cli.cli, arguments, env={"COLUMNS": None if width is None else str(width)})
    assert done.exit_code == wanted, done.output
    return done.output


def measured(workspace: object, progress: object) -> environment.Benchmark:
    return environment.Benchmark(12.34, 1, "enough")


def verified(workspace: object, progress: object) -> environment.Verification:
    return environment.Verification("3.11.7", "2.21.0", "3.15.1", 0, 1e-7, 12.5, False)


COMMANDS = {
    ("bank",): 0,
    ("bank", "--category", "4"): 0,
    ("history",): 0,
    ("history", "--category", "1"): 0,
    ("history", "--category", "1", "--every"): 0,
    ("status",): 0,
    ("draw", "--seed", "147994179"): 0,
    ("benchmark",): 0,
    ("verify", "--no-marker"): 0,
    ("finish",): cli.NOT_READY,
    ("data",): 0,
}


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_narrow_command_loses_nothing(
    arguments: tuple[str, ...], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "is_terminal", lambda stream: True)
    monkeypatch.setattr(environment, "benchmark", measured)
    monkeypatch.setattr(environment, "verify", verified)
    monkeypatch.setattr(training, "make", lambda *_: False)
    monkeypatch.setattr(training, "changed", lambda _: ["wine_with_a_long_name.csv", "b.csv", "c.csv"])
    wide = said(*arguments, width=None, wanted=COMMANDS[arguments])
    for width in WIDTHS:
        narrow = said(*arguments, width=width, wanted=COMMANDS[arguments])
        assert lost(wide, narrow, width) == [], f"at {width} columns:\n{narrow}"
        assert too_wide(narrow, width) == [], narrow


def test_a_test_of_words_can_fail() -> None:
    assert lost("handwritten_digits here", "handwritten_di… here", 40) == ["handwritten_digits"]
    assert lost("one two two", "one two", 40) == ["two"]
    assert lost("a " + "x" * 60, "a\n" + "x" * 40 + "\n" + "x" * 20, 40) == []
    assert lost("a " + "x" * 60, "a\n" + "x" * 40 + "\n" + "x" * 19, 40) == ["x" * 60]
    assert too_wide("two words\nunbreakable", 5) == ["two words"]


@pytest.mark.parametrize(
    ("told", "width"), [("40", 40), ("200", 100), ("7", 20), ("", 100), ("0", 100), ("wide", 100), ("-5", 100)]
)
def test_columns_are_those_that_are_told(told: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe, where rich would take the size of some other stream."""
    monkeypatch.setenv("COLUMNS", told)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert terminal.console().width == width


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def fileno(self) -> int:
        return 99

    def isatty(self) -> bool:
        return True


@pytest.fixture
def narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 60 columns, and no COLUMNS."""
    sizes = {99: os.terminal_size((60, 24))}
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(columns.os, "get_terminal_size", lambda number: sizes[number])
    return Terminal()


def test_sentences_end_their_lines_between_words_in_a_terminal(narrow_terminal: Terminal) -> None:
    text = "five take 1 minute " * 9 + "/a/path/that/is/longer/than/any/line/of/this/terminal/can/be/mymodel.h5"
    lines = columns.wrapped(text, narrow_terminal).split("\n")
    assert " ".join(lines) == text and too_wide("\n".join(lines), 60) == [] and len(lines) > 3
    assert columns.wrapped(text, io.StringIO()) == text, "a file gets the sentence as it is"


@pytest.mark.parametrize("count", range(20, 50, 3))
def test_a_command_stays_on_one_line(narrow_terminal: Terminal, count: int) -> None:
    """People copy it."""
    text = "x" * count + " Correct it, or draw a new exam: python -m exam draw --seed 7"
    assert "python -m exam draw --seed 7" in columns.wrapped(text, narrow_terminal)

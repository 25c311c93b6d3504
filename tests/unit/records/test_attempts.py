"""Records that hands or disks have damaged, and records without number: what each command shows of them."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import files
import harness
import numpy as np
import pytest
import records
from pages import Page

from exam import bank
from exam.bank import hidden
from exam.findings import CATALOGUE, Finding
from exam.grading import cache
from exam.records import attempts, exam_clock
from exam.records.attempts import LONGEST_LINE, LeftOut
from exam.records.tally import RECENT, Tally
from exam.result import Result
from exam.workspace import Workspace

ESCAPE = "\x1b[2J\x1b[31m\nnext\r\x07\x9b2J\u202e"
"""Clears a terminal, colours it, breaks the line, rings, clears once more, and turns the writing round."""
SCREENS = {
    "status": ("status",),
    "history": ("history",),
    "history 1": ("history", "--category", "1"),
    "history 1 every": ("history", "--category", "1", "--every"),
    "bank": ("bank",),
}


def line(**changes: Any) -> str:
    """Return one line of the file, with changes that no grading makes."""
    return json.dumps({**records.attempt(1, 4).to_dict(), **changes})


def raw(name: str, value: str) -> str:
    """Return one line with a value as it is written."""
    return line(**{name: "HERE"}).replace('"HERE"', value)


def found(**changes: Any) -> list[dict[str, Any]]:
    """Return the findings of one line, the only one changed."""
    return [{"code": "nan-output", "severity": "problem", "message": "m", "next_step": "n", **changes}]


NO_ATTEMPT: dict[str, str] = {
    "value 1e400": raw("value", "1e400"),
    "value of 401 digits": raw("value", f"{10**400}"),
    "value of 5000 digits": raw("value", "9" * 5000),
    "value NaN": raw("value", "NaN"),
    "baseline minus infinity": raw("baseline", "-Infinity"),
    "value true": raw("value", "true"),
    "points true": raw("points", "true"),
    "points 6": raw("points", "6"),
    "category 9": raw("category", "9"),
    "seconds true": raw("seconds", "true"),
    "seconds negative": raw("seconds", "-3.5"),
    "seed of 401 digits": raw("seed", f"{10**400}"),
    "elapsed of 401 digits": raw("elapsed", f"{10**400}"),
    "four bands": line(bands=[1, 2, 3, 4]),
    "bands of texts": line(bands=["a"] * 5),
    "bands true": line(bands=[True] * 5),
    "half a character in the title": line(title="\ud800"),
    "half a character in the hash": line(sha256="\udcff"),
    "half a character in a finding": line(findings=found(message="\ud800")),
    "question with a command": line(question=ESCAPE),
    "hash with a path": line(sha256="../../x"),
    "finding of numbers": line(findings=found(message=7)),
    "title of 3 MB": line(title="x" * 3_000_000),
    "exam without a clock": line(mode="exam"),
    "mode nobody knows": line(mode=ESCAPE),
    "no end to lists": "[" * 100_000,
    "no end to objects": '{"x":' * 100_000,
    "half a line": line()[:50],
    "a list": "[1]",
}
SHOWN: dict[str, str] = {
    "title": line(title=ESCAPE),
    "title of 200,000 letters": line(title="word " * 40_000),
    "title of 200,000 accents": line(title="é" * 20_000),
    "metric": line(metric=ESCAPE),
    "metric with rich's markup": line(metric="[/a][bold"),
    "finding": line(findings=found(message=ESCAPE, next_step=ESCAPE)),
    "code": line(findings=found(code="../../../../etc/" + ESCAPE)),
    "code of 10,000 letters": line(findings=found(code="x" * 10_000)),
    "versions": line(versions={ESCAPE: ESCAPE}),
    "value of the largest": line(value=1.7e308, baseline=-1.7e308),
    "value of the smallest": line(value=-1.7e308, baseline=5e-324),
}
"""Attempts all the same: they count, and are shown as text."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = harness.workspace_without_models(tmp_path / "my exam")
    made.state.mkdir()
    return made


def write(workspace: Workspace, *lines: str, path: Path | None = None) -> None:
    (path or workspace.attempts).write_bytes("".join(f"{text}\n" for text in lines).encode())


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with each damage once, two sound attempts around them."""
    made = harness.workspace_without_models(tmp_path_factory.mktemp("damaged") / "my exam")
    made.state.mkdir()
    write(made, line(points=2), *NO_ATTEMPT.values(), *SHOWN.values(), line(points=3))
    return made


def run(workspace: Workspace, *arguments: str) -> tuple[str, str]:
    """Run a command that must come to a good end, and change nothing in the file; return what it printed."""
    before = workspace.attempts.read_bytes()
    done = harness.run_exam(workspace, *arguments, EXAM_CACHE=str(workspace.root / "cache"), COLUMNS="80")
    assert done.returncode == 0, done.stderr[-2000:]
    assert workspace.attempts.read_bytes() == before
    printed = done.stdout + done.stderr
    assert "Traceback" not in printed and "Warning" not in printed and "The exam program failed" not in printed
    assert not set(printed) & set("\x1b\x07\r\x9b\u202e")
    return done.stdout, done.stderr


@pytest.mark.parametrize("name", NO_ATTEMPT)
def test_a_line_that_is_no_attempt_is_left_out_and_told(workspace: Workspace, name: str) -> None:
    write(workspace, line(), NO_ATTEMPT[name], line())
    left_out = LeftOut("attempts.jsonl")
    assert len(list(attempts.lines(workspace.attempts, left_out))) == 2
    assert (left_out.count, left_out.first) == (1, [2])


@pytest.mark.parametrize("name", SHOWN)
def test_text_from_a_record_is_shown_as_text_and_short(workspace: Workspace, name: str) -> None:
    write(workspace, SHOWN[name])
    (attempt,) = attempts.read(workspace)
    result = attempt.result
    names = [result.title, result.metric, *result.versions, *result.versions.values()]
    sentences = [text for one in result.findings for text in (one.code, one.message, one.next_step)]
    assert all(text.isprintable() and len(text) <= 2000 for text in (*names, *sentences))
    assert all(len(text) <= 100 for text in names) and all("/" not in one.code for one in result.findings)


@pytest.mark.parametrize("name", SCREENS)
def test_screens_of_damaged_records_say_what_was_left_out(damaged: Workspace, name: str) -> None:
    shown, complaints = run(damaged, *SCREENS[name])
    assert not complaints and max(map(len, shown.splitlines())) <= 100
    note = f"{len(NO_ATTEMPT)} lines in .exam/attempts.jsonl cannot be read and were left out: lines 2, 3, 4 and "
    said = note + f"{len(NO_ATTEMPT) - 3} more. All others count. Correct them with an editor, or delete them."
    assert (said in " ".join(shown.split())) == (name != "bank")


def test_programs_are_told_how_many_lines_were_left_out(damaged: Workspace) -> None:
    now = json.loads(run(damaged, "status", "--json")[0])
    (exam,) = json.loads(run(damaged, "history", "--json")[0])["exams"]
    assert now["unreadable_lines"] == exam["unreadable_lines"] == len(NO_ATTEMPT)
    assert now["categories"][0]["attempts"] == len(exam["categories"][0]["every_attempt"]) == len(SHOWN) + 2
    assert now["categories"][0]["points"] == 3, "the last sound line counts"


@pytest.mark.slow
def test_the_report_of_damaged_records_says_so_on_the_page_and_beside_it(damaged: Workspace, tmp_path: Path) -> None:
    _, told = run(damaged, "report", "--no-open", "--output", str(tmp_path / "page.html"))
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    note = f"{len(NO_ATTEMPT)} lines in .exam/attempts.jsonl cannot be read and were left out"
    assert note in page.text and told.startswith(f"Note: {note}") and told.count("\n") == 1
    assert not set("".join(page.words)) & set("\x1b\x07\r\x9b\u202e")


def test_a_report_of_nothing_but_damage_says_so(workspace: Workspace, tmp_path: Path) -> None:
    write(workspace, "{")
    run(workspace, "report", "--no-open", "--output", str(tmp_path / "page.html"))
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert "1 line in .exam/attempts.jsonl cannot be read and was left out: line 1." in page.text


def test_one_damaged_line_is_one(workspace: Workspace) -> None:
    write(workspace, line(), '{"half a li', line())
    shown = " ".join(run(workspace, "status")[0].split())
    note = "1 line in .exam/attempts.jsonl cannot be read and was left out: line 2. All others count. Correct it with"
    assert note in shown and "graded 2 times" in shown
    write(workspace, line())
    assert "cannot be read" not in run(workspace, "status")[0]


@pytest.mark.slow
def test_damage_in_the_archive_is_told_by_history(workspace: Workspace) -> None:
    before = workspace.archive / "20260101T000000000000Z-seed-1"
    before.mkdir(parents=True)
    write(workspace, line(), "{", path=before / "attempts.jsonl")
    write(workspace, line())
    shown = " ".join(run(workspace, "history")[0].split())
    assert f"1 line in archive/{before.name}/attempts.jsonl cannot be read" in shown
    assert "cannot be read" not in run(workspace, "status")[0]
    write(workspace, line(), "{", "{")
    shown = " ".join(run(workspace, "history")[0].split())
    assert "3 lines in 2 files of attempts cannot be read and were left out: the first is line 2 of archive" in shown


@pytest.mark.slow
def test_an_archived_file_that_cannot_be_opened_hides_no_other(workspace: Workspace) -> None:
    (workspace.archive / "20260101T000000000000Z-seed-1" / "attempts.jsonl").mkdir(parents=True)
    write(workspace, line())
    first, second = json.loads(run(workspace, "history", "--json")[0])["exams"]
    assert [len(exam["categories"][0]["every_attempt"]) for exam in (first, second)] == [0, 1]
    assert "A straight line" in run(workspace, "history", "--category", "1", "--every")[0]


@pytest.mark.parametrize(
    "content", [f"\ufeff{line()}\n{line()}\n", f"{line()}\r\n\r\n{line()}\r\n", f"\n\n{line()}\n \n{line()}"]
)
def test_what_editors_do_to_a_file_is_no_damage(workspace: Workspace, content: str) -> None:
    workspace.attempts.write_bytes(content.encode())
    left_out = LeftOut("")
    assert len(list(attempts.lines(workspace.attempts, left_out))) == 2 and not left_out.count


# --- the clock


@pytest.mark.slow
def test_notes_of_a_clock_are_shown_as_text_and_the_last_of_many(workspace: Workspace) -> None:
    now = exam_clock.Reading.now()
    begun = exam_clock.Session(now.wall - timedelta(hours=1), 5.0, 3600.0, "running", now)
    notes = [f"jump {number}" for number in range(500)] + [ESCAPE, "word " * 100_000]
    (workspace.state / "session.json").write_text(json.dumps({**begun.to_dict(), "notes": notes}), encoding="utf-8")
    write(workspace, line(mode="exam", elapsed=60))
    shown = run(workspace, "status")[0]
    assert "jumped 497 times before that" in shown and "jump 499" in shown and "jump 496" not in shown
    assert len(shown) < 5000
    run(workspace, "history")
    run(workspace, "report", "--no-open")


def test_a_clock_of_many_megabytes_is_damaged(workspace: Workspace) -> None:
    now = exam_clock.Reading.now()
    begun = exam_clock.Session(now.wall, 5.0, 0.0, "running", now, ("x" * 2_000_000,))
    (workspace.state / "session.json").write_text(json.dumps(begun.to_dict()), encoding="utf-8")
    done = harness.run_exam(workspace, "status")
    assert done.returncode == 3 and "session.json is damaged" in done.stderr and "python -m exam draw" in done.stderr


# --- results that were kept, and results that are


@pytest.mark.parametrize(
    "change",
    [
        {"value": 10**400},
        {"value": float("nan")},
        {"baseline": float("inf")},
        {"seconds": True},
        {"bands": [1.0, 2.0]},
        {"title": "\ud800"},
        {"seed": 10**400},
        {"question": "../x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_kept_result_that_no_grading_found_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no grading has found this"):
        Result.from_dict({**records.result().to_dict(), **change})


def test_a_kept_result_is_shown_as_text(workspace: Workspace) -> None:
    digest = hashlib.sha256(files.write(workspace.model(1), files.line_model()).read_bytes()).hexdigest()
    question = bank.load("straight_line")
    kept = cache.path(workspace, digest, harness.EXAM.seed, hidden.fingerprint(question))
    kept.parent.mkdir()
    one = Finding("nan-output", "problem", ESCAPE, "word " * 100_000)
    result = records.result(1, 3, sha256=digest, title=ESCAPE, metric=ESCAPE, findings=(one,))
    kept.write_text(json.dumps(result.to_dict()), encoding="utf-8")
    cache.write_predictions(kept, np.zeros((100, 1)))
    write(workspace, line())
    done = harness.run_exam(workspace, "grade", "1", EXAM_CACHE=str(workspace.root / "cache"))
    assert done.returncode == 0 and "\\x1b[2J" in done.stdout and not set(done.stdout) & set("\x1b\x07\r\x9b")
    assert len(done.stdout) < 5000 and len(attempts.read(workspace)) == 2


def test_every_finding_keeps_its_code() -> None:
    kept = records.result(findings=tuple(Finding(code, "hint", "m", "n") for code in CATALOGUE)).presentable()
    assert [one.code for one in kept.findings] == list(CATALOGUE)


def test_what_is_recorded_can_be_read_again(workspace: Workspace) -> None:
    """Names in a stranger's file are of any length, and all of them in the findings."""
    long = tuple(Finding("nan-output", "problem", "Ж" * 1_000_000, ESCAPE) for _ in range(15))
    attempts.record(workspace, [records.result(findings=long)])
    (attempt,) = attempts.read(workspace)
    assert len(attempt.result.findings) == 15 and workspace.attempts.stat().st_size < LONGEST_LINE


# --- many attempts


def many(count: int) -> Iterator[str]:
    """Yield lines of category 1 and 2 in turn, one a minute; the values tell them apart."""
    for number in range(count):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        yield line(category=1 + number % 2, value=number, points=number % 5, graded_at=moment.isoformat())


def values(shown: str) -> list[int]:
    """Return the values in the rows of a table of attempts."""
    return [int(row.split()[4]) for row in shown.splitlines() if row.startswith("  2026-")]


@pytest.mark.slow
def test_the_last_attempts_are_shown_and_the_others_counted(workspace: Workspace) -> None:
    write(workspace, *many(100))
    shown = run(workspace, "history", "--category", "1")[0]
    assert values(shown) == list(range(98 - 2 * (RECENT - 1), 99, 2)), "the last ones, the newest last"
    assert f"{50 - RECENT} earlier attempts. To see all: python -m exam history --category 1 --every" in shown
    write(workspace, *many(2 * RECENT + 2))
    assert "  1 earlier attempt. To see all" in run(workspace, "history", "--category", "1")[0]
    write(workspace, *many(2 * RECENT))
    assert "earlier" not in run(workspace, "history", "--category", "1")[0]


@pytest.mark.slow
def test_every_attempt_is_shown_to_those_who_ask(workspace: Workspace) -> None:
    write(workspace, *many(1000))
    shown = run(workspace, "history", "--category", "1", "--every")[0]
    assert values(shown) == list(range(0, 1000, 2)) and shown.count("graded") == 1 and "earlier" not in shown
    alone = harness.run_exam(workspace, "history", "--every")
    assert alone.returncode == 2 and "history --category 1 --every" in alone.stderr


def test_programs_get_every_attempt(workspace: Workspace) -> None:
    write(workspace, *many(301))
    (exam,) = json.loads(run(workspace, "history", "--json")[0])["exams"]
    first, second = exam["categories"][:2]
    assert [attempt["value"] for attempt in first["every_attempt"]] == list(range(0, 301, 2))
    assert (first["attempts"], second["attempts"], len(second["every_attempt"])) == (151, 150, 150)
    assert set(first["every_attempt"][0]) == {*records.attempt().to_dict(), "kept"}


@pytest.mark.slow
def test_the_report_counts_all_and_draws_the_last(workspace: Workspace, tmp_path: Path) -> None:
    write(workspace, *many(2500))
    run(workspace, "report", "--no-open", "--output", str(tmp_path / "page.html"))
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert "1,250 attempts, best 4" in page.text and f"at most the last {RECENT} of each category" in page.text
    assert "graded 1,250 times" in run(workspace, "status")[0]


def test_any_number_of_attempts_takes_the_same_memory(workspace: Workspace) -> None:
    """Neither the file, nor a line that does not end, is in memory as a whole."""
    write(workspace, *many(3000), "x" * 5_000_000, line())
    attempts_before = list(Tally().add_all(attempts.lines(workspace.attempts)).submitted.courses[1].lines)
    tracemalloc.start()
    made = Tally().add_all(attempts.lines(workspace.attempts))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.submitted.count == 3001 and len(attempts_before) == RECENT
    assert peak < 2_000_000 < workspace.attempts.stat().st_size / 3, peak

"""The exam's clock, what counts under it, and the commands start, status and finish."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import files
import harness
import pytest
import records
from rich.console import Console

from exam.machine import boot
from exam.records import attempts, exam_clock
from exam.records.exam_clock import Reading, Session, advance
from exam.records.standing import Standing, standing
from exam.screens import status
from exam.workspace import CATEGORIES, Workspace

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
TITLES = {category: f"Question {category}" for category in CATEGORIES}


def at(wall: float, running: float | None = None, boot: str = "first") -> Reading:
    """Return the clocks ``wall`` seconds after noon; the running one agrees unless it is given."""
    return Reading(NOON + timedelta(seconds=wall), 1000 + (wall if running is None else running), boot)


STARTED = Session(NOON, 5.0, 0.0, "running", at(0))


def test_the_clock_runs_over_sleep_and_many_looks() -> None:
    seen = STARTED
    for second in range(0, 7200, 600):
        seen = advance(seen, at(second))
    assert (seen.elapsed, seen.left, seen.notes) == (6600, 18000 - 6600, ())


@pytest.mark.parametrize(("jump", "way"), [(3600, "forward by 1:00:00"), (-86400, "back by 1 day")])
def test_a_system_time_set_by_hand_is_noted_and_changes_nothing(jump: float, way: str) -> None:
    seen = advance(STARTED, at(600 + jump, running=600))
    assert seen.elapsed == 600 and seen.state == "running"
    (note,) = seen.notes
    assert way in note and "jumped" in note
    assert advance(seen, at(1200 + jump, running=1200)).notes == (note,)  # said once


def test_over_a_restart_the_system_time_decides() -> None:
    assert advance(STARTED, at(900, running=-980, boot="second")).elapsed == 900
    assert advance(STARTED, at(900, running=-980, boot="")).elapsed == 900


class Registry:
    """Stands for Windows's: a Linux machine has none."""

    HKEY_LOCAL_MACHINE = 2

    def __init__(self, starts: int) -> None:
        self.starts = starts

    def OpenKey(self, root: int, path: str) -> AbstractContextManager[str]:
        assert root == self.HKEY_LOCAL_MACHINE
        return nullcontext(path)

    def QueryValueEx(self, key: str, value: str) -> tuple[int, int]:
        assert key.endswith("PrefetchParameters") and value == "BootId"
        return self.starts, 4


class Kernel:
    """Stands for the C library of macOS."""

    def __init__(self, starts: int) -> None:
        self.starts = starts

    def sysctlbyname(self, name: bytes, text: Any, size: object, new: None, length: object) -> int:
        text.value = f"{name.decode()}-{self.starts}".encode()
        return 0


@pytest.mark.parametrize("system", ["win32", "darwin", "linux"])
def test_a_restart_is_noticed_on_every_system(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, the hour in which a computer was off was lost on Windows and macOS, which had no name for a start."""
    monkeypatch.setattr(boot, "LINUX", tmp_path / "boot_id")
    monkeypatch.setattr(boot.sys, "platform", system)

    def name_of(start: int) -> str:
        monkeypatch.setitem(sys.modules, "winreg", Registry(start))
        monkeypatch.setattr(boot.ctypes, "CDLL", lambda library: Kernel(start))
        (tmp_path / "boot_id").write_text(f"name {start}\n")
        return boot.name()

    first, second = name_of(1), name_of(2)
    assert first == name_of(1)
    before = replace(STARTED, seen=at(0, running=50, boot=first))
    later = advance(before, at(3600, running=60, boot=second))  # it has run for longer than before the restart
    assert later.elapsed == 3600 and not later.notes


def test_a_time_set_back_over_a_restart_costs_nothing_and_gives_nothing() -> None:
    seen = advance(replace(STARTED, elapsed=600.0), at(-5000, running=-980, boot="second"))
    assert seen.elapsed == 600 and "back" in seen.notes[0]


def test_time_that_is_over_closes_the_exam_for_good() -> None:
    over = advance(STARTED, at(5 * 3600 + 1))
    assert (over.state, over.left, over.elapsed) == ("expired", 0, 5 * 3600)
    assert advance(over, at(10)) == over
    finished = replace(STARTED, state="finished")
    assert advance(finished, at(99999)) == finished


def test_a_session_survives_json(tmp_path: Path) -> None:
    session = advance(STARTED, at(5000, running=600))
    (tmp_path / "session.json").write_text(json.dumps(session.to_dict()))
    assert exam_clock.read_file(tmp_path / "session.json") == session


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return harness.workspace_without_models(tmp_path / "my exam")


def test_the_real_clock_moves(workspace: Workspace) -> None:
    assert exam_clock.look(workspace) is None
    exam_clock.start(workspace, 5.0)
    time.sleep(0.05)
    first = exam_clock.look(workspace)
    time.sleep(0.05)  # the clock of Windows has steps of a sixtieth of a second
    second = exam_clock.look(workspace)
    assert first is not None and second is not None
    assert 0.03 <= first.elapsed < second.elapsed < 60 and not second.notes


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"state": "running"}', "null"])
def test_a_damaged_clock_is_one_sentence_and_loses_nothing(workspace: Workspace, damage: str) -> None:
    workspace.state.mkdir()
    (workspace.state / "session.json").write_text(damage)
    for use in (exam_clock.look, exam_clock.finish, lambda workspace: exam_clock.start(workspace, 5.0)):
        with pytest.raises(exam_clock.SessionError, match=r"session\.json is damaged"):
            use(workspace)
    assert (workspace.state / "session.json").read_text() == damage


@pytest.mark.parametrize("command", [["status"], ["start"], ["finish", "--yes"], ["grade", "1"]], ids=str)
def test_commands_say_that_the_clock_is_damaged(workspace: Workspace, command: list[str]) -> None:
    workspace.state.mkdir()
    (workspace.state / "session.json").write_text("{")
    run = harness.run_exam(workspace, *command)
    assert run.returncode == 3 and "session.json is damaged" in run.stderr and "Traceback" not in run.stderr


def look_for_ever(folder: str, announced: str) -> None:
    """Look at the clock until killed, announcing the elapsed time after it is on the disk."""
    with open(announced, "a", buffering=1) as shown:
        while True:
            seen = exam_clock.look(Workspace(Path(folder)))
            assert seen is not None
            shown.write(f"{seen.elapsed}\n")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not available on Windows")
def test_two_terminals_and_kills_never_turn_the_clock_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    exam_clock.start(workspace, 5.0)
    context = multiprocessing.get_context("spawn")
    for number in range(2):
        logs = [tmp_path / f"log{number}{terminal}" for terminal in range(2)]
        processes = [context.Process(target=look_for_ever, args=(str(tmp_path), str(log))) for log in logs]
        for process in processes:
            process.start()
        while not all(log.exists() and log.stat().st_size > 100 for log in logs):
            time.sleep(0.005)
        for process in processes:
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
        now = exam_clock.look(workspace)
        assert now is not None and not now.notes
        for log in logs:
            seen = [float(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
            assert seen == sorted(seen) and seen[-1] <= now.elapsed


def under_the_clock(*made: attempts.Attempt, state: exam_clock.State = "running") -> Standing:
    return standing(TITLES, replace(STARTED, elapsed=4000.0, state=state), records.tally(made))


def test_the_latest_attempt_of_the_exam_counts() -> None:
    practice = records.attempt(5, 5)
    now = under_the_clock(practice, records.attempt(1, 5, 60), records.attempt(1, 3, 100), records.attempt(2, 5, 700))
    first, second, fifth = now.categories[0], now.categories[1], now.categories[4]
    assert first.latest and first.best and (first.latest.result.points, first.best.result.points) == (3, 5)
    assert (first.weighted, second.weighted, fifth.weighted, now.total) == (6, 15, 0, 21)
    assert (first.seconds, second.seconds, fifth.seconds) == (100, 600, None)
    assert not now.passed and standing(TITLES, None, records.tally([practice])).total == 30


def test_categories_that_were_submitted_together_share_the_time() -> None:
    made = [records.attempt(1, 5, 100), *(records.attempt(category, 5, 700) for category in (2, 3, 1))]
    now = under_the_clock(records.attempt(4, 5), *made)
    assert [category.seconds for category in now.categories] == [300, 200, 200, None, None]


def test_what_found_no_file_is_no_submission() -> None:
    missing = records.attempt(1, 0, 60, status="not gradable", sha256=None, value=None)
    assert under_the_clock(missing).categories[0].latest is None
    assert under_the_clock(records.attempt(1, 4, 60), missing).total == 8


def test_the_next_step_is_named() -> None:
    five = [records.attempt(category, 5, 60.0 * category) for category in CATEGORIES]
    assert "Category1/starter.py" in under_the_clock().next_step and "counts as zero" in under_the_clock().next_step
    assert "Category3/starter.py" in under_the_clock(*five[:2]).next_step
    waiting = standing(TITLES, STARTED, records.tally(five, {4: "cd" * 32}))
    assert "grade 4" in waiting.next_step and waiting.categories[3].is_ungraded
    weak = under_the_clock(*five, records.attempt(1, 0, 400), records.attempt(5, 3, 500))
    assert "Category 5 has the most to gain, 12 points" in weak.next_step
    assert "exam finish" in under_the_clock(*five).next_step
    assert "exam draw" in standing(TITLES, None, records.tally(replace(one, mode="practice") for one in five)).next_step
    assert "exam report" in under_the_clock(*five, state="expired").next_step


def shown(now: Standing, width: int = 100) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(status.status_view(now, 31))
    return console.export_text()


def test_status_shows_time_scores_and_what_to_do() -> None:
    text = shown(under_the_clock(records.attempt(1, 5, 60), records.attempt(1, 3, 3700), records.attempt(2, 5, 3760)))
    assert "3 h 54 min left of 5 h, until " in text
    assert "■■■□□   3 of 5   6/10" in text
    assert "graded 2 times; an earlier model earned 5 of 5; 1 h 01 min spent" in text
    assert "not graded yet" in text and "Exam: 21 of 100 points, 69 points short of a pass (90)" in text
    assert "Practice without a clock" in shown(standing(TITLES, None, records.tally([])))
    assert "hours are over; further grading is practice" in shown(under_the_clock(state="expired"))
    assert "Finished after 1 h 06 min" in shown(under_the_clock(state="finished"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3660, "1 h 01 min"), (18000, "5 h")],
)
def test_durations_are_said_as_people_say_them(seconds: float, text: str) -> None:
    from exam.screens.terminal import duration

    assert duration(seconds) == text


def test_an_exam_is_started_once(workspace: Workspace) -> None:
    run = harness.run_exam(workspace, "start")
    assert run.returncode == 0 and "5 h left of 5 h, until" in run.stdout
    again = harness.run_exam(workspace, "start")
    assert again.returncode == 3 and "already started" in again.stderr and "exam status" in again.stderr


def test_practice_needs_no_clock(workspace: Workspace) -> None:
    run = harness.run_exam(workspace, "status")
    assert run.returncode == 0 and "Practice without a clock" in run.stdout
    ended = harness.run_exam(workspace, "finish", "--yes")
    assert ended.returncode == 3 and "exam start" in ended.stderr


def test_finish_asks_and_without_an_answer_ends_nothing(workspace: Workspace) -> None:
    harness.run_exam(workspace, "start")
    files.write(workspace.model(2), files.line_model())
    run = harness.run_exam(workspace, "finish")
    assert run.returncode == 1 and "Category 2 has a model that is not graded yet" in run.stdout
    assert "The exam is still running." in run.stdout and "finish --yes" in run.stdout
    assert json.loads(harness.run_exam(workspace, "status", "--json").stdout)["state"] == "running"
    ended = harness.run_exam(workspace, "finish", "--yes")
    assert ended.returncode == 0 and "Finished after" in ended.stdout and "exam report" in ended.stdout
    assert "already over" in harness.run_exam(workspace, "finish", "--yes").stderr


@pytest.mark.slow
def test_an_exam_closes_itself_and_later_gradings_are_practice(workspace: Workspace) -> None:
    exam_toml = workspace.exam_toml.read_text()
    workspace.exam_toml.write_text(exam_toml.replace("hours = 5.0", "hours = 0.0015"))
    files.write(workspace.model(1), files.sequential(files.layer("Lambda")))
    started = time.monotonic()
    harness.run_exam(workspace, "start")
    while time.monotonic() - started < 5.5:
        time.sleep(0.1)
    late = harness.run_exam(workspace, "grade", "1")
    assert "Lambda" in late.stdout and "hours are over; further grading is practice" in late.stdout
    (attempt,) = attempts.read(workspace)
    assert (attempt.mode, attempt.elapsed) == ("practice", None)
    now = json.loads(harness.run_exam(workspace, "status", "--json").stdout)
    assert (now["state"], now["left"], now["total"]) == ("expired", 0, 0)
    assert now["categories"][0]["attempts"] == 0


@pytest.mark.slow
def test_attempts_under_the_clock_say_when(workspace: Workspace) -> None:
    files.write(workspace.model(1), files.sequential(files.layer("Lambda")))
    harness.run_exam(workspace, "grade", "1")
    harness.run_exam(workspace, "start")
    assert "left of 5 h" in harness.run_exam(workspace, "grade", "1").stdout
    before, during = attempts.read(workspace)
    assert (before.mode, before.elapsed, during.mode) == ("practice", None, "exam")
    assert during.elapsed is not None and 0 < during.elapsed < 120


@pytest.mark.slow
def test_drawing_the_next_exam_never_ends_one_under_its_clock(workspace: Workspace) -> None:
    harness.run_exam(workspace, "start")
    run = harness.run_exam(workspace, "draw")
    assert run.returncode == 2 and "exam finish" in run.stderr
    assert not workspace.archive.exists()
    harness.run_exam(workspace, "finish", "--yes")
    harness.run_exam(workspace, "draw", "--seed", "7")
    assert (next(workspace.archive.iterdir()) / "session.json").is_file()
    assert json.loads(harness.run_exam(workspace, "status", "--json").stdout)["mode"] == "practice"

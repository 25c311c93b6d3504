"""Watch: which files count as saved, what is shown, and the command with real models."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import files
import h5py
import harness
import pytest
import records
from rich.console import Console

from exam.records import attempts
from exam.records.standing import standing
from exam.screens.watch import PlainScreen, View, watch_view
from exam.watch import SETTLED_SECONDS, Files
from exam.workspace import CATEGORIES, Workspace

LINE = files.line_model()
no_windows = pytest.mark.skipif(os.name == "nt", reason="there Ctrl-C goes to all programs of a console")
TITLES = {category: f"Question {category}" for category in CATEGORIES}


class Folder:
    """One watched file, its time, and a clock that is set by hand."""

    def __init__(self, root: Path) -> None:
        self.path = root / "mymodel.h5"
        self.moment = 0.0
        self._written = 0

    def watched(self) -> Files:
        return Files({3: self.path}, lambda: self.moment)

    def put(self, data: bytes) -> None:
        """Write in place, and let the file's time move on as on a coarse clock."""
        self.path.write_bytes(data)
        self._written += 1
        os.utime(self.path, (1000 + self._written, 1000 + self._written))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return files.write(tmp_path / "elsewhere.h5", LINE).read_bytes()


def test_a_saved_model_is_told_once(folder: Folder, whole: bytes) -> None:
    watched = folder.watched()
    assert watched.saved() == []
    folder.put(whole)
    assert [watched.saved() for _ in range(4)] == [[], [3], [], []]
    folder.put(whole)
    assert [watched.saved() for _ in range(3)] == [[], [3], []]


def test_what_was_there_before_is_left_alone(folder: Folder, whole: bytes) -> None:
    folder.put(whole)
    watched = folder.watched()
    assert [watched.saved() for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.99])
def test_a_half_written_model_is_waited_for(folder: Folder, whole: bytes, share: float) -> None:
    watched = folder.watched()
    folder.put(whole[: int(len(whole) * share)])
    for folder.moment in (0.1, 0.2, 1.0, SETTLED_SECONDS - 0.1):
        assert watched.saved() == []
    folder.put(whole)
    assert [watched.saved() for _ in range(3)] == [[], [3], []]


def test_a_model_that_grows_is_waited_for(folder: Folder, whole: bytes) -> None:
    watched = folder.watched()
    for size in range(0, len(whole), len(whole) // 8):
        folder.put(whole[:size])
        assert watched.saved() == []
    folder.put(whole)
    assert [watched.saved() for _ in range(2)] == [[], [3]]


def test_a_model_that_another_program_is_writing_is_waited_for(folder: Folder) -> None:
    watched = folder.watched()
    writing = "import h5py, sys; file = h5py.File(sys.argv[1], 'w'); file['a'] = 1; file.flush(); print(1, flush=True)"
    command = [sys.executable, "-c", writing + "; input()", str(folder.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout and writer.stdin
        writer.stdout.readline()
        assert [watched.saved() for _ in range(4)] == [[], [], [], []]
        writer.stdin.close()
        writer.wait()
    assert 3 in [category for _ in range(3) for category in watched.saved()]


def test_a_broken_file_that_stays_so_is_graded_all_the_same(folder: Folder) -> None:
    watched = folder.watched()
    folder.put(b"no HDF5")
    assert [watched.saved() for _ in range(2)] == [[], []]
    folder.moment = SETTLED_SECONDS + 0.1
    assert [watched.saved() for _ in range(2)] == [[3], []]


def test_a_removed_model_is_nothing_and_a_new_one_counts(folder: Folder, whole: bytes) -> None:
    folder.put(whole)
    watched = folder.watched()
    folder.path.unlink()
    assert [watched.saved() for _ in range(2)] == [[], []]
    folder.put(whole)
    assert [watched.saved() for _ in range(2)] == [[], [3]]


def test_what_was_graded_on_request_is_not_graded_again(folder: Folder, whole: bytes) -> None:
    watched = folder.watched()
    folder.put(whole)
    watched.take([3])
    assert [watched.saved() for _ in range(3)] == [[], [], []]


def text_of(view: View) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(watch_view(view, 31))
    return console.export_text()


def test_the_screen_shows_the_exam_the_last_findings_and_what_is_done() -> None:
    now = standing(TITLES, None, records.tally([records.attempt(1, 3), records.attempt(2, 5)]))
    waiting = text_of(View(now))
    assert "Press Enter to grade all" in waiting and "Question 5" in waiting and "graded at" not in waiting
    after = text_of(View(now, (records.result(1, 3),), datetime(2026, 11, 1, tzinfo=UTC)))
    assert "graded at" in after and "are not numbers" in after and "docs/findings/nan-output.md" in after
    assert "Predicting ..." in text_of(View(now, doing="Predicting"))


def test_without_a_terminal_the_exam_is_shown_once() -> None:
    console = Console(width=100, file=io.StringIO())
    screen, now = PlainScreen(console, 31), View(standing(TITLES, None, records.tally([])))
    screen.show(View(now.standing, doing="Loading TensorFlow"))
    for _ in range(3):
        screen.show(now)
    screen.graded([records.result(1, 5)])
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count("Practice without a clock") == 1
    assert console.file.getvalue().count("5 of 5") == 1


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return harness.workspace_without_models(tmp_path / "my exam")


@contextlib.contextmanager
def watching(workspace: Workspace, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """Run ``watch`` and wait until it waits."""
    command = [sys.executable, "-u", "-m", "exam", "watch"]
    environment = harness.environment_for()
    with subprocess.Popen(
        command,
        cwd=workspace.root,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where the tests run in background
    ) as process:
        try:
            assert process.stdout
            for line in process.stdout:
                if line.startswith("->"):  # the last line of the first screen
                    break
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


@no_windows
@pytest.mark.slow
def test_models_are_graded_when_they_are_whole_and_enter_grades_all(workspace: Workspace, mistakes: Path) -> None:
    sound, target = (mistakes / "sound.h5").read_bytes(), workspace.model(1)
    with watching(workspace, subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        target.write_bytes(sound[: len(sound) // 2])
        time.sleep(1)
        assert attempts.read(workspace) == []
        target.write_bytes(sound)
        wait_for(lambda: len(attempts.read(workspace)) == 1)
        process.stdin.write("\n")
        process.stdin.flush()
        wait_for(lambda: len(attempts.read(workspace)) == 2)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        output, status = process.stdout.read(), process.wait()
    first, second = attempts.read(workspace)
    assert first.result.status == "scored" and not first.result.cached and second.result.cached
    assert status == 0 and "Stopped watching" in output and output.count("A straight line") == 2


@no_windows
@pytest.mark.slow
def test_the_clock_runs_while_watching_and_another_exam_ends_it(workspace: Workspace, mistakes: Path) -> None:
    harness.run_exam(workspace, "start")
    with watching(workspace) as process:
        shutil.copyfile(mistakes / "sound.h5", workspace.model(1))
        wait_for(lambda: len(attempts.read(workspace)) == 1)
        harness.run_exam(workspace, "finish", "--yes")
        shutil.copyfile(mistakes / "nan_outputs.h5", workspace.model(1))
        wait_for(lambda: len(attempts.read(workspace)) == 2)
        assert harness.run_exam(workspace, "draw", "--seed", "5").returncode == 0
        assert process.stdout and process.wait(30) == 0
        assert "Another exam was drawn" in process.stdout.read()
    (archived,) = workspace.archive.glob("*/attempts.jsonl")
    modes = [json.loads(line)["mode"] for line in archived.read_text().splitlines()]
    assert modes == ["exam", "practice"]


def test_h5py_locks_what_it_writes(tmp_path: Path) -> None:
    """What watch relies on; h5py could be built without it."""
    with h5py.File(tmp_path / "a.h5", "w"):
        reading = f"import h5py; h5py.File({str(tmp_path / 'a.h5')!r}, 'r')"
        assert "unable to lock file" in subprocess.run(
            [sys.executable, "-c", reading], capture_output=True, text=True, check=False
        ).stderr

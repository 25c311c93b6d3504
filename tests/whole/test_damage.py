"""Bad data on disk: every command answers each damage with a sentence and a command, and overwrites nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, NoReturn

import damage
import harness
import numpy as np
import powers
import pytest
from damage import COMMANDS, DAMAGES, Place

from exam import cli, environment, watch
from exam.bank import training
from exam.grading import early_start, grade
from exam.machine import logs
from exam.machine.trouble import to_repair
from exam.records import attempts
from exam.records.exam_clock import SessionError, look
from exam.running.live_model import Job, NoPredictions
from exam.running.runner import Outcome
from exam.workspace import Workspace

QUICK = ("data", "grade nothing", "start", "status", "history json", "draw")
"""Commands of the daily loop; the others join them in the slow tests."""
EACH = tuple(name for number, name in enumerate(DAMAGES) if number % 24 == 0)
"""Damages of the daily loop."""
Run = Callable[[str, str], tuple[int, str, str]]


class Zeros:
    """A model that answers 0 to everything."""

    whole_numbers = False

    def __init__(self, job: Job) -> None:
        self.job = job

    def predict(self) -> np.ndarray[Any, Any]:
        """Return an answer for each sample of the hidden set."""
        return np.zeros((self.job.rows, 1), np.float32)

    def predict_changed(self, *_: object) -> NoReturn:
        """Answer no experiment."""
        raise NoPredictions

    predict_training = predict_changed


class NoTensorFlow:
    """Takes the place of a runner: answers zeros at once."""

    def __init__(self, place: Place) -> None:
        """Answer for the models of one place."""
        self.place = place

    def __enter__(self) -> NoTensorFlow:
        """Start nothing, but need the folder of the log, as the real one does."""
        logs.make_room(self.place.workspace.log / "worker.log")
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stop nothing."""

    def warm(self) -> None:
        """Load nothing."""

    def run(self, jobs: list[Job], work: Callable[[Job, Zeros], Any]) -> list[Outcome[Any]]:
        """Return what came of each job."""
        return [Outcome(work(job, Zeros(job))) for job in jobs]


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound place, made once."""
    folder = tmp_path_factory.mktemp("original")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXAM_CACHE", str(folder / "cache"))
        damage.make(folder / "my exam", folder / "cache")
    return folder


@pytest.fixture
def place(tmp_path: Path, original: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Where a sound place is copied to before each command."""
    found = Place(Workspace(tmp_path / "place" / "my exam"), tmp_path / "place" / "cache")
    monkeypatch.setenv("EXAM_CACHE", str(found.cache))
    copy(original, found)
    return found


def possible(name: str) -> None:
    """Skip the test of a damage that this system cannot do."""
    if name in damage.POWERLESS and sys.platform != "linux":
        pytest.skip("permissions of files are tested on Linux")
    if name.endswith(" a pipe") and os.name == "nt":
        pytest.skip("Windows has no pipes among its files")


def copy(original: Path, place: Place) -> None:
    """Copy the sound place anew; its ready marker names the new folder."""
    folder = place.cache.parent
    if folder.exists():
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755) if not path.is_symlink() else None
        shutil.rmtree(folder)
    shutil.copytree(original, folder)
    marker = place.workspace.ready_marker
    marker.write_text(marker.read_text().replace(str(original), str(folder)))


@pytest.fixture
def run(
    place: Place, original: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Return a function that runs a command in a fresh, damaged place and returns its status, output and errors.

    Nothing is trained or loaded: what is tested is on the disk. Files that are lost are a failure at once.
    """
    without_tensorflow(place, monkeypatch)

    def run_one(name: str, command: str) -> tuple[int, str, str]:
        possible(name)
        copy(original, place)
        if command == "draw" and not name.startswith("clock"):
            place.session.unlink()  # else it asks to end the exam first
        DAMAGES[name](place)
        monkeypatch.chdir(place.workspace.root)
        monkeypatch.setattr(sys, "argv", ["exam", *COMMANDS[command]])
        before = contents(place.workspace.root)
        capfd.readouterr()
        with powers.none_of_an_administrator() if name in damage.POWERLESS else nullcontext():
            status = cli.main()
        captured = capfd.readouterr()
        lost = lost_files(before, place.workspace)
        assert not lost, f"{command} lost {lost}"
        return status, captured.out, captured.err

    return run_one


def without_tensorflow(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put quick things in the place of those that train and load."""

    def rest(seconds: float) -> None:
        """Save the model again while it is watched; some moments later press Ctrl-C."""
        rest.moment += 1  # type: ignore[attr-defined]
        if rest.moment % 8 == 1 and place.workspace.model(1).is_file():  # type: ignore[attr-defined]
            os.utime(place.workspace.model(1), (rest.moment, rest.moment))  # type: ignore[attr-defined]
        if rest.moment % 8 == 0:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    real = training.make

    def make(folder: Path, question: str, seed: int, again: bool = False) -> bool:
        return real(folder, question, seed, again) if question == "straight_line" else False

    rest.moment = 0  # type: ignore[attr-defined]
    proven = environment.Verification("3.12.1", "2.21.0", "3.15.1", 0, 0.0, 1.0)
    monkeypatch.setattr(training, "make", make)
    monkeypatch.setattr(grade, "new_runner", lambda *_: NoTensorFlow(place))
    monkeypatch.setattr(watch, "new_runner", lambda *_: NoTensorFlow(place))
    monkeypatch.setattr(watch, "time", SimpleNamespace(monotonic=time.monotonic, sleep=rest))
    monkeypatch.setattr(early_start, "start", lambda *_: None)
    monkeypatch.setattr(environment, "verify", lambda *_: proven)
    monkeypatch.setattr(environment, "benchmark", lambda *_: environment.Benchmark(1.0, 1.0, "quick"))


def contents(folder: Path) -> dict[str, bytes]:
    """Return path -> bytes of every file."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lost_files(before: dict[str, bytes], workspace: Workspace) -> list[str]:
    """Return the files whose content is nowhere any more; what may be written anew is left out."""
    after = contents(workspace.root)
    kept = set(after.values())
    begin, end = (".exam/ready.json", ".exam/cache/", ".exam/log/"), training.SUMS
    changed = [path for path, content in before.items() if content not in kept]
    lost = [path for path in changed if not path.startswith(begin) and not path.endswith(end)]
    grown = [path for path in lost if after.get(path, b"").startswith(before[path]) and path.endswith("attempts.jsonl")]
    moved_on = [".exam/session.json"] if is_clock(workspace) else []
    return sorted(set(lost) - set(grown) - set(moved_on))


def is_clock(workspace: Workspace) -> bool:
    """Return whether the present exam has a sound clock, which is written again at every look."""
    try:
        return look(workspace) is not None
    except (SessionError, OSError):
        return False


def complaint(command: str, status: int, out: str, err: str) -> str | None:
    """Return what is wrong with an answer: no sentence, no command to type, or a fault that is called ours."""
    if status not in (0, 1, 2, 3) or "Traceback" in out + err or "The exam program failed" in err:
        return f"{command}: {status} {err[-500:]}"
    if set(out + err) & set("\x1b\x9b\x07"):
        return f"{command} commands the terminal: {(out + err)[-500:]!r}"
    if status == 3 and "python -m exam" not in err and to_repair() not in err:
        return f"{command} names no command: {err}"
    sentences = err.strip().splitlines()
    return f"{command} is wordy: {err}" if len(sentences) > (5 if status == 2 else 2) else None


def check(name: str, commands: tuple[str, ...], run: Run) -> None:
    complaints = [complaint(command, *run(name, command)) for command in commands]
    assert not any(complaints), "\n".join(filter(None, complaints))


@pytest.mark.parametrize("name", EACH)
def test_daily_commands_answer_in_a_sentence(name: str, run: Run) -> None:
    check(name, QUICK, run)


@pytest.mark.slow
@pytest.mark.parametrize("name", DAMAGES)
def test_every_command_answers_in_a_sentence(name: str, run: Run) -> None:
    check(name, tuple(COMMANDS), run)


@pytest.mark.parametrize(
    ("name", "command", "status", "says"),
    [
        ("exam.toml nested without end", "status", 3, "exam.toml cannot be used: it is not TOML (nested"),
        ("exam.toml a folder", "status", 3, "exam.toml cannot be used: it cannot be read"),
        ("exam.toml with a question of another category", "grade", 3, "that question belongs to another category"),
        ("exam.toml with CRLF", "status", 0, ""),
        ("exam.toml with a byte order mark", "status", 0, ""),
        ("attempts unreadable", "status", 3, "attempts.jsonl is in use or not writable by you (Permission denied)"),
        ("attempts with a value of 401 digits", "report", 0, "Note: 1 line in .exam/attempts.jsonl cannot be read and"),
        ("attempts with half a surrogate pair", "report", 0, "was left out: line 1. All others count."),
        ("clock with very long notes", "status", 3, "session.json is damaged"),
        ("attempts a pipe", "grade", 3, "attempts.jsonl blocks a file or folder we must create"),
        ("exam.toml a pipe", "status", 3, "exam.toml cannot be used: it cannot be read (Not a file)"),
        ("clock a pipe", "status", 3, "session.json blocks a file or folder we must create"),
        ("ready marker a pipe", "grade", 0, "The ready marker of this workspace cannot be read. Run: python"),
        ("attempts a folder", "grade", 3, "attempts.jsonl blocks a file or folder we must create"),
        ("clock with elapsed nan", "status", 3, "The exam's clock cannot be read"),
        ("clock with elapsed -5.0", "finish", 3, "The exam's clock cannot be read"),
        ("clock with hours inf", "grade", 3, "The exam's clock cannot be read"),
        ("clock started in the future", "status", 0, ""),
        ("clock seen in the future", "status", 0, ""),
        ("session.lock of somebody else", "grade", 3, "make the workspace yours (sudo chown -R $USER"),
        (".exam read-only", "grade", 3, "type again: python -m exam grade 1"),
        (".exam/cache a file", "grade", 0, ""),
        ("hidden set with a flipped bit", "grade", 0, ""),
        ("hidden set of other shapes", "grade", 0, ""),
        ("hidden set missing, user cache read-only", "grade", 3, "choose another cache folder with EXAM_CACHE"),
        ("cached answers of another result", "grade", 0, ""),
        ("draw an empty folder", "draw", 0, ""),
        ("draw with a broken exam.toml", "draw", 0, ""),
        ("archive a file", "draw", 3, "archive blocks a file or folder we must create"),
        ("workspace renamed", "grade", 0, "has been moved since it was verified. Run: " + to_repair()),
        ("workspace of another machine", "grade", 0, "is missing or broken. Run: " + to_repair()),
        ("data cut off", "data", 0, "In Category1/data, 'points.csv' was changed or is damaged. To make all"),
        ("data with sums of another form", "data", 0, "and 1 other file were changed or are damaged"),
        ("data with binary sums", "data", 0, "'SHA256SUMS' was changed or is damaged"),
        (".exam/reports a file", "report", 3, "To write it elsewhere: python -m exam report --output FILE"),
    ],
)
def test_the_sentence_fits_the_damage(name: str, command: str, status: int, says: str, run: Run) -> None:
    found, _, err = run(name, command)
    assert (found, says in err) == (status, True), err


def test_damage_costs_no_score(place: Place, run: Run) -> None:
    """Zeros are graded the same whatever state the hidden set was in."""
    scores = []
    for name in ("hidden set gone", "hidden set with a flipped bit", "hidden set with objects", "hidden set cut off"):
        run(name, "grade")
        latest = attempts.read(place.workspace)[-1].result
        scores.append((latest.status, latest.value, latest.points))
    assert len(set(scores)) == 1 and scores[0][0] == "scored"


@pytest.mark.parametrize("name", ["data empty", "data a file", "data gone"])
def test_missing_data_is_made_again(name: str, place: Place, run: Run) -> None:
    assert run(name, "data")[0] == 0
    assert place.workspace.data(1).joinpath("points.csv").is_file()


def test_data_made_again_keeps_what_was_changed(place: Place, run: Run) -> None:
    run("data with extra files", "data again")
    assert not (place.workspace.data(1) / "notes").exists()
    (kept,) = place.workspace.category(1).glob("data-before-*")
    assert (kept / "notes" / "extra.txt").read_text() == "mine"


def test_damaged_data_is_named_and_made_again(place: Place, run: Run) -> None:
    """Several files, one of them gone; afterwards all is as it was, and the damaged one is kept."""
    folder = place.workspace.data(1)
    for number in range(4):
        (folder / f"{number}.png").write_bytes(bytes([number]) * 100)
    training._write_sums(folder)
    assert training.changed(folder) == []
    (folder / "2.png").write_bytes(b"cut")
    (folder / "3.png").unlink()
    (folder / "of my own.txt").write_text("mine")
    assert training.changed(folder) == ["2.png", "3.png"]
    run("data cut off", "data again")
    (kept,) = place.workspace.category(1).glob("data-before-*")
    assert len((kept / "points.csv").read_bytes()) == 30 and training.changed(folder) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["exam.toml nested without end", "attempts unreadable", "clock with elapsed nan"])
def test_the_test_tree_answers_in_a_sentence(name: str, place: Place) -> None:
    possible(name)
    shutil.copytree(harness.TEMPLATE / "tests", place.workspace.root / "tests")
    shutil.copy(harness.TEMPLATE / "pytest.ini", place.workspace.root)
    shutil.copytree(harness.engine() / "exam", place.workspace.root / "exam", dirs_exist_ok=True)
    damage.files.write(place.workspace.model(1), None)
    DAMAGES[name](place)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=place.workspace.root, env=harness.environment_for(),
        preexec_fn=powers.drop_for_good if name in damage.POWERLESS else None, capture_output=True, text=True,
    )
    assert done.returncode in (1, 3) and "Traceback" not in done.stdout + done.stderr, done.stdout
    assert "python -m" in done.stdout + done.stderr and "The exam program failed" not in done.stdout + done.stderr

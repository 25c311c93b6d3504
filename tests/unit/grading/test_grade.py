"""Grading for real: every mistake is made with Keras and graded through the worker."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import files
import harness
import psutil
import pytest

from exam import bank
from exam.grading import cache, trial
from exam.grading.grade import grade
from exam.modelfile import reader
from exam.records import attempts
from exam.report import answers
from exam.result import Result
from exam.running import live_model, runner
from exam.workspace import Exam, Workspace

pytestmark = pytest.mark.slow
LINE = harness.exam_of("straight_line", 77)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def hand_in(workspace: Workspace, model: Path, category: int = 1) -> None:
    workspace.category(category).mkdir(exist_ok=True)
    shutil.copyfile(model, workspace.model(category))


def grade_one(workspace: Workspace, model: Path, exam: Exam = LINE) -> Result:
    hand_in(workspace, model)
    return grade(workspace, exam, [1])[0]


@pytest.mark.parametrize(
    ("name", "status", "first"),
    [
        ("nan_outputs", "scored", "nan-output"),
        ("some_infinite_outputs", "scored", "nan-output"),
        ("infinite_in_half_precision", "scored", "nan-output"),
        ("constant_outputs", "scored", "constant-output"),
        ("worse_than_the_baseline", "scored", "off-by-scale"),
        ("lambda_layer", "not gradable", "lambda-layer"),
        ("custom_layer", "not gradable", "custom-layer"),
        ("two_inputs_wide", "not gradable", "wrong-feature-count"),
        ("two_outputs", "not gradable", "several-outputs"),
        ("shape_known_only_when_run", "not gradable", "wrong-units"),
        ("relu_output", "not gradable", "bounded-output"),
        ("activation_bomb", "not gradable", "out-of-bounds"),
        ("weights_alone.weights", "not gradable", "weights-only"),
    ],
)
def test_every_mistake_is_named_first(workspace: Workspace, mistakes: Path, name: str, status: str, first: str) -> None:
    result = grade_one(workspace, mistakes / f"{name}.h5")
    assert (result.status, result.points, result.findings[0].code) == (status, 0, first)
    assert Result.from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_numbers_that_float16_cannot_hold_are_no_matter_of_the_learning_rate(
    workspace: Workspace, mistakes: Path
) -> None:
    names = ("infinite_in_half_precision", "nan_outputs")
    told = [grade_one(workspace, mistakes / f"{name}.h5").findings[0] for name in names]
    assert "float16" in told[0].next_step and "learning rate" not in told[0].next_step
    assert "learning rate" in told[1].next_step


@pytest.mark.parametrize("name", ["sound", "any_length", "mixed_precision", "activation_function_of_tensorflow"])
def test_what_is_no_mistake_is_scored(workspace: Workspace, mistakes: Path, name: str) -> None:
    result = grade_one(workspace, mistakes / f"{name}.h5")
    assert result.status == "scored" and result.value is not None
    assert result.points == 5 or result.findings, "every lost point has a reason"


def test_same_file_twice_gives_the_same_score_with_and_without_the_cache(workspace: Workspace, mistakes: Path) -> None:
    first = grade_one(workspace, mistakes / "sound.h5")
    second = grade_one(workspace, mistakes / "sound.h5")
    shutil.rmtree(workspace.cache)
    third = grade_one(workspace, mistakes / "sound.h5")
    assert [result.cached for result in (first, second, third)] == [False, True, False]
    assert len({(result.value, result.points, result.findings) for result in (first, second, third)}) == 1


def test_an_unchanged_file_is_answered_without_a_process(
    workspace: Workspace, mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = grade_one(workspace, mistakes / "sound.h5")

    def start(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(runner.launch, "program", start)
    monkeypatch.setattr(runner.launch, "fork", start)
    reader.stop()
    second = grade_one(workspace, mistakes / "sound.h5")
    assert second.cached and second.findings == first.findings


def test_the_answers_behind_a_score_are_kept(workspace: Workspace, mistakes: Path) -> None:
    """The report shows them. Without them, the same file is run again, so that they come back."""
    result = grade_one(workspace, mistakes / "sound.h5")
    question = bank.load("straight_line")
    given = answers.read(workspace, question, result)
    assert question.measure(given.samples, given.predictions) == result.value
    assert cache.may_answer(workspace, LINE.seed, 1)
    for damage in (Path.unlink, lambda path: path.write_bytes(b"no archive")):
        damage(next(workspace.cache.glob("*.npz")))
        again = grade_one(workspace, mistakes / "sound.h5")
        assert not again.cached and again.value == result.value
        assert (answers.read(workspace, question, result).predictions == given.predictions).all()


def test_a_fault_of_ours_is_never_a_score(
    workspace: Workspace, mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_the_worker(self: runner.Runner, job: live_model.Job, threads: int) -> dict[str, object]:
        return {
            "model": "", "hidden": "nowhere.npz", "threads": 1, "address_space": None, "processor": 60, "wall": None,
        }

    monkeypatch.setattr(runner.Runner, "_message", stop_the_worker)
    result = grade_one(workspace, mistakes / "sound.h5")
    assert (result.status, result.points, result.findings) == ("grader fault", None, ())
    assert "nowhere.npz" in (workspace.log / "faults.log").read_text()
    assert not workspace.cache.exists()


def test_a_model_that_takes_too_long_is_stopped(
    workspace: Workspace, mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_model, "SECONDS_PER_MODEL", 0)
    monkeypatch.setattr(trial, "problem", lambda *_: None)  # no model is so quick
    result = grade_one(workspace, mistakes / "sound.h5")
    assert result.findings[0].code == "out-of-bounds" and "longer than 0 seconds" in result.findings[0].message


def test_a_model_that_needs_too_much_memory_is_stopped(
    workspace: Workspace, mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watchdog alone, as on systems that do not limit address space."""
    monkeypatch.setattr(live_model, "MEMORY_BYTES", 2**30)
    monkeypatch.setattr(runner.Runner, "_message", without_address_limit(runner.Runner._message))
    result = grade_one(workspace, mistakes / "memory_hungry.h5")
    assert result.findings[0].code == "out-of-bounds" and "more than 1 GB of memory" in result.findings[0].message


def without_address_limit(message):  # type: ignore[no-untyped-def]
    return lambda *arguments: {**message(*arguments), "address_space": None}


def test_a_killed_worker_is_named_with_its_phase(workspace: Workspace, mistakes: Path) -> None:
    """A model whose process dies without a word costs nobody else's score."""
    hand_in(workspace, mistakes / "hidden_bomb.h5", 1)
    hand_in(workspace, mistakes / "sound.h5", 2)
    exam = Exam("test", 77, "cpu", 5.0, "offline", {1: "straight_line", 2: "straight_line"})
    bomb, sound = grade(workspace, exam, [1, 2])
    assert bomb.findings[0].code == "out-of-bounds" and "predicting" in bomb.findings[0].message
    assert sound.status == "scored"


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by a signal")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGSEGV", "made the process crash"),
        ("SIGABRT", "made the process give up"),
        ("SIGKILL", "was ended by the system"),
    ],
)
def test_a_silent_death_is_a_sentence(
    workspace: Workspace, mistakes: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    number = getattr(signal, name)
    # With the limit the process would crash by itself.
    monkeypatch.setattr(runner.Runner, "_message", without_address_limit(runner.Runner._message))

    def strike() -> None:
        """Wait until the model takes memory, then end its process."""
        while not victims():
            time.sleep(0.01)
        victims()[0].send_signal(number)

    striking = threading.Thread(target=strike, daemon=True)
    striking.start()
    (found,) = grade_one(workspace, mistakes / "memory_hungry.h5").findings
    assert found.code == "out-of-bounds" and "predicting" in found.message
    striking.join(10)
    assert words in found.message and f"exit code {-number}" in found.message


def victims() -> list[psutil.Process]:
    """Return the processes below this one that hold more than a gigabyte; one may end while it is asked."""
    large = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.memory_info().rss > 2**30:
                large.append(process)
    return large


def test_spawned_worker_gives_the_same_score_and_lives_on(
    workspace: Workspace, mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way of Windows and macOS, and of GPU workspaces."""
    forked = grade_one(workspace, mistakes / "sound.h5")
    shutil.rmtree(workspace.cache)
    started: list[int | None] = []
    worker_class = runner.Worker

    class Counted(worker_class):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            started.append(self.pid)

    monkeypatch.setattr(runner, "Worker", Counted)
    gpu = Exam("test", 77, "gpu", 5.0, "offline", {1: "straight_line", 2: "straight_line"})
    for category in (1, 2):
        hand_in(workspace, mistakes / "sound.h5", category)
    spawned = grade(workspace, gpu, [1, 2])
    assert [result.value for result in spawned] == [forked.value] * 2
    assert len(started) == 1 and not psutil.pid_exists(started[0] or 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the fork server is used on Linux")
def test_fork_server_has_one_thread_after_importing_tensorflow(tmp_path: Path) -> None:
    """Forking is safe only from a process of one thread."""
    told = tmp_path / "threads"
    count = "str(len(os.listdir('/proc/self/task')))"
    program = f"import exam.running.preload, os; open({str(told)!r}, 'w').write({count})"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", program], cwd=harness.TEMPLATE, env=environment, check=True)
    assert told.read_text() == "1"


def test_two_graders_at_once_lose_no_attempt(workspace: Workspace, mistakes: Path) -> None:
    result = grade_one(workspace, mistakes / "sound.h5")

    def submit() -> None:
        for _ in range(20):
            attempts.record(workspace, [result])

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(attempts.read(workspace)) == 80


def test_first_attempt_lands_between_baseline_and_reference(tmp_path: Path) -> None:
    result, _ = harness.train_and_grade(tmp_path, "straight_line", 31, harness.FIRST_ATTEMPT)
    assert result.status == "scored" and 2 <= (result.points or 0) <= 4
    assert result.findings[-1].code == "room-to-improve"


def test_one_process_grades_workspaces_one_after_another(tmp_path: Path, mistakes: Path) -> None:
    """The fork server outlives the first workspace, whose folder and log may be gone."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        assert grade_one(Workspace(tmp_path / name), mistakes / "sound.h5").status == "scored"
        shutil.rmtree(tmp_path / name)


def test_files_in_the_way_of_keras_are_explained(workspace: Workspace, tmp_path: Path) -> None:
    """A file that passes the inspection and that Keras cannot load names both versions."""
    model = files.write(tmp_path / "made.h5", files.sequential(files.layer("Dense", units="many", activation="linear")))
    result = grade_one(workspace, model)
    assert result.status == "not gradable" and result.findings[0].code in {"not-loadable", "wrong-output-shape"}


UNGUARDED = """
import harness, sys
from pathlib import Path
from exam.grading.grade import grade
from exam.workspace import Workspace
print(grade(Workspace(Path(sys.argv[1])), harness.exam_of("straight_line", 77), [1])[0].status)
"""


@pytest.mark.parametrize("from_standard_input", [True, False])
def test_a_program_without_a_guard_may_grade(
    workspace: Workspace, mistakes: Path, tmp_path: Path, from_standard_input: bool
) -> None:
    """The worker must not import the program that grades: PyCharm's test runner, a notebook, a teacher's script."""
    hand_in(workspace, mistakes / "sound.h5")
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED)
    run = subprocess.run(
        [sys.executable, "-" if from_standard_input else str(script), str(workspace.root)],
        input=UNGUARDED if from_standard_input else "",
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(harness.TEMPLATE), harness.MODULES])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.split() == ["scored"], run.stderr


OLD = {"linear": "straight_line", "forecast": "household_power", "stacked": "household_power"}


@pytest.mark.parametrize("version", ["2.5", "2.10", "2.13", "2.15"])
def test_real_files_of_keras_2_are_graded(workspace: Workspace, version: str) -> None:
    """Files written by old TensorFlow, recurrent layers among them, go all the way to a score."""
    for name, question in OLD.items():
        (model,) = (harness.TESTS / "keras2").glob(f"{name}-{version}*.h5")
        exam = harness.exam_of(question, 77)
        (category,) = exam.questions
        hand_in(workspace, model, category)
        result = grade(workspace, exam, [category])[0]
        assert result.status == "scored" and result.value is not None, (model.name, result.findings)
        assert result.versions["saved by keras"].startswith(version)

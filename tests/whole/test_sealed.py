"""A file from a stranger can cost nobody but itself: through the commands, each together with a sound file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import canaries
import files
import h5py
import harness
import kills
import numpy as np
import psutil
import pytest

from exam import bank
from exam.modelfile import sandbox
from exam.modelfile.repair import repaired_copy
from exam.processes import wall
from exam.result import Result
from exam.running import live_model, runner
from exam.workspace import Exam, Workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes pipes and links, sends signals")
LINE = bank.load("straight_line")
TWO = Exam(
    "two", 31, "cpu", 5.0, "offline", {**harness.EXAM.questions, 2: "handwritten_digits"}
)
FUNCTIONAL = {
    "texts": "L.StringLookup(vocabulary=['a', 'b'], invert=True)(ops.cast(L.Dense(1)(x), 'int64'))",
    "one row for all": "ops.mean(L.Dense(1)(x), axis=0, keepdims=True)",
    "four rows for all": "ops.reshape(L.Dense(1)(x), (4, -1))",
    "two rows for each": "ops.repeat(L.Dense(1)(x), 2, axis=0)",
    "complex numbers": "ops.cast(L.Dense(1)(x), 'complex64')",
    "whole numbers": "ops.cast(L.Dense(1)(x), 'int8')",
    "truths": "ops.greater(L.Dense(1)(x), 0.0)",
    "bfloat16": "ops.cast(L.Dense(1)(x), 'bfloat16')",
}
"""Functional models on the inputs ``x`` of the straight line, by what they answer."""
MADE = """
import keras, sys
from keras import layers as L, ops
for name, text in {models!r}.items():
    x = keras.Input((1,))
    keras.Model(x, eval(text)).save(f"{{sys.argv[1]}}/{{name}}.h5")
keras.utils.set_random_seed(1)
keras.Sequential([keras.Input((8, 8)), L.Flatten(), L.Dense(10, "softmax")]).save(sys.argv[1] + "/sound.h5")
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models of FUNCTIONAL and a sound one for the second category."""
    folder = tmp_path_factory.mktemp("sealed models")
    subprocess.run(
        [sys.executable, "-c", MADE.format(models=FUNCTIONAL), str(folder)], check=True, capture_output=True
    )
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = harness.workspace_without_models(tmp_path / "exam")
    found.exam_toml.write_text(TWO.to_toml(), encoding="utf-8")
    return found


def graded(workspace: Workspace, *arguments: str, **environment: str) -> list[dict[str, Any]]:
    """Return what ``grade --json`` prints of both categories."""
    ended = harness.run_exam(workspace, "grade", "1", "2", "--json", *arguments, **environment)
    assert ended.stdout, ended.stderr
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return found


def code_of(result: dict[str, Any]) -> str | None:
    return result["findings"][0]["code"] if result["findings"] else None


@pytest.fixture(scope="session")
def alone(made: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """What the sound model earns by itself."""
    only = harness.workspace_without_models(tmp_path_factory.mktemp("alone") / "exam")
    only.exam_toml.write_text(TWO.to_toml(), encoding="utf-8")
    shutil.copyfile(made / "sound.h5", only.model(2))
    (result,) = json.loads(harness.run_exam(only, "grade", "2", "--json").stdout)
    assert result["status"] == "scored"
    value: float = result["value"]
    return value


# --- What comes out of a model


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("texts", "not-numbers"),
        ("one row for all", "mixed-samples"),
        ("four rows for all", "mixed-samples"),
        ("two rows for each", "mixed-samples"),
        ("complex numbers", "not-numbers"),
    ],
)
def test_answers_that_are_none_cost_only_their_own_category(
    workspace: Workspace, made: Path, alone: float, name: str, code: str
) -> None:
    """Before, the first crashed the grader with all categories, and rows were cut or repeated to the wanted number."""
    shutil.copyfile(made / f"{name}.h5", workspace.model(1))
    shutil.copyfile(made / "sound.h5", workspace.model(2))
    checked = json.loads(harness.run_exam(workspace, "check", "1", "--json").stdout)
    bad, sound = graded(workspace)
    assert (bad["status"], code_of(bad), checked["finding"]["code"]) == ("not gradable", code, code)
    assert (sound["status"], sound["value"]) == ("scored", alone)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["texts", "one row for all", "two rows for each", "complex numbers"])
def test_the_worker_says_it_where_the_description_does_not_tell(made: Path, tmp_path: Path, name: str) -> None:
    """The inspection knows these models; the process that runs them must not rely on that."""
    model = tmp_path / "mymodel.h5"
    if not repaired_copy(made / f"{name}.h5", model, files.KERAS):
        shutil.copyfile(made / f"{name}.h5", model)
    np.savez(tmp_path / "hidden.npz", x=np.ones((100, 1), np.float32))
    with runner.Runner(tmp_path / "log" / "worker.log") as models:
        job = live_model.Job(LINE, model, tmp_path / "hidden.npz", tmp_path)
        (outcome,) = models.run([job], runner.predict)
    expected = "mixed-samples" if "row" in name else "not-numbers"
    assert outcome.value is None and outcome.finding is not None and outcome.finding.code == expected


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whole numbers", "truths", "bfloat16"])
def test_numbers_of_unusual_types_are_scored(workspace: Workspace, made: Path, name: str) -> None:
    shutil.copyfile(made / f"{name}.h5", workspace.model(1))
    shutil.copyfile(made / "sound.h5", workspace.model(2))
    assert [result["status"] for result in graded(workspace)] == ["scored", "scored"]


BROKEN = """
import sys
from {room} import {module}
real = {module}.{function}

def broken(*arguments, **options):
    if "straight_line" in repr(arguments):
        raise ZeroDivisionError("planted")
    return real(*arguments, **options)

{module}.{function} = broken
from exam.grading import grade
if hasattr(grade, {function!r}):
    grade.{function} = broken
sys.argv = ["exam", *sys.argv[1:]]
from exam.__main__ import main
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("exam.reasons.explain", "explain"),
        ("exam.reasons.experiments", "study"),
        ("exam.scoring", "score"),
        ("exam.running.live_model", "_refused"),
    ],
)
def test_an_exception_of_ours_costs_its_category_alone(
    workspace: Workspace, made: Path, alone: float, module: str, function: str
) -> None:
    shutil.copyfile(made / "whole numbers.h5", workspace.model(1))
    shutil.copyfile(made / "sound.h5", workspace.model(2))
    if function == "_refused":  # a file that Keras refuses
        files.write(workspace.model(1), files.line_model())
    room, _, name = module.rpartition(".")
    program = BROKEN.format(room=room, module=name, function=function)
    ended = subprocess.run(
        [sys.executable, "-c", program, "grade", "1", "2", "--json"],
        cwd=workspace.root,
        env=harness.environment_for(),
        capture_output=True,
        text=True,
    )
    bad, sound = json.loads(ended.stdout)
    assert ended.returncode == 3 and (bad["status"], bad["points"]) == ("grader fault", None)
    assert (sound["status"], sound["value"]) == ("scored", alone)
    assert "planted" in (workspace.log / "faults.log").read_text(encoding="utf-8")
    kept = [json.loads(line)["category"] for line in workspace.attempts.read_text(encoding="utf-8").splitlines()]
    assert kept == [2]


@pytest.mark.slow
@pytest.mark.parametrize("lie", canaries.LIARS, ids=lambda lie: lie.__name__)
def test_a_worker_that_lies_gives_no_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: Any) -> None:
    """Whoever has taken the process over can say what it likes: it is stopped, in time, and is believed nothing."""
    monkeypatch.setattr(runner, "SERVE", f"canaries:{lie.__name__}")
    monkeypatch.setattr(live_model, "SECONDS_PER_MODEL", 2)
    np.savez(tmp_path / "hidden.npz", x=np.ones((100, 1), np.float32))
    model = files.write(tmp_path / "mymodel.h5", files.line_model())
    began = time.monotonic()
    with runner.Runner(tmp_path / "log" / "worker.log") as models:
        models.warm()
        job = live_model.Job(LINE, model, tmp_path / "hidden.npz", tmp_path)
        (outcome,) = models.run([job], runner.predict)
    assert outcome.value is None and outcome.finding is not None and time.monotonic() - began < 30
    assert outcome.finding.code == "out-of-bounds"


EXPERIMENTING = """
import sys, time
from exam.reasons import experiments
from exam.running import live_model
live_model.SECONDS_OF_EXPERIMENTS = 2

def undone(evidence, model, known):
    began = time.monotonic()
    try:
        while True:
            model.predict_changed(live_model.Change(), 1)
    finally:
        print("experiments took", time.monotonic() - began, file=sys.stderr)

experiments._undone = undone
sys.argv = ["exam", *sys.argv[1:]]
from exam.__main__ import main
sys.exit(main())
"""


@pytest.mark.slow
def test_all_experiments_with_a_model_share_one_budget(workspace: Workspace, made: Path) -> None:
    """Before, each began a clock of its own: one model took 142 seconds."""
    shutil.copyfile(made / "whole numbers.h5", workspace.model(1))
    ended = subprocess.run(
        [sys.executable, "-c", EXPERIMENTING, "grade", "1", "--json"],
        cwd=workspace.root,
        env=harness.environment_for(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    (result,) = json.loads(ended.stdout)
    seconds = float(ended.stderr.split("experiments took")[1].split()[0])
    assert result["status"] == "scored" and result["findings"] and seconds < 20


# --- The wall


def _places(tmp_path: Path, workspace: Workspace) -> Path:
    """Copy the canaries to where the processes find them; return the folder to import them from."""
    home = tmp_path / "home of somebody"
    home.mkdir()
    (home / "private.txt").write_text("private", encoding="utf-8")
    workspace.starter(1).write_text("private = 1", encoding="utf-8")
    folder = tmp_path / "canaries"
    folder.mkdir()
    shutil.copyfile(harness.SUPPORT / "canaries.py", folder / "canaries.py")
    places = json.dumps([str(workspace.model(1)), str(home / "private.txt")])
    (folder / "place.json").write_text(places, encoding="utf-8")
    return folder


SINGING = """
import sys
sys.path.append({folder!r})
from pathlib import Path
from exam.modelfile import reader
from exam.running import runner
from exam.processes import launch
launch.RUN_MODULE = "import sys; sys.path.append({folder!r}); " + launch.RUN_MODULE
runner.SERVE = "canaries:worker"
reader.SERVE = "canaries:reader"
reader.LOG = Path({log!r})
sys.argv = ["exam", *sys.argv[1:]]
from exam.__main__ import main
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.skipif(not wall.landlock_version(), reason="the kernel has no Landlock")
def test_canaries_in_both_processes_reach_nothing(
    tmp_path: Path, workspace: Workspace, made: Path
) -> None:
    """The processes themselves try; the grading goes on as if nothing had been."""
    shutil.copyfile(made / "whole numbers.h5", workspace.model(1))
    folder, log = _places(tmp_path, workspace), tmp_path / "reader.log"
    environment = harness.environment_for(MY_SECRET_KEY="secret")
    environment["PYTHONPATH"] += os.pathsep + str(folder)
    ended = subprocess.run(
        [sys.executable, "-c", SINGING.format(folder=str(folder), log=str(log)), "grade", "1", "--json"],
        cwd=workspace.root,
        env=environment,
        capture_output=True,
        text=True,
    )
    (result,) = json.loads(ended.stdout)
    assert result["status"] == "scored"
    for song in (log, workspace.log / "worker.log"):
        (line,) = [line for line in song.read_text().splitlines() if line.startswith("canaries: ")]
        sung = json.loads(line.removeprefix("canaries: "))
        assert (sung["done"], sung["secrets"]) == ([], [])
        assert sung["pool"] or song == log, "pictures of the training data could not be read"


def test_the_canaries_can_sing(tmp_path: Path) -> None:
    """Without the wall they reach what they try, so that their silence means something."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "private.txt").write_text("private")
    (tmp_path / "starter.py").touch()
    beside = files.write(tmp_path / "mymodel.h5", files.line_model())
    for name, attempt in canaries.attempts(beside, tmp_path / "outside" / "private.txt").items():
        if name not in ("become a program", "read another process"):
            attempt()


def test_a_kernel_that_refuses_the_wall_costs_no_grading() -> None:
    program = (
        "from exam.processes import child, wall\n"
        "def refuse(*_): raise OSError(7, 'too many walls')\n"
        "wall.build = refuse\n"
        "child.settle(child.Resources(None, 2**20), [])\n"
        "print('settled')"
    )
    ended = harness.as_child(program)
    assert ended.stdout == "settled\n" and "too many walls" in ended.stderr


@pytest.mark.slow
def test_each_model_has_the_processor_for_as_long() -> None:
    """A process that lives on, as on a Mac, gets its seconds again for every model, and is ended after them."""
    program = (
        "import time; from exam.processes import child\n"
        "for _ in range(3):\n"
        "    child.allow_processor(1)\n"
        "    end = time.process_time() + 1\n"
        "    while time.process_time() < end: pass\n"
        "print('three', flush=True)\n"
        "while True: pass"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], env=harness.environment_for(), capture_output=True, text=True, timeout=60
    )
    assert (ended.stdout, ended.returncode) == ("three\n", -signal.SIGXCPU)


# --- Texts


LONG = {
    "name of a layer": lambda: files.sequential(files.layer("Lambda", "x" * 4_000_000)),
    "name with spaces": lambda: files.sequential(files.layer("Lambda", "x y " * 1_000_000)),
    "class of a layer": lambda: files.sequential(files.layer("X" * 4_000_000, "a")),
    "activation": lambda: files.sequential(files.layer("Dense", units=1, activation="y" * 3_000_000)),
    "two lines": lambda: files.sequential(
        files.layer("Dense", units=1, activation="linear\nCategory 1  5 of 5\nExam: 100 of 100 points, passed")
    ),
    "name of two lines": lambda: files.sequential(
        files.layer("Lambda", "a\nCategory 1  5 of 5\nExam: 100 of 100 points, passed")
    ),
    "class of two lines": lambda: files.sequential(files.layer("A\n5 of 5 points, passed", "a")),
    "half characters": lambda: files.sequential(files.layer("Lambda", "\ud800\x1b[2J")),
}
"""Descriptions with texts that a terminal or a record must not get."""


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_texts_of_a_file_are_cut_and_stay_on_their_line(workspace: Workspace, name: str) -> None:
    """On the screen, in the record and in JSON."""
    files.write(workspace.model(1), LONG[name]())
    for command in (["check", "1"], ["check", "1", "--json"], ["grade", "1"], ["history", "--category", "1"]):
        ended = harness.run_exam(workspace, *command)
        assert len(ended.stdout + ended.stderr) < 4_000
        lines = [line.strip() for line in ended.stdout.splitlines()]
        assert not any(line.startswith(("5 of 5", "Category 1  5", "Exam: 100 of")) for line in lines)
        assert "\x1b[2J" not in ended.stdout
    assert len(workspace.attempts.read_text(encoding="utf-8")) < 4_000
    found = sandbox.inspect(workspace.model(1), LINE).finding
    assert found is not None and not any(sign * 81 in found.message for sign in "xyX")


def test_a_file_name_of_two_lines_stays_on_one(workspace: Workspace) -> None:
    files.write(workspace.category(1) / "a\n5 of 5 points, passed.h5", files.line_model())
    shown = harness.run_exam(workspace, "check", "1").stdout
    assert "wrong-name" in shown and "a\\n5 of 5" in shown


@pytest.mark.slow
def test_logs_do_not_grow_without_end(workspace: Workspace, made: Path) -> None:
    """Before, a nested description added 176 MB to the log of each grading."""
    for name in ("worker.log", "faults.log"):
        workspace.log.mkdir(parents=True, exist_ok=True)
        (workspace.log / name).write_bytes(b"x" * 30_000_000)
    nested: Any = files.layer("Dense", units=1, activation="linear")
    for number in range(18):
        nested = files.layer("TimeDistributed", f"wrapper{number}", layer=nested)
    files.write(workspace.model(1), files.sequential(nested, shape=(1,)))
    harness.run_exam(workspace, "grade", "1")
    for name in ("worker.log", "worker.log.1"):
        path = workspace.log / name
        assert not path.exists() or path.stat().st_size <= 30_000_000
    harness.run_exam(workspace, "grade", "1")
    assert (workspace.log / "worker.log").stat().st_size < 5_000_000


def test_a_version_that_is_no_text_is_said(workspace: Workspace) -> None:
    """Before, it was inspected as unknown and repaired as 2.15."""
    path = files.write(workspace.model(1), files.line_model())
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = 2.15
    for command in ("check", "grade"):
        ended = harness.run_exam(workspace, command, "1")
        assert ended.returncode == 1 and "an attribute keras_version that is not text" in " ".join(ended.stdout.split())


# --- The way in


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


def link(path: Path) -> None:
    path.symlink_to(files.write(path.with_name("elsewhere.bin"), files.line_model()))


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def around(path: Path) -> None:
    path.symlink_to(path)


def closed(path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(path.parent)
        one.bind(path.name)


STRANGE = {
    endless: "linked-file",
    pipe: "unreadable-file",
    sparse: "file-too-large",
    link: "linked-file",
    dangling: "linked-file",
    around: "linked-file",
    closed: "unreadable-file",
}


@pytest.mark.slow
@pytest.mark.parametrize("make", STRANGE, ids=lambda make: make.__name__)
def test_no_command_reads_what_is_no_model_file(
    workspace: Workspace, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, a pipe hung for ever, and endless or huge files were read whole."""
    monkeypatch.chdir(workspace.root)  # a test may change it
    make(workspace.model(1))
    grade = ["grade", "1"]
    for command in (["check", "1"], grade, [*grade, "--keep-models"], ["status"], ["report", "--no-open"]):
        ended = limited(workspace, command)
        assert "not your work" not in ended.stderr and "Traceback" not in ended.stderr, ended.stderr
        if command[0] in ("check", "grade"):
            assert ended.returncode == 1 and STRANGE[make] in ended.stdout
        else:
            assert ended.returncode == 0
    assert "has not been graded yet" in limited(workspace, ["status"]).stdout.replace("\n", " ")


def limited(workspace: Workspace, command: list[str], seconds: float = 20) -> subprocess.CompletedProcess[str]:
    """Run a command that may use 2 GB and must end soon."""
    import resource

    return subprocess.run(
        [sys.executable, "-m", "exam", *command],
        cwd=workspace.root,
        env=harness.environment_for(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (2 * 2**30, 2 * 2**30)),
    )


@pytest.mark.slow
def test_a_file_that_is_being_saved_is_not_graded_and_nothing_is_written_beside_it(
    workspace: Workspace, made: Path
) -> None:
    """Before, the file itself was taken: what lay there when TensorFlow was loaded earned the points of its hash."""
    with h5py.File(workspace.model(1), "w") as file:
        file["x"] = 1
        file.flush()
        process = subprocess.Popen(
            [sys.executable, "-m", "exam", "grade", "1", "--json"],
            cwd=workspace.root,
            env=harness.environment_for(),
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(0.7)
        shutil.copyfile(made / "whole numbers.h5", workspace.category(1) / "other.bin")
        os.replace(workspace.category(1) / "other.bin", workspace.model(1))
        shown, _ = process.communicate(timeout=60)
    (result,) = json.loads(shown)
    assert code_of(result) == "still-being-saved" or result["status"] == "scored" and result["sha256"] is not None
    assert sorted(path.name for path in workspace.category(1).iterdir()) == ["mymodel.h5"]


def test_a_file_that_is_open_for_writing_is_said_at_once(workspace: Workspace) -> None:
    with h5py.File(workspace.model(1), "w") as file:
        file["x"] = 1
        for command in ("check", "grade"):
            ended = harness.run_exam(workspace, command, "1")
            assert ended.returncode == 1 and "still-being-saved" in ended.stdout


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts a small disk")
def test_a_full_disk_is_no_fault_of_the_file(tmp_path: Path) -> None:
    """Before, a sound file got 0 points as damaged, and the attempt was kept."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        workspace = harness.workspace_without_models(disk / "exam")
        with h5py.File(files.write(workspace.model(1), files.line_model()), "r+") as file:
            file["model_weights/large"] = [0.0] * 60_000  # 480 KB: there is no room for a second one
        (disk / "filled").write_bytes(b"x" * (200 * 1024))
        for command in ("grade", "check"):
            ended = harness.run_exam(workspace, command, "1")
            assert ended.returncode == 3 and "The disk is full" in ended.stderr and f"exam {command} 1" in ended.stderr
        assert not workspace.attempts.exists() or not workspace.attempts.read_text()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- The end


def heed_all_signals() -> None:
    """Undo what whoever started the tests has asked to be ignored, as nohup and the shell's & do."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def grading(workspace: Workspace, made: Path) -> Iterator[subprocess.Popen[str]]:
    """A grading that is under way: TensorFlow is being imported."""
    shutil.copyfile(made / "whole numbers.h5", workspace.model(1))
    shutil.copyfile(made / "sound.h5", workspace.model(2))
    with subprocess.Popen(
        [sys.executable, "-m", "exam", "grade", "1", "2"],
        cwd=workspace.root,
        env=harness.environment_for(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_all_signals,
    ) as process:
        yield process
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGKILL"])
@pytest.mark.parametrize("after", [0.6, 2.5, 5.0])
def test_nothing_lives_on(
    workspace: Workspace, grading: subprocess.Popen[str], name: str, after: float
) -> None:
    """Before, a worker went on for minutes after SIGTERM."""
    time.sleep(after)
    family = [psutil.Process(grading.pid)] if grading.poll() is None else []
    family += [child for one in family for child in one.children(recursive=True)]
    grading.send_signal(getattr(signal, name))
    assert kills.outlived(family) == []
    _, problem = grading.communicate(timeout=10)
    assert "Traceback" not in problem
    if name != "SIGKILL":
        assert not list(workspace.scratch.glob("grading-*"))


INTERRUPTED = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from exam.running import runner

class Pool(ThreadPoolExecutor):
    def submit(self, *work):
        super().submit(*work)
        self._threads.clear()  # Ctrl-C comes when the thread is there, and before the pool knows it
        time.sleep(0.5)
        raise KeyboardInterrupt

runner.ThreadPoolExecutor, sys.argv = Pool, ["exam", "grade", "1"]
from exam.__main__ import main
sys.exit(main())
"""


@pytest.mark.slow
def test_an_end_while_the_work_is_handed_out_waits_for_nothing(workspace: Workspace, made: Path) -> None:
    """Before, "Aborted!" was shown, and the program went on until TensorFlow had been imported."""
    shutil.copyfile(made / "whole numbers.h5", workspace.model(1))
    with subprocess.Popen(
        [sys.executable, "-u", "-c", INTERRUPTED], cwd=workspace.root, env=harness.environment_for(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        family = [psutil.Process(process.pid)]
        assert any("Aborted!" in line for line in lines)
        family += [child for one in kills.living(family) for child in one.children(recursive=True)]
        assert kills.outlived(family) == []


def test_a_record_of_this_test_reads(workspace: Workspace) -> None:
    """The results that the tests above read are whole ones."""
    files.write(workspace.model(1), None)
    (result,) = json.loads(harness.run_exam(workspace, "grade", "1", "--json").stdout)
    assert Result.from_dict(result).points == 0

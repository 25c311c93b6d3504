"""No file runs code, reaches out, reads elsewhere or exhausts the machine, and none breaks the grader."""

from __future__ import annotations

import base64
import json
import marshal
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any

import files
import h5py
import harness
import hostile
import psutil
import pytest
from conftest import LINKS

from exam import bank
from exam.architecture import cost, shapes
from exam.modelfile import hdf5, intake, reader, sandbox, superblock
from exam.modelfile.inspection import inspect
from exam.running.runner import Runner

LINE = bank.load("straight_line")
STOPPED = [attack for attack in hostile.ATTACKS if not attack.runs]
RUN = [attack for attack in hostile.ATTACKS if attack.runs]
LARGE = {
    "30,000 objects", "layers 60 levels deep, a million empty lists", "900 layers, one after another",
    "5,000 attributes", "names whose texts are one and the same megabyte, 3,000 times",
}
"""Files that take a second or more to make or to read."""


def named(attack: hostile.Attack) -> str:
    return attack.name


@pytest.mark.skipif(sys.platform == "win32", reason="makes pipes and links")
@pytest.mark.parametrize(
    "attack",
    [pytest.param(attack, marks=pytest.mark.slow if attack.name in LARGE else ()) for attack in STOPPED],
    ids=named,
)
def test_stopped_by_the_inspection(attack: hostile.Attack, tmp_path: Path) -> None:
    """Without TensorFlow, with a reason, and without a touch of what was laid out."""
    path = tmp_path / "mymodel.h5"
    with hostile.Traps(tmp_path / "traps") as traps:
        attack.make(path, traps)
        traps.arm()
        before, began = sorted(tmp_path.iterdir()), time.monotonic()
        with hostile.Meter() as meter:
            found = sandbox.inspect(path, LINE).finding
        assert found is not None and found.severity == "fatal" and found.message and found.next_step
        assert traps.touched() == []
        assert sorted(tmp_path.iterdir()) == before
        assert time.monotonic() - began < hostile.SECONDS and meter.peak < 1.5 * reader.MEMORY_BYTES


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with Runner(tmp_path_factory.mktemp("log") / "worker.log") as running:
        running.warm()
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("attack", RUN, ids=named)
def test_contained_by_the_limits(attack: hostile.Attack, tmp_path: Path, runner: Runner) -> None:
    """What only running shows ends within the limits, with a sentence and no fault of ours."""
    outcome = hostile.try_out(attack, tmp_path, runner)
    assert outcome.problems == []
    assert outcome.result.status == "scored" or outcome.result.findings


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> hostile.Bench:
    return hostile.Bench(tmp_path_factory.mktemp("bench") / "bench")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="makes pipes and links")
@pytest.mark.parametrize("attack", random.Random(20261126).sample(hostile.ATTACKS, 8), ids=named)
def test_a_sound_file_keeps_its_score_beside_it(attack: hostile.Attack, bench: hostile.Bench) -> None:
    """By the command, as ``make.py hostile`` tries all of them."""
    assert bench.try_out(attack, "tried").problems == []


def test_the_traps_work(tmp_path: Path) -> None:
    """A corpus that could not fail would prove nothing."""
    with hostile.Traps(tmp_path) as traps:
        if traps.can_tell_reading():
            traps.secret.read_bytes()
            assert traps.touched() == ["the secret was read"]
            traps.arm()
        with socket.create_connection(traps.socket.getsockname()):
            assert traps.touched() == ["a connection was opened"]
        FunctionType(marshal.loads(base64.b64decode(traps.code())), {"open": open})(1)
        assert traps.touched() == ["code ran"]


def test_the_table_has_every_attack() -> None:
    table = hostile.TABLE.read_text(encoding="utf-8")
    missing = [attack.name for attack in hostile.ATTACKS if f"| {attack.name} |" not in table]
    assert not missing and hostile.ENDS.format(files=len(hostile.ATTACKS), escapes=0, harmed=0) in table


# --- The process that reads files


@pytest.fixture
def fresh_reader() -> Iterator[None]:
    reader.stop()
    yield
    reader.stop()


def test_both_ways_of_inspecting_say_the_same(tmp_path: Path) -> None:
    """What goes through the pipe arrives as it was."""
    several = files.sequential(files.layer("Flatten"), files.layer("Dense", units=10), shape=(None, 8))
    for name, config in {"line": files.line_model(), "any": several, "none": None}.items():
        path = files.write(tmp_path / f"{name}.h5", config)
        drawn = {1: "straight_line", 2: "handwritten_digits"}
        here, there = (one(path, LINE, "shown", drawn) for one in (inspect, sandbox.inspect))
        here.config.clear()
        assert here == there


def test_a_crash_is_a_finding_and_the_next_file_is_read(tmp_path: Path, fresh_reader: None) -> None:
    """The HDF5 library really crashes on the first file: nothing is faked."""
    crashing = next(attack for attack in hostile.ATTACKS if "leads to itself" in attack.name)
    with hostile.Traps(tmp_path / "traps") as traps:
        crashing.make(tmp_path / "bad.h5", traps)
    found = sandbox.inspect(tmp_path / "bad.h5", LINE).finding
    assert found is not None and found.code == "unreadable-file"
    assert sandbox.inspect(files.write(tmp_path / "good.h5", files.line_model()), LINE).finding is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
def test_a_hanging_process_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_reader: None
) -> None:
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    assert sandbox.inspect(path, LINE).finding is None
    os.kill(reader.idle[0].process.pid, signal.SIGSTOP)
    monkeypatch.setattr(reader, "SECONDS_TO_WAIT", 1)
    found = sandbox.inspect(path, LINE).finding
    assert found is not None and "took longer than 1 seconds" in found.message
    assert sandbox.inspect(path, LINE).finding is None


@pytest.mark.slow
def test_a_busy_process_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_reader: None) -> None:
    """The processor's time counts: on a machine that is busy with other things, a good file stays a good one."""
    many = next(attack for attack in hostile.ATTACKS if attack.name == "30,000 objects")
    with hostile.Traps(tmp_path / "traps") as traps:
        many.make(tmp_path / "many.h5", traps)
    monkeypatch.setattr(reader, "SECONDS_PER_FILE", 0.3)
    found = sandbox.inspect(tmp_path / "many.h5", LINE).finding
    assert found is not None and "took longer than 0.3 seconds" in found.message


def deliver(process: int, number: int) -> None:
    """Send a signal to a stopped process, which takes it when it goes on."""
    os.kill(process, number)
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGCONT)


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
@pytest.mark.parametrize(
    ("name", "words"), [("SIGKILL", "ended by the system"), ("SIGABRT", "made the process give up")]
)
def test_a_silent_death_is_a_sentence(tmp_path: Path, fresh_reader: None, name: str, words: str) -> None:
    number = getattr(signal, name)
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    assert sandbox.inspect(path, LINE).finding is None
    process = reader.idle[0].process
    os.kill(process.pid, signal.SIGSTOP)
    threading.Timer(0.5, deliver, (process.pid, number)).start()
    found = sandbox.inspect(path, LINE).finding
    assert found is not None and words in found.message and f"exit code {-number}" in found.message


def test_memory_is_watched_where_it_is_not_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_reader: None
) -> None:
    """As on Windows and macOS: the watchdog alone."""
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    assert sandbox.inspect(path, LINE).finding is None
    psutil.Process(reader.idle[0].process.pid).suspend()  # so that it does not answer before the first look
    monkeypatch.setattr(reader, "MEMORY_BYTES", 2**20)
    monkeypatch.setattr(sandbox, "_blame_the_file", lambda *_: None)  # no file can be read with so little
    found = sandbox.inspect(path, LINE).finding
    assert found is not None and "GB of memory" in found.message


def test_no_process_outlives_the_grader(tmp_path: Path) -> None:
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    program = (
        "from pathlib import Path; from exam import bank; from exam.modelfile import reader, sandbox;"
        f"sandbox.inspect(Path({str(path)!r}), bank.load('straight_line')); print(reader.idle[0].process.pid)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=harness.TEMPLATE, capture_output=True, text=True, check=True
    ).stdout
    assert not psutil.pid_exists(int(shown))


# --- The rules


@LINKS
def test_a_link_to_a_model_is_not_followed(tmp_path: Path) -> None:
    """What it leads to may be another file at every look."""
    path = files.write(tmp_path / "elsewhere.h5", files.line_model())
    (tmp_path / "mymodel.h5").symlink_to(path)
    found = sandbox.inspect(tmp_path / "mymodel.h5", LINE).finding
    assert found is not None and found.code == "linked-file"


def test_first_block_of_a_file_that_is_being_written(tmp_path: Path) -> None:
    path = tmp_path / "mymodel.h5"
    with h5py.File(path, "w") as file:
        file["x"] = 1
        assert not superblock.is_whole(path)
        with open(path, "rb", buffering=0) as opened:
            assert intake.is_being_saved(opened)
    assert superblock.is_whole(path)
    os.truncate(path, 100)
    assert not superblock.is_whole(path)


def test_long_names_of_a_deep_network_pass(tmp_path: Path) -> None:
    """Keras splits lists of names that are longer than 64 KB."""
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    with h5py.File(path, "r+") as file:
        for part in range(3):
            names = [f"block{part}_{number}".encode() for number in range(1000)]
            file["model_weights"].attrs.create(f"layer_names{part}", names)
        assert hdf5.contents(file, path.stat().st_size).parameters == 1


def excess(config: Any, shape: tuple[int, ...]) -> str | None:
    return cost.excess(config, shapes.calls(config, shape))


@pytest.mark.parametrize(
    ("layers", "shape", "words"),
    [
        ([("Dense", {"units": 10})], (4,), None),
        ([("Reshape", {"target_shape": [2, 2, 1]}), ("UpSampling2D", {"size": [3000, 3000]})], (4,), "GB"),
        ([("Conv2D", {"filters": 64, "kernel_size": [3, 3], "padding": "same"})], (224, 224, 3), None),
        ([("Conv2D", {"filters": 512, "kernel_size": [9, 9], "padding": "same"})] * 2, (150, 150, 3), "billion"),
        ([("LSTM", {"units": 64})], (365, 7), None),
        ([("LSTM", {"units": 1})], (30_000, 1), "30,000 steps"),
        ([("SimpleRNN", {"units": 1, "unroll": True})], (5_000, 1), "unroll"),
        ([("MultiHeadAttention", {"num_heads": 8, "key_dim": 8})], (512, 64), None),
        ([("Hashing", {"num_bins": 2**24})], (1,), None),
        ([("CategoryEncoding", {"num_tokens": 2**24})], (1,), "16,777,216"),
        ([("Dense", {"units": 1, "seed": 2**31})] * 100, (1,), None),
        ([("Dense", {"units": 1})] * 210, (1,), "take minutes"),
    ],
)
def test_what_a_model_would_cost(layers: Any, shape: tuple[int, ...], words: str | None) -> None:
    entries = [files.layer(name, f"{name}_{number}", **config) for number, (name, config) in enumerate(layers)]
    found = excess(files.sequential(*entries, shape=shape), shape)
    assert (found is None) if words is None else (found is not None and words in found)


@pytest.mark.parametrize("stored", [0, 10**6, 10**8])
def test_weights_are_compared_with_those_in_the_file(stored: int) -> None:
    config = files.sequential(files.layer("Dense", units=10_000), shape=(10_000,))
    assert (cost.missing_weights(shapes.calls(config, (10_000,)), stored) is None) == (stored == 10**8)


def test_genuine_files_of_keras_2_pass() -> None:
    """No rule of the preflight or the cost stops a file that TensorFlow 2.5 to 2.15 wrote."""
    for path in sorted((harness.TESTS / "keras2").glob("*.h5")):
        with h5py.File(path, "r") as file:
            found = hdf5.contents(file, path.stat().st_size)
        config = json.loads(found.texts["model_config"])
        head = path.read_bytes()[: superblock.LENGTH]
        assert superblock.unusual(head) is None and superblock.is_intact(head)
        assert excess(config, (40, 1)) is None, path.name

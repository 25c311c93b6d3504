"""kill -9 at random moments: no attempt that was shown is lost, and every next command can read what is left."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import harness
import kills
import psutil
import pytest

from exam.grading import scratch
from exam.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not available on Windows")]

ROUNDS = 6
"""Of each signal; ``make.py kills`` makes more."""


def check_what_is_left(workspace: Workspace) -> None:
    """The next command can read the clock and the attempts."""
    run = harness.run_exam(workspace, "status", "--json")
    assert run.returncode == 0, run.stderr
    json.loads(run.stdout)


@pytest.mark.parametrize("name", kills.SIGNALS)
def test_no_end_loses_an_attempt_or_leaves_a_process(name: str, tmp_path: Path, mistakes: Path) -> None:
    """Before, a worker computed on for minutes after SIGTERM."""
    assert kills.rounds(name, ROUNDS, tmp_path / "ended", mistakes / "sound.h5", 20261122) == []


def test_a_process_that_is_lost_is_a_sentence(tmp_path: Path, mistakes: Path) -> None:
    """One of the grader's own processes is killed: what it makes of that is no traceback, and no lost attempt."""
    chance = random.Random(20261122)
    workspace = harness.workspace_without_models(tmp_path / "lost")
    for number in range(4):
        kills.save_another_model(mistakes / "sound.h5", workspace.model(1), number + 0.5)
        with subprocess.Popen(
            [sys.executable, "-m", "exam", "grade", "1"],
            cwd=workspace.root,
            env=harness.environment_for(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            time.sleep(chance.uniform(0.5, 4))
            family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            if family:
                with contextlib.suppress(psutil.NoSuchProcess):  # it may have ended by now
                    chance.choice(family).kill()
            _, told = process.communicate(timeout=120)
        assert "Traceback" not in told
        check_what_is_left(workspace)


def test_kills_of_start_and_finish_leave_a_clock_that_can_be_read(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    for number in range(6):
        workspace = harness.workspace_without_models(tmp_path / f"killed {number}")
        kills.end(workspace, ["start"], signal.SIGKILL, chance.uniform(0, 0.6))
        check_what_is_left(workspace)
        harness.run_exam(workspace, "start")
        kills.end(workspace, ["finish", "--yes"], signal.SIGKILL, chance.uniform(0, 0.6))
        check_what_is_left(workspace)
        state = json.loads(harness.run_exam(workspace, "status", "--json").stdout)["state"]
        assert state in ("running", "finished")


def test_nothing_of_a_killed_grading_lives_on(tmp_path: Path, mistakes: Path) -> None:
    workspace = harness.workspace_without_models(tmp_path / "killed")
    shutil.copyfile(mistakes / "sound.h5", workspace.model(1))
    process = subprocess.Popen(
        [sys.executable, "-m", "exam", "grade", "1"],
        cwd=workspace.root,
        env=harness.environment_for(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (children := psutil.Process(process.pid).children(recursive=True)):
        time.sleep(0.02)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    for folder in (workspace.state, workspace.scratch):  # where earlier versions kept private copies, and this one
        (folder / "grading-killed" / "1").mkdir(parents=True)
        os.utime(folder / "grading-killed", (time.time() - 61,) * 2)
    harness.run_exam(workspace, "grade", "1")
    assert not list(workspace.state.rglob("grading-*"))


def test_the_folder_of_a_grading_that_is_under_way_stays(tmp_path: Path) -> None:
    workspace = harness.workspace_without_models(tmp_path / "two")
    with scratch.folder(workspace) as busy:
        os.utime(busy, (1, 1))
        harness.run_exam(workspace, "check", "1")
        assert busy.exists()
    assert not busy.exists()

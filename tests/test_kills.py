"""kill -9 at random moments: no attempt that was shown is lost, and every next command can read what is left."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import h5py
import harness
import psutil
import pytest

from exam import attempts
from exam.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not available on Windows")]

ROUNDS = 20
SHOWN = ", naive baseline"
"""Stands once below each grading of category 1 that was shown."""


def save_another_model(sound: Path, target: Path, number: float) -> None:
    """Save a model that was never graded before, as a training script does."""
    made = target.with_name("made.h5")
    shutil.copyfile(sound, made)
    with h5py.File(made, "r+") as file:
        (bias,) = (item for item in _datasets(file["model_weights"]) if item.shape == (1,))
        bias[0] = number
    os.replace(made, target)


def _datasets(group: h5py.Group) -> list[h5py.Dataset]:
    found: list[h5py.Dataset] = []
    group.visititems(lambda _, item: found.append(item) if isinstance(item, h5py.Dataset) else None)
    return found


def killed_the_command(process: subprocess.Popen[str], chance: random.Random) -> bool:
    """Kill the command or one of the processes it started; return whether it was the command."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        victim = chance.choice([family[0], chance.choice(family)])
        victim.kill()
    except psutil.NoSuchProcess:  # it had just ended by itself
        return False
    return victim.pid == process.pid


def run_and_kill(workspace: Workspace, command: list[str], after: float, chance: random.Random) -> str:
    """Start a command, kill at a moment, and return what it had shown until its end."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "exam", *command],
        cwd=workspace.root,
        env=harness.environment_for(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        time.sleep(after)
        if not killed_the_command(process, chance):
            time.sleep(1)  # what it makes of the loss of a process; then it is killed too
            process.kill()
        output, _ = process.communicate(timeout=120)
    return output


def check_what_is_left(workspace: Workspace) -> None:
    """The next command can read the clock and the attempts."""
    run = harness.run_exam(workspace, "status", "--json")
    assert run.returncode == 0, run.stderr
    json.loads(run.stdout)


def test_kills_lose_no_attempt_that_was_shown(tmp_path: Path, mistakes: Path) -> None:
    chance = random.Random(20261122)
    workspace = harness.workspace_without_models(tmp_path / "killed")
    harness.run_exam(workspace, "start")
    save_another_model(mistakes / "sound.h5", workspace.model(1), -1)
    started = time.monotonic()
    shown = harness.run_exam(workspace, "grade", "1").stdout.count(SHOWN)
    whole = time.monotonic() - started  # of an undisturbed grading, on this machine
    for number in range(ROUNDS):
        command, longest = (["watch"], 2 * whole) if number % 4 == 3 else (["grade", "1"], 1.1 * whole)
        save_another_model(mistakes / "sound.h5", workspace.model(1), number + 0.5)
        after = chance.uniform(0, longest)
        shown += run_and_kill(workspace, command, after, chance).count(SHOWN)
        kept = len([attempt for attempt in attempts.read(workspace) if attempt.result.value is not None])
        assert kept >= shown, f"round {number}: {command} killed after {after:.2f} s"
        check_what_is_left(workspace)
    assert shown > 1, "no killed round came far enough to show a score"


def test_kills_of_start_and_finish_leave_a_clock_that_can_be_read(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    for number in range(6):
        workspace = harness.workspace_without_models(tmp_path / f"killed {number}")
        run_and_kill(workspace, ["start"], chance.uniform(0, 0.6), chance)
        check_what_is_left(workspace)
        harness.run_exam(workspace, "start")
        run_and_kill(workspace, ["finish", "--yes"], chance.uniform(0, 0.6), chance)
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
    (workspace.state / "grading-killed" / "1").mkdir(parents=True)  # what a kill while a model runs leaves
    for path in workspace.state.glob("grading-*"):
        os.utime(path, (1, 1))
    harness.run_exam(workspace, "grade", "1")
    assert not list(workspace.state.glob("grading-*"))

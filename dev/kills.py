"""End gradings at random moments, and look at what is left.

    python3 make.py kills [--rounds 20] [--seed 20261122]

makes so many rounds with SIGKILL and as many with SIGTERM, of ``grade --all`` and of ``watch``. After each, no process
may be at work ten seconds later, no attempt that was shown may be lost, and the next command must read the clock and
the attempts and leave no private copy older than a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import h5py
import harness
import psutil

from exam.records import attempts
from exam.workspace import Workspace

SHOWN = ", naive baseline"
"""Stands once below each grading of category 1 that was shown."""
SECONDS_TO_END = 10
"""A quiet machine needs a tenth of a second, a busy one longer. A process that computes on takes minutes."""
SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM} if os.name != "nt" else {}


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


def living(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Return the processes that are still at work."""
    found = []
    for process in family:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def outlived(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Return the processes that are still at work after the time that they have to end."""
    ending = time.monotonic() + SECONDS_TO_END
    while (alive := living(family)) and time.monotonic() < ending:
        time.sleep(0.02)
    return alive


def end(workspace: Workspace, command: Sequence[str], number: signal.Signals, after: float | None) -> tuple[str, str]:
    """Start a command, send it a signal; return what it had shown, and what was wrong or "".

    Its end is waited for behind the processes that it started: nobody tidies up after a killed one.

    Args:
        workspace: where it is started.
        command: to ``python -m exam``.
        number: the signal.
        after: seconds until the signal is sent; None: as soon as a score is shown.
    """
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "exam", *command],
        cwd=workspace.root,
        env=harness.environment_for(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        seen = ""
        if after is None:
            assert process.stdout is not None
            for line in process.stdout:
                seen += line
                if SHOWN in line:
                    break
        else:
            time.sleep(after)
        family = [psutil.Process(process.pid)] if process.poll() is None else []
        family += [child for one in family for child in one.children(recursive=True)]
        process.send_signal(number)
        alive = outlived(family)
        for one in alive:
            one.kill()
        shown, told = process.communicate(timeout=60)
    if alive:
        return seen + shown, f"{len(alive)} processes lived on"
    return seen + shown, "a traceback was shown" if "Traceback" in told else ""


def left(workspace: Workspace) -> str:
    """Return what is wrong with what a command left, after the next command; "" for nothing."""
    for path in workspace.scratch.glob("grading-*"):
        os.utime(path, (time.time() - 61,) * 2)
    for command in (["status", "--json"], ["check", "1"]):
        run = harness.run_exam(workspace, *command)
        if run.returncode or "Traceback" in run.stderr:
            return f"{' '.join(command)} ended with {run.returncode}: {run.stderr}"
    if list(workspace.scratch.glob("grading-*")):
        return "private copies are left"
    return ""


def rounds(name: str, count: int, folder: Path, sound: Path, seed: int) -> list[str]:
    """Make ``count`` rounds with one signal, a quarter of them of ``watch``; return what was wrong.

    The signal of the first round comes as soon as its score is shown: at least there, an attempt could be lost.
    """
    chance, problems = random.Random(f"{seed} {name}"), list[str]()
    workspace = harness.workspace_without_models(folder)
    harness.run_exam(workspace, "start")
    save_another_model(sound, workspace.model(1), -1)
    started = time.monotonic()
    shown = harness.run_exam(workspace, "grade", "--all").stdout.count(SHOWN)
    whole = time.monotonic() - started  # of an undisturbed grading, on this machine
    for number in range(count):
        command, longest = (["watch"], 2 * whole) if number % 4 == 3 else (["grade", "--all"], 1.1 * whole)
        save_another_model(sound, workspace.model(1), number + 0.5)
        after = chance.uniform(0, longest) if number else None
        output, wrong = end(workspace, command, SIGNALS[name], after)
        if after is None and SHOWN not in output:
            wrong = wrong or "no score was shown"
        shown += output.count(SHOWN)
        kept = sum(attempt.result.value is not None for attempt in attempts.read(workspace))
        if kept < shown:
            wrong = wrong or f"{shown} gradings were shown, {kept} kept"
        wrong = wrong or left(workspace)
        if wrong:
            moment = "as its score was shown" if after is None else f"after {after:.2f} s"
            problems.append(f"{name} to {' '.join(command)} {moment}: {wrong}")
    return problems


def main() -> int:
    """Make all rounds; 1 if something was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261122)
    asked = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([sys.executable, str(harness.SUPPORT / "mistakes.py"), name], check=True, capture_output=True)
        for signal_name in SIGNALS:
            found = rounds(signal_name, asked.rounds, Path(name) / signal_name, Path(name) / "sound.h5", asked.seed)
            print(json.dumps({"signal": signal_name, "rounds": asked.rounds, "problems": found}, indent=1), flush=True)
            problems += found
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main())

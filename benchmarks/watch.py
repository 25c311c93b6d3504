"""Print how long ``watch`` takes from a saved model to its score, for the five reference models of a workspace.

    .venv-dev/bin/python benchmarks/watch.py WORKSPACE [--rounds 3]

WORKSPACE has five trained models; it is copied. A model is saved as Keras does, in place, and time runs from the moment
its file is closed until the attempt is on the disk, which is just before it is shown.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ratios import harness

from exam.workspace import CATEGORIES, Exam, Workspace  # noqa: E402  ratios.py has put the engine on the path

LIMIT = 1.5


def copied(source: Workspace, folder: Path) -> Workspace:
    """Copy the exam and its models, without what was graded before."""
    made = Workspace(folder)
    ignored = shutil.ignore_patterns(".venv", ".exam", "archive", "exam")
    shutil.copytree(source.root, made.root, ignore=ignored, dirs_exist_ok=True)
    (made.root / "exam").mkdir()
    return made


def save_to_score(workspace: Workspace, category: int) -> float:
    """Save a model anew and return the seconds until its attempt is kept."""
    data = workspace.model(category).read_bytes()
    before = size_of(workspace.attempts)
    with workspace.model(category).open("wb") as file:
        file.write(data)
    closed = time.perf_counter()
    while size_of(workspace.attempts) == before:
        time.sleep(0.005)
        assert time.perf_counter() - closed < 120, "watch did not grade"
    return time.perf_counter() - closed


def size_of(path: Path) -> int:
    """Return the bytes of a file, 0 when it is missing."""
    return path.stat().st_size if path.exists() else 0


def measure(workspace: Workspace, rounds: int) -> dict[int, list[float]]:
    """Watch, save each model ``rounds`` times, and return category -> seconds; nothing comes from the cache."""
    command = [sys.executable, "-u", "-m", "exam", "watch"]
    environment = harness.environment_for(TF_CPP_MIN_LOG_LEVEL="3")
    found: dict[int, list[float]] = {category: [] for category in CATEGORIES}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=workspace.root, env=environment, text=True, **pipes) as process:
        try:
            assert process.stdout
            next(line for line in process.stdout if line.startswith("->"))
            for _ in range(rounds):
                shutil.rmtree(workspace.cache, ignore_errors=True)
                for category in CATEGORIES:
                    time.sleep(2)  # nobody saves two models at once
                    found[category].append(save_to_score(workspace, category))
        finally:
            process.kill()
    return found


def main() -> None:
    """Measure and print one row for each category, and the median of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    source = Workspace(arguments.workspace.resolve())
    with tempfile.TemporaryDirectory() as folder:
        found = measure(copied(source, Path(folder)), arguments.rounds)
    questions = Exam.read(source.exam_toml).questions
    print("| reference of | from save to score, median | slowest |\n|---|---|---|")
    for category, seconds in found.items():
        print(f"| {questions[category]} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |")
    median = statistics.median(value for seconds in found.values() for value in seconds)
    print(f"Median of all: {median:.2f} s, at most {LIMIT:g} s: {'yes' if median < LIMIT else 'NO'}")


if __name__ == "__main__":
    main()

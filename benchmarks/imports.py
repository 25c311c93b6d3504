"""Print what the import of TensorFlow and Keras costs as the grader does it, against the plain one, in turn.

    .venv-dev/bin/python benchmarks/imports.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PLAIN = "import tensorflow, keras"
OURS = "from exam.running.keras_import import import_keras; import_keras()"
MEASURED = """
import json, resource
{code}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def cost(code: str) -> tuple[float, float]:
    """Return the CPU seconds and the MB of a process that runs ``code``."""
    engine = str(REPOSITORY / "{{cookiecutter.project_slug}}")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": engine}
    command = [sys.executable, "-c", MEASURED.format(code=code)]
    run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds, megabytes = json.loads(run.stdout.splitlines()[-1])
    return seconds, megabytes


def main() -> None:
    """Measure in turn, after one pair that warms the disk's cache, and print the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    pairs = [(cost(OURS), cost(PLAIN)) for _ in range(rounds + 1)][1:]
    ratios = [ours[0] / plain[0] for ours, plain in pairs]
    ours, plain = ([statistics.median(column) for column in zip(*side)] for side in zip(*pairs))
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"CPU {ours[0]:.2f} s / {plain[0]:.2f} s = {statistics.median(ratios):.2f} ({spread})")
    print(f"memory {ours[1]:.0f} MB / {plain[1]:.0f} MB, {plain[1] - ours[1]:.0f} MB less")


if __name__ == "__main__":
    main()

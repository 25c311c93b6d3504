"""Measure baseline, first attempt and reference of every question, and write ``exam/bank/CALIBRATION.md``.

    python make.py calibrate [--jobs 2] [--seed 1 --seed 2 ...] [QUESTION ...]

Every measurement is kept under ``.calibration/``, named by all it depends on, so a stopped run continues and a
changed question is measured again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import harness
from questions import OFFLINE

from exam import bank
from exam.bank import hidden
from exam.bank.metrics import METRICS
from exam.bank.question import Question

SEEDS = (1, 2, 20261122)
"""The seeds on which the bands were chosen."""
FRESH = (314159, 271828)
"""Drawn after the bands were fixed: they show that no band is tuned to a seed."""
KEPT = harness.REPOSITORY / ".calibration"
TODO, TODO_WHEN_MEASURED = "# TODO: your code here\n", "# YOUR CODE HERE\n"
TABLE = harness.TEMPLATE / "exam" / "bank" / "CALIBRATION.md"
HEAD = """# Calibration

Measured by `python make.py calibrate`, never edited by hand. For each question and exam seed: what the naive baseline,
a plain first attempt and the reference solution (`tests/solutions/` of the template) score on the hidden set, and how
long the reference trains (CPU seconds over two cores). A baseline earns at most 1 point, a first attempt 2 to 4, the
reference 5.

The bands were chosen on the seeds 1, 2 and 20261122. The seeds 314159 and 271828 were drawn when the bands stood.

| question | metric | bands for 1 to 5 points | seed | baseline | first attempt | reference | training |
|---|---|---|---|---|---|---|---|
"""


def measure(question: Question, seed: int) -> dict[str, Any]:
    """Return the metric of the three, and the reference's training seconds."""
    samples = hidden.read(hidden.ensure(question, seed))
    found: dict[str, Any] = {"baseline": question.measure(samples, samples.baseline)}
    for name, function in (("first", harness.FIRST_ATTEMPT), ("reference", harness.REFERENCE)):
        with tempfile.TemporaryDirectory() as folder:
            result, seconds = harness.train_and_grade(Path(folder), question.id, seed, function)
        assert result.status == "scored", result
        found[name] = result.value
        found["seconds"] = seconds["cpu"] / 2
    return found


def state(question: Question, seed: int) -> str:
    """Return a hash of all that a measurement depends on: both data sets, solution, starter up to its ending."""
    digest = hashlib.sha256()
    samples = hidden.read(hidden.ensure(question, seed))
    for array in (samples.x, samples.y, samples.baseline):
        digest.update(array.tobytes())
    with tempfile.TemporaryDirectory() as folder:
        question.write_training(Path(folder), seed)
        for path in sorted(Path(folder).rglob("*")):
            digest.update(path.read_bytes() if path.is_file() else path.name.encode())
    digest.update((harness.SOLUTIONS / f"{question.id}.py").read_bytes())
    digest.update(given_part(bank.find()[question.id] / "starter.py").encode())
    return digest.hexdigest()[:16]


def given_part(starter: Path) -> str:
    """Return a starter up to its ending, which only saves: a measurement imports the starter and saves by itself.

    The comment for the learner stands as it did when the bands were measured, and the look for files that hide a
    package was not there: no measurement depends on them.
    """
    given = starter.read_text(encoding="utf-8").partition(harness.ENDING)[0].replace(TODO, TODO_WHEN_MEASURED)
    return harness.LOOK.sub("", given)


def kept(question: Question, seed: int) -> dict[str, Any]:
    """Return the measurement of an earlier run when nothing changed since, else measure now."""
    path = KEPT / f"{question.id}-{seed}-{state(question, seed)}.json"
    if not path.exists():
        found = measure(question, seed)
        KEPT.mkdir(exist_ok=True)
        path.write_text(json.dumps(found))
    result: dict[str, Any] = json.loads(path.read_text())
    return result


def row(question: Question, seed: int, found: dict[str, Any]) -> str:
    """Return one line of the table."""
    cells = [f"{found[key]:g}: **{question.points(found[key])}**" for key in ("baseline", "first", "reference")]
    bands = ", ".join(f"{band:g}" for band in question.bands)
    metric = METRICS[question.metric].label
    return f"| {question.id} | {metric} | {bands} | {seed} | {' | '.join(cells)} | {found['seconds']:.0f} s |\n"


def sound(question: Question, found: dict[str, Any]) -> bool:
    """Return whether the bands separate the three as they should."""
    baseline, first, reference = (question.points(found[key]) for key in ("baseline", "first", "reference"))
    return baseline <= 1 and 2 <= first <= 4 and reference == 5


def main() -> int:
    """Measure what is missing; write the table when every question was measured; 1 when a band is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="*", default=[], help="default: all offline ones, and the table is written")
    parser.add_argument("--seed", type=int, action="append", dest="seeds")
    parser.add_argument("--jobs", type=int, default=1, help="measurements at a time, each on one core when above 1")
    arguments = parser.parse_args()
    if arguments.jobs > 1:
        os.environ.update(harness.ONE_CORE)
    questions = [bank.load(name) for name in arguments.questions or OFFLINE]
    wanted = [(question, seed) for question in questions for seed in arguments.seeds or SEEDS + FRESH]
    rows, wrong = [], 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for (question, seed), found in zip(wanted, pool.map(lambda pair: kept(*pair), wanted), strict=True):
            rows.append(row(question, seed, found))
            wrong += not sound(question, found)
            print(rows[-1].strip(), "" if sound(question, found) else "  <-- wrong", flush=True)
    if not arguments.questions and not arguments.seeds:
        TABLE.write_text(HEAD + "".join(rows), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

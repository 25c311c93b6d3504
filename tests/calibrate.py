"""Measure baseline, first attempt and reference of every question, and write ``exam/bank/CALIBRATION.md``.

    python make.py calibrate [--seed 1 --seed 2 ...] [QUESTION ...]

Every measurement is kept under ``.calibration/``, named by all it depends on, so a stopped run continues and a
changed question is measured again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import harness
from exam import bank
from exam.bank import hidden
from exam.bank.question import METRICS, Question

SEEDS = (1, 2, 20261122)
KEPT = harness.HERE.parent / ".calibration"
TABLE = harness.TEMPLATE / "exam" / "bank" / "CALIBRATION.md"
HEAD = """# Calibration

Measured by `python make.py calibrate`, never edited by hand. For each question and exam seed: what the naive baseline,
a plain first attempt and the reference solution (`tests/solutions/` of the template) score on the hidden set, and how
long the reference trains (CPU seconds over two cores). A baseline earns at most 1 point, a first attempt 2 to 4, the
reference 5.

| question | metric | bands for 1 to 5 points | seed | baseline | first attempt | reference | training |
|---|---|---|---|---|---|---|---|
"""


def measure(question: Question, seed: int) -> dict[str, Any]:
    """Return the metric and points of the three, and the reference's training seconds."""
    samples = hidden.read(hidden.ensure(question, seed))
    baseline = question.measure(samples, samples.baseline)
    found: dict[str, Any] = {"baseline": [baseline, question.points(baseline)]}
    for name, function in (("first", harness.FIRST_ATTEMPT), ("reference", harness.REFERENCE)):
        with tempfile.TemporaryDirectory() as folder:
            result, seconds = harness.train_and_grade(Path(folder), question.id, seed, function)
        assert result.status == "scored", result
        found[name] = [result.value, result.points]
        found["seconds"] = seconds["cpu"] / 2
    return found


def kept(question: Question, seed: int) -> dict[str, Any]:
    """Return the measurement of an earlier run when nothing changed since, else measure now."""
    solution = (harness.SOLUTIONS / f"{question.id}.py").read_bytes()
    starter = (bank.find()[question.id] / "starter.py").read_bytes()
    state = hashlib.sha256(hidden.fingerprint(question).encode() + solution + starter).hexdigest()[:16]
    path = KEPT / f"{question.id}-{seed}-{state}.json"
    if not path.exists():
        found = measure(question, seed)
        KEPT.mkdir(exist_ok=True)
        path.write_text(json.dumps(found))
    result: dict[str, Any] = json.loads(path.read_text())
    return result


def row(question: Question, seed: int, found: dict[str, Any]) -> str:
    """Return one line of the table."""
    cells = [f"{value:g}: **{points}**" for value, points in (found[key] for key in ("baseline", "first", "reference"))]
    bands = ", ".join(f"{band:g}" for band in question.bands)
    metric = METRICS[question.metric].label
    return f"| {question.id} | {metric} | {bands} | {seed} | {' | '.join(cells)} | {found['seconds']:.0f} s |\n"


def sound(found: dict[str, Any]) -> bool:
    """Return whether the bands separate the three as they should."""
    return found["baseline"][1] <= 1 and 2 <= found["first"][1] <= 4 and found["reference"][1] == 5


def main() -> int:
    """Measure what is missing; write the table when every question was measured; 1 when a band is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="*", default=[], help="default: all, and the table is written")
    parser.add_argument("--seed", type=int, action="append", dest="seeds")
    arguments = parser.parse_args()
    rows, wrong = [], 0
    for question_id in arguments.questions or bank.find():
        question = bank.load(question_id)
        for seed in arguments.seeds or SEEDS:
            found = kept(question, seed)
            rows.append(row(question, seed, found))
            wrong += not sound(found)
            print(rows[-1].strip(), "" if sound(found) else "  <-- wrong", flush=True)
    if not arguments.questions:
        TABLE.write_text(HEAD + "".join(rows), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""A model without a fault on the way of the learner's: when even that does not arrive, the fault lies around it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from exam import bank
from exam.bank.question import Array
from exam.grading import contained, tiny
from exam.grading.evidence import Study
from exam.grading.run import Answer, Job, Runner

DOUBTFUL = ("not-loadable", "newer-keras", "not-predictable", "out-of-bounds")
"""Findings that a machine can bring about as well as a model."""
TOLERANCE = 1e-6


def problem(folder: Path, runner: Runner) -> str | None:
    """Return why even a model without a fault cannot be run here, one sentence; None when it can.

    Args:
        folder: of one grading, for private copies.
        runner: what is in doubt; it is asked once.
    """
    if runner.is_proven:
        return None
    with tempfile.TemporaryDirectory(dir=folder) as made:
        x = tiny.inputs()
        answer = send(tiny.write(Path(made, "tiny.h5")), x, folder, runner)
    found = difference(answer, tiny.answers(x))
    runner.is_proven = not isinstance(found, str) and found <= TOLERANCE
    if isinstance(found, float):
        found = f"A model of one neuron answers wrongly, by {found:.1e}."
    return None if runner.is_proven else found


def send(model: Path, x: Array, folder: Path, runner: Runner) -> Answer:
    """Return what the grader's own way gives for a model (1,) -> (1,) and its inputs, float32 (n, 1).

    Raises:
        RuntimeError: the process that reads files cannot be started.
        OSError: the copies cannot be written.
    """
    question = bank.load(tiny.QUESTION)
    seen = contained.inspect(model, question, scratch=folder)
    if seen.finding is not None:
        return Answer(finding=seen.finding)
    hidden = seen.path.with_name("x.npz")
    np.savez(hidden, x=x)
    (answer,) = runner.run([Job(question, seen.path, hidden, folder, lambda *_: Study())])
    return answer


def difference(answer: Answer, wanted: Array) -> float | str:
    """Return by how much the answers differ from what is ``wanted`` at most; a sentence where there are none."""
    if answer.predictions is not None:
        return float(np.max(np.abs(answer.predictions - wanted)))
    if answer.finding is not None:
        return answer.finding.message
    return (answer.fault or "The process stopped.").strip().splitlines()[-1]

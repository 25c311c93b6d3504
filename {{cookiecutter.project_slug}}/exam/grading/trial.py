"""A model without a fault on the way of the learner's: when even that does not arrive, the fault lies around it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from exam import bank
from exam.bank.metrics import Array
from exam.modelfile import minimal_model, sandbox
from exam.running.live_model import Job
from exam.running.runner import Outcome, Runner, predict

DOUBTFUL = ("not-loadable", "newer-keras", "not-predictable", "out-of-bounds")
"""These findings can be caused by the machine as well as by the model."""
TOLERANCE = 1e-6


def problem(folder: Path, runner: Runner) -> str | None:
    """Return why even a model without a fault cannot be run here, one sentence; None when it can.

    Args:
        folder: of one grading, for private copies.
        runner: what is in doubt; it is asked once.
    """
    if runner.is_proven:
        return None
    with tempfile.TemporaryDirectory(dir=folder) as subfolder:
        x = minimal_model.inputs()
        outcome = send(minimal_model.write(Path(subfolder, "tiny.h5")), x, folder, runner)
    deviation = difference(outcome, minimal_model.answers(x))
    runner.is_proven = not isinstance(deviation, str) and deviation <= TOLERANCE
    if isinstance(deviation, float):
        deviation = f"A model with one neuron predicts wrong values (off by {deviation:.1e})."
    return None if runner.is_proven else deviation


def send(model: Path, x: Array, folder: Path, runner: Runner) -> Outcome[Array]:
    """Return what the grader's own way gives for a model (1,) -> (1,) and its inputs, float32 (n, 1).

    Raises:
        RuntimeError: the process that reads files cannot be started.
        OSError: the copies cannot be written.
    """
    question = bank.load(minimal_model.QUESTION)
    inspection = sandbox.inspect(model, question, scratch=folder)
    if inspection.finding is not None:
        return Outcome(finding=inspection.finding)
    hidden = inspection.path.with_name("x.npz")
    np.savez(hidden, x=x)
    (outcome,) = runner.run([Job(question, inspection.path, hidden, folder)], predict)
    return outcome


def difference(outcome: Outcome[Array], expected: Array) -> float | str:
    """Return by how much the answers differ from what is ``expected`` at most; a sentence where there are none."""
    if outcome.value is not None:
        return float(np.max(np.abs(outcome.value - expected)))
    if outcome.finding is not None:
        return outcome.finding.message
    return (outcome.fault or "The process stopped.").strip().splitlines()[-1]

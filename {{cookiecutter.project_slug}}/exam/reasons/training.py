"""What the steps in the file and the training samples tell about the training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from exam.findings import Finding, finding
from exam.reasons.advice import State
from exam.reasons.evidence import Evidence, Training
from exam.reasons.experiments import comparable, is_plain

FEW_SAMPLES = 30
"""With fewer training samples than these, how well a model does on them says nothing of memorising."""


def state_of(evidence: Evidence) -> State:
    """Return what the training samples show: a model that does worse on unseen ones, or one that could do better."""
    training = evidence.study.training
    if training is None or not training.beats_baseline:
        return ""
    unseen = comparable(evidence.question, evidence.hidden.y, evidence.predictions)
    if _is_worse(evidence, unseen, training):
        return "overfitting"
    return "underfitting" if training.points < 5 else ""


def findings(evidence: Evidence, state: State, steps_to_try: Iterator[str]) -> Iterator[Finding]:
    """Yield what went wrong in the training, of which ``state`` is known, with the next of the steps to try."""
    steps, training = evidence.inspection.steps, evidence.study.training
    if training is None or evidence.score.value is None:
        return
    if steps is not None and steps * 32 <= training.size * 1.2:
        yield finding("one-epoch", found=steps)
    unseen = comparable(evidence.question, evidence.hidden.y, evidence.predictions)
    values = {
        "metric": "mean absolute error" if is_plain(evidence.question) else evidence.metric.label,
        "count": training.count,
        "training": training.value,
        "found": unseen,
    }
    if not training.beats_baseline:
        yield finding("other-data", **values)
    elif state:
        yield finding(state, **values, advice=next(steps_to_try))


def _is_worse(evidence: Evidence, unseen: float, training: Training) -> bool:
    """Return whether the model is clearly worse on unseen than on training samples, beyond chance."""
    if training.count < FEW_SAMPLES:
        return False
    if not evidence.metric.greater_is_better:
        return unseen > 1.5 * training.value
    deviation = np.sqrt(max(training.value * (1 - training.value), 0.01) / training.count)
    return bool(training.value - unseen > max(0.08, 2.5 * deviation))

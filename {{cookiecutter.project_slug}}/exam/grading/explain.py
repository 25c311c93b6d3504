"""From a score below five to its reasons. Every lost point has one; a full score has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exam.bank.question import METRICS, Array, Question
from exam.grading.findings import Finding, finding
from exam.grading.score import Score


@dataclass(frozen=True)
class Evidence:
    """What a check of the predictions may look at."""

    question: Question
    predictions: Array
    score: Score

    @property
    def metric(self) -> str:
        """Return the metric's label."""
        return METRICS[self.question.metric].label


def explain(evidence: Evidence) -> tuple[Finding, ...]:
    """Return the reasons for the lost points, the one that costs most first."""
    if evidence.score.points == 5:
        return ()
    return tuple(found for check in CHECKS if (found := check(evidence)) is not None)


def not_a_number(evidence: Evidence) -> Finding | None:
    """NaN or infinity among the outputs."""
    share = float(np.mean(~np.isfinite(evidence.predictions)))
    return finding("nan-output", share=share) if share else None


def constant(evidence: Evidence) -> Finding | None:
    """The same answer for every sample, up to rounding of float32."""
    predictions = evidence.predictions
    if evidence.score.value is None:
        return None
    spread = float(np.max(np.ptp(predictions, axis=0)))
    if spread > 1e-5 * max(1.0, float(np.max(np.abs(predictions)))):
        return None
    first = np.ravel(predictions[0])
    shown = ", ".join(f"{value:.3g}" for value in first[:3]) + (", ..." if len(first) > 3 else "")
    return finding("constant-output", found=shown)


def below_baseline(evidence: Evidence) -> Finding | None:
    """No better than what needs no learning."""
    value, baseline = evidence.score.value, evidence.score.baseline
    if value is None:
        return None
    better = value > baseline if METRICS[evidence.question.metric].greater_is_better else value < baseline
    if better:
        return None
    return finding(
        "below-baseline",
        metric=evidence.metric,
        found=f"{value:g}",
        expected=f"{baseline:g}",
        baseline=evidence.question.baseline,
    )


def room_to_improve(evidence: Evidence) -> Finding | None:
    """How far the next point is."""
    value, points, bands = evidence.score.value, evidence.score.points, evidence.question.bands
    if value is None:
        return None
    wanted = f"the next point needs {bands[points]:g}, all five need {bands[-1]:g}"
    return finding(
        "room-to-improve",
        metric=evidence.metric,
        found=f"{value:g}",
        points=points,
        wanted=f"the fifth needs {bands[-1]:g}" if points == 4 else wanted,
        advice=evidence.question.advice,
    )


CHECKS: tuple[Callable[[Evidence], Finding | None], ...] = (not_a_number, constant, below_baseline, room_to_improve)

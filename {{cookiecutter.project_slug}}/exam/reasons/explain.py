"""From a score below five to its reasons. Every lost point has one; a full score has none."""

from __future__ import annotations

from collections.abc import Iterator

from exam.findings import Finding, finding
from exam.reasons import experiments, predictions
from exam.reasons.evidence import Evidence, Reason


def explain(evidence: Evidence) -> tuple[Finding, ...]:
    """Return the reasons for the lost points, the one that explains most first.

    A reason that was tried out goes before those that were not, and of those tried the one that would have earned most;
    the others keep their order. A full score has no reasons, only notes about the file.
    """
    if evidence.score.points == 5:
        return tuple(hint for hint in evidence.inspection.hints if hint.code == "large-optimizer-state")
    reasons = list(_reasons(evidence))
    reasons.sort(key=lambda reason: -1 if reason.points is None else reason.points, reverse=True)
    return tuple(reason.finding for reason in reasons)


def _reasons(evidence: Evidence) -> Iterator[Reason]:
    """Yield all reasons, the more telling ones first; answers of the wrong kind say nothing else about a model."""
    yield from (Reason(hint) for hint in evidence.inspection.hints if hint.code == "function-by-name")
    broken = next(predictions.broken(evidence), None)
    if broken is not None:
        yield broken
        return
    if evidence.inspection.steps == 0:
        yield from experiments.training_reasons(evidence)
    yield from experiments.input_reasons(evidence)
    yield from (Reason(hint) for hint in evidence.inspection.hints if hint.code != "function-by-name")
    yield from predictions.reasons(evidence)
    if evidence.inspection.steps != 0:
        yield from experiments.training_reasons(evidence)
    yield from below_baseline(evidence)
    yield room_to_improve(evidence)


def below_baseline(evidence: Evidence) -> Iterator[Reason]:
    """No better than what needs no learning."""
    value, baseline = evidence.score.value, evidence.score.baseline
    assert value is not None
    if not evidence.metric.better(value, baseline):
        baseline_name = evidence.question.baseline
        values = {"found": f"{value:g}", "expected": f"{baseline:g}", "metric": evidence.metric.label}
        yield Reason(finding("below-baseline", **values, baseline=baseline_name))


def room_to_improve(evidence: Evidence) -> Reason:
    """How far the next point is."""
    value, points, bands = evidence.score.value, evidence.score.points, evidence.question.bands
    goal = f"the next point needs {bands[points]:g}, all five need {bands[-1]:g}"
    return Reason(
        finding(
            "room-to-improve",
            metric=evidence.metric.label,
            found=f"{value:g}",
            points=points,
            wanted=f"the fifth needs {bands[-1]:g}" if points == 4 else goal,
            advice=evidence.question.advice,
        )
    )

"""From a score below five to its reasons. Every lost point has one; a full score has none."""

from __future__ import annotations

from collections.abc import Iterator

from exam.findings import Finding, finding
from exam.reasons import predictions, training
from exam.reasons.evidence import Evidence, Reason


def explain(evidence: Evidence) -> tuple[Finding, ...]:
    """Return the reasons for the lost points, the one that explains most first.

    A full score has no reasons, only notes about the file. What costs no point stands last.
    """
    notes = tuple(hint for hint in evidence.inspection.hints if hint.code in NOTES)
    if evidence.score.points == 5:
        return notes
    return (*(reason.finding for reason in _reasons(evidence)), *notes)


NOTES = ("large-optimizer-state",)
"""Findings about the file that cost no point."""


def _reasons(evidence: Evidence) -> Iterator[Reason]:
    """Yield the reasons that stand beside each other without a contradiction.

    Answers of the wrong kind say nothing else about a model, and one that was never trained shows nothing but that.
    Where a mistake was undone, what the model does with it is no reason of its own.
    """
    hints = [hint for hint in evidence.inspection.hints if hint.code not in NOTES]
    yield from (Reason(hint) for hint in hints if hint.code == "function-by-name")
    broken = next(predictions.broken(evidence), None)
    if broken is not None:
        yield broken
        return
    about_the_loss = [Reason(hint) for hint in hints if hint.code != "function-by-name"]
    if evidence.inspection.steps == 0:
        yield Reason(finding("never-trained"))
        yield from about_the_loss
        return
    undone = max(_undone(evidence), key=lambda reason: reason.points or 0, default=None)
    if undone is not None:
        yield undone
        yield from about_the_loss
    else:
        yield from about_the_loss
        yield from predictions.reasons(evidence)
        yield from training.reasons(evidence)
        yield from below_baseline(evidence)
    if undone is None or undone.points != 5:
        yield room_to_improve(evidence)


def _undone(evidence: Evidence) -> Iterator[Reason]:
    """Yield the mistakes that were undone, with what the model would have earned."""
    undone = evidence.study.undone
    if undone is not None:
        points = undone.score.points
        yield Reason(finding(undone.code, **undone.values, points=points), points)
    yield from predictions.undone(evidence)


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

"""From a score below five to its reasons. Every lost point has one; a full score has none."""

from __future__ import annotations

from collections.abc import Iterator

from exam.findings import Finding, finding
from exam.reasons import advice, predictions, training
from exam.reasons.evidence import Evidence


def explain(evidence: Evidence) -> tuple[Finding, ...]:
    """Return the reasons for the lost points, the one that explains most first.

    A full score has no reasons, only notes about the file. What costs no point stands last.
    """
    notes = tuple(hint for hint in evidence.inspection.hints if hint.code in NOTES)
    if evidence.score.points == 5:
        return notes
    return (*_reasons(evidence), *notes)


NOTES = ("large-optimizer-state",)
"""Findings about the file that cost no point."""


def _reasons(evidence: Evidence) -> Iterator[Finding]:
    """Yield the reasons that stand beside each other without a contradiction.

    Answers of the wrong kind say nothing else about a model, and one that was never trained shows nothing but that.
    Where a mistake was undone, what the model does with it is no reason of its own.
    """
    hints = [hint for hint in evidence.inspection.hints if hint.code not in NOTES]
    yield from (hint for hint in hints if hint.code == "function-by-name")
    broken = next(predictions.broken(evidence), None)
    if broken is not None:
        yield broken
        return
    about_the_loss = [hint for hint in hints if hint.code != "function-by-name"]
    if evidence.inspection.steps == 0:
        yield finding("never-trained")
        yield from about_the_loss
        return
    undone, state = evidence.study.undone, training.state_of(evidence)
    steps = advice.steps(evidence, state)
    if undone is not None:
        yield finding(undone.code, **undone.values, points=undone.score.points)
        yield from about_the_loss
    else:
        yield from about_the_loss
        yield from _weaknesses(evidence, state, steps)
    if undone is None or undone.score.points != 5:
        yield room_to_improve(evidence, steps)


def _weaknesses(evidence: Evidence, state: advice.State, steps: Iterator[str]) -> Iterator[Finding]:
    """Yield what a model without a mistake that could be undone does badly.

    One that does no better on its own training data was trained on other data, or has not learned: which classes it
    never names follows from that.
    """
    pattern = predictions.pattern(evidence)
    about_training = list(training.findings(evidence, state, steps))
    if pattern is not None:
        yield pattern
    elif all(one.code != "other-data" for one in about_training):
        never = predictions.class_never_predicted(evidence)
        if never is not None:
            yield never
    yield from about_training
    yield from below_baseline(evidence)


def below_baseline(evidence: Evidence) -> Iterator[Finding]:
    """No better than what needs no learning."""
    value, baseline = evidence.score.value, evidence.score.baseline
    assert value is not None
    if not evidence.metric.better(value, baseline):
        baseline_name = evidence.question.baseline
        values = {"found": f"{value:g}", "expected": f"{baseline:g}", "metric": evidence.metric.label}
        yield finding("below-baseline", **values, baseline=baseline_name)


def room_to_improve(evidence: Evidence, steps: Iterator[str]) -> Finding:
    """How far the next point is, and one more step to try; the very last one is worth trying again."""
    value, points, bands = evidence.score.value, evidence.score.points, evidence.question.bands
    goal = f"the next point needs {bands[points]:g}, all five need {bands[-1]:g}"
    return finding(
        "room-to-improve",
        metric=evidence.metric.label,
        found=f"{value:g}",
        points=points,
        wanted=f"the fifth needs {bands[-1]:g}" if points == 4 else goal,
        advice=next(steps, advice.GENERAL[-1].text),
    )

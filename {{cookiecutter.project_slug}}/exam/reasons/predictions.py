"""Mistakes that show in the predictions alone.

Where a mistake can be undone on the answers, such as exchanged classes, it is undone and scored again: only what
would have earned more points is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from exam.bank.metrics import Array
from exam.findings import finding
from exam.reasons.evidence import Evidence, Reason

Check = Callable[[Evidence], Reason | None]

NEARLY_CONSTANT = 0.01
"""Of the range of the targets, or of probabilities: answers that differ less are the same answer."""
MUCH_BETTER = 0.15
"""How much higher an accuracy must be before exchanged classes are believed; shuffled noise never gets there."""
ANOTHER_SCALE = 1.15
"""Factors nearer to one are left to training."""
REPEATED = 0.2
"""Forecasts whose distance from the baseline is less than this share of the baseline's own error repeat it."""
NEIGHBOUR = 0.8
"""A forecast that is shifted has less than this share of its error at the neighbouring step."""


LOSS_OF_NAN = (
    "The loss most likely became NaN in training: lower the learning rate, scale the inputs, and watch the loss."
)
IN_HALF_PRECISION = (
    "The model computes in float16, where the largest number is 65,504. Train it in float32: remove what sets the "
    'type, such as "floatx" in the file .keras/keras.json in your home folder, or keras.config.set_dtype_policy.'
)


def broken(evidence: Evidence) -> Iterator[Reason]:
    """Yield why the outputs are not answers at all."""
    yield from _found_by((not_a_number, whole_numbers, not_probabilities), evidence)


def reasons(evidence: Evidence) -> Iterator[Reason]:
    """Yield what the predictions show, in the order of ``CHECKS``."""
    yield from _found_by(CHECKS, evidence)


def _found_by(checks: Sequence[Check], evidence: Evidence) -> Iterator[Reason]:
    for check in checks:
        reason = check(evidence)
        if reason is not None:
            yield reason


def not_a_number(evidence: Evidence) -> Reason | None:
    """NaN or infinity among the outputs."""
    share = float(np.mean(~np.isfinite(evidence.predictions)))
    advice = IN_HALF_PRECISION if evidence.inspection.half_precision else LOSS_OF_NAN
    return Reason(finding("nan-output", share=share, advice=advice)) if share else None


def whole_numbers(evidence: Evidence) -> Reason | None:
    """Class numbers in place of probabilities."""
    if not evidence.whole_numbers or evidence.question.task in ("regression", "forecast"):
        return None
    return Reason(finding("whole-numbers", found=_few(np.unique(evidence.predictions))))


def not_probabilities(evidence: Evidence) -> Reason | None:
    """Outputs below 0, above 1, or that do not add up to 1."""
    if evidence.question.task in ("regression", "forecast") or evidence.whole_numbers:
        return None
    lowest, highest = float(evidence.predictions.min()), float(evidence.predictions.max())
    if lowest < -0.001 or highest > 1.001:
        return Reason(finding("not-probabilities", reason=f"they range from {lowest:.3g} to {highest:.3g}"))
    if evidence.question.task == "binary":
        return None
    sums = evidence.predictions.sum(axis=-1)
    furthest = float(sums[np.argmax(np.abs(sums - 1))])
    if abs(furthest - 1) < 0.01:
        return None
    return Reason(finding("not-probabilities", reason=f"those of one sample add up to {furthest:.3g}, not to 1"))


def constant(evidence: Evidence) -> Reason | None:
    """Nearly the same answer for every sample."""
    wide = 1.0 if evidence.question.class_names else float(np.ptp(evidence.hidden.y))
    if float(np.max(np.ptp(evidence.predictions, axis=0))) > NEARLY_CONSTANT * wide:
        return None
    return Reason(finding("constant-output", found=_few(np.ravel(evidence.predictions[0]))))


def permuted_classes(evidence: Evidence) -> Reason | None:
    """Classes that are told apart and called by each other's names."""
    if evidence.question.task != "multiclass" or evidence.score.value is None:
        return None
    from scipy.optimize import linear_sum_assignment

    classes = evidence.question.output_shape[-1]
    answers = evidence.predictions.argmax(axis=-1)
    counts = np.zeros((classes, classes))
    np.add.at(counts, (answers, evidence.hidden.y), 1)
    _, targets = linear_sum_assignment(-counts)  # output number -> the class it fits best
    predictions = np.empty_like(evidence.predictions)
    predictions[:, targets] = evidence.predictions
    score = evidence.rescored(predictions)
    if score.value is None or score.value < evidence.score.value + MUCH_BETTER:
        return None
    if score.points <= evidence.score.points:
        return None
    names = evidence.question.class_names
    swaps = [f"{names[wrong]} for {names[right]}" for wrong, right in enumerate(targets) if wrong != right]
    text = ", ".join(swaps[:3]) + (", ..." if len(swaps) > 3 else "")
    return Reason(finding("permuted-classes", found=text, points=score.points), score.points)


def inverted_labels(evidence: Evidence) -> Reason | None:
    """A binary classifier whose opposite is good."""
    if evidence.question.task != "binary":
        return None
    score = evidence.rescored(1 - evidence.predictions)
    if score.points <= evidence.score.points or score.value is None or score.value < 0.5 + MUCH_BETTER:
        return None
    return Reason(finding("inverted-labels", points=score.points), score.points)


def off_by_constant(evidence: Evidence) -> Reason | None:
    """Numbers that are all too small, or all too large, by the same amount."""
    if evidence.question.task not in ("regression", "forecast"):
        return None
    distance = float(np.median(evidence.hidden.y - evidence.predictions))
    score = evidence.rescored(evidence.predictions + np.float32(distance))
    if score.points <= evidence.score.points:
        return None
    return Reason(finding("off-by-constant", found=distance, points=score.points), score.points)


def off_by_scale(evidence: Evidence) -> Reason | None:
    """Numbers in other units: a multiple of the right ones."""
    if evidence.question.task not in ("regression", "forecast"):
        return None
    predictions, y = (array.astype(np.float64).ravel() for array in (evidence.predictions, evidence.hidden.y))
    squares = float(predictions @ predictions)
    factor = float(predictions @ y) / squares if squares else 0.0
    if factor <= 0 or 1 / ANOTHER_SCALE < factor < ANOTHER_SCALE:
        return None
    score = evidence.rescored(evidence.predictions * np.float32(factor))
    if score.points <= evidence.score.points:
        return None
    return Reason(finding("off-by-scale", found=factor, points=score.points), score.points)


def shifted(evidence: Evidence) -> Reason | None:
    """Forecasts of the step before or after the one that was asked for."""
    if evidence.question.task != "forecast" or evidence.question.output_shape[0] < 3:
        return None
    predictions, y = evidence.predictions, evidence.hidden.y
    straight = float(np.mean(np.abs(predictions - y)))
    late = float(np.mean(np.abs(predictions[:, 1:] - y[:, :-1])))
    early = float(np.mean(np.abs(predictions[:, :-1] - y[:, 1:])))
    better = min(late, early)
    if better > NEIGHBOUR * straight:
        return None
    text = "one step too late" if late < early else "one step too early"
    return Reason(finding("shifted-forecast", found=text, better=better, value=straight))


def repeats(evidence: Evidence) -> Reason | None:
    """Forecasts that say what needs no learning."""
    if evidence.question.task != "forecast":
        return None
    baseline, y = evidence.hidden.baseline, evidence.hidden.y
    share = float(np.mean(np.abs(evidence.predictions - baseline)) / np.mean(np.abs(y - baseline)))
    if share > REPEATED:
        return None
    return Reason(finding("repeats-last-value", baseline=evidence.question.baseline, found=share))


def class_never_predicted(evidence: Evidence) -> Reason | None:
    """A class that occurs and is never the answer."""
    question, y = evidence.question, evidence.hidden.y
    if question.task not in ("binary", "multiclass"):
        return None
    if question.task == "binary":
        answers, right = (evidence.predictions > 0.5).astype(int).ravel(), y.astype(int).ravel()
    else:
        answers, right = evidence.predictions.argmax(axis=-1), y
    missing = np.setdiff1d(right, answers)
    if not len(missing):
        return None
    names = question.class_names or ("0", "1")
    text = " or ".join(str(names[number]) for number in missing[:3]) + (" ..." if len(missing) > 3 else "")
    share = float(np.mean(np.isin(right, missing)))
    they_make = "it makes" if len(missing) == 1 else "they make"
    return Reason(finding("class-never-predicted", found=text, they_make=they_make, share=share))


def _few(values: Array) -> str:
    """Return the first three numbers as text."""
    text = ", ".join(f"{value:.3g}" for value in values[:3])
    return text + (", ..." if len(values) > 3 else "")


CHECKS: tuple[Check, ...] = (
    permuted_classes,
    inverted_labels,
    off_by_scale,
    off_by_constant,
    constant,
    shifted,
    repeats,
    class_never_predicted,
)

"""Mistakes that show in the predictions alone.

Where a mistake can be undone on the answers, such as exchanged classes, it is undone and scored again: only what
would have earned more points is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from exam.bank.metrics import Array
from exam.findings import Finding, finding
from exam.reasons.evidence import Evidence

Check = Callable[[Evidence], Finding | None]

NEARLY_CONSTANT = 0.01
"""Of the range of the targets, or of probabilities: answers that differ less are the same answer."""
REPEATED = 0.2
"""Forecasts whose distance from the baseline is less than this share of the baseline's own error repeat it."""
EVEN = 0.02
"""Probabilities that are so near to one another are those of a model that has not begun to learn."""
ALIKE = 0.05
"""Features whose forecasts differ by less than this share of what the forecasts themselves vary by are one."""

LOSS_OF_NAN = (
    "The loss most likely became NaN in training: lower the learning rate, scale the inputs, and watch the loss."
)
IN_HALF_PRECISION = (
    "The model computes in float16, where the largest number is 65,504. Train it in float32: remove what sets the "
    'type, such as "floatx" in the file .keras/keras.json in your home folder, or keras.config.set_dtype_policy.'
)


SKIP_PADDING = "write mask_zero=True in the Embedding layer, so that the layers after it skip the zeros behind a text"
SMALLER_STEPS = "use a learning rate that is ten times smaller, and BatchNormalization or inputs between 0 and 1"
FEW_OF_A_CLASS = "Check that model.fit is given samples of all classes in mixed order, with the labels of load_data()."
RARE_CLASS = "Give rare classes more weight with class_weight in model.fit, and check the labels."


def broken(evidence: Evidence) -> Iterator[Finding]:
    """Yield why the outputs are not answers at all."""
    yield from _found_by((not_a_number, whole_numbers, not_probabilities), evidence)


def pattern(evidence: Evidence) -> Finding | None:
    """Return the first simple pattern that the answers follow, whatever was asked."""
    return next(_found_by((dead_start, constant, same_for_all_features, repeats), evidence), None)


def _found_by(checks: Sequence[Check], evidence: Evidence) -> Iterator[Finding]:
    for check in checks:
        reason = check(evidence)
        if reason is not None:
            yield reason


def not_a_number(evidence: Evidence) -> Finding | None:
    """NaN or infinity among the outputs."""
    share = float(np.mean(~np.isfinite(evidence.predictions)))
    advice = IN_HALF_PRECISION if evidence.inspection.half_precision else LOSS_OF_NAN
    return finding("nan-output", share=share, advice=advice) if share else None


def whole_numbers(evidence: Evidence) -> Finding | None:
    """Class numbers in place of probabilities."""
    if not evidence.whole_numbers or evidence.question.task in ("regression", "forecast"):
        return None
    return finding("whole-numbers", found=_few(np.unique(evidence.predictions)))


def not_probabilities(evidence: Evidence) -> Finding | None:
    """Outputs below 0, above 1, or that do not add up to 1."""
    if evidence.question.task in ("regression", "forecast") or evidence.whole_numbers:
        return None
    lowest, highest = float(evidence.predictions.min()), float(evidence.predictions.max())
    if lowest < -0.001 or highest > 1.001:
        return finding("not-probabilities", reason=f"they range from {lowest:.3g} to {highest:.3g}")
    if evidence.question.task == "binary":
        return None
    sums = evidence.predictions.sum(axis=-1)
    furthest = float(sums[np.argmax(np.abs(sums - 1))])
    if abs(furthest - 1) < 0.01:
        return None
    return finding("not-probabilities", reason=f"those of one sample add up to {furthest:.3g}, not to 1")


def constant(evidence: Evidence) -> Finding | None:
    """Nearly the same answer for every sample."""
    wide = 1.0 if evidence.question.class_names else float(np.ptp(evidence.hidden.y))
    if float(np.max(np.ptp(evidence.predictions, axis=0))) > NEARLY_CONSTANT * wide:
        return None
    return finding("constant-output", found=_few(np.ravel(evidence.predictions[0])))


def dead_start(evidence: Evidence) -> Finding | None:
    """The same probability for each class, whatever the input."""
    question, answers = evidence.question, evidence.predictions
    if question.task not in ("binary", "multiclass"):
        return None
    count = max(2, question.output_shape[-1])
    if float(np.max(np.abs(answers - 1 / count))) > EVEN:
        return None
    features = evidence.inspection.features
    reads_padding = question.largest_id and "recurrent" in features and "mask_zero" not in features
    advice = SKIP_PADDING if reads_padding else SMALLER_STEPS
    values = {"count": count, "found": f"{1 / count:.3g}", "loss": float(np.log(count))}
    return finding("dead-start", **values, advice=advice)


def same_for_all_features(evidence: Evidence) -> Finding | None:
    """Forecasts of several features that are one forecast."""
    if evidence.question.task != "forecast" or evidence.predictions.ndim < 3:
        return None
    between = float(np.mean(evidence.predictions.std(axis=-1)))
    if between > ALIKE * float(np.std(evidence.predictions.mean(axis=-1))):
        return None
    steps, features = evidence.question.output_shape
    return finding("same-for-all-features", count=features, expected=f"(samples, {steps}, {features})")


def repeats(evidence: Evidence) -> Finding | None:
    """Forecasts that say what needs no learning."""
    if evidence.question.task != "forecast":
        return None
    baseline, y = evidence.hidden.baseline, evidence.hidden.y
    share = float(np.mean(np.abs(evidence.predictions - baseline)) / np.mean(np.abs(y - baseline)))
    if share > REPEATED:
        return None
    return finding("repeats-last-value", baseline=evidence.question.baseline, found=share)


def class_never_predicted(evidence: Evidence) -> Finding | None:
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
    advice = FEW_OF_A_CLASS if question.balanced else RARE_CLASS
    return finding("class-never-predicted", found=text, they_make=they_make, share=share, advice=advice)


def _few(values: Array) -> str:
    """Return the first three numbers as text."""
    text = ", ".join(f"{value:.3g}" for value in values[:3])
    return text + (", ..." if len(values) > 3 else "")

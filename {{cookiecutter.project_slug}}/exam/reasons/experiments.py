"""Small experiments with a model that lost points: other inputs, and the data it was trained on.

Each change of the inputs is tried on some samples first; the one that helps most is then tried on the whole hidden
set, so that what it would have earned is known and not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from exam.bank.metrics import METRICS, Array
from exam.bank.question import HiddenSet, Question
from exam.findings import finding
from exam.reasons import predictions
from exam.reasons.evidence import Evidence, Reason, Study, Training
from exam.running.live_model import Change, LiveModel, NoPredictions
from exam.scoring import Score, score

SAMPLES = 128
"""Hidden samples of a first trial, and training samples that are asked."""
MUCH_BETTER, MUCH_SMALLER = 0.15, 0.7
"""How much higher an accuracy must be with other inputs, or which share of an error may be left."""
SCALING_LAYERS = ("Rescaling", "Normalization")


def changes(question: Question, hidden: HiddenSet) -> dict[str, Change]:
    """Return finding code -> the change of the inputs that would show it."""
    x = hidden.x
    if np.issubdtype(x.dtype, np.integer) and question.input_scale == 1:
        return {"padding-in-front": Change(order="padding first")}
    changes_by_code = {"standardised-inputs": _standardising(x, question.input_scale)}
    if question.input_scale != 1:
        changes_by_code["raw-pixels"] = Change(scale=1 / question.input_scale)
        changes_by_code["centred-pixels"] = Change(scale=2.0, offset=-1.0)
        if question.input_shape[-1] == 3:
            changes_by_code["swapped-colours"] = Change(order="reversed")
    return changes_by_code


def _standardising(x: Array, scale: float) -> Change:
    """Return the change that gives each column or channel of ``x * scale`` mean 0 and deviation 1."""
    grey = scale != 1 and x.shape[-1] != 3
    columns = 1 if grey else x.shape[-1]
    rows = x[:: max(1, len(x) // SAMPLES)].reshape(-1, columns).astype(np.float64) * scale
    deviation = rows.std(axis=0)
    deviation[deviation == 0] = 1
    return Change(scale=(1 / deviation).tolist(), offset=(-rows.mean(axis=0) / deviation).tolist())


def study(evidence: Evidence, model: LiveModel) -> Study:
    """Run the experiments for a model that lost points, unless the cause is certain without them.

    A model that breaks on them loses an explanation only.
    """
    if evidence.score.points == 5 or evidence.score.value is None:
        return Study()
    if evidence.inspection.steps == 0 or next(predictions.broken(evidence), None) is not None:
        return Study()  # it was never trained, or its outputs are no answers
    try:
        return Study(_trials(evidence, model), _training(evidence.question, evidence.hidden, model))
    except NoPredictions:
        return Study()


def _trials(evidence: Evidence, model: LiveModel) -> dict[str, Score]:
    """Return the change of the inputs that earns most, if it earns more than the inputs as they are."""
    question, hidden, scored = evidence.question, evidence.hidden, evidence.score
    every = max(1, len(hidden.x) // SAMPLES)
    some = HiddenSet(hidden.x[::every], hidden.y[::every], hidden.baseline[::every])
    best_code, best = None, _rank(question, score(question, some, evidence.predictions[::every]))
    changes_by_code = changes(question, hidden)
    for code, change in changes_by_code.items():
        rank = _rank(question, score(question, some, model.predict_changed(change, every)))
        if rank > best:
            best_code, best = code, rank
    if best_code is None:
        return {}
    whole = score(question, hidden, model.predict_changed(changes_by_code[best_code], 1))
    return {best_code: whole} if whole.points > scored.points and _much_better(question, whole, scored) else {}


def _much_better(question: Question, changed: Score, scored: Score) -> bool:
    """Return whether other inputs are a cause and not a coincidence: networks of relu bear some other scale."""
    if changed.value is None or scored.value is None:
        return False
    if METRICS[question.metric].greater_is_better:
        return changed.value > scored.value + MUCH_BETTER
    return changed.value < scored.value * MUCH_SMALLER


def _rank(question: Question, scored: Score) -> tuple[int, float]:
    """Return a key that rises with what a score is worth."""
    value = scored.value if scored.value is not None else float("nan")
    return scored.points, value if METRICS[question.metric].greater_is_better else -value


def _training(question: Question, hidden: HiddenSet, model: LiveModel) -> Training | None:
    """Return how the model does on training samples."""
    sample = model.predict_training(SAMPLES)
    if sample is None or not np.isfinite(sample.predictions).all():
        return None
    value = comparable(question, hidden, sample.y, sample.predictions)
    earned = value
    if question.metric == "relative_mae":
        earned = value / comparable(question, hidden, hidden.y, hidden.baseline)
    return Training(value, question.points(earned), len(sample.y), sample.size)


def comparable(question: Question, hidden: HiddenSet, y: Array, predictions: Array) -> float:
    """Return the question's metric for any samples; the plain error where the metric needs a baseline's."""
    if question.metric == "relative_mae":
        return float(np.mean(np.abs(predictions - y)))
    return METRICS[question.metric].measure(y, predictions, predictions)


def input_reasons(evidence: Evidence) -> Iterator[Reason]:
    """Yield which change of the inputs would have earned more."""
    for code, scored in evidence.study.trials.items():
        layer = _scaling_layer(evidence)
        if code == "raw-pixels" and layer is not None:
            yield Reason(finding("repeated-normalisation", layer=layer, points=scored.points), scored.points)
        else:
            yield Reason(finding(code, points=scored.points), scored.points)


def _scaling_layer(evidence: Evidence) -> str | None:
    """Return the name of a layer of the model that scales its inputs."""
    signature = evidence.inspection.signature
    layers = signature.layers if signature else ()
    return next((layer.name for layer in layers if layer.class_name in SCALING_LAYERS), None)


def training_reasons(evidence: Evidence) -> Iterator[Reason]:
    """Yield what the steps in the file and the training samples tell about the training."""
    steps, training = evidence.inspection.steps, evidence.study.training
    if steps == 0:
        yield Reason(finding("never-trained"))
        return
    if training is None or evidence.score.value is None:
        return
    if steps is not None and steps * 32 <= training.size * 1.2:
        yield Reason(finding("one-epoch", found=steps))
    unseen = comparable(evidence.question, evidence.hidden, evidence.hidden.y, evidence.predictions)
    plain = evidence.question.metric == "relative_mae"
    values = {
        "metric": "mean absolute error" if plain else evidence.metric.label,
        "count": training.count,
        "training": training.value,
        "found": unseen,
    }
    if _is_worse(evidence, unseen, training):
        yield Reason(finding("overfitting", **values))
    elif training.points < 5:
        yield Reason(finding("underfitting", **values))


def _is_worse(evidence: Evidence, unseen: float, training: Training) -> bool:
    """Return whether the model is clearly worse on unseen than on training samples, beyond chance."""
    if not evidence.metric.greater_is_better:
        return unseen > 1.5 * training.value
    deviation = np.sqrt(max(training.value * (1 - training.value), 0.01) / training.count)
    return bool(training.value - unseen > max(0.08, 2.5 * deviation))

"""What to change next: a ladder of steps, of which a model is shown those that it has not taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from exam.bank.question import Advice
from exam.reasons.evidence import Evidence

State = Literal["", "overfitting", "underfitting"]
BATCH_SIZE = 32
"""Of ``model.fit``, where nothing else is said: epochs are counted with it."""
GENERAL = (
    Advice(
        "Stop when the validation loss no longer falls, and keep the best weights: pass "
        "callbacks=[tf.keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)] to model.fit.",
        when="overfitting",
    ),
    Advice("Train for three times as many epochs.", when="underfitting", epochs=10),
    Advice(
        "Let the learning rate fall towards the end, and train for more epochs: pass "
        "callbacks=[tf.keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=3)] to model.fit.",
        unless=("falling learning rate",),
    ),
    Advice("Give the hidden layers twice as many units or filters.", only=("hidden layer",), when="underfitting"),
    Advice("Train three times, and keep the model that does best on the validation data."),
)
"""The last steps of every ladder; the very last one always fits."""


def steps(evidence: Evidence, state: State) -> Iterator[str]:
    """Yield the changes to try, the most useful one first.

    Args:
        evidence: of a graded model.
        state: what its training samples show; empty when that is unknown.
    """
    for step in (*evidence.question.advice, *GENERAL):
        if _fits(step, evidence, state):
            yield step.text


def _fits(step: Advice, evidence: Evidence, state: State) -> bool:
    """Return whether a model has not taken a step, and may be helped by it."""
    features = evidence.inspection.features
    if features & set(step.unless) or (step.only and not features & set(step.only)):
        return False
    if step.when and state and step.when != state:
        return False
    passes = _epochs(evidence)
    return not step.epochs or passes is None or passes < step.epochs


def _epochs(evidence: Evidence) -> float | None:
    """Return about how often the model has seen the training data; None when the file does not tell."""
    count, training = evidence.inspection.steps, evidence.study.training
    return count * BATCH_SIZE / training.size if count is not None and training is not None else None

"""From predictions to points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exam.bank.question import Array, HiddenSet, Question


@dataclass(frozen=True)
class Score:
    """Points and the numbers behind them; ``value`` is None when an output is not a number."""

    points: int
    value: float | None
    baseline: float


def score(question: Question, hidden: HiddenSet, predictions: Array) -> Score:
    """Score ``predictions``, float32 of shape (n, *output_shape), on the hidden set."""
    baseline = question.measure(hidden, hidden.baseline)
    if not np.isfinite(predictions).all():
        return Score(0, None, baseline)
    value = question.measure(hidden, predictions)
    return Score(question.points(value), value, baseline)

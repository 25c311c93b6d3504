"""From predictions to points, and from points to a pass. Nothing heavy at module level: screens read the marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exam.bank.metrics import Array
    from exam.bank.question import HiddenSet, Question

WEIGHTS = {1: 10, 2: 15, 3: 20, 4: 25, 5: 30}
"""Category -> its share of the exam's 100 points. The real weights were never published; they rose like this."""

PASS_MARK = 90
"""This many of 100 points pass, as candidates reported."""


def short_of_a_pass(total: float) -> str:
    """Return how many points a total of less than ``PASS_MARK`` lacks: ``21 points short``."""
    missing = PASS_MARK - total
    return f"{missing:g} point{'s' * (missing != 1)} short"


@dataclass(frozen=True)
class Score:
    """Points and the numbers behind them; ``value`` is None when an output is not a number."""

    points: int
    value: float | None
    baseline: float


def score(question: Question, hidden: HiddenSet, predictions: Array) -> Score:
    """Score ``predictions``, float32 of shape (n, *output_shape), on the hidden set."""
    import numpy as np

    baseline = question.measure(hidden, hidden.baseline)
    if not np.isfinite(predictions).all():
        return Score(0, None, baseline)
    value = question.measure(hidden, predictions)
    return Score(question.points(value), value, baseline)

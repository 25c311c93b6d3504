"""The metrics: how predictions become one number, which direction is better, and what each sample adds to it.

Arrays are shaped as in ``HiddenSet``: ``y`` is ``(n, *output_shape)``, or ``(n,)`` class numbers of several classes;
``predictions`` and ``baseline`` are ``(n, *output_shape)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Parts = tuple[Array, Array]
"""Two arrays ``(n, columns)``: what each sample adds to the numerators of a metric and to its denominators."""


def mean_of_ratios(part: Array, whole: Array) -> float:
    """Return the mean over columns of the sum of ``part`` over the sum of ``whole``; columns of 0 of 0 are left out."""
    with np.errstate(invalid="ignore"):  # a rare class may be missing among some samples
        return float(np.nanmean(part.sum(axis=0) / whole.sum(axis=0)))


def largest(part: Array, whole: Array) -> float:
    """Return the largest entry of ``part``."""
    return float(np.max(part))


@dataclass(frozen=True)
class Metric:
    """How predictions become one number.

    Attributes:
        label: the name that learners read.
        greater_is_better: as in scikit-learn; False for errors.
        parts: ``(y, predictions, baseline) -> Parts``.
        combine: makes the number of the parts of any samples.
    """

    label: str
    greater_is_better: bool
    parts: Callable[[Array, Array, Array], Parts]
    combine: Callable[[Array, Array], float] = mean_of_ratios

    @property
    def better_way(self) -> Literal["more", "less"]:
        """Return the direction in which values are better, for a sentence."""
        return "more" if self.greater_is_better else "less"

    def better(self, one: float, other: float) -> bool:
        """Return whether ``one`` is a better value than ``other``; equal ones are not."""
        return one > other if self.greater_is_better else one < other

    def measure(self, y: Array, predictions: Array, baseline: Array) -> float:
        """Return the metric of ``predictions``."""
        return self.combine(*self.parts(y, predictions, baseline))


def _correct(y: Array, predictions: Array, baseline: Array) -> Parts:
    right = np.argmax(predictions, axis=-1) == y
    return right[:, None], np.ones((len(right), 1))


def _correct_by_class(y: Array, predictions: Array, baseline: Array) -> Parts:
    right, _ = _correct(y, predictions, baseline)
    members = y[:, None] == np.unique(y)
    return right & members, members


def _correct_side(y: Array, predictions: Array, baseline: Array) -> Parts:
    right = ((predictions > 0.5) == (y > 0.5)).reshape(len(predictions), -1)
    return right, np.ones_like(right)


def _errors(y: Array, predictions: Array, baseline: Array) -> Parts:
    errors = np.abs(predictions.astype(np.float64) - y).reshape(len(predictions), -1)
    return errors, np.ones_like(errors)


def _relative_errors(y: Array, predictions: Array, baseline: Array) -> Parts:
    ours, naive = (_errors(y, answers, baseline)[0].mean(axis=1, keepdims=True) for answers in (predictions, baseline))
    return ours, naive


METRICS = {
    "accuracy": Metric("accuracy", True, _correct),
    # The mean of the recalls of all classes, as scikit-learn's balanced_accuracy_score.
    "balanced_accuracy": Metric("balanced accuracy", True, _correct_by_class),
    "binary_accuracy": Metric("accuracy", True, _correct_side),
    "max_error": Metric("largest absolute error", False, _errors, largest),
    "mean_absolute_error": Metric("mean absolute error", False, _errors),
    # Hyndman & Koehler, "Another look at measures of forecast accuracy", 2006, section 2.4: relative measures.
    "relative_mae": Metric("MAE relative to the baseline", False, _relative_errors),
}

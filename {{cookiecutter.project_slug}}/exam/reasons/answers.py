"""Mistakes that are undone on the answers: other units, logarithms, differences, another order.

Each is fitted on some samples and judged on others, so that a number that helps by chance explains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from exam.bank.metrics import METRICS, Array
from exam.bank.question import HiddenSet, Question
from exam.scoring import Score, score

ANOTHER_SCALE = 1.15
"""Factors nearer to one are left to training."""
MUCH_BETTER, MUCH_SMALLER = 0.15, 0.7
"""How much higher an accuracy must be without a mistake, or which share of an error may be left."""
CLASSES = ("binary", "multiclass")
LESS_THAN_CONSTANT = 0.85
"""Which share of the error of the best constant may be left."""
LARGEST_EXPONENT = 80.0
Undoing = Callable[[HiddenSet, Array], Array]
"""``(samples, predictions) -> predictions``."""


@dataclass(frozen=True)
class Remedy:
    """One way to undo a mistake on the answers.

    Attributes:
        code: of the finding.
        also: what it does, after "with other inputs".
        apply: undoes it.
        values: what the finding's sentence tells.
    """

    code: str
    also: str
    apply: Undoing
    values: dict[str, object] = field(default_factory=dict)


def part(samples: HiddenSet, rows: slice | Array) -> HiddenSet:
    """Return some rows of a hidden set."""
    return HiddenSet(samples.x[rows], samples.y[rows], samples.baseline[rows])


def remedies(question: Question, samples: HiddenSet, predictions: Array) -> Iterator[Remedy]:
    """Yield the ways to undo a mistake, the simplest first; numbers in them are fitted to the samples."""
    if question.task == "binary":
        yield Remedy("inverted-labels", ", and its two classes exchanged,", _of_answers(lambda p: 1 - p))
    elif question.task == "multiclass":
        yield from _names(question, samples.y, predictions)
    if question.task in CLASSES:
        return
    yield from _scales(predictions.astype(np.float64).ravel(), samples.y.astype(np.float64).ravel())
    for name, function, undone in FUNCTIONS:
        also = f", and {undone} in place of each answer p,"
        yield Remedy("transformed-labels", also, _of_answers(function), {"found": name, "undone": undone})
    if question.task == "forecast":
        yield from _forecasts(question)
    if not _is_a_line(samples.x, predictions):
        yield from _straight_line(predictions.astype(np.float64).ravel(), samples.y.astype(np.float64).ravel())


def _names(question: Question, y: Array, predictions: Array) -> Iterator[Remedy]:
    """Yield other names of the classes: each output means the class that it fits best, each class once."""
    from scipy.optimize import linear_sum_assignment

    classes = question.output_shape[-1]
    counts = np.zeros((classes, classes))
    np.add.at(counts, (predictions.argmax(axis=-1), y), 1)
    meant = linear_sum_assignment(-counts)[1]
    names = question.class_names
    swaps = [f"{names[wrong]} for {names[right]}" for wrong, right in enumerate(meant) if wrong != right]
    if swaps:
        text = ", ".join(swaps[:3]) + (", ..." if len(swaps) > 3 else "")
        renamed = _of_answers(partial(_renamed, meant=meant))
        yield Remedy("permuted-classes", ", and the classes named rightly,", renamed, {"found": text})


def _renamed(predictions: Array, meant: Array) -> Array:
    """Return probabilities (n, classes) with each output under the class that it means."""
    renamed = np.empty_like(predictions)
    renamed[:, meant] = predictions
    return renamed


def _scales(predictions: Array, y: Array) -> Iterator[Remedy]:
    """Yield another factor, or another constant."""
    squares = float(predictions @ predictions)
    factor = float(predictions @ y) / squares if squares else 0.0
    if factor > 0 and not 1 / ANOTHER_SCALE < factor < ANOTHER_SCALE:
        also = f", and its answers multiplied by {factor:.3g},"
        yield Remedy("off-by-scale", also, _of_answers(lambda p: p * np.float32(factor)), {"found": factor})
    constant = float(np.median(y - predictions))
    also = f", and {constant:.3g} added to its answers,"
    yield Remedy("off-by-constant", also, _of_answers(lambda p: p + np.float32(constant)), {"found": constant})


def _is_a_line(x: Array, predictions: Array) -> bool:
    """Return whether the answers are a straight line over a single input: two numbers make any line of any other."""
    if x.ndim != 2 or x.shape[1] != 1 or not (np.ptp(x) > 0 and np.ptp(predictions) > 0):
        return False
    return abs(float(np.corrcoef(x.ravel(), predictions.ravel())[0, 1])) > 0.999


def _straight_line(predictions: Array, y: Array) -> Iterator[Remedy]:
    """Yield another factor and another constant together: labels that were standardised, or scaled to 0 ... 1."""
    if not np.ptp(predictions) > 0:
        return
    factor, constant = (float(number) for number in np.polyfit(predictions, y, 1))
    if factor > 0:
        also = f", and its answers multiplied by {factor:.3g}, with {constant:.3g} added,"
        undo = _of_answers(lambda p: (p * factor + constant).astype(np.float32))
        yield Remedy("scaled-labels", also, undo, {"found": factor, "constant": constant})


def _forecasts(question: Question) -> Iterator[Remedy]:
    """Yield what turns changes into values, and other orders of the steps."""
    steps, *features = question.output_shape
    columns = [None] if features else list(range(question.input_shape[-1]))
    for column in columns:
        values: dict[str, object] = {"undone": "the last value of the window added"}
        yield Remedy("changes-only", ", and the last value added to its answers,", _added(column, False), values)
    if steps > 1:
        for column in columns:
            undone = "the changes added up from the last value of the window on"
            yield Remedy("changes-only", f", and {undone},", _added(column, True), {"undone": undone})
        yield Remedy("reordered-forecast", ", and its last step first,", lambda _, p: p[:, ::-1], {"found": REVERSED})
        for found, rows in SHIFTS.items():
            moved = _of_answers(partial(_moved, steps=rows))
            yield Remedy("shifted-forecast", ", and its answers moved by one step,", moved, {"found": found})
    if features:
        exchanged = _of_answers(partial(_exchanged, shape=question.output_shape))
        also = ", and its steps and features exchanged,"
        yield Remedy("reordered-forecast", also, exchanged, {"found": EXCHANGED})


REVERSED, EXCHANGED = "in reverse order, the last one first", "with steps and features exchanged"
SHIFTS = {"one step too late": 1, "one step too early": -1}


def _last(x: Array, column: int | None, predictions: Array) -> Array:
    """Return the last values of windows (n, steps, columns) so that they can be added to predictions."""
    last = x[:, -1, :][:, None, :] if column is None else x[:, -1, column]
    return last.reshape(len(x), 1, -1) if predictions.ndim == 3 else last.reshape(len(x), 1)


def _added(column: int | None, each: bool) -> Undoing:
    """Return what adds the last value of a column, None for all, to the answers, or to the sum of the first ones."""

    def undo(samples: HiddenSet, predictions: Array) -> Array:
        return (np.cumsum(predictions, axis=1) if each else predictions) + _last(samples.x, column, predictions)

    return undo


def _of_answers(function: Callable[[Array], Array]) -> Undoing:
    """Return what needs no samples as the others are called."""
    return lambda samples, predictions: function(predictions)


def _exchanged(predictions: Array, shape: tuple[int, ...]) -> Array:
    """Return answers (n, *shape) that were given as (n, *reversed shape)."""
    return predictions.reshape(len(predictions), *shape[::-1]).swapaxes(1, 2)


def _moved(predictions: Array, steps: int) -> Array:
    """Return forecasts (n, steps, ...) that are moved by one step; the step at the end is repeated."""
    at_end = predictions[:, -1:] if steps > 0 else predictions[:, :1]
    parts = (predictions[:, 1:], at_end) if steps > 0 else (at_end, predictions[:, :-1])
    return np.concatenate(parts, axis=1)


def _power(base: float) -> Callable[[Array], Array]:
    return lambda p: np.exp(np.minimum(p * np.log(base), LARGEST_EXPONENT)).astype(np.float32)


FUNCTIONS: tuple[tuple[str, Callable[[Array], Array], str], ...] = (
    ("logarithms", lambda p: _power(np.e)(p) - 1, "exp(p) - 1"),
    ("logarithms", _power(np.e), "exp(p)"),
    ("logarithms to the base 10", _power(10), "10 ** p"),
    ("square roots", lambda p: p * p, "p * p"),
)
"""What the answers are of the right numbers, the function that undoes it, and its formula."""


def best(question: Question, samples: HiddenSet, predictions: Array, scored: Score) -> tuple[Remedy | None, Score]:
    """Return the remedy that helps most, and what the answers earn with it; None where none is proven.

    Each is fitted on every other sample, and proven on those between: it must be much better there than without it, and
    better than the best answer that is the same for all samples. A later remedy, which can do more, must be much better
    than an earlier one.
    """
    found, reached = None, scored
    if not np.isfinite(predictions).all():
        return None, scored
    half, other = part(samples, slice(0, None, 2)), part(samples, slice(1, None, 2))
    beaten = score(question, other, predictions[1::2])
    for remedy in remedies(question, half, predictions[::2]):
        proof = score(question, other, remedy.apply(other, predictions[1::2]))
        if much_better(question, proof, beaten) and tells_apart(question, other, proof):
            whole = score(question, samples, remedy.apply(samples, predictions))
            if whole.points > scored.points and much_better(question, whole, reached):
                found, reached, beaten = remedy, whole, proof
    return found, reached


def tells_apart(question: Question, samples: HiddenSet, scored: Score) -> bool:
    """Return whether answers are better than one that is the same for all samples, by enough to be no coincidence.

    What shrinks all numbers comes near the best constant, and names that are chosen to fit lift a guess.
    """
    if scored.value is None:
        return False
    if question.task == "multiclass":
        return scored.value >= (1 + 1 / question.output_shape[-1]) / 2  # half of what a guess lacks
    if question.task == "binary":
        return scored.value >= 0.5 + MUCH_BETTER
    constant = np.broadcast_to(np.median(samples.y, axis=0), samples.y.shape).astype(np.float32)
    value = score(question, samples, constant).value
    return value is not None and scored.value < value * LESS_THAN_CONSTANT


def much_better(question: Question, changed: Score, scored: Score, margin: float = MUCH_BETTER) -> bool:
    """Return whether a change explains something and is no coincidence: networks of relu bear some other scale.

    Args:
        question: says which direction is better.
        changed: with the change.
        scored: without it.
        margin: by how much an accuracy must be higher; an error must fall to ``MUCH_SMALLER``.
    """
    if changed.value is None:
        return False
    if scored.value is None:
        return True
    if METRICS[question.metric].greater_is_better:
        return changed.value > scored.value + margin
    return changed.value < scored.value * MUCH_SMALLER

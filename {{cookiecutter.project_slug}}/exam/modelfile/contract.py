"""What a question asks of a model, compared with what the file says: shapes, last activation, loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from exam.bank.question import Question
from exam.findings import Finding, finding

Shape = tuple[int | None, ...]

SQUASHED = frozenset({"relu", "relu6", "sigmoid", "tanh", "softmax", "softplus", "softsign", "hard_sigmoid"})
"""These activations bound what a model can answer."""

REGRESSION_LOSSES = frozenset(
    """
    mse mae mape msle mean_squared_error mean_absolute_error mean_absolute_percentage_error
    mean_squared_logarithmic_error huber huber_loss log_cosh logcosh
    """.split()
)
CROSS_ENTROPIES = frozenset({"binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"})
MARGIN_LOSSES = frozenset({"hinge", "squared_hinge", "categorical_hinge"})
FITTING_LOSS = {
    "regression": "mean squared error or mean absolute error",
    "forecast": "mean absolute error or Huber",
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
}
"""Task -> the loss to name in a next step. The labels of all multi-class starters are class numbers."""


def contract_findings(question: Question, input_shape: Any, output_shape: Any) -> Iterator[Finding]:
    """Compare a model's shapes, without the batch axis, with the question's; None is unknown and fits."""
    if isinstance(input_shape, list):
        yield finding("several-inputs", found=len(input_shape), expected=question.input_shape)
    elif input_shape is not None and not fits(input_shape, question.input_shape):
        code = _input_mistake(question, tuple(input_shape))
        yield _shape_finding(code, input_shape, question.input_shape)
    if isinstance(output_shape, list):
        yield finding("several-outputs", found=len(output_shape), expected=question.output_shape)
    elif output_shape is not None and not fits(output_shape, question.output_shape):
        yield _shape_finding(_output_mistake(question, output_shape), output_shape, question.output_shape)


def _shape_finding(code: str, shape: Shape, expected: Shape) -> Finding:
    """Return a finding about a shape.

    Its sentences may name the first and the last size, as ``size`` and ``units``, what the axes of a picture are, and
    what the last axis holds.
    """
    axes = "(height, width)" if len(expected) == 2 else "(height, width, channels)"
    last_axis = "the channels of a picture" if len(expected) == 3 else "the features, what is measured at each step"
    values = {"found": show_shape(shape), "expected": expected, "axes": axes, "last_axis": last_axis}
    return finding(code, **values, units=expected[-1], size=expected[0])


def fits(shape: Any, expected: Sequence[int]) -> bool:
    """Return whether ``shape`` is ``expected``, where None in ``shape`` stands for any size."""
    if isinstance(shape, list):  # several inputs or outputs
        return False
    return len(shape) == len(expected) and all(
        axis is None or axis == size for axis, size in zip(shape, expected, strict=True)
    )


def _input_mistake(question: Question, shape: Shape) -> str:
    """Return the code for an input shape that does not fit: what turns it into the expected one names the mistake."""
    expected = question.input_shape
    if len(shape) == len(expected) + 1 and fits(shape[1:], expected):
        return "batch-axis-included"
    if len(shape) == len(expected) + 1 and fits(shape[:-1], expected):
        return "extra-axis"
    grey = _is_image(question) and len(expected) == 2  # without an axis for channels
    if len(shape) == len(expected) - 1 and fits(shape, expected[:-1]) and not grey:
        return "missing-channel-axis"
    if len(shape) != len(expected):
        return "wrong-input-shape"
    if len(expected) >= 2 and _is_image(question):
        same_sizes = fits(shape[:2], expected[:2])
        return "wrong-channels" if same_sizes else "wrong-image-size"
    if question.category == 4 or (len(expected) == 2 and not fits(shape[:1], expected[:1])):
        return "wrong-sequence-length"
    return "wrong-feature-count"


def _is_image(question: Question) -> bool:
    """Return whether the inputs are pixels, which the bank keeps as bytes."""
    return question.input_scale != 1


def _output_mistake(question: Question, shape: Shape) -> str:
    """Return the code for an output shape that does not fit."""
    expected = question.output_shape
    if len(shape) > len(expected) and fits(shape[-1:], expected[-1:]):
        return "sequence-kept"
    if len(shape) == len(expected) - 1:
        return "sequence-dropped"
    return "wrong-units" if len(shape) == len(expected) else "wrong-output-shape"


def show_shape(shape: Any) -> str:
    """Return a shape as the learner writes it, ``(28, 28)``."""
    if isinstance(shape, list):
        return " and ".join("?" if part is None else show_shape(part) for part in shape)
    return str(tuple(shape))


def activation_finding(question: Question, activation: str | None) -> Finding | None:
    """Compare the last activation with the question's; None is unknown and fits."""
    if activation is None or activation in question.activations:
        return None
    expected = " or ".join(map(repr, question.activations))
    code = _activation_mistake(question, activation)
    return finding(code, found=activation, expected=expected, wanted=question.activations[0], count=_units(question))


def _units(question: Question) -> int:
    return question.output_shape[-1]


def _activation_mistake(question: Question, activation: str) -> str:
    """Return the code for a last activation that does not fit the task."""
    if activation == "softmax" and _units(question) == 1:
        return "softmax-on-one-unit"
    if question.task in ("regression", "forecast"):
        return "bounded-output" if activation in SQUASHED else "wrong-activation"
    if activation == "linear":
        return "missing-activation"
    if question.task == "multiclass" and activation == "sigmoid":
        return "sigmoid-for-classes"
    return "wrong-activation"


def loss_finding(question: Question, loss: str | None, from_logits: bool, activation: str | None) -> Finding | None:
    """Return what does not fit between the compiled loss, the last activation and the task.

    Args:
        question: the declaration.
        loss: a name such as ``mse`` or ``binary_crossentropy``, None when unknown.
        from_logits: whether the loss was told that the outputs are not probabilities yet.
        activation: of the last layer, None when unknown.
    """
    if loss is None:
        return None
    values = {"loss": loss, "fitting": FITTING_LOSS[question.task], "activation": activation, "task": question.task}
    classes = question.task in ("binary", "multiclass")
    if from_logits and activation in ("softmax", "sigmoid"):
        return finding("loss-from-logits", **values)
    if classes and loss in REGRESSION_LOSSES:
        return finding("regression-loss", **values)
    if classes and loss in MARGIN_LOSSES:
        return finding("margin-loss", **values)
    if not classes and loss in CROSS_ENTROPIES:
        return finding("class-loss", **values)
    if question.task == "binary" and loss in CROSS_ENTROPIES - {"binary_crossentropy"}:
        return finding("loss-on-one-unit", **values)
    if question.task == "multiclass" and loss == "binary_crossentropy":
        return finding("binary-loss", **values)
    return None

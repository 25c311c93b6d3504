"""The catalogue of findings: what was seen, what was expected, what to try next.

To add a finding, add an entry to ``CATALOGUE`` and return ``finding(code, ...)`` from a check: of the file in
``inspect.py``, of the predictions in ``explain.py``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["fatal", "problem", "hint"]


@dataclass(frozen=True)
class Finding:
    """One thing the learner should know.

    Attributes:
        code: stable name of the kind of finding, for programs.
        severity: ``fatal``, the model could not be graded; ``problem``, it costs points; ``hint``, a way to improve.
        message: one sentence with the expected and the found value.
        next_step: what to try.
    """

    code: str
    severity: Severity
    message: str
    next_step: str

    def to_dict(self) -> dict[str, str]:
        """Return the finding as plain JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class _Entry:
    severity: Severity
    message: str
    next_step: str


CATALOGUE = {
    "missing-file": _Entry(
        "fatal",
        "There is no {path} yet.",
        "Complete solution_model() in {folder}/starter.py and run that file; it saves mymodel.h5.",
    ),
    "unreadable-file": _Entry(
        "fatal",
        "{path} is not a readable HDF5 file: {reason}.",
        'Save the trained model again with model.save("mymodel.h5").',
    ),
    "still-being-saved": _Entry(
        "fatal",
        "{path} is still being written by another program.",
        "Wait until the training script has ended, then grade again.",
    ),
    "file-too-large": _Entry(
        "fatal",
        "{path} has {found}; a file for this exam stays under {expected}.",
        "Save without the optimizer's state, model.save(..., include_optimizer=False), or build a smaller model.",
    ),
    "unusual-contents": _Entry(
        "fatal",
        "{path} holds {found}, which a saved Keras model never does; nothing of it was loaded.",
        "Save the model again on your own machine with model.save(\"mymodel.h5\").",
    ),
    "weights-only": _Entry(
        "fatal",
        "{path} holds weights but no model: its layers are not described in it.",
        'Save the whole model with model.save("mymodel.h5") instead of save_weights().',
    ),
    "unreadable-config": _Entry(
        "fatal",
        "The description of the layers in {path} cannot be read: {reason}.",
        'Save the trained model again with model.save("mymodel.h5").',
    ),
    "lambda-layer": _Entry(
        "fatal",
        "Layer {layer!r} is a Lambda layer (or a Python function), which the exam forbids: it would run code from "
        "the file.",
        "Write it with ordinary layers: Rescaling to multiply, Reshape to change axes, Normalization to standardise.",
    ),
    "custom-layer": _Entry(
        "fatal",
        "Layer {layer!r} is of class {found!r}, which is not a layer of Keras; the grader has no code for it.",
        "Build the model from the layers in tf.keras.layers.",
    ),
    "wrong-input-shape": _Entry(
        "fatal",
        "The model takes inputs of shape {found}; this question's inputs have shape {expected}.",
        "Start the model with tf.keras.Input(shape={expected}); the batch axis is not part of the shape.",
    ),
    "wrong-output-shape": _Entry(
        "fatal",
        "The model answers with shape {found}; this question expects {expected}.",
        "Look at the last line of model.summary(): the last layer must give {expected} for each sample.",
    ),
    "wrong-activation": _Entry(
        "fatal",
        "The last activation is {found!r}; this question expects {expected}.",
        "{advice}",
    ),
    "not-loadable": _Entry(
        "fatal",
        "Keras {keras} could not load the model: {reason}.",
        "The file was written by Keras {version}. Run {folder}/starter.py with this project's interpreter to save it "
        "again.",
    ),
    "other-keras": _Entry(
        "fatal",
        "{reason}",
        "Run {folder}/starter.py with this project's interpreter to train and save the model again.",
    ),
    "not-predictable": _Entry(
        "fatal",
        "The model loads, but fails on the question's inputs: {reason}.",
        "Call model.predict on a few training samples in the starter and read the error there.",
    ),
    "out-of-bounds": _Entry(
        "fatal",
        "Grading stopped while {phase}: the model {reason}.",
        "Build a smaller model: the reference solution of this question trains in under {seconds} s.",
    ),
    "nan-output": _Entry(
        "problem",
        "{share:.0%} of the model's outputs are not numbers (NaN or infinity), so no point can be given.",
        "The loss most likely became NaN in training: lower the learning rate, scale the inputs, and watch the loss.",
    ),
    "constant-output": _Entry(
        "problem",
        "The model answers the same for every input ({found}), as if it did not look at the data.",
        "Check that training ran and the loss fell; a smaller learning rate or scaled inputs often wake a model up.",
    ),
    "below-baseline": _Entry(
        "problem",
        "The {metric} is {found}; the naive baseline ({baseline}) reaches {expected} without learning.",
        "First get clearly past the baseline: compare inputs, labels and loss with the question's README.",
    ),
    "room-to-improve": _Entry(
        "hint",
        "The {metric} of {found} earns {points} of 5; {wanted}.",
        "{advice}",
    ),
}


def finding(code: str, **values: Any) -> Finding:
    """Return the catalogue's finding ``code`` with its sentences filled in.

    Raises:
        KeyError: unknown code, or a value that the sentence needs is missing.
    """
    entry = CATALOGUE[code]
    return Finding(code, entry.severity, entry.message.format(**values), entry.next_step.format(**values))

"""Inspect a model file with h5py alone: nothing in it is executed, and TensorFlow is not needed.

The rules are an allow-list. The first fatal finding ends the inspection, so later checks may rely on earlier ones.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from exam.bank.question import Question
from exam.grading import layers
from exam.grading.findings import Finding, finding
from exam.grading.shapes import Signature, signature

MAX_FILE_BYTES = 200 * 2**20
"""Candidates of the real exam reported 300 MB cut to 41 MB by dropping the optimizer's state."""
MAX_CONFIG_BYTES = 4 * 2**20
MAX_OBJECTS = 20_000
MAX_LAYERS = 300
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
ZIP_SIGNATURE = b"PK\x03\x04"
ACTIVATION_ADVICE = {
    "softmax": 'Write activation="softmax" in the last layer, and a loss without from_logits=True.',
    "sigmoid": 'Write activation="sigmoid" in the last layer, and binary cross-entropy without from_logits=True.',
    "linear": "Leave the activation of the last layer out: the values to predict have no bounds.",
}


@dataclass
class Inspection:
    """What is known of a model file.

    Attributes:
        path: the file that was read.
        shown: the name to show, for example ``Category1/mymodel.h5``.
        folder: the category's folder name.
        size: bytes.
        sha256: of the whole file; None when it was not read.
        keras_version: of the Keras that wrote the file.
        loss: the compiled loss as text, None when not compiled.
        parameters: number of stored weights.
        signature: shapes and last activation, as far as the description of the layers tells.
        finding: the reason why the file cannot be graded, or None.
    """

    path: Path
    shown: str
    folder: str
    size: int = 0
    sha256: str | None = None
    keras_version: str | None = None
    loss: str | None = None
    parameters: int = 0
    signature: Signature | None = None
    finding: Finding | None = None
    config: dict[str, Any] = field(default_factory=dict, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the inspection as plain JSON data."""
        seen = self.signature
        return {
            "file": self.shown,
            "size": self.size,
            "sha256": self.sha256,
            "keras_version": self.keras_version,
            "loss": self.loss,
            "parameters": self.parameters,
            "input_shape": seen and seen.input_shape,
            "output_shape": seen and seen.output_shape,
            "last_activation": seen and seen.last_activation,
            "finding": self.finding and self.finding.to_dict(),
        }


def inspect(path: Path, question: Question, shown: str | None = None) -> Inspection:
    """Inspect ``path`` as an answer to ``question``; never raises for what a file may hold."""
    folder = f"Category{question.category}"
    seen = Inspection(path, shown or f"{folder}/{path.name}", folder)
    seen.finding = next(_file_findings(seen), None)
    if seen.finding is None:
        seen.finding = _open(seen, question)
    return seen


def _file_findings(seen: Inspection) -> Iterator[Finding]:
    """Check the file as bytes: there, of reasonable size, HDF5."""
    if not seen.path.exists():
        yield finding("missing-file", path=seen.shown, folder=seen.folder)
        return
    if not seen.path.is_file():
        yield finding("unreadable-file", path=seen.shown, reason="it is a folder, as a SavedModel is")
        return
    seen.size = seen.path.stat().st_size
    if seen.size > MAX_FILE_BYTES:
        yield finding(
            "file-too-large",
            path=seen.shown,
            found=f"{seen.size / 2**20:.0f} MB",
            expected=f"{MAX_FILE_BYTES // 2**20} MB",
        )
        return
    try:
        data = seen.path.read_bytes()
    except OSError as error:
        yield finding("unreadable-file", path=seen.shown, reason=error.strerror or "it cannot be opened")
        return
    seen.sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith(ZIP_SIGNATURE):
        yield finding("unreadable-file", path=seen.shown, reason="it is a .keras file under another name")
    elif not data:
        yield finding("unreadable-file", path=seen.shown, reason="it is empty")
    elif not data.startswith(HDF5_SIGNATURE):
        yield finding("unreadable-file", path=seen.shown, reason="it does not start as an HDF5 file does")


def _open(seen: Inspection, question: Question) -> Finding | None:
    """Open the file and run the checks of its contents."""
    try:
        with h5py.File(seen.path, "r") as file:
            findings = _content_findings(seen, file, question)
            return next(findings, None)
    except BlockingIOError:
        return finding("still-being-saved", path=seen.shown)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        return finding("unreadable-file", path=seen.shown, reason=f"it is damaged ({_first_line(error)})")


def is_being_saved(path: Path) -> bool:
    """Return whether another program has the file open for writing; HDF5 locks it meanwhile."""
    try:
        h5py.File(path, "r").close()
    except BlockingIOError:
        return True
    except (OSError, RuntimeError):
        return False
    return False


def _content_findings(seen: Inspection, file: Any, question: Question) -> Iterator[Finding]:
    """Check links, the description of the layers, their classes, and the question's contract, in this order."""
    unusual = _unusual(seen, file)
    if unusual:
        yield finding("unusual-contents", path=seen.shown, found=unusual)
        return
    seen.keras_version = _text(file.attrs.get("keras_version"))
    raw = _text(file.attrs.get("model_config"))
    if raw is None:
        yield finding("weights-only", path=seen.shown)
        return
    reason = _read_config(seen, raw)
    if reason:
        yield finding("unreadable-config", path=seen.shown, reason=reason)
        return
    seen.loss = _loss(_text(file.attrs.get("training_config")))
    yield from _class_findings(seen)
    seen.signature = signature(seen.config)
    yield from contract_findings(question, seen.signature.input_shape, seen.signature.output_shape)
    yield from _activation_findings(question, seen.signature.last_activation)


def _unusual(seen: Inspection, file: Any) -> str | None:
    """Return what the file holds beside plain groups and data sets, or None; count the weights on the way.

    ``visititems`` skips links silently, so the tree is walked by hand.
    """
    limit = max(seen.size * 50, 64 * 2**20)
    declared = objects = 0
    groups = [file["/"]]
    while groups:
        group = groups.pop()
        for name in group:
            objects += 1
            if objects > MAX_OBJECTS:
                return f"more than {MAX_OBJECTS:,} objects"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                return "a link to another place"
            item = group[name]
            if isinstance(item, h5py.Group):
                groups.append(item)
                continue
            if not isinstance(item, h5py.Dataset):
                return "a named data type"
            if item.external or item.is_virtual:
                return "data kept in another file"
            declared += item.size * item.dtype.itemsize if item.size else 0
            if declared > limit:
                return f"data sets that claim {declared / 2**20:,.0f} MB in a file of {seen.size / 2**20:,.1f} MB"
            if group.name.startswith("/model_weights") and np.issubdtype(item.dtype, np.number):
                seen.parameters += item.size or 0
    return None


def _read_config(seen: Inspection, raw: str) -> str | None:
    """Parse the description of the layers into ``seen.config``; return why that failed, or None."""
    if len(raw) > MAX_CONFIG_BYTES:
        return f"it is longer than {MAX_CONFIG_BYTES // 2**20} MB"
    try:
        config = json.loads(raw)
        parts = list(layers.declared(config))
    except (ValueError, RecursionError) as error:
        return _first_line(error)
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict | list):
        return "it does not describe a model"
    if sum(is_layer for *_, is_layer in parts) > MAX_LAYERS:
        return f"it names more than {MAX_LAYERS} layers"
    seen.config = config
    return None


def _class_findings(seen: Inspection) -> Iterator[Finding]:
    """Check every class that loading the model would create against the allow-list."""
    for name, class_name, module, is_layer in layers.declared(seen.config):
        if class_name in layers.REFUSED:
            yield finding("lambda-layer", layer=name)
        elif module is not None and module.split(".")[0] != "keras":
            yield finding("custom-layer", layer=name, found=class_name)
        elif module in (None, "keras.layers") and is_layer:
            if class_name not in layers.LAYERS | layers.MODELS | {"Policy"}:
                yield finding("custom-layer", layer=name, found=class_name)


def contract_findings(question: Question, input_shape: Any, output_shape: Any) -> Iterator[Finding]:
    """Compare a model's shapes, without the batch axis, with the question's; None is unknown and fits."""
    if input_shape is not None and not _fits(input_shape, question.input_shape):
        yield finding("wrong-input-shape", found=show_shape(input_shape), expected=question.input_shape)
    if output_shape is not None and not _fits(output_shape, question.output_shape):
        yield finding("wrong-output-shape", found=show_shape(output_shape), expected=question.output_shape)


def _fits(shape: Any, expected: tuple[int, ...]) -> bool:
    """Return whether ``shape`` is ``expected``, where None in ``shape`` stands for any size."""
    if isinstance(shape, list):  # several inputs or outputs
        return False
    return len(shape) == len(expected) and all(
        axis is None or axis == size for axis, size in zip(shape, expected, strict=True)
    )


def show_shape(shape: Any) -> str:
    """Return a shape as the learner writes it, ``(28, 28)``."""
    if isinstance(shape, list):
        return f"{len(shape)} separate tensors"
    return str(tuple(shape))


def _activation_findings(question: Question, activation: str | None) -> Iterator[Finding]:
    """Compare the last activation with the question's; None is unknown and fits."""
    if activation is None or activation in question.activations:
        return
    expected = " or ".join(map(repr, question.activations))
    advice = ACTIVATION_ADVICE.get(question.activations[0], f"Give the last layer the activation {expected}.")
    yield finding("wrong-activation", found=activation, expected=expected, advice=advice)


def _loss(training_config: str | None) -> str | None:
    """Return the compiled loss as one word where it can be told."""
    try:
        loss = json.loads(training_config or "{}").get("loss")
    except (ValueError, RecursionError, AttributeError):
        return None
    if isinstance(loss, dict):
        loss = loss.get("class_name")
    return loss if isinstance(loss, str) else None


def _text(value: Any) -> str | None:
    """Return an HDF5 attribute as text, whether it was stored as bytes or as str."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value if isinstance(value, str) else None


def _first_line(error: BaseException) -> str:
    """Return the first line of an error's message, shortened."""
    line = (str(error) or type(error).__name__).strip().splitlines()[0]
    return line if len(line) <= 160 else f"{line[:157]}..."


def megabytes(size: int) -> str:
    """Return a size in the unit that people read: KB below one megabyte, MB above."""
    return f"{math.ceil(size / 1024):,} KB" if size < 2**20 else f"{size / 2**20:,.1f} MB"

"""Inspect a model file with h5py alone: nothing in it is executed, and TensorFlow is not needed.

The rules are an allow-list. The first fatal finding ends the inspection, so later checks may rely on earlier ones.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from exam.bank.question import Question
from exam.grading import contract, layers, whereabouts
from exam.grading.findings import Finding, finding
from exam.grading.shapes import Signature, signature

MAX_FILE_BYTES = 200 * 2**20
"""Candidates of the real exam reported 300 MB cut to 41 MB by dropping the optimizer's state."""
LARGE_FILE_BYTES = 20 * 2**20
MAX_CONFIG_BYTES = 4 * 2**20
MAX_OBJECTS = 20_000
MAX_LAYERS = 300
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
ZIP_SIGNATURE = b"PK\x03\x04"
STEP_COUNTER = re.compile(r"iter(ation)?s?(:0)?")
"""What optimizers of Keras 2 and 3 call the number of their steps."""


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
        from_logits: whether the loss takes outputs that are not probabilities yet.
        parameters: number of stored weights.
        optimizer_bytes: size of the optimizer's state in the file.
        steps: how many training steps the optimizer has counted; None when the file does not tell.
        signature: shapes and last activation, as far as the description of the layers tells.
        finding: the reason why the file cannot be graded, or None.
        hints: what is odd about a file that can be graded.
    """

    path: Path
    shown: str
    folder: str
    size: int = 0
    sha256: str | None = None
    keras_version: str | None = None
    loss: str | None = None
    from_logits: bool = False
    parameters: int = 0
    optimizer_bytes: int = 0
    steps: int | None = None
    signature: Signature | None = None
    finding: Finding | None = None
    hints: tuple[Finding, ...] = ()
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
            "training_steps": self.steps,
            "input_shape": seen and seen.input_shape,
            "output_shape": seen and seen.output_shape,
            "last_activation": seen and seen.last_activation,
            "finding": self.finding and self.finding.to_dict(),
            "hints": [hint.to_dict() for hint in self.hints],
        }


def inspect(
    path: Path, question: Question, shown: str | None = None, drawn: Mapping[int, str] | None = None
) -> Inspection:
    """Inspect a file as an answer to a question; never raises for what a file may hold.

    Args:
        path: the file, which may be a private copy.
        question: what it is to answer.
        shown: the name to show, the file's own when left out.
        drawn: category -> question id of the whole exam, to recognise a model of another category.
    """
    folder = f"Category{question.category}"
    seen = Inspection(path, shown or f"{folder}/{path.name}", folder)
    seen.finding = next(_file_findings(seen), None)
    if seen.finding is None:
        seen.finding = _open(seen, question, drawn or {})
    return seen


def _file_findings(seen: Inspection) -> Iterator[Finding]:
    """Check the file as bytes: there, of reasonable size, HDF5."""
    if not seen.path.exists():
        yield _missing(seen)
        return
    if not seen.path.is_file():
        yield finding("saved-model", path=seen.shown, found=seen.shown)
        return
    seen.size = seen.path.stat().st_size
    if seen.size > MAX_FILE_BYTES:
        found, expected = f"{seen.size / 2**20:.0f} MB", f"{MAX_FILE_BYTES // 2**20} MB"
        yield finding("file-too-large", path=seen.shown, found=found, expected=expected)
        return
    try:
        data = seen.path.read_bytes()
    except OSError as error:
        yield finding("unreadable-file", path=seen.shown, reason=error.strerror or "it cannot be opened")
        return
    seen.sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith(ZIP_SIGNATURE):
        yield finding("keras-format", found=seen.shown)
    elif not data:
        yield finding("unreadable-file", path=seen.shown, reason="it is empty")
    elif not data.startswith(HDF5_SIGNATURE):
        yield finding("unreadable-file", path=seen.shown, reason="it does not start as an HDF5 file does")


def _missing(seen: Inspection) -> Finding:
    """Look for what the learner may have saved instead: another name, format or folder."""
    folder = seen.path.parent
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in entries:
        if path.suffix == ".keras":
            return finding("keras-format", found=f"{seen.folder}/{path.name}")
        if path.suffix in (".h5", ".hdf5"):
            return finding("wrong-name", folder=seen.folder, found=path.name)
        if (path / "saved_model.pb").is_file():
            return finding("saved-model", path=seen.shown, found=f"{seen.folder}/{path.name}")
    if (folder / "saved_model.pb").is_file():
        return finding("saved-model", path=seen.shown, found=seen.folder)
    above = folder.parent / seen.path.name
    if above.is_file():
        return finding("wrong-folder", path=seen.shown, folder=seen.folder, found=f"{above.name} beside {seen.folder}")
    return finding("missing-file", path=seen.shown, folder=seen.folder)


def _open(seen: Inspection, question: Question, drawn: Mapping[int, str]) -> Finding | None:
    """Open the file and run the checks of its contents."""
    try:
        with h5py.File(seen.path, "r") as file:
            return next(_content_findings(seen, file, question, drawn), None)
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


def _content_findings(
    seen: Inspection, file: Any, question: Question, drawn: Mapping[int, str]
) -> Iterator[Finding]:
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
    seen.loss, seen.from_logits = _loss(_text(file.attrs.get("training_config")))
    yield from _class_findings(seen)
    seen.signature = signature(seen.config)
    yield from _contract_findings(seen, question, drawn)
    seen.hints = tuple(_hints(seen, question))


def _contract_findings(seen: Inspection, question: Question, drawn: Mapping[int, str]) -> Iterator[Finding]:
    """Compare shapes and last activation with the question; a model that fits elsewhere belongs there."""
    assert seen.signature is not None
    shapes = seen.signature.input_shape, seen.signature.output_shape
    wrong = next(contract.contract_findings(question, *shapes), None)
    if wrong is not None:
        yield whereabouts.finding_for(question, *shapes, drawn) or wrong
        return
    wrong = contract.activation_finding(question, seen.signature.last_activation)
    if wrong is not None:
        yield wrong


def _hints(seen: Inspection, question: Question) -> Iterator[Finding]:
    """What does not stop the grading, and may explain a weak model."""
    assert seen.signature is not None
    wrong = contract.loss_finding(question, seen.loss, seen.from_logits, seen.signature.last_activation)
    if wrong is not None:
        yield wrong
    if seen.size > LARGE_FILE_BYTES and seen.optimizer_bytes > seen.size * 0.4:
        share = seen.optimizer_bytes / seen.size
        yield finding("large-optimizer-state", found=megabytes(seen.size), share=share)


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
            _count(seen, group.name, name, item)
    return None


def _count(seen: Inspection, group: str, name: str, item: Any) -> None:
    """Note what one data set says of the size and the training of the model."""
    number = np.issubdtype(item.dtype, np.number)
    if group.startswith("/model_weights") and number:
        seen.parameters += item.size or 0
    elif group.startswith("/optimizer_weights"):
        seen.optimizer_bytes += item.size * item.dtype.itemsize if item.size else 0
        if STEP_COUNTER.fullmatch(name) and item.shape == () and number:
            seen.steps = int(item[()])


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
    for name, class_name in layers.lost_tables(seen.config):
        yield finding("lost-vocabulary", layer=name, found=class_name)


def _loss(training_config: str | None) -> tuple[str | None, bool]:
    """Return the compiled loss in snake case where it can be told, and whether it was told from_logits=True."""
    try:
        loss = json.loads(training_config or "{}").get("loss")
    except (ValueError, RecursionError, AttributeError):
        return None, False
    from_logits = False
    if isinstance(loss, dict):
        options = loss.get("config")
        from_logits = isinstance(options, dict) and options.get("from_logits") is True
        loss = options if isinstance(options, str) else loss.get("class_name")  # a function's name, or a class's
    if not isinstance(loss, str):
        return None, False
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", loss).lower(), from_logits


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

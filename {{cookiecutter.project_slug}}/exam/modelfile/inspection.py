"""Inspect a model file without TensorFlow: nothing in it is executed.

The rules are an allow-list. The first fatal finding ends the inspection, so later checks may rely on earlier ones.
``enter`` takes the file in as bytes; ``examine`` gives it to the HDF5 library, so a file of a stranger is examined in
a process of its own: see ``contained``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from exam.architecture import allowlist, cost, keras2
from exam.architecture.shapes import STRANGE, Signature, calls, signature
from exam.bank.question import Question
from exam.findings import Finding, finding, shown_name
from exam.machine.versions import older_keras
from exam.modelfile import contract, intake, other_questions, repair, structure, superblock, traits

LARGE_FILE_BYTES = 50 * 2**20
MAX_LAYERS = 1000
"""EfficientNetB7 has 813. It is the longest network of ``keras.applications`` whose file is not too large."""
ZIP_SIGNATURE = b"PK\x03\x04"
INSPECTING = "inspecting the file"
TEXTS = ("model_config", "training_config", "keras_version", "backend")
"""Keras writes and reads these attributes of the file as text."""


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
        half_precision: whether a layer computes in float16.
        features: what the model is made of, see ``exam.modelfile.traits``.
        signature: shapes and last activation, as far as the description of the layers tells.
        finding: the reason why the file cannot be graded, or None.
        is_mendable: whether that is nothing but a last activation that can be added to the answers.
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
    half_precision: bool = False
    features: frozenset[str] = frozenset()
    signature: Signature | None = None
    finding: Finding | None = None
    is_mendable: bool = False
    hints: tuple[Finding, ...] = ()
    config: dict[str, Any] = field(default_factory=dict, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the inspection as plain JSON data."""
        shapes = self.signature
        return {
            "file": self.shown,
            "size": self.size,
            "sha256": self.sha256,
            "keras_version": self.keras_version,
            "loss": self.loss,
            "parameters": self.parameters,
            "training_steps": self.steps,
            "input_shape": shapes and shapes.input_shape,
            "output_shape": shapes and shapes.output_shape,
            "last_activation": shapes and shapes.last_activation,
            "finding": self.finding and self.finding.to_dict(),
            "hints": [hint.to_dict() for hint in self.hints],
        }


def inspect(
    path: Path, question: Question, label: str | None = None, drawn: Mapping[int, str] | None = None
) -> Inspection:
    """Inspect a file as an answer to a question, all in this process; never raises for what a file may hold.

    Args:
        path: the file.
        question: what it is to answer.
        label: the name to show, the file's own when left out.
        drawn: category -> question id of the whole exam, to recognise a model of another category.
    """
    inspection = enter(path, question, label)
    if inspection.finding is None:
        examine(inspection, question, drawn or {})
    return inspection


def enter(path: Path, question: Question, label: str | None = None, copy: Path | None = None) -> Inspection:
    """Take a file in as bytes: there, an ordinary file of reasonable size, HDF5 by its first block.

    Args:
        path: the file.
        question: what it is to answer.
        label: the name to show, the file's own when left out.
        copy: where a private copy of what is read goes; from then on it is the file that was inspected.

    Raises:
        OSError: the copy cannot be written.
    """
    folder = f"Category{question.category}"
    inspection = Inspection(path, label or f"{folder}/{path.name}", folder)
    try:
        content = intake.take(path, copy)
    except intake.Refused as refusal:
        inspection.finding = _refusal(inspection, refusal)
        return inspection
    inspection.size, inspection.sha256, inspection.path = content.size, content.sha256, copy or path
    inspection.finding = next(_head_findings(inspection, content.head), None)
    return inspection


def _refusal(inspection: Inspection, refusal: intake.Refused) -> Finding:
    """Return why a file was not taken in."""
    inspection.size = refusal.size
    match refusal.kind:
        case "missing":
            return _missing(inspection)
        case "folder":
            return finding("saved-model", path=inspection.shown, found=inspection.shown)
        case "link":
            return finding("linked-file", path=inspection.shown)
        case "strange":  # a pipe or a device could be read for ever
            return finding("unreadable-file", path=inspection.shown, reason="it is not an ordinary file")
        case "too large":
            size, limit = f"{refusal.size / 2**20:.0f} MB", f"{intake.MAX_BYTES // 2**20} MB"
            return finding("file-too-large", path=inspection.shown, found=size, expected=limit)
        case "being saved":
            return finding("still-being-saved", path=inspection.shown)
    return finding("unreadable-file", path=inspection.shown, reason=refusal.reason or "it cannot be opened")


def _head_findings(inspection: Inspection, head: bytes) -> Iterator[Finding]:
    """Check the first block of the file, before the HDF5 library does."""
    if head.startswith(ZIP_SIGNATURE):
        yield finding("keras-format", found=inspection.shown)
    elif not head:
        yield finding("unreadable-file", path=inspection.shown, reason="it is empty")
    elif not head.startswith(superblock.SIGNATURE):
        yield finding("unreadable-file", path=inspection.shown, reason="it does not start like an HDF5 file")
    elif superblock.unusual(head):
        yield finding("unusual-contents", path=inspection.shown, found=superblock.unusual(head))
    elif not superblock.is_intact(head):
        yield finding("unreadable-file", path=inspection.shown, reason="its first block is damaged")
    elif superblock.stated_size(head) > inspection.size:
        missing = megabytes(superblock.stated_size(head) - inspection.size)
        yield finding("unreadable-file", path=inspection.shown, reason=f"it is damaged: its last {missing} are missing")


def _missing(inspection: Inspection) -> Finding:
    """Look for what the learner may have saved instead: another name, format or folder."""
    folder = inspection.path.parent
    weights = inspection.path.with_suffix(".weights.h5")
    if weights.is_file():  # where the starter keeps what could not be saved whole
        return finding("saving-failed", folder=inspection.folder, found=weights.name)
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in entries:
        if path.suffix == ".keras":
            return finding("keras-format", found=f"{inspection.folder}/{path.name}")
        if path.suffix in (".h5", ".hdf5"):
            return finding("wrong-name", folder=inspection.folder, found=path.name)
        if (path / "saved_model.pb").is_file():
            return finding("saved-model", path=inspection.shown, found=f"{inspection.folder}/{path.name}")
    if (folder / "saved_model.pb").is_file():
        return finding("saved-model", path=inspection.shown, found=inspection.folder)
    above = folder.parent / inspection.path.name
    if above.is_file():
        place = f"{above.name} beside {inspection.folder}"
        return finding("wrong-folder", path=inspection.shown, folder=inspection.folder, found=place)
    return finding("missing-file", path=inspection.shown, folder=inspection.folder)


def examine(inspection: Inspection, question: Question, drawn: Mapping[int, str]) -> None:
    """Open a file that was entered, and run the checks of its contents."""
    inspection.finding = _open(inspection, question, drawn)


MENDABLE = ("missing-activation", "sigmoid-for-classes")
"""Softmax or sigmoid can be computed from the answers of such models."""


def _open(inspection: Inspection, question: Question, drawn: Mapping[int, str]) -> Finding | None:
    import h5py

    try:
        with h5py.File(inspection.path, "r") as file:
            findings = _content_findings(inspection, file, question, drawn)
            first = next(findings, None)
            inspection.is_mendable = bool(first and first.code in MENDABLE and next(findings, None) is None)
            return first
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, ArithmeticError):
        return finding("unreadable-file", path=inspection.shown, reason="it is damaged")


def _content_findings(
    inspection: Inspection, file: Any, question: Question, drawn: Mapping[int, str]
) -> Iterator[Finding]:
    """Check what the file holds, the description of the layers, their classes, the question's contract, the cost."""
    from exam.modelfile import hdf5

    try:
        contents = hdf5.contents(file, inspection.size)
    except hdf5.Unusual as unusual:
        yield finding("unusual-contents", path=inspection.shown, found=str(unusual))
        return
    except hdf5.TooLong:
        reason = f"it is longer than {hdf5.MAX_TEXT_BYTES // 2**20} MB"
        yield finding("unreadable-config", path=inspection.shown, reason=reason)
        return
    inspection.parameters, inspection.steps = contents.parameters, contents.steps
    inspection.optimizer_bytes = contents.optimizer_bytes
    version = contents.texts.get("keras_version")
    inspection.keras_version = None if version is None else shown_name(version)[:40]  # part of the record of an attempt
    strange = [name for name in TEXTS if name in file.attrs and name not in contents.texts]
    if strange:
        yield finding("unusual-contents", path=inspection.shown, found=f"an attribute {strange[0]} that is not text")
        return
    raw = contents.texts.get("model_config")
    if raw is None:
        yield finding("weights-only", path=inspection.shown)
        return
    problem = _read_config(inspection, raw)
    if problem:
        yield finding("unreadable-config", path=inspection.shown, reason=problem)
        return
    loss, inspection.from_logits = _loss(contents.texts.get("training_config"))
    inspection.loss = loss and shown_name(loss)
    yield from _model_findings(inspection, question)
    parts = list(allowlist.declared(inspection.config))
    yield from _class_findings(inspection, parts)
    if contents.quantized:
        yield finding("quantized-layer", layer=contents.quantized, found="each of its four parts separately")
    guesses = [guess for item in parts if (guess := structure.guess_finding(item))]
    repair_findings = _repair(inspection)
    inspection.half_precision = any(map(allowlist.computes_in_half, parts))
    inspection.features = traits.features_of(parts, contents.texts.get("training_config"))
    inspection.signature = _shown_signature(signature(inspection.config))
    yield from _contract_findings(inspection, question, drawn)
    yield from repair_findings
    yield from _embedding_findings(inspection, question)
    yield from _answer_findings(inspection, question)
    yield from _cost_findings(inspection, question)
    inspection.hints = (*_hints(inspection, question), *guesses[:1])


def _shown_signature(shapes: Signature) -> Signature:
    """Return a signature whose names can be shown."""
    layers = tuple(replace(layer, name=shown_name(layer.name)) for layer in shapes.layers)
    return replace(shapes, last_activation=shapes.last_activation and shown_name(shapes.last_activation), layers=layers)


def _contract_findings(inspection: Inspection, question: Question, drawn: Mapping[int, str]) -> Iterator[Finding]:
    """Compare shapes and last activation with the question; a model that fits elsewhere belongs there."""
    assert inspection.signature is not None
    shapes = inspection.signature.input_shape, inspection.signature.output_shape
    fault = next(contract.contract_findings(question, *shapes), None)
    if fault is not None:
        yield other_questions.finding_for(question, *shapes, drawn) or fault
        return
    fault = contract.activation_finding(question, inspection.signature.last_activation)
    if fault is not None:
        yield fault


def _hints(inspection: Inspection, question: Question) -> Iterator[Finding]:
    """What does not stop the grading, and may explain a weak model."""
    assert inspection.signature is not None
    activation = inspection.signature.last_activation
    fault = contract.loss_finding(question, inspection.loss, inspection.from_logits, activation)
    if fault is not None:
        yield fault
    if inspection.size > LARGE_FILE_BYTES and inspection.optimizer_bytes > inspection.size * 0.4:
        share = inspection.optimizer_bytes / inspection.size
        yield finding("large-optimizer-state", found=megabytes(inspection.size), share=share)


def _repair(inspection: Inspection) -> list[Finding]:
    """Turn ``inspection.config`` into the description that Keras will be given; return why that cannot be, if so."""
    try:
        inspection.config = repair.repaired(inspection.config, inspection.keras_version)
    except keras2.Unrepairable as error:
        return [finding("other-keras", reason=str(error), folder=inspection.folder)]
    except STRANGE:
        reason = "a layer has a setting that Keras never writes"
        return [finding("unreadable-config", path=inspection.shown, reason=reason)]
    return []


def _cost_findings(inspection: Inspection, question: Question) -> Iterator[Finding]:
    """Check what loading and running the model would take."""
    try:
        layer_calls = calls(inspection.config, question.input_shape)
        reason = cost.excess(inspection.config, layer_calls)
        missing = cost.missing_weights(layer_calls, inspection.parameters)
    except STRANGE:
        reason = "a layer has a setting with an impossible value"
        yield finding("unreadable-config", path=inspection.shown, reason=reason)
        return
    empty = structure.empty_finding(layer_calls)
    if empty:
        yield empty
    if reason:
        yield finding("out-of-bounds", phase=INSPECTING, reason=reason, seconds=question.train_seconds)
    if missing:
        yield finding("unusual-contents", path=inspection.shown, found=missing)


def _read_config(inspection: Inspection, raw: str) -> str | None:
    """Parse the description of the layers into ``inspection.config``; return why that failed, or None."""
    try:
        config = json.loads(raw)
    except RecursionError:
        return f"it is nested more than {allowlist.MAX_DEPTH} levels deep"
    except ValueError:
        return "its text is damaged"
    try:
        parts = list(allowlist.declared(config))
    except ValueError as error:
        return str(error)
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict | list):
        return "it does not describe a model"
    if sum(part.is_layer for part in parts) > MAX_LAYERS:
        return f"it names more than {MAX_LAYERS:,} layers"
    inspection.config = config
    return None


def _model_findings(inspection: Inspection, question: Question) -> Iterator[Finding]:
    """Check that the description is one of a whole model, made of layers and built."""
    fault = structure.model_finding(inspection.config, question)
    if fault is not None:
        yield fault


def _embedding_findings(inspection: Inspection, question: Question) -> Iterator[Finding]:
    """Check that what the ids are looked up in has a row for each of them."""
    fault = structure.embedding_finding(inspection.config, question)
    if fault is not None:
        yield fault


def _answer_findings(inspection: Inspection, question: Question) -> Iterator[Finding]:
    """Check that the model answers each sample, with numbers."""
    fault = structure.answer_finding(inspection.config, question)
    if fault is not None:
        yield fault


def _class_findings(inspection: Inspection, parts: Sequence[allowlist.Declared]) -> Iterator[Finding]:
    """Check every class that loading the model would create against the allow-list."""
    for item in parts:
        fault = structure.class_finding(item) or structure.activation_finding(item)
        if fault is not None:
            yield _of_a_newer_keras(inspection, item, fault)
        elif item.is_misplaced:
            contents = f"the class {item.class_name!r} in the wrong place"
            yield finding("unusual-contents", path=inspection.shown, found=contents)
    for name, class_name, where in allowlist.lost_tables(parts):
        yield finding("lost-vocabulary", layer=name, found=class_name, where=where)


def _of_a_newer_keras(inspection: Inspection, item: allowlist.Declared, fault: Finding) -> Finding:
    """Return ``fault``, or that our Keras is too old to know the part: then nothing can be said of it."""
    our_keras = older_keras(inspection.keras_version)
    if our_keras is None or fault.code not in ("custom-layer", "custom-setting", "quantized-layer"):
        return fault
    reason = f"it does not know a part of layer {item.layer!r}"
    version, folder = inspection.keras_version, inspection.folder
    return finding("newer-keras", version=version, keras=our_keras, reason=reason, folder=folder)


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


def megabytes(size: int) -> str:
    """Return a size in the unit that people read: KB below one megabyte, MB above."""
    return f"{math.ceil(size / 1024):,} KB" if size < 2**20 else f"{size / 2**20:,.1f} MB"

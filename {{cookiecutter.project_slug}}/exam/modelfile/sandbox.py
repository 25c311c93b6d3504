"""Read a stranger's file in a process of its own: a file that breaks the HDF5 library breaks nothing else.

The library is written in C, and faults in it become known every year: a damaged or malicious file may crash it, keep it
busy for ever or make it ask for any amount of memory. What is read there is a private copy that was made here.
"""

from __future__ import annotations

import atexit
import errno
import re
import sys
import tempfile
import traceback
from collections.abc import Mapping
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from exam import bank
from exam.architecture.operations import Shape
from exam.architecture.shapes import LayerSummary, Signature
from exam.bank.question import Question
from exam.findings import Finding, finding
from exam.modelfile import inspection, intake, minimal_model, reader, repair
from exam.modelfile.inspection import Inspection
from exam.processes import child, protocol

TOLD_BY_HDF5 = re.compile(r"errno = (\d+)")
"""The HDF5 library passes on the system's error like this."""
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES)


def inspect(
    path: Path,
    question: Question,
    label: str | None = None,
    drawn: Mapping[int, str] | None = None,
    scratch: Path | None = None,
) -> Inspection:
    """Do what ``inspect.inspect`` does in the process for it; what breaks that process is a finding.

    Args:
        path: the file, which is copied first.
        question: what it is to answer.
        label: the name to show, the file's own when left out.
        drawn: category -> question id of the whole exam, to recognise a model of another category.
        scratch: the folder of one grading, where the copy stays; by default it is removed.

    Raises:
        RuntimeError: the process cannot be started, or failed by a fault of ours.
        OSError: the copy cannot be written.
    """
    if scratch is None:
        with tempfile.TemporaryDirectory(dir=_own_root(), ignore_cleanup_errors=True) as folder:
            facts = inspect(path, question, label, drawn, Path(folder))
        facts.path = path
        return facts
    return examine(enter(path, question, label, scratch), question, drawn)


def enter(path: Path, question: Question, label: str | None, scratch: Path) -> Inspection:
    """Copy a file into ``scratch``, the folder of one grading, and return what is known of it before it is read.

    Raises:
        OSError: the copy cannot be written.
    """
    return inspection.enter(path, question, label, Path(tempfile.mkdtemp(dir=scratch)) / "mymodel.h5")


def examine(facts: Inspection, question: Question, drawn: Mapping[int, str] | None = None) -> Inspection:
    """Read what ``enter`` has copied, unless it found a fault already; the arguments are those of ``inspect``.

    Raises:
        RuntimeError: the process cannot be started, or failed by a fault of ours.
    """
    if facts.finding is not None:
        return facts
    request = {
        "source": str(facts.path),
        "question": question.id,
        "shown": facts.shown,
        "drawn": dict(drawn or {}),
        "size": facts.size,
        "sha256": facts.sha256,
    }
    try:
        return _unpacked(facts.path, reader.ask(_root(facts.path), "inspect", **request))
    except reader.Damaged as damaged:
        _blame_the_file(facts.path.with_name("tiny.h5"))
        facts.finding = finding("unreadable-file", path=facts.shown, reason=str(damaged))
        return facts


def _root(copy: Path) -> Path:
    """Return the folder that the process is shown, from a private copy in the folder of its grading."""
    return copy.parents[2]


def _blame_the_file(scratch: Path) -> None:
    """Make sure that the process for it can read a file that has no fault.

    Raises:
        RuntimeError: it cannot.
    """
    source = str(minimal_model.write(scratch))
    request = {"source": source, "question": minimal_model.QUESTION, "shown": scratch.name, "drawn": {}}
    content = intake.take(scratch)
    try:
        reader.ask(_root(scratch), "inspect", **request, size=content.size, sha256=content.sha256)
    except reader.Damaged as damaged:
        raise RuntimeError(f"The process that reads model files fails on every file: {damaged}.") from damaged


def repaired_copy(source: Path, target: Path, version: str | None) -> bool:
    """Do what ``repair.repaired_copy`` does in the process for it.

    Args:
        source: a private copy that was inspected.
        target: beside it.
        version: of the Keras that wrote the file, as the inspection found it.

    Raises:
        reader.Damaged: the file is damaged.
        RuntimeError: the process cannot be started, or failed by a fault of ours.
        OSError: the copy cannot be written.
    """
    return bool(
        reader.ask(_root(source), "repair", source=str(source), target=str(target), version=version)["repaired"]
    )


@cache
def _own_root() -> Path:
    """Return a root for private copies of files that belong to no workspace; it goes when this process does."""
    folder = tempfile.TemporaryDirectory(prefix="exam-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


# --- Its side --------------------------------------------------------------------------------------------------------


def serve(connection: Connection) -> None:
    """Answer requests until the other side closes the pipe."""
    import h5py  # noqa: F401  # the slowest part, before "ready"

    settings = protocol.receive(connection, ["start"]).values
    root, memory = Path(settings["root"]), settings["memory"]
    child.settle(child.Resources(_address_space(memory), 3 * intake.MAX_BYTES, may_fork=False), [root], [root])
    protocol.send(connection, "ready")
    while True:
        request = protocol.receive(connection, ["inspect", "repair"])
        try:
            kind, reply = _answer(request)
        except MemoryError:
            kind, reply = "damaged", {"reason": f"reading it needed more than {memory / 2**30:g} GB of memory"}
        except Exception:
            kind, reply = "fault", {"traceback": traceback.format_exc()}
        protocol.send(connection, kind, **reply)


def _address_space(memory: int) -> int | None:
    """Return how much address space this process may have: what it uses now, and ``memory`` for a file."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().private) + memory
    if sys.platform != "linux":
        return None
    import resource

    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + memory


def _answer(request: protocol.Message) -> tuple[str, dict[str, Any]]:
    """Return the type of the answer, and the answer."""
    try:
        with open(request.values["source"], "rb"):
            pass
    except PermissionError:
        return "shut out", {}
    if request.type == "inspect":
        return "done", _inspect(**request.values)
    source, target = Path(request.values["source"]), Path(request.values["target"])
    try:
        return "done", {"repaired": repair.repaired_copy(source, target, request.values["version"])}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        match = TOLD_BY_HDF5.search(str(error))
        number = int(match[1]) if match else getattr(error, "errno", None)
        if number in OF_THE_DISK:
            return "disk", {"errno": number, "path": str(target)}
        return "damaged", {"reason": "it is damaged"}


def _inspect(
    source: str, question: str, shown: str, drawn: dict[str, str], size: int, sha256: str
) -> dict[str, Any]:
    declaration = bank.load(question)
    facts = Inspection(Path(source), shown, f"Category{declaration.category}", size, sha256)
    inspection.examine(facts, declaration, {int(category): name for category, name in drawn.items()})
    return _packed(facts)


# --- What goes between them ------------------------------------------------------------------------------------------


class _SignatureRecord(msgspec.Struct):
    """A signature between the processes: shapes in lists, and whether each list stands for several of them."""

    input_shapes: list[Shape | None]
    output_shapes: list[Shape | None]
    several: tuple[bool, bool]
    last_activation: str | None
    layers: tuple[LayerSummary, ...]

    @classmethod
    def of(cls, signature: Signature) -> _SignatureRecord:
        """Return the record of a signature."""
        shapes = signature.input_shape, signature.output_shape
        several = isinstance(shapes[0], list), isinstance(shapes[1], list)
        lists = [shape if isinstance(shape, list) else [shape] for shape in shapes]
        return cls(lists[0], lists[1], several, signature.last_activation, signature.layers)

    def signature(self) -> Signature:
        """Return the signature.

        Raises:
            ValueError: a list that stands for one shape holds another number of them.
        """
        (inputs,) = [self.input_shapes] if self.several[0] else self.input_shapes
        (outputs,) = [self.output_shapes] if self.several[1] else self.output_shapes
        return Signature(inputs, outputs, self.last_activation, self.layers)


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    """An inspection between the processes, without the path and the description of the layers."""

    shown: str
    folder: str
    size: int
    sha256: str | None
    keras_version: str | None
    loss: str | None
    from_logits: bool
    parameters: int
    optimizer_bytes: int
    steps: int | None
    half_precision: bool
    features: frozenset[str]
    signature: _SignatureRecord | None
    finding: Finding | None
    is_mendable: bool
    hints: tuple[Finding, ...]

    @classmethod
    def of(cls, inspection: Inspection) -> _Record:
        """Return the record of an inspection."""
        values = {name: value for name, value in vars(inspection).items() if name in cls.__struct_fields__}
        signature = inspection.signature
        return cls(**{**values, "signature": None if signature is None else _SignatureRecord.of(signature)})

    def inspection(self, path: Path) -> Inspection:
        """Return the inspection of the file at ``path``.

        Raises:
            ValueError: the signature is none.
        """
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return Inspection(path, **{**values, "signature": self.signature and self.signature.signature()})


def _packed(inspection: Inspection) -> dict[str, Any]:
    """Return an inspection as JSON data."""
    data: dict[str, Any] = msgspec.to_builtins(_Record.of(inspection))
    return data


def _unpacked(path: Path, data: dict[str, Any]) -> Inspection:
    """Return the inspection that ``_packed`` was given.

    Raises:
        RuntimeError: the process said something else.
    """
    try:
        return msgspec.convert(data, _Record).inspection(path)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        raise RuntimeError(f"The process that reads model files gave no answer that makes sense: {error}.") from error

"""Read a stranger's file in a small process of its own: a file that breaks the HDF5 library breaks nothing else.

The library is written in C, and faults in it become known every year: a damaged or malicious file may crash it, keep it
busy for ever or make it ask for any amount of memory. The process lives on from file to file, and is replaced when it
dies. Requests and answers are lines of JSON.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from exam import bank
from exam.bank.question import Question
from exam.grading import inspect as inspection
from exam.grading import reader, repair
from exam.grading.findings import Finding, finding
from exam.grading.inspect import Inspection
from exam.grading.shapes import LayerSummary, Signature


def inspect(
    path: Path, question: Question, shown: str | None = None, drawn: Mapping[int, str] | None = None
) -> Inspection:
    """Do what ``inspect.inspect`` does in the process for it; what breaks that process is a finding.

    Raises:
        RuntimeError: the process cannot be started, or failed by a fault of ours.
    """
    request = {"inspect": str(path), "question": question.id, "shown": shown, "drawn": dict(drawn or {})}
    try:
        return _unpacked(path, reader.ask(request))
    except reader.Stopped as stopped:
        folder = f"Category{question.category}"
        seen = Inspection(path, shown or f"{folder}/{path.name}", folder)
        seen.finding = finding("unreadable-file", path=seen.shown, reason=str(stopped))
        return seen


def repaired_copy(source: Path, target: Path, version: str | None) -> bool:
    """Do what ``repair.repaired_copy`` does in the process for it.

    Raises:
        reader.Stopped: the file is damaged.
        RuntimeError: the process cannot be started, or failed by a fault of ours.
    """
    return bool(reader.ask({"repair": str(source), "target": str(target), "version": version})["repaired"])


# --- Its side --------------------------------------------------------------------------------------------------------


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until the other side closes the pipe."""
    import h5py  # noqa: F401  # the slowest part, before "ready"

    _limit()
    print(json.dumps({"used": time.process_time()}), file=answers, flush=True)
    for line in requests:
        try:
            reply = _answered(json.loads(line))
        except MemoryError:
            reply = {"stopped": reader.TOO_MUCH}
        except Exception:
            reply = {"fault": traceback.format_exc()}
        print(json.dumps({**reply, "used": time.process_time()}), file=answers, flush=True)


def _limit() -> None:
    """Set this process's own limits where the system has them: memory on Linux, no dump of a crash."""
    if sys.platform == "linux":
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = used + reader.MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answered(request: dict[str, Any]) -> dict[str, Any]:
    if "inspect" in request:
        drawn = {int(category): name for category, name in request["drawn"].items()}
        question = bank.load(request["question"])
        return _packed(inspection.inspect(Path(request["inspect"]), question, request["shown"], drawn))
    try:
        source, target = Path(request["repair"]), Path(request["target"])
        return {"repaired": repair.repaired_copy(source, target, request["version"])}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError):
        return {"stopped": "it is damaged"}


# --- What goes between them ------------------------------------------------------------------------------------------


def _packed(seen: Inspection) -> dict[str, Any]:
    """Return an inspection as JSON data, without the description of the layers."""
    left_out = ("path", "config", "signature")
    data = {name: value for name, value in asdict(seen).items() if name not in left_out}
    known = seen.signature
    if known is not None:
        several = isinstance(known.input_shape, list), isinstance(known.output_shape, list)
        data["signature"] = {**asdict(known), "several": several}
    return data


def _unpacked(path: Path, data: dict[str, Any]) -> Inspection:
    """Return the inspection that ``_packed`` was given."""
    known, found = data.pop("signature", None), data.pop("finding")
    seen = Inspection(path, **{**data, "hints": tuple(Finding.from_dict(hint) for hint in data["hints"])})
    seen.finding = Finding.from_dict(found) if found else None
    if known:
        shapes = [
            [_shape(shape) for shape in known[name]] if several else _shape(known[name])
            for name, several in zip(("input_shape", "output_shape"), known["several"], strict=True)
        ]
        summaries = tuple(
            LayerSummary(layer["name"], layer["class_name"], _shape(layer["output_shape"])) for layer in known["layers"]
        )
        seen.signature = Signature(shapes[0], shapes[1], known["last_activation"], summaries)
    return seen


def _shape(value: Any) -> Any:
    return None if value is None else tuple(value)


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)

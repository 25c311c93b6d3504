"""Copies of graded model files, named by their hash: with ``grade --keep-models`` no good model is ever lost."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from exam.modelfile import intake
from exam.result import Result
from exam.workspace import Workspace, replacing


class _Changed(Exception):
    """The file is another one than was graded."""


def path(workspace: Workspace, sha256: str) -> Path:
    """Return where the copy of a graded file is kept; it belongs to all exams of the workspace."""
    return workspace.state / "models" / f"{sha256}.h5"


def keep(workspace: Workspace, results: Iterable[Result]) -> list[str]:
    """Copy each graded file that is not kept yet; return a sentence for each that could not be kept."""
    problems = []
    for result in results:
        if result.sha256 is None or path(workspace, result.sha256).exists():
            continue
        model = workspace.model(result.category)
        name = f"{model.parent.name}/{model.name}"
        try:
            if not _copy(model, path(workspace, result.sha256), result.sha256):
                problems.append(f"{name} was saved again during the grading, so the graded file was not kept.")
        except OSError as error:
            problems.append(f"{name} was graded, but no copy could be kept: {error.strerror or error}.")
    return problems


def _copy(model: Path, target: Path, sha256: str) -> bool:
    """Copy a file whole or not at all; return False, and keep nothing, when it is another one by now."""
    try:
        with replacing(target) as partial:
            if intake.take(model, partial).sha256 != sha256:
                raise _Changed
            with partial.open("rb+") as copy:
                os.fsync(copy.fileno())
    except (intake.Refused, _Changed):
        return False
    return True

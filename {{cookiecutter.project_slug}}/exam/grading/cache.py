"""Answers of earlier gradings. Nothing heavy at module level: it is asked before anything heavy is imported."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from exam.modelfile import intake
from exam.workspace import Workspace, ordinary, write_atomically

if TYPE_CHECKING:
    from exam.bank.metrics import Array


def path(workspace: Workspace, sha256: str | None, seed: int, fingerprint: str) -> Path:
    """Return where an answer is kept: named by the model file, the exam and the question's code."""
    return workspace.cache / f"{sha256}-{seed}-{fingerprint}.json"


def may_answer(workspace: Workspace, seed: int, category: int) -> bool:
    """Return whether grading a category will probably run no model: none is there, or this very file was graded."""
    digest = intake.digest(workspace.model(category))
    return digest is None or any(_beside(file).exists() for file in workspace.cache.glob(f"{digest}-{seed}-*.json"))


def write_predictions(file: Path, predictions: Array) -> None:
    """Keep what the model answered, (n, *output_shape), beside ``file``, where the answer of the grading is kept."""
    import numpy as np

    content = io.BytesIO()
    np.savez(content, predictions=predictions.astype(np.float32))
    write_atomically(_beside(file), content.getvalue())


def read_predictions(file: Path) -> Array | None:
    """Return what the model answered, float32 (n, *output_shape); None when that is missing or damaged."""
    import numpy as np

    try:
        with open(_beside(file), "rb", opener=ordinary) as opened, np.load(opened, allow_pickle=False) as arrays:
            predictions: Array = arrays["predictions"]
    except Exception:  # zipfile and numpy meet a damaged file with errors of many kinds
        return None
    return predictions if predictions.dtype == np.float32 else None


def _beside(file: Path) -> Path:
    return file.with_suffix(".npz")

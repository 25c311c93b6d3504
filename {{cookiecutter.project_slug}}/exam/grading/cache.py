"""Answers of earlier gradings. Standard library only: it is asked before anything heavy is imported."""

from __future__ import annotations

import hashlib
from pathlib import Path

from exam.workspace import Workspace


def path(workspace: Workspace, sha256: str | None, seed: int, fingerprint: str) -> Path:
    """Return where an answer is kept: named by the model file, the exam and the question's code."""
    return workspace.cache / f"{sha256}-{seed}-{fingerprint}.json"


def may_answer(workspace: Workspace, seed: int, category: int) -> bool:
    """Return whether grading a category will probably run no model: none is there, or this very file was graded."""
    try:
        digest = hashlib.sha256(workspace.model(category).read_bytes()).hexdigest()
    except OSError:
        return True
    return any(workspace.cache.glob(f"{digest}-{seed}-*.json"))

"""Hidden sets are made once for an exam and kept in the user's cache folder, outside every workspace."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import platformdirs

from exam import __version__, bank
from exam.bank import streams
from exam.bank.question import HiddenSet, Question
from exam.workspace import ordinary, replacing

KEPT = 40
"""Hidden sets kept; eight exams. The oldest make room: they can be made again at any time."""
KEPT_FRESH = 15
"""Fresh samples kept; one exam's, with three for each category."""


def folder() -> Path:
    """Return the cache folder; ``EXAM_CACHE`` names another one."""
    return Path(os.environ.get("EXAM_CACHE") or platformdirs.user_cache_path("tensorflow-exam", appauthor=False))


def fingerprint(question: Question, bank_folder: Path = bank.BANK) -> str:
    """Return a hash of the question's code, the bank's and the engine's version: what the hidden set depends on."""
    digest = hashlib.sha256(__version__.encode())
    own = bank.find(bank_folder)[question.id]
    for source in sorted([*own.glob("*.py"), *own.glob("downloads.toml"), *bank.BANK.glob("*.py")]):
        if source.name != "starter.py":
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def ensure(question: Question, seed: int, bank_folder: Path = bank.BANK) -> Path:
    """Return the file of the hidden set, an npz with ``x``, ``y`` and ``baseline``, making it when it is missing."""
    path = folder() / "hidden" / f"{question.id}-{seed}-{fingerprint(question, bank_folder)}.npz"
    return _kept(path, question, seed, KEPT)


def fresh(question: Question, seed: int, sample: int, bank_folder: Path = bank.BANK) -> Path | None:
    """Return the file of another hidden set for the same exam, or None where the data is finite: there is no other.

    Args:
        question: the declaration.
        seed: the exam's.
        sample: 1 or more; each number gives another set, the same on every machine.
        bank_folder: the question bank.
    """
    path = folder() / "fresh" / f"{question.id}-{seed}-{sample}-{fingerprint(question, bank_folder)}.npz"
    with streams.fresh(sample):
        _kept(path, question, seed, KEPT_FRESH)
    first = read(ensure(question, seed, bank_folder))
    return None if np.array_equal(first.x, read(path).x) else path


def read(path: Path) -> HiddenSet:
    """Read what ``ensure`` made."""
    # Opened here: of a damaged file numpy would keep it open, and then it could not be replaced on Windows.
    with open(path, "rb", opener=ordinary) as file, np.load(file, allow_pickle=False) as arrays:
        return HiddenSet(arrays["x"], arrays["y"], arrays["baseline"])


def _kept(path: Path, question: Question, seed: int, most: int) -> Path:
    """Return ``path`` with a hidden set in it, made when it is missing or damaged; ``most`` such files remain."""
    if not _is_sound(path, question):
        _save(path, question.make_hidden(seed))
        _prune(path.parent, most)
    else:
        with suppress(OSError):  # of another user
            os.utime(path)  # in use: another process that tidies up removes older ones
    return path


def _is_sound(path: Path, question: Question) -> bool:
    """Return whether a whole hidden set of this question is there: a model is never scored on damaged data."""
    try:
        samples = read(path)
    except Exception:  # zipfile and numpy meet a damaged file with errors of many kinds
        return False
    return len(samples.x) == len(samples.y) > 0 and samples.x.shape[1:] == question.input_shape


def _save(path: Path, hidden: HiddenSet) -> None:
    """Write completely or not at all: an interrupted grading leaves no half file under the final name."""
    with replacing(path) as partial, partial.open("wb") as file:
        np.savez(file, x=hidden.x, y=hidden.y, baseline=hidden.baseline)


def _prune(hidden_folder: Path, most: int) -> None:
    """Remove all but the ``most`` hidden sets that were used last."""
    files = sorted(hidden_folder.glob("*.npz"), key=_last_use, reverse=True)
    for path in files[most:]:
        with suppress(PermissionError):  # another grading reads it, on Windows; the next one removes it
            path.unlink(missing_ok=True)


def _last_use(path: Path) -> float:
    """Return when a file was touched; another process may have removed it meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0

"""Make the training data of a drawn exam."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from exam import bank
from exam.bank import hidden
from exam.bank.public import disk_trouble
from exam.workspace import patiently, read, timestamp

SUMS = "SHA256SUMS"
"""The file in ``data/`` that says what was made there, in the format of the program ``sha256sum``."""


def make(
    category_folder: Path, question_id: str, seed: int, again: bool = False, bank_folder: Path = bank.BANK
) -> bool:
    """Write ``data/`` into a category's folder and prepare the hidden set in the user's cache.

    Args:
        category_folder: for example ``Category3``.
        question_id: the drawn question.
        seed: the exam's seed.
        again: replace data that is already there.
        bank_folder: the question bank.

    Returns:
        Whether data was written; False when it was there already.

    Raises:
        DataUnavailable: public data cannot be downloaded, or the disk is full.

    The data appears under its name only when it is complete, so an interrupted run can simply be repeated. What lay
    there and is not the same as the new data, or more than it, is kept beside it as ``data-before-<time>``.
    """
    question = bank.load(question_id, bank_folder)
    hidden.ensure(question, seed, bank_folder)
    data = category_folder / "data"
    if data.is_dir() and any(path.name != SUMS for path in data.iterdir()) and not again:
        return False
    partial = category_folder / ".data-partial"
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        question.write_training(partial, seed)
        _write_sums(partial)
        _make_way(data, partial)
        patiently(os.replace, partial, data)
    except OSError as error:
        raise disk_trouble(f"the data of category {question.category}", category_folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


def _make_way(data: Path, new: Path) -> None:
    """Remove ``data`` when ``new`` holds all of it; else somebody worked in it, and it is renamed."""
    if not data.exists():
        return
    if data.is_dir() and _files(data) <= _files(new):
        patiently(shutil.rmtree, data)
    else:
        patiently(os.rename, data, data.with_name(f"data-before-{timestamp()}"))


def changed(data: Path) -> list[str]:
    """Return the files of a ``data/`` that are missing or no longer what was made; files added later are not asked."""
    try:
        lines = read(data / SUMS).decode().splitlines()
    except (OSError, ValueError):
        return [SUMS] if (data / SUMS).exists() else []  # made before there was such a file
    entries = {tuple(line.split("  ", 1)) for line in lines}
    return sorted({name for *_, name in entries - _files(data)})


def _write_sums(folder: Path) -> None:
    lines = sorted(f"{digest}  {name}\n" for digest, name in _files(folder))
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def _files(folder: Path) -> set[tuple[str, str]]:
    """Return the hash and the name of every file but the one that lists them."""
    files = [path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS]
    return {(hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(folder).as_posix()) for path in files}

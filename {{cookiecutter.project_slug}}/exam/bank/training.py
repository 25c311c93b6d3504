"""Make the training data of a drawn exam."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from exam import bank
from exam.bank import hidden


def make(category_folder: Path, question_id: str, seed: int, again: bool = False) -> bool:
    """Write ``data/`` into a category's folder and prepare the hidden set in the user's cache.

    Args:
        category_folder: for example ``Category3``.
        question_id: the drawn question.
        seed: the exam's seed.
        again: replace data that is already there.

    Returns:
        Whether data was written; False when it was there already.

    The data appears under its name only when it is complete, so an interrupted run can simply be repeated.
    """
    question = bank.load(question_id)
    hidden.ensure(question, seed)
    data = category_folder / "data"
    if data.exists() and not again:
        return False
    partial = category_folder / ".data-partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    question.write_training(partial, seed)
    shutil.rmtree(data, ignore_errors=True)
    os.replace(partial, data)
    return True

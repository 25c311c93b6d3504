"""Make the training data of a drawn exam."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from exam import bank
from exam.bank import hidden
from exam.bank.public import disk_trouble


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

    The data appears under its name only when it is complete, so an interrupted run can simply be repeated.
    """
    question = bank.load(question_id, bank_folder)
    hidden.ensure(question, seed, bank_folder)
    data = category_folder / "data"
    if data.exists() and not again:
        return False
    partial = category_folder / ".data-partial"
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        question.write_training(partial, seed)
        shutil.rmtree(data, ignore_errors=True)
        os.replace(partial, data)
    except OSError as error:
        raise disk_trouble(f"the data of category {question.category}", category_folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True

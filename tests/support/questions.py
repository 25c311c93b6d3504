"""The questions of the bank that tests and scripts can have without network."""

from __future__ import annotations

import pytest

from exam import bank
from exam.bank import public

PUBLIC = [name for name, folder in bank.find().items() if public.downloads(folder)]
OFFLINE = [name for name in bank.find() if name not in PUBLIC]
SEED = 20261122
"""The seed of the tests that train: the data of these questions are in the cache."""


def quick_first(question_id: str) -> object:
    """Making pictures and texts takes seconds: in the fast tier, category 1 stands for all."""
    quick = bank.find()[question_id].parent.name == "category1"
    return pytest.param(question_id, marks=() if quick else pytest.mark.slow)

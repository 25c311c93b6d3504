"""Inputs as another starter might prepare them."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from exam.running.changed_inputs import change
from exam.running.live_model import Change

IDS = np.array([[5, 1, 3, 0, 0], [2, 2, 1, 1, 4]], dtype=np.int32)
PICTURES = np.arange(24, dtype=np.float32).reshape(2, 2, 2, 3)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Change(), IDS),
        (Change(order="padding first"), [[0, 0, 5, 1, 3], [2, 2, 1, 1, 4]]),
        (Change(ids=[0, 1, 7, 6, 5, 4]), [[4, 1, 6, 0, 0], [7, 7, 1, 1, 5]]),
        (Change(ids=[0, -1, 1, 2, 3, 4]), [[4, 2, 0, 0, 0], [1, 1, 3, 0, 0]]),
        (Change(ids=[0, -1, 1, 2, 3, 4], order="padding first"), [[0, 0, 0, 4, 2], [0, 0, 1, 1, 3]]),
        (Change(scale=2.0, offset=1.0), IDS),
    ],
    ids=["none", "padding", "another table", "unknown words left out", "both", "numbers of words are not scaled"],
)
def test_ids_are_given_other_numbers_and_places(wanted: Change, expected: object) -> None:
    given = IDS.copy()
    changed = change(given, asdict(wanted))
    assert changed.tolist() == np.asarray(expected).tolist() and changed.dtype == np.int32
    assert given.tolist() == IDS.tolist(), "the inputs are asked about again"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Change(columns=[2, 1, 0]), PICTURES[..., ::-1]),
        (Change(order="transposed"), PICTURES.transpose(0, 2, 1, 3)),
        (Change(order="newest first"), PICTURES[:, ::-1]),
        (Change(scale=2.0, offset=-1.0), PICTURES * 2 - 1),
        (Change(scale=[1.0, 0.5, 2.0], offset=[0.0, 1.0, 0.0]), PICTURES * [1, 0.5, 2] + [0, 1, 0]),
        (Change(columns=[2, 1, 0], scale=255.0), PICTURES[..., ::-1] * 255),
        (Change(each="length"), PICTURES / np.linalg.norm(PICTURES, axis=-1, keepdims=True)),
    ],
)
def test_numbers_are_moved_and_scaled(wanted: Change, expected: np.ndarray) -> None:  # type: ignore[type-arg]
    changed = change(PICTURES, asdict(wanted))
    assert changed.dtype == np.float32 and np.allclose(changed, expected)


def test_each_picture_is_standardised_by_itself() -> None:
    changed = change(PICTURES, asdict(Change(each="deviation")))
    assert np.allclose(changed.mean(axis=(1, 2, 3)), 0, atol=1e-6) and np.allclose(changed.std(axis=(1, 2, 3)), 1)
    even = np.full((1, 2, 2, 3), 7, dtype=np.float32)
    assert change(even, asdict(Change(each="deviation"))).tolist() == np.zeros_like(even).tolist()
    assert np.isfinite(change(np.zeros((1, 4), np.float32), asdict(Change(each="length")))).all()

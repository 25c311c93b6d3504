"""Questions of the bank through the learner's eyes: a starter's data, and a reference trained and graded."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import harness
import numpy as np
import pytest
import samples
import twins
from questions import OFFLINE, SEED

from exam import bank
from exam.bank import hidden
from exam.draw import BANK, choose
from exam.result import Result
from exam.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
OTHERS = [name for name in OFFLINE if name not in choose(BANK, SEED).values()][::3]
"""A third of those that ``test_workspace.py`` does not train already; ``python make.py calibrate`` trains all."""

WITH_TWINS = OTHERS[::5]
"""Two of these; ``python make.py twins`` tries all, and first attempts too."""

Trainings = dict[str, Future[tuple[Result, dict[str, Result]]]]


@pytest.fixture(scope="module")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainings]:
    """These references and their twins being trained and graded, two at a time, each on one core."""
    # Here, not in the threads: two first calls of mktemp at once make the same base folder, and one of them fails.
    folders = {name: tmp_path_factory.mktemp(name) for name in OTHERS}

    def train(name: str) -> tuple[Result, dict[str, Result]]:
        result = harness.train_and_grade(folders[name], name, SEED, harness.REFERENCE, **harness.ONE_CORE)[0]
        if name not in WITH_TWINS:
            return result, {}
        return result, twins.graded(Workspace(folders[name]), harness.exam_of(name, SEED), folders[name] / "twins")

    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(train, name) for name in OTHERS}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", OTHERS)
def test_the_reference_earns_five_points_without_a_finding(name: str, trainings: Trainings) -> None:
    result, _ = trainings[name].result()
    assert (result.status, result.points, result.findings) == ("scored", 5, ()), result


@pytest.mark.parametrize("name", WITH_TWINS)
def test_twins_of_the_reference_score_as_it_does(name: str, trainings: Trainings) -> None:
    """Written as functional models, with operations on tensors, with functions of TensorFlow as activations."""
    own, others = trainings[name].result()
    assert len(others) in (1, 4) and twins.differing(own, others) == []


@pytest.mark.parametrize("name", OFFLINE)
def test_training_and_hidden_data_share_no_sample(name: str, tmp_path: Path) -> None:
    question, exam = bank.load(name), harness.exam_of(name, SEED)
    harness.prepare(Workspace(tmp_path), exam)
    found = list(samples.arrays(samples.loaded(tmp_path / f"Category{question.category}"), question.input_shape))
    assert found, "load_data() returns nothing of the input shape"
    training, hidden_set = np.concatenate(found), hidden.read(hidden.ensure(question, SEED))
    assert samples.shared(question, training, hidden_set) == 0
    # What the check is worth: some training samples among the hidden ones are found.
    scale = 255 if hidden_set.x.dtype == np.uint8 else 1
    copied = np.clip(np.rint(training[:7] * scale), None, 255) if scale == 255 else training[:7]
    mixed = np.concatenate([hidden_set.x, copied.astype(hidden_set.x.dtype)])
    assert samples.shared(question, training, bank.HiddenSet(mixed, hidden_set.y, hidden_set.baseline)) == 7

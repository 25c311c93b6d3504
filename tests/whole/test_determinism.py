"""The same file earns the same score on any number of threads, with oneDNN on or off, in batches of any size or order.

``test_workspace.py`` compares Python 3.11, 3.12 and 3.13. Here the last bits of the predictions may differ; the metric,
rounded to four decimals, and the points may not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import harness
import pytest

from exam import bank
from exam.workspace import Workspace

pytestmark = pytest.mark.slow
SEED = 20261122
QUESTIONS = ("handwritten_digits", "weather_station")
"""Convolutional and recurrent; both end with dense layers."""
GRADE = """
import json, sys
from pathlib import Path
import harness
from exam.running import runner, worker
from exam.grading.grade import grade
from exam.workspace import Workspace

if __name__ == "__main__":
    folder, question, seed, threads = sys.argv[1:]
    runner._cores = lambda: int(threads)
    exam = harness.exam_of(question, int(seed))
    result = grade(Workspace(Path(folder)), exam, list(exam.questions))[0]
    print(json.dumps([result.status, result.value, result.points, [found.code for found in result.findings]]))
"""
PREDICT = """
import json, sys
import numpy as np
from exam import bank
from exam.bank import hidden
from exam.running import worker

model, name, seed = sys.argv[1:]
import keras

question = bank.load(name)
samples = hidden.read(hidden.ensure(question, int(seed)))
loaded = worker._Loaded(keras.models.load_model(model, compile=False), samples.x, question.input_scale)
found = []
for loaded.size, step in ((1000, 1), (7, 1), (64, -1)):  # samples at once, from the first or the last on
    places = np.arange(len(samples.x))[::step]
    predictions = loaded.predict(samples.x[places], loaded.prepare)
    found.append(question.measure(samples, np.asarray(predictions[np.argsort(places)], np.float32)))
print(json.dumps(found))
"""


@pytest.fixture(scope="module", params=QUESTIONS)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str, Any]:
    """A trained reference solution, its question, and its score on two threads as this machine grades it."""
    workspace = Workspace(tmp_path_factory.mktemp(request.param))
    exam = harness.exam_of(request.param, SEED)
    harness.prepare(workspace, exam)
    harness.train(workspace.category(next(iter(exam.questions))), request.param, harness.REFERENCE)
    return workspace, request.param, grade(workspace, request.param, threads=2)


def python(program: str, *arguments: object, **environment: str) -> str:
    """Run a program with the engine, and return the last line it prints."""
    path = os.pathsep.join([str(harness.TEMPLATE), harness.MODULES])
    run = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**harness.environment_for(**environment), "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stdout.strip().splitlines()[-1]


def grade(workspace: Workspace, question: str, threads: int, **environment: str) -> Any:
    """Return status, metric, points and findings of a grading that remembers none before it."""
    shutil.rmtree(workspace.cache, ignore_errors=True)
    return json.loads(python(GRADE, workspace.root, question, SEED, threads, **environment))


def test_a_trained_model_earns_its_points(graded: tuple[Workspace, str, Any]) -> None:
    """The scores that are compared below say something: the metric is no constant of an untrained model."""
    assert graded[2][0] == "scored" and graded[2][2] == 5


@pytest.mark.parametrize(
    ("threads", "onednn"), [(1, "1"), (2, "0"), (1, "0")], ids=["one thread", "no oneDNN", "one thread, no oneDNN"]
)
def test_threads_and_onednn_change_no_score(graded: tuple[Workspace, str, Any], threads: int, onednn: str) -> None:
    workspace, question, expected = graded
    assert grade(workspace, question, threads, TF_ENABLE_ONEDNN_OPTS=onednn) == expected


def test_batches_of_any_size_and_order_change_no_metric(graded: tuple[Workspace, str, Any]) -> None:
    workspace, question, expected = graded
    model = workspace.model(bank.load(question).category)
    assert json.loads(python(PREDICT, model, question, SEED)) == [expected[1]] * 3

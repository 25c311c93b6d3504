"""Genuine models pass the inspection, and run: a false alarm costs a learner hours of training."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import harness
import pytest
from test_keras2 import FILES as KERAS_2
from test_keras2 import RECIPES, REPAIRED, expected, fixed_input, precision, version_of

from exam import bank
from exam.architecture import allowlist
from exam.architecture.shapes import signature
from exam.bank.question import Question
from exam.modelfile.inspection import inspect
from exam.modelfile.repair import repaired_copy
from exam.running.live_model import Job
from exam.running.runner import Runner, predict

KERAS_REFUSES = {
    "layer_RandomCrop_0": "cannot resize a batch when it does not train",
    "layer_RandomBrightness_0": "cannot be copied, and so not saved",
    "layer_RandomColorDegeneration_0": "cannot be copied, and so not saved",
    "layer_RandomPosterization_0": "cannot be copied, and so not saved",
    "layer_RandomSaturation_0": "cannot be copied, and so not saved",
    "layer_RandomSharpness_0": "cannot be copied, and so not saved",
    "layer_Solarization_0": "cannot be copied, and so not saved",
    "optimizer_Adafactor": "two of its variables have one name",
}
"""Models that are sound, and that Keras 3.15 itself cannot save as .h5 or use: no file, no false alarm."""
NO_FILE = {
    "CustomScaleLayer", "GroupQueryAttention", "RandomBrightness", "RandomColorDegeneration", "RandomCrop",
    "RandomHeight", "RandomPosterization", "RandomSaturation", "RandomSharpness", "RandomWidth", "Solarization",
    "StochasticDepth",
}
"""Layers without a genuine file: another name of GroupedQueryAttention, those that Keras refuses (above), two of
Keras 2 that ``test_keras2.py`` knows from descriptions, and parts of networks that are too large for every run."""
pytestmark = pytest.mark.timeout(1800)
ACTIVATIONS = ("linear", "sigmoid", "softmax")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("genuine")
    script = harness.SUPPORT / "genuine.py"
    subprocess.run([sys.executable, str(script), str(made)], check=True, capture_output=True, timeout=1700)
    return made


@pytest.fixture(scope="module")
def models(folder: Path) -> dict[str, Any]:
    """What Keras says of each model."""
    said: dict[str, Any] = json.loads((folder / "models.json").read_text(encoding="utf-8"))
    return said


@pytest.fixture(scope="module")
def sound(models: dict[str, Any]) -> dict[str, Any]:
    """The models of which there is a file."""
    return {name: said for name, said in models.items() if "refused by Keras" not in said}


def asking_for(input_shape: Any, output_shape: Any) -> Question:
    """Return a question that a model of these shapes answers."""
    shapes = {"input_shape": tuple(input_shape), "output_shape": tuple(output_shape)}
    return dataclasses.replace(bank.load("straight_line"), **shapes, activations=ACTIVATIONS)


def false_alarm(path: Path, question: Question) -> str | None:
    found = inspect(path, question).finding
    return None if found is None else f"{path.name}: {found.code}: {found.message}"


@pytest.mark.slow
def test_no_genuine_model_is_refused(folder: Path, sound: dict[str, Any]) -> None:
    alarms = [
        false_alarm(folder / f"{name}.h5", asking_for(said["input_shape"], said["output_shape"]))
        for name, said in sound.items()
    ]
    print(f"{len(alarms)} genuine models, false alarms: {sum(map(bool, alarms))}")
    assert len(alarms) > 200 and not list(filter(None, alarms))


@pytest.mark.slow
def test_keras_still_refuses_what_it_refused(models: dict[str, Any]) -> None:
    """A model that Keras learns to save belongs to the others."""
    refused = {name: said["refused by Keras"] for name, said in models.items() if "refused by Keras" in said}
    assert set(refused) == set(KERAS_REFUSES), refused


@pytest.mark.slow
def test_every_layer_has_a_genuine_file(folder: Path, sound: dict[str, Any]) -> None:
    seen = set()
    for path in [*KERAS_2, *(folder / f"{name}.h5" for name in sound)]:
        with h5py.File(path) as file:
            seen |= {item.class_name for item in allowlist.declared(json.loads(file.attrs["model_config"]))}
    assert allowlist.LAYERS - seen == NO_FILE


@pytest.mark.slow
def test_shapes_are_those_of_keras(folder: Path, sound: dict[str, Any]) -> None:
    """Of every layer that the inspection has a shape for."""
    wrong, known = [], 0
    for name, said in sound.items():
        with h5py.File(folder / f"{name}.h5") as file:
            read = signature(json.loads(file.attrs["model_config"]))
        assert read.input_shape == tuple(said["input_shape"]), name
        for layer in read.layers:
            keras_says = said["layers"].get(layer.name)
            if keras_says is not None and layer.output_shape is not None:
                known += 1
                wrong += [f"{name}, {layer}, Keras: {keras_says}"] if tuple(keras_says) != layer.output_shape else []
    assert known > 700 and not wrong


@pytest.mark.slow
def test_genuine_models_predict_in_the_worker_as_in_keras(
    folder: Path, sound: dict[str, Any], tmp_path: Path
) -> None:
    """Sound models run; one of them takes words, which no question does, and large networks are inspected alone."""
    running = [name for name, said in sound.items() if said["runs"]]
    jobs = []
    for name in running:
        question = asking_for(sound[name]["input_shape"], sound[name]["output_shape"])
        jobs.append(job(question, readable(folder / f"{name}.h5", tmp_path), folder / f"{name}.npz", tmp_path))
    with Runner(tmp_path / "worker.log") as runner:
        outcomes = runner.run(jobs, predict)
    wrong = []
    for name, outcome in zip(running, outcomes, strict=True):
        with np.load(folder / f"{name}.npz") as arrays:
            if outcome.value is None:
                wrong.append(f"{name}: {outcome.finding or outcome.fault}")
            elif not np.allclose(outcome.value, arrays["y"], atol=precision(name)):
                wrong.append(f"{name}: other predictions")
    print(f"{len(running)} genuine models were run")
    assert len(running) > 180 and not wrong


def readable(path: Path, folder: Path) -> Path:
    """Return the copy of a model file that ``grade`` would run, in ``folder``."""
    target = folder / path.name
    return target if repaired_copy(path, target, version_of(path)) else path


def job(question: Question, model: Path, hidden: Path, category: Path) -> Job:
    return Job(question, model, hidden, category)


@pytest.mark.parametrize("path", REPAIRED, ids=[path.stem for path in REPAIRED])
def test_no_file_of_keras_2_is_refused_by_the_inspection(path: Path) -> None:
    recipe = RECIPES[path.stem.split("-")[0]]
    assert false_alarm(path, asking_for(recipe.shape, expected(path).shape[1:])) is None


@pytest.mark.slow
def test_files_of_keras_2_predict_in_the_worker(tmp_path: Path) -> None:
    """Repaired as ``grade`` does it; those with LSTM and GRU too."""
    jobs, truths = [], []
    for path in REPAIRED:
        recipe = RECIPES[path.stem.split("-")[0]]
        copied = readable(path, tmp_path)
        truths.append(expected(path))
        hidden = tmp_path / f"{path.stem}.npz"
        np.savez(hidden, x=fixed_input(recipe))
        jobs.append(job(asking_for(recipe.shape, truths[-1].shape[1:]), copied, hidden, tmp_path))
    with Runner(tmp_path / "worker.log") as runner:
        outcomes = runner.run(jobs, predict)
    assert len(jobs) > 30
    for one, outcome, truth in zip(jobs, outcomes, truths, strict=True):
        assert outcome.value is not None, (one.model.name, outcome)
        np.testing.assert_allclose(outcome.value, truth, atol=precision(one.model.name))

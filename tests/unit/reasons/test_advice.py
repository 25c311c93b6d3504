"""The ladder of changes: it has read the model, and it has an end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import files
import numpy as np
import pytest

from exam import bank
from exam.architecture import allowlist
from exam.bank.question import HiddenSet, Question
from exam.modelfile import traits
from exam.modelfile.inspection import Inspection
from exam.reasons import advice
from exam.reasons.evidence import Evidence, Study, Training
from exam.scoring import Score

NO_SAMPLES = HiddenSet(np.zeros(0), np.zeros(0), np.zeros(0))
KNOWN = frozenset(
    """
    regularisation augmentation hidden_layer two_hidden_layers 32_units 64_units convolution two_convolutions
    three_convolutions recurrent mask_zero return_sequences tanh backbone mean_absolute_error falling_learning_rate
    """.split()
)
"""What ``features_of`` finds beside the names of layers, with underscores for spaces."""


def evidence(question: Question, *features: str, steps: int | None = None, size: int = 320) -> Evidence:
    """Return what is known of a model with some features, after some steps on so many training samples."""
    name = Path("mymodel.h5")
    seen = Inspection(name, "Category1/mymodel.h5", "Category1", steps=steps, features=frozenset(features))
    study = Study(training=Training(0.5, 2, True, 128, size))
    return Evidence(question, NO_SAMPLES, np.zeros(0), Score(2, 0.5, 0.4), seen, study)


@pytest.mark.parametrize("name", bank.find())
def test_a_ladder_ends_and_repeats_nothing(name: str) -> None:
    question = bank.load(name)
    steps = list(advice.steps(evidence(question), ""))
    assert len(steps) == len(set(steps)) > 1 and steps[-1] == advice.GENERAL[-1].text


@pytest.mark.parametrize("name", bank.find())
def test_what_a_model_has_is_not_recommended(name: str) -> None:
    question = bank.load(name)
    for step in question.advice:
        for feature in step.unless:
            assert step.text not in advice.steps(evidence(question, feature), "")
        for feature in step.only:
            assert step.text in advice.steps(evidence(question, feature), "")
            assert step.text not in advice.steps(evidence(question), "")


@pytest.mark.parametrize("name", bank.find())
def test_every_feature_that_a_step_asks_for_can_be_seen(name: str) -> None:
    layers = allowlist.LAYERS
    named = {feature for step in bank.load(name).advice for feature in (*step.unless, *step.only)}
    assert all(feature in layers or feature.replace(" ", "_") in KNOWN for feature in named), named


def test_dropout_is_for_models_that_memorise() -> None:
    question = bank.load("garments")
    (dropout,) = [step.text for step in question.advice if "Dropout" in step.text]
    told = [dropout in advice.steps(evidence(question, "convolution", "two convolutions"), state) for state in STATES]
    assert told == [True, True, False]


STATES: tuple[advice.State, ...] = ("", "overfitting", "underfitting")


def test_more_epochs_are_for_models_that_saw_few() -> None:
    question = bank.load("garments")
    more = "Train for three times as many epochs."
    for steps, is_told in ((50, True), (99, True), (150, False), (None, True)):
        assert (more in advice.steps(evidence(question, steps=steps), "underfitting")) == is_told


def layer(name: str, **config: Any) -> dict[str, Any]:
    return files.layer(name, f"{name}_{len(config)}".lower(), **config)


def features(*layers: dict[str, Any], **compiled: Any) -> frozenset[str]:
    """Return the features of a model of some layers."""
    parts = allowlist.declared(files.sequential(*layers))
    return traits.features_of(parts, json.dumps(compiled) if compiled else None)


def test_features_are_read_from_the_description() -> None:
    last = layer("Dense", units=10, activation="softmax")
    assert features(last) == {"Sequential", "InputLayer", "Dense"}
    network = features(layer("Conv2D", filters=32), layer("Dropout", rate=0.3), last)
    assert {"convolution", "hidden layer", "32 units", "regularisation"} <= network
    assert not {"two convolutions", "64 units", "two hidden layers", "augmentation", "backbone"} & network
    recurrent = files.layer("LSTM", "lstm", units=64, return_sequences=True)
    words = features(layer("Embedding", mask_zero=True), layer("Bidirectional", layer=recurrent), last)
    assert {"mask_zero", "Bidirectional", "recurrent", "return_sequences", "64 units"} <= words
    assert "backbone" in features(files.sequential(layer("Conv2D", filters=8)), last)


@pytest.mark.parametrize("loss", ["mae", {"class_name": "Huber", "config": {}}, "mean_absolute_error"])
def test_what_was_compiled_is_read(loss: Any) -> None:
    schedule = {"class_name": "CosineDecay", "config": {}}
    found = features(layer("Dense", units=1), loss=loss, optimizer_config={"config": {"learning_rate": schedule}})
    assert {"mean absolute error", "falling learning rate"} <= found
    found = features(layer("Dense", units=1), loss="mse", optimizer_config={"config": {"learning_rate": 0.1}})
    assert not {"mean absolute error", "falling learning rate"} & found


@pytest.mark.parametrize("damaged", ["", "[]", "null", "{", '{"optimizer_config": 3, "loss": [[]]}', "[" * 10_000])
def test_a_damaged_record_of_the_training_has_no_features(damaged: str) -> None:
    parts = list(allowlist.declared(files.sequential(layer("Dense", units="many"))))
    assert traits.features_of(parts, damaged) == {"Sequential", "InputLayer", "Dense"}

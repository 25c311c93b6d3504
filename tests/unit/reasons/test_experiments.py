"""Experiments with real models, through the command: what is said of them is true, and nothing is said twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import confusion
import harness
import numpy as np
import pytest
from confusion import Bench

from exam import bank
from exam.bank.question import HiddenSet
from exam.reasons import answers, inputs
from exam.scoring import score
from exam.workspace import Exam


def bench(root: Path, question_id: str) -> Bench:
    """Return a workspace with the data of one question, whose commands can be run."""
    question = bank.load(question_id)
    questions = {**harness.EXAM.questions, question.category: question_id}
    exam = Exam("test", confusion.SEED, "cpu", 5.0, "offline", questions)
    workspace = harness.workspace_without_models(root / "exam")
    workspace.exam_toml.write_text(exam.to_toml(), encoding="utf-8")
    harness.prepare(workspace, exam, only=[question.category])
    return Bench(question, workspace)


def graded(made: Bench) -> dict[str, Any]:
    """Run the command, and return the record of the category."""
    ended = harness.run_exam(made.workspace, "grade", str(made.question.category), "--json")
    (record,) = json.loads(ended.stdout)
    return dict(record)


def codes(record: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in record["findings"]]


def model_of(made: Bench, last: str, **options: Any) -> Any:
    """Return a network for digits with another last activation, trained on inputs and labels of its own."""
    from keras import layers

    return made.fitted(layers.Flatten(), layers.Dense(64, "relu"), layers.Dense(10, last), epochs=12, **options)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
class TestTheWrongActivation:
    """It costs all points, and hides nothing else."""

    def test_what_it_would_have_earned_is_said(self, tmp_path: Path) -> None:
        """Before, nothing was said of a sound model but that it lacks softmax."""
        import keras

        made = bench(tmp_path, "handwritten_digits")
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model = model_of(made, "linear", loss=loss)
        made.save(model)
        record = graded(made)
        assert (record["status"], record["points"]) == ("not gradable", 0)
        assert codes(record)[:2] == ["missing-activation", "would-have-earned"]
        samples = made.samples
        logits = model.predict(samples.x.astype(np.float32) * made.question.input_scale, verbose=0)
        earned = made.question.points(made.question.measure(samples, logits))
        assert earned > 0 and f"would have earned {earned} of 5" in record["findings"][1]["message"]

    def test_another_mistake_is_seen_behind_it(self, tmp_path: Path) -> None:
        made = bench(tmp_path, "handwritten_digits")
        made.save(model_of(made, "sigmoid", change=lambda x: 1 - x))
        assert codes(graded(made)) == ["sigmoid-for-classes", "would-have-earned", "inverted-pixels"]

    def test_what_cannot_be_run_stays_at_the_first_finding(self, tmp_path: Path) -> None:
        """A last activation that is wrong does not open the way to what a later check refuses."""
        from keras import layers

        made = bench(tmp_path, "satire_headlines")
        short = [layers.Embedding(10, 4), layers.GlobalAveragePooling1D(), layers.Dense(1)]
        made.save(made.model(*short))
        assert codes(graded(made)) == ["missing-activation"]

    @pytest.mark.parametrize(
        "fault",
        [
            "mended.findings = broken",
            "grade.experiments.study = lambda seen, model: (broken if model_of_two(seen) else study)(seen, model)",
            "grade.hidden.ensure = lambda asked, seed: (broken if asked.category == 2 else ensure)(asked, seed)",
        ],
        ids=["the reasons", "the experiments", "the hidden data"],
    )
    def test_a_fault_of_ours_behind_it_costs_nothing(self, tmp_path: Path, mistakes: Path, fault: str) -> None:
        """Before, one in the reasons ended the command, and that of the sound model beside it too."""
        made = bench(tmp_path, "handwritten_digits")
        made.save(model_of(made, "linear"))
        shutil.copyfile(mistakes / "sound.h5", made.workspace.model(1))
        command = [sys.executable, "-c", BROKEN.format(fault=fault), "grade", "1", "2", "--json"]
        environment = harness.environment_for()
        ended = subprocess.run(command, cwd=made.workspace.root, env=environment, capture_output=True, text=True)
        sound, wrong = json.loads(ended.stdout)
        assert (sound["status"], wrong["status"], codes(wrong)) == ("scored", "not gradable", ["missing-activation"])
        assert "RuntimeError: ours" in (made.workspace.log / "faults.log").read_text(encoding="utf-8")


BROKEN = """
import sys
from exam.grading import grade
from exam.reasons import mended

ensure, study = grade.hidden.ensure, grade.experiments.study

def model_of_two(evidence):
    return evidence.question.category == 2

def broken(*_):
    raise RuntimeError("ours")

{fault}
sys.argv = ["exam", *sys.argv[1:]]
from exam.__main__ import main
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
class TestWhatAProvenCauseExplains:
    """It is not said in other words below it."""

    def test_labels_divided_by_100(self, tmp_path: Path) -> None:
        """Before: "it ignores its input", and "it has not learned enough"."""
        made = bench(tmp_path, "house_price")
        made.save(confusion.normalised(made, made.training[1] / 100))
        record = graded(made)
        assert codes(record) in (["off-by-scale"], ["off-by-scale", "room-to-improve"])

    def test_a_model_that_fits_nothing_is_not_said_to_memorise(self, tmp_path: Path) -> None:
        made = bench(tmp_path, "wine_cultivars")
        shuffled = np.random.default_rng(1).permutation(made.training[1])
        made.save(confusion.wine(made, labels=shuffled))
        found = codes(graded(made))
        assert found[0] == "other-data" and not {"overfitting", "underfitting", "permuted-classes"} & set(found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mask_zero", [False, True])
def test_a_padding_that_is_skipped_is_not_to_be_skipped_again(tmp_path: Path, mask_zero: bool) -> None:
    """Before, mask_zero=True was recommended to a model that has it."""
    from keras import layers

    made = bench(tmp_path, "satire_headlines")
    body = [layers.Embedding(1000, 4, mask_zero=mask_zero), layers.LSTM(4), layers.Dense(1, "sigmoid")]
    model = made.model(*body)
    model.layers[-1].set_weights([np.zeros((4, 1)), np.zeros(1)])
    made.save(model)
    first = graded(made)["findings"][0]
    assert first["code"] == "dead-start" and ("mask_zero" in first["next_step"]) != mask_zero


@pytest.mark.slow
class TestAge:
    """What the times of the files tell."""

    def test_a_starter_that_was_changed_afterwards(self, tmp_path: Path, mistakes: Path) -> None:
        made = bench(tmp_path, "straight_line")
        shutil.copyfile(mistakes / "sound.h5", made.path)
        assert "older-than-starter" not in codes(graded(made))
        later = time.time() + 600
        os.utime(made.folder / "starter.py", (later, later))
        assert codes(graded(made))[-1] == "older-than-starter", "also when the score is remembered"

    def test_a_model_from_before_the_exam(self, tmp_path: Path, mistakes: Path) -> None:
        made = bench(tmp_path, "straight_line")
        shutil.copyfile(mistakes / "sound.h5", made.path)
        os.utime(made.path, (time.time() - 600,) * 2)
        os.utime(made.folder / "starter.py", (time.time() - 900,) * 2)
        assert "older-than-exam" not in codes(graded(made)), "no clock is running"
        assert harness.run_exam(made.workspace, "start").returncode == 0
        assert codes(graded(made))[-1] == "older-than-exam"
        shutil.copyfile(mistakes / "sound.h5", made.path)
        assert "older-than-exam" not in codes(graded(made))


def forecasts() -> HiddenSet:
    """Return windows of a series with its next 24 steps; the baseline repeats the last value."""
    series = np.sin(np.arange(600) / 1.5) + np.random.default_rng(0).normal(0, 0.05, 600)
    windows = np.lib.stride_tricks.sliding_window_view(series.astype(np.float32), 72)[::2]
    x = np.zeros((len(windows), 48, 7), np.float32)
    x[..., 0] = windows[:, :48]
    return HiddenSet(x, windows[:, 48:].copy(), np.repeat(windows[:, 47:48], 24, axis=1))


@pytest.mark.parametrize(
    ("mistake", "code"),
    [
        (lambda y, x: y, None),
        (lambda y, x: y / 7, "off-by-scale"),
        (lambda y, x: y + 3, "off-by-constant"),
        (lambda y, x: (y - 5) / 9, "scaled-labels"),
        (lambda y, x: y - x[:, -1, :1], "changes-only"),
        (lambda y, x: np.diff(y, axis=1, prepend=x[:, -1, :1]), "changes-only"),
        (lambda y, x: y[:, ::-1], "reordered-forecast"),
        (lambda y, x: np.roll(y, 1, axis=1), "shifted-forecast"),
        (lambda y, x: np.full_like(y, y.mean()), None),
        (lambda y, x: np.random.default_rng(1).permutation(y), None),
    ],
)  # fmt: skip
def test_only_what_was_done_to_the_answers_is_undone(mistake: Any, code: str | None) -> None:
    """Answers with noise, and one mistake: it is found, and none where there is none."""
    question, samples = bank.load("bike_rentals"), forecasts()
    noise = np.random.default_rng(2).normal(0, 0.1, samples.y.shape)
    predictions = mistake(samples.y + noise, samples.x).astype(np.float32)
    remedy, _ = answers.best(question, samples, predictions, score(question, samples, predictions))
    assert (remedy and remedy.code) == code


def test_every_exchange_of_columns_is_tried_where_there_are_few() -> None:
    assert len(list(inputs.exchanges(bank.load("wine_cultivars")))) == 13 * 12 // 2
    assert not list(inputs.exchanges(bank.load("garments"))) and not list(inputs.exchanges(bank.load("library_docs")))

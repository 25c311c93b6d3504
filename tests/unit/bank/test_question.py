"""Every question of the bank keeps its contract; nothing here needs TensorFlow."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import bank_readme
import harness
import numpy as np
import pytest
from conftest import LINKS
from questions import OFFLINE, PUBLIC, SEED, quick_first

from exam import bank
from exam.bank import hidden, training
from exam.bank.metrics import METRICS
from exam.bank.question import HiddenSet
from exam.bank.skills import NOT_IN_CODE, SKILLS
from exam.bank.streams import generator

Made = tuple[bank.Question, HiddenSet, Path]
OTHER_SEED = 4242


@pytest.fixture(scope="module", params=map(quick_first, OFFLINE))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A question, its hidden set and its training data, made once."""
    question = bank.load(request.param)
    data = tmp_path_factory.mktemp(question.id)
    question.write_training(data, OTHER_SEED)
    return question, question.make_hidden(OTHER_SEED), data


def test_hidden_set_has_the_declared_shapes(made: Made) -> None:
    question, samples, _ = made
    n = len(samples.x)
    assert n >= 200 and samples.x.shape == (n, *question.input_shape)
    assert samples.baseline.shape == (n, *question.output_shape)
    assert samples.y.shape == ((n,) if question.task == "multiclass" else (n, *question.output_shape))
    assert samples.x.dtype in (np.uint8, np.int32, np.float32)
    assert np.isfinite(samples.x.astype(np.float64)).all() and np.isfinite(samples.y.astype(np.float64)).all()


@pytest.mark.slow
def test_hidden_set_is_the_same_every_time_and_another_for_another_seed(made: Made) -> None:
    question, samples, _ = made
    again, other = question.make_hidden(OTHER_SEED), hidden.read(hidden.ensure(question, SEED))
    for name in ("x", "y", "baseline"):
        np.testing.assert_array_equal(getattr(samples, name), getattr(again, name))
    assert samples.x.shape != other.x.shape or not np.array_equal(samples.x, other.x)


def test_baseline_earns_at_most_one_point(made: Made) -> None:
    question, samples, _ = made
    assert question.points(question.measure(samples, samples.baseline)) <= 1


def test_perfect_answers_earn_five_points(made: Made) -> None:
    question, samples, _ = made
    perfect = samples.y.astype(np.float32)
    if question.task == "multiclass":
        perfect = np.eye(question.output_shape[-1], dtype=np.float32)[samples.y]
    assert question.points(question.measure(samples, perfect)) == 5


def test_classes_are_balanced(made: Made) -> None:
    question, samples, _ = made
    if question.task in ("multiclass", "binary") and question.balanced:
        _, counts = np.unique(samples.y, return_counts=True)
        assert counts.min() > 0.7 * counts.max()


@pytest.mark.slow
def test_training_data_is_the_same_every_time(made: Made, tmp_path: Path) -> None:
    question, _, data = made
    question.write_training(tmp_path, OTHER_SEED)
    first = {path.relative_to(data): path.read_bytes() for path in data.rglob("*") if path.is_file()}
    second = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert first and first == second


@pytest.mark.parametrize("question_id", [*OFFLINE, *PUBLIC])
def test_texts_agree_with_the_declaration(question_id: str) -> None:
    question, folder = bank.load(question_id), bank.find()[question_id]
    readme, starter = ((folder / name).read_text(encoding="utf-8") for name in ("README.md", "starter.py"))
    for band in question.bands:
        shown = {f"{band:g}", f"{band:.2f}", f"{band:.3f}", f"{band:.1%}", f"{band:.0%}", f"{band * 100:g} %"}
        assert any(text in readme for text in shown), f"the README of {question_id} does not name the band {band:g}"
    assert f"CATEGORY {question.category} of 5" in starter and f"grade {question.category}" in starter
    assert starter.isascii(), "a starter is opened in every editor there is"
    assert "Lambda(" not in starter and "TextVectorization(" not in starter
    assert (harness.SOLUTIONS / f"{question_id}.py").exists()
    assert str(question.input_shape) in readme and str(question.input_shape) in starter


@pytest.mark.parametrize("question_id", OFFLINE)
def test_calibration_table_has_sound_rows(question_id: str) -> None:
    """Three seeds while the bands were chosen, two that were drawn afterwards."""
    question = bank.load(question_id)
    bands = ", ".join(f"{band:g}" for band in question.bands)
    table = (bank.BANK / "CALIBRATION.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in table if line.startswith(f"| {question_id} |")]
    assert len(rows) >= 5
    for row in rows:
        assert f"| {bands} |" in row, "the bands changed: python make.py calibrate"
        baseline, first, reference = map(int, re.findall(r"\*\*(\d)\*\*", row))
        assert baseline <= 1 and 2 <= first <= 4 and reference == 5


@pytest.mark.parametrize("question_id", OFFLINE)
def test_difficulty_is_what_a_first_attempt_earns(question_id: str) -> None:
    table = (bank.BANK / "CALIBRATION.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in table if line.startswith(f"| {question_id} |")]
    points = sorted(int(re.findall(r"\*\*(\d)\*\*", row)[1]) for row in rows)
    assert bank.load(question_id).difficulty == 5 - points[len(points) // 2]


def test_every_category_has_five_offline_questions() -> None:
    categories = [bank.load(name).category for name in OFFLINE]
    assert all(categories.count(category) >= 5 for category in range(1, 6))


def test_together_the_bank_exercises_the_whole_checklist() -> None:
    exercised = {skill for name in OFFLINE + PUBLIC for skill in bank.load(name).skills}
    assert exercised == set(SKILLS)
    # The handbook has 52 items; this one counts univariate and multivariate series apart.
    assert len(SKILLS) + sum(map(len, NOT_IN_CODE.values())) == 53


def test_the_readme_of_the_bank_is_up_to_date() -> None:
    assert bank_readme.README.read_text(encoding="utf-8") == bank_readme.text(), "run: python make.py bank"


def test_streams_are_independent_and_fixed() -> None:
    assert generator(1, "q", "hidden").integers(10**9) != generator(1, "q", "training").integers(10**9)
    assert generator(1, "q", "hidden").integers(10**9) != generator(2, "q", "hidden").integers(10**9)
    assert generator(1, "q", "hidden").integers(10**9) == 674724300


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"category": 6}, "category"),
        ({"bands": (1.0, 2.0, 3.0, 4.0, 5.0)}, "bands"),  # rising bands for an error
        ({"metric": "beauty"}, "metric"),
        ({"activations": ()}, "activations"),
        ({"train_seconds": 181}, "train_seconds"),
        ({"advice": ()}, "advice"),
        ({"difficulty": 4}, "difficulty"),
        ({"skills": ("patience",)}, "skills"),
        ({"skills": ()}, "skills"),
        ({"balanced": False}, "balanced"),  # an unbalanced question is scored by balanced accuracy
        ({"task": "multiclass"}, "class_names"),
        ({"input_shape": ()}, "shapes"),
    ],
)
def test_impossible_declarations_are_refused(change: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(bank.load("straight_line"), **change)  # type: ignore[arg-type]


def test_bands_and_points() -> None:
    question = bank.load("straight_line")
    assert [question.points(value) for value in (9.0, 4.0, 1.5, 0.5, 0.1, 0.0, float("nan"))] == [0, 1, 2, 4, 5, 5, 0]


@pytest.mark.parametrize(("name", "expected"), [("accuracy", 0.5), ("max_error", 3.0), ("mean_absolute_error", 2.0)])
def test_metrics(name: str, expected: float) -> None:
    y, predictions = np.array([[1.0], [2.0]]), np.array([[2.0], [5.0]])
    if name == "accuracy":
        y, predictions = np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])
    assert METRICS[name].measure(y, predictions, predictions) == pytest.approx(expected)


def test_relative_mae_of_the_baseline_is_one() -> None:
    y, baseline = np.zeros((4, 2)), np.ones((4, 2))
    assert METRICS["relative_mae"].measure(y, baseline, baseline) == 1.0
    assert METRICS["relative_mae"].measure(y, baseline / 2, baseline) == 0.5


def test_adding_a_question_is_adding_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "category1" / "another_line"
    shutil.copytree(bank.find()["straight_line"], folder)
    text = (folder / "question.py").read_text().replace('ID = "straight_line"', 'ID = "another_line"')
    (folder / "question.py").write_text(text)
    assert list(bank.find(tmp_path)) == ["another_line"]
    assert bank.load("another_line", tmp_path).id == "another_line"


def test_a_question_in_the_wrong_place_is_refused(tmp_path: Path) -> None:
    shutil.copytree(bank.find()["straight_line"], tmp_path / "category2" / "straight_line")
    with pytest.raises(ValueError, match="category2"):
        bank.load("straight_line", tmp_path)
    with pytest.raises(LookupError, match="nowhere"):
        bank.load("nowhere", tmp_path)


def test_hidden_sets_are_cached_outside_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAM_CACHE", str(tmp_path / "cache"))
    question = bank.load("straight_line")
    path = hidden.ensure(question, 7)
    before = path.stat().st_ino
    assert hidden.ensure(question, 7) == path and path.stat().st_ino == before
    path.write_bytes(b"damaged")
    assert len(hidden.read(hidden.ensure(question, 7)).x) == 200
    assert not list(path.parent.glob("*.partial"))


def test_only_the_newest_hidden_sets_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAM_CACHE", str(tmp_path))
    monkeypatch.setattr(hidden, "KEPT", 3)
    paths = [hidden.ensure(bank.load("straight_line"), seed) for seed in range(6)]
    assert len(list(paths[0].parent.glob("*.npz"))) == 3 and paths[-1].exists()


def test_a_hidden_set_in_use_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAM_CACHE", str(tmp_path))
    monkeypatch.setattr(hidden, "KEPT", 2)
    question = bank.load("straight_line")
    used, unused = hidden.ensure(question, 1), hidden.ensure(question, 2)
    os.utime(used, (1, 1))  # made first
    os.utime(unused, (2, 2))
    hidden.ensure(question, 1)
    hidden.ensure(question, 3)
    assert used.exists() and not unused.exists()


@LINKS
def test_tidying_up_beside_another_process_that_does_the_same(tmp_path: Path) -> None:
    (tmp_path / "removed-meanwhile.npz").symlink_to(tmp_path / "nowhere")
    hidden._prune(tmp_path, 0)


def test_training_data_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAM_CACHE", str(tmp_path / "cache"))
    category = tmp_path / "Category1"

    def fails(folder: Path, seed: int) -> None:
        raise ZeroDivisionError

    broken = replace(bank.load("straight_line"), write_training=fails)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(bank, "load", lambda name, folder: broken)
        training.make(category, "straight_line", 1)
    assert not (category / "data").exists()
    assert training.make(category, "straight_line", 1) is True
    assert training.make(category, "straight_line", 1) is False
    (category / "data" / "points.csv").unlink()
    assert training.make(category, "straight_line", 1, again=True) and (category / "data" / "points.csv").exists()
    assert [path.name for path in category.iterdir()] == ["data"]

"""All exams of a workspace, kept models, and how much of a score is luck."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import files
import harness
import numpy as np
import pytest
import records
from confusion import Bench
from rich.console import Console
import questions
from questions import OFFLINE, quick_first

from exam import bank, draw
from exam.bank import hidden, streams
from exam.bank.metrics import METRICS
from exam.bank.question import HiddenSet
from exam.grading import cache, fresh
from exam.records import attempts, history, kept_models
from exam.scoring import Score
from exam.screens.fresh import fresh_view
from exam.workspace import Exam, Workspace

SEED = 31
FINITE = {"library_docs"}
"""Of the questions that need no network, those whose hidden data are all that there is."""
QUESTIONS_OF_THE_EXAM = {
    1: "two_rings",
    2: "wine_cultivars",
    3: "rock_paper_scissors",
    4: "library_docs",
    5: "weather_station",
}
EXAM = Exam("test", SEED, "cpu", 5.0, "offline", QUESTIONS_OF_THE_EXAM)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with an exam and no models; the engine is the template's own."""
    made = Workspace(tmp_path / "my exam")
    (made.root / "exam").mkdir(parents=True)  # marks the folder; the engine on PYTHONPATH is a package and comes first
    (made.root / "bootstrap.py").touch()
    made.state.mkdir()
    made.exam_toml.write_text(EXAM.to_toml(), encoding="utf-8")
    return made


def exam(workspace: Workspace, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``python -m exam`` in the workspace."""
    return subprocess.run(
        [sys.executable, "-m", "exam", *arguments],
        cwd=workspace.root,
        env=harness.environment_for(**harness.UTF_8),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )


def archived(workspace: Workspace, name: str, *tries: attempts.Attempt, toml: str = EXAM.to_toml()) -> Path:
    """Put an exam into the archive, as ``draw`` does."""
    folder = workspace.archive / name
    folder.mkdir(parents=True)
    (folder / "exam.toml").write_text(toml, encoding="utf-8")
    records.write(folder / "attempts.jsonl", *tries)
    return folder


# --- history


def two_exams(workspace: Workspace) -> None:
    """An exam under its clock in the archive, with practice after its end, and the present one in practice."""
    under_the_clock = [
        records.attempt(1, 4, elapsed=600),
        records.attempt(1, 2, elapsed=900),
        *(records.attempt(category, 5, elapsed=1000.0 * category) for category in (2, 3, 4, 5)),
        records.attempt(1, 5),
    ]
    records.clock(archived(workspace, "20261102T190000000000Z-seed-7", *under_the_clock) / "session.json")
    records.write(workspace.attempts, records.attempt(5, 3, sha256="cd" * 32), records.attempt(5, None, "not gradable"))


def test_json_has_every_exam_and_every_attempt(workspace: Workspace) -> None:
    two_exams(workspace)
    first, second = json.loads(exam(workspace, "history", "--json").stdout)["exams"]
    assert [first["number"], first["mode"], first["state"], first["total"]] == [1, "exam", "finished", 94.0]
    assert first["date"].startswith("2026-11-02T11:00") and first["folder"] == "archive/20261102T190000000000Z-seed-7"
    line = first["categories"][0]
    assert [line["question"], line["attempts"], line["best"], line["points"]] == ["two_rings", 2, 4, 2]
    assert [attempt["points"] for attempt in line["every_attempt"]] == [4, 2, 5], "practice after the end is there too"
    assert [attempt["mode"] for attempt in line["every_attempt"]] == ["exam", "exam", "practice"]
    assert [second["number"], second["mode"], second["state"], second["folder"]] == [2, "practice", None, None]
    assert second["date"].startswith("2026-11-01T12:00"), "in practice the first attempt"
    only = json.loads(exam(workspace, "history", "--category", "5", "--json").stdout)["exams"]
    assert [[line["category"] for line in past["categories"]] for past in only] == [[5], [5]]
    assert only[0]["total"] == 94.0


def test_table_shows_exams_the_newest_last(workspace: Workspace) -> None:
    two_exams(workspace)
    run = exam(workspace, "history")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert max(map(len, lines)) <= 100 and run.stdout.index("Exam 1") < run.stdout.index("Exam 2")
    assert "94 of 100, passed" in run.stdout and "exam, finished" in run.stdout and "2 exams, 1 passed" in run.stdout
    rings = next(line for line in lines if bank.load("two_rings").title in line)
    assert "2 +1" in rings and rings.index("■■■■□") < rings.index("■■□□□"), "best before latest"


def test_one_category_shows_every_attempt(workspace: Workspace) -> None:
    two_exams(workspace)
    (workspace.state / "models").mkdir()
    kept_models.path(workspace, "cd" * 32).touch()
    shown = exam(workspace, "history", "--category", "5").stdout
    assert max(map(len, shown.splitlines())) <= 100
    assert "cdcdcdcd *" in shown and "abababab" in shown and "abababab *" not in shown
    assert "nan-output" in shown and "0.75" in shown and "practice" in shown and "exam" in shown
    assert bank.load("weather_station").title in shown


@pytest.mark.parametrize("damage", ["seed = ", EXAM.to_toml().replace("data_source", "weather"), ""])
def test_a_damaged_exam_costs_no_other_line(workspace: Workspace, damage: str) -> None:
    two_exams(workspace)
    folder = archived(workspace, "20261001T190000000000Z-seed-9", records.attempt(1, 4, question="gone"), toml=damage)
    (folder / "session.json").write_text("{}")
    with (folder / "attempts.jsonl").open("a") as file:
        file.write('{"half a li\n' + json.dumps({**records.attempt(1, 5).to_dict(), "category": 9}) + "\nnull\n")
        file.write(json.dumps(records.attempt(2, 5).to_dict()) + "\n")
    (workspace.archive / "notes").mkdir()
    found = history.exams(workspace)
    assert [past.standing.total for past in found] == [23.0, 94.0, 18.0]
    assert found[0].questions == {1: "gone", 2: "straight_line"} and found[0].seed == 31
    assert exam(workspace, "history").returncode == 0


def test_a_question_of_an_older_bank_keeps_its_title(workspace: Workspace) -> None:
    toml = EXAM.to_toml().replace("two_rings", "old_question").replace("wine_cultivars", "older_question")
    archived(workspace, "20261001T190000000000Z-seed-9", records.attempt(1, 4, question="old_question"), toml=toml)
    titles = [item.title for item in history.exams(workspace)[0].standing.categories]
    assert titles[:3] == ["A straight line", "older_question", bank.load("rock_paper_scissors").title]


def test_an_exam_that_was_left_for_the_next_is_no_running_one(workspace: Workspace) -> None:
    records.clock(archived(workspace, "20261001T190000000000Z-seed-9") / "session.json", "running")
    records.clock(workspace.state / "session.json", "running")
    assert [past.state for past in history.exams(workspace)] == ["abandoned", "expired"], "the present one went on"
    assert "never finished" in exam(workspace, "history").stdout


def test_no_exam_is_a_sentence(workspace: Workspace) -> None:
    workspace.exam_toml.unlink()
    run = exam(workspace, "history")
    assert run.returncode == 3 and "python -m exam draw" in run.stderr
    assert json.loads(exam(workspace, "history", "--json").stdout) == {"exams": []}


def test_progress_is_what_a_chart_draws(workspace: Workspace) -> None:
    two_exams(workspace)
    archived(workspace, "20261103T000000000000Z-seed-8")
    first, second = history.progress(history.exams(workspace))
    assert (first.number, first.total, first.passed, first.best) == (1, 94.0, True, {1: 4, 2: 5, 3: 5, 4: 5, 5: 5})
    assert (second.number, second.mode, second.best[5], second.best[1]) == (3, "practice", 3, None)


# --- models that are kept


def scored_before(workspace: Workspace) -> str:
    """Save a model of some size whose score is in the cache, so that no TensorFlow is needed; return its hash."""
    question = bank.load("two_rings")
    neuron = files.sequential(files.layer("Dense", units=1, activation="sigmoid"), shape=question.input_shape)
    model = files.write(workspace.model(1), neuron)
    with model.open("ab") as file:
        file.write(bytes(300_000))
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    answer = cache.path(workspace, sha256, SEED, hidden.fingerprint(question))
    answer.parent.mkdir()
    answer.write_text(json.dumps(records.result(1, 3, question="two_rings", sha256=sha256).to_dict()))
    cache.write_predictions(answer, np.zeros((2000, 1)))
    return sha256


@pytest.mark.slow
def test_each_graded_model_is_kept_once(workspace: Workspace) -> None:
    sha256 = scored_before(workspace)
    assert exam(workspace, "grade", "1").returncode == 0
    assert not kept_models.path(workspace, sha256).exists(), "only when asked for"
    for _ in range(2):
        exam(workspace, "grade", "1", "2", "--keep-models")
        copy = kept_models.path(workspace, sha256)
        assert copy.read_bytes() == workspace.model(1).read_bytes()
        assert [path.name for path in copy.parent.iterdir()] == [copy.name]
        os.utime(copy, (1, 1))
        before = copy.stat().st_mtime
    assert before == 1
    draw.draw(workspace, seed=5)
    assert exam(workspace, "history", "--json").stdout.count('"kept": true') == 3


def test_no_copy_of_a_file_that_was_saved_again(workspace: Workspace) -> None:
    scored_before(workspace)
    (problem,) = kept_models.keep(workspace, [records.result(1, sha256="ab" * 32)])
    assert "saved again" in problem and not list((workspace.state / "models").iterdir())


@pytest.mark.slow
def test_a_copy_that_cannot_be_kept_costs_a_sentence_and_no_grading(workspace: Workspace) -> None:
    scored_before(workspace)
    (workspace.state / "models").write_text("in the way")
    run = exam(workspace, "grade", "1", "--keep-models")
    assert run.returncode == 0 and "no copy could be kept" in run.stderr and "Traceback" not in run.stderr
    assert "■■■□□" in run.stdout and len(attempts.read(workspace)) == 1
    assert (workspace.state / "models").read_text() == "in the way"


# --- many gradings on the same hidden data


def graded(*hashes: str, **changes: object) -> list[attempts.Attempt]:
    return [records.attempt(1, 3, question="two_rings", sha256=sha256, **changes) for sha256 in hashes]


@pytest.mark.parametrize(
    ("tries", "expected"),
    [
        (graded(*"abcd"), {}),
        (graded(*"abcde"), {1: 5}),
        (graded(*"abcdefabc"), {1: 6}),
        (graded(*"aaaaaaaaaaaaaa"), {}),
        (graded(*"abcde", status="not gradable"), {}),
        ([records.attempt(1, 3, question="damped_wave", sha256=sha256) for sha256 in "abcde"], {}),
    ],
)
def test_many_models_on_the_same_data_are_counted(tries: list[attempts.Attempt], expected: dict[int, int]) -> None:
    assert records.tally(tries, questions=EXAM.questions).tuned == expected


@pytest.mark.slow
def test_the_grading_of_many_models_says_so(workspace: Workspace) -> None:
    scored_before(workspace)
    records.write(workspace.attempts, *graded(*"abc"))
    assert "same hidden data" not in exam(workspace, "grade", "1").stdout
    records.write(workspace.attempts, *graded(*"abcdefghijklm"))
    shown = exam(workspace, "grade", "1").stdout
    assert "14 models were graded on the same hidden data" in shown and "python -m exam grade 1 --fresh" in shown


# --- fresh samples


@pytest.mark.parametrize("name", [quick_first(name) for name in OFFLINE])
def test_a_fresh_sample_is_other_data_of_the_same_world(name: str, tmp_path: Path) -> None:
    question = bank.load(name)
    path = hidden.fresh(question, questions.SEED, 1)
    assert (path is None) == (name in FINITE)
    if path:
        own, made = (hidden.read(place) for place in (hidden.ensure(question, questions.SEED), path))
        for array in ("x", "y", "baseline"):
            first, second = getattr(own, array), getattr(made, array)
            assert (first.shape, first.dtype) == (second.shape, second.dtype)


@pytest.mark.parametrize(
    "name", list(map(quick_first, ["straight_line", "weather_station", "satire_headlines", "garments", "photo_faults"]))
)
def test_a_fresh_sample_leaves_the_training_data_alone(name: str, tmp_path: Path) -> None:
    question = bank.load(name)
    written = [tmp_path / "training", tmp_path / "training of the fresh sample"]
    for folder, sample in zip(written, (0, 1), strict=True):
        folder.mkdir()
        with streams.fresh(sample):
            question.write_training(folder, questions.SEED)
    contents = [{path.name: path.read_bytes() for path in folder.rglob("*.*")} for folder in written]
    assert contents[0] == contents[1] and contents[0]


def test_each_fresh_sample_is_made_once_and_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAM_CACHE", str(tmp_path))
    question = bank.load("straight_line")
    paths = [hidden.ensure(question, SEED), *(hidden.fresh(question, SEED, sample) for sample in (1, 2, 3))]
    assert len({hidden.read(path).x.tobytes() for path in paths if path}) == 4
    np.testing.assert_array_equal(hidden.read(paths[0] or tmp_path).x, question.make_hidden(SEED).x)
    inode = (paths[1] or tmp_path).stat().st_ino
    assert hidden.fresh(question, SEED, 1) == paths[1] and (paths[1] or tmp_path).stat().st_ino == inode
    monkeypatch.setattr(hidden, "KEPT_FRESH", 2)
    hidden.fresh(question, SEED, 4)
    assert len(list((tmp_path / "fresh").iterdir())) == 2 and hidden.ensure(question, SEED).exists()


def test_only_hidden_streams_change_and_only_for_a_fresh_sample() -> None:
    def numbers() -> list[int]:
        purposes = ("hidden", "hidden/a/1", "training", "hiddenness", "line")
        return [int(streams.generator(1, "q", purpose).integers(10**9)) for purpose in purposes]

    before = numbers()
    with streams.fresh(1):
        first = numbers()
    with streams.fresh(2):
        second = numbers()
    assert numbers() == before and first[2:] == second[2:] == before[2:]
    assert len({*before[:2], *first[:2], *second[:2]}) == 6


def test_what_real_data_repeat_is_declared() -> None:
    for name in set(OFFLINE) - FINITE:
        question = bank.load(name)
        is_real = any(package in question.source for package in ("scikit-learn", "statsmodels"))
        assert bool(question.stock) == is_real, name


# --- the interval


def some_answers(metric: str, n: int, seed: int = 0) -> tuple[HiddenSet, np.ndarray]:  # type: ignore[type-arg]
    """Return targets and answers that are right nine times of ten, or off by about half of what the baseline is."""
    stream = np.random.default_rng(seed)
    if metric in ("accuracy", "balanced_accuracy"):
        y = stream.integers(0, 4, n)
        answers = np.eye(4, dtype=np.float32)[np.where(stream.random(n) < 0.9, y, (y + 1) % 4)]
    else:
        y = stream.integers(0, 2, (n, 1)).astype(np.float32)
        wrong = stream.random((n, 1)) < 0.1
        answers = np.where(wrong, 1 - y, y) if metric == "binary_accuracy" else y + stream.normal(0, 0.5, (n, 1))
    return HiddenSet(answers, y, y + stream.normal(0, 1, y.shape) if y.ndim > 1 else answers), answers


QUESTION_OF = {bank.load(name).metric: bank.load(name) for name in OFFLINE}


@pytest.mark.parametrize("metric", sorted(set(METRICS) - {"max_error"}))
def test_the_interval_is_as_wide_as_new_samples_differ(metric: str) -> None:
    question = QUESTION_OF[metric]
    values = [question.measure(*some_answers(metric, 400, seed)) for seed in range(200)]
    samples, answers = some_answers(metric, 400)
    found = fresh.interval(question, samples, answers)
    assert found is not None and found == fresh.interval(question, samples, answers)
    assert found.low < question.measure(samples, answers) < found.high
    assert 0.7 < (found.high - found.low) / (2 * 1.96 * np.std(values)) < 1.3
    assert sorted(found.points) == sorted([question.points(found.low), question.points(found.high)])


def test_the_largest_error_has_no_interval() -> None:
    assert set(QUESTION_OF) == set(METRICS), "every metric has a question"
    assert fresh.interval(QUESTION_OF["max_error"], *some_answers("max_error", 50)) is None


def test_a_class_with_one_sample_is_no_accident() -> None:
    samples, answers = some_answers("balanced_accuracy", 100)
    samples.y[samples.y == 3] = 2
    samples.y[0] = 3
    found = fresh.interval(QUESTION_OF["balanced_accuracy"], samples, answers)
    assert found is not None and found.low < found.high


LUCK = fresh.Luck(3, "Bean leaves", "accuracy", 4, 0.9)


@pytest.mark.parametrize(
    ("earned", "ends", "verdict"),
    [
        ((4, 4, 4), (4, 4), "the score is stable"),
        ((4, 4, 4), None, "the score is stable"),
        ((4, 4, 4), (3, 4), "the interval reaches 3"),
        ((3, 2, 3), (3, 4), "earn 2 to 3 of 5: this exam's hidden data happened to be easier"),
        ((5, 5, 5), (4, 4), "earn 5 of 5: this exam's hidden data happened to be harder"),
        ((4, 3, 4), (3, 4), "earn 3 to 4 of 5: the model is near the edge of a band"),
        ((), (3, 4), None),
    ],
)
def test_the_verdict(earned: tuple[int, ...], ends: tuple[int, int] | None, verdict: str | None) -> None:
    samples = tuple(Score(points, 0.9, 0.3) for points in earned)
    luck = replace(LUCK, samples=samples, interval=fresh.Interval(0.88, 0.92, ends) if ends else None)
    console = Console(width=100, record=True, file=open(os.devnull, "w", encoding="utf-8"))
    with console.file:
        console.print(fresh_view([luck]))
    text = " ".join(console.export_text().split())
    assert (verdict in text) if verdict else luck.verdict is None
    assert [f"fresh sample {number} 0.9" in text for number in (1, 2, 3)] == [bool(earned)] * 3
    assert ("95% interval 0.88 to 0.92" in text) == bool(ends)


# --- grade --fresh


@pytest.fixture
def answered(workspace: Workspace) -> Workspace:
    """A workspace with weak models for two categories, one of finite data."""
    import keras
    from keras import layers

    harness.prepare(workspace, EXAM, only=[1, 4])
    rings, library = (Bench(bank.load(EXAM.questions[category]), workspace) for category in (1, 4))
    rings.save(rings.fitted(layers.Dense(8, "relu"), layers.Dense(1, "sigmoid"), epochs=10))
    words = [layers.Embedding(2000, 8), layers.GlobalAveragePooling1D()]
    library.save(library.fitted(*words, layers.Dense(4, "softmax"), epochs=2))
    keras.backend.clear_session()
    return workspace


@pytest.mark.slow
def test_fresh_scores_are_shown_and_never_recorded(answered: Workspace) -> None:
    run = exam(answered, "grade", "1", "2", "4", "--fresh", "--json")
    assert run.returncode == 1, run.stderr  # category 2 has no model
    rings, missing, library = json.loads(run.stdout)
    assert missing["fresh"] is None
    assert len(attempts.read(answered)) == 3
    assert [attempt.result.value for attempt in attempts.read(answered)] == [rings["value"], None, library["value"]]

    found = rings["fresh"]
    assert (found["value"], found["points"]) == (rings["value"], rings["points"])
    values = [sample["value"] for sample in found["samples"]]
    assert len(values) == 3 and len({*values, rings["value"]}) > 1
    assert found["interval"]["low"] < rings["value"] < found["interval"]["high"] and found["verdict"]
    assert library["fresh"]["samples"] == [] and "no fresh sample" in library["fresh"]["notes"][0]
    assert library["fresh"]["interval"]["low"] < library["value"] < library["fresh"]["interval"]["high"]

    again = json.loads(exam(answered, "grade", "1", "--fresh", "--json").stdout)[0]
    assert again["cached"] and again["fresh"] == found, "of an unchanged model too, and always the same"
    shown = exam(answered, "grade", "1", "--fresh").stdout
    assert "fresh sample 3" in shown and found["verdict"] in " ".join(shown.split())
    assert len(attempts.read(answered)) == 5
    assert not list(answered.state.glob("grading-*"))


@pytest.mark.slow
def test_a_model_that_was_saved_again_has_no_fresh_score(answered: Workspace) -> None:
    result = records.result(1, 3, question="two_rings", sha256="ab" * 32)
    (luck,) = fresh.examine(answered, EXAM, [result, records.result(4, None, "grader fault")])
    assert luck.samples == () and luck.interval is None and "has changed since it was graded" in luck.notes[0]

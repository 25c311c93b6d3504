"""Scores, their reasons, the record and what the terminal shows; attempts on disk."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from records import LINE, result
from rich.console import Console

from exam.bank.question import HiddenSet
from exam.findings import CATALOGUE, finding
from exam.modelfile.inspection import Inspection
from exam.reasons import experiments
from exam.reasons.evidence import Evidence, Study
from exam.reasons.explain import explain
from exam.records import attempts
from exam.result import Result, total
from exam.scoring import WEIGHTS, score
from exam.screens import terminal
from exam.workspace import Workspace

Y = np.linspace(-5, 5, 50, dtype=np.float32).reshape(-1, 1)
HIDDEN = HiddenSet(x=Y, y=Y, baseline=np.zeros_like(Y))


def evidence(predictions: np.ndarray) -> Evidence:  # type: ignore[type-arg]
    """Return what is known of a model with these answers, without asking it anything else."""
    seen = Inspection(Path("mymodel.h5"), "Category1/mymodel.h5", "Category1")
    found = Evidence(LINE, HIDDEN, predictions, score(LINE, HIDDEN, predictions), seen)
    return replace(found, study=Study(experiments.undone_on_answers(found)))


def codes(predictions: np.ndarray) -> list[str]:  # type: ignore[type-arg]
    """Return the codes of the reasons for lost points."""
    return [found.code for found in explain(evidence(predictions))]


def test_a_perfect_model_has_five_points_and_no_finding() -> None:
    assert score(LINE, HIDDEN, Y).points == 5
    assert codes(Y) == []


@pytest.mark.parametrize(
    ("predictions", "expected"),
    [
        (np.full_like(Y, np.nan), ["nan-output"]),
        (np.where(Y > 4, np.inf, Y), ["nan-output"]),
        (np.full_like(Y, 2.0), ["constant-output", "below-baseline", "room-to-improve"]),
        (-Y, ["below-baseline", "room-to-improve"]),
        (Y + 0.7, ["off-by-constant"]),
        (Y * 0.1, ["off-by-scale"]),
        (Y * 0.1 + 3, ["below-baseline", "room-to-improve"]),  # a neuron that has hardly learned, and a line like any
        (np.sign(np.sin(40 * Y)), ["below-baseline", "room-to-improve"]),
        (Y + 0.3 * np.sign(np.sin(40 * Y)), ["room-to-improve"]),
    ],
)
def test_reasons_the_costliest_first(predictions: np.ndarray, expected: list[str]) -> None:  # type: ignore[type-arg]
    assert codes(predictions.astype(np.float32)) == expected


def test_not_a_number_scores_nothing() -> None:
    scored = score(LINE, HIDDEN, np.where(Y > 4, np.nan, Y))
    assert (scored.points, scored.value) == (0, None)


@pytest.mark.parametrize(
    ("points", "hint", "codes_in_order"),
    [
        (2, "large-optimizer-state", ["room-to-improve", "large-optimizer-state"]),
        (5, "large-optimizer-state", ["large-optimizer-state"]),
    ],
)
def test_what_costs_no_point_stands_last(points: int, hint: str, codes_in_order: list[str]) -> None:
    """Before, "67 % of the file is optimizer state" came first for a model at chance."""
    noise = np.float32(0 if points == 5 else 1.5) * np.sign(np.sin(40 * Y))
    found = evidence(Y + noise)
    seen = replace(found.inspection, hints=(finding(hint, share=0.6, found="60 MB"),))
    assert found.score.points == points
    assert [one.code for one in explain(replace(found, inspection=seen))] == codes_in_order


def test_the_next_band_is_named() -> None:
    given = evidence(Y + np.float32(0.75) * np.sign(np.sin(40 * Y)))
    assert given.score.points == 3
    found = explain(given)[-1]
    assert "0.75 earns 3 of 5" in found.message and "needs 0.5" in found.message and "need 0.1" in found.message


def test_a_finding_with_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        finding("wrong-input-shape", found="(1,)")
    assert all(entry.message and entry.next_step for entry in CATALOGUE.values())


def test_weights_make_100_points() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert total([result(category, 5) for category in WEIGHTS]) == 100
    assert total([result(1, 3), result(5, 1)]) == 6 + 6
    assert total([result(1, None)]) == 0


def test_record_survives_json() -> None:
    assert Result.from_dict(json.loads(json.dumps(result().to_dict()))) == result()


def shown(*results: Result, encoding: str = "utf-8") -> str:
    """Return the text of the terminal's screen."""
    console = Console(width=100, record=True, file=open(os.devnull, "w", encoding="utf-8"))
    with console.file:
        console.print(terminal.results_view(results, encoding))
    return console.export_text()


def test_screen_shows_boxes_number_reason_and_next_step() -> None:
    text = shown(result())
    assert "■■■□□" in text and "3 of 5" in text and "6/10" in text
    assert "0.75" in text and "naive baseline 40" in text and "50% of the model's outputs" in text and "->" in text
    assert "of 100 points" not in text, "one category is no exam"


def test_screen_of_all_five_has_the_sum_and_the_line() -> None:
    passed = shown(*(result(category, 5, findings=()) for category in WEIGHTS))
    assert "100 of 100 points, passed" in passed
    assert "10 points short of a pass (90)" in shown(*(result(category, 4) for category in WEIGHTS))


def test_a_full_score_is_praised_and_names_what_is_next() -> None:
    assert "Well done: full marks. Next: Category2/starter.py" in shown(result(1, 5, findings=()))
    assert "Next: python -m exam status" in shown(result(5, 5, findings=()))
    assert "Well done" not in shown(result(1, 4)) and "Well done" not in shown(result(1, 5), result(2, 5))


def test_a_fault_of_ours_is_not_shown_as_a_score() -> None:
    text = shown(*(result(category, None, "grader fault", value=None, findings=()) for category in WEIGHTS))
    assert "The grader failed, not your model" in text and "No total" in text and "0 of 5" not in text


def test_a_cached_answer_says_so() -> None:
    assert "unchanged since" in shown(result(cached=True)) and "unchanged since" not in shown(result())


def test_attempts_are_read_back_in_order(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert attempts.read(workspace) == []
    attempts.record(workspace, [result(1), result(2)])
    attempts.record(workspace, [result(3)])
    found = attempts.read(workspace)
    assert [attempt.result.category for attempt in found] == [1, 2, 3]
    assert all(attempt.graded_at.utcoffset() == timedelta(0) and attempt.mode == "practice" for attempt in found)


def test_a_half_written_line_costs_no_other_attempt(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    attempts.record(workspace, [result(1)])
    with workspace.attempts.open("ab") as file:
        file.write(b'{"category": 2, "que')
    attempts.record(workspace, [result(3)])
    assert [attempt.result.category for attempt in attempts.read(workspace)] == [1, 3]


def submit_for_ever(folder: str, announced: str) -> None:
    """Record attempts until killed, announcing each only after it is recorded."""
    with open(announced, "ab", buffering=0) as shown_to_the_learner:
        while True:
            attempts.record(Workspace(Path(folder)), [result()])
            shown_to_the_learner.write(b".")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not available on Windows")
def test_kill_loses_no_attempt_that_was_shown(tmp_path: Path) -> None:
    announced = tmp_path / "announced"
    announced.touch()
    context = multiprocessing.get_context("spawn")
    for round_ in range(5):
        processes = [context.Process(target=submit_for_ever, args=(str(tmp_path), str(announced))) for _ in range(2)]
        for process in processes:
            process.start()
        before = announced.stat().st_size
        while announced.stat().st_size < before + 10 + round_:
            time.sleep(0.001)
        for process in processes:
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
        assert len(attempts.read(Workspace(tmp_path))) >= announced.stat().st_size

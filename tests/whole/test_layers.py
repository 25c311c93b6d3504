"""Models from the whole space of Keras are graded as they predict; and the check of that sees what goes wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import harness
import numpy as np
import pytest
import space_table
from space_table import (
    BAD,
    CRASH,
    DIFFERENT,
    EQUAL,
    FALSE_REFUSAL,
    LOST,
    NAMED,
    NO_MODEL,
    NOT_SAVED,
    PROMISED,
    Outcome,
)

from exam.findings import finding
from exam.result import Result

LOADED = Outcome("a row", "layer Dense", CRASH, plain=EQUAL)
NOT_LOADED = replace(LOADED, plain="ValueError: Unknown layer: 'GetItem'.")
Y = np.linspace(-1, 1, 8, dtype=np.float32).reshape(4, 2)
CUSTOM = finding("custom-layer", layer="a", found="B")
SHAPE = finding("wrong-output-shape", found="(3,)", expected="(2,)", units=2)


class Model:
    """Stands for a model of Keras."""


def made(y: Any = Y) -> space_table.Made:
    return space_table.Made(Model(), np.zeros((4, 3)), [np.asarray(y, np.float64)], "")


def result(**values: Any) -> Result:
    scored: dict[str, Any] = dict(
        category=1, question="one_row", title="", status="scored", points=5, metric="", value=0.0, baseline=None,
        bands=(5, 4, 3, 2, 1), findings=(), sha256="0", seconds=0.0, seed=1, versions={},
    )
    return Result(**{**scored, **values})


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled model predicts as the other."""
    monkeypatch.setattr(space_table, "predict_compiled", lambda model, x: [np.asarray(Y, np.float64)])


@pytest.mark.parametrize(
    ("outcome", "found", "verdict"),
    [
        (LOADED, CUSTOM, FALSE_REFUSAL),
        (NOT_LOADED, CUSTOM, NAMED),
        (replace(LOADED, plain=DIFFERENT), CUSTOM, NAMED),
        (LOADED, SHAPE, NAMED),
    ],
)
def test_a_refusal_is_false_where_plain_keras_reads_the_file(outcome: Outcome, found: Any, verdict: str) -> None:
    judged = space_table.refused(outcome, found)
    assert (judged.verdict, judged.code, judged.step) == (verdict, found.code, found.next_step)


@pytest.mark.parametrize(
    ("graded", "predictions", "verdict"),
    [
        (result(), Y, EQUAL),
        (result(), Y + 1e-8, EQUAL),
        (result(), Y + 1e-4, DIFFERENT),
        (result(), Y[:, :1], DIFFERENT),
        (result(), np.where(Y > 0.9, np.nan, Y), DIFFERENT),
        (result(), None, PROMISED),
        (result(status="not gradable", points=0, findings=(CUSTOM,)), None, PROMISED),
        (result(status="grader fault", points=None), None, CRASH),
    ],
)
def test_what_check_called_good_must_be_graded_equal(graded: Result, predictions: Any, verdict: str) -> None:
    assert space_table.graded(NOT_LOADED, made(), graded, predictions).verdict == verdict


@pytest.mark.parametrize(
    "name", ["SpatialDropout1D(rate=0.2, dtype='float16'), functional", "L.Dense(3, activation=ops.gelu)(h)"]
)
def test_only_what_keras_lost_itself_may_be_different(name: str) -> None:
    lost = replace(LOADED, name=name)
    verdicts = {
        plain: space_table.compared(replace(lost, plain=plain), made(), [Y + 1e-3]).verdict
        for plain in (EQUAL, DIFFERENT, "TypeError: no")
    }
    assert verdicts == {EQUAL: DIFFERENT, DIFFERENT: LOST, "TypeError: no": DIFFERENT}


def test_predictions_that_are_not_numbers_are_compared_as_such() -> None:
    strange = np.array([[np.nan, np.inf], [-np.inf, 1.0]])
    assert space_table.difference([strange], [strange.copy()]) == 0
    assert space_table.difference([strange], [np.array([[np.nan, np.inf], [np.inf, 1.0]])]) == np.inf
    assert space_table.difference([np.array(["a"])], [np.array(["b"])]) == np.inf
    assert space_table.difference([Y], []) == np.inf


def test_differences_are_relative_to_large_predictions() -> None:
    assert space_table.difference([np.array([1e6])], [np.array([1e6 + 0.5])]) < space_table.TOLERANCE
    assert space_table.difference([np.array([0.0])], [np.array([0.5])]) == 0.5


def test_a_row_that_ends_its_process_is_a_crash_and_the_others_go_on(tmp_path: Path) -> None:
    results = tmp_path / "rows.jsonl"

    def start(folder: Path, file: Path) -> int:
        for name in json.loads((folder / "names.json").read_text(encoding="utf-8")):
            (folder / "begun").write_text(name, encoding="utf-8")
            if name == "deadly":
                return -11
            space_table.append(file, Outcome(name, "ops", EQUAL))
        return 0

    names = ["one", "deadly", "two", "three"]
    space_table.work_through(names, dict.fromkeys(names, "ops"), tmp_path / "worker", results, start)
    known = space_table.read(results)
    assert {name: known[name].verdict for name in names} == {**dict.fromkeys(names, EQUAL), "deadly": CRASH}
    assert "-11" in known["deadly"].said


def test_workers_that_do_not_start_are_no_crash_of_a_row(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="No worker started"):
        space_table.work_through(["one"], {"one": "ops"}, tmp_path / "worker", tmp_path / "x", lambda *_: 1)


@pytest.mark.parametrize("verdict", [EQUAL, NAMED, NOT_SAVED, NO_MODEL, LOST, *BAD])
def test_the_command_fails_for_bad_verdicts_alone(verdict: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = space_table.report([replace(LOADED, verdict=EQUAL), replace(LOADED, name="other", verdict=verdict)], False)
    assert status == (verdict in BAD)
    assert ("other" in capsys.readouterr().out) == (verdict in BAD)


def test_the_summary_counts_files_and_not_what_keras_does_not_build() -> None:
    verdicts = [EQUAL, EQUAL, NAMED, PROMISED, NOT_SAVED, NO_MODEL]
    said = space_table.summary([replace(NOT_LOADED, name=str(n), verdict=v) for n, v in enumerate(verdicts)])
    assert said.startswith("5 rows, 4 saved, plain Keras loads 0 (0.0 %), equal here 2 (50.0 %), named 1 (25.0 %), ")
    assert "promised 1, different 0, false refusals 0, crashes 0" in said


def test_parts_together_are_the_whole_and_each_has_every_kind() -> None:
    rows = [(f"{kind} {number}", kind, number != 3) for kind in ("layer Dense", "ops", "mask") for number in range(30)]
    parts = [space_table.part_of(rows, f"{number}/10", 7) for number in range(1, 11)]
    assert sorted(row for part in parts for row in part) == sorted((name, kind) for name, kind, small in rows if small)
    assert all({kind for _, kind in part} == {"layer Dense", "ops", "mask"} for part in parts)
    assert parts[0] != space_table.part_of(rows, "1/10", 8)
    few = space_table.part_of(rows[:2], "9/10", 7)
    assert len(few) == 1


def test_rows_that_behave_alike_share_a_line() -> None:
    rows = [replace(NOT_LOADED, name=f"h[:, {number}]", verdict=EQUAL) for number in range(20)]
    (line,) = space_table.lines(rows)
    assert "| 20 |" in line and "and 8 more" in line and "Unknown layer" in line


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_part_of_the_space_is_graded_as_it_predicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it takes hours: ``make.py layers``."""
    status = space_table.main(["--part", "1/100", "--seed", "7", "--folder", str(tmp_path)])
    assert status == 0, capsys.readouterr().out
    outcomes = space_table.read(tmp_path / "rows.jsonl").values()
    assert len(outcomes) > 60 and sum(outcome.verdict == EQUAL for outcome in outcomes) > 50


@pytest.mark.slow
def test_every_layer_argument_and_function_of_keras_has_a_row() -> None:
    environment = {**os.environ, "PYTHONPATH": harness.MODULES, "TF_CPP_MIN_LOG_LEVEL": "3"}
    code = "import space; print(space.untried()); assert len(space.rows()) > 5000"
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"


def test_the_table_in_the_repository_is_of_a_run_without_a_bad_row() -> None:
    text = space_table.TABLE.read_text(encoding="utf-8")
    found = re.search(r"([\d,]+) saved, .*equal here ([\d,]+) ", text)
    assert found is not None
    saved, equal = (int(number.replace(",", "")) for number in found.groups())
    assert saved > 5000 and equal >= 0.99 * saved
    assert "promised 0, different 0, false refusals 0, crashes 0" in text

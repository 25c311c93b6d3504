"""Mutants of genuine models never bring the grader down; and the fuzzer sees every way in which one could."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import files
import fuzz
import h5py
import harness
import mutate
import numpy as np
import pytest

from exam.findings import finding
from exam.result import Result
from exam.workspace import Exam, Workspace


def result(exam: Exam, **values: Any) -> Result:
    category, name = next(iter(exam.questions.items()))
    refused = Result(
        category=category, question=name, title="", status="not gradable", points=0, metric="", value=None,
        baseline=None, bands=(1, 2, 3, 4, 5), findings=(finding("unreadable-file", path="x", reason="y"),),
        sha256=None, seconds=0.0, seed=1, versions={},
    )
    return replace(refused, **values)


def raises(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    raise RecursionError("as deep as the mutant")


def dies(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows ends a process at any signal
    raise AssertionError


def hangs(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    time.sleep(600)
    raise AssertionError


def fails(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    return [result(exam, status="grader fault", points=None, findings=())]


def writes_outside(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    (workspace.root.parent / "beside" / f"escaped-{time.time_ns()}.txt").touch()
    return [result(exam)]


def changes_the_model(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    workspace.model(categories[0]).write_bytes(b"")
    return [result(exam)]


def scores_without_points(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    return [result(exam, status="scored", points=None)]


def says_what_cannot_be_shown(workspace: Workspace, exam: Exam, categories: list[int], **_: Any) -> list[Result]:
    return [result(exam, findings=(replace(finding("weights-only", path="x"), message="a name of \ud800"),))]


@pytest.fixture
def plan(tmp_path: Path) -> fuzz.Plan:
    """A run with one genuine model, written by hand."""
    for name in ("straight_line.dense.h5", "house_price.other.h5"):
        with h5py.File(files.write(tmp_path / "models" / name, files.line_model()), "r+") as file:
            file["model_weights/dense/bias"] = np.zeros(1, np.float32)
    return fuzz.Plan(tmp_path, 1, hang_seconds=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (raises, fuzz.CRASH),
        (dies, fuzz.CRASH),
        (hangs, fuzz.HANG),
        (fails, fuzz.FAULT),
        (writes_outside, fuzz.STRAY),
        (changes_the_model, fuzz.STRAY),
        (scores_without_points, fuzz.WRONG),
        (says_what_cannot_be_shown, fuzz.CRASH),
    ],
)
def test_every_way_to_fail_is_counted_and_the_run_goes_on(plan: fuzz.Plan, function: fuzz.Grade, problem: str) -> None:
    tally = fuzz.run(replace(plan, grade=function), range(2))
    assert [verdict.outcome for verdict in tally.verdicts] == [problem, problem], tally.verdicts
    assert f"{problem} 2" in list(tally.lines(1))[-1]


def test_a_mutant_follows_from_seed_and_number(plan: fuzz.Plan, tmp_path: Path) -> None:
    def made(name: str, number: int) -> tuple[bytes, str]:
        target = tmp_path / name
        what = mutate.mutant(plan.models[0], plan.models, target, random.Random(f"7:{number}"))
        return target.read_bytes(), what

    before = plan.models[0].read_bytes()
    first = [made("first", number) for number in range(40)]
    assert first == [made("second", number) for number in range(40)]
    assert len({data for data, _ in first}) > 30 and plan.models[0].read_bytes() == before


@pytest.mark.parametrize("step", mutate.STEPS, ids=lambda step: step.__name__)
def test_every_kind_of_change_changes_the_file(plan: fuzz.Plan, tmp_path: Path, step: mutate.Step) -> None:
    target = tmp_path / "mutant.h5"
    changed = 0
    for number in range(30):
        target.write_bytes(plan.models[0].read_bytes())
        step(random.Random(number), target, plan.models)
        changed += target.read_bytes() != plan.models[0].read_bytes()
    assert changed > 15


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_300_mutants_bring_nothing_down() -> None:
    """The command of the daily loop, with fewer mutants."""
    command = [sys.executable, str(harness.DEV / "fuzz.py"), "--mutants", "300", "--minutes", "15"]
    run = subprocess.run(command, env=harness.environment_of_script(), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-3000:]
    last = run.stdout.splitlines()[-3:]
    print(*last, sep="\n")
    assert last[0].startswith("300 mutants, seed 20261122") and last[-1].count(" 0") == len(fuzz.PROBLEMS)
    counts = [int(part.rpartition(" ")[2]) for part in last[1].split(", ")]
    assert min(counts) > 30, "mutants of all three sorts"

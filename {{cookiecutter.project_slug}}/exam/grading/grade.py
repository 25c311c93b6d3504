"""The whole way of a model file: copy, inspect, look the answer up, run, score, explain."""

from __future__ import annotations

import json
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from exam import __version__, bank
from exam.bank import hidden
from exam.bank.question import METRICS, Array, Question
from exam.grading import cache, contained, experiments, reader, superblock
from exam.grading.evidence import Evidence, Study
from exam.grading.experiments import Again, OnTraining
from exam.grading.explain import explain
from exam.grading.findings import Finding, finding
from exam.grading.inspect import MAX_FILE_BYTES, Inspection
from exam.grading.result import Result
from exam.grading.run import Answer, Job, Runner
from exam.grading.score import Score, score
from exam.workspace import Exam, Workspace, parse_json, write_atomically

Progress = Callable[[str], None]


@dataclass
class _Grading:
    """One category on its way through the grader."""

    question: Question
    seen: Inspection
    fingerprint: str
    started: float
    result: Result | None = None
    job: Job | None = None


def grade(
    workspace: Workspace,
    exam: Exam,
    categories: Sequence[int],
    progress: Progress = lambda text: None,
    runner: Runner | None = None,
) -> list[Result]:
    """Grade the models of ``categories`` and return one result each, in order.

    Args:
        workspace: where the models lie.
        exam: the drawn exam; its seed decides the hidden sets.
        categories: 1 to 5.
        progress: called with what is being done, for people.
        runner: one that has loaded TensorFlow and lives on; by default one is started for this call.
    """
    workspace.state.mkdir(exist_ok=True)
    _remove_what_a_kill_left(workspace)
    with tempfile.TemporaryDirectory(dir=workspace.state, prefix="grading-", ignore_cleanup_errors=True) as scratch:
        gradings = [_begin(workspace, exam, category, Path(scratch)) for category in categories]
        waiting = [grading for grading in gradings if grading.result is None]
        if waiting:
            with nullcontext(runner) if runner else new_runner(workspace, exam) as running:
                _run(workspace, exam, waiting, progress, running)
    return [grading.result for grading in gradings if grading.result is not None]


def _remove_what_a_kill_left(workspace: Workspace) -> None:
    """Remove the private copies of a grading that ended without its own tidying up; none takes an hour."""
    for folder in workspace.state.glob("grading-*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > 3600:
                shutil.rmtree(folder)


def _begin(workspace: Workspace, exam: Exam, category: int, scratch: Path) -> _Grading:
    """Copy and inspect one file; finish at once when it cannot be graded or was graded before."""
    started = time.monotonic()
    question = bank.load(exam.questions[category])
    shown = f"Category{category}/{workspace.model(category).name}"
    private = private_copy(workspace.model(category), scratch / str(category))
    grading = _Grading(question, Inspection(private, shown, ""), hidden.fingerprint(question), started)
    try:
        grading.seen = contained.inspect(private, question, shown, exam.questions)
        if grading.seen.finding is not None:
            grading.result = _result(grading, exam, "not gradable", 0, findings=(grading.seen.finding,))
        else:
            grading.result = _cached(workspace, exam, grading)
        if grading.result is None:
            _repair(grading, exam)
    except RuntimeError as fault:
        write_fault(workspace, question, str(fault))
        grading.result = _result(grading, exam, "grader fault", None)
    return grading


def private_copy(model: Path, folder: Path) -> Path:
    """Copy the file, so that what is scored is what was inspected; return the original when it is hopeless."""
    if not model.is_file() or model.stat().st_size > MAX_FILE_BYTES or superblock.is_being_saved(model):
        return model
    folder.mkdir(parents=True)
    try:
        return Path(shutil.copyfile(model, folder / model.name))
    except OSError:
        return model


def _repair(grading: _Grading, exam: Exam) -> None:
    """Make the private copy readable for the Keras that grades."""
    seen = grading.seen
    repaired = seen.path.with_name("repaired.h5")
    try:
        if contained.repaired_copy(seen.path, repaired, seen.keras_version):
            seen.path = repaired
        return
    except reader.Stopped as stopped:
        found = finding("unreadable-file", path=seen.shown, reason=str(stopped))
    grading.result = _result(grading, exam, "not gradable", 0, findings=(found,))


def new_runner(workspace: Workspace, exam: Exam) -> Runner:
    """Return a runner of models, to be used as a context manager."""
    return Runner(workspace.log / "worker.log", gpu=exam.accelerator == "gpu")


def _run(
    workspace: Workspace, exam: Exam, gradings: Sequence[_Grading], progress: Progress, runner: Runner
) -> None:
    """Make the hidden sets while TensorFlow is imported, run the models, turn answers into results."""
    for grading in gradings:
        progress(f"Preparing hidden data of category {grading.question.category}")
        path = hidden.ensure(grading.question, exam.seed)
        folder = workspace.category(grading.question.category)
        study = partial(_study, grading.question, path)
        written_by = grading.seen.keras_version or "?"
        grading.job = Job(grading.question, grading.seen.path, path, folder, study, written_by)
    progress("Loading TensorFlow and your models" if len(gradings) > 1 else "Loading TensorFlow and your model")
    jobs = [grading.job for grading in gradings if grading.job is not None]
    answers = runner.run(jobs, lambda job: progress(f"Predicted category {job.question.category}"))
    for grading, answer in zip(gradings, answers, strict=True):
        grading.result = _finish(workspace, exam, grading, answer)


def _study(question: Question, path: Path, predictions: Array, again: Again, on_training: OnTraining) -> Study:
    """Experiment with a model that lost points, while it is loaded."""
    samples = hidden.read(path)
    return experiments.study(question, samples, predictions, score(question, samples, predictions), again, on_training)


def _finish(workspace: Workspace, exam: Exam, grading: _Grading, answer: Answer) -> Result:
    """Score and explain one answer; remember it unless we failed."""
    if answer.fault is not None:
        write_fault(workspace, grading.question, answer.fault)
        return _result(grading, exam, "grader fault", None)
    if answer.finding is not None:
        result = _result(grading, exam, "not gradable", 0, findings=(answer.finding,))
    else:
        assert answer.predictions is not None and grading.job is not None
        samples = hidden.read(grading.job.hidden)
        scored = score(grading.question, samples, answer.predictions)
        given = Evidence(
            grading.question, samples, answer.predictions, scored, grading.seen, answer.study, answer.whole_numbers
        )
        findings = explain(given)
        result = _result(grading, exam, "scored", scored.points, scored, findings)
    if result.status == "scored":
        assert answer.predictions is not None
        _remember(workspace, grading, result, answer.predictions)
    return result


def _result(
    grading: _Grading,
    exam: Exam,
    status: str,
    points: int | None,
    scored: Score | None = None,
    findings: tuple[Finding, ...] = (),
) -> Result:
    """Return the record of one grading."""
    question = grading.question
    return Result(
        category=question.category,
        question=question.id,
        title=question.title,
        status=status,  # type: ignore[arg-type]
        points=points,
        metric=METRICS[question.metric].label,
        value=scored.value if scored else None,
        baseline=scored.baseline if scored else None,
        bands=question.bands,
        findings=findings,
        sha256=grading.seen.sha256,
        seconds=round(time.monotonic() - grading.started, 3),
        seed=exam.seed,
        versions=_versions(grading.seen),
    )


def _versions(seen: Inspection) -> dict[str, str]:
    """Return what a teacher needs to repeat the grading elsewhere."""
    versions = {"grader": __version__, "python": platform.python_version(), "system": sys.platform}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    if seen.keras_version:
        versions["saved by keras"] = seen.keras_version
    return versions


def _cached(workspace: Workspace, exam: Exam, grading: _Grading) -> Result | None:
    """Return the answer of an earlier grading of the same file, or None; None too when its predictions are lost."""
    file = cache.path(workspace, grading.seen.sha256, exam.seed, grading.fingerprint)
    if cache.read_predictions(file) is None:
        return None
    try:
        result = Result.from_dict(parse_json(file.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if (result.question, result.sha256, result.seed) != (grading.question.id, grading.seen.sha256, exam.seed):
        return None
    return result.from_cache(round(time.monotonic() - grading.started, 3))


def _remember(workspace: Workspace, grading: _Grading, result: Result, predictions: Array) -> None:
    """Keep a score, so that the same file is not run again, and what the report shows of the model's answers."""
    file = cache.path(workspace, result.sha256, result.seed, grading.fingerprint)
    with suppress(OSError):  # it can be computed again, and costs no score
        cache.write_predictions(file, predictions)
        write_atomically(file, json.dumps(result.to_dict()))


def write_fault(workspace: Workspace, question: Question, fault: str) -> None:
    """Append what went wrong on our side to the log."""
    workspace.log.mkdir(parents=True, exist_ok=True)
    with (workspace.log / "faults.log").open("a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {question.id}\n{fault}\n\n")

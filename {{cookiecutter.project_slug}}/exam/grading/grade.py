"""The whole way of a model file: copy, look the answer up, inspect, run, score, explain."""

from __future__ import annotations

import json
import platform
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from exam import __version__, bank
from exam.bank import hidden
from exam.bank.metrics import METRICS, Array
from exam.bank.public import DataUnavailable
from exam.bank.question import Question
from exam.findings import Finding, finding
from exam.grading import age, cache, scratch, trial
from exam.machine import logs, trouble
from exam.modelfile import intake, reader, sandbox
from exam.modelfile.inspection import Inspection
from exam.reasons import experiments, mended
from exam.reasons.evidence import Evidence
from exam.reasons.explain import explain
from exam.result import Result
from exam.running.live_model import Answering, Job, LiveModel
from exam.running.runner import Outcome, Runner
from exam.scoring import Score, score
from exam.workspace import Exam, Workspace, parse_json, read, write_atomically

Progress = Callable[[str], None]


@dataclass
class _Grading:
    """One category on its way through the grader.

    Attributes:
        question: the declaration.
        inspection: what the file says.
        fingerprint: of the question's code.
        started: when, by the monotonic clock.
        loaded: SHA-256 of what will be loaded, the private copy or its repaired one.
        result: what was found, as soon as that is known.
        job: the model to run.
    """

    question: Question
    inspection: Inspection
    fingerprint: str
    started: float
    loaded: str | None = None
    result: Result | None = None
    job: Job | None = None

    @property
    def is_to_run(self) -> bool:
        """Return whether the model is to be run: for its score, or for what it would have earned."""
        return self.result is None or (self.inspection.is_mendable and self.loaded is not None)


def grade(
    workspace: Workspace,
    exam: Exam,
    categories: Sequence[int],
    progress: Progress = lambda text: None,
    runner: Runner | None = None,
    began: datetime | None = None,
) -> list[Result]:
    """Grade the models of ``categories`` and return one result each, in order.

    Args:
        workspace: where the models lie.
        exam: the drawn exam; its seed decides the hidden sets.
        categories: 1 to 5.
        progress: called with what is being done, for people.
        runner: one that has loaded TensorFlow and lives on; by default one is started for this call.
        began: when the exam was started whose clock is running.
    """
    with scratch.folder(workspace) as folder:
        gradings = [_begin(workspace, exam, category, folder) for category in categories]
        waiting = [grading for grading in gradings if grading.is_to_run]
        if waiting:
            with nullcontext(runner) if runner else new_runner(workspace, exam) as running:
                _run(workspace, exam, waiting, progress, running, folder)
    return [_dated(workspace, grading.result, began) for grading in gradings if grading.result is not None]


def _dated(workspace: Workspace, result: Result, began: datetime | None) -> Result:
    """Return a result with what the age of the model tells; that may change while the model does not."""
    if result.status != "scored":
        return result
    return replace(result, findings=(*result.findings, *age.notes(workspace, result.category, began)))


def _begin(workspace: Workspace, exam: Exam, category: int, folder: Path) -> _Grading:
    """Copy and inspect one file; finish at once when it was graded before or cannot be graded."""
    started = time.monotonic()
    question, model = bank.load(exam.questions[category]), workspace.model(category)
    label = f"Category{category}/{model.name}"
    grading = _Grading(question, Inspection(model, label, ""), hidden.fingerprint(question), started)
    try:
        grading.inspection = sandbox.enter(model, question, label, folder)
        if grading.inspection.finding is None:
            grading.result = _cached_result(workspace, exam, grading)
        if grading.result is None:
            grading.inspection = sandbox.examine(grading.inspection, question, exam.questions)
            if grading.inspection.finding is not None:
                grading.result = _result(grading, exam, "not gradable", 0, findings=(grading.inspection.finding,))
            if grading.inspection.finding is None or grading.inspection.is_mendable:
                _repair(grading, exam)
    except Exception as error:
        if _of_the_disk(error):
            raise
        cause = str(error) if isinstance(error, RuntimeError) else ""
        grading.result = _fault(workspace, exam, grading, traceback.format_exc(), cause)
    return grading


def _of_the_disk(error: Exception) -> bool:
    """Return whether an error names a file: that the disk is full concerns all categories, and has its sentence."""
    return isinstance(error, OSError) and trouble.place_of(error) is not None


def _repair(grading: _Grading, exam: Exam) -> None:
    """Make the private copy readable for the Keras that grades, and note what it is that will be loaded."""
    inspection = grading.inspection
    target = inspection.path.with_name("repaired.h5")
    try:
        if sandbox.repaired_copy(inspection.path, target, inspection.keras_version):
            inspection.path = target
        grading.loaded = _digest(inspection.path)
    except reader.Damaged as damaged:
        damage = finding("unreadable-file", path=inspection.shown, reason=str(damaged))
        grading.result = _result(grading, exam, "not gradable", 0, findings=(damage,))


def _digest(copy: Path) -> str | None:
    """Return the hash of a private copy; a repaired one may be twice as long, where bfloat16 became float32."""
    return intake.digest(copy, 3 * intake.MAX_BYTES)


def new_runner(workspace: Workspace, exam: Exam) -> Runner:
    """Return a runner of models, to be used as a context manager."""
    return Runner(workspace.log / "worker.log", gpu=exam.accelerator == "gpu")


def _run(
    workspace: Workspace, exam: Exam, gradings: Sequence[_Grading], progress: Progress, runner: Runner, folder: Path
) -> None:
    """Make the hidden sets while TensorFlow is imported, run the models, turn answers into results."""
    for grading in gradings:
        progress(f"Preparing the hidden data for category {grading.question.category}")
        try:
            grading.job = _job(workspace, exam, grading)
        except DataUnavailable:
            if grading.result is None:
                raise
        except Exception as error:
            if _of_the_disk(error):
                raise
            _failed(workspace, exam, grading, traceback.format_exc())
    progress("Loading TensorFlow and your models" if len(gradings) > 1 else "Loading TensorFlow and your model")
    ready = [(grading, grading.job) for grading in gradings if grading.job is not None]
    inspections = {job.question.category: grading.inspection for grading, job in ready}

    def work(job: Job, model: LiveModel) -> Evidence:
        try:
            return _evidence(job, model, inspections[job.question.category])
        finally:
            progress(f"Predicted category {job.question.category}")

    outcomes = runner.run([job for _, job in ready], work)
    for (grading, _), outcome in zip(ready, outcomes, strict=True):
        try:
            if grading.result is not None:
                _add_what_it_would_have_earned(workspace, exam, grading, outcome)
                continue
            grading.result = _finish(workspace, exam, grading, outcome)
            if outcome.finding is not None and outcome.finding.code in trial.DOUBTFUL:
                cause = trial.problem(folder, runner)
                if cause is not None:
                    grading.result = _fault(workspace, exam, grading, f"{outcome.finding.message}\n{cause}", cause)
        except Exception:
            _failed(workspace, exam, grading, traceback.format_exc())


def _job(workspace: Workspace, exam: Exam, grading: _Grading) -> Job:
    """Return what is to be run, which must be what was inspected.

    Raises:
        DataUnavailable: the hidden set cannot be made.
        RuntimeError: somebody has changed the private copy.
    """
    question, inspection = grading.question, grading.inspection
    if not inspection.path.resolve().is_relative_to(workspace.scratch.resolve()):
        raise RuntimeError(f"{inspection.path} is not a private copy")
    if grading.loaded is None or _digest(inspection.path) != grading.loaded:
        raise RuntimeError(f"{inspection.path} was changed after its inspection")
    path = hidden.ensure(question, exam.seed)
    folder = workspace.category(question.category)
    return Job(question, inspection.path, path, folder, inspection.keras_version or "?")


def _evidence(job: Job, model: Answering, inspection: Inspection) -> Evidence:
    """Predict, score, and experiment with a model that lost points, while it is loaded.

    Raises:
        NoPredictions: why there is nothing to score.
    """
    if inspection.finding is not None:
        model = mended.Mended(model, job.question, inspection.finding.code)
    question, predictions = job.question, model.predict()
    samples = hidden.read(job.hidden)
    scored = score(question, samples, predictions)
    evidence = Evidence(question, samples, predictions, scored, inspection, whole_numbers=model.whole_numbers)
    return replace(evidence, study=experiments.study(evidence, model))


def _finish(workspace: Workspace, exam: Exam, grading: _Grading, outcome: Outcome[Evidence]) -> Result:
    """Explain what came of one model; remember it unless we failed."""
    if outcome.fault is not None:
        return _fault(workspace, exam, grading, outcome.fault)
    if outcome.finding is not None:
        return _result(grading, exam, "not gradable", 0, findings=(outcome.finding,))
    evidence = outcome.value
    assert evidence is not None
    scored = evidence.score
    result = _result(grading, exam, "scored", scored.points, scored, explain(evidence))
    _remember(workspace, grading, result, evidence.predictions)
    return result


def _add_what_it_would_have_earned(
    workspace: Workspace, exam: Exam, grading: _Grading, outcome: Outcome[Evidence]
) -> None:
    """Say what else is wrong with a model whose last activation is; where that cannot be found out, it stays at that.

    The score is 0 all the same: the grader adds nothing to a model.
    """
    assert grading.result is not None
    if outcome.fault is not None:
        _failed(workspace, exam, grading, outcome.fault)
    elif outcome.value is not None:
        findings = (*grading.result.findings, *mended.findings(outcome.value))
        grading.result = replace(grading.result, findings=findings)


def _failed(workspace: Workspace, exam: Exam, grading: _Grading, what: str) -> None:
    """Keep what went wrong on our side; what the file alone has shown of a model stands all the same."""
    if grading.inspection.finding is None:
        grading.result = _fault(workspace, exam, grading, what)
    else:
        write_fault(workspace, grading.question, what)


def _fault(workspace: Workspace, exam: Exam, grading: _Grading, what: str, cause: str = "") -> Result:
    """Keep what went wrong on our side for us; it costs this category its result, and no other.

    A sentence is for the learner too; a traceback is not.
    """
    write_fault(workspace, grading.question, what)
    text = cause or what
    return replace(_result(grading, exam, "grader fault", None), cause="" if "\n" in text else text)


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
        sha256=grading.inspection.sha256,
        seconds=round(time.monotonic() - grading.started, 3),
        seed=exam.seed,
        versions=_versions(grading.inspection),
    )


def _versions(inspection: Inspection) -> dict[str, str]:
    """Return what a teacher needs to repeat the grading elsewhere."""
    versions = {"grader": __version__, "python": platform.python_version(), "system": sys.platform}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    if inspection.keras_version:
        versions["saved by keras"] = inspection.keras_version
    return versions


def _cached_result(workspace: Workspace, exam: Exam, grading: _Grading) -> Result | None:
    """Return the answer of an earlier grading of the same file, or None; None too when its predictions are lost."""
    file = cache.path(workspace, grading.inspection.sha256, exam.seed, grading.fingerprint)
    if cache.read_predictions(file) is None:
        return None
    try:
        result = Result.from_dict(parse_json(read(file)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if (result.question, result.sha256, result.seed) != (grading.question.id, grading.inspection.sha256, exam.seed):
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
    logs.write(workspace.log / "faults.log", question.id, fault)

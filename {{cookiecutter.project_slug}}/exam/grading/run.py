"""Run models in limited processes of their own and bring their predictions back.

On Linux without a GPU a fork server imports TensorFlow once and forks one child per model, two at a time. Elsewhere
forking is not available or not safe, so one worker lives on from model to model and is replaced when it dies.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from exam import bank, logs
from exam.bank.question import Array, Question
from exam.grading import forks, worker
from exam.grading.contract import contract_findings
from exam.grading.evidence import Study
from exam.grading.experiments import Again, Answers, Change, OnTraining
from exam.grading.findings import Finding, finding
from exam.grading.structure import mixed_samples
from exam.ready import installed_versions, older_keras, release
from exam.running import launch
from exam.running.process import DISORDER, LimitedProcess, Limits, Stopped
from exam.running.protocol import Message

SERVE = "exam.grading.worker:serve"
SECONDS_TO_START = 180
SECONDS_PER_MODEL = 60
"""To load a model and to predict the hidden set."""
SECONDS_OF_EXPERIMENTS = 30
"""For all experiments with one model together; one that is not done by then explains nothing."""
MEMORY_BYTES = 4 * 2**30
"""Resident memory of a worker; below 2 GiB of address space TensorFlow itself aborts."""
LONGEST_REASON = 300
"""Characters that are told of an error message."""
LONGEST_LABELS = 2**24
"""Bytes of the labels of some training samples."""


@dataclass(frozen=True)
class Job:
    """One model to run.

    Attributes:
        question: what it answers.
        model: the checked private copy of the file.
        hidden: the hidden set's npz file.
        category: the category's folder, whose training data experiments may ask about.
        study: called with the predictions and the two ways to ask the model again, while it is still loaded.
        written_by: version of the Keras that wrote the file.
    """

    question: Question
    model: Path
    hidden: Path
    category: Path
    study: Callable[[Array, Again, OnTraining], Study]
    written_by: str = "?"

    @property
    def rows(self) -> int:
        """Return how many samples the hidden set has."""
        with np.load(self.hidden, allow_pickle=False) as arrays:
            return len(arrays["x"])


@dataclass(frozen=True)
class Answer:
    """What running a model gave: predictions, or one of the two reasons why there are none.

    Attributes:
        predictions: float32, shape ``(n, *output_shape)``.
        whole_numbers: whether the model answered with an integer type.
        study: what experiments with the model found.
        finding: why the learner's model gave none.
        fault: why we failed; a traceback or a sentence.
    """

    predictions: Array | None = None
    whole_numbers: bool = False
    study: Study = field(default_factory=Study)
    finding: Finding | None = None
    fault: str | None = None


class Runner:
    """Runs jobs; use as a context manager.

    Args:
        log: file that receives what TensorFlow prints.
        gpu: whether models may use a GPU.

    Attributes:
        is_proven: whether a model without a fault has come through, see ``trial``.
    """

    def __init__(self, log: Path, gpu: bool = False) -> None:
        self.is_proven = False
        self.log = log
        self.gpu = gpu
        self.forks = forks.possible(gpu)
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []
        self._counting = threading.Lock()
        self._is_over = False

    def __enter__(self) -> Runner:
        """Start importing TensorFlow in the background."""
        if not self._has_server():
            logs.make_room(self.log)
            self._idle.append(self._new_worker())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what is still running."""
        self.stop()

    def stop(self) -> None:
        """End all workers, now; whoever waits for one of them gets an answer that says so."""
        for current in (*self._idle, *self._busy):
            current.stop()
        self._idle.clear()

    def warm(self) -> None:
        """Wait until TensorFlow is loaded, and keep one worker ready for the next job."""
        if not self._idle:
            with suppress(launch.NotStarted):  # the first job will tell
                self._idle.append(self._new_worker())

    def run(self, jobs: Sequence[Job], done: Callable[[Job], None] = lambda job: None) -> list[Answer]:
        """Return one answer for each job, in order; ``done`` is called after each."""
        at_once = min(2, len(jobs), _cores()) if self.forks else 1
        threads = max(1, _cores() // max(1, at_once))

        def one(job: Job) -> Answer:
            answer = self._answer(job, threads)
            done(job)
            return answer

        with ThreadPoolExecutor(max(1, at_once)) as pool:
            waiting = [pool.submit(one, job) for job in jobs]
            try:
                return [answer.result() for answer in waiting]
            except BaseException:  # Ctrl-C, or a signal to end: nobody waits for the others any more
                pool.shutdown(wait=False, cancel_futures=True)
                self._is_over = True
                if self.forks:
                    forks.stop()
                self.stop()
                raise

    def _answer(self, job: Job, threads: int) -> Answer:
        """Return what running one model gave; whatever breaks here is our fault, and this job's alone."""
        try:
            return self._run_one(job, threads)
        except launch.NotStarted as failed:
            return Answer(fault=str(failed))
        except Exception:
            return Answer(fault=traceback.format_exc())

    def _run_one(self, job: Job, threads: int) -> Answer:
        message = self._message(job, threads)
        with self._counting:
            current = self._idle.pop() if self._idle else self._new_worker()
            self._busy.append(current)
        try:
            answer = current.ask(job, message)
            if answer.predictions is not None:
                answer = replace(answer, study=_study(current, job, answer.predictions))
        except Stopped as stopped:
            current.stop()
            answer = _stopped_answer(job, current.phase, str(stopped))
        except BaseException:
            current.stop()
            raise
        finally:
            with self._counting:
                self._busy.remove(current)
        if self.forks or answer.fault or not current.is_alive:
            current.stop()
        else:
            self._idle.append(current)
        return answer

    def _new_worker(self) -> _Worker:
        if self._is_over:  # the others were stopped while this one waited for its turn
            raise Stopped("was called off")
        if self._has_server():
            return _Worker(*launch.fork(SERVE, self.log))
        return _Worker(*launch.program(SERVE, self.log, self.gpu))

    def _has_server(self) -> bool:
        """Start the server that forks workers, where one is possible."""
        if self.forks:
            try:
                forks.start(self.log)
            except forks.NoServer:
                self.forks = False
        return self.forks

    def _message(self, job: Job, threads: int) -> dict[str, Any]:
        """Return what a worker is told of a job.

        A wall is for one job, so only a worker that is forked for one has it. A GPU's driver opens many files of its
        own, and reserves huge ranges of addresses.
        """
        seconds = SECONDS_TO_START + SECONDS_PER_MODEL + SECONDS_OF_EXPERIMENTS
        visible = (job.model, job.hidden, job.category / "data")
        return {
            "model": str(job.model),
            "hidden": str(job.hidden),
            "input_scale": job.question.input_scale,
            "threads": threads,
            "address_space": MEMORY_BYTES + 2 * job.hidden.stat().st_size if self.forks else None,
            "processor": seconds * (_cores() + 1) if self.forks else None,
            "wall": [str(path.resolve()) for path in visible] if self.forks else None,
        }


class _Worker(LimitedProcess):
    """A process that runs models.

    Attributes:
        phase: what it is doing, for a sentence.
    """

    phase = worker.STARTING

    def ask(self, job: Job, message: dict[str, Any]) -> Answer:
        """Send a job and wait for the answer within the limits.

        Raises:
            Stopped: the worker died or was over a limit.
        """
        self._enter(worker.STARTING)
        self.send("model", **message)
        phases = iter((worker.STARTING, worker.LOADING, worker.PREDICTING))  # each begins once, with its clock
        while True:
            reply = self.receive("phase", "answers", "refused", "unfit", "fault")
            if reply.type == "phase":
                phase = next(phases, None)
                if phase is None or reply.values.get("phase") != phase:
                    raise Stopped(DISORDER)
                self._enter(phase)
                wrong = _wrong_shape(job, *_shapes(reply.values))
                if wrong:
                    self.stop()
                    return Answer(finding=wrong)
            elif reply.type == "answers":
                return self._predictions(job, reply)
            elif reply.type == "refused":
                return _refused(job, self.phase, reply.values)
            elif reply.type == "unfit":
                return _unfit(reply.values)
            else:
                return Answer(fault=_fault(self.phase, str(reply.values["traceback"])))

    def begin_experiments(self) -> None:
        """Start the clock that all experiments with the loaded model share."""
        self._enter(worker.EXPERIMENTING)

    def again(self, question: Question, rows: int, change: Change, every: int) -> Array:
        """Return the predictions for every n-th of ``rows`` hidden samples with changed inputs.

        Raises:
            Stopped: the worker died, failed or was over a limit.
        """
        reply = self._asked("changed", **asdict(change), every=every)
        return self._array(reply, (len(range(0, rows, every)), *question.output_shape))

    def on_training(self, question: Question, category: Path, count: int) -> Answers | None:
        """Return what the model says to some training samples; None when they cannot be read.

        Raises:
            Stopped: the worker died, failed or was over a limit.
        """
        starter = bank.find()[question.id] / "starter.py"
        reply = self._asked("training", starter=str(starter), category=str(category.resolve()), count=count)
        if reply.type == "nothing":
            return None
        rows = _shape(reply)[0]
        if not 0 < rows <= count:
            raise Stopped(DISORDER)
        predictions = self._array(reply, (rows, *question.output_shape))
        labels = self.receive("labels")
        shape = _shape(labels)
        if shape[0] != rows or 4 * math.prod(shape) > LONGEST_LABELS:
            raise Stopped(DISORDER)
        return Answers(predictions, _as_hidden(question, self._array(labels, shape)), int(reply.values["size"]))

    def _asked(self, kind: str, **values: Any) -> Message:
        """Return the reply to a question about the loaded model."""
        self.send(kind, **values)
        reply = self.receive("answers", "nothing", "fault")
        if reply.type == "fault":
            raise Stopped("failed")
        return reply

    def _predictions(self, job: Job, reply: Message) -> Answer:
        """Take the predictions, unless they have not the shape of the question's answers."""
        rows, *shape = _shape(reply)
        wrong = next(contract_findings(job.question, None, tuple(shape)), None)
        if wrong:
            self.stop()
            return Answer(finding=wrong)
        predictions = self._array(reply, (job.rows, *shape))
        return Answer(predictions, reply.values["whole_numbers"] is True)

    def _array(self, reply: Message, shape: tuple[int, ...]) -> Array:
        """Return the float32 numbers that follow a reply.

        Raises:
            Stopped: it states another shape, or other bytes follow.
        """
        if _shape(reply) != shape:
            raise Stopped(DISORDER)
        data = self.content(reply, 4 * math.prod(shape))
        return np.frombuffer(data, dtype="<f4").reshape(shape)

    def _enter(self, phase: str) -> None:
        """Start the clock of a phase; loading and predicting share one."""
        limits = {
            worker.STARTING: Limits(SECONDS_TO_START),
            worker.LOADING: Limits(SECONDS_PER_MODEL, MEMORY_BYTES),
            worker.EXPERIMENTING: Limits(SECONDS_OF_EXPERIMENTS, MEMORY_BYTES),
        }
        if phase in limits:
            self.allow(limits[phase])
        self.phase = phase


def _shape(reply: Message) -> tuple[int, ...]:
    """Return the shape that a reply states.

    Raises:
        Stopped: it states none.
    """
    shape = reply.values.get("shape")
    if not isinstance(shape, list) or not shape or not all(type(size) is int and size >= 0 for size in shape):
        raise Stopped(DISORDER)
    return tuple(shape)


def _shapes(reply: dict[str, Any]) -> tuple[Any, Any]:
    """Return the shapes of a phase message as ``contract_findings`` takes them."""

    def shape(value: Any) -> Any:
        if value is None or any(isinstance(part, list) for part in value):
            return value
        return tuple(value)

    return shape(reply.get("input_shape")), shape(reply.get("output_shape"))


def _wrong_shape(job: Job, input_shape: Any, output_shape: Any) -> Finding | None:
    """Return what is wrong with the shapes that Keras states for a model.

    Those of some layers' outputs are not what comes out (``Hashing`` in one-hot form, for example): where one is
    stated, the predictions themselves are compared.
    """
    several = output_shape if isinstance(output_shape, list) else None
    return next(contract_findings(job.question, input_shape, several), None)


def _study(current: _Worker, job: Job, predictions: Array) -> Study:
    """Run the experiments; a model that breaks on them keeps its score, and loses an explanation only."""

    def again(change: Change, every: int) -> Array:
        return current.again(job.question, len(predictions), change, every)

    def on_training(count: int) -> Answers | None:
        return current.on_training(job.question, job.category, count)

    try:
        current.begin_experiments()
        return job.study(predictions, again, on_training)
    except Stopped:
        current.stop()
        return Study()


def _as_hidden(question: Question, y: Array) -> Array:
    """Return labels as a hidden set keeps them, whatever form the starter gives them."""
    if question.task != "multiclass":
        return y.reshape(len(y), *question.output_shape)
    return (y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.ravel()).astype(np.int64)


def _refused(job: Job, phase: str, reply: dict[str, Any]) -> Answer:
    """Turn the worker's reason for not predicting into a finding."""
    if reply["memory"]:
        return _stopped_answer(job, phase, f"needed more than {MEMORY_BYTES // 2**30} GB of memory")
    values = {"folder": f"Category{job.question.category}", "reason": str(reply["reason"]).rstrip(".")}
    code = "not-loadable" if reply["code"] == "not-loadable" else "not-predictable"
    if code == "not-loadable":
        ours, theirs = installed_versions().get("keras", "?"), job.written_by
        values |= {"keras": ours, "version": theirs, "advice": _advice(job, ours)}
        code = "newer-keras" if older_keras(theirs) else code
    return Answer(finding=finding(code, **values))


def _unfit(reply: dict[str, Any]) -> Answer:
    """Turn what the model computed in place of answers into a finding."""
    if reply["code"] == "mixed-samples":
        return Answer(finding=mixed_samples(int(reply["count"]), int(reply["rows"])))
    return Answer(finding=finding("not-numbers", found=str(reply["found"])))


def _advice(job: Job, ours: str) -> str:
    """Return what to try with a file that Keras cannot load: the Keras that wrote it would write the same once more."""
    if release(job.written_by) != release(ours):
        script = f"Category{job.question.category}/starter.py"
        return f"Keras {job.written_by} wrote the file. Train the model with this project's interpreter: run {script}."
    page = "docs/findings/not-loadable.md"
    return f"Build that part of the model from other layers of tf.keras.layers, and train it; {page} helps to find it."


def _fault(phase: str, traceback: str) -> str:
    """Return a fault of ours: where TensorFlow does not start, a sentence; its log has the traceback too."""
    if phase != worker.STARTING:
        return traceback
    last = traceback.strip().splitlines()[-1]
    return f"The grader's process failed while {phase}: {last[:LONGEST_REASON].rstrip('.')}."


def _stopped_answer(job: Job, phase: str, reason: str) -> Answer:
    """Name the phase; before the model is touched, a stop is our fault and not the learner's."""
    if phase == worker.STARTING:
        return Answer(fault=f"The grader's process stopped while {phase}: it {reason}.")
    return Answer(finding=finding("out-of-bounds", phase=phase, reason=reason, seconds=job.question.train_seconds))


def _cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""Run models in limited processes of their own and bring their predictions back.

On Linux without a GPU a fork server imports TensorFlow once and forks one child per model, two at a time. Elsewhere
forking is not available or not safe, so one worker lives on from model to model and is replaced when it dies.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import psutil

from exam import bank
from exam.bank.question import Array, Question
from exam.grading import forks, reader, worker
from exam.grading.contract import contract_findings
from exam.grading.evidence import Study
from exam.grading.experiments import Again, Answers, Change, OnTraining
from exam.grading.findings import Finding, finding
from exam.ready import installed_versions, older_keras, release

SECONDS_PER_MODEL = 60
SECONDS_TO_START = 180
SECONDS_OF_EXPERIMENTS = 20
MEMORY_BYTES = 4 * 2**30
"""Resident memory of a worker; below 2 GiB of address space TensorFlow itself aborts."""
POLL_SECONDS = 0.05
DEATHS = {
    6: "made TensorFlow give up, most likely for want of memory",
    9: "was ended by the system, most likely for want of memory",
    11: "made TensorFlow crash",
}
"""Signal -> what happened to the process; elsewhere than on Linux and macOS there are only exit codes."""
_STARTING = threading.Lock()


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


class _Stopped(Exception):
    """The worker was stopped or died; the message completes the sentence "the model ..."."""


class Runner:
    """Runs jobs; use as a context manager.

    Args:
        log: file that receives what TensorFlow prints.
        gpu: whether models may use a GPU.
    """

    def __init__(self, log: Path, gpu: bool = False) -> None:
        self.log = log
        self.gpu = gpu
        self.forks = forks.possible(gpu)
        self.context: Any = multiprocessing.get_context("forkserver" if self.forks else "spawn")
        self._idle: list[_Worker] = []

    def __enter__(self) -> Runner:
        """Start importing TensorFlow in the background."""
        if self.forks:
            forks.start(self.log)
        else:
            self._idle.append(self._new_worker())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what is still running."""
        for idle in self._idle:
            idle.stop()

    def warm(self) -> None:
        """Wait until TensorFlow is loaded, and keep one worker ready for the next job."""
        if not self._idle:
            self._idle.append(self._new_worker())

    def run(self, jobs: Sequence[Job], done: Callable[[Job], None] = lambda job: None) -> list[Answer]:
        """Return one answer for each job, in order; ``done`` is called after each."""
        at_once = min(2, len(jobs), _cores()) if self.forks else 1
        threads = max(1, _cores() // max(1, at_once))

        def one(job: Job) -> Answer:
            answer = self._run_one(job, threads)
            done(job)
            return answer

        with ThreadPoolExecutor(max(1, at_once)) as pool:
            return list(pool.map(one, jobs))

    def _run_one(self, job: Job, threads: int) -> Answer:
        try:
            current = self._idle.pop()
        except IndexError:  # asked for and not looked up first: two jobs start at once
            current = self._new_worker()
        try:
            answer = current.ask(job, self._message(job, threads))
        except _Stopped as error:
            current.stop()
            return _stopped_answer(job, current.phase, str(error))
        if answer.predictions is not None:
            answer = replace(answer, study=_study(current, job, answer.predictions))
        if self.forks or answer.fault or not current.process.is_alive():
            current.stop()
        else:
            self._idle.append(current)
        return answer

    def _new_worker(self) -> _Worker:
        with forks.environment(self.log, self.gpu):
            return _Worker(self.context, self.log)

    def _message(self, job: Job, threads: int) -> dict[str, Any]:
        limited = sys.platform == "linux" and not self.gpu  # GPU builds reserve huge address ranges
        return {
            "model": str(job.model),
            "hidden": str(job.hidden),
            "input_scale": job.question.input_scale,
            "threads": threads,
            "address_space": MEMORY_BYTES + 2 * job.hidden.stat().st_size if limited else 0,
        }


class _Worker:
    """One worker process and the pipe to it."""

    def __init__(self, context: Any, log: Path) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=worker.serve, args=(theirs, str(log)), daemon=True)
        with _without_main():
            self.process.start()
        theirs.close()
        self._enter(worker.STARTING)

    def ask(self, job: Job, message: dict[str, Any]) -> Answer:
        """Send a job and wait for the answer within the limits.

        Raises:
            _Stopped: the worker died or was over a limit.
        """
        self._enter(worker.STARTING)
        try:
            self.connection.send_bytes(json.dumps(message).encode())
            while True:
                reply = json.loads(self._receive())
                if "phase" in reply:
                    self._enter(reply["phase"])
                    wrong = _wrong_shape(job, *_shapes(reply))
                    if wrong:
                        self.stop()
                        return Answer(finding=wrong)
                elif "shape" in reply:
                    return _predictions(job, reply, self._receive())
                elif "refused" in reply:
                    return _refused(job, self.phase, reply)
                else:
                    return Answer(fault=reply["fault"])
        except (EOFError, OSError) as error:
            self.process.join(5)
            raise _Stopped(_death(self.process.exitcode)) from error

    def again(self, change: Change, every: int) -> Array:
        """Return the predictions for every n-th hidden sample with changed inputs.

        Raises:
            _Stopped: the worker died, failed or was over a limit.
        """
        return self._array(self._asked(**asdict(change), every=every))

    def on_training(self, question: Question, category: Path, count: int) -> Answers | None:
        """Return what the model says to some training samples; None when they cannot be read.

        Raises:
            _Stopped: the worker died, failed or was over a limit.
        """
        starter = bank.find()[question.id] / "starter.py"
        reply = self._asked(starter=str(starter), category=str(category), count=count)
        if "nothing" in reply:
            return None
        predictions = self._array(reply)
        y = np.array(json.loads(self._receive()), dtype=np.float32)
        return Answers(predictions, _as_hidden(question, y), reply["size"])

    def _asked(self, **message: Any) -> dict[str, Any]:
        """Return the reply to a question about the loaded model."""
        self._enter(worker.EXPERIMENTING)
        try:
            self.connection.send_bytes(json.dumps(message).encode())
            reply: dict[str, Any] = json.loads(self._receive())
        except (EOFError, OSError) as error:
            raise _Stopped("ended the process") from error
        if "fault" in reply:
            raise _Stopped("failed")
        return reply

    def _array(self, reply: dict[str, Any]) -> Array:
        return np.frombuffer(self._receive(), dtype=np.float32).reshape(reply["shape"])

    def stop(self) -> None:
        """End the process, now."""
        self.connection.close()
        self.process.kill()
        self.process.join(5)

    def _enter(self, phase: str) -> None:
        """Start the clock of a phase; loading and predicting share one."""
        limits = {worker.STARTING: SECONDS_TO_START, worker.EXPERIMENTING: SECONDS_OF_EXPERIMENTS}
        if phase != worker.PREDICTING:
            self.deadline = time.monotonic() + limits.get(phase, SECONDS_PER_MODEL)
        self.phase = phase

    def _receive(self) -> bytes:
        """Return the next message; look at the clock and the memory while waiting."""
        while not self.connection.poll(POLL_SECONDS):
            if time.monotonic() > self.deadline:
                raise _Stopped(f"took longer than {SECONDS_PER_MODEL} seconds")
            if self.phase != worker.STARTING and self._memory() > MEMORY_BYTES:
                raise _Stopped(f"needed more than {MEMORY_BYTES // 2**30} GB of memory")
        data: bytes = self.connection.recv_bytes()
        return data

    def _memory(self) -> int:
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the program that runs us from a process that is being started.

    multiprocessing would import it again there, which the worker does not need: a test runner or a script without a
    guard would start all over, and a notebook or standard input cannot be imported at all.
    """
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


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


def _predictions(job: Job, reply: dict[str, Any], data: bytes) -> Answer:
    """Check that the predictions have the shape of the question's answers."""
    predictions = np.frombuffer(data, dtype=np.float32).reshape(reply["shape"])
    wrong = next(contract_findings(job.question, None, predictions.shape[1:]), None)
    return Answer(finding=wrong) if wrong else Answer(predictions, reply["whole_numbers"])


def _study(current: _Worker, job: Job, predictions: Array) -> Study:
    """Run the experiments; a model that breaks on them keeps its score, and loses an explanation only."""

    def on_training(count: int) -> Answers | None:
        return current.on_training(job.question, job.category, count)

    try:
        return job.study(predictions, current.again, on_training)
    except (_Stopped, EOFError, OSError):
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
    values = {"folder": f"Category{job.question.category}", "reason": reply["error"].rstrip(".")}
    code = reply["refused"]
    if code == "not-loadable":
        ours, theirs = installed_versions().get("keras", "?"), job.written_by
        values |= {"keras": ours, "version": theirs, "advice": _advice(job, ours)}
        code = "newer-keras" if older_keras(theirs) else code
    return Answer(finding=finding(code, **values))


def _advice(job: Job, ours: str) -> str:
    """Return what to try with a file that Keras cannot load: the Keras that wrote it would write the same once more."""
    if release(job.written_by) != release(ours):
        script = f"Category{job.question.category}/starter.py"
        return f"Keras {job.written_by} wrote the file. Train the model with this project's interpreter: run {script}."
    page = "docs/findings/not-loadable.md"
    return f"Build that part of the model from other layers of tf.keras.layers, and train it; {page} helps to find it."


def _stopped_answer(job: Job, phase: str, reason: str) -> Answer:
    """Name the phase; before the model is touched, a stop is our fault and not the learner's."""
    if phase == worker.STARTING:
        return Answer(fault=f"The grader's process stopped while {phase}: it {reason}.")
    return Answer(finding=finding("out-of-bounds", phase=phase, reason=reason, seconds=job.question.train_seconds))


def _death(code: int | None) -> str:
    """Return what the exit code of a process says that died without a word."""
    return f"{DEATHS.get(reader.signal_of(code or 0), 'ended the process')} (exit code {code})"


def _cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

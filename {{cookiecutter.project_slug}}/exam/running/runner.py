"""Run models in limited processes of their own.

On Linux without a GPU a fork server imports TensorFlow once and forks one child per model, two at a time. Elsewhere
forking is not available or not safe, so one worker lives on from model to model and is replaced when it dies.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from exam.bank.metrics import Array
from exam.findings import Finding
from exam.machine import logs
from exam.processes import launch
from exam.processes.limited_process import Stopped
from exam.running import fork_server
from exam.running.live_model import (
    MEMORY_BYTES,
    SECONDS_OF_EXPERIMENTS,
    SECONDS_PER_MODEL,
    SECONDS_TO_START,
    Job,
    LiveModel,
    NoPredictions,
    Worker,
)

SERVE = "exam.running.worker:serve"
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of a job: what the work returned, or one of the two reasons why there is nothing.

    Attributes:
        value: what the work returned.
        finding: why the learner's model gave no predictions.
        fault: why we failed; a traceback or a sentence.
    """

    value: T | None = None
    finding: Finding | None = None
    fault: str | None = None


def predict(job: Job, model: LiveModel) -> Array:
    """Do the least work: return the predictions for the hidden set, float32 ``(n, *output_shape)``."""
    return model.predict()


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
        self.forks = fork_server.possible(gpu)
        self._idle: list[Worker] = []
        self._busy: list[Worker] = []
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

    def run(self, jobs: Sequence[Job], work: Callable[[Job, LiveModel], T]) -> list[Outcome[T]]:
        """Return what came of each job, in order.

        Args:
            jobs: the models.
            work: called with each job and its model in a thread of its own, up to two at a time; what it returns is
                the outcome's value. ``NoPredictions`` may leave it; anything else that does is a fault of ours.
        """
        at_once = min(2, len(jobs), _cores()) if self.forks else 1
        threads = max(1, _cores() // max(1, at_once))
        with ThreadPoolExecutor(max(1, at_once)) as pool:
            try:
                waiting = [pool.submit(self._outcome, job, work, threads) for job in jobs]
                return [outcome.result() for outcome in waiting]
            except BaseException:  # Ctrl-C, or a signal to end: nobody waits for the others any more
                self._is_over = True
                pool.shutdown(wait=False, cancel_futures=True)
                if self.forks:
                    fork_server.stop()
                self.stop()
                raise

    def _outcome(self, job: Job, work: Callable[[Job, LiveModel], T], threads: int) -> Outcome[T]:
        """Return what came of one job; whatever breaks here is our fault, and this job's alone."""
        try:
            return Outcome(self._done(job, work, threads))
        except NoPredictions as nothing:
            return Outcome(finding=nothing.finding, fault=nothing.fault)
        except launch.NotStarted as failed:
            return Outcome(fault=str(failed))
        except Exception:
            return Outcome(fault=traceback.format_exc())

    def _done(self, job: Job, work: Callable[[Job, LiveModel], T], threads: int) -> T:
        """Give a worker to the work, and keep it for the next job if it can be."""
        message = self._message(job, threads)
        with self._counting:
            current = self._idle.pop() if self._idle else self._new_worker()
            self._busy.append(current)
        try:
            return work(job, LiveModel(current, job, message))
        except NoPredictions:
            raise
        except BaseException:
            current.stop()
            raise
        finally:
            with self._counting:
                self._busy.remove(current)
            if self.forks or not current.is_alive:
                current.stop()
            else:
                self._idle.append(current)

    def _new_worker(self) -> Worker:
        if self._is_over:  # the others were stopped while this one waited for its turn
            raise Stopped("was cancelled")
        if self._has_server():
            return Worker(*launch.fork(SERVE, self.log))
        return Worker(*launch.program(SERVE, self.log, self.gpu))

    def _has_server(self) -> bool:
        """Start the server that forks workers, where one is possible."""
        if self.forks:
            try:
                fork_server.start(self.log)
            except fork_server.NoServer:
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
            "address_space": MEMORY_BYTES + 2 * job.hidden.stat().st_size if self._is_limited() else None,
            "processor": seconds * (_cores() + 1),
            "wall": [str(path.resolve()) for path in visible] if self.forks else None,
        }

    def _is_limited(self) -> bool:
        """Return whether the system can limit memory: not where a driver reserves huge ranges of addresses."""
        return self.forks or (sys.platform == "win32" and not self.gpu)


def _cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

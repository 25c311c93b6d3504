"""A model that is loaded in a limited process, and can be asked more than once.

What cannot be answered is told apart: a fault of the learner's model is a finding, one of ours a sentence or a
traceback.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from exam import bank
from exam.bank.metrics import Array
from exam.bank.question import Question
from exam.findings import Finding, finding
from exam.machine.versions import installed_versions, older_keras, release
from exam.modelfile.contract import contract_findings
from exam.modelfile.structure import mixed_samples
from exam.processes.limited_process import DISORDER, LimitedProcess, Limits, Stopped
from exam.processes.protocol import Message
from exam.running import worker

SECONDS_TO_START = 180
SECONDS_PER_MODEL = 60
"""Loading a model and predicting the hidden set may take this long."""
SECONDS_OF_EXPERIMENTS = 30
"""All experiments with one model together may take this long; one that is not done by then explains nothing."""
MEMORY_BYTES = 4 * 2**30
"""A worker may have this much resident memory. With less than 2 GiB of address space, TensorFlow itself aborts."""
LONGEST_REASON = 300
"""At most this many characters of an error message are shown."""
LONGEST_LABELS = 2**24
"""The labels of some training samples, and what is told of their inputs, have at most this many bytes."""


@dataclass(frozen=True)
class Job:
    """One model to run.

    Attributes:
        question: what it answers.
        model: the checked private copy of the file.
        hidden: the hidden set's npz file.
        category: the category's folder, whose training data the model may be asked about.
        written_by: version of the Keras that wrote the file.
    """

    question: Question
    model: Path
    hidden: Path
    category: Path
    written_by: str = "?"

    @property
    def rows(self) -> int:
        """Return how many samples the hidden set has."""
        with np.load(self.hidden, allow_pickle=False) as arrays:
            return len(arrays["x"])


@dataclass(frozen=True)
class Change:
    """Another input than the learner's starter prepares, or another way to run the model.

    Attributes:
        ids: the id to give for each id of the starter, -1 for none: what follows it moves up.
        order: how the entries of one sample are put in another order: ``padding first`` moves the zeros at the end to
            the front, ``newest first`` turns the first axis round, ``transposed`` exchanges the first two.
        columns: the order of the last axis; None leaves it.
        each: what each sample is divided by: its ``length`` along the last axis, or its ``deviation``, after its mean
            was taken away.
        scale: then the input is multiplied by this, one number or one for each entry of the last axis.
        offset: then this is added, alike.
        batch_statistics: whether BatchNormalization layers use the mean and variance of the batch, as in training.
    """

    ids: list[int] | None = None
    order: Literal["same", "padding first", "newest first", "transposed"] = "same"
    columns: list[int] | None = None
    each: Literal["nothing", "length", "deviation"] = "nothing"
    scale: list[float] | float = 1.0
    offset: list[float] | float = 0.0
    batch_statistics: bool = False


@dataclass(frozen=True)
class TrainingSample:
    """What a model says to some of its training samples.

    Attributes:
        predictions: float32, shape ``(n, *output_shape)``.
        y: the labels, as a hidden set keeps them.
        size: how many training samples there are in all.
        inputs: what is known of all training inputs, float32: of numbers, the mean, standard deviation, smallest and
            largest value of each column, ``(4, columns)``; of ids, those that other tables give to the same words,
            ``(tables, ids)``, see ``exam.running.word_tables``.
    """

    predictions: Array
    y: Array
    size: int
    inputs: Array


class NoPredictions(Exception):
    """A model that is asked gives no predictions.

    Attributes:
        finding: why the learner's model gave none.
        fault: why we failed, a traceback or a sentence; one of the two is None.
    """

    def __init__(self, finding: Finding | None = None, fault: str | None = None) -> None:
        super().__init__(finding.message if finding else fault)
        self.finding, self.fault = finding, fault


class Answering(Protocol):
    """A model that can be asked, as ``LiveModel`` is."""

    @property
    def whole_numbers(self) -> bool:
        """Return whether it answers with an integer type."""

    def predict(self) -> Array:
        """Return the predictions for the hidden set."""

    def predict_changed(self, change: Change, every: int) -> Array:
        """Return the predictions for every n-th hidden sample with changed inputs."""

    def predict_training(self, count: int) -> TrainingSample | None:
        """Return what the model says to some training samples."""


class Worker(LimitedProcess):
    """A process that runs models.

    Attributes:
        phase: what it is doing, for a sentence.
    """

    phase = worker.STARTING

    def enter(self, phase: str) -> None:
        """Start the clock of a phase; loading and predicting share one, and so do all experiments with a model."""
        limits = {
            worker.STARTING: Limits(SECONDS_TO_START),
            worker.LOADING: Limits(SECONDS_PER_MODEL, MEMORY_BYTES),
            worker.EXPERIMENTING: Limits(SECONDS_OF_EXPERIMENTS, MEMORY_BYTES),
        }
        if phase in limits and (phase, self.phase) != (worker.EXPERIMENTING, worker.EXPERIMENTING):
            self.allow(limits[phase])
        self.phase = phase


class LiveModel:
    """The model of one job in a worker, to be asked by one thread.

    Args:
        process: where it is, or will be loaded.
        job: what is to be run.
        message: what the worker is told of the job.

    Attributes:
        whole_numbers: whether the model answered with an integer type, known from ``predict`` on.
    """

    def __init__(self, process: Worker, job: Job, message: dict[str, Any]) -> None:
        self.whole_numbers = False
        self._rows = 0
        self._process, self._job, self._message = process, job, message

    def predict(self) -> Array:
        """Load the model, and return its predictions for the hidden set, float32 ``(n, *output_shape)``.

        Raises:
            NoPredictions: why there are none.
        """
        try:
            return self._predictions()
        except Stopped as stopped:
            self._process.stop()
            raise _stopped(self._job, self._process.phase, str(stopped)) from stopped
        except NoPredictions as nothing:
            if nothing.finding is None:
                self._process.stop()
            raise

    def predict_changed(self, change: Change, every: int) -> Array:
        """Return the predictions for every n-th hidden sample with changed inputs, after ``predict``.

        Raises:
            NoPredictions: the process died, failed or was over a limit; nothing can be asked of the model any more.
        """
        rows = len(range(0, self._rows, every))
        try:
            reply = self._experiment("changed", **asdict(change), every=every)
            return self._array(reply, (rows, *self._job.question.output_shape))
        except Stopped as stopped:
            raise self._over(stopped) from stopped

    def predict_training(self, count: int) -> TrainingSample | None:
        """Return what the model says to ``count`` training samples, after ``predict``; None when none can be read.

        Raises:
            NoPredictions: as ``predict_changed`` does.
        """
        try:
            return self._training_sample(count)
        except Stopped as stopped:
            raise self._over(stopped) from stopped

    def _predictions(self) -> Array:
        """Send the job and wait for the answer within the limits."""
        self._process.enter(worker.STARTING)
        self._process.send("model", **self._message)
        phases = iter((worker.STARTING, worker.LOADING, worker.PREDICTING))  # each begins once, with its clock
        while True:
            reply = self._process.receive("phase", "answers", "refused", "unfit", "fault")
            if reply.type == "phase":
                phase = next(phases, None)
                if phase is None or reply.values.get("phase") != phase:
                    raise Stopped(DISORDER)
                self._process.enter(phase)
                self._check(*_shapes(reply.values))
            elif reply.type == "answers":
                return self._answers(reply)
            elif reply.type == "refused":
                raise _refused(self._job, self._process.phase, reply.values)
            elif reply.type == "unfit":
                raise _unfit(reply.values)
            else:
                raise NoPredictions(fault=_fault(self._process.phase, str(reply.values["traceback"])))

    def _check(self, input_shape: Any, output_shape: Any) -> None:
        """Refuse the shapes that Keras states for a model if they are not the question's.

        Those of some layers' outputs are not what comes out (``Hashing`` in one-hot form, for example): where one is
        stated, the predictions themselves are compared.
        """
        several = output_shape if isinstance(output_shape, list) else None
        self._refuse(next(contract_findings(self._job.question, input_shape, several), None))

    def _refuse(self, wrong: Finding | None) -> None:
        """End a model that cannot be scored."""
        if wrong:
            self._process.stop()
            raise NoPredictions(wrong)

    def _answers(self, reply: Message) -> Array:
        """Take the predictions, unless they have not the shape of the question's answers."""
        _, *shape = _shape(reply)
        self._refuse(next(contract_findings(self._job.question, None, tuple(shape)), None))
        self._rows = self._job.rows
        predictions = self._array(reply, (self._rows, *shape))
        self.whole_numbers = reply.values["whole_numbers"] is True
        return predictions

    def _training_sample(self, count: int) -> TrainingSample | None:
        question = self._job.question
        starter = bank.find()[question.id] / "starter.py"
        category = str(self._job.category.resolve())
        reply = self._experiment("training", starter=str(starter), category=category, count=count)
        if reply.type == "nothing":
            return None
        rows = _shape(reply)[0]
        if not 0 < rows <= count:
            raise Stopped(DISORDER)
        predictions = self._array(reply, (rows, *question.output_shape))
        labels = self._process.receive("labels")
        shape = _shape(labels)
        if shape[0] != rows or 4 * math.prod(shape) > LONGEST_LABELS:
            raise Stopped(DISORDER)
        y = _as_hidden(question, self._array(labels, shape))
        inputs = self._process.receive("inputs")
        shape = _shape(inputs)
        if 4 * math.prod(shape) > LONGEST_LABELS:
            raise Stopped(DISORDER)
        return TrainingSample(predictions, y, int(reply.values["size"]), self._array(inputs, shape))

    def _experiment(self, kind: str, **values: Any) -> Message:
        """Return the reply to a question about the loaded model."""
        self._process.enter(worker.EXPERIMENTING)
        self._process.send(kind, **values)
        reply = self._process.receive("answers", "nothing", "fault")
        if reply.type == "fault":
            raise Stopped("failed")
        return reply

    def _over(self, stopped: Stopped) -> NoPredictions:
        """End a model that broke on an experiment; it has its score already."""
        self._process.stop()
        return NoPredictions(fault=f"The grader's process stopped while {worker.EXPERIMENTING}: it {stopped}.")

    def _array(self, reply: Message, shape: tuple[int, ...]) -> Array:
        """Return the float32 numbers that follow a reply.

        Raises:
            Stopped: it states another shape, or other bytes follow.
        """
        if _shape(reply) != shape:
            raise Stopped(DISORDER)
        data = self._process.content(reply, 4 * math.prod(shape))
        return np.frombuffer(data, dtype="<f4").reshape(shape)


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


def _as_hidden(question: Question, y: Array) -> Array:
    """Return labels as a hidden set keeps them, whatever form the starter gives them."""
    if question.task != "multiclass":
        return y.reshape(len(y), *question.output_shape)
    return (y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.ravel()).astype(np.int64)


def _refused(job: Job, phase: str, reply: dict[str, Any]) -> NoPredictions:
    """Turn the worker's reason for not predicting into a finding."""
    if reply["memory"]:
        return _stopped(job, phase, f"needed more than {MEMORY_BYTES // 2**30} GB of memory")
    values = {"folder": f"Category{job.question.category}", "reason": str(reply["reason"]).rstrip(".")}
    code = "not-loadable" if reply["code"] == "not-loadable" else "not-predictable"
    if code == "not-loadable":
        ours, theirs = installed_versions().get("keras", "?"), job.written_by
        values |= {"keras": ours, "version": theirs, "advice": _advice(job, ours)}
        code = "newer-keras" if older_keras(theirs) else code
    return NoPredictions(finding(code, **values))


def _unfit(reply: dict[str, Any]) -> NoPredictions:
    """Turn what the model computed in place of answers into a finding."""
    if reply["code"] == "mixed-samples":
        return NoPredictions(mixed_samples(int(reply["count"]), int(reply["rows"])))
    return NoPredictions(finding("not-numbers", found=str(reply["found"])))


def _advice(job: Job, ours: str) -> str:
    """Return what to try with a file that Keras cannot load: the Keras that wrote it would write the same once more."""
    if release(job.written_by) != release(ours):
        script = f"Category{job.question.category}/starter.py"
        return f"Keras {job.written_by} wrote the file. Train the model with this project's interpreter: run {script}."
    page = "docs/findings/not-loadable.md"
    return f"Build that part of the model from other layers of tf.keras.layers, and train it; see {page} to find it."


def _fault(phase: str, traceback: str) -> str:
    """Return a fault of ours: where TensorFlow does not start, a sentence; its log has the traceback too."""
    if phase != worker.STARTING:
        return traceback
    last = traceback.strip().splitlines()[-1]
    return f"The grader's process failed while {phase}: {last[:LONGEST_REASON].rstrip('.')}."


def _stopped(job: Job, phase: str, reason: str) -> NoPredictions:
    """Name the phase; before the model is touched, a stop is our fault and not the learner's."""
    if phase == worker.STARTING:
        return NoPredictions(fault=f"The grader's process stopped while {phase}: it {reason}.")
    return NoPredictions(finding("out-of-bounds", phase=phase, reason=reason, seconds=job.question.train_seconds))

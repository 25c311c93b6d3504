"""Small experiments with a model that lost points: its mistakes undone, and the data it was trained on.

Each change of the inputs is tried on some samples first; the one that helps most is then tried on the whole hidden
set, so that what it would have earned is known and not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from exam.bank.metrics import METRICS, Array
from exam.bank.question import Question
from exam.reasons import answers, inputs, predictions
from exam.reasons.answers import CLASSES, Remedy, much_better, part, tells_apart
from exam.reasons.evidence import Evidence, Study, Training, Undone
from exam.reasons.inputs import Trial
from exam.running.live_model import Answering, NoPredictions, TrainingSample
from exam.scoring import Score, score

SAMPLES = 128
"""Training samples that are asked, and hidden samples of a first trial."""
SAMPLES_OF_PICTURES = 64
"""Hidden samples of a first trial where each costs much: by chance, their accuracy differs by 0.06."""
LARGE = 48 * 48 * 3
FEW_POINTS = 2
"""Exchanged columns cost a model more points than that."""


def study(evidence: Evidence, model: Answering) -> Study:
    """Run the experiments for a model that lost points, unless the cause is certain without them.

    A model that breaks on them loses an explanation only.
    """
    if evidence.score.points == 5 or evidence.score.value is None:
        return Study()
    if evidence.inspection.steps == 0 or next(predictions.broken(evidence), None) is not None:
        return Study()  # it was never trained, or its outputs are no answers
    try:
        return _study(evidence, model)
    except NoPredictions:
        return Study(undone_on_answers(evidence))


def _study(evidence: Evidence, model: Answering) -> Study:
    """Try what is cheap first: pictures are read from files, all other training data says what it was scaled with."""
    question = evidence.question
    sample = None if question.input_scale != 1 else model.predict_training(SAMPLES)
    undone = _undone(evidence, model, None if sample is None else sample.inputs)
    if undone is not None:
        return Study(undone)
    if question.input_scale != 1:
        sample = model.predict_training(SAMPLES)
    return Study(training=_training(evidence, sample))


def undone_on_answers(evidence: Evidence) -> Undone | None:
    """Return the mistake that costs most of those that the answers alone show."""
    question = evidence.question
    remedy, scored = answers.best(question, evidence.hidden, evidence.predictions, evidence.score)
    return None if remedy is None else Undone(remedy.code, remedy.values, scored)


def _undone(evidence: Evidence, model: Answering, known: Array | None) -> Undone | None:
    """Return the mistake that costs most: on the answers, on the inputs, or on both."""
    question = evidence.question
    on_answers = undone_on_answers(evidence)
    if on_answers is not None and on_answers.score.points == 5:
        return on_answers
    search = _Search(evidence, model)
    search.run(inputs.trials(question, evidence.inspection, known))
    if search.best is None and on_answers is None and evidence.score.points <= FEW_POINTS:
        search.run(inputs.exchanges(question))
    on_inputs = search.proven()
    if on_inputs is None or (on_answers and not much_better(question, on_inputs.score, on_answers.score)):
        return on_answers
    return on_inputs


class _Search:
    """Trials with one model on a few hidden samples, of which the best is proven on all of them.

    Attributes:
        best: the trial that helps most so far, and the remedy of its answers; None as long as none helps.
    """

    def __init__(self, evidence: Evidence, model: Answering) -> None:
        self.best: tuple[Trial, Remedy | None] | None = None
        self._evidence, self._model, self._question = evidence, model, evidence.question
        count = SAMPLES_OF_PICTURES if np.prod(self._question.input_shape) >= LARGE else SAMPLES
        self._every = max(1, len(evidence.hidden.x) // count)
        rows = slice(0, None, self._every)
        self._some = part(evidence.hidden, rows)
        self._scored = score(self._question, self._some, evidence.predictions[rows])
        self._reached = self._scored
        self._perfect = Score(5, 1.0 if evidence.metric.greater_is_better else 0.0, self._scored.baseline)

    def run(self, trials: Iterable[Trial]) -> None:
        """Try changes of the inputs; each must be much better than none, and better than the ones before."""
        question = self._question
        for trial in trials:
            if not much_better(question, self._perfect, self._scored, trial.margin):
                continue  # so little is missing that nothing could be proven
            predictions = self._model.predict_changed(trial.change, self._every)
            plain = score(question, self._some, predictions)
            remedy, scored = answers.best(question, self._some, predictions, plain)
            if not much_better(question, scored, self._scored, trial.margin):
                continue
            if question.task not in CLASSES and not tells_apart(question, self._some, scored):
                continue
            wanted = much_better if remedy and self.best and self.best[1] is None else _better
            if wanted(question, scored, self._reached):
                self.best, self._reached = (trial, remedy), scored

    def proven(self) -> Undone | None:
        """Return the best trial if the whole hidden set, and the samples that were not looked at, agree with it."""
        if self.best is None:
            return None
        (trial, remedy), question, hidden = self.best, self._question, self._evidence.hidden
        predictions = self._model.predict_changed(trial.change, 1)
        if remedy is not None:
            predictions = remedy.apply(hidden, predictions)
        whole = score(question, hidden, predictions)
        if whole.points < max(trial.least, self._evidence.score.points + 1) or not self._holds(trial, predictions):
            return None
        also = "" if remedy is None else remedy.also
        return Undone(trial.code, {**trial.values, "also": also}, whole)

    def _holds(self, trial: Trial, changed: Array) -> bool:
        """Return whether the change is much better on the samples that did not choose it, where there are some."""
        hidden = self._evidence.hidden
        fresh = np.ones(len(hidden.x), dtype=bool)
        if self._every > 1:
            fresh[:: self._every] = False
        samples = part(hidden, fresh)
        one = score(self._question, samples, changed[fresh])
        other = score(self._question, samples, self._evidence.predictions[fresh])
        return much_better(self._question, one, other, trial.margin)


def _better(question: Question, one: Score, other: Score) -> bool:
    """Return whether a score is worth more than another."""
    if one.value is None or other.value is None:
        return one.value is not None
    return one.points > other.points or METRICS[question.metric].better(one.value, other.value)


def _training(evidence: Evidence, sample: TrainingSample | None) -> Training | None:
    """Return how the model does on training samples."""
    if sample is None or not np.isfinite(sample.predictions).all():
        return None
    question, hidden = evidence.question, evidence.hidden
    if question.metric == "relative_mae":
        earned = comparable(question, sample.y, sample.predictions) / comparable(question, hidden.y, hidden.baseline)
    else:
        earned = METRICS[question.metric].measure(sample.y, sample.predictions, sample.predictions)
    return Training(
        comparable(question, sample.y, sample.predictions),
        question.points(earned),
        evidence.metric.better(earned, evidence.score.baseline),
        len(sample.y),
        sample.size,
    )


def is_plain(question: Question) -> bool:
    """Return whether training and hidden samples are compared by the mean absolute error.

    The question's metric needs a baseline's answers, or grows with the number of samples, as a largest error does.
    """
    return question.metric in ("relative_mae", "max_error")


def comparable(question: Question, y: Array, predictions: Array) -> float:
    """Return the question's metric for any samples, or the mean absolute error where that cannot be compared."""
    if is_plain(question):
        return float(np.mean(np.abs(predictions - y)))
    return METRICS[question.metric].measure(y, predictions, predictions)

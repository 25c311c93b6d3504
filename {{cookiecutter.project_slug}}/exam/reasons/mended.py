"""A model whose last activation is missing or wrong, asked as if it had the right one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Question
from exam.findings import Finding, finding
from exam.reasons.evidence import Evidence
from exam.reasons.explain import explain
from exam.running.live_model import Answering, Change, TrainingSample


class Mended:
    """Adds the question's last activation to what a model answers.

    Args:
        model: answers with numbers of any size, or with a probability for each class that stands alone.
        question: says which activation belongs there.
        code: of the finding about the activation that is there.
    """

    def __init__(self, model: Answering, question: Question, code: str) -> None:
        self._model, self._question, self._code = model, question, code

    @property
    def whole_numbers(self) -> bool:
        """Return whether the model answers with an integer type."""
        return self._model.whole_numbers

    def predict(self) -> Array:
        """Return the predictions for the hidden set."""
        return self._activated(self._model.predict())

    def predict_changed(self, change: Change, every: int) -> Array:
        """Return the predictions for every n-th hidden sample with changed inputs."""
        return self._activated(self._model.predict_changed(change, every))

    def predict_training(self, count: int) -> TrainingSample | None:
        """Return what the model says to some training samples."""
        sample = self._model.predict_training(count)
        return sample and replace(sample, predictions=self._activated(sample.predictions))

    def _activated(self, answers: Array) -> Array:
        """Return probabilities: softmax or sigmoid of the answers, or their shares where each is one already."""
        from scipy import special

        if self._code == "sigmoid-for-classes":
            return np.asarray(answers / np.maximum(answers.sum(axis=-1, keepdims=True), 1e-9), dtype=np.float32)
        activation = special.expit(answers) if self._question.task == "binary" else special.softmax(answers, axis=-1)
        return np.asarray(activation, dtype=np.float32)


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Return what a model would have earned with the right activation, and what would still be wrong then."""
    wanted = evidence.question.activations[0]
    others = (reason for reason in explain(evidence) if reason.code != "room-to-improve")
    return (finding("would-have-earned", wanted=wanted, points=evidence.score.points), *others)

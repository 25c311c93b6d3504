"""What is known of a graded model when its lost points are explained."""

from __future__ import annotations

from dataclasses import dataclass, field

from exam.bank.metrics import METRICS, Array, Metric
from exam.bank.question import HiddenSet, Question
from exam.modelfile.inspection import Inspection
from exam.scoring import Score, score


@dataclass(frozen=True)
class Training:
    """How the model does on data it was trained on.

    Attributes:
        value: how well it does on some training samples; see ``experiments.comparable``.
        points: what the question's metric would earn there.
        beats_baseline: whether that metric is better than what the naive baseline reaches on the hidden set.
        count: how many training samples were asked.
        size: how many training samples there are.
    """

    value: float
    points: int
    beats_baseline: bool
    count: int
    size: int


@dataclass(frozen=True)
class Undone:
    """A mistake that was undone, and what the model earns without it.

    Attributes:
        code: of the finding.
        values: what its sentence tells.
        score: of the whole hidden set.
    """

    code: str
    values: dict[str, object]
    score: Score


@dataclass(frozen=True)
class Study:
    """What the experiments found.

    Attributes:
        undone: the mistake that costs most, where undoing one earns clearly more.
        training: None when the training data could not be read, or a mistake was undone.
    """

    undone: Undone | None = None
    training: Training | None = None


@dataclass(frozen=True)
class Evidence:
    """What the checks may look at.

    Attributes:
        question: the declaration.
        hidden: the hidden set.
        predictions: the model's answers, float32 (n, *output_shape).
        score: what they earned.
        inspection: what the file says.
        study: what the experiments found.
        whole_numbers: whether the model answers with an integer type.
    """

    question: Question
    hidden: HiddenSet
    predictions: Array
    score: Score
    inspection: Inspection
    study: Study = field(default_factory=Study)
    whole_numbers: bool = False

    @property
    def metric(self) -> Metric:
        """Return the question's metric."""
        return METRICS[self.question.metric]

    def rescored(self, predictions: Array) -> Score:
        """Return what other answers to the same hidden set would have earned."""
        return score(self.question, self.hidden, predictions)

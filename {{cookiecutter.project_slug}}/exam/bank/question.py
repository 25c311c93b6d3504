"""What a question is: everything that data making, grading and explaining need to know about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exam.bank.metrics import METRICS, Array
from exam.bank.skills import SKILLS

Task = Literal["regression", "binary", "multiclass", "forecast"]

LEVELS = {1: "easy", 2: "medium", 3: "hard"}
"""How difficult a question is, in words."""


@dataclass(frozen=True)
class Advice:
    """One concrete change that raises the score of some models.

    Attributes:
        text: the change, one or two sentences.
        unless: features of a model that it would repeat; ``exam.modelfile.traits`` names them.
        only: features of which a model must have one.
        when: ``overfitting`` or ``underfitting``, where it helps against one of them only.
        epochs: it is for models that were trained for fewer passes through the data; 0 for all.
    """

    text: str
    unless: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    when: Literal["", "overfitting", "underfitting"] = ""
    epochs: int = 0


@dataclass(frozen=True)
class HiddenSet:
    """The samples a model is scored on; made from the exam's seed, never written into the workspace.

    Attributes:
        x: inputs, shape ``(n, *input_shape)``. Images as uint8 (see ``Question.input_scale``), token
            ids as int32, everything else as float32.
        y: targets. ``(n, *output_shape)`` float32 for regression, forecast and binary (0. or 1.),
            ``(n,)`` integer class indices for multiclass.
        baseline: what the naive baseline predicts for ``x``, shape ``(n, *output_shape)``, float32.
    """

    x: Array
    y: Array
    baseline: Array


@dataclass(frozen=True)
class Question:
    """One question of the bank, declared as ``QUESTION`` in ``question.py`` of its folder.

    Attributes:
        id: the folder's name.
        category: 1 to 5.
        title: one line for people.
        task: the kind of task; decides which last activations and losses make sense.
        input_shape: what one sample looks like to the model, without the batch axis.
        output_shape: what the model answers for one sample, without the batch axis.
        activations: accepted activations of the last layer, Keras names, the natural one first.
        metric: a key of ``METRICS``.
        bands: the metric's values that earn 1, 2, 3, 4 and 5 points; measured, see CALIBRATION.md.
        baseline: the naive baseline in words.
        difficulty: 1, 2 or 3: a plain first attempt earns 4, 3 or 2 points (median over the seeds of CALIBRATION.md).
        train_seconds: how long the reference solution trains on two CPU cores, at most 180 seconds.
        skills: keys of ``exam.bank.skills.SKILLS`` that the question exercises.
        source: where the data comes from.
        licence: under which terms.
        write_training: ``(folder, seed)`` writes the training data as files into an existing folder.
        make_hidden: ``(seed)`` returns the hidden set, from its own random stream.
        largest_id: the largest of the ids that the training data holds, where inputs are ids to look up; else 0.
        certain_id: an id that the hidden set of every seed reaches or passes, measured over many of them; at most
            ``largest_id``. A table without room for it fails for certain.
        input_scale: the model's input is ``x * input_scale``; 1/255 for images kept as uint8.
        class_names: names in the order of the class indices, for classification.
        advice: what to try when the model is sound and the score is not yet 5: a ladder, of which a model is shown the
            first steps that it has not taken.
        balanced: whether all classes are about equally frequent; False is said in the README and scored by a metric
            that weighs classes alike.
        stock: for data dealt out of a real collection: what another hidden sample shows again, in words, for example
            "the same 72 wines, analysed again"; empty where the next sample is all new, or where there is no next.
    """

    id: str
    category: int
    title: str
    task: Task
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    activations: tuple[str, ...]
    metric: str
    bands: tuple[float, float, float, float, float]
    baseline: str
    difficulty: Literal[1, 2, 3]
    train_seconds: int
    skills: tuple[str, ...]
    source: str
    licence: str
    write_training: Callable[[Path, int], None]
    make_hidden: Callable[[int], HiddenSet]
    largest_id: int = 0
    certain_id: int = 0
    input_scale: float = 1.0
    class_names: tuple[str, ...] = ()
    advice: tuple[Advice, ...] = ()
    balanced: bool = True
    stock: str = ""

    def __post_init__(self) -> None:
        """Refuse a declaration that could not be graded fairly.

        Raises:
            ValueError: naming the question and the field.
        """
        metric = METRICS.get(self.metric, METRICS["accuracy"])
        multiclass = self.task == "multiclass"
        rules = {
            "category": self.category in range(1, 6),
            "metric": self.metric in METRICS,
            "bands": len(self.bands) == 5 and all(map(metric.better, self.bands[1:], self.bands)),
            "shapes": bool(self.input_shape) and bool(self.output_shape),
            "activations": bool(self.activations),
            "largest_id": self.largest_id == 0 or (self.largest_id > 0 and self.input_scale == 1),
            "certain_id": 0 <= self.certain_id <= self.largest_id and bool(self.certain_id) == bool(self.largest_id),
            "difficulty": self.difficulty in (1, 2, 3),
            "skills": bool(self.skills) and set(self.skills) <= set(SKILLS),
            "balanced": self.balanced or self.metric == "balanced_accuracy",
            "train_seconds": 0 < self.train_seconds <= 180,
            "class_names": not multiclass or len(self.class_names) == self.output_shape[-1],
            "advice": bool(self.advice),
        }
        broken = [field for field, is_kept in rules.items() if not is_kept]
        if broken:
            raise ValueError(f"Question {self.id!r}: {', '.join(broken)} cannot be right.")

    def measure(self, hidden: HiddenSet, predictions: Array) -> float:
        """Return the metric of ``predictions`` (n, *output_shape), rounded to 4 decimals.

        The rounding hides differences of the last bits between machines (oneDNN on or off: 1.8e-7).
        """
        return round(METRICS[self.metric].measure(hidden.y, predictions, hidden.baseline), 4)

    def points(self, value: float) -> int:
        """Return how many of the five bands ``value`` reaches, 0 to 5; 0 for NaN."""
        metric = METRICS[self.metric]
        return sum(value == band or metric.better(value, band) for band in self.bands)

"""What a graded model answered, and what there is to see in it. Runs no model: grading kept the answers."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exam.bank import hidden
from exam.bank.metrics import Array
from exam.bank.public import DataUnavailable
from exam.bank.question import HiddenSet, Question
from exam.bank.texts import PADDING
from exam.grading import cache
from exam.result import Result
from exam.workspace import Workspace

PICTURE_SIZE = 160
"""Larger pictures are made smaller than this, since the page holds all of them."""
INDEX_FILES = ("word_index.json", "characters.json")
MOST_NUMBERS = 8


class NoAnswers(LookupError):
    """There are no answers to show; the message is a sentence or two, with what to type where that helps."""


@dataclass(frozen=True)
class Answers:
    """The answers of one model.

    Attributes:
        question: what was asked.
        samples: the hidden set.
        predictions: float32 (n, *output_shape), all of them numbers.
        data: folder of the training data, which names words, columns and classes; it may be missing.
    """

    question: Question
    samples: HiddenSet
    predictions: Array
    data: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the classes, in order."""
        target = _target(self.data)
        return self.question.class_names or (f"{target} 0", f"{target} 1")

    @property
    def truth(self) -> Array:
        """Return the true class of each sample, int64 (n,)."""
        return _classes(self.samples.y) if self.question.task == "binary" else self.samples.y.astype(np.int64)

    @property
    def chosen(self) -> Array:
        """Return the class that the model chose for each sample, int64 (n,)."""
        return _classes(self.predictions) if self.question.task == "binary" else self.predictions.argmax(axis=-1)

    @property
    def confidence(self) -> Array | None:
        """Return the probability the model gave to what it chose, (n,); None when its outputs are none."""
        outputs = self.predictions.astype(np.float64)
        if outputs.min() < 0 or outputs.max() > 1:
            return None
        if self.question.task == "binary":
            outputs = np.concatenate([outputs, 1 - outputs], axis=-1)
        highest: Array = outputs.max(axis=-1)
        return highest if np.allclose(outputs.sum(axis=-1), 1, atol=0.01) else None

    @property
    def errors(self) -> Array:
        """Return how far each answer is from the truth, the mean over a sample's outputs, float64 (n,)."""
        apart = np.abs(self.predictions.astype(np.float64) - self.samples.y)
        means: Array = apart.reshape(len(apart), -1).mean(axis=1)
        return means

    @property
    def confusion(self) -> Array:
        """Return how often each class (row) was answered with each (column), int64 (classes, classes)."""
        counts = np.zeros((len(self.names), len(self.names)), dtype=np.int64)
        np.add.at(counts, (self.truth, self.chosen), 1)
        return counts

    def worst(self, count: int) -> list[int]:
        """Return at most ``count`` row numbers: wrong classes, the most confident first, or the largest errors."""
        if self.question.task in ("regression", "forecast"):
            return [int(row) for row in np.argsort(-self.errors, kind="stable")[:count]]
        outputs = self.predictions.astype(np.float64).reshape(len(self.predictions), -1)
        sure = np.abs(outputs[:, 0] - 0.5) if self.question.task == "binary" else outputs.max(axis=1)
        wrong = np.flatnonzero(self.truth != self.chosen)
        return [int(row) for row in wrong[np.argsort(-sure[wrong], kind="stable")][:count]]


def read(workspace: Workspace, question: Question, result: Result) -> Answers:
    """Return what the model of one grading answered to the exam's question.

    Raises:
        NoAnswers: nothing was predicted, or it is not known any more.
    """
    if result.status != "scored":
        raise NoAnswers("This model could not be run, so there are no predictions to show.")
    if result.question != question.id:
        raise NoAnswers(f"This model was graded for another question, {result.title!r}.")
    file = cache.path(workspace, result.sha256, result.seed, hidden.fingerprint(question))
    predictions = cache.read_predictions(file)
    again = f"Grade the model again to see them: python -m exam grade {result.category}"
    if predictions is None:
        raise NoAnswers(f"This model's predictions were not kept. {again}")
    try:
        samples = hidden.read(hidden.ensure(question, result.seed))
    except (DataUnavailable, OSError, ValueError, KeyError) as error:
        raise NoAnswers(f"The hidden data is not available: {error}") from error
    if predictions.shape != (len(samples.x), *question.output_shape):
        raise NoAnswers(f"The predictions that were kept do not fit the hidden data. {again}")
    share = 1 - np.isfinite(predictions).mean()
    if share:
        raise NoAnswers(f"{share:.0%} of the model's outputs are not numbers, so there is nothing to draw.")
    return Answers(question, samples, predictions, workspace.data(result.category))


def picture(sample: Array) -> str:
    """Return a picture, uint8 (height, width), (height, width, 1) or (height, width, 3), as the address of a PNG."""
    from PIL import Image

    image = Image.fromarray(sample[..., 0] if sample.shape[-1] == 1 else sample)
    image.thumbnail((PICTURE_SIZE, PICTURE_SIZE))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def text(answers: Answers, row: int) -> str:
    """Return the words, or the characters, of a sample's ids; the ids themselves where their index is missing."""
    ids, index = answers.samples.x[row], _index(answers.data)
    if not index:
        return " ".join(str(number) for number in ids if number != PADDING)
    words = [index[int(number)] for number in ids if int(number) in index]
    return ("" if max(map(len, index.values())) == 1 else " ").join(words)


def numbers(answers: Answers, row: int) -> list[tuple[str, float]]:
    """Return name and value of a sample's inputs; of many, the ones that are most unusual in the hidden set."""
    x = answers.samples.x
    names = _columns(answers.data, x.shape[1])
    deviation = x.std(axis=0)
    unusual = np.abs(x[row] - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    columns = sorted(np.argsort(-unusual, kind="stable")[:MOST_NUMBERS].tolist())
    return [(names[number], float(x[row, number])) for number in columns]


def _classes(outputs: Array) -> Array:
    above: Array = (outputs.reshape(-1) > 0.5).astype(np.int64)
    return above


def _index(data: Path) -> dict[int, str]:
    """Return id -> word or character, as the question's data has it; nothing when it cannot be read."""
    for name in INDEX_FILES:
        try:
            ids = json.loads((data / name).read_text(encoding="utf-8"))
            return {int(number): str(word) for word, number in ids.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            continue
    return {}


def _columns(data: Path, count: int) -> Sequence[str]:
    """Return the names of a sample's ``count`` numbers: of a table that has them and the target, else x1, x2, ..."""
    tables = _numeric_columns(data)
    for width in (count + 1, count):
        fitting = [names for names in tables if len(names) == width]
        if fitting:
            return fitting[0][:count]
    return [f"x{number}" for number in range(1, count + 1)]


def _target(data: Path) -> str:
    """Return what the data calls the classes of a question that does not name them: its last column, or ``class``."""
    return next((names[-1] for names in _numeric_columns(data) if names), "class")


def _numeric_columns(data: Path) -> list[list[str]]:
    """Return the names of the columns that hold numbers, for each csv file and each JSON file that lists objects."""
    tables = []
    for table in sorted([*data.glob("*.csv"), *data.glob("*.json")]):
        try:
            with table.open(encoding="utf-8", newline="") as file:
                rows = csv.DictReader(file) if table.suffix == ".csv" else iter(json.load(file))
                tables.append([name for name, value in next(rows).items() if _is_number(value)])
        except (OSError, ValueError, TypeError, AttributeError, StopIteration):
            continue
    return tables


def _is_number(value: object) -> bool:
    """Return whether a cell holds a number; an empty one may stand for it."""
    try:
        float(str(value) or "nan")
    except ValueError:
        return False
    return True

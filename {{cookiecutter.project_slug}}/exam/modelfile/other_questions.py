"""Where a model belongs that does not fit its own question: another category of the exam, another question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exam import bank
from exam.bank.question import Question
from exam.findings import Finding, finding
from exam.modelfile.contract import fits, show_shape


def finding_for(question: Question, input_shape: Any, output_shape: Any, drawn: Mapping[int, str]) -> Finding | None:
    """Return that the model answers another question, when its shapes are exactly what that one asks for.

    Args:
        question: what the file was to answer.
        input_shape: of the model without the batch axis, None or a list where it is not one known shape.
        output_shape: the same for its output.
        drawn: category -> question id of the whole exam.
    """
    if not (_is_known(input_shape) and _is_known(output_shape)):
        return None
    shapes = {"found": show_shape(input_shape), "answers": show_shape(output_shape)}
    for category, name in drawn.items():
        other = bank.load(name)
        if category != question.category and _asks_for(other, input_shape, output_shape):
            return finding(
                "another-category", **shapes, category=question.category, other=f'category {category}, "{other.title}",'
            )
    if fits(input_shape, question.input_shape) or fits(output_shape, question.output_shape):
        return None  # one wrong shape is more often a slip than a model of another exam
    for name in bank.find():
        other = bank.load(name)
        if other.category == question.category and _asks_for(other, input_shape, output_shape):
            return finding(
                "another-question",
                **shapes,
                other=other.title,
                expected=question.input_shape,
                expected_answers=question.output_shape,
                folder=f"Category{question.category}",
            )
    return None


def _is_known(shape: Any) -> bool:
    """Return whether every size of a single shape is known."""
    return isinstance(shape, tuple) and None not in shape


def _asks_for(question: Question, input_shape: Any, output_shape: Any) -> bool:
    return fits(input_shape, question.input_shape) and fits(output_shape, question.output_shape)

"""Mistakes that are undone on the inputs: what the model expects in place of what the starter prepares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Question
from exam.bank.texts import OOV
from exam.modelfile.inspection import Inspection
from exam.reasons.answers import MUCH_BETTER
from exam.running.live_model import Change

SCALING_LAYERS = ("Rescaling", "Normalization")
FEW_STEPS = 1000
"""After so many training steps, the averages of BatchNormalization have arrived: its momentum is 0.99."""
MOST_COLUMNS = 40
"""So many columns can be exchanged in 780 ways; of more, only the reverse order is tried."""
NO_CHANCE = 0.05
"""Other pixels and ids never help by chance: 18 networks, trained well or badly, gained 0.013 at most."""
LEAST_POINTS = 3
"""Numbers that are scaled otherwise can lift a network that has hardly learned, by 0.3 of the accuracy, to 2 points."""
CAFFE_MEANS, TORCH_MEANS, TORCH_DEVIATIONS = (103.939, 116.779, 123.68), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""The means of ImageNet's blue, green and red, and of its red, green and blue, as ``preprocess_input`` of
``keras.applications`` has them."""


@dataclass(frozen=True)
class Trial:
    """One change of the inputs.

    Attributes:
        code: of the finding that it would show.
        change: what is tried.
        values: what the finding's sentence tells.
        margin: how much higher an accuracy must be with it, to be no coincidence.
        least: how many points it must earn with it, for the same reason.
    """

    code: str
    change: Change
    values: dict[str, object] = field(default_factory=dict)
    margin: float = MUCH_BETTER
    least: int = 1


def trials(question: Question, inspection: Inspection, known: Array | None) -> Iterator[Trial]:
    """Yield the changes to try.

    Args:
        question: says what kind of inputs there are.
        inspection: what the file says of the model.
        known: of all training inputs, as ``TrainingSample.inputs`` has it; None when they could not be read.
    """
    if question.input_scale != 1:
        yield from (replace(trial, margin=NO_CHANCE) for trial in _of_pixels(question, inspection))
    elif question.largest_id:
        yield from _of_ids(question, known)
    else:
        least = 1 if question.task == "forecast" else LEAST_POINTS
        yield from (replace(trial, least=least) for trial in _of_numbers(question, known))
    if _is_early(inspection):
        yield Trial("early-averages", Change(batch_statistics=True), {"steps": _counted(inspection.steps)})


def _is_early(inspection: Inspection) -> bool:
    """Return whether the model's BatchNormalization may not have its averages yet."""
    layers = inspection.signature.layers if inspection.signature else ()
    normalises = any(layer.class_name == "BatchNormalization" for layer in layers)
    return normalises and (inspection.steps is None or inspection.steps < FEW_STEPS)


def _counted(steps: int | None) -> str:
    return "few training steps" if steps is None else f"{steps} training step{'s' * (steps != 1)}"


def _of_pixels(question: Question, inspection: Inspection) -> Iterator[Trial]:
    """Yield other scales, colours and directions of pictures."""
    layer = scaling_layer(inspection)
    raw = Trial("raw-pixels", Change(scale=1 / question.input_scale))
    yield raw if layer is None else Trial("repeated-normalisation", raw.change, {"layer": layer})
    yield Trial("pixels-divided-twice", Change(scale=question.input_scale))
    yield Trial("centred-pixels", Change(scale=2.0, offset=-1.0))
    yield Trial("standardised-inputs", Change(each="deviation"), {"each": "picture"})
    yield Trial("inverted-pixels", Change(scale=-1.0, offset=1.0))
    if question.input_shape[0] == question.input_shape[1]:
        yield Trial("transposed-pictures", Change(order="transposed"))
    if question.input_shape[-1] == 3:
        colours = [2, 1, 0]
        yield Trial("swapped-colours", Change(columns=colours))
        caffe = Change(columns=colours, scale=255.0, offset=[-mean for mean in CAFFE_MEANS])
        yield Trial("preprocessed-pixels", caffe, {"found": "keras.applications.resnet"})
        offsets = [-mean / deviation for mean, deviation in zip(TORCH_MEANS, TORCH_DEVIATIONS, strict=True)]
        torch = Change(scale=[1 / deviation for deviation in TORCH_DEVIATIONS], offset=offsets)
        yield Trial("preprocessed-pixels", torch, {"found": "keras.applications.densenet"})


def scaling_layer(inspection: Inspection) -> str | None:
    """Return the name of a layer of the model that scales its inputs."""
    layers = inspection.signature.layers if inspection.signature else ()
    return next((layer.name for layer in layers if layer.class_name in SCALING_LAYERS), None)


def _of_ids(question: Question, known: Array | None) -> Iterator[Trial]:
    """Yield other places of the padding, and other tables of words."""
    yield Trial("padding-in-front", Change(order="padding first"))
    for table in () if known is None else known:
        # A model has a row for each of the starter's ids, and not always for more.
        unknown = -1 if table[OOV] < 0 else OOV
        ids = [int(number) if number <= question.largest_id else unknown for number in table]
        yield Trial("other-word-ids", Change(ids=ids), margin=NO_CHANCE)
        yield Trial("other-word-ids", Change(ids=ids, order="padding first"), margin=NO_CHANCE)


def _of_numbers(question: Question, known: Array | None) -> Iterator[Trial]:
    """Yield other scales and orders of columns."""
    columns = question.input_shape[-1]
    if known is not None:
        mean, deviation, smallest, largest = known.astype(np.float64)
        yield Trial("standardised-inputs", _scaled(mean, deviation), {"each": "column"})
        for found, centre, size in (
            ("divided by the largest value of each column", 0 * mean, largest),
            ("divided by the largest value of all", 0 * mean, 0 * mean + largest.max()),
            ("scaled to 0 ... 1 in each column", smallest, largest - smallest),
            ("scaled to -1 ... 1 in each column", (smallest + largest) / 2, (largest - smallest) / 2),
        ):
            yield Trial("scaled-inputs", _scaled(centre, size), {"found": found})
    if columns > 1:
        yield Trial("scaled-inputs", Change(each="length"), {"found": "divided by the length of each row"})
        reverse = list(range(columns))[::-1]
        yield Trial("reordered-columns", Change(columns=reverse), {"found": "in reverse order"})
    if len(question.input_shape) > 1:
        yield Trial("newest-first", Change(order="newest first"))


def _scaled(centre: Array, size: Array) -> Change:
    """Return the change that takes ``centre`` away and divides by ``size``, both (columns,)."""
    size = np.where(size == 0, 1, size)
    return Change(scale=(1 / size).tolist(), offset=(-centre / size).tolist())


def exchanges(question: Question) -> Iterator[Trial]:
    """Yield every exchange of two columns."""
    columns = question.input_shape[-1]
    if question.input_scale != 1 or question.largest_id or columns > MOST_COLUMNS:
        return
    for one, other in combinations(range(columns), 2):
        order = list(range(columns))
        order[one], order[other] = other, one
        found = f"with columns {one + 1} and {other + 1} exchanged"
        yield Trial("reordered-columns", Change(columns=order), {"found": found}, least=LEAST_POINTS)

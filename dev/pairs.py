"""Models with two mistakes at once: the first finding names one of them, and nothing that is shown is false.

    python make.py pairs [--part N]

makes every pair of the twenty commonest mistakes on one question, and writes ``docs/pairs.md``; with ``--part`` only
every N-th pair, and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import claims
import confusion
import harness
import numpy as np
from confusion import Bench

from exam import bank
from exam.grading.grade import grade, new_runner
from exam.running.runner import Runner
from exam.workspace import Workspace

QUESTION = "handwritten_digits"
TABLE = harness.REPOSITORY / "docs" / "pairs.md"
HEAD = """# Two mistakes at once

Made by `python make.py pairs`, never edited by hand. Every row is a model of {question} with two of the twenty
commonest mistakes. The third column is the finding that the grader ranked first: it is right when it is that of one of
the two, and of the one that is checked first where the grader stops at a mistake. Two changes of the inputs, or
labels of other samples beside anything, are named rightly as "trained on other inputs or labels" as well. The last
column has what is shown and not true, found without the grader (`dev/claims.py`).

| mistake | other mistake | first finding | right | not true |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Plan:
    """How a model is made.

    Attributes:
        changes: of the inputs, one after the other.
        labels: ``labels -> labels``, one after the other.
        kept: which training samples are used, from their labels.
        units: of the hidden layer.
        outputs: of the last one.
        last: its activation.
        loss: what is compiled; a function, so that Keras is imported late.
        one_hot: whether the loss wants one-hot labels.
        epochs: passes through the training data; 0 leaves the model untrained.
        front: layers before all others, made late.
        shape: of the input, None for the question's.
        name: of the file.
    """

    changes: tuple[Callable[[Any], Any], ...] = ()
    labels: tuple[Callable[[Any], Any], ...] = ()
    kept: Callable[[Any], Any] = lambda y: y >= 0
    units: int = 64
    outputs: int = 10
    last: str = "softmax"
    loss: Callable[[], Any] = lambda: "sparse_categorical_crossentropy"
    one_hot: bool = False
    epochs: int = 12
    front: tuple[Callable[[], Any], ...] = ()
    shape: tuple[int, ...] | None = None
    name: str = "mymodel.h5"


@dataclass(frozen=True)
class Mistake:
    """One of the commonest.

    Attributes:
        code: of its finding.
        kind: what it is about: two of one kind replace each other, or hide each other.
        make: ``Plan -> Plan``.
        stage: where the grader stops for it, 0 first; None when the model is scored.
    """

    code: str
    kind: str
    make: Callable[[Plan], Plan]
    stage: int | None = None


def lambda_layer() -> Any:
    return confusion.keras_layers().Lambda(lambda x: x * 1.0)


def from_logits() -> Any:
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def shuffled(y: Any) -> Any:
    return np.random.default_rng(1).permutation(y)


def changed(change: Callable[[Any], Any]) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, changes=(*plan.changes, change))


MISTAKES = {
    "pixels from 0 to 255": Mistake("raw-pixels", "inputs", changed(lambda x: x * 255)),
    "pixels from -1 to 1": Mistake("centred-pixels", "inputs", changed(lambda x: x * 2 - 1)),
    "negatives": Mistake("inverted-pixels", "inputs", changed(lambda x: 1 - x)),
    "transposed": Mistake("transposed-pictures", "inputs", changed(lambda x: x.swapaxes(1, 2))),
    "labels from 1 on": Mistake(
        "permuted-classes", "labels", lambda plan: replace(plan, labels=(*plan.labels, lambda y: (y + 1) % 10))
    ),
    "a class left out": Mistake(
        "class-never-predicted", "samples", lambda plan: replace(plan, kept=lambda y: y != 3)
    ),
    "labels of other samples": Mistake(
        "other-data", "labels", lambda plan: replace(plan, labels=(*plan.labels, shuffled))
    ),
    "never trained": Mistake("never-trained", "training", lambda plan: replace(plan, epochs=0)),
    "one epoch": Mistake("one-epoch", "training", lambda plan: replace(plan, epochs=1)),
    "twelve units": Mistake("underfitting", "units", lambda plan: replace(plan, units=12)),
    "squared error": Mistake(
        "regression-loss", "loss", lambda plan: replace(plan, loss=lambda: "mse", one_hot=True)
    ),
    "each class alone": Mistake(
        "binary-loss", "loss", lambda plan: replace(plan, loss=lambda: "binary_crossentropy", one_hot=True)
    ),
    "logits twice": Mistake("loss-from-logits", "loss", lambda plan: replace(plan, loss=from_logits, one_hot=False)),
    "hinge": Mistake(
        "margin-loss", "loss", lambda plan: replace(plan, loss=lambda: "categorical_hinge", one_hot=True)
    ),
    "sigmoid at the end": Mistake("sigmoid-for-classes", "last", lambda plan: replace(plan, last="sigmoid"), 4),
    "no activation": Mistake("missing-activation", "last", lambda plan: replace(plan, last="linear"), 4),
    "eleven classes": Mistake("wrong-units", "outputs", lambda plan: replace(plan, outputs=11), 3),
    "a channel axis": Mistake("extra-axis", "shape", lambda plan: replace(plan, shape=(8, 8, 1)), 2),
    "a Lambda layer": Mistake("lambda-layer", "front", lambda plan: replace(plan, front=(lambda_layer,)), 1),
    "another name": Mistake("wrong-name", "name", lambda plan: replace(plan, name="model.h5"), 0),
}
"""Mistake in words -> what it is. Pairs are combined in this order."""


@dataclass
class Outcome:
    """What came of one pair."""

    names: tuple[str, str]
    first: str
    false: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return self.first in expected(*(MISTAKES[name] for name in self.names))


def expected(one: Mistake, other: Mistake) -> set[str]:
    """Return the findings that may come first."""
    stops = [mistake for mistake in (one, other) if mistake.stage is not None]
    if stops:
        return {min(stops, key=lambda mistake: mistake.stage or 0).code}
    codes = {one.code, other.code}
    if one.kind == other.kind and one.kind in ("loss", "training", "last"):
        return {other.code}  # it takes the place of the first
    if "never-trained" in codes:
        return {"never-trained"}
    if "other-data" in codes:
        codes.add("dead-start")  # who learns nothing from labels of other samples may well answer evenly
    return codes | ({"other-data"} if {one.kind, other.kind} & {"inputs", "labels"} else set())


def save(bench: Bench, plan: Plan) -> None:
    """Train a model as planned, and save it."""
    layers = confusion.keras_layers()
    x, y = bench.training
    kept = plan.kept(y)
    x, y = x[kept], y[kept]
    for change in plan.changes:
        x = change(x)
    for relabel in plan.labels:
        y = relabel(y)
    body = [layers.Flatten(), layers.Dense(plan.units, "relu"), layers.Dense(plan.outputs, plan.last)]
    made = bench.model(*(make() for make in plan.front), *body, shape=plan.shape)
    made.compile("adam", loss=plan.loss())
    if plan.epochs:
        labels = np.eye(plan.outputs)[y] if plan.one_hot else y
        made.fit(x.reshape(-1, *(plan.shape or x.shape[1:])), labels, epochs=plan.epochs, verbose=0)
    made.save(bench.folder / plan.name)


def outcome(names: tuple[str, str], runner: Runner, root: Path) -> Outcome:
    """Make one model, and grade it."""
    question, exam = bank.load(QUESTION), harness.exam_of(QUESTION, claims.SEED)
    bench = Bench(question, Workspace(root))
    plan = Plan()
    for name in names:
        plan = MISTAKES[name].make(plan)
    for path in bench.folder.glob("*.h5"):
        path.unlink()
    save(bench, plan)
    result = grade(bench.workspace, exam, [question.category], runner=runner)[0]
    case = claims.Case(question, bench.workspace, result=result)
    return Outcome(names, confusion.first_of(result), claims.false_claims(case))


def outcomes(every: int = 1) -> Iterator[Outcome]:
    """Yield what came of every n-th pair."""
    exam = harness.exam_of(QUESTION, claims.SEED)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        workspace = Workspace(Path(folder))
        harness.prepare(workspace, exam)
        with new_runner(workspace, exam) as runner:
            for names in list(combinations(MISTAKES, 2))[::every]:
                yield outcome(names, runner, workspace.root)


def main(arguments: Sequence[str]) -> int:
    """Make the pairs; 1 when fewer than 95 % are right, or something shown is false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=int, default=1)
    part = parser.parse_args(arguments).part
    rows, right, false = "", 0, 0
    count = 0
    for count, found in enumerate(outcomes(part), start=1):
        right, false = right + found.is_right, false + bool(found.false)
        cells = (*found.names, found.first, "yes" if found.is_right else "NO", "; ".join(found.false) or "none")
        rows += f"| {' | '.join(cells)} |\n"
        print(" | ".join(cells), flush=True)
    if part == 1:
        last = f"{right} of {count} right, {false} with a statement that is not true."
        TABLE.write_text(f"{HEAD.format(question=QUESTION)}{rows}\n{last}\n", encoding="utf-8")
    print(json.dumps({"pairs": count, "right": right, "false": false}))
    return 0 if right >= 0.95 * count and not false else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

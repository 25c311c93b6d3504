"""Is the advice good? Models of ordinary quality are graded, what they are told is done, and they are graded again.

    python make.py advice [QUESTION ...]

writes ``docs/advice.md``: one row for each model, with the advice and the scores before and after. With questions, only
theirs are tried, and nothing is written.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import harness
import numpy as np
from claims import SEED
from confusion import Bench
from questions import OFFLINE

from exam import bank
from exam.bank.metrics import METRICS
from exam.bank.question import Question
from exam.grading.grade import grade, new_runner
from exam.reasons.advice import GENERAL
from exam.result import Result
from exam.running.runner import Runner
from exam.workspace import Exam, Workspace

TABLE = harness.REPOSITORY / "docs" / "advice.md"
HEAD = """# What the advice is worth

Made by `python make.py advice`, never edited by hand. Every row is a model of ordinary quality. It was graded, the
first advice that it was given was followed, as code and nothing else, and it was trained and graded again. It has
helped when a point was gained, or a tenth of the way to 5 of 5.

| question | model | advice | before | after | helped |
|---|---|---|---|---|---|
"""
TENTH = 0.1
Layer = tuple[str, dict[str, Any]]
"""The class of a layer and its settings."""


def layer(name: str, *numbers: Any, **settings: Any) -> Layer:
    """Return a layer; its first settings may be given without their names."""
    return name, {**dict(zip(FIRST.get(name, ()), numbers, strict=False)), **settings}


FIRST = {
    "Dense": ("units",),
    "Conv2D": ("filters", "kernel_size"),
    "Conv1D": ("filters", "kernel_size"),
    "LSTM": ("units",),
    "Dropout": ("rate",),
    "Embedding": ("input_dim", "output_dim"),
    "Reshape": ("target_shape",),
    "Rescaling": ("scale",),
    "RandomFlip": ("mode",),
    "RandomRotation": ("factor",),
    "RandomZoom": ("factor",),
    "AveragePooling1D": ("pool_size",),
    "Cropping1D": ("cropping",),
}


@dataclass(frozen=True)
class Plan:
    """How a model is made and trained.

    Attributes:
        name: in words, for the table.
        layers: from the first to the last.
        loss: what is compiled.
        rate: the learning rate of Adam; with ``falls`` where it starts.
        falls: whether the learning rate falls to 0 on a cosine.
        epochs: passes through the training data.
        patience: of EarlyStopping, with the best weights kept; None without it.
        monitor: what it looks at.
        weighted: whether classes are weighted by how rare they are.
        residual: whether the last value of the window is subtracted from it, and added to the forecast.
        flipped: whether each picture is also given turned over, as the starter does on request.
    """

    name: str
    layers: tuple[Layer, ...]
    loss: str
    rate: float = 0.001
    falls: bool = False
    epochs: int = 10
    patience: int | None = None
    monitor: str = "val_loss"
    weighted: bool = False
    residual: bool = False
    flipped: bool = False


Step = Callable[[Plan], Plan]


def names(plan: Plan) -> list[str]:
    return [name for name, _ in plan.layers]


def front(*new: Layer) -> Step:
    """Put layers before all others."""
    return lambda plan: replace(plan, layers=(*new, *plan.layers))


def before_last(*new: Layer) -> Step:
    """Put layers before the last Dense layer."""

    def step(plan: Plan) -> Plan:
        place = max(number for number, name in enumerate(names(plan)) if name == "Dense")
        return replace(plan, layers=(*plan.layers[:place], *new, *plan.layers[place:]))

    return step


def after_each(kind: str, *new: Layer) -> Step:
    """Put layers behind each layer of a kind."""

    def step(plan: Plan) -> Plan:
        layers = [one for old in plan.layers for one in ((old, *new) if old[0] == kind else (old,))]
        return replace(plan, layers=tuple(layers))

    return step


def in_place_of(kinds: Sequence[str], *new: Layer) -> Step:
    """Put layers where the first layer of some kinds stands, and leave all of these out."""

    def step(plan: Plan) -> Plan:
        places = [number for number, name in enumerate(names(plan)) if name in kinds]
        kept = [one for one in plan.layers if one[0] not in kinds]
        place = places[0] if places else len(plan.layers) - 1
        return replace(plan, layers=(*kept[:place], *new, *kept[place:]))

    return step


def with_settings(kind: str, **settings: Any) -> Step:
    """Give all layers of a kind other settings; the last Dense layer answers, and stays."""

    def step(plan: Plan) -> Plan:
        last = len(plan.layers) - 1 - names(plan)[::-1].index("Dense")
        layers = [
            (name, {**given, **settings}) if name == kind and number != last else (name, given)
            for number, (name, given) in enumerate(plan.layers)
        ]
        return replace(plan, layers=tuple(layers))

    return step


def no_hidden(plan: Plan) -> Plan:
    """Leave out all Dense layers but the last."""
    last = max(number for number, name in enumerate(names(plan)) if name == "Dense")
    return replace(plan, layers=tuple(one for n, one in enumerate(plan.layers) if n == last or one[0] != "Dense"))


def trained(**settings: Any) -> Step:
    """Train otherwise; never for fewer epochs than before."""

    def step(plan: Plan) -> Plan:
        epochs = max(plan.epochs, settings.get("epochs", 0))
        return replace(plan, **{**settings, "epochs": epochs})

    return step


def then(*steps: Step) -> Step:
    """Take several steps, one after the other."""

    def step(plan: Plan) -> Plan:
        for one in steps:
            plan = one(plan)
        return plan

    return step


def twice_as_wide(plan: Plan) -> Plan:
    """Double units and filters of all hidden layers."""
    last = len(plan.layers) - 1 - names(plan)[::-1].index("Dense")
    layers = [
        (name, {key: 2 * value if key in ("units", "filters") and n != last else value for key, value in given.items()})
        for n, (name, given) in enumerate(plan.layers)
    ]
    return replace(plan, layers=tuple(layers))


def block(kind: str, filters: int, size: int = 3) -> tuple[Layer, ...]:
    return layer(kind, filters, size, activation="relu"), layer(f"MaxPooling{kind[-2:]}")


RELU = {"activation": "relu"}
POOLS = ("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D")
TEXT_BODIES = (
    "Flatten", "LSTM", "GRU", "Bidirectional", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "Conv1D",
)  # fmt: skip
STOP = {"patience": 5}
FOLLOW: dict[str, tuple[Step, ...]] = {
    "straight_line": (no_hidden, trained(epochs=400, rate=0.2)),
    "temperature_scales": (no_hidden, front(layer("Normalization")), trained(epochs=150, rate=1.0)),
    "house_price": (
        front(layer("Normalization")),
        lambda plan: replace(plan, layers=(*plan.layers, layer("Rescaling", 100.0))),
        trained(epochs=80, rate=0.05),
    ),
    "damped_wave": (
        before_last(layer("Dense", 64, activation="tanh"), layer("Dense", 64, activation="tanh")),
        with_settings("Dense", activation="tanh"),
        with_settings("Dense", units=64),
        trained(epochs=300, rate=0.01, falls=True),
    ),
    "two_rings": (
        before_last(layer("Dense", 64, **RELU), layer("Dense", 64, **RELU)),
        with_settings("Dense", units=64),
        trained(epochs=300, rate=0.005, patience=20),
    ),
    "wine_cultivars": (
        front(layer("Normalization")),
        before_last(layer("Dense", 64, **RELU)),
        before_last(layer("Dropout", 0.5)),
        trained(epochs=30, patience=10, monitor="val_accuracy"),
    ),
    "breast_cancer": (
        front(layer("Normalization")),
        before_last(layer("Dropout", 0.5)),
        with_settings("Dense", units=16),
        trained(patience=8),
    ),
    **{
        name: (
            in_place_of(
                ["Flatten"], layer("Reshape", (size, size, 1)), *block("Conv2D", 32), *block("Conv2D", 64),
                layer("Flatten"),
            ),
            in_place_of(["Flatten"], *block("Conv2D", 32), layer("Flatten")),
            after_each("Flatten", layer("Dropout", 0.4)),
            twice_as_wide,
            trained(epochs=20, patience=5, monitor="val_accuracy"),
        )
        for name, size in (("garments", 28), ("handwritten_digits", 8))
    },  # fmt: skip
    "traffic_signs": (
        in_place_of(["Flatten"], *block("Conv2D", 16), *block("Conv2D", 32), layer("Flatten")),
        in_place_of(["Flatten"], *block("Conv2D", 64), layer("Flatten")),
        after_each("Conv2D", layer("BatchNormalization")),
        after_each("Flatten", layer("Dropout", 0.3)),
        trained(epochs=25, falls=True),
    ),
    "bean_leaves": (
        lambda plan: replace(
            plan, layers=(layer("backbone"), layer("GlobalAveragePooling2D"), plan.layers[-1]), rate=0.01
        ),
        in_place_of(POOLS, layer("GlobalAveragePooling2D")),
        before_last(layer("Dropout", 0.3)),
        trained(epochs=60, rate=0.01, patience=10),
    ),
    "photo_faults": (
        in_place_of(["Flatten"], *block("Conv2D", 16), *block("Conv2D", 32), layer("Flatten")),
        in_place_of(["Flatten"], layer("Conv2D", 32, 3, **RELU), layer("Conv2D", 48, 3, **RELU), layer("Flatten")),
        in_place_of(["Flatten"], layer("GlobalAveragePooling2D")),
        after_each("Conv2D", layer("BatchNormalization", momentum=0.9)),
        trained(epochs=16, rate=0.004, falls=True),
    ),
    "rock_paper_scissors": (
        in_place_of(["Flatten"], *block("Conv2D", 16, 5), *block("Conv2D", 32), layer("Flatten")),
        in_place_of(["Flatten"], *block("Conv2D", 64), layer("Flatten")),
        front(layer("RandomFlip", "horizontal_and_vertical"), layer("RandomRotation", 0.5)),
        after_each("Flatten", layer("Dropout", 0.4)),
        trained(epochs=40, patience=10),
    ),
    "shapes_in_clutter": (
        in_place_of(["Flatten"], *block("Conv2D", 16), *block("Conv2D", 32), layer("Flatten")),
        front(layer("RandomFlip", "horizontal_and_vertical"), layer("RandomRotation", 0.5)),
        in_place_of(["Flatten"], *block("Conv2D", 64), layer("Flatten")),
        after_each("Conv2D", layer("BatchNormalization", momentum=0.9)),
        in_place_of(["Flatten"], layer("GlobalAveragePooling2D")),
        trained(epochs=40, rate=0.004, falls=True),
    ),
    "storm_damage": (
        in_place_of(["Flatten"], *block("Conv2D", 16), *block("Conv2D", 32), layer("Flatten")),
        in_place_of(["Flatten"], *block("Conv2D", 64), layer("Flatten")),
        in_place_of(["Flatten"], layer("GlobalMaxPooling2D")),
        lambda plan: replace(plan, flipped=True, epochs=2 * plan.epochs),
    ),
    "library_docs": (
        in_place_of(TEXT_BODIES, layer("GlobalAveragePooling1D")),
        with_settings("Embedding", mask_zero=True),
        before_last(layer("Dropout", 0.5)),
        trained(epochs=80, rate=0.002, patience=5),
    ),
    "next_character": (
        in_place_of(["GlobalAveragePooling1D", "GlobalMaxPooling1D"], layer("Flatten")),
        before_last(layer("Dense", 128, **RELU)),
        after_each("Flatten", layer("Dropout", 0.3)),
        with_settings("Dense", units=128),
        trained(epochs=15, rate=0.004, falls=True),
    ),
    "restaurant_reviews": (
        in_place_of(TEXT_BODIES, layer("Bidirectional", units=24, return_sequences=True), layer("GlobalMaxPooling1D")),
        in_place_of(["LSTM"], layer("Bidirectional", units=24)),
        in_place_of(
            ["Bidirectional"], layer("Bidirectional", units=24, return_sequences=True), layer("GlobalMaxPooling1D")
        ),
        trained(epochs=8, rate=0.005, patience=3, monitor="val_accuracy"),
    ),
    "satire_headlines": (
        in_place_of(TEXT_BODIES, layer("Conv1D", 64, 5, **RELU), layer("GlobalMaxPooling1D")),
        with_settings("Embedding", mask_zero=True),
        in_place_of(["LSTM"], layer("Bidirectional", units=24)),
        before_last(layer("Dropout", 0.3)),
        trained(epochs=15, patience=3, monitor="val_accuracy"),
    ),
    "support_tickets": (
        in_place_of(TEXT_BODIES, layer("Conv1D", 64, 5, **RELU), layer("GlobalMaxPooling1D")),
        with_settings("Embedding", mask_zero=True),
        before_last(layer("Dropout", 0.3)),
        trained(epochs=15, weighted=True),
    ),
    "bike_rentals": (
        trained(loss="mae"),
        lambda plan: replace(
            plan,
            layers=(
                layer("Conv1D", 32, 5, padding="same", **RELU), layer("Conv1D", 32, 5, padding="same", **RELU),
                layer("Cropping1D", (24, 0)), layer("Dense", 1), layer("Flatten"),
            ),
        ),
        in_place_of(["Cropping1D"], layer("Conv1D", 32, 5, padding="same", **RELU), layer("Cropping1D", (24, 0))),
        trained(epochs=12, rate=0.003, falls=True, patience=3),
    ),  # fmt: skip
    "co2_mauna_loa": (
        trained(residual=True),
        trained(loss="mae"),
        before_last(layer("Dense", 32, **RELU)),
        trained(epochs=30, rate=0.005, falls=True),
    ),
    "household_power": (
        trained(loss="mae"),
        lambda plan: replace(plan, layers=(layer("LSTM", 64), layer("Dense", 24 * 7), layer("Reshape", (24, 7)))),
        in_place_of(["Flatten"], layer("LSTM", 64)),
        trained(epochs=8, rate=0.003, falls=True),
    ),
    "sunspots": (
        in_place_of(["Flatten"], layer("AveragePooling1D", 3), layer("Flatten")),
        before_last(layer("Dense", 32, **RELU)),
        trained(loss="mae"),
        with_settings("Dense", kernel_regularizer="l2"),
        trained(epochs=8, rate=0.003, falls=True),
    ),
    "weather_station": (
        front(layer("Normalization")),
        trained(loss="mae"),
        lambda plan: replace(plan, layers=(*plan.layers, layer("back to degrees"))),
        in_place_of(["Flatten"], layer("Conv1D", 32, 12, **RELU), layer("Flatten"), layer("Dense", 32, **RELU)),
        trained(epochs=12, rate=0.002, falls=True),
    ),
}
"""Question -> what each step of its ladder is as code, in the same order."""
FOLLOW_GENERAL: tuple[Step, ...] = (
    trained(patience=5),
    lambda plan: replace(plan, epochs=3 * plan.epochs),
    lambda plan: replace(plan, falls=True, epochs=int(1.5 * plan.epochs)),
    twice_as_wide,
    lambda plan: plan,
)


# --- Models of ordinary quality


def ordinary(question: Question) -> list[Plan]:
    """Return what beginners hand in for a question."""
    kind = _kind(question)
    loss = {"multiclass": "sparse_categorical_crossentropy", "binary": "binary_crossentropy"}.get(question.task, "mse")
    units = int(np.prod(question.output_shape))
    ending = [layer("Dense", units, activation=question.activations[0])]
    if len(question.output_shape) > 1:
        ending.append(layer("Reshape", question.output_shape))
    return [
        Plan(name, (*layers, *ending), loss, **settings) for name, layers, settings in BODIES[kind](question)
    ]


Body = tuple[str, Sequence[Layer], dict[str, Any]]


def _kind(question: Question) -> str:
    if question.largest_id:
        return "text"
    if question.input_scale == 1:
        return "numbers" if len(question.input_shape) == 1 else "series"
    return "grey" if len(question.input_shape) == 2 else "pictures"


def of_numbers(question: Question) -> list[Body]:
    return [
        ("one layer, 20 epochs", [], {"epochs": 20}),
        ("16 units, 30 epochs", [layer("Dense", 16, **RELU)], {"epochs": 30}),
        ("normalised, 8 units, 15 epochs", [layer("Normalization"), layer("Dense", 8, **RELU)], {"epochs": 15}),
        ("two layers of 32, 40 epochs", [layer("Dense", 32, **RELU)] * 2, {"epochs": 40}),
        ("normalised, one layer, 30 epochs", [layer("Normalization")], {"epochs": 30}),
    ]


def of_grey_pictures(question: Question) -> list[Body]:
    axis = layer("Reshape", (*question.input_shape, 1))
    return [
        ("64 units, 5 epochs", [layer("Flatten"), layer("Dense", 64, **RELU)], {"epochs": 5}),
        ("16 units, 10 epochs", [layer("Flatten"), layer("Dense", 16, **RELU)], {"epochs": 10}),
        ("one convolution, 4 epochs", [axis, *block("Conv2D", 8), layer("Flatten")], {"epochs": 4}),
        ("128 units, 20 epochs", [layer("Flatten"), layer("Dense", 128, **RELU)], {"epochs": 20}),
    ]


def of_pictures(question: Question) -> list[Body]:
    small = [layer("Conv2D", 8, 5, strides=2, **RELU), layer("MaxPooling2D")]
    return [
        ("32 units, 8 epochs", [layer("Flatten"), layer("Dense", 32, **RELU)], {"epochs": 8}),
        ("one convolution, 8 epochs", [*small, layer("Flatten")], {"epochs": 8}),
        ("two convolutions, 8 epochs", [*small, *block("Conv2D", 16), layer("Flatten")], {"epochs": 8}),
        (
            "three convolutions, 10 epochs",
            [*small, *block("Conv2D", 16), layer("Conv2D", 32, 3, **RELU), layer("Flatten")],
            {"epochs": 10},
        ),
    ]


def of_texts(question: Question) -> list[Body]:
    table = layer("Embedding", question.largest_id + 1, 16)
    return [
        ("flat, 16 units, 5 epochs", [table, layer("Flatten"), layer("Dense", 16, **RELU)], {"epochs": 5}),
        ("average, 5 epochs", [table, layer("GlobalAveragePooling1D")], {"epochs": 5}),
        ("average, 16 units, 10 epochs", [table, layer("GlobalAveragePooling1D"), layer("Dense", 16, **RELU)], {}),
        (
            "convolution, 3 epochs",
            [table, layer("Conv1D", 16, 3, **RELU), layer("GlobalMaxPooling1D")],
            {"epochs": 3},
        ),
    ]


def of_series(question: Question) -> list[Body]:
    return [
        ("one layer, 3 epochs", [layer("Flatten")], {"epochs": 3}),
        ("32 units, 4 epochs", [layer("Flatten"), layer("Dense", 32, **RELU)], {"epochs": 4}),
        ("convolution, 4 epochs", [layer("Conv1D", 16, 3, **RELU), layer("Flatten")], {"epochs": 4}),
        ("LSTM, 2 epochs", [layer("LSTM", 16)], {"epochs": 2}),
    ]


BODIES: dict[str, Callable[[Question], list[Body]]] = {
    "numbers": of_numbers,
    "grey": of_grey_pictures,
    "pictures": of_pictures,
    "text": of_texts,
    "series": of_series,
}


# --- Training


def save(bench: Bench, plan: Plan) -> None:
    """Train a model as planned, and save it."""
    import keras

    x, y = _data(bench, plan)
    keras.utils.set_random_seed(1)
    model = _model(bench, plan, x, y)
    batches = max(1, int(len(x) * 0.85)) // 32 + 1
    rate = keras.optimizers.schedules.CosineDecay(plan.rate, plan.epochs * batches) if plan.falls else plan.rate
    metrics = ["accuracy"] if bench.question.class_names or bench.question.task == "binary" else []
    model.compile(keras.optimizers.Adam(rate), loss=plan.loss, metrics=metrics)
    callbacks = []
    if plan.patience is not None:
        stop = keras.callbacks.EarlyStopping(plan.monitor, patience=plan.patience, restore_best_weights=True)
        callbacks.append(stop)
    weights = None
    if plan.weighted:
        counts = np.bincount(y.astype(int).ravel())
        weights = {number: len(y) / (len(counts) * count) for number, count in enumerate(counts)}
    model.fit(
        x, y, epochs=plan.epochs, verbose=0, callbacks=callbacks, class_weight=weights,
        validation_split=0.15 if plan.patience is not None else 0.0,
    )  # fmt: skip
    model.save(bench.path)


def _data(bench: Bench, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Return the training samples in random order; those of a series keep theirs, so that the last ones validate."""
    x, y = bench.training
    if plan.flipped:
        x, y = np.concatenate([x, x[:, ::-1], x[:, :, ::-1]]), np.concatenate([y, y, y])
    if bench.question.category == 5:
        return x, y
    order = np.random.default_rng(1).permutation(len(x))
    return x[order], y[order]


def _model(bench: Bench, plan: Plan, x: np.ndarray, y: np.ndarray) -> Any:
    import keras

    layers = [_layer(bench, name, settings, x, y) for name, settings in plan.layers]
    if not plan.residual:
        return keras.Sequential([keras.Input(bench.question.input_shape), *layers])
    window = keras.Input(bench.question.input_shape)
    last = keras.layers.Cropping1D((window.shape[1] - 1, 0))(window)
    changes = keras.layers.Subtract()([window, last])
    for one in layers:
        changes = one(changes)
    return keras.Model(window, keras.layers.Add()([changes, keras.layers.Flatten()(last)]))


def _layer(bench: Bench, name: str, settings: dict[str, Any], x: np.ndarray, y: np.ndarray) -> Any:
    import keras

    if name == "backbone":
        import runpy

        backbone = runpy.run_path(str(bench.folder / "starter.py"))["load_backbone"]()
        backbone.trainable = False
        return backbone
    if name == "Normalization":
        normalise = keras.layers.Normalization()
        normalise.adapt(x)
        return normalise
    if name == "back to degrees":
        return keras.layers.Rescaling(float(y.std()), offset=float(y.mean()))
    if name == "Bidirectional":
        return keras.layers.Bidirectional(keras.layers.LSTM(**settings))
    return getattr(keras.layers, name)(**settings)


# --- The table


def told(result: Result) -> str | None:
    """Return the first advice of a ladder among the findings; None when another cause is named first."""
    for finding in result.findings:
        if finding.code in ("overfitting", "underfitting", "room-to-improve"):
            return finding.next_step
        if finding.severity != "hint" and finding.code not in ("one-epoch", "below-baseline"):
            return None
    return None


def step_for(question: Question, text: str) -> Step:
    """Return an advice as code."""
    ladder = [step.text for step in question.advice]
    if text in ladder:
        return FOLLOW[question.id][ladder.index(text)]
    return FOLLOW_GENERAL[[step.text for step in GENERAL].index(text)]


def helped(question: Question, before: Result, after: Result) -> bool:
    """Return whether a point was gained, or a tenth of the way to 5 of 5."""
    if before.value is None or after.value is None:
        return after.value is not None
    if (after.points or 0) > (before.points or 0):
        return True
    way = question.bands[-1] - before.value
    return (after.value - before.value) / way >= TENTH


def fell(question: Question, before: Result, after: Result) -> bool:
    """Return whether the score is lower, by points or by the metric."""
    if (after.points or 0) != (before.points or 0):
        return (after.points or 0) < (before.points or 0)
    return METRICS[question.metric].better(before.value or 0.0, after.value or 0.0)


def rows(question: Question) -> Iterator[tuple[str, ...]]:
    """Yield a row for each ordinary model of a question that is given an advice."""
    exam = harness.exam_of(question.id, SEED)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        bench = Bench(question, Workspace(Path(folder)))
        harness.prepare(bench.workspace, exam)
        with new_runner(bench.workspace, exam) as runner:
            for plan in ordinary(question):
                yield from _row(bench, exam, plan, runner)


def _row(bench: Bench, exam: Exam, plan: Plan, runner: Runner) -> Iterator[tuple[str, ...]]:
    def graded(one: Plan) -> Result:
        save(bench, one)
        return grade(bench.workspace, exam, [bench.question.category], runner=runner)[0]

    before = graded(plan)
    text = told(before)
    if before.points == 5 or text is None:
        why = "full marks" if before.points == 5 else f"another cause: {before.findings[0].code}"
        print(f"{bench.question.id} | {plan.name} | {why}", flush=True)
        return
    after = graded(step_for(bench.question, text)(plan))
    better = "yes" if helped(bench.question, before, after) else "fell" if fell(bench.question, before, after) else "no"
    shown = [f"{one.points} ({one.value:g})" for one in (before, after)]
    yield bench.question.id, plan.name, text, *shown, better


def main(chosen: Sequence[str]) -> int:
    """Try the advice; 1 when it helps fewer than nine in ten models."""
    found = []
    for name in chosen or OFFLINE:
        for row in rows(bank.load(name)):
            found.append(row)
            print(" | ".join(row), flush=True)
    count = {word: sum(row[-1] == word for row in found) for word in ("yes", "no", "fell")}
    if not chosen:
        lines = "".join(f"| {' | '.join(row)} |\n" for row in found)
        last = f"{len(found)} models: {count['yes']} helped, {count['no']} about the same, {count['fell']} fell."
        TABLE.write_text(f"{HEAD}{lines}\n{last}\n", encoding="utf-8")
    print(json.dumps(count))
    return 0 if count["yes"] >= 0.9 * len(found) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

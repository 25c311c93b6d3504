"""What a finding claims, checked without the grader: by Keras, by h5py, and by the question's own metric.

``false_claims`` is asked about every model of the confusion table. A sentence is read back into its values, and each
claim has a check of its own here; none of them uses what the grader has computed.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from exam import bank
from exam.bank import hidden
from exam.bank.metrics import METRICS
from exam.bank.question import HiddenSet, Question
from exam.findings import CATALOGUE, Finding
from exam.modelfile import repair
from exam.result import Result
from exam.running import training_samples
from exam.workspace import Workspace

SEED = 20261122
Values = dict[str, str]
ROUNDED = 0.01
"""Numbers in sentences have three digits."""


@dataclass
class Place:
    """Where the model of one question lies, with the data of an exam.

    Attributes:
        question: what it answers.
        workspace: of the exam.
        seed: of the exam.
    """

    question: Question
    workspace: Workspace
    seed: int = SEED

    @property
    def folder(self) -> Path:
        return self.workspace.category(self.question.category)

    @property
    def path(self) -> Path:
        return self.workspace.model(self.question.category)

    @cached_property
    def samples(self) -> HiddenSet:
        return hidden.read(hidden.ensure(self.question, self.seed))

    @cached_property
    def training(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs as the starter gives them, and labels, of all training samples."""
        sample = training_samples.read(bank.find()[self.question.id] / "starter.py", self.folder, 10**9)
        return sample.x, sample.y


@dataclass
class Case(Place):
    """A graded model, and what can be known of it without the grader.

    Attributes:
        result: what the grader says.
    """

    result: Result = field(kw_only=True)

    @cached_property
    def x(self) -> np.ndarray:
        """The hidden inputs as a model is given them."""
        x = self.samples.x
        return x.astype(np.float32) * np.float32(self.question.input_scale) if x.dtype == np.uint8 else x

    @cached_property
    def model(self) -> Any:
        """The model as Keras loads it, from the copy that the grader repairs where Keras cannot read its own file."""
        import keras

        try:
            return keras.models.load_model(self.path, compile=False)
        except (TypeError, ValueError):
            with tempfile.TemporaryDirectory() as folder, h5py.File(self.path, "r") as file:
                target = Path(folder, "repaired.h5")
                if not repair.repaired_copy(self.path, target, file.attrs.get("keras_version")):
                    raise
                return keras.models.load_model(target, compile=False)

    @cached_property
    def predictions(self) -> np.ndarray:
        return self.asked(self.x)

    @property
    def mends(self) -> str | None:
        """The finding about a last activation that the grader has put right, to see what else is wrong."""
        codes = [finding.code for finding in self.result.findings]
        return codes[0] if "would-have-earned" in codes else None

    @cached_property
    def texts(self) -> dict[str, Any]:
        """The descriptions in the file: of the layers, and of the training."""
        with h5py.File(self.path, "r") as file:
            names = [name for name in ("model_config", "training_config") if name in file.attrs]
            return {name: json.loads(file.attrs[name]) for name in names}

    @cached_property
    def layers(self) -> dict[str, dict[str, Any]]:
        """Name -> description of every layer, at any depth."""
        return {part["config"]["name"]: part for part in _parts(self.texts["model_config"]) if "name" in part["config"]}

    @property
    def steps(self) -> int | None:
        """How many training steps the optimizer has counted."""
        with h5py.File(self.path, "r") as file:
            counts: list[int] = []
            file.visititems(lambda name, item: counts.append(int(item[()])) if name.endswith("iteration") else None)
        return counts[0] if counts else None

    def asked(self, x: np.ndarray) -> np.ndarray:
        """Return what the model says to some inputs, with the right activation."""
        answers = np.asarray(self.model.predict(x, verbose=0, batch_size=64))
        if self.mends == "sigmoid-for-classes":
            return answers / answers.sum(axis=-1, keepdims=True)
        if self.mends and self.question.task == "binary":
            return 1 / (1 + np.exp(-answers))
        if self.mends:
            powers = np.exp(answers - answers.max(axis=-1, keepdims=True))
            return powers / powers.sum(axis=-1, keepdims=True)
        return answers

    def earns(self, predictions: np.ndarray, points: str, slack: int = 0) -> bool:
        """Return whether predictions for the hidden set earn so many points."""
        value = self.question.measure(self.samples, predictions.astype(np.float32))
        return abs(self.question.points(value) - int(points)) <= slack

    def measured(self, y: np.ndarray, predictions: np.ndarray) -> float:
        """Return the metric of a sentence about training and unseen samples."""
        if self.question.metric in ("relative_mae", "max_error"):
            return float(np.mean(np.abs(predictions - y.reshape(predictions.shape))))
        if self.question.task == "multiclass" and y.ndim > 1:
            y = y.argmax(axis=-1)
        y = y.reshape(len(y), *self.question.output_shape) if self.question.task != "multiclass" else y
        return METRICS[self.question.metric].measure(y, predictions, predictions)


def _parts(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every part of a description that has a class and settings."""
    if isinstance(config, dict):
        if isinstance(config.get("config"), dict) and "class_name" in config:
            yield config
        for value in config.values():
            yield from _parts(value)
    elif isinstance(config, list):
        for value in config:
            yield from _parts(value)


def values_of(finding: Finding) -> Values:
    """Return the values in the sentence of a finding; checks get its code besides."""
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        name = match[1]
        if name in seen:
            return ".*?"
        seen.add(name)
        return "(?P<also>|, .*?,)" if name == "also" else f"(?P<{name}>.*?)"

    pattern = re.sub(r"\\\{(\w+)(?:[^}]*?)\\\}", group, re.escape(CATALOGUE[finding.code].message))
    match = re.fullmatch(pattern, finding.message, re.DOTALL)
    assert match is not None, (finding.code, finding.message, pattern)
    return match.groupdict()


def false_claims(case: Case) -> list[str]:
    """Return the findings that are shown and not true, as sentences."""
    wrong = []
    for finding in case.result.findings:
        if finding.code in UNCHECKED:
            continue
        if not CHECKS[finding.code](case, {**values_of(finding), "code": finding.code}):
            wrong.append(f"{finding.code}: {finding.message}")
    return wrong


Check = Callable[[Case, Values], bool]
CHECKS: dict[str, Check] = {}
UNCHECKED = {
    "unusual-contents", "out-of-bounds", "still-being-saved", "other-keras", "function-by-name", "custom-setting",
}  # fmt: skip
"""``dev/hostile.py``, ``dev/fuzz.py`` and the tests of Keras 2 make these files and check what is said of them."""


def claim(*codes: str) -> Callable[[Check], Check]:
    """Register the check of one or more findings."""

    def register(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(codes, check))
        return check

    return register


def near(number: float, text: str) -> bool:
    """Return whether a number is the one of a sentence, which has three digits."""
    return abs(number - float(text)) <= ROUNDED * max(abs(number), 1e-6)


# --- the file


FILES: dict[str, Check] = {
    "missing-file": lambda case, values: not case.path.exists(),
    "wrong-name": lambda case, values: not case.path.exists() and (case.folder / values["found"]).exists(),
    "saving-failed": lambda case, values: not case.path.exists() and (case.folder / values["found"]).exists(),
    "wrong-folder": lambda case, values: not case.path.exists() and (case.workspace.root / "mymodel.h5").exists(),
    "linked-file": lambda case, values: case.path.is_symlink(),
    "keras-format": lambda case, values: zipfile.is_zipfile(case.workspace.root / values["found"]),
    "saved-model": lambda case, values: (case.workspace.root / values["found"]).is_dir(),
    "file-too-large": lambda case, values: case.path.stat().st_size > 200 * 2**20,
    "weights-only": lambda case, values: "model_config" not in case.texts,
}
CHECKS.update(FILES)


@claim("unreadable-file")
def cannot_be_opened(case: Case, values: Values) -> bool:
    try:
        h5py.File(case.path, "r").close()
    except OSError:
        return True
    return False


@claim("unreadable-config")
def no_description(case: Case, values: Values) -> bool:
    try:
        return not case.texts
    except ValueError:
        return True


# --- the layers


@claim("lambda-layer", "custom-layer", "lost-vocabulary")
def layer_of_the_class(case: Case, values: Values) -> bool:
    part = case.layers[values["layer"].strip("'")]
    return part["class_name"].rpartition(">")[2] in values["found"]


@claim("quantized-layer")
def quantized(case: Case, values: Values) -> bool:
    text = json.dumps(case.texts["model_config"])
    return "quantiz" in text.lower()


@claim("empty-tensor")
def empty(case: Case, values: Values) -> bool:
    """Keras itself cannot load such a model from a file; the layer is there, and the shape has an axis of 0."""
    return values["layer"].strip("'") in case.layers and "0" in re.findall(r"\d+", values["found"])


@claim("subclassed-model")
def own_class(case: Case, values: Values) -> bool:
    return str(case.texts["model_config"]["class_name"]) == values["found"].strip("'")


@claim("no-layers", "never-built")
def nothing_to_ask(case: Case, values: Values) -> bool:
    names = {part["class_name"] for part in case.layers.values()} - {"Sequential", "Functional", "DTypePolicy"}
    return names <= {"InputLayer"} or "InputLayer" not in names


@claim("small-embedding")
def too_few_rows(case: Case, values: Values) -> bool:
    rows = case.layers[values["layer"].strip("'")]["config"]["input_dim"]
    return rows == int(values["found"]) <= case.question.largest_id == int(values["largest"])


# --- shapes and the last activation


def shown(shape: Sequence[Any]) -> str:
    return str(tuple(shape))


@claim("several-inputs", "several-outputs")
def several(case: Case, values: Values) -> bool:
    return int(values["found"]) in (len(case.model.inputs), len(case.model.outputs))


@claim("another-category", "another-question")
def of_another(case: Case, values: Values) -> bool:
    shapes = shown(case.model.input_shape[1:]), shown(case.model.output_shape[1:])
    others = [bank.load(name) for name in bank.find() if name != case.question.id]
    if "category" in values:  # named by its number and title, or by the title
        others = [other for other in others if other.title in values["other"] or str(other.category) in values["other"]]
    fitting = [other for other in others if (str(other.input_shape), str(other.output_shape)) == shapes]
    return shapes == (values["found"], values["answers"]) and bool(fitting)


INPUTS = (
    "wrong-input-shape batch-axis-included missing-channel-axis extra-axis wrong-image-size wrong-channels "
    "wrong-sequence-length wrong-feature-count"
).split()


@claim(*INPUTS)
def input_shape(case: Case, values: Values) -> bool:
    found = shown(case.model.input_shape[1:])
    expected = str(case.question.input_shape)
    stated = values.get("expected", expected)  # up to the next space, where a word follows it
    return found == values["found"] != expected and expected.startswith(stated)


@claim("wrong-output-shape", "wrong-units", "sequence-kept", "sequence-dropped")
def output_shape(case: Case, values: Values) -> bool:
    found, expected = shown(case.model.output_shape[1:]), str(case.question.output_shape)
    return found == values["found"] != expected == values["expected"]


@claim("wrong-activation", "bounded-output", "softmax-on-one-unit", "sigmoid-for-classes", "missing-activation")
def last_activation(case: Case, values: Values) -> bool:
    last = next(layer for layer in reversed(case.model.layers) if hasattr(layer, "activation"))
    name = last.activation.__name__
    expected = {"softmax-on-one-unit": "softmax", "sigmoid-for-classes": "sigmoid", "missing-activation": "linear"}
    claimed = expected.get(values["code"]) or values["found"].strip("'")
    return name == claimed and name not in case.question.activations


@claim("would-have-earned")
def with_the_activation(case: Case, values: Values) -> bool:
    return case.earns(case.predictions, values["points"])


# --- loading and running


@claim("not-loadable", "newer-keras")
def keras_refuses(case: Case, values: Values) -> bool:
    try:
        return case.model is None
    except Exception:
        return True


@claim("not-predictable")
def fails(case: Case, values: Values) -> bool:
    try:
        return case.predictions is None
    except Exception:
        return True


@claim("not-numbers")
def text(case: Case, values: Values) -> bool:
    return case.predictions.dtype.kind not in "biuf"


@claim("mixed-samples")
def one_for_several(case: Case, values: Values) -> bool:
    return len(np.asarray(case.model(case.x[:64]))) != 64


# --- the answers


@claim("nan-output")
def not_numbers(case: Case, values: Values) -> bool:
    share = float(np.mean(~np.isfinite(case.predictions)))
    return share > 0 and values["share"] == f"{share:.0%}"


@claim("constant-output")
def all_the_same(case: Case, values: Values) -> bool:
    wide = 1.0 if case.question.class_names else float(np.ptp(case.samples.y))
    return float(np.max(np.std(case.predictions, axis=0))) < 0.01 * wide


@claim("dead-start")
def even(case: Case, values: Values) -> bool:
    classes = max(2, case.question.output_shape[-1])
    return int(values["count"]) == classes and float(np.abs(case.predictions - 1 / classes).max()) < 0.03


@claim("not-probabilities")
def no_probabilities(case: Case, values: Values) -> bool:
    sums = case.predictions.sum(axis=-1)
    return case.predictions.min() < 0 or case.predictions.max() > 1 or float(np.abs(sums - 1).max()) > 0.009


@claim("whole-numbers")
def integers(case: Case, values: Values) -> bool:
    return bool(np.equal(np.mod(case.predictions, 1), 0).all())


@claim("permuted-classes")
def other_names(case: Case, values: Values) -> bool:
    return case.earns(named_by(case.predictions, case.samples.y), values["points"])


def named_by(predictions: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return answers with every output under the class that it means mostly."""
    answers, classes = predictions.argmax(axis=-1), predictions.shape[-1]
    meant = np.asarray([np.bincount(y[answers == one], minlength=classes).argmax() for one in range(classes)])
    return np.eye(classes)[meant[answers]]


@claim("inverted-labels")
def turned_over(case: Case, values: Values) -> bool:
    return case.earns(1 - case.predictions, values["points"])


@claim("repeats-last-value")
def repeats(case: Case, values: Values) -> bool:
    baseline = case.samples.baseline
    share = np.mean(np.abs(case.predictions - baseline)) / np.mean(np.abs(case.samples.y - baseline))
    return values["found"] == f"{share:.0%}" and share < 0.25


@claim("class-never-predicted")
def forgotten(case: Case, values: Values) -> bool:
    y = case.samples.y.astype(int).ravel()
    several = case.question.task == "multiclass"
    answers = case.predictions.argmax(axis=-1) if several else case.predictions.ravel() > 0.5
    missing = sorted(set(y) - {int(answer) for answer in answers})
    names = case.question.class_names or ("0", "1")
    named = re.split(" or ", values["found"].removesuffix(" ..."))
    return {str(names[one]) for one in missing} >= set(named) and values["share"] == f"{np.isin(y, missing).mean():.0%}"


@claim("same-for-all-features")
def one_forecast(case: Case, values: Values) -> bool:
    first = case.predictions[..., :1]
    return float(np.abs(case.predictions - first).mean()) < 0.1 * float(case.predictions.std())


@claim("off-by-scale")
def scaled(case: Case, values: Values) -> bool:
    return case.earns(case.predictions * float(values["found"]), values["points"], slack=1)


@claim("off-by-constant")
def moved(case: Case, values: Values) -> bool:
    return case.earns(case.predictions + float(values["found"]), values["points"], slack=1)


@claim("scaled-labels")
def scaled_and_moved(case: Case, values: Values) -> bool:
    answers = case.predictions * float(values["found"]) + float(values["constant"])
    return case.earns(answers, values["points"], slack=1)


FORMULAS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exp(p) - 1": np.expm1,
    "exp(p)": np.exp,
    "10 ** p": lambda p: 10**p,
    "p * p": lambda p: p * p,
}


@claim("transformed-labels")
def of_a_formula(case: Case, values: Values) -> bool:
    return case.earns(FORMULAS[values["undone"]](case.predictions.astype(np.float64)), values["points"])


@claim("changes-only")
def added_up(case: Case, values: Values) -> bool:
    sums = np.cumsum(case.predictions, axis=1) if "added up" in values["undone"] else case.predictions
    last = [case.samples.x[:, -1, column].reshape(-1, 1) for column in range(case.question.input_shape[-1])]
    return any(case.earns(sums + one, values["points"]) for one in last)


@claim("reordered-forecast")
def put_right(case: Case, values: Values) -> bool:
    p, shape = case.predictions, case.question.output_shape
    if "reverse" in values["found"]:
        return case.earns(p[:, ::-1], values["points"])
    return case.earns(p.reshape(len(p), shape[1], shape[0]).transpose(0, 2, 1), values["points"])


@claim("shifted-forecast")
def by_one_step(case: Case, values: Values) -> bool:
    p = case.predictions
    if "late" in values["found"]:
        return case.earns(np.concatenate([p[:, 1:], p[:, -1:]], axis=1), values["points"])
    return case.earns(np.concatenate([p[:, :1], p[:, :-1]], axis=1), values["points"])


# --- other inputs


def with_also(case: Case, predictions: np.ndarray, also: str) -> tuple[np.ndarray, int]:
    """Return answers with what a sentence says is to be done to them too, and how many points its rounding may cost."""
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", also)]
    if "multiplied" in also and "added" in also:
        return predictions * numbers[0] + numbers[1], 1
    if "multiplied" in also:
        return predictions * numbers[0], 1
    if "added to its answers" in also and numbers:
        return predictions + numbers[0], 1
    if "last step first" in also:
        return predictions[:, ::-1], 0
    if "two classes exchanged" in also:
        return 1 - predictions, 0
    if "classes named rightly" in also:
        return named_by(predictions, case.samples.y), 0
    assert not also, also
    return predictions, 0


@claim(
    "raw-pixels", "repeated-normalisation", "centred-pixels", "swapped-colours", "pixels-divided-twice",
    "inverted-pixels", "transposed-pictures", "padding-in-front", "newest-first", "reordered-columns",
)  # fmt: skip
def other_inputs(case: Case, values: Values) -> bool:
    changed = OTHER_INPUTS[values["code"]](case.x, values)
    answers, slack = with_also(case, case.asked(changed), values.get("also", ""))
    return case.earns(answers, values["points"], slack)


def columns(x: np.ndarray, values: Values) -> np.ndarray:
    order = list(range(x.shape[-1]))
    if "reverse" in values["found"]:
        order.reverse()
    else:
        one, other = (int(number) - 1 for number in re.findall(r"\d+", values["found"]))
        order[one], order[other] = order[other], order[one]
    return x[..., order]


OTHER_INPUTS: dict[str, Callable[[np.ndarray, Values], np.ndarray]] = {
    "raw-pixels": lambda x, values: x * 255,
    "repeated-normalisation": lambda x, values: x * 255,
    "centred-pixels": lambda x, values: x * 2 - 1,
    "swapped-colours": lambda x, values: x[..., ::-1],
    "pixels-divided-twice": lambda x, values: x / 255,
    "inverted-pixels": lambda x, values: 1 - x,
    "transposed-pictures": lambda x, values: x.swapaxes(1, 2),
    "padding-in-front": lambda x, values: np.stack([np.concatenate([row[row == 0], row[row != 0]]) for row in x]),
    "newest-first": lambda x, values: x[:, ::-1],
    "reordered-columns": columns,
}


@claim("preprocessed-pixels")
def preprocessed(case: Case, values: Values) -> bool:
    import keras

    module = getattr(keras.applications, values["found"].rpartition(".")[2])
    answers, _ = with_also(case, case.asked(np.asarray(module.preprocess_input(case.x * 255))), values["also"])
    return case.earns(answers, values["points"])


@claim("standardised-inputs", "scaled-inputs")
def scaled_inputs(case: Case, values: Values) -> bool:
    x, rows = case.x, case.training[0].reshape(-1, case.training[0].shape[-1])
    if values.get("each") == "picture":
        axes = tuple(range(1, x.ndim))
        changed = (x - x.mean(axis=axes, keepdims=True)) / (x.std(axis=axes, keepdims=True) + 1e-9)
    elif "each" in values:
        changed = (x - rows.mean(axis=0)) / rows.std(axis=0)
    else:
        found = values["found"]
        low, high = rows.min(axis=0), rows.max(axis=0)
        changed = {
            "divided by the largest value of each column": lambda: x / high,
            "divided by the largest value of all": lambda: x / high.max(),
            "scaled to 0 ... 1 in each column": lambda: (x - low) / (high - low),
            "scaled to -1 ... 1 in each column": lambda: 2 * (x - low) / (high - low) - 1,
            "divided by the length of each row": lambda: x / np.linalg.norm(x, axis=-1, keepdims=True),
        }[found]()
    answers, slack = with_also(case, case.asked(changed.astype(np.float32)), values.get("also", ""))
    return case.earns(answers, values["points"], max(slack, 1))


@claim("other-word-ids")
def renumbered(case: Case, values: Values) -> bool:
    """Some table of Keras gives the words numbers with which the model earns that."""
    from confusion import TEXTS
    from tensorflow.keras.preprocessing.text import Tokenizer

    index = json.loads((case.folder / "data" / "word_index.json").read_text(encoding="utf-8"))
    words = {number: word for word, number in index.items()}
    texts = TEXTS[case.question.id](case.folder / "data")
    for count in (len(case.training[1]), len(texts)):
        for options in ({"oov_token": "<OOV>"}, {}):
            tokenizer = Tokenizer(num_words=case.question.largest_id + 1, **options)
            tokenizer.fit_on_texts(texts[:count])
            rows = tokenizer.texts_to_sequences([[words[one] for one in row if one] for row in case.x])
            length = case.x.shape[1]
            for first in (True, False):
                zeros = [[0] * (length - len(row)) for row in rows]
                pairs = zip(rows, zeros, strict=True)
                padded = np.asarray([none + row if first else row + none for row, none in pairs], np.int32)
                answers, _ = with_also(case, case.asked(padded), values["also"])
                if case.earns(answers, values["points"], slack=1):
                    return True
    return False


@claim("early-averages")
def averages(case: Case, values: Values) -> bool:
    """With the true mean and variance of what goes into each BatchNormalization, one layer after the other."""
    import keras

    model = keras.models.clone_model(case.model)
    model.set_weights(case.model.get_weights())
    for layer in model.layers:
        if type(layer).__name__ == "BatchNormalization":
            before = np.asarray(keras.Model(model.inputs, layer.input).predict(case.x, verbose=0))
            axes = tuple(range(before.ndim - 1))
            layer.moving_mean.assign(before.mean(axis=axes))
            layer.moving_variance.assign(before.var(axis=axes))
    answers, _ = with_also(case, np.asarray(model.predict(case.x, verbose=0)), values["also"])
    return case.earns(answers, values["points"], slack=1)


# --- training


@claim("never-trained")
def no_step(case: Case, values: Values) -> bool:
    return case.steps == 0


@claim("one-epoch")
def one_pass(case: Case, values: Values) -> bool:
    return case.steps == int(values["found"]) and case.steps * 32 <= 1.25 * len(case.training[0])


@claim("overfitting", "underfitting", "other-data")
def training_and_unseen(case: Case, values: Values) -> bool:
    """The stated numbers, and what is concluded, on all training samples and not on some."""
    x, y = case.training
    better = METRICS[case.question.metric].greater_is_better
    known, unseen = case.measured(y, case.asked(x)), case.measured(case.samples.y, case.predictions)
    spread = 4 * np.sqrt(0.25 / int(values["count"])) if better else 0.35 * known
    if abs(known - float(values["training"])) > spread or not near(unseen, values["found"]):
        return False
    if values["code"] == "overfitting":
        return known - unseen > 0.05 if better else unseen > 1.3 * known
    if values["code"] == "underfitting":
        return known - unseen < 0.2 if better else unseen < 2 * known
    baseline = case.measured(case.samples.y, case.samples.baseline)
    return known < baseline + spread if better else known > 0.65 * baseline


@claim("below-baseline")
def no_better(case: Case, values: Values) -> bool:
    value = case.question.measure(case.samples, case.predictions)
    baseline = case.question.measure(case.samples, case.samples.baseline)
    return near(value, values["found"]) and not METRICS[case.question.metric].better(value, baseline)


@claim("room-to-improve")
def earns_that(case: Case, values: Values) -> bool:
    value = case.question.measure(case.samples, case.predictions)
    return near(value, values["found"]) and case.question.points(value) == int(values["points"]) < 5


LOSSES = {
    "loss-from-logits": "from_logits",
    "regression-loss": "mse|mae|squared|absolute|huber|log_?cosh",
    "class-loss": "crossentropy",
    "margin-loss": "hinge",
    "loss-on-one-unit": "categorical_?crossentropy",
    "binary-loss": "binary_?crossentropy",
}


@claim(*LOSSES)
def compiled_with(case: Case, values: Values) -> bool:
    loss = json.dumps(case.texts["training_config"]["loss"]).lower()
    return re.search(LOSSES[values["code"]], loss) is not None


@claim("large-optimizer-state")
def mostly_optimizer(case: Case, values: Values) -> bool:
    with h5py.File(case.path, "r") as file:
        sizes: list[int] = []
        file["optimizer_weights"].visititems(lambda _, item: sizes.append(getattr(item, "nbytes", 0)))
    share = sum(sizes) / case.path.stat().st_size
    return abs(share - float(values["share"].rstrip("%")) / 100) < 0.02 and case.path.stat().st_size > 50 * 2**20


@claim("older-than-starter", "older-than-exam")
def older(case: Case, values: Values) -> bool:
    return case.path.stat().st_mtime < (case.folder / "starter.py").stat().st_mtime

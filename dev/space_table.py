"""Try the whole space of Keras on the grader: build, train, save, and grade every model of ``space.py``.

    python make.py layers                          all of them, and write docs/layers.md; takes an hour or two
    python make.py layers MobileNet mask           those whose name or kind has one of the words
    python make.py layers --part 3/60 --seed 7     a sixtieth of every kind, chosen by the seed
    python make.py layers --resume                 go on where it was stopped

Each model predicts a few samples before it is saved. The model that ``grade`` makes of the file must predict the same,
up to a millionth. A file that ``check`` calls good must be graded, and one that it refuses must be one that plain Keras
cannot read either. The grader is the real one; a question of each model's own shapes is added to its bank.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import harness
import numpy as np

from exam import bank
from exam.bank import hidden
from exam.findings import Finding
from exam.grading import cache
from exam.grading.grade import grade
from exam.modelfile import repair, sandbox
from exam.result import Result
from exam.running.runner import Runner
from exam.workspace import Exam, Workspace

if TYPE_CHECKING:
    from space import Row

TABLE = harness.REPOSITORY / "docs" / "layers.md"
FOLDER = harness.REPOSITORY / ".log" / "layers"
SEED = 20261123
ROWS_OF_A_WORKER = 250
"""Keras keeps a little of every model: a fresh process now and then keeps the memory small."""
SECONDS_OF_A_ROW = 600
TOLERANCE = 1e-6
"""Of the largest value among the predictions, at least of 1."""

EQUAL, NAMED, NOT_SAVED, NO_MODEL, LOST = "equal", "named", "not saved", "no model", "lost by Keras"
PROMISED, DIFFERENT, CRASH = "promised", "different", "crash"
FALSE_REFUSAL = "refused although plain Keras loads it equal"
BAD = (PROMISED, DIFFERENT, FALSE_REFUSAL, CRASH)
"""What no row may come to: ``check`` said yes and ``grade`` no; other predictions; a sound file refused; an end."""
LOST_IN_THE_FILE = re.compile(r"SpatialDropout\dD\(.*dtype=.*float16|.*(activation=|Activation\()ops\.gelu\b")
"""Rows whose files say something else than the model was: Keras writes "float32" for a spatial dropout of any type, and
for ``keras.ops.gelu``, an approximation, the word "gelu" as for the exact function of that name."""
BY_CONTRACT = frozenset(
    {"wrong-input-shape", "wrong-output-shape", "several-inputs", "several-outputs", "file-too-large"}
)
"""Findings about files that can be read: no question takes several tensors, or a file of 200 MB."""
HEAD = """# What the grader reads of Keras

Made by `python3 make.py layers`, never edited by hand. Every row is one or more models that a learner can make with
Keras 3: built, trained for a step, saved as `.h5`, loaded by plain Keras, and graded. Rows that behave alike share a
line. *Plain Keras* says what `keras.models.load_model` makes of the file, *here* what the grader makes of it. *Equal*
means: it predicts what the model predicted before it was saved, up to a millionth.
"""


@dataclass(frozen=True)
class Outcome:
    """What came of one row.

    Attributes:
        name: of the row.
        kind: of the row.
        verdict: one of ``EQUAL``, ``NAMED``, ``NOT_SAVED``, ``NO_MODEL``, ``LOST`` and ``BAD``.
        plain: "equal" or "different", or why plain Keras does not load the file.
        code: of the finding, if there is one.
        said: what the learner reads, or why there is no file.
        step: the next step of the finding.
        rewritten: whether the grader had to rewrite the description.
        trained: why the model was not trained; empty when it was.
        difference: between the predictions, relative to their scale.
        seconds: that everything took.
    """

    name: str
    kind: str
    verdict: str
    plain: str = ""
    code: str = ""
    said: str = ""
    step: str = ""
    rewritten: bool = False
    trained: str = ""
    difference: float = 0.0
    seconds: float = 0.0


# --- Keras -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A model before it is saved, with samples and its own predictions."""

    model: Any
    x: Any
    y: list[np.ndarray]
    trained: str

    @property
    def takes_and_gives_one(self) -> bool:
        return isinstance(self.x, np.ndarray) and len(self.y) == 1


class NoModel(Exception):
    """Keras itself does not build or run it."""


def make(row: Row) -> Made:
    """Build a model, train it for a step, and let it predict.

    Raises:
        NoModel: with Keras's reason.
    """
    import keras
    import space

    keras.utils.set_random_seed(1)
    try:
        model = row.recipe.build()
        x = space.inputs(row, model)
        trained = _train(model, x)
        made = Made(model, x, predict(model, x), trained)
    except Exception as error:
        raise NoModel(first_line(error)) from error
    if not all(map(_as_stated, _shapes_of(model), made.y)):
        raise NoModel("It gives something else than Keras says of it.")
    return made


def _shapes_of(model: Any) -> list[tuple[int | None, ...]]:
    return [tuple(tensor.shape) for tensor in model.outputs]


def _as_stated(stated: tuple[int | None, ...], given: np.ndarray) -> bool:
    """Return whether an array has the shape that Keras states, a row for each sample, and no complex numbers."""
    same = all(length in (None, found) for length, found in zip(stated, given.shape, strict=False))
    return len(stated) == given.ndim > 1 and same and given.dtype.kind != "c"


def _train(model: Any, x: Any) -> str:
    """Train for one step on a few samples; return why that failed."""
    import keras

    if model.compiled:  # by its recipe, which trained it too
        return ""
    few = keras.tree.map_structure(lambda array: array[:4], x)
    rng = np.random.default_rng(1)
    model.compile(keras.optimizers.SGD(0.01), "mse", run_eagerly=True)
    try:
        targets = [rng.random(array.shape) for array in predict(model, few)]
        model.train_on_batch(few, targets[0] if len(targets) == 1 else _packed(model, targets))
    except Exception as error:
        return first_line(error)
    return ""


def _packed(model: Any, targets: list[np.ndarray]) -> Any:
    """Return arrays in the structure of the model's outputs."""
    import keras

    return keras.tree.pack_sequence_as(model.output, targets)


def predict(model: Any, x: Any, function: Callable[[Any], Any] | None = None) -> list[np.ndarray]:
    """Return the predictions of a model, or of a function made of it, from its first state on."""
    import keras

    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            layer.reset_state()
    tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
    given = function(tensors) if function else model(tensors, training=False)
    return [_array(tensor) for tensor in keras.tree.flatten(given)]


def predict_compiled(model: Any, x: Any) -> list[np.ndarray]:
    """Return the predictions as the grader asks for them, whose last bits differ."""
    import tensorflow as tf

    return predict(model, x, tf.function(lambda batch: model(batch, training=False)))


def _array(tensor: Any) -> np.ndarray:
    array = np.asarray(tensor)
    return array.astype(np.float64) if array.dtype.kind in "fiubV" else array


def load(path: Path) -> Any:
    """Load a file with plain Keras, as in a program that knows none of the learner's own classes."""
    import keras

    own = keras.saving.get_custom_objects()
    kept = dict(own)
    own.clear()
    try:
        return keras.models.load_model(path, compile=False)
    finally:
        own.update(kept)


def said_by_keras(path: Path, made: Made) -> str:
    """Return "equal" or "different", or why plain Keras does not load the file."""
    try:
        found = predict(load(path), made.x)
    except Exception as error:
        return first_line(error)
    return EQUAL if difference(made.y, found) <= TOLERANCE else DIFFERENT


def difference(wanted: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> float:
    """Return how far predictions are apart, relative to their scale; infinite where they cannot be compared."""
    if [array.shape for array in wanted] != [array.shape for array in found]:
        return float("inf")
    return max((_apart(a, b) for a, b in zip(wanted, found, strict=True)), default=0.0)


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    if a.dtype.kind in "OSU" or b.dtype.kind in "OSU" or np.array_equal(a, b, equal_nan=True):
        return 0.0 if np.array_equal(a, b, equal_nan=a.dtype.kind in "fc") else float("inf")
    sound = np.isfinite(a)
    if not np.array_equal(a[~sound], b[~sound], equal_nan=True):
        return float("inf")
    return float(np.max(np.abs(a[sound] - b[sound])) / max(1.0, np.max(np.abs(a[sound]))))


def first_line(error: BaseException) -> str:
    """Return an error's class and the first line of its message that says something."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):
        lines = lines[1:]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:240]


# --- The grader ------------------------------------------------------------------------------------------------------

QUESTION = '''"""A question with the shapes of one model: those of the samples and predictions in a file."""

from pathlib import Path

import numpy as np

from exam.bank.question import Advice, HiddenSet, Question


class Everything(tuple):
    """Activations of which none is missing."""

    def __contains__(self, item):
        return True


SAMPLES = Path(__file__).with_name("samples.npz")
with np.load(SAMPLES, allow_pickle=False) as arrays:
    X, Y = arrays["x"], arrays["y"]

QUESTION = Question(
    id="one_row", category=1, title="One model", task="regression", input_shape=X.shape[1:], output_shape=Y.shape[1:],
    activations=Everything(("linear",)), metric="mean_absolute_error", bands=(4.0, 3.0, 2.0, 1.0, 0.1), baseline="zero",
    difficulty=1, train_seconds=20, skills=("predict",), source="Keras", licence="MIT",
    write_training=lambda folder, seed: None, make_hidden=lambda seed: HiddenSet(X, Y, np.zeros_like(Y)),
    advice=(Advice("none"),),
)
'''
ID = "one_row"


def engine(folder: Path) -> Path:
    """Copy the grader to a folder, with the question of one model in its bank; return where it is imported from."""
    target = folder / "engine"
    shutil.copytree(harness.TEMPLATE / "exam", target / "exam", ignore=shutil.ignore_patterns("__pycache__"))
    place = target / "exam" / "bank" / "category1" / ID
    place.mkdir()
    (place / "question.py").write_text(QUESTION, encoding="utf-8")
    return target


class Bench:
    """A workspace with one model, and the processes that grade it."""

    def __init__(self, folder: Path, runner: Runner) -> None:
        self.workspace = Workspace(folder)
        self.workspace.category(1).mkdir(parents=True)
        self.samples = bank.find()[ID] / "samples.npz"  # where the grader's processes may read
        self.runner = runner
        self.number = 0

    def judge(self, row: Row) -> Outcome:
        """Try one row out."""
        started = time.monotonic()
        outcome = Outcome(row.name, row.kind, CRASH)
        try:
            made = make(row)
            outcome = replace(outcome, trained=made.trained)
            try:
                made.model.save(self.path)
            except Exception as error:
                outcome = replace(outcome, verdict=NOT_SAVED, said=first_line(error))
            else:
                outcome = self._judged(replace(outcome, plain=said_by_keras(self.path, made)), made)
        except NoModel as reason:
            outcome = replace(outcome, verdict=NO_MODEL, said=str(reason))
        except Exception as error:
            outcome = replace(outcome, said=first_line(error))
        self.path.unlink(missing_ok=True)
        return replace(outcome, seconds=round(time.monotonic() - started, 2))

    @property
    def path(self) -> Path:
        """Where the model's file lies."""
        return self.workspace.model(1)

    def _judged(self, outcome: Outcome, made: Made) -> Outcome:
        """Ask the grader: first what ``check`` says, then ``grade``."""
        self.number += 1
        x = made.x if isinstance(made.x, np.ndarray) else next(iter(_leaves(made.x)))
        np.savez(self.samples, x=x, y=np.resize(made.y[0], (len(x), *made.y[0].shape[1:])).astype(np.float32))
        question = bank.load(ID)
        seen = sandbox.inspect(self.path, question)
        if seen.finding is not None:
            return refused(outcome, seen.finding)
        try:
            repaired = self.samples.with_name("repaired.h5")
            repaired.unlink(missing_ok=True)
            rewritten = repair.repaired_copy(self.path, repaired, seen.keras_version)
        except (ValueError, OSError, KeyError) as error:
            return replace(outcome, verdict=PROMISED, said=str(error))
        outcome = replace(outcome, rewritten=rewritten)
        if x.dtype.kind == "U":  # no question asks for words: there is no such hidden set
            return compared(outcome, made, predict(load(repaired if rewritten else self.path), made.x))
        exam = Exam("layers", self.number, "cpu", 5.0, "offline", {1: ID})
        result = grade(self.workspace, exam, [1], runner=self.runner)[0]
        return graded(outcome, made, result, self._predictions(exam, result), self._last_error())

    def _last_error(self) -> str:
        """Return the last line that names an error in what was written to the logs, and forget it."""
        said = ""
        for log in (self.runner.log, self.workspace.log / "faults.log"):
            if log.exists():
                said += log.read_text("utf-8", "replace")
                os.truncate(log, 0)
        found = re.findall(r"^[\w.]*(?:Error|Exception)\b.*", said, re.MULTILINE)
        return f"({found[-1][:200]})" if found else ""

    def _predictions(self, exam: Exam, result: Result) -> np.ndarray | None:
        """Return what the grader's process predicted, and forget it."""
        if not result.sha256:
            return None
        file = cache.path(self.workspace, result.sha256, exam.seed, hidden.fingerprint(bank.load(ID)))
        found = cache.read_predictions(file)
        shutil.rmtree(self.workspace.cache, ignore_errors=True)
        return found


def _leaves(x: Any) -> Iterator[np.ndarray]:
    if isinstance(x, np.ndarray):
        yield x
    else:
        for part in x.values() if isinstance(x, dict) else x:
            yield from _leaves(part)


def refused(outcome: Outcome, found: Finding) -> Outcome:
    """Return the outcome of a row that ``check`` refuses."""
    sound = outcome.plain == EQUAL and found.code not in BY_CONTRACT
    verdict = FALSE_REFUSAL if sound else NAMED
    return replace(outcome, verdict=verdict, code=found.code, said=found.message, step=found.next_step)


def graded(
    outcome: Outcome, made: Made, result: Result, predictions: np.ndarray | None, log: str = ""
) -> Outcome:
    """Return the outcome of a row that ``check`` called good; ``log`` has the error of Keras, if there was one.

    Raises:
        NoModel: the model itself cannot be run as Keras runs models.
    """
    if result.status == "grader fault":
        return replace(outcome, verdict=CRASH, said=f"a fault of the grader {log}".strip())
    if result.status == "scored" and predictions is not None:
        return compared(outcome, made, [predictions])
    found = result.findings[0] if result.findings else None
    code, said, step = (found.code, found.message, found.next_step) if found else ("", "no predictions", "")
    if found and len(made.y[0]) < len(made.x):  # only running it shows that it answers with fewer rows than it takes
        return replace(outcome, verdict=NAMED, code=code, said=said, step=step)
    if code == "not-predictable":
        try:
            predict_compiled(made.model, made.x)
        except Exception as error:
            raise NoModel(f"only without compilation: {first_line(error)}") from error
    return replace(outcome, verdict=PROMISED, code=code, said=f"{said} {log}".strip(), step=step)


def compared(outcome: Outcome, made: Made, found: Sequence[np.ndarray]) -> Outcome:
    """Compare the grader's predictions with those before saving; compiled ones where the last bits differ."""
    given = [_array(array) for array in found]
    apart = difference(_as_sent(made.y, given), given)
    if apart > TOLERANCE:
        apart = min(apart, difference(_as_sent(predict_compiled(made.model, made.x), given), given))
    different = LOST if LOST_IN_THE_FILE.match(outcome.name) and outcome.plain == DIFFERENT else DIFFERENT
    return replace(outcome, verdict=EQUAL if apart <= TOLERANCE else different, difference=apart)


def _as_sent(arrays: Sequence[np.ndarray], given: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return arrays as the grader's process sends them: in single precision, and one row for each sample."""
    short = [array[: len(other)] for array, other in zip(arrays, given, strict=True)]
    return [_array(array.astype(np.float32)) if array.dtype.kind == "f" else array for array in short]


# --- Many rows, in processes of their own ----------------------------------------------------------------------------


def work(folder: Path, results: Path) -> None:
    """Judge the rows named in ``folder/names.json``, one after another; the process of ``work_through``."""
    import keras
    import space

    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    known = space.rows()
    with Runner(folder / "worker.log") as runner:
        bench = Bench(folder / "workspace", runner)
        for number, name in enumerate(names):
            (folder / "begun").write_text(name, encoding="utf-8")
            faulthandler.dump_traceback_later(SECONDS_OF_A_ROW, exit=True)
            keras.backend.clear_session(free_memory=number % 50 == 49)
            append(results, bench.judge(known[name]))
            faulthandler.cancel_dump_traceback_later()


def append(results: Path, outcome: Outcome) -> None:
    """Write one outcome at the end of the results."""
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(outcome)) + "\n")


def read(results: Path) -> dict[str, Outcome]:
    """Return what is known of each row; the last word counts."""
    if not results.exists():
        return {}
    lines = results.read_text(encoding="utf-8").splitlines()
    return {found["name"]: Outcome(**found) for found in map(json.loads, lines)}


Start = Callable[[Path, Path], int]


def start_worker(folder: Path, results: Path) -> int:
    """Run ``work`` in a process of its own and return its exit status."""
    environment = harness.environment_for(
        PYTHONPATH=os.pathsep.join([str(engine(folder)), harness.MODULES]), TF_CPP_MIN_LOG_LEVEL="3",
        EXAM_CACHE=str(folder / "cache"),
    )
    command = [sys.executable, "-P", str(Path(__file__)), "--worker", str(folder), str(results)]
    with (folder / "said.log").open("a") as log:
        return subprocess.run(command, env=environment, stdout=log, stderr=log, check=False).returncode


def said_in(folder: Path) -> str:
    """Return the end of what a worker printed."""
    log = folder / "said.log"
    return log.read_text("utf-8", "replace")[-2000:] if log.exists() else "it said nothing"


def work_through(names: Sequence[str], kinds: dict[str, str], folder: Path, results: Path, start: Start) -> None:
    """Judge rows in a worker; a row that ends the worker is a crash, and another worker goes on after it."""
    while names:
        folder.mkdir(parents=True)
        (folder / "names.json").write_text(json.dumps(list(names)), encoding="utf-8")
        status = start(folder, results)
        known = read(results)
        names = [name for name in names if name not in known]
        if names:
            begun = folder / "begun"
            if not begun.exists():
                raise RuntimeError(f"No worker started: {said_in(folder)}")
            name = begun.read_text(encoding="utf-8")
            said = f"the process that tried it ended (exit status {status})"
            append(results, Outcome(name, kinds[name], CRASH, said=said))
            names = [other for other in names if other != name]
        shutil.rmtree(folder, ignore_errors=True)


def run(rows: Sequence[tuple[str, str]], results: Path, jobs: int = 2, start: Start = start_worker) -> None:
    """Judge rows, given as (name, kind), in ``jobs`` processes at a time."""
    kinds = dict(rows)
    count = min(len(rows), max(jobs, -(-len(rows) // ROWS_OF_A_WORKER)))
    chunks = [[name for name, _ in rows[first::count]] for first in range(count)]  # some of each kind
    done = threading.Event()
    with tempfile.TemporaryDirectory(prefix="layers-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        watcher = threading.Thread(target=_show, args=(results, kinds.keys(), done), daemon=True)
        watcher.start()

        def one(numbered: tuple[int, list[str]]) -> None:
            work_through(numbered[1], kinds, folder / f"worker-{numbered[0]}", results, start)

        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(one, enumerate(chunks)))
        done.set()


def _show(results: Path, names: Set[str], done: threading.Event) -> None:
    """Say from time to time how far it is."""
    before = time.monotonic()
    while not done.wait(60):
        judged = len(names & read(results).keys())
        print(f"{judged} of {len(names)} rows in {(time.monotonic() - before) / 60:.0f} minutes", flush=True)


# --- The table -------------------------------------------------------------------------------------------------------


def percent(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.1f} %)" if whole else "0"


def summary(outcomes: Iterable[Outcome]) -> str:
    """Return the counts in one line; shares are those of the saved files."""
    known = [outcome for outcome in outcomes if outcome.verdict != NO_MODEL]
    saved = [outcome for outcome in known if outcome.verdict != NOT_SAVED]
    counts = Counter(outcome.verdict for outcome in saved)
    loaded = sum(outcome.plain == EQUAL for outcome in saved)
    shares = {"plain Keras loads": loaded, "equal here": counts[EQUAL], "named": counts[NAMED], LOST: counts[LOST]}
    bad = {PROMISED: PROMISED, DIFFERENT: DIFFERENT, "false refusals": FALSE_REFUSAL, "crashes": CRASH}
    return ", ".join([
        f"{len(known):,} rows",
        f"{len(saved):,} saved",
        *(f"{name} {percent(count, len(saved))}" for name, count in shares.items()),
        *(f"{name} {counts[verdict]:,}" for name, verdict in bad.items()),
    ])


SHOWN_NAMES = 12
VARIABLE = re.compile(r"(?<=[a-z])_\d+\b|0x[0-9a-f]+|(?<=shape=)\([^)]*\)")
"""What differs between messages about the same: numbers at the ends of names, addresses, shapes."""


def alike(outcome: Outcome) -> tuple[str, str, str]:
    """Return kind, plain Keras's and our words: rows that share them share a line."""
    here = outcome.verdict
    if outcome.said:
        here += f": {outcome.code + ': ' if outcome.code else ''}{outcome.said}"
    words = [VARIABLE.sub("", text).replace("\n", " ").replace("|", "/") for text in (outcome.plain, here)]
    return outcome.kind, words[0][:140], words[1][:240]


def lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield the lines of the table."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for outcome in outcomes:
        if outcome.verdict != NO_MODEL:
            groups.setdefault(alike(outcome), []).append(outcome.name)
    for (kind, plain, here), names in groups.items():
        shown = "<br>".join(f"`{name}`".replace("|", "\\|") for name in names[:SHOWN_NAMES])
        more = f"<br>and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        yield f"| {kind} | {len(names)} | {shown}{more} | {plain or 'not asked'} | {here} |\n"


def write_table(outcomes: Sequence[Outcome]) -> None:
    """Write the table of a whole run."""
    none = sum(outcome.verdict == NO_MODEL for outcome in outcomes)
    text = f"{HEAD}\n{summary(outcomes)}.\n\n{none:,} more combinations are refused by Keras itself.\n\n"
    text += "| kind | rows | models | plain Keras | here |\n|---|---|---|---|---|\n"
    TABLE.write_text(text + "".join(lines(outcomes)), encoding="utf-8")


# --- The command -----------------------------------------------------------------------------------------------------


def all_rows() -> list[tuple[str, str, bool]]:
    """Return name, kind and whether it is small of every row; asked in a process of its own, which imports Keras."""
    code = "import json, space; print(json.dumps([(r.name, r.kind, r.recipe.runs) for r in space.rows().values()]))"
    environment = harness.environment_for(PYTHONPATH=harness.MODULES, TF_CPP_MIN_LOG_LEVEL="3")
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return [tuple(row) for row in json.loads(said.stdout.splitlines()[-1])]


def wanted(rows: Sequence[tuple[str, str, bool]], words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the rows whose name or kind has one of the words, or all."""
    return [
        (name, kind) for name, kind, _ in rows if not words or any(word in name or word in kind for word in words)
    ]


def part_of(rows: Sequence[tuple[str, str, bool]], part: str, seed: int) -> list[tuple[str, str]]:
    """Return the part "K/N" of the small rows of every kind, at least one of each."""
    number, parts = map(int, part.split("/"))
    kinds: dict[str, list[tuple[str, str]]] = {}
    for name, kind, small in rows:
        if small:
            kinds.setdefault(kind.split()[0], []).append((name, kind))
    chosen = []
    for kind, members in sorted(kinds.items()):
        random.Random(f"{seed}:{kind}").shuffle(members)
        chosen += members[number - 1 :: parts] or [members[number % len(members)]]
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 when a row came to what no row may come to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only rows whose name or kind has one of these")
    parser.add_argument("--part", help="K/N: a part of every kind")
    parser.add_argument("--seed", type=int, default=SEED, help="with --part: which rows make the part")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time; each loads TensorFlow")
    parser.add_argument("--resume", action="store_true", help="keep what an earlier run found, and go on")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the results are kept, as rows.jsonl")
    parser.add_argument("--worker", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        work(*options.worker)
        return 0
    known = all_rows()
    chosen = part_of(known, options.part, options.seed) if options.part else wanted(known, options.words)
    results = options.folder / "rows.jsonl"
    results.parent.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        results.unlink(missing_ok=True)
    before = read(results)
    run([(name, kind) for name, kind in chosen if name not in before], results, options.jobs)
    found = read(results)
    return report([found[name] for name, _ in chosen], whole=len(chosen) == len(known))


def report(outcomes: Sequence[Outcome], whole: bool) -> int:
    """Print what came of the rows, the bad ones one by one; write the table of a whole run."""
    bad = [outcome for outcome in outcomes if outcome.verdict in BAD]
    for outcome in bad:
        print(f"{outcome.verdict}: {outcome.name} ({outcome.kind}): {outcome.said or outcome.difference}")
    print(summary(outcomes))
    if whole:
        write_table(outcomes)
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main())

"""Print the ratios that the template promises, all measured in one run: each command in turn with its yardstick.

    .venv-dev/bin/python benchmarks/ratios.py [--rounds 5] [--before REVISION] [--only WORD]

A workspace is generated, its environment installed, and a reference and a first attempt at each question trained. With
``--before`` the same is done with the template of another revision, and its commands take their turn too. Only ratios
travel between machines. The spread is what half of the yardstick's runs differed by, as a share of their median: beyond
``NOISY`` a row says nothing, whatever its ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = ("tests", "tests/support", "dev", "{{cookiecutter.project_slug}}")
sys.path[:0] = [str(REPOSITORY / folder) for folder in FOLDERS]

import harness  # noqa: E402
from conftest import load_module  # noqa: E402

from exam import bank  # noqa: E402
from exam.bank import hidden  # noqa: E402
from exam.workspace import Exam, Workspace  # noqa: E402

Timed = Callable[[], object]
NOISY = 0.15
SEED = 31


def seconds(action: Timed) -> float:
    """Return the wall seconds of one call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def alternate(rounds: int, first: Timed, second: Timed) -> tuple[float, float, float]:
    """Return both medians and the median of the ratios first/second of ``rounds`` pairs, after one warm-up pair."""
    ours, yardstick = in_turn(rounds, first, second)
    return statistics.median(ours), statistics.median(yardstick), _ratio(ours, yardstick)


def in_turn(rounds: int, *actions: Timed) -> list[list[float]]:
    """Return the seconds of ``rounds`` calls of each action, taken in turn after one call of each."""
    turns = [[seconds(action) for action in actions] for _ in range(rounds + 1)][1:]
    return [list(column) for column in zip(*turns, strict=True)]


@dataclass(frozen=True)
class Row:
    """One promise.

    Attributes:
        what: is compared with what.
        limit: the largest ratio that keeps it.
        yardstick: what everybody pays.
        ours: the same of each side: the tree here, and the one before if there is one.
    """

    what: str
    limit: float
    yardstick: Timed
    ours: Sequence[Timed]

    def measure(self, rounds: int) -> None:
        """Run everything in turn and print the row."""
        yardstick, *sides = in_turn(rounds, self.yardstick, *self.ours)
        cells = [f"{_ratio(side, yardstick):.2f} ({statistics.median(side):.2f} s)" for side in sides]
        spread = _spread(yardstick)
        kept = "yes" if _ratio(sides[0], yardstick) <= self.limit else "NO"
        verdict = kept if spread <= NOISY else "too noisy"
        tick = f"{statistics.median(yardstick):.2f} s, {spread:.0%}"
        print(f"| {self.what} | {' | '.join(cells)} | {tick} | {self.limit:g} | {verdict} |", flush=True)


def _ratio(side: list[float], yardstick: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(side, yardstick, strict=True))


def _spread(values: list[float]) -> float:
    """Return the distance of the quartiles as a share of the median."""
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / middle


def run(command: list[str], cwd: Path, **environment: str) -> str:
    """Run a command, and return what it prints; a model that is missing or weak is no failure here, a crash is."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), f"{command}: {done.stderr[-2000:]}"
    return done.stdout


def generate(template: Path, folder: Path, environment: str) -> None:
    """Generate a workspace, or the empty template, under ``folder``."""
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "-o", str(folder)]
    answers = [f"exam_seed={SEED}"] if (template / "hooks").is_dir() else []
    run([*command, *answers], folder, EXAM_ENVIRONMENT=environment)


def empty_template(folder: Path) -> Path:
    """Make a template of one empty file."""
    inner = folder / "empty" / "{{cookiecutter.name}}"
    inner.mkdir(parents=True)
    (inner / "file.txt").touch()
    (folder / "empty" / "cookiecutter.json").write_text(json.dumps({"name": "made"}))
    return folder / "empty"


class Side:
    """One template, and a verified workspace that it has made.

    Args:
        template: the folder of its cookiecutter.json.
        folder: where the workspace goes.
    """

    def __init__(self, template: Path, folder: Path) -> None:
        self.template, self.folder = template, folder
        folder.mkdir()
        generate(template, folder, "skip")
        self.workspace = Workspace(folder / "my_tensorflow_exam")

    def install(self) -> float:
        """Make the environment; return the seconds of its steps, without those of the verification and the data.

        They are those that it prints: the first verification compiles what a later one finds compiled.
        """
        printed = run([sys.executable, "bootstrap.py"], self.workspace.root)
        steps = {number: float(taken) for number, taken in re.findall(r"^\[(\d)/6\].*\(([\d.]+) s\)", printed, re.M)}
        return sum(steps[number] for number in "1234")

    def exam(self, *arguments: str) -> None:
        """Run a command of the workspace."""
        run([str(self.workspace.venv_python), "-m", "exam", *arguments], self.workspace.root)

    def generating(self) -> Timed:
        """Return the generation of another workspace without its environment."""
        return lambda: generate(self.template, Path(tempfile.mkdtemp(dir=self.folder)), "skip")

    def grading(self, *arguments: str) -> Timed:
        """Return a grading that remembers nothing."""

        def action() -> None:
            shutil.rmtree(self.workspace.cache, ignore_errors=True)
            self.exam("grade", *arguments)

        return action


def by_hand(folder: Path) -> float:
    """Return the seconds that the lock takes without our help, with the same installer."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lock = str(harness.TEMPLATE / "requirements.txt")
    bootstrap = load_module(harness.TEMPLATE / "bootstrap.py")

    def install() -> None:
        run([sys.executable, "-m", "venv", str(folder)], folder.parent)
        settings = bootstrap.settings_for(str(python), harness.TEMPLATE)
        run([*bootstrap.installer(str(python), settings), "--require-hashes", "-r", lock], folder.parent)

    return seconds(install)


def environments(sides: Sequence[Side], scratch: Path) -> None:
    """Print the row of the environment step, which is too slow for rounds: by hand, ours, by hand again."""
    first = by_hand(scratch / "first")
    ours = [side.install() for side in sides]
    second = by_hand(scratch / "second")
    hand, spread = (first + second) / 2, abs(first - second) / (first + second)
    cells = " | ".join(f"{one / hand:.2f} ({one:.1f} s)" for one in ours)
    verdict = ("yes" if ours[0] / hand <= 1.05 else "NO") if spread <= NOISY else "too noisy"
    what = "environment step, less verification and data / same lock by hand"
    print(f"| {what} | {cells} | {hand:.1f} s, {spread:.0%} | 1.05 | {verdict} |", flush=True)


def train(sides: Sequence[Side], attempt: str) -> None:
    """Put the same models, trained once, into each workspace."""
    here = sides[0].workspace
    exam = Exam.read(here.exam_toml)
    for category, question in exam.questions.items():
        harness.train(here.category(category), question, attempt, str(here.venv_python))
        for side in sides[1:]:
            shutil.copyfile(here.model(category), side.workspace.model(category))


def bare(workspace: Workspace, categories: Sequence[int]) -> Timed:
    """Return a script that imports TensorFlow, loads the models and predicts the same hidden sets, no more."""
    exam, arguments = Exam.read(workspace.exam_toml), list[str]()
    for category in categories:
        question = bank.load(exam.questions[category])
        sample = hidden.ensure(question, exam.seed)
        arguments += [str(workspace.model(category)), str(sample), str(question.input_scale)]
    script = str(Path(__file__).with_name("bare.py"))
    return lambda: run([str(workspace.venv_python), script, *arguments], workspace.root)


def commands(sides: Sequence[Side]) -> list[Row]:
    """Return what must answer at once, against the import of TensorFlow."""
    here = sides[0].workspace
    importing = [str(here.venv_python), "-c", "import tensorflow"]
    promised = {"--help": 0.125, "status": 0.125, "check 3": 0.125, "grade 3": 0.08}
    names = {"grade 3": "`grade 3` of an unchanged model"}
    return [
        Row(
            f"{names.get(words, f'`exam {words}`')} / import tensorflow",
            limit,
            lambda: run(importing, here.root),
            [lambda side=side, words=words: side.exam(*words.split()) for side in sides],  # type: ignore[misc]
        )
        for words, limit in promised.items()
    ]


def gradings(sides: Sequence[Side]) -> list[Row]:
    """Return gradings of one model and of all, against the bare script."""
    here = sides[0].workspace
    rows = [
        Row(f"`grade {n}` / bare script", 0.75, bare(here, [n]), [side.grading(str(n)) for side in sides])
        for n in range(1, 6)
    ]
    everything = [side.grading("--all") for side in sides]
    return [*rows, Row("`grade --all` / bare script doing all five", 0.6, bare(here, range(1, 6)), everything)]


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", help="a revision whose commands take their turn too")
    parser.add_argument("--only", default="", help="rows that have this word")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        sides = [Side(REPOSITORY, scratch / "here")]
        if options.before:
            sides.append(Side(harness.unpacked(options.before, scratch), scratch / "before"))
        head = ["what", "here", *(["before"] if options.before else []), "yardstick, its spread", "at most", "kept"]
        print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
        environments(sides, scratch)
        empty = empty_template(scratch)
        empty_generation: Timed = lambda: generate(empty, Path(tempfile.mkdtemp(dir=scratch)), "skip")  # noqa: E731
        generation = "generation, no environment / empty template"
        rows = [Row(generation, 1.4, empty_generation, [side.generating() for side in sides])]
        train(sides, harness.REFERENCE)
        for side in sides:
            side.exam("grade", "3")
        for row in (*rows, *commands(sides), *gradings(sides)):
            if options.only in row.what:
                row.measure(options.rounds)
        train(sides, harness.FIRST_ATTEMPT)
        what = "`grade --all` of models that lose points / bare script doing all five"
        losing = Row(what, 0.8, bare(sides[0].workspace, range(1, 6)), [side.grading("--all") for side in sides])
        if options.only in what:
            losing.measure(options.rounds)


if __name__ == "__main__":
    main()

"""Grade thousands of damaged and edited model files for real, and count what may never happen.

    python make.py fuzz --mutants 10000 --seed 20261122 --jobs 2
    python make.py fuzz --seed 20261122 --number 4711 --keep mutant.h5     one of them again

Every mutant follows from the seed and its number. Each is graded by ``exam.grading.grade`` in a process of its own
beside this one, which has a warm runner and stands for the learner's terminal: when it dies, hangs or raises, that is
counted and another takes its place. Around it lie folders in which nothing may change.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import harness
import mutate
import numpy as np
import psutil

from exam import bank
from exam.bank import hidden
from exam.bank.question import Question
from exam.grading.grade import grade
from exam.result import Result
from exam.running.live_model import Job
from exam.running.runner import Runner
from exam.screens import terminal
from exam.workspace import Exam, Workspace

SEED = 20261122
HANG_SECONDS = 20
START_SECONDS = 120
SAMPLES = 32
"""Hidden samples of each question: enough to run a model, and thousands are run."""
KERAS_2 = {"linear": "straight_line", "forecast": "household_power", "stacked": "household_power",
           "bidirectional": "satire_headlines"}
"""Which question the files of Keras 2 in ``tests/keras2`` fit."""
REFUSED, NOT_RUN, SCORED = "refused by the inspection", "not loadable", "scored"
CRASH, HANG, FAULT, STRAY, WRONG = "crashes", "hangs", "grader faults", "files beside the folder", "wrong results"
PROBLEMS = (CRASH, HANG, FAULT, STRAY, WRONG)

Grade = Callable[..., list[Result]]


@dataclass(frozen=True)
class Verdict:
    """What grading one mutant came to.

    Attributes:
        number: of the mutant.
        outcome: one of the three good ones or of ``PROBLEMS``.
        what: the model, its changes, and what was found.
        seconds: that grading took.
    """

    number: int
    outcome: str
    what: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Plan:
    """What all processes of one run share.

    Attributes:
        folder: everything that is made lies below.
        seed: of all mutants.
        grade: the function under test; the tests of the fuzzer give others.
        hang_seconds: the longest that grading one mutant may take on a machine that does nothing else.
    """

    folder: Path
    seed: int
    grade: Grade = grade
    hang_seconds: float = HANG_SECONDS

    @property
    def models(self) -> list[Path]:
        """The genuine files, named ``<question>.<kind>.h5``."""
        return sorted((self.folder / "models").glob("*.h5"))


# --- Before: genuine models, and small hidden sets -------------------------------------------------------------------


def prepare(folder: Path) -> None:
    """Make the genuine models in ``folder/models`` and short hidden sets in ``folder/cache``."""
    models = folder / "models"
    models.mkdir(parents=True)
    for path in sorted((harness.TESTS / "keras2").glob("*.h5")):
        recipe = path.stem.partition("-")[0]
        if recipe in KERAS_2:
            shutil.copyfile(path, models / f"{KERAS_2[recipe]}.keras2-{path.stem.replace('.', '_')}.h5")
    script = str(harness.SUPPORT / "fuzz_models.py")
    subprocess.run(
        [sys.executable, script, str(models)], env=harness.environment_for(), check=True, capture_output=True
    )
    cache = folder / "cache"
    for name in sorted({path.name.partition(".")[0] for path in models.iterdir()}):
        _shorten(bank.load(name), cache)


def _shorten(question: Question, cache: Path) -> None:
    """Put a few samples of the real hidden set into the cache of this run."""
    real = hidden.ensure(question, SEED)
    short = cache / "hidden" / real.name
    short.parent.mkdir(parents=True, exist_ok=True)
    samples = hidden.read(real)
    chosen = np.linspace(0, len(samples.x) - 1, SAMPLES).astype(int)
    x = np.minimum(samples.x, 49) if question.id == KERAS_2["bidirectional"] else samples.x  # its vocabulary
    np.savez(short, x=x[chosen], y=samples.y[chosen], baseline=samples.baseline[chosen])


# --- The process that grades -----------------------------------------------------------------------------------------


class CountingRunner(Runner):
    """A runner that knows how many models it was given: those that the inspection did not refuse."""

    ran = 0

    def run(self, jobs: Sequence[Job], *rest: Any) -> list[Any]:
        self.ran += len(jobs)
        return super().run(jobs, *rest)


class Bench:
    """A workspace with canaries around it, and a warm runner."""

    def __init__(self, plan: Plan, root: Path) -> None:
        self.plan = plan
        self.root = root
        self.workspace = Workspace(root / "around" / "workspace")
        self.workspace.root.mkdir(parents=True)
        for name in ("home", "tmp", "around/beside", "around/here", "around/workspace/Category1/data"):
            (root / name).mkdir(parents=True)
        for name in ("around/canary.h5", "around/beside/canary.txt", "around/here/canary.txt", "home/canary.txt"):
            (root / name).write_text("must stay as it is")
        self.workspace.scratch.mkdir(parents=True)  # stays, and is empty after each grading
        for category in range(1, 6):
            self.workspace.category(category).mkdir(exist_ok=True)
        os.environ.update(HOME=str(root / "home"), EXAM_CACHE=str(plan.folder / "cache"))
        os.chdir(root / "around" / "here")
        self.runner = CountingRunner(self.workspace.log / "worker.log")

    def judge(self, number: int) -> Verdict:
        """Make a mutant, grade it, and compare everything around with what was there before."""
        rng = random.Random(f"{self.plan.seed}:{number}")
        source = rng.choice(self.plan.models)
        made = self.root / "mutant.h5"
        what = f"{source.stem}, {mutate.mutant(source, self.plan.models, made, rng)}"
        exam = harness.exam_of(source.name.partition(".")[0], SEED)
        category = next(iter(exam.questions))
        shutil.move(made, self.workspace.model(category))
        before = self.snapshot()
        started = time.monotonic()
        try:
            outcome, found = self._outcome(exam, category)
        except Exception:
            outcome, found = CRASH, traceback.format_exc()
        seconds = time.monotonic() - started
        changed = sorted(set(self.snapshot().items()) ^ set(before.items()))
        if changed:
            outcome, found = STRAY, f"{found}; {changed}"
        self.workspace.model(category).unlink(missing_ok=True)
        shutil.rmtree(self.workspace.cache, ignore_errors=True)
        return Verdict(number, outcome, f"{what}; {found}", seconds)

    def _outcome(self, exam: Exam, category: int) -> tuple[str, str]:
        """Grade the model of a category and judge the result."""
        ran = self.runner.ran
        result = self.plan.grade(self.workspace, exam, [category], runner=self.runner)[0]
        codes = [found.code for found in result.findings]
        found = f"{result.status} {result.points} {result.value} {codes} {[f.message for f in result.findings[:1]]}"
        self._tell(result)
        if result.status == "grader fault":
            log = self.workspace.log / "faults.log"
            return FAULT, f"{found} {log.read_text(encoding='utf-8')[-1500:] if log.exists() else ''}"
        if result.status == "scored":
            return (SCORED if result.points in range(6) else WRONG), found
        if result.points != 0 or not codes:
            return WRONG, found
        return (REFUSED if self.runner.ran == ran else NOT_RUN), found

    def _tell(self, result: Result) -> None:
        """Say and write the result, as the command does; raises when it cannot be said."""
        json.dumps(result.to_dict(), ensure_ascii=False).encode("utf-8")
        said = terminal.console()
        with said.capture() as captured:
            said.print(terminal.results_view([result]))
        captured.get().encode("utf-8")

    def snapshot(self) -> dict[str, str]:
        """Return path -> what it is, of everything around; the engine's own folders may change."""
        found = {}
        own = {self.workspace.cache, self.workspace.log}
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if Path(folder, name) not in own]
            for name in files:
                path = Path(folder, name)
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
            found.update({str(Path(folder, name)): "folder" for name in names})
        return found


def serve(connection: Any, plan: Plan, root: Path) -> None:
    """Judge the mutants whose numbers arrive, until the other side closes the pipe."""
    log = os.open(root.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    bench = Bench(plan, root)
    with ExitStack() as stack:
        if plan.grade is grade:
            stack.enter_context(bench.runner)
            bench.runner.warm()
            bench.workspace.state.mkdir(exist_ok=True)
        connection.send("ready")
        while True:
            try:
                number = connection.recv()
            except EOFError:
                return
            connection.send(bench.judge(number))


def business() -> float:
    """Return how many programs share one core, at least 1: where others work too, everything takes longer."""
    if not hasattr(os, "getloadavg"):  # Windows
        return 1.0
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Grader:
    """The process that grades, seen from outside."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        root = plan.folder / name
        self.process = context.Process(target=serve, args=(theirs, plan, root), name=name)
        self.process.start()
        theirs.close()
        if not self.connection.poll(START_SECONDS * business()) or self.connection.recv() != "ready":
            self.stop()
            raise RuntimeError(f"No grader started: {root.with_suffix('.log').read_text()[-3000:]}")

    def judge(self, number: int) -> Verdict:
        """Return the verdict on one mutant; its grader is gone after a crash or a hang."""
        started = time.monotonic()
        try:
            self.connection.send(number)
            limit = self.plan.hang_seconds * business()
            if self.connection.poll(limit):
                verdict: Verdict = self.connection.recv()
                return verdict
            outcome, what = HANG, f"no answer for {limit:.0f} s"
        except (EOFError, OSError):
            self.process.join(5)
            outcome, what = CRASH, f"the process ended (exit code {self.process.exitcode})"
        self.stop()
        return Verdict(number, outcome, what, time.monotonic() - started)

    @property
    def alive(self) -> bool:
        return not self.connection.closed and self.process.is_alive()

    def stop(self) -> None:
        """End the process and those it started; once is enough."""
        if self.connection.closed:
            return
        with suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self.process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        self.process.kill()
        self.connection.close()
        self.process.join(5)


# --- The run ---------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What all mutants came to."""

    verdicts: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def problems(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.outcome in PROBLEMS]

    def lines(self, seed: int) -> Iterator[str]:
        """Yield the summary, the problems first."""
        for verdict in self.problems:
            yield f"{verdict.outcome}, mutant {verdict.number}: {verdict.what}"
        counted = Counter(verdict.outcome for verdict in self.verdicts)
        slowest = max((verdict.seconds for verdict in self.verdicts), default=0.0)
        yield f"{len(self.verdicts):,} mutants, seed {seed}, {self.seconds:.0f} s, the slowest took {slowest:.1f} s"
        yield ", ".join(f"{outcome} {counted[outcome]:,}" for outcome in (REFUSED, NOT_RUN, SCORED))
        yield ", ".join(f"{problem} {counted[problem]:,}" for problem in PROBLEMS)


def run(plan: Plan, numbers: range, jobs: int = 1, minutes: float = 24 * 60) -> Tally:
    """Judge mutants in ``jobs`` processes at a time, until all are done or the time is up."""
    tally, started, waiting, lock = Tally(), time.monotonic(), iter(numbers), threading.Lock()

    def numbers_in_time() -> Iterator[int]:
        while time.monotonic() - started < minutes * 60:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            yield number

    def work(job: int) -> None:
        with ExitStack() as stack:
            grader, count = None, 0
            for number in numbers_in_time():
                if grader is None or not grader.alive:
                    count += 1
                    grader = Grader(plan, f"grader-{job}-{count}")
                    stack.callback(grader.stop)
                verdict = grader.judge(number)
                with lock:
                    tally.verdicts.append(verdict)
                    _show(tally, started)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(work, range(jobs)))
    tally.seconds = time.monotonic() - started
    return tally


def _show(tally: Tally, started: float) -> None:
    """Say from time to time how far it is, and every problem at once."""
    done, last = len(tally.verdicts), tally.verdicts[-1]
    if last.outcome in PROBLEMS:
        print(f"{last.outcome}, mutant {last.number}: {last.what}", flush=True)
    if done % 500 == 0:
        print(f"{done:,} mutants in {time.monotonic() - started:.0f} s", flush=True)


@contextmanager
def prepared(seed: int) -> Iterator[Plan]:
    """Make a plan with genuine models in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as folder:
        prepare(Path(folder))
        yield Plan(Path(folder), seed)


def main(arguments: list[str]) -> int:
    """Run the command; 1 when a mutant did what none may do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=500)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=1, help="graders at a time; each loads TensorFlow")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="begin no mutant after that")
    parser.add_argument("--number", type=int, help="judge this mutant alone, and tell what it is")
    parser.add_argument("--keep", type=Path, help="with --number: where to keep the mutant")
    options = parser.parse_args(arguments)
    with prepared(options.seed) as plan:
        if options.number is None:
            tally = run(plan, range(options.mutants), options.jobs, options.minutes)
        else:
            if options.keep:
                rng = random.Random(f"{plan.seed}:{options.number}")
                mutate.mutant(rng.choice(plan.models), plan.models, options.keep, rng)
            tally = run(plan, range(options.number, options.number + 1))
            print(*(verdict.what for verdict in tally.verdicts), sep="\n")
    print(*tally.lines(options.seed), sep="\n")
    return 1 if tally.problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

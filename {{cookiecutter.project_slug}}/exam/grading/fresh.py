"""How much of a score was luck: the same model on fresh hidden samples, and how exactly one sample can tell at all.

Nothing here is an attempt or changes a score.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from exam import bank
from exam.bank import hidden
from exam.bank.metrics import METRICS, Array, mean_of_ratios
from exam.bank.question import HiddenSet, Question
from exam.grading import cache, scratch
from exam.grading.grade import Progress, new_runner, write_fault
from exam.modelfile import intake, reader, sandbox
from exam.result import Result
from exam.running.live_model import Job
from exam.running.runner import Outcome, predict
from exam.scoring import Score, score
from exam.workspace import Exam, Workspace

SAMPLES = 3
"""Each model is scored on this many fresh samples. One would say little: one of two samples is always the better one.
By chance, all three are worse than the exam's own for one model in four. More samples would take more time."""
RESAMPLES = 1000
LEVEL = 95
FINITE = "There is no fresh sample: the real data set has no more data. Only the interval shows how sure the score is."
STOCK = "Real data are finite: fresh samples show {stock}. New data may differ more."
CHANGED = "Category{category}/mymodel.h5 has changed since it was graded: grade it again."
FAILED = "The model gave no predictions this time. Details are in .exam/log."


@dataclass(frozen=True)
class Interval:
    """Between which values the metric lies, as exactly as the exam's hidden samples can tell.

    Attributes:
        low: the lower end, in the metric's unit.
        high: the upper end.
        points: what the worse and the better end would earn.
    """

    low: float
    high: float
    points: tuple[int, int]


@dataclass(frozen=True)
class Luck:
    """What is known of the luck in one score.

    Attributes:
        category: 1 to 5.
        title: the question's.
        metric: the metric's label.
        points: as graded on the exam's hidden data.
        value: the metric there.
        samples: points and metric on each fresh sample.
        interval: of the metric; None where there is no sensible one, or the model gave no answers.
        notes: sentences on what is missing or has to be known.
    """

    category: int
    title: str
    metric: str
    points: int
    value: float
    samples: tuple[Score, ...] = ()
    interval: Interval | None = None
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str | None:
        """Return in a sentence what the fresh samples say of the score; None without any."""
        earned = [sample.points for sample in self.samples]
        if not earned:
            return None
        low, high = min(earned), max(earned)
        if low == high == self.points:
            return self._of_equal_points
        span = f"{low}" if low == high else f"{low} to {high}"
        if high < self.points:
            return f"Fresh samples earn {span} of 5: this exam's hidden data happened to be easier."
        if low > self.points:
            return f"Fresh samples earn {span} of 5: this exam's hidden data happened to be harder."
        return f"Fresh samples earn {span} of 5: the model is near the edge of a band, so luck decides."

    @property
    def _of_equal_points(self) -> str:
        reached = set(self.interval.points) - {self.points} if self.interval else None
        if reached:
            return f"The same {self.points} of 5 every time, but the interval reaches {min(reached)}: it was close."
        return f"The same {self.points} of 5 every time: the score is stable."

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        own = {name: value for name, value in asdict(self).items() if name in ("points", "value", "interval")}
        samples = [{"points": sample.points, "value": sample.value} for sample in self.samples]
        return {**own, "samples": samples, "verdict": self.verdict, "notes": list(self.notes)}


@dataclass
class _Trial:
    """One model on its way.

    Attributes:
        question: what it answers.
        result: the ordinary grading.
        model: its private copy; None when the file is not the graded one any more.
        fresh: the fresh samples.
    """

    question: Question
    result: Result
    model: Path | None
    fresh: tuple[Path, ...] = ()

    def jobs(self, category: Path) -> list[Job]:
        """Return one run for each sample."""
        return [Job(self.question, self.model, path, category) for path in self.fresh if self.model]


def examine(
    workspace: Workspace, exam: Exam, results: Sequence[Result], progress: Progress = lambda text: None
) -> list[Luck]:
    """Return how much luck there is in each of ``results`` that has a score and a metric, in order.

    Args:
        workspace: where the graded models still lie.
        exam: the drawn exam.
        results: of the ordinary grading.
        progress: called with what is being done, for people.

    Raises:
        DataUnavailable: a sample cannot be made.
    """
    candidates = [result for result in results if result.status == "scored" and result.value is not None]
    with scratch.folder(workspace) as folder, new_runner(workspace, exam) as runner:
        trials = [_begin(workspace, result, folder) for result in candidates]
        for trial in trials:
            progress(f"Making fresh samples for category {trial.result.category}")
            _make_samples(trial, exam.seed)
        jobs = [trial.jobs(workspace.category(trial.result.category)) for trial in trials]
        progress("Predicting the fresh samples")
        outcomes = iter(runner.run([job for several in jobs for job in several], predict))
        pairs = zip(trials, jobs, strict=True)
        return [_luck(workspace, trial, [next(outcomes) for _ in several]) for trial, several in pairs]


def _begin(workspace: Workspace, result: Result, folder: Path) -> _Trial:
    """Copy the graded file, which has passed the inspection; adapt it to our Keras as the grading did."""
    trial = _Trial(bank.load(result.question), result, None)
    model = folder / str(result.category) / "mymodel.h5"
    target, version = model.with_name("repaired.h5"), result.versions.get("saved by keras")
    with suppress(intake.Refused, reader.Damaged):  # removed meanwhile: not the graded file any more either
        if intake.take(workspace.model(result.category), model).sha256 == result.sha256:
            trial.model = target if sandbox.repaired_copy(model, target, version) else model
    return trial


def _make_samples(trial: _Trial, seed: int) -> None:
    """Make the fresh samples; of finite data there is none."""
    if trial.model is None:
        return
    for sample in range(1, SAMPLES + 1):
        path = hidden.fresh(trial.question, seed, sample)
        if path is None:
            return
        trial.fresh += (path,)


def _luck(workspace: Workspace, trial: _Trial, outcomes: list[Outcome[Array]]) -> Luck:
    """Score the answers to all sets of one model."""
    result, question = trial.result, trial.question
    assert result.points is not None and result.value is not None
    luck = Luck(result.category, result.title, result.metric, result.points, result.value)
    if trial.model is None:
        return replace(luck, notes=(CHANGED.format(category=result.category),))
    for fault in filter(None, (outcome.fault for outcome in outcomes)):
        write_fault(workspace, question, fault)
    answers = [(path, outcome.value) for path, outcome in zip(trial.fresh, outcomes, strict=True)]
    samples = [score(question, hidden.read(path), value) for path, value in answers if value is not None]
    notes = []
    if len(samples) < len(trial.fresh):
        notes.append(FAILED)
    if not trial.fresh:
        notes.append(FINITE)
    elif question.stock:
        notes.append(STOCK.format(stock=question.stock))
    return replace(luck, samples=tuple(samples), interval=_interval(workspace, trial), notes=tuple(notes))


def _interval(workspace: Workspace, trial: _Trial) -> Interval | None:
    """Return the interval from the answers that the ordinary grading kept."""
    question, result = trial.question, trial.result
    file = cache.path(workspace, result.sha256, result.seed, hidden.fingerprint(question))
    predictions = cache.read_predictions(file)
    if predictions is None:
        return None
    return interval(question, hidden.read(hidden.ensure(question, result.seed)), predictions)


def interval(question: Question, samples: HiddenSet, predictions: Array) -> Interval | None:
    """Return the 95 % interval of the metric by the bootstrap, None where the metric has no sensible one.

    The hidden samples are drawn again, as many and with replacement, a thousand times; the middle 95 % of the metric's
    values are the interval (Efron & Tibshirani, "An introduction to the bootstrap", 1993, chapter 13: percentiles).
    Always the same for the same predictions. The largest error has none: it hangs on a single sample, which a
    bootstrap either draws or not.

    Args:
        question: the declaration.
        samples: the hidden set.
        predictions: finite, (n, *output_shape).
    """
    metric = METRICS[question.metric]
    if metric.combine is not mean_of_ratios or not np.isfinite(predictions).all():
        return None
    from scipy.stats import bootstrap

    part, whole = metric.parts(samples.y, predictions, samples.baseline)
    estimate = bootstrap(
        (np.arange(len(part)),),
        lambda rows: metric.combine(part[rows], whole[rows]),
        n_resamples=RESAMPLES,
        vectorized=False,
        method="percentile",
        confidence_level=LEVEL / 100,
        rng=np.random.default_rng(0),
    )
    low, high = (round(float(value), 4) for value in estimate.confidence_interval)
    worse, better = sorted((question.points(low), question.points(high)))
    return Interval(low, high, (worse, better))

"""What the report shows of one model's answers: the charts that suit the task, and the worst samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from exam.report import answers, charts
from exam.report.answers import Answers
from exam.report.charts import Label

MOST_SAMPLES = 6
MOST_WINDOWS = 2
MOST_CONFUSIONS = 5
SHOWN_STEPS = 60
PIXELATED = 64
"""Pictures up to this size are enlarged without smoothing, to show the pixels that the model saw."""


@dataclass(frozen=True)
class Figure:
    """A chart with its caption.

    Attributes:
        svg: the chart.
        title: a few words.
        caption: what to look for.
    """

    svg: Markup
    title: str
    caption: str


@dataclass(frozen=True)
class Sample:
    """One sample of the hidden set with the model's answer to it; it is a picture, a text or numbers.

    Attributes:
        number: its row in the hidden set, from 0.
        truth: the right answer.
        answer: the model's.
        note: how sure the model was, or how far off.
        picture: address of a picture, or empty.
        is_small: whether that picture is best enlarged without smoothing.
        text: the words, or empty.
        numbers: names and values.
    """

    number: int
    truth: str
    answer: str
    note: str
    picture: str = ""
    is_small: bool = False
    text: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Details:
    """What there is to see in one model's answers.

    Attributes:
        figures: the charts.
        samples: the worst first.
        confusions: the most frequent ones, as sentences.
        summary: how many answers were wrong, or how far off they were.
        note: on the samples.
    """

    figures: tuple[Figure, ...]
    samples: tuple[Sample, ...]
    confusions: tuple[str, ...]
    summary: str
    note: str = ""


def details(sheet: Answers, key: str) -> Details:
    """Return what there is to see.

    Args:
        sheet: the answers.
        key: starts the ids of the charts; another one for each category.
    """
    if sheet.question.task in ("binary", "multiclass"):
        return _of_classes(sheet, key)
    if sheet.question.task == "regression":
        return _of_regression(sheet, key)
    return _of_forecast(sheet, key)


def _of_classes(sheet: Answers, key: str) -> Details:
    wrong, count = int((sheet.truth != sheet.chosen).sum()), len(sheet.truth)
    summary = f"{wrong:,} of {count:,} hidden samples were misclassified." if wrong else "Every prediction was correct."
    matrix = charts.confusion_chart(
        Label(f"{key}-confusion", "Confusion matrix", f"{summary} {' '.join(_confusions(sheet))}"),
        sheet.confusion,
        sheet.names,
    )
    caption = "Rows are the true classes, columns the predicted ones. Everything off the diagonal is a mistake."
    figures = [Figure(matrix, "Confusion matrix", caption)]
    if sheet.question.input_shape == (2,):
        figures.append(_map(sheet, key))
    samples = tuple(_class_sample(sheet, row) for row in sheet.worst(MOST_SAMPLES))
    note = f"{_selection(sheet)} Confident mistakes teach the most."
    return Details(tuple(figures), samples, tuple(_confusions(sheet)), summary, note)


def _map(sheet: Answers, key: str) -> Figure:
    label = Label(f"{key}-map", "Map of the samples", "The hidden samples by their two numbers; mistakes are crosses.")
    svg = charts.map_chart(label, sheet.samples.x, sheet.truth, sheet.truth == sheet.chosen, sheet.names)
    caption = "Each point is a hidden sample, placed by its two numbers. Crosses are mistakes."
    return Figure(svg, "Where the mistakes are", caption)


def _confusions(sheet: Answers) -> list[str]:
    """Return the most frequent confusions as sentences."""
    counts = sheet.confusion
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:MOST_CONFUSIONS]
    pairs = [(row, column) for row, column in zip(*np.unravel_index(order, counts.shape), strict=True)]
    return [
        f"{sheet.names[row]} was mistaken for {sheet.names[column]}: {_times(counts[row, column])}."
        for row, column in pairs
        if counts[row, column]
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _class_sample(sheet: Answers, row: int) -> Sample:
    sure = sheet.confidence
    note = "" if sure is None else "over 99% sure" if sure[row] > 0.99 else f"{sure[row]:.0%} sure"
    truth, answer = sheet.names[sheet.truth[row]], sheet.names[sheet.chosen[row]]
    x = sheet.samples.x[row]
    if x.dtype == np.uint8:
        return Sample(row, truth, answer, note, answers.picture(x), max(x.shape) <= PIXELATED)
    if np.issubdtype(x.dtype, np.integer):
        return Sample(row, truth, answer, note, text=answers.text(sheet, row))
    return Sample(row, truth, answer, note, numbers=_numbers(sheet, row))


def _of_regression(sheet: Answers, key: str) -> Details:
    truth, predictions = sheet.samples.y[:, 0], sheet.predictions[:, 0]
    label = Label(f"{key}-answers", "Predictions and truth", f"{len(truth)} hidden samples; {_error_summary(sheet)}")
    if sheet.question.input_shape == (1,):
        svg = charts.curve_chart(label, sheet.samples.x[:, 0], truth, predictions)
        figure = Figure(svg, "What the model has learned", "The wide line is the truth, the thin one your model.")
    else:
        figure = _against(sheet, key)
    samples = tuple(
        Sample(
            row,
            f"{truth[row]:.4g}",
            f"{predictions[row]:.4g}",
            f"{sheet.errors[row]:.3g} off",
            numbers=_numbers(sheet, row),
        )
        for row in sheet.worst(MOST_SAMPLES)
    )
    return Details((figure,), samples, (), _error_summary(sheet), _selection(sheet))


def _against(sheet: Answers, key: str) -> Figure:
    label = Label(f"{key}-against", "Predictions and true values", _error_summary(sheet))
    svg = charts.against_chart(label, sheet.samples.y[:, 0], sheet.predictions[:, 0])
    return Figure(svg, "Predictions and true values", "Correct predictions lie on the dashed line.")


def _of_forecast(sheet: Answers, key: str) -> Details:
    horizon = sheet.question.output_shape[0]
    whole = [_series, _against] if horizon == 1 else [_typical, _horizon]
    figures = [make(sheet, key) for make in whole]
    figures += [_window(sheet, key, row, place) for place, row in enumerate(sheet.worst(MOST_WINDOWS), start=1)]
    return Details(tuple(figures), (), (), f"{_error_summary(sheet)} All numbers are shown as the model gets them.")


def _series(sheet: Answers, key: str) -> Figure:
    label = Label(f"{key}-series", "Forecasts one after the other", _error_summary(sheet))
    parts = (sheet.samples.y, sheet.predictions, sheet.samples.baseline)
    svg = charts.series_chart(label, *(part.reshape(len(part), -1)[:SHOWN_STEPS, 0] for part in parts))
    caption = f"The first {SHOWN_STEPS} hidden samples. A forecast one step behind the truth only repeats the past."
    return Figure(svg, "Forecast and truth", caption)


def _window(sheet: Answers, key: str, row: int, place: int = 0) -> Figure:
    """Return one window, the typical one, or a bad one when it has a place among the worst."""
    parts = (sheet.samples.x[row], sheet.samples.y[row], sheet.predictions[row], sheet.samples.baseline[row])
    past, *futures = (part.reshape(len(part), -1)[:, 0] for part in parts)
    title = f"Worst forecast {place}" if place else "A typical forecast"
    description = f"Hidden sample {row}: off by {sheet.errors[row]:.3g} on average."
    label = Label(f"{key}-window-{place}", title, description)
    several = f" The first of {sheet.question.output_shape[1]} series." if len(sheet.question.output_shape) > 1 else ""
    return Figure(charts.window_chart(label, past, *futures), title, description + several)


def _horizon(sheet: Answers, key: str) -> Figure:
    parts = (sheet.predictions, sheet.samples.baseline)
    model, baseline = (
        np.abs(part.astype(np.float64) - sheet.samples.y).reshape(*part.shape[:2], -1).mean(axis=(0, 2))
        for part in parts
    )
    ahead = f"The error is {model[0]:.3g} one step ahead and {model[-1]:.3g} at {len(model)} steps."
    label = Label(f"{key}-horizon", "Error by steps ahead", ahead)
    return Figure(charts.horizon_chart(label, model, baseline), "How the error grows", ahead)


def _typical(sheet: Answers, key: str) -> Figure:
    """Return the window whose error is the median."""
    return _window(sheet, key, int(np.argsort(sheet.errors, kind="stable")[len(sheet.errors) // 2]))


def _error_summary(sheet: Answers) -> str:
    errors = sheet.errors
    return f"Off by {errors.mean():.3g} on average, {errors.max():.3g} at worst, over {len(errors):,} hidden samples."


def _numbers(sheet: Answers, row: int) -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{value:.4g}") for name, value in answers.numbers(sheet, row))


def _selection(sheet: Answers) -> str:
    """Return which of a sample's numbers are shown, where not all of them are; else nothing."""
    x = sheet.samples.x
    if x.ndim != 2 or x.dtype != np.float32 or x.shape[1] <= answers.MOST_NUMBERS:
        return ""
    return f"The {answers.MOST_NUMBERS} most unusual of {x.shape[1]} numbers are shown, as the model gets them."

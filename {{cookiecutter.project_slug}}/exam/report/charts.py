"""The report's charts: matplotlib draws them, and they become SVG that stands in the page.

They have no background and no colours of their own: each colour is a name of the page's style sheet, so that the same
chart suits light and dark. The same numbers give the same bytes.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from exam.bank.metrics import METRICS, Array
from exam.bank.question import Question

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 400
"""Charts have this width in CSS pixels; it is narrow, so that the text can still be read on a phone."""
MOST_DOTS = 500
NAMED_CLASSES, COUNTED_CLASSES = 20, 16
"""Up to this many classes, a confusion matrix has full-size names, and numbers in its cells."""
INK, MUTED, LINE, MODEL, BASELINE, GOOD, BAD, ON_MODEL = (f"#01010{number}" for number in range(1, 9))
BANDS = tuple(f"#01020{number}" for number in range(6))
CATEGORIES = {number: f"#01030{number}" for number in range(1, 6)}
VARIABLES = {
    INK: "currentColor",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    MODEL: "var(--accent)",
    BASELINE: "var(--baseline)",
    GOOD: "var(--good)",
    BAD: "var(--bad)",
    ON_MODEL: "var(--on-accent)",
    **{colour: f"var(--band-{points})" for points, colour in enumerate(BANDS)},
    **{colour: f"var(--category-{number})" for number, colour in CATEGORIES.items()},
}
"""Each placeholder colour, which nothing else has, becomes a name from the page's style sheet."""
MARKERS = {1: "o", 2: "s", 3: "^", 4: "D", 5: "v"}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "font.sans-serif": ["DejaVu Sans"],
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "legend.frameon": False,
    "legend.borderaxespad": 0.0,
    "lines.linewidth": 1.8,
}


@dataclass(frozen=True)
class Label:
    """What a chart is called.

    Attributes:
        key: letters, digits and ``-``; another one for each chart of a page.
        title: a few words.
        description: what is to be seen, for those who cannot see it.
    """

    key: str
    title: str
    description: str


class Drawing:
    """One chart on its way: an axes to draw on, and afterwards its SVG."""

    def __init__(self, label: Label, figure: Figure, axes: Axes) -> None:
        self.label, self.figure, self.axes = label, figure, axes
        self.svg = Markup()


@contextmanager
def drawing(label: Label, height: int) -> Iterator[Drawing]:
    """Yield an empty chart of ``height`` CSS pixels at natural size; its ``svg`` is there after the block."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({**STYLE, "svg.hashsalt": label.key}):
        figure = Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")
        chart = Drawing(label, figure, figure.add_subplot())
        yield chart
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    chart.svg = _inline(file.getvalue(), label)


def _inline(svg: str, label: Label) -> Markup:
    """Return matplotlib's file as an element of a page: ids of its own, colours by name, a title to be read out."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{label.key}-', body)
    body = re.sub(r'(href="|url\()#', rf"\1#{label.key}-", body)
    body = re.sub(r"font: ([^;\"]*?\d+(?:\.\d+)?px) [^;\"]*", r"font: \1 var(--sans)", body)
    for colour, name in VARIABLES.items():
        body = body.replace(colour, name)
    viewbox = re.search(r'viewBox="[^"]+"', body)
    assert viewbox is not None
    names = f'aria-labelledby="{label.key}-title {label.key}-description"'
    texts = "".join(
        f'<{tag} id="{label.key}-{part}">{html.escape(text)}</{tag}>'
        for tag, part, text in (("title", "title", label.title), ("desc", "description", label.description))
    )
    opening = f'<svg class="chart" role="img" {names} {viewbox.group()} xmlns:xlink="http://www.w3.org/1999/xlink">'
    return Markup(opening + texts + body[body.index(">") + 1 :].strip())


def attempts_chart(
    label: Label, attempts: Mapping[int, Sequence[tuple[datetime | float, int]]], hours: float | None
) -> Markup:
    """Draw the points of each category over time.

    Args:
        label: of the chart.
        attempts: category -> (time, points): the time in seconds of the exam's clock, or a date in practice,
            which is drawn as it stands, whatever its time zone.
        hours: length of the exam; None for practice.
    """
    with drawing(label, 250) as chart:
        axes = chart.axes
        for category, marks in attempts.items():
            # Apart by a little, so that categories with the same points do not hide each other.
            points = [number + (category - 3) * 0.05 for _, number in marks]
            times = [moment / 3600 if isinstance(moment, float) else moment for moment, _ in marks]
            axes.plot(
                times,  # type: ignore[arg-type]
                points,
                color=CATEGORIES[category],
                marker=MARKERS[category],
                markersize=6,
                drawstyle="steps-post",
                label=str(category),
            )
        axes.set(ylim=(-0.35, 5.35), yticks=range(6), ylabel="points")
        axes.grid(axis="x", visible=False)
        _time_axis(axes, [moment for marks in attempts.values() for moment, _ in marks], hours)
        legend = chart.figure.legend(loc="outside upper left", ncols=5, title="Category", handletextpad=0.4)
        legend.set_alignment("left")
        legend.get_title().set_color(MUTED)
    return chart.svg


def _time_axis(axes: Axes, moments: Sequence[datetime | float], hours: float | None) -> None:
    """Scale the time: all hours of an exam, or the dates of practice with some room at both ends."""
    if hours is not None:
        axes.set(xlim=(0, hours), xlabel="hours of the exam")
        return
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    dates = [moment for moment in moments if isinstance(moment, datetime)]
    room = max((max(dates) - min(dates)) * 0.06, timedelta(minutes=20))
    locator = AutoDateLocator(tz=UTC, minticks=3, maxticks=5)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC))  # type: ignore[no-untyped-call]
    axes.set(xlim=(min(dates) - room, max(dates) + room), xlabel="date")


def progress_chart(label: Label, exams: Sequence[tuple[int, float, bool]], pass_mark: float) -> Markup:
    """Draw the points of one exam after the other, against the mark.

    Args:
        label: of the chart.
        exams: number, points of 100, and whether it was passed; the oldest first.
        pass_mark: of 100.
    """
    with drawing(label, 200) as chart:
        axes = chart.axes
        places = range(len(exams))
        colours = [GOOD if passed else MODEL for _, _, passed in exams]
        axes.bar(places, [points for _, points, _ in exams], width=0.6, color=colours)
        for place, (_, points, _) in zip(places, exams, strict=True):
            axes.text(place, points + 1, f"{points:g}", ha="center", va="bottom", color=INK)
        axes.axhline(pass_mark, color=MUTED, linewidth=1, linestyle="--")
        # Bars keep their width when there are few, so that two exams do not look like two walls.
        axes.set(xlim=(-0.6, max(len(exams), 8) - 0.4), ylim=(0, 112), yticks=(0, 50, pass_mark), ylabel="points")
        axes.set_xticks(places, [f"{number}" for number, _, _ in exams])
        axes.set_xlabel("exam of this workspace")
        axes.grid(axis="x", visible=False)
    return chart.svg


def bands_chart(label: Label, question: Question, baseline: float, value: float | None) -> Markup:
    """Draw where the model and the baseline stand between the values that earn 1 to 5 points; better is to the right.

    Each band is equally wide, whatever it is worth in the metric: the steps of some metrics differ a hundredfold.
    """
    scale = _Ladder.of(question, [baseline] if value is None else [baseline, value])
    with drawing(label, 132) as chart:
        axes = chart.axes
        axes.set(xlim=(-0.05, 6.05), ylim=(-1.75, 2.15))
        axes.set_axis_off()
        for points, colour in enumerate(BANDS):
            axes.add_patch(_rectangle(points, 0, 1, 1, colour))
            axes.text(points + 0.5, 0.5, str(points), ha="center", va="center", fontweight="bold")
        for points, band in enumerate(question.bands, start=1):
            axes.text(points, -0.12, f"{band:g}", ha="center", va="top", color=MUTED, fontsize=10)
        _pointer(axes, scale.place(baseline), f"baseline {baseline:g}", BASELINE, below=True)
        if value is not None:
            _pointer(axes, scale.place(value), f"your model {value:g}", MODEL, below=False)
    return chart.svg


def _pointer(axes: Axes, x: float, text: str, colour: str, below: bool) -> None:
    """Mark one place of the ladder, with its name where there is room."""
    marker, near, far, va = ("^", -0.95, -1.2, "top") if below else ("v", 1.22, 1.45, "bottom")
    axes.plot([x, x], [0, 1 if below else near], color=colour, linewidth=2, linestyle=":" if below else "-")
    axes.plot([x], [near], color=colour, marker=marker, markersize=8)
    side = "left" if x < 1 else "right" if x > 5 else "center"
    axes.text(x, far, text, ha=side, va=va, color=INK, fontweight="normal" if below else "bold")


@dataclass(frozen=True)
class _Ladder:
    """A metric's values as places from 0 to 6, equally far apart: the bands stand at 1 to 5."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, question: Question, values: Sequence[float]) -> _Ladder:
        """Return the ladder from the worst value shown, or one more band, to the best value there can be."""
        first, second = question.bands[:2]
        rising = METRICS[question.metric].greater_is_better
        worst = (min if rising else max)(2 * first - second, *values)
        return cls((worst, *question.bands, 1.0 if rising else 0.0))

    def place(self, value: float) -> float:
        """Return where a value stands."""
        values, places = np.array(self.values), np.arange(7.0)
        if values[0] > values[-1]:
            values, places = values[::-1], places[::-1]
        return float(np.interp(value, values, places))


def confusion_chart(label: Label, counts: Array, names: Sequence[str]) -> Markup:
    """Draw a confusion matrix.

    Args:
        label: of the chart.
        counts: (classes, classes), true classes in rows and answers in columns.
        names: of the classes.
    """
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    classes = len(names)
    with drawing(label, WIDTH if classes > 6 else 300) as chart:
        axes = chart.axes
        for row, column in np.argwhere(counts > 0):
            colour = MODEL if row == column else BAD
            axes.add_patch(_rectangle(column - 0.46, row - 0.46, 0.92, 0.92, colour, max(shares[row, column], 0.06)))
            if classes <= COUNTED_CLASSES:
                ink = ON_MODEL if shares[row, column] > 0.55 else INK
                size = 11 if classes <= 6 else 8
                axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=ink, fontsize=size)
        axes.set(xlim=(-0.5, classes - 0.5), ylim=(classes - 0.5, -0.5), xlabel="predicted class", ylabel="true class")
        small = 10 if classes <= 6 else 9 if classes <= NAMED_CLASSES else 6.5
        axes.set_xticks(range(classes), names, rotation=90 if classes > 3 else 0, fontsize=small)
        axes.set_yticks(range(classes), names, fontsize=small)
        axes.tick_params(length=0)
        axes.grid(visible=False)
    return chart.svg


def against_chart(label: Label, truth: Array, predictions: Array) -> Markup:
    """Draw what the model answered against the truth, both (n,); right answers lie on the line."""
    rows = _thinned(len(truth))
    with drawing(label, 300) as chart:
        both = [float(min(truth.min(), predictions.min())), float(max(truth.max(), predictions.max()))]
        chart.axes.plot(both, both, color=MUTED, linewidth=1.2, linestyle="--")
        chart.axes.scatter(truth[rows], predictions[rows], s=14, color=MODEL, alpha=0.55, linewidths=0)
        chart.axes.set(xlabel="true value", ylabel="prediction")
    return chart.svg


def curve_chart(label: Label, x: Array, truth: Array, predictions: Array) -> Markup:
    """Draw truth and answers, both (n,), over the one number that the model is given, (n,)."""
    order = np.argsort(x, kind="stable")
    with drawing(label, 280) as chart:
        chart.axes.plot(x[order], truth[order], color=INK, linewidth=4, alpha=0.3, label="truth")
        chart.axes.plot(x[order], predictions[order], color=MODEL, label="your model")
        chart.axes.set(xlabel="input", ylabel="output")
        _legend(chart)
    return chart.svg


def map_chart(label: Label, x: Array, truth: Array, right: Array, names: Sequence[str]) -> Markup:
    """Draw samples of two numbers, (n, 2), by class (n,), and those that the model got wrong, not ``right`` (n,)."""
    rows = np.intersect1d(_thinned(len(x)), np.flatnonzero(right))
    wrong = np.flatnonzero(~right)[:MOST_DOTS]
    with drawing(label, 340) as chart:
        for number in np.unique(truth):
            chosen = rows[truth[rows] == number]
            colour, marker = CATEGORIES[1 + int(number) % 5], MARKERS[1 + int(number) % 5]
            name = f"{names[number]}, correct"
            east, north = x[chosen].T
            chart.axes.scatter(east, north, s=16, color=colour, alpha=0.45, linewidths=0, marker=marker, label=name)
        chart.axes.scatter(x[wrong, 0], x[wrong, 1], s=26, color=BAD, linewidths=1.4, marker="x", label="wrong")
        chart.axes.set_aspect("equal")
        _legend(chart)
    return chart.svg


def series_chart(label: Label, truth: Array, predictions: Array, baseline: Array) -> Markup:
    """Draw one-step forecasts for samples that follow each other, all three (n,)."""
    with drawing(label, 260) as chart:
        steps = np.arange(len(truth))
        chart.axes.plot(steps, truth, color=INK, linewidth=4, alpha=0.3, label="truth")
        chart.axes.plot(steps, baseline, color=BASELINE, linewidth=1.2, linestyle=":", label="baseline")
        chart.axes.plot(steps, predictions, color=MODEL, label="your model")
        chart.axes.set(xlabel="hidden samples in order")
        _legend(chart)
    return chart.svg


def window_chart(label: Label, past: Array, truth: Array, predictions: Array, baseline: Array) -> Markup:
    """Draw one window: what the model saw, (past,), and what came, (future,), beside the forecasts of it."""
    with drawing(label, 230) as chart:
        future = np.arange(len(truth)) + 1
        before = np.arange(-len(past) + 1, 1)
        dots = "o" if len(truth) == 1 else ""
        chart.axes.axvspan(0.5, future[-1] + 0.5, color=LINE, alpha=0.35, linewidth=0)
        chart.axes.plot(before, past, color=MUTED, linewidth=1.4)
        chart.axes.plot(future, truth, color=INK, linewidth=4, alpha=0.3, marker=dots, markersize=9, label="truth")
        chart.axes.plot(future, baseline, color=BASELINE, linewidth=1.4, linestyle=":", marker=dots, label="baseline")
        chart.axes.plot(future, predictions, color=MODEL, marker=dots, markersize=5, label="your model")
        chart.axes.set(xlabel="steps from the last known value")
        _legend(chart)
    return chart.svg


def horizon_chart(label: Label, model: Array, baseline: Array) -> Markup:
    """Draw the mean absolute error at each step ahead, of model and baseline, both (future,)."""
    with drawing(label, 230) as chart:
        steps = np.arange(len(model)) + 1
        chart.axes.plot(steps, baseline, color=BASELINE, linestyle=":", label="baseline")
        chart.axes.plot(steps, model, color=MODEL, label="your model")
        chart.axes.set(xlabel="steps ahead", ylabel="mean absolute error", ylim=(0, None))
        _legend(chart)
    return chart.svg


def _legend(chart: Drawing) -> None:
    chart.figure.legend(loc="outside upper left", ncols=4, handlelength=1.6, columnspacing=1.2)


def _rectangle(x: float, y: float, width: float, height: float, colour: str, alpha: float = 1.0) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, facecolor=colour, alpha=alpha, linewidth=0)


def _thinned(count: int) -> Array:
    """Return at most ``MOST_DOTS`` row numbers of ``count``, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_DOTS)).astype(int))

"""Time series: simulated, as csv files, and as windows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array


def autoregressive(stream: np.random.Generator, steps: int, memory: float, deviation: float) -> Array:
    """Return a stationary AR(1) series, shape (steps,), with the given standard deviation and ``memory`` per step."""
    shocks: Array = stream.normal(0, deviation, steps)
    shocks[1:] *= np.sqrt(1 - memory**2)
    for step in range(1, steps):
        shocks[step] += memory * shocks[step - 1]
    return shocks


def windows(series: Array, past: int, future: int, step: int = 1) -> tuple[Array, Array]:
    """Return what a model reads and what it forecasts, from windows over the first axis of ``series``.

    Args:
        series: (time, ...).
        past: steps that the model reads.
        future: steps that follow.
        step: distance between the starts of two windows.

    Returns:
        (n, past, ...) and (n, future, ...), dtype of ``series``.
    """
    starts = np.arange(0, len(series) - past - future + 1, step)
    both = series[starts[:, None] + np.arange(past + future)]
    return both[:, :past], both[:, past:]


def write_csv(path: Path, columns: Mapping[str, Iterable[object]], formats: Sequence[str] = ()) -> None:
    """Write columns of equal length under their names.

    Args:
        path: the file.
        columns: name -> values.
        formats: a format for each column, for example ``"{:.2f}"``; ``"{}"`` where none is given.
    """
    formats = [*formats, *["{}"] * (len(columns) - len(formats))]
    rows = [
        ",".join(text.format(value) for text, value in zip(formats, values, strict=True))
        for values in zip(*columns.values(), strict=True)
    ]
    path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8", newline="\n")


def write_hours(path: Path, first_date: np.datetime64, series: Array, decimals: Mapping[str, int]) -> None:
    """Write hourly values with the time in front, ``2025-01-01T00:00``.

    Args:
        path: the file.
        first_date: its first hour is midnight.
        series: (hours, columns).
        decimals: column name -> digits after the point.
    """
    times = np.arange(len(series)) + first_date.astype("datetime64[h]")
    columns = {"timestamp": (f"{time}:00" for time in times)} | dict(zip(decimals, series.T, strict=True))
    write_csv(path, columns, ["{}", *(f"{{:.{places}f}}" for places in decimals.values())])

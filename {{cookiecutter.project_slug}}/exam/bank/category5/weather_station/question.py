"""Category 5: from 40 monthly mean temperatures of a weather station, forecast the next month."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from exam.bank.category5.weather_station.stations import (
    COLDER_PER_METRE,
    NAMES,
    draw_stations,
    sea_level_temperatures,
)
from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import windows, write_csv
from exam.bank.streams import generator

ID = "weather_station"
PAST = 40
YEAR = 12
# First year, years, and unit of each file: the stations' thermometers were replaced in 1971.
FILES = ((1931, 20, "F"), (1951, 20, "F"), (1971, 20, "C"))
HIDDEN = (1991, 30)
FIRST_VALIDATION_YEAR = 1981


def readings(seed: int, purpose: str, year: int, years: int) -> Array:
    """Return monthly means at the stations, where they are, degrees Celsius, (12 * years, 8)."""
    stream = generator(seed, ID, purpose)
    stations = draw_stations(generator(seed, ID, "stations"))
    reduced = [sea_level_temperatures(stream, station, year, years) for station in stations]
    return np.stack(reduced, axis=1) - COLDER_PER_METRE * heights(seed)


def heights(seed: int) -> Array:
    """Return the stations' heights above the sea in metres, (8,)."""
    return np.array([station.height for station in draw_stations(generator(seed, ID, "stations"))])


def printed(celsius: Array, unit: str) -> Array:
    """Return temperatures in ``unit``, "C" or "F", with one decimal, as the files have them."""
    return np.round(celsius * 1.8 + 32 if unit == "F" else celsius, 1)


def reduce_to_sea_level(table: Array, unit: str, height: Array) -> Array:
    """Return a file's temperatures (months, 8) in degrees Celsius, as if all stations lay at the sea, float32."""
    celsius = (table - 32) / 1.8 if unit == "F" else table
    reduced: Array = (celsius + COLDER_PER_METRE * height).astype(np.float32)
    return reduced


def write_training(folder: Path, seed: int) -> None:
    """Write one csv file for every twenty years, and ``stations.json``: the files' units, the stations' heights."""
    first, last = FILES[0][0], FILES[-1][0] + FILES[-1][1]
    celsius = readings(seed, "training", first, last - first)
    dates = np.arange(f"{first}-01", f"{last}-01", dtype="datetime64[M]")
    files = []
    for year, years, unit in FILES:
        part = slice(YEAR * (year - first), YEAR * (year - first + years))
        name = f"{year}-{year + years - 1}.csv"
        columns = {"month": dates[part]} | dict(zip(NAMES, printed(celsius[part], unit).T, strict=True))
        write_csv(folder / name, columns, ["{}", *["{:.1f}"] * len(NAMES)])
        files.append({"name": name, "unit": unit})
    content = {
        "files": files,
        "height_m": dict(zip(NAMES, heights(seed).tolist(), strict=True)),
        "colder_per_metre": COLDER_PER_METRE,
        "training_months": YEAR * (FIRST_VALIDATION_YEAR - first),
    }
    (folder / "stations.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def make_hidden(seed: int) -> HiddenSet:
    """Return windows of the thirty years that follow, at the same stations; the baseline is the month a year before."""
    celsius = printed(readings(seed, "hidden", *HIDDEN), "C")
    series = reduce_to_sea_level(celsius, "C", heights(seed))
    pairs = [windows(series[:, [station]], PAST, 1) for station in range(len(NAMES))]
    x = np.concatenate([past for past, _ in pairs])
    y = np.concatenate([future[:, 0] for _, future in pairs])
    return HiddenSet(x, y, baseline=x[:, PAST - YEAR])


QUESTION = Question(
    id=ID,
    category=5,
    title="Weather stations: the next month's temperature",
    task="forecast",
    input_shape=(PAST, 1),
    output_shape=(1,),
    activations=("linear",),
    metric="relative_mae",
    bands=(1.0, 0.94, 0.86, 0.78, 0.71),
    baseline="seasonal persistence: the same month of the year before",
    difficulty=2,
    train_seconds=15,
    skills=(
        "univariate",
        "several-sources",
        "json-csv",
        "features-and-labels",
        "prepare-series",
        "sequence-models",
        "forecasting",
        "mean-absolute-error",
    ),
    source="computed from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Scale inside the model: make Normalization or Rescaling the first layer, so that the network sees "
            "numbers around zero.",
            unless=("Normalization", "Rescaling"),
        ),
        Advice(
            "Use the mean absolute error as the loss: it is what is scored.",
            unless=("mean absolute error",),
        ),
        Advice(
            "Put Rescaling(deviation, offset=mean) after the last Dense layer, so that it works with numbers "
            "around zero too.",
            unless=("Rescaling",),
        ),
        Advice(
            'Put a Conv1D(32, 12, activation="relu") layer and a hidden Dense layer before the last one.',
            unless=("convolution", "recurrent"),
        ),
        Advice(
            "Train for 12 epochs with a learning rate that falls from 0.002 to 0: "
            "tf.keras.optimizers.schedules.CosineDecay.",
            epochs=12,
        ),
    ),
)

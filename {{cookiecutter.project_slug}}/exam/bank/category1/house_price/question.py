"""Category 1: estimate the price of a house from two numbers of very different size than the price itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import write_csv
from exam.bank.streams import generator
from exam.bank.texts import write_rows

ID = "house_price"
SOLD, FOR_SALE, HIDDEN = 200, 4, 500
SMALLEST, LARGEST = 50, 220
OLDEST = 80
# What buyers haggle over: standard deviation, thousand euros.
HAGGLING = 2.0


def market(seed: int) -> tuple[float, float, float]:
    """Return what the exam's town pays for a plot, for a square metre, and less for a year of age: thousand euros."""
    stream = generator(seed, ID, "market")
    plot = stream.integers(10, 15) * 5.0
    square_metre = stream.integers(60, 85) / 20
    year = stream.integers(24, 33) / 20
    return float(plot), float(square_metre), float(year)


def houses(stream: np.random.Generator, count: int) -> Array:
    """Return living area in square metres and age in years, whole numbers, float32 (count, 2)."""
    area = stream.integers(SMALLEST, LARGEST + 1, count)
    age = stream.integers(0, OLDEST + 1, count)
    return np.stack([area, age], axis=1).astype(np.float32)


def prices(seed: int, stream: np.random.Generator, features: Array) -> Array:
    """Return what buyers paid for houses (n, 2): thousand euros to the nearest hundred euros, float32 (n, 1)."""
    plot, square_metre, year = market(seed)
    asking_prices = plot + square_metre * features[:, 0] - year * features[:, 1]
    paid = asking_prices + stream.normal(0, HAGGLING, len(features))
    return np.round(paid, 1).astype(np.float32).reshape(-1, 1)


def sold(seed: int) -> tuple[Array, Array]:
    """Return the houses of the training data, (200, 2), and their prices, (200, 1)."""
    stream = generator(seed, ID, "training")
    features = houses(stream, SOLD)
    return features, prices(seed, stream, features)


def write_training(folder: Path, seed: int) -> None:
    """Write ``houses.json``, ``sales.csv`` in the order of the sales, and ``for_sale.json`` without prices."""
    features, paid = sold(seed)
    names = [f"H{number:03}" for number in range(1, SOLD + FOR_SALE + 1)]
    offered = houses(generator(seed, ID, "for sale"), FOR_SALE)
    rows = [
        {"house": name, "living_area": int(area), "age": int(age)}
        for name, (area, age) in zip(names, np.concatenate([features, offered]), strict=True)
    ]
    write_rows(folder / "houses.json", rows[:SOLD])
    write_rows(folder / "for_sale.json", rows[SOLD:])
    order = generator(seed, ID, "order of sales").permutation(SOLD)
    columns = {"house": [names[number] for number in order], "price": paid[order, 0]}
    write_csv(folder / "sales.csv", columns, ("{}", "{:.1f}"))


def make_hidden(seed: int) -> HiddenSet:
    """Return 500 houses of the same town, none with the area and the age of one in the training data."""
    training_x, paid = sold(seed)
    stream = generator(seed, ID, "hidden")
    drawn = houses(stream, 2 * HIDDEN)
    known_pairs = {tuple(house) for house in training_x}
    x = np.stack([house for house in drawn if tuple(house) not in known_pairs][:HIDDEN])
    baseline = x[:, :1] * np.mean(paid / training_x[:, :1], dtype=np.float32)
    return HiddenSet(x, prices(seed, stream, x), baseline)


QUESTION = Question(
    id=ID,
    category=1,
    title="House prices",
    task="regression",
    input_shape=(2,),
    output_shape=(1,),
    activations=("linear",),
    metric="mean_absolute_error",
    bands=(35.0, 20.0, 16.0, 6.0, 2.0),
    baseline="the mean price per square metre, times the living area",
    difficulty=2,
    train_seconds=20,
    skills=(
        "tensorflow-2",
        "compile-and-train",
        "preprocess",
        "predict",
        "input-shape",
        "match-test-data",
        "several-sources",
        "json-csv",
    ),
    source="computed from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice=(
        Advice(
            "Make the first layer a Normalization layer, adapted to the training houses: area and age are large "
            "numbers.",
            unless=("Normalization",),
        ),
        Advice(
            "End with a Rescaling(100.0) layer: then the layer before it works with numbers near 1.",
            unless=("Rescaling",),
        ),
        Advice(
            "Train for 80 epochs with tf.keras.optimizers.Adam(0.05), until the loss no longer falls.",
            epochs=80,
        ),
    ),
)

"""Category 5: from two years of weekly carbon dioxide readings on Mauna Loa, forecast the next half year."""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.series import windows, write_csv
from exam.bank.streams import generator

ID = "co2_mauna_loa"
PAST, FUTURE, YEAR = 104, 26, 52
START = "1959-01-01"  # the months before have more gaps than readings
CUTS = (1980, 1986)  # the first hidden year lies between these, the last one excluded
VALIDATION_WEEKS = 3 * YEAR
NOISE = 0.2  # ppm: as if another instrument had measured the same air


def record() -> tuple[Array, Array]:
    """Return the real record: Saturdays (weeks,) datetime64[D] and CO2 in ppm (weeks,), NaN where it has a gap."""
    # Reading the file takes a millisecond, importing statsmodels.datasets takes a second.
    path = str(distribution("statsmodels").locate_file("statsmodels/datasets/co2/co2.csv"))
    ppm = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=[1])
    return np.datetime64("1958-03-29") + 7 * np.arange(len(ppm)), ppm


def measured(seed: int, purpose: str) -> tuple[Array, Array]:
    """Return Saturdays and ppm, both (weeks,), gaps still NaN: before the exam's cut for "training", else after it."""
    dates, ppm = record()
    cut = np.datetime64(f"{generator(seed, ID, 'cut').integers(*CUTS)}-01-01")
    mask = (dates >= np.datetime64(START)) & (dates < cut) if purpose == "training" else dates >= cut
    noise = generator(seed, ID, purpose).normal(0, NOISE, len(ppm))
    return dates[mask], np.round(ppm + noise, 2)[mask]


def fill_gaps(ppm: Array) -> Array:
    """Return ``ppm`` (weeks,) with straight lines from the week before each gap to the week after it."""
    weeks, mask = np.arange(len(ppm)), ~np.isnan(ppm)
    return np.interp(weeks, weeks[mask], ppm[mask])


def constants(training_ppm: Array) -> tuple[float, float]:
    """Return mean and standard deviation of the training weeks without those for validation, ppm."""
    part = fill_gaps(training_ppm)[:-VALIDATION_WEEKS]
    return round(float(part.mean()), 3), round(float(part.std()), 3)


def normalise(ppm: Array, mean: float, deviation: float) -> Array:
    """Return ppm (weeks,) without gaps and scaled, (weeks, 1), float32."""
    scaled: Array = ((fill_gaps(ppm) - mean) / deviation).astype(np.float32)
    return scaled[:, None]


def write_training(folder: Path, seed: int) -> None:
    """Write ``co2.csv``, the weeks before the cut with their gaps, and ``normalisation.json``, their constants."""
    dates, ppm = measured(seed, "training")
    cells = ["" if np.isnan(value) else f"{value:.2f}" for value in ppm]
    write_csv(folder / "co2.csv", {"week_ending": dates, "ppm": cells})
    mean, deviation = constants(ppm)
    content = {"mean": mean, "deviation": deviation, "validation_weeks": VALIDATION_WEEKS}
    (folder / "normalisation.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def make_hidden(seed: int) -> HiddenSet:
    """Return windows of all weeks after the cut; the baseline repeats the same weeks of the year before."""
    _, training = measured(seed, "training")
    _, hidden = measured(seed, "hidden")
    x, y = windows(normalise(hidden, *constants(training)), PAST, FUTURE)
    return HiddenSet(x, y[..., 0], baseline=x[:, PAST - YEAR : PAST - YEAR + FUTURE, 0])


QUESTION = Question(
    id=ID,
    category=5,
    title="Carbon dioxide on Mauna Loa: half a year ahead",
    task="forecast",
    input_shape=(PAST, 1),
    output_shape=(FUTURE,),
    activations=("linear",),
    metric="relative_mae",
    bands=(1.0, 0.85, 0.65, 0.5, 0.4),
    baseline="seasonal persistence: the same weeks of the year before",
    difficulty=2,
    train_seconds=30,
    skills=(
        "univariate",
        "sequence-bias",
        "dynamic-learning-rate",
        "prepare-series",
        "forecasting",
        "rnn-cnn-forecast",
        "output-shape",
        "mean-absolute-error",
    ),
    source="weekly CO2 on Mauna Loa, 1959 to 2001, with a little noise added: C. D. Keeling and T. P. Whorf, "
    "Atmospheric CO2 concentrations derived from flask air samples at sites in the SIO network, CDIAC, 2004, "
    "as shipped in statsmodels.datasets.co2",
    licence="public domain, as statsmodels says of its copy",
    write_training=write_training,
    make_hidden=make_hidden,
    stock="the same years, with different noise",
    advice=(
        Advice(
            "Inside the model, subtract the last week from the window and add it to the output, with "
            "Cropping1D, Subtract and Add: then the network sees only changes, which are similar in every "
            "decade.",
            unless=("Subtract", "Add"),
        ),
        Advice(
            "Use the mean absolute error as the loss: it is what is scored.",
            unless=("mean absolute error",),
        ),
        Advice(
            "Put a hidden layer of 32 neurons with relu before the last one.",
            unless=("hidden layer",),
        ),
        Advice(
            "Train for 30 epochs with a learning rate that falls: "
            "tf.keras.callbacks.LearningRateScheduler(lambda epoch: 0.005 * 0.87**epoch).",
            epochs=30,
        ),
    ),
)

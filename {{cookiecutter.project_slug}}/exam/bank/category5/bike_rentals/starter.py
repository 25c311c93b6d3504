# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 5 of 5
#
#  - Five categories of rising difficulty. Category 1 is worth 10 of 100 points,
#    category 5 is worth 30. You pass with 90.
#  - Complete solution_model(), run this file, and it saves mymodel.h5 beside itself.
#    Then grade it:  python -m exam grade 5
#  - Grade at least once: a category that was never graded counts zero.
#  - No Lambda layers: the grader refuses them, and no question needs one.
#  - Parts marked "do not change" are used by the grader in the same way.
# ======================================================================================
#
#  TIME SERIES: bike rentals, the next 24 hours
#
#  data/bikes.csv holds two years of hourly rentals of a city's bike stations, with the
#  weather, the calendar, and what is known of the same hour tomorrow: the forecast of
#  the weather service, and whether it is a free day. Train a network that reads 48
#  hours of all seven and forecasts the rentals of the next 24.
#
#  Input shape    (48, 7)     the last 48 hours, each feature scaled as below
#  Output shape   (24,)       the rentals of the next 24 hours, scaled alike, linear
#  Scored by      the mean absolute error, divided by that of repeating the last 24
#                 hours; README.md has the details
# ======================================================================================
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
PAST = 48
FUTURE = 24
FEATURES = 7
BATCH_SIZE = 64


def load_series():
    """Return the training and the validation hours, each (hours, 7), scaled. Do not change this function."""
    constants = json.loads((DATA / "normalisation.json").read_text(encoding="utf-8"))
    mean, deviation = np.array(constants["mean"]), np.array(constants["deviation"])
    raw = np.loadtxt(DATA / "bikes.csv", delimiter=",", skiprows=1, usecols=range(1, FEATURES + 1))
    scaled = ((raw - mean) / deviation).astype(np.float32)
    return np.split(scaled, [constants["training_hours"]])


def windows(series, shuffle):
    """Return batches of (48 hours, rentals of the next 24), starting at every hour. Do not change this function."""
    both = tf.keras.utils.timeseries_dataset_from_array(
        series, targets=None, sequence_length=PAST + FUTURE, shuffle=shuffle, batch_size=BATCH_SIZE
    )
    return both.map(lambda window: (window[:, :PAST], window[:, PAST:, 0])).prefetch(tf.data.AUTOTUNE)


def load_data():
    """Return the training and the validation windows. Do not change this function."""
    training, validation = load_series()
    return windows(training, shuffle=True), windows(validation, shuffle=False)


def solution_model():
    """Build, compile and train the model, then return it."""
    training, validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(PAST, FEATURES)), ...])
    model = None

    return model


# Do not change the code below: it saves what solution_model() returns.
if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category5/starter.py, then run this file again.")
    else:
        model.save(Path(__file__).with_name("mymodel.h5"))
        print("Saved Category5/mymodel.h5. Now grade it: python -m exam grade 5")

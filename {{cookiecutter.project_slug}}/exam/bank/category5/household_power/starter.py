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
#  TIME SERIES: household power, a day ahead
#
#  data/household.csv holds two years of hourly readings of one household: active and
#  reactive power, voltage, current, and three sub-meters (kitchen, laundry, heating and
#  water). Train a network that reads 24 hours of all seven and forecasts the next 24.
#
#  Input shape    (24, 7)     the last 24 hours, each feature scaled as below
#  Output shape   (24, 7)     the next 24 hours, in the same scale, linear
#  Scored by      the mean absolute error, divided by that of repeating the last 24
#                 hours; README.md has the details
# ======================================================================================
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
PAST = 24
FUTURE = 24
FEATURES = 7
BATCH_SIZE = 32


def load_series():
    """Return the training and the validation hours, each (hours, 7), scaled. Do not change this function."""
    constants = json.loads((DATA / "normalisation.json").read_text(encoding="utf-8"))
    minimum, maximum = np.array(constants["minimum"]), np.array(constants["maximum"])
    raw = np.loadtxt(DATA / "household.csv", delimiter=",", skiprows=1, usecols=range(1, FEATURES + 1))
    scaled = ((raw - minimum) / (maximum - minimum)).astype(np.float32)
    return np.split(scaled, [constants["training_hours"]])


def windows(series, shuffle):
    """Return batches of (24 hours, the next 24 hours), starting at every hour. Do not change this function."""
    both = tf.keras.utils.timeseries_dataset_from_array(
        series, targets=None, sequence_length=PAST + FUTURE, shuffle=shuffle, batch_size=BATCH_SIZE
    )
    return both.map(lambda window: (window[:, :PAST], window[:, PAST:])).prefetch(tf.data.AUTOTUNE)


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

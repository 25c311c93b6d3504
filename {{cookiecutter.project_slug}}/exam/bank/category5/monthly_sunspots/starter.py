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
#  TIME SERIES: monthly sunspots, a year ahead
#
#  data/sunspots.csv holds the mean number of spots on the sun for each month since 1749.
#  They come and go in a cycle of about eleven years. Train a network that reads five
#  years and forecasts the next one. The exam itself used sunspots.
#
#  Input shape    (60, 1)     60 months, the numbers divided by 100
#  Output shape   (12,)       the next 12 months, in the same scale, linear
#  Scored by      the mean absolute error, divided by that of repeating the last month;
#                 README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
PAST = 60
FUTURE = 12
TRAIN_MONTHS = 2000
BATCH_SIZE = 32


def load_series():
    """Return the training and the validation months, each (months,), scaled. Do not change this function."""
    numbers = np.loadtxt(DATA / "sunspots.csv", delimiter=",", skiprows=1, usecols=1)
    return np.split((numbers / 100).astype(np.float32), [TRAIN_MONTHS])


def windows(series, shuffle):
    """Return batches of (60 months, the next 12 months). Do not change this function."""
    both = tf.keras.utils.timeseries_dataset_from_array(
        series, targets=None, sequence_length=PAST + FUTURE, shuffle=shuffle, batch_size=BATCH_SIZE
    )
    return both.map(lambda window: (window[:, :PAST, None], window[:, PAST:])).cache().prefetch(tf.data.AUTOTUNE)


def load_data():
    """Return the training and the validation windows. Do not change this function."""
    training, validation = load_series()
    return windows(training, shuffle=True), windows(validation, shuffle=False)


def solution_model():
    """Build, compile and train the model, then return it."""
    training, validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(PAST, 1)), ...])
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

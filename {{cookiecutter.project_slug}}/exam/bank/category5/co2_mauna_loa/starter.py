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
#  TIME SERIES: carbon dioxide on Mauna Loa, half a year ahead
#
#  data/co2.csv holds the carbon dioxide of the air on Mauna Loa, Hawaii, week by week
#  since 1959, with gaps. Train a network that reads two years (104 weeks) and forecasts
#  the next half year (26 weeks). The air of the years to forecast holds more carbon
#  dioxide than any week of the file.
#
#  Input shape    (104, 1)    the last 104 weeks, scaled as below
#  Output shape   (26,)       the next 26 weeks, in the same scale, linear
#  Scored by      the mean absolute error, divided by that of repeating the same weeks
#                 of the year before; README.md has the details
# ======================================================================================
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
PAST = 104
FUTURE = 26
BATCH_SIZE = 32


def fill_gaps(ppm):
    """Return the series with a straight line across each gap (NaN). Do not change this function."""
    weeks, known = np.arange(len(ppm)), ~np.isnan(ppm)
    return np.interp(weeks, weeks[known], ppm[known])


def load_series():
    """Return the training and the validation weeks, each (weeks, 1), scaled. Do not change this function."""
    constants = json.loads((DATA / "normalisation.json").read_text(encoding="utf-8"))
    ppm = fill_gaps(np.genfromtxt(DATA / "co2.csv", delimiter=",", skip_header=1, usecols=1))
    scaled = ((ppm - constants["mean"]) / constants["deviation"]).astype(np.float32)
    return np.split(scaled.reshape(-1, 1), [len(scaled) - constants["validation_weeks"]])


def windows(series, shuffle):
    """Return batches of (104 weeks, the next 26), starting at every week. Do not change this function.

    Training windows are shuffled: in order of time, a whole batch would come from the same few months.
    """
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
    # window = tf.keras.Input(shape=(PAST, 1))
    # ...
    # model = tf.keras.Model(window, ...)
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

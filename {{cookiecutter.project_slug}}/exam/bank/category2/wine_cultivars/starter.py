# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 2 of 5
#
#  - Five categories of rising difficulty. Category 1 is worth 10 of 100 points,
#    category 5 is worth 30. You pass with 90.
#  - Complete solution_model(), run this file, and it saves mymodel.h5 beside itself.
#    Then grade it:  python -m exam grade 2
#  - Grade at least once: a category that was never graded counts zero.
#  - No Lambda layers: the grader refuses them, and no question needs one.
#  - Parts marked "do not change" are used by the grader in the same way.
# ======================================================================================
#
#  BASIC DATASETS: wine cultivars
#
#  data/train.csv holds chemical analyses of wines from three grape varieties (cultivars):
#  thirteen measurements, then the cultivar. Train a network that names the cultivar of
#  wines it has not seen. It is given the numbers raw, as they stand in the file.
#
#  Input shape    (13,)    one analysis, thirteen raw numbers in the order of the file
#  Output shape   (3,)     the probability of each cultivar, softmax
#  Scored by      accuracy on analyses of other wines; README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
MEASUREMENTS = 13
CULTIVARS = 3


def load_part(name):
    """Return the analyses of one file, (n, 13), and their cultivars, (n,). Do not change this function."""
    rows = np.loadtxt(DATA / f"{name}.csv", delimiter=",", skiprows=1, dtype=np.float32)
    return rows[:, :MEASUREMENTS], rows[:, MEASUREMENTS].astype(np.int64)


def load_data():
    """Return (x, y) for training and (x, y) for validation. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(13,)), ...])
    model = None

    return model


# Do not change the code below: it saves what solution_model() returns.
if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category2/starter.py, then run this file again.")
    else:
        model.save(Path(__file__).with_name("mymodel.h5"))
        print("Saved Category2/mymodel.h5. Now grade it: python -m exam grade 2")

# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 1 of 5
#
#  - Five categories of rising difficulty. Category 1 is worth 10 of 100 points,
#    category 5 is worth 30. You pass with 90.
#  - Complete solution_model(), run this file, and it saves mymodel.h5 beside itself.
#    Then grade it:  python -m exam grade 1
#  - Grade at least once: a category that was never graded counts zero.
#  - No Lambda layers: the grader refuses them, and no question needs one.
#  - Parts marked "do not change" are used by the grader in the same way.
# ======================================================================================
#
#  GETTING STARTED: a straight line
#
#  data/points.csv holds a handful of points (x, y) on a straight line. Train a neural
#  network that predicts y for an x it has never seen, also far outside those points.
#
#  Input shape    (1,)     one number
#  Output shape   (1,)     one number, linear
#  Scored by      the largest absolute error on unseen x; README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"


def load_data():
    """Return x and y, both of shape (7, 1). Do not change this function."""
    points = np.loadtxt(DATA / "points.csv", delimiter=",", skiprows=1, dtype=np.float32)
    return points[:, :1], points[:, 1:]


def solution_model():
    """Build, compile and train the model, then return it."""
    x, y = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(1,)), ...])
    model = None

    return model


# Do not change the code below: it saves what solution_model() returns.
if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category1/starter.py, then run this file again.")
    else:
        model.save(Path(__file__).with_name("mymodel.h5"))
        print("Saved Category1/mymodel.h5. Now grade it: python -m exam grade 1")

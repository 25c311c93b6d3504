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
#  BASIC DATASETS: breast cancer
#
#  data/train.csv holds thirty measurements of cells from breast tumours, some missing,
#  and a trainee's note: malignant (1) or benign (0). One note in five is wrong! Train a
#  network that tells the two apart. The labels of data/validation.csv are right.
#
#  Input shape    (30,)    thirty measurements, scaled and without gaps as below
#  Output shape   (1,)     the probability that the tumour is malignant, sigmoid
#  Scored by      accuracy on other tumours, true labels; README.md has the details
# ======================================================================================
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
FEATURES = 30


def load_part(name):
    """Return the measurements of one file, (n, 30), and 0. or 1. for each, (n, 1). Do not change this function."""
    rows = np.genfromtxt(DATA / f"{name}.csv", delimiter=",", skip_header=1)
    constants = json.loads((DATA / "constants.json").read_text(encoding="utf-8"))
    x = (rows[:, :FEATURES] - constants["mean"]) / constants["deviation"]
    x[np.isnan(x)] = 0  # an empty cell is taken for the mean
    return x.astype(np.float32), rows[:, FEATURES:].astype(np.float32)


def load_data():
    """Return (x, y) for training and (x, y) for validation. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(30,)), ...])
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

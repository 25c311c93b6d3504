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
#  BASIC DATASETS: handwritten digits
#
#  data/train.npz holds scans of digits that people wrote by hand, 8 x 8 grey pixels each.
#  No form lay quite straight in the scanner: digits are shifted by up to a pixel, some
#  are faint, all are noisy. Train a network that says which digit it sees.
#
#  Input shape    (8, 8)    one image, pixels 0..1, exactly this shape: no channel axis
#  Output shape   (10,)     the probability of each digit, softmax
#  Scored by      accuracy on scans of other digits; README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
CLASSES = 10


def load_part(name):
    """Return the scans of one file, (n, 8, 8) in 0..1, and their digits, (n,). Do not change this function."""
    with np.load(DATA / f"{name}.npz") as part:
        return part["x"].astype(np.float32) / 255, part["y"]


def load_data():
    """Return (x, y) for training and (x, y) for validation. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(8, 8)), ...])
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

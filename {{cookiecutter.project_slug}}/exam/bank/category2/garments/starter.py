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
#  BASIC DATASETS: garments
#
#  data/train.npz holds grey pictures of ten kinds of garments, 28 x 28 pixels each, as
#  in Fashion-MNIST. Some kinds look much alike: pullover, coat and shirt. Train a network
#  that names the garment in a picture.
#
#  Input shape    (28, 28)    one picture, pixels 0..1, exactly this shape: no channel axis
#  Output shape   (10,)       the probability of each kind, softmax
#  Scored by      accuracy on unseen pictures; README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
CLASSES = 10


def load_part(name):
    """Return the pictures of one file, (n, 28, 28) in 0..1, and their kinds, (n,). Do not change this function."""
    with np.load(DATA / f"{name}.npz") as part:
        return part["x"].astype(np.float32) / 255, part["y"]


def load_data():
    """Return (x, y) for training and (x, y) for validation. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(28, 28)), ...])
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

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
#  GETTING STARTED: two rings of mushrooms
#
#  Two kinds of mushrooms grow on a meadow, each in a ring, one ring inside the other.
#  Train a network that tells from the place of a mushroom which ring it belongs to.
#
#  Input shape    (2,)     metres east and metres north of a post, as they are
#  Output shape   (1,)     the probability of the outer ring, sigmoid
#  Scored by      accuracy on other mushrooms; README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"


def load_part(name):
    """Return the places of one file, (n, 2), and the rings, (n, 1): 0 inner, 1 outer. Do not change this function."""
    mushrooms = np.loadtxt(DATA / f"{name}.csv", delimiter=",", skiprows=1, dtype=np.float32)
    return mushrooms[:, :2], mushrooms[:, 2:]


def load_data():
    """Return (x, y) for training, 400 mushrooms, and for validation, 200 others. Do not change this function."""
    return load_part("training"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(2,)), ...])
    # ...
    # model.fit(x, y, validation_data=validation, callbacks=[...], ...)
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

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
#  BASIC DATASETS: Fashion-MNIST
#
#  data/train.npz and data/validation.npz hold 60,000 grey pictures of clothing, 28 x 28
#  pixels each, in ten classes from T-shirt to ankle boot. Train a network that says what
#  it sees. This is the data set that the exam itself used.
#
#  Input shape    (28, 28)    one picture, pixels 0..1, exactly this shape: no channel axis
#  Output shape   (10,)       the probability of each class, softmax
#  Scored by      accuracy on the 10,000 official test pictures; README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
CLASSES = 10
BATCH_SIZE = 128


def load_part(name):
    """Return batches of (pictures in 0..1, class indices) from one file. Do not change this function."""
    with np.load(DATA / f"{name}.npz") as part:
        x, y = part["x"].astype(np.float32) / 255, part["y"]
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    if name == "train":
        dataset = dataset.shuffle(len(x))
    return dataset.batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)


def load_data():
    """Return the training and the validation batches. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    train, validation = load_data()

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

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
#  GETTING STARTED: a damped wave
#
#  A weight hangs on a spring and swings, less and less. A sensor, not quite exact,
#  measured its height at 800 moments within ten seconds. Train a network that knows the
#  height at any moment of these ten seconds.
#
#  Input shape    (1,)     the time in seconds, 0 to 10, as it is
#  Output shape   (1,)     the height in centimetres, linear
#  Scored by      the mean absolute error at other moments; README.md has the details
# ======================================================================================
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"


def load_part(name):
    """Return times and heights of one file, both of shape (n, 1). Do not change this function."""
    measured = np.loadtxt(DATA / f"{name}.csv", delimiter=",", skiprows=1, dtype=np.float32)
    return measured[:, :1], measured[:, 1:]


def load_data():
    """Return (x, y) for training, 600 moments, and (x, y) for validation, 200 others. Do not change this function."""
    return load_part("training"), load_part("validation")


def plot_history(history):
    """Draw the loss of each epoch into history.png beside this file; history is what model.fit() returned."""
    plt.switch_backend("Agg")  # draws into files and needs no window
    figure, axes = plt.subplots()
    for name in ("loss", "val_loss"):
        axes.plot(history.history.get(name, []), label=name)
    axes.set(xlabel="epoch", yscale="log")
    axes.legend()
    figure.savefig(Path(__file__).with_name("history.png"))
    plt.close(figure)


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(1,)), ...])
    # ...
    # history = model.fit(x, y, validation_data=validation, ...)
    # plot_history(history)
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

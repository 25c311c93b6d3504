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
#  GETTING STARTED: a forgotten temperature scale
#
#  A thermometer with an unknown scale hung in a room beside a Celsius thermometer.
#  data/readings.csv holds what both showed, between 15 and 25 degrees Celsius. Train a
#  network that predicts what it would show in a freezer or in an oven.
#
#  Input shape    (1,)     the temperature in degrees Celsius, as it is
#  Output shape   (1,)     what the thermometer shows, linear
#  Scored by      the largest absolute error far outside the room's temperatures;
#                 README.md has the details
# ======================================================================================
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"


def load_data():
    """Return degrees Celsius and readings, both of shape (96, 1). Do not change this function."""
    readings = np.loadtxt(DATA / "readings.csv", delimiter=",", skiprows=1, dtype=np.float32)
    return readings[:, :1], readings[:, 1:]


def show_readings(model):
    """Print what the model predicts at five temperatures, 100 degrees Celsius apart."""
    celsius = np.array([[-100.0], [0.0], [100.0], [200.0], [300.0]])
    for degrees, reading in zip(celsius[:, 0], model.predict(celsius, verbose=0)[:, 0]):
        print(f"{degrees:5.0f} degrees Celsius: the thermometer shows {reading:.2f}")


def solution_model():
    """Build, compile and train the model, then return it."""
    x, y = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(1,)), ...])
    # model.summary()
    # ...
    # show_readings(model)
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

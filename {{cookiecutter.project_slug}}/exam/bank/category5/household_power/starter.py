# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 5 of 5
#
#  - There are five categories of increasing difficulty. Category 1 is worth 10 of 100
#    points, category 5 is worth 30. You pass with 90.
#  - Complete solution_model() and run this file. It saves mymodel.h5 in the same folder.
#    Then grade it:  python -m exam grade 5
#  - Grade at least once: a category that was never graded scores zero.
#  - Do not use Lambda layers: the grader refuses them, and no question needs one.
#  - Do not change the parts marked "do not change": the grader works in the same way.
# ======================================================================================
#
#  TIME SERIES: household power, a day ahead
#
#  data/household.csv holds two years of hourly readings from one household: active and
#  reactive power, voltage, current, and three sub-meters (kitchen, laundry, heating and
#  water). Train a network that reads 24 hours of all seven features and forecasts the
#  next 24 hours of all seven.
#
#  Input shape    (24, 7)     the last 24 hours, each feature scaled as below
#  Output shape   (24, 7)     the next 24 hours, on the same scale, linear
#  Scored by      the mean absolute error, divided by that of repeating the last 24
#                 hours; README.md has the details
# ======================================================================================
if __name__ == "__main__":  # a file beside this one with the name of a package would be imported in its place
    import os
    import sys

    for mine in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        stem, kind = os.path.splitext(mine)
        packages = [os.path.join(folder, stem, "__init__.py") for folder in sys.path[1:]]
        if kind == ".py" and (stem in sys.stdlib_module_names or any(map(os.path.exists, packages))):
            raise SystemExit(f"Category5/{mine} would be imported in place of {stem}: rename it, then run this again.")

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"
PAST = 24
FUTURE = 24
FEATURES = 7
BATCH_SIZE = 32


def load_series():
    """Return the training and the validation hours, each (hours, 7), scaled. Do not change this function."""
    constants = json.loads((DATA / "normalisation.json").read_text(encoding="utf-8"))
    minimum, maximum = np.array(constants["minimum"]), np.array(constants["maximum"])
    raw = np.loadtxt(DATA / "household.csv", delimiter=",", skiprows=1, usecols=range(1, FEATURES + 1))
    scaled = ((raw - minimum) / (maximum - minimum)).astype(np.float32)
    return np.split(scaled, [constants["training_hours"]])


def windows(series, shuffle):
    """Return batches of (24 hours, the next 24 hours), starting at every hour. Do not change this function."""
    both = tf.keras.utils.timeseries_dataset_from_array(
        series, targets=None, sequence_length=PAST + FUTURE, shuffle=shuffle, batch_size=BATCH_SIZE
    )
    return both.map(lambda window: (window[:, :PAST], window[:, PAST:])).prefetch(tf.data.AUTOTUNE)


def load_data():
    """Return the training and the validation windows. Do not change this function."""
    training, validation = load_series()
    return windows(training, shuffle=True), windows(validation, shuffle=False)


def solution_model():
    """Build, compile and train the model, then return it."""
    training, validation = load_data()

    # TODO: your code here
    # model = tf.keras.Sequential([tf.keras.Input(shape=(PAST, FEATURES)), ...])
    model = None

    return model


# Do not change the code below: it saves what solution_model() returns.
def write_whole(save, path, **options):
    """Save into a temporary folder, then move the file to ``path``: only a complete file replaces an earlier one."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="saving-", dir=path.parent, ignore_cleanup_errors=True) as folder:
        save(Path(folder, path.name), **options)
        Path(folder, path.name).replace(path)


def mend_layers(model):
    """Turn lists in the settings of layers into tuples; return the layers that Keras still cannot save."""
    import copy

    unsavable = []
    for layer in model.layers:
        if isinstance(layer, tf.keras.Model):
            unsavable += mend_layers(layer)
            continue
        try:
            for name, value in layer.get_config().items():
                if isinstance(value, list) and getattr(layer, name, None) is value:
                    setattr(layer, name, tuple(value))
                    print(f"Keras cannot save the list {name}={value} of {layer.name}: it is saved as {tuple(value)}.")
            copy.deepcopy(layer.get_config())  # as Keras does when it saves a layer
        except Exception:
            unsavable.append(f"{layer.name} ({type(layer).__name__})")
    return unsavable


def save_mymodel(model):
    """Save the model as mymodel.h5 beside this file; if Keras cannot, save its weights and say what to do."""
    import shutil
    import sys
    import textwrap

    path = Path(__file__).with_name("mymodel.h5")
    needed = 2**20 + 4 * sum(weight.numpy().nbytes for weight in model.weights)  # the optimizer has weights as well
    if shutil.disk_usage(path.parent).free < needed:  # writing an .h5 file to a full disk would crash Python
        print(f"The disk is full. Make room for {needed / 2**20:.0f} MB, then press Enter to save the model.")
        sys.stdin.readline()
    is_large = needed > 67 * 2**20  # with the two numbers of Adam for each weight, the file would have 50 MB
    plain = {"include_optimizer": False} if is_large else {}
    for options in (plain, plain, {"include_optimizer": False}):  # as it is, with mended layers, without the optimizer
        try:
            write_whole(model.save, path, **options)
        except Exception as error:
            reason = textwrap.shorten(f"{type(error).__name__}: {error}", 160, placeholder=" ...")
            unsavable = mend_layers(model)
        else:
            note = ", without the optimizer, which is not needed" if options else ""
            print(f"Saved Category5/mymodel.h5{note}. Now grade it: python -m exam grade 5")
            return
    try:
        write_whole(model.save_weights, path.with_name("mymodel.weights.h5"))
    except Exception:
        raise SystemExit(f"Nothing could be saved. {reason}")
    cause = f"the layer {', '.join(unsavable)}" if unsavable else "the model"
    raise SystemExit(
        "Category5/mymodel.h5 could not be saved; an earlier one is left as it was.\n"
        f"Keras cannot save {cause}: {reason}\n"
        "What the model has learned is kept in Category5/mymodel.weights.h5, so you need not train again:\n"
        "1. In solution_model(), leave out what Keras cannot save, or put a layer of tf.keras.layers in its place.\n"
        "2. Instead of model.compile(...) and model.fit(...), write\n"
        '   model.load_weights(Path(__file__).with_name("mymodel.weights.h5"))\n'
        "3. Run this file again. There is more in docs/findings/saving-failed.md"
    )


if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category5/starter.py, then run this file again.")
    elif not isinstance(model, tf.keras.Model):
        raise SystemExit(f"solution_model() must return the model. It returned a {type(model).__name__}.")
    else:
        save_mymodel(model)

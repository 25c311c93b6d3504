# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 2 of 5
#
#  - There are five categories of increasing difficulty. Category 1 is worth 10 of 100
#    points, category 5 is worth 30. You pass with 90.
#  - Complete solution_model() and run this file. It saves mymodel.h5 in the same folder.
#    Then grade it:  python -m exam grade 2
#  - Grade at least once: a category that was never graded scores zero.
#  - Do not use Lambda layers: the grader refuses them, and no question needs one.
#  - Do not change the parts marked "do not change": the grader works in the same way.
# ======================================================================================
#
#  BASIC DATASETS: breast cancer
#
#  data/train.csv holds thirty measurements of cells from breast tumours, some missing,
#  and a trainee's label: malignant (1) or benign (0). One label in five is wrong! Train a
#  network that tells the two apart. The labels in data/validation.csv are correct.
#
#  Input shape    (30,)    thirty measurements, scaled, with gaps filled (see load_part)
#  Output shape   (1,)     the probability that the tumour is malignant, sigmoid
#  Scored by      accuracy on other tumours, correct labels; README.md has the details
# ======================================================================================
if __name__ == "__main__":  # a file beside this one with the name of a package would be imported in its place
    import os
    import sys

    for mine in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        stem, kind = os.path.splitext(mine)
        packages = [os.path.join(folder, stem, "__init__.py") for folder in sys.path[1:]]
        if kind == ".py" and (stem in sys.stdlib_module_names or any(map(os.path.exists, packages))):
            raise SystemExit(f"Category2/{mine} would be imported in place of {stem}: rename it, then run this again.")

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
    x[np.isnan(x)] = 0  # an empty cell counts as the mean
    return x.astype(np.float32), rows[:, FEATURES:].astype(np.float32)


def load_data():
    """Return (x, y) for training and (x, y) for validation. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # TODO: your code here
    # model = tf.keras.Sequential([tf.keras.Input(shape=(30,)), ...])
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
            print(f"Saved Category2/mymodel.h5{note}. Now grade it: python -m exam grade 2")
            return
    try:
        write_whole(model.save_weights, path.with_name("mymodel.weights.h5"))
    except Exception:
        raise SystemExit(f"Nothing could be saved. {reason}")
    cause = f"the layer {', '.join(unsavable)}" if unsavable else "the model"
    raise SystemExit(
        "Category2/mymodel.h5 could not be saved; an earlier one is left as it was.\n"
        f"Keras cannot save {cause}: {reason}\n"
        "What the model has learned is kept in Category2/mymodel.weights.h5, so you need not train again:\n"
        "1. In solution_model(), leave out what Keras cannot save, or put a layer of tf.keras.layers in its place.\n"
        "2. Instead of model.compile(...) and model.fit(...), write\n"
        '   model.load_weights(Path(__file__).with_name("mymodel.weights.h5"))\n'
        "3. Run this file again. There is more in docs/findings/saving-failed.md"
    )


if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category2/starter.py, then run this file again.")
    elif not isinstance(model, tf.keras.Model):
        raise SystemExit(f"solution_model() must return the model. It returned a {type(model).__name__}.")
    else:
        save_mymodel(model)

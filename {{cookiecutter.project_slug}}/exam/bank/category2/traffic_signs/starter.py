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
#  BASIC DATASETS: traffic signs
#
#  data/train and data/validation hold small photographs of 14 traffic signs, in a folder
#  for each sign. They were taken from a moving car: by day and by night, in fog and
#  against the sun, blurred, partly hidden by leaves, and in different sizes. Train a
#  network that names the sign.
#
#  Input shape    (30, 30, 3)    one picture, pixels 0..1
#  Output shape   (14,)          the probability of each sign, sorted by folder name;
#                                softmax
#  Scored by      accuracy on unseen pictures; README.md has the details
# ======================================================================================
if __name__ == "__main__":  # a file beside this one with the name of a package would be imported in its place
    import os
    import sys

    for mine in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        stem, kind = os.path.splitext(mine)
        packages = [os.path.join(folder, stem, "__init__.py") for folder in sys.path[1:]]
        if kind == ".py" and (stem in sys.stdlib_module_names or any(map(os.path.exists, packages))):
            raise SystemExit(f"Category2/{mine} would be imported in place of {stem}: rename it, then run this again.")

from pathlib import Path

import tensorflow as tf

DATA = Path(__file__).parent / "data"
IMAGE_SIZE = (30, 30)
BATCH_SIZE = 32
SHUFFLED = 1820  # all training pictures
CLASSES = 14


def normalise(image, label):
    """Return pixels in 0..1. Do not change this function: the grader does the same."""
    return tf.cast(image, tf.float32) / 255, label


def load_part(name):
    """Return the pictures of one folder in batches (images, labels). Do not change this function."""
    dataset = tf.keras.utils.image_dataset_from_directory(
        DATA / name, label_mode="int", image_size=IMAGE_SIZE, batch_size=None, shuffle=False
    )
    dataset = dataset.map(normalise, num_parallel_calls=tf.data.AUTOTUNE).cache()
    if name == "train":
        dataset = dataset.shuffle(SHUFFLED)  # after cache(): every epoch has a different order
    return dataset.batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)


def load_data():
    """Return the training and the validation data set. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    train, validation = load_data()

    # TODO: your code here
    # model = tf.keras.Sequential([tf.keras.Input(shape=(30, 30, 3)), ...])
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

# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 4 of 5
#
#  - There are five categories of increasing difficulty. Category 1 is worth 10 of 100
#    points, category 5 is worth 30. You pass with 90.
#  - Complete solution_model() and run this file. It saves mymodel.h5 in the same folder.
#    Then grade it:  python -m exam grade 4
#  - Grade at least once: a category that was never graded scores zero.
#  - Do not use Lambda layers: the grader refuses them, and no question needs one.
#  - Do not change the parts marked "do not change": the grader works in the same way.
# ======================================================================================
#
#  NATURAL LANGUAGE: the next character
#
#  data/text.txt is a picture book about a farm, about 20,000 characters long. Train a
#  model that reads 40 characters and predicts the next one. With generate(), a trained
#  model writes text: one character after another, each read again before the next. The
#  last comment in solution_model() calls it.
#
#  Input shape    (40,)   numbers of 40 characters in a row
#  Output shape   (31,)   probability of each character, softmax
#  Scored by      accuracy on unseen windows; README.md has the details
# ======================================================================================
if __name__ == "__main__":  # a file beside this one with the name of a package would be imported in its place
    import os
    import sys

    for mine in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        stem, kind = os.path.splitext(mine)
        packages = [os.path.join(folder, stem, "__init__.py") for folder in sys.path[1:]]
        if kind == ".py" and (stem in sys.stdlib_module_names or any(map(os.path.exists, packages))):
            raise SystemExit(f"Category4/{mine} would be imported in place of {stem}: rename it, then run this again.")

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"

# Do not change these: the grader encodes its windows with them.
LENGTH = 40
CHARACTERS = "\n ,.?abcdefghijklmnopqrstuvwxyz"  # as in data/characters.json: the new line is 0, the space is 1, ...


def encode(text):
    """Return the numbers of the characters of a text; (len(text),) int32. Do not change this function."""
    index = json.loads((DATA / "characters.json").read_text(encoding="utf-8"))
    return np.array([index[character] for character in text], dtype=np.int32)


def training_data():
    """Return every window of the text and the character after it: (n, 40) and (n,), n about 20,000."""
    numbers = encode((DATA / "text.txt").read_text(encoding="utf-8"))
    windows = np.lib.stride_tricks.sliding_window_view(numbers, LENGTH + 1)
    return windows[:, :LENGTH], windows[:, LENGTH]


def validation_data():
    """Return 620 windows of another text, (620, 40) and (620,); each character is the next one equally often."""
    rows = json.loads((DATA / "validation.json").read_text(encoding="utf-8"))
    numbers = encode("".join(row["window"] + row["next"] for row in rows)).reshape(len(rows), LENGTH + 1)
    return numbers[:, :LENGTH], numbers[:, LENGTH]


def load_data():
    """Return (x, y) for training and (x, y) for validation. Do not change this function."""
    return training_data(), validation_data()


def generate(model, start, length):
    """Return ``start``, at least 40 characters, and ``length`` more that the model writes.

    Each new character is drawn at random with the probabilities that the model predicts. If it always took the most
    probable one, it would soon write the same sentence again and again.
    """
    draw = np.random.default_rng()
    numbers = list(encode(start))
    for _ in range(length):
        window = np.array([numbers[-LENGTH:]], dtype=np.int32)
        probabilities = model.predict_on_batch(window)[0]
        numbers.append(draw.choice(len(CHARACTERS), p=probabilities))
    return "".join(CHARACTERS[number] for number in numbers)


def solution_model():
    """Build, compile and train the model, then return it."""
    (x, y), validation = load_data()

    # TODO: your code here
    # model = tf.keras.Sequential([tf.keras.Input(shape=(LENGTH,)), ...,
    #                              tf.keras.layers.Dense(31, activation="softmax")])
    # ...
    # print(generate(model, start=(DATA / "text.txt").read_text(encoding="utf-8")[:LENGTH], length=300))
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
            print(f"Saved Category4/mymodel.h5{note}. Now grade it: python -m exam grade 4")
            return
    try:
        write_whole(model.save_weights, path.with_name("mymodel.weights.h5"))
    except Exception:
        raise SystemExit(f"Nothing could be saved. {reason}")
    cause = f"the layer {', '.join(unsavable)}" if unsavable else "the model"
    raise SystemExit(
        "Category4/mymodel.h5 could not be saved; an earlier one is left as it was.\n"
        f"Keras cannot save {cause}: {reason}\n"
        "What the model has learned is kept in Category4/mymodel.weights.h5, so you need not train again:\n"
        "1. In solution_model(), leave out what Keras cannot save, or put a layer of tf.keras.layers in its place.\n"
        "2. Instead of model.compile(...) and model.fit(...), write\n"
        '   model.load_weights(Path(__file__).with_name("mymodel.weights.h5"))\n'
        "3. Run this file again. There is more in docs/findings/saving-failed.md"
    )


if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category4/starter.py, then run this file again.")
    elif not isinstance(model, tf.keras.Model):
        raise SystemExit(f"solution_model() must return the model. It returned a {type(model).__name__}.")
    else:
        save_mymodel(model)

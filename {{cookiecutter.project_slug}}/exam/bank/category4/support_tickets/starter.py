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
#  NATURAL LANGUAGE: which team deals with the ticket?
#
#  data/tickets.csv holds 7,000 tickets to the support of a web shop; data/teams.json
#  says which of five teams dealt with each. Many tickets mention several things; only
#  the request that still stands counts. Half of all tickets are about delivery, one in
#  twenty is a cancellation, and all five teams count equally. Train a classifier.
#
#  Input shape    (50,)    word ids of one ticket, zeros after its last word
#  Output shape   (5,)     one probability for each team, softmax
#  Scored by      balanced accuracy on unseen tickets: the share of correct answers for
#                 each team, averaged over the teams; README.md has the details
# ======================================================================================
if __name__ == "__main__":  # a file beside this one with the name of a package would be imported in its place
    import os
    import sys

    for mine in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        stem, kind = os.path.splitext(mine)
        packages = [os.path.join(folder, stem, "__init__.py") for folder in sys.path[1:]]
        if kind == ".py" and (stem in sys.stdlib_module_names or any(map(os.path.exists, packages))):
            raise SystemExit(f"Category4/{mine} would be imported in place of {stem}: rename it, then run this again.")

import csv
import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"

# Do not change these lines: the grader encodes its tickets with them.
TEAMS = ["account", "billing", "cancellation", "defect", "delivery"]  # class 0 ... class 4
VOCAB_SIZE = 600  # ids are 0 ... 599: 0 is padding, 1 stands for every word that is not in the word index
MAX_LENGTH = 50
TRAIN_SIZE = 6000
OOV_TOKEN = "<OOV>"


def read_tickets():
    """Return the texts and their class indices, joined by the ticket id. Do not change this function.

    tickets.csv has the columns ticket and text; teams.json has the team of each ticket, in a different order.
    """
    teams = json.loads((DATA / "teams.json").read_text(encoding="utf-8"))
    with (DATA / "tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [TEAMS.index(teams[row["ticket"]]) for row in rows]


def encode(texts, word_index):
    """Return the word ids of the texts, padded at the end; (n, 50) int32. Do not change this function.

    Words are lower-cased runs of the letters a-z; everything else only separates them.
    """
    oov = word_index[OOV_TOKEN]
    ids = [[word_index.get(word, oov) for word in re.findall(r"[a-z]+", text.lower())] for text in texts]
    return tf.keras.utils.pad_sequences(ids, maxlen=MAX_LENGTH, padding="post", truncating="post", dtype="int32")


def load_data():
    """Return x, y for training and x, y for validation. Do not change this function.

    x: (6000, 50) and (1000, 50) int32; y: (6000,) and (1000,) int64, class indices 0 ... 4.
    """
    texts, labels = read_tickets()
    x = encode(texts, json.loads((DATA / "word_index.json").read_text(encoding="utf-8")))
    y = np.array(labels, dtype=np.int64)
    return x[:TRAIN_SIZE], y[:TRAIN_SIZE], x[TRAIN_SIZE:], y[TRAIN_SIZE:]


def solution_model():
    """Build, compile and train the model, then return it."""
    x_train, y_train, x_validation, y_validation = load_data()

    # TODO: your code here
    # model = tf.keras.Sequential([tf.keras.Input(shape=(MAX_LENGTH,)), ...,
    #                              tf.keras.layers.Dense(len(TEAMS), activation="softmax")])
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

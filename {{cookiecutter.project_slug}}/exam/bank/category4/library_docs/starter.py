# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 4 of 5
#
#  - Five categories of rising difficulty. Category 1 is worth 10 of 100 points,
#    category 5 is worth 30. You pass with 90.
#  - Complete solution_model(), run this file, and it saves mymodel.h5 beside itself.
#    Then grade it:  python -m exam grade 4
#  - Grade at least once: a category that was never graded counts zero.
#  - No Lambda layers: the grader refuses them, and no question needs one.
#  - Parts marked "do not change" are used by the grader in the same way.
# ======================================================================================
#
#  NATURAL LANGUAGE: which library wrote this?
#
#  data/training.json holds 800 texts of a sentence or a few, each from the documentation
#  of scipy, scikit-learn, matplotlib or keras; data/validation.json holds 320 more. Train
#  a classifier that names the library of texts it has never seen.
#
#  Input shape    (40,)   word ids of one text, zeros after its last word
#  Output shape   (4,)    probability of each library, softmax
#  Scored by      accuracy on unseen texts; README.md has the details
# ======================================================================================
import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"

# Do not change these: the grader encodes its texts with them.
LIBRARIES = ["scipy", "scikit-learn", "matplotlib", "keras"]  # classes 0, 1, 2 and 3
VOCAB_SIZE = 2000  # ids are 0 ... 1999: 0 is padding, 1 stands for every word that is not in the word index
MAX_LENGTH = 40
OOV_TOKEN = "<OOV>"


def encode(texts, word_index):
    """Return the word ids of the texts, padded at the end; (n, 40) int32. Do not change this function.

    Words are lower-cased runs of the letters a-z; everything else only separates them.
    """
    oov = word_index[OOV_TOKEN]
    ids = [[word_index.get(word, oov) for word in re.findall(r"[a-z]+", text.lower())] for text in texts]
    return tf.keras.utils.pad_sequences(ids, maxlen=MAX_LENGTH, padding="post", truncating="post", dtype="int32")


def load_part(name):
    """Return the word ids (n, 40) and the classes (n,) of one data file. Do not change this function."""
    rows = json.loads((DATA / name).read_text(encoding="utf-8"))
    word_index = json.loads((DATA / "word_index.json").read_text(encoding="utf-8"))
    y = np.array([LIBRARIES.index(row["library"]) for row in rows])
    return encode([row["text"] for row in rows], word_index), y


def load_data():
    """Return x, y for training, (800, 40) and (800,), and x, y for validation, (320, 40) and (320,)."""
    return *load_part("training.json"), *load_part("validation.json")


def solution_model():
    """Build, compile and train the model, then return it."""
    x_train, y_train, x_validation, y_validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(MAX_LENGTH,)), ...,
    #                              tf.keras.layers.Dense(4, activation="softmax")])
    model = None

    return model


# Do not change the code below: it saves what solution_model() returns.
if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category4/starter.py, then run this file again.")
    else:
        model.save(Path(__file__).with_name("mymodel.h5"))
        print("Saved Category4/mymodel.h5. Now grade it: python -m exam grade 4")

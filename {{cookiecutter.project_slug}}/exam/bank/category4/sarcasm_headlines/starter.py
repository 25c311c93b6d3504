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
#  NATURAL LANGUAGE: sarcasm in news headlines
#
#  data/headlines.json holds 20,000 real headlines, each with is_sarcastic: 1 for those
#  of a satirical paper, 0 for those of a serious one. Train a binary classifier for
#  headlines it has never seen. This is the data set that the exam itself used.
#
#  Input shape    (120,)   word ids of one headline, zeros after its last word
#  Output shape   (1,)     probability of sarcasm, sigmoid
#  Scored by      accuracy on unseen headlines; README.md has the details
# ======================================================================================
import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).parent / "data"

# Do not change these numbers: the grader encodes its headlines with them.
VOCAB_SIZE = 1000  # ids are 0 ... 999: 0 is padding, 1 stands for every word that is not in the word index
MAX_LENGTH = 120
VALIDATION_SIZE = 2000
OOV_TOKEN = "<OOV>"


def encode(texts, word_index):
    """Return the word ids of the texts, padded at the end; (n, 120) int32. Do not change this function.

    Words are lower-cased runs of the letters a-z; everything else only separates them.
    """
    oov = word_index[OOV_TOKEN]
    ids = [[word_index.get(word, oov) for word in re.findall(r"[a-z]+", text.lower())] for text in texts]
    return tf.keras.utils.pad_sequences(ids, maxlen=MAX_LENGTH, padding="post", truncating="post", dtype="int32")


def load_data():
    """Return x, y for training and x, y for validation. Do not change this function.

    x: (18000, 120) and (2000, 120) int32; y: (18000,) and (2000,) float32, 1 for sarcasm.
    """
    headlines = json.loads((DATA / "headlines.json").read_text(encoding="utf-8"))
    word_index = json.loads((DATA / "word_index.json").read_text(encoding="utf-8"))
    x = encode([row["headline"] for row in headlines], word_index)
    y = np.array([row["is_sarcastic"] for row in headlines], dtype=np.float32)
    return x[:-VALIDATION_SIZE], y[:-VALIDATION_SIZE], x[-VALIDATION_SIZE:], y[-VALIDATION_SIZE:]


def solution_model():
    """Build, compile and train the model, then return it."""
    x_train, y_train, x_validation, y_validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(MAX_LENGTH,)), ...,
    #                              tf.keras.layers.Dense(1, activation="sigmoid")])
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

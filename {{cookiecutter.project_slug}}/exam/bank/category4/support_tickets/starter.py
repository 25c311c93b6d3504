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
#  NATURAL LANGUAGE: which team deals with the ticket?
#
#  data/tickets.csv holds 7,000 tickets to the support of a web shop, data/teams.json
#  says which of five teams dealt with each. Many tickets name several matters; the
#  request that still stands decides. Half of all tickets are about delivery, one in
#  twenty is a cancellation, and all five teams count alike. Train a classifier.
#
#  Input shape    (50,)    word ids of one ticket, zeros after its last word
#  Output shape   (5,)     one probability for each team, softmax
#  Scored by      balanced accuracy on unseen tickets: the share of right answers for
#                 each team, averaged over the teams; README.md has the details
# ======================================================================================
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

    tickets.csv has the columns ticket and text; teams.json has the team of each ticket, in another order.
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

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(MAX_LENGTH,)), ...,
    #                              tf.keras.layers.Dense(len(TEAMS), activation="softmax")])
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

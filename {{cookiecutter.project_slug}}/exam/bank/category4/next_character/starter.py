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
#  NATURAL LANGUAGE: the next character
#
#  data/text.txt is a picture book of a farm, about 20,000 characters long. Train a model
#  that reads 40 characters and names the next one. When it is saved, this file lets it
#  write on its own: character after character, each read again before the next.
#
#  Input shape    (40,)   numbers of 40 characters in a row
#  Output shape   (31,)   probability of each character, softmax
#  Scored by      accuracy on unseen windows; README.md has the details
# ======================================================================================
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

    Each new character is drawn at random by the probabilities that the model gives: always taking the most probable one
    would soon write the same sentence again and again.
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

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(LENGTH,)), ...,
    #                              tf.keras.layers.Dense(31, activation="softmax")])
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
        print(generate(model, start=(DATA / "text.txt").read_text(encoding="utf-8")[:LENGTH], length=300))

# ======================================================================================
#  TENSORFLOW EXAM REHEARSAL                                             CATEGORY 3 of 5
#
#  - Five categories of rising difficulty. Category 1 is worth 10 of 100 points,
#    category 5 is worth 30. You pass with 90.
#  - Complete solution_model(), run this file, and it saves mymodel.h5 beside itself.
#    Then grade it:  python -m exam grade 3
#  - Grade at least once: a category that was never graded counts zero.
#  - No Lambda layers: the grader refuses them, and no question needs one.
#  - Parts marked "do not change" are used by the grader in the same way.
# ======================================================================================
#
#  COMPUTER VISION WITH CNNS: tools among clutter
#
#  data/train and data/validation hold photographs of workbenches from above, in a folder
#  for each kind of tool: hammer, pliers, saw, screwdriver, spanner. One tool lies on each
#  bench, in any direction, with nails, nuts, pencils and scraps around it and on it.
#  There are few pictures. Train a convolutional network that names the tool.
#
#  Input shape    (96, 96, 3)    one picture, pixels 0..1
#  Output shape   (5,)           the probability of each tool, folders by name; softmax
#  Scored by      accuracy on unseen pictures; README.md has the details
# ======================================================================================
from pathlib import Path

import tensorflow as tf

DATA = Path(__file__).parent / "data"
IMAGE_SIZE = (96, 96)
BATCH_SIZE = 16
SHUFFLED = 400  # all training pictures


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
        dataset = dataset.shuffle(SHUFFLED)  # after cache(): every epoch has an order of its own
    return dataset.batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)


def load_data():
    """Return the training and the validation data set. Do not change this function."""
    return load_part("train"), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    train, validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(96, 96, 3)), ...])
    model = None

    return model


# Do not change the code below: it saves what solution_model() returns.
if __name__ == "__main__":
    model = solution_model()
    if model is None:
        print("Nothing to save yet: complete solution_model() in Category3/starter.py, then run this file again.")
    else:
        model.save(Path(__file__).with_name("mymodel.h5"))
        print("Saved Category3/mymodel.h5. Now grade it: python -m exam grade 3")

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
#  COMPUTER VISION WITH CNNS: bean leaves
#
#  data/train and data/validation hold photographs of bean leaves, in a folder for each
#  state: healthy, or with one of two diseases. They are few. data/backbone.h5 is a network
#  that has already learned from thousands of leaves of other plants.
#
#  Input shape    (128, 128, 3)    one picture, pixels 0..1
#  Output shape   (3,)             the probability of angular_leaf_spot, bean_rust, healthy;
#                                  softmax
#  Scored by      accuracy on unseen pictures; README.md has the details
# ======================================================================================
from pathlib import Path

import tensorflow as tf

DATA = Path(__file__).parent / "data"
IMAGE_SIZE = (128, 128)
BATCH_SIZE = 32


def normalise(images, labels):
    """Return pixels in 0..1. Do not change this function: the grader does the same."""
    return tf.cast(images, tf.float32) / 255, labels


def load_part(name):
    """Return the pictures of one folder in batches (images, labels). Do not change this function."""
    dataset = tf.keras.utils.image_dataset_from_directory(
        DATA / name, label_mode="int", image_size=IMAGE_SIZE, batch_size=BATCH_SIZE, shuffle=name == "train"
    )
    return dataset.map(normalise, num_parallel_calls=tf.data.AUTOTUNE).cache().prefetch(tf.data.AUTOTUNE)


def load_data():
    """Return the training and the validation data set. Do not change this function."""
    return load_part("train"), load_part("validation")


def load_backbone():
    """Return the trained network without its last layers: it turns pictures (128, 128, 3), pixels 0..1, into
    8 x 8 places with 64 features each, which say what the leaf looks like there. Its own classes are cut off.
    """
    return tf.keras.models.load_model(DATA / "backbone.h5", compile=False)


def solution_model():
    """Build, compile and train the model, then return it."""
    train, validation = load_data()

    # YOUR CODE HERE
    # model = tf.keras.Sequential([tf.keras.Input(shape=(128, 128, 3)), ...])
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

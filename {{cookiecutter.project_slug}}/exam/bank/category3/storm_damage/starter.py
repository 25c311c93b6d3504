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
#  COMPUTER VISION WITH CNNS: storm damage from above
#
#  data/train and data/validation hold aerial pictures of neighbourhoods, in the folders
#  intact and damaged. Train a convolutional network that says whether a storm passed.
#
#  Input shape    (128, 128, 3)    one picture, pixels 0..1
#  Output shape   (1,)             the probability of damage; sigmoid
#  Scored by      accuracy on unseen pictures; README.md has the details
# ======================================================================================
from pathlib import Path

import tensorflow as tf

DATA = Path(__file__).parent / "data"
IMAGE_SIZE = (128, 128)
BATCH_SIZE = 32
CLASSES = ["intact", "damaged"]  # labels 0 and 1


def load_part(name, **augmentation):
    """Return batches (images, labels) of one folder. Do not change this function: the grader divides by 255 as well."""
    generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255, **augmentation)
    return generator.flow_from_directory(
        DATA / name,
        target_size=IMAGE_SIZE,
        classes=CLASSES,
        class_mode="binary",
        batch_size=BATCH_SIZE,
        shuffle=name == "train",
    )


def load_data(**augmentation):
    """Return the training and the validation batches. Do not change this function.

    augmentation: further arguments of ImageDataGenerator, for the training pictures only.
    """
    return load_part("train", **augmentation), load_part("validation")


def solution_model():
    """Build, compile and train the model, then return it."""
    train, validation = load_data()  # load_data(horizontal_flip=True) mirrors about half of the training pictures

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

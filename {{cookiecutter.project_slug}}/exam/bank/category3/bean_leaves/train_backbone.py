"""Train ``backbone.h5``: a small convolutional network that knows leaves, but no beans.

    python -m exam.bank.category3.bean_leaves.train_backbone

Run in the folder that holds ``exam``; takes a few minutes. The learner gets the file, so nobody needs to run this
unless the drawing of leaves changes. Another machine may give slightly other weights: calibrate afterwards.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from exam.bank.category3.bean_leaves.blades import PLANTS
from exam.bank.category3.bean_leaves.leaves import photograph
from exam.bank.category3.bean_leaves.question import BACKBONE, ID, SIZE
from exam.bank.category3.bean_leaves.states import STATES
from exam.bank.metrics import Array
from exam.bank.pictures import resized
from exam.bank.streams import generator

SEED = 1
OTHER_PLANTS = tuple(plant for plant in PLANTS if plant != "bean")
OTHER_STATES = tuple(state for state in STATES if state not in ("angular_leaf_spot", "bean_rust"))
PER_STATE = 300
EPOCHS = 12
FILTERS = (16, 32, 48, 64, 64)

SAID = {"name", "batch_shape", "filters", "kernel_size", "padding", "use_bias", "momentum"}
"""Keys of a layer's description that are no defaults. Keras writes all keys, and older versions refuse new ones."""


def pictures() -> tuple[Array, Array]:
    """Return leaves of other plants, uint8 (n, SIZE, SIZE, 3), and the indices of their states, int64 (n,)."""
    images = []
    for state in OTHER_STATES:
        for number in range(PER_STATE):
            stream = generator(SEED, ID, f"backbone/{state}/{number}")
            plant = OTHER_PLANTS[int(stream.integers(len(OTHER_PLANTS)))]
            images.append(resized(photograph(stream, state, plant), SIZE))
    return np.stack(images), np.repeat(np.arange(len(OTHER_STATES)), PER_STATE)


def leave_out_defaults(path: Path) -> None:
    """Shorten the description of the layers in a model file, so that every Keras 3 can read it."""
    import h5py

    with h5py.File(path, "r+") as file:
        model = json.loads(file.attrs["model_config"])
        layers = [
            {**layer, "config": {key: value for key, value in layer["config"].items() if key in SAID}}
            for layer in model["config"]["layers"]
        ]
        model["config"] = {"name": model["config"]["name"], "layers": layers}
        file.attrs["model_config"] = json.dumps(model)


def main() -> None:
    """Train the backbone under a head for the other states; save it without the head."""
    import tensorflow as tf

    layers = tf.keras.layers
    tf.keras.utils.set_random_seed(SEED)
    x, y = pictures()
    backbone = tf.keras.Sequential([tf.keras.Input(shape=(SIZE, SIZE, 3))], name="leaf_backbone")
    for number, filters in enumerate(FILTERS):
        if number:
            backbone.add(layers.MaxPooling2D())
        backbone.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        backbone.add(layers.BatchNormalization(momentum=0.9))
        backbone.add(layers.ReLU())
    turn = tf.keras.Sequential([layers.RandomFlip(), layers.Rescaling(1 / 255)])
    head = [layers.GlobalAveragePooling2D(), layers.Dropout(0.2), layers.Dense(len(OTHER_STATES), activation="softmax")]
    model = tf.keras.Sequential([tf.keras.Input(shape=(SIZE, SIZE, 3)), turn, backbone, *head])
    steps = EPOCHS * (len(x) // 32)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(0.003, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    mixed = np.random.default_rng(SEED).permutation(len(x))
    model.fit(x[mixed], y[mixed], batch_size=32, epochs=EPOCHS, validation_split=0.1, verbose=2)
    backbone.save(BACKBONE, include_optimizer=False)
    leave_out_defaults(BACKBONE)


if __name__ == "__main__":
    main()

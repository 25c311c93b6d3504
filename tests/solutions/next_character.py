"""Reference solution of ``next_character``: embedded characters side by side, and a dense layer that reads them all.

The network is that of Bengio, Ducharme, Vincent and Jauvin, "A Neural Probabilistic Language Model", JMLR 3 (2003),
for characters instead of words.
"""

import tensorflow as tf
from starter import CHARACTERS, LENGTH, load_data

EPOCHS, BATCH_SIZE = 15, 128


def solution_model():
    """Every place of the window has weights of its own; dropout and a falling learning rate make the most of them."""
    (x, y), validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(LENGTH,)),
            tf.keras.layers.Embedding(len(CHARACTERS), 32),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dropout(0.3),
            tf.keras.layers.Dense(128, activation="relu"),
            tf.keras.layers.Dropout(0.3),
            tf.keras.layers.Dense(len(CHARACTERS), activation="softmax"),
        ]
    )
    falling = tf.keras.optimizers.schedules.CosineDecay(0.004, EPOCHS * len(x) // BATCH_SIZE)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(falling), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(x, y, validation_data=validation, epochs=EPOCHS, batch_size=BATCH_SIZE, verbose=2)
    return model


def first_attempt():
    """A small network, stopped long before it has learned what it could."""
    (x, y), validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(LENGTH,)),
            tf.keras.layers.Embedding(len(CHARACTERS), 16),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(len(CHARACTERS), activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, validation_data=validation, epochs=5, batch_size=64, verbose=2)
    return model

"""Reference solution of ``rock_paper_scissors``: convolution and pooling, with flips and turns."""

import tensorflow as tf
from starter import load_data

layers = tf.keras.layers


def solution_model():
    """Four blocks of convolution on half-size pictures; augmentation, because hands come from any side."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(150, 150, 3)),
            layers.RandomFlip("horizontal_and_vertical"),
            layers.RandomRotation(0.5, fill_mode="nearest"),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(64, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=tf.keras.optimizers.Adam(0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    stop = tf.keras.callbacks.EarlyStopping("val_loss", patience=10, restore_best_weights=True)
    model.fit(train, validation_data=validation, epochs=40, callbacks=[stop], verbose=2)
    return model


def first_attempt():
    """A small network of two blocks, without augmentation."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(150, 150, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(4),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=validation, epochs=15, verbose=2)
    return model

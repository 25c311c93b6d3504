"""Reference solution of ``photo_faults``: convolutions on full-size pictures, pooled late."""

import tensorflow as tf
from starter import load_data

layers = tf.keras.layers
EPOCHS = 16


def convolution(filters):
    """A convolution whose outputs are normalised within each batch, which makes training quick."""
    return [layers.Conv2D(filters, 3, activation="relu"), layers.BatchNormalization(momentum=0.9)]


def solution_model():
    """Two convolutions on the full pixels, two more behind pooling; the mean over all places: a fault is everywhere."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(48, 48, 3)),
            *convolution(12),
            *convolution(16),
            layers.MaxPooling2D(),
            *convolution(32),
            layers.MaxPooling2D(),
            *convolution(48),
            layers.GlobalAveragePooling2D(),
            layers.Dense(5, activation="softmax"),
        ]
    )
    falling = tf.keras.optimizers.schedules.CosineDecay(0.004, EPOCHS * len(train))
    model.compile(
        optimizer=tf.keras.optimizers.Adam(falling), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(train, validation_data=validation, epochs=EPOCHS, verbose=2)
    return model


def first_attempt():
    """A small network of two blocks that shrinks the pictures early."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(48, 48, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(4),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(5, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=validation, epochs=10, verbose=2)
    return model

"""Reference solution of ``traffic_signs``: three blocks of convolution, batch normalisation and dropout."""

import tensorflow as tf
from starter import CLASSES, load_data

layers = tf.keras.layers


def block(filters):
    """Return the layers of one block: convolution, normalisation, pooling to half the size."""
    return [
        layers.Conv2D(filters, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling2D(),
    ]


def solution_model():
    """Deeper blocks see larger parts of a sign; normalisation evens out day and night; dropout against overfitting."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(30, 30, 3)),
            *block(16),
            *block(32),
            *block(64),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    slower = tf.keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.3, patience=3)
    model.fit(train, validation_data=validation, epochs=25, callbacks=[slower], verbose=2)
    return model


def first_attempt():
    """Two blocks and no dropout."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(30, 30, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=validation, epochs=15, verbose=2)
    return model

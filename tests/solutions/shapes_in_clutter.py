"""Reference solution of ``shapes_in_clutter``: convolution and pooling on turned and mirrored pictures."""

import tensorflow as tf
from starter import load_data

layers = tf.keras.layers
EPOCHS = 36


def convolution(filters, size=3, strides=1):
    """A convolution whose outputs are normalised within each batch, which makes training quick."""
    return [
        layers.Conv2D(filters, size, strides=strides, padding="same", activation="relu"),
        layers.BatchNormalization(momentum=0.9),
    ]


def solution_model():
    """Turned and mirrored pictures, because 400 are few; the mean over all places, because tools lie anywhere."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(96, 96, 3)),
            layers.RandomFlip("horizontal_and_vertical"),
            layers.RandomRotation(0.5, fill_mode="reflect"),
            *convolution(16, 5, strides=2),
            layers.MaxPooling2D(),
            *convolution(32),
            layers.MaxPooling2D(),
            *convolution(64),
            layers.MaxPooling2D(),
            *convolution(96),
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
    """Three blocks of convolution and pooling, without augmentation: it learns the pictures by heart."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(96, 96, 3)),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(5, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=validation, epochs=20, verbose=2)
    return model

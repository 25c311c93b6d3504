"""Reference solution of ``storm_damage``: convolution and pooling on tiles that are mirrored both ways."""

import tensorflow as tf
from starter import load_data

layers = tf.keras.layers
EPOCHS = 14


def block(filters, size, strides=1):
    """A convolution whose outputs are normalised within each batch, which makes training quick."""
    return [
        layers.Conv2D(filters, size, strides=strides, activation="relu"),
        layers.BatchNormalization(momentum=0.9),
    ]


def solution_model():
    """Three blocks of convolution, then the maximum over all places: one damaged house is enough."""
    train, validation = load_data(horizontal_flip=True, vertical_flip=True)
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(128, 128, 3)),
            *block(16, 5, strides=2),
            layers.MaxPooling2D(),
            *block(32, 3),
            layers.MaxPooling2D(),
            *block(64, 3),
            layers.GlobalMaxPooling2D(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    falling = tf.keras.optimizers.schedules.CosineDecay(0.003, EPOCHS * len(train))
    model.compile(optimizer=tf.keras.optimizers.Adam(falling), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=validation, epochs=EPOCHS, verbose=2)
    return model


def first_attempt():
    """A small network of two blocks, without augmentation."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(128, 128, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(4),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=validation, epochs=10, verbose=2)
    return model

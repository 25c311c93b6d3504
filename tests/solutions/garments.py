"""Reference solution of ``garments``: two blocks of convolution and pooling on an axis that the model adds."""

import tensorflow as tf
from starter import CLASSES, load_data


def solution_model():
    """Convolutions find collars and buttons wherever they are; dropout keeps the dense layer from overfitting."""
    (x, y), validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(28, 28)),
            tf.keras.layers.Reshape((28, 28, 1)),
            tf.keras.layers.Conv2D(24, 3, activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.Conv2D(48, 3, activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dropout(0.4),
            tf.keras.layers.Dense(96, activation="relu"),
            tf.keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss=tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    # The last epoch may be a bad one; the best by the validation data is kept.
    stop = tf.keras.callbacks.EarlyStopping("val_accuracy", patience=4, restore_best_weights=True)
    model.fit(x, y, validation_data=validation, epochs=10, callbacks=[stop], verbose=2)
    return model


def first_attempt():
    """One hidden layer on the flattened pixels."""
    (x, y), validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(28, 28)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, validation_data=validation, epochs=10, verbose=2)
    return model

"""Reference solution of ``handwritten_digits``: a small convolutional network with dropout."""

import tensorflow as tf
from starter import CLASSES, load_data


def solution_model():
    """Convolutions see a stroke wherever it was shifted to; dropout keeps so few digits from being learned by heart."""
    (x, y), validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(8, 8)),
            tf.keras.layers.Reshape((8, 8, 1)),
            tf.keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Dense(128, activation="relu"),
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss=tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    # The last epoch may be a bad one; the best by the validation data is kept.
    stop = tf.keras.callbacks.EarlyStopping("val_accuracy", patience=6, restore_best_weights=True)
    model.fit(x, y, validation_data=validation, epochs=20, callbacks=[stop], verbose=2)
    return model


def first_attempt():
    """One hidden layer on the flattened pixels."""
    (x, y), validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(8, 8)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, validation_data=validation, epochs=20, verbose=2)
    return model

"""Reference solution of ``bean_leaves``: a frozen backbone and a small head."""

import tensorflow as tf
from starter import load_backbone, load_data

layers = tf.keras.layers


def solution_model():
    """The features of the backbone, averaged over the leaf, and one dense layer on them."""
    train, validation = load_data()
    backbone = load_backbone()
    backbone.trainable = False
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(128, 128, 3)),
            backbone,
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=tf.keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    stop = tf.keras.callbacks.EarlyStopping("val_loss", patience=10, restore_best_weights=True)
    model.fit(train, validation_data=validation, epochs=60, callbacks=[stop], verbose=2)
    return model


def first_attempt():
    """A network of three blocks that starts from nothing."""
    train, validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(128, 128, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(64, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=validation, epochs=20, verbose=2)
    return model

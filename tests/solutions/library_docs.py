"""Reference solution of ``library_docs``: an average of word vectors with dropout, stopped in time."""

import tensorflow as tf
from starter import LIBRARIES, MAX_LENGTH, VOCAB_SIZE, load_data


def solution_model():
    """The average has few weights beside the word vectors, and dropout lets no single word decide."""
    x_train, y_train, x_validation, y_validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(MAX_LENGTH,)),
            tf.keras.layers.Embedding(VOCAB_SIZE, 64, mask_zero=True),
            tf.keras.layers.GlobalAveragePooling1D(),
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Dense(len(LIBRARIES), activation="softmax"),
        ]
    )
    model.compile(
        optimizer=tf.keras.optimizers.Adam(0.002), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    stop = tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    validation = (x_validation, y_validation)
    model.fit(x_train, y_train, validation_data=validation, epochs=80, callbacks=[stop], verbose=2)
    return model


def first_attempt():
    """A dense layer on all word vectors: a weight for each word at each place, and each text is learned by heart."""
    x_train, y_train, x_validation, y_validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(MAX_LENGTH,)),
            tf.keras.layers.Embedding(VOCAB_SIZE, 16),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(len(LIBRARIES), activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, validation_data=(x_validation, y_validation), epochs=10, verbose=2)
    return model

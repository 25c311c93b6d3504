"""Reference solution of ``satire_headlines``: a convolution reads the words in order, the whole headline decides."""

import tensorflow as tf
from starter import MAX_LENGTH, VOCAB_SIZE, load_data


def solution_model():
    """Conv1D over embeddings; the strongest answer of each filter counts, so padding does no harm."""
    x_train, y_train, x_validation, y_validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(MAX_LENGTH,)),
            tf.keras.layers.Embedding(VOCAB_SIZE, 32),
            tf.keras.layers.Conv1D(64, 5, activation="relu"),
            tf.keras.layers.GlobalMaxPooling1D(),
            tf.keras.layers.Dense(32, activation="relu"),
            tf.keras.layers.Dropout(0.3),
            tf.keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    stop = tf.keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=3, restore_best_weights=True)
    model.fit(
        x_train,
        y_train,
        validation_data=(x_validation, y_validation),
        epochs=15,
        callbacks=[stop],
        verbose=0,
    )
    return model


def first_attempt():
    """An average of embeddings that leaves padding out: knows which words occur together, not their order."""
    x_train, y_train, _, _ = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(MAX_LENGTH,)),
            tf.keras.layers.Embedding(VOCAB_SIZE, 16, mask_zero=True),
            tf.keras.layers.GlobalAveragePooling1D(),
            tf.keras.layers.Dense(24, activation="relu"),
            tf.keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=10, verbose=0)
    return model

"""Reference solution of ``restaurant_reviews``: an LSTM reads each review in both directions."""

import tensorflow as tf
from starter import MAX_LENGTH, VOCAB_SIZE, load_data


def solution_model():
    """Bidirectional LSTM; the strongest answer at any word counts, so padding does no harm."""
    x_train, y_train, x_validation, y_validation = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(MAX_LENGTH,)),
            tf.keras.layers.Embedding(VOCAB_SIZE, 32),
            tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(24, return_sequences=True)),
            tf.keras.layers.GlobalMaxPooling1D(),
            tf.keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(5e-3), loss="binary_crossentropy", metrics=["accuracy"])
    stop = tf.keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=3, restore_best_weights=True)
    model.fit(
        x_train,
        y_train,
        validation_data=(x_validation, y_validation),
        epochs=8,
        batch_size=64,
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
            tf.keras.layers.Embedding(VOCAB_SIZE, 32, mask_zero=True),
            tf.keras.layers.GlobalAveragePooling1D(),
            tf.keras.layers.Dense(32, activation="relu"),
            tf.keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(5e-3), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=15, verbose=0)
    return model

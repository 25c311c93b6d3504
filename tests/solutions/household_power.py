"""Reference solution of ``household_power``: an LSTM reads the day, a dense layer writes the next one."""

import tensorflow as tf
from starter import FEATURES, FUTURE, PAST, load_data


def solution_model():
    """The whole next day from the LSTM's last state, with the loss that is scored and a falling learning rate."""
    training, validation = load_data()
    epochs = 8
    rate = tf.keras.optimizers.schedules.CosineDecay(0.003, decay_steps=epochs * len(training))
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(PAST, FEATURES)),
            tf.keras.layers.LSTM(64),
            tf.keras.layers.Dense(FUTURE * FEATURES),
            tf.keras.layers.Reshape((FUTURE, FEATURES)),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss=tf.keras.losses.MeanAbsoluteError())
    model.fit(training, validation_data=validation, epochs=epochs, verbose=2)
    return model


def first_attempt():
    """One LSTM that answers hour by hour: its first answers have seen only the first hours of the window."""
    training, _ = load_data()
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(PAST, FEATURES)),
            tf.keras.layers.LSTM(32, return_sequences=True),
            tf.keras.layers.Dense(FEATURES),
        ]
    )
    model.compile(optimizer="adam", loss="mae")
    model.fit(training, epochs=4, verbose=2)
    return model

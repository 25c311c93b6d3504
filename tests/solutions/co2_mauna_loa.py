"""Reference solution of ``co2_mauna_loa``: the network sees and answers changes since the last week, never levels."""

import tensorflow as tf
from starter import FUTURE, PAST, load_data


def solution_model():
    """The last week is subtracted from the window and added to the forecast; the learning rate falls every epoch."""
    training, validation = load_data()
    window = tf.keras.Input(shape=(PAST, 1))
    last = tf.keras.layers.Cropping1D((PAST - 1, 0))(window)
    changes = tf.keras.layers.Subtract()([window, last])
    hidden = tf.keras.layers.Conv1D(16, 8, strides=4, activation="relu")(changes)
    hidden = tf.keras.layers.Flatten()(hidden)
    hidden = tf.keras.layers.Dense(32, activation="relu")(hidden)
    change = tf.keras.layers.Dense(FUTURE)(hidden)
    forecast = tf.keras.layers.Add()([change, tf.keras.layers.Flatten()(last)])
    model = tf.keras.Model(window, forecast)

    slower = tf.keras.callbacks.LearningRateScheduler(lambda epoch: 0.005 * 0.87**epoch)
    model.compile(optimizer="adam", loss="mae")
    model.fit(training, validation_data=validation, epochs=30, callbacks=[slower], verbose=2)
    return model


def first_attempt():
    """One linear layer on the levels: it goes on above all it has seen, but small errors grow with the level."""
    training, _ = load_data()
    epochs = 15
    rate = tf.keras.optimizers.schedules.CosineDecay(0.001, decay_steps=epochs * len(training))
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(PAST, 1)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(FUTURE),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="mae")
    model.fit(training, epochs=epochs, verbose=2)
    return model

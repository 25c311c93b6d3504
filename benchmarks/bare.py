"""The yardstick of ``grade``: import TensorFlow, load the models, predict the same hidden sets, nothing else.

``bare.py MODEL HIDDEN SCALE [MODEL HIDDEN SCALE ...]``
"""

import sys

import numpy as np
import tensorflow as tf

arguments = sys.argv[1:]
for model, hidden, scale in zip(arguments[::3], arguments[1::3], arguments[2::3], strict=True):
    x = np.load(hidden)["x"]
    if x.dtype == np.uint8:
        x = x.astype(np.float32) * np.float32(scale)
    tf.keras.models.load_model(model, compile=False).predict(x, verbose=0)

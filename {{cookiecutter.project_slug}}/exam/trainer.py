"""Train what the proof and the benchmark need, as a learner's own starter would: in a process with all their settings.

TensorFlow may end a process that it is imported into; whoever started this one lives on to say so.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

EPOCHS = 50


class NoTraining(Exception):
    """Training does not do here what it does elsewhere; the message is a sentence."""


def _tensorflow() -> Any:
    """Import TensorFlow, or say in one sentence why that failed."""
    try:
        import tensorflow as tf

        logging.getLogger("absl").setLevel(logging.ERROR)  # that .h5 is a legacy format is known here
        tf.keras.layers  # noqa: B018  # Keras itself is imported only now
    except Exception as error:  # a broken native library raises more than ImportError
        raise NoTraining(f"TensorFlow cannot be imported ({_reason(error)}).") from error
    return tf


def _reason(error: Exception) -> str:
    """Return the line of an error that says what failed; TensorFlow puts a traceback into one, and advice after it.

    Source: ``tensorflow/python/pywrap_tensorflow.py``.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Warning): ", line)]
    return (errors[-1] if errors and lines[0].startswith("Traceback") else lines[0]).rstrip(".")


def tiny(folder: Path) -> dict[str, Any]:
    """Fit y = 2x - 1 with one neuron, save it as ``mymodel.h5``, and ask it about x in ``x.npy``.

    Returns:
        What it answers, and the versions and number of GPUs here.

    Raises:
        NoTraining: TensorFlow cannot be imported, or the loss does not fall to a hundredth.
    """
    tf = _tensorflow()
    tf.keras.utils.set_random_seed(1)
    x = np.linspace(-2, 2, 64, dtype=np.float32).reshape(-1, 1)
    model = tf.keras.Sequential([tf.keras.Input(shape=(1,)), tf.keras.layers.Dense(1)])
    model.compile(optimizer=tf.keras.optimizers.Adam(0.1), loss=tf.keras.losses.MeanSquaredError())
    losses = model.fit(x, 2 * x - 1, epochs=EPOCHS, verbose=0).history["loss"]
    if not losses[-1] < losses[0] / 100:
        raise NoTraining(f"Training does not work here: the loss only went from {losses[0]:g} to {losses[-1]:g}.")
    model.save(folder / "mymodel.h5")
    return {
        "answers": np.asarray(model(np.load(folder / "x.npy"))).ravel().tolist(),
        "tensorflow": tf.__version__,
        "keras": tf.keras.__version__,
        "gpus": len(tf.config.list_physical_devices("GPU")),
    }


def epoch(samples: int) -> dict[str, Any]:
    """Train a small convolutional network on images of Fashion-MNIST's size.

    Args:
        samples: how many of the 60,000 images.

    Returns:
        The seconds that one epoch on them took.

    Raises:
        NoTraining: TensorFlow cannot be imported.
    """
    tf = _tensorflow()
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, samples)
    images = rng.random((samples, 28, 28, 1), dtype=np.float32) + labels.reshape(-1, 1, 1, 1)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss=tf.keras.losses.SparseCategoricalCrossentropy())
    model.fit(images[:64], labels[:64], verbose=0)  # compiling is not training
    started = time.monotonic()
    model.fit(images, labels, batch_size=32, epochs=1, verbose=0)
    return {"seconds": time.monotonic() - started}


def main(task: str, argument: str, path: str) -> None:
    """Do a task and write what came of it to the file ``path``, as JSON; ``problem`` is what went wrong."""
    try:
        answer = tiny(Path(argument)) if task == "tiny" else epoch(int(argument))
    except NoTraining as problem:
        answer = {"problem": str(problem)}
    Path(path).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

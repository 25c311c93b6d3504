"""Prove that this environment trains, saves and loads models, and measure how fast it trains."""

from __future__ import annotations

import logging
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from exam.running.launch import own_module
from exam.workspace import parse_json

TOLERANCE = 1e-6
WANTED = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}
"""Setting of Keras -> what the exam's models are made with, which is what Keras does unasked."""
EPOCHS = 50
FASHION_MNIST_SAMPLES = 60_000
BENCHMARK_EPOCHS = 5
Progress = Callable[[str], None]


class EnvironmentProblem(Exception):
    """The environment does not do what an exam needs; the message is one sentence for the learner."""


@dataclass(frozen=True)
class Verification:
    """What the proof found.

    Attributes:
        python: its version, as that of the next two.
        tensorflow: alike.
        keras: alike.
        gpus: how many TensorFlow sees.
        difference: the largest between the predictions before saving and after loading.
        seconds: that the proof took.
        is_walled: whether the processes that read and run model files are shut in here, see ``exam.running.wall``.
    """

    python: str
    tensorflow: str
    keras: str
    gpus: int
    difference: float
    seconds: float
    is_walled: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Benchmark:
    """How long an ordinary training takes here.

    Attributes:
        seconds_per_epoch: one epoch of a small convolutional network on 60,000 images of 28 x 28, measured.
        minutes: for five such epochs, computed from it.
        verdict: ``quick``, ``enough`` or ``slow``.
    """

    seconds_per_epoch: float
    minutes: float
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


def verify(progress: Progress = lambda text: None) -> Verification:
    """Train a tiny model, save it as .h5, load it in a new process and compare its predictions.

    Raises:
        EnvironmentProblem: TensorFlow cannot be imported, the loss does not fall, or the reloaded model differs.
    """
    started = time.monotonic()
    progress("Importing TensorFlow")
    tf = _tensorflow()
    progress("Training a tiny model")
    model = _train(tf)
    x = np.linspace(-3, 3, 50, dtype=np.float32).reshape(-1, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mymodel.h5")
        model.save(path)
        np.save(path.with_name("x.npy"), x)
        progress("Loading it again in a new process")
        reloaded = _predict_in_new_process(path)
    difference = float(np.max(np.abs(np.asarray(model(x)) - reloaded)))
    if not difference <= TOLERANCE:
        raise EnvironmentProblem(f"A saved model predicts differently after loading, by {difference:.1e}.")
    return Verification(
        python=platform.python_version(),
        tensorflow=tf.__version__,
        keras=tf.keras.__version__,
        gpus=len(tf.config.list_physical_devices("GPU")),
        difference=difference,
        seconds=round(time.monotonic() - started, 1),
        is_walled=_is_walled(),
    )


def _tensorflow() -> Any:
    """Import TensorFlow, or say in one sentence why that failed, or what would train other models than the exam's."""
    unwanted = unwanted_setting()
    if unwanted:
        raise EnvironmentProblem(unwanted)
    try:
        import tensorflow as tf
        logging.getLogger("absl").setLevel(logging.ERROR)  # that .h5 is a legacy format is known here
    except Exception as error:  # a broken native library raises more than ImportError
        raise EnvironmentProblem(f"TensorFlow cannot be imported ({str(error).splitlines()[0]}).") from error
    return tf


def unwanted_setting() -> str | None:
    """Return which setting of Keras makes models that the exam cannot use, where it stands and what to do; or None.

    Sources: ``keras.src.backend.config`` for the file and its keys, TensorFlow's guide to Keras 3 for the variable.
    """
    for name, wanted in (("KERAS_BACKEND", "tensorflow"), ("TF_USE_LEGACY_KERAS", "0")):
        value = os.environ.get(name, "")
        if value and value.lower() not in (wanted, "false"):
            return f"The environment variable {name} is {value!r}, and this exam needs {wanted!r}. Remove it."
    file = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "keras.json"
    try:
        settings = parse_json(file.read_bytes())
    except (OSError, ValueError):
        return None
    for key, wanted in WANTED.items() if isinstance(settings, dict) else ():
        if key == "backend" and os.environ.get("KERAS_BACKEND"):
            continue  # it outweighs the file
        value = settings.get(key, wanted)
        if value != wanted:
            return f"{file} sets {key} to {value!r}, and this exam needs {wanted!r}. Correct or rename that file."
    return None


def _train(tf: Any) -> Any:
    """Fit y = 2x - 1 with one neuron; the loss must fall to a hundredth."""
    tf.keras.utils.set_random_seed(1)
    x = np.linspace(-2, 2, 64, dtype=np.float32).reshape(-1, 1)
    model = tf.keras.Sequential([tf.keras.Input(shape=(1,)), tf.keras.layers.Dense(1)])
    model.compile(optimizer=tf.keras.optimizers.Adam(0.1), loss=tf.keras.losses.MeanSquaredError())
    losses = model.fit(x, 2 * x - 1, epochs=EPOCHS, verbose=0).history["loss"]
    if not losses[-1] < losses[0] / 100:
        raise EnvironmentProblem(f"Training does not learn here: the loss fell from {losses[0]:g} to {losses[-1]:g}.")
    return model


def _predict_in_new_process(path: Path) -> np.ndarray[Any, Any]:
    """Return what the saved model predicts when another process loads it."""
    run = subprocess.run(
        own_module("exam.environment", str(path)),
        capture_output=True,
        text=True,
        check=False,
    )
    predictions = path.with_name("y.npy")
    if run.returncode or not predictions.exists():
        last = (run.stderr.strip().splitlines() or ["no message"])[-1]
        raise EnvironmentProblem(f"A saved model cannot be loaded in a new process ({last}).")
    loaded: np.ndarray[Any, Any] = np.load(predictions)
    return loaded


def _reload(path: Path) -> None:
    """The new process: load the model beside x.npy, write its predictions to y.npy."""
    tf = _tensorflow()
    model = tf.keras.models.load_model(path, compile=False)
    np.save(path.with_name("y.npy"), np.asarray(model(np.load(path.with_name("x.npy")))))


def _is_walled() -> bool:
    """Return whether a process could shut itself in; a wall is for good, so another process tries."""
    return not subprocess.run(own_module("exam.running.wall"), capture_output=True, check=False).returncode


def benchmark(progress: Progress = lambda text: None, samples: int = FASHION_MNIST_SAMPLES) -> Benchmark:
    """Train one epoch of a small convolutional network on images of Fashion-MNIST's size and number.

    Args:
        progress: called with what is being done.
        samples: how many of the 60,000 images to train on; the result is scaled up.

    Raises:
        EnvironmentProblem: TensorFlow cannot be imported.
    """
    progress("Importing TensorFlow")
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
    progress(f"Training one epoch on {samples:,} images of 28 x 28")
    started = time.monotonic()
    model.fit(images, labels, batch_size=32, epochs=1, verbose=0)
    seconds = (time.monotonic() - started) * FASHION_MNIST_SAMPLES / samples
    minutes = seconds * BENCHMARK_EPOCHS / 60
    # Training on Fashion-MNIST within 5 to 10 minutes was the rule of thumb for an exam machine.
    verdict = "quick" if minutes <= 5 else "enough" if minutes <= 10 else "slow"
    return Benchmark(round(seconds, 1), round(minutes, 1), verdict)


if __name__ == "__main__":
    _reload(Path(sys.argv[1]))

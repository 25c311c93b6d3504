"""The process that loads and runs a learner's model; the only part of grading that imports TensorFlow.

It answers over a pipe in JSON, and in raw float32 for the predictions: never in pickles. It tells each phase before
entering it, so that whoever waits can say where a silent death happened.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from exam.grading import starters, wording
from exam.grading.cost import BATCH_SIZE

STARTING, LOADING, PREDICTING = "starting TensorFlow", "loading the model", "predicting"
EXPERIMENTING = "experimenting"


def redirect_stderr(log: str) -> None:
    """Send this process's stderr, which TensorFlow's native code writes to at any log level, to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def serve(connection: Connection, log: str) -> None:
    """Answer jobs, and questions about the last job's model, until the other side closes the pipe."""
    redirect_stderr(log)
    loaded: _Loaded | None = None
    while True:
        try:
            message = json.loads(connection.recv_bytes())
        except EOFError:
            return
        try:
            if "model" in message:
                loaded = _answer(connection, message)
            elif "starter" in message:
                _answer_on_training(connection, loaded, message)
            else:
                _answer_again(connection, loaded, message)
        except Exception:
            traceback.print_exc()
            _send(connection, fault=traceback.format_exc())


def _send(connection: Connection, **message: Any) -> None:
    connection.send_bytes(json.dumps(message).encode())


def _send_array(connection: Connection, array: np.ndarray[Any, Any], **message: Any) -> None:
    """Send an array as its shape and its float32 bytes."""
    _send(connection, shape=array.shape, **message)
    connection.send_bytes(array.astype(np.float32).tobytes())


class _Loaded:
    """A model that has been loaded, and the hidden inputs it is asked about."""

    def __init__(self, model: Any, x: np.ndarray[Any, Any], scale: float) -> None:
        import tensorflow as tf

        self.x, self.scale = x, scale
        self.size = model.inputs[0].shape[0] or BATCH_SIZE
        self.step = tf.function(lambda batch: _single(model(batch, training=False)))

    def predict(
        self, x: np.ndarray[Any, Any], prepare: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]
    ) -> np.ndarray[Any, Any]:
        """Return predictions (n, ...) of one compiled function over batches of one size.

        About twice as fast as ``model.predict`` for small models, which compiles per call and keeps callbacks. The last
        batch is filled up, so the function is compiled once.
        """
        import tensorflow as tf

        parts = []
        for start in range(0, len(x), self.size):
            batch = x[start : start + self.size]
            missing = self.size - len(batch)
            if missing:
                batch = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
            parts.append(np.asarray(self.step(tf.constant(prepare(batch))))[: self.size - missing])
        return np.concatenate(parts)

    def prepare(self, batch: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return hidden inputs as a model is given them: pixels are kept as bytes."""
        return batch.astype(np.float32) * np.float32(self.scale) if batch.dtype == np.uint8 else batch


def _answer(connection: Connection, job: dict[str, Any]) -> _Loaded | None:
    """Load one model, predict the hidden set, send the predictions or why there are none."""
    _send(connection, phase=STARTING)
    keras = _start(job)
    with np.load(job["hidden"], allow_pickle=False) as arrays:
        x = arrays["x"]
    _send(connection, phase=LOADING)
    try:
        model = keras.models.load_model(job["model"], compile=False, safe_mode=True)
        _build(model)
        _finish(model)
        shapes = _shapes(model)
    except Exception as error:
        _refuse(connection, "not-loadable", error)
        return None
    if any(shape is None for shape in shapes.values()):
        _send(connection, refused="not-loadable", error="the model was never built or trained", memory=False)
        return None
    _send(connection, phase=PREDICTING, **shapes)
    try:
        loaded = _Loaded(model, x, job["input_scale"])
        predictions = loaded.predict(x, loaded.prepare)
    except Exception as error:
        _refuse(connection, "not-predictable", error)
        return None
    _send_array(connection, predictions, whole_numbers=bool(np.issubdtype(predictions.dtype, np.integer)))
    return loaded


def _refuse(connection: Connection, code: str, error: Exception) -> None:
    """Send why a model gives no predictions; the traceback goes to the log."""
    traceback.print_exc()
    reason = wording.explain(error, loading=code == "not-loadable")
    _send(connection, refused=code, error=reason, memory=_is_memory(error))


def _answer_again(connection: Connection, loaded: _Loaded | None, message: dict[str, Any]) -> None:
    """Predict every n-th hidden sample with changed inputs; see ``exam.grading.experiments.Change``."""
    assert loaded is not None
    scale, offset = (np.asarray(message[name], dtype=np.float32) for name in ("scale", "offset"))

    def prepare(batch: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        batch = loaded.prepare(batch)
        if message["order"] == "padding first":
            return np.stack([np.roll(row, np.count_nonzero(row == 0)) for row in batch])
        return (batch[..., ::-1] if message["order"] == "reversed" else batch) * scale + offset

    _send_array(connection, loaded.predict(loaded.x[:: message["every"]], prepare))


def _answer_on_training(connection: Connection, loaded: _Loaded | None, message: dict[str, Any]) -> None:
    """Predict some training samples; say so when they cannot be read, for example because they were deleted."""
    assert loaded is not None
    try:
        x, y, size = starters.training_samples(Path(message["starter"]), Path(message["category"]), message["count"])
    except Exception:
        traceback.print_exc()
        return _send(connection, nothing=True)
    _send_array(connection, loaded.predict(x, lambda batch: batch), size=size)
    connection.send_bytes(json.dumps(np.asarray(y, dtype=np.float64).tolist()).encode())


def _start(job: dict[str, Any]) -> Any:
    """Import TensorFlow, set its threads and this process's limits; return Keras."""
    import keras
    import tensorflow as tf

    if not getattr(_start, "done", False):  # threads can be set only once
        tf.config.threading.set_intra_op_parallelism_threads(job["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(job["threads"])
        if job["address_space"]:
            import resource  # not on Windows

            resource.setrlimit(resource.RLIMIT_AS, (job["address_space"], job["address_space"]))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _start.done = True  # type: ignore[attr-defined]
    return keras


def _build(model: Any) -> None:
    """Build a Sequential that holds nothing but one whole model: Keras waits for its first call with that."""
    inner = getattr(model, "layers", [])
    if not model.built and len(inner) == 1 and inner[0].built and hasattr(inner[0], "input_shape"):
        model.build(inner[0].input_shape)


def _finish(model: Any) -> None:
    """Let Normalization layers take over the means and variances that were loaded into them.

    For layers inside of models and wrappers Keras forgets that step, and they would go on without what they learned.
    """
    for layer in model._flatten_layers():
        if type(layer).__name__ == "Normalization":
            layer.finalize_state()


def _single(output: Any) -> Any:
    """Return the tensor of a model's one output, which may stand in a list or under a name."""
    while isinstance(output, (dict, list, tuple)) and len(output) == 1:
        output = next(iter(output.values() if isinstance(output, dict) else output))
    return output


def _shapes(model: Any) -> dict[str, Any]:
    """Return the shapes of the model's input and output without the batch axis, of several as a list of lists.

    They are None where the model was never built.
    """

    def shape(name: str) -> Any:
        shapes = [list(tensor.shape[1:]) for tensor in getattr(model, name, None) or ()]
        return shapes[0] if len(shapes) == 1 else shapes or None

    return {"input_shape": shape("inputs"), "output_shape": shape("outputs")}


def _is_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"

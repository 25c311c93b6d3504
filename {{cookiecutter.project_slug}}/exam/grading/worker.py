"""The process that loads and runs a learner's model; the only part of grading that imports TensorFlow.

It answers over a pipe in JSON, and in raw float32 for the predictions: never in pickles. It tells each phase before
entering it, so that whoever waits can say where a silent death happened.
"""

from __future__ import annotations

import json
import os
import traceback
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

STARTING, LOADING, PREDICTING = "starting TensorFlow", "loading the model", "predicting"
BATCH_SIZE = 64


def redirect_stderr(log: str) -> None:
    """Send this process's stderr, which TensorFlow's native code writes to at any log level, to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def serve(connection: Connection, log: str) -> None:
    """Answer jobs until the other side closes the pipe."""
    redirect_stderr(log)
    while True:
        try:
            job = json.loads(connection.recv_bytes())
        except EOFError:
            return
        try:
            _answer(connection, job)
        except Exception:
            traceback.print_exc()
            _send(connection, fault=traceback.format_exc())


def _send(connection: Connection, **message: Any) -> None:
    connection.send_bytes(json.dumps(message).encode())


def _answer(connection: Connection, job: dict[str, Any]) -> None:
    """Load one model, predict the hidden set, send the predictions or why there are none."""
    _send(connection, phase=STARTING)
    keras = _start(job)
    with np.load(job["hidden"], allow_pickle=False) as arrays:
        x = arrays["x"]
    _send(connection, phase=LOADING)
    try:
        model = keras.models.load_model(job["model"], compile=False, safe_mode=True)
        shapes = _shapes(model)
    except Exception as error:
        traceback.print_exc()
        return _send(connection, refused="not-loadable", error=_explain(error), memory=_is_memory(error))
    if any(shape is None for shape in shapes.values()):
        return _send(connection, refused="not-loadable", error="the model was never built or trained", memory=False)
    _send(connection, phase=PREDICTING, **shapes)
    try:
        predictions = _predict(model, x, job["input_scale"])
    except Exception as error:
        traceback.print_exc()
        return _send(connection, refused="not-predictable", error=_explain(error), memory=_is_memory(error))
    _send(connection, shape=predictions.shape)
    connection.send_bytes(predictions.tobytes())


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


def _shapes(model: Any) -> dict[str, Any]:
    """Return the model's own input and output shape without the batch axis, None where it has none."""

    def shape(name: str) -> Any:
        value = getattr(model, name, None)
        if value is None:
            return None
        single = all(axis is None or isinstance(axis, int) for axis in value)
        return list(value[1:]) if single else [list(part) for part in value]

    try:
        return {"input_shape": shape("input_shape"), "output_shape": shape("output_shape")}
    except (AttributeError, ValueError, TypeError):
        return {"input_shape": None, "output_shape": None}


def _predict(model: Any, x: np.ndarray[Any, Any], scale: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return float32 predictions (n, ...) of one compiled function over batches of one size.

    About twice as fast as ``model.predict`` for small models, which compiles per call and keeps callbacks. The last
    batch is filled up, so the function is compiled once.
    """
    import tensorflow as tf

    size = model.input_shape[0] or BATCH_SIZE
    step = tf.function(lambda batch: model(batch, training=False))
    parts = []
    for start in range(0, len(x), size):
        batch = x[start : start + size]
        missing = size - len(batch)
        if missing:
            batch = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
        if batch.dtype == np.uint8:
            batch = batch.astype(np.float32) * np.float32(scale)
        part = np.asarray(step(tf.constant(batch)), dtype=np.float32)
        parts.append(part[: size - missing])
    return np.concatenate(parts)


def _is_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def _explain(error: Exception) -> str:
    """Return the first telling line of an error of Keras, shortened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
    return line if len(line) <= 240 else f"{line[:237]}..."

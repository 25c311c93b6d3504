"""The process that loads and runs a learner's model; the only part of grading that imports TensorFlow.

Predictions travel as raw float32. Each phase is told before it is entered, so that whoever waits can say where a silent
death happened.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from exam.architecture.cost import BATCH_SIZE
from exam.processes import child, protocol
from exam.running import changed_inputs, load_errors, training_samples
from exam.running.keras_import import import_keras

STARTING, LOADING, PREDICTING = "starting TensorFlow", "loading the model", "predicting"
EXPERIMENTING = "experimenting"
SEMAPHORES = Path("/dev/shm")
"""Keras looks for pictures with a pool of threads, which makes its locks here; see sem_overview(7)."""
LOG_BYTES = 4 * 2**20
"""The log keeps this many bytes; what a model makes TensorFlow print beyond them is lost."""


class NoAnswers(Exception):
    """The model computed something that cannot be answers.

    Attributes:
        code: of the finding.
        values: what its sentence tells.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def serve(connection: Connection) -> None:
    """Answer jobs, and questions about the last job's model, until the other side closes the pipe."""
    loaded: _Loaded | None = None
    while True:
        message = protocol.receive(connection, ["model", "changed", "training"])
        try:
            if message.type == "model":
                loaded = _answer(connection, message.values)
            elif message.type == "training":
                _answer_on_training(connection, loaded, message.values)
            else:
                _answer_again(connection, loaded, message.values)
        except OSError as error:
            if isinstance(error, (BrokenPipeError, ConnectionError)):
                raise
            _fail(connection)
        except Exception:
            _fail(connection)


def _fail(connection: Connection) -> None:
    """Tell of a fault of ours."""
    traceback.print_exc()
    protocol.send(connection, "fault", traceback=traceback.format_exc())


def _send_array(connection: Connection, kind: str, array: np.ndarray[Any, Any], **values: Any) -> None:
    """Send an array as its shape and its float32 bytes."""
    content = np.ascontiguousarray(array, dtype="<f4").tobytes()
    protocol.send(connection, kind, content, shape=list(array.shape), **values)


class _Loaded:
    """A model that has been loaded, and the hidden inputs it is asked about."""

    def __init__(self, model: Any, x: np.ndarray[Any, Any], scale: float) -> None:
        import tensorflow as tf

        self.model, self.x, self.scale = model, x, scale
        self.size = model.inputs[0].shape[0] or BATCH_SIZE
        # AutoGraph would write source code into the folder for temporary files; layers of Keras do not need it.
        self.step = tf.function(lambda batch: _single(model(batch, training=False)), autograph=False)

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
            answers = _numbers(self.step(tf.constant(prepare(batch))), self.size)
            parts.append(answers[: self.size - missing])
        return np.concatenate(parts)

    def again(self) -> _Loaded:
        """Return the same with a function that is compiled anew, for layers that work otherwise now."""
        return _Loaded(self.model, self.x, self.scale)

    def prepare(self, batch: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return hidden inputs as a model is given them: pixels are kept as bytes."""
        return batch.astype(np.float32) * np.float32(self.scale) if batch.dtype == np.uint8 else batch


def _numbers(output: Any, rows: int) -> np.ndarray[Any, Any]:
    """Return what a model computed for ``rows`` samples as an array of numbers (rows, ...).

    Raises:
        NoAnswers: it is nothing of the kind.
    """
    import tensorflow as tf

    if not isinstance(output, tf.Tensor):
        raise NoAnswers("not-numbers", found="something other than one tensor")
    kind = np.dtype(output.dtype.as_numpy_dtype)
    if kind.kind not in "biuf" and kind.name != "bfloat16":
        raise NoAnswers("not-numbers", found=KINDS.get(kind.kind, f"values of type {kind.name}"))
    answers = np.asarray(output)
    count = len(answers) if answers.ndim else 1
    if not answers.ndim or count != rows:
        raise NoAnswers("mixed-samples", count=count, rows=rows)
    return answers


KINDS = {"O": "text", "S": "text", "U": "text", "c": "complex numbers"}
"""Kind of a NumPy type -> the name for such values."""


def _answer(connection: Connection, job: dict[str, Any]) -> _Loaded | None:
    """Load one model, predict the hidden set, send the predictions or why there are none."""
    protocol.send(connection, "phase", phase=STARTING)
    keras = _start(job)
    with np.load(job["hidden"], allow_pickle=False) as arrays:
        x = arrays["x"]
    protocol.send(connection, "phase", phase=LOADING)
    try:
        model = keras.models.load_model(job["model"], compile=False, safe_mode=True)
        _build(model)
        _finish(model)
        shapes = _shapes(model)
    except Exception as error:
        _refuse(connection, "not-loadable", error)
        return None
    if any(shape is None for shape in shapes.values()):
        reason = "the model was never built or trained"
        protocol.send(connection, "refused", code="not-loadable", reason=reason, memory=False)
        return None
    protocol.send(connection, "phase", phase=PREDICTING, **shapes)
    try:
        loaded = _Loaded(model, x, job["input_scale"])
        predictions = loaded.predict(x, loaded.prepare)
        whole_numbers = bool(np.issubdtype(predictions.dtype, np.integer))
        predictions = predictions.astype(np.float32)
    except Exception as error:
        _refuse(connection, "not-predictable", error)
        return None
    _send_array(connection, "answers", predictions, whole_numbers=whole_numbers)
    return loaded


def _refuse(connection: Connection, code: str, error: Exception) -> None:
    """Send why a model gives no predictions; the traceback goes to the log."""
    if isinstance(error, NoAnswers):
        protocol.send(connection, "unfit", code=error.code, **error.values)
        return
    traceback.print_exc()
    reason = load_errors.explain(error, loading=code == "not-loadable")
    protocol.send(connection, "refused", code=code, reason=reason, memory=_is_memory(error))


def _answer_again(connection: Connection, loaded: _Loaded | None, message: dict[str, Any]) -> None:
    """Predict every n-th hidden sample with changed inputs; see ``exam.running.live_model.Change``."""
    assert loaded is not None
    x = loaded.x[:: message["every"]]

    def prepare(batch: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return changed_inputs.change(loaded.prepare(batch), message)

    if message["batch_statistics"]:
        with batch_statistics(loaded.model):
            _send_array(connection, "answers", loaded.again().predict(x, prepare))
    else:
        _send_array(connection, "answers", loaded.predict(x, prepare))


@contextmanager
def batch_statistics(model: Any) -> Iterator[None]:
    """Let BatchNormalization layers use the mean and variance of the batch, as in training; all else is as it was."""
    layers = [layer for layer in model._flatten_layers() if type(layer).__name__ == "BatchNormalization"]
    calls, weights = [layer.call for layer in layers], [layer.get_weights() for layer in layers]
    try:
        for layer, call in zip(layers, calls, strict=True):
            layer.call = _in_training(call)
        yield
    finally:
        for layer, call, values in zip(layers, calls, weights, strict=True):
            layer.call = call
            layer.set_weights(values)  # each call has moved its averages


def _in_training(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the call of a layer as it is in training."""

    def in_training(inputs: Any, training: Any = None, mask: Any = None) -> Any:
        return call(inputs, training=True, mask=mask)

    return in_training


def _answer_on_training(connection: Connection, loaded: _Loaded | None, message: dict[str, Any]) -> None:
    """Predict some training samples; say so when they cannot be read, for example because they were deleted."""
    assert loaded is not None
    try:
        sample = training_samples.read(Path(message["starter"]), Path(message["category"]), message["count"])
    except Exception:
        traceback.print_exc()
        protocol.send(connection, "nothing")
        return
    predictions = loaded.predict(sample.x, lambda batch: batch)
    _send_array(connection, "answers", predictions, size=int(sample.size))
    _send_array(connection, "labels", np.asarray(sample.y))
    _send_array(connection, "inputs", sample.inputs)


def _start(job: dict[str, Any]) -> Any:
    """Import TensorFlow, set its threads and this process's limits; return Keras."""
    if not getattr(_start, "done", False):  # threads can be set only once, and the limits hold for good
        readable = None if job["wall"] is None else [Path(path) for path in job["wall"]]
        child.settle(child.Resources(job["address_space"], LOG_BYTES), readable, [SEMAPHORES])
    child.allow_processor(job["processor"])
    keras = import_keras()
    import tensorflow as tf

    if not getattr(_start, "done", False):
        tf.config.threading.set_intra_op_parallelism_threads(job["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(job["threads"])
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

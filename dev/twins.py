"""Write a trained Sequential model again in the other ways in which learners write it: ``twins.py MODEL.h5 FOLDER``.

Every twin computes the same with the same weights, so it must earn the same score. They differ in what their ``.h5``
files hold: calls, masks and operations on tensors instead of a plain row of layers. A functional model has only the
twin with other activations.

    python make.py twins [QUESTION ...]

grades the reference and the first attempt of every question, or of those named, and all their twins. The models are
trained once and kept in ``.log/models``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import harness
import same
from questions import OFFLINE

from exam.grading.grade import grade, new_runner
from exam.result import Result
from exam.workspace import Exam, Workspace

SEED = same.SEED
FUNCTIONS = {"softmax": "softmax", "relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "elu": "elu", "silu": "swish"}
"""Keras's activation -> the function of ``tf.nn`` that learners give instead."""


# --- Writing them: in a process of its own, which imports TensorFlow -------------------------------------------------


def with_functions(layer: Any) -> Any:
    """Return a layer of the same settings and name whose activations are functions of ``tf.nn``."""
    import tensorflow as tf

    config = layer.get_config()
    names = [key for key in config if key.endswith("activation") and config[key] in FUNCTIONS]
    functions = {key: getattr(tf.nn, FUNCTIONS[config[key]]) for key in names}
    return type(layer).from_config({**config, **functions}) if names else layer


def in_calls(layer: Any, tensor: Any) -> Any:
    return layer(tensor)


def in_operations(layer: Any, tensor: Any) -> Any:
    """Call a layer, or compute on the tensor what it computes; doubled and halved, which changes no bit."""
    from keras import ops

    name = type(layer).__name__
    if name == "Rescaling":
        return tensor * layer.scale + layer.offset
    if name == "Reshape":
        return ops.reshape(tensor, (-1, *layer.target_shape))
    if name == "Flatten":
        return ops.reshape(tensor, (-1, layer.compute_output_shape(tensor.shape)[-1]))
    after = layer(tensor)
    return (after * 2.0) / 2.0 if name == "Dense" and layer.activation.__name__ in ("relu", "linear") else after


def in_residuals(layer: Any, tensor: Any) -> Any:
    """Add to a sequence nothing of its attention to itself, and to a picture nothing of its first row."""
    from keras import layers

    after = layer(tensor)
    if type(layer).__name__ in ("LSTM", "GRU", "Bidirectional", "Conv1D") and len(after.shape) == 3:
        return after + layers.Attention()([after, after]) * 0.0
    if type(layer).__name__ == "Conv2D":
        return after - 0.0 * after[:, :1]
    return after


def functional(model: Any, call: Callable[[Any, Any], Any]) -> Any:
    """Return the layers of a Sequential model called one after another."""
    import keras

    x = y = keras.Input(model.input_shape[1:], dtype=model.inputs[0].dtype)
    for layer in model.layers:
        y = call(layer, y)
    return keras.Model(x, y)


def rebuilt(model: Any) -> Any:
    """Return a copy of a model whose activations are functions of ``tf.nn``."""
    import keras

    copied = keras.models.clone_model(model, clone_function=with_functions)
    copied.set_weights(model.get_weights())
    return copied


def twins(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, model) of every twin."""
    import keras

    yield "functions of tf.nn", rebuilt(model)
    if isinstance(model, keras.Sequential):
        yield "calls", functional(model, in_calls)
        yield "operations", functional(model, in_operations)
        yield "residuals", functional(model, in_residuals)


def write(model: Path, folder: Path) -> None:
    """Write the twins of a saved model to ``folder/<name>.h5``."""
    import keras

    for name, twin in twins(keras.models.load_model(model, compile=False)):
        twin.save(folder / f"{name}.h5")


# --- Grading them ----------------------------------------------------------------------------------------------------


def graded(workspace: Workspace, exam: Exam, folder: Path) -> dict[str, Result]:
    """Return name -> result of the twins of the one trained model of a workspace."""
    category = next(iter(exam.questions))
    model = workspace.model(category)
    folder.mkdir()
    command = [sys.executable, str(Path(__file__).resolve()), str(model), str(folder)]
    environment = harness.environment_of_script(TF_CPP_MIN_LOG_LEVEL="3")
    subprocess.run(command, env=environment, check=True, capture_output=True)
    results = {}
    with new_runner(workspace, exam) as runner:
        for path in sorted(folder.glob("*.h5")):
            shutil.copyfile(path, model)
            (results[path.stem],) = grade(workspace, exam, [category], runner=runner)
    return results


def tried(question: str, attempt: str) -> tuple[Result, dict[str, Result]]:
    """Return what one attempt at a question scores, and what its twins score."""
    with tempfile.TemporaryDirectory() as name:
        workspace = Workspace(Path(name) / "workspace")
        exam = harness.exam_of(question, SEED)
        harness.prepare(workspace, exam)
        (category,) = exam.questions
        shutil.copyfile(same.trained(question, attempt), workspace.model(category))
        (own,) = grade(workspace, exam, [category])
        return own, graded(workspace, exam, Path(name) / "twins")


def differing(own: Result, twins: dict[str, Result]) -> list[str]:
    """Return a sentence for every twin that scores something else."""
    return [
        f"{name}: {twin.points} of 5 ({twin.value}) {[found.message for found in twin.findings[:1]]}"
        for name, twin in twins.items()
        if (twin.points, twin.value) != (own.points, own.value)
    ]


def main(wanted: list[str]) -> int:
    """Train, grade and compare; 1 if a twin scores something else."""
    count = wrong = 0
    for question in wanted or OFFLINE:
        for attempt in (harness.REFERENCE, harness.FIRST_ATTEMPT):
            own, twins = tried(question, attempt)
            other = differing(own, twins)
            count, wrong = count + len(twins), wrong + len(other)
            said = "; ".join(other) or "alike"
            print(f"{question}, {attempt}: {own.points} of 5 ({own.value}), {len(twins)} twins {said}", flush=True)
    print(f"{count} twins, {wrong} with another score")
    return int(wrong > 0)


if __name__ == "__main__":
    if sys.argv[1:2] and Path(sys.argv[1]).suffix == ".h5":
        write(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        raise SystemExit(main(sys.argv[1:]))

"""Files of Keras 3 that Keras 3 cannot read back are repaired, graded, and predict what was predicted before saving."""

from __future__ import annotations

import copy
import dataclasses
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import files
import harness
import numpy as np
import pytest
from hostile import tensor
from test_allowlist import asking_for, job, readable

from exam import bank
from exam.architecture import allowlist
from exam.architecture.keras3 import in_order, repair
from exam.architecture.shapes import signature
from exam.bank import hidden
from exam.grading import cache
from exam.modelfile.inspection import inspect
from exam.running.runner import Runner, predict

POLICY = {"class_name": "DTypePolicy", "module": "keras", "config": {"name": "float32"}, "registered_name": None}
SLICE = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
ELLIPSIS = {"class_name": "__ellipsis__", "config": {}}


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    """Return a layer as Keras 3 writes it into an .h5 file: without its module."""
    settings = {"name": class_name.lower(), "trainable": True, "dtype": POLICY, **config}
    return {"class_name": class_name, "config": settings, "name": settings["name"], "inbound_nodes": []}


def operation(class_name: str, *arguments: Any, **config: Any) -> dict[str, Any]:
    """Return an operation called with ``arguments``."""
    config = {"name": class_name.lower(), **config}
    calls = [{"args": list(arguments), "kwargs": {}}]
    return {"class_name": class_name, "config": config, "name": config["name"], "inbound_nodes": calls}


def functional(*rest: dict[str, Any], shape: tuple[int, ...] = (4,)) -> dict[str, Any]:
    """Return a functional model of an input called x and other layers; the last one is its end."""
    config = {"batch_shape": [None, *shape], "dtype": "float32", "sparse": False, "name": "x"}
    first = {"class_name": "InputLayer", "config": config, "name": "x", "inbound_nodes": []}
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [[rest[-1]["name"] if rest else "x", 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "model", "layers": [first, *rest], **ends}}


def repaired(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a layer after the repair of a functional model that it ends."""
    found: dict[str, Any] = repair(functional(entry))["config"]["layers"][-1]
    return found


def test_the_argument_is_not_changed() -> None:
    before = functional(layer("Dense", units=2), operation("Add", tensor("dense"), 1.0))
    kept = copy.deepcopy(before)
    assert repair(before) != before == kept


@pytest.mark.parametrize(
    ("entry", "module", "name"),
    [
        (layer("Add"), "keras.layers", "Add"),
        (operation("Add", tensor("x"), 1.0), "keras.src.ops.numpy", "Add"),
        (layer("Softmax", axis=-1), "keras.layers", "Softmax"),
        (operation("Softmax", tensor("x"), axis=-1), "keras.src.ops.nn", "Softmax"),
        (operation("GetItem", tensor("x"), -1), "keras.src.ops.numpy", "GetItem"),
        (operation("ReLU", tensor("x"), negative_slope=0.1), "keras.src.activations.activations", "ReLU"),
        (layer("GroupedQueryAttention"), "keras.layers", "GroupQueryAttention"),
        (layer("LayerScale"), "keras.src.applications.convnext", "LayerScale"),
        (layer("ThresholdedReLU"), "keras._legacy.layers", "ThresholdedReLU"),
        ({**layer("Sequential"), "config": {"name": "inner", "layers": []}}, "keras", "Sequential"),
    ],
)
def test_every_object_is_named_with_its_module(entry: dict[str, Any], module: str, name: str) -> None:
    """Of two of the same name, the one with a setting for training is the layer."""
    found = repaired(entry)
    assert (found["module"], found["class_name"], found["registered_name"]) == (module, name, None)
    assert (found["config"], found["name"]) == (entry["config"], entry["name"])


def test_what_is_not_of_keras_stays_as_it_is() -> None:
    """It must not become one of Keras's own, and what states its module has no need of another."""
    for entry in (layer("Mine"), {**layer("Dense"), "module": "mine"}, operation("Map", tensor("x"))):
        assert repaired(entry) == entry


def test_layers_inside_of_others_are_found() -> None:
    inner = functional(layer("Dense", units=2), operation("Negative", tensor("dense")))
    wrapper = layer("TimeDistributed", layer={**inner, "module": "keras.src.models.functional"})
    found = repaired(wrapper)["config"]["layer"]["config"]["layers"]
    assert [entry["module"] for entry in found] == ["keras.layers", "keras.layers", "keras.src.ops.numpy"]


@pytest.mark.parametrize(
    ("written", "read"), [("softmax_v2", "softmax"), ("swish", "silu"), ("exp", "exponential"), ("identity", "linear")]
)
def test_functions_of_tensorflow_become_activations(written: str, read: str) -> None:
    """Only where an activation is expected."""
    function = {"module": "builtins", "class_name": "function", "config": written, "registered_name": "function"}
    found = repaired(layer("LSTM", activation=function, recurrent_activation=function, kernel_initializer=function))
    config = found["config"]
    assert (config["activation"], config["recurrent_activation"]) == (read, read)
    assert config["kernel_initializer"] is None


def test_functions_without_an_activation_become_operations() -> None:
    """An operation can be called like an activation. A function of an unknown name stays, and is refused."""
    function = {"module": "builtins", "class_name": "function", "config": "asin", "registered_name": "function"}
    found = repaired(layer("Dense", units=1, activation=function))["config"]["activation"]
    assert (found["module"], found["class_name"]) == ("keras.src.ops.numpy", "Arcsin")
    row = files.sequential(files.layer("Dense", units=1, activation=function))
    assert signature(repair(row)).last_activation == "asin"
    own = {**function, "config": "my_own"}
    assert repaired(layer("Dense", units=1, activation=own))["config"]["activation"] == own


def test_an_inner_model_that_was_frozen_is_frozen_again() -> None:
    """All of it: the order of its stored weights is that of its layers."""
    dense = layer("Dense", units=1)
    inner = {"class_name": "Sequential", "config": {"name": "inner", "trainable": False, "layers": [dense]}}
    (found,) = repaired({**inner, "name": "inner", "inbound_nodes": []})["config"]["layers"]
    assert found["config"]["trainable"] is False
    inner["config"]["trainable"] = True
    (found,) = repaired({**inner, "name": "inner", "inbound_nodes": []})["config"]["layers"]
    assert found["config"]["trainable"] is True


def test_limits_of_random_shear_are_given_as_they_were() -> None:
    found = repaired(layer("RandomShear", x_factor=[-0.1, 0.1], y_factor=[0.1, 0.2]))["config"]
    assert (found["x_factor"], found["y_factor"]) == (0.1, [0.1, 0.2])


def test_a_row_with_equalization_becomes_a_graph() -> None:
    row = [functional()["config"]["layers"][0], layer("Equalization"), layer("Dense", units=1)]
    config = repair({"class_name": "Sequential", "config": {"name": "model", "layers": row}})["config"]
    called = [entry["inbound_nodes"] for entry in config["layers"]]
    assert called[0] == [] and called[2][0]["args"][0]["config"]["keras_history"] == ["equalization", 0, 0]
    assert (config["input_layers"], config["output_layers"]) == ([["x", 0, 0]], [["dense", 0, 0]])


def test_weights_of_attention_are_named_in_the_order_of_its_parts() -> None:
    """Those around them keep their places; layers that only have the names of such parts keep theirs."""
    parts = ("key", "value", "attention_output", "query")
    written = ["m/dense/kernel", *[f"m/a/{part}/{kind}" for part in parts for kind in ("kernel", "bias")], "m/d/bias"]
    sorted_parts = ("query", "key", "value", "attention_output")
    read = [f"m/a/{part}/{kind}" for part in sorted_parts for kind in ("kernel", "bias")]
    assert in_order(written, {"a"}) == ["m/dense/kernel", *read, "m/d/bias"]
    assert in_order(written, {"b"}) == written
    quantized = [f"m/a/{part}/{kind}" for kind in ("bias", "kernel") for part in parts]
    assert in_order(quantized, {"a"}) == quantized


@pytest.mark.parametrize(
    ("key", "written_out"),
    [
        ([ELLIPSIS, 0], [SLICE, SLICE, 0]),
        ([ELLIPSIS, None, 0], [SLICE, SLICE, None, 0]),
        ([SLICE, ELLIPSIS, -1], [SLICE, SLICE, -1]),
        (ELLIPSIS, [SLICE, SLICE, SLICE]),
        (-1, -1),
    ],
)
def test_an_ellipsis_is_written_out(key: Any, written_out: Any) -> None:
    """For a tensor of three axes."""
    entry = operation("GetItem", {**tensor("x"), "config": {**tensor("x")["config"], "shape": [None, 8, 3]}}, key)
    assert repaired(entry)["inbound_nodes"][0]["args"][1] == written_out


@pytest.mark.parametrize(
    "entry",
    [
        operation("Add", tensor("x"), layer("Dense", units=1)),
        operation("GetItem", tensor("x"), {"class_name": "function", "config": "system", "module": "os"}),
        operation("Map", tensor("x")),
        layer("Dense", units=1, activation={"class_name": "Negative", "config": {"name": "negative"}}),
        {**operation("Map", tensor("x")), "module": "keras.src.ops.numpyx.numpy"},
        {**operation("Add", tensor("x"), 1.0), "registered_name": "os>system"},
        {**layer("LayerScale"), "module": "keras.src.applications.convnextra"},
    ],
)
def test_an_operation_is_allowed_by_name_place_and_arguments(entry: dict[str, Any], tmp_path: Path) -> None:
    path = files.write(tmp_path / "mymodel.h5", functional(entry, shape=(1,)))
    found = inspect(path, bank.load("straight_line")).finding
    assert found is not None and found.code in ("custom-layer", "custom-setting", "unusual-contents")


# --- For real --------------------------------------------------------------------------------------------------------

EXAM = harness.EXAM
Call = Callable[[Any], Any]


def _line(call: Call) -> Any:
    import keras

    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1)(call(keras.layers.Dense(4)(x))))


def _digits(call: Call, activation: Any = "softmax") -> Any:
    import keras

    x = keras.Input((8, 8))
    return keras.Model(x, keras.layers.Dense(10, activation)(keras.layers.Flatten()(call(x))))


def _pictures(call: Call) -> Any:
    import keras
    from keras import layers as L

    x = keras.Input(bank.load(EXAM.questions[3]).input_shape)
    return keras.Model(x, L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(call(L.Resizing(32, 32)(x)))))


def _text(call: Call) -> Any:
    import keras
    from keras import layers as L

    x = keras.Input((120,))
    return keras.Model(x, L.Dense(1, "sigmoid")(call(L.Embedding(1000, 4, mask_zero=True)(x))))


def _series(call: Call) -> Any:
    import keras
    from keras import layers as L

    x = keras.Input((24, 7))
    return keras.Model(x, L.Reshape((24, 7))(L.Dense(24 * 7)(L.Flatten()(call(x)))))


def _adapted() -> Any:
    import keras

    layer = keras.layers.Normalization(axis=None)
    layer.adapt(np.arange(24 * 7 * 3).reshape(3, 24, 7))
    return layer


def _models(number: int) -> dict[int, Any]:
    """Return an exam of models, category -> model: Keras cannot read back a part of each in a functional model."""
    import keras
    import tensorflow as tf
    from keras import layers as L
    from keras import ops

    if number == 0:
        return {
            1: _line(lambda h: h + L.Dense(4)(h)),
            2: _digits(lambda x: x / 16.0, tf.nn.softmax),
            3: _pictures(lambda x: keras.applications.mobilenet_v2.preprocess_input(x * 255.0)),
            4: _text(L.LSTM(3)),
            5: _series(lambda x: x[:, -1]),
        }
    if number == 1:
        application = keras.applications.MobileNetV3Small(weights=None, include_top=False, input_shape=(32, 32, 3))
        return {
            1: _line(lambda h: ops.maximum(1 - h * 2.0, 0.0)),
            2: _digits(L.LayerNormalization(axis=[1, 2])),
            3: _pictures(application),
            4: _text(L.Bidirectional(L.GRU(3))),
            5: _series(lambda x: L.Attention()([x, x])),
        }
    if number == 2:
        return {
            1: _line(lambda h: abs(-h) ** 2),
            2: _digits(lambda x: ops.transpose(ops.expand_dims(x, 1), (0, 2, 3, 1))),
            3: _pictures(lambda x: L.Conv2D(4, 3, activation=tf.nn.swish)(x[..., :2])),
            4: _text(lambda h: L.GlobalAveragePooling1D()(L.MultiHeadAttention(2, 2)(h, h))),
            5: _series(_adapted()),
        }
    return {
        1: _line(lambda h: h * np.arange(4.0).astype("float32")),
        2: _digits(lambda x: ops.stack([x, ops.mean(x, axis=1, keepdims=True) + x], axis=-1)),
        3: _pictures(keras.Sequential([L.Conv2D(4, 3), L.Activation(tf.nn.log_softmax)])),
        4: _text(L.GlobalAveragePooling1D()),
        5: _series(lambda x: L.LSTM(4)(L.Masking()(x - x[:, -1:]))),
    }


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_ordinary_models_are_graded_as_they_predict(number: int, tmp_path: Path) -> None:
    """Through the commands; plain Keras reads none of them."""
    import keras

    keras.utils.set_random_seed(1)
    models = _models(number)
    workspace = harness.workspace_without_models(tmp_path / "workspace")
    for category, model in models.items():
        model.save(workspace.model(category))
        with pytest.raises((ValueError, TypeError)):
            keras.models.load_model(workspace.model(category), compile=False)
        checked = harness.run_exam(workspace, "check", str(category))
        assert (checked.returncode, "Ready to be graded" in checked.stdout) == (0, True), checked.stdout
    graded = harness.run_exam(workspace, "grade", "--all", "--json")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    results = json.loads(graded.stdout)
    for result, (category, model) in zip(results, models.items(), strict=True):
        assert result["status"] == "scored", result
        question = bank.load(EXAM.questions[category])
        file = cache.path(workspace, result["sha256"], EXAM.seed, hidden.fingerprint(question))
        samples = hidden.read(hidden.ensure(question, EXAM.seed)).x
        x = samples.astype("float32") * np.float32(question.input_scale) if samples.dtype == np.uint8 else samples
        expected = model.predict(x, batch_size=64, verbose=0)
        np.testing.assert_allclose(cache.read_predictions(file), expected, rtol=0, atol=1e-6 * np.abs(expected).max())


def _frozen_in_part() -> Any:
    import keras
    from keras import layers as L

    inner = keras.Sequential([keras.Input((3,)), L.Dense(3, "relu"), L.Dense(3)])
    inner.trainable = False
    inner.layers[-1].trainable = True
    return keras.Sequential([keras.Input((3,)), inner, L.Dense(2)])


def _attention_frozen_in_part(**options: Any) -> Any:
    import keras
    from keras import layers as L

    x, attention = keras.Input((8, 3)), L.MultiHeadAttention(2, 2, **options)
    model = keras.Model(x, L.Dense(2)(L.Flatten()(attention(x, x))))
    attention.query_dense.trainable = False
    return model


def _adapted_inside() -> Any:
    import keras
    from keras import layers as L

    layer = L.Normalization()
    layer.adapt(np.random.default_rng(1).normal(5, 3, (20, 8, 3)))
    inner = keras.Sequential([keras.Input((8, 3)), layer])
    return keras.Sequential([keras.Input((8, 3)), inner, L.Flatten(), L.Dense(2)])


def _row(*layers: Any, shape: tuple[int, ...] = (8, 3)) -> Any:
    import keras

    return keras.Sequential([keras.Input(shape), *layers, keras.layers.Flatten(), keras.layers.Dense(2)])


def _by_layer(name: str, *arguments: Any, shape: tuple[int, ...] = (8, 3), **options: Any) -> Callable[[], Any]:
    def make() -> Any:
        import keras

        return _row(getattr(keras.layers, name)(*arguments, **options), shape=shape)

    return make


def _own_parts_of_the_training() -> Any:
    import keras

    def alike(shape: Any, dtype: Any = None) -> Any:
        return keras.ops.ones(shape, dtype) * 0.3

    class Small(keras.constraints.Constraint):  # type: ignore[misc]
        def __call__(self, w: Any) -> Any:
            return w * 0.5

    own = dict(kernel_initializer=alike, bias_initializer=alike, kernel_constraint=Small(), bias_constraint=alike)
    cells = keras.layers.LSTM(3, kernel_initializer=alike, return_sequences=True)
    return _row(keras.layers.Dense(4, **own), cells, keras.layers.BatchNormalization(gamma_initializer=alike))


def _quantized_attention() -> Any:
    import keras
    from keras import layers as L

    x = keras.Input((8, 3))
    model = keras.Model(x, L.Dense(2)(L.Flatten()(L.MultiHeadAttention(2, 2)(x, x))))
    with warnings.catch_warnings(action="ignore"):  # an input cannot be quantized
        model.quantize("int8")
    return model


SILENT = {
    "initializers and constraints of one's own": _own_parts_of_the_training,
    "an inner model frozen in part": _frozen_in_part,
    "attention frozen in part": _attention_frozen_in_part,
    "attention with a gate, frozen in part": lambda: _attention_frozen_in_part(use_gate=True),
    "Normalization adapted in an inner model": _adapted_inside,
    "UnitNormalization of two axes": _by_layer("UnitNormalization", axis=(1, 2)),
    "bfloat16": _by_layer("Dense", 4, dtype="bfloat16"),
    "Equalization in a row": _by_layer("Equalization", shape=(8, 8, 3)),
    "RandomShear": _by_layer("RandomShear", 0.1, 0.1, shape=(8, 8, 3)),
    "sin, by its name": lambda: _by_layer("Dense", 4, activation=__import__("tensorflow").sin)(),
}
"""Models that plain Keras cannot read, or reads as other ones without a word."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SILENT)
def test_what_keras_reads_as_another_model_is_read_as_it_was(name: str, tmp_path: Path) -> None:
    import keras

    keras.utils.set_random_seed(1)
    model = SILENT[name]()
    x = np.random.default_rng(1).random((6, *model.input_shape[1:])).astype("float32")
    expected = np.asarray(model(x, training=False), dtype=np.float32)
    (tmp_path / "copies").mkdir()
    model.save(tmp_path / "model.h5")
    np.savez(tmp_path / "hidden.npz", x=x)
    question = asking_for(model.input_shape[1:], model.output_shape[1:])
    assert inspect(tmp_path / "model.h5", question).finding is None
    copied = readable(tmp_path / "model.h5", tmp_path / "copies")
    with Runner(tmp_path / "worker.log") as runner:
        (outcome,) = runner.run([job(question, copied, tmp_path / "hidden.npz", tmp_path)], predict)
    assert outcome.value is not None, outcome
    np.testing.assert_allclose(outcome.value, expected, atol=1e-6)


@pytest.mark.slow
def test_attention_in_int8_is_named_before_it_is_run(tmp_path: Path) -> None:
    """Its description does not tell; the names of its weights do."""
    model = _quantized_attention()
    model.save(tmp_path / "model.h5")
    found = inspect(tmp_path / "model.h5", asking_for(model.input_shape[1:], model.output_shape[1:])).finding
    assert found is not None and found.code == "quantized-layer" and "'multi_head_attention" in found.message


@pytest.mark.slow
@pytest.mark.parametrize("name", ["glu", "one-hot"])
def test_what_comes_out_is_compared_where_keras_states_another_shape(name: str, tmp_path: Path) -> None:
    """Keras states two units for glu, which gives one, and a sequence for the one-hot form of Hashing."""
    import keras

    by_name = {
        "glu": lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "glu")]),
        "one-hot": lambda: keras.Sequential(
            [keras.Input((1,), dtype="int32"), keras.layers.Hashing(4, output_mode="one_hot")]
        ),
    }
    model = by_name[name]()
    x = np.arange(6 * model.input_shape[1], dtype=np.int32).reshape(6, -1)
    expected = np.asarray(model(x, training=False))
    model.save(tmp_path / "model.h5")
    np.savez(tmp_path / "hidden.npz", x=x if name == "one-hot" else x.astype(np.float32))
    question = dataclasses.replace(asking_for(model.input_shape[1:], expected.shape[1:]), activations=("glu", "linear"))
    assert inspect(tmp_path / "model.h5", question).finding is None
    with Runner(tmp_path / "worker.log") as runner:
        one = job(question, tmp_path / "model.h5", tmp_path / "hidden.npz", tmp_path)
        (outcome,) = runner.run([one], predict)
    assert outcome.value is not None, outcome
    np.testing.assert_allclose(outcome.value, expected, atol=1e-6)


@pytest.mark.slow
def test_operations_are_where_the_repair_says() -> None:
    """And the allow-list has all of them but those that are given a function, are abstract, or belong to training."""
    import keras  # noqa: F401  # defines all operations
    from keras.src.layers.layer import Layer
    from keras.src.ops.operation import Operation

    def below(cls: Any) -> set[Any]:
        return {found for child in cls.__subclasses__() for found in (child, *below(child))}

    found = {cls.__name__: cls.__module__ for cls in below(Operation) if not issubclass(cls, Layer)}
    found = {name: module for name, module in found.items() if module.startswith("keras.")}
    left_out = """
        AssociativeScan Cond FakeQuantWithMinMaxVars ForiLoop Function JVP Map Scan SegmentReduction Switch
        VectorizedMap WhileLoop
    """.split()
    assert {name: module for name, module in found.items() if name not in left_out} == allowlist.MODULE_OF_OPERATION
    assert set(left_out) <= set(found)

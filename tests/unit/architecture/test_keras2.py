"""Files of Keras 2 load in Keras 3 after the repair and predict what they predicted when they were saved."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import harness
import h5py
import numpy as np
import pytest
from keras2.make_files import RECIPES, fixed_input

from exam import bank
from exam.architecture.keras2 import Unrepairable, repair
from exam.architecture.shapes import signature
from exam.modelfile.inspection import inspect
from exam.modelfile.repair import repaired_copy

FOLDER = harness.TESTS / "keras2"
FILES = sorted(FOLDER.glob("*.h5"))
REFUSED = [path for path in FILES if path.name.startswith("slices")]
REPAIRED = [path for path in FILES if path not in REFUSED]
SINGLE_PRECISION = 1e-4  # processors add in different orders
HALF_PRECISION = 2e-3  # float16 has 11 bits; the sums of Keras 2 and 3 are rounded at different places


def precision(recipe: str) -> float:
    """Return by how much the predictions of a recipe's model may differ."""
    return HALF_PRECISION if "mixed" in recipe else SINGLE_PRECISION


def names(paths: list[Path]) -> list[str]:
    """Return the test ids of ``paths``."""
    return [path.stem for path in paths]


def config_of(path: Path) -> dict[str, Any]:
    """Return the model configuration of an .h5 file."""
    with h5py.File(path) as file:
        config: dict[str, Any] = json.loads(file.attrs["model_config"])
    return config


def version_of(path: Path) -> str:
    """Return the version of the Keras that wrote an .h5 file."""
    with h5py.File(path) as file:
        return str(file.attrs["keras_version"])


def expected(path: Path) -> Any:
    """Return the predictions that were stored when the file was made."""
    recipe, version = path.stem.split("-")
    with np.load(FOLDER / f"predictions-{version}.npz") as predictions:
        return predictions[recipe]


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    """Return a layer as Keras 2.10 writes it."""
    return {"class_name": class_name, "config": {"name": class_name.lower(), **config}}


def repaired_layer(class_name: str, **config: Any) -> dict[str, Any]:
    """Return a layer after the repair of a Sequential model of one layer."""
    result: dict[str, Any] = repair(layer("Sequential", layers=[layer(class_name, **config)]))["config"]["layers"][0]
    return result


def functional(*layers: dict[str, Any], output: str) -> dict[str, Any]:
    """Return a functional model with the input x."""
    first = {**layer("InputLayer", batch_input_shape=[None, 4]), "name": "x", "inbound_nodes": []}
    return layer("Functional", layers=[first, *layers], input_layers=[["x", 0, 0]], output_layers=[[output, 0, 0]])


def operator(function: str, **arguments: Any) -> dict[str, Any]:
    """Return a TensorFlow function called on x."""
    node = ["x", 0, 0, {**arguments, "name": None}]
    return {**layer("TFOpLambda", function=function), "name": "op", "inbound_nodes": [node]}


def test_the_argument_is_not_changed():
    """Repair works on a copy."""
    before = layer("Sequential", layers=[layer("LSTM", units=2, time_major=False)])
    kept = copy.deepcopy(before)
    repair(before)
    assert before == kept


@pytest.mark.parametrize(
    ("class_name", "key"),
    [
        ("LSTM", "time_major"),
        ("GRU", "time_major"),
        ("SimpleRNN", "time_major"),
        ("ConvLSTM2D", "time_major"),
        ("DepthwiseConv2D", "groups"),
        ("Conv2DTranspose", "groups"),
        ("SeparableConv2D", "kernel_initializer"),
        ("SpatialDropout1D", "noise_shape"),
        ("Attention", "causal"),
        ("MultiHeadAttention", "query_shape"),
        ("Embedding", "input_length"),
    ],
)
def test_keys_that_keras_3_refuses_are_dropped(class_name, key):
    """Other keys stay."""
    assert repaired_layer(class_name, **{key: None, "kept": 1})["config"] == {"name": class_name.lower(), "kept": 1}


def test_layers_inside_wrappers_get_a_module():
    """Without one Keras 3 does not find the class; layers of others are left alone."""
    inner = repaired_layer("Bidirectional", layer=layer("LSTM", units=2, time_major=False))["config"]["layer"]
    assert (inner["module"], inner["registered_name"]) == ("keras.layers", None)
    assert "time_major" not in inner["config"]
    given = repaired_layer("Dense", activation=layer("LeakyReLU", alpha=0.1))["config"]["activation"]
    assert (given["module"], given["config"]["negative_slope"]) == ("keras.layers", 0.1)
    foreign = {**layer("Mine", units=2), "module": "__main__", "registered_name": "Custom>Mine"}
    assert repair(layer("Sequential", layers=[foreign]))["config"]["layers"] == [foreign]


def test_values_are_rewritten():
    """Dtype policies by name, one axis as a number, several axes as they are, renamed keys and classes."""
    policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
    assert repaired_layer("Dense", dtype=policy)["config"]["dtype"] == "mixed_float16"
    assert repaired_layer("BatchNormalization", axis=[3])["config"]["axis"] == 3
    assert repaired_layer("LayerNormalization", axis=[1, 2])["config"]["axis"] == [1, 2]
    assert repaired_layer("LeakyReLU", alpha=0.1)["config"]["negative_slope"] == 0.1
    threshold = repaired_layer("ThresholdedReLU", theta=0.1)
    assert (threshold["class_name"], threshold["config"]["threshold"]) == ("ReLU", 0.1)
    assert repaired_layer("SyncBatchNormalization")["class_name"] == "BatchNormalization"
    assert repaired_layer("RandomHeight", factor=0.1)["config"]["activation"] == "linear"


def test_the_type_that_tensorflow_1_wrote_into_initializers_is_dropped():
    """Keras 3 refuses it; the stored weights replace what the initializer gives."""
    initializer = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "seed": None, "dtype": "float32"}}
    kept = repaired_layer("Dense", kernel_initializer=initializer)["config"]["kernel_initializer"]
    assert kept == {"class_name": "VarianceScaling", "config": {"scale": 1.0, "seed": None}}


def test_input_stated_by_the_first_layer_becomes_an_input_layer():
    """Keras 3 takes no batch_input_shape in a layer that has a module."""
    model = layer("Sequential", layers=[layer("Dense", units=1, batch_input_shape=[None, 3])])
    first, second = repair(model)["config"]["layers"]
    assert (first["class_name"], first["config"]["batch_shape"]) == ("InputLayer", [None, 3])
    assert "batch_input_shape" not in second["config"]


@pytest.mark.parametrize(
    ("function", "y", "scale", "offset"),
    [
        ("math.multiply", 400.0, 400.0, 0.0),
        ("math.truediv", 4.0, 0.25, 0.0),
        ("__operators__.add", 2.0, 1.0, 2.0),
        ("math.subtract", 2.0, 1.0, -2.0),
    ],
)
def test_arithmetic_with_a_number_becomes_rescaling(function, y, scale, offset):
    """The layer keeps its name, so that others still find it."""
    last = repair(functional(operator(function, y=y), output="op"))["config"]["layers"][1]
    assert (last["name"], last["class_name"]) == ("op", "Rescaling")
    assert (last["config"]["scale"], last["config"]["offset"]) == (scale, offset)


def test_activation_functions_become_activations():
    """A softmax over another axis than the last is no plain activation."""
    last = repair(functional(operator("nn.softmax", axis=-1), output="op"))["config"]["layers"][1]
    assert (last["class_name"], last["config"]["activation"]) == ("Activation", "softmax")
    with pytest.raises(Unrepairable, match="calls tf.nn.softmax"):
        repair(functional(operator("nn.softmax", axis=1), output="op"))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (functional(operator("reshape", shape=[2, 2]), output="op"), "calls tf.reshape on a tensor"),
        (functional(operator("math.pow", y=2.0), output="op"), "calls tf.math.pow on a tensor"),
        (layer("Sequential", layers=[layer("Lambda")]), "'lambda' (Lambda) holds its author's Python code"),
        (layer("Sequential", layers=[layer("LocallyConnected1D")]), "does not exist in Keras 3"),
        (layer("Sequential", layers=[layer("LSTM", time_major=True)]), "uses time_major=True"),
        (layer("Sequential", layers=[layer("GRU", recurrent_activation="hard_sigmoid")]), "uses hard_sigmoid"),
        (layer("Sequential", layers=[layer("Bidirectional", layer=layer("CuDNNLSTM"))]), "(CuDNNLSTM)"),
        (layer("Sequential", layers=[3]), "cannot be understood"),
        (layer("Functional", layers=[{}]), "cannot be understood"),
    ],
)
def test_refusals_name_version_layer_and_remedy(config, words):
    """What would compute something else is refused in one sentence each for the reason and the remedy."""
    with pytest.raises(Unrepairable) as refusal:
        repair(config, "2.10.0")
    assert str(refusal.value).startswith("The file was written by Keras 2.10.0 and ")
    assert words in str(refusal.value)
    assert str(refusal.value).endswith("Train the model again with this project's TensorFlow and save it again.")


def test_nothing_is_copied_where_there_is_nothing_to_repair(tmp_path):
    """A file of an unknown Keras is loaded, or not, as it is."""
    source, target = tmp_path / "model.h5", tmp_path / "copy.h5"
    with h5py.File(source, "w") as file:
        file.attrs.update({"model_config": '{"class_name": "Sequential"}'})
    assert repaired_copy(source, target, None) is False
    assert not target.exists()


def test_only_the_configuration_of_the_copy_changes(tmp_path):
    """The learner's file stays, and every weight of the copy is the same."""
    source, target = FOLDER / "bidirectional-2.10.h5", tmp_path / "copy.h5"
    before = source.read_bytes()
    assert repaired_copy(source, target, version_of(source)) is True
    assert source.read_bytes() == before
    with h5py.File(source) as old, h5py.File(target) as new:
        found: list[str] = []
        old.visit(found.append)
        for name in found:
            if isinstance(old[name], h5py.Dataset):
                np.testing.assert_array_equal(old[name][()], new[name][()])


@pytest.mark.parametrize("path", REFUSED, ids=names(REFUSED))
def test_refused_files_are_refused_by_the_inspection(path):
    """Not only when they are graded: what will not load is said by ``check``."""
    question = dataclasses.replace(bank.load("straight_line"), input_shape=RECIPES[path.stem.split("-")[0]].shape)
    found = inspect(path, dataclasses.replace(question, output_shape=(2,))).finding
    assert found is not None and found.code == "other-keras" and "slices a tensor" in found.message


@pytest.mark.parametrize("path", REFUSED, ids=names(REFUSED))
def test_refused_files_leave_nothing_behind(path, tmp_path):
    """The refusal comes before the copy."""
    with pytest.raises(Unrepairable, match=r"Keras 2.10.0 and its layer .* slices a tensor"):
        repaired_copy(path, tmp_path / "copy.h5", version_of(path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", REPAIRED, ids=names(REPAIRED))
def test_shapes_are_read_before_and_after_the_repair(path):
    """Both styles of a real file state the input and output that its predictions have."""
    config = config_of(path)
    recipe = RECIPES[path.stem.split("-")[0]]
    for found in (signature(config), signature(repair(config))):
        assert (found.input_shape, found.output_shape) == (recipe.shape, expected(path).shape[1:])


@pytest.mark.slow
@pytest.mark.parametrize("path", REPAIRED, ids=names(REPAIRED))
def test_repaired_files_predict_as_they_did(path, tmp_path):
    """Keras 3 loads the copy in safe mode and gives the predictions of the Keras 2 that saved it."""
    keras = pytest.importorskip("keras")
    assert repaired_copy(path, tmp_path / "model.h5", version_of(path))
    model = keras.models.load_model(tmp_path / "model.h5", compile=False, safe_mode=True)
    recipe = path.stem.split("-")[0]
    found = np.asarray(model(fixed_input(RECIPES[recipe]), training=False))
    np.testing.assert_allclose(found, expected(path), rtol=0, atol=precision(recipe))


def test_the_files_stay_small():
    """The repository carries them."""
    assert all(path.stat().st_size < 60_000 for path in FILES)
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 1_000_000

"""Shapes and last activations read from a configuration agree with what Keras itself says."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exam.architecture.shapes import LayerSummary, Signature, signature


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    """Return a layer as a configuration writes it."""
    return {"class_name": class_name, "config": {"name": class_name.lower(), **config}}


def sequential(*layers: dict[str, Any], **config: Any) -> dict[str, Any]:
    """Return a Sequential model as a configuration writes it."""
    return layer("Sequential", layers=list(layers), **config)


def keras3_tensor(name: str, call: int = 0) -> dict[str, Any]:
    """Return a reference to a tensor in the style of Keras 3."""
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


IMAGE2 = layer("InputLayer", batch_input_shape=[None, 28, 28])
IMAGE3 = layer("InputLayer", batch_shape=[None, 28, 28])
DENSE = layer("Dense", units=10, activation="softmax")


@pytest.mark.parametrize("image", [IMAGE2, IMAGE3], ids=["keras 2", "keras 3"])
def test_sequential_of_both_versions(image):
    """Both names of the input's shape are read, and every layer is listed."""
    found = signature(sequential(image, layer("Flatten"), DENSE))
    assert found == Signature(
        input_shape=(28, 28),
        output_shape=(10,),
        last_activation="softmax",
        layers=(
            LayerSummary("inputlayer", "InputLayer", (28, 28)),
            LayerSummary("flatten", "Flatten", (784,)),
            LayerSummary("dense", "Dense", (10,)),
        ),
    )


def test_input_shape_stated_by_the_first_layer():
    """The oldest files have no InputLayer, and a list of layers instead of a dict."""
    old = {"class_name": "Sequential", "config": [layer("Dense", units=1, batch_input_shape=[None, 3])]}
    assert signature(old).input_shape == (3,)
    assert signature(old).output_shape == (1,)


def test_batch_size_baked_in_is_left_out():
    """A Sequential without Input stores the batch size of its training."""
    assert signature(sequential(layer("InputLayer", batch_shape=[32, 4]), DENSE)).input_shape == (4,)


def test_model_never_built():
    """Nothing was fitted: the input is not stated, the rank of the output is unknown, the activation is known."""
    found = signature(sequential(DENSE))
    assert (found.input_shape, found.output_shape, found.last_activation) == (None, None, "softmax")


@pytest.mark.parametrize(
    ("last", "activation"),
    [
        ([layer("Dense", units=3), layer("Activation", activation="softmax")], "softmax"),
        ([layer("Dense", units=3), layer("Softmax", axis=-1)], "softmax"),
        ([layer("Dense", units=3, activation="sigmoid"), layer("Dropout"), layer("Flatten")], "sigmoid"),
        ([layer("Dense", units=3, activation="sigmoid"), layer("Activation", activation="linear")], "sigmoid"),
        ([layer("Dense", units=3, activation="softmax"), layer("Rescaling", scale=2)], "linear"),
        ([layer("Dense", units=3, activation={"class_name": "function", "config": "relu"})], "relu"),
        ([layer("Dense", units=3, activation={"class_name": "LeakyReLU", "config": {}})], "leaky_relu"),
        ([layer("Dense", units=3, activation=None)], "linear"),
        ([layer("LSTM", units=3)], "tanh"),
        ([layer("LSTM", units=3, activation="relu")], "relu"),
        ([layer("Bidirectional", layer=layer("GRU", units=3), merge_mode="sum")], "linear"),
        ([layer("TimeDistributed", layer=layer("Dense", units=3, activation="sigmoid"))], "sigmoid"),
        ([sequential(layer("Dense", units=3, activation="softmax"), name="head")], "softmax"),
        ([layer("Mystery")], None),
    ],
)
def test_last_activation(last, activation):
    """What the values went through last, seen through layers that only move or drop them."""
    found = signature(sequential(layer("InputLayer", batch_shape=[None, 24, 7]), *last))
    assert found.last_activation == activation


def functional(nodes: dict[str, Any], inputs: Any, outputs: Any) -> dict[str, Any]:
    """Return a functional model: input a (4), layers left and right (3 and 2 units), nested model and both joined."""
    nested = sequential(layer("InputLayer", batch_shape=[None, 3]), layer("Dense", units=5), name="nested")
    entries = [
        {**layer("Concatenate", axis=-1), "name": "joined"},
        {**layer("Dense", units=3), "name": "left"},
        {**layer("Dense", units=2, activation="relu"), "name": "right"},
        {**nested, "name": "nested"},
        {**layer("InputLayer", batch_shape=[None, 4]), "name": "a"},
    ]
    layers = [{**entry, "inbound_nodes": nodes.get(entry["name"], [])} for entry in entries]
    return layer("Functional", layers=layers, input_layers=inputs, output_layers=outputs)


KERAS2 = functional(
    {
        "left": [[["a", 0, 0, {}]]],
        "right": [[["a", 0, 0, {}]]],
        "nested": [[["left", 0, 0, {}]]],
        "joined": [[["nested", 1, 0, {}], ["right", 0, 0, {}]]],
    },
    [["a", 0, 0]],
    [["joined", 0, 0]],
)
KERAS3 = functional(
    {
        "left": [{"args": [keras3_tensor("a")], "kwargs": {}}],
        "right": [{"args": [keras3_tensor("a")], "kwargs": {}}],
        "nested": [{"args": [keras3_tensor("left")], "kwargs": {"mask": None}}],
        "joined": [{"args": [[keras3_tensor("nested"), keras3_tensor("right")]], "kwargs": {}}],
    },
    ["a", 0, 0],
    ["joined", 0, 0],
)


@pytest.mark.parametrize("config", [KERAS2, KERAS3], ids=["keras 2", "keras 3"])
def test_functional_of_both_versions(config):
    """Calls are followed in both styles, in whatever order the layers stand."""
    found = signature(config)
    assert (found.input_shape, found.output_shape, found.last_activation) == ((4,), (7,), None)
    assert [summary.output_shape for summary in found.layers] == [(7,), (3,), (2,), (5,), (4,)]


def test_several_inputs_and_outputs_are_lists():
    """Two outputs: no single last activation."""
    config = json.loads(json.dumps(KERAS3))
    config["config"]["output_layers"] = [["left", 0, 0], ["right", 0, 0]]
    config["config"]["input_layers"] = [["a", 0, 0], ["a", 0, 0]]
    found = signature(config)
    assert (found.input_shape, found.output_shape, found.last_activation) == ([(4,), (4,)], [(3,), (2,)], None)


def test_a_loop_leaves_the_shapes_unknown():
    """Two layers that wait for each other."""
    config = json.loads(json.dumps(KERAS2))
    config["config"]["layers"][1]["inbound_nodes"] = [[["joined", 0, 0, {}]]]
    assert signature(config).output_shape is None


def _bomb() -> dict[str, Any]:
    """Return models inside models, each called forty times: 40 to the power of the depth."""
    config = sequential(layer("Dense", units=1))
    for _ in range(7):
        inner = {**config, "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]]] * 40}
        first = {**layer("InputLayer", batch_shape=[None, 1]), "name": "x", "inbound_nodes": []}
        config = layer("Functional", layers=[first, inner], input_layers=[["x", 0, 0]], output_layers=[["inner", 1, 0]])
    return config


def _tower() -> dict[str, Any]:
    """Return wrappers inside wrappers, deeper than Python recurses."""
    config = layer("Dense", units=1)
    for _ in range(5000):
        config = layer("TimeDistributed", layer=config)
    return sequential(IMAGE3, config)


STRANGE = [
    {},
    [],
    None,
    "text",
    {"class_name": "Sequential", "config": None},
    {"class_name": "Sequential", "config": {"layers": [None, 3]}},
    sequential(),
    sequential(IMAGE3, layer("Dense", units="many")),
    sequential(IMAGE3, layer("Dense")),
    sequential(IMAGE3, layer("Reshape", target_shape=[0, -1])),
    sequential(IMAGE3, layer("Permute", dims=[5, 6])),
    sequential(IMAGE3, layer("MaxPooling1D", pool_size=[0], strides=[0])),
    sequential(IMAGE3, layer("Conv1D", filters=2, kernel_size=[90])),
    sequential(layer("InputLayer", batch_shape="wide"), layer("Embedding", output_dim={})),
    sequential(IMAGE3, {"class_name": ["Dense"], "config": {"units": 3}}),
    sequential(IMAGE3, layer("TimeDistributed", layer=None)),
    layer("Functional", layers=[], input_layers=[], output_layers=[["gone", 0, 0]]),
    layer("Functional", layers=[], input_layers=5, output_layers={"a": [[[[[[[[[[[[]]]]]]]]]]]]}),
    _bomb(),
    _tower(),
]


@pytest.mark.parametrize("config", STRANGE, ids=range(len(STRANGE)))
def test_strange_configurations_are_unknown(config):
    """Nothing raises, nothing takes long, and no shape is invented."""
    started = time.perf_counter()
    assert signature(config).output_shape in (None, (1,))
    assert time.perf_counter() - started < 5


# --- Against Keras ----------------------------------------------------------------------------------------------------


def _convolutions(keras: Any) -> list[Any]:
    layers = keras.layers
    made = []
    for padding in ("valid", "same"):
        for stride, dilation in ((1, 1), (2, 1), (1, 2)):
            given = {"padding": padding, "strides": stride, "dilation_rate": dilation}
            made += [
                ((17, 3), [layers.Conv1D(4, 3, **given)]),
                ((15, 12, 3), [layers.Conv2D(4, (3, 2), activation="relu", **given), layers.Conv2D(2, 1)]),
                ((15, 12, 3), [layers.SeparableConv2D(4, 3, **given), layers.DepthwiseConv2D(2, depth_multiplier=2)]),
                ((15, 12, 3), [layers.Conv2DTranspose(4, (3, 2), **given)]),
                ((9, 3), [layers.Conv1DTranspose(4, 2, **given)]),
            ]
    made += [
        ((None, 3), [layers.Conv1D(4, 5, padding="causal", dilation_rate=2), layers.SeparableConv1D(2, 3)]),
        ((None, None, 3), [layers.Conv2D(4, 3), layers.MaxPooling2D(), layers.GlobalMaxPooling2D()]),
        ((7, 8, 9, 2), [layers.Conv3D(3, (2, 3, 3)), layers.AveragePooling3D(2), layers.GlobalAveragePooling3D()]),
        ((5, 5, 2), [layers.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1)]),
        ((5, 6, 4, 2), [layers.Conv3DTranspose(3, 4, strides=3), layers.ZeroPadding3D(1), layers.UpSampling3D()]),
        ((9, 9, 2), [layers.MaxPooling2D(3, strides=2, padding="same"), layers.AveragePooling2D((2, 1))]),
        ((9, 2), [layers.MaxPooling1D(2), layers.GlobalAveragePooling1D(keepdims=True)]),
        ((9, 9, 2), [layers.GlobalAveragePooling2D(keepdims=True)]),
        ((9, 2), [layers.ZeroPadding1D((1, 2)), layers.Cropping1D(2), layers.UpSampling1D(3)]),
        ((9, 9, 2), [layers.ZeroPadding2D(((1, 2), (0, 1))), layers.Cropping2D((1, 2)), layers.UpSampling2D((2, 3))]),
    ]
    return made


def _others(keras: Any) -> list[Any]:
    layers = keras.layers
    head = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Softmax()])
    return [
        ((1,), [layers.Dense(1)]),
        ((28, 28), [layers.Flatten(), layers.Dense(10, activation="softmax")]),
        ((5, 6, 7), [layers.Dense(2, activation="tanh"), layers.Permute((2, 1, 3)), layers.Reshape((3, -1))]),
        ((None, 4), [layers.Reshape((-1, 2)), layers.Dense(2)]),
        ((None, 4), [layers.Flatten()]),
        ((8,), [layers.RepeatVector(3), layers.EinsumDense("abc,cd->abd", output_shape=(None, 5))]),
        ((120,), [layers.Embedding(50, 8), layers.Bidirectional(layers.LSTM(3)), layers.Dense(1, "sigmoid")]),
        ((None,), [layers.Embedding(50, 8), layers.GRU(3, return_sequences=True), layers.SimpleRNN(2)]),
        ((24, 7), [layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="ave")]),
        ((24, 7), [layers.LSTM(3, return_sequences=True), layers.TimeDistributed(layers.Dense(7, activation="relu"))]),
        ((24, 7), [layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True)]),
        ((6, 9, 9, 2), [layers.ConvLSTM2D(3, 3, return_sequences=True), layers.TimeDistributed(layers.Flatten())]),
        ((6, 9, 2), [layers.TimeDistributed(layers.Conv1D(3, 3)), layers.ConvLSTM1D(3, 3, padding="same")]),
        ((6, 4), [layers.TimeDistributed(head)]),
        ((4,), [head, layers.Dropout(0.2)]),
        ((32, 32, 3), [layers.Resizing(20, 24), layers.RandomCrop(16, 16), layers.CenterCrop(8, 9)]),
        ((32, 32, 3), [layers.RandomFlip(), layers.RandomZoom(0.1), layers.RandomContrast(0.1), layers.Rescaling(2)]),
        ((5, 4), [layers.Masking(), layers.BatchNormalization(), layers.LayerNormalization(), layers.PReLU()]),
        ((5, 4), [layers.GaussianNoise(0.1), layers.SpatialDropout1D(0.1), layers.ELU(), layers.UnitNormalization()]),
    ]


def _functional_models(keras: Any) -> list[Any]:
    layers = keras.layers
    one, two = keras.Input((6, 4)), keras.Input((6, 4))
    shared = layers.Dense(4)
    base = keras.Model(one, layers.Dense(4)(one))
    rows, state = layers.GRU(3, return_sequences=True, return_state=True)(one)
    return [
        keras.Model([one, two], layers.Concatenate(axis=1)([one, two])),
        keras.Model([one, two], layers.Add()([shared(one), shared(two)])),
        keras.Model([one, two], [layers.Average()([one, two]), layers.Dense(1)(two)]),
        keras.Model([one, two], layers.MultiHeadAttention(2, 3)(one, two)),
        keras.Model(one, layers.Attention()([layers.Dense(2)(one), one])),
        keras.Model(one, layers.GRU(3)(rows, initial_state=state)),
        keras.Model(two, base(base(two))),
        keras.Model(one, keras.Sequential([layers.Flatten(), layers.Dense(2)])(one)),
        keras.Model(one, layers.Dense(2)(one) * 400.0 + 1.0),
    ]


def _models(keras: Any) -> list[Any]:
    stacks = [*_convolutions(keras), *_others(keras)]
    return [keras.Sequential([keras.Input(shape), *stack]) for shape, stack in stacks] + _functional_models(keras)


def _without_batch(shape: Any) -> Any:
    """Return Keras's shape, or list of shapes, without the batch axis."""
    if isinstance(shape, list):
        return [tuple(one[1:]) for one in shape]
    return tuple(shape[1:])


@pytest.mark.slow
def test_shapes_agree_with_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every model, saved as .h5: input, output and the output of every layer are those that Keras computes."""
    keras = pytest.importorskip("keras")
    h5py = pytest.importorskip("h5py")
    for number, model in enumerate(_models(keras)):
        path = tmp_path / f"{number}.h5"
        model.save(path)
        with h5py.File(path) as file:
            config = json.loads(file.attrs["model_config"])
        found = signature(config)
        names = [one.class_name for one in found.layers]
        assert found.output_shape == _without_batch(model.output_shape), names
        assert found.input_shape == _without_batch(model.input_shape), names
        if isinstance(model, keras.Sequential):
            expected = [_without_batch(one.output.shape) for one in model.layers]
            assert [one.output_shape for one in found.layers][1:] == expected, names


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "activation"),
    [
        (lambda k: [k.layers.Dense(3, activation=k.activations.softmax)], "softmax"),
        (lambda k: [k.layers.Dense(3, activation=k.layers.LeakyReLU(0.1))], "leaky_relu"),
        (lambda k: [k.layers.Dense(3), k.layers.Activation(k.activations.sigmoid)], "sigmoid"),
        (lambda k: [k.layers.Dense(3, activation="softmax"), k.layers.Normalization(mean=0.0, variance=1.0)], "linear"),
        (lambda k: [k.layers.Bidirectional(k.layers.GRU(3))], "tanh"),
    ],
)
def test_activations_as_keras_writes_them(build: Callable[[Any], Any], activation: str, tmp_path: Path):
    """Functions and layers given as activation are found under their Keras name."""
    keras = pytest.importorskip("keras")
    h5py = pytest.importorskip("h5py")
    keras.Sequential([keras.Input((5, 4)), *build(keras)]).save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5") as file:
        assert signature(json.loads(file.attrs["model_config"])).last_activation == activation

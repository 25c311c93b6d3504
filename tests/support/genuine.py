"""Make genuine models, as learners and textbooks make them: ``genuine.py FOLDER [NAME ...]``.

Writes ``FOLDER/<name>.h5`` for every model, what Keras itself says of it into ``FOLDER/models.json``, and a few inputs
with what the model predicted before it was saved into ``FOLDER/<name>.npz``. What Keras cannot save stands in
``models.json`` with its reason.

The models of ``LAYERS`` hold one layer each, in all the ways it is commonly written; the others are whole models.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers as L

SAMPLES = 4
VECTOR, SERIES, IMAGE, VOLUME = (6,), (8, 3), (8, 8, 3), (6, 6, 6, 2)
BIG_IMAGE = (32, 32, 3)


@dataclass(frozen=True)
class Recipe:
    """How one model is made.

    Attributes:
        build: returns the model.
        dtype: of its input: "float32", "int32" for token ids, "string".
        largest: inputs are 0 to this.
        runs: whether the tests run it too; the large ones are only inspected.
    """

    build: Callable[[], Any]
    dtype: str = "float32"
    largest: int = 1
    runs: bool = True


MODELS: dict[str, Recipe] = {}


def model(**options: Any) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function that returns a model under its own name."""

    def register(build: Callable[[], Any]) -> Callable[[], Any]:
        MODELS[build.__name__] = Recipe(build, **options)
        return build

    return register


def answered(x: Any) -> Any:
    """Return two numbers for each sample from a tensor of any shape."""
    if len(x.shape) > 2 and None in x.shape[1:]:
        x = {3: L.GlobalAveragePooling1D, 4: L.GlobalAveragePooling2D, 5: L.GlobalAveragePooling3D}[len(x.shape)]()(x)
    return L.Dense(2)(L.Flatten()(x) if len(x.shape) > 2 else x)


def around(shape: tuple[int | None, ...], call: Callable[[Any], Any], dtype: str = "float32") -> Any:
    """Return the functional model input -> ``call`` -> two numbers."""
    x = keras.Input(shape, dtype=dtype)
    return keras.Model(x, answered(call(x)))


def line(shape: tuple[int | None, ...], *parts: Any) -> Any:
    """Return a Sequential model."""
    return keras.Sequential([keras.Input(shape), *parts])


# --- Every layer -----------------------------------------------------------------------------------------------------


def one(name: str, shape: tuple[int, ...], *arguments: Any, **options: Any) -> Recipe:
    """Return the recipe of a layer by its name."""
    return Recipe(lambda: around(shape, getattr(L, name)(*arguments, **options)))


def merged(name: str, shape: tuple[int, ...] = SERIES, **options: Any) -> Recipe:
    """Return the recipe of a layer that takes several tensors."""
    return Recipe(lambda: around(shape, lambda x: getattr(L, name)(**options)([L.Dense(4)(x), L.Dense(4)(x)])))


def recurrent(cell: Callable[[], Any], **options: Any) -> Recipe:
    """Return the recipe of a recurrent layer around a cell."""
    return Recipe(lambda: around(SERIES, L.RNN(cell(), **options)))


def _convolutions() -> dict[str, list[Recipe]]:
    """Return the recipes of convolutions, pools, paddings and the like, for every number of dimensions."""
    made: dict[str, list[Recipe]] = {}
    for rank, shape in enumerate((SERIES, IMAGE, VOLUME), 1):
        d = f"{rank}D"
        made[f"Conv{d}"] = [
            one(f"Conv{d}", shape, 4, 3, activation="relu", strides=2, kernel_regularizer="l2"),
            one(f"Conv{d}", shape, 4, 3, padding="same", dilation_rate=2, use_bias=False),
        ]
        made[f"Conv{d}Transpose"] = [
            one(f"Conv{d}Transpose", shape, 4, 3, strides=2, padding=padding) for padding in ("same", "valid")
        ]
        for kind in ("Max", "Average"):
            name = f"{kind}Pooling{d}"
            made[name] = [one(name, shape, 2), one(name, shape, 3, 1, "same")]
            made[f"Global{kind}Pooling{d}"] = [
                one(f"Global{kind}Pooling{d}", shape, keepdims=keep) for keep in (True, False)
            ]
            made[f"Adaptive{kind}Pooling{d}"] = [one(f"Adaptive{kind}Pooling{d}", shape, 2)]
        for name in (f"ZeroPadding{d}", f"Cropping{d}", f"UpSampling{d}"):
            made[name] = [one(name, shape), one(name, shape, 2)]
        made[f"SpatialDropout{d}"] = [one(f"SpatialDropout{d}", shape, 0.3)]
        made[f"ConvLSTM{d}"] = [
            one(f"ConvLSTM{d}", (3, *shape), 2, 3, return_sequences=keep, padding="same") for keep in (True, False)
        ]
    for d, shape in (("1D", SERIES), ("2D", IMAGE)):
        made[f"SeparableConv{d}"] = [one(f"SeparableConv{d}", shape, 4, 3, padding="same", depth_multiplier=2)]
        made[f"DepthwiseConv{d}"] = [one(f"DepthwiseConv{d}", shape, 3, depth_multiplier=2, activation="relu")]
    made["ZeroPadding2D"].append(one("ZeroPadding2D", IMAGE, ((1, 0), (2, 1))))
    made["Conv1D"].append(one("Conv1D", SERIES, 4, 3, padding="causal"))
    made["Conv2D"].append(one("Conv2D", (8, 8, 4), 4, 3, groups=2))
    return made


def _recurrences() -> dict[str, list[Recipe]]:
    """Return the recipes of recurrent layers, their cells and their wrappers."""
    made: dict[str, list[Recipe]] = {}
    for name in ("SimpleRNN", "GRU", "LSTM"):
        plain = dict(dropout=0.1, recurrent_dropout=0.1, go_backwards=True)
        made[name] = [one(name, SERIES, 3), one(name, SERIES, 3, return_sequences=True), one(name, SERIES, 3, **plain)]
        made[f"{name}Cell"] = [recurrent(lambda name=name: getattr(L, f"{name}Cell")(3), return_sequences=True)]
        made[name].append(Recipe(lambda name=name: _with_states(name)))
    made["RNN"] = [recurrent(lambda: L.GRUCell(3))]
    made["StackedRNNCells"] = [recurrent(lambda: L.StackedRNNCells([L.LSTMCell(3), L.LSTMCell(4)]))]
    made["Bidirectional"] = [
        one("Bidirectional", SERIES, L.LSTM(3, return_sequences=True), merge_mode=mode)
        for mode in ("concat", "sum", "mul", "ave")
    ] + [
        one("Bidirectional", SERIES, L.GRU(3), backward_layer=L.GRU(3, go_backwards=True)),
        one("Bidirectional", (3, *SERIES), L.ConvLSTM1D(2, 3, padding="same")),
    ]
    made["TimeDistributed"] = [
        one("TimeDistributed", SERIES, L.Dense(2)),
        one("TimeDistributed", (3, *IMAGE), L.Conv2D(2, 3)),
        one("TimeDistributed", (3, *IMAGE), line(IMAGE, L.Conv2D(2, 3), L.GlobalMaxPooling2D())),
        one("TimeDistributed", (3, *SERIES), L.LSTM(2)),
    ]
    return made


def _with_states(name: str) -> Any:
    """Return an encoder whose last states begin a decoder."""
    x = keras.Input(SERIES)
    _, *states = getattr(L, name)(3, return_state=True)(x)
    return keras.Model(x, answered(getattr(L, name)(3, return_sequences=True)(x, initial_state=states)))


def _lookups() -> dict[str, list[Recipe]]:
    """Return the recipes of layers that turn words and numbers into indices, and count or embed those."""
    words = ["cat", "dog", "bird"]
    indices = L.Embedding(8, 4)

    def of_words(layer: Callable[[], Any]) -> Recipe:
        return Recipe(lambda: around((1,), lambda x: L.Flatten()(L.Embedding(8, 4)(layer()(x))), "string"), "string")

    def of_numbers(layer: Callable[[], Any], call: Callable[[Any], Any] = indices) -> Recipe:
        return Recipe(lambda: around((5,), lambda x: call(layer()(x)), "int32"), "int32", 6)

    return {
        "StringLookup": [of_words(lambda: L.StringLookup(vocabulary=words))],
        "TextVectorization": [of_words(lambda: L.TextVectorization(vocabulary=words, output_sequence_length=6))],
        "IntegerLookup": [of_numbers(lambda: L.IntegerLookup(vocabulary=[1, 3, 5]))],
        "Hashing": [of_numbers(lambda: L.Hashing(8))],
        "HashedCrossing": [
            Recipe(lambda: around((1,), lambda x: L.Embedding(8, 2)(L.HashedCrossing(8)((x, x))), "int32"), "int32", 6)
        ],
        "CategoryEncoding": [of_numbers(lambda: L.CategoryEncoding(7, "multi_hot"), L.Identity())],
        "Discretization": [
            Recipe(lambda: around(VECTOR, lambda x: L.Embedding(4, 2)(L.Discretization([0.2, 0.5, 0.8])(x)))),
        ],
        "Embedding": [of_numbers(lambda: L.Embedding(7, 3, mask_zero=mask), L.LSTM(2)) for mask in (True, False)],
        "ReversibleEmbedding": [of_numbers(lambda: L.ReversibleEmbedding(7, 3), L.Identity())],
    }


def _augmentations() -> dict[str, list[Recipe]]:
    """Return the recipes of layers that change pictures; all but the fixed ones do so in training alone."""
    arguments: dict[str, tuple[Any, ...]] = {
        "AugMix": (), "AutoContrast": (), "ContrastLimitedAdaptiveHistogramEqualization": (), "CutMix": (),
        "MixUp": (), "RandAugment": (), "RandomBrightness": (0.2,), "RandomContrast": (0.2,),
        "RandomColorDegeneration": (0.2,), "RandomColorJitter": (), "RandomCrop": (6, 6), "CenterCrop": (6, 5),
        "RandomElasticTransform": (), "RandomErasing": (), "RandomFlip": (), "RandomGaussianBlur": (),
        "RandomGrayscale": (), "RandomHue": (0.2,), "RandomInvert": (), "RandomPerspective": (),
        "RandomPosterization": (4,), "RandomRotation": (0.1,), "RandomSaturation": (0.2,), "RandomSharpness": (0.2,),
        "RandomShear": (0.1, 0.1), "RandomTranslation": (0.1, 0.1), "RandomZoom": (0.1,), "Solarization": (),
        "Resizing": (5, 4),
    }
    made = {name: [one(name, IMAGE, *given)] for name, given in arguments.items()}
    made["Resizing"].append(Recipe(lambda: around((None, None, 3), lambda x: L.Conv2D(2, 3)(L.Resizing(6, 6)(x)))))
    made["Pipeline"] = [Recipe(lambda: around(IMAGE, L.Pipeline([L.RandomFlip(), L.Rescaling(1 / 255)])))]
    made["Equalization"] = [Recipe(lambda: line(IMAGE, L.Equalization(), L.Flatten(), L.Dense(2)))]
    made["MaxNumBoundingBoxes"] = [one("MaxNumBoundingBoxes", IMAGE, 3)]
    return made


def _vectors() -> dict[str, list[Recipe]]:
    """Return the recipes of layers for vectors and of those for any shape."""
    arguments: dict[str, tuple[Any, ...]] = {
        "Dense": (4, "relu"), "Activation": ("tanh",), "ActivityRegularization": (0.1, 0.1), "AlphaDropout": (0.2,),
        "BatchNormalization": (), "Dropout": (0.2,), "ELU": (), "Flatten": (), "GaussianDropout": (0.2,),
        "GaussianNoise": (0.2,), "GroupNormalization": (3,), "Identity": (), "LayerNormalization": (),
        "LeakyReLU": (0.1,), "Masking": (0.5,), "PReLU": (), "Permute": ((2, 1),), "RMSNormalization": (),
        "ReLU": (6.0, 0.1), "Rescaling": (2.0, -1.0), "Reshape": ((4, -1),), "Softmax": (),
        "UnitNormalization": (), "SpectralNormalization": (L.Dense(3),),
    }
    made = {name: [one(name, SERIES, *given)] for name, given in arguments.items()}
    made["InputLayer"] = [Recipe(lambda: around(VECTOR, lambda x: x))]
    made["RepeatVector"] = [one("RepeatVector", VECTOR, 3)]
    made["EinsumDense"] = [
        one("EinsumDense", SERIES, "abc,cd->abd", output_shape=(None, 5), bias_axes="d"),
        one("EinsumDense", VECTOR, "ab,bc->ac", output_shape=5),
    ]
    made["Normalization"] = [Recipe(_normalized), one("Normalization", VECTOR, mean=2.0, variance=4.0)]
    made["STFTSpectrogram"] = [one("STFTSpectrogram", (64, 1), frame_length=16, frame_step=8, fft_length=16)]
    made["MelSpectrogram"] = [one("MelSpectrogram", (512,), fft_length=128, sequence_stride=64)]
    return made


def _normalized() -> Any:
    """Return a model whose Normalization has learned means and variances."""
    layer = L.Normalization()
    layer.adapt(np.random.default_rng(1).normal(3, 2, (50, *VECTOR)))
    return around(VECTOR, layer)


def _merges() -> dict[str, list[Recipe]]:
    """Return the recipes of layers that combine tensors."""
    made = {name: [merged(name)] for name in ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")}
    made["Concatenate"] = [merged("Concatenate"), merged("Concatenate", axis=1)]
    made["Dot"] = [merged("Dot", axes=2), merged("Dot", VECTOR, axes=1, normalize=True)]
    made["Attention"] = [merged("Attention", use_scale=True)]
    made["AdditiveAttention"] = [merged("AdditiveAttention")]
    made["MultiHeadAttention"] = [
        Recipe(lambda: around(SERIES, lambda x: L.MultiHeadAttention(2, 4)(x, x))),
        Recipe(lambda: around(SERIES, lambda x: L.MultiHeadAttention(2, 4, output_shape=5)(x, value=x, key=x))),
    ]
    made["GroupQueryAttention"] = [Recipe(lambda: around(SERIES, lambda x: L.GroupQueryAttention(4, 4, 2)(x, x)))]
    return made


LAYERS: dict[str, list[Recipe]] = {
    **_convolutions(), **_recurrences(), **_lookups(), **_augmentations(), **_vectors(), **_merges()
}
for _name, _recipes in LAYERS.items():
    MODELS.update({f"layer_{_name}_{number}": recipe for number, recipe in enumerate(_recipes)})


# --- Whole models ----------------------------------------------------------------------------------------------------


@model()
def nested() -> Any:
    """Models in models in models, Sequential and functional."""
    inner = line((4,), L.Dense(3, "relu"), L.Dense(3))
    x = keras.Input((4,))
    middle = keras.Model(x, L.Add()([inner(x), L.Dense(3)(x)]), name="middle")
    return line(VECTOR, L.Dense(4), middle, line((3,), L.Dense(4), line((4,), L.Dense(2))))


@model()
def shared() -> Any:
    """A layer and a model that are called three times each."""
    x = keras.Input((3, 8))
    tower, layer = line((8,), L.Dense(5, "relu")), L.Dense(4)
    seen = [layer(tower(L.Flatten()(L.Cropping1D((place, 2 - place))(x)))) for place in range(3)]
    return keras.Model(x, L.Dense(2, "softmax")(L.Concatenate()(seen)))


@model()
def branches() -> Any:
    """An inception block with a residual connection."""
    x = keras.Input(IMAGE)
    parts = [L.Conv2D(3, size, padding="same", activation="relu")(x) for size in (1, 3, 5)]
    pooled = L.Conv2D(3, 1)(L.MaxPooling2D(3, 1, "same")(x))
    whole = L.Conv2D(3, 1)(L.Concatenate()([*parts, pooled]))
    return keras.Model(x, L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(L.Add()([whole, x]))))


@model()
def arithmetic() -> Any:
    """Operators and operations on tensors, which are layers of the file."""
    x = keras.Input(VECTOR)
    y = L.Dense(6)(x)
    y = (y * 2.0 + 1.0 - x) / 3.0 + x * y - 0.5
    return keras.Model(x, L.Dense(2)(keras.ops.tanh(keras.ops.maximum(y, 0.1))))


@model()
def slices() -> Any:
    """The last step, and differences from it: common in time series."""
    x = keras.Input(SERIES)
    last = x[:, -1:, :]
    y = L.Flatten()(L.LSTM(3, return_sequences=True)(x - last))
    return keras.Model(x, L.Dense(3)(y) + last[:, 0, :])


@model()
def operations() -> Any:
    """Functions of keras.ops on tensors."""
    x = keras.Input(SERIES)
    y = keras.ops.expand_dims(keras.ops.mean(x, axis=1), 1)
    y = keras.ops.concatenate([x, y], axis=1)
    y = keras.ops.reshape(keras.ops.transpose(y, (0, 2, 1)), (-1, 27))
    return keras.Model(x, L.Dense(2)(keras.ops.relu(keras.ops.squeeze(keras.ops.stack([y], axis=1), 1))))


@model()
def mixed_precision() -> Any:
    """Half precision inside."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return line(IMAGE, L.Conv2D(4, 3, activation="relu"), L.BatchNormalization(), L.Flatten(),
                    L.Dense(2, "softmax", dtype="float32"))
    finally:
        keras.config.set_dtype_policy(before)


@model()
def augmented() -> Any:
    """The usual augmentation as a model of its own in front of a network."""
    augmentation = keras.Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.1), L.RandomZoom(0.1)])
    return line(IMAGE, augmentation, L.Rescaling(1 / 255), L.Conv2D(4, 3, activation="relu"), L.Flatten(), L.Dense(2))


@model(dtype="int32", largest=29)
def text() -> Any:
    """Stacked recurrent layers in both directions, with a mask."""
    return line((12,), L.Embedding(30, 4, mask_zero=True), L.Bidirectional(L.LSTM(3, return_sequences=True)),
                L.Bidirectional(L.GRU(3)), L.Dropout(0.2), L.Dense(1, "sigmoid"))


@model(dtype="int32", largest=29)
def transformer() -> Any:
    """Positions, attention with a causal mask, and a feed-forward block."""
    x = keras.Input((10,), dtype="int32")
    y = L.Embedding(30, 8)(x)
    seen = L.MultiHeadAttention(2, 4)(y, y, use_causal_mask=True)
    y = L.LayerNormalization(epsilon=1e-6)(L.Add()([y, seen]))
    y = L.LayerNormalization()(L.Add()([y, L.Dense(8)(L.Dense(16, "gelu")(y))]))
    return keras.Model(x, L.Dense(3, "softmax")(L.GlobalAveragePooling1D()(y)))


@model()
def names_of_their_own() -> Any:
    """Names with dots, dashes and underscores, and names of other classes; others than these cannot be trained."""
    made = line(VECTOR, L.Dense(3, name="Schicht.1"), L.Dense(3, name="a-b"), L.Dense(3, name="Lambda"),
                L.Dense(2, name="model_weights"))
    made.name = "mein.Modell-1"
    return made


@model()
def regularized() -> Any:
    """Initializers, regularizers and constraints as objects with settings."""
    options = dict(
        kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", seed=3),
        bias_initializer=keras.initializers.Constant(0.1),
        kernel_regularizer=keras.regularizers.L1L2(1e-3, 1e-3),
        activity_regularizer=keras.regularizers.L2(1e-4),
        kernel_constraint=keras.constraints.MaxNorm(2.0),
    )
    return line(VECTOR, L.Dense(4, activation=L.LeakyReLU(negative_slope=0.2), **options), L.Dense(2, **options))


@model()
def fixed_batch() -> Any:
    """A stateful network, whose batch size is part of the file."""
    x = keras.Input(SERIES, batch_size=SAMPLES)
    return keras.Model(x, L.Dense(2)(L.GRU(3, stateful=True)(x)))


@model()
def any_length() -> Any:
    """A network for pictures of any size."""
    return line((None, None, 3), L.Conv2D(4, 3), L.GlobalAveragePooling2D(), L.Dense(2))


@model()
def autoencoder() -> Any:
    """Smaller and larger again, with connections across."""
    x = keras.Input(IMAGE)
    down = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    low = L.Conv2D(6, 3, strides=2, padding="same", activation="relu")(down)
    up = L.Concatenate()([L.Conv2DTranspose(4, 3, strides=2, padding="same")(low), down])
    return keras.Model(x, L.Conv2D(3, 3, padding="same", activation="sigmoid")(L.UpSampling2D()(up)))


@model()
def wavenet() -> Any:
    """Causal convolutions of growing reach with gates."""
    x = y = keras.Input((16, 2))
    for reach in (1, 2, 4, 8):
        parts = [L.Conv1D(4, 2, padding="causal", dilation_rate=reach, activation=a)(y) for a in ("tanh", "sigmoid")]
        y = L.Add()([L.Conv1D(4, 1)(y), L.Multiply()(parts)])
    return keras.Model(x, L.Dense(2)(L.Flatten()(y)))


@model()
def very_deep() -> Any:
    """Two hundred layers, one after another."""
    return line(VECTOR, *[L.Dense(6, "relu") for _ in range(198)], L.Dense(2))


@model()
def subclassed_from_sequential_layers() -> Any:
    """Cloned, so that every name is new."""
    return keras.models.clone_model(nested())


OPTIMIZERS = (
    "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion Muon Nadam RMSprop SGD ScheduleFreeAdamW".split()
)
LOSSES = """
    BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge
    CosineSimilarity Dice Hinge Huber KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError
    MeanSquaredError MeanSquaredLogarithmicError Poisson SquaredHinge Tversky""".split()


def _trained(optimizer: Any, loss: Any, **options: Any) -> Any:
    """Return a small network after one step of training."""
    made = line(VECTOR, L.Dense(4, "relu"), L.Dense(2, "softmax"))
    made.compile(optimizer, loss, **options)
    y = np.eye(2, dtype="float32")[[0, 1] * (SAMPLES // 2)]
    made.train_on_batch(np.ones((SAMPLES, *VECTOR), "float32"), y)
    return made


for _name in OPTIMIZERS:
    MODELS[f"optimizer_{_name}"] = Recipe(lambda name=_name: _trained(getattr(keras.optimizers, name)(), "mse"))
for _name in LOSSES:
    MODELS[f"loss_{_name}"] = Recipe(lambda name=_name: _trained("adam", getattr(keras.losses, name)()))


@model()
def compiled_inside() -> Any:
    """A compiled model, with a loss of its learner's own, as a part of another: its compilation goes into the file."""

    def loss_of_my_own(y: Any, predictions: Any) -> Any:
        return keras.ops.mean((y - predictions) ** 2)

    metrics = ["mae", keras.metrics.CosineSimilarity(), keras.metrics.MeanAbsoluteError(), keras.metrics.AUC()]
    inner = _trained(keras.optimizers.Adam(1e-3, amsgrad=True), loss_of_my_own, metrics=metrics)
    return line(VECTOR, inner, L.Dense(2))


@model()
def compiled_inside_with_objects() -> Any:
    """The same with a loss and a schedule as objects."""
    rate = keras.optimizers.schedules.CosineDecay(0.01, 100, warmup_steps=5, warmup_target=0.1)
    inner = _trained(keras.optimizers.Nadam(rate), keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    return line(VECTOR, inner, L.Dense(2))


def _activated() -> Any:
    """Return every activation of Keras that takes one tensor, by name and as a function, and some of TensorFlow."""
    import tensorflow as tf

    names = """celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid
        log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid
        sparsemax squareplus tanh tanh_shrink""".split()
    functions = [getattr(keras.activations, name) for name in names]
    of_tensorflow = [tf.nn.relu, tf.nn.tanh]
    return line(VECTOR, *[L.Dense(3, activation) for activation in (*names, *functions, *of_tensorflow)], L.Dense(2))


MODELS["activations"] = Recipe(_activated)


@model()
def large_values() -> Any:
    """Settings in the units of the data, such as prices: no sizes, so no number is too large."""
    return line(
        VECTOR, L.Normalization(mean=2_500_000, variance=10**12), L.Rescaling(5_000_000, 3_000_000),
        L.ReLU(max_value=9_000_000, threshold=2_000_000), L.Dense(2),
    )


@model()
def large_boundaries() -> Any:
    return around(VECTOR, lambda x: L.Embedding(3, 2)(L.Discretization([1_500_000, 3_000_000])(x)))


@model()
def double_precision() -> Any:
    """Other types than float32, for the whole of a model."""
    return line(VECTOR, L.Dense(3, dtype="float64"), L.Dense(3, dtype="float16"), L.Dense(2))


@model()
def schedule_and_metrics() -> Any:
    """A learning rate that decays, clipped gradients, several metrics."""
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 100, 0.9)
    metrics = ["accuracy", keras.metrics.AUC(), keras.metrics.TopKCategoricalAccuracy(k=1)]
    return _trained(keras.optimizers.SGD(rate, momentum=0.9, clipnorm=1.0), "categorical_crossentropy", metrics=metrics)


# --- Transfer learning -----------------------------------------------------------------------------------------------

APPLICATIONS = {
    "MobileNetV2": 32, "MobileNetV3Small": 32, "EfficientNetB0": 32, "DenseNet121": 32, "ResNet50": 32,
    "InceptionV3": 75, "Xception": 71, "NASNetMobile": 32, "ConvNeXtTiny": 32,
}
"""One network of each family of ``keras.applications``, and the smallest picture it takes."""
RUN_APPLICATIONS = ("MobileNetV2", "EfficientNetB0", "NASNetMobile")


def _transfer(name: str, size: int) -> Any:
    """Return a frozen network under a new head, as every tutorial has it."""
    base = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=(size, size, 3))
    base.trainable = False
    x = keras.Input((size, size, 3))
    y = L.GlobalAveragePooling2D()(base(L.Rescaling(1 / 127.5, -1)(x), training=False))
    return keras.Model(x, L.Dense(3, "softmax")(L.Dropout(0.2)(y)))


for _name, _size in APPLICATIONS.items():
    MODELS[f"application_{_name}"] = Recipe(
        lambda name=_name, size=_size: _transfer(name, size), runs=_name in RUN_APPLICATIONS
    )


@model()
def transfer_in_a_row() -> Any:
    """The network as the first layer of a Sequential model."""
    base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=BIG_IMAGE, alpha=0.35)
    return keras.Sequential([base, L.Flatten(), L.Dense(3, "softmax")])


@model()
def transfer_cut() -> Any:
    """The network's own tensors go on into the head; its last blocks are left off."""
    base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=BIG_IMAGE, alpha=0.35)
    y = base.get_layer("block_6_expand_relu").output
    return keras.Model(base.input, L.Dense(3, "softmax")(L.GlobalMaxPooling2D()(y)))


# --- Writing ---------------------------------------------------------------------------------------------------------


def inputs(recipe: Recipe, made: Any) -> Any:
    """Return a few samples by formula; a free length is 9."""
    shape = (SAMPLES, *[axis or 9 for axis in made.input_shape[1:]])
    steps = np.arange(np.prod(shape)).reshape(shape)
    if recipe.dtype == "string":
        return np.array(["cat", "dog", "bird", "fish"])[steps % 4]
    if recipe.dtype == "int32":
        return (steps * 7 % (recipe.largest + 1)).astype("int32")
    return ((np.sin(steps * 0.37) + 1) / 2).astype("float32")


def write(folder: Path, name: str) -> dict[str, Any]:
    """Build and save one model, and return what Keras says of it, or why that failed."""
    recipe = MODELS[name]
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    path = folder / f"{name}.h5"
    try:
        made = recipe.build()
        x = inputs(recipe, made)
        y = np.asarray(made(keras.ops.convert_to_tensor(x), training=False)) if recipe.runs else np.zeros(0)
        made.save(path)
    except Exception as error:
        path.unlink(missing_ok=True)
        return {"refused by Keras": f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"}
    np.savez(path.with_suffix(".npz"), x=x if recipe.dtype != "string" else np.zeros(0), y=y)
    return {
        "input_shape": made.input_shape[1:],
        "output_shape": made.output_shape[1:],
        "layers": {layer.name: _shape(layer) for layer in made.layers},
        "runs": recipe.runs and recipe.dtype != "string",
    }


def _shape(layer: Any) -> Any:
    """Return the shape of a layer's output without the batch axis, None where it has several."""
    shape = getattr(getattr(layer, "output", None), "shape", None)
    return None if shape is None else list(shape[1:])


def main(folder: Path, names: list[str]) -> None:
    """Write the named models, or all."""
    said = {name: write(folder, name) for name in names or MODELS}
    (folder / "models.json").write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

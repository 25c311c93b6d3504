"""Operations on tensors: shapes as Keras itself states and computes them, last activations, costs."""

from __future__ import annotations

import importlib
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from exam.architecture import allowlist, cost, operations, shapes

CONSTANT = {"class_name": "__numpy__", "config": {"value": [[1.0, 2.0]] * 6, "dtype": "float32"}}
SLICE = {"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": None}}
DOTS = {"class_name": "__ellipsis__", "config": {}}


def tensor(name: str, output: int = 0) -> dict[str, Any]:
    """Return a reference to a tensor as Keras 3 writes it."""
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, 0, output]}
    return {"class_name": "__keras_tensor__", "config": config}


X = tensor("x")


def step(class_name: str, *args: Any, name: str = "", kwargs: Any = None, **config: Any) -> dict[str, Any]:
    """Return an operation, called once, as Keras 3 writes it; a layer when it is told whether it is trainable."""
    nodes = [{"args": list(args), "kwargs": kwargs or {}}]
    name = name or class_name.lower()
    return {"class_name": class_name, "config": {"name": name, **config}, "name": name, "inbound_nodes": nodes}


def dense(units: int, *args: Any, name: str = "dense", **config: Any) -> dict[str, Any]:
    return step("Dense", *args, name=name, trainable=True, units=units, **config)


def functional(*steps: dict[str, Any], shape: Sequence[int | None] = (4, 6)) -> dict[str, Any]:
    """Return a functional model with the input ``x``, which answers what the last step gives."""
    first = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, *shape]}, "name": "x"}
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [[steps[-1]["name"], 0, 0]]}
    config = {"name": "model", "layers": [{**first, "inbound_nodes": []}, *steps], **ends}
    return {"class_name": "Functional", "config": config}


def whole_outputs(*steps: dict[str, Any], shape: Sequence[int] = (4, 6)) -> tuple[Any, ...]:
    """Return the shapes that the last step gives for 64 samples."""
    return shapes.calls(functional(*steps, shape=shape), tuple(shape))[-1].outputs


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        (step("Relu", X), (64, 4, 6)),
        (step("Add", X, 2.0), (64, 4, 6)),
        (step("Subtract", 1, X), (64, 4, 6)),
        (step("Multiply", X, [1, 2, 3, 4, 5, 6]), (64, 4, 6)),
        (step("Mean", X, axis=1), (64, 6)),
        (step("Max", X, axis=[0, -1], keepdims=True), (1, 4, 1)),
        (step("Sum", X, axis=None), ()),
        (step("Reshape", X, newshape=[-1, 6]), (256, 6)),
        (step("Reshape", X, newshape=[-1, 2, 3]), (256, 2, 3)),
        (step("Transpose", X, axes=[1, 0, 2]), (4, 64, 6)),
        (step("Moveaxis", X, source=0, destination=-1), (4, 6, 64)),
        (step("Squeeze", X, axis=None), (64, 4, 6)),
        (step("ExpandDims", X, axis=0), (1, 64, 4, 6)),
        (step("GetItem", X, [SLICE, -1]), (63, 6)),
        (step("GetItem", X, [DOTS, None, SLICE]), (64, 4, 1, 5)),
        (step("GetItem", X, 0), (4, 6)),
        (step("Concatenate", [X, X, X], axis=0), (192, 4, 6)),
        (step("Stack", [X, X], axis=1), (64, 2, 4, 6)),
        (step("Repeat", X, repeats=5, axis=0), (320, 4, 6)),
        (step("Repeat", X, repeats=[1, 2, 3, 4], axis=1), (64, 10, 6)),
        (step("Tile", X, repeats=[2, 3]), (64, 8, 18)),
        (step("Pad", X, pad_width=[[0, 0], [1, 2], [3, 4]]), (64, 7, 13)),
        (step("BroadcastTo", X, shape=[3, 64, 4, 6]), (3, 64, 4, 6)),
        (step("Take", X, [[0, 1], [2, 3]], axis=1), (64, 2, 2, 6)),
        (step("Matmul", X, CONSTANT), (64, 4, 2)),
        (step("Einsum", X, CONSTANT, subscripts="bij,jk->kb"), (2, 64)),
        (step("Tensordot", X, X, axes=[[0, 1], [0, 1]]), (6, 6)),
        (step("OneHot", X, num_classes=9, axis=-1), (64, 4, 6, 9)),
        (step("Arange", 0, 10, 3), (4,)),
        (step("Full", 1.0, shape=[5, 7]), (5, 7)),
        (step("Linspace", 0.0, 1.0, num=50, axis=0), (50,)),
        (step("Clip", kwargs={"x": X}, x_min=0, x_max=1), (64, 4, 6)),
    ],
)
def test_shapes_of_families(operation: dict[str, Any], given: Any) -> None:
    """With the batch, which operations may merge, move or drop."""
    assert whole_outputs(operation) == (given,)


def test_several_outputs_and_what_follows() -> None:
    """Each is found by its number, and layers are told which axis came to the front."""
    parts = step("Split", X, indices_or_sections=[1], axis=1)
    assert whole_outputs(parts) == ((64, 1, 6), (64, 3, 6))
    flat = step("Reshape", tensor("split", 1), newshape=[-1, 2])
    assert whole_outputs(parts, flat, dense(5, tensor("reshape"))) == ((576, 5),)
    assert shapes.signature(functional(parts, flat, dense(5, tensor("reshape")))).output_shape == (5,)


def test_a_number_without_axes_is_no_unknown() -> None:
    mean = step("Mean", X, axis=None)
    assert whole_outputs(mean, step("Subtract", X, tensor("mean"))) == ((64, 4, 6),)


def test_a_batch_size_in_the_file_counts() -> None:
    """As for the grader's predictions."""
    config = functional(step("Reshape", X, newshape=[-1]))
    config["config"]["layers"][0]["config"]["batch_shape"][0] = 3
    assert shapes.calls(config, (4, 6))[-1].outputs == ((72,),)


def test_an_inner_model_keeps_the_merged_axis() -> None:
    inner = functional(dense(2, X), shape=(6,)) | {"name": "inner"}
    inner["inbound_nodes"] = [{"args": [tensor("reshape")], "kwargs": {}}]
    assert whole_outputs(step("Reshape", X, newshape=[-1, 6]), inner) == ((256, 2),)


def test_masks_disturb_nothing() -> None:
    """They hang off the input and reach layers by name."""
    mask = [step("NotEqual", X, 0), step("Any", tensor("notequal"), axis=-1, keepdims=False)]
    lstm = step("LSTM", X, kwargs={"mask": tensor("any")}, trainable=True, units=3, activation="tanh")
    found = shapes.signature(functional(*mask, lstm, dense(2, tensor("lstm"))))
    assert (found.output_shape, found.last_activation) == ((2,), "linear")
    assert whole_outputs(*mask) == ((64, 4),)


def test_a_layer_and_an_operation_of_the_same_name() -> None:
    """The layer says whether it is trainable, or where it comes from."""
    layer = step("Reshape", X, trainable=True, target_shape=[24])
    assert whole_outputs(layer) == ((64, 24),)
    assert whole_outputs(step("Reshape", X, target_shape=[24]) | {"module": "keras.layers"}) == ((64, 24),)
    assert whole_outputs(step("Reshape", X, newshape=[24, -1]) | {"module": "keras.src.ops.numpy"}) == ((24, 64),)
    assert whole_outputs(step("Add", [X, X], trainable=True)) == whole_outputs(step("Add", X, X)) == ((64, 4, 6),)


STRANGE = [
    step("Reshape", X, newshape=["a", 10**12, -1]),
    step("Reshape", X, newshape={}),
    step("Tile", step("Full", shape=[10**12]), repeats=["a"]),
    step("Tile", X, repeats=["a", "b", "c"]),
    step("Repeat", X, repeats="many", axis=1),
    step("Split", X, indices_or_sections=10**12, axis=0),
    step("ArraySplit", X, indices_or_sections=10**12, axis=0),
    step("Unstack", X, num=10**12, axis=0),
    step("Transpose", X, axes=[0, 0, 9]),
    step("GetItem", X, X),
    step("GetItem", X, {"class_name": "__slice__", "config": 3}),
    step("Einsum", X, subscripts="a" * 1000),
    step("Einsum", X, subscripts=5),
    step("Matmul"),
    step("Mean", X, axis=[[[[]]]]),
    step("Max", X, axis=7),
    step("Arange", 0, float("inf"), 1),
    step("Arange", 0, 1, 0),
    step("Conv", X, 5),
    step("MaxPool", X, pool_size=0, strides=0),
    step("Stack", [], axis=0),
    step("Concatenate", 7, axis=0),
    step("ExpandDims", X, axis=list(range(500))),
    step("ExpandDims", X, axis=[1, 1]),
    step("Tensordot", X, X, axes=10**12),
    step("View", X, dtype="int32"),
    step("Relu", X) | {"inbound_nodes": [{"args": 3, "kwargs": []}]},
    step("Relu", X) | {"inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {}}], "kwargs": {}}]},
    step("Relu", X) | {"config": None},
    step("Add", X, X, kwargs={"config": 1}),
]


@pytest.mark.parametrize("operation", STRANGE, ids=range(len(STRANGE)))
def test_what_is_strange_is_unknown(operation: dict[str, Any]) -> None:
    """Nothing raises, fills the memory or takes long, and what follows is not made up."""
    started = time.perf_counter()
    config = functional(operation, dense(3, tensor(operation["name"]), name="end"))
    assert shapes.signature(config).output_shape in (None, (3,), (4, 3))
    cost.excess(config, shapes.calls(config, (4, 6)))
    assert time.perf_counter() - started < 1


def test_sizes_that_are_squared_again_and_again() -> None:
    """As numbers they would fill the memory of the inspection."""
    before = [X, *(tensor(f"outer{number}") for number in range(60))]
    config = functional(*(step("Outer", one, one, name=f"outer{number}") for number, one in enumerate(before)))
    assert "GB" in (cost.excess(config, shapes.calls(config, (4, 6))) or "")


def test_every_operation_is_known() -> None:
    """But one, whose result depends on types of numbers."""
    assert allowlist.OPERATIONS - operations.KNOWN == {"View"}
    assert operations.KNOWN <= allowlist.OPERATIONS


# --- Last activations ------------------------------------------------------------------------------------------------

SOFTMAX = dense(3, X, activation="softmax", name="h")
LINEAR = dense(3, X, activation="linear", name="h")
H = tensor("h")
OTHER = dense(3, X, activation="relu", name="other")


@pytest.mark.parametrize(
    ("steps", "activation"),
    [
        ([LINEAR, step("Sigmoid", H)], "sigmoid"),
        ([LINEAR, step("Softmax", H, axis=-1)], "softmax"),
        ([LINEAR, step("Softmax", H, axis=2)], "softmax"),
        ([LINEAR, step("Softmax", H, axis=1)], None),
        ([LINEAR, step("Softmax", H, axis=[1, 2])], None),
        ([LINEAR, step("LogSoftmax", H, axis=0)], None),
        ([LINEAR, step("HardSilu", H)], "hard_silu"),
        ([LINEAR, step("ReLU", H, negative_slope=0.1)], "leaky_relu"),
        ([LINEAR, step("ReLU", H, max_value=1.0)], None),
        ([SOFTMAX, step("GetItem", H, [SLICE, -1])], "softmax"),
        ([SOFTMAX, step("Mean", H, axis=1)], "softmax"),
        ([SOFTMAX, step("Cast", H, dtype="float32"), step("Transpose", tensor("cast"), axes=[1, 0, 2])], "softmax"),
        ([SOFTMAX, step("Split", H, indices_or_sections=2, axis=1)], "softmax"),
        ([SOFTMAX, step("GetItem", H, [DOTS, SLICE])], None),
        ([SOFTMAX, step("Concatenate", [H, H], axis=-1)], None),
        ([LINEAR, step("GetItem", H, [DOTS, SLICE])], "linear"),
        ([LINEAR, step("Take", [0.1, 0.2], H, axis=0)], None),
        ([SOFTMAX, step("Take", H, [0, 1], axis=1)], "softmax"),
        ([SOFTMAX, step("Concatenate", [H, H], axis=1)], "softmax"),
        ([SOFTMAX, OTHER, step("Concatenate", [H, tensor("other")], axis=1)], None),
        ([SOFTMAX, step("Maximum", H, 0.5)], None),
        ([LINEAR, step("Maximum", H, 0)], None),
        ([LINEAR, step("Add", H, 1.0)], "linear"),
        ([LINEAR, step("Multiply", [1.0, 2.0, 3.0], H)], "linear"),
        ([LINEAR, step("Subtract", H, H)], "linear"),
        ([LINEAR, step("TrueDivide", H, 3.0)], "linear"),
        ([LINEAR, step("TrueDivide", 3.0, H)], None),
        ([LINEAR, step("Divide", H, H)], None),
        ([SOFTMAX, step("Add", H, 1.0)], None),
        ([SOFTMAX, step("Multiply", H, H)], None),
        ([SOFTMAX, OTHER, step("Add", H, tensor("other"))], None),
        ([LINEAR, step("Exp", H)], None),
        ([LINEAR, step("Clip", H, x_min=0, x_max=1)], None),
        ([LINEAR, step("Matmul", H, H)], None),
        ([SOFTMAX, step("Add", [H, H], trainable=True)], None),
        ([SOFTMAX, step("Average", [H, H], trainable=True)], "softmax"),
        ([LINEAR, step("Add", [H, H], trainable=True)], "linear"),
        ([LINEAR, step("Softmax", H, trainable=True, axis=1)], None),
        ([LINEAR, step("Softmax", H, trainable=True, axis=2)], "softmax"),
        ([SOFTMAX, step("Exp", H), dense(2, tensor("exp"), activation="linear")], "linear"),
    ],
)
def test_last_activation(steps: list[dict[str, Any]], activation: str | None) -> None:
    """No more is said than is certain: a finding about it stops the grading."""
    assert shapes.signature(functional(*steps)).last_activation == activation


# --- Costs -----------------------------------------------------------------------------------------------------------


def excess(*steps: dict[str, Any], shape: Sequence[int] = (4, 6)) -> str | None:
    config = functional(*steps, shape=shape)
    return cost.excess(config, shapes.calls(config, tuple(shape)))


LONG = step("Repeat", X, repeats=100_000, axis=1, name="long")
FEW = [step("Reshape", X, newshape=[-1], name="flat"), step("GetItem", tensor("flat"), [SLICE], name="few")]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([step("Repeat", X, repeats=1000, axis=1)], None),
        ([step("Repeat", X, repeats=10**6, axis=1)], "GB"),
        ([step("Repeat", X, repeats=10**6, axis=0)], "GB"),
        ([step("Repeat", X, repeats=10**9, axis=1)], "1,000,000,000"),
        ([step("Tile", X, repeats=[1000, 1000])], "GB"),
        ([step("Pad", X, pad_width=[[0, 0], [0, 10**5], [0, 10**5]])], "GB"),
        ([step("BroadcastTo", X, shape=[10**5, 10**5, 4, 6])], "GB"),
        ([step("OneHot", X, num_classes=10**6, axis=-1)], "GB"),
        ([step("Outer", X, X)], None),
        ([LONG, step("Outer", tensor("long"), tensor("long"))], "GB"),
        ([LONG, step("Kron", tensor("long"), tensor("long"))], "GB"),
        ([LONG, step("Matmul", tensor("long"), CONSTANT)], None),
        ([LONG, step("Einsum", tensor("long"), tensor("long"), subscripts="bij,bkj->bik")], "multiplies"),
        ([LONG, step("CDist", tensor("long"), tensor("long"))], "multiplies"),
        ([LONG, step("Meshgrid", tensor("long"), tensor("long"), indexing="ij")], "GB"),
        ([*FEW, step("Vander", tensor("few"), N=10**6)], "GB"),
        ([*FEW, step("Diagflat", tensor("few"), k=10**6)], "GB"),
        ([LONG, step("Reshape", tensor("long"), newshape=[-1, 1]), step("Corrcoef", tensor("reshape"))], "multiplies"),
        ([step("Full", 1.0, shape=[10**5, 10**5])], "GB"),
        ([step("Arange", 0, 10**10)], "GB"),
        ([step("Linspace", X, X, num=10**6, axis=0)], "GB"),
        ([step("Resize", X, size=[10**5, 10**5])], "GB"),
        ([step("ScaleAndTranslate", X, [64, 10**5, 10**5], X, X, spatial_dims=[0], method="linear")], "multiplies"),
        ([step("ElasticTransform", X, sigma=1e6)], "multiplies"),
        ([step("MultiHot", X, num_classes=10**6)], "GB"),
        ([LONG, step("IsIn", tensor("long"), tensor("long"))], "GB"),
        ([LONG, step("Reshape", tensor("long"), newshape=[-1, 50_000, 8, 6], name="many"),
          step("DotProductAttention", *[tensor("many")] * 3)], "multiplies"),
        ([step("Nonzero", X), step("ExpandDims", tensor("nonzero"), axis=-1),
          step("Tile", tensor("expanddims"), repeats=[10**5, 10**5])], "GB"),
    ],
)
def test_memory_of_operations(steps: list[dict[str, Any]], words: str | None) -> None:
    """What they give, take and need in between, for a batch."""
    found = excess(*steps)
    assert (found is None) if words is None else (found is not None and words in found)


@pytest.mark.parametrize(
    ("steps", "shape"),
    [
        ([step("Matmul", X, X)], (4000, 4000)),
        ([step("Inv", X)], (1500, 1500)),
        ([step("Norm", X, ord="nuc", axis=[1, 2], keepdims=True)], (1500, 1500)),
        ([step("SVD", X, full_matrices=False)], (1500, 1500)),
        ([step("Einsum", X, X, subscripts="bij,bjk->bik")], (4000, 4000)),
        ([step("Tensordot", X, X, axes=[[0, 2], [0, 2]])], (4000, 4000)),
        ([step("Reshape", X, newshape=[8000, 6, 64], name="k"), step("Conv", X, tensor("k"), padding="same")],
         (8000, 6)),
        ([step("GaussianBlur", X, kernel_size=[3000, 3000])], (500, 500, 3)),
        ([step("MaxPool", X, pool_size=[500, 500], strides=1, padding="same")], (500, 500, 3)),
    ],
)
def test_time_of_operations(steps: list[dict[str, Any]], shape: tuple[int, ...]) -> None:
    """Products that grow faster than what they give."""
    found = excess(*steps, shape=shape)
    assert found is not None and "multiplies" in found


def test_an_axis_merged_into_the_batch_hides_no_cost() -> None:
    """A layer after it works on as many samples more."""
    flat = step("Reshape", tensor("long"), newshape=[-1, 1])
    short = step("Repeat", X, repeats=1000, axis=1, name="long")
    assert excess(short, flat, dense(10, tensor("reshape"))) is None
    assert "GB" in (excess(short, flat, dense(1000, tensor("reshape"))) or "")
    kernel = {"kernel_size": [99, 99], "filters": 1, "padding": "same"}
    picture = step("Reshape", X, newshape=[-1, 8, 8, 1])
    convolution = step("Conv2D", tensor("reshape"), trainable=True, **kernel)
    assert excess(picture, convolution, shape=(8, 8)) is None
    assert "multiplies" in (excess(picture, convolution, shape=(8, 8 * 20_000)) or "")


@pytest.mark.parametrize(
    "operation",
    [
        step("Multiply", X, 5_000_000),
        step("Greater", X, 2_000_000_000),
        step("Clip", X, x_min=-10_000_000, x_max=10_000_000),
        step("Where", step("Greater", X, 0), X, 10**9),
        step("FullLike", X, 10**9),
        step("Threshold", X, threshold=10**7, default_value=-(10**7)),
        step("NanToNum", X, nan=0, posinf=10**9, neginf=-(10**9)),
        step("Max", X, axis=1, initial=-(10**9)),
        step("Pad", X, pad_width=[[0, 0], [0, 1], [0, 0]], kwargs={"constant_values": 10**8}),
        step("Power", 10**7, X),
        step("IsIn", X, [10**7, 10**8]),
    ],
)
def test_large_values_are_no_sizes(operation: dict[str, Any]) -> None:
    assert excess(operation) is None


@pytest.mark.parametrize(
    "operation",
    [
        step("Diag", tensor("nothing"), k=-(10**9)),
        step("Vander", tensor("nothing"), N=10**9),
        step("Bincount", X, minlength=10**9),
        step("SegmentSum", X, X, num_segments=10**9),
        step("Linspace", X, tensor("nothing"), num=10**9),
    ],
)
def test_large_sizes_are_refused_though_nothing_is_known_of_the_input(operation: dict[str, Any]) -> None:
    assert "1,000,000,000" in (excess(operation) or "")


# --- Against Keras ---------------------------------------------------------------------------------------------------

INPUTS = {
    "x": (4, 6), "y": (4, 6), "v": (6,), "w": (6,), "a": (1, 6), "u": (None, 6), "s": (4, 4), "c": (3, 6, 6),
    "h": (5, 2, 8), "p": (8, 8, 3), "q": (8, 8, 3), "n": (4, 6, 6, 2), "i": (5,), "j": (4, 6),
}  # fmt: skip
"""Tensors by the names that they have in the expressions below, without the batch axis."""
WHOLE_INPUTS = {
    "fx": (3, 4, 6), "fv": (6,), "fw": (4,), "fm": (4, 4), "fp": (8, 8, 3), "fb": (3, 8, 8, 3), "fr": (5, 4),
    "fi": (5,), "fs": (3,), "ft": (3, 2),
}  # fmt: skip
"""The same with a batch of a fixed size, or what would be one."""
INTEGERS = {"i", "j", "fi", "fs", "ft"}
UNARY = """
    abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh array cbrt ceil celu conj conjugate copy cos cosh
    deg2rad elu empty_like erf erfc erfinv exp exp2 expm1 fabs fliplr flipud floor gelu hard_shrink hard_sigmoid
    hard_silu hard_tanh i0 imag isfinite isinf isnan isneginf isposinf isreal leaky_relu log log10 log1p log2
    log_sigmoid log_softmax logical_not nan_to_num ndim negative nonzero normalize ones_like rad2deg ravel real
    reciprocal relu relu6 round rsqrt selu sigmoid sign signbit silu sin sinc sinh size soft_shrink softplus softsign
    sparse_plus sparse_sigmoid sparsemax sqrt square squareplus stop_gradient tan tanh tanh_shrink trunc zeros_like
    """.split()
BINARY = """
    add arctan2 divide divide_no_nan equal floor_divide fmax fmin fmod greater greater_equal isclose
    less less_equal logaddexp logaddexp2 logical_and logical_or logical_xor maximum minimum mod multiply nextafter
    not_equal power subtract true_divide
    """.split()
BINARY_OF_TENSORS = ["heaviside", "hypot"]
BINARY_OF_INTEGERS = """
    bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor gcd lcm left_shift right_shift
    """.split()
REDUCTIONS = """
    all amax amin any logsumexp max mean median min nanmax nanmean nanmedian nanmin nanprod nanstd nansum
    nanvar norm prod ptp std sum var
    """.split()
REDUCTIONS_OF_ONE_AXIS = "argmax argmin average nanargmax nanargmin".split()
OTHERS = """
    ops.softmax(x); ops.softmax(x, axis=1); ops.softmax(x, axis=(1, 2)); ops.threshold(x, 0.5, 0.1);
    ops.clip(x, -1, 2); ops.cast(x, 'int32'); ops.saturate_cast(x, 'uint8'); ops.convert_to_tensor(x);
    ops.view(x, 'int32'); ops.bitwise_not(j); ops.bitwise_invert(j); ops.ldexp(x, j); ops.polar(x, y); ops.isin(x, y);
    ops.isin(x, [1.0, 2.0]); ops.where(x>0, x, y); ops.where(x>0, 1.0, 0.0); ops.where(v>0, a, 0.0);
    ops.select([x>1, x>0], [x, y], 0.0); ops.allclose(x, y); ops.full_like(x, 3.0);
    ops.digitize(x, np.array([0.0, 1.0])); ops.flip(x); ops.flip(x, axis=1); ops.roll(x, 2); ops.roll(x, 2, axis=1);
    ops.tril(x); ops.triu(x, 1); ops.searchsorted(np.arange(4, dtype='float32'), v); ops.add(x, v);
    ops.multiply(v, x[:, :1]); x+1; 1-x; x/3.0; x**2; x@ops.transpose(y, (0, 2, 1)); -x; x>0.5; x+np.arange(6.0); x%2;
    x//2; abs(x); ops.cumsum(x); ops.cumsum(x, axis=1); ops.cumprod(x, axis=-1); ops.nancumsum(x, axis=1);
    ops.nancumprod(x); ops.sort(x); ops.sort(x, axis=1); ops.sort(fx, axis=None); ops.argsort(x);
    ops.argsort(x, axis=None); ops.argpartition(i, 2); ops.average(x, axis=1, weights=y); ops.average(x, weights=y);
    ops.moments(x, axes=[1]); ops.moments(x, axes=[0, 1], keepdims=True); ops.norm(x, ord=2, axis=-1);
    ops.norm(x, ord='fro', axis=(1, 2)); ops.quantile(x, 0.5, axis=1); ops.quantile(x, np.array([0.5, 0.7]), axis=1);
    ops.percentile(x, [5, 50], axis=-1, keepdims=True); ops.nanquantile(x, [0.5, 0.7]);
    ops.nanpercentile(x, 50.0, axis=1); ops.trapezoid(x, axis=1); ops.trapezoid(x); ops.glu(x); ops.glu(x, axis=1);
    ops.diff(x); ops.diff(x, n=2, axis=1); ops.reshape(x, (-1, 24)); ops.reshape(x, (-1, 6));
    ops.reshape(x, (-1, 2, 3, 4)); ops.reshape(fx, (4, -1)); ops.reshape(u, (-1, 6)); ops.transpose(x);
    ops.transpose(x, (0, 2, 1)); ops.transpose(p, (0, -1, 1, 2)); ops.expand_dims(x, 1); ops.expand_dims(x, -1);
    ops.expand_dims(x, (0, -1)); ops.squeeze(a, 1); ops.squeeze(a); ops.squeeze(ops.expand_dims(a, -1), (1, 3));
    ops.swapaxes(x, 1, 2); ops.swapaxes(x, 0, -1); ops.rot90(s, axes=(1, 2)); ops.rot90(x, k=3, axes=(1, 2));
    ops.moveaxis(p, -1, 1); ops.moveaxis(p, (1, 2), (0, -1)); ops.moveaxis(n, (3, 1), (1, 4)); x[0]; x[:, -1];
    x[:, 1:3]; x[:, ::2, None]; x[..., 0]; x[:, -1:, :]; fx[:, None]; ops.count_nonzero(x);
    ops.count_nonzero(x, axis=(1, 2)); x[:, :, 1:-1]; x[:, ::-1]; u[:, 1:]; x[:, 1:, ::2]; x[:, None, ..., None];
    fx[1:, ::2]; fx[-1]; ops.slice(x, (0, 1, 2), (2, 2, 3)); ops.slice(fx, (0, 1, 2), (3, 2, -1));
    ops.slice_update(x, (0, 0, 0), fx); ops.scatter_update(x, [[0, 1, 2]], [1.0]);
    ops.scatter(np.array([[0], [1]]), v, (5,)); ops.take(x, [0, 2], axis=1); ops.take(x, [[0, 2], [1, 1]], axis=-1);
    ops.take(x, 1, axis=1); ops.take(v, i); ops.take(x, i, axis=2); ops.take_along_axis(x, j, axis=1);
    ops.take_along_axis(fx, np.zeros((72, ), 'int32'), axis=None); ops.repeat(x, 3, axis=1); ops.repeat(fx, 2);
    ops.repeat(x, [1, 2, 1, 0], axis=1); ops.repeat(x, 2, axis=0); ops.tile(x, 2); ops.tile(x, (1, 2, 3));
    ops.tile(v, (2, 1, 3)); ops.pad(x, 1); ops.pad(x, ((0, 0), (1, 2), (0, 0)));
    ops.pad(x, ((0, 0), (1, 2), (0, 0)), constant_values=1); ops.pad(x, ((1, 2),), mode='reflect');
    ops.broadcast_to(a, (3, 4, 6)); ops.diag(fw); ops.diag(fm, 1); ops.diag(fm, -2); ops.diagflat(fm);
    ops.diagflat(fw, 2); ops.diagonal(s, axis1=1, axis2=2); ops.diagonal(x, 1, 1, 2); ops.diagonal(x, -2, 1, 2);
    ops.trace(x, axis1=1, axis2=2); ops.concatenate([x, y], axis=1); ops.concatenate([x, y]);
    ops.concatenate([x, u, x], axis=1); ops.concatenate([x, y], axis=-1); ops.append(x, y, axis=2); ops.append(fx, fx);
    ops.append(x, y); ops.stack([x, y], axis=1); ops.stack([x, y, x], axis=-1); ops.stack([v, w]); ops.hstack([x, y]);
    ops.hstack([v, w]); ops.vstack([x, y]); ops.dstack([v, w]); ops.dstack([x, y]); ops.split(x, 2, axis=1);
    ops.split(x, [1, 3], axis=-1); ops.split(x, 3); ops.hsplit(x, 2); ops.vsplit(x, 2); ops.dsplit(x, [2]);
    ops.array_split(x, 3, axis=1); ops.array_split(x, 2); ops.unstack(x, axis=1); ops.unstack(x, num=6, axis=-1);
    ops.meshgrid(fv, fw); ops.meshgrid(fv, fw, fm, indexing='ij'); ops.matmul(x, ones(6, 3)); ops.matmul(v, ones(6));
    ops.matmul(x, ops.transpose(y, (0, 2, 1))); ops.matmul(ones(5, 4), x); ops.dot(x, ones(6, 3)); ops.dot(v, ones(6));
    ops.dot(x, 2.0); ops.dot(x, ones(2, 6, 3)); ops.inner(x, v); ops.inner(x, ones(6)); ops.outer(fv, fw);
    ops.outer(v, w); ops.vdot(v, w); ops.kron(fm, fm); ops.kron(x, y); ops.tensordot(x, ones(6, 3), axes=1);
    ops.tensordot(x, y, axes=[[1, 2], [1, 2]]); ops.tensordot(x, ones(4, 6, 2), axes=2); ops.tensordot(fv, fw, axes=0);
    ops.einsum('bij,bjk->bik', x, ops.transpose(y, (0, 2, 1))); ops.einsum('...i,ij->...j', x, ones(6, 2));
    ops.einsum('bij->b', x); ops.einsum('bij,bij->bij', x, y); ops.einsum('bi,bj->bij', v, w);
    ops.einsum('bii->bi', s); ops.einsum('b...,b...->b...', x, y); ops.einsum('ij,jk', fm, fm);
    ops.einsum('bij,ik,jl->bkl', x, ones(4, 2), ones(6, 3)); ops.cross(x[..., :3], y[..., :3]);
    ops.cross(x[..., :2], y[..., :2]); ops.cross(fp, fp, axis=-1); ops.correlate(fv, fw);
    ops.correlate(fv, fw, mode='same'); ops.correlate(fv, fw, mode='full'); ops.corrcoef(fm); ops.linspace(v, w, 7);
    ops.linspace(0, v, 7, axis=-1); ops.logspace(v, w, 5, axis=1); ops.geomspace(v, w, 5); ops.one_hot(i, 7);
    ops.one_hot(i, 7, axis=1); ops.multi_hot(i, 7); ops.multi_hot(fi, 9); ops.vander(fv); ops.vander(fv, 3);
    ops.bincount(i); ops.bincount(fi, minlength=9); ops.histogram(v, 4); ops.unravel_index(i, (3, 4)); ops.unique(v);
    ops.unique(v, return_counts=True, return_inverse=True); ops.unique(fv, size=3); ops.top_k(x, 2);
    ops.in_top_k(fi, fr, 2); ops.segment_sum(fx, fs, 5); ops.segment_max(fx, fs, 4); ops.segment_min(fx, fs, 4);
    ops.segment_prod(fx, fs); ops.max_pool(p, 2); ops.max_pool(p, (3, 2), 2, 'same');
    ops.average_pool(p, 3, 1, 'valid'); ops.average_pool(x, 2, padding='same'); ops.max_pool(u, 2); ops.max_pool(n, 2);
    ops.adaptive_average_pool(p, (2, 2)); ops.adaptive_max_pool(p, (2, 3)); ops.adaptive_max_pool(x, (2,));
    ops.conv(p, ones(3, 3, 3, 5)); ops.conv(p, ones(3, 2, 3, 5), strides=2, padding='same');
    ops.conv(p, ones(2, 2, 3, 5), dilation_rate=2); ops.conv(x, ones(2, 6, 4), padding='causal');
    ops.depthwise_conv(p, ones(3, 3, 3, 2)); ops.separable_conv(p, ones(3, 3, 3, 2), ones(1, 1, 6, 7), padding='same');
    ops.conv_transpose(p, ones(3, 3, 5, 3), strides=2);
    ops.conv_transpose(p, ones(3, 3, 5, 3), strides=2, padding='same', output_padding=1);
    ops.conv_transpose(x, ones(2, 5, 6), strides=3); ops.dot_product_attention(h, h, h);
    ops.dot_product_attention(h, h, h, is_causal=True); ops.binary_crossentropy(v, w);
    ops.categorical_crossentropy(x, y); ops.categorical_crossentropy(x, y, axis=-1);
    ops.sparse_categorical_crossentropy(fi, fr); ops.sparse_categorical_crossentropy(i[:, :4], x);
    ops.batch_normalization(x, np.zeros(6), ones(6), -1, ones(6), ones(6));
    ops.layer_normalization(x, ones(6), ones(6)); ops.rms_normalization(x, ones(6)); ops.psnr(x, y, 1.0);
    ops.unfold(c, 2); ops.unfold(c, (2, 3), padding=1, stride=2);
    ops.fold(ops.transpose(ops.unfold(c, 2), (0, 1, 2)), (6, 6), 2); ops.depth_to_space(ops.tile(p, (1, 1, 1, 4)), 2);
    ops.space_to_depth(p, 2); ops.space_to_depth(p, 4); ops.fft((x, y)); ops.fft2((x, y)); ops.ifft2((x, y));
    ops.rfft(x); ops.rfft(x, 10); ops.irfft((x, y)); ops.irfft((x, y), 8); ops.extract_sequences(x, 3, 2);
    ops.stft(v, 4, 2, 4); ops.stft(v, 3, 1, 4, center=False); ops.istft((x[:, :, :3], y[:, :, :3]), 4, 2, 4);
    ops.istft((x[:, :, :3], y[:, :, :3]), 4, 2, 4, length=7);
    ops.istft((x[:, :, :3], y[:, :, :3]), 4, 2, 4, center=False); ops.view_as_complex(x[..., :2]);
    ops.view_as_real(ops.view_as_complex(x[..., :2])); ops.cholesky(s); ops.cholesky_inverse(s); ops.inv(s);
    ops.det(s); ops.logdet(s); ops.slogdet(s); ops.matrix_rank(x); ops.pinv(x); ops.eig(s); ops.eigh(s);
    ops.lu_factor(s); ops.qr(x); ops.qr(x, mode='complete'); ops.svd(x); ops.svd(x, full_matrices=False);
    ops.svd(x, compute_uv=False); ops.solve(s, x); ops.solve_triangular(s, x); ops.lstsq(fm, fw); ops.lstsq(fm, fm);
    ops.image.rgb_to_grayscale(p); ops.image.rgb_to_hsv(p); ops.image.hsv_to_rgb(p); ops.image.resize(p, (4, 5));
    ops.image.resize(p, (16, 16), crop_to_aspect_ratio=True); ops.image.affine_transform(p, ones(8));
    ops.image.extract_patches(p, 2); ops.image.extract_patches(p, (3, 2), strides=1, padding='same');
    ops.image.extract_patches(n, (2, 2, 2)); ops.image.map_coordinates(p, ones(4, 7, 2), 1);
    ops.image.pad_images(p, 1, 2, 3, 4); ops.image.pad_images(p, 1, 2, target_height=12, target_width=13);
    ops.image.crop_images(p, 1, 2, 3, 1); ops.image.crop_images(p, 1, 2, target_height=4, target_width=5);
    ops.image.gaussian_blur(p); ops.image.elastic_transform(fb); ops.image.sobel_edges(p);
    ops.image.ssim(p, q, filter_size=3); ops.image.perspective_transform(fb, corners, corners);
    ops.image.scale_and_translate(fp, (9, 10, 3), ones(2), np.zeros(2), (0, 1), 'linear');
    ops.rearrange(fx, 'b h w -> b (h w)'); ops.rearrange(fx, 'b (h k) w -> h b w k', k=2);
    ops.ctc_loss(ft, fx, fs, fs); ops.ctc_decode(fx, fs); ops.ctc_decode(fx, fs, strategy='beam_search', top_paths=2);
    made('Mish')(x); activations.relu(x, max_value=3.0); activations.relu(x, negative_slope=0.1); made('Abs')(x);
    made('Conj')(x); ops.cdist(x, y); ops.full((2, 3), ops.max(x));
    """


def expressions() -> Iterator[str]:
    """Yield an expression for every way in which an operation is tried."""
    for name in UNARY:
        yield f"ops.{name}(x)"
    for name in BINARY:
        yield f"ops.{name}(2.0, v)"
    for name in BINARY + BINARY_OF_TENSORS:
        yield from (f"ops.{name}(x, y)", f"ops.{name}(x, a)")
    for name in BINARY_OF_INTEGERS:
        yield f"ops.{name}(j, j)"
    for name in REDUCTIONS:
        yield from (f"ops.{name}(x)", f"ops.{name}(x, axis=1)", f"ops.{name}(x, axis=(0, -1))")
        yield from (f"ops.{name}(x, axis=-1, keepdims=True)", f"ops.{name}(fx, axis=0)")
    for name in REDUCTIONS_OF_ONE_AXIS:
        yield from (f"ops.{name}(x)", f"ops.{name}(x, axis=1)", f"ops.{name}(x, axis=-1)")
    yield from filter(None, (one.strip() for one in OTHERS.split(";")))


def ones(*shape: int) -> Any:
    import numpy as np

    return np.ones(shape, "float32")


def made(name: str) -> Any:
    """Return an operation without settings, where no function makes it."""
    return getattr(importlib.import_module(allowlist.MODULE_OF_OPERATION[name]), name)()


class Trial:
    """A model of one expression, saved and read again."""

    def __init__(self, expression: str, path: Path) -> None:
        import h5py
        import keras
        import numpy as np
        from keras import activations, ops

        known = {"activations": activations, "made": made, "np": np, "ones": ones, "ops": ops}
        known["corners"] = np.array([[[0, 0], [0, 7], [7, 0], [7, 7]]] * 3, "float32")
        self.inputs = {name: self._input(name) for name in re.findall(r"\w+", expression) if self.is_input(name)}
        result = eval(expression, known | self.inputs)
        outputs = [one for one in keras.tree.flatten(result) if one is not None]
        self.model = keras.Model(list(self.inputs.values()), outputs)
        self.model.save(path)
        with h5py.File(path) as file:
            self.config = json.loads(file.attrs["model_config"])
        self.operations = [one for one in self.model.operations if not isinstance(one, keras.layers.Layer)]

    @staticmethod
    def is_input(name: str) -> bool:
        return name in INPUTS or name in WHOLE_INPUTS

    def _input(self, name: str) -> Any:
        import keras

        kind = "int32" if name in INTEGERS else "float32"
        if name in WHOLE_INPUTS:
            return keras.Input(batch_shape=WHOLE_INPUTS[name], dtype=kind, name=name)
        return keras.Input(INPUTS[name], dtype=kind, name=name)

    def ours(self, rows: int | None) -> dict[str, list[Any]]:
        """Return what we say of the shapes that each operation gives, for so many samples."""
        model = shapes._Model(self.config, shapes._Walk(rows))
        stated = zip(model.inputs, model.batches, strict=True)
        model.call([shapes._Tensor(shape, "linear", batch or rows) for shape, batch in stated])
        return {one.name: [tensor.whole for tensor in model.results[one.name][0]] for one in self.operations}

    def theirs(self) -> dict[str, list[Any]]:
        """Return what Keras says."""
        import keras

        flat = {one.name: keras.tree.flatten(one.output) for one in self.operations}
        return {name: [tuple(tensor.shape) for tensor in some if tensor is not None] for name, some in flat.items()}

    def computed(self) -> list[tuple[int, ...]]:
        """Return the shapes that the last operation really gives, for three samples; none if TensorFlow refuses."""
        import keras

        try:
            outputs = self.model([self._values(name) for name in self.inputs])
        except Exception:  # of any class, as operations come: integers where it wants none, a type that it lacks
            return []
        return [tuple(getattr(one, "shape", ())) for one in keras.tree.flatten(outputs)]

    @staticmethod
    def _values(name: str) -> Any:
        """Return values by formula: matrices that can be inverted, numbers below 4 for what are indices."""
        import numpy as np

        shape = WHOLE_INPUTS.get(name) or (3, *(axis or 5 for axis in INPUTS[name]))
        values = np.abs(np.sin(np.arange(np.prod(shape)))).reshape(shape) + 0.01
        if name in INTEGERS:
            return (values * 3).astype("int32")
        return (values + 9 * np.eye(4) if name in ("s", "fm") else values).astype("float32")


OTHERWISE_IN_KERAS = {
    "AdaptiveAveragePool": "repeats the first spatial axis",
    "AdaptiveMaxPool": "repeats the first spatial axis",
    "Ndim": "states one axis for a number",
    "Slogdet": "states one sign for all matrices",
}
"""Operations whose shape Keras states wrongly: what they compute has the shape that we state."""


@pytest.mark.slow
def test_shapes_agree_with_keras(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every operation that takes a tensor: each shape that we state is what Keras states, and what it computes."""
    pytest.importorskip("keras")
    tried, unknown, compared, computed = Counter[str](), set(), 0, 0
    for expression in expressions():
        trial = Trial(expression, tmp_path / "model.h5")
        ours, theirs = trial.ours(None), trial.theirs()
        for operation in trial.operations:
            name = type(operation).__name__
            tried[name] += 1
            if ours[operation.name] == [None]:
                unknown.add(name)
            elif name not in OTHERWISE_IN_KERAS:
                compared += len(ours[operation.name])
                assert ours[operation.name] == theirs[operation.name], expression
        last, real = trial.operations[-1], trial.computed()
        stated = trial.ours(3)[last.name]
        if stated != [None] and real:
            computed += 1
            at_most = type(last).__name__ in operations.DEPENDING_ON_VALUES
            assert all(agree(*pair, at_most) for pair in zip(stated, real, strict=True)), expression
    with capsys.disabled():
        print(f"\n{len(tried)} operations, {compared} shapes as Keras states them, {computed} models run")
    assert unknown == {"View"}
    assert allowlist.OPERATIONS - tried.keys() == {"Arange"}  # which takes no tensor
    assert compared > 700 and computed > 600


def agree(stated: tuple[int | None, ...], real: tuple[int, ...], at_most: bool) -> bool:
    """Return whether a stated shape, whose None is any length, is the real one or, where asked for, no smaller."""
    lengths = zip(stated, real, strict=True)
    return all(one is None or one == other or (at_most and one > other) for one, other in lengths)

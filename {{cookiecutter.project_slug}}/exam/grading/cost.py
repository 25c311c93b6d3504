"""What a model would cost to load and to run, from the description of its layers, before either is done.

A description of a few kilobytes can ask for any amount of memory: a layer with a billion weights, a picture repeated
ten thousand times. What is not understood is not refused here: the process that runs the model has limits of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from exam.grading import layers, shapes
from exam.grading.shapes import Call, Config, Shape

BATCH_SIZE = 64
"""Samples that are predicted at once, unless the model states another number."""
MAX_STEP_BYTES = 3 * 2**30
"""For what one layer takes and gives; with TensorFlow itself, that is what ``run.MEMORY_BYTES`` allows."""
MAX_BYTES = 40 * 2**30
"""For what all layers give, one after another."""
MAX_MULTIPLICATIONS = 10**10
"""For one sample; the widest networks of ``keras.applications`` need less for pictures of 150 x 150."""
MAX_STEPS = 20_000
"""That recurrent layers go through for one sample, one after another."""
MAX_UNROLLED = 2_000
MAX_CONNECTIONS = 21_000
"""That Keras makes while loading. Each layer added to a Sequential connects all before it again: 100 layers make 5,000
connections and take 3 seconds, 200 take 11, 400 take 41. A network of 771 layers under a head of 14 makes 6,500."""
MAX_NUMBER = 2**20
SPARE_WEIGHTS = 2**20
"""Weights that the description may ask for beyond those in the file, since not every layer is counted exactly."""
FREE_NUMBERS = frozenset(
    """
    seed salt vocabulary num_bins input_dim max_tokens mask_token idf_weights mean variance scale offset max_value
    threshold mask_value bin_boundaries value_range
    """.split()
)
"""Settings that may be large: values to calculate with, or sizes that are compared with the stored weights."""


def excess(model_config: Config, calls: list[Call]) -> str | None:
    """Return which limit one batch of samples would break, completing the sentence "the model ...", or None.

    Args:
        model_config: the parsed description.
        calls: of its layers for one sample, from ``shapes.calls``.

    Raises:
        One of ``shapes.STRANGE`` for settings that cannot be calculated with.
    """
    if len(calls) >= shapes.MAX_CALLS:
        return f"calls its layers more than {shapes.MAX_CALLS:,} times"
    if any(call.depth >= shapes.MAX_DEPTH for call in calls):
        return f"has models inside models more than {shapes.MAX_DEPTH} levels deep"
    for item in layers.declared(model_config):
        number = max(_numbers(item.entry.get("config")), default=0) if item.is_layer else 0
        if number > MAX_NUMBER:
            return f"has a layer, {item.layer!r}, with the number {number:,}; {MAX_NUMBER:,} is the limit"
    if _connections(model_config)[1] > MAX_CONNECTIONS:
        return "has so many layers in a Sequential model that loading them would take minutes; 200 is the limit"
    rows = _batch_size(model_config)
    return next(_time_excess(calls), None) or _memory_excess(calls, rows)


def _memory_excess(calls: list[Call], rows: int) -> str | None:
    """Compare the sizes of what flows between the layers with the memory."""
    whole = 0
    for call in calls:
        given = 4 * rows * sum(map(_values, call.outputs))
        step = given + 4 * rows * (sum(map(_values, call.inputs)) + _scores(call))
        if step > MAX_STEP_BYTES:
            return f"needs {step / 2**30:,.0f} GB for what layer {_name(call)!r} takes and gives with {rows:,} samples"
        whole += given
    if whole > MAX_BYTES:
        return f"needs {whole / 2**30:,.0f} GB for what its layers give with {rows:,} samples"
    return None


def _time_excess(calls: list[Call]) -> Iterator[str]:
    """Compare what has to be calculated for one sample with what can be done in the time."""
    recurrent = [call for call in calls if _class(call) in _STEPWISE]
    steps = [(_steps(call), call.layer["config"].get("unroll") is True) for call in recurrent]
    if sum(count for count, _ in steps) > MAX_STEPS:
        yield f"goes through {sum(count for count, _ in steps):,} steps for each sample; {MAX_STEPS:,} is the limit"
    if sum(count for count, unroll in steps if unroll) > MAX_UNROLLED:
        yield f"writes out more than {MAX_UNROLLED:,} steps with unroll=True"
    work = sum((_weights(call) or 0) * _repetitions(call) + 2 * _scores(call) * _last(call) for call in calls)
    if work > MAX_MULTIPLICATIONS:
        yield f"multiplies {work / 1e9:,.0f} billion times for each sample; {MAX_MULTIPLICATIONS // 10**9} is the limit"


def missing_weights(calls: list[Call], stored: int) -> str | None:
    """Return what the layers called ask for beyond the ``stored`` weights, completing "the file holds ...", or None.

    Raises:
        One of ``shapes.STRANGE`` for settings that cannot be calculated with.
    """
    wanted: dict[int, int] = {}
    for call in calls:
        wanted[id(call.layer)] = _weights(call) or 0
    if sum(wanted.values()) > 1.1 * stored + SPARE_WEIGHTS:
        return f"{stored:,} weights for layers that have {sum(wanted.values()):,}"
    return None


def _connections(entry: Any) -> tuple[int, int]:
    """Return how many layers a model calls, and how many times they are called until it is loaded."""
    config = entry.get("config") if isinstance(entry, dict) else None
    inner = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(inner, list):
        return 1, 1
    counts = [_connections(layer) for layer in inner]
    calls, made = sum(count for count, _ in counts), sum(count for _, count in counts)
    return calls, made + (calls * len(inner) // 2 if entry.get("class_name") == "Sequential" else calls)


def _numbers(value: Any) -> Iterator[int]:
    """Yield the whole numbers among the settings of one layer, without those of layers and parts inside it."""
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict) and "class_name" not in value:
        for key, inner in value.items():
            if key not in FREE_NUMBERS and key != "layers":
                yield from _numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)


def _batch_size(model_config: Config) -> int:
    """Return the largest batch that an input states, else the grader's own."""
    sizes = [BATCH_SIZE]
    for item in layers.declared(model_config):
        config = item.entry.get("config")
        for key in ("batch_shape", "batch_input_shape"):
            shape = config.get(key) if isinstance(config, dict) else None
            if isinstance(shape, list) and shape and isinstance(shape[0], int):
                sizes.append(shape[0])
    return max(sizes)


def _values(shape: Shape | None) -> int:
    """Return how many values a tensor has for one sample; 0 when that is unknown."""
    return math.prod(axis or 0 for axis in shape) if shape is not None else 0


def _class(call: Call) -> str:
    return str(call.layer.get("class_name"))


def _name(call: Call) -> str:
    config = call.layer.get("config")
    return str(call.layer.get("name") or (config.get("name") if isinstance(config, dict) else None))


def _last(call: Call) -> int:
    """Return the length of the last axis of the first input."""
    shape = call.inputs[0] if call.inputs else None
    return (shape[-1] or 0) if shape else 0


_STEPWISE = frozenset({"SimpleRNN", "GRU", "LSTM", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
_ATTENTION = frozenset({"Attention", "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention"})


def _steps(call: Call) -> int:
    shape = call.inputs[0]
    return (shape[0] or 0) if shape else 0


def _scores(call: Call) -> int:
    """Return how many scores an attention layer gives: each place of one sequence with each of the other."""
    if _class(call) not in _ATTENTION or not call.inputs or not all(call.inputs):
        return 0
    lengths = [_values(shape[:-1]) for shape in (call.inputs[0], call.inputs[-1]) if shape]
    heads = call.layer["config"].get("num_heads", call.layer["config"].get("num_query_heads", 1))
    return math.prod(lengths) * (heads if isinstance(heads, int) else 1)


def _repetitions(call: Call) -> int:
    """Return how often each weight is used for one sample."""
    name, (before, after) = _class(call), (call.inputs[0], call.outputs[0])
    if name == "Embedding" or not before or not after:
        return 0
    if name in _STEPWISE:
        return _steps(call) * (_values(after) // (after[-1] or 1) if name.startswith("Conv") else 1)
    if name.endswith("Transpose"):
        return _values(before) // (_last(call) or 1)
    filters = call.layer["config"].get("filters") if "Conv" in name else after[-1]
    return _values(after) // (filters or after[-1] or 1)


# --- How many weights a layer makes ----------------------------------------------------------------------------------


def _weights(call: Call) -> int | None:
    """Return the number of weights that a layer makes for its input; None when that is unknown."""
    count, shape = _WEIGHTS.get(_class(call)), call.inputs[0] if call.inputs else None
    try:
        return count(shape, call.layer["config"]) if count and shape else None
    except shapes.STRANGE:
        return None


def _dense(shape: Shape, config: Config) -> int:
    return ((shape[-1] or 0) + 1) * int(config["units"])


def _embedding(shape: Shape, config: Config) -> int:
    return int(config["input_dim"]) * int(config["output_dim"])


def _kernel(shape: Shape, config: Config) -> tuple[int, int]:
    """Return the number of places of a convolution's window, and of the channels that it sees."""
    size, first = config["kernel_size"], config.get("data_format") == "channels_first"
    spatial, channels = (shape[1:], shape[0]) if first else (shape[:-1], shape[-1])
    places = size ** len(spatial) if isinstance(size, int) else math.prod(size)
    return places, channels or 0


def _convolution(shape: Shape, config: Config) -> int:
    places, channels = _kernel(shape, config)
    return places * channels // max(config.get("groups") or 1, 1) * int(config["filters"])


def _depthwise(shape: Shape, config: Config) -> int:
    places, channels = _kernel(shape, config)
    return places * channels * int(config.get("depth_multiplier", 1))


def _separable(shape: Shape, config: Config) -> int:
    places, channels = _kernel(shape, config)
    return (places + int(config["filters"])) * channels * int(config.get("depth_multiplier", 1))


def _gates(number: int) -> Callable[[Shape, Config], int]:
    """Return the count of a recurrent layer that calculates ``number`` values for each unit."""

    def count(shape: Shape, config: Config) -> int:
        units = int(config["units"])
        return number * units * ((shape[-1] or 0) + units + 1)

    return count


def _convolution_gates(shape: Shape, config: Config) -> int:
    places, channels = _kernel(shape[1:], config)
    filters = int(config["filters"])
    return 4 * places * filters * (channels + filters)


def _multi_head(shape: Shape, config: Config) -> int:
    key = int(config["key_dim"])
    return (shape[-1] or 0) * int(config["num_heads"]) * (2 * key + 2 * int(config.get("value_dim") or key))


def _spectrum(shape: Shape, config: Config) -> int:
    return int(config["frame_length"]) * (int(config["fft_length"]) // 2 + 1)


_WEIGHTS: dict[str, Callable[[Shape, Config], int]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    **dict.fromkeys((f"Conv{d}D{kind}" for d in (1, 2, 3) for kind in ("", "Transpose")), _convolution),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _depthwise),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), _convolution_gates),
    "SimpleRNN": _gates(1),
    "GRU": _gates(3),
    "LSTM": _gates(4),
    "MultiHeadAttention": _multi_head,
    "STFTSpectrogram": _spectrum,
}

"""What a model would cost to load and to run, from the description of its layers, before either is done.

A description of a few kilobytes can ask for any amount of memory: a layer with a billion weights, a picture repeated
ten thousand times. What is not understood is not refused here: the process that runs the model has limits of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from exam.architecture import allowlist, operations, shapes
from exam.architecture.operations import Argument, Config, Shape, each, product, shape_of
from exam.architecture.shapes import Call

BATCH_SIZE = shapes.BATCH_SIZE
MAX_STEP_BYTES = 3 * 2**30
"""The inputs and outputs of one layer may take this much; with TensorFlow, that is what ``MEMORY_BYTES`` allows."""
MAX_BYTES = 40 * 2**30
"""The outputs of all layers, one after another, may take this much."""
MAX_MULTIPLICATIONS = 10**10
"""One sample may need this many; the widest networks of ``keras.applications`` need fewer for 150 x 150 pixels."""
MAX_STEPS = 20_000
"""Recurrent layers may go through this many steps for one sample, one after another."""
MAX_UNROLLED = 2_000
MAX_CONNECTIONS = 21_000
"""Keras may make this many while loading. Each layer added to a Sequential connects all before it again: 100 layers
make 5,000 connections and take 3 seconds, 200 take 11, 400 take 41. A network of 771 layers under a head of 14 makes
6,500."""
MAX_NUMBER = 2**20
SPARE_WEIGHTS = 2**20
"""The description may ask for this many weights more than the file has: not every layer is counted exactly."""
FREE_NUMBERS = frozenset(
    """
    seed salt vocabulary num_bins input_dim max_tokens mask_token idf_weights mean variance scale offset max_value
    threshold mask_value bin_boundaries value_range
    """.split()
)
"""These settings may be large: values to calculate with, or sizes that are compared with the stored weights."""
FREE_NUMBERS_OF_OPERATIONS = frozenset(
    "x_min x_max fill_value nan posinf neginf threshold default_value initial range max_val dx x weights seed".split()
)
"""The same holds for these settings of operations. Their arguments may be large too: ``x * 5_000_000``."""


def excess(model_config: Config, calls: list[Call]) -> str | None:
    """Return which limit one batch of samples would break, completing the sentence "the model ...", or None.

    Args:
        model_config: the parsed description.
        calls: of its layers for a batch, from ``shapes.calls``.

    Raises:
        One of ``shapes.STRANGE`` for settings that cannot be calculated with.
    """
    if len(calls) >= shapes.MAX_CALLS:
        return f"calls its layers more than {shapes.MAX_CALLS:,} times"
    if any(call.depth >= shapes.MAX_DEPTH for call in calls):
        return f"nests models more than {shapes.MAX_DEPTH} levels deep"
    for item in allowlist.declared(model_config):
        number = _largest_number(item)
        if number > MAX_NUMBER:
            return f"has a layer, {item.layer!r}, with the number {number:,}; the limit is {MAX_NUMBER:,}"
    if _connections(model_config)[1] > MAX_CONNECTIONS:
        return "has so many layers in a Sequential model that loading them would take minutes; the limit is 200"
    rows = shapes.batch_size(model_config)
    return next(_time_excess(calls, rows), None) or _memory_excess(calls, rows)


def _memory_excess(calls: list[Call], rows: int) -> str | None:
    """Compare the sizes of what flows between the layers with the memory."""
    whole = 0
    for call in calls:
        output_bytes = 4 * sum(map(_values, call.outputs))
        step = output_bytes + 4 * (sum(map(_values, call.inputs)) + _between(call, rows))
        if step > MAX_STEP_BYTES:
            return f"needs {step / 2**30:,.0f} GB for input and output of layer {_name(call)!r} with {rows:,} samples"
        whole += output_bytes
    if whole > MAX_BYTES:
        return f"needs {whole / 2**30:,.0f} GB for the outputs of its layers with {rows:,} samples"
    return None


def _between(call: Call, rows: int) -> int:
    """Return how many values a layer or operation needs besides what it takes and gives."""
    return _count(_SCRATCH, call) if _is_operation(call) else _scores(call) * _samples(call, rows)


def _time_excess(calls: list[Call], rows: int) -> Iterator[str]:
    """Compare what has to be calculated for one sample with what can be done in the time."""
    recurrent = [call for call in calls if _class(call) in _STEPWISE]
    steps = [(_steps(call), call.layer["config"].get("unroll") is True) for call in recurrent]
    if sum(count for count, _ in steps) > MAX_STEPS:
        yield f"goes through {sum(count for count, _ in steps):,} steps for each sample; the limit is {MAX_STEPS:,}"
    if sum(count for count, unroll in steps if unroll) > MAX_UNROLLED:
        yield f"unrolls more than {MAX_UNROLLED:,} steps with unroll=True"
    work = sum(_work(call, rows) for call in calls) // rows
    if work > MAX_MULTIPLICATIONS:
        limit = MAX_MULTIPLICATIONS // 10**9
        yield f"multiplies {work / 1e9:,.0f} billion times for each sample; the limit is {limit} billion"


def _work(call: Call, rows: int) -> int:
    """Return how many multiplications a call takes for a batch."""
    if _is_operation(call):
        return _count(_WORK, call)
    each_sample = (_weights(call) or 0) * _repetitions(call) + 2 * _scores(call) * _last(call)
    return each_sample * _samples(call, rows)


def missing_weights(calls: list[Call], stored: int) -> str | None:
    """Return what the layers called ask for beyond the ``stored`` weights, completing "the file holds ...", or None.

    Raises:
        One of ``shapes.STRANGE`` for settings that cannot be calculated with.
    """
    weights: dict[int, int] = {}
    for call in calls:
        weights[id(call.layer)] = _weights(call) or 0
    if sum(weights.values()) > 1.1 * stored + SPARE_WEIGHTS:
        return f"{stored:,} weights for layers that need {sum(weights.values()):,}"
    return None


def _connections(entry: Any) -> tuple[int, int]:
    """Return how many layers a model calls, and how many times they are called until it is loaded."""
    config = entry.get("config") if isinstance(entry, dict) else None
    inner = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(inner, list):
        return 1, 1
    counts = [_connections(layer) for layer in inner]
    calls, connections = sum(count for count, _ in counts), sum(count for _, count in counts)
    return calls, connections + (calls * len(inner) // 2 if entry.get("class_name") == "Sequential" else calls)


def _largest_number(item: allowlist.Declared) -> int:
    """Return the largest whole number among the settings of a layer or operation that may be a size."""
    config = item.entry.get("config") if item.is_layer else None
    if allowlist.is_operation(item.entry):
        return max(map(abs, _numbers(config, FREE_NUMBERS_OF_OPERATIONS)), default=0)
    return max(_numbers(config, FREE_NUMBERS), default=0)


def _numbers(value: Any, free: frozenset[str]) -> Iterator[int]:
    """Yield the whole numbers among the settings of one layer, without those of layers and parts inside it."""
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict) and "class_name" not in value:
        for key, inner in value.items():
            if key not in free and key != "layers":
                yield from _numbers(inner, free)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, free)


def _values(shape: Shape | None) -> int:
    """Return how many values a tensor has at least, with one for each unknown length; 0 when its rank is unknown."""
    return math.prod(1 if axis is None else axis for axis in shape) if shape is not None else 0


def _class(call: Call) -> str:
    return str(call.layer.get("class_name"))


def _name(call: Call) -> str:
    config = call.layer.get("config")
    return str(call.layer.get("name") or (config.get("name") if isinstance(config, dict) else None))


def _is_operation(call: Call) -> bool:
    return call.arguments is not None


def _sample(shape: Shape | None) -> Shape | None:
    """Return the shape of one sample, without the batch axis that layers leave alone."""
    return None if shape is None else shape[1:]


def _samples(call: Call, rows: int) -> int:
    """Return how many samples a layer is called on: operations may have put another axis in front of its input."""
    shape = call.inputs[0] if call.inputs else None
    return rows if not shape or shape[0] is None else shape[0]


def _last(call: Call) -> int:
    """Return the length of the last axis of the first input."""
    shape = _sample(call.inputs[0]) if call.inputs else None
    return (shape[-1] or 0) if shape else 0


_STEPWISE = frozenset({"SimpleRNN", "GRU", "LSTM", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
_ATTENTION = frozenset({"Attention", "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention"})


def _steps(call: Call) -> int:
    shape = _sample(call.inputs[0])
    return (shape[0] or 0) if shape else 0


def _scores(call: Call) -> int:
    """Return how many scores an attention layer gives: each place of one sequence with each of the other."""
    inputs = [_sample(shape) for shape in call.inputs]
    if _class(call) not in _ATTENTION or not inputs or not all(inputs):
        return 0
    lengths = [_values(shape[:-1]) for shape in (inputs[0], inputs[-1]) if shape]
    heads = call.layer["config"].get("num_heads", call.layer["config"].get("num_query_heads", 1))
    return math.prod(lengths) * (heads if isinstance(heads, int) else 1)


def _repetitions(call: Call) -> int:
    """Return how often each weight is used for one sample."""
    name, before, after = _class(call), _sample(call.inputs[0]), _sample(call.outputs[0])
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
    count, shape = _WEIGHTS.get(_class(call)), _sample(call.inputs[0]) if call.inputs else None
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
    return math.prod(each(size, len(spatial))), channels or 0


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


# --- What operations take --------------------------------------------------------------------------------------------

Count = Callable[..., int]


def _count(table: dict[str, Count], call: Call) -> int:
    """Return what a table counts for one call of an operation; 0 when it is not in the table or not understood."""
    count, result = table.get(_class(call)), call.outputs[0] if call.outputs else None
    if count is None or result is None or call.arguments is None:
        return 0
    args, kwargs = call.arguments
    try:
        return count(call.layer.get("config") or {}, result, *args, **kwargs)
    except shapes.STRANGE:
        return 0


def _size(argument: Argument) -> int:
    """Return how many values an argument has at least."""
    return _values(shape_of(argument))


def _depth(argument: Argument, place: int = -1) -> int:
    """Return the length of one axis of an argument, 1 if it is unknown."""
    return shape_of(argument)[place] or 1


def _along_last(config: Config, result: Shape, x1: Argument, x2: Argument) -> int:
    return _values(result) * _depth(x1)


def _tensordot(config: Config, result: Shape, x1: Argument, x2: Argument) -> int:
    axes, _ = operations.contracted(config, x1, x2)
    return _values(result) * _values(tuple(shape_of(x1)[axis] for axis in axes))


def _einsum_steps(config: Config, operands: tuple[Argument, ...]) -> list[tuple[int, int]]:
    """Return the multiplications and the size of the result of each step, when one operand is taken after another."""
    (first, *rest), after, lengths = operations.letters(config["subscripts"], operands)
    steps, held = [], set(first)
    for place, term in enumerate(rest or [""], start=1):
        used = held | set(term)
        held = used & set(after).union(*rest[place:])
        work, result = (_values(tuple(lengths[letter] for letter in some)) for some in (used, held))
        steps.append((work, result))
    return steps


def _separable_work(
    config: Config, result: Shape, inputs: Argument, depthwise_kernel: Argument, pointwise_kernel: Argument
) -> int:
    """Slide the one kernel over each channel, then mix the channels."""
    *_, between, after = shape_of(pointwise_kernel)
    places = _values(shape_of(depthwise_kernel)[:-2])
    return _values(result) // (after or 1) * (between or 1) * (places + (after or 1))


def _cubic(parameter: str) -> Count:
    """Return the count of an operation on matrices, whose argument has this name."""

    def count(config: Config, result: Shape, *args: Argument, **kwargs: Argument) -> int:
        matrix = args[0] if args else kwargs[parameter]
        return 10 * _size(matrix) * max(_depth(matrix, -1), _depth(matrix, -2))

    return count


def _attention_scores(query: Argument, key: Argument) -> int:
    """Return how many scores there are: each place of one sequence with each of the other, for every head."""
    return _size(query) // _depth(query) * _depth(key, 1)


def _blur(config: Config) -> int:
    """Return the size of the kernel that ``elastic_transform`` smooths with."""
    side = 6 * int(abs(config.get("sigma", 5.0))) + 1
    return side * side


_WORK: dict[str, Count] = {
    **dict.fromkeys(("Matmul", "Dot", "Inner"), _along_last),
    "CDist": lambda config, result, x, y: _values(result) * _depth(x),
    "Corrcoef": lambda config, result, x: _values(result) * _depth(x),
    "Correlate": lambda config, result, x1, x2: _size(x1) * _size(x2),
    "Tensordot": _tensordot,
    "Einsum": lambda config, result, *operands: sum(work for work, _ in _einsum_steps(config, operands)),
    "Conv": lambda config, result, inputs, kernel: _values(result) * _values(shape_of(kernel)[:-1]),
    "DepthwiseConv": lambda config, result, inputs, kernel: _values(result) * _values(shape_of(kernel)[:-2]),
    "SeparableConv": _separable_work,
    "ConvTranspose": lambda config, result, inputs, kernel: _size(inputs) * _values(shape_of(kernel)[:-1]),
    **dict.fromkeys(
        ("AveragePool", "MaxPool"),
        lambda config, result, inputs: _values(result) * math.prod(each(config["pool_size"], len(result) - 2)),
    ),
    "DotProductAttention": lambda config, result, query, key, value, *more, **other: (
        _attention_scores(query, key) * (_depth(query) + _depth(value))
    ),
    "CTCDecode": lambda config, result, inputs, sequence_lengths: _size(inputs) * config.get("beam_width", 100),
    **dict.fromkeys(("Lstsq", "Solve", "SolveTriangular"), _cubic("a")),
    **dict.fromkeys(
        """Cholesky CholeskyInverse Det Eig Eigh Inv Logdet LuFactor MatrixRank Pinv Qr SVD Slogdet""".split(),
        _cubic("x"),
    ),
    "Norm": lambda config, result, x: _cubic("x")(config, result, x) if config.get("ord") in ("nuc", 2, -2) else 0,
    "GaussianBlur": lambda config, result, images: _values(result) * math.prod(each(config["kernel_size"], 2)),
    "ElasticTransform": lambda config, result, images: 2 * _values(result) * _blur(config),
    "ExtractPatches": lambda config, result, images: _values(result) * _patch(config, result),
    "SSIM": lambda config, result, image1, image2: 5 * _size(image1) * config.get("filter_size", 11) ** 2,
    "ScaleAndTranslate": lambda config, result, images, *more, **other: (
        max(_values(result), _size(images)) * max(_values((axis,)) for axis in (*result, *shape_of(images)))
    ),
}
"""Operation -> its multiplications, from its configuration, the shape that it gives, and its arguments."""


def _patch(config: Config, result: Shape) -> int:
    """Return how many values each patch of ``extract_patches`` has: they are the channels of the result."""
    axes = 2 if isinstance(config["size"], int) else len(config["size"])
    return result[-axes - 1 if config.get("data_format") == "channels_first" else -1] or 1


_SCRATCH: dict[str, Count] = {
    "CDist": lambda config, result, x, y: 2 * _values(result) * _depth(x),
    "IsIn": lambda config, result, x1, x2: _size(x1) * _size(x2),
    "MultiHot": lambda config, result, inputs: _size(inputs) * config["num_classes"],
    "Argpartition": lambda config, result, x: _size(x) * (min(config["kth"], _size(x)) + 1),
    "Einsum": lambda config, result, *operands: sum(size for _, size in _einsum_steps(config, operands)[:-1]),
    "DotProductAttention": lambda config, result, query, key, *more, **other: 2 * _attention_scores(query, key),
    "CTCLoss": lambda config, result, target, output, *more, **lengths: 2 * _size(target) * _depth(output, 1),
    "Fold": lambda config, result, x: (product(each(config["kernel_size"], 2)) or 0) * _values(result[-2:]),
    "GaussianBlur": lambda config, result, images: math.prod(each(config["kernel_size"], 2)) * _depth(images),
    "ElasticTransform": lambda config, result, images: 2 * _blur(config),
    "ExtractPatches": lambda config, result, images: _patch(config, result) ** 2,
    "SSIM": lambda config, result, image1, image2: config.get("filter_size", 11) ** 2 * _depth(image1),
}
"""Operation -> the number of values that it needs besides its inputs and outputs."""

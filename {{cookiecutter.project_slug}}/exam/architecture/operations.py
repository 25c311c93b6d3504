"""What operations on tensors give: ``x + 1``, ``h[:, -1]``, ``keras.ops.mean(x, axis=1)`` in a Keras 3 model.

A model's description holds them among its layers. An operation's settings stand in its configuration, what it is called
on in its call. Shapes are whole here, with the batch axis first, for operations merge, move and drop it; None is an
unknown length. Anything strange raises, mostly TypeError or ValueError, and the caller takes the result as unknown.

An operation is one line of ``_SHAPES``, class name -> function of its configuration and of its arguments under the
names that Keras gives them: tensors as tuples, their shapes; numbers and lists as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from exam.architecture.allowlist import ARRAYS

Config = dict[str, Any]
Shape = tuple[int | None, ...]
Lengths = Sequence[int | None]
Argument = Any

MAX_LENGTH = 2**62
"""Longer axes count as this long: sizes that are squared again and again would fill the memory with digits."""
MAX_RANK = 64
MAX_OUTPUTS = 10_000
DEPENDING_ON_VALUES = frozenset({"Nonzero", "Unique"})
"""These operations give as many values as they find among their inputs."""
UNKNOWN = object()
"""This stands for a tensor of unknown shape among the arguments."""


def outputs(entry: Config, args: list[Argument], kwargs: dict[str, Argument]) -> list[Shape | None]:
    """Return the shapes that one call of an operation gives, None where unknown.

    Args:
        entry: the operation's part of the description.
        args: of the call, as ``filled`` returns them.
        kwargs: the same.

    Raises:
        One of ``shapes.STRANGE``: the call is not understood.
    """
    result = _SHAPES[entry["class_name"]](entry.get("config") or {}, *args, **kwargs)
    shapes = result if isinstance(result, list) else [result]
    if len(shapes) > MAX_OUTPUTS:
        raise ValueError("too many outputs")
    return [_checked(shape) for shape in shapes]


def _checked(shape: Lengths | None) -> Shape | None:
    """Return a shape whose axes are lengths; raises when one is not."""
    if shape is None:
        return None
    if len(shape) > MAX_RANK or not all(axis is None or (isinstance(axis, int) and axis >= 0) for axis in shape):
        raise ValueError("not a shape")
    return tuple(None if axis is None else min(axis, MAX_LENGTH) for axis in shape)


def filled(value: Any, find: Callable[[str, int, int], Argument]) -> Argument:
    """Return arguments of a call as Python values, with what ``find`` returns for each tensor.

    Args:
        value: the arguments in the description.
        find: is given a tensor's history: the name of a layer, the number of its call and of the output.
    """
    if isinstance(value, list):
        return [filled(item, find) for item in value]
    if not isinstance(value, dict):
        return value
    name, config = value["class_name"], value["config"]
    if name == "__keras_tensor__":
        return find(*config["keras_history"])
    if name == "__slice__":
        return slice(*(filled(config[part], find) for part in ("start", "stop", "step")))
    if name == "__ellipsis__":
        return ...
    return config["value"] if name in ARRAYS else UNKNOWN


def shape_of(argument: Argument) -> Shape:
    """Return the shape of an argument: a tensor, a number, or numbers in lists."""
    if isinstance(argument, tuple):
        return argument
    if isinstance(argument, list):
        return (len(argument), *(shape_of(argument[0]) if argument else ()))
    if isinstance(argument, (int, float)):
        return ()
    raise TypeError("not a tensor")


# --- Lengths, which layers have too ----------------------------------------------------------------------------------


def whole(value: Any) -> int:
    """Return a number that sizes are calculated with; a text times a size would fill the memory."""
    if not isinstance(value, int):
        raise TypeError("not a whole number")
    return value


def product(axes: Lengths) -> int | None:
    """Return the product of the lengths, None when one is unknown."""
    return None if None in axes else math.prod(whole(axis) for axis in axes)


def spatial(shape: Shape, config: Config) -> tuple[Shape, int | None, bool]:
    """Split a shape without batch axis into its spatial axes and channels; True when the channels come first."""
    first = config.get("data_format") == "channels_first"
    return (shape[1:], shape[0], first) if first else (shape[:-1], shape[-1], first)


def joined(axes: Lengths, channels: int | None, first: bool) -> Shape:
    """Put spatial axes and channels back together."""
    return (channels, *axes) if first else (*axes, channels)


def each(value: Any, rank: int) -> list[int]:
    """Return one number per spatial axis from a number, or from a list of that many."""
    numbers = [value] * rank if isinstance(value, int) else list(value)
    if len(numbers) != rank:
        raise ValueError("as many numbers as axes")
    return [whole(number) for number in numbers]


def _window(length: int | None, size: int, stride: int, padding: str) -> int | None:
    """Return how many windows fit; "same" and "causal" pad so that only the stride counts."""
    if length is None:
        return None
    return -(-length // stride) if padding != "valid" else (length - size) // stride + 1


def windows(shape: Shape, config: Config, size: Any, strides: Any) -> Shape:
    """Slide windows over the spatial axes of ``shape`` and return it with the new lengths."""
    axes, channels, first = spatial(shape, config)
    rank = len(axes)
    dilation = each(config.get("dilation_rate", 1), rank)
    sizes = [(one - 1) * gap + 1 for one, gap in zip(each(size, rank), dilation, strict=True)]
    steps = zip(axes, sizes, each(strides, rank), strict=True)
    padding = str(config.get("padding", "valid")).lower()
    return joined([_window(*step, padding) for step in steps], channels, first)


def transposed_windows(shape: Shape, config: Config, size: Any) -> Shape:
    """Return the shape whose windows would give ``shape``; Keras docs of Conv2DTranspose."""
    axes, channels, first = spatial(shape, config)
    rank = len(axes)
    extra = config.get("output_padding")
    extras = [None] * rank if extra is None else each(extra, rank)
    sizes, strides = each(size, rank), each(config.get("strides", 1), rank)
    settings = zip(axes, sizes, strides, each(config.get("dilation_rate", 1), rank), extras, strict=True)
    padding = str(config.get("padding", "valid")).lower()
    return joined([_untransposed_window(*setting, padding) for setting in settings], channels, first)


def _untransposed_window(
    length: int | None, size: int, stride: int, dilation: int, extra: int | None, padding: str
) -> int | None:
    """Return the length whose windows number ``length``, so that stride and kernel size multiply it."""
    if length is None:
        return None
    size = (size - 1) * dilation + 1
    if extra is None:
        return length * stride + (max(size - stride, 0) if padding == "valid" else 0)
    return (length - 1) * stride + size + extra - (2 * (size // 2) if padding == "same" else 0)


def broadcast(*shapes: Shape) -> Shape:
    """Return the common shape of tensors that are combined value by value, the last axes below each other."""
    rank = max(len(shape) for shape in shapes)
    aligned = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(_common(axes) for axes in zip(*aligned, strict=True))


def _common(axes: Lengths) -> int | None:
    """Return the length that fits all; a 1 is repeated, and what is unknown is hoped to fit."""
    lengths = {axis for axis in axes if axis not in (1, None)}
    if len(lengths) > 1:
        raise ValueError("lengths that do not fit")
    return lengths.pop() if lengths else None if None in axes else 1


def _axis(axis: int, rank: int) -> int:
    """Return the number of an axis that may be counted from the end."""
    return range(rank)[axis]


def _replaced(shape: Shape, axis: int, length: int | None) -> Shape:
    """Return ``shape`` with another length of one axis."""
    changed = list(shape)
    changed[axis] = length
    return tuple(changed)


def _without(shape: Shape, *axes: int) -> Shape:
    """Return ``shape`` without some axes."""
    gone = {_axis(axis, len(shape)) for axis in axes}
    return tuple(length for place, length in enumerate(shape) if place not in gone)


def _inserted(shape: Shape, axis: int, length: int | None) -> Shape:
    """Return ``shape`` with an axis more, ``axis`` counted in the result."""
    place = _axis(axis, len(shape) + 1)
    return (*shape[:place], length, *shape[place:])


def _summed(axes: Lengths) -> int | None:
    """Return the sum of the lengths, None when one is unknown."""
    return None if None in axes else sum(axis for axis in axes if axis is not None)


# --- Value by value, and over axes -----------------------------------------------------------------------------------


def _same(config: Config, *args: Argument, **kwargs: Argument) -> Shape:
    """Keep the shape of the only argument."""
    (only,) = [*args, *kwargs.values()]
    return shape_of(only)


def _like(parameter: str, position: int = 0) -> Callable[..., Shape]:
    """Return the function of an operation that keeps the shape of one of its arguments."""

    def shaped(config: Config, *args: Argument, **kwargs: Argument) -> Shape:
        """Keep the shape."""
        return shape_of(kwargs[parameter] if parameter in kwargs else args[position])

    return shaped


def _elementwise(config: Config, *args: Argument, **kwargs: Argument) -> Shape:
    """Combine the arguments value by value."""
    return broadcast(*(shape_of(argument) for argument in (*args, *kwargs.values())))


def _selected(config: Config, condlist: Argument, choicelist: Argument, default: Argument = 0) -> Shape:
    """Choose value by value."""
    return broadcast(*(shape_of(one) for one in (*condlist, *choicelist, default)))


def _scalar(config: Config, *args: Argument, **kwargs: Argument) -> Shape:
    """Make one number of everything."""
    return ()


def reduced(shape: Shape, axis: Any, keepdims: Any = False) -> Shape:
    """Return what is left of a shape when one axis, several or all are averaged, say."""
    rank = len(shape)
    chosen = range(rank) if axis is None else [axis] if isinstance(axis, int) else axis
    gone = {_axis(one, rank) for one in chosen}
    return tuple(1 if place in gone else length for place, length in enumerate(shape) if keepdims or place not in gone)


def _reduction(config: Config, x: Argument, weights: Argument = None) -> Shape:
    """Reduce the axes that the configuration names."""
    return reduced(shape_of(x), config.get("axis"), config.get("keepdims"))


def _quantiles(config: Config, x: Argument, q: Argument) -> Shape:
    """Reduce, once for each quantile asked for."""
    if isinstance(q, list) and len(q) == 1:
        raise ValueError("Keras itself keeps this axis or drops it")
    return (*shape_of(q), *_reduction(config, x))


def _along(default: int | None) -> Callable[..., Shape]:
    """Return the function of an operation along one axis, or along all values in a row when that is None."""

    def along(config: Config, x: Argument) -> Shape:
        """Keep the shape, or flatten it."""
        shape = shape_of(x)
        return shape if config.get("axis", default) is not None else (product(shape),)

    return along


def _halved(config: Config, x: Argument) -> Shape:
    """Gate one half of an axis by the other."""
    shape, axis = shape_of(x), config.get("axis", -1)
    length = shape[axis]
    return _replaced(shape, axis, None if length is None else length // 2)


def _differences(config: Config, a: Argument) -> Shape:
    """Make one axis shorter."""
    shape, axis = shape_of(a), config.get("axis", -1)
    length = shape[axis]
    return _replaced(shape, axis, None if length is None else max(length - config.get("n", 1), 0))


# --- Values moved, picked, repeated ----------------------------------------------------------------------------------


def _reshape(config: Config, x: Argument) -> Shape:
    """Return the target; -1 or None stands for what is left."""
    stated = config["newshape"]
    target = [None if axis == -1 else axis for axis in ([stated] if isinstance(stated, int) else stated)]
    if target.count(None) != 1:
        return tuple(target)
    divisor, values = product([axis for axis in target if axis is not None]), product(shape_of(x))
    rest = None if values is None or divisor is None else -(-values // divisor)
    return tuple(rest if axis is None else axis for axis in target)


def _transpose(config: Config, x: Argument) -> Shape:
    """Reorder the axes, which the configuration counts from 0, or turn them round."""
    shape, axes = shape_of(x), config.get("axes")
    if axes is not None and len(axes) != len(shape):
        raise ValueError("as many axes as the tensor has")
    return shape[::-1] if axes is None else tuple(shape[axis] for axis in axes)


def _expand(config: Config, x: Argument) -> Shape:
    """Put in axes of length 1, counted in the result."""
    shape, axis = shape_of(x), config["axis"]
    axes = [axis] if isinstance(axis, int) else axis
    rank = len(shape) + len(axes)
    new, rest = {_axis(one, rank) for one in axes}, iter(shape)
    if len(new) < len(axes):
        raise ValueError("an axis twice")
    return tuple(1 if place in new else next(rest) for place in range(rank))


def _squeeze(config: Config, x: Argument) -> Shape:
    """Drop axes of length 1: those named, or all."""
    shape, axis = shape_of(x), config.get("axis")
    if axis is None:
        return tuple(length for length in shape if length != 1)
    return _without(shape, *([axis] if isinstance(axis, int) else axis))


def _swapped(shape: Shape, one: int, other: int) -> Shape:
    """Return ``shape`` with two axes swapped."""
    return _replaced(_replaced(shape, one, shape[other]), other, shape[one])


def _rotate(config: Config, array: Argument) -> Shape:
    """Turn by quarters; Keras states the shape of a quarter for any number of them."""
    shape = shape_of(array)
    return _swapped(shape, *config.get("axes", (0, 1))) if config.get("k", 1) % 2 else shape


def _move(config: Config, x: Argument) -> Shape:
    """Move axes to other places, as numpy does."""
    shape = shape_of(x)
    source, target = (
        [_axis(axis, len(shape)) for axis in ([one] if isinstance(one, int) else one)]
        for one in (config["source"], config["destination"])
    )
    order = [axis for axis in range(len(shape)) if axis not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return tuple(shape[axis] for axis in order)


def _rearrange(config: Config, tensor: Argument, pattern: str, **lengths: int) -> Shape:
    """Split, move and merge axes as ``b (h w) c -> b h w c`` says."""
    before, after = (
        [axes.strip("()").split() for axes in re.findall(r"\w+|\(.*?\)", side)] for side in pattern.split("->")
    )
    sizes: dict[str, int | None] = {**lengths}
    for names, length in zip(before, shape_of(tensor), strict=True):
        rest = [name for name in names if name not in sizes]
        part = product([sizes[name] for name in names if name in sizes])
        sizes.update(dict.fromkeys(rest[:1], None if length is None or part is None else length // part))
    return tuple(product([sizes[name] for name in names]) for names in after)


def _item(config: Config, x: Argument, key: Argument) -> Shape:
    """Return what an index gives: numbers, slices, ``...`` and ``None``."""
    keys = list(key) if isinstance(key, list) else [key]
    keys = keys if ... in keys else [*keys, ...]
    place = keys.index(...)
    after = sum(one is not None for one in keys[place + 1 :])
    rest, shape = list(shape_of(x)), []
    for one in keys:
        if one is ...:
            count = len(rest) - after
            shape += rest[:count]
            del rest[:count]
        else:
            shape += [1] if one is None else _picked(rest.pop(0), one)
    return tuple(shape)


def _picked(length: int | None, key: Argument) -> list[int | None]:
    """Return what one part of an index leaves of an axis: nothing for a number, or the length of a slice."""
    if isinstance(key, int) and not isinstance(key, bool):
        return []
    if not isinstance(key, slice):
        raise TypeError("not an index that Keras takes")
    return [None if length is None else len(range(*key.indices(length)))]


def _slice(config: Config, inputs: Argument, start_indices: Argument) -> Shape:
    """Return the stated shape; -1 stands for all that is left."""
    shape, stated = shape_of(inputs), config["shape"]
    starts = start_indices if isinstance(start_indices, list) else [None] * len(shape)
    return tuple(
        size if size != -1 else None if length is None or start is None else length - start
        for length, size, start in zip(shape, stated, starts, strict=True)
    )


def _take(config: Config, x: Argument, indices: Argument) -> Shape:
    """Put the shape of the indices in the place of an axis, or of all."""
    shape, axis = shape_of(x), config.get("axis")
    if axis is None:
        return shape_of(indices)
    place = _axis(axis, len(shape))
    return (*shape[:place], *shape_of(indices), *shape[place + 1 :])


def _take_along(config: Config, x: Argument, indices: Argument) -> Shape:
    """Pick as many values along an axis as there are indices."""
    shape, picked, axis = shape_of(x), shape_of(indices), config.get("axis")
    flat: Shape = (product(shape),)
    shape, axis = (flat, 0) if axis is None else (shape, axis)
    if len(shape) != len(picked):
        raise ValueError("as many axes as the tensor has")
    return broadcast(_replaced(shape, axis, picked[axis]), picked)


def _repeat(config: Config, x: Argument) -> Shape:
    """Repeat each value along an axis, or all values in a row; each as often as stated, if several numbers are."""
    shape, axis, times = shape_of(x), config.get("axis"), config["repeats"]
    flat: Shape = (product(shape),)
    shape, axis = (flat, 0) if axis is None else (shape, axis)
    length = shape[axis]
    if length is None:
        return shape
    times = [times] if isinstance(times, int) else times
    return _replaced(shape, axis, product([length, times[0]]) if len(times) == 1 else sum(times))


def _tile(config: Config, x: Argument) -> Shape:
    """Repeat the whole along each axis."""
    shape, times = shape_of(x), config["repeats"]
    times = [times] if isinstance(times, int) else list(times)
    rank = max(len(shape), len(times))
    shape, times = (1,) * (rank - len(shape)) + shape, [1] * (rank - len(times)) + times
    return tuple(product(pair) for pair in zip(shape, times, strict=True))


def _pad(config: Config, x: Argument, constant_values: Argument = None) -> Shape:
    """Add to both ends of each axis: one number for all, one pair for all, or a pair for each axis."""
    shape, margins = shape_of(x), config["pad_width"]
    margins = [[margins]] if isinstance(margins, int) else margins
    margins = [margins] if isinstance(margins[0], int) else margins
    margins = margins * len(shape) if len(margins) == 1 else margins
    return tuple(
        None if length is None else length + (2 * sides[0] if len(sides) == 1 else sides[0] + sides[1])
        for length, sides in zip(shape, margins, strict=True)
    )


def _stated(config: Config, *args: Argument, **kwargs: Argument) -> Shape:
    """Return the shape that the configuration states."""
    stated = config["shape"]
    return (stated,) if isinstance(stated, int) else tuple(stated)


def _diagonal_matrix(config: Config, x: Argument) -> Shape:
    """Make a matrix with the values on one of its diagonals."""
    values = product(shape_of(x))
    side = None if values is None else values + abs(config.get("k", 0))
    return (side, side)


def _diag(config: Config, x: Argument) -> Shape:
    """Make a matrix of a row of values, or take a diagonal of a matrix."""
    shape = shape_of(x)
    if len(shape) == 1:
        return _diagonal_matrix(config, x)
    rows, columns = shape
    return (_on_diagonal(rows, columns, config.get("k", 0)),)


def _diagonal(config: Config, x: Argument) -> Shape:
    """Take a diagonal of two axes, which becomes the last axis."""
    shape, axes = shape_of(x), (config.get("axis1", 0), config.get("axis2", 1))
    return (*_without(shape, *axes), _on_diagonal(shape[axes[0]], shape[axes[1]], config.get("offset", 0)))


def _on_diagonal(rows: int | None, columns: int | None, offset: int) -> int | None:
    """Return the length of a diagonal of a matrix."""
    if rows is None or columns is None:
        return None
    return max(0, min(rows, columns, columns - offset if offset > 0 else rows + offset))


# --- Several tensors to one, one to several --------------------------------------------------------------------------


def _copies(shape: Shape, count: int) -> list[Shape]:
    """Return so many outputs of one shape, unless they alone would fill the memory."""
    if count > MAX_OUTPUTS:
        raise ValueError("too many outputs")
    return [shape] * count


def concatenated(shapes: Sequence[Shape], axis: int) -> Shape:
    """Return the first shape with the lengths of one axis added up."""
    return _replaced(shapes[0], axis, _summed([shape[axis] for shape in shapes]))


def _concatenate(config: Config, xs: Argument) -> Shape:
    """Put tensors one after another."""
    return concatenated([shape_of(x) for x in xs], config.get("axis", 0))


def _append(config: Config, x1: Argument, x2: Argument) -> Shape:
    """Put two tensors one after the other, or all their values in a row."""
    shapes, axis = (shape_of(x1), shape_of(x2)), config.get("axis")
    return concatenated(shapes, axis) if axis is not None else (_summed([product(shape) for shape in shapes]),)


def _stacked_along(axis: int) -> Callable[..., Shape]:
    """Return the function of hstack, vstack and dstack, which first give their tensors the axes that they lack."""

    def stacked(config: Config, xs: Argument) -> Shape:
        """Put tensors one after another."""
        shapes = [_with_axes(shape_of(x), axis) for x in xs]
        return concatenated(shapes, 0 if axis == 1 and len(shapes[0]) == 1 else axis)

    return stacked


def _with_axes(shape: Shape, axis: int) -> Shape:
    """Return a shape with as many axes as are needed to stack along ``axis``."""
    if axis == 1:
        return shape or (1,)
    shape = (1, *shape) if len(shape) < 2 else shape
    return (*shape, 1) if axis == 2 and len(shape) == 2 else shape


def _split_along(axis: int | None) -> Callable[..., list[Shape]]:
    """Return the function of a split along one axis, that of the configuration if None."""

    def split(config: Config, x: Argument) -> list[Shape]:
        """Cut into so many equal parts, or at the stated places."""
        shape, sections = shape_of(x), config["indices_or_sections"]
        along = config.get("axis", 0) if axis is None else axis if len(shape) > axis else 0
        length = shape[along]
        if isinstance(sections, int):
            return _copies(_replaced(shape, along, None if length is None else length // sections), sections)
        ends = zip([0, *sections], [*sections, length], strict=True)
        return [_replaced(shape, along, None if end is None else end - start) for start, end in ends]

    return split


def _array_split(config: Config, x: Argument) -> list[Shape]:
    """Cut into parts that differ by one at most."""
    shape, count, axis = shape_of(x), config["indices_or_sections"], config.get("axis", 0)
    length = shape[axis]
    if length is None:
        return _copies(shape, count)
    size, longer = divmod(length, count)
    longer_ones = _copies(_replaced(shape, axis, size + 1), longer)
    return longer_ones + _copies(_replaced(shape, axis, size), count - longer)


def _unstack(config: Config, x: Argument) -> list[Shape]:
    """Cut into slices of one axis."""
    shape, axis, count = shape_of(x), config.get("axis", 0), config.get("num")
    return _copies(_without(shape, axis), whole(shape[axis] if count is None else count))


def _meshgrid(config: Config, *x: Argument) -> list[Shape]:
    """Span a grid, with the first two axes swapped unless asked otherwise."""
    sides = [product(shape_of(one)) for one in x]
    if config.get("indexing", "xy") == "xy":
        sides[:2] = sides[1::-1]
    return [tuple(sides)] * len(x)


# --- Products --------------------------------------------------------------------------------------------------------


def _matmul(config: Config, x1: Argument, x2: Argument) -> Shape:
    """Multiply matrices; a row or column alone gives no axis."""
    one, other = shape_of(x1), shape_of(x2)
    rows, columns = one[-2:-1], other[-1:] if len(other) > 1 else ()
    return (*broadcast(one[:-2], other[:-2]), *rows, *columns)


def _dot(config: Config, x1: Argument, x2: Argument) -> Shape:
    """Multiply matrices, each of the one with each of the other."""
    one, other = shape_of(x1), shape_of(x2)
    if not one or not other:
        return one or other
    return (*one[:-1], *(other[:-2] + other[-1:] if len(other) > 1 else ()))


def _kron(config: Config, x1: Argument, x2: Argument) -> Shape:
    """Replace each value by a multiple of the other tensor."""
    one, other = shape_of(x1), shape_of(x2)
    rank = max(len(one), len(other))
    pairs = zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other, strict=True)
    return tuple(product(pair) for pair in pairs)


def _inner(one: Shape, other: Shape) -> Shape:
    """Multiply along the last axis of both."""
    return one[:-1] + other[:-1] if one and other else one or other


def contracted(config: Config, x1: Argument, x2: Argument) -> tuple[list[int], list[int]]:
    """Return the axes of two tensors along which ``tensordot`` multiplies."""
    rank, axes = len(shape_of(x1)), config.get("axes", 2)
    if not isinstance(axes, int):
        return axes[0], axes[1]
    count = min(max(axes, 0), rank)
    return list(range(rank - count, rank)), list(range(count))


def _tensordot(config: Config, x1: Argument, x2: Argument) -> Shape:
    """Multiply along the named axes."""
    mine, theirs = contracted(config, x1, x2)
    return _without(shape_of(x1), *mine) + _without(shape_of(x2), *theirs)


def letters(subscripts: str, operands: Sequence[Argument]) -> tuple[list[str], str, dict[str, int | None]]:
    """Return the letters of each operand of ``einsum``, those of the result, and the length that each stands for.

    Axes under ``...`` become letters of their own.
    """
    before, arrow, after = subscripts.replace(" ", "").partition("->")
    terms: list[str] = []
    lengths: dict[str, int | None] = {}
    for term, operand in zip(before.split(","), operands, strict=True):
        shape = shape_of(operand)
        hidden = len(shape) - len(term.replace("...", "")) if "..." in term else 0
        term = term.replace("...", "".join(chr(0x100 + place) for place in reversed(range(hidden))))
        for letter, length in zip(term, shape, strict=True):
            lengths[letter] = _common([lengths.get(letter, 1), length])
        terms.append(term)
    rest = "".join(sorted((letter for letter in lengths if letter >= chr(0x100)), reverse=True))
    once = "".join(sorted(letter for letter in lengths if letter < chr(0x100) and before.count(letter) == 1))
    return terms, after.replace("...", rest) if arrow else rest + once, lengths


def _einsum(terms: list[str], after: str, lengths: dict[str, int | None]) -> Shape:
    """Multiply as the letters say."""
    return tuple(lengths[letter] for letter in after)


def _cross(config: Config, x1: Argument, x2: Argument) -> Shape:
    """Multiply vectors of two or three values."""
    axis = config.get("axis")
    one, other, last = (config.get(name, -1) if axis is None else axis for name in ("axisa", "axisb", "axisc"))
    first, second = shape_of(x1), shape_of(x2)
    common = broadcast(_without(first, one), _without(second, other))
    return _inserted(common, last, 3) if 3 in (first[one], second[other]) else common


def _distances(config: Config, x: Argument, y: Argument) -> Shape:
    """Compare each row of the one with each of the other."""
    one, other = shape_of(x), shape_of(y)
    return (*broadcast(one[:-2], other[:-2]), one[-2], other[-2])


def _correlate(config: Config, x1: Argument, x2: Argument) -> Shape | None:
    """Slide one row of values along another."""
    (one,), (other,) = shape_of(x1), shape_of(x2)
    if one is None or other is None:
        return None
    return ({"valid": abs(one - other) + 1, "same": max(one, other), "full": one + other - 1}[config["mode"]],)


def _corrcoef(config: Config, x: Argument) -> Shape:
    """Compare each row with each other row; Keras states the shape of what it is given."""
    shape = shape_of(x)
    return (*shape[:-2], shape[-2], shape[-2]) if len(shape) > 1 else ()


# --- New tensors -----------------------------------------------------------------------------------------------------


def _arange(config: Config, start: Any, stop: Any = None, step: Any = None) -> Shape:
    """Count."""
    start, stop = (0, start) if stop is None else (start, stop)
    return (max(math.ceil((stop - start) / (1 if step is None else step)), 0),)


def _spaced(config: Config, start: Argument, stop: Argument) -> Shape:
    """Return so many values between two."""
    return _inserted(broadcast(shape_of(start), shape_of(stop)), config.get("axis", 0), config.get("num", 50))


def _one_hot(config: Config, x: Argument) -> Shape:
    """Write numbers as rows of zeros with a one."""
    return _inserted(shape_of(x), config.get("axis", -1), config["num_classes"])


def _multi_hot(config: Config, inputs: Argument) -> Shape:
    """Write several numbers in one such row."""
    shape = _inserted(shape_of(inputs), config.get("axis", -1), config["num_classes"])
    return _without(shape, 0 if len(shape) == 2 else 1)


def _unique(config: Config, x: Argument) -> Shape | list[Shape]:
    """Return the different values, how many is unknown, and what else is asked for about them."""
    shape, axis, size = shape_of(x), config.get("axis"), config.get("size")
    shapes = [(size,) if axis is None else _replaced(shape, axis, size)]
    if config.get("return_index"):
        shapes.append((size,))
    if config.get("return_inverse"):
        shapes.append(shape if axis is None else (shape[axis],))
    if config.get("return_counts"):
        shapes.append((size,))
    return shapes


# --- Networks --------------------------------------------------------------------------------------------------------


def _pooled(config: Config, inputs: Argument) -> Shape:
    """Slide the pool; its own size is the default stride."""
    (batch, *rest), size = shape_of(inputs), config["pool_size"]
    return (batch, *windows(tuple(rest), config, size, config.get("strides") or size))


def _pooled_to_size(config: Config, inputs: Argument) -> Shape:
    """Replace the spatial axes."""
    batch, *rest = shape_of(inputs)
    axes, channels, first = spatial(tuple(rest), config)
    return (batch, *joined(each(config["output_size"], len(axes)), channels, first))


def _with_channels(shape: Shape, config: Config, channels: int | None) -> Shape:
    """Return a shape without batch axis with other channels."""
    axes, _, first = spatial(shape, config)
    return joined(axes, channels, first)


def _convolved(config: Config, inputs: Argument, kernel: Argument, channels: int | None) -> Shape:
    """Slide a kernel, which gives so many channels."""
    (batch, *rest), places = shape_of(inputs), list(shape_of(kernel)[:-2])
    slid = windows(tuple(rest), config, places, config.get("strides", 1))
    return (batch, *_with_channels(slid, config, channels))


def _conv_transpose(config: Config, inputs: Argument, kernel: Argument) -> Shape:
    """Undo a convolution."""
    (batch, *rest), (*places, filters, _) = shape_of(inputs), shape_of(kernel)
    return (batch, *_with_channels(transposed_windows(tuple(rest), config, places), config, filters))


def _ctc_decode(config: Config, inputs: Argument, sequence_lengths: Argument) -> list[Shape]:
    """Return the best sequences and how good they are."""
    batch, steps, *_ = shape_of(inputs)
    paths = 1 if config.get("strategy", "greedy") == "greedy" else config.get("top_paths", 1)
    return [(paths, batch, steps), (batch, paths)]


def _unfold(config: Config, x: Argument) -> Shape:
    """Cut pictures, channels first, into overlapping patches."""
    batch, channels, *axes = shape_of(x)
    sizes, gaps, margins, strides = (
        each(config.get(name, default), 2)
        for name, default in (("kernel_size", None), ("dilation", 1), ("padding", 0), ("stride", 1))
    )
    counts = [
        None if length is None else (length + 2 * margin - gap * (size - 1) - 1) // stride + 1
        for length, size, gap, margin, stride in zip(axes, sizes, gaps, margins, strides, strict=True)
    ]
    return (batch, product([channels, *sizes]), product(counts))


def _fold(config: Config, x: Argument) -> Shape:
    """Put patches together."""
    batch, values, _ = shape_of(x)
    places = math.prod(each(config["kernel_size"], 2))
    return (batch, None if values is None else values // places, *each(config["output_size"], 2))


def _depth_to_space(config: Config, x: Argument) -> Shape:
    """Make larger pictures of channels."""
    (batch, *rest), block = shape_of(x), config["block_size"]
    axes, channels, first = spatial(tuple(rest), config)
    fewer = None if channels is None else channels // whole(block) ** 2
    return (batch, *joined([product([length, block]) for length in axes], fewer, first))


def _space_to_depth(config: Config, x: Argument) -> Shape:
    """Make channels of neighbouring pixels."""
    (batch, *rest), block = shape_of(x), config["block_size"]
    axes, channels, first = spatial(tuple(rest), config)
    smaller = [None if length is None else length // block for length in axes]
    return (batch, *joined(smaller, product([channels, block, block]), first))


# --- Signals and matrices --------------------------------------------------------------------------------------------


def _spectrum(config: Config, x: Argument) -> list[Shape]:
    """Return the real and the imaginary part of half as many frequencies."""
    *rest, last = shape_of(x)
    length = last if config.get("fft_length") is None else config["fft_length"]
    return [(*rest, None if length is None else length // 2 + 1)] * 2


def _from_spectrum(config: Config, x: Argument) -> Shape:
    """Return a signal of twice as many values."""
    *rest, last = shape_of(x[0])
    stated = config.get("fft_length")
    return (*rest, stated if stated is not None else None if last is None else 2 * (last - 1))


def _frames(config: Config, x: Argument) -> Shape:
    """Cut a signal into overlapping sequences."""
    (*rest, last), size = shape_of(x), config["sequence_length"]
    count = None if last is None else 1 + (last - size) // config["sequence_stride"]
    return (*rest, count, size)


def _spectrogram(config: Config, x: Argument) -> list[Shape]:
    """Return the real and the imaginary part of the spectra of overlapping sequences."""
    (*rest, last), size = shape_of(x), config["fft_length"]
    margin = 0 if config.get("center", True) is False else size // 2 * 2
    count = None if last is None else 1 + (last + margin - size) // config["sequence_stride"]
    return [(*rest, count, size // 2 + 1)] * 2


def _from_spectrogram(config: Config, x: Argument) -> Shape:
    """Return the signal with these spectra."""
    (*rest, count, _), size, stated = shape_of(x[0]), config["fft_length"], config.get("length")
    if stated is not None or count is None:
        return (*rest, stated)
    margin = size // 2 * 2 if config.get("center", True) else 0
    return (*rest, (count - 1) * config["sequence_stride"] + size - margin)


def _matrix(x: Argument) -> tuple[Shape, int, int, int]:
    """Return the axes in front of a matrix, its rows, its columns and the smaller of both."""
    *batch, rows, columns = shape_of(x)
    if rows is None or columns is None:
        raise ValueError("a matrix of unknown size")
    return tuple(batch), rows, columns, min(rows, columns)


def _lu(config: Config, x: Argument) -> list[Shape]:
    """Return the triangles in one matrix, and the order of the rows."""
    batch, rows, columns, smaller = _matrix(x)
    return [(*batch, rows, columns), (*batch, smaller)]


def _qr(config: Config, x: Argument) -> list[Shape]:
    """Return an orthogonal and a triangular matrix."""
    batch, rows, columns, smaller = _matrix(x)
    between = smaller if config.get("mode", "reduced") == "reduced" else rows
    return [(*batch, rows, between), (*batch, between, columns)]


def _svd(config: Config, x: Argument) -> Shape | list[Shape]:
    """Return the singular values, between two orthogonal matrices unless asked otherwise."""
    batch, rows, columns, smaller = _matrix(x)
    left, right = (rows, columns) if config.get("full_matrices", True) else (smaller, smaller)
    values = (*batch, smaller)
    return [(*batch, rows, left), values, (*batch, right, columns)] if config.get("compute_uv", True) else values


# --- Pictures --------------------------------------------------------------------------------------------------------


def _picture_axes(config: Config) -> tuple[int, int, int]:
    """Return where height, width and channels are, counted from the end."""
    return (-2, -1, -3) if config.get("data_format") == "channels_first" else (-3, -2, -1)


def _resized(config: Config, images: Argument) -> Shape:
    """Replace height and width."""
    (height, width, _), (rows, columns) = _picture_axes(config), config["size"]
    return _replaced(_replaced(shape_of(images), height, rows), width, columns)


def _edged(kind: str, sign: int) -> Callable[..., Shape]:
    """Return the function of padding (``sign`` 1) or cropping (-1), which stores its margins under such names."""

    def edged(config: Config, images: Argument) -> Shape:
        """Replace height and width by what is stated, or by what the margins make of them."""
        shape = shape_of(images)
        height, width, _ = _picture_axes(config)
        for axis, target, sides in (
            (height, "target_height", ("top", "bottom")), (width, "target_width", ("left", "right"))
        ):
            length = config.get(target)
            if length is None:
                length = _summed([shape[axis], *(sign * config[f"{side}_{kind}"] for side in sides)])
            shape = _replaced(shape, axis, length)
        return shape

    return edged


def _patches(config: Config, images: Argument) -> Shape:
    """Cut pictures or volumes into patches, whose values become channels."""
    size, shape = config["size"], shape_of(images)
    sizes = [size, size] if isinstance(size, int) else list(size)
    batch, rest = shape[: -len(sizes) - 1], shape[-len(sizes) - 1 :]
    slid = windows(rest, config, sizes, config.get("strides") or sizes)
    return (*batch, *_with_channels(slid, config, product([spatial(rest, config)[1], *sizes])))


def _scaled(config: Config, images: Argument, output_shape: Argument, *more: Argument, **other: Argument) -> Shape:
    """Return the stated shape."""
    return tuple(output_shape) if isinstance(output_shape, list) else (None,) * len(shape_of(images))


# --- The tables ------------------------------------------------------------------------------------------------------


def _named(names: str, function: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Return the lines of operations that are alike."""
    return dict.fromkeys(names.split(), function)


_SHAPES: dict[str, Callable[..., Any]] = {
    **_named(
        """Abs Absolute Angle Arccos Arccosh Arcsin Arcsinh Arctan Arctanh Array BitwiseInvert BitwiseNot Cast Cbrt Ceil
        Celu Cholesky CholeskyInverse Clip Conj Conjugate ConvertToTensor Copy Cos Cosh Deg2rad ElasticTransform Elu
        EmptyLike Erf Erfc Erfinv Exp Exp2 Expm1 Fabs Flip Fliplr Flipud Floor GaussianBlur Gelu HSVToRGB HardShrink
        HardSigmoid HardSilu HardTanh I0 Imag Inv Isfinite Isinf Isnan Isneginf Isposinf Isreal LeakyRelu Log Log10
        Log1p Log2 LogSigmoid LogSoftmax LogicalNot Mish NanToNum Negative Normalize OnesLike RGBToHSV Rad2deg ReLU Real
        Reciprocal Relu Relu6 Roll Round Rsqrt SaturateCast Selu Sigmoid Sign Signbit Silu Sin Sinc Sinh SoftShrink
        Softmax Softplus Softsign SparsePlus SparseSigmoid Sparsemax Sqrt Square Squareplus StopGradient Tan Tanh
        TanhShrink Threshold Tril Triu Trunc ZerosLike""",
        _same,
    ),
    **_named("BatchNorm Digitize FullLike LayerNorm RMSNorm", _like("x")),
    **_named("AffineTransform PerspectiveTransform", _like("images")),
    **_named("ScatterUpdate SliceUpdate", _like("inputs")),
    **_named("Solve SolveTriangular", _like("b", 1)),
    "IsIn": _like("x1"),
    "SearchSorted": _like("values", 1),
    "InTopK": _like("targets"),
    **_named(
        """Add Arctan2 BinaryCrossentropy BitwiseAnd BitwiseLeftShift BitwiseOr BitwiseRightShift BitwiseXor Divide
        DivideNoNan Equal FloorDivide Fmax Fmin Fmod Gcd Greater GreaterEqual Heaviside Hypot Isclose Lcm Ldexp
        LeftShift Less LessEqual Logaddexp Logaddexp2 LogicalAnd LogicalOr LogicalXor Maximum Minimum Mod Multiply
        Nextafter NotEqual Polar Power RightShift Subtract TrueDivide Where""",
        _elementwise,
    ),
    "Select": _selected,
    **_named("AllClose Ndim PSNR Size Vdot", _scalar),
    **_named(
        """All Amax Amin Any Argmax Argmin Average CountNonzero Logsumexp Max Mean Median Min Nanargmax Nanargmin Nanmax
        Nanmean Nanmedian Nanmin Nanprod Nanstd Nansum Nanvar Norm Prod Ptp Std Sum Var""",
        _reduction,
    ),
    "Moments": lambda config, x: [reduced(shape_of(x), config["axes"], config.get("keepdims"))] * 2,
    **_named("Nanpercentile Nanquantile Percentile Quantile", _quantiles),
    "Trapezoid": lambda config, y: _without(shape_of(y), config.get("axis", -1)),
    **_named("Cumprod Cumsum Nancumprod Nancumsum Ravel", _along(None)),
    **_named("Argpartition Argsort Sort", _along(-1)),
    "Glu": _halved,
    "Diff": _differences,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "ExpandDims": _expand,
    "Squeeze": _squeeze,
    "Swapaxes": lambda config, x: _swapped(shape_of(x), config["axis1"], config["axis2"]),
    "Rot90": _rotate,
    "Moveaxis": _move,
    "Rearrange": _rearrange,
    "GetItem": _item,
    "Slice": _slice,
    "Take": _take,
    "TakeAlongAxis": _take_along,
    "Repeat": _repeat,
    "Tile": _tile,
    "Pad": _pad,
    **_named("BroadcastTo Full Scatter", _stated),
    "Diag": _diag,
    "Diagflat": _diagonal_matrix,
    "Diagonal": _diagonal,
    "Trace": lambda config, x: _without(shape_of(x), config.get("axis1", 0), config.get("axis2", 1)),
    "Concatenate": _concatenate,
    "Append": _append,
    "Stack": lambda config, x: _inserted(shape_of(x[0]), config.get("axis", 0), len(x)),
    "Hstack": _stacked_along(1),
    "Vstack": _stacked_along(0),
    "Dstack": _stacked_along(2),
    "Split": _split_along(None),
    "Hsplit": _split_along(1),
    "Vsplit": _split_along(0),
    "Dsplit": _split_along(2),
    "ArraySplit": _array_split,
    "Unstack": _unstack,
    "Meshgrid": _meshgrid,
    "Matmul": _matmul,
    "Dot": _dot,
    "Inner": lambda config, x1, x2: _inner(shape_of(x1), shape_of(x2)),
    "Outer": lambda config, x1, x2: (product(shape_of(x1)), product(shape_of(x2))),
    "Kron": _kron,
    "Tensordot": _tensordot,
    "Einsum": lambda config, *operands: _einsum(*letters(config["subscripts"], operands)),
    "Cross": _cross,
    "CDist": _distances,
    "Correlate": _correlate,
    "Corrcoef": _corrcoef,
    "Arange": _arange,
    **_named("Geomspace Linspace Logspace", _spaced),
    "OneHot": _one_hot,
    "MultiHot": _multi_hot,
    "Vander": lambda config, x: (*shape_of(x), shape_of(x)[0] if config.get("N") is None else config["N"]),
    "Bincount": lambda config, x: (*shape_of(x)[:-1], None),
    "Histogram": lambda config, x: [(config.get("bins", 10),), (config.get("bins", 10) + 1,)],
    "Nonzero": lambda config, x: [(None,)] * len(shape_of(x)),
    "UnravelIndex": lambda config, indices: [shape_of(indices)] * len(config["shape"]),
    "Unique": _unique,
    "TopK": lambda config, x: [_replaced(shape_of(x), -1, config["k"])] * 2,
    **_named(
        "SegmentMax SegmentMin SegmentProd SegmentSum",
        lambda config, data, segment_ids: (config.get("num_segments"), *shape_of(data)[1:]),
    ),
    **_named("AveragePool MaxPool", _pooled),
    **_named("AdaptiveAveragePool AdaptiveMaxPool", _pooled_to_size),
    "Conv": lambda config, inputs, kernel: _convolved(config, inputs, kernel, shape_of(kernel)[-1]),
    "DepthwiseConv": lambda config, inputs, kernel: _convolved(config, inputs, kernel, product(shape_of(kernel)[-2:])),
    "SeparableConv": lambda config, inputs, depthwise_kernel, pointwise_kernel: _convolved(
        config, inputs, depthwise_kernel, shape_of(pointwise_kernel)[-1]
    ),
    "ConvTranspose": _conv_transpose,
    "DotProductAttention": lambda config, query, key, value, *more, **other: (
        *shape_of(query)[:-1], shape_of(value)[-1]
    ),
    **_named(
        "CategoricalCrossentropy SparseCategoricalCrossentropy",
        lambda config, target, output: _without(shape_of(output), config.get("axis", -1)),
    ),
    "CTCLoss": lambda config, target, *more, **lengths: shape_of(target)[:1],
    "CTCDecode": _ctc_decode,
    "Unfold": _unfold,
    "Fold": _fold,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
    **_named("FFT FFT2 IFFT2", lambda config, x: [shape_of(x[0]), shape_of(x[1])]),
    "RFFT": _spectrum,
    "IRFFT": _from_spectrum,
    "ExtractSequences": _frames,
    "STFT": _spectrogram,
    "ISTFT": _from_spectrogram,
    "ViewAsComplex": lambda config, x: shape_of(x)[:-1],
    "ViewAsReal": lambda config, x: (*shape_of(x), 2),
    **_named("Det Logdet MatrixRank", lambda config, x: shape_of(x)[:-2]),
    "Slogdet": lambda config, x: [shape_of(x)[:-2]] * 2,
    "Pinv": lambda config, x: _swapped(shape_of(x), -1, -2),
    **_named("Eig Eigh", lambda config, x: [shape_of(x)[:-1], shape_of(x)]),
    "LuFactor": _lu,
    "Qr": _qr,
    "SVD": _svd,
    "Lstsq": lambda config, a, b: (*shape_of(a)[1:], *shape_of(b)[1:]),
    "RGBToGrayscale": lambda config, images: _replaced(shape_of(images), _picture_axes(config)[2], 1),
    "Resize": _resized,
    "PadImages": _edged("padding", 1),
    "CropImages": _edged("cropping", -1),
    "ExtractPatches": _patches,
    "MapCoordinates": lambda config, inputs, coordinates: shape_of(coordinates)[1:],
    "ScaleAndTranslate": _scaled,
    "SobelEdges": lambda config, images: (*shape_of(images), 2),
    "SSIM": lambda config, image1, image2: shape_of(image1)[:-3],
}
KNOWN = frozenset(_SHAPES)
"""These are all operations of Keras 3.15 but ``View``, whose result depends on the types of numbers."""

_ACTIVATIONS = {
    "Celu": "celu", "Elu": "elu", "Gelu": "gelu", "Glu": "glu", "HardShrink": "hard_shrink",
    "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "HardTanh": "hard_tanh", "LeakyRelu": "leaky_relu",
    "LogSigmoid": "log_sigmoid", "LogSoftmax": "log_softmax", "Mish": "mish", "ReLU": "relu", "Relu": "relu",
    "Relu6": "relu6", "Selu": "selu", "Sigmoid": "sigmoid", "Silu": "silu", "SoftShrink": "soft_shrink",
    "Softmax": "softmax", "Softplus": "softplus", "Softsign": "softsign", "SparsePlus": "sparse_plus",
    "SparseSigmoid": "sparse_sigmoid", "Sparsemax": "sparsemax", "Squareplus": "squareplus", "Tanh": "tanh",
    "TanhShrink": "tanh_shrink", "Threshold": "threshold",
}  # fmt: skip
"""Operation -> the name in Keras of the activation that it is."""
_OVER_ONE_AXIS = frozenset({"Softmax", "LogSoftmax", "Sparsemax"})
_KEEPING = frozenset(
    """
    AdaptiveAveragePool AdaptiveMaxPool Amax Amin Array ArraySplit Average AveragePool BroadcastTo Cast ConvertToTensor
    Copy Diagonal Dsplit ExpandDims Flip Fliplr Flipud GetItem Hsplit Max MaxPool Mean Median Min Moveaxis Nanmax
    Nanmean Nanmedian Nanmin Ravel Rearrange Repeat Reshape Roll Rot90 Slice Sort Split Squeeze StopGradient Swapaxes
    Take TakeAlongAxis Tile Transpose Unstack Vsplit
    """.split()
)
"""These move, drop, repeat, average or pick values, so what the values went through before still holds."""
_JOINING = frozenset("Append Concatenate Dstack Fmax Fmin Hstack Maximum Minimum Stack Vstack".split())
"""These do so with several tensors, and keep what all of them went through."""
_SCALING = frozenset({"Add", "Divide", "Multiply", "Negative", "Subtract", "TrueDivide"})
ACROSS_CLASSES = frozenset({"softmax", "log_softmax", "sparsemax"})
"""These activations work on all values of the last axis together, so picking one value from them is no mistake."""


def activation(
    entry: Config, args: list[Argument], kwargs: dict[str, Argument], before: list[str | None]
) -> str | None:
    """Return the Keras name of what the results went through last; None when that is unknown.

    A finding about the last activation stops the grading, so this says no more than is certain.

    Args:
        entry: the operation's part of the description.
        args: of the call.
        kwargs: the same.
        before: what each tensor among the arguments went through, in their order.
    """
    name, config = entry["class_name"], entry.get("config") or {}
    of_a_tensor = bool(args) and (args[0] is UNKNOWN or isinstance(args[0], tuple))
    if name in _ACTIVATIONS:
        return _named_activation(name, config, args)
    if name in _KEEPING:
        return before[0] if of_a_tensor else None
    if name in _JOINING:
        constants = sum(1 for _ in _leaves([args, kwargs])) - len(before)
        return before[0] if len(set(before)) == 1 and not constants else None
    if name in ("Divide", "TrueDivide") and not (of_a_tensor and len(before) == 1):  # by a number, not of a number
        return None
    return "linear" if name in _SCALING and set(before) == {"linear"} else None


def _named_activation(name: str, config: Config, args: list[Argument]) -> str | None:
    """Return the name of an activation; None over another axis than the last, and for variants without a name."""
    if name in _OVER_ONE_AXIS:
        axis = config.get("axis", -1)
        rank = len(args[0]) if args and isinstance(args[0], tuple) else None
        return _ACTIVATIONS[name] if axis == -1 or (rank is not None and axis == rank - 1) else None
    if name == "ReLU" and config.get("max_value") is not None:
        return None
    return "leaky_relu" if name == "ReLU" and config.get("negative_slope") else _ACTIVATIONS[name]


def _leaves(value: Any) -> Iterator[Any]:
    """Yield the tensors and constants among arguments."""
    if isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield value

"""What a model file may hold besides the description of its layers: an allow-list of HDF5 features.

Keras uses few of them: plain groups, data sets that lie in the file in one piece as plain numbers, names and texts
as attributes. Whatever else the format offers (links, other files, filters, references) reads more than the file has,
or is decoded by rarely used code of the HDF5 library.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np

MAX_OBJECTS = 20_000
MAX_DEPTH = 32
"""Groups may be nested this deep; the names that Keras writes rarely need ten levels."""
MAX_ATTRIBUTES = 100
"""One object may have this many. Keras writes five, and splits lists of names into parts of 64 KB."""
MAX_TEXT_BYTES = 4 * 2**20
"""This holds for the description of the layers, and for all other texts together."""
BFLOAT16 = "|V2"
"""h5py shows the type bfloat16 like this: as two bytes of unknown meaning."""
STEP_COUNTER = re.compile(r"iter(ation)?s?(:0)?")
"""Optimizers of Keras 2 and 3 use these names for the number of their steps."""
QUANTIZED_PART = re.compile(r"/([^/]+)/(query|key|value|attention_output)/kernel_scale$")


class Unusual(Exception):
    """The file holds what Keras never writes; the message completes the sentence "the file holds ..."."""


class TooLong(Exception):
    """The description of the layers is too long to be read."""


@dataclass
class Contents:
    """What the file holds.

    Attributes:
        texts: the texts of the file's own attributes, by name.
        parameters: number of stored weights.
        optimizer_bytes: size of the optimizer's state.
        steps: how many training steps the optimizer has counted; None when the file does not tell.
        quantized: an attention layer whose parts have quantized weights, which its description does not tell.
    """

    texts: dict[str, str] = field(default_factory=dict)
    parameters: int = 0
    optimizer_bytes: int = 0
    steps: int | None = None
    quantized: str | None = None


def contents(file: Any, size: int) -> Contents:
    """Walk through an open h5py file of ``size`` bytes and return what it holds.

    Raises:
        Unusual: it holds what Keras never writes.
        TooLong: its texts are longer than any model's.
        OSError, RuntimeError, KeyError, ValueError: it is damaged.
    """
    summary = Contents()
    declared_bytes, paths = 0, list[str]()
    for path, item in _objects(file):
        texts, names = _attributes(item)
        if path == "/":
            summary.texts = texts
        paths += [f"{path}/{name}" for name in names]
        if isinstance(item, h5py.Dataset):
            declared_bytes += _checked_bytes(item)
            _count(summary, path, item)
    if sum(map(len, paths)) > 4 * MAX_TEXT_BYTES:
        raise Unusual("megabytes of names")
    if len(set(paths)) < len(paths):  # of two layers too: "a" with "b/kernel", "a/b" with "kernel"
        raise Unusual("the same weights named twice")
    if declared_bytes > size:
        raise Unusual(f"data sets that claim {declared_bytes / 2**20:,.1f} MB in a file of {size / 2**20:,.1f} MB")
    return summary


def _objects(file: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, group or data set) of everything in the file, itself included.

    ``visititems`` skips links silently, so the tree is walked by hand. A second name for one object could lead a reader
    in circles, or make it read the same data any number of times.
    """
    yield "/", file["/"]
    waiting, count = [("", file["/"], 0)], 0
    while waiting:
        above, group, depth = waiting.pop()
        for name in group:
            if not isinstance(name, str):
                raise ValueError("a name is no text")
            count += 1
            if count > MAX_OBJECTS:
                raise Unusual(f"more than {MAX_OBJECTS:,} objects")
            if group.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
                raise Unusual("a link to another place")
            item, path = group[name], f"{above}/{name}"
            if not isinstance(item, (h5py.Group, h5py.Dataset)):
                raise Unusual("a named data type")
            if h5py.h5o.get_info(item.id).rc != 1:
                raise Unusual("one object under two names")
            yield path, item
            if isinstance(item, h5py.Group):
                if depth == MAX_DEPTH:
                    raise Unusual(f"groups more than {MAX_DEPTH} levels deep")
                waiting.append((path, item, depth + 1))


def _attributes(item: Any) -> tuple[dict[str, str], list[str]]:
    """Return the texts among an object's attributes, and the names in them that Keras follows from there.

    Keras splits a long list of names into ``weight_names0``, ``weight_names1`` and so on.
    """
    texts, names, attributes = dict[str, str](), list[str](), item.attrs
    if h5py.h5a.get_num_attrs(item.id) > MAX_ATTRIBUTES:
        raise Unusual(f"more than {MAX_ATTRIBUTES} attributes of one object")
    for name in attributes:
        if not isinstance(name, str):
            raise ValueError("a name is no text")
        shape = _checked_shape(name, attributes.get_id(name))
        if shape == ():
            value = _text(attributes[name])
            if value is not None and len(value) > MAX_TEXT_BYTES:
                raise TooLong if name == "model_config" else Unusual(f"a long text ({name!r:.40})")
            texts |= {} if value is None else {name: value}
        elif re.fullmatch(r"(layer|weight)_names\d*", name):
            names += [_checked_name(str(_text(value))) for value in attributes[name]]
    return texts, names


def _checked_shape(name: str, declared: Any) -> tuple[int, ...]:
    """Return the shape of an attribute, which is one text, one number or a list of them; it is not read for that."""
    shape: tuple[int, ...] = declared.shape
    if not _is_plain(declared.dtype) and h5py.check_string_dtype(declared.dtype) is None:
        raise Unusual(f"an attribute that is neither text nor number ({name!r:.40})")
    if len(shape) > 1 or math.prod(shape) * declared.dtype.itemsize > MAX_TEXT_BYTES:
        raise TooLong if name == "model_config" else Unusual(f"a table as an attribute ({name!r:.40})")
    return shape


def _checked_name(name: str) -> str:
    """Return a name of weights; ``a/./b`` and ``/a`` would let one data set be read any number of times."""
    if set(name.split("/")) & {"", ".", ".."}:
        raise Unusual(f"a name that leads to another place ({name!r:.60})")
    return name


def _text(value: Any) -> str | None:
    """Return an attribute's value as text, whether it was stored as bytes or as str; None for a number."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value if isinstance(value, str) else None


def _is_plain(dtype: np.dtype[Any]) -> bool:
    """Return whether values of a type are numbers as they stand in the file, pointing nowhere."""
    is_simple = h5py.check_ref_dtype(dtype) is None and h5py.check_vlen_dtype(dtype) is None and dtype.subdtype is None
    return is_simple and (dtype.kind in "biuf" or dtype.str == BFLOAT16)


def _checked_bytes(item: Any) -> int:
    """Return the bytes of a data set, whose claim and storage must agree."""
    if item.external or item.is_virtual:
        raise Unusual("data kept in another file")
    if not _is_plain(item.dtype):
        raise Unusual("a data set that does not hold numbers")
    plan = item.id.get_create_plist()
    if plan.get_nfilters() or plan.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT):
        raise Unusual("compressed or scattered data sets")
    declared = int(item.size or 0) * int(item.dtype.itemsize)
    stored = item.id.get_storage_size()
    if declared > stored:
        raise Unusual(f"a data set that claims {declared / 2**20:,.1f} MB but stores {stored / 2**20:,.1f} MB")
    return declared


def _count(summary: Contents, path: str, item: Any) -> None:
    """Note what one data set says of the size and the training of the model."""
    number = np.issubdtype(item.dtype, np.number) or item.dtype.str == BFLOAT16
    if path.startswith("/model_weights/") and number:
        summary.parameters += item.size or 0
        part = QUANTIZED_PART.search(path)
        summary.quantized = part[1] if part else summary.quantized
    elif path.startswith("/optimizer_weights/"):
        summary.optimizer_bytes += (item.size or 0) * item.dtype.itemsize
        name = path.rpartition("/")[2]
        if STEP_COUNTER.fullmatch(name) and item.shape == () and number:
            summary.steps = int(item[()])

"""Turn a genuine model file into a mutant: damaged, edited, or put together wrongly.

Everything is drawn from one ``random.Random``, so a seed and a number always give the same bytes. The structured
changes come first; flipped bytes and cuts come last, as nothing could open the file after them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from exam.architecture import allowlist

Step = Callable[[random.Random, Path, list[Path]], str]
CLASSES = sorted(allowlist.LAYERS | allowlist.MODELS | allowlist.OPERATIONS | allowlist.REFUSED | {"Twice", ""})
NUMBERS = (
    0, 1, -1, 2, 3, 7, 64, 1000, 65536, 2**31, 2**63, 10**30, 0.5, -0.1, 1e-30, 1e308, float("nan"), float("inf")
)
TEXTS = (
    "", "relu", "softmax", "linear", "valid", "same", "channels_first", "float16", "float64", "int32", "string",
    "mixed_float16", "../../canary", "a/b", "Größe", "层", "\ud800", "\x00", "\x1b[31m", "[red]", "%s{0}", "x" * 5000,
    "None", "keras.layers", "os", "builtins", "glorot_uniform", "mse", "3.15.1", "2.15.0",
)
ACTIVATIONS = ("relu", "tanh", "sigmoid", "softmax", "exponential", "selu", "leaky_relu", "nothing")


def mutant(source: Path, others: list[Path], target: Path, rng: random.Random) -> str:
    """Write a mutant of ``source`` to ``target`` and return what was changed, in words.

    Args:
        source: a genuine file; never written to.
        others: genuine files that parts may be taken from.
        target: the file to write.
        rng: decides everything.
    """
    target.write_bytes(source.read_bytes())
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        step = rng.choices(STEPS, WEIGHTS)[0]
        done.append(f"{step.__name__}: {step(rng, target, others)}")
        if step in LAST:
            break
    return "; ".join(done)


# --- Bytes -----------------------------------------------------------------------------------------------------------


def bytes_flipped(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Flip bits; half of the time near the beginning, where the structure lies."""
    data = bytearray(path.read_bytes())
    end = min(len(data), rng.choice((200, 4096, len(data), len(data))))
    places = [rng.randrange(end) for _ in range(rng.choice((1, 1, 2, 8, 64)))]
    for place in places:
        data[place] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return f"{len(places)} of the first {end}"


def bytes_replaced(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Overwrite a stretch with zeros, with ones, or with another stretch of the file."""
    data = bytearray(path.read_bytes())
    length = min(rng.choice((1, 4, 8, 64, 512)), len(data))
    place, other = (rng.randrange(len(data) - length + 1) for _ in range(2))
    data[place:place + length] = rng.choice((bytes(length), b"\xff" * length, data[other:other + length]))
    path.write_bytes(data)
    return f"{length} at {place}"


def truncated(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Cut the end off, or a piece out of the middle, or append something."""
    data = path.read_bytes()
    place = rng.randrange(len(data))
    how = rng.choice(("end", "end", "middle", "appended"))
    piece = {"end": data[:place], "middle": data[:place] + data[place + rng.choice((1, 8, 512)):]}
    path.write_bytes(piece.get(how, data + data[place:]))
    return f"{how} at {place}"


# --- The structure of the file ---------------------------------------------------------------------------------------


def objects(file: Any) -> list[Any]:
    """Return all groups and data sets of an open file, in order."""
    found = [file]
    file.visititems(lambda name, item: found.append(item))
    return found


def datasets(file: Any) -> list[Any]:
    """Return all data sets of an open file, in order."""
    return [item for item in objects(file) if isinstance(item, h5py.Dataset)]


def attribute_changed(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Remove an attribute of the file, or give it another value or type."""
    with h5py.File(path, "r+") as file:
        item = rng.choice([item for item in objects(file) if len(item.attrs)] or [file])
        name = rng.choice([*sorted(item.attrs), "added"])
        before = item.attrs.get(name, b"")
        values = (
            None, 1, -1.5, b"", b"\xff\xfe", "text", "", np.zeros((2, 3)), np.array([b"a", b"b"]), h5py.Empty("f"),
            np.array(["x", "y"], dtype=h5py.string_dtype()), np.bytes_(b"2.99.0"), "99.0", [before] * 2, str(before),
            np.float16(1), np.arange(5000), np.void(b"opaque"), file.ref, True,
        )
        value = rng.choice(values)
        if name in item.attrs:
            del item.attrs[name]
        if value is not None:
            try:
                item.attrs[name] = value
            except (TypeError, ValueError, OSError):  # h5py itself cannot write it
                item.attrs[name] = 0
        return f"{item.name} {name} = {str(value)[:40]!r}"


def dataset_changed(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Remove a data set, or give it other values, another type or another shape."""
    with h5py.File(path, "r+") as file:
        found = datasets(file)
        if not found:
            return "nothing to change"
        item = rng.choice(found)
        is_stored = item.size is None or item.id.get_storage_size() >= item.size * item.dtype.itemsize
        name, value = item.name, np.asarray(item[()] if is_stored else 0)  # terabytes that a change before this claims
        how = rng.choice(sorted(DATASETS))
        del file[name]
        DATASETS[how](file, name, value)
        return f"{name} {how}"


def _put(change: Callable[[Any], Any]) -> Callable[[Any, str, Any], None]:
    def put(file: Any, name: str, value: Any) -> None:
        file[name] = change(value)

    return put


DATASETS: dict[str, Callable[[Any, str, Any], None]] = {
    "removed": lambda file, name, value: None,
    "a group": lambda file, name, value: file.create_group(name),
    "as float64": _put(lambda value: value.astype("f8")),
    "as float16": _put(lambda value: value.astype("f2")),
    "as int8": _put(lambda value: np.nan_to_num(value).astype("i1")),
    "as complex": _put(lambda value: value.astype("c8")),
    "as big endian": _put(lambda value: value.astype(">f4")),
    "as text": _put(lambda value: np.array([b"text"] * 3)),
    "as compound": _put(lambda value: np.zeros(2, dtype=[("a", "f4"), ("b", "i8")])),
    "as booleans": _put(lambda value: value > 0),
    "empty": _put(lambda value: np.zeros((0,), "f4")),
    "without shape": _put(lambda value: h5py.Empty("f4")),
    "a number": _put(lambda value: np.float32(1)),
    "flat": _put(lambda value: value.ravel()),
    "turned": _put(lambda value: value.T),
    "longer": _put(lambda value: np.repeat(np.atleast_1d(value), 3, axis=0)),
    "one axis more": _put(lambda value: value[None]),
    "NaN": _put(lambda value: np.full(value.shape, np.nan, "f4")),
    "infinite": _put(lambda value: np.full(value.shape, np.inf, "f4")),
    "huge numbers": _put(lambda value: np.full(value.shape, 3e38, "f4")),
    "zero": _put(lambda value: np.zeros(value.shape, "f4")),
    "huge": lambda file, name, value: _create(file, name, (2**20, 2**20), chunks=(64, 64)),
    "many bytes": lambda file, name, value: _create(file, name, (2**24,), chunks=(4096,)),
    "compressed": lambda file, name, value: _create(file, name, (64, 64), chunks=(8, 8), compression="gzip"),
    "a soft link": lambda file, name, value: file.__setitem__(name, h5py.SoftLink("/model_weights")),
    "a link to another file": lambda file, name, value: file.__setitem__(name, h5py.ExternalLink("canary.h5", "/")),
    "the root again": lambda file, name, value: file.__setitem__(name, file["/"]),
    "a data type": lambda file, name, value: file.__setitem__(name, np.dtype("f8")),
}


def _create(file: Any, name: str, shape: tuple[int, ...], **options: Any) -> None:
    file.create_dataset(name, shape, "f4", fillvalue=1.0, **options)


def datasets_swapped(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Let two data sets, or two groups, change places."""
    with h5py.File(path, "r+") as file:
        names = [item.name for item in rng.choice((objects, datasets, datasets))(file) if item.name != "/"]
        if len(names) < 2:
            return "nothing to swap"
        first, second = rng.sample(names, 2)
        if first.startswith(second + "/") or second.startswith(first + "/"):
            return "one holds the other"
        file.move(first, "/meanwhile")
        file.move(second, first)
        file.move("/meanwhile", second)
        return f"{first} and {second}"


def part_of_another(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Take the description, the weights or the compilation of another model."""
    other = rng.choice(others)
    with h5py.File(path, "r+") as file, h5py.File(other, "r") as theirs:
        part = rng.choice(("model_config", "training_config", "keras_version", "model_weights"))
        if part != "model_weights":
            file.attrs[part] = theirs.attrs.get(part, "")
        elif part in theirs:
            if part in file:
                del file[part]
            theirs.copy(part, file)
        return f"{part} of {other.stem}"


# --- The description of the layers -----------------------------------------------------------------------------------


def _description(file: Any) -> str:
    raw = file.attrs.get("model_config", "{}")
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return text if isinstance(text, str) else "{}"


def description_changed(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Edit one to three places of the description as JSON."""
    with h5py.File(path, "r+") as file:
        try:
            config = json.loads(_description(file))
        except (ValueError, RecursionError):
            return "no JSON"
        done = [_edit(rng, config) for _ in range(rng.choice((1, 1, 2, 3)))]
        file.attrs["model_config"] = json.dumps(config)  # as text, of any length; surrogates are escaped
    return ", ".join(done)


def places(value: Any, inside: tuple[Any, ...] = ()) -> list[tuple[Any, Any, tuple[Any, ...]]]:
    """Return (holder, key, way) of every value in a JSON document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, item in pairs:
        found.append((value, key, (*inside, key)))
        found += places(item, (*inside, key))
    return found


def _edit(rng: random.Random, config: Any) -> str:
    """Make one edit; half of the time to the settings of a layer."""
    found = places(config)
    if not found:
        return "nothing to edit"
    simple = [place for place in found if not isinstance(place[0][place[1]], dict | list)]
    holder, key, way = rng.choice(simple if simple and rng.random() < 0.6 else found)
    how = rng.choice(EDITS)
    how(rng, holder, key)
    return f"{how.__name__[1:]} at {'.'.join(map(str, way))}"


def _other_value(rng: random.Random, holder: Any, key: Any) -> None:
    """Put a value of the same kind, mostly."""
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int | float):
        holder[key] = rng.choice((*NUMBERS, value + 1, value * 2, -value))
    elif isinstance(value, str):
        holder[key] = rng.choice((*TEXTS, *ACTIVATIONS, *CLASSES)) if rng.random() < 0.7 else value[::-1]
    elif isinstance(value, list):
        rng.shuffle(value)
    else:
        holder[key] = rng.choice((*NUMBERS, *TEXTS, [], {}))


def _other_type(rng: random.Random, holder: Any, key: Any) -> None:
    """Put a value of any kind."""
    kinds = (None, True, [], {}, [None], [1, 2, 3], {"class_name": "Dense", "config": {}}, *NUMBERS, *TEXTS)
    holder[key] = rng.choice(kinds)


def _dropped(rng: random.Random, holder: Any, key: Any) -> None:
    """Remove a key or an element."""
    del holder[key]


def _added(rng: random.Random, holder: Any, key: Any) -> None:
    """Add a key or an element."""
    value = rng.choice((None, 1, "x", [], {"class_name": rng.choice(CLASSES), "config": {"name": "x"}}))
    if isinstance(holder, dict):
        holder[rng.choice(("added", "shared_object_id", "batch_shape", "layers", "module", "dtype"))] = value
    else:
        holder.insert(rng.randrange(len(holder) + 1), value)


def _repeated(rng: random.Random, holder: Any, key: Any) -> None:
    """Repeat an element of a list, up to a thousand times."""
    if isinstance(holder, list):
        holder[key:key] = [holder[key]] * rng.choice((1, 2, 30, 1000))
    else:
        holder[key] = [holder[key]] * 3


def _nested(rng: random.Random, holder: Any, key: Any) -> None:
    """Wrap a value into lists or models."""
    value = holder[key]
    for _ in range(rng.choice((1, 2, 10, 60, 200))):
        value = [value] if rng.random() < 0.5 else {"class_name": "Sequential", "config": {"layers": [value]}}
    holder[key] = value


def _moved(rng: random.Random, holder: Any, key: Any) -> None:
    """Let a value change places with its neighbour."""
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    other = rng.choice(keys)
    holder[key], holder[other] = holder[other], holder[key]


EDITS = (_other_value, _other_value, _other_value, _other_type, _dropped, _added, _repeated, _nested, _moved)


def text_changed(rng: random.Random, path: Path, others: list[Path]) -> str:
    """Edit the description as text, so that it is often no JSON any longer."""
    with h5py.File(path, "r+") as file:
        text = _description(file)
        place = rng.randrange(len(text) + 1)
        how = rng.choice(("cut", "inserted", "deep", "numbers"))
        inserted = rng.choice((",", "}", "NaN", "-Infinity", '"', "\\u0000", "\\ud800", "9" * 5000, "1e999", "[" * 200))
        if how == "cut":
            text = text[:place]
        elif how == "inserted":
            text = text[:place] + inserted + text[place:]
        elif how == "deep":
            text = text.replace("null", "[" * 90 + "]" * 90, rng.choice((1, -1)))
        else:
            number = str(rng.choice((0, 2, 8, 64)))
            other = rng.choice(("9" * 30, "-1", "1e400", "NaN", "true", "3"))
            text = text.replace(number, other, rng.choice((1, 3, -1)))
        file.attrs["model_config"] = text
        return how


STEPS: list[Step] = [
    bytes_flipped, bytes_replaced, truncated, attribute_changed, dataset_changed, datasets_swapped, part_of_another,
    description_changed, text_changed,
]
WEIGHTS = [12, 5, 4, 8, 14, 4, 4, 40, 5]
LAST = (bytes_flipped, bytes_replaced, truncated)

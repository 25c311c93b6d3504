"""Files that try to run code, to read or reach what they must not, or to exhaust the machine: made here, never stored.

    python3 make.py hostile

grades every one of them and writes ``docs/hostile.md``. Most follow a published advisory on Keras or the HDF5 library
(named in the table), or what was found open when the loading of ``.h5`` files was tried; the others were added while
looking for gaps in the inspection. All are written with h5py alone, as answers to ``straight_line``, whose shapes they
have, so that nothing else stands in their way.
"""

from __future__ import annotations

import base64
import json
import marshal
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import files
import h5py
import harness
import numpy as np
import psutil

from exam import bank
from exam.grading.grade import grade
from exam.modelfile import sandbox
from exam.result import Result
from exam.running.runner import Runner
from exam.workspace import Exam, Workspace

TABLE = harness.REPOSITORY / "docs" / "hostile.md"
SEED = 20261123
LINE = harness.exam_of("straight_line", SEED)
TWO = Exam("hostile", SEED, "cpu", 5.0, "offline", {**harness.EXAM.questions, 2: "handwritten_digits"})
SECONDS, SECONDS_OF_A_COMMAND = 20, 60
MEMORY = 4.5 * 2**30
"""What one process may use: the grader's limit and what TensorFlow takes between two looks of the watchdog."""
SOUND = """
import keras, sys
keras.utils.set_random_seed(1)
layers = keras.layers
keras.Sequential([keras.Input((8, 8)), layers.Flatten(), layers.Dense(10, "softmax")]).save(sys.argv[1])
"""
HEAD = """# Hostile files

Made by `python3 make.py hostile`, never edited by hand. Every row is a file that was made by `dev/hostile.py` and
graded by `python -m exam grade 1 2`, together with a sound file in the second category, which kept its score each time.
None of them ran code, opened a connection or read another file: a file that code would make, a listening socket and a
secret file were laid out as traps, and stayed untouched. Seconds are those of the command, and begin with TensorFlow's
import; the memory is that of its largest process.

| attack | known from | stopped while | seconds | memory | what the learner reads |
|---|---|---|---|---|---|
"""


@dataclass
class Traps:
    """What a file must not touch, in a folder of its own."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ran, self.secret = self.folder / "ran", self.folder / "secret.txt"
        self.secret.write_text("secret\n", encoding="utf-8")
        self.arm()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/vocabulary.txt"

    def __enter__(self) -> Traps:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def arm(self) -> None:
        """Make the time of the last reading older than that of the last writing: then systems note the next reading."""
        os.utime(self.secret, (1, 2))

    def can_tell_reading(self) -> bool:
        """Return whether this file system notes readings."""
        self.secret.read_bytes()
        noted = self.secret.stat().st_atime > 2
        self.arm()
        return noted

    def touched(self) -> list[str]:
        """Return which traps were touched."""
        found = ["code ran"] if self.ran.exists() else []
        if self.secret.stat().st_atime > 2:
            found.append("the secret was read")
        with suppress(BlockingIOError):
            self.socket.accept()[0].close()
            found.append("a connection was opened")
        return found

    def code(self) -> str:
        """Return Python bytecode as Keras stores lambdas: it would make the file ``ran``."""
        source = f"lambda x: (open({str(self.ran)!r}, 'w').close(), x)[1]"
        function = eval(source)
        return base64.b64encode(marshal.dumps(function.__code__)).decode()


@dataclass(frozen=True)
class Attack:
    """One file.

    Attributes:
        name: for the table.
        source: the advisory or issue that it follows.
        make: writes the file to a path, given the traps.
        runs: whether it passes the inspection, so that TensorFlow is needed and the limits have to hold.
    """

    name: str
    source: str
    make: Callable[[Path, Traps], object]
    runs: bool = False


ATTACKS: list[Attack] = []


def attack(name: str, source: str = "", runs: bool = False) -> Callable[[Any], Any]:
    """Register a function that writes a file."""

    def register(make: Any) -> Any:
        ATTACKS.append(Attack(name, source, make, runs))
        return make

    return register


def model(name: str, source: str, describe: Callable[[Traps], Any], runs: bool = False, **weights: Any) -> None:
    """Register a file with the description that a function returns, and the weights of its layers."""
    ATTACKS.append(Attack(name, source, lambda path, traps: save(path, describe(traps), **weights), runs))


def save(path: Path, config: Any, **weights: Sequence[np.ndarray]) -> Path:
    """Write a file as Keras does: a description, and for each layer its weights in order."""
    weights = weights or {"dense": [np.ones((1, 1), np.float32), np.zeros(1, np.float32)]}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = files.KERAS, "tensorflow"
        text = config if isinstance(config, str) else json.dumps(config)
        file.attrs.create("model_config", text, dtype=h5py.string_dtype())
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            own = group.create_group(name)
            own.attrs["weight_names"] = [f"{name}/{number}".encode() for number in range(len(arrays))]
            for number, array in enumerate(arrays):
                own.create_dataset(f"{name}/{number}", data=array)
    return path


def opened(path: Path) -> Any:
    """Return a sound model's file, open for changes."""
    return h5py.File(save(path, files.line_model()), "r+")


DENSE = files.layer("Dense", units=1, activation="linear")


def line(*layers: dict[str, Any], **config: Any) -> dict[str, Any]:
    """Return the description of a model that ends with one neuron."""
    made = files.sequential(*layers, DENSE)
    made["config"].update(config)
    return made


# --- The file as bytes


@attack("empty file")
def empty(path: Path, traps: Traps) -> None:
    path.touch()


@attack("archive under the name of an HDF5 file", "CVE-2025-1550: the attack needs a .keras archive")
def archive(path: Path, traps: Traps) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(100))


@attack("pipe that never ends")
def pipe(path: Path, traps: Traps) -> None:
    os.mkfifo(path)


@attack("link to a device that never ends")
def device(path: Path, traps: Traps) -> None:
    path.symlink_to("/dev/zero")


@attack("link to itself")
def link_to_itself(path: Path, traps: Traps) -> None:
    path.symlink_to(path)


@attack("20 GB of nothing")
def huge(path: Path, traps: Traps) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


@attack("socket")
def socket_file(path: Path, traps: Traps) -> None:
    with socket.socket(socket.AF_UNIX) as one, suppress(OSError):  # names of sockets are short
        place = os.open(path.parent, os.O_RDONLY)
        try:
            one.bind(f"/proc/self/fd/{place}/{path.name}")
        finally:
            os.close(place)


@attack("version of Keras that is a number")
def version_number(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file.attrs["keras_version"] = 2.15


@attack("link to another file of the learner")
def link_to_secret(path: Path, traps: Traps) -> None:
    path.symlink_to(harness.DEV / "hostile.py")


@attack("300 MB of nothing")
def sparse(path: Path, traps: Traps) -> None:
    save(path, files.line_model())
    os.truncate(path, 300 * 2**20)


@attack("file cut off in the middle")
def cut(path: Path, traps: Traps) -> None:
    save(path, files.line_model())
    os.truncate(path, path.stat().st_size // 2)


@attack("newest file format", "CVE-2025-2915, -6816, -7067: faults in its extensions")
def newest(path: Path, traps: Traps) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["model_config"] = json.dumps(files.line_model())


@attack("free space kept in the file", "CVE-2025-6816, -6750: H5O__fsinfo_encode")
def free_space(path: Path, traps: Traps) -> None:
    with h5py.File(path, "w", fs_strategy="fsm", fs_persist=True) as file:
        file.attrs["model_config"] = json.dumps(files.line_model())


@attack("first block that names several files")
def several_files(path: Path, traps: Traps) -> None:
    save(path, files.line_model())
    patch(path, 48, struct.pack("<Q", 96))


@attack("first block with other sizes", "CVE-2025-44905 and others: sizes that are not what is read")
def sizes(path: Path, traps: Traps) -> None:
    save(path, files.line_model())
    patch(path, 13, b"\xff\xff")


def patch(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


@attack("tree of groups whose branch leads to itself", "CVE-2024-29166 and others: damaged tables of groups")
def circular_tree(path: Path, traps: Traps) -> None:
    save(path, files.line_model())
    tree = path.read_bytes().index(b"TREE")
    patch(path, tree + 4, b"\x00\x05")
    patch(path, tree + 32, struct.pack("<Q", tree))


@attack("heap of texts with entries of no size", "HDF5: endless loop over a damaged global heap")
def empty_heap(path: Path, traps: Traps) -> None:
    save(path, files.line_model())
    heap = path.read_bytes().index(b"GCOL")
    patch(path, heap + 24, bytes(8))


@attack("text of an impossible length", "CVE-2026-17574: attribute with an invalid text type")
def impossible_text(path: Path, traps: Traps) -> None:
    save(path, files.line_model())
    data = path.read_bytes()
    at = data.index(struct.pack("<I", len(json.dumps(files.line_model()))))
    patch(path, at, b"\xff\xff\xff\x7f")


def damaged(seed: int) -> Callable[[Path, Traps], None]:
    """Return the maker of a file with 40 wrong bytes among those that are not weights."""

    def make(path: Path, traps: Traps) -> None:
        save(path, files.line_model())
        stream = np.random.default_rng(seed)
        size = path.stat().st_size
        for offset in stream.integers(96, size, 40):
            patch(path, int(offset), stream.bytes(1))

    return make


for number in range(12):
    # The eighth is wrong in places that nobody reads.
    heaps = "HDF5: heap faults that keep being found"
    ATTACKS.append(Attack(f"40 wrong bytes, {number + 1}", heaps, damaged(number), runs=number == 7))


# --- What HDF5 offers and Keras never uses


@attack("link to another file", "CVE-2026-1669")
def external_link(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file["model_weights/more"] = h5py.ExternalLink(str(traps.secret), "/")


@attack("link within the file")
def soft_link(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file["model_weights/more"] = h5py.SoftLink("/model_weights/dense")


@attack("weights kept in another file", "CVE-2026-1669")
def external_storage(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        del file["model_weights/dense/dense/0"]
        file.create_dataset("model_weights/dense/dense/0", (1, 1), "f4", external=[(str(traps.secret), 0, 4)])


@attack("weights put together from other files", "keras pull request 22975")
def virtual(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        layout = h5py.VirtualLayout((1, 1), "f4")
        layout[:] = h5py.VirtualSource(str(traps.secret), "x", shape=(1, 1))
        del file["model_weights/dense/dense/0"]
        file.create_virtual_dataset("model_weights/dense/dense/0", layout)


@attack("weights of a terabyte, none stored", "CVE-2026-0897")
def terabyte(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file.create_dataset("model_weights/more", (10**6, 10**6), "u1", chunks=(1000, 1000))


@attack("weights just under 4 GB, none stored", "keras pull request 23100: below Keras's own limit")
def fill_value(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        del file["model_weights/dense/dense/0"]
        file.create_dataset("model_weights/dense/dense/0", (2**30 - 1, 1), "f4", fillvalue=1.0)


@attack("a gigabyte of zeros, compressed", "CVE-2026-0897")
def compressed(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        del file["model_weights/dense/dense/0"]
        data = file.create_dataset("model_weights/dense/dense/0", (1, 2**28), "f4", chunks=(1, 2**22), compression=9)
        data[0, : 2**22] = 0


@attack("filter of a plug-in", "HDF5 loads plug-ins for filters that it does not know")
def plugin(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((1,))
        plan.set_filter(32_000, h5py.h5z.FLAG_OPTIONAL, (1, 2, 3))
        h5py.h5d.create(file["model_weights"].id, b"more", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((1,)), plan)


@attack("group that contains itself")
def loop(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file["model_weights/dense/again"] = file["model_weights"]


@attack("one table under a thousand names")
def many_names(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        for number in range(1000):
            file[f"model_weights/dense/{number}"] = file["model_weights/dense/dense/0"]


@attack("the same weights to be read 3,000 times")
def repeated(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file["model_weights/dense"].attrs["weight_names"] = [b"dense/0"] * 3000


@attack("the same weights under spellings of one name")
def spellings(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        names = [b"dense/" + b"./" * number + b"0" for number in range(200)]
        file["model_weights/dense"].attrs["weight_names"] = names


@attack("name that leads out of the group")
def absolute(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file["model_weights"].attrs["layer_names"] = [b"/model_weights/dense"]


@attack("names whose texts are one and the same megabyte, 3,000 times")
def shared_text(path: Path, traps: Traps) -> None:
    length, count = 2**20 + 12_345, 3000
    with opened(path) as file:
        names = np.array(["x" * length] + [str(number) for number in range(count - 1)], dtype=object)
        file["model_weights"].attrs.create("layer_names", names, dtype=h5py.string_dtype())
    data = path.read_bytes()
    at = data.index(struct.pack("<I", length))
    patch(path, at, data[at : at + 16] * count)


@attack("groups a thousand levels deep")
def deep_groups(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file.create_group("model_weights" + "/g" * 1000)


@attack("30,000 objects")
def many_objects(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        for number in range(30_000):
            file.create_group(f"model_weights/{number}")


@attack("5,000 attributes")
def many_attributes(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        for number in range(5000):
            file["model_weights/dense"].attrs[str(number)] = 1


@attack("attribute that refers to objects", "CVE-2024-29164, CVE-2026-29043: references")
def reference(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file.attrs.create("more", file["model_weights"].ref, dtype=h5py.ref_dtype)


@attack("attribute of nested types", "CVE-2025-2309, -2310: conversion of types")
def compound(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file.attrs["more"] = np.zeros(3, np.dtype([("a", "f4"), ("b", "S9", (2,))]))


@attack("weights that are texts")
def texts(path: Path, traps: Traps) -> None:
    with opened(path) as file:
        file["model_weights/more"] = ["text"] * 3


# --- The description: texts for the screen

DRAWN = "linear\n  Category 1  straight line  5 of 5\nExam: 100 of 100 points, passed\x1b[2J"
model("name of four million letters", "", lambda traps: line(files.layer("Lambda", "x" * 4_000_000)))
model("name that draws a score", "", lambda traps: line(files.layer("Lambda", DRAWN)))
model("class that draws a score", "", lambda traps: line(files.layer(DRAWN, "a")))
model(
    "activation that draws a score", "",
    lambda traps: files.sequential(files.layer("Dense", units=1, activation=DRAWN)),
)
model("name of half a character", "", lambda traps: line(files.layer("Lambda", "\ud800")))


# --- The description: as JSON


def raw(name: str, source: str, text: Callable[[], str]) -> None:
    ATTACKS.append(Attack(name, source, lambda path, traps: save(path, text())))


raw("lists 100,000 levels deep", "", lambda: "[" * 100_000 + "]" * 100_000)
raw("objects 100,000 levels deep", "", lambda: '{"a":' * 100_000 + "1" + "}" * 100_000)
raw(
    "layers 60 levels deep, a million empty lists", "",
    lambda: '{"config": ' + "[" * 50 + "[]," * 10**6 + "[]" + "]" * 50 + "}",
)
raw("description of 6 MB", "", lambda: json.dumps(line(note="x" * 6 * 2**20)))
raw("number of 100,000 digits", "", lambda: '{"config": {"layers": [' + "9" * 100_000 + "]}}")
model(
    "description that is no description", "",
    lambda traps: '{"config": {"layers": 7}, "class_name": "Sequential"}', True,
)
raw("layer without a class", "", lambda: json.dumps(line({"class_name": ["Dense"], "config": {"name": "x"}})))
raw("3,000 layers", "keras: loading takes minutes", lambda: json.dumps(line(*(dense(n) for n in range(3000)))))


def dense(number: int) -> dict[str, Any]:
    return files.layer("Dense", f"dense_{number}", units=1, activation="linear")


def tensor(name: str, shape: Sequence[int] = (1,), call: int = 0) -> dict[str, Any]:
    """Return a reference to a layer's output as Keras 3 writes it."""
    config = {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, call, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def functional(
    *layers: tuple[dict[str, Any], list[Any]], shape: Sequence[int] = (1,), dtype: str = "float32", name: str = "model"
) -> dict[str, Any]:
    """Return a functional model: its layers, each with its calls; the last one gives the output."""
    entrance = files.layer("InputLayer", f"{name}_in", batch_shape=[None, *shape], dtype=dtype)
    entries = [{**entrance, "name": f"{name}_in", "inbound_nodes": []}]
    entries += [{**layer, "name": layer["config"]["name"], "inbound_nodes": nodes} for layer, nodes in layers]
    last = entries[-1]["name"]
    config = {"name": name, "layers": entries, "input_layers": [[f"{name}_in", 0, 0]], "output_layers": [[last, 0, 0]]}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}


def node(*tensors: Any, **keywords: Any) -> dict[str, Any]:
    return {"args": [tensors[0] if len(tensors) == 1 else list(tensors)], "kwargs": keywords}


def laughs(depth: int) -> dict[str, Any]:
    """Return a model that calls a model twice, which calls a model twice, and so on."""
    inner = functional((files.layer("Dense", "dense", units=1), [node(tensor("m0_in"))]), name="m0")
    for level in range(1, depth):
        below = f"m{level - 1}"
        calls = [node(tensor(f"m{level}_in")), node(tensor(below))]
        inner = functional(({**inner, "config": {**inner["config"], "name": below}}, calls), name=f"m{level}")
        inner["config"]["output_layers"] = [[below, 1, 0]]
    return inner


model("model that calls itself twice, seven times over", "billion laughs", lambda traps: laughs(8), runs=True)
model("model that calls itself twice, twelve times over", "billion laughs", lambda traps: laughs(13))
model(
    "layer that is its own input", "",
    lambda traps: functional((files.layer("Dense", "dense", units=1), [node(tensor("dense"))])), runs=True,
)


# --- The description: code


def lambda_of(traps: Traps, **more: Any) -> dict[str, Any]:
    value = {"code": traps.code(), "defaults": None, "closure": None}
    return files.layer("Lambda", "code", function={"class_name": "__lambda__", "config": value, **more})


def inside(name: str, **config: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda inner: files.layer(name, **{**config, "layer": inner})


def function(module: str, name: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def of(module: str | None, class_name: str, registered: str | None = None, /, **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": class_name, "config": config, "registered_name": registered}


def dense_with(**config: Any) -> dict[str, Any]:
    return files.sequential(files.layer("Dense", **{"units": 1, "activation": "linear", **config}))


BYTECODE = "CVE-2024-3660, CVE-2025-9905"
model("Lambda layer", BYTECODE, lambda traps: line(lambda_of(traps)))
model("Lambda layer in an inner model", "modelscan 351, 359", lambda traps: line(files.sequential(lambda_of(traps))))
model("Lambda layer inside TimeDistributed", BYTECODE, lambda traps: line(inside("TimeDistributed")(lambda_of(traps))))
model("Lambda layer inside Bidirectional", BYTECODE, lambda traps: line(inside("Bidirectional")(lambda_of(traps))))
model(
    "Lambda layer as Keras 2 wrote it", "CVE-2024-3660",
    lambda traps: line({"class_name": "Lambda", "config": {"name": "code", "function": [traps.code(), None, None]}}),
)
model(
    "Lambda layer that claims to be registered", BYTECODE,
    lambda traps: line(lambda_of(traps, registered_name="Dense")),
)
model(
    "bytecode as activation", BYTECODE,
    lambda traps: dense_with(activation={"class_name": "__lambda__", "config": {"value": traps.code()}}),
)
for part in ("kernel_initializer", "bias_regularizer", "kernel_constraint", "activity_regularizer"):
    model(
        f"bytecode as {part}", BYTECODE,
        lambda traps, part=part: dense_with(**{part: {"class_name": "__lambda__", "config": {"value": traps.code()}}}),
    )
model("os.system as activation", "CVE-2025-1550", lambda traps: dense_with(activation=function("os", "system")))
model("os.system as initializer", "CVE-2025-1550", lambda traps: dense_with(kernel_initializer=of("os", "system")))
model(
    "Lambda of keras.config.enable_unsafe_deserialization", "CVE-2025-9906",
    lambda traps: line(files.layer("Lambda", function=function("keras.config", "enable_unsafe_deserialization"))),
)
model(
    "keras.config.enable_unsafe_deserialization as activation", "CVE-2025-9906",
    lambda traps: dense_with(activation=function("keras.config", "enable_unsafe_deserialization")),
)
model(
    "Lambda of keras.utils.get_file with an address", "CVE-2025-8747",
    lambda traps: line(
        files.layer("Lambda", function=function("keras.utils", "get_file"), arguments={"origin": traps.url})
    ),
)
model(
    "keras.models.load_model of another file", "CVE-2025-8747",
    lambda traps: dense_with(activation=function("keras.models", "load_model")),
)
model(
    "layer that loads a SavedModel", "CVE-2026-1462",
    lambda traps: line(of("keras.layers", "TFSMLayer", filepath=str(traps.folder))),
)
for name in ("TorchModuleWrapper", "JaxLayer", "FlaxLayer"):
    model(
        f"{name}, which holds pickled code", "",
        lambda traps, name=name: line(of("keras.layers", name, module=traps.code())),
    )
model("object of a type's name", "keras: __typespec__", lambda traps: dense_with(activation=typespec()))
model("type of TensorFlow in old JSON", "keras: json_utils", lambda traps: dense_with(note=old_type()))
model("custom object by its registered name", "", lambda traps: line(of("builtins", "Dense", "Custom>Dense", units=1)))
model(
    "class of another package", "CVE-2025-1550",
    lambda traps: line(of("subprocess", "Popen", args=["touch", str(traps.ran)])),
)
model("class of keras.utils", "", lambda traps: line(of("keras.utils", "FeatureSpace", features={})))
model(
    "callback that sends to an address", "",
    lambda traps: line(of("keras.callbacks", "RemoteMonitor", root=traps.url)),
)
model("model of keras.applications with its download", "", lambda traps: line(of("keras.applications", "MobileNet")))
model("module that begins like keras", "", lambda traps: line(of("keras_evil.layers", "Dense", units=1)))
model("module of keras that loads data", "", lambda traps: line(of("keras.datasets.mnist", "load_data")))
model(
    "operation that is given a function", "",
    lambda traps: functional((of("keras.src.ops.core", "Map", name="map"), [node(tensor("model_in"))])),
)
model(
    "metrics of a compiled inner model", "",
    lambda traps: line({**line(), "compile_config": {"metrics": [lambda_of(traps)]}}),
)


# --- The description: what the repair of Keras 3 files could be talked into


def bare(class_name: str, /, trainable: bool | None = None, **config: Any) -> dict[str, Any]:
    """Return a layer or an operation as Keras 3 writes it into an .h5 file: without its module."""
    config = {"name": class_name.lower(), **({} if trainable is None else {"trainable": trainable}), **config}
    return {"class_name": class_name, "config": config}


def called(entry: dict[str, Any], *arguments: Any, **keywords: Any) -> dict[str, Any]:
    """Return a model that calls ``entry`` as an operation is called, and one neuron behind it."""
    calls = [{"args": list(arguments), "kwargs": keywords}]
    return functional((entry, calls), (files.layer("Dense", "dense", units=1), [node(tensor(entry["config"]["name"]))]))


INPUT = tensor("model_in")
REPAIR = "a repair that is talked into it"
for name in ("Map", "Scan", "WhileLoop", "Cond", "VectorizedMap", "Function", "Lambda", "Operation", "Variable"):
    model(f"{name} smuggled in as an operation", REPAIR, lambda traps, name=name: called(bare(name), INPUT))
for module in ("keras.src.ops.numpy_evil", "keras.srcx.ops.numpy", "keras.ops.numpy.os", "kerass.src.ops.numpy",
               "keras.src.ops.core.os", "keras.src.utils.file_utils"):
    model(
        f"operation of the module {module}", REPAIR,
        lambda traps, module=module: called({**bare("Negative"), "module": module}, INPUT),
    )
model(
    "operation registered by another", REPAIR,
    lambda traps: called({**bare("Add"), "registered_name": "os>system"}, INPUT, 1),
)
model("layer as the argument of an operation", REPAIR, lambda traps: called(bare("Add"), INPUT, lambda_of(traps)))
model(
    "harmless layer as the argument of an operation", REPAIR,
    lambda traps: called(bare("Add"), INPUT, files.layer("Dense", "inside", units=1)),
)
model(
    "function as the argument of an operation", REPAIR,
    lambda traps: called(bare("Add"), INPUT, function("os", "system")),
)
model(
    "bytecode as the argument of an operation", REPAIR,
    lambda traps: called(bare("Add"), INPUT, {"class_name": "__lambda__", "config": {"value": traps.code()}}),
)
model(
    "type as the argument of an operation", REPAIR,
    lambda traps: called(bare("Cast", dtype=typespec()), INPUT),
)
model("operation as an activation", REPAIR, lambda traps: dense_with(activation=bare("Add")))
model("operation in a row of layers", REPAIR, lambda traps: line(bare("Negative"), dense(0)))
model(
    "function of another module under a name that is repaired", REPAIR,
    lambda traps: dense_with(activation={**function("os", "softmax_v2"), "registered_name": "os>system"}),
)
model(
    "function that is repaired as an initializer", REPAIR,
    lambda traps: dense_with(kernel_initializer=function("os", "exp")),
)
model(
    "part of keras.applications of another module", REPAIR,
    lambda traps: called({**bare("LayerScale", True), "module": "keras.src.applications.mobilenet"}, INPUT),
)
model("operation that says it is a layer", REPAIR, lambda traps: called(bare("GetItem", True), INPUT, 0), True)
model("layer that says it is an operation", REPAIR, lambda traps: called(bare("Dense", units=1), INPUT), True)
model(
    "argument that an operation does not have", REPAIR,
    lambda traps: called(bare("Add", path=str(traps.secret)), INPUT, 1), True,
)
model("slice without end", REPAIR, lambda traps: called(bare("GetItem"), INPUT, [ellipsis()] * 3), True)
model(
    "ellipsis in a tensor that claims ten thousand axes", REPAIR,
    lambda traps: called(bare("GetItem"), tensor("model_in", [1] * 10_000), [ellipsis(), 0]), True,
)
model(
    "file as the constant of an operation", REPAIR,
    lambda traps: called(bare("Add"), INPUT, of(None, "__numpy__", value=str(traps.secret), dtype="S9")),
)
model("frozen models inside each other", REPAIR, lambda traps: line(nested_frozen(30)))


def ellipsis() -> dict[str, Any]:
    return {"class_name": "__ellipsis__", "config": {}}


def nested_frozen(depth: int) -> dict[str, Any]:
    inner = dense(0)
    for _ in range(depth):
        inner = bare("Sequential", False, layers=[inner])
    return inner


def typespec() -> dict[str, Any]:
    return {"class_name": "__typespec__", "module": "os", "spec_name": "system", "config": [], "registered_name": None}


def old_type() -> dict[str, Any]:
    return {"class_name": "TypeSpec", "type_spec": "tf.TensorSpec", "serialized": [[1], "float32", None]}


# --- The description: other files and addresses


def looked_up(class_name: str, vocabulary: Any) -> dict[str, Any]:
    layer = files.layer(class_name, "table", vocabulary=vocabulary)
    layers = [(layer, [node(tensor("model_in"))]), (files.layer("Dense", "dense", units=1), [node(tensor("table"))])]
    return functional(*layers, dtype="string")


for name in ("StringLookup", "TextVectorization", "IntegerLookup"):
    model(
        f"{name} with a file as vocabulary", "CVE-2025-12058",
        lambda traps, name=name: looked_up(name, str(traps.secret)),
    )
model(
    "StringLookup with an address as vocabulary", "CVE-2025-12058",
    lambda traps: looked_up("StringLookup", traps.url),
)
model(
    "StringLookup with an object as vocabulary", "CVE-2025-12058",
    lambda traps: looked_up("StringLookup", {"class_name": "__bytes__", "value": str(traps.secret)}),
)
model(
    "array of texts of a gigabyte each", "keras: __numpy__",
    lambda traps: dense_with(kernel_initializer=of(None, "__numpy__", value=["a"], dtype="S1000000000")),
)


# --- The description: more than the machine has


def grown(*layers: dict[str, Any], last: Sequence[np.ndarray] | None = None) -> Callable[[Traps], Any]:
    return lambda traps: line(*layers)


BOMB = "keras pull request 23164: a layer far larger than its weights"
RUN = "keras: no limit on what a model takes to run"
PICTURE = [files.layer("Reshape", target_shape=[1, 1, 1])]
POOL = files.layer("GlobalAveragePooling2D")
SEQUENCE = [files.layer("RepeatVector", n=1000)]


def two_ways(forward: int, backward: int) -> dict[str, Any]:
    """Return a layer that reads a sequence from both ends, with different numbers of units."""
    there = files.layer("LSTM", "there", units=forward, return_sequences=False, go_backwards=False)
    back = files.layer("LSTM", "back", units=backward, return_sequences=False, go_backwards=True)
    return files.layer("Bidirectional", layer=there, backward_layer=back, merge_mode="concat")


model("Dense layer of 400 million units", BOMB, grown(files.layer("Dense", "big", units=400_000_000)))
model("Dense layers of a million units", BOMB, grown(*(files.layer("Dense", f"big{n}", units=10**6) for n in range(2))))
model(
    "Embedding of a billion words", BOMB,
    grown(files.layer("Embedding", input_dim=10**9, output_dim=8), files.layer("Flatten")),
)
model("LSTM of 100,000 units", BOMB, grown(*SEQUENCE, files.layer("LSTM", units=100_000)))
model(
    "convolution of a million filters", BOMB,
    grown(*PICTURE, files.layer("Conv2D", filters=10**6, kernel_size=[99, 99], padding="same"), POOL),
)
model(
    "LSTM that reads backwards with 100,000 units", BOMB,
    grown(*SEQUENCE, two_ways(1, 100_000)),
    runs=True,
)
model(
    "small copy of a layer with a large correction", BOMB,
    grown(files.layer("Dense", "big", units=1, lora_rank=10**8)),
)
model(
    "picture repeated 6,000 times each way", RUN,
    grown(
        *PICTURE, files.layer("UpSampling2D", size=[6000, 6000]),
        files.layer("Conv2D", filters=64, kernel_size=[1, 1]), POOL,
    ),
)
model(
    "sequence of a billion steps", RUN,
    grown(files.layer("RepeatVector", n=10**9), files.layer("GlobalAveragePooling1D")),
)
model("sequence of a million steps", RUN, grown(files.layer("RepeatVector", n=10**6), files.layer("GRU", units=1)))
model("margins of 100,000 pixels", RUN, grown(*PICTURE, files.layer("ZeroPadding2D", padding=[[50_000] * 2] * 2), POOL))
model(
    "picture resized to 100,000 x 100,000", RUN,
    grown(*PICTURE, files.layer("Resizing", height=100_000, width=100_000), POOL),
)
model(
    "transposed convolution with steps of 20,000", RUN,
    grown(*PICTURE, files.layer("Conv2DTranspose", filters=1, kernel_size=[1, 1], strides=[20_000] * 2), POOL),
)
model(
    "attention between 100,000 places", RUN,
    grown(
        files.layer("RepeatVector", n=100_000), files.layer("MultiHeadAttention", num_heads=1, key_dim=1),
        files.layer("GlobalAveragePooling1D"),
    ),
)
model(
    "recurrent layer written out a million times", RUN,
    grown(files.layer("RepeatVector", n=10**5), files.layer("SimpleRNN", units=1, unroll=True)),
)
model("batch of a million samples", RUN, lambda traps: batch_of(10**8))
model(
    "convolution that takes hours", RUN,
    grown(
        *PICTURE, files.layer("UpSampling2D", size=[2000, 2000]),
        files.layer("Conv2D", filters=1, kernel_size=[300, 300], padding="same"), POOL,
    ),
)
model(
    "one-hot vectors of a billion places", RUN,
    grown(files.layer("CategoryEncoding", num_tokens=10**9, output_mode="one_hot")),
)
model(
    "input of another length in the older style", "a repair that changes what was inspected",
    lambda traps: two_lengths(),
)


def batch_of(rows: int) -> dict[str, Any]:
    made = line()
    made["config"]["layers"][0]["config"]["batch_shape"] = [rows, 1]
    return made


def two_lengths() -> dict[str, Any]:
    made = line(files.layer("RepeatVector", n=1), files.layer("GlobalAveragePooling1D"))
    made["config"]["layers"][0]["config"]["batch_input_shape"] = [10**9, 1]
    return made


# --- What only running shows: the limits of the process must hold


ONE = [np.ones((1, 1), np.float32), np.zeros(1, np.float32)]


def operated(*operations: tuple[str, dict[str, Any]]) -> Callable[[Traps], Any]:
    """Return a model of operations on tensors, one after another."""

    def describe(traps: Traps) -> Any:
        layers, before = [], "model_in"
        for number, (name, keywords) in enumerate(operations):
            operation = of("keras.src.ops.numpy", name, name, name=f"op{number}", **keywords)
            layers.append((operation, [node(tensor(before))]))
            before = f"op{number}"
        return functional(*layers, (files.layer("Dense", "dense", units=1), [node(tensor(before))]))

    return describe


ANSWERS = "what comes out of a model is trusted"
_OVER_ALL, _TWICE = ("Mean", {"axis": 0, "keepdims": True}), ("Repeat", {"repeats": 2, "axis": 0})
model(
    "texts as answers", ANSWERS,
    lambda traps: functional(
        (of("keras.src.ops.core", "Cast", "Cast", name="whole", dtype="int64"), [node(INPUT)]),
        (files.layer("StringLookup", "names", vocabulary=["a", "b"], invert=True), [node(tensor("whole"))]),
    ),
)
model("one answer for all samples", ANSWERS, operated(_OVER_ALL))
model("two answers for each sample", ANSWERS, operated(_TWICE))
model("two answers for each sample, and one of all these", ANSWERS, operated(_TWICE, _OVER_ALL))
model(
    "complex numbers as answers", ANSWERS,
    lambda traps: functional((of("keras.src.ops.core", "Cast", "Cast", name="end", dtype="complex64"), [node(INPUT)])),
)

MEAN = ("Mean", {"axis": 1, "keepdims": True})
MILLION = 10**6

model("operation that repeats a billion times", RUN, operated(("Repeat", {"repeats": 10**9, "axis": 1}), MEAN))
model(
    "operations that repeat a million times, and again", RUN,
    operated(*[("Repeat", {"repeats": MILLION, "axis": 1})] * 2, MEAN),
)
model(
    "operations that tile a million times, and again", RUN,
    operated(*[("Tile", {"repeats": [1, MILLION]})] * 2, MEAN),
)
model(
    "operation that adds margins of a million to each of three axes", RUN,
    operated(("Reshape", {"newshape": [-1, 1, 1, 1]}), ("Pad", {"pad_width": [[0, 0], *[[0, MILLION]] * 3]}), MEAN),
)
model(
    "spectrum of a million steps", RUN,
    grown(
        files.layer("RepeatVector", n=MILLION),
        files.layer("Reshape", target_shape=[MILLION]),
        files.layer("MelSpectrogram", fft_length=65536, sequence_stride=1, sequence_length=65536, sampling_rate=16000),
        files.layer("Flatten"),
    ),
    runs=True,
)
model(
    "spectrum with weights of gigabytes", RUN,
    grown(
        files.layer("RepeatVector", n=MILLION),
        files.layer("STFTSpectrogram", mode="magnitude", frame_length=2**18, frame_step=1, fft_length=2**18),
        files.layer("GlobalAveragePooling1D"),
    ),
)
model(
    "900 layers, one after another", "keras: loading takes minutes",
    lambda traps: files.sequential(*(dense(n) for n in range(900))), **{f"dense_{n}": ONE for n in range(900)},
)
model(
    "100 layers, one after another", "keras: loading takes minutes",
    lambda traps: files.sequential(*(dense(n) for n in range(100))), runs=True,
    **{f"dense_{n}": ONE for n in range(100)},
)
model(
    "picture cropped to an unknown size, then repeated", RUN,
    grown(
        *PICTURE, files.layer("AdaptiveAveragePooling2D", output_size=[1000, 1000]),
        files.layer("UpSampling2D", size=[90, 90]), POOL,
    ),
    runs=True,
)
model("product of a sequence with itself", RUN, lambda traps: dotted(), runs=True)


def dotted() -> dict[str, Any]:
    """A table of 300,000 x 300,000 products, by a layer whose shape the inspection does not calculate."""
    return functional(
        (files.layer("RepeatVector", "repeat", n=300_000), [node(tensor("model_in"))]),
        (files.layer("Dot", "dot", axes=[2, 2]), [node(tensor("repeat"), tensor("repeat"))]),
        (files.layer("GlobalMaxPooling1D", "pool"), [node(tensor("dot"))]),
        (files.layer("Reshape", "sums", target_shape=[-1, 1]), [node(tensor("pool"))]),
        (files.layer("GlobalAveragePooling1D", "mean"), [node(tensor("sums"))]),
        (files.layer("Dense", "dense", units=1), [node(tensor("mean"))]),
    )


# --- Grading them


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    Attributes:
        attack: the file.
        result: of its grading.
        stage: where it was stopped.
        seconds: that grading it took.
        peak: bytes of the largest process.
        touched: traps that it touched.
        limit: seconds that it may take.
        harm: what it did to others, in words.
    """

    attack: Attack
    result: Result
    stage: str
    seconds: float
    peak: int
    touched: tuple[str, ...]
    limit: float = SECONDS
    harm: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return self.result.findings[0].message if self.result.findings else self.result.status

    @property
    def problems(self) -> list[str]:
        """Return what must not be, in words."""
        found = [*self.touched, *self.harm]
        if self.result.status == "grader fault":
            found.append("a fault of the grader")
        if self.seconds > self.limit:
            found.append(f"{self.seconds:.0f} seconds")
        if self.peak > MEMORY:
            found.append(f"{self.peak / 2**30:.1f} GB")
        if not self.attack.runs and self.stage != "inspecting":
            found.append(f"not stopped by the inspection, but while {self.stage}")
        return found


class Meter:
    """Measures the resident memory of our child processes while it is a context.

    Attributes:
        peak: bytes of the largest.
    """

    def __enter__(self) -> Meter:
        self.peak, self._done = 0, threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)
        self._thread.start()
        return self

    def _measure(self) -> None:
        while not self._done.wait(0.02):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    self.peak = max(self.peak, process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def stage_of(workspace: Workspace, result: Result) -> str:
    """Return where a file was stopped."""
    if result.status == "scored":
        return "nothing: it was scored"
    seen = sandbox.inspect(workspace.model(1), bank.load("straight_line"))
    if seen.finding is not None:
        return "inspecting"
    sentence = result.findings[0].message if result.findings else ""
    return "predicting" if "predicting" in sentence or "fails on" in sentence else "loading"


def try_out(attack: Attack, folder: Path, runner: Runner | None = None) -> Outcome:
    """Make one file in a workspace under ``folder`` and grade it in this process."""
    workspace = Workspace(folder / "workspace")
    workspace.category(1).mkdir(parents=True)
    with Traps(folder / "traps") as traps:
        attack.make(workspace.model(1), traps)
        traps.arm()
        before = time.monotonic()
        with Meter() as meter:
            (result,) = grade(workspace, LINE, [1], runner=runner)
        seconds = time.monotonic() - before
        stage, touched = stage_of(workspace, result), tuple(traps.touched())
        return Outcome(attack, result, stage, seconds, meter.peak, touched)


class Bench:
    """Grades files by the command, each together with a sound one.

    Attributes:
        sound: the sound file.
        value: what it earns by itself.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder, self.sound = folder, folder / "sound.h5"
        subprocess.run([sys.executable, "-c", SOUND, str(self.sound)], check=True, capture_output=True)
        (alone,) = self._graded(self._workspace("alone"), "2")
        self.value = alone.value

    def _workspace(self, name: str) -> Workspace:
        made = harness.workspace_without_models(self.folder / name)
        made.exam_toml.write_text(TWO.to_toml(), encoding="utf-8")
        shutil.copyfile(self.sound, made.model(2))
        return made

    def _graded(self, workspace: Workspace, *categories: str) -> list[Result]:
        run = harness.run_exam(workspace, "grade", *categories, "--json")
        if not run.stdout:
            raise RuntimeError(run.stderr)
        return [Result.from_dict(result) for result in json.loads(run.stdout)]

    def try_out(self, attack: Attack, name: str) -> Outcome:
        """Make one file in a workspace of its own, and grade both."""
        workspace = self._workspace(name)
        with Traps(self.folder / f"{name} traps") as traps:
            attack.make(workspace.model(1), traps)
            before = sorted(path for path in workspace.root.glob("Category*/*"))
            traps.arm()
            began = time.monotonic()
            with Meter() as meter:
                bad, sound = self._graded(workspace, "1", "2")
            seconds = time.monotonic() - began
            stage, touched = stage_of(workspace, bad), tuple(traps.touched())
        harm = self._harm(workspace, sound)
        if sorted(path for path in workspace.root.glob("Category*/*")) != before:
            harm += ("files came or went",)
        shutil.rmtree(workspace.root)
        return Outcome(attack, bad, stage, seconds, meter.peak, touched, SECONDS_OF_A_COMMAND, harm)

    def _harm(self, workspace: Workspace, sound: Result) -> tuple[str, ...]:
        """Return what the file did to the sound one, to the records and to the screen."""
        harm = []
        if (sound.status, sound.value) != ("scored", self.value):
            harm.append(f"the sound file was {sound.status} with {sound.value}")
        shown = harness.run_exam(workspace, "history", "--category", "1")
        if shown.returncode or len(shown.stdout) > 10_000 or "\x1b[2J" in shown.stdout:
            harm.append("the history cannot be shown")
        for path in workspace.state.rglob("*"):
            if path.is_file() and path.suffix != ".npz" and path.stat().st_size > 6 * 2**20:
                harm.append(f"{path.name} has {path.stat().st_size} bytes")
        if list(workspace.scratch.glob("grading-*")):
            harm.append("private copies were left")
        return tuple(harm)


def row(outcome: Outcome) -> str:
    """Return the row of the table, without what changes from run to run: this machine's folders and ports."""
    sentence = re.sub(re.escape(tempfile.gettempdir()) + r"/\w+", "...", outcome.sentence.replace("|", "/"))
    sentence = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", sentence)
    cells = (
        outcome.attack.name,
        outcome.attack.source,
        outcome.stage,
        f"{outcome.seconds:.1f}",
        f"{outcome.peak / 2**20:,.0f} MB",
        sentence,
    )
    return "| " + " | ".join(cells) + " |\n"


def main(wanted: Sequence[str]) -> int:
    """Try the attacks whose name contains one of ``wanted``, or all, and then write the table; 1 if one escapes."""
    chosen = [one for one in ATTACKS if not wanted or any(word in one.name for word in wanted)]
    rows, escapes, harmed = [], 0, 0
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name) / "bench")
        for number, one in enumerate(chosen):
            outcome = bench.try_out(one, str(number))
            if outcome.seconds > outcome.limit:  # unless other programs kept the machine busy, it is the same again
                outcome = bench.try_out(one, f"{number} again")
            escapes += bool(outcome.problems)
            harmed += bool(outcome.harm)
            rows.append(row(outcome))
            print(rows[-1].strip(), *(f"ESCAPE: {problem}" for problem in outcome.problems), flush=True)
    print(ENDS.format(files=len(rows), escapes=escapes, harmed=harmed))
    if not wanted:
        TABLE.write_text(
            f"{HEAD}{''.join(rows)}\n{ENDS.format(files=len(rows), escapes=escapes, harmed=harmed)}\n", encoding="utf-8"
        )
    return int(escapes > 0)


ENDS = "{files} files, {escapes} escapes, {harmed} sound files harmed."


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

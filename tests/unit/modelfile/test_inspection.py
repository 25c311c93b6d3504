"""The inspection finds what stands in the way of grading, without TensorFlow and without running anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import files
import h5py
import numpy as np
import pytest

from exam import bank, findings
from exam.modelfile import inspection, intake, superblock
from exam.screens import terminal

LINE = bank.load("straight_line")


def code(path: Path, question: bank.Question = LINE) -> str | None:
    """Return the code of the finding for a file, None when it may be graded."""
    found = inspection.inspect(path, question).finding
    if found is not None:
        assert found.severity == "fatal" and found.message and found.next_step
    return found.code if found else None


def test_a_sound_file_has_no_finding_and_its_facts(tmp_path: Path) -> None:
    seen = inspection.inspect(files.write(tmp_path / "mymodel.h5", files.line_model()), LINE)
    assert seen.finding is None
    assert seen.signature is not None
    assert (seen.signature.input_shape, seen.signature.output_shape) == ((1,), (1,))
    assert (seen.signature.last_activation, seen.keras_version, seen.parameters) == ("linear", files.KERAS, 1)
    assert json.loads(json.dumps(seen.to_dict()))["file"] == "Category1/mymodel.h5"


@pytest.mark.parametrize("version", [b"\xff\xfe", "\x1b[31m3.15.1", "3.15.1" * 1000])
def test_what_a_stranger_wrote_can_be_shown_and_recorded(tmp_path: Path, version: bytes | str) -> None:
    """Half characters cannot be written, and an escape character would command the terminal."""
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = version
        file.attrs["training_config"] = json.dumps({"loss": "m\ud800se\x1b[31m"})
    seen = inspection.inspect(path, LINE)
    assert seen.finding is None and seen.keras_version is not None and len(seen.keras_version) <= 40
    console = terminal.console()
    with console.capture() as captured:
        console.print(terminal.inspection_view(seen))
    shown = captured.get() + seen.keras_version
    assert shown.encode("utf-8") and "\x1b[31m" not in shown and r"m\ud800se\x1b[31m" in shown


def test_missing_file(tmp_path: Path) -> None:
    found = inspection.inspect(tmp_path / "mymodel.h5", LINE).finding
    assert found is not None and found.code == "missing-file"
    assert "Category1/mymodel.h5" in found.message and "Category1/starter.py" in found.next_step


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello", "HDF5"),
        (superblock.SIGNATURE + b"\0" * 90, "damaged"),
    ],
)
def test_unreadable_file(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "mymodel.h5"
    path.write_bytes(content)
    found = inspection.inspect(path, LINE).finding
    assert found is not None and found.code == "unreadable-file" and reason in found.message


def test_truncated_file(tmp_path: Path) -> None:
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    path.write_bytes(path.read_bytes()[:-500])
    assert code(path) == "unreadable-file"


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "mymodel.h5").mkdir()
    assert code(tmp_path / "mymodel.h5") == "saved-model"


def test_keras_file_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "mymodel.h5").write_bytes(b"PK\x03\x04rest")
    assert code(tmp_path / "mymodel.h5") == "keras-format"


def test_file_that_is_still_being_saved(tmp_path: Path) -> None:
    path = tmp_path / "mymodel.h5"
    writer = f"import h5py; f = h5py.File({str(path)!r}, 'w'); print('open', flush=True); input()"
    command, pipe = [sys.executable, "-c", writer], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as run:
        assert run.stdout is not None and run.stdout.readline() == "open\n"
        assert not superblock.is_whole(path)
        path_code = code(path)
        run.communicate("\n")
    assert path_code == "still-being-saved"
    assert superblock.is_whole(path)


def test_file_too_large(tmp_path: Path) -> None:
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    with path.open("r+b") as file:
        file.truncate(intake.MAX_BYTES + 1)  # sparse: takes no disk
    assert code(path) == "file-too-large"


def test_weights_only(tmp_path: Path) -> None:
    assert code(files.write(tmp_path / "mymodel.h5", None)) == "weights-only"


@pytest.mark.parametrize(
    "config",
    ["{not json", "[1, 2]", '{"class_name": "Sequential"}', "[" * 100_000, '{"config": {"a": []'],
)
def test_unreadable_description_of_the_layers(tmp_path: Path, config: str) -> None:
    path = tmp_path / "mymodel.h5"
    with h5py.File(path, "w") as file:
        file.create_group("model_weights")
        file.attrs.create("model_config", config, dtype=h5py.string_dtype())  # text may be longer than 64 KB
    assert code(path) == "unreadable-config"


def test_too_many_layers(tmp_path: Path) -> None:
    count = inspection.MAX_LAYERS + 1
    layers = [files.layer("Dense", f"dense_{i}", units=1, activation="linear") for i in range(count)]
    path = tmp_path / "mymodel.h5"
    with h5py.File(path, "w") as file:
        file.attrs.create("model_config", json.dumps(files.sequential(*layers)), dtype=h5py.string_dtype())
    assert code(path) == "unreadable-config"


@pytest.mark.parametrize(
    "layer",
    [
        files.layer("Embedding", input_dim=float("inf"), output_dim=2),
        files.layer("GRU", units=2, unroll=True) | {"config": 3},
        files.layer("Dense", units=float("nan"), activation="linear"),
        files.layer("Conv1D", filters="many", kernel_size=None),
        files.layer("MultiHeadAttention", num_heads=[], key_dim=2),
        files.layer("Dense", units=1, activation="linear") | {"module": ["keras"], "registered_name": {}},
        files.layer("Dense", units=1, activation="linear") | {"class_name": ["Dense"]},
    ],
)
def test_settings_that_nothing_can_be_calculated_with_are_no_fault_of_ours(
    tmp_path: Path, layer: dict[str, Any]
) -> None:
    """Whatever is found, inspecting such a file neither fails nor lets a fatal finding go unsaid."""
    seen = inspection.inspect(files.write(tmp_path / "mymodel.h5", files.sequential(layer)), LINE)
    assert seen.sha256 and json.dumps(seen.to_dict())


def test_a_layer_called_on_nothing_is_refused(tmp_path: Path) -> None:
    first = files.layer("InputLayer", "x", batch_shape=[None, 1]) | {"name": "x", "inbound_nodes": []}
    loose = files.layer("Dense", "y", units=1) | {"name": "y", "inbound_nodes": [{"args": [], "kwargs": {}}]}
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["y", 0, 0]]}
    config = {"class_name": "Functional", "config": {"name": "m", "layers": [first, loose], **ends}}
    assert code(files.write(tmp_path / "mymodel.h5", config)) == "unreadable-config"


@pytest.mark.parametrize(
    ("name", "shown"), [("\ud800", r"\ud800"), ("\x1b]0;x\x07", r"\x1b]0;x\x07"), ("层 é", "层 é")]
)
def test_names_of_a_stranger_are_shown_as_text(name: str, shown: str) -> None:
    found = findings.finding("unreadable-file", path="mymodel.h5", reason=name)
    assert shown in found.message
    found.message.encode("utf-8")


def nested(inner: dict[str, Any]) -> dict[str, Any]:
    return files.sequential({**files.sequential(inner), "module": "keras"})


LAMBDA = files.layer("Lambda", "times_two", function={"class_name": "__lambda__", "config": {"code": "x"}})
FUNCTION = {"module": "builtins", "class_name": "function", "config": "mine", "registered_name": "function"}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (files.sequential(LAMBDA), "lambda-layer"),
        (nested(LAMBDA), "lambda-layer"),
        (files.sequential(files.layer("TimeDistributed", layer=LAMBDA)), "lambda-layer"),
        (files.sequential(files.layer("Dense", units=1, activation=FUNCTION)), "custom-setting"),
        (files.sequential({"class_name": "Lambda", "config": {"name": "old", "function": ["4wE"]}}), "lambda-layer"),
        (files.sequential(files.layer("TFSMLayer", filepath="/tmp/x")), "lambda-layer"),
        (files.sequential(files.layer("MyLayer", module=None)), "custom-layer"),
        (files.sequential(files.layer("Dense", module="my_package.layers")), "custom-layer"),
        (files.sequential(files.layer("system", module="os")), "custom-layer"),
        (files.sequential(files.layer("Popen", module="keras.layers")), "custom-layer"),
        (files.sequential(files.layer("Thing", module="kerasevil")), "custom-layer"),
    ],
)
def test_classes_that_are_not_layers_of_keras(tmp_path: Path, config: dict[str, Any], expected: str) -> None:
    assert code(files.write(tmp_path / "mymodel.h5", config)) == expected


def test_lambda_finding_names_the_layer(tmp_path: Path) -> None:
    found = inspection.inspect(files.write(tmp_path / "mymodel.h5", files.sequential(LAMBDA)), LINE).finding
    assert found is not None and "'times_two'" in found.message


def external_link(file: h5py.File) -> None:
    file["model_weights/out"] = h5py.ExternalLink("other.h5", "/x")


def soft_link(file: h5py.File) -> None:
    file["model_weights/out"] = h5py.SoftLink("/model_weights/dense/kernel")


def external_storage(file: h5py.File) -> None:
    file.create_dataset("model_weights/out", (10,), "f4", external=[("secret.bin", 0, 40)])


def virtual_data(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4,))
    file.create_virtual_dataset("model_weights/out", layout)


def terabyte(file: h5py.File) -> None:
    file.create_dataset("model_weights/out", (10**6, 10**6), "u1", chunks=(1000, 1000))


@pytest.mark.parametrize("trick", [external_link, soft_link, external_storage, virtual_data, terabyte])
def test_contents_that_keras_never_writes(tmp_path: Path, trick: Any) -> None:
    path = files.write(tmp_path / "mymodel.h5", files.line_model())
    with h5py.File(path, "a") as file:
        trick(file)
    assert code(path) == "unusual-contents"


DIGITS = "handwritten_digits"


@pytest.mark.parametrize(
    ("shape", "layers", "expected"),
    [
        ((8, 8), [("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})], None),
        ((None, 8), [("Dense", {"units": 10, "activation": "softmax"})], "sequence-kept"),
        ((64,), [("Dense", {"units": 10, "activation": "softmax"})], "wrong-input-shape"),
        ((8, 8, 1), [("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})], "extra-axis"),
        ((8, 8), [("Flatten", {}), ("Dense", {"units": 9, "activation": "softmax"})], "wrong-units"),
        ((8, 8), [("Dense", {"units": 10, "activation": "softmax"})], "sequence-kept"),
        ((8, 8), [("Flatten", {}), ("Dense", {"units": 10, "activation": "linear"})], "missing-activation"),
        ((8, 8), [("Flatten", {}), ("Dense", {"units": 10, "activation": "sigmoid"})], "sigmoid-for-classes"),
    ],
)
def test_contract_of_a_question(tmp_path: Path, shape: Any, layers: Any, expected: str | None) -> None:
    config = files.sequential(*(files.layer(name, **values) for name, values in layers), shape=shape)
    path = files.write(tmp_path / "mymodel.h5", config)
    assert code(path, bank.load(DIGITS)) == expected


def test_sentences_name_expected_and_found(tmp_path: Path) -> None:
    config = files.sequential(files.layer("Dense", units=10, activation="softmax"), shape=(28, 28))
    found = inspection.inspect(files.write(tmp_path / "mymodel.h5", config), bank.load(DIGITS)).finding
    assert found is not None
    assert "(28, 28)" in found.message and "(8, 8)" in found.message and "(8, 8)" in found.next_step


def test_old_format_is_read(tmp_path: Path) -> None:
    """Keras 2 stored the shape with the first layer, and attributes as bytes."""
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 1, "batch_input_shape": [None, 1]}}
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}}
    path = tmp_path / "mymodel.h5"
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = np.bytes_("2.5.0")
        file.attrs["model_config"] = np.bytes_(json.dumps(config))
        file.create_group("model_weights")
    seen = inspection.inspect(path, LINE)
    assert seen.finding is None and seen.keras_version == "2.5.0"


def test_every_finding_of_the_catalogue_is_used() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(findings.__file__).parent.rglob("*.py"))
    for name in findings.CATALOGUE:
        assert sources.count(f'"{name}"') >= 2, f"{name} is declared and never found"


def test_importing_the_inspection_imports_no_tensorflow() -> None:
    program = (
        "import sys, exam.cli, exam.grading.grade, exam.screens.terminal;"
        "print({'tensorflow', 'keras'} & set(sys.modules))"
    )
    engine = Path(inspection.__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", program], cwd=engine, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"

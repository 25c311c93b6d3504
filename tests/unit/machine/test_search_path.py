"""A file of the learner's hides no package: whatever it is called, the commands use the modules that they mean."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import files
import harness
import pytest

from exam import bank
from exam.machine import search_path
from exam.workspace import Workspace

NAMES = (
    "keras tensorflow rich h5py calendar random string inspect math typing click json numpy msgspec enum socket "
    "logging queue attempts files"
).split()
"""Of files that learners really have, and of what the engine imports early and late."""
STOP_PYTHON = "collections contextlib functools importlib keyword operator reprlib types warnings".split()
"""Python itself imports these before it runs the first line of a program that is started with ``-m``."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = harness.workspace_without_models(tmp_path / "exam")
    files.write(made.model(1), None)  # weights alone: known without TensorFlow
    return made


def in_the_way(folder: Path, *names: str) -> None:
    """Make files that end whoever imports them."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name} of the learner')\n", encoding="utf-8")


def run(workspace: Workspace, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ended = harness.run_exam(workspace, *arguments, **environment)
    assert "Traceback" not in ended.stderr and "of the learner" not in ended.stderr + ended.stdout, ended.stderr
    return ended


def test_files_in_the_workspace_hide_nothing(workspace: Workspace) -> None:
    """Before, keras.py cost the score, others ended in a traceback, and json.py denied a graded model."""
    in_the_way(workspace.root, *NAMES)
    checked = json.loads(run(workspace, "check", "1", "--json").stdout)
    assert checked["finding"]["code"] == "weights-only"
    (graded,) = json.loads(run(workspace, "grade", "1", "--json").stdout)
    assert graded["findings"][0]["code"] == "weights-only"
    assert json.loads(run(workspace, "status", "--json").stdout)["categories"][0]["ungraded_model"] is False


def test_files_on_pythonpath_hide_nothing(workspace: Workspace, tmp_path: Path) -> None:
    in_the_way(tmp_path / "mine", *NAMES)
    paths = os.pathsep.join([str(tmp_path / "mine"), str(harness.engine())])
    assert "weights-only" in run(workspace, "check", "1", PYTHONPATH=paths).stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES, "zipfile", "decimal", "psutil", "filelock", "copy"])
def test_a_single_file_hides_nothing(workspace: Workspace, name: str) -> None:
    in_the_way(workspace.root, name)
    assert run(workspace, "status").returncode == 0
    assert "weights-only" in run(workspace, "check", "1").stdout


@pytest.mark.slow
def test_a_model_is_scored_beside_them(workspace: Workspace, mistakes: Path) -> None:
    shutil.copyfile(mistakes / "sound.h5", workspace.model(1))
    (before,) = json.loads(run(workspace, "grade", "1", "--json").stdout)
    in_the_way(workspace.root, *NAMES)
    shutil.rmtree(workspace.cache)
    (after,) = json.loads(run(workspace, "grade", "1", "--json").stdout)
    assert (after["status"], after["value"]) == ("scored", before["value"])


@pytest.mark.slow
def test_the_environment_is_proven_beside_them(workspace: Workspace) -> None:
    in_the_way(workspace.root, *NAMES)
    assert run(workspace, "verify", "--no-marker").stdout.startswith("Environment verified")


@pytest.mark.parametrize("program", ["exam", "exam/__main__.py"])
def test_the_package_can_be_started_as_a_folder(workspace: Workspace, program: str) -> None:
    """Before, ``python exam`` ended in a traceback."""
    ended = subprocess.run(
        [sys.executable, str(harness.engine() / program), "status"],
        cwd=workspace.root,
        env={name: value for name, value in harness.environment_for().items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0 and "Category 1" in ended.stdout, ended.stderr


def test_what_belongs_to_python_stays_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also where PYTHONPATH names it."""
    standard = os.path.dirname(os.__file__)
    monkeypatch.setattr(sys, "path", [str(tmp_path), standard, str(harness.TEMPLATE)])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), standard]))
    search_path.put_own_files_last()
    assert sys.path == [standard, str(tmp_path), str(harness.TEMPLATE)]


@pytest.mark.parametrize("module", ["rich", "numpy", "msgspec", "jinja2"])
def test_any_package_that_is_missing_is_named_with_the_command(workspace: Workspace, module: str) -> None:
    """Before, only a missing click was; the others were "the exam program failed"."""
    program = (
        f"import sys; sys.modules[{module!r}] = None; sys.argv = ['exam', 'report', '--no-open']; "
        "from exam.__main__ import main; sys.exit(main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=workspace.root,
        env=harness.environment_for(),
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 3 and f"does not have the package {module}" in ended.stderr
    assert "bootstrap.py" in ended.stderr
    assert "Traceback" not in ended.stderr and "failed" not in ended.stderr


IN_A_CATEGORY = [*NAMES[:-2], *STOP_PYTHON, "matplotlib", "PIL", "scipy", "pandas", "types"]
"""Names of modules of Python and of packages that are installed here."""


@pytest.mark.parametrize("name", [name for name in dict.fromkeys(IN_A_CATEGORY) if importlib.util.find_spec(name)])
def test_a_starter_names_the_file_that_hides_a_package(workspace: Workspace, name: str) -> None:
    """Before, keras.py in Category1 ended in a traceback of TensorFlow."""
    shutil.copyfile(bank.find()["straight_line"] / "starter.py", workspace.starter(1))
    (workspace.category(1) / "helpers.py").write_text("", encoding="utf-8")  # hides nothing
    (workspace.category(1) / f"{name}.py").write_text("", encoding="utf-8")
    ended = subprocess.run([sys.executable, str(workspace.starter(1))], capture_output=True, text=True)
    assert ended.returncode == 1 and not ended.stdout
    said = f"Category1/{name}.py would be imported in place of {name}: rename it, then run this again.\n"
    assert ended.stderr == said


# --- Settings of Keras


SETTINGS: dict[str, tuple[object, dict[str, str], str | None]] = {
    "another backend": ({"backend": "jax"}, {}, "sets backend to 'jax'"),
    "half precision": ({"floatx": "float16"}, {}, "sets floatx to 'float16'"),
    "channels first": ({"image_data_format": "channels_first"}, {}, "sets image_data_format to 'channels_first'"),
    "variable for the backend": ({}, {"KERAS_BACKEND": "torch"}, "KERAS_BACKEND is 'torch'"),
    "variable for old Keras": ({}, {"TF_USE_LEGACY_KERAS": "1"}, "TF_USE_LEGACY_KERAS is '1'"),
    "double precision": ({"floatx": "float64"}, {}, "sets floatx to 'float64'"),
    "a list of settings": ([], {}, "is not a valid settings file"),
    "a word for a number": ({"epsilon": "small"}, {}, "is not a valid settings file"),
    "flags for XLA": ({}, {"TF_XLA_FLAGS": "--nope=2"}, None),
}
"""What a user may have set -> keras.json, variables, and what ``verify`` says of it."""


def settled(tmp_path: Path, name: str) -> dict[str, str]:
    settings, variables, _ = SETTINGS[name]
    (tmp_path / "home" / ".keras").mkdir(parents=True)
    (tmp_path / "home" / ".keras" / "keras.json").write_text(json.dumps(settings), encoding="utf-8")
    return {"HOME": str(tmp_path / "home"), "USERPROFILE": str(tmp_path / "home"), **variables}


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_keras_cost_no_point(workspace: Workspace, mistakes: Path, tmp_path: Path, name: str) -> None:
    """Before, another backend printed "Aborted!", and flags that end TensorFlow cost 0 points."""
    shutil.copyfile(mistakes / "sound.h5", workspace.model(1))
    (plain,) = json.loads(run(workspace, "grade", "1", "--json").stdout)
    shutil.rmtree(workspace.cache)
    (found,) = json.loads(run(workspace, "grade", "1", "--json", **settled(tmp_path, name)).stdout)
    assert (found["status"], found["value"]) == ("scored", plain["value"])


@pytest.mark.parametrize("name", [name for name, (_, _, said) in SETTINGS.items() if said])
def test_verify_names_the_setting(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """Before, half precision was verified, and then no training went well."""
    ended = run(workspace, "verify", "--no-marker", **settled(tmp_path, name))
    said = " ".join(ended.stderr.split())
    assert ended.returncode == 3 and str(SETTINGS[name][2]) in said
    assert "this exam needs" in said or "Correct or rename that file." in said

"""What lies around a model costs no point: processes that fail with every model, folders with long names, settings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import files
import harness
import pytest

from exam import attempts
from exam.workspace import Workspace

PROGRAM = """
import sys
sys.path.append({tests!r})
from exam.grading import forks, reader, run
from exam.running import launch
launch.RUN_MODULE = "import sys; sys.path.append({tests!r}); " + launch.RUN_MODULE
{change}
sys.argv = ["exam", *sys.argv[1:]]
from exam.__main__ import main
sys.exit(main())
"""
EVERY_MODEL = {
    "dies while it loads": 'run.SERVE = "canaries:aborts"',
    "dies at once": 'run.SERVE = "canaries:aborts_at_once"',
    "cannot load": 'run.SERVE = "canaries:refuses"',
    "dies while it imports TensorFlow": 'forks.PRELOAD = "aborting"',
    "cannot import TensorFlow": 'forks.PRELOAD = "nothing"; run.SERVE = "canaries:lacks_tensorflow"',
    "dies while it reads": 'reader.SERVE = "canaries:reads_nothing"',
}
"""What the grader's processes do with every model, sound or not."""


@pytest.fixture
def workspace(tmp_path: Path, mistakes: Path) -> Workspace:
    """A workspace with a model that scores."""
    made = harness.workspace_without_models(tmp_path / "exam")
    shutil.copyfile(mistakes / "sound.h5", made.model(1))
    return made


def run(workspace: Workspace, change: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command after a change to the engine that stands for what a machine does."""
    (harness.engine() / "aborting.py").write_text("import os; os.abort()", encoding="utf-8")
    variables = harness.environment_for(**environment)
    variables["PYTHONPATH"] += os.pathsep + str(harness.HERE)
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(tests=str(harness.HERE), change=change), *arguments],
        cwd=workspace.root,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in ended.stderr and "Aborted" not in ended.stderr, ended.stderr
    return ended


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY_MODEL)
def test_what_happens_to_every_model_is_no_fault_of_one(workspace: Workspace, name: str) -> None:
    """Before, a process that TensorFlow ended on any model cost 0 of 5 and an attempt."""
    (found,) = json.loads(run(workspace, EVERY_MODEL[name], "grade", "1", "--json").stdout)
    assert (found["status"], found["points"], found["findings"]) == ("grader fault", None, [])
    assert found["cause"].endswith(".") and "\n" not in found["cause"]
    ended = run(workspace, EVERY_MODEL[name], "grade", "1")
    said = " ".join(ended.stdout.split())
    assert ended.returncode == 3 and "The grader failed, not your model: nothing was scored." in said
    assert "python -m exam verify" in said and not attempts.read(workspace)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EVERY_MODEL if name != "dies while it reads"])
def test_verify_finds_what_grading_cannot_do(workspace: Workspace, name: str) -> None:
    """Before, "Environment verified" was said where nothing could be graded."""
    ended = run(workspace, EVERY_MODEL[name], "verify")
    assert ended.returncode == 3 and "A saved model cannot be graded here." in ended.stderr
    assert "python bootstrap.py" in ended.stderr and not workspace.ready_marker.exists()


@pytest.mark.slow
def test_a_model_that_no_keras_loads_is_still_the_learners(workspace: Workspace) -> None:
    """The trial goes well, so that the file is at fault; the model in the other category keeps its score."""
    files.write(workspace.model(2), files.sequential(files.layer("Dense", units=10, activation="softmax"), shape=(28,)))
    shutil.copyfile(files.write(workspace.root / "x.h5", files.line_model()), workspace.model(1))
    (found,) = json.loads(run(workspace, "", "grade", "1", "--json").stdout)
    assert (found["status"], found["points"], found["findings"][0]["code"]) == ("not gradable", 0, "not-loadable")
    assert len(attempts.read(workspace)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("change", ["", "forks.SHORT_NAMES = ()"], ids=["a short folder", "no folder"])
def test_a_long_folder_for_temporary_files_is_none_for_sockets(workspace: Workspace, change: str) -> None:
    """Before, "AF_UNIX path too long" made every grading fail; without any short folder, processes are not forked."""
    long = workspace.root.parent / ("x" * 110)
    long.mkdir()
    (found,) = json.loads(run(workspace, change, "grade", "1", "--json", TMPDIR=str(long)).stdout)
    assert found["status"] == "scored"


@pytest.mark.slow
def test_flags_that_end_tensorflow_are_named(workspace: Workspace) -> None:
    """Before, ``verify`` and ``benchmark`` ended without a word of their own."""
    for command in ("verify", "benchmark"):
        ended = run(workspace, "", command, TF_XLA_FLAGS="--nope=2")
        said = " ".join(ended.stderr.split())
        assert ended.returncode == 3 and "Unknown flag in TF_XLA_FLAGS: --nope=2" in said
        assert "Unset" in said and said.endswith("python -m exam verify")

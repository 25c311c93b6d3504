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
import surroundings

from exam.machine.trouble import to_repair
from exam.records import attempts
from exam.workspace import Workspace

PROGRAM = """
import sys
sys.path.append({tests!r})
from exam.modelfile import reader
from exam.processes import launch
from exam.running import fork_server, runner
launch.RUN_MODULE = "import sys; sys.path.append({tests!r}); " + launch.RUN_MODULE
{change}
sys.argv = ["exam", *sys.argv[1:]]
from exam.__main__ import main
sys.exit(main())
"""
EVERY_MODEL = {
    "dies while it loads": 'runner.SERVE = "canaries:aborts"',
    "dies at once": 'runner.SERVE = "canaries:aborts_at_once"',
    "cannot load": 'runner.SERVE = "canaries:refuses"',
    "dies while it imports TensorFlow": 'fork_server.PRELOAD = "aborting"',
    "cannot import TensorFlow": 'fork_server.PRELOAD = "nothing"; runner.SERVE = "canaries:lacks_tensorflow"',
    "dies while it reads": 'reader.SERVE = "canaries:reads_nothing"',
    "answers with nonsense": 'reader.SERVE = "canaries:reads_nonsense"',
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
    variables["PYTHONPATH"] += os.pathsep + harness.MODULES
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(tests=harness.SUPPORT.as_posix(), change=change), *arguments],
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
    assert ended.returncode == 3 and "The grader failed, not your model; nothing was scored." in said
    assert "python -m exam verify" in said and not attempts.read(workspace)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EVERY_MODEL if "SERVE = \"canaries:reads" not in EVERY_MODEL[name]])
def test_verify_finds_what_grading_cannot_do(workspace: Workspace, name: str) -> None:
    """Before, "Environment verified" was said where nothing could be graded."""
    ended = run(workspace, EVERY_MODEL[name], "verify")
    assert ended.returncode == 3 and "A saved model cannot be graded here." in ended.stderr
    assert to_repair() in ended.stderr and not workspace.ready_marker.exists()


@pytest.mark.slow
def test_a_model_that_no_keras_loads_is_still_the_learners(workspace: Workspace) -> None:
    """The trial goes well, so that the file is at fault; the model in the other category keeps its score."""
    files.write(workspace.model(2), files.sequential(files.layer("Dense", units=10, activation="softmax"), shape=(28,)))
    shutil.copyfile(files.write(workspace.root / "x.h5", files.line_model()), workspace.model(1))
    (found,) = json.loads(run(workspace, "", "grade", "1", "--json").stdout)
    assert (found["status"], found["points"], found["findings"][0]["code"]) == ("not gradable", 0, "not-loadable")
    assert len(attempts.read(workspace)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("change", ["", "fork_server.SHORT_NAMES = ()"], ids=["a short folder", "no folder"])
def test_a_long_folder_for_temporary_files_is_none_for_sockets(workspace: Workspace, change: str) -> None:
    """Before, "AF_UNIX path too long" made every grading fail; without any short folder, processes are not forked."""
    long = workspace.root.parent / ("x" * 110)
    long.mkdir()
    (found,) = json.loads(run(workspace, change, "grade", "1", "--json", TMPDIR=str(long)).stdout)
    assert found["status"] == "scored"


@pytest.mark.slow
def test_flags_that_end_tensorflow_are_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, ``verify`` and ``benchmark`` ended without a word of their own."""
    for name in [name for name in os.environ if name.startswith(("TF_", "KERAS_"))]:
        monkeypatch.delenv(name)  # each is tried out, and TensorFlow started for it
    for command in ("verify", "benchmark"):
        ended = run(workspace, "", command, TF_XLA_FLAGS="--nope=2")
        said = " ".join(ended.stderr.split())
        assert ended.returncode == 3 and "Unknown flag in TF_XLA_FLAGS: --nope=2" in said
        assert "Unset TF_XLA_FLAGS, then" in said and said.endswith("python -m exam verify")


@pytest.mark.slow
def test_a_variable_that_stops_the_import_is_named(workspace: Workspace) -> None:
    """Before, "Repair the environment: python bootstrap.py", which went in a circle: Keras imports matplotlib."""
    ended = run(workspace, "", "verify", MPLBACKEND="nonsense", TF_CLI_CONFIG_FILE="terraform.rc", KMP_BLOCKTIME="1")
    said = " ".join(ended.stderr.split())
    assert ended.returncode == 3 and "TensorFlow cannot be imported (Key backend: 'nonsense'" in said
    assert "Unset MPLBACKEND, then" in said and "bootstrap.py" not in said.partition("cannot be imported")[2]


WITHOUT_RUNTIME = {
    "a traceback in an error": (
        "Traceback (most recent call last):\\n  File 'pywrap_tensorflow.py', line 70, in <module>\\nImportError: DLL "
        "load failed while importing _pywrap_tensorflow_internal: The specified module could not be found.\\n\\n\\n"
        "Failed to load the native TensorFlow runtime.\\nIf you need help, create an issue."
    ),
    "libraries by name": (
        "Could not find the DLL(s) 'msvcp140.dll or msvcp140_1.dll'. TensorFlow requires that these DLLs be installed "
        "in a directory that is named in your %PATH% environment variable."
    ),
}
"""What TensorFlow says on a Windows without the runtime of Visual C++."""


@pytest.mark.parametrize("name", WITHOUT_RUNTIME)
def test_a_windows_without_the_runtime_of_visual_c_is_told_so(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """Before, "TensorFlow cannot be imported (Traceback (most recent call last):)"."""
    (tmp_path / "tensorflow.py").write_text(f'raise ImportError("{WITHOUT_RUNTIME[name]}")', encoding="utf-8")
    change = f'launch.RUN_MODULE = "import sys; sys.path.insert(0, {tmp_path.as_posix()!r}); " + launch.RUN_MODULE'
    for command in ("verify", "benchmark"):
        ended = run(workspace, change, command)
        said = " ".join(ended.stderr.split())
        assert ended.returncode == 3 and "Visual C++ Redistributable" in said and said.endswith("python -m exam verify")
        assert "DLL" in said and "bootstrap.py" not in said.partition("cannot be imported")[2]


DRIVES = {
    "ENOSYS": "",
    "ENOLCK": "",
    "EOPNOTSUPP": "",
    "EIO": "",
    "a lock of another machine": "4242\nanother-machine\n",
}
"""What a network drive answers who asks for a lock, and what lies there in place of one."""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no fcntl")
@pytest.mark.parametrize("name", DRIVES)
def test_a_drive_without_locks_loses_no_result(workspace: Workspace, name: str) -> None:
    """Before, the grading ended with an error after it was done, or the command waited for ever."""
    error = name if name.startswith("E") else "ENOSYS"
    change = f"""
import errno, fcntl
def flock(*_): raise OSError(errno.{error}, "no locks here")
fcntl.flock = flock
from exam.machine import locks
locks.SECONDS = 0.2
"""
    workspace.state.mkdir(exist_ok=True)
    for lock in ("attempts.lock", "session.lock") if DRIVES[name] else ():
        (workspace.state / lock).write_text(DRIVES[name])
    for words in (("start",), ("grade", "1"), ("status",)):
        ended = run(workspace, change, *words)
        assert ended.returncode == 0 and "lock" not in ended.stderr.lower(), ended.stderr
    (attempt,) = attempts.read(workspace)
    assert attempt.mode == "exam" and attempt.result.status == "scored"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="faults are injected with the means of Linux")
def test_what_is_set_on_a_machine_costs_nothing(tmp_path: Path) -> None:
    """Two of the two hundred combinations of ``make.py surroundings``."""
    done = surroundings.rounds(range(2), surroundings.SEED, tmp_path)
    assert [tried.problems for tried in done] == [[], []]

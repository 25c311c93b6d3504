"""bootstrap.py: numbered steps that resume, failures of one sentence, and a ready marker that is never early."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import psutil
import pytest
from conftest import TEMPLATE, load_module

from exam.machine.trouble import to_repair
from exam.records import ready_marker
from exam.workspace import Exam, Workspace

Runner = Callable[[list[str], Path, Path, Callable[[str], None]], tuple[int, str]]
POSIX = pytest.mark.skipif(os.name == "nt", reason="fake interpreters are shell scripts")


@pytest.fixture
def bootstrap(template: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    return load_module(template / "bootstrap.py")


class FakeMachine:
    """Takes the place of ``bootstrap.run``: does what the children would, remembers them, fails where it is told."""

    def __init__(self, root: Path) -> None:
        """Run everything below ``root``."""
        self.root = root
        self.done: list[str] = []
        self.commands: list[list[str]] = []
        self.failing: dict[str, tuple[int, str] | BaseException] = {}

    def __call__(
        self, command: list[str], root: Path, log: Path, tick: Callable[[str], None], settings: object = None
    ) -> tuple[int, str]:
        """Do what ``command`` would."""
        kind = self.kind(command)
        self.done.append(kind)
        self.commands.append(command)
        trouble = self.failing.get(kind)
        if isinstance(trouble, BaseException):
            raise trouble
        if trouble:
            return trouble
        getattr(self, f"_{kind}", lambda: None)()
        return 0, "fine"

    @staticmethod
    def kind(command: list[str]) -> str:
        """Return which step a command belongs to."""
        words = {"exam.draw": "draw", "venv": "venv", "--require-hashes": "install", "verify": "verify"}
        words |= {"data": "data", "exam.records.ready_marker": "marker", "scripts": "scripts"}
        return next(kind for word, kind in words.items() if word in command)

    def _draw(self) -> None:
        exam = Exam("x", 1, "cpu", 5.0, "offline", {number: "q" for number in range(1, 6)})
        (self.root / "exam.toml").write_text(exam.to_toml(), encoding="utf-8")

    def _venv(self) -> None:
        python = Workspace(self.root).venv_python
        if "--clear" in self.commands[-1]:
            shutil.rmtree(python.parents[1], ignore_errors=True)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def _data(self) -> None:
        for number in range(1, 6):
            Workspace(self.root).data(number).mkdir(parents=True, exist_ok=True)
            (Workspace(self.root).data(number) / "x.csv").touch()

    def _marker(self) -> None:
        ready_marker.write(Workspace(self.root), tensorflow="2.21.0")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace as cookiecutter leaves it, as far as bootstrap.py looks at it."""
    folder = tmp_path / "my exam"
    (folder / "exam").mkdir(parents=True)
    (folder / ".exam").mkdir()
    (folder / "bootstrap.py").touch()
    (folder / "requirements.txt").write_text("x==1\n", encoding="utf-8")
    (folder / "requirements-gpu.txt").write_text("y==1\n", encoding="utf-8")
    return folder


@pytest.fixture
def machine(bootstrap: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """Replace children by a fake: this Python is found, the fake .venv is believed, pip is the installer."""
    fake = FakeMachine(root)
    here = bootstrap.Python(sys.executable, "3.12.1", True)
    monkeypatch.setattr(bootstrap, "run", fake)
    monkeypatch.setattr(bootstrap, "find_python", lambda: here)
    monkeypatch.setattr(bootstrap, "probe", lambda command: here)
    monkeypatch.setattr(bootstrap, "installer", lambda python, settings: [python, "-m", "pip", "install"])
    monkeypatch.setattr(bootstrap, "settings_for", lambda python, folder: bootstrap.Settings({}, {}, {}))
    monkeypatch.setattr(bootstrap, "ask", lambda python, *words: [])
    monkeypatch.setattr(bootstrap, "is_ready", lambda folder: (folder / ".exam" / "ready.json").exists())
    return fake


ALL = ["draw", "venv", "install", "verify", "data", "marker"]
NO_NETWORK = (1, "WARNING: Retrying ... Failed to establish a new connection\nERROR: No matching distribution found")


class TestSteps:
    def test_all_in_order_numbered_and_timed(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert bootstrap.main([], root) == 0
        assert machine.done == ALL
        lines = capsys.readouterr().out.splitlines()
        assert [line[:5] for line in lines[:6]] == [f"[{number}/6]" for number in range(1, 7)]
        assert all(line.endswith(" s)") for line in lines[:6])
        assert lines[0].startswith("[1/6] Python ... 3.12.1 (")
        assert "Trust Project" in "\n".join(lines[6:]) and '"Verify"' in "\n".join(lines[6:])

    def test_children_run_in_the_environment(self, bootstrap: ModuleType, machine: FakeMachine, root: Path) -> None:
        bootstrap.main([], root)
        inside = str(Workspace(root).venv_python)
        assert [command[0] for command in machine.commands] == [sys.executable] * 2 + [inside] * 4
        assert machine.commands[1][1:] == ["-m", "venv", "--clear", str(root / ".venv")]
        assert machine.commands[3][1:] == ["-m", "exam", "verify", "--no-marker"]
        assert {"--require-hashes", ":all:", str(root / "requirements.txt")} <= set(machine.commands[2])

    def test_a_ready_workspace_is_left_alone(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bootstrap.main([], root)
        machine.done.clear()
        capsys.readouterr()
        assert bootstrap.main([], root) == 0
        assert machine.done == []
        assert capsys.readouterr().out == "This workspace is already ready.\n"
        assert bootstrap.main(["--force"], root) == 0
        assert machine.done == ["verify", "data", "marker"]

    @pytest.mark.parametrize(
        ("failing", "resumed"),
        [
            ("draw", ALL),
            ("venv", ALL[1:]),
            ("install", ALL[1:]),
            ("verify", ALL[2:]),
            ("data", ALL[3:]),
            ("marker", ALL[3:]),
        ],
    )
    def test_it_goes_on_where_it_failed(
        self, failing: str, resumed: list[str], bootstrap: ModuleType, machine: FakeMachine, root: Path
    ) -> None:
        machine.failing[failing] = (1, "boom")
        assert bootstrap.main([], root) == 3
        assert machine.done == ALL[: ALL.index(failing) + 1]
        assert not (root / ".exam" / "ready.json").exists()
        machine.failing.clear()
        machine.done.clear()
        assert bootstrap.main([], root) == 0
        assert machine.done == resumed
        assert (root / ".exam" / "ready.json").exists()

    def test_a_new_lock_is_installed_into_the_same_environment(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path
    ) -> None:
        bootstrap.main([], root)
        (root / "requirements.txt").write_text("x==2\n", encoding="utf-8")
        assert not bootstrap.is_installed(root / ".venv", root / "requirements.txt")
        machine.done.clear()
        assert bootstrap.main(["--force"], root) == 0
        assert machine.done == ["install", "verify", "data", "marker"]

    def test_line_endings_do_not_make_a_new_lock(self, bootstrap: ModuleType, root: Path) -> None:
        before = bootstrap.hash_of(root / "requirements.txt")
        (root / "requirements.txt").write_bytes(b"x==1\r\n")
        lock = root / "requirements.txt"
        assert bootstrap.hash_of(lock) == before == ready_marker.lock_hash(lock)

    def test_an_installation_that_was_cut_off_starts_anew(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path
    ) -> None:
        machine.failing["install"] = KeyboardInterrupt()
        assert bootstrap.main([], root) == 130
        machine.failing.clear()
        assert bootstrap.main([], root) == 0
        assert "--clear" in machine.commands[-5]

    def test_an_environment_that_was_cut_off_is_made_anew(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path
    ) -> None:
        machine.failing["venv"] = KeyboardInterrupt()
        assert bootstrap.main([], root) == 130
        machine.failing.clear()
        machine.commands.append(["--clear"])
        machine._venv()  # an interpreter that runs and has no pip yet: so far it had come
        machine.done.clear()
        assert bootstrap.main([], root) == 0
        assert machine.done == ALL[1:] and "--clear" in machine.commands[-5]

    def test_what_the_disk_refuses_is_a_sentence(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / ".venv" / ".lock-sha256").mkdir(parents=True)
        machine.failing["venv"] = (0, "")  # leaves what is there
        assert bootstrap.main([], root) == 3
        happened, resume = capsys.readouterr().err.strip().splitlines()
        assert happened.startswith("Not ready: ") and ".lock-sha256" in happened and "bootstrap.py" in resume

    def test_an_environment_made_by_hand_is_kept(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path
    ) -> None:
        machine.commands.append(["--clear"])
        machine._venv()
        bootstrap.main([], root)
        assert "venv" not in machine.done

    def test_a_moved_environment_is_made_again_by_its_own_python(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path
    ) -> None:
        bootstrap.main([], root)
        (root / ".venv" / "pyvenv.cfg").write_text("command = python -m venv /elsewhere/.venv\n", encoding="utf-8")
        machine.done.clear()
        machine.commands.clear()
        bootstrap.main(["--force"], root)
        assert machine.done == ["venv", "scripts", "verify", "data", "marker"]
        assert machine.commands[0] == [sys.executable, "-m", "venv", str(root / ".venv")]

    def test_the_gpu_lock_is_taken_when_the_exam_says_so(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path
    ) -> None:
        bootstrap.main([], root)
        text = (root / "exam.toml").read_text(encoding="utf-8")
        (root / "exam.toml").write_text(text.replace('"cpu"', '"gpu"'), encoding="utf-8")
        assert bootstrap.lock_of(root) == ready_marker.lock_file(Workspace(root)) == root / "requirements-gpu.txt"
        bootstrap.main(["--force"], root)
        assert str(root / "requirements-gpu.txt") in machine.commands[-4]

    def test_a_missing_venv_package_of_debian_is_named(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        incomplete = bootstrap.Python("/usr/bin/python3.11", "3.11.2", False)
        monkeypatch.setattr(bootstrap, "ON_WINDOWS", False)
        monkeypatch.setattr(bootstrap, "find_python", lambda: incomplete)
        machine.failing["venv"] = (1, "ensurepip is not available")
        assert bootstrap.main([], root) == 3
        assert "sudo apt install python3.11-venv" in capsys.readouterr().err


class TestModes:
    @pytest.mark.parametrize(("mode", "status"), [("", 0), ("auto", 0), ("required", 1)])
    def test_a_failure_in_the_hook(
        self,
        mode: str,
        status: int,
        bootstrap: ModuleType,
        machine: FakeMachine,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("EXAM_ENVIRONMENT", mode)
        machine.failing["install"] = NO_NETWORK
        assert bootstrap.main(["--from-hook"], root) == status
        captured = capsys.readouterr()
        failed, happened, resume = captured.out.splitlines()[-1], *captured.err.strip().splitlines()
        assert failed.startswith("[4/6] Packages ... failed (")
        assert "No network: the package index could not be reached." in happened
        assert happened.endswith(".exam/log/install.log")
        assert resume.startswith("The exam is kept. Continue with: ") and "bootstrap.py" in resume
        assert not (root / ".exam" / "ready.json").exists()

    def test_skip_draws_and_says_how_to_go_on(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("EXAM_ENVIRONMENT", "skip")
        assert bootstrap.main(["--from-hook"], root) == 0
        assert machine.done == [], "drawing alone needs no second process"
        assert Exam.read(root / "exam.toml").questions and (root / "Category5" / "starter.py").exists()
        assert "bootstrap.py" in capsys.readouterr().out
        assert bootstrap.main([], root) == 0  # typed by the learner, the command means what it says
        assert machine.done == [step for step in ALL if step != "draw"]

    def test_another_value_is_wrong_usage(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("EXAM_ENVIRONMENT", "no")
        assert bootstrap.main(["--from-hook"], root) == 2
        assert capsys.readouterr().err == "EXAM_ENVIRONMENT must be one of auto, skip, required, not 'no'.\n"
        assert machine.done == []

    @pytest.mark.parametrize(("arguments", "status"), [([], 130), (["--from-hook"], 0)])
    def test_ctrl_c_is_one_line_and_keeps_everything(
        self,
        arguments: list[str],
        status: int,
        bootstrap: ModuleType,
        machine: FakeMachine,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.delenv("EXAM_ENVIRONMENT", raising=False)
        machine.failing["verify"] = KeyboardInterrupt()
        assert bootstrap.main(arguments, root) == status
        captured = capsys.readouterr()
        assert captured.err.strip().startswith("Stopped. Nothing is lost; continue with: ")
        assert "[5/6] Check by training a model ... stopped (" in captured.out
        assert (root / ".venv" / ".lock-sha256").exists()

    def test_no_python_is_one_sentence(
        self, bootstrap: ModuleType, machine: FakeMachine, root: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(bootstrap, "find_python", lambda: None)
        assert bootstrap.main([], root) == 3
        assert "TensorFlow needs Python 3.11 to 3.1" in capsys.readouterr().err
        assert machine.done == []


class TestReady:
    @pytest.fixture
    def proven(self, root: Path) -> Workspace:
        """A workspace with a marker, a real-looking environment and data."""
        workspace, fake = Workspace(root), FakeMachine(root)
        fake.commands.append(["--clear"])
        fake._draw(), fake._venv(), fake._data(), fake._marker()
        (root / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n", encoding="utf-8")
        marker = json.loads(workspace.ready_marker.read_text(encoding="utf-8"))
        workspace.ready_marker.write_text(json.dumps({**marker, "venv": ".venv"}), encoding="utf-8")
        return workspace

    def test_nothing_is_wrong(self, proven: Workspace) -> None:
        assert ready_marker.problem(proven) is None

    def test_each_problem_has_a_sentence_and_the_command(self, proven: Workspace) -> None:
        marker = proven.ready_marker.read_text(encoding="utf-8")

        def with_marker(text: str) -> str | None:
            proven.ready_marker.write_text(text, encoding="utf-8")
            return ready_marker.problem(proven)

        moved = json.dumps({**json.loads(marker), "root": "/elsewhere"})
        problems = [with_marker("{"), with_marker("[]"), with_marker(moved)]
        with_marker(marker)
        (proven.venv / "pyvenv.cfg").write_text("home = /nowhere/bin\n", encoding="utf-8")
        problems.append(ready_marker.problem(proven))
        shutil.rmtree(proven.venv)
        problems.append(ready_marker.problem(proven))
        (proven.root / "requirements.txt").write_text("x==2\n", encoding="utf-8")
        problems.append(ready_marker.problem(proven))
        proven.ready_marker.unlink()
        problems.append(ready_marker.problem(proven))
        parts = ["cannot be read", "cannot be read", "has been moved", "is missing or broken", "is missing or broken"]
        parts += ["requirements.txt has changed", "has not been verified yet"]
        assert len(problems) == len(parts)
        for problem, part in zip(problems, parts, strict=True):
            assert problem is not None and part in problem and problem.endswith(f" Run: {to_repair()}")

    def test_the_marker_names_no_folder_inside_the_workspace_in_full(
        self, proven: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "prefix", str(proven.venv))
        ready_marker.write(proven, tensorflow="2.21.0")
        marker = json.loads(proven.ready_marker.read_text(encoding="utf-8"))
        assert marker["venv"] == ".venv"
        assert marker["tensorflow"] == "2.21.0"
        assert set(marker) == {"lock", "python", "venv", "root", "tensorflow", "verified_at"}

    def test_the_marker_is_written_whole_or_not_at_all(
        self, proven: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = proven.ready_marker.read_bytes()

        def broken(source: object, target: object) -> None:
            raise OSError("disk full")

        monkeypatch.setattr("exam.workspace.os.replace", broken)
        with pytest.raises(OSError, match="disk full"):
            ready_marker.write(proven)
        assert proven.ready_marker.read_bytes() == before
        assert [path.name for path in proven.state.iterdir()] == ["ready.json"]

    def test_bootstrap_believes_it_only_with_everything_else_in_place(
        self, bootstrap: ModuleType, proven: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = {"status": 0}
        monkeypatch.setattr(
            bootstrap.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], answers["status"])
        )
        assert not bootstrap.is_ready(proven.root)  # nothing was installed
        stamp = proven.venv / ".lock-sha256"
        stamp.write_text(bootstrap.hash_of(proven.root / "requirements.txt"), encoding="ascii")
        assert bootstrap.is_ready(proven.root)
        answers["status"] = 1
        assert not bootstrap.is_ready(proven.root)
        answers["status"] = 0
        (proven.data(3) / "x.csv").unlink()
        assert not bootstrap.is_ready(proven.root)


class TestEngine:
    @pytest.mark.parametrize(
        "settings",
        [{}, {"PYTHONUTF8": "1"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}],
        ids=["as it is", "UTF-8", "ASCII"],
    )
    def test_it_is_found_in_any_folder_with_any_encoding(
        self, settings: dict[str, str], bootstrap: ModuleType, tmp_path: Path
    ) -> None:
        """Before, a Python of another encoding did not start where the folder has letters that are not English."""
        root = tmp_path / "\xdcbung \xc1ngel"
        (root / "exam" / "processes").mkdir(parents=True)
        for name in ("exam/__init__.py", "exam/processes/__init__.py", "exam/processes/launch.py"):
            shutil.copyfile(TEMPLATE / name, root / name)
        venv.create(root / ".venv", symlinks=os.name != "nt")
        bootstrap.find_engine(root / ".venv", root)
        program = "from exam.processes import launch; print(launch._knows_the_engine())"
        command = [str(bootstrap.venv_python(root / ".venv")), "-P", "-c", program]
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        run = subprocess.run(command, cwd=tmp_path, env={**variables, **settings}, capture_output=True)
        assert run.stdout.split() == [b"True"], run.stderr


class TestRemoval:
    def test_a_file_that_is_looked_at_is_removed_a_moment_later(
        self, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a virus scanner of Windows does with every new file; before, the installation ended with it."""
        file, refusals = tmp_path / "stamp", [PermissionError(13, "in use")] * 2
        file.touch()

        def unlink(path: Path) -> None:
            if refusals:
                raise refusals.pop()
            os.unlink(path)

        monkeypatch.setattr(bootstrap.Path, "unlink", unlink)
        bootstrap.remove(file)
        assert not file.exists() and not refusals
        bootstrap.remove(file)  # it is gone
        refusals += [PermissionError(13, "in use")] * 9
        with pytest.raises(PermissionError):
            bootstrap.remove(file)


class TestInterpreters:
    def test_this_one_is_believed(self, bootstrap: ModuleType) -> None:
        found = bootstrap.find_python()
        assert found is not None and found.version == ".".join(map(str, sys.version_info[:3]))
        assert bootstrap.probe([sys.executable]) == found

    @POSIX
    @pytest.mark.parametrize(
        "script",
        [
            "echo 'pyenv: python3.12: command not found' >&2; exit 127",
            "echo Python 3.12.1",
            "exit 0",
            """echo '{"path": "/x", "version": "3.9.1", "fit": true, "has_venv": true}'""",
            """echo '{"path": "/x", "version": "3.14.0", "fit": true, "has_venv": true}'""",
            """echo '{"path": "/x", "version": "3.12.1", "fit": false, "has_venv": true}'""",
            """echo '["3.12"]'""",
        ],
    )
    def test_a_name_on_path_is_not(self, script: str, bootstrap: ModuleType, tmp_path: Path) -> None:
        assert bootstrap.probe([_program(tmp_path / "python3.12", script)]) is None

    def test_what_cannot_be_started_is_not(self, bootstrap: ModuleType, tmp_path: Path) -> None:
        assert bootstrap.probe([str(tmp_path / "nothing")]) is None

    @POSIX
    def test_shims_are_passed_over_until_one_runs(
        self, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer = '{"path": "/real/python3.11", "version": "3.11.9", "fit": true, "has_venv": %s}'
        _program(tmp_path / "python3.13", "exit 127")
        _program(tmp_path / "python3.12", f"echo '{answer % 'false'}'")
        _program(tmp_path / "python3.11", f"echo '{answer % 'true'}'")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
        monkeypatch.setattr(bootstrap, "describe", lambda: {"version": "3.9.1", "fit": True})
        assert bootstrap.find_python() == bootstrap.Python("/real/python3.11", "3.11.9", True)
        (tmp_path / "python3.11").unlink()
        found = bootstrap.find_python()
        assert found is not None and not found.has_venv  # better than nothing: the sentence comes from making .venv

    @POSIX
    def test_pyenv_and_uv_are_asked_too(
        self, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inside = tmp_path / "pyenv" / "versions" / "3.12.4" / "bin" / "python"
        monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
        monkeypatch.setenv("PATH", str(tmp_path))
        _program(tmp_path / "uv", f"echo {tmp_path}/from-uv")
        inside.parent.mkdir(parents=True)
        commands = [command[0] for command in bootstrap.candidates()]
        assert str(inside) in commands and f"{tmp_path}/from-uv" in commands

    @POSIX
    def test_pyenv_of_windows_has_its_pythons_elsewhere(
        self, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bootstrap, "ON_WINDOWS", True)
        monkeypatch.setattr(bootstrap.Path, "home", lambda: tmp_path)
        monkeypatch.delenv("PYENV_ROOT", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        inside = tmp_path / ".pyenv" / "pyenv-win" / "versions" / "3.12.4"
        inside.mkdir(parents=True)
        assert [str(inside / "python.exe")] in list(bootstrap.candidates())

    @POSIX
    def test_the_launcher_of_windows_installs_nothing(
        self, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Asked for a version that is not there, it may download one: by default, or where the user allowed it."""
        asked = tmp_path / "asked"
        set_here = '"$PYTHON_MANAGER_AUTOMATIC_INSTALL$PYLAUNCHER_ALLOW_INSTALL$PYLAUNCHER_ALWAYS_INSTALL"'
        _program(tmp_path / "py", f"echo $1 {set_here} >> {asked}; exit 1")
        for name in ("PYLAUNCHER_ALLOW_INSTALL", "PYLAUNCHER_ALWAYS_INSTALL", "PYTHON_MANAGER_AUTOMATIC_INSTALL"):
            monkeypatch.setenv(name, "1")
        monkeypatch.setattr(bootstrap, "ON_WINDOWS", True)
        monkeypatch.setattr(bootstrap, "describe", lambda: {"version": "3.9.1", "fit": True})
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
        assert bootstrap.find_python() is None
        assert asked.read_text().split() == ["-3.13", "false", "-3.12", "false", "-3.11", "false"]

    def test_intel_macs_end_at_3_12(self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bootstrap.sys, "platform", "darwin")
        monkeypatch.setattr(bootstrap.platform, "machine", lambda: "x86_64")
        assert bootstrap.supported_versions() == ("3.12", "3.11")
        assert "Python 3.11 to 3.12 " in bootstrap.no_python()

    @pytest.mark.parametrize(
        ("system", "machine", "built", "others"),
        [
            ("darwin", "arm64", "darwin-arm64", "darwin-x86_64"),
            ("darwin", "x86_64", "darwin-x86_64", "darwin-arm64"),
            ("linux", "aarch64", "linux-aarch64", "linux-x86_64"),
        ],
    )
    def test_a_python_for_another_machine_is_never_taken(
        self, system: str, machine: str, built: str, others: str, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before, a Mac with an ARM starter took an Intel Python that came first on PATH."""
        monkeypatch.setattr(bootstrap, "ON_WINDOWS", False)
        monkeypatch.setattr(bootstrap.sys, "platform", system)
        monkeypatch.setattr(bootstrap.platform, "machine", lambda: machine)
        answer = {"path": "/x", "version": "3.12.1", "fit": True, "has_venv": True}
        assert bootstrap.believed({**answer, "build": built}) is not None
        assert bootstrap.believed({**answer, "build": others}) is None

    @pytest.mark.parametrize(
        ("windows", "platform", "soabi", "said"),
        [
            (True, "win-arm64", "", "install the x64 Python"),
            (False, "", "cpython-312-x86_64-linux-musl", "musl, such as Alpine"),
        ],
    )
    def test_a_system_without_files_is_told_what_helps(
        self, windows: bool, platform: str, soabi: str, said: str, bootstrap: ModuleType,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(bootstrap, "ON_WINDOWS", windows)
        monkeypatch.setattr(bootstrap.sysconfig, "get_platform", lambda: platform)
        monkeypatch.setattr(bootstrap.sysconfig, "get_config_var", lambda name: soabi if name == "SOABI" else None)
        assert not bootstrap.describe()["fit"] and said in bootstrap.no_python()


class TestChildren:
    def test_settings_that_lead_astray_are_dropped_and_indexes_kept(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dropped = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_NO_BINARY", "UV_TARGET", "UV_EXCLUDE_NEWER")
        for name in (*dropped, "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
            monkeypatch.setenv(name, "1")
        kept = ("PIP_INDEX_URL", "HTTPS_PROXY", "PIP_CERT", "SSL_CERT_FILE", "UV_DEFAULT_INDEX", "UV_INDEX_X_PASSWORD")
        for name in kept:
            monkeypatch.setenv(name, "x")
        child = bootstrap.child_environment()
        assert not {*dropped, *bootstrap.UNWANTED} & set(child)
        assert all(child[name] == "x" for name in kept)

    def test_output_goes_to_the_log_and_the_last_line_is_shown(self, bootstrap: ModuleType, tmp_path: Path) -> None:
        shown: list[str] = []
        code = "import sys, time; print('one'); print('zw\\xf6lf', file=sys.stderr); time.sleep(0.2); sys.exit(4)"
        log = tmp_path / "log" / "x.log"
        assert bootstrap.run([sys.executable, "-c", code], tmp_path, log, shown.append) == (4, "one\nzw\xf6lf")
        assert "zw\xf6lf" in log.read_text(encoding="utf-8")
        assert shown[-1] == "zw\xf6lf"

    def test_ctrl_c_ends_the_child(self, bootstrap: ModuleType, tmp_path: Path) -> None:
        pid: list[int] = []

        def interrupt(line: str) -> None:
            if line:
                pid.append(int(line))
                raise KeyboardInterrupt

        code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
        with pytest.raises(KeyboardInterrupt):
            bootstrap.run([sys.executable, "-c", code], tmp_path, tmp_path / "x.log", interrupt)
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(pid[0]).wait(10)  # behind a launcher, and on Windows, it ends a moment later

    def test_progress_is_a_line_every_so_often_where_nothing_can_be_redrawn(
        self, bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with bootstrap.Step(4, "Packages", every=0.05) as step:
            step.tick("early")
            time.sleep(0.06)
            step.tick("Downloading \u4e00" + "x" * 200)
            step.tick("too soon")
            step.result = "installed"
        lines = capsys.readouterr().out.splitlines()
        assert [line[:36] for line in lines] == ["      0 s  Downloading ?" + "x" * 12, lines[1][:36]]
        assert lines[1].startswith("[4/6] Packages ... installed (0.")
        assert len(lines[0]) <= 106

    def test_on_a_terminal_one_line_is_redrawn(self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setenv("COLUMNS", "60")
        with bootstrap.Step(4, "Packages") as step:
            step.tick("Downloading " + "x" * 100)
        text = terminal.getvalue()
        assert text.count("\n") == 1
        assert max(map(len, text.replace("\n", "\r").split("\r"))) <= 60

    @pytest.mark.parametrize("folder", ["plain", "with space", "$(x)"])
    def test_the_command_to_continue_can_be_typed(
        self, folder: str, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PSModulePath", raising=False)  # it is typed into cmd.exe here, where that is the shell
        root = tmp_path / folder
        root.mkdir()
        (root / "bootstrap.py").write_text("print('continued')", encoding="utf-8")
        command = bootstrap.typed(root / "bootstrap.py")
        run = subprocess.run(command, shell=True, capture_output=True, text=True)
        assert run.stdout == "continued\n", command

    def test_the_command_to_continue_can_be_typed_in_powershell(
        self, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bootstrap, "ON_WINDOWS", True)
        monkeypatch.setattr(bootstrap.sys, "executable", r"C:\Program Files\Python312\python.exe")
        monkeypatch.setenv("USERPROFILE", r"C:\Users\ada")
        monkeypatch.setenv("PSModulePath", r"c:\users\ada\Documents\PowerShell\Modules")
        monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
        assert bootstrap.typed(tmp_path / "bootstrap.py").startswith('& "C:')
        monkeypatch.delenv("PSModulePath")
        assert bootstrap.typed(tmp_path / "bootstrap.py").startswith('"C:')
        monkeypatch.setattr(bootstrap.shutil, "which", lambda name: r"C:\Windows\py.exe")
        assert bootstrap.typed(tmp_path / "bootstrap.py").startswith("py ")


class TestInstaller:
    @pytest.mark.parametrize(
        ("settings", "uses_uv"),
        [
            ({}, True),
            ({"PIP_FIND_LINKS": "/x", "PIP_TIMEOUT": "60"}, True),
            ({"PIP_INDEX_URL": "x"}, False),
            ({"PIP_INDEX_URL": "x", "UV_DEFAULT_INDEX": "x"}, True),
            ({"PIP_NO_INDEX": "true"}, False),
            ({"PIP_PROXY": "x"}, False),
        ],
    )
    def test_uv_unless_pip_has_an_index_of_its_own(
        self, settings: dict[str, str], uses_uv: bool, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)
        command = bootstrap.installer("py", bootstrap.Settings(settings, {}, {}))
        assert command == (["/bin/uv", "pip", "install", "--python", "py"] if uses_uv else command)
        assert (command[:3] == ["py", "-m", "pip"]) is not uses_uv

    def test_pip_without_uv(self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
        assert bootstrap.installer("py", bootstrap.Settings({}, {}, {}))[:3] == ["py", "-m", "pip"]


class TestCauses:
    @pytest.mark.parametrize(
        ("output", "part"),
        [
            ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
            ("error: There is not enough space on the disk. (os error 112)", "disk is full"),
            ("The environment was not created successfully because ensurepip is not available.", "cannot make"),
            ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that was"),
            ("error: externally-managed-environment", "belongs to the system"),
            ("error occurred during configuration: option timeout: invalid value: 'soon'", "a value that"),
            ("error: Hash mismatch for `click==8`", "not the one that was locked"),
            ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
            ("invalid peer certificate: UnknownIssuer", "certificate"),
            ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407", "proxy"),
            (NO_NETWORK[1], "No network"),
            ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "No network"),
            ("client error (Connect)\n  Caused by: dns error\n  failed to lookup address information", "No network"),
            ("ReadTimeoutError: Read timed out.", "No network"),
            ("ERROR: HTTP error 404 while getting x.whl", "refused a file or does not have it"),
            ("HTTP status client error (404 Not Found) for url", "refused a file or does not have it"),
            ("403 Client Error: Forbidden for url", "refused a file or does not have it"),
            ("HTTP status server error (503 Service Unavailable) for url", "index itself has an error"),
            ("500 Server Error: Internal Server Error", "index itself has an error"),
            ("satisfies x==1 (from versions: none)\nERROR: No matching distribution found", "nothing by that name"),
            ("satisfies numpy==2.4.6 (from versions: none)\nERROR: No matching distribution found", "no matching file"),
            ("satisfies tensorflow-cpu==2.21.0 (from versions: none)\nERROR: No matching", "no matching file"),
            ("Because absl-py was not found in the package registry", "nothing by that name"),
            ("satisfies x==1 (from versions: 2)\nERROR: No matching distribution found for x==1", "no matching file"),
            ("  x No solution found when resolving dependencies:", "no matching file"),
            ("PermissionError: [WinError 32] The process cannot access the file", "in use by another program"),
            ("ImportError: DLL load failed while importing _pywrap", "Visual C++"),
            ("Downloading tensorflow (500 kB)\nsomething else\nThe loss does not fall.", "The loss does not fall."),
            ("", "It printed nothing"),
        ],
    )
    def test_each_is_named(self, output: str, part: str, bootstrap: ModuleType) -> None:
        assert part in bootstrap.cause_of(output, 1)

    @pytest.mark.parametrize(
        ("output", "values", "files", "said"),
        [
            ("x", {"PIP_NO_INDEX": "1"}, {}, "pip is not allowed to use the package index: PIP_NO_INDEX=1."),
            ("x", {"PIP_NO_INDEX": "true"}, {"PIP_NO_INDEX": "/etc/pip.conf"}, "no-index=true in /etc/pip.conf."),
            ("x", {"PIP_NO_INDEX": "no"}, {}, "x (status 1)."),
            (NO_NETWORK[1], {"PIP_INDEX_URL": "http://me:secret@a/", "PIP_TIMEOUT": "9"}, {},
             "could not be reached. You have set: PIP_INDEX_URL."),
            ("error: invalid value '-a+b'", {"PIP_TIMEOUT": "-a+b", "PIP_RETRIES": "7"}, {}, "set: PIP_TIMEOUT=-a+b."),
            ("No space left", {"PIP_INDEX_URL": "x"}, {}, "The disk is full."),
        ],
    )
    def test_the_setting_behind_it_is_named_and_no_password(
        self, output: str, values: dict[str, str], files: dict[str, str], said: str, bootstrap: ModuleType
    ) -> None:
        told = bootstrap.cause_with_settings(output, 1, "pip", bootstrap.Settings(values, files, {}))
        assert told.endswith(said) and "secret" not in told

    def test_signals_are_explained(self, bootstrap: ModuleType) -> None:
        assert "AVX" in bootstrap.cause_of("No network", 0xC000001D)
        assert "signal 9 (too little memory?)" in bootstrap.cause_of("", -9)


def _program(path: Path, script: str) -> str:
    """Write a shell script that can be run, and return its path."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8", newline="\n")
    path.chmod(0o755)
    return str(path)

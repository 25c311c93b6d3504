#!/usr/bin/env python3
"""Break a generation in every way that machines do, for real; write what was read, what was left, what resumed it.

    python3 make.py faults          writes docs/faults.md

The template is copied with a lock of three tiny packages, made here and served by a package index on loopback, and
with an engine whose proof and data are quick: everything else is the real thing, from cookiecutter to the marker.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import powers

REPOSITORY = Path(__file__).resolve().parents[1]
TEMPLATE = "{{cookiecutter.project_slug}}"
TABLE = REPOSITORY / "docs" / "faults.md"
PACKAGES = {"exam-one": 0, "exam-two": 0, "exam-three": 30 * 2**20}
"""Name -> bytes on the disk, beside its code; they compress to nothing."""
MEGABYTE = 2**20
SLUG = "my_exam"
ENGINE = '''"""Stands for the real engine: proves that the packages are there, makes a little data."""
import sys, time
from pathlib import Path
import exam_one, exam_two, exam_three
time.sleep(0.6)
if "data" in sys.argv:
    for number in range(1, 6):
        folder = Path(f"Category{number}/data")
        folder.mkdir(exist_ok=True)
        (folder / "x.csv").write_text("1\\n")
'''


class Index(ThreadingHTTPServer):
    """A package index on loopback that serves ``wheels`` and fails as ``mode`` says.

    Modes: ``works``; ``404`` and ``500`` for everything; ``file 404`` and ``file 500`` for files only; ``dies``: the
    second file breaks off in the middle, and from then on every connection does.
    """

    def __init__(self, wheels: Path) -> None:
        """Listen on a port that is free."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wheels, self.mode, self.files = wheels, "works", 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address that an installer is given."""
        return f"http://127.0.0.1:{self.server_address[1]}/simple"

    def handle_error(self, request: object, client_address: object) -> None:
        """Installers that break off are expected."""


class _Handler(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        """Answer as the mode says."""
        parts = self.path.strip("/").split("/")
        is_file, mode = parts[0] == "files", self.server.mode
        if mode in ("404", "500") or (is_file and mode in ("file 404", "file 500")):
            return self.send_error(int(mode[-3:]))
        self.server.files += is_file
        if mode == "dies" and self.server.files >= 2:
            if is_file and self.server.files == 2:
                self._send((self.server.wheels / parts[1]).read_bytes(), share=0.5)
            self.close_connection = True
            return self.connection.close()
        if is_file:
            return self._send((self.server.wheels / parts[1]).read_bytes())
        names = [path.name for path in self.server.wheels.glob(f"{parts[-1].replace('-', '_')}-*.whl")]
        if not names:
            return self.send_error(404)
        self._send("".join(f'<a href="/files/{name}">{name}</a>' for name in names).encode())

    do_HEAD = do_GET

    def _send(self, body: bytes, share: float = 1.0) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if body[:1] == b"<" else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: int(len(body) * share)])

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def make_wheel(folder: Path, name: str, size: int) -> str:
    """Write a wheel of one module and return its line in a lock."""
    module = name.replace("-", "_")
    path = folder / f"{module}-1.0-py3-none-any.whl"
    info = f"{module}-1.0.dist-info"
    entries = {
        f"{module}.py": b"import sys\nmain = lambda: print(sys.executable)\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {module}:main\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if size:
        entries[f"{module}_data.bin"] = bytes(size)
    record = "".join(f"{entry},,\n" for entry in [*entries, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for entry, content in {**entries, f"{info}/RECORD": record.encode()}.items():
            wheel.writestr(entry, content)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def copy_whole_template(folder: Path) -> Path:
    """Copy what cookiecutter needs, as it is."""
    for name in ("hooks", TEMPLATE):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "cookiecutter.json", folder)
    return folder


def copy_template(folder: Path, lock: str) -> Path:
    """Copy what cookiecutter needs, with another lock and a quick engine."""
    copy_whole_template(folder)
    (folder / TEMPLATE / "requirements.txt").write_text(lock, encoding="utf-8")
    (folder / TEMPLATE / "exam" / "__main__.py").write_text(ENGINE, encoding="utf-8")
    return folder


def _hear_ctrl_c() -> None:
    """Undo what a shell does to programs in the background: they ignore Ctrl-C, and so do their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Lab:
    """Where one fault is tried.

    Attributes:
        folder: an empty folder for the workspace.
        template: see ``copy_template``.
        index: serves its lock.
        settings: environment variables of every command; None for one that is not set.
        output: all that the learner has read.
        seconds: how long a command may take.
    """

    folder: Path
    template: Path
    index: Index
    settings: dict[str, str | None] = field(default_factory=dict)
    output: str = ""
    seconds: int = 300

    @property
    def root(self) -> Path:
        """The workspace."""
        return self.folder / SLUG

    def environment(self, **changes: str | None) -> dict[str, str]:
        """Return a learner's environment with the loopback index, without this machine's own settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
        index = {"PIP_INDEX_URL": self.index.url, "PIP_RETRIES": "1", "PIP_TIMEOUT": "5"}
        index |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
        own = {"PYTHONDONTWRITEBYTECODE": "1", "EXAM_ENVIRONMENT": "auto"}
        values = {**kept, **index, **own, **self.settings, **changes}
        return {name: value for name, value in values.items() if value is not None}

    def generate(self, name: str = "x", options: tuple[str, ...] = (), **changes: str | None) -> int:
        """Run cookiecutter as a learner does, and return its exit status."""
        answers = (f"project_name={name}", f"project_slug={SLUG}", "exam_seed=1")
        command = [sys.executable, "-m", "cookiecutter", str(self.template), "--no-input", *options, *answers]
        config = self.folder.parent / "cookiecutter.yaml"
        config.write_text(f"replay_dir: {self.folder.parent}/replay\ncookiecutters_dir: {self.folder.parent}/cc\n")
        return self._run(command, self.folder, COOKIECUTTER_CONFIG=str(config), **changes)

    def bootstrap(self, python: str = sys.executable, **changes: str | None) -> int:
        """Run the command that continues, and return its exit status."""
        return self._run([python, "bootstrap.py"], self.root, **changes)

    def start(self, **changes: str | None) -> subprocess.Popen[str]:
        """Start the command that continues, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-u", "bootstrap.py"], cwd=self.root, env=self.environment(**changes), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=_hear_ctrl_c,
        )

    def _run(self, command: list[str], folder: Path, **changes: str | None) -> int:
        done = subprocess.run(
            command, cwd=folder, env=self.environment(**changes), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, preexec_fn=powers.drop_for_good if os.name == "posix" else None,
            timeout=self.seconds,
        )
        self.output = done.stdout.decode("utf-8", "replace")
        return done.returncode

    def left(self) -> str:
        """Return what is on the disk, in words."""
        if not self.root.exists():
            return "nothing"
        parts = {
            "the exam": (self.root / "exam.toml").is_file() and len(list(self.root.glob("Category*/starter.py"))) == 5,
            ".venv": (self.root / ".venv" / "pyvenv.cfg").is_file(),
            "the packages": (self.root / ".venv" / ".lock-sha256").is_file(),
            "data": len({path.parent for path in self.root.glob("Category*/data/*")}) == 5,
            "the ready marker": (self.root / ".exam" / "ready.json").is_file(),
        }
        there = [name for name, is_there in parts.items() if is_there]
        return ", ".join(there) if there else "the template's files"

    def is_finished(self) -> bool:
        """Return whether everything is there and proven, as the workspace's own check sees it."""
        return self.left() == "the exam, .venv, the packages, data, the ready marker" and self.bootstrap() == 0 and (
            "This workspace is already ready." in self.output
        )


@dataclass(frozen=True)
class Fault:
    """One way to break a generation.

    Attributes:
        name: in words.
        inject: breaks it, and returns the exit status of what failed.
        reads: a part of the sentence that the learner reads.
        mend: takes the cause away before the command that continues.
        resumes: whether that command has something to continue; where nothing was made, generation is repeated.
    """

    name: str
    inject: Callable[[Lab], int]
    reads: str
    mend: Callable[[Lab], None] = lambda lab: None
    resumes: bool = True


FAULTS: list[Fault] = []


def _works_again(lab: Lab) -> None:
    lab.index.mode = "works"
    lab.settings.clear()


def _index(mode: str, uv: bool) -> Callable[[Lab], int]:
    def inject(lab: Lab) -> int:
        if uv:
            lab.settings |= with_uv(lab)
        lab.index.mode, lab.index.files = mode, 0
        return lab.generate()

    return inject


def with_uv(lab: Lab) -> dict[str, str]:
    """Return the settings with which uv is found and used."""
    from uv import find_uv_bin

    path = os.pathsep.join([str(Path(find_uv_bin()).parent), os.environ["PATH"]])
    return {"PATH": path, "UV_DEFAULT_INDEX": lab.index.url, "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0"}


def _no_network(lab: Lab) -> int:
    return lab.generate(PIP_INDEX_URL="http://127.0.0.1:9/simple")


FAULTS.append(Fault("no network", _no_network, "No network: the package index could not be reached."))
READ_WITH_PIP = {"500": "does it respond?", "dies": "A downloaded file is incomplete"}
"""pip keeps to itself that a page of the index failed, and takes half a file for a wrong one."""
for installer in ("pip", "uv"):
    for mode, reads in (
        ("404", "The package index has nothing by that name"),
        ("500", "The package index itself has an error"),
        ("file 404", "The package index refused a file or does not have it"),
        ("file 500", "The package index itself has an error"),
        ("dies", "No network: the "),
    ):
        answers = f"index answers {mode[-3:]}" + " for files" * (" " in mode)
        name = "network dies in the middle" if mode == "dies" else answers
        reads = READ_WITH_PIP.get(mode, reads) if installer == "pip" else reads
        FAULTS.append(Fault(f"{name} ({installer})", _index(mode, installer == "uv"), reads, _works_again))


def _with(reads: str, name: str, **settings: str) -> None:
    FAULTS.append(Fault(name, lambda lab: lab.generate(**settings), reads))


for setting in (
    {"PIP_USER": "1"}, {"PIP_TARGET": "elsewhere"}, {"PIP_PREFIX": "elsewhere"}, {"PIP_DRY_RUN": "1"},
    {"PIP_REQUIRE_VIRTUALENV": "1"}, {"PIP_CONSTRAINT": "missing.txt"}, {"PIP_NO_BINARY": ":all:"},
    {"PIP_PYTHON": "missing"}, {"PYTHONIOENCODING": "cp1252"}, {"TERM": "dumb"},
):
    _with("Ready. Next:", " ".join(f"{key}={value}" for key, value in setting.items()), **setting)


def _modules_in_the_way(lab: Lab) -> int:
    folder = lab.folder.parent / "polluted"
    folder.mkdir(exist_ok=True)
    for name in ("venv", "ensurepip", "pip", "exam", "exam_one"):
        (folder / f"{name}.py").write_text("raise SystemExit('polluted')")
    return lab.generate(PYTHONPATH=str(folder), PYTHONSTARTUP=str(folder / "pip.py"))


def _pip_conf(text: str, **changes: str | None) -> Callable[[Lab], int]:
    """Return an injection: a file with settings for pip; ``INDEX`` in it is the address of the index."""

    def inject(lab: Lab) -> int:
        path = lab.folder.parent / "pip.conf"
        path.write_text(text.replace("INDEX", lab.index.url))
        return lab.generate(PIP_CONFIG_FILE=str(path), **changes)

    return inject


def _uv_file(text: str, place: str = "settings/uv/uv.toml", **changes: str | None) -> Callable[[Lab], int]:
    """Return an injection: uv, and a file with settings for it, among the user's or above the workspace."""

    def inject(lab: Lab) -> int:
        path = lab.folder.parent / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("INDEX", lab.index.url))
        lab.settings |= with_uv(lab)
        return lab.generate(XDG_CONFIG_HOME=str(lab.folder.parent / "settings"), **changes)

    return inject


FAULTS.append(Fault("PYTHONPATH with other modules", _modules_in_the_way, "Ready. Next:"))
for line in (
    "user = true", "target = elsewhere", "prefix = elsewhere", "root = elsewhere", "dry-run = true",
    "no-binary = :all:", "require-virtualenv = true", "constraint = missing.txt", "python = missing",
):
    FAULTS.append(Fault(f"pip.conf with {line}", _pip_conf(f"[install]\n{line}\n"), "Ready. Next:"))
FAULTS.append(Fault("pip.conf with the index", _pip_conf("[global]\nindex-url = INDEX\n", PIP_INDEX_URL=None),
                    "Ready. Next:"))
FAULTS.append(Fault("pip.conf with no-index = true", _pip_conf("[install]\nno-index = true\n"),
                    "pip is not allowed to use the package index: no-index=true in "))
FAULTS.append(Fault("pip.conf that is damaged", _pip_conf("[install\nuser"), "A file with settings for pip is damaged"))
FAULTS.append(Fault("pip.conf with timeout = soon", _pip_conf("[global]\ntimeout = soon\n", PIP_TIMEOUT=None),
                    "timeout=soon in "))
for line in (
    'target = "elsewhere"', 'prefix = "elsewhere"', "system = true", 'exclude-newer = "2001-01-01"',
    'no-binary = [":all:"]', 'python-version = "3.8"',
):
    FAULTS.append(Fault(f"uv.toml with {line}", _uv_file(f"[pip]\n{line}\n"), "Ready. Next:"))
FAULTS.append(Fault("uv.toml with required-version", _uv_file('required-version = "==0.1.0"\n'), "Ready. Next:"))
FAULTS.append(Fault("a parent's pyproject.toml with target",
                    _uv_file('[tool.uv.pip]\ntarget = "elsewhere"\n', "pyproject.toml"), "Ready. Next:"))
FAULTS.append(Fault("uv.toml with the index", _uv_file('[[index]]\nurl = "INDEX"\ndefault = true\n',
                    UV_DEFAULT_INDEX=None, PIP_INDEX_URL=None), "Ready. Next:"))
FAULTS.append(Fault("uv.toml with offline = true", _uv_file("offline = true\n"),
                    "uv is not allowed to use the package index: offline=true in "))
FAULTS.append(Fault("uv.toml that is damaged", _uv_file("[pip\n"), "A file with settings for uv is damaged"))


def _with_uv_and(**settings: str) -> Callable[[Lab], int]:
    def inject(lab: Lab) -> int:
        lab.settings |= with_uv(lab)
        return lab.generate(**settings)

    return inject


for setting in ({"UV_TARGET": "elsewhere"}, {"UV_EXCLUDE_NEWER": "2001-01-01"}, {"UV_REQUIRE_HASHES": "0"}):
    name = " ".join(f"{key}={value}" for key, value in setting.items())
    FAULTS.append(Fault(name, _with_uv_and(**setting), "Ready. Next:"))
_with("pip is not allowed to use the package index: PIP_NO_INDEX=1.", "PIP_NO_INDEX=1", PIP_NO_INDEX="1")
_with("PIP_TIMEOUT=soon", "PIP_TIMEOUT=soon", PIP_TIMEOUT="soon")
FAULTS.append(
    Fault("UV_OFFLINE=1", _with_uv_and(UV_OFFLINE="1"), "uv is not allowed to use the package index: UV_OFFLINE=1.")
)
FAULTS.append(Fault("UV_INDEX_STRATEGY=mine", _with_uv_and(UV_INDEX_STRATEGY="mine"), "UV_INDEX_STRATEGY=mine"))


def _stamped_and_empty(lab: Lab) -> int:
    """What earlier versions left where a setting had sent the packages elsewhere."""
    assert lab.generate() == 0 and "Ready. Next:" in lab.output, lab.output
    for path in lab.root.glob(".venv/lib/python3*/site-packages/exam_*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (lab.root / ".exam" / "ready.json").unlink()
    return lab.bootstrap()


def _without_pip(uv: bool) -> Callable[[Lab], int]:
    """Return an injection: a .venv without pip lies there, as uv and PyCharm make it."""

    def inject(lab: Lab) -> int:
        assert lab.generate(EXAM_ENVIRONMENT="skip") == 0, lab.output
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(lab.root / ".venv")], check=True)
        lab.settings |= with_uv(lab) | {"PIP_INDEX_URL": ""} if uv else {}
        return lab.bootstrap()

    return inject


for installer in ("pip", "uv"):
    FAULTS.append(Fault(f"an environment without pip ({installer})", _without_pip(installer == "uv"), "Ready. Next:"))


def _moved(lab: Lab) -> int:
    """Its commands then start the Python of the new place; the old one is gone."""
    assert lab.generate() == 0, lab.output
    place = lab.root.rename(lab.folder / "elsewhere")
    done = lab._run([sys.executable, "bootstrap.py"], place)
    read = lab.output
    for command in ("pip", "exam-one"):
        lab._run([str(place / ".venv" / "bin" / command), "--version"], place)
        assert str(place) in lab.output, lab.output
    place.rename(lab.root)
    lab.output = read
    return done


FAULTS.append(Fault("stamped as installed, and empty", _stamped_and_empty, "Ready. Next:"))
FAULTS.append(Fault("moved to another folder", _moved, "Ready. Next:"))


def _stopped(step: int, number: str, whole_group: bool) -> Callable[[Lab], int]:
    """Return an injection that sends a signal, by name, while a step runs: as soon as the step before has ended."""

    def inject(lab: Lab) -> int:
        assert lab.generate(EXAM_ENVIRONMENT="skip") == 0, lab.output
        for path in [lab.root / "exam.toml", *lab.root.glob("Category*")]:  # as before the draw
            path.unlink() if path.is_file() else shutil.rmtree(path)
        lines: list[str] = []
        with lab.start() as child:
            assert child.stdout is not None
            while not any(line.startswith(f"[{step - 1}/6]") for line in lines) and step > 1:
                lines.append(child.stdout.readline())
                assert lines[-1], lines
            time.sleep(0.03 if step in (1, 2) else 0.4)
            (os.killpg if whole_group else os.kill)(child.pid, getattr(signal, number))
            lab.output = "".join(lines) + child.stdout.read()
        return child.returncode

    return inject


for step, what in enumerate(("Python", "Exam", "Environment", "Packages", "Proof", "Training data"), 1):
    if step > 1:  # the first step is over before a key can be pressed
        stopped = "Stopped. Nothing is lost; continue with: "
        FAULTS.append(Fault(f"Ctrl-C at step {step}, {what}", _stopped(step, "SIGINT", True), stopped))
    FAULTS.append(Fault(f"kill -9 at step {step}, {what}", _stopped(step, "SIGKILL", False), ""))


def _without_venv(lab: Lab) -> int:
    """A Debian without python3-venv: this Python, whose venv and ensurepip cannot be found."""
    folder = lab.folder.parent / "debian"
    folder.mkdir(exist_ok=True)
    code = (
        "import importlib.util as u, runpy, sys; real = u.find_spec; "
        "u.find_spec = lambda name, *a: None if name in ('venv', 'ensurepip') else real(name, *a); "
        f"sys._base_executable = {str(folder / 'python3')!r}; sys.argv = sys.argv[1:]; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    script = "#!/bin/sh\ncase \"$*\" in *'-m venv'*) echo 'No module named venv' >&2; exit 1;; esac\n"
    script += f"for last; do case \"$last\" in *bootstrap.py) exec {sys.executable} -c \"$CODE\" bootstrap.py "
    script += f"${{2+\"$2\"}};; esac; done\nexec {sys.executable} \"$@\"\n"
    wrapper = folder / "python3"
    wrapper.write_text(script)
    wrapper.chmod(0o755)
    assert lab.generate(EXAM_ENVIRONMENT="skip") == 0
    return lab.bootstrap(str(wrapper), PATH=str(folder), PYENV_ROOT="none", HOME="none", CODE=code)


def _only(version: str) -> Callable[[Lab], int]:
    """Return an injection: a wrapper that reports ``version`` is the only Python there is."""

    def inject(lab: Lab) -> int:
        folder = lab.folder.parent / f"python-{version}"
        folder.mkdir(exist_ok=True)
        for name in ("python3", "python"):
            code = (
                f"import platform, runpy, sys; platform.python_version = lambda: '{version}.1'; "
                "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
            )
            (folder / name).write_text(f'#!/bin/sh\n[ "$1" = -I ] && shift 2\nexec {sys.executable} -c "{code}" "$@"\n')
            (folder / name).chmod(0o755)
        assert lab.generate(EXAM_ENVIRONMENT="skip") == 0
        return lab.bootstrap(str(folder / "python3"), PATH=str(folder), PYENV_ROOT="none", HOME="none")

    return inject


for version in ("3.10", "3.14"):
    FAULTS.append(Fault(f"only Python {version}", _only(version), "TensorFlow needs Python 3.11 to 3.13 (64 bit)"))


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a disk of its own at ``folder``; skip where this user may not."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5g", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        raise PermissionError("mounting a small disk needs an administrator")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def resize(folder: Path, free: int | None) -> None:
    """Leave ``free`` bytes on the small disk, or all of it again."""
    size = 5 * 2**30 if free is None else shutil.disk_usage(folder).used + free
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def _full(free: int, before_the_draw: bool = False) -> Callable[[Lab], int]:
    def inject(lab: Lab) -> int:
        assert lab.generate(EXAM_ENVIRONMENT="skip") == 0, lab.output
        if before_the_draw:
            for path in [lab.root / "exam.toml", *lab.root.glob("Category*")]:
                path.unlink() if path.is_file() else shutil.rmtree(path)
        resize(lab.folder, free)
        return lab.bootstrap()

    return inject


def _room_again(lab: Lab) -> None:
    resize(lab.folder, None)


for place, room in (("draw", 4096), ("environment", 2 * MEGABYTE), ("packages", 40 * MEGABYTE)):
    FAULTS.append(Fault(f"disk full at the {place}", _full(room, place == "draw"), "The disk is full.", _room_again))


def _small_from_the_start(lab: Lab) -> int:
    resize(lab.folder, 10 * MEGABYTE)
    return lab.generate()


FAULTS.append(
    Fault("disk full from the start", _small_from_the_start, "free some space first.", _room_again, resumes=False)
)


def _read_only(part: str) -> Callable[[Lab], int]:
    def inject(lab: Lab) -> int:
        assert lab.generate(EXAM_ENVIRONMENT="skip") == 0, lab.output
        (lab.root / part).chmod(0o555)
        return lab.bootstrap()

    return inject


def _writable_again(lab: Lab) -> None:
    for folder in (lab.folder, lab.root, lab.root / ".exam"):
        folder.chmod(0o755) if folder.exists() else None


for part in (".", ".exam"):
    name = "read-only workspace" if part == "." else "read-only .exam"
    FAULTS.append(Fault(name, _read_only(part), "not writable", _writable_again))


def _read_only_place(lab: Lab) -> int:
    lab.folder.chmod(0o555)
    return lab.generate()


FAULTS.append(Fault("read-only place", _read_only_place, "Unable to create directory", _writable_again, resumes=False))
FAULTS.append(Fault("Python without venv", _without_venv, "sudo apt install python3."))


def _again(*options: str) -> Callable[[Lab], int]:
    """Return an injection: the network dies during the first generation, and a second one goes to the same place."""

    def inject(lab: Lab) -> int:
        lab.index.mode, lab.index.files = "dies", 0
        assert lab.generate() == 0 and "Not ready" in lab.output, lab.output
        lab.index.mode = "works"
        return lab.generate(options=options)

    return inject


FAULTS.append(Fault("generated again, without an option", _again(), "already exists"))
FAULTS.append(Fault("generated again with -f", _again("-f"), "Ready. Next:"))
FAULTS.append(Fault("generated again with -f -s", _again("-f", "-s"), "Ready. Next:"))


def _injection(lab: Lab) -> int:
    name = "'; touch CANARY #\" $(touch CANARY) `touch CANARY` ${HOME} & <b> \\"
    status = lab.generate(name=name)
    assert not list(lab.folder.rglob("CANARY"))
    return status


def _no_output(lab: Lab) -> int:
    """As started by a program that has closed its output."""
    assert lab.generate(EXAM_ENVIRONMENT="skip") == 0
    lab.output = "nothing: there is nowhere to write to"
    command = [sys.executable, "-c", CLOSED]
    return subprocess.run(command, cwd=lab.root, env=lab.environment(), close_fds=True, check=False).returncode


CLOSED = "import os, sys; [os.close(n) for n in (0, 1, 2)]; os.execv(sys.executable, [sys.executable, 'bootstrap.py'])"
FAULTS.append(Fault("a name that is an injection", _injection, "Ready. Next:"))
FAULTS.append(Fault("no terminal, input and output closed", _no_output, ""))


def _own_index(lab: Lab) -> dict[str, str | None]:
    """Return the settings with which uv is used, and takes packages from the index and the cache of this machine."""
    loopback = dict.fromkeys(("PIP_INDEX_URL", "PIP_RETRIES", "PIP_TIMEOUT", "PIP_NO_CACHE_DIR"))
    theirs = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}
    return {**loopback, **theirs, "PATH": with_uv(lab)["PATH"]}


def _gpu_lock(lab: Lab) -> int:
    """The real engine and the whole lock for a GPU: what it lacks is missed by commands that the proof does not try.

    More than 3 GB are downloaded where uv's cache has none of it yet. The last column shows whether the proof passes
    without a card; in either case a model that is not there is graded, and the page is written.
    """
    lab.template = copy_whole_template(lab.folder.parent / "whole")
    lab.settings |= _own_index(lab)
    lab.seconds = 3600
    assert lab.generate(options=("accelerator=gpu",)) == 0, lab.output
    generated, exam = lab.output, [str(lab.root / ".venv" / "bin" / "python"), "-m", "exam"]
    assert "requirements-gpu.txt installed with " in generated, generated
    graded = lab._run([*exam, "grade", "1"], lab.root)
    assert graded == 1 and "There is no Category1/mymodel.h5" in lab.output, lab.output
    status = lab._run([*exam, "report", "--no-open", "--output", "report.html"], lab.root)
    assert status == 0 and "Category 1" in (lab.root / "report.html").read_text(encoding="utf-8"), lab.output
    return status


FAULTS.append(Fault("GPU lock, then report", _gpu_lock, "Report: "))


def prepare(folder: Path, packages: Mapping[str, int] = PACKAGES) -> tuple[Path, Index]:
    """Make the wheels, the copied template and the index."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    lock = "".join(make_wheel(wheels, name, size) for name, size in packages.items())
    return copy_template(folder / "template", lock), Index(wheels)


def attempt(fault: Fault, folder: Path, template: Path, index: Index) -> tuple[Lab, int, str, bool]:
    """Break one generation and continue it; return the lab, the first exit status, what was left, and the end."""
    place = folder / "place"
    place.mkdir(parents=True)
    index.mode = "works"
    lab = Lab(place, template, index)
    if not fault.name.startswith("disk full"):
        return _attempt(fault, lab)
    with small_disk(place):
        return _attempt(fault, lab)


def _attempt(fault: Fault, lab: Lab) -> tuple[Lab, int, str, bool]:
    status = fault.inject(lab)
    read, left = lab.output, lab.left()
    fault.mend(lab)
    lab.bootstrap() if fault.resumes else lab.generate()
    resumed, after = lab.is_finished(), lab.output
    lab.output = read if resumed else f"{read}\n--- then ---\n{after}"
    return lab, status, left, resumed


def sentence(output: str) -> str:
    """Return what a learner reads of a failure, without the places of this machine."""
    told = [line for line in output.splitlines() if line.strip() and not line.startswith(("[", "      ", "  "))]
    if "Unable to create directory" in output:
        return "OSError: Unable to create directory, after a traceback of cookiecutter, before any code of ours"
    wanted = ("Not ready", "Ready", "The ")
    text = " ".join(line for line in told if "tinue with" in line or line.startswith(wanted))
    text = re.sub(r"\S*/(?=my_exam\b|bootstrap|python|place|pip\.conf|uv\.toml)", "", text or " ".join(told[-1:]))
    return text.replace("|", "/") or "nothing: the process was ended at once"


HEAD = """# Generation under fault

Made for real and written by: python3 make.py faults

| fault | exit status | what the learner reads | what was left | finished by the next run |
|---|---|---|---|---|
"""


def rows() -> dict[str, str]:
    """Return fault -> its row of the table."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()[6:] if TABLE.exists() else []
    return {line.removeprefix("| ").partition(" | ")[0]: line for line in lines}


def main(names: list[str]) -> int:
    """Try all faults, or those that are named, and write their rows; 1 when one was not finished by the next run."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        template, index = prepare(Path(name, "lab"))
        for number, fault in enumerate(FAULTS):
            if names and not any(part in fault.name for part in names):
                continue
            lab, status, left, resumed = attempt(fault, Path(name, str(number)), template, index)
            failed += not resumed
            row = f"| {fault.name} | {status} | {sentence(lab.output)} | {left} | {'yes' if resumed else 'NO'} |"
            print(row, flush=True)
            known = {**rows(), fault.name: row}
            text = "".join(f"{known[one.name]}\n" for one in FAULTS if one.name in known)
            TABLE.write_text(HEAD + text, encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    raise SystemExit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Makes this workspace ready: finds a Python, draws the exam, makes .venv, installs, proves, makes the data.

    python3 bootstrap.py        (on Windows: py bootstrap.py)

Any Python from 3.8 on may start it. Run again at any time: it goes on where it stopped, and a ready workspace is
left alone. Standard library only, because it runs before anything is installed.

Exit status: 0 ready, 2 wrong usage, 3 not ready (what happened and how to go on is printed), 130 stopped by Ctrl-C.
The generating hook calls ``main(["--from-hook"])``, where EXAM_ENVIRONMENT decides what a failure means.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and not getattr(sys.flags, "safe_path", False):
    sys.path.append(sys.path.pop(0))  # this folder: a file of the learner's must not stand for a module of Python

import contextlib
import glob
import hashlib
import importlib.util
import io
import json
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sysconfig
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Callable, Dict, Iterator, List, NamedTuple, NoReturn, Optional, Tuple

if TYPE_CHECKING:
    import argparse

ROOT = Path(__file__).resolve().parent
INSTALLATION = str(ROOT / "exam" / "machine" / "installation.py")
ON_WINDOWS = os.name == "nt"
STEPS = 6
Tick = Callable[[str], None]
MODES = ("auto", "skip", "required")
NOT_READY, INTERRUPTED = 3, 130
# pip's last words before it unpacks for a minute; the line before them says what it is doing.
UNTELLING = ("Attempting uninstall", "Found existing installation", "Uninstalling ", "Successfully uninstalled")

# What would make a Python load other code, or stand for another Python, or let Windows's py install one unasked.
UNWANTED = (
    "PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONSTARTUP VIRTUAL_ENV __PYVENV_LAUNCHER__ PYLAUNCHER_ALLOW_INSTALL "
    "PYLAUNCHER_ALWAYS_INSTALL PYLAUNCHER_DRYRUN"
).split()
# What pip and uv are told: how an index is reached, and where their own files lie. All else stays with the user: it
# could send packages elsewhere, or take others.
KEPT = re.compile(
    "PIP_((EXTRA_)?INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|PROXY|CERT|CLIENT_CERT|(DEFAULT_)?TIMEOUT|RETRIES"
    "|KEYRING_PROVIDER|(NO_)?CACHE_DIR|USE_FEATURE|USE_DEPRECATED)"
    "|UV_((DEFAULT_|NO_)?INDEX|(EXTRA_)?INDEX_URL|INDEX_\\w+_(USERNAME|PASSWORD)|INDEX_STRATEGY|FIND_LINKS|OFFLINE"
    "|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|KEYRING_PROVIDER|CREDENTIALS_DIR|CACHE_DIR|NO_CACHE|LINK_MODE"
    "|CONCURRENT_\\w+|HTTP_(TIMEOUT|RETRIES|CONNECT_TIMEOUT)|REQUEST_TIMEOUT|PYTHON_INSTALL_\\w+)"
)
FILES = ("PIP_CONFIG_FILE", "UV_CONFIG_FILE", "UV_NO_CONFIG")  # which files with settings there are
PIPS_NETWORK = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_PROXY", "PIP_CLIENT_CERT")
OFF = ("", "0", "false", "no", "off")

# What TensorFlow has files for; on Linux with glibc 2.28 or later.
BUILDS = ("win-amd64", "linux-x86_64", "linux-aarch64", "darwin-arm64", "darwin-x86_64")
ELSEWHERE = {
    "win": "TensorFlow has no files for {build}: install the x64 Python {version}, which runs on this Windows too.",
    "musl": "TensorFlow has no files for a Linux with musl, such as Alpine: use one with glibc, such as Debian.",
}
NOWHERE = "TensorFlow has no files for this system ({build})."


class Python(NamedTuple):
    """An interpreter that has been seen to run."""

    path: str
    version: str
    has_venv: bool


class Settings(NamedTuple):
    """What the user has set for the installers, in variables and in files.

    Attributes:
        values: variable -> value, what the files say included; as the installer is told.
        files: variable -> the file that says so, where it is one.
        broken: installer -> which of its files cannot be read, and why.
    """

    values: Dict[str, str]
    files: Dict[str, str]
    broken: Dict[str, str]


class Target(NamedTuple):
    """Where an environment is made: the working folder, the virtual environment and the folder of logs."""

    root: Path
    venv: Path
    logs: Path


class NotReady(Exception):
    """A step failed; the text is one sentence for the learner."""


class WrongUsage(Exception):
    """The command or a setting cannot be understood; the text is one sentence."""


# ---------------------------------------------------------------------------------------------------------- Python


def describe() -> Dict[str, object]:
    """Say what the interpreter that runs this is; ``fit`` for TensorFlow's wheels, apart from its version."""
    return {
        "path": getattr(sys, "_base_executable", None) or sys.executable,
        "version": platform.python_version(),
        "build": build(),
        "fit": platform.python_implementation() == "CPython"
        and sys.maxsize > 2**32
        and build() in BUILDS
        and not sysconfig.get_config_var("Py_GIL_DISABLED"),
        "has_venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
    }


def build() -> str:
    """Return the system and the machine that this Python was built for."""
    if ON_WINDOWS:  # where one for another machine runs too
        return sysconfig.get_platform()
    system = "musl" if "musl" in str(sysconfig.get_config_var("SOABI")) else sys.platform
    return f"{system}-{platform.machine()}"


def supported_versions() -> Tuple[str, ...]:
    """Return the Python versions that the lock has wheels for, newest first."""
    intel_mac = sys.platform == "darwin" and platform.machine() == "x86_64"
    return ("3.12", "3.11") if intel_mac else ("3.13", "3.12", "3.11")


def minor(version: str) -> str:
    """Return ``3.12`` of ``3.12.1``."""
    return ".".join(version.split(".")[:2])


def believed(answer: Dict[str, object]) -> Optional[Python]:
    """Return what an interpreter said of itself, or None when it is not a supported Python."""
    version = str(answer["version"])
    if not answer["fit"] or minor(version) not in supported_versions():
        return None
    if not ON_WINDOWS and answer.get("build", build()) != build():
        return None  # a Mac's Intel Python on an ARM Mac, or the reverse: its packages would be others
    return Python(str(answer["path"]), version, bool(answer["has_venv"]))


def probe(command: List[str]) -> Optional[Python]:
    """Run one candidate and return what it says of itself, or None when it is not a supported Python.

    A name on PATH proves nothing: a shim of pyenv exists for versions that it then refuses to run.
    """
    try:
        return believed(json.loads(_output_of([*command, "-I", "-B", os.path.abspath(__file__), "--describe"])))
    except (ValueError, KeyError, TypeError):
        return None


def candidates() -> Iterator[List[str]]:
    """Yield commands that may start another supported Python, the likeliest first."""
    versions = supported_versions()
    for name in (*(f"python{version}" for version in versions), "python3", "python"):
        path = shutil.which(name)
        if path:
            yield [path]
    launcher = shutil.which("py") if ON_WINDOWS else None
    for version in versions if launcher else ():
        yield [str(launcher), f"-{version}"]
    pyenv = os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv" / ("pyenv-win" if ON_WINDOWS else ""))
    inside = "python.exe" if ON_WINDOWS else os.path.join("bin", "python")
    for version in versions:
        for folder in sorted(glob.glob(os.path.join(glob.escape(pyenv), "versions", f"{version}.*"))):
            yield [os.path.join(folder, inside)]
    uv = shutil.which("uv")
    for version in versions if uv else ():
        path = _output_of([str(uv), "python", "find", "--no-python-downloads", "--no-project", version])
        if path:
            yield [path]


def find_python() -> Optional[Python]:
    """Return the first supported Python that can make virtual environments, else any supported one, else None."""
    incomplete = believed(describe())
    if incomplete and incomplete.has_venv:
        return incomplete
    for command in candidates():
        python = probe(command)
        if python and python.has_venv:
            return python
        incomplete = incomplete or python
    return incomplete


def no_python() -> str:
    """Return the sentence for a machine without a supported Python."""
    versions = supported_versions()
    if build() not in BUILDS and sys.maxsize > 2**32:
        return ELSEWHERE.get(build().split("-")[0], NOWHERE).format(build=build(), version=versions[-2])
    install = f"uv python install {versions[-2]}" if shutil.which("uv") else f"install Python {versions[-2]}"
    return f"TensorFlow needs Python {versions[-1]} to {versions[0]} (64 bit), and none was found: {install}."


def _output_of(command: List[str], settings: Optional[Dict[str, str]] = None) -> str:
    """Return what a short command prints, empty when it fails; ``settings`` join its environment."""
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**child_environment(), **(settings or {})},
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout.decode("utf-8", "replace").strip()


def remove(path: Path) -> None:
    """Remove a file if it is there; try again for half a second while a scanner of Windows has it open."""
    for pause in (0.05, 0.15, 0.3, None):
        try:
            path.unlink()
        except FileNotFoundError:
            pass
        except PermissionError:
            if pause is None:
                raise
            time.sleep(pause)
            continue
        return


# ------------------------------------------------------------------------------------------------------- Processes


def child_environment() -> Dict[str, str]:
    """Return the environment for child processes: ours, without what would send an installation astray."""
    variables = {name: value for name, value in os.environ.items() if _is_kept(name.upper())}
    own = {"PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}  # installation.py reads the files, and chooses
    plain = {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1", "PYTHON_MANAGER_AUTOMATIC_INSTALL": "false"}
    return {**variables, **own, **plain}


def _is_kept(name: str) -> bool:
    if name.startswith(("PIP_", "UV_")):
        return KEPT.fullmatch(name) is not None
    return name not in UNWANTED


class Step:
    """Shows one numbered step while it runs and how long it took; a context manager."""

    def __init__(self, number: int, title: str, steps: int = STEPS, every: float = 10.0) -> None:
        """Name the step; ``every`` is the pause in seconds between progress lines where nothing can be redrawn."""
        self.head = f"[{number}/{steps}] {title} ..."
        self.result = "done"
        self.out = sys.stdout
        self.every = every
        self.start = self.last = time.monotonic()
        self.redraws = self.out.isatty()

    def __enter__(self) -> Step:
        """Start the clock."""
        self.start = self.last = time.monotonic()
        self._redraw("")
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Print the line that stays."""
        result = "stopped" if kind is KeyboardInterrupt else "failed" if kind else self.result
        self._redraw(None)
        print(f"{self.head} {result} ({time.monotonic() - self.start:.1f} s)", file=self.out, flush=True)

    def tick(self, line: str) -> None:
        """Say that work goes on: ``line`` is the latest that the child has printed."""
        now = time.monotonic()
        text = f"{now - self.start:.0f} s  {line}"
        if self.redraws:
            self._redraw(text)
        elif now - self.last >= self.every:
            self.last = now
            print(f"      {_ascii(text)[:100]}", file=self.out, flush=True)

    def _redraw(self, text: Optional[str]) -> None:
        """Replace the current terminal line; None clears it."""
        if not self.redraws:
            return
        width = max(shutil.get_terminal_size().columns - 1, 20)
        line = "" if text is None else _ascii(f"{self.head} {text}")[:width]
        self.out.write("\r" + line.ljust(width) + ("\r" if text is None else ""))
        self.out.flush()


def _ascii(text: str) -> str:
    """Return ``text`` as any terminal can show it."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def run(
    command: List[str], root: Path, log: Path, tick: Tick, settings: Optional[Dict[str, str]] = None
) -> Tuple[int, str]:
    """Run a child to its end and return its exit status and output; the output also goes to ``log`` as it comes.

    ``tick`` is called five times a second with the latest line. Ctrl-C ends the child before it is passed on.
    ``settings`` join its environment.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: List[str] = []
    with log.open("ab") as record:
        record.write(f"\n$ {' '.join(command)}\n".encode("utf-8", "replace"))
        child = subprocess.Popen(
            command,
            cwd=str(root),
            env={**child_environment(), **(settings or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert child.stdout is not None
        reader = threading.Thread(target=_read_lines, args=(child.stdout, record, lines), daemon=True)
        reader.start()
        try:
            while reader.is_alive():
                reader.join(0.2)
                tick(next((line for line in reversed(lines) if not line.startswith(UNTELLING)), "working"))
            status = child.wait()
        except BaseException:
            _stop(child)
            reader.join(2)
            raise
    return status, "\n".join(lines)


def _read_lines(stream: IO[bytes], record: IO[bytes], lines: List[str]) -> None:
    """Copy ``stream`` to ``record`` and its non-empty lines to ``lines``."""
    with stream:
        for raw in stream:
            with contextlib.suppress(OSError):  # on a full disk, what the child says is still wanted
                record.write(raw)
                record.flush()
            text = raw.decode("utf-8", "replace").rstrip()
            if text:
                lines.append(text.split("\r")[-1].strip())


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End a child: politely first, for good after five seconds."""
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()


# -------------------------------------------------------------------------------------------------------- Failures

NETWORK = (
    "name resolution|name or service not known|nodename nor servname|getaddrinfo|failed to lookup|dns error"
    "|failed to establish a new connection|connection refused|connection reset|connection aborted|connect error"
    "|network is unreachable|no route to host|timed out|timeout|error sending request|remotedisconnected"
    "|actively refused"
)
CAUSES = (
    ("dll load failed|could not find the dll|msvcp140|vcruntime140",
     "TensorFlow lacks the Microsoft Visual C++ Redistributable (x64); install it from Microsoft."),
    ("no space left|not enough space|disk quota exceeded|errno 28|os error 112", "The disk is full."),
    ("externally-managed-environment|is externally managed",
     "This Python belongs to the system, which does not let you install packages into it: install another Python."),
    ("error occurred during configuration|failed to parse environment|error: invalid value|is not a valid value for",
     "A setting of the installer has a value that it does not understand."),
    ("ensurepip is not available|no module named '?(venv|ensurepip)", "This Python cannot make virtual environments."),
    ("do not match the hashes|hash mismatch|hashes are required",
     "A downloaded file is incomplete, or is not the one that was locked."),
    ("certificate_verify_failed|certificate verify failed|invalid peer certificate|unknownissuer|sslerror",
     "The certificate of the package index is not trusted here (because of your organisation's proxy?)."),
    ("proxyerror|cannot connect to proxy|proxy authentication|tunnel connection failed",
     "The proxy refused the connection."),
    (r"(40[0134]|410) client error|http error 4\d\d|client error \(4\d\d",
     "The package index refused a file or does not have it (is its address right?)."),
    (r"50\d server error|http error 5\d\d|server error \(5\d\d|too many 5\d\d",
     "The package index itself has an error; try again later."),
    (NETWORK, "No network: the package index could not be reached."),
    (r"(tensorflow|numpy|h5py|grpcio|libclang|ml[-_]dtypes|optree|pandas|scipy|wrapt)[\w-]*==\S+ \(from versions: none",
     "The package index has no matching file for this system and Python."),
    ("from versions: none|not found in the package registry",
     "The package index has nothing by that name (is its address right, and does it respond?)."),
    ("no matching distribution|no solution found|no wheels with|not a supported wheel|requires a different python",
     "The package index has no matching file for this system and Python."),
    ("permission denied|read-only file|access is denied|permissionerror|errno 13|winerror 32|os error (5|13|30|32)",
     "A file is not writable or is in use by another program."),
)
ILLEGAL_INSTRUCTION = (-getattr(signal, "SIGILL", 4), 0xC000001D)


def cause_of(output: str, status: int) -> str:
    """Return in one sentence why a child failed, as far as its output tells."""
    if status in ILLEGAL_INSTRUCTION:
        return "The processor lacks instructions (AVX) that TensorFlow needs."
    for pattern, sentence in CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return sentence
    if status < 0:
        return f"It was ended by signal {-status} (too little memory?)."
    last = output.splitlines()[-1:] or ["It printed nothing"]
    return f"{last[0][:200]} (status {status})."


def refused(error: OSError) -> str:
    """Return what the disk refused, in one sentence, with the file."""
    where = f" File: {error.filename}." if error.filename else ""
    return cause_of(str(error), 1) + where


def run_or_fail(what: str, command: List[str], target: Target, log_name: str, tick: Tick) -> str:
    """Run a child and return its output.

    Raises:
        NotReady: it failed; the text has the cause and the log.
    """
    log = target.logs / log_name
    status, output = _run(command, target, log, tick)
    if status:
        raise failure(what, cause_of(output, status), target, log)
    return output


def _run(
    command: List[str], target: Target, log: Path, tick: Tick, settings: Optional[Dict[str, str]] = None
) -> Tuple[int, str]:
    """Run a child; one that cannot be started has failed too."""
    try:
        return run(command, target.root, log, tick, settings)
    except OSError as error:
        return 1, str(error)


def failure(what: str, cause: str, target: Target, log: Path) -> NotReady:
    """Return the sentence for a step that failed."""
    return NotReady(f"{what} failed. {cause} Details: {log.relative_to(target.root).as_posix()}")


# ----------------------------------------------------------------------------------------------------------- Steps


def workspace(root: Path) -> Target:
    """Return where the environment of the workspace at ``root`` is made."""
    return Target(root, root / ".venv", root / ".exam" / "log")


def venv_python(venv: Path) -> str:
    """Return the path of a virtual environment's interpreter."""
    return str(venv / ("Scripts/python.exe" if ON_WINDOWS else "bin/python"))


def lock_of(root: Path) -> Path:
    """Return the lock to install: the one with the GPU libraries when exam.toml asks for them."""
    try:
        text = (root / "exam.toml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    wants_gpu = re.search(r'^\s*accelerator\s*=\s*["\']gpu["\']', text, re.MULTILINE)
    return root / ("requirements-gpu.txt" if wants_gpu else "requirements.txt")


def hash_of(lock: Path) -> str:
    """Return the SHA-256 of a lock without regard to line endings."""
    return hashlib.sha256(lock.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def is_installed(venv: Path, lock: Path) -> bool:
    """Return whether exactly this lock has been installed, to its end."""
    try:
        return (venv / ".lock-sha256").read_text(encoding="ascii").strip() == hash_of(lock)
    except (OSError, ValueError):
        return False


def is_ready(root: Path) -> bool:
    """Return whether nothing is left to do: installed, proven, unmoved, an exam drawn and its data there."""
    have_data = all(any((root / f"Category{number}" / "data").glob("*")) for number in range(1, 6))
    drawn = (root / "exam.toml").is_file() and not (root / ".exam" / "draw").exists()
    if not (drawn and have_data and is_installed(workspace(root).venv, lock_of(root))):
        return False
    command = [venv_python(workspace(root).venv), "-m", "exam.records.ready_marker"]
    try:
        return subprocess.run(
            command, cwd=str(root), env=child_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ).returncode == 0
    except OSError:
        return False


def draw_exam(target: Target, python: Python, step: Step) -> str:
    """Draw the first exam, or finish an interrupted draw."""
    if (target.root / "exam.toml").is_file() and not (target.root / ".exam" / "draw").exists():
        return "already there"
    run_or_fail("Drawing the exam", [python.path, "-B", "-m", "exam.draw"], target, "draw.log", step.tick)
    return "drawn"


def draw_quickly(root: Path) -> None:
    """Draw the first exam without a second process where this Python can: nothing else takes time then."""
    if sys.version_info < (3, 11):
        draw_exam(workspace(root), require_python(), Step(2, "Exam"))
        return
    sys.path.insert(0, str(root))
    from exam.draw import main as draw_into

    if draw_into(root):
        raise NotReady("The exam could not be drawn.")


def make_venv(target: Target, python: Python, step: Step) -> str:
    """Make the virtual environment, or keep the one that is there when it works and was not moved.

    An installation that was cut off leaves packages in halves, which no installer notices: then it is made anew.
    """
    venv = target.venv
    half_made = target.logs / f"{venv.name}.unfinished"  # outside of it: making it anew empties it
    inside = probe([venv_python(venv)]) if os.path.exists(venv_python(venv)) else None
    broken = inside is None or half_made.exists() or (venv / ".installing").exists()
    if not broken and _was_made_here(venv):
        return "already there"
    if inside is None or broken:
        command = [python.path, "-m", "venv", "--clear", str(venv)]
    else:
        command = [inside.path, "-m", "venv", str(venv)]  # its own Python writes the scripts again, packages stay
    half_made.parent.mkdir(parents=True, exist_ok=True)
    half_made.touch()
    try:
        run_or_fail("Making the environment", command, target, "install.log", step.tick)
    except NotReady as error:
        if python.has_venv or ON_WINDOWS:
            raise
        package = f"python{minor(python.version)}-venv"
        raise NotReady(f"{python.path} cannot make virtual environments: sudo apt install {package}") from error
    remove(half_made)
    if broken:
        return "made"
    scripts = [venv_python(venv), "-I", "-B", INSTALLATION, "scripts"]
    run_or_fail("The repair", scripts, target, "install.log", step.tick)
    return "repaired after a move"


def find_engine(venv: Path, root: Path) -> None:
    """Let the environment's Python find the engine, in whatever folder it is started, and behind everything else.

    Python reads the file in the encoding that is set when it starts, and does not start where that fails: only a line
    of ASCII is read alike everywhere. ``exam/processes/launch.py`` knows the line, too.
    """
    text = f"import os, sys; sys.path.append(os.fsdecode({os.fsencode(root.resolve())!r}))\n"
    folders = [venv / "Lib" / "site-packages", *sorted(venv.glob("lib/python3*/site-packages"))]
    for folder in folders:
        if folder.is_dir():
            (folder / "exam_workspace.pth").write_text(text, encoding="ascii")


def _was_made_here(venv: Path) -> bool:
    """Return whether the environment still lies where it was made; its activate scripts hold the full path."""
    try:
        settings = (venv / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    commands = [line for line in settings.splitlines() if line.startswith("command =")]
    return not commands or commands[0].rstrip().endswith(str(venv))


def ask(python: str, *words: str) -> object:
    """Return what ``exam/machine/installation.py`` answers; it is run by the Python of the environment.

    Raises:
        NotReady: it has no answer.
    """
    files = {name: os.environ.get(name, "") for name in FILES}
    try:
        return json.loads(_output_of([python, "-I", "-B", INSTALLATION, *words], files))
    except ValueError:
        raise NotReady("The Python of .venv does not respond: delete the folder .venv.") from None


def settings_for(python: str, root: Path) -> Settings:
    """Return what the user has set for pip and uv; a variable outweighs a file, as both have it."""
    answer = ask(python, "settings", str(root))
    assert isinstance(answer, dict)
    variables = {name: value for name, value in child_environment().items() if KEPT.fullmatch(name)}
    entries = {name: entry for kind in ("pip", "uv") for name, entry in answer[kind].items() if name not in os.environ}
    values = {**{name: value for name, (value, _) in entries.items()}, **variables}
    return Settings(values, {name: file for name, (_, file) in entries.items()}, answer["broken"])


def installer(python: str, settings: Settings) -> List[str]:
    """Return the command that installs packages: uv where there is one, unless pip was given an index of its own.

    uv does not read pip's settings; who set an index or a proxy for pip wants it used.

    Raises:
        NotReady: a file with settings cannot be read.
    """
    uv = shutil.which("uv")
    network = PIPS_NETWORK if "SSL_CERT_FILE" in os.environ else (*PIPS_NETWORK, "PIP_CERT")
    for_pip = any(name in settings.values for name in network) and "UV_DEFAULT_INDEX" not in settings.values
    use = "pip" if not uv or for_pip else "uv"
    if use in settings.broken:
        raise NotReady(f"A file with settings for {use} is damaged: {settings.broken[use]}. Fix it, or move it away.")
    if use == "pip":
        return [python, "-m", "pip", "--disable-pip-version-check", "install", "--no-input"]
    no_index = ["--no-index"] if settings.values.get("UV_NO_INDEX", "").lower() not in OFF else []
    return [str(uv), "pip", "install", "--python", python, *no_index]


def cause_with_settings(output: str, status: int, use: str, settings: Settings) -> str:
    """Return why an installation failed, with what the user has set where that may be the reason."""
    values = {name: value for name, value in settings.values.items() if name.startswith(f"{use.upper()}_")}
    labels = {name: _setting_text(name, values[name], settings.files.get(name)) for name in sorted(values)}
    for name in labels:
        if name.endswith(("_NO_INDEX", "_OFFLINE")) and values[name].lower() not in OFF:
            return f"{use} is not allowed to use the package index: {labels[name]}."
    cause = cause_of(output, status)
    if "does not understand" in cause:
        lines = [labels[name] for name in labels if re.search(rf"(?<!\w){re.escape(values[name])}(?!\w)", output)]
    elif re.search("index|network|proxy|certificate", cause):
        lines = [labels[name] for name in labels if re.search("INDEX|LINKS|HOST|PROXY|CERT|TLS", name)]
    else:
        lines = []
    return f"{cause} You have set: {', '.join(lines)}." if lines else cause


def _setting_text(name: str, value: str, file: Optional[str]) -> str:
    """Return a setting as the user wrote it; an address stays where it is, for it may hold a password."""
    key = name.split("_", 1)[1].lower().replace("_", "-") if file else name
    return (key if re.search("[:/]", value) else f"{key}={value}") + (f" in {file}" if file else "")


def install(target: Target, lock: Path, step: Step) -> str:
    """Install the lock into the virtual environment; the stamp that says so is written last.

    Raises:
        NotReady: it failed, or the packages went elsewhere.
    """
    python, log = venv_python(target.venv), target.logs / "install.log"
    stamp, unfinished = target.venv / ".lock-sha256", target.venv / ".installing"
    if is_installed(target.venv, lock) and not ask(python, "missing", str(lock)):
        return "already there"
    remove(stamp)
    unfinished.write_text("", encoding="ascii")
    settings = settings_for(python, target.root)
    command = installer(python, settings)
    use = "uv" if command[1] == "pip" else "pip"
    # Without --only-binary, a system that has no wheel would spend minutes on compiling before it fails.
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    status, output = _run([*command, *locked], target, log, step.tick, settings.values)
    if status and "No module named pip" in output:  # as uv and PyCharm make environments
        run_or_fail("Adding pip", [python, "-m", "ensurepip"], target, log.name, step.tick)
        status, output = _run([*command, *locked], target, log, step.tick, settings.values)
    if status:
        raise failure("The installation", cause_with_settings(output, status, use, settings), target, log)
    lacking = ask(python, "missing", str(lock))
    if lacking:
        assert isinstance(lacking, list)
        cause = f"{use} reports success, but .venv has no {lacking[0]}."
        raise failure("The installation", cause, target, log)
    remove(unfinished)
    stamp.write_text(hash_of(lock) + "\n", encoding="ascii")
    return f"{lock.name} installed with {use}"


def require_python() -> Python:
    """Return a supported Python.

    Raises:
        NotReady: there is none.
    """
    python = find_python()
    if python is None:
        raise NotReady(no_python())
    return python


def set_up(target: Target) -> None:
    """Take all steps, each only as far as it is not done yet, and write the ready marker last.

    Raises:
        NotReady: a step failed.
    """
    with Step(1, "Python") as step:
        python = require_python()
        step.result = python.version
    with Step(2, "Exam") as step:
        step.result = draw_exam(target, python, step)
    with Step(3, "Environment .venv") as step:
        step.result = make_venv(target, python, step)
    with Step(4, "Packages") as step:
        step.result = install(target, lock_of(target.root), step)
        find_engine(target.venv, target.root)
    inside = venv_python(target.venv)
    with Step(5, "Check by training a model") as step:
        # What TensorFlow prints is for its log: shown here it would look like a fault.
        proof = [inside, "-m", "exam", "verify", "--no-marker"]
        slowest = "the first import is the slowest"
        try:
            run_or_fail("The check", proof, target, "verify.log", lambda _: step.tick(slowest))
        except NotReady:
            remove(target.venv / ".lock-sha256")  # the next run looks at the packages again, all of them
            raise
    with Step(6, "Training data") as step:
        run_or_fail("Making the data", [inside, "-m", "exam", "data"], target, "data.log", step.tick)
        command = [inside, "-m", "exam.records.ready_marker", "write"]
        run_or_fail("The ready marker", command, target, "data.log", step.tick)


# ------------------------------------------------------------------------------------------------------------ Main


def typed(script: Path) -> str:
    """Return the command that runs a script: any Python that runs will do, so the shortest name is given."""
    name = sys.executable
    for short in ("py",) if ON_WINDOWS else ("python", "python3"):
        path = shutil.which(short)
        if path and (ON_WINDOWS or os.path.realpath(path) == os.path.realpath(sys.executable)):
            name = short
            break
    words = [name, str(script)]
    if not ON_WINDOWS:
        return " ".join(shlex.quote(word) for word in words)
    command = subprocess.list2cmdline(words)
    # PowerShell, whose user's own modules come before all others, runs a quoted path only after an ampersand.
    home, modules = os.environ.get("USERPROFILE", "?").lower(), os.environ.get("PSModulePath", "").lower()
    return f"& {command}" if command.startswith('"') and modules.startswith(home) else command


def mode_of(environment: str) -> str:
    """Return the meaning of EXAM_ENVIRONMENT.

    Raises:
        WrongUsage: it has another value.
    """
    mode = environment or "auto"
    if mode not in MODES:
        raise WrongUsage(f"EXAM_ENVIRONMENT must be one of {', '.join(MODES)}, not {mode!r}.")
    return mode


def next_steps(root: Path) -> str:
    """Return what a newcomer does after a success."""
    return (
        "\nReady. Next:\n"
        f"  1. Open the folder {root} in PyCharm (File | Open).\n"
        "  2. Click Trust Project and wait until the interpreter .venv is shown at the bottom right.\n"
        '  3. Run the configuration "Verify" at the top right, then read README.md.'
    )


def parse(arguments: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    import argparse  # not needed by those who only look for a Python

    parser = argparse.ArgumentParser(description="Make this workspace ready; run it again to continue or to repair.")
    parser.add_argument("--force", action="store_true", help="run all steps even if the workspace is ready")
    parser.add_argument("--from-hook", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--describe", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def prepare_process() -> None:
    """Show output as it comes, on any code page, and let an IDE's stop button end our children as Ctrl-C does."""
    if sys.stdout is None or sys.stderr is None:  # started without any, as by pythonw
        sys.stdout = sys.stderr = open(os.devnull, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="replace")
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: Optional[List[str]] = None, root: Path = ROOT) -> int:
    """Make the workspace at ``root`` ready and return the exit status."""
    options, again = parse(arguments), typed(root / "bootstrap.py")
    if options.describe:
        print(json.dumps(describe()))
        return 0
    try:
        mode = mode_of(os.environ.get("EXAM_ENVIRONMENT", "")) if options.from_hook else "direct"
        if mode == "skip":
            draw_quickly(root)
            print(f"The environment was skipped. To make it later: {again}")
        elif is_ready(root) and not options.force:
            print("This workspace is already ready.")
        else:
            set_up(workspace(root))
            print(next_steps(root))
        return 0
    except WrongUsage as error:
        print(error, file=sys.stderr)
        return 2
    except (NotReady, OSError) as error:
        print(f"\nNot ready: {refused(error) if isinstance(error, OSError) else error}", file=sys.stderr)
        print(f"The exam is kept. Continue with: {again}", file=sys.stderr)
        return {"auto": 0, "skip": 0, "required": 1}.get(mode, NOT_READY)
    except KeyboardInterrupt:
        print(f"\nStopped. Nothing is lost; continue with: {again}", file=sys.stderr)
        return {"auto": 0, "skip": 0, "required": 1}.get(mode, INTERRUPTED)


if __name__ == "__main__":
    prepare_process()
    raise SystemExit(main())

#!/usr/bin/env python3
"""Makes this workspace ready: finds a Python, draws the exam, makes .venv, installs, proves, makes the data.

    python bootstrap.py

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
ON_WINDOWS = os.name == "nt"
STEPS = 6
Tick = Callable[[str], None]
MODES = ("auto", "skip", "required")
NOT_READY, INTERRUPTED = 3, 130
# pip's last words before it unpacks for a minute; the line before them says what it is doing.
UNTELLING = ("Attempting uninstall", "Found existing installation", "Uninstalling ", "Successfully uninstalled")

# Settings that would send pip elsewhere or make a Python load other code. Those of index, proxy and certificates stay.
UNWANTED = (
    "PIP_TARGET PIP_PREFIX PIP_ROOT PIP_DRY_RUN PIP_PYTHON PIP_CONSTRAINT PIP_REQUIREMENT PIP_EDITABLE "
    "PIP_PLATFORM PIP_PYTHON_VERSION PIP_IMPLEMENTATION PIP_ABI UV_DRY_RUN UV_CONSTRAINT UV_OVERRIDE PYTHONHOME "
    "PYTHONPATH PYTHONSAFEPATH PYTHONSTARTUP VIRTUAL_ENV UV_SYSTEM_PYTHON UV_TARGET UV_PREFIX UV_PYTHON "
    "__PYVENV_LAUNCHER__"
).split()


class Python(NamedTuple):
    """An interpreter that has been seen to run."""

    path: str
    version: str
    has_venv: bool


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
        "fit": platform.python_implementation() == "CPython"
        and sys.maxsize > 2**32
        and not sysconfig.get_config_var("Py_GIL_DISABLED"),
        "has_venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
    }


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
    pyenv = os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv")
    for version in versions:
        for folder in sorted(glob.glob(os.path.join(glob.escape(pyenv), "versions", f"{version}.*"))):
            yield [os.path.join(folder, "bin", "python")]
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
        found = probe(command)
        if found and found.has_venv:
            return found
        incomplete = incomplete or found
    return incomplete


def no_python() -> str:
    """Return the sentence for a machine without a supported Python."""
    versions = supported_versions()
    install = f"uv python install {versions[-2]}" if shutil.which("uv") else f"install Python {versions[-2]}"
    return f"TensorFlow needs Python {versions[-1]} to {versions[0]} (64 bit), and none was found: {install}."


def _output_of(command: List[str]) -> str:
    """Return what a short command prints, empty when it fails."""
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout.decode("utf-8", "replace").strip()


# ------------------------------------------------------------------------------------------------------- Processes


def child_environment() -> Dict[str, str]:
    """Return the environment for child processes: ours, without what would send an installation astray."""
    kept = {name: value for name, value in os.environ.items() if name.upper() not in UNWANTED}
    # The environment outweighs a pip.conf with "user = true", with which pip installs nothing into a .venv.
    return {**kept, "PIP_USER": "0", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}


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
        shown = "" if text is None else _ascii(f"{self.head} {text}")[:width]
        self.out.write("\r" + shown.ljust(width) + ("\r" if text is None else ""))
        self.out.flush()


def _ascii(text: str) -> str:
    """Return ``text`` as any terminal can show it."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def run(command: List[str], root: Path, log: Path, tick: Tick) -> Tuple[int, str]:
    """Run a child to its end and return its exit status and output; the output also goes to ``log`` as it comes.

    ``tick`` is called five times a second with the latest line. Ctrl-C ends the child before it is passed on.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: List[str] = []
    with log.open("ab") as record:
        record.write(f"\n$ {' '.join(command)}\n".encode("utf-8", "replace"))
        child = subprocess.Popen(
            command,
            cwd=str(root),
            env=child_environment(),
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
    ("no space left|not enough space|disk quota exceeded|errno 28|os error 112", "The disk is full."),
    ("ensurepip is not available|no module named '?(venv|ensurepip)", "This Python cannot make virtual environments."),
    ("do not match the hashes|hash mismatch|hashes are required",
     "A downloaded file broke off, or is not the one that was locked."),
    ("certificate_verify_failed|certificate verify failed|invalid peer certificate|unknownissuer|sslerror",
     "The certificate of the package index is not trusted here (a proxy of your organisation?)."),
    ("proxyerror|cannot connect to proxy|proxy authentication|tunnel connection failed", "The proxy refused."),
    (r"(40[0134]|410) client error|http error 4\d\d|client error \(4\d\d",
     "The package index refused or does not know a file (is its address right?)."),
    (r"50\d server error|http error 5\d\d|server error \(5\d\d|too many 5\d\d",
     "The package index has a fault of its own; try again later."),
    (NETWORK, "No network: the package index could not be reached."),
    ("from versions: none|not found in the package registry",
     "The package index has nothing by that name (is its address right, and does it answer?)."),
    ("no matching distribution|no solution found|no wheels with|not a supported wheel|requires a different python",
     "The package index has no fitting file for this system and Python."),
    ("permission denied|read-only file|access is denied|permissionerror|errno 13|winerror 32|os error (5|13|30|32)",
     "A file is not writable or in use by another program."),
    ("dll load failed", "TensorFlow lacks the Microsoft Visual C++ Redistributable; install it from Microsoft."),
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
    where = f" It is about {error.filename}." if error.filename else ""
    return cause_of(str(error), 1) + where


def run_or_fail(what: str, command: List[str], target: Target, log_name: str, tick: Tick) -> str:
    """Run a child and return its output.

    Raises:
        NotReady: it failed; the text has the cause and the log.
    """
    log = target.logs / log_name
    try:
        status, output = run(command, target.root, log, tick)
    except OSError as error:
        status, output = 1, str(error)
    if status:
        where = log.relative_to(target.root).as_posix()
        raise NotReady(f"{what} failed. {cause_of(output, status)} Details: {where}")
    return output


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
    """Tell whether exactly this lock has been installed, to its end."""
    try:
        return (venv / ".lock-sha256").read_text(encoding="ascii").strip() == hash_of(lock)
    except (OSError, ValueError):
        return False


def is_ready(root: Path) -> bool:
    """Tell whether nothing is left to do: installed, proven, unmoved, an exam drawn and its data there."""
    have_data = all(any((root / f"Category{number}" / "data").glob("*")) for number in range(1, 6))
    drawn = (root / "exam.toml").is_file() and not (root / ".exam" / "draw").exists()
    if not (drawn and have_data and is_installed(workspace(root).venv, lock_of(root))):
        return False
    command = [venv_python(workspace(root).venv), "-m", "exam.ready"]
    try:
        return subprocess.run(
            command, cwd=str(root), env=child_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ).returncode == 0
    except OSError:
        return False


def draw_exam(target: Target, python: Python, step: Step) -> str:
    """Draw the first exam, or finish an interrupted draw."""
    if (target.root / "exam.toml").is_file() and not (target.root / ".exam" / "draw").exists():
        return "there already"
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
        return "there already"
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
    half_made.unlink()
    return "made" if broken else "repaired after a move"


def find_engine(venv: Path, root: Path) -> None:
    """Let the environment's Python find the engine, in whatever folder it is started, and behind everything else."""
    folders = [venv / "Lib" / "site-packages", *sorted(venv.glob("lib/python3*/site-packages"))]
    for folder in folders:
        if folder.is_dir():
            with contextlib.suppress(UnicodeError):  # a path that the system's encoding cannot write
                text = f"{root.resolve()}\n"
                told = folder / "exam_workspace.pth"
                if not told.exists() or told.read_text() != text:
                    told.write_text(text)


def _was_made_here(venv: Path) -> bool:
    """Tell whether the environment still lies where it was made; its activate scripts hold the full path."""
    try:
        settings = (venv / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    commands = [line for line in settings.splitlines() if line.startswith("command =")]
    return not commands or commands[0].rstrip().endswith(str(venv))


def installer(python: str) -> List[str]:
    """Return the command that installs packages: uv where there is one, unless pip was given an index of its own.

    uv does not read pip's settings; who set an index or a proxy for pip wants it used.
    """
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--no-input"]
    uv = shutil.which("uv")
    if not uv:
        return pip
    settings = _output_of([python, "-m", "pip", "config", "list"])
    keys = "index[-_]url|no[-_]index|proxy|client[-_]cert" + ("" if "SSL_CERT_FILE" in os.environ else "|cert")
    if re.search(rf"^[\w.:-]*\.({keys})=", settings, re.MULTILINE) and "UV_DEFAULT_INDEX" not in os.environ:
        return pip
    return [uv, "pip", "install", "--python", python]


def install(target: Target, lock: Path, step: Step) -> str:
    """Install the lock into the virtual environment; the stamp that says so is written last."""
    stamp, unfinished = target.venv / ".lock-sha256", target.venv / ".installing"
    if is_installed(target.venv, lock):
        return "there already"
    if stamp.exists():
        stamp.unlink()
    unfinished.write_text("", encoding="ascii")
    command = installer(venv_python(target.venv))
    # Without --only-binary, a system that has no wheel would spend minutes on compiling before it fails.
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    run_or_fail("The installation", [*command, *locked], target, "install.log", step.tick)
    unfinished.unlink()
    stamp.write_text(hash_of(lock) + "\n", encoding="ascii")
    return f"{lock.name} installed with {'uv' if command[1] == 'pip' else 'pip'}"


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
    with Step(5, "Proof by training a model") as step:
        # What TensorFlow prints is for its log: shown here it would look like a fault.
        proof = [inside, "-m", "exam", "verify", "--no-marker"]
        run_or_fail("The proof", proof, target, "verify.log", lambda _: step.tick("the first import is the slowest"))
    with Step(6, "Training data") as step:
        run_or_fail("Making the data", [inside, "-m", "exam", "data"], target, "data.log", step.tick)
        run_or_fail("The ready marker", [inside, "-m", "exam.ready", "write"], target, "data.log", step.tick)


# ------------------------------------------------------------------------------------------------------------ Main


def resume_command(root: Path) -> str:
    """Return the command that continues: any Python that runs will do, so the shortest name is given."""
    name = sys.executable
    for short in ("py",) if ON_WINDOWS else ("python", "python3"):
        path = shutil.which(short)
        if path and (ON_WINDOWS or os.path.realpath(path) == os.path.realpath(sys.executable)):
            name = short
            break
    words = [name, str(root / "bootstrap.py")]
    return subprocess.list2cmdline(words) if ON_WINDOWS else " ".join(shlex.quote(word) for word in words)


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
    parser.add_argument("--force", action="store_true", help="take all steps although the workspace is ready")
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
    options = parse(arguments)
    if options.describe:
        print(json.dumps(describe()))
        return 0
    try:
        mode = mode_of(os.environ.get("EXAM_ENVIRONMENT", "")) if options.from_hook else "direct"
        if mode == "skip":
            draw_quickly(root)
            print(f"The environment was skipped. Make it when you like: {resume_command(root)}")
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
        print(f"The exam is kept. Continue with: {resume_command(root)}", file=sys.stderr)
        return {"auto": 0, "skip": 0, "required": 1}.get(mode, NOT_READY)
    except KeyboardInterrupt:
        print(f"\nStopped. Nothing is lost; continue with: {resume_command(root)}", file=sys.stderr)
        return {"auto": 0, "skip": 0, "required": 1}.get(mode, INTERRUPTED)


if __name__ == "__main__":
    prepare_process()
    raise SystemExit(main())

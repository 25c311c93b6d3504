"""Run the fast tests on Linux as if it were another system: each simulation changes what Python is told of the machine.

``python make.py elsewhere`` runs all simulations, ``python make.py elsewhere NAME ...`` some of them;
``--list`` prints what each proves and what it cannot.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OWN_MODULES = '''
import sys

given, sys.path[:] = sys.path[:], [folder for folder in sys.path if folder.startswith(sys.base_prefix)]
import builtins, importlib.abc, importlib.util, io, multiprocessing.spawn, os, subprocess
sys.path[:] = given
'''
"""First, whatever lies on PYTHONPATH: what a simulation needs is Python's own."""
AFTER = '''
import importlib.abc, importlib.util, sys

class After(importlib.abc.MetaPathFinder):
    """Changes a module of the engine as soon as it has been imported."""

    def __init__(self, name, change):
        self.name, self.change, self.busy = name, change, False

    def find_spec(self, name, path=None, target=None):
        if name != self.name or self.busy:
            return None
        self.busy = True
        spec = importlib.util.find_spec(name)
        self.busy = False
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            self.change(module)
        spec.loader.exec_module = exec_module
        return spec

def after(name, change):
    sys.meta_path.insert(0, After(name, change))
'''
CODE_PAGE = '''
CODE_PAGE = {code_page!r}

def plain_open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    if "b" not in mode:
        encoding = CODE_PAGE if encoding in (None, "locale") else encoding
        newline = "\\r\\n" if newline is None and set(mode) & set("wax") else newline
    return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)

def start(self, *arguments, **options):
    is_text = options.get("text") or options.get("universal_newlines")
    if is_text and not options.get("encoding"):
        options["encoding"] = CODE_PAGE
    real_start(self, *arguments, **options)

# Asked for; without a language, Python on Linux takes UTF-8 by itself, which Windows does not.
if not ("utf8" in sys._xoptions or os.environ.get("PYTHONUTF8") == "1" and not sys.flags.ignore_environment):
    real_open, real_start = io.open, subprocess.Popen.__init__
    io.open = builtins.open = plain_open
    subprocess.Popen.__init__ = start
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
            stream.reconfigure(encoding=CODE_PAGE)
'''
SPAWN = AFTER + '''
class Sys:
    """What ``sys`` says on Windows, as far as one module asks."""

    platform = "win32"

    def __getattr__(self, name):
        return getattr(sys, name)

after("exam.processes.launch", lambda module: setattr(module, "sys", Sys()))
after("exam.running.fork_server", lambda module: setattr(module, "possible", lambda gpu: False))
'''
NO_LOCKS = '''
import errno, fcntl

def flock(*_):
    raise OSError(errno.ENOTSUP, "Operation not supported")

fcntl.flock = flock
'''
NO_BOOT_NAME = AFTER + '''
from pathlib import Path
after("exam.machine.boot", lambda module: setattr(module, "LINUX", Path("/nowhere/boot_id")))
'''
LAUNCHER = SPAWN + '''
import multiprocessing.spawn

sys._base_executable, sys.executable = sys.executable, {launcher!r}
multiprocessing.spawn.set_executable(sys._base_executable)  # as multiprocessing does on Windows
# The launcher stands between a process and who started it, so that Linux's word on parents is about another one.
after("exam.processes.child", lambda module: setattr(module, "die_with_parent", lambda parent=0: None))
'''

LAUNCHES = """#!/bin/sh
[ -e /proc/self/fd/0 ] && exec 3<&0 || exec 3</dev/null
trap 'kill $!; wait $!; exit $?' TERM INT HUP
"{real}" "$@" <&3 3<&- &
wait $!
"""
"""Windows ends the other Python with its launcher; here a signal is passed on, from before the other one starts."""


@dataclass(frozen=True)
class Simulation:
    """One way in which another system differs.

    Attributes:
        code: of ``sitecustomize.py``, which every Python of the simulation runs first, with any options but ``-S``.
        proves: what a green run shows.
        cannot: what only the real system shows.
        tests: what to run beside the fast tests, as pytest takes it.
        small: files of fast tests that CI runs.
    without: tests about what the simulation takes away.
    """

    code: str
    proves: str
    cannot: str
    tests: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


SIMULATIONS = {
    "cp1252": Simulation(
        CODE_PAGE.format(code_page="cp1252"),
        "with Western Windows's code page for pipes and for text files without a stated encoding, and CR LF at the end "
        "of lines that Python writes, the output is readable and no file is misread",
        "what a console of Windows shows",
        small=("unit/test_cli.py", "unit/running/test_load_errors.py"),
    ),
    "cp437": Simulation(
        CODE_PAGE.format(code_page="cp437"),
        "the same with the code page of an American console, which lacks most letters",
        "what a console of Windows shows",
        small=("unit/screens/test_layout.py", "unit/records/test_history.py"),
    ),
    "spawn": Simulation(
        SPAWN,
        "every limited process starts anew, through multiprocessing, as on Windows: nothing relies on a fork; "
        "files are read and models are run there",
        "the launcher of Windows, handles instead of descriptors, job objects",
        tests=(
            "whole/test_surroundings.py::test_a_model_that_no_keras_loads_is_still_the_learners",
            "whole/test_sealed.py::test_answers_that_are_none_cost_only_their_own_category",
            "unit/test_cli.py::test_a_score_that_cannot_be_shown_is_kept",
        ),
        small=("whole/test_sealed.py", "unit/machine/test_installation.py"),
    ),
    "no locks": Simulation(
        NO_LOCKS,
        "on a drive that keeps no locks, no result is lost and nothing waits",
        "locks of Windows, which are mandatory",
        small=("unit/records/test_exam_clock.py",),
        without=(
            "whole/test_hostile.py::test_first_block_of_a_file_that_is_being_written",
            "unit/modelfile/test_inspection.py::test_file_that_is_still_being_saved",
            "unit/test_watch.py::test_a_model_that_another_program_is_writing_is_waited_for",
        ),
    ),
    "no boot name": Simulation(
        NO_BOOT_NAME,
        "where the system does not say when it was started, the clock counts on by the time of day",
        "the names that macOS and Windows give",
        small=("unit/records/test_exam_clock.py",),
    ),
    "launcher": Simulation(
        LAUNCHER,
        "where the Python of .venv only starts another one, as on Windows, commands and environments work",
        "that Windows ends both together",
        small=("unit/test_bootstrap.py",),
    ),
    "CR LF": Simulation(
        "",
        "a checkout with CR LF at the ends of lines, as git for Windows makes it, generates the same workspaces",
        "git for Windows itself",
        small=("whole/test_template.py", "unit/test_hooks.py"),
    ),
    "no case": Simulation(
        "",
        "in a folder where A and a are one name, as on Windows and on most Macs, nothing overwrites anything",
        "folders that forget how a name was written",
        small=("unit/test_draw.py",),
    ),
}


@dataclass
class Place:
    """Where a simulation runs.

    Attributes:
        folder: for its environment and temporary files.
        tree: the checkout that is tested.
        options: of pytest.
    """

    folder: Path
    tree: Path = ROOT
    options: list[str] = field(default_factory=list)

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return self.folder / "venv" / "bin" / "python3"


def environment(place: Place, code: str) -> None:
    """Make a virtual environment that has the packages of this one, and runs ``code`` in every Python of it."""
    base = Path(sys.executable).resolve()
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = place.folder / "venv" / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    place.python.parent.mkdir()
    for name in ("python3", "python", version):
        (place.python.parent / name).symlink_to(base)
    (place.folder / "venv" / "pyvenv.cfg").write_text(f"home = {base.parent}\ninclude-system-site-packages = false\n")
    theirs = sysconfig.get_path("purelib")
    for entry in Path(theirs).iterdir():
        (packages / entry.name).symlink_to(entry)
    (packages / "packages.pth").write_text(f"{theirs}\n")  # a wall shows a process the folders of its search path
    (packages / "sitecustomize.py").write_text(OWN_MODULES + code)


def with_launcher(place: Place) -> None:
    """Put a program before Python that starts it and waits for it."""
    launcher = place.python
    real = launcher.with_name("real-python")
    launcher.rename(real)
    launcher.write_text(LAUNCHES.format(real=real), newline="\n")
    launcher.chmod(0o755)
    for other in launcher.parent.glob("python*"):
        if other != launcher:
            other.unlink()
            other.symlink_to(launcher.name)


def with_crlf(place: Place) -> None:
    """Copy the tree as git for Windows checks it out: what has no byte of zero is a text."""
    place.tree = place.folder / "checkout"
    shutil.copytree(ROOT, place.tree, ignore=shutil.ignore_patterns(".git", ".venv*", ".tools", ".log", "__pycache__"))
    for path in (path for path in place.tree.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if b"\0" not in content:
            path.write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def without_case(place: Place) -> str | None:
    """Keep temporary files in a folder that does not tell A from a; return why there is none here."""
    temporary = place.folder / "temporary"
    temporary.mkdir()
    if shutil.which("chattr") is None:
        return "there is no chattr here"
    made = subprocess.run(["chattr", "+F", str(temporary)], capture_output=True, text=True)
    if made.returncode:
        return f"no file system here allows it ({made.stderr.strip().splitlines()[-1]})"
    place.options.append(f"--basetemp={temporary / 'pytest'}")
    return None


PREPARE: dict[str, Callable[[Place], str | None]] = {
    "launcher": with_launcher,
    "CR LF": with_crlf,
    "no case": without_case,
}


def prepare(name: str, place: Place) -> str | None:
    """Make a simulation ready to run; return why it is impossible here, or None."""
    environment(place, SIMULATIONS[name].code.replace("{launcher!r}", repr(str(place.python))))
    return PREPARE[name](place) if name in PREPARE else None


def run(name: str, folder: Path, small: bool) -> str:
    """Run the tests under one simulation; return ``passed``, ``failed``, or why it cannot be simulated here."""
    simulation, place = SIMULATIONS[name], Place(folder)
    why = prepare(name, place)
    if why:
        return f"not here: {why}"
    chosen = simulation.small if small else ("",)
    runs = [["-m", "not slow", *(str(Path("tests", file)) for file in chosen)]]
    if simulation.tests and not small:
        runs.append([str(Path("tests", test)) for test in simulation.tests])
    place.options += [f"--deselect=tests/{test}" for test in simulation.without]
    at_once = [] if small else ["-n", "2", "--dist", "loadfile"]  # CI runs two tests at once anyway
    for tests in runs:
        command = [str(place.python), "-m", "pytest", "-q", *at_once, *place.options, *tests]
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"}
        variables |= {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder)}
        if subprocess.run(command, cwd=place.tree, env=variables, stdin=subprocess.DEVNULL).returncode:
            return "failed"
    return "passed"


def main(arguments: Sequence[str]) -> int:
    """Run the simulations that are named, or all; return 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(SIMULATIONS)}")
    parser.add_argument("--small", action="store_true", help="only the tests that CI runs")
    parser.add_argument("--list", action="store_true", help="say what each simulation proves and what it cannot")
    options = parser.parse_args(arguments)
    if options.list:
        for name, simulation in SIMULATIONS.items():
            print(f"{name}\n  proves: {simulation.proves}\n  cannot show: {simulation.cannot}")
        return 0
    unknown = set(options.names) - set(SIMULATIONS)
    if unknown:
        parser.error(f"there is no simulation {', '.join(sorted(unknown))}; there are {', '.join(SIMULATIONS)}")
    ended = {}
    for name in options.names or SIMULATIONS:
        print(f"\n=== {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="elsewhere-", ignore_cleanup_errors=True) as folder:
            ended[name] = run(name, Path(folder), options.small)
    print()
    for name, how in ended.items():
        print(f"{name:12} {how}")
    return int("failed" in ended.values())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

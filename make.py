#!/usr/bin/env python3
"""The commands of this repository; standard library only, any Python from 3.8 on can start it.

    python make.py workspace [cookiecutter's arguments]     make a workspace in the current folder
    python make.py test [pytest's arguments]                flake8, mypy and all tests
    python make.py lock [uv's arguments]                    make the hashed locks again, e.g. with --upgrade
    python make.py calibrate [QUESTION ...]                 measure what each point costs, write CALIBRATION.md
    python make.py bank                                     write the bank's README from its questions
    python make.py findings                                 write the README of the findings from their pages
    python make.py faults [FAULT ...]                       break generations in every way, write docs/faults.md
    python make.py surroundings [--rounds 200]              generate, verify and grade with settings that people have
    python make.py elsewhere [SYSTEM ...]                   the fast tests, as on Windows and macOS; --list says more
    python make.py systems                                  find where the locks can be installed, write docs/systems.md
    python make.py intel [QUESTION ...]                     train and grade with the packages of an Intel Mac
    python make.py confusion [FINDING ...]                  make every mistake, and write which finding came first
    python make.py pairs [--part N]                         make two mistakes at once, and write which one came first
    python make.py advice [QUESTION ...]                    follow the advice that models get, write what it is worth
    python make.py hostile [WORD ...]                       make every hostile file, and write where it was stopped
    python make.py fuzz [--mutants 10000 --seed 20261122]   grade damaged and edited models; none may crash the grader
    python make.py kills [--rounds 20 --seed 20261122]      stop gradings at random moments, and check what is left
    python make.py layers [WORD ...]                        grade what all of Keras can build, write docs/layers.md
    python make.py twins [QUESTION ...]                     save trained models in other ways, and compare the scores
    python make.py same [--before REVISION]                 grade the same models with another version, and compare
    python make.py update [--before REVISION]               generate over a workspace of another version
    python make.py guided [--seconds 600]                   change files guided by coverage of the inspection (atheris)
"""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Callable, Dict, List, Optional

ROOT = Path(__file__).resolve().parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
MODULES = (TEMPLATE, ROOT / "tests" / "support")  # what the scripts of dev/ import
LOGS = ROOT / ".log"

LOCKS = ("requirements-tools", f"{TEMPLATE.name}/requirements", f"{TEMPLATE.name}/requirements-gpu", "requirements-dev")
"""Names of the ``.in`` files and their locks, in the order in which they constrain each other."""


CONTRACT = "from importlinter.cli import lint_imports_command as check; check(['--no-cache', '--no-logo'])"
"""Program that checks which room imports which; import-linter has no module to be started with -m."""


def load_bootstrap() -> ModuleType:
    """Import the workspace's bootstrap.py, which knows how to find a Python and to install a lock."""
    sys.dont_write_bytecode = True  # a cache beside the template's file would be copied into every workspace
    spec = importlib.util.spec_from_file_location("bootstrap", TEMPLATE / "bootstrap.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bootstrap"] = module
    spec.loader.exec_module(module)
    return module


bootstrap = load_bootstrap()


def environment(folder: str, lock: str) -> str:
    """Make the virtual environment ``folder`` with the packages of ``lock``, or keep it; return its interpreter.

    Raises:
        bootstrap.NotReady: what failed, in one sentence.
    """
    target = bootstrap.Target(ROOT, ROOT / folder, LOGS)
    if not bootstrap.is_installed(target.venv, ROOT / lock):
        python = bootstrap.require_python()
        with bootstrap.Step(1, f"Environment {folder}", 2) as step:
            step.result = bootstrap.make_venv(target, python, step)
        with bootstrap.Step(2, "Packages", 2) as step:
            step.result = bootstrap.install(target, ROOT / lock, step)
    return str(bootstrap.venv_python(target.venv))


def call(command: List[str], cwd: Optional[Path] = None, **variables: str) -> int:
    """Run a command in the foreground, with ``variables`` added to the environment, and return its exit status."""
    variables = {**bootstrap.child_environment(), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run(command, cwd=cwd, env=variables).returncode


def workspace(arguments: List[str]) -> int:
    """Make a workspace in the current folder; the arguments are cookiecutter's."""
    python = environment(".tools", "requirements-tools.txt")
    return call([python, "-m", "cookiecutter", str(ROOT), *arguments])


def test(arguments: List[str]) -> int:
    """Run the linter, the contract of the rooms, the type checker for each system and the tests; return what failed.

    The arguments are pytest's.
    """
    python = environment(".venv-dev", "requirements-dev.txt")
    # Two at a time; a file's tests stay together, because its fixtures train and install.
    pytest = ["pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *arguments]
    types = [["mypy", "--platform", system] for system in ("linux", "win32", "darwin")]
    checks = [["-c", CONTRACT], ["-m", "flake8"], *(["-m", *check] for check in types)]
    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(lambda check: call([python, *check], ROOT, PYTHONPATH=str(TEMPLATE)), checks))
    return next((status for status in [*statuses, call([python, "-m", *pytest], ROOT)] if status), 0)


def lock(arguments: List[str]) -> int:
    """Make the locks again: for all systems and supported Pythons, with the hashes of all wheels."""
    python = environment(".venv-dev", "requirements-dev.txt")
    locks: List[Path] = []
    for name in LOCKS:
        path = ROOT / f"{name}.txt"
        options = ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--generate-hashes"]
        options += ["--only-binary", ":all:", "--no-header", "--no-annotate", "--quiet", *arguments]
        constraints = [word for file in locks for word in ("-c", str(file))]
        source = f"{name}.in"
        status = call([python, "-m", "uv", "pip", "compile", *options, *constraints, source, "-o", str(path)], ROOT)
        if status:
            return status
        header = f"# Every version and the hashes of its files, made from {Path(source).name} by: python make.py lock\n"
        path.write_bytes((header + path.read_text(encoding="utf-8")).encode())
        locks.append(path)
    return 0


def script(name: str, arguments: List[str]) -> int:
    """Run a script of ``dev/`` that uses the engine."""
    python = environment(".venv-dev", "requirements-dev.txt")
    return call([python, str(ROOT / "dev" / name), *arguments], ROOT, PYTHONPATH=os.pathsep.join(map(str, MODULES)))


SCRIPTS = {
    "calibrate": "calibrate.py",
    "bank": "bank_readme.py",
    "findings": "findings_readme.py",
    "confusion": "confusion.py",
    "pairs": "pairs.py",
    "advice": "advice.py",
    "hostile": "hostile.py",
    "fuzz": "fuzz.py",
    "guided": "guided.py",
    "kills": "kills.py",
    "layers": "space_table.py",
    "twins": "twins.py",
    "same": "same.py",
    "update": "update.py",
    "faults": "faults.py",
    "surroundings": "surroundings.py",
    "elsewhere": "elsewhere.py",
    "systems": "systems.py",
    "intel": "intel_mac.py",
}
"""Command -> script in ``dev/``; ``__doc__`` says what each does."""

COMMANDS: Dict[str, Callable[[List[str]], int]] = {
    "workspace": workspace,
    "test": test,
    "lock": lock,
    **{command: functools.partial(script, name) for command, name in SCRIPTS.items()},
}


def main(arguments: List[str]) -> int:
    """Run one command and return its exit status; 2 for a wrong one, 3 when its tools cannot be installed."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except bootstrap.NotReady as error:
        print(f"\n{error}", file=sys.stderr)
        return int(bootstrap.NOT_READY)
    except KeyboardInterrupt:
        print(f"\nStopped. Run it again: {bootstrap.typed(Path(__file__).resolve())} {arguments[0]}")
        return int(bootstrap.INTERRUPTED)


if __name__ == "__main__":
    bootstrap.prepare_process()
    raise SystemExit(main(sys.argv[1:]))

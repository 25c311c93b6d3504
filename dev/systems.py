"""Ask the resolver for which systems, Pythons and accelerators the locks can be installed; write ``docs/systems.md``.

    python3 make.py systems

uv plans each installation without making it: for another system and another Python, from wheels alone, with the very
lock. Such a plan takes a wheel whether the lock has its hash or not, so the hashes are compared apart: the lock must
have those of all wheels that the index has. The status is 1, and the combination is named, when one that the README
promises cannot be installed, or when a hash is missing. Nothing is downloaded but descriptions of packages.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import harness

import bootstrap

PYTHONS = ("3.11", "3.12", "3.13")
LOCKS = {"cpu": harness.TEMPLATE / "requirements.txt", "gpu": harness.TEMPLATE / "requirements-gpu.txt"}
"""Accelerator -> what is installed for it."""
TABLE = harness.REPOSITORY / "docs" / "systems.md"
NO_WHEEL = re.compile(r"\b([a-z0-9][\w.-]*)(?:\{[^}]*\})?==\S+ has no (?:usable )?wheels")
TENSORFLOW = re.compile(r"^ \+ tensorflow(?:-cpu)?==(\S+)$", re.MULTILINE)
NAMED = 3
"""Packages that a cell names."""
HEAD = """# Systems that the packages can be installed on

Made by `python3 make.py systems`, never edited by hand. Run it again after every change of the locks.

For every system, Python and accelerator, uv planned the installation of `requirements.txt` (cpu) or
`requirements-gpu.txt` (gpu): every package in its locked version, as a wheel, and nothing that is not in the lock.
"Yes" means that every package has a wheel for such a machine, and that the versions fit together. The locks have the
hashes of all wheels that the package index has for these versions, so whichever is used is checked.

It does not mean that anything was run: nothing was downloaded, installed or trained on these systems, and a wheel can
exist and not work. Where wheels are missing, some of them are named, TensorFlow's first. The NVIDIA libraries are for
Linux on x86-64; on all other systems the packages for `gpu` are those for `cpu`.

"""


@dataclass(frozen=True)
class System:
    """One system that is asked for.

    Attributes:
        name: as the table calls it.
        build: what ``bootstrap.build`` returns there.
        platform: as uv calls it.
        row: the row of the README that promises it, empty where nothing is promised.
        promised: the Pythons that are promised.
        macos: the oldest version, where it is a Mac.
    """

    name: str
    build: str
    platform: str
    row: str = ""
    promised: tuple[str, ...] = ()
    macos: str = ""


LINUX = "Linux with glibc 2.28 or later, x86-64 or ARM64"
SYSTEMS = (
    System("Linux x86-64, glibc 2.28", "linux-x86_64", "x86_64-manylinux_2_28", LINUX, PYTHONS),
    System("Linux ARM64, glibc 2.28", "linux-aarch64", "aarch64-manylinux_2_28", LINUX, PYTHONS),
    System("Windows x64", "win-amd64", "x86_64-pc-windows-msvc",
           "Windows x64; Windows on ARM with the x64 Python", PYTHONS),
    System("macOS 12, Apple silicon", "darwin-arm64", "aarch64-apple-darwin",
           "macOS 12 or later, Apple silicon (the ARM64 Python)", PYTHONS, macos="12.0"),
    System("macOS 11, Intel", "darwin-x86_64", "x86_64-apple-darwin",
           "macOS 11 or later, Intel (TensorFlow 2.16.2, the last for it)", ("3.11", "3.12"), macos="11.0"),
    System("Windows on ARM, the ARM64 Python", "win-arm64", "aarch64-pc-windows-msvc"),
    System("Linux x86-64, glibc 2.17", "linux-x86_64", "x86_64-manylinux_2_17"),
    System("Linux x86-64, musl", "musl-x86_64", "x86_64-unknown-linux-musl"),
)
"""What is asked, and the only place that says what is promised."""


class NoAnswer(Exception):
    """The resolver failed for another reason than a missing wheel; the text is what it said."""


# --- Asking ----------------------------------------------------------------------------------------------------------


def uv(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``uv pip`` of this environment."""
    command = [sys.executable, "-m", "uv", "pip", *words]
    return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)


def plan(system: System, python: str, lock: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Let uv plan an installation into a folder that stays empty."""
    variables = {"MACOSX_DEPLOYMENT_TARGET": system.macos} if system.macos else {}
    with tempfile.TemporaryDirectory() as target:
        asked = ["--python-platform", system.platform, "--python-version", python, "--target", target, "-r", str(lock)]
        wheels = ["--require-hashes", "--only-binary", ":all:"]
        return uv("install", "--dry-run", *wheels, *options, *asked, **variables)


def answer(system: System, python: str, lock: Path) -> str:
    """Return ``yes`` with the version of TensorFlow, or which wheels there are not.

    Raises:
        NoAnswer: uv failed otherwise, or the lock has wheels that do not fit one another.
    """
    planned = plan(system, python, lock)
    if planned.returncode:
        names = missing(system, python, lock)
        if not names:
            raise NoAnswer(planned.stderr)
        return without(names)
    found = TENSORFLOW.findall(planned.stderr)
    if len(found) != 1:
        raise NoAnswer(f"a plan with {len(found)} TensorFlows:\n{planned.stderr}")
    return f"yes (TensorFlow {found[0]})"


def missing(system: System, python: str, lock: Path) -> list[str]:
    """Return the packages without a wheel, each found by asking for all that were not found missing before.

    Raises:
        NoAnswer: uv failed otherwise.
    """
    names: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        rest = Path(folder) / "rest.txt"
        while True:
            left = [text for name, text in entries(lock) if name not in names]
            rest.write_text("\n".join(left), encoding="utf-8")
            planned = plan(system, python, rest, "--no-deps")
            found = NO_WHEEL.search(" ".join(planned.stderr.split()))
            if planned.returncode == 0:
                return names
            if found is None or found.group(1) in names:
                raise NoAnswer(planned.stderr)
            names.append(found.group(1))


def without(names: Sequence[str]) -> str:
    """Return the cell that names what has no wheel, TensorFlow first, which nothing can stand for."""
    ordered = sorted(names, key=lambda name: (not name.startswith("tensorflow"), name))
    more = f" and {len(ordered) - NAMED} more" if len(ordered) > NAMED else ""
    return f"no wheel for {', '.join(ordered[:NAMED])}{more}"


# --- Hashes ----------------------------------------------------------------------------------------------------------


def entries(lock: Path) -> list[tuple[str, str]]:
    """Return (name, whole text with its hashes) for each entry of a lock."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition("==")[0], line) for line in lines]


def hashes(lock: Path) -> set[tuple[str, str]]:
    """Return (name==version, hash) for everything in a lock."""
    return {(text.split()[0], found) for _, text in entries(lock) for found in re.findall(r"--hash=(\S+)", text)}


def unhashed(lock: Path) -> set[tuple[str, str]]:
    """Return (name==version, hash) of the wheels in the index that the lock does not have.

    Raises:
        NoAnswer: uv failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        bare, full = Path(folder) / "bare.in", Path(folder) / "full.txt"
        bare.write_text("\n".join(re.split(r"\s+--hash=", text)[0] for _, text in entries(lock)), encoding="utf-8")
        options = ["--universal", "--python-version", PYTHONS[0], "--fork-strategy", "fewest", "--generate-hashes"]
        made = uv("compile", *options, "--only-binary", ":all:", "--no-deps", "--quiet", str(bare), "-o", str(full))
        if made.returncode:
            raise NoAnswer(made.stderr)
        return hashes(full) - hashes(lock)


# --- The table -------------------------------------------------------------------------------------------------------


Answers = dict[tuple[str, str, str], str]
"""(name of a system, Python, accelerator) -> cell."""
COLUMNS = [(python, accelerator) for python in PYTHONS for accelerator in LOCKS]


def locks_line() -> str:
    """Return the line that says of which locks the table is: where they change, it is out of date."""
    told = ", ".join(f"`{lock.name}` {bootstrap.hash_of(lock)[:16]}" for lock in LOCKS.values())
    return f"SHA-256 of the locks (first digits): {told}."


def table(answers: Answers) -> str:
    """Return the page."""
    heads = ["system", "promised", *(f"{python} {accelerator}" for python, accelerator in COLUMNS)]
    lines = [heads, ["---"] * len(heads)]
    for system in SYSTEMS:
        promised = ", ".join(system.promised) or "no"
        lines.append([system.name, promised, *(answers[system.name, *column] for column in COLUMNS)])
    rows = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    return f"{HEAD}{rows}\n{locks_line()}\n"


def broken(answers: Answers) -> list[str]:
    """Return a sentence for each promise that is not kept."""
    return [
        f"{system.name}, Python {python}, {accelerator}: promised, but {cell}"
        for system in SYSTEMS
        for (name, python, accelerator), cell in answers.items()
        if name == system.name and python in system.promised and not cell.startswith("yes")
    ]


def main(arguments: Sequence[str]) -> int:
    """Ask for all combinations and write the page; 1 for a promise that is not kept, or when nobody answers."""
    if arguments:
        print(__doc__)
        return 0 if arguments[0] in ("-h", "--help") else 2
    answers: Answers = {}
    try:
        lacking = [f"{lock.name} has no hash of a wheel of {name}"
                   for lock in LOCKS.values() for name in sorted({name for name, _ in unhashed(lock)})]
        for system in SYSTEMS:
            for python, accelerator in COLUMNS:
                cell = answers[system.name, python, accelerator] = answer(system, python, LOCKS[accelerator])
                print(f"{system.name}, Python {python}, {accelerator}: {cell}", flush=True)
    except NoAnswer as error:
        print(f"The resolver gave no answer, and nothing was written.\n{error}", file=sys.stderr)
        return 1
    TABLE.write_text(table(answers), encoding="utf-8", newline="\n")
    problems = [*broken(answers), *lacking]
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    print(f"{len(answers)} combinations, {sum(cell.startswith('yes') for cell in answers.values())} can be installed, "
          f"{len(problems)} problems; written to {TABLE.relative_to(harness.REPOSITORY).as_posix()}")
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The simulations of other systems take hold; CI runs a part of the fast tests under each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import elsewhere
import harness
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="simulates other systems on Linux")
SHOWN = {
    "cp1252": ("import sys; f = open('x', 'w'); print(sys.stdout.encoding, f.encoding)", "cp1252 cp1252"),
    "cp437": ("f = open('x', 'w'); f.write('\\n'); f.close(); print(open('x', 'rb').read())", r"b'\r\n'"),
    "spawn": (
        "from exam.running import fork_server; print(fork_server.possible(False), fork_server.launch.sys.platform)",
        "False win32",
    ),
    "no locks": (
        "import tempfile; from exam.machine import locks, trouble; from pathlib import Path\n"
        "import fcntl\n"
        "try: fcntl.flock(0, fcntl.LOCK_SH)\n"
        "except OSError as error: print(error.strerror)",
        "Operation not supported",
    ),
    "no boot name": ("from exam.machine import boot; print([boot.name()])", "['']"),
    "launcher": (
        "import os, sys, subprocess\n"
        "names = [os.path.basename(path) for path in (sys.executable, sys._base_executable)]\n"
        "print(*names, os.getppid() != int(sys.argv[1]))",
        "python3 real-python True",
    ),
}
"""Simulation -> a program, and what it prints there."""


@pytest.mark.parametrize("name", SHOWN)
def test_a_simulation_takes_hold_in_every_python(name: str, tmp_path: Path) -> None:
    place = elsewhere.Place(tmp_path)
    elsewhere.prepare(name, place)
    program, shown = SHOWN[name]
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(harness.engine())}
    command = [str(place.python), "-P", "-c", program, str(os.getpid())]
    ended = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, encoding="utf-8")
    assert ended.stdout.strip() == shown, ended


WRITES = """
import sys
from pathlib import Path
from exam import bank
for name in sys.argv[1:]:
    Path(name).mkdir()
    bank.load(name).write_training(Path(name), 1)
texts = [path for path in Path().rglob("*") if path.suffix in (".csv", ".json")]
print([str(path) for path in texts if b"\\r" in path.read_bytes()])
"""


@pytest.mark.slow
def test_training_data_has_the_same_bytes_on_windows(tmp_path: Path) -> None:
    """Before, lines of texts and of series ended in CR LF there."""
    names = ["weather_station", "sunspots", "support_tickets", "next_character", "breast_cancer", "satire_headlines"]
    place = elsewhere.Place(tmp_path / "simulated")
    elsewhere.prepare("cp1252", place)
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(harness.engine())}
    command = [str(place.python), "-P", "-c", WRITES, *names]
    ended = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, encoding="utf-8")
    assert ended.stdout.strip() == "[]", ended


def test_a_checkout_of_windows_has_its_line_ends(tmp_path: Path) -> None:
    place = elsewhere.Place(tmp_path)
    elsewhere.prepare("CR LF", place)
    assert (place.tree / "README.md").read_bytes().count(b"\r\n") > 50


def test_every_simulation_says_what_it_cannot_prove(capsys: pytest.CaptureFixture[str]) -> None:
    assert elsewhere.main(["--list"]) == 0
    assert capsys.readouterr().out.count("cannot show:") == len(elsewhere.SIMULATIONS)
    with pytest.raises(SystemExit):
        elsewhere.main(["another planet"])


@pytest.mark.slow
def test_a_part_of_the_fast_tests_passes_elsewhere() -> None:
    """All of them take a quarter of an hour: ``python make.py elsewhere``."""
    ended = subprocess.run(
        [sys.executable, str(harness.DEV / "elsewhere.py"), "--small"],
        env=harness.environment_for(), capture_output=True, encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stdout[-6000:]
    assert ended.stdout.count("passed\n") >= len(elsewhere.SIMULATIONS) - 1  # a folder without case is rare on Linux

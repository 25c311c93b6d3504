"""Generation under fault, for real; every fault is in the table that ``make.py faults`` writes, some are tried here."""

from __future__ import annotations

import json
import os
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import faults
import pytest
from conftest import Bake
from faults import FAULTS, Index
from names import HOSTILE_NAMES

TRIED = (
    "network dies in the middle (pip)",
    "pip.conf with target = elsewhere",
    'uv.toml with target = "elsewhere"',
    "stamped as installed, and empty",
    "moved to another folder",
    "Ctrl-C at step 3, Environment",
    "kill -9 at step 4, Packages",
    "disk full at the packages",
    "read-only .exam",
    "Python without venv",
)
"""One of each kind: each takes a quarter of a minute."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Index]]:
    template, index = faults.prepare(tmp_path_factory.mktemp("faults") / "lab")
    yield template, index
    index.shutdown()
    index.server_close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="faults are injected with the means of Linux")
@pytest.mark.parametrize("name", TRIED)
def test_a_fault_is_a_sentence_and_the_next_run_finishes(name: str, lab: tuple[Path, Index], tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)
    if name.startswith("disk full") and os.geteuid() != 0:
        pytest.skip("a small disk needs an administrator")
    tried, _, left, resumed = faults.attempt(fault, tmp_path / "x", *lab)
    assert fault.reads in tried.output and "Traceback" not in tried.output, tried.output
    assert resumed, f"{left} was left\n{tried.output}"


def test_the_table_has_every_fault_and_all_were_finished() -> None:
    rows = [line.split(" | ") for line in faults.TABLE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "][1:]
    assert [row[0].removeprefix("| ") for row in rows] == [fault.name for fault in FAULTS]
    assert {row[-1] for row in rows} == {"yes |"}
    for row, fault in zip(rows, FAULTS, strict=True):
        assert fault.reads.replace("|", "/") in row[2], row
        assert "Traceback" not in row[2]


INJECTIONS = [*HOSTILE_NAMES[:12], "{% raw %}x{% endraw %}", 'x"\n]]>', "x" * 101, "]]>", "a = 1 # x"]


@pytest.mark.slow
@pytest.mark.parametrize("name", INJECTIONS)
def test_a_name_that_is_an_injection_is_a_name_or_refused(name: str, bake: Bake, tmp_path: Path) -> None:
    baked = bake(project_name=name, project_slug="my_exam", exam_seed="1")
    assert not list(tmp_path.rglob("CANARY")) and not Path("CANARY").exists()
    if baked.path is None:
        assert "The name of the exam" in baked.output and "Traceback" not in baked.output
        return
    root = baked.path
    answers = json.loads((root / ".exam" / "answers.json").read_text(encoding="utf-8"))
    stored = tomllib.loads((root / "exam.toml").read_text(encoding="utf-8"))["name"]
    assert stored == answers["project_name"]
    for path in root.joinpath(".idea").rglob("*.xml"):
        ET.parse(path)

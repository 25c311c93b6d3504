"""``docs/systems.md`` is about these locks, and says yes wherever the README and the bootstrap promise something.

The packages that ``intel_mac.py`` installs are those of the locks, too.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from types import ModuleType, SimpleNamespace

import intel_mac
import pytest
import systems
from conftest import REPOSITORY, TEMPLATE, load_module
from packaging.requirements import Requirement
from systems import SYSTEMS, System

AGAIN = "make the page again: python3 make.py systems"


def rows(document: Path) -> dict[str, list[str]]:
    """Return first cell -> other cells of all tables of a document."""
    lines = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first: others for first, *others in cells}


@pytest.fixture(scope="module")
def page() -> dict[str, list[str]]:
    return rows(systems.TABLE)


@pytest.fixture
def bootstrap() -> ModuleType:
    return load_module(TEMPLATE / "bootstrap.py")


def answers(page: dict[str, list[str]]) -> systems.Answers:
    """Return the cells of the page as the script has them."""
    return {(system.name, *column): cell for system in SYSTEMS
            for column, cell in zip(systems.COLUMNS, page[system.name][1:], strict=True)}


def tensorflow(system: System, python: str, lock: Path) -> list[str]:
    """Return the versions of TensorFlow that a lock has for a system."""
    name, machine = system.build.split("-")
    names = {"win": "win32", "musl": "linux"}
    told = {"sys_platform": names.get(name, name), "platform_machine": machine,
            "python_version": python, "python_full_version": f"{python}.0"}
    found = [Requirement(re.split(r"\s+--hash", text)[0]) for _, text in systems.entries(lock)]
    return [str(wanted.specifier).removeprefix("==") for wanted in found
            if wanted.name in ("tensorflow", "tensorflow-cpu")
            and (wanted.marker is None or wanted.marker.evaluate(told))]


def test_the_page_is_of_these_locks_and_of_this_text() -> None:
    text = systems.TABLE.read_text(encoding="utf-8")
    assert systems.locks_line() in text, AGAIN
    assert text == systems.table(answers(rows(systems.TABLE))), AGAIN


def test_the_page_has_a_row_for_every_system(page: dict[str, list[str]]) -> None:
    assert list(page) == ["system", "---", *(system.name for system in SYSTEMS)], AGAIN


def test_what_is_promised_can_be_installed_and_all_else_says_why(page: dict[str, list[str]]) -> None:
    found = answers(page)
    assert systems.broken(found) == []
    assert all(re.fullmatch(r"yes \(TensorFlow [\d.]+\)|no wheel for .+", cell) for cell in found.values())
    assert "yes" not in str([page[system.name] for system in SYSTEMS if not system.promised])


def test_a_promise_that_is_not_kept_is_named(page: dict[str, list[str]]) -> None:
    changed = {**answers(page), ("Windows x64", "3.12", "gpu"): "no wheel for numpy"}
    assert systems.broken(changed) == ["Windows x64, Python 3.12, gpu: promised, but no wheel for numpy"]


def test_the_versions_of_tensorflow_are_those_of_the_locks(page: dict[str, list[str]]) -> None:
    found = answers(page)
    for system in SYSTEMS:
        for python, accelerator in systems.COLUMNS:
            cell = found[system.name, python, accelerator]
            (version,) = tensorflow(system, python, systems.LOCKS[accelerator])
            assert not cell.startswith("yes") or cell == f"yes (TensorFlow {version})", (system.name, AGAIN)


def test_the_readme_promises_what_the_script_asks() -> None:
    readme = rows(REPOSITORY / "README.md")
    wanted = {row: others[0] for row, others in readme.items() if re.fullmatch(r"3\.\d+(, 3\.\d+)*", others[0])}
    assert {system.row: ", ".join(system.promised) for system in SYSTEMS if system.promised} == wanted
    for system in SYSTEMS:
        assert bool(system.row) == bool(system.promised)
        for version in re.findall(r"TensorFlow ([\d.]+\d)", system.row):
            assert tensorflow(system, system.promised[0], systems.LOCKS["cpu"]) == [version]


def test_the_bootstrap_promises_what_the_script_asks(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    promised = [system for system in SYSTEMS if system.promised]
    assert {system.build for system in promised} == set(bootstrap.BUILDS)
    for system in promised:
        name, machine = system.build.split("-")
        monkeypatch.setattr(bootstrap, "sys", SimpleNamespace(platform=name))
        monkeypatch.setattr(bootstrap, "platform", SimpleNamespace(machine=lambda machine=machine: machine))
        assert sorted(bootstrap.supported_versions()) == list(system.promised)


def test_packages_without_a_wheel_are_found_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words of uv; what it says otherwise is no answer."""
    lacking = ["h5py", "ml-dtypes", "tensorflow-cpu", "wrapt"]
    wanted = "ml-dtypes{platform_machine != 'x86_64' or sys_platform != 'darwin'}"

    def plan(system: System, python: str, lock: Path, *options: str) -> subprocess.CompletedProcess[str]:
        there = [name for name, _ in systems.entries(lock) if name in lacking]
        named = wanted if there[:1] == ["ml-dtypes"] else "".join(there[:1])
        said = f"  cause: Because {named}==1.0\n      has no usable wheels and you require {named}==1.0"
        return subprocess.CompletedProcess([], int(bool(there)), "", said if there else "Would install")

    monkeypatch.setattr(systems, "plan", plan)
    lock = systems.LOCKS["cpu"]
    assert systems.missing(SYSTEMS[-1], "3.12", lock) == lacking
    assert systems.answer(SYSTEMS[-1], "3.12", lock) == "no wheel for tensorflow-cpu, h5py, ml-dtypes and 1 more"
    for said in ("error: Failed to fetch", "Because a==1 depends on b==2 and you require b==1"):
        monkeypatch.setattr(systems, "plan", lambda *_, said=said: subprocess.CompletedProcess([], 1, "", said))
        with pytest.raises(systems.NoAnswer, match=said):
            systems.answer(SYSTEMS[-1], "3.12", lock)


def test_without_an_answer_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(systems, "TABLE", tmp_path / "systems.md")
    refused = subprocess.CompletedProcess([], 2, "", "error: Failed to fetch")
    monkeypatch.setattr(systems, "uv", lambda *_, **__: refused)
    assert systems.main([]) == 1
    assert "Failed to fetch" in capsys.readouterr().err and not any(tmp_path.iterdir())


@pytest.mark.parametrize("python", systems.PYTHONS[:2])
def test_an_intel_mac_gets_its_own_versions_and_all_but_one_with_hashes(python: str) -> None:
    """The one is TensorFlow's, which has another name on Linux."""
    lock = systems.LOCKS["cpu"]
    pins = list(intel_mac.pins(lock.read_text(encoding="utf-8"), f"{python}.4"))
    names = [pin.split()[0] for pin in pins]
    (version,) = tensorflow(next(system for system in SYSTEMS if system.build == "darwin-x86_64"), python, lock)
    assert [pin for pin in pins if " --hash=sha256:" not in pin] == [f"tensorflow-cpu=={version}"]
    assert len({name.partition("==")[0] for name in names}) == len(names) > 60
    assert all("\n" not in pin and ";" not in pin for pin in pins)
    assert any(name.startswith("tensorflow-io-gcs-filesystem==") for name in names) == (python == "3.11")


def test_other_points_are_seen() -> None:
    """So is a model that one side cannot grade, or neither."""
    whole = {"status": "scored", "points": 5, "value": 0.5, "findings": []}
    less, none = {**whole, "points": 4}, {**whole, "status": "not gradable", "points": 0, "value": None}
    pairs = [(whole, whole), (less, less), (whole, less), (whole, none), (none, none)]
    both = ("pins", "current")
    rows = [intel_mac.Row("wine_cultivars", "pins", dict(zip(both, pair, strict=True))) for pair in pairs]
    assert [row.is_alike() for row in rows] == [True, True, False, False, False]
    assert [intel_mac.show([row]) for row in rows] == [0, 0, 1, 1, 1]

"""The repository keeps its own rules: versions agree, nothing names a machine or an index, functions are short."""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from conftest import REPOSITORY, TEMPLATE

from exam import __version__

SCREEN = 50
INDEX = re.compile(r"^\s*(--(extra-)?index-url|--find-links|-f |-i )|registry\s*=|pypi\.org|simple/", re.MULTILINE)
MACHINE = re.compile(r"(?<![\w.])/(root|home|Users|work|opt)/\w+")


def tracked(*patterns: str) -> list[Path]:
    """Return the files that git knows, or that it would add; without git the test is skipped."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    try:
        listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return [path for line in listed.splitlines() if (path := REPOSITORY / line.strip('"')).is_file()]


def test_versions_agree() -> None:
    setup = configparser.ConfigParser()
    setup.read(REPOSITORY / "setup.cfg")
    newest = re.search(r"^## (\S+)", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert __version__ == setup["metadata"]["version"] == newest.group(1)


def test_locks_name_no_index_and_hash_everything() -> None:
    locks = tracked("*requirements*.txt")
    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text()
        assert not INDEX.search(text) and "://" not in text and text.count("--hash=sha256:") > 20
        requirements = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==", text, re.MULTILINE)
        assert len(requirements) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)), "everything is pinned"


def test_no_file_names_a_folder_of_a_machine() -> None:
    found = []
    for path in tracked():
        if path.suffix in {".h5", ".npz"} or path.is_relative_to(REPOSITORY / "tests"):
            continue
        found += [f"{path.name}: {match.group()}" for match in MACHINE.finditer(path.read_text(encoding="utf-8"))]
    assert not found


def test_every_function_fits_on_a_screen() -> None:
    too_long = []
    for path in tracked("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                too_long += [f"{path.name}: {node.name} has {lines} lines"] if lines > SCREEN else []
    assert not too_long


def test_public_functions_of_the_engine_say_what_they_do() -> None:
    silent = []
    for path in (TEMPLATE / "exam").rglob("*.py"):
        if path.name == "starter.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for node in [tree, *tree.body, *(member for parent in classes for member in parent.body)]:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.startswith("_"):
                continue
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(TEMPLATE)}: {getattr(node, 'name', 'module')}")
    assert not silent


def test_ci_runs_the_command_of_the_readme() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    script = REPOSITORY / ".ci" / "run"
    assert "\npython3 make.py test\n" in readme and "\npython3 make.py workspace\n" in readme
    assert "README.md" in script.read_text() and (os.name == "nt" or os.access(script, os.X_OK))


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (REPOSITORY / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            assert (REPOSITORY / target).exists(), f"{document} links to {target}"


def imported(path: Path) -> set[str]:
    """Return the names of the modules that a file imports anywhere, those for type checkers too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def engine() -> dict[str, set[str]]:
    """Return module of the engine, questions among them -> what it imports."""
    files = (TEMPLATE / "exam").rglob("*.py")
    return {".".join(path.relative_to(TEMPLATE).with_suffix("").parts): imported(path) for path in files}


def test_no_two_modules_of_the_engine_import_each_other() -> None:
    """The contract of import-linter does not see the folders of questions, which are no packages."""
    graph = engine()
    TopologicalSorter({name: names & graph.keys() for name, names in graph.items()}).prepare()


def test_a_room_has_at_most_twelve_modules() -> None:
    for room in {path.parent for path in (TEMPLATE / "exam").glob("**/__init__.py")}:
        assert len([path for path in room.glob("*.py") if path.name != "__init__.py"]) <= 12, room.name


def plain(distribution: str) -> str:
    """Return the name that ``requirements.in`` has for an installed package."""
    return distribution.lower().replace("_", "-").removesuffix("-cpu")


@pytest.mark.parametrize("name", ["requirements.in", "requirements-gpu.in"])
def test_what_the_engine_imports_is_declared(name: str) -> None:
    """pip is there in every environment; what it brings of its own is no package."""
    lines = (TEMPLATE / name).read_text(encoding="utf-8").splitlines()
    declared = {re.split(r"[\[=;<> ]", line)[0] for line in lines if line and not line.startswith("#")}
    packages = packages_distributions()
    tops = {module.partition(".")[0] for names in engine().values() for module in names}
    foreign = tops - sys.stdlib_module_names - {"exam", "pip", "__future__"}
    needed = {module: {plain(dist) for dist in packages[module]} for module in foreign}
    assert not {module for module, dists in needed.items() if not dists & declared}

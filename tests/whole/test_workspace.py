"""The main job, end to end and for real: generate, install, verify, train five models, get five scores."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import harness
import pytest
from questions import SEED

from exam.processes import wall
from exam.workspace import Exam, Workspace

pytestmark = pytest.mark.slow
VERSIONS = ("3.11", "3.13")
"""The oldest and the newest; ``make.py intel`` trains and grades everything with the one between."""
FINGERPRINT = """
import hashlib, json, sys
from exam import bank
from exam.workspace import Exam, Workspace
found, exam = {}, Exam.read(Workspace.find().exam_toml)
for name in exam.questions.values():
    hidden = bank.load(name).make_hidden(exam.seed)
    found[name] = [hashlib.sha256(array.tobytes()).hexdigest() for array in (hidden.x, hidden.y)]
    found[name].append(float(hidden.baseline.astype("float64").mean().round(4)))
print(json.dumps(found))
"""


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a learner's terminal, with this environment's uv on PATH when there is one."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "EXAM_CACHE")}
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
    return {**kept, "PYTHONDONTWRITEBYTECODE": "", "PYTHONIOENCODING": "utf-8", **changes}


def run(command: list[str], cwd: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=environment(**changes), capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str]:
    """A workspace made by the template's own command, in a folder that many tools stumble over."""
    folder = tmp_path_factory.mktemp("Übung mit Leerzeichen")
    made = run(
        [sys.executable, "-m", "cookiecutter", str(harness.REPOSITORY), "--no-input", f"exam_seed={SEED}"],
        folder,
        EXAM_ENVIRONMENT="required",
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return Workspace(folder / "my_tensorflow_exam"), made.stdout


@pytest.fixture(scope="module")
def workspace(generated: tuple[Workspace, str]) -> Workspace:
    return generated[0]


def exam(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the workspace with the workspace's interpreter."""
    return run([str(workspace.venv_python), "-m", "exam", *arguments], workspace.root)


@pytest.fixture(scope="module")
def solved(workspace: Workspace) -> Workspace:
    """The same workspace, its clock started, with the five reference solutions trained by its own interpreter."""
    assert exam(workspace, "start").returncode == 0
    for category, question in Exam.read(workspace.exam_toml).questions.items():
        harness.train(workspace.category(category), question, harness.REFERENCE, str(workspace.venv_python))
    return workspace


def test_generation_ends_with_a_verified_workspace(generated: tuple[Workspace, str]) -> None:
    workspace, output = generated
    marker = json.loads(workspace.ready_marker.read_text())
    assert marker["tensorflow"] and marker["python"].rpartition(".")[0] in VERSIONS
    assert "PyCharm" in output
    for category in range(1, 6):
        assert any(workspace.data(category).iterdir())
    assert "uv =" not in (workspace.venv / "pyvenv.cfg").read_text(), "PyCharm attaches a plain venv by itself"


def test_bootstrap_again_finds_everything_done(workspace: Workspace) -> None:
    again = run([sys.executable, "bootstrap.py"], workspace.root)
    assert again.returncode == 0 and "ready" in again.stdout
    assert "Installing" not in again.stdout


def test_verify_shows_its_own_sentences_and_nothing_else(workspace: Workspace) -> None:
    """Notes of TensorFlow's native code look like faults to a beginner."""
    verified = exam(workspace, "verify")
    assert verified.returncode == 0 and verified.stderr == ""
    assert verified.stdout.startswith("Environment verified in ")
    assert len(verified.stdout.splitlines()) == 2 + (not wall.is_whole())


def test_untouched_starters_say_what_is_to_do(workspace: Workspace) -> None:
    for category in range(1, 6):
        starter = run([str(workspace.venv_python), str(workspace.starter(category))], workspace.root)
        assert starter.returncode == 0 and "Nothing to save yet" in starter.stdout, starter.stderr
        assert not workspace.model(category).exists()


def test_untouched_workspace_scores_0_with_five_sentences(workspace: Workspace) -> None:
    graded = exam(workspace, "grade", "--all")
    assert graded.returncode == 1 and graded.stdout.count("There is no Category") == 5
    assert "0 of 100" in graded.stdout and graded.stderr == ""


def test_test_tree_of_an_untouched_workspace_is_skipped(workspace: Workspace) -> None:
    tested = run([str(workspace.venv_python), "-m", "pytest"], workspace.root)
    assert tested.returncode == 0 and "50 skipped" in tested.stdout, tested.stdout
    for category in range(1, 6):
        assert f"Category{category}/starter.py" in tested.stdout


def test_reference_solutions_score_five_times_five(solved: Workspace) -> None:
    graded = exam(solved, "grade", "--all", "--json", "--require", "5")
    results = json.loads(graded.stdout)
    scores = {result["question"]: (result["points"], result["value"], result["findings"]) for result in results}
    assert [result["points"] for result in results] == [5] * 5, scores
    assert graded.returncode == 0 and not any(result["findings"] for result in results)


def test_grading_again_gives_the_same_score(solved: Workspace) -> None:
    values = []
    for fresh in (False, True):
        if fresh:
            shutil.rmtree(solved.cache)
        results = json.loads(exam(solved, "grade", "--all", "--json").stdout)
        assert {result["cached"] for result in results} == {not fresh}
        values.append([result["value"] for result in results])
    assert values[0] == values[1]
    assert "100 of 100 points, passed" in exam(solved, "grade", "--all").stdout


def test_reference_solutions_pass_the_inspection(solved: Workspace) -> None:
    for category in range(1, 6):
        assert exam(solved, "check", str(category)).returncode == 0


def test_test_tree_of_a_solved_workspace_passes(solved: Workspace) -> None:
    tested = run([str(solved.venv_python), "-m", "pytest"], solved.root)
    assert tested.returncode == 0 and "50 passed" in tested.stdout, tested.stdout


def test_test_tree_of_a_half_solved_workspace_says_what_is_missing(solved: Workspace, tmp_path: Path) -> None:
    """Category 2 has the model of category 1, category 3 has none."""
    for category in (2, 3):
        shutil.copyfile(solved.model(category), tmp_path / str(category))
    shutil.copyfile(solved.model(1), solved.model(2))
    solved.model(3).unlink()
    try:
        tested = run([str(solved.venv_python), "-m", "pytest"], solved.root)
    finally:
        for category in (2, 3):
            shutil.copyfile(tmp_path / str(category), solved.model(category))
    assert tested.returncode == 1 and "1 failed, 33 passed, 16 skipped" in tested.stdout, tested.stdout
    assert "docs/findings/another-category.md" in tested.stdout and "Category3/starter.py" in tested.stdout


def test_a_whole_exam_is_played_to_its_report(solved: Workspace) -> None:
    """Started before the training; submitted by the tests above, or now."""
    exam(solved, "grade", "--all")
    now = json.loads(exam(solved, "status", "--json").stdout)
    assert (now["mode"], now["state"], now["total"], now["passed"]) == ("exam", "running", 100, True)
    ended = exam(solved, "finish", "--yes")
    assert ended.returncode == 0 and "Exam: 100 of 100 points, passed" in ended.stdout, ended.stderr
    page = solved.root / "result.html"
    assert exam(solved, "report", "--no-open", "--output", str(page)).returncode == 0
    text = page.read_text(encoding="utf-8")
    assert "100 of 100" in text and all(f"Category {category}" in text for category in range(1, 6))
    assert json.loads(exam(solved, "history", "--json").stdout)["exams"][-1]["state"] == "finished"
    late = json.loads(exam(solved, "grade", "1", "--json").stdout)
    assert late[0]["points"] == 5
    assert json.loads(exam(solved, "history", "--json").stdout)["exams"][-1]["total"] == 100


def other_versions() -> list[str]:
    current = f"{sys.version_info.major}.{sys.version_info.minor}"
    return [version for version in VERSIONS if version != current]


@pytest.mark.parametrize("version", other_versions())
def test_other_pythons_make_the_same_hidden_sets_and_scores(
    solved: Workspace, version: str, tmp_path: Path, uv: str
) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"this machine has no Python {version}")
    inside = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    assert run([python, "-m", "venv", str(tmp_path / "venv")], tmp_path).returncode == 0
    lock = str(solved.root / "requirements.txt")
    installed = run([uv, "pip", "install", "--require-hashes", "--python", str(inside), "-r", lock], tmp_path)
    assert installed.returncode == 0, installed.stderr
    ours = run([str(solved.venv_python), "-c", FINGERPRINT], solved.root)
    theirs = run([str(inside), "-c", FINGERPRINT], solved.root)
    assert json.loads(theirs.stdout) == json.loads(ours.stdout), theirs.stderr
    shutil.rmtree(solved.cache, ignore_errors=True)
    command = ["-m", "exam", "grade", "--all", "--json"]
    theirs = run([str(inside), *command], solved.root, EXAM_CACHE=str(tmp_path / "cache"))
    shutil.rmtree(solved.cache)
    ours = run([str(solved.venv_python), *command], solved.root)
    values = [[(r["value"], r["points"]) for r in json.loads(graded.stdout)] for graded in (ours, theirs)]
    assert values[0] == values[1]


def find_python(version: str) -> str | None:
    """Return an interpreter of one version, as the bootstrap finds them."""
    from conftest import load_module

    bootstrap = load_module(harness.TEMPLATE / "bootstrap.py")
    for command in bootstrap.candidates():
        found = bootstrap.probe(command) if command[0] else None
        if found and bootstrap.minor(found.version) == version and found.has_venv:
            return str(found.path)
    return None

"""The commands as a user types them, without TensorFlow: usage, exit status, sentences, JSON."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import damage
import files
import harness
import pytest
import records

from exam import bank, cli
from exam.grading.grade import grade
from exam.machine import trouble
from exam.modelfile import sandbox
from exam.records import attempts
from exam.workspace import Exam, Workspace

EXAM = harness.EXAM
exam = harness.run_exam


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with an exam and no models; the engine is the template's own."""
    return harness.workspace_without_models(tmp_path / "my exam")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["grade", "9"], "1<=x<=5"),
        (["grade", "0"], "1<=x<=5"),
        (["grade", "one"], "'one'"),
        (["grade"], "grade --all"),
        (["grade", "1", "--all"], "grade --all"),
        (["grade", "1", "--require", "6"], "0<=x<=5"),
        (["check"], "CATEGORY"),
        (["check", "6"], "1<=x<=5"),
        (["draw", "--seed", "-1"], "--seed"),
        (["draw", "--category", "3"], "--question together"),
        (["draw", "--category", "3", "--question", "nowhere"], "nowhere"),
        (["dance"], "dance"),
    ],
)
def test_wrong_usage_is_status_2_and_named(workspace: Workspace, arguments: list[str], named: str) -> None:
    run = exam(workspace, *arguments)
    assert run.returncode == 2 and named in run.stderr and run.stdout == ""
    assert Exam.read(workspace.exam_toml) == EXAM, "wrong usage changes nothing"


def test_untouched_workspace_scores_0_with_five_sentences(workspace: Workspace) -> None:
    run = exam(workspace, "grade", "--all")
    assert run.returncode == 1
    for category in range(1, 6):
        assert f"There is no Category{category}/mymodel.h5 yet." in run.stdout
    assert "0 of 100 points" in run.stdout
    assert run.stdout.count("□□□□□") == 5
    assert "not been verified" in run.stderr and "bootstrap.py" in run.stderr
    assert len(attempts.read(workspace)) == 5


def test_grade_json_is_one_document(workspace: Workspace) -> None:
    run = exam(workspace, "grade", "--all", "--json")
    results = json.loads(run.stdout)
    assert [result["category"] for result in results] == [1, 2, 3, 4, 5]
    assert {result["points"] for result in results} == {0}
    assert all(result["findings"][0]["next_step"] for result in results)


def test_check_shows_the_file(workspace: Workspace) -> None:
    files.write(workspace.model(1), files.line_model())
    run = exam(workspace, "check", "1")
    assert run.returncode == 0 and "Ready to be graded." in run.stdout and "Keras 3.15.1" in run.stdout
    assert json.loads(exam(workspace, "check", "1", "--json").stdout)["input_shape"] == [1]
    assert exam(workspace, "check", "2").returncode == 1


def test_two_categories_in_any_order(workspace: Workspace) -> None:
    results = json.loads(exam(workspace, "grade", "4", "2", "2", "--json").stdout)
    assert [result["category"] for result in results] == [2, 4]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "bootstrap.py"),
        ("seed = ", "not TOML"),
        (EXAM.to_toml().replace("seed = 31", 'seed = "x"'), "seed"),
        (EXAM.to_toml().replace("straight_line", "no_such_question"), "no_such_question"),
    ],
)
def test_a_damaged_exam_toml_is_one_sentence_with_a_command(
    workspace: Workspace, content: str | None, named: str
) -> None:
    workspace.exam_toml.unlink()
    if content is not None:
        workspace.exam_toml.write_text(content, encoding="utf-8")
    run = exam(workspace, "grade", "1")
    assert run.returncode == 3 and named in run.stderr and "python" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1 and "Traceback" not in run.stderr


@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), OSError("about no file")])
def test_an_unforeseen_error_is_a_sentence_and_status_3(
    workspace: Workspace, error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.chdir(workspace.root)
    monkeypatch.setattr("exam.records.standing.read", broken)
    monkeypatch.setattr(sys, "argv", ["exam", "status"])
    assert cli.main() == 3
    shown = capsys.readouterr().err
    assert "not your work" in shown and "Traceback" not in shown
    assert type(error).__name__ in (workspace.log / "faults.log").read_text(encoding="utf-8")


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")


@FULL
@pytest.mark.parametrize("words", ["status", "check 1 --json"])
def test_output_that_is_full_or_closed_is_no_fault_of_ours(workspace: Workspace, words: str) -> None:
    """Before, "the exam program failed" and "nothing was scored", after a score too; closed ones were a traceback."""
    command = f"{shlex.quote(sys.executable)} -m exam {words}"

    def said(outputs: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            f"{command} {outputs}", shell=True, cwd=workspace.root, env=harness.environment_for(), text=True,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )

    full = said(">/dev/full")
    assert full.returncode == 3 and "The output could not be written (No space left" in full.stderr, full.stderr
    assert "python -m exam status" in full.stderr and "scored" not in full.stderr
    usual = said(">/dev/null").returncode
    for outputs in (">&-", ">&- 2>&-", ">/dev/null 2>/dev/full", ">&- 2>&- <&-"):
        ended = said(outputs)
        assert ended.returncode == usual and "Traceback" not in ended.stderr, ended.stderr


@FULL
@pytest.mark.slow
def test_a_score_that_cannot_be_shown_is_kept(workspace: Workspace, mistakes: Path) -> None:
    shutil.copyfile(mistakes / "sound.h5", workspace.model(1))
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "exam", "grade", "1"], cwd=workspace.root, env=harness.environment_for(), text=True,
            stdout=full, stderr=subprocess.PIPE,
        )
    assert ended.returncode == 3 and "What was graded is kept" in ended.stderr and "nothing" not in ended.stderr
    assert exam(workspace, "history", "--category", "1", "--json").stdout.count('"graded_at"') == 1


@pytest.mark.skipif(os.name == "nt", reason="programs that are scripts of a shell")
@pytest.mark.parametrize("there", [("python", "python3"), ("python3",)])
def test_missing_packages_are_one_sentence_and_status_3(
    workspace: Workspace, there: tuple[str, ...], tmp_path: Path
) -> None:
    """The command names a Python that can be typed: a Mac, and many a Linux, has no ``python``."""
    for name in there:
        (tmp_path / name).write_text("", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    run = subprocess.run(
        [sys.executable, "-S", "-m", "exam", "grade", "1"],  # -S: without site-packages
        cwd=workspace.root,
        env={"PYTHONPATH": str(harness.TEMPLATE), "PYTHONDONTWRITEBYTECODE": "1", "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3 and "Traceback" not in run.stderr
    assert run.stderr.rstrip().endswith(f": {there[0]} bootstrap.py"), run.stderr


@pytest.mark.parametrize(
    ("there", "repair"), [(("py", "python"), "py bootstrap.py"), (("python",), "python bootstrap.py")]
)
def test_on_windows_the_launcher_is_named(
    there: tuple[str, ...], repair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "ON_WINDOWS", True)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
    assert trouble.to_repair() == repair


def test_a_quoted_command_can_be_typed_in_powershell_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """PowerShell prints a text in quotes, and runs it only after an ampersand; cmd.exe knows no ampersand there."""
    python = r"C:\Users\Ada L\my exam\.venv\Scripts\python.exe"
    monkeypatch.setattr(trouble, "ON_WINDOWS", True)
    monkeypatch.setenv("USERPROFILE", r"C:\Users\Ada L")
    monkeypatch.setenv("PSModulePath", r"C:\Program Files\WindowsPowerShell\Modules")
    assert trouble.typed(["grade", "1"], python) == f'"{python}" -m exam grade 1'
    monkeypatch.setenv("PSModulePath", r"C:\Users\Ada L\Documents\PowerShell\Modules;C:\Program Files\x")
    assert trouble.typed(["grade", "1"], python) == f'& "{python}" -m exam grade 1'
    assert trouble.typed(["grade", "1"]) == "python -m exam grade 1"


def test_a_narrow_encoding_gets_letters_instead_of_boxes(workspace: Workspace) -> None:
    run = exam(workspace, "grade", "1", PYTHONIOENCODING="cp1252")
    assert run.returncode == 1 and "....." in run.stdout and "?" not in run.stdout


def test_output_that_is_not_a_terminal_has_no_colours(workspace: Workspace) -> None:
    assert "\x1b[" not in exam(workspace, "grade", "--all").stdout


def test_the_program_starts_without_heavy_imports(workspace: Workspace) -> None:
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "exam", "--help"],
        cwd=harness.TEMPLATE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    for package in ("numpy", "h5py", "rich", "sklearn", "keras", "tensorflow"):
        assert f"| {package}\n" not in run.stderr
    assert "Rehearse the TensorFlow exam" in run.stdout


def attempt(question: str, points: int) -> str:
    return json.dumps(records.attempt(points=points, question=question).to_dict()) + "\n"


def test_bank_lists_every_question_with_what_was_done(workspace: Workspace) -> None:
    old = workspace.archive / "20260101T000000000000Z-seed-1"
    old.mkdir(parents=True)
    (old / "attempts.jsonl").write_text(attempt("two_rings", 2) + attempt("two_rings", 4) + "half a li")
    workspace.state.mkdir(exist_ok=True)
    workspace.attempts.write_text(attempt("two_rings", 3) + attempt("straight_line", 0))
    listed = {entry["question"]: entry for entry in json.loads(exam(workspace, "bank", "--json").stdout)}
    assert set(listed) == set(bank.find())
    assert (listed["two_rings"]["attempts"], listed["two_rings"]["best"]) == (3, 4)
    assert (listed["straight_line"]["attempts"], listed["straight_line"]["best"]) == (1, 0)
    assert (listed["damped_wave"]["attempts"], listed["damped_wave"]["best"]) == (0, None)
    assert [name for name, entry in listed.items() if entry["drawn"]] == list(EXAM.questions.values())
    assert listed["fashion_mnist"]["data_source"] == "public" and listed["two_rings"]["data_source"] == "offline"


def test_bank_shows_title_skills_level_time_and_score(workspace: Workspace) -> None:
    workspace.state.mkdir(exist_ok=True)
    workspace.attempts.write_text(attempt("straight_line", 4))
    shown = exam(workspace, "bank", "--category", "1").stdout
    question = bank.load("straight_line")
    assert question.title in shown and question.skills[0] in shown and f"{question.train_seconds} s" in shown
    assert "medium" in shown and "\u25a0\u25a0\u25a0\u25a0\u25a1  1 x" in shown and "in this exam" in shown
    assert "handwritten_digits" not in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_bank_works_before_an_exam_was_drawn(workspace: Workspace) -> None:
    workspace.exam_toml.unlink()
    assert exam(workspace, "bank").returncode == 0


@pytest.mark.slow
def test_draw_shows_what_it_drew_and_where_the_old_exam_went(workspace: Workspace, tmp_path: Path) -> None:
    workspace.model(1).write_bytes(b"model")
    workspace.state.mkdir(exist_ok=True)
    (workspace.state / "answers.json").write_text("{}")
    command = ("draw", "--seed", "5", "--category", "1", "--question", "two_rings")
    drawn = exam(workspace, *command, EXAM_CACHE=str(tmp_path / "cache"))
    assert drawn.returncode == 0, drawn.stderr
    now = Exam.read(workspace.exam_toml)
    assert now.questions[1] == "two_rings"
    for question in now.questions.values():
        assert bank.load(question).title in drawn.stdout and question in drawn.stdout
    archive = next(iter(workspace.archive.iterdir()))
    assert f"archive/{archive.name}" in drawn.stdout and (archive / "Category1" / "mymodel.h5").exists()


def test_data_is_made_for_the_drawn_exam(workspace: Workspace, tmp_path: Path) -> None:
    for category in (2, 3, 4, 5):
        damage.pretend_data(workspace, tmp_path / "cache", category)
    run = exam(workspace, "data", EXAM_CACHE=str(tmp_path / "cache"))
    assert run.returncode == 0 and (workspace.data(1) / "points.csv").exists()
    assert run.stdout.count("already there") == 4
    assert exam(workspace, "data", EXAM_CACHE=str(tmp_path / "cache")).stdout.count("already there") == 5


def test_a_failure_of_the_inspection_is_a_fault_of_ours_and_no_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And costs the other categories nothing."""

    def fails(*arguments: object) -> None:
        raise RuntimeError("the reader failed")

    made = harness.workspace_without_models(tmp_path / "exam")
    monkeypatch.setattr(sandbox, "examine", fails)
    results = grade(made, harness.EXAM, [1, 2])
    assert [(result.status, result.points) for result in results] == [("grader fault", None)] * 2
    assert (made.log / "faults.log").read_text(encoding="utf-8").count("RuntimeError: the reader failed") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_while_the_command_tidies_up_shows_no_traceback(workspace: Workspace, name: str) -> None:
    """Before, one that came at the very end did."""
    program = (
        "import atexit, os, signal, sys\n"
        f"atexit.register(lambda: os.kill(os.getpid(), signal.{name}))\n"
        "from exam.__main__ import main; sys.argv = ['exam', 'status']; sys.exit(main())"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(
        command, cwd=workspace.root, env=harness.environment_for(), capture_output=True, text=True
    )
    assert ended.returncode == 0 and "Traceback" not in ended.stderr, ended.stderr

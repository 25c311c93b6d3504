"""The test tree of a workspace: what is checked, in which order, how it is named, and that nothing more is claimed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import files
import harness
import idea_checker
import pytest
import records

from exam import bank, requirements
from exam.architecture.shapes import Signature
from exam.bank.metrics import METRICS
from exam.findings import CATALOGUE, Finding, finding
from exam.machine.trouble import to_repair
from exam.modelfile.inspection import Inspection, inspect
from exam.records import attempts, exam_clock
from exam.result import Result
from exam.workspace import CATEGORIES, Exam, Workspace

NAMES = {
    1: "straight_line",
    2: "wine_cultivars",
    3: "rock_paper_scissors",
    4: "satire_headlines",
    5: "bike_rentals",
}
EXAM = Exam("test", 31, "cpu", 5.0, "offline", NAMES)
FATAL = [code for code, entry in CATALOGUE.items() if entry.severity == "fatal"]
KNOWN = Signature((1,), (1,), "linear", ())


def graded(result: Result | None, signature: Signature | None = KNOWN) -> requirements.Graded:
    """Return a grading of a file that tells its signature."""
    seen = Inspection(Path("mymodel.h5"), "Category1/mymodel.h5", "Category1", signature=signature)
    seen.sha256 = result.sha256 if result else None
    return requirements.Graded(records.LINE, seen, result)


def outcomes(given: requirements.Graded) -> list[str]:
    """Return what the tests of all requirements say, in order."""
    return [requirements.judge(requirement, given).outcome for requirement in requirements.REQUIREMENTS]


def fatal(code: str) -> Result:
    """Return a grading that ended at a finding."""
    return records.result(
        points=0, status="not gradable", value=None, baseline=None, findings=(Finding(code, "fatal", "Seen.", "Try."),)
    )


def place(words: str) -> int:
    """Return which requirement on a straight line has these words."""
    return [words in requirement.name(records.LINE) for requirement in requirements.REQUIREMENTS].index(True)


# what the requirements are


def test_every_fatal_finding_belongs_to_exactly_one_requirement() -> None:
    claimed = [code for requirement in requirements.REQUIREMENTS for code in requirement.codes]
    assert sorted(claimed) == sorted(FATAL)


def test_requirements_stand_in_the_order_of_the_inspection(tmp_path: Path) -> None:
    """A file with all mistakes, which are mended one after another: each time a later requirement is the one missed."""
    wrong, stray = files.layer("Dense", units=2, activation="relu"), files.layer("Lambda")
    right_units, right = (files.layer("Dense", units=1, activation=name) for name in ("relu", "linear"))
    configs = [
        None,
        files.sequential(stray, wrong, shape=(3,)),
        files.sequential(wrong, shape=(3,)),
        files.sequential(wrong),
        files.sequential(right_units),
        files.sequential(right),
    ]
    broken = tmp_path / "broken.h5"
    broken.write_bytes(b"no model")
    paths = [broken, *(files.write(tmp_path / f"{number}.h5", config) for number, config in enumerate(configs))]
    found = [inspect(path, records.LINE).finding for path in paths]
    rules = requirements.REQUIREMENTS
    missed = [[found.code in rule.codes for rule in rules].index(True) if found else None for found in found]
    assert missed == [0, 1, 2, 3, 4, 5, None]
    assert [place(words) for words in ("loads", "baseline", "3 of 5", "5 of 5 points")] == [6, 7, 8, 9]


@pytest.mark.parametrize("name", bank.find())
def test_the_tree_reads_as_the_contract_of_the_question(name: str) -> None:
    question = bank.load(name)
    labels = [requirement.name(question) for requirement in requirements.REQUIREMENTS]
    text = "\n".join(labels).replace("·", ".")
    assert len(set(labels)) == len(labels), "a class has one test of a name"
    assert f"inputs of shape {question.input_shape}\n" in text and f"outputs of shape {question.output_shape}\n" in text
    assert "ends without an activation" in text or f"ends with {question.activations[0]}\n" in text
    for points in (3, 5):
        metric, band = METRICS[question.metric], question.bands[points - 1]
        way = "more" if metric.greater_is_better else "less"
        assert f"earns {points} of 5 points ({metric.label} {band:g} or {way})" in text


@pytest.mark.parametrize("name", bank.find())
def test_pycharm_shows_every_name_as_it_is(name: str) -> None:
    question = bank.load(name)
    branch = requirements.group(question.category, question)
    for requirement in requirements.REQUIREMENTS:
        leaf = requirement.name(question)
        shown = idea_checker.tree(f"tests/test_exam.py::{branch}::{leaf}")
        assert shown == ["tests", "test_exam", branch, leaf]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("accuracy 0.85", ["accuracy 0_85"]),
        ("and/or", ["and", "or"]),
        ("one::two", ["one", "two"]),
        ("mean(x, y)", ["mean", "(x, y)"]),
        ("model[mymodel.h5]", ["model", "(mymodel_h5)"]),
        ("inputs of shape (28, 28)", ["inputs of shape (28, 28)"]),
    ],
)
def test_names_that_pycharm_would_break_are_noticed(name: str, shown: list[str]) -> None:
    assert idea_checker.tree(f"tests/test_exam.py::{name}") == ["tests", "test_exam", *shown]


def test_a_title_with_anything_in_it_becomes_one_branch() -> None:
    question = replace(records.LINE, title="a.b/c::d[e]\\f")
    branch = requirements.group(1, question)
    assert idea_checker.tree(f"tests/test_exam.py::{branch}::leaf") == ["tests", "test_exam", branch, "leaf"]


# what is said of one grading


@pytest.mark.parametrize("code", FATAL)
def test_a_fatal_finding_fails_one_requirement_and_leaves_the_later_ones_unchecked(code: str) -> None:
    given = graded(fatal(code))
    missed = [code in requirement.codes for requirement in requirements.REQUIREMENTS].index(True)
    later = len(requirements.REQUIREMENTS) - missed - 1
    assert outcomes(given) == ["passed"] * missed + ["failed"] + ["not checked"] * later
    judged = requirements.judge(requirements.REQUIREMENTS[missed], given)
    assert judged.reason == f"Seen.\n-> Try.\n   docs/findings/{code}.md"
    label = requirements.REQUIREMENTS[missed].name(records.LINE)
    assert requirements.judge(requirements.REQUIREMENTS[-1], given).reason == f'not checked: "{label}" must pass first'


def test_what_the_file_does_not_tell_is_not_shown_as_passed() -> None:
    silent = graded(fatal("not-loadable"), Signature(None, None, None, ()))
    shapes_and_ending = slice(place("takes inputs"), place("ends") + 1)
    assert outcomes(silent)[shapes_and_ending] == ["not checked"] * 3
    assert outcomes(graded(fatal("not-loadable")))[shapes_and_ending] == ["passed"] * 3


def test_a_scored_model_has_shown_its_shapes_but_not_its_last_activation() -> None:
    silent = outcomes(graded(records.result(points=5, findings=()), Signature(None, None, None, ())))
    assert silent == ["passed"] * place("ends") + ["not checked"] + ["passed"] * 4


def test_what_another_file_tells_does_not_count() -> None:
    """The learner may have saved a new model while the old one was graded."""
    given = graded(records.result(points=5, findings=()))
    given.inspection.sha256 = "cd" * 32
    assert outcomes(given)[place("ends")] == "not checked"


def test_a_fault_of_ours_says_so_and_claims_nothing_more_than_the_inspection() -> None:
    given = graded(records.result(points=None, status="grader fault", value=None, baseline=None, findings=()))
    assert outcomes(given) == ["passed"] * 6 + ["not checked"] * 4
    assert "The grader failed, not your model" in requirements.judge(requirements.RUNS, given).reason


@pytest.mark.parametrize(
    ("question", "value", "baseline", "codes", "better"),
    [
        ("straight_line", 0.75, 40.0, (), True),
        ("straight_line", 41.0, 40.0, (), False),
        ("straight_line", 40.0, 40.0, (), False),
        ("straight_line", None, 40.0, ("nan-output",), False),
        ("satire_headlines", 0.75, 0.6, (), True),
        ("satire_headlines", 0.5, 0.6, (), False),
        ("satire_headlines", 0.75, 0.6, ("whole-numbers",), True),
        ("satire_headlines", 0.5, 0.6, ("whole-numbers",), False),
        ("satire_headlines", 0.5, 0.6, ("not-probabilities",), False),
        ("satire_headlines", 0.5, 0.6, ("permuted-classes",), False),
    ],
)
def test_better_than_the_baseline_is_a_matter_of_the_numbers(
    question: str, value: float | None, baseline: float, codes: tuple[str, ...], better: bool
) -> None:
    findings = tuple(Finding(code, "problem", "Seen.", "Try.") for code in codes)
    result = records.result(points=1, value=value, baseline=baseline, findings=findings)
    given = replace(graded(result), question=bank.load(question))
    assert (outcomes(given)[place("baseline")] == "passed") is better


@pytest.mark.parametrize("points", range(6))
def test_points_are_shown_at_three_and_at_five(points: int) -> None:
    assert outcomes(graded(records.result(points=points)))[-2:] == [
        "passed" if points >= 3 else "failed",
        "passed" if points == 5 else "failed",
    ]


def test_a_lost_point_comes_with_the_number_and_the_three_findings_that_explain_most() -> None:
    codes = ("one-epoch", "never-trained", "swapped-colours", "raw-pixels")
    values = {"found": 10, "points": 4, "also": ""}
    result = records.result(points=2, findings=tuple(finding(code, **values) for code in codes))
    reason = requirements.judge(requirements.REQUIREMENTS[-1], graded(result)).reason
    assert reason.startswith("largest absolute error 0.75, naive baseline 40: 2 of 5 points\n")
    assert re.findall(r"docs/findings/(\S+)\.md", reason) == list(codes[:3])
    assert "python -m exam grade 1 --all-findings" in reason


# the tree itself, with everything real but the grading

FAKE_GRADING = """
import json
from dataclasses import replace
from pathlib import Path

from exam import bank
from exam.bank.public import DataUnavailable
from exam.grading import grade as grading
from exam.modelfile.inspection import inspect
from exam.result import Result

HERE = Path(__file__).parent


def grade(workspace, exam, categories, *more):
    with (HERE / "calls").open("a") as calls:
        calls.write(json.dumps(categories) + "\\n")
    fake = json.loads((HERE / "gradings.json").read_text())
    if isinstance(fake, str):
        raise DataUnavailable(fake) if fake.startswith("No network") else ArithmeticError(fake)
    results = [Result.from_dict(item) for item in fake if item["category"] in categories]
    return [replace(result, sha256=sha256(workspace, exam, result.category)) for result in results]


def sha256(workspace, exam, category):
    return inspect(workspace.model(category), bank.load(exam.questions[category])).sha256


grading.grade = grade  # before anything of the engine imports it
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with the tests of the template and no models."""
    made = Workspace(tmp_path / "my exam")
    shutil.copytree(harness.TEMPLATE / "tests", made.root / "tests")
    shutil.copyfile(harness.TEMPLATE / "pytest.ini", made.root / "pytest.ini")
    (made.root / "bootstrap.py").touch()
    (made.root / "exam").mkdir()  # marks the folder; the engine on PYTHONPATH is a package and comes first
    made.exam_toml.write_text(EXAM.to_toml(), encoding="utf-8")
    for category in CATEGORIES:
        made.category(category).mkdir()
    return made


def fake(workspace: Workspace, *gradings: Result, fails: str | None = None) -> None:
    """Let the grading say this of models that are put into place, or fail."""
    (workspace.root / "tests" / "conftest.py").write_text(FAKE_GRADING)
    said = fails or [result.to_dict() for result in gradings]
    (workspace.root / "tests" / "gradings.json").write_text(json.dumps(said))
    for result in gradings:
        question = bank.load(NAMES[result.category])
        units, activation = question.output_shape[-1], question.activations[0]
        last = files.layer("Dense", units=units, activation=activation)
        files.write(workspace.model(result.category), files.sequential(last, shape=question.input_shape))


def calls(workspace: Workspace) -> list[list[int]]:
    """Return the categories of each call of the grading."""
    path = workspace.root / "tests" / "calls"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of the workspace as a learner does."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", *arguments],
        cwd=workspace.root,
        env=harness.environment_for(**harness.UTF_8),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def tree(done: subprocess.CompletedProcess[str]) -> dict[int, str]:
    """Return category -> one letter for each test in the order of the tree: passed, failed or skipped."""
    lines = re.findall(r"^tests/test_exam\.py::Category(\d): .+?::.+ ([PFSE])[A-Z]+ +\[ *\d+%\]$", done.stdout, re.M)
    order = [category for category, _ in groupby(category for category, _ in lines)]
    assert len(set(order)) == len(order), "PyCharm opens a branch anew when its tests do not follow each other"
    return {int(category): "".join(letter for other, letter in lines if other == category) for category in order}


@pytest.mark.slow
def test_an_untouched_workspace_is_skipped_and_says_which_starter_to_run(workspace: Workspace) -> None:
    fake(workspace)
    done = run(workspace)
    assert done.returncode == 0 and tree(done) == {category: "S" * 10 for category in CATEGORIES}
    for category in CATEGORIES:
        assert f"Complete solution_model() in Category{category}/starter.py and run that file" in done.stdout
    assert calls(workspace) == [] and attempts.read(workspace) == []


def test_a_model_beside_its_place_is_named(workspace: Workspace) -> None:
    fake(workspace)
    (workspace.category(3) / "mymodel.keras").touch()
    done = run(workspace)
    assert tree(done)[3] == "S" * 10 and "Category3/mymodel.keras is in the newer .keras format" in done.stdout


def half_solved(workspace: Workspace) -> None:
    """Answer category 1 fully; fail early, late and in part in 2, 4 and 5; leave 3 out."""
    units = fatal("wrong-units").findings[0]
    fake(
        workspace,
        records.result(1, 5, findings=()),
        replace(fatal("wrong-units"), category=2, findings=(replace(units, message="It has 4 units."),)),
        records.result(4, 3, value=0.82, baseline=0.6, metric="accuracy"),
        records.result(5, None, "grader fault", value=None, baseline=None, findings=()),
    )


@pytest.mark.slow
def test_a_half_solved_workspace_passes_as_far_as_it_was_checked(workspace: Workspace) -> None:
    half_solved(workspace)
    done = run(workspace)
    assert tree(done) == {
        1: "P" * 10,
        2: "PPPP" + "F" + "SSSSS",
        3: "S" * 10,
        4: "P" * 9 + "F",
        5: "P" * 6 + "S" * 4,
    }
    assert done.returncode == 1
    assert "It has 4 units.\n-> Try.\n   docs/findings/wrong-units.md" in done.stdout
    assert 'not checked: "gives outputs of shape (3,)" must pass first' in done.stdout
    assert "accuracy 0.82, naive baseline 0.6: 3 of 5 points" in done.stdout
    assert "The grader failed, not your model" in done.stdout


def test_a_failure_shows_sentences_and_no_code(workspace: Workspace) -> None:
    half_solved(workspace)
    done = run(workspace)
    assert "FAILURES" in done.stdout and done.stderr == ""
    assert not [words for words in ("Traceback", "def test", "pytest.fail", "verdict") if words in done.stdout]


def test_a_solved_workspace_passes(workspace: Workspace) -> None:
    numbers = {"value": 0.01, "baseline": 40.0, "findings": ()}
    more = {**numbers, "value": 0.99, "baseline": 0.1}
    fake(workspace, *(records.result(n, 5, **(numbers if n in (1, 5) else more)) for n in CATEGORIES))
    done = run(workspace)
    assert done.returncode == 0 and tree(done) == {category: "P" * 10 for category in CATEGORIES}


@pytest.mark.slow
def test_one_grading_per_run_is_recorded_with_the_clock(workspace: Workspace) -> None:
    half_solved(workspace)
    run(workspace)
    exam_clock.start(workspace, 5.0)
    run(workspace)
    assert calls(workspace) == [[1, 2, 4, 5]] * 2
    kept = [(attempt.result.category, attempt.mode) for attempt in attempts.read(workspace)]
    assert kept == [(n, mode) for mode in ("practice", "exam") for n in (1, 2, 4)], "a fault of ours is no attempt"


@pytest.mark.slow
def test_only_what_is_asked_for_is_graded(workspace: Workspace) -> None:
    half_solved(workspace)
    done = run(workspace, "-k", "Category4")
    assert tree(done) == {4: "P" * 9 + "F"} and calls(workspace) == [[4]]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, to_repair()),
        ("seed = ", "is not TOML"),
        (EXAM.to_toml().replace("straight_line", "no_such_question"), "exam.toml names 'no_such_question'"),
    ],
)
def test_a_damaged_exam_toml_is_one_failing_test_with_a_sentence(
    workspace: Workspace, content: str | None, named: str
) -> None:
    fake(workspace)
    workspace.exam_toml.unlink()
    if content is not None:
        workspace.exam_toml.write_text(content, encoding="utf-8")
    done = run(workspace)
    assert done.returncode == 1 and "1 failed in" in done.stdout and named in done.stdout
    assert "Traceback" not in done.stdout + done.stderr and "Error" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fails", "named"), [("No network here. Try later.", "Exit: No network here."), ("division", "not your work")]
)
def test_a_grading_that_cannot_be_done_ends_the_run_with_one_sentence(
    workspace: Workspace, fails: str, named: str
) -> None:
    half_solved(workspace)
    fake(workspace, fails=fails)
    done = run(workspace)
    assert done.returncode == 3 and done.stdout.count(named) == 1 and fails in done.stdout
    assert "Traceback" not in done.stdout + done.stderr and attempts.read(workspace) == []


# with nothing faked

UNTRAINED = """
import tensorflow as tf
last = tf.keras.layers.Dense(3, "softmax", kernel_initializer="zeros")
tf.keras.Sequential([tf.keras.Input((13,)), last]).save("mymodel.h5")
"""


@pytest.mark.slow
def test_the_tree_of_real_models(workspace: Workspace) -> None:
    """One reference, one model that learned nothing, one whose end is wrong; the last two were never made."""
    exam = Exam.read(workspace.exam_toml)
    harness.prepare(workspace, exam, only=[1, 2])
    assert tree(run(workspace)) == {category: "S" * 10 for category in CATEGORIES}
    harness.train(workspace.category(1), NAMES[1], harness.REFERENCE)
    subprocess.run([sys.executable, "-c", UNTRAINED], cwd=workspace.category(2), check=True, capture_output=True)
    end = files.layer("Dense", units=3, activation="relu")
    files.write(workspace.model(3), files.sequential(files.layer("Flatten"), end, shape=(150, 150, 3)))
    done = run(workspace)
    assert tree(done) == {1: "P" * 10, 2: "P" * 7 + "FFF", 3: "PPPPP" + "F" + "SSSS", 4: "S" * 10, 5: "S" * 10}
    assert "The last activation is 'relu'; this question expects 'softmax'." in done.stdout
    assert "docs/findings/dead-start.md" in done.stdout

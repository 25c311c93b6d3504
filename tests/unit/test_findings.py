"""For every mistake its finding first; a page for each; experiments cost no score and run nothing of the learner."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import advice as followed
import claims
import confusion
import findings_readme
import harness
import pairs
import pytest
from conftest import LINKS
from questions import OFFLINE

from exam import bank
from exam.findings import CATALOGUE
from exam.grading.grade import grade
from exam.reasons import advice
from exam.running import live_model
from exam.workspace import Workspace

PAGES = harness.TEMPLATE / "docs" / "findings"
TABLE = confusion.TABLE.read_text(encoding="utf-8")
ROWS = [tuple(row) for row in re.findall(r"^\| ([\w-]+) \| ([\w ]+) \| (\w+) \| ([\w-]+) \| (.*) \|$", TABLE, re.M)]
TRIED = confusion.MISTAKES[::3]
"""A third of the mistakes; ``python make.py confusion`` makes all."""


def test_the_list_of_findings_is_up_to_date() -> None:
    assert findings_readme.README.read_text(encoding="utf-8") == findings_readme.text(), "run: python make.py findings"


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_finding_has_a_page_with_the_wrong_code_and_the_right(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", page, re.M)
    assert headings == ["Wrong", "Right", "How to check"] and page.startswith("# ")
    assert f"({code}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")


def test_there_is_no_page_without_a_finding() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {"README", *CATALOGUE}


def test_the_confusion_table_holds_every_mistake_and_its_diagonal() -> None:
    mistakes = ((code, confusion.in_words(make), question) for code, question, make in confusion.MISTAKES)
    assert Counter(row[:3] for row in ROWS) == Counter(mistakes)
    assert {code for code, *_ in ROWS} == set(CATALOGUE) - confusion.NO_MISTAKES
    right = sum(row[0] == row[3] for row in ROWS)
    assert right >= 0.95 * len(ROWS), f"{right} of {len(ROWS)}"
    assert {row[4] for row in ROWS} == {"none"}, "a statement is not true"


def test_every_claim_has_a_check() -> None:
    assert set(claims.CHECKS) | claims.UNCHECKED == set(CATALOGUE) and not set(claims.CHECKS) & claims.UNCHECKED


def test_every_step_of_a_ladder_is_code_as_well() -> None:
    assert set(followed.FOLLOW) == set(OFFLINE) and len(followed.FOLLOW_GENERAL) == len(advice.GENERAL)
    for name, steps in followed.FOLLOW.items():
        assert len(steps) == len(bank.load(name).advice), name


@pytest.mark.slow
def test_a_part_of_the_pairs_is_named_rightly() -> None:
    """All of them take a quarter of an hour: ``python make.py pairs``."""
    command = [sys.executable, str(harness.DEV / "pairs.py"), "--part", "8"]
    ended = subprocess.run(command, env=harness.environment_of_script(), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert json.loads(ended.stdout.splitlines()[-1])["pairs"] == 24


def test_the_table_of_pairs_has_them_all() -> None:
    lines = pairs.TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if " | yes | " in line or " | NO | " in line]
    assert len(rows) == 190 and sum(row[3] == "yes" for row in rows) >= 0.95 * len(rows)
    assert {row[4] for row in rows} == {"none |"}, "a statement is not true"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Keras warns of some of the mistakes
@pytest.mark.parametrize(
    ("code", "question", "make"),
    [pytest.param(*one, marks=LINKS if one[0] == "linked-file" else ()) for one in TRIED],
    ids=[f"{make.__name__}-{question}" for _, question, make in TRIED],
)
def test_the_mistake_is_the_first_finding_and_nothing_shown_is_false(
    code: str, question: str, make: confusion.Make, tmp_path: Path
) -> None:
    expected = next(row[3] for row in ROWS if row[:3] == (code, confusion.in_words(make), question))
    case = confusion.graded(question, make, tmp_path)
    assert confusion.first_of(case.result) == expected and claims.false_claims(case) == []


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a model that knows its training data by heart."""
    workspace, exam = Workspace(tmp_path_factory.mktemp("weak")), harness.exam_of("library_docs", confusion.SEED)
    harness.prepare(workspace, exam)
    confusion.by_heart(confusion.Bench(bank.load("library_docs"), workspace))
    return workspace


def codes(weak: Workspace, folder: Path) -> tuple[int | None, list[str]]:
    """Return points and findings of a copy of ``weak``."""
    shutil.copytree(weak.root, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".exam"))
    result = grade(Workspace(folder), harness.exam_of("library_docs", confusion.SEED), [4])[0]
    assert result.status == "scored"
    return result.points, [found.code for found in result.findings]


@pytest.mark.slow
def test_experiments_run_nothing_of_the_learner(weak: Workspace, tmp_path: Path) -> None:
    (tmp_path / "Category4").mkdir()
    shutil.copytree(weak.root, tmp_path, dirs_exist_ok=True)
    canary = tmp_path / "canary"
    (tmp_path / "Category4" / "starter.py").write_text(f"open({str(canary)!r}, 'w')\n")
    result = grade(Workspace(tmp_path), harness.exam_of("library_docs", confusion.SEED), [4])[0]
    assert result.findings[0].code == "overfitting" and not canary.exists()


@pytest.mark.slow
def test_without_sound_training_data_nothing_is_said_of_it(weak: Workspace, tmp_path: Path) -> None:
    before, with_data = codes(weak, tmp_path / "with")
    assert "overfitting" in with_data
    for name, spoil in {"gone": shutil.rmtree, "cut off": cut_off, "binary": fill_with_bytes}.items():
        shutil.copytree(weak.root, tmp_path / name)
        spoil(tmp_path / name / "Category4" / "data")
        result = grade(Workspace(tmp_path / name), harness.exam_of("library_docs", confusion.SEED), [4])[0]
        assert (result.status, result.points) == ("scored", before)
        assert "overfitting" not in [found.code for found in result.findings]


def cut_off(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def fill_with_bytes(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(bytes(range(256)) * 64)


@pytest.mark.slow
def test_experiments_that_take_too_long_cost_an_explanation_and_no_point(
    weak: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(self: live_model.LiveModel, *kind: str, **message: object) -> dict[str, object]:
        raise live_model.Stopped("took longer than 20 seconds")

    monkeypatch.setattr(live_model.LiveModel, "_experiment", stopped)
    points, found = codes(weak, tmp_path)
    assert points is not None and points > 0 and found == ["room-to-improve"]

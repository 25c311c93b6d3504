"""Drawing an exam: the same seed gives the same exam, and nothing that a learner made is ever lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import harness
import pytest

from exam import draw as drawing
from exam.draw import DrawError, choose, draw
from exam.machine.trouble import to_repair
from exam.workspace import CATEGORIES, LARGEST_SEED, Exam, ExamTomlError, Workspace, toml_string

NASTY = [
    "plain",
    'quo"te and \\ backslash',
    "'''",
    '"""',
    "line\nbreak\r\nand\ttab",
    "\x00\x01\x08\x0b\x1f\x7f",
    "emoji \U0001f600 \U0001f469\u200d\U0001f52c",
    "\u05e9\u05dc\u05d5\u05dd \u202eabc",
    "{{ 7*7 }} {% raw %} $(x) `y` # not a comment",
    "\\n literal \\u0041",
    "\u2028\u2029\ufeff",
    "seed = 1\n[questions]",
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace with seed 7."""
    found = Workspace(tmp_path / "my_exam")
    found.state.mkdir(parents=True)
    answers = {"project_name": "Mine", "project_slug": "my_exam", "exam_seed": "7", "accelerator": "cpu"}
    found.answers.write_text(json.dumps(answers), encoding="utf-8")
    return found


def hand_in(workspace: Workspace) -> None:
    """Leave the traces of work: an edited starter, models and an attempt."""
    for number in CATEGORIES:
        workspace.starter(number).write_text(f"# my answer {number}\n", encoding="utf-8")
        workspace.model(number).write_bytes(b"model %d" % number)
    workspace.attempts.write_text('{"points": 5}\n', encoding="utf-8")


def archived(workspace: Workspace) -> list[Path]:
    return sorted(workspace.archive.iterdir()) if workspace.archive.exists() else []


class TestExamToml:
    @pytest.mark.parametrize("name", NASTY)
    def test_every_name_comes_back(self, name: str, tmp_path: Path) -> None:
        exam = Exam(name, 123, "cpu", 5.0, "offline", {number: f"q{number}" for number in CATEGORIES})
        path = tmp_path / "exam.toml"
        path.write_text(exam.to_toml(), encoding="utf-8", newline="\n")
        assert Exam.read(path) == exam

    def test_every_single_character_comes_back(self) -> None:
        every = [chr(code) for code in range(0x3000) if not 0xD800 <= code < 0xE000]
        text = "\n".join(f"c{ord(char)} = {toml_string(char)}" for char in every)
        assert list(tomllib.loads(text).values()) == every

    def test_half_a_surrogate_pair_is_replaced(self) -> None:
        assert tomllib.loads(f"x = {toml_string(chr(0xD83D))}") == {"x": "?"}

    def test_a_byte_order_mark_is_accepted(self, tmp_path: Path) -> None:
        exam = Exam("x", 0, "gpu", 0.5, "offline", {number: "q" for number in CATEGORIES})
        path = tmp_path / "exam.toml"
        path.write_text(exam.to_toml(), encoding="utf-8-sig")
        assert Exam.read(path) == exam

    @pytest.mark.parametrize(
        ("old", "new", "part"),
        [
            ("seed = 123", "seed = -1", "seed must be"),
            ("seed = 123", f"seed = {LARGEST_SEED + 1}", "seed must be"),
            ("seed = 123", "seed = true", "seed must be"),
            ("seed = 123", 'seed = "random"', "seed must be"),
            ("seed = 123", "", "seed must be"),
            ('name = "x"', 'name = " "', "name must be"),
            ('"cpu"', '"tpu"', "accelerator must be one of cpu, gpu"),
            ('"cpu"', "[]", "accelerator must be one of cpu, gpu"),
            ('"offline"', '"web"', "data_source must be"),
            ("hours = 5.0", "hours = 0", "hours must be"),
            ("hours = 5.0", "hours = nan", "hours must be"),
            ("hours = 5.0", "hours = inf", "hours must be"),
            ("hours = 5.0", 'hours = "5"', "hours must be"),
            ("[questions]", "[other]", "[questions] is missing"),
            ('category3 = "q"', "", "category3 must name"),
            ('category3 = "q"', 'category3 = "../../x"', "category3 must name"),
            ('category3 = "q"', "category3 = 3", "category3 must name"),
            ('category3 = "q"', 'category3 = "q"\ncategory6 = "q"', "category6, which is not a category"),
            ("seed = 123", "seed = = 123", "it is not TOML"),
        ],
    )
    def test_an_impossible_value_is_named_with_the_next_command(
        self, old: str, new: str, part: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "exam.toml"
        text = Exam("x", 123, "cpu", 5.0, "offline", {number: "q" for number in CATEGORIES}).to_toml()
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ExamTomlError) as caught:
            Exam.read(path)
        assert part in str(caught.value)
        assert str(caught.value).endswith("python -m exam draw")

    def test_a_missing_file_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(ExamTomlError, match=f"There is no exam.toml .* {to_repair()}"):
            Exam.read(tmp_path / "exam.toml")

    def test_text_that_is_not_utf8_is_refused_in_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "exam.toml").write_bytes('name = "\u00e9"'.encode("latin-1"))
        with pytest.raises(ExamTomlError, match="it is not TOML"):
            Exam.read(tmp_path / "exam.toml")


class TestWorkspace:
    def test_it_is_found_from_inside(self, tmp_path: Path) -> None:
        (tmp_path / "exam").mkdir()
        (tmp_path / "bootstrap.py").touch()
        inside = tmp_path / "Category1" / "data"
        inside.mkdir(parents=True)
        assert Workspace.find(inside) == Workspace(tmp_path.resolve())

    def test_elsewhere_it_is_the_one_of_the_engine(self, tmp_path: Path, template: Path) -> None:
        assert Workspace.find(tmp_path) == Workspace(template)


class TestChoose:
    def test_the_same_seed_gives_the_same_exam(self, bank: Path) -> None:
        assert all(choose(bank, seed) == choose(bank, seed) for seed in range(20))

    def test_the_choice_is_the_same_on_every_machine(self, bank: Path) -> None:
        assert choose(bank, 7) == {1: "c1_c", 2: "c2_c", 3: "c3_c", 4: "c4_a", 5: "c5_b"}

    def test_every_question_gets_drawn(self, bank: Path) -> None:
        drawn = {question for seed in range(60) for question in choose(bank, seed).values()}
        assert len(drawn) == 15

    def test_used_questions_are_avoided_while_there_are_others(self, bank: Path) -> None:
        used = frozenset({"c1_a", "c1_c", "c2_a", "c2_b", "c2_c"})
        for seed in range(20):
            chosen = choose(bank, seed, used)
            assert chosen[1] == "c1_b"
            assert chosen[2] in {"c2_a", "c2_b", "c2_c"}

    def test_an_unfinished_question_folder_is_not_drawn(self, bank: Path) -> None:
        for letter in "ab":
            (bank / "category1" / f"c1_{letter}" / "README.md").unlink()
        assert {choose(bank, seed)[1] for seed in range(20)} == {"c1_c"}

    def test_a_category_without_questions_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(DrawError, match="no question for category 1"):
            choose(tmp_path, 1)


class TestDraw:
    def test_the_first_exam_follows_the_answers(self, workspace: Workspace, bank: Path) -> None:
        exam = draw(workspace, bank_folder=bank)
        assert (exam.name, exam.seed, exam.accelerator, exam.hours) == ("Mine", 7, "cpu", 5.0)
        assert exam.questions == choose(bank, 7)
        assert Exam.read(workspace.exam_toml) == exam
        for number, question in exam.questions.items():
            assert workspace.starter(number).read_text(encoding="utf-8") == f"# starter.py of {question}\n"
            assert sorted(path.name for path in workspace.category(number).iterdir()) == ["README.md", "starter.py"]
        assert not archived(workspace)

    def test_a_random_seed_is_written_down(self, workspace: Workspace, bank: Path) -> None:
        workspace.answers.write_text('{"exam_seed": "random"}', encoding="utf-8")
        exam = draw(workspace, bank_folder=bank)
        assert 0 <= exam.seed < 10**9
        assert exam.name == "my_exam"

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"exam_seed": 5, "accelerator": "tpu"}'])
    def test_lost_answers_do_not_stop_a_draw(self, text: str, workspace: Workspace, bank: Path) -> None:
        workspace.answers.write_text(text, encoding="utf-8")
        assert draw(workspace, bank_folder=bank).accelerator == "cpu"

    def test_a_second_draw_archives_the_first_whole(self, workspace: Workspace, bank: Path) -> None:
        first = draw(workspace, bank_folder=bank)
        hand_in(workspace)
        second = draw(workspace, bank_folder=bank)
        (old,) = archived(workspace)
        assert old.name.endswith("-seed-7")
        assert Exam.read(old / "exam.toml") == first
        assert (old / "attempts.jsonl").read_text(encoding="utf-8") == '{"points": 5}\n'
        for number in CATEGORIES:
            assert (old / f"Category{number}" / "mymodel.h5").read_bytes() == b"model %d" % number
            assert not workspace.model(number).exists()
            assert second.questions[number] != first.questions[number]
        assert not workspace.attempts.exists()

    def test_what_the_learner_set_stays(self, workspace: Workspace, bank: Path) -> None:
        draw(workspace, bank_folder=bank)
        text = workspace.exam_toml.read_text(encoding="utf-8")
        workspace.exam_toml.write_text(text.replace("5.0", "2.5").replace("Mine", "Yours"), encoding="utf-8")
        again = draw(workspace, bank_folder=bank)
        assert (again.hours, again.name) == (2.5, "Yours")

    def test_all_questions_come_before_one_comes_again(self, workspace: Workspace, bank: Path) -> None:
        exams = [draw(workspace, bank_folder=bank) for _ in range(7)]
        for number in CATEGORIES:
            drawn = [exam.questions[number] for exam in exams]
            assert len(set(drawn[:3])) == 3
            assert all(one != other for one, other in zip(drawn, drawn[1:], strict=False))
        assert len(archived(workspace)) == 6

    def test_a_bank_of_one_question_gives_it_again_with_another_seed(self, workspace: Workspace, bank: Path) -> None:
        for path in bank.glob("category*/*_[bc]/question.py"):
            path.unlink()
        first, second = draw(workspace, bank_folder=bank), draw(workspace, bank_folder=bank)
        assert first.questions == second.questions
        assert first.seed != second.seed

    @pytest.fixture
    def public(self, bank: Path) -> Path:
        """The same bank; the questions ``_c`` of categories 2 and 3 are on public data."""
        for number in (2, 3):
            (bank / f"category{number}" / f"c{number}_c" / "downloads.toml").touch()
        return bank

    def test_an_offline_exam_never_needs_the_network(self, public: Path) -> None:
        drawn = {question for seed in range(40) for question in choose(public, seed).values()}
        assert {"c2_a", "c2_b", "c3_a", "c3_b"} <= drawn and not {"c2_c", "c3_c"} & drawn

    def test_a_public_exam_has_public_questions_where_there_are_any(self, public: Path) -> None:
        exams = [choose(public, seed, data_source="public") for seed in range(40)]
        assert {exam[2] for exam in exams} == {"c2_c"} and {exam[3] for exam in exams} == {"c3_c"}
        assert {exam[1] for exam in exams} == {"c1_a", "c1_b", "c1_c"}

    def test_the_data_source_is_kept_until_another_is_asked_for(self, workspace: Workspace, public: Path) -> None:
        sources = [draw(workspace, data_source=wish, bank_folder=public).data_source for wish in (None, "public", None)]
        assert sources == ["offline", "public", "public"]
        assert draw(workspace, data_source="offline", bank_folder=public).questions[2] in ("c2_a", "c2_b")

    def test_exam_toml_may_ask_for_public_data(self, workspace: Workspace, public: Path) -> None:
        draw(workspace, bank_folder=public)
        text = workspace.exam_toml.read_text(encoding="utf-8")
        workspace.exam_toml.write_text(text.replace('"offline"', '"public"'), encoding="utf-8")
        assert draw(workspace, bank_folder=public).questions[3] == "c3_c"

    def test_a_public_question_can_be_wished_for_in_an_offline_exam(self, workspace: Workspace, public: Path) -> None:
        exam = draw(workspace, only={2: "c2_c"}, bank_folder=public)
        assert exam.questions[2] == "c2_c" and exam.data_source == "offline"

    def test_an_interrupted_draw_of_another_source_is_not_taken_for_this_one(
        self, workspace: Workspace, public: Path
    ) -> None:
        draw(workspace, bank_folder=public)
        drawing._prepare(workspace, drawing._next_exam(workspace, 5, {}, "offline", public), public)
        assert draw(workspace, data_source="public", bank_folder=public).questions[2] == "c2_c"
        assert len(archived(workspace)) == 2

    def test_an_explicit_seed_is_the_same_exam_for_everybody(self, workspace: Workspace, bank: Path) -> None:
        draw(workspace, bank_folder=bank)
        assert draw(workspace, seed=7, bank_folder=bank).questions == choose(bank, 7)

    def test_questions_can_be_wished_for(self, workspace: Workspace, bank: Path) -> None:
        exam = draw(workspace, seed=7, only={2: "c2_c"}, bank_folder=bank)
        assert exam.questions == choose(bank, 7) | {2: "c2_c"}

    @pytest.mark.parametrize(("number", "question"), [(1, "c2_a"), (1, "../x"), (6, "c1_a")])
    def test_an_unknown_wish_changes_nothing(
        self, number: int, question: str, workspace: Workspace, bank: Path
    ) -> None:
        draw(workspace, bank_folder=bank)
        before = workspace.exam_toml.read_bytes()
        with pytest.raises(DrawError, match=f"Category {number} has no question"):
            draw(workspace, only={number: question}, bank_folder=bank)
        assert workspace.exam_toml.read_bytes() == before
        assert not archived(workspace)

    @pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1])
    def test_an_impossible_seed_is_refused(self, seed: int, workspace: Workspace, bank: Path) -> None:
        with pytest.raises(DrawError, match="whole number from 0"):
            draw(workspace, seed=seed, bank_folder=bank)
        assert not workspace.exam_toml.exists()

    def test_a_broken_exam_toml_is_archived_too(self, workspace: Workspace, bank: Path) -> None:
        draw(workspace, bank_folder=bank)
        workspace.exam_toml.write_text("broken", encoding="utf-8")
        draw(workspace, bank_folder=bank)
        (old,) = archived(workspace)
        assert old.name.endswith("-seed-unknown")
        assert (old / "exam.toml").read_text(encoding="utf-8") == "broken"

    def test_stopped_at_any_rename_the_next_draw_finishes_it(
        self, workspace: Workspace, bank: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stops = 0
        while True:
            root = workspace.root.with_name(f"exam{stops}")
            copy = Workspace(root)
            copy.state.mkdir(parents=True)
            copy.answers.write_bytes(workspace.answers.read_bytes())
            draw(copy, bank_folder=bank)
            hand_in(copy)
            with monkeypatch.context() as patch:
                patch.setattr(drawing.os, "rename", _stopping_rename(stops))
                try:
                    draw(copy, bank_folder=bank)
                    break
                except KeyboardInterrupt:
                    assert drawing.is_unfinished(copy)
            exam = draw(copy, bank_folder=bank)
            _assert_one_archive_holds_all(copy)
            assert not drawing.is_unfinished(copy)
            assert exam.questions == Exam.read(copy.exam_toml).questions
            stops += 1
        assert stops == 13  # attempts, five categories and exam.toml: two renames each, and one for the attempts

    def test_a_file_in_use_is_one_sentence_and_a_repeat_continues(
        self, workspace: Workspace, bank: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draw(workspace, bank_folder=bank)
        hand_in(workspace)
        with monkeypatch.context() as patch:
            patch.setattr(drawing.os, "rename", _refusing_rename)
            with pytest.raises(DrawError, match="in use or not writable .* python -m exam draw"):
                draw(workspace, bank_folder=bank)
        draw(workspace, bank_folder=bank)
        _assert_one_archive_holds_all(workspace)

    def test_an_interrupted_draw_does_not_swallow_another_wish(
        self, workspace: Workspace, bank: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draw(workspace, bank_folder=bank)
        with monkeypatch.context() as patch:
            patch.setattr(drawing.os, "rename", _stopping_rename(3))
            with pytest.raises(KeyboardInterrupt):
                draw(workspace, seed=11, bank_folder=bank)
        assert draw(workspace, seed=12, bank_folder=bank).seed == 12

    def test_as_a_program_it_leaves_an_exam_alone(
        self, workspace: Workspace, bank: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (workspace.root / "exam").mkdir()
        (workspace.root / "bootstrap.py").touch()
        monkeypatch.chdir(workspace.root)
        draw(workspace, bank_folder=bank)
        before = workspace.exam_toml.read_bytes()
        assert drawing.main() == 0
        assert workspace.exam_toml.read_bytes() == before


def _assert_one_archive_holds_all(workspace: Workspace) -> None:
    (old,) = archived(workspace)
    assert Exam.read(old / "exam.toml").seed == 7
    assert (old / "attempts.jsonl").exists()
    for number in CATEGORIES:
        assert (old / f"Category{number}" / "mymodel.h5").read_bytes() == b"model %d" % number
        assert not workspace.model(number).exists()
        assert workspace.starter(number).read_text(encoding="utf-8").startswith("# starter.py of")


real_rename = os.rename


def _stopping_rename(allowed: int):
    """Return a rename that works ``allowed`` times and is then stopped by Ctrl-C."""
    left = [allowed]

    def rename(source: Path, target: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real_rename(source, target)

    return rename


def _refusing_rename(source: Path, target: Path) -> None:
    raise PermissionError(13, "used by another process", str(source))


def in_use(times: int) -> str:
    """Return a change to the engine: a scanner has each file open for a moment, as on Windows; there is none here."""
    return f"""
import os, shutil
def busy(real, seen={{}}):
    def tried(*names):
        seen[names] = seen.get(names, 0) + 1
        if seen[names] <= {times} and "Category1" in str(names[0]):
            raise PermissionError(13, "in use by another process", *map(str, names[:1]), None, *map(str, names[1:]))
        return real(*names)
    return tried
os.rename, os.replace = busy(os.rename), busy(os.replace)
"""


@pytest.mark.slow
@pytest.mark.parametrize("times", [3, 99])
def test_a_folder_that_another_program_looks_at_is_waited_for(tmp_path: Path, times: int) -> None:
    """Before, a scanner that looked at a file for an instant stopped the draw, and the sentence named the archive."""
    workspace = harness.workspace_without_models(tmp_path / "exam")
    workspace.model(1).touch()
    program = f"{in_use(times)}\nimport sys\nsys.argv[0] = 'exam'\nfrom exam.__main__ import main\nsys.exit(main())"
    ended = subprocess.run(
        [sys.executable, "-c", program, "draw"], cwd=workspace.root, env=harness.environment_for(), text=True,
        capture_output=True, stdin=subprocess.DEVNULL,
    )
    if times == 3:
        assert ended.returncode == 0, ended.stderr
    else:
        assert ended.returncode == 3 and "Category1 is in use" in ended.stderr, ended.stderr
        assert "archive" not in ended.stderr.partition(" is in use")[0]

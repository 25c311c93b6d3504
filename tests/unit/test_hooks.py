"""The hooks as modules: every refusal has its sentence, and no answer ever becomes code."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from conftest import REPOSITORY, load_module
from names import HOSTILE_NAMES
from cookiecutter.environment import StrictEnvironment

UNPRINTABLE_NAMES = ["line\nbreak", "line\r\nbreak", "tab\tbed", "nul\x00", "bell\x07", "\u2028", "half \ud83d"]
GOOD = {"project_name": "x", "project_slug": "my_exam", "exam_seed": "random", "accelerator": "cpu"}
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def pre_gen() -> ModuleType:
    return load_module(REPOSITORY / "hooks" / "pre_gen_project.py")


@pytest.fixture
def post_gen() -> ModuleType:
    return load_module(REPOSITORY / "hooks" / "post_gen_project.py")


@pytest.fixture
def room(pre_gen: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room for everything, whatever this machine has."""
    monkeypatch.setattr(pre_gen.shutil, "disk_usage", lambda _: Disk(10**12, 0, 10**12))


def rendered(context: dict[str, str], tmp_path: Path) -> ModuleType:
    """Return the pre_gen hook as cookiecutter runs it with these answers."""
    source = (REPOSITORY / "hooks" / "pre_gen_project.py").read_text(encoding="utf-8")
    environment = StrictEnvironment(context={"cookiecutter": context}, keep_trailing_newline=True)
    path = tmp_path / "rendered_hook.py"
    path.write_text(environment.from_string(source).render(cookiecutter=context), encoding="utf-8")
    return load_module(path)


class TestAnswers:
    @pytest.mark.parametrize("name", [*HOSTILE_NAMES, *UNPRINTABLE_NAMES])
    def test_every_name_arrives_as_it_was_typed(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        answers = rendered({**GOOD, "project_name": name}, tmp_path).answers()
        assert answers["project_name"] == name
        assert not (tmp_path / "CANARY").exists()

    def test_the_template_is_optional(self, tmp_path: Path) -> None:
        assert rendered(GOOD, tmp_path).answers()["template"] == ""
        assert rendered({**GOOD, "_repo_dir": "/x y"}, tmp_path).answers()["template"] == "/x y"

    def test_the_folder_is_the_one_that_was_typed(self, tmp_path: Path) -> None:
        typed = {**GOOD, "project_slug": "a-b", "__slug_as_typed": "a/b"}
        assert rendered(typed, tmp_path).answers()["project_slug"] == "a/b"
        assert rendered(GOOD, tmp_path).answers()["project_slug"] == "my_exam"
        assert rendered({**GOOD, "__slug_as_typed": ""}, tmp_path).answers()["project_slug"] == "my_exam"

    @pytest.mark.parametrize("name", ["pre_gen_project.py", "post_gen_project.py"])
    def test_jinja_stands_in_one_raw_text_only(self, name: str) -> None:
        source = (REPOSITORY / "hooks" / name).read_text(encoding="utf-8")
        outside = source.replace(_raw_text(source), "")
        assert not [mark for mark in ("{{", "{%", "{#") if mark in outside]
        assert source.isascii()


def _raw_text(source: str) -> str:
    """Return the text between the only r-triple quotes of a hook, empty when there are none."""
    return source.partition('r"""')[2].partition('"""')[0] if 'r"""' in source else "\0"


class TestNames:
    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_what_fits_on_a_line_is_accepted(self, name: str, pre_gen: ModuleType) -> None:
        assert pre_gen.wrong_name(name) is None

    @pytest.mark.parametrize("name", UNPRINTABLE_NAMES)
    def test_what_does_not_is_refused(self, name: str, pre_gen: ModuleType) -> None:
        assert "line break or control character" in pre_gen.wrong_name(name)

    @pytest.mark.parametrize(("name", "shown"), [(True, "true"), (["a"], '["a"]'), ({"a": 1}, '{"a": 1}')])
    def test_what_is_no_text_is_refused(self, name: object, shown: str, pre_gen: ModuleType) -> None:
        assert f", {shown}, is not text: put it in quotes" in pre_gen.wrong_name(name)
        assert f", {shown}, is not text: put it in quotes" in pre_gen.wrong_slug(name)

    def test_empty_and_endless_names_are_refused(self, pre_gen: ModuleType) -> None:
        assert "is empty" in pre_gen.wrong_name(" ") and "is empty" in pre_gen.wrong_name(None)
        assert "at most 100" in pre_gen.wrong_name("x" * 101)


class TestSlugs:
    @pytest.mark.parametrize("slug", ["my_exam", "A", "exam2026", "x" * 60])
    def test_good_ones(self, slug: str, pre_gen: ModuleType) -> None:
        assert pre_gen.wrong_slug(slug) is None

    @pytest.mark.parametrize(
        ("slug", "part"),
        [
            ("", "is empty"),
            (" ", "is empty"),
            (".", "is empty"),
            ("..", "is empty"),
            ("../x", "is a path"),
            ("/abs/x", "is a path"),
            ("a/b", "is a path"),
            ("a\\b", "is a path"),
            ("C:x", "is a path"),
            ("2026_exam", "starts with a digit"),
            ("my exam", "not every system"),
            ("my-exam", "not every system"),
            ("pr\u00fcfung", "not every system"),
            ("exam\n", "not every system"),
            ("_exam", "not every system"),
            ("$(x)", "not every system"),
            ("class", "is reserved"),
            ("None", "is reserved"),
            ("CON", "is reserved"),
            ("com1", "is reserved"),
            ("x" * 61, "at most 60"),
        ],
    )
    def test_each_bad_one_has_its_sentence(self, slug: str, part: str, pre_gen: ModuleType) -> None:
        assert part in pre_gen.wrong_slug(slug)


class TestSeeds:
    @pytest.mark.parametrize("seed", ["random", "Random", " 1", "0", "007", str(2**63 - 1)])
    def test_good_ones(self, seed: str, pre_gen: ModuleType) -> None:
        assert pre_gen.wrong_seed(seed) is None

    @pytest.mark.parametrize("seed", ["-1", "1.5", "1e3", "any", "1 2", "1_0", "\u0661", str(2**63), "9" * 5000, True])
    def test_bad_ones(self, seed: object, pre_gen: ModuleType) -> None:
        assert "neither random nor a whole number" in pre_gen.wrong_seed(seed)

    @pytest.mark.parametrize("seed", ["", None])
    def test_missing_ones(self, seed: object, pre_gen: ModuleType) -> None:
        assert "is missing: type random, or a whole number" in pre_gen.wrong_seed(seed)


class TestAccelerators:
    @pytest.mark.parametrize("accelerator", ["cpu", "CPU", " gpu", "Gpu"])
    def test_good_ones(self, accelerator: str, pre_gen: ModuleType) -> None:
        assert pre_gen.chosen_accelerator(accelerator) == accelerator.strip().lower()
        assert pre_gen.replaced_accelerator(accelerator) is None

    @pytest.mark.parametrize("accelerator", ["", "tpu", "cuda:0", "c p u", None, True, {"gpu": 1}])
    def test_for_others_the_processor_is_used(self, accelerator: object, pre_gen: ModuleType) -> None:
        assert pre_gen.chosen_accelerator(accelerator) == "cpu"
        assert "is neither cpu nor gpu: cpu is used." in pre_gen.replaced_accelerator(accelerator)


class TestTarget:
    def test_an_empty_or_new_folder_is_fine(self, pre_gen: ModuleType, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        assert pre_gen.wrong_target(tmp_path) is None

    @pytest.mark.parametrize("name", ["Category1", "mymodel.h5", "starter.py", "thesis.docx", ".idea"])
    def test_work_of_others_is_not_touched(self, name: str, pre_gen: ModuleType, tmp_path: Path) -> None:
        (tmp_path / name).mkdir()
        assert f"already contains {name!r} and is not a workspace" in pre_gen.wrong_target(tmp_path)

    def test_a_workspace_may_be_updated(self, pre_gen: ModuleType, tmp_path: Path) -> None:
        (tmp_path / "Category1").mkdir()
        (tmp_path / ".exam").mkdir()
        (tmp_path / ".exam" / "answers.json").touch()
        assert pre_gen.wrong_target(tmp_path) is None


class TestMachine:
    @pytest.mark.parametrize(
        ("system", "processor", "accelerator", "needed"),
        [
            ("Linux", "x86_64", "cpu", 4),
            ("Linux", "aarch64", "cpu", 6),
            ("Linux", "x86_64", "gpu", 10),
            ("Darwin", "arm64", "gpu", 6),
            ("Windows", "AMD64", "cpu", 6),
        ],
    )
    def test_a_full_disk_is_refused(
        self,
        system: str,
        processor: str,
        accelerator: str,
        needed: int,
        pre_gen: ModuleType,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        monkeypatch.setattr(pre_gen, "platform", SimpleNamespace(system=lambda: system, machine=lambda: processor))
        monkeypatch.setattr(pre_gen.shutil, "disk_usage", lambda _: Disk(10**12, 0, needed * 10**9 - 1))
        assert f"needs {needed} GB" in pre_gen.wrong_disk(tmp_path, accelerator)
        monkeypatch.setattr(pre_gen.shutil, "disk_usage", lambda _: Disk(10**12, 0, needed * 10**9))
        assert pre_gen.wrong_disk(tmp_path, accelerator) is None

    def test_a_long_path_is_refused_on_windows_without_long_paths(
        self, pre_gen: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = Path("/" + "x" * 70)
        monkeypatch.setattr(pre_gen, "ON_WINDOWS", True)
        monkeypatch.setattr(pre_gen, "windows_has_long_paths", lambda: False)
        assert "has 71 characters" in pre_gen.wrong_path(folder)
        assert pre_gen.wrong_path(folder.with_name("x" * 69)) is None
        monkeypatch.setattr(pre_gen, "windows_has_long_paths", lambda: True)
        assert pre_gen.wrong_path(folder) is None
        monkeypatch.setattr(pre_gen, "ON_WINDOWS", False)
        assert pre_gen.wrong_path(folder) is None

    def test_a_machine_without_python_is_refused(self, pre_gen: ModuleType) -> None:
        nothing = SimpleNamespace(find_python=lambda: None, no_python=lambda: "Install one.")
        assert pre_gen.wrong_python(nothing) == "Install one."
        assert pre_gen.wrong_python(SimpleNamespace(find_python=lambda: "python")) is None
        assert pre_gen.wrong_python(None) is None

    @pytest.mark.parametrize("value", ["yes", "SKIP", "skip "])
    def test_an_unknown_mode_is_refused(self, value: str, pre_gen: ModuleType) -> None:
        assert "must be auto, skip or required" in pre_gen.wrong_mode(value)
        assert not any(pre_gen.wrong_mode(mode) for mode in ("", "auto", "skip", "required"))


class TestTemplateIsFound:
    def test_by_its_full_path(self, pre_gen: ModuleType) -> None:
        assert pre_gen.load_bootstrap(str(REPOSITORY), "").find_python is not None

    def test_by_a_path_relative_to_where_cookiecutter_was_started(
        self, pre_gen: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PWD", str(REPOSITORY.parent))
        assert pre_gen.load_bootstrap(REPOSITORY.name, "") is not None
        monkeypatch.delenv("PWD")
        assert pre_gen.load_bootstrap(REPOSITORY.name, str(REPOSITORY.parent)) is not None

    def test_or_not_at_all(self, pre_gen: ModuleType, tmp_path: Path) -> None:
        assert pre_gen.load_bootstrap("", str(tmp_path)) is None
        assert pre_gen.load_bootstrap("nowhere", str(tmp_path)) is None

    def test_loading_it_leaves_no_cache_in_the_template(self, pre_gen: ModuleType, template: Path) -> None:
        pre_gen.load_bootstrap(str(REPOSITORY), "")
        assert not (template / "__pycache__").exists()


@pytest.mark.usefixtures("room")
class TestFirstProblem:
    def test_none(self, pre_gen: ModuleType, tmp_path: Path) -> None:
        values = {**GOOD, "template": str(REPOSITORY), "output": ""}
        assert pre_gen.first_problem(values, tmp_path, "auto") is None

    def test_skip_needs_no_room(
        self, pre_gen: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(pre_gen.shutil, "disk_usage", lambda _: Disk(10**12, 0, 0))
        values = {**GOOD, "template": "", "output": ""}
        assert pre_gen.first_problem(values, tmp_path, "skip") is None
        assert "GB free" in pre_gen.first_problem(values, tmp_path, "auto")

    def test_it_is_printed_and_ends_in_1(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        hook = rendered({**GOOD, "exam_seed": "x"}, tmp_path)
        monkeypatch.chdir(tmp_path)
        assert hook.main() == 1
        captured = capsys.readouterr()
        assert captured.err.strip().splitlines() == [hook.wrong_seed("x")]
        assert not captured.out


class TestPostGen:
    @pytest.mark.parametrize(("status", "expected"), [(0, 0), (1, 1), (2, 1), (3, 1), (130, 1)])
    def test_it_hands_over_to_bootstrap(
        self, status: int, expected: int, post_gen: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = "def prepare_process(): pass\n"
        source += f"def main(arguments): return {status} if arguments == ['--from-hook'] else 9\n"
        (tmp_path / "bootstrap.py").write_text(source, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        assert post_gen.main() == expected

    def test_characters_that_a_code_page_lacks_do_no_harm(self, tmp_path: Path, template: Path) -> None:
        fake = "\nmain = lambda arguments: print('\\U0001f600 \\u05e9') or 0\n"
        source = (template / "bootstrap.py").read_text(encoding="utf-8").rpartition('if __name__ == "__main__"')[0]
        (tmp_path / "bootstrap.py").write_text(source + fake, encoding="utf-8")
        run = subprocess.run(
            [sys.executable, str(REPOSITORY / "hooks" / "post_gen_project.py")],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "cp1252"},
            capture_output=True,
        )
        assert (run.returncode, run.stdout.strip()) == (0, b"? ?"), run.stderr

    def test_both_hooks_are_the_only_ones(self) -> None:
        names = [path.name for path in (REPOSITORY / "hooks").iterdir() if path.name != "__pycache__"]
        assert sorted(names) == ["post_gen_project.py", "pre_gen_project.py"]
        for name in names:
            ast.parse((REPOSITORY / "hooks" / name).read_text(encoding="utf-8"))

"""Whole generations: what comes out, what is refused, and that no work is ever lost."""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import REPOSITORY, TEMPLATE, Bake
from names import HOSTILE_NAMES

LEARNERS_FILES = [
    "exam.toml",
    "README.md",
    *(f"Category{number}/{name}" for number in range(1, 6) for name in ("starter.py", "mymodel.h5", "data/x.csv")),
    ".exam/answers.json",
    ".exam/attempts.jsonl",
    ".exam/ready.json",
    ".idea/workspace.xml",
    ".idea/inspectionProfiles/Project_Default.xml",
    ".venv/pyvenv.cfg",
    "archive/1/exam.toml",
]
JINJA = re.compile(rb"\{\{|\{%|\{#")


@pytest.fixture
def configuration() -> dict[str, object]:
    return dict(json.loads((REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8")))


class TestConfiguration:
    def test_every_question_can_be_read(self, configuration: dict[str, object]) -> None:
        asked = [key for key in configuration if not key.startswith("_")]
        assert asked == ["project_name", "project_slug", "exam_seed", "accelerator"]
        prompts = configuration["__prompts__"]
        assert isinstance(prompts, dict)
        assert list(prompts) == asked
        assert all(f'"{choice}"' in prompts["accelerator"] for choice in ("cpu", "gpu"))

    def test_no_answer_is_a_list_of_choices(self, configuration: dict[str, object]) -> None:
        """Cookiecutter drops all that a user's defaults hold behind one that is none of the choices."""
        assert all(isinstance(value, str) for key, value in configuration.items() if not key.startswith("_"))

    def test_nothing_that_a_learner_edits_is_copied_over(self, configuration: dict[str, object]) -> None:
        patterns = configuration["_copy_without_render"]
        assert isinstance(patterns, list)
        touched = {
            path
            for path in LEARNERS_FILES
            for part in (path, *map(str, Path(path).parents))
            for pattern in patterns
            if fnmatch.fnmatch(part, pattern)
        }
        assert not touched

    def test_the_template_holds_no_work_and_no_caches(self) -> None:
        names = {path.relative_to(TEMPLATE).parts[0] for path in TEMPLATE.iterdir()}
        assert not names & {"exam.toml", "archive", ".venv", *(f"Category{number}" for number in range(1, 6))}


class TestGeneration:
    def test_a_complete_workspace(self, bake: Bake, configuration: dict[str, object]) -> None:
        baked = bake(exam_seed="7")
        root = baked.workspace
        assert root.name == "my_tensorflow_exam"
        exam = tomllib.loads((root / "exam.toml").read_text(encoding="utf-8"))
        assert (exam["name"], exam["seed"], exam["accelerator"]) == ("My TensorFlow Exam", 7, "cpu")
        for number in range(1, 6):
            assert (root / f"Category{number}" / "starter.py").is_file()
            assert (root / f"Category{number}" / "README.md").is_file()
        expected = {path.relative_to(TEMPLATE) for path in TEMPLATE.rglob("*") if "__pycache__" not in path.parts}
        assert expected <= {path.relative_to(root) for path in root.rglob("*")}
        assert not (root / ".venv").exists()
        assert not (root / ".exam" / "ready.json").exists()
        assert "bootstrap.py" in baked.output and "skipped" in baked.output
        _assert_all_is_rendered(root, configuration)

    def test_the_same_seed_is_the_same_exam(self, bake: Bake) -> None:
        one, two = (bake(exam_seed="12", project_slug=slug).workspace for slug in ("one", "two"))
        assert (one / "exam.toml").read_bytes() == (two / "exam.toml").read_bytes()

    @pytest.mark.parametrize("name", [HOSTILE_NAMES[6], HOSTILE_NAMES[7], HOSTILE_NAMES[8], HOSTILE_NAMES[10]])
    def test_a_hostile_name_stays_a_name(self, name: str, bake: Bake, tmp_path: Path) -> None:
        root = bake(project_name=name, project_slug="my_exam", exam_seed="1").workspace
        assert tomllib.loads((root / "exam.toml").read_text(encoding="utf-8"))["name"] == name
        assert json.loads((root / ".exam" / "answers.json").read_text(encoding="utf-8"))["project_name"] == name
        assert not list(tmp_path.rglob("CANARY")) and not Path("CANARY").exists()

    def test_cookiecutter_itself_renders_what_is_typed(self, bake: Bake) -> None:
        root = bake(project_name="{{ 7*7 }} \U0001f600", project_slug="my_exam").workspace
        assert tomllib.loads((root / "exam.toml").read_text(encoding="utf-8"))["name"] == "49 \U0001f600"

    def test_a_name_in_other_letters_gets_a_plain_folder(self, bake: Bake) -> None:
        assert bake(project_name="\u00dcbung f\u00fcr \u65e5\u672c").workspace.name.isascii()


class TestRefusals:
    @pytest.mark.parametrize(
        ("answers", "part"),
        [
            ({"project_slug": "../x"}, "is a path"),
            ({"project_slug": "class"}, "is reserved"),
            ({"project_name": "2026"}, "starts with a digit"),
            ({"project_name": "line\nbreak"}, "line break or control character"),
            ({"exam_seed": "-1"}, "neither random nor a whole number"),
        ],
    )
    def test_bad_answers_leave_nothing_behind(
        self, answers: dict[str, str], part: str, bake: Bake, tmp_path: Path
    ) -> None:
        baked = bake(**answers)
        assert baked.path is None
        assert part in baked.output
        assert "Traceback" not in baked.output
        assert not [path for path in tmp_path.rglob("*") if path.name in ("bootstrap.py", "exam")]

    def test_an_unknown_mode_is_refused(self, bake: Bake, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EXAM_ENVIRONMENT", "maybe")
        assert "must be auto, skip or required, not 'maybe'" in bake().output

    @pytest.mark.parametrize("slug", ["a/b/c", "a\\b", "a/../x", ""])
    def test_a_refused_folder_name_leaves_no_folder_behind(self, slug: str, bake: Bake, tmp_path: Path) -> None:
        folder = tmp_path / "deeper" / "baked"
        folder.mkdir(parents=True)
        before = _everything(tmp_path)
        baked = bake(project_slug=slug, output_dir=folder)
        assert baked.path is None
        assert f"The folder name {ascii(slug or ' ')} is " in baked.output and "start with a letter" in baked.output
        assert _everything(tmp_path) == before

    @pytest.mark.parametrize(("work", "update"), [([], False), (["thesis.docx", "b/starter.py"], True)])
    def test_folders_that_were_there_stay_as_they_were(
        self, work: list[str], update: bool, bake: Bake, tmp_path: Path
    ) -> None:
        folder = tmp_path / "baked"
        for name in work:
            (folder / "a" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "a" / name).write_text("mine", encoding="utf-8")
        (folder / "a").mkdir(parents=True, exist_ok=True)
        before = _everything(tmp_path)
        assert "is a path, not a name" in bake(project_slug="a/b", update=update).output
        assert _everything(tmp_path) == before

    @pytest.mark.parametrize("update", [True, False])
    def test_a_folder_with_other_work_is_left_alone(self, update: bool, bake: Bake, tmp_path: Path) -> None:
        foreign = tmp_path / "baked" / "my_exam" / "Category1" / "mymodel.h5"
        foreign.parent.mkdir(parents=True)
        foreign.write_text("mine", encoding="utf-8")
        baked = bake(update=update, overwrite=True, project_slug="my_exam")
        assert baked.path is None
        assert "is not a workspace of this template" in baked.output
        assert [path for path in foreign.parents[1].rglob("*") if path.is_file()] == [foreign]


class TestDefaults:
    """What a user's own configuration of cookiecutter holds: one bad value costs no other."""

    CLASS = "exam_seed: 42, project_name: Our class"

    @pytest.mark.parametrize(
        ("bad", "accelerator", "said"),
        [
            ("accelerator: GPU", "gpu", ""),
            (
                "accelerator: tpu, data_source: Public, exam_hours: five, python: 2.7",
                "cpu",
                "'tpu' is neither cpu nor gpu: cpu is used.",
            ),
        ],
    )
    def test_the_others_are_kept(self, bad: str, accelerator: str, said: str, bake: Bake) -> None:
        baked = bake(defaults=f"{{{bad}, {self.CLASS}}}")
        exam = tomllib.loads((baked.workspace / "exam.toml").read_text(encoding="utf-8"))
        assert (exam["seed"], exam["name"], exam["accelerator"]) == (42, "Our class", accelerator)
        assert baked.workspace.name == "our_class"
        answers = json.loads((baked.workspace / ".exam" / "answers.json").read_text(encoding="utf-8"))
        assert (answers["exam_seed"], answers["accelerator"]) == ("42", accelerator)
        assert said in baked.output and ("is used" in baked.output) == bool(said)

    @pytest.mark.parametrize(
        ("bad", "said"),
        [
            ("exam_seed: five", "The exam seed 'five' is neither random nor a whole number"),
            ("project_name: yes", "The name of the exam, true, is not text: put it in quotes"),
            ("project_slug: our/class", "The folder name 'our/class' is a path, not a name"),
        ],
    )
    def test_what_cannot_be_replaced_is_named(self, bad: str, said: str, bake: Bake, tmp_path: Path) -> None:
        baked = bake(defaults=f"{{accelerator: GPU, {bad}}}")
        assert baked.path is None and said in baked.output and "Traceback" not in baked.output
        assert list((tmp_path / "baked").iterdir()) == []

    def test_what_is_typed_comes_first_and_can_be_replayed(self, tmp_path: Path, bake: Bake) -> None:
        """Also answers to an earlier version, whose replay file holds only what was asked then."""
        from cookiecutter.main import cookiecutter

        bake(defaults="{accelerator: gpu, exam_seed: 42}", project_slug="first", accelerator=" Cpu", exam_seed=" 9 ")
        replay = tmp_path / "replay" / f"{REPOSITORY.name}.json"
        answers = json.loads(replay.read_text(encoding="utf-8"))
        kept = {key: value for key, value in answers["cookiecutter"].items() if not key.startswith("__")}
        replay.write_text(json.dumps({"cookiecutter": {**kept, "project_slug": "again"}}), encoding="utf-8")
        folder, config = str(tmp_path / "replayed"), str(tmp_path / "cookiecutter.yaml")
        root = Path(cookiecutter(str(REPOSITORY), replay=True, output_dir=folder, config_file=config))
        assert root.name == "again"
        exam = tomllib.loads((root / "exam.toml").read_text(encoding="utf-8"))
        assert (exam["seed"], exam["accelerator"]) == (9, "cpu")


class TestWithoutTerminal:
    """A plugin of an editor writes the answers into cookiecutter.json and runs ``cookiecutter --no-input``."""

    @pytest.fixture
    def template(self, tmp_path: Path) -> Path:
        """A copy of the template, with answers in place of the defaults."""
        folder = tmp_path / "template"
        shutil.copytree(REPOSITORY / "hooks", folder / "hooks")
        shutil.copytree(TEMPLATE, folder / TEMPLATE.name, ignore=shutil.ignore_patterns("__pycache__"))
        answers = json.loads((REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8"))
        answers |= {"project_name": "Klasse 7", "exam_seed": "42", "accelerator": "GPU"}
        (folder / "cookiecutter.json").write_text(json.dumps(answers), encoding="utf-8")
        return folder

    def test_generation_works_with_a_closed_input(self, template: Path, tmp_path: Path) -> None:
        closed = (lambda: os.close(0)) if os.name != "nt" else None  # there a process always has a standard input
        run = subprocess.run(
            [sys.executable, "-m", "cookiecutter", str(template), "--no-input"],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "EXAM_ENVIRONMENT": "skip"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=closed,
        )
        assert run.returncode == 0 and b"Traceback" not in run.stdout, run.stdout
        exam = tomllib.loads((tmp_path / "klasse_7" / "exam.toml").read_text(encoding="utf-8"))
        assert (exam["name"], exam["seed"], exam["accelerator"]) == ("Klasse 7", 42, "gpu")


class TestUpdate:
    def test_the_engine_is_new_and_the_work_is_kept(self, bake: Bake) -> None:
        root = bake(project_slug="my_exam", exam_seed="7").workspace
        work = _work(root)
        (root / "exam" / "draw.py").write_text("old", encoding="utf-8")
        (root / "exam" / "gone.py").write_text("old", encoding="utf-8")
        (root / "requirements.txt").write_text("old", encoding="utf-8")
        (root / ".idea" / "inspectionProfiles" / "profiles_settings.xml").unlink()
        older = root / "Category5" / "README.md"  # of an older version, and never changed by its learner
        older.write_text("# Category 5 without buttons\n", encoding="utf-8")
        bake(update=True, project_slug="my_exam", exam_seed="8", project_name="Other").workspace
        for path, text in work.items():
            assert (root / path).read_text(encoding="utf-8") == text, path
        for path in ("exam/draw.py", "requirements.txt"):
            assert (root / path).read_bytes() == (TEMPLATE / path).read_bytes()
        assert (root / ".idea" / "inspectionProfiles" / "profiles_settings.xml").is_file()
        assert older.read_text(encoding="utf-8") == "# Category 5 without buttons\n"
        assert not (root / "exam" / "gone.py").exists()
        assert not (root / "archive").exists()

    @pytest.mark.slow
    def test_even_with_force_alone_no_answer_is_lost(self, bake: Bake) -> None:
        root = bake(project_slug="my_exam").workspace
        work = _work(root)
        bake(overwrite=True, project_slug="my_exam").workspace
        kept = [path for path in work if path.startswith("Category") or path in ("exam.toml", ".exam/attempts.jsonl")]
        assert len(kept) == 17
        for path in kept:
            assert (root / path).read_text(encoding="utf-8") == work[path], path

    def test_without_force_an_existing_folder_is_refused(self, bake: Bake) -> None:
        bake(project_slug="my_exam")
        assert "already exists" in bake(project_slug="my_exam").output


class TestLocks:
    LOCKS = sorted([*REPOSITORY.glob("requirements*.txt"), *TEMPLATE.glob("requirements*.txt")])

    def test_there_are_four(self) -> None:
        names = ["requirements-dev", "requirements-gpu", "requirements-tools", "requirements"]
        assert sorted(lock.stem for lock in self.LOCKS) == sorted(names)

    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
    def test_they_name_no_place_and_pin_everything(self, lock: Path) -> None:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"^\s*(-|/|\.)(?!-hash=)", text, re.MULTILINE)
        for entry in _entries(text):
            assert re.match(r"[a-z0-9-]+==[0-9][\w.]* (; .* )?\\\n", entry), entry[:80]
            assert "--hash=sha256:" in entry

    def test_versions_agree(self) -> None:
        versions: dict[str, set[str]] = {}
        for lock in self.LOCKS:
            for entry in _entries(lock.read_text(encoding="utf-8")):
                name, _, version = entry.split(" ")[0].partition("==")
                versions.setdefault(name, set()).add(version)
        intel_mac_too = {"numpy", "ml-dtypes", "pandas", "protobuf", "tensorflow"}
        assert {name for name, found in versions.items() if len(found) > 1} == intel_mac_too

    def test_every_system_has_its_files(self) -> None:
        """A file that holds several wheels of each: three Pythons on Linux twice, macOS and Windows."""
        entries = _entries((TEMPLATE / "requirements.txt").read_text(encoding="utf-8"))
        hashes = {entry.split(" ")[0]: entry.count("--hash") for entry in entries}
        for name in ("numpy", "h5py", "scipy", "ml-dtypes"):
            assert max(count for entry, count in hashes.items() if entry.startswith(f"{name}==")) >= 12, name

    def test_both_inputs_ask_for_the_same_and_their_locks_have_it(self) -> None:
        """Before, the lock with the GPU libraries lacked jinja2, and ``report`` failed with it."""
        names = []
        for lock in TEMPLATE.glob("requirements*.txt"):
            asked = lock.with_suffix(".in").read_text(encoding="utf-8").splitlines()
            names.append({line for line in asked if re.fullmatch(r"[a-z0-9-]+", line)})
            entries = _entries(lock.read_text(encoding="utf-8"))
            assert names[-1] <= {entry.partition("==")[0] for entry in entries}
        assert names[0] == names[1] and "jinja2" in names[0]

    def test_no_other_framework_comes_in(self) -> None:
        entries = [entry for lock in self.LOCKS for entry in _entries(lock.read_text(encoding="utf-8"))]
        names = {entry.partition("==")[0] for entry in entries}
        assert not names & {"torch", "jax", "tensorflow-intel"}


class TestMake:
    @pytest.mark.parametrize("file", [REPOSITORY / "make.py", TEMPLATE / "bootstrap.py"], ids=lambda file: file.name)
    def test_an_old_python_can_start_it(self, file: Path) -> None:
        source = file.read_text(encoding="utf-8")
        assert source.isascii()
        ast.parse(source, feature_version=(3, 8))

    def test_a_wrong_command_shows_the_right_ones(self) -> None:
        run = subprocess.run([sys.executable, REPOSITORY / "make.py", "cake"], capture_output=True, text=True)
        assert run.returncode == 2
        assert "make.py workspace" in run.stdout and "make.py test" in run.stdout


@pytest.mark.slow
class TestEnvironment:
    """Real virtual environments."""

    @pytest.mark.parametrize(
        ("mode", "installer", "kept"), [("auto", "pip", True), ("auto", "uv", True), ("required", "pip", False)]
    )
    def test_without_a_network(
        self, mode: str, installer: str, kept: bool, bake: Bake, monkeypatch: pytest.MonkeyPatch, uv: str
    ) -> None:
        monkeypatch.setenv("EXAM_ENVIRONMENT", mode)
        _close_the_network(monkeypatch)
        if installer == "uv":
            monkeypatch.setenv("PATH", os.pathsep.join([str(Path(uv).parent), os.environ["PATH"]]))
        else:
            monkeypatch.delenv("UV_DEFAULT_INDEX")  # then pip, which has an index of its own, is preferred
        baked = bake(project_slug="my_exam")
        assert "No network: the package index could not be reached." in baked.output
        assert "Continue with: " in baked.output
        assert (baked.path is not None) == kept
        if kept:
            assert (baked.workspace / "exam.toml").is_file()
            assert not (baked.workspace / ".exam" / "ready.json").exists()

    def test_the_whole_way(self, bake: Bake, monkeypatch: pytest.MonkeyPatch, uv: str, tmp_path: Path) -> None:
        monkeypatch.setenv("EXAM_ENVIRONMENT", "required")
        monkeypatch.setenv("PATH", os.pathsep.join([str(Path(uv).parent), os.environ["PATH"]]))
        monkeypatch.setenv("PIP_USER", "1")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        baked = bake(project_slug="my_exam", output_dir=tmp_path / "with space \u00fc")
        root = baked.workspace
        assert "[6/6]" in baked.output and "Ready. Next:" in baked.output
        assert json.loads((root / ".exam" / "ready.json").read_text(encoding="utf-8"))["tensorflow"].startswith("2.")
        assert all(any((root / f"Category{number}" / "data").iterdir()) for number in range(1, 6))
        again = subprocess.run([sys.executable, root / "bootstrap.py"], capture_output=True, text=True)
        assert (again.returncode, again.stdout) == (0, "This workspace is already ready.\n")


def _everything(folder: Path) -> dict[str, str]:
    """Return every file and folder below ``folder``, but for what the tests' own cookiecutter keeps there."""
    return {
        str(path): path.read_text(encoding="utf-8") if path.is_file() else ""
        for path in folder.rglob("*")
        if path.relative_to(folder).parts[0] not in ("replay", "cache", "cookiecutter.yaml")
    }


def _close_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send every installer to a port of this machine where nobody listens."""
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


def _entries(text: str) -> list[str]:
    """Return the requirements of a lock, each with the lines of its hashes."""
    return re.findall(r"^[a-z0-9].*(?:\n +--hash.*)*", text, re.MULTILINE)


def _work(root: Path) -> dict[str, str]:
    """Change everything that a learner may change, and return path -> text of it."""
    paths = [f"Category{number}/{name}" for number in range(1, 6) for name in ("starter.py", "mymodel.h5", "mine.py")]
    paths += ["exam.toml", ".exam/attempts.jsonl", "README.md", ".idea/workspace.xml", "notes.txt"]
    paths += [".idea/inspectionProfiles/Project_Default.xml"]
    for path in paths:
        if path == "exam.toml":
            text = (root / path).read_text(encoding="utf-8").replace("hours = 5.0", "hours = 3.0")
        else:
            text = f"work in {path}\n"
        (root / path).write_text(text, encoding="utf-8")
    return {path: (root / path).read_text(encoding="utf-8") for path in paths}


def _assert_all_is_rendered(root: Path, configuration: dict[str, object]) -> None:
    """No Jinja is left in any file that cookiecutter renders."""
    patterns = configuration["_copy_without_render"]
    assert isinstance(patterns, list)
    for path in (path for path in TEMPLATE.rglob("*") if path.is_file()):
        place = path.relative_to(TEMPLATE)
        parts = (str(place), *map(str, place.parents))
        if not any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in patterns):
            assert not JINJA.search((root / place).read_bytes()), place

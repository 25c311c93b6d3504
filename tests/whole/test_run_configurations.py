"""PyCharm's project files: rendered, checked, broken on purpose, and run as PyCharm would run them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import idea_checker
import pytest
from conftest import TEMPLATE, Bake
from jinja2 import Environment, StrictUndefined
from markdown_it import MarkdownIt

from exam.cli import cli
from exam.records import exam_clock
from exam.workspace import Workspace

SLUG = "my_exam"
PYTHON = Path(sys.executable)
CATEGORIES = range(1, 6)
EXAM = ["-m", "exam"]

# name of the configuration: arguments behind the interpreter, working directory; "/" stands for the workspace
COMMANDS = {
    "Verify": ([*EXAM, "verify"], "/"),
    "Benchmark": ([*EXAM, "benchmark"], "/"),
    **{f"Train Category {n}": ([f"/Category{n}/starter.py"], f"/Category{n}") for n in CATEGORIES},
    **{f"Grade Category {n}": ([*EXAM, "grade", str(n)], "/") for n in CATEGORIES},
    "Grade all": ([*EXAM, "grade", "--all"], "/"),
    "Start exam": ([*EXAM, "start"], "/"),
    "Status": ([*EXAM, "status"], "/"),
    "Watch": ([*EXAM, "watch"], "/"),
    "Report": ([*EXAM, "report"], "/"),
    "Finish exam": ([*EXAM, "finish"], "/"),
    "Tests": (["-m", "pytest", "/tests"], "/"),
}


def file_of(workspace: Path, name: str) -> Path:
    """Return the file of the run configuration ``name``."""
    return workspace / ".idea" / "runConfigurations" / f"{name.replace(' ', '_')}.xml"


def render(text: str, **context: str) -> str:
    """Render one file's text as cookiecutter does."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(text).render(cookiecutter={"project_slug": SLUG, **context})


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A rendered .idea, and just enough of a workspace around it for its paths to exist; a fresh one for each test."""
    root = tmp_path / "ein Ördner" / SLUG
    for source in (path for path in (TEMPLATE / ".idea").rglob("*") if path.is_file()):
        target = root / source.relative_to(TEMPLATE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(render(source.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    for name in ["exam/__init__.py", "exam/__main__.py", *(f"Category{n}/starter.py" for n in CATEGORIES)]:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
    (root / "tests").mkdir()
    return root


def test_idea_is_complete(workspace: Path) -> None:
    """Exactly these files: cookiecutter templates have lost parts of .idea without anybody noticing."""
    found = {path.relative_to(workspace / ".idea").as_posix() for path in (workspace / ".idea").rglob("*.*")}
    configurations = {f"runConfigurations/{name.replace(' ', '_')}.xml" for name in COMMANDS}
    profile = {"inspectionProfiles/Project_Default.xml", "inspectionProfiles/profiles_settings.xml"}
    assert found == {".gitignore", "icon.svg", "workspace.xml", *profile, *configurations}


def test_idea_is_tracked() -> None:
    """The template's own .idea/.gitignore hides workspace.xml from ``git add``: it has to be added with -f."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    arguments = ["git", "ls-files", "-z", "--", str(TEMPLATE.name)]
    listed = subprocess.run(arguments, cwd=TEMPLATE.parent, capture_output=True, text=True, encoding="utf-8")
    tracked = {name.split("/", 1)[1] for name in listed.stdout.split("\0") if "/" in name}
    if not tracked:
        pytest.skip("the template is not in a git repository")
    shipped = {path.relative_to(TEMPLATE).as_posix() for path in (TEMPLATE / ".idea").rglob("*") if path.is_file()}
    assert shipped <= tracked


def test_rendered_idea_has_no_problem(workspace: Path) -> None:
    assert idea_checker.check(workspace) == []


def test_baked_workspace_has_no_problem(bake: Bake) -> None:
    assert idea_checker.check(bake().workspace) == []


def test_every_file_survives_a_save_by_pycharm(workspace: Path) -> None:
    for path in (workspace / ".idea").rglob("*.xml"):
        text = path.read_text(encoding="utf-8")
        assert idea_checker.canonical(ET.fromstring(text)) + "\n" == text, path.name


def test_the_interpreter_is_that_of_the_workspace(workspace: Path) -> None:
    """The one of the module, whose name is the folder's: PyCharm attaches .venv to it, wherever that lies."""
    python = workspace / ".venv" / "bin" / "python"
    for name in COMMANDS:
        configuration = idea_checker.read(file_of(workspace, name), workspace)
        modules = [module.get("name") for module in configuration.element.findall("module")]
        assert modules == [workspace.name] and configuration.enabled("IS_MODULE_SDK"), name
        assert configuration.options["SDK_HOME"] == "" and "SDK_NAME" not in configuration.options, name
        assert not configuration.enabled("RUN_TOOL"), "uv would put its own environment in place of .venv"
        assert idea_checker.command(file_of(workspace, name), workspace, python).argv[0] == str(python)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_line(workspace: Path, name: str) -> None:
    arguments, cwd = COMMANDS[name]
    built = idea_checker.command(file_of(workspace, name), workspace, PYTHON)
    expected = [f"{workspace}{argument}" if argument.startswith("/") else argument for argument in arguments]
    assert built.argv == [str(PYTHON), *expected]
    assert built.cwd == workspace / cwd.strip("/")


def test_environment_is_the_one_of_pycharm(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "inherited")
    monkeypatch.setenv("TERM", "dumb")
    verify, train = (
        idea_checker.command(file_of(workspace, name), workspace, PYTHON).env for name in ("Verify", "Train Category 1")
    )
    assert verify["PYTHONPATH"] == f"{workspace}{os.pathsep}inherited"
    assert verify["PYTHONUNBUFFERED"] == verify["PYCHARM_HOSTED"] == "1"
    assert verify["PYTHONIOENCODING"] == "UTF-8"
    assert train["TERM"] == "dumb"
    assert verify["TERM"] == ("dumb" if sys.platform == "win32" else "xterm-256color")


@pytest.mark.parametrize("name", [f"Train Category {number}" for number in range(1, 6)])
def test_training_sees_the_packages_and_the_keras_that_the_exam_means(
    workspace: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, a ``random.py`` in the workspace stood for Python's, and the user's backend for TensorFlow."""
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (workspace / "random.py").write_text("raise SystemExit('the wrong module')", encoding="utf-8")
    starter = workspace / name.removeprefix("Train ").replace(" ", "") / "starter.py"
    starter.parent.mkdir(exist_ok=True)
    starter.write_text(
        "import os, random; print(os.environ['KERAS_BACKEND'], os.environ['TF_USE_LEGACY_KERAS'])", encoding="utf-8"
    )
    built = idea_checker.command(file_of(workspace, name), workspace, PYTHON)
    ended = subprocess.run(built.argv, cwd=built.cwd, env=built.env, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("tensorflow 0\n", "")


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ("", []),
        ("grade --all", ["grade", "--all"]),
        ('--name "two words"', ["--name", "two words"]),
        ("it's here", ["it's", "here"]),
        (r"C:\folder # no comment", [r"C:\folder", "#", "no", "comment"]),
    ],
)
def test_parameters_are_split_as_pycharm_does(parameters: str, arguments: list[str]) -> None:
    assert idea_checker.split(parameters) == arguments


VERIFY = ".idea/runConfigurations/Verify.xml"
TRAIN = ".idea/runConfigurations/Train_Category_1.xml"
WATCH = ".idea/runConfigurations/Watch.xml"
TESTS = ".idea/runConfigurations/Tests.xml"
WORKSPACE = ".idea/workspace.xml"
PROFILE = ".idea/inspectionProfiles/Project_Default.xml"
SETTINGS = ".idea/inspectionProfiles/profiles_settings.xml"
BUTTONS = "Run `Train Category 1`, then `Grade Category 1`."
TASK = '<method v="2"><option name="RunConfigurationTask" enabled="true" run_configuration_name="Gone" /></method>'

# file, what is replaced ("" for the whole file), by what, words of the problem that must be reported
MUTATIONS = [
    # documents
    (VERIFY, "</component>", "", "is not XML"),
    (VERIFY, "ProjectRunConfigurationManager", "RunConfigurationManager", "wrong root"),
    (VERIFY, "", "<component name='ProjectRunConfigurationManager' />", "not exactly one configuration"),
    (WORKSPACE, 'version="4"', 'version="3"', "wrong root"),
    (VERIFY, SLUG, "{{ cookiecutter.project_slug }}", "Jinja"),
    (".idea/icon.svg", "Five steps", "{% raw %}", "Jinja"),
    (".idea/icon.svg", "</svg>", "", "is not XML"),
    (VERIFY, 'INPUT_FILE" value="', 'INPUT_FILE" value="/home/me/input.txt', "one machine"),
    (VERIFY, 'INPUT_FILE" value="', 'INPUT_FILE" value="C:\\input.txt', "one machine"),
    (VERIFY, 'PARAMETERS" value="verify', 'PARAMETERS" value="verify --log=/tmp/log', "one machine"),
    (VERIFY, "$PROJECT_DIR$", "$USER_HOME$", "$USER_HOME$ is not a macro"),
    (VERIFY, "    <method", "\t<method", "first save"),
    (VERIFY, '" />', '"/>', "first save"),
    (VERIFY, "<component", "<!-- note --><component", "first save"),
    (VERIFY, "<component", '<?xml version="1.0"?>\n<component', "first save"),
    (WORKSPACE, '<?xml version="1.0" encoding="UTF-8"?>\n', "", "first save"),
    # the envelope
    (VERIFY, ' folderName="Setup"', "", "'folderName' is missing"),
    (VERIFY, "folderName", "foldername", "'foldername' is unknown"),
    (VERIFY, 'default="false"', 'default="true"', "default must be"),
    (VERIFY, "PythonConfigurationType", "PyConfigurationType", "is not known"),
    (VERIFY, 'factoryName="Python"', 'factoryName="python"', "is not known"),
    (TESTS, "py.test", "unittest", "is not known"),
    (TESTS, 'type="tests"', 'type="CompoundRunConfigurationType"', "is not known"),
    (VERIFY, "    <method", '    <EXTENSION ID="x" />\n    <method', "<EXTENSION> is not expected"),
    (VERIFY, f'<module name="{SLUG}" />', '<module name="other" />', "<module> must be"),
    (VERIFY, f'    <module name="{SLUG}" />\n', "", "<module> must be"),
    (VERIFY, '    <method v="2" />\n', "", "<method"),
    # options
    (VERIFY, "PARAMETERS", "PARAMETER", "'PARAMETER' is not one"),
    (VERIFY, "PARAMETERS", "PARAMETER", "'PARAMETERS' is missing"),
    (VERIFY, '"SDK_HOME"', '"SDK_NAME"', "'SDK_NAME' is not one"),
    (TESTS, '"RUN_TOOL"', '"SCRIPT_NAME"', "'SCRIPT_NAME' is not one"),
    (VERIFY, '    <option name="RUN_TOOL" value="false" />\n', "", "'RUN_TOOL' is missing"),
    (VERIFY, "INPUT_FILE", "PARAMETERS", "there twice"),
    (VERIFY, 'EMULATE_TERMINAL" value="true"', 'EMULATE_TERMINAL" value="True"', "must be 'true' or 'false'"),
    (VERIFY, 'IS_MODULE_SDK" value="true"', 'IS_MODULE_SDK" value="false"', "IS_MODULE_SDK must be"),
    (VERIFY, 'SDK_HOME" value=""', 'SDK_HOME" value="$PROJECT_DIR$/.venv/bin/python"', "SDK_HOME must be"),
    (VERIFY, 'RUN_TOOL" value="false"', 'RUN_TOOL" value="true"', "RUN_TOOL must be"),
    (VERIFY, 'PARAMETERS" value="verify', "PARAMETERS\" value=\"'verify now'", "single quotes"),
    (VERIFY, 'EMULATE_TERMINAL" value="true"', 'EMULATE_TERMINAL" value="false"', "EMULATE_TERMINAL must be 'true'"),
    (WATCH, '    <option name="EMULATE_TERMINAL" value="true" />\n', "", "EMULATE_TERMINAL must be 'true'"),
    (TESTS, "&quot;PATH&quot;", "PATH", "string in JSON"),
    (TESTS, "&quot;PATH&quot;", "1", "string in JSON"),
    # paths
    (VERIFY, 'WORKING_DIRECTORY" value="$PROJECT_DIR$"', 'WORKING_DIRECTORY" value=""', "must start with"),
    (TRAIN, "$/Category1", "$/Category9", "is no folder"),
    (TRAIN, "starter.py", "start.py", "is no file"),
    (VERIFY, 'SCRIPT_NAME" value="exam"', 'SCRIPT_NAME" value="grader"', "no module"),
    (VERIFY, 'SCRIPT_NAME" value="exam"', 'SCRIPT_NAME" value="exam -v"', "no module"),
    (TESTS, "$/tests", "$/test", "does not exist"),
    (TESTS, "&quot;$PROJECT_DIR$/tests&quot;", "&quot;&quot;", "does not exist"),
    (TESTS, "&quot;PATH&quot;", "&quot;CUSTOM&quot;", "must be PATH"),
    # names
    (VERIFY, 'name="Verify"', 'name="Benchmark"', "two configurations"),
    (VERIFY, 'name="Verify"', 'name="Verify!"', "rename it to Verify_.xml"),
    (VERIFY, '<method v="2" />', TASK, "runs 'Gone' first"),
    (WORKSPACE, "Python.Verify", "Python.Check", "preselects 'Python.Check'"),
    (WORKSPACE, "Python.Verify", "Python.Tests", "preselects 'Python.Tests'"),
    (WORKSPACE, "RunManager", "Runmanager", "preselects None"),
    # inspections
    (PROFILE, "PyPackageRequirementsInspection", "PyUnresolvedReferencesInspection", "must switch"),
    (PROFILE, ' enabled="false"', ' enabled="true"', "must switch"),
    (PROFILE, 'enabled_by_default="false"', 'enabled_by_default="true"', "must switch"),
    (PROFILE, "Project Default", "Ours", "uses another profile"),
    (PROFILE, "InspectionProjectProfileManager", "InspectionProfileManager", "wrong root"),
    (PROFILE, "</profile>", "", "is not XML"),
    (SETTINGS, "PROJECT_PROFILE", "PROFILE", "uses another profile"),
    (SETTINGS, "Project Default", "Default", "uses another profile"),
    (SETTINGS, '<version value="1.0" />', '<option name="USE_PROJECT_PROFILE" value="false" />', "in place of ours"),
    (SETTINGS, "", "<component name='InspectionProjectProfileManager' />", "wrong root"),
    (".idea/inspectionProfiles/Mine.xml", "", "<component name='InspectionProjectProfileManager' />", "not ours"),
    # buttons
    ("README.md", "", "Click `Start`.", "`Start` looks like a run configuration"),
    ("README.md", "", "Click `Grade Category 6`.", "`Grade Category 6` looks like"),
    ("README.md", "", "Click `grade all`.", "`grade all` looks like"),
    ("README.md", "", "| a |\n|---|\n| `Train Category 1 to 5` |", "`Train Category 1 to 5` looks like"),
    ("README.md", "", "Click **Verify**.", "**Verify** is bold"),
    ("Category1/README.md", "", "# Category 1", "Category1/README.md: does not end with the buttons"),
    ("Category2/README.md", "", BUTTONS, "Category2/README.md: does not end with the buttons"),
    ("Category1/README.md", "", f"{BUTTONS} Then `mymodel.h5`.", "Category1/README.md: does not end with the buttons"),
    # files around them
    (".idea/.gitignore", "/misc.xml", "", "/misc.xml is missing"),
    (".idea/modules.xml", "", '<project version="4" />', "modules.xml: PyCharm writes"),
    (".idea/misc.xml", "", '<project version="4" />', "misc.xml: PyCharm writes"),
    (f".idea/{SLUG}.iml", "", '<module type="PYTHON_MODULE" version="4" />', ".iml: PyCharm writes"),
    (f"{SLUG}.iml", "", '<module type="PYTHON_MODULE" version="4" />', "a module file stops"),
    ("venv/pyvenv.cfg", "", "home = x", "a second virtual environment"),
    (".venv/pyvenv.cfg", "", "home = x\nuv = 0.9", "made by uv"),
    ("Category1/pyproject.toml", "", "", "makes a module of it"),
    ("pyproject.toml", "", "[project]\nname = 'other'", "project name is 'other'"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), MUTATIONS)
def test_checker_reports_what_is_broken(workspace: Path, file: str, old: str, new: str, words: str) -> None:
    path = workspace / file
    text = path.read_text(encoding="utf-8") if old else ""
    assert old in text
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace(old, new) if old else new, encoding="utf-8", newline="\n")
    assert [problem for problem in idea_checker.check(workspace) if words in problem]


@pytest.mark.parametrize("name", ["inspectionProfiles/profiles_settings.xml", "icon.svg", ".gitignore"])
def test_checker_reports_a_missing_file(workspace: Path, name: str) -> None:
    (workspace / ".idea" / name).unlink()
    assert f"{name}: is missing" in idea_checker.check(workspace)


def test_checker_accepts_buttons(workspace: Path) -> None:
    text = "`Start exam`, `python -m exam start`, **bold**, `starter.py`"
    (workspace / "README.md").write_text(text, encoding="utf-8")
    (workspace / "Category1" / "README.md").write_text(BUTTONS, encoding="utf-8")
    assert idea_checker.check(workspace) == []


def test_checker_reports_missing_engine(workspace: Path) -> None:
    (workspace / "exam" / "__main__.py").unlink()
    assert [problem for problem in idea_checker.check(workspace) if "python -m can run" in problem]


def test_checker_accepts_what_bootstrap_adds(workspace: Path) -> None:
    (workspace / ".venv").mkdir()
    (workspace / ".venv" / "pyvenv.cfg").write_text("home = x\n", encoding="utf-8")
    (workspace / "pyproject.toml").write_text(f"[project]\nname = '{SLUG}'\n", encoding="utf-8")
    assert idea_checker.check(workspace) == []


# README.md, which PyCharm shows on first open

README = (TEMPLATE / "README.md").read_text(encoding="utf-8")
HOSTILE = [
    'Robert "Bob" Smith\'s exam',
    "`code` *bold* _it_ ~~no~~ | cell | # heading",
    "<script>alert(1)</script>",
    "</h1><img src=x onerror=alert(1)>",
    "<!-- comment",
    "![x](http://example.org/x.png) [y](javascript:alert(1))",
    "two\n\nlines\r\n# of many\n\n```",
    "日本 😀 \u202e gnol",
    "&lt;b&gt; &amp;",
    "$(touch x) ; ' \\",
]


class Title(HTMLParser):
    """The text of <h1> and the names of all tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside = self.inside or tag == "h1"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "h1"

    def handle_data(self, data: str) -> None:
        self.text += data if self.inside else ""


def page(name: str) -> str:
    """Return the README as HTML, with HTML inside Markdown taken as it is, as PyCharm's preview does."""
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(render(README, project_name=name)))


@pytest.mark.parametrize("name", HOSTILE)
def test_readme_survives_hostile_names(name: str) -> None:
    """The name is shown as it was typed, up to white space, and changes nothing else on the page."""
    harmless, hostile = page("My exam"), page(name)
    assert Title(hostile).text == " ".join(name.split())
    assert Title(hostile).tags == Title(harmless).tags
    assert hostile.split("</h1>", 1)[1] == harmless.split("</h1>", 1)[1]


def test_readme_has_a_button_for_every_run_configuration() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    assert [name for name in COMMANDS if not any(f"`{name}`" in row.split(" | ")[0] for row in rows)] == []
    assert list(idea_checker.buttons(render(README, project_name="x"), set(COMMANDS))) == []


@pytest.mark.parametrize("page", sorted(TEMPLATE.glob("exam/bank/category*/*/README.md")), ids=lambda p: p.parent.name)
def test_every_question_ends_with_its_buttons(page: Path) -> None:
    category = page.parents[1].name.removeprefix("category")
    assert list(idea_checker.buttons(page.read_text(encoding="utf-8"), set(COMMANDS), category)) == []


def test_no_other_page_names_a_configuration_wrongly() -> None:
    pages = [*TEMPLATE.glob("docs/**/*.md"), TEMPLATE / "exam" / "bank" / "README.md"]
    problems = [
        f"{page.name}: {problem}"
        for page in pages
        for problem in idea_checker.buttons(page.read_text(encoding="utf-8"), set(COMMANDS))
    ]
    assert len(pages) > 60 and problems == []


@pytest.mark.parametrize("page", [README, (TEMPLATE.parent / "README.md").read_text(encoding="utf-8")])
def test_the_version_of_pycharm_is_named_with_its_reason(page: str) -> None:
    assert re.search(r"PyCharm 2025\.2 or\s+later", page)
    paragraph = next(text for text in page.split("\n\n") if "2025.2" in text)
    assert "`tf.keras`" in paragraph


def test_every_starter_fills_the_todo_window() -> None:
    """PyCharm lists lines that match its own pattern, ``\\btodo\\b.*`` in any letters: one for each question."""
    starters = sorted(TEMPLATE.glob("exam/bank/category*/*/starter.py"))
    found = {path.parent.name: re.findall(r"(?i)\btodo\b.*", path.read_text(encoding="utf-8")) for path in starters}
    assert len(starters) >= 29 and set(map(tuple, found.values())) == {("TODO: your code here",)}


def test_pycharm_cannot_read_our_lock() -> None:
    """Why the inspection is off: it looks for lines without marker and hash. When one is there, think again."""
    lines = (TEMPLATE / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    required = [line for line in lines if line and not line.startswith("#")]
    assert len(required) > 50 and all("--hash=" in line for line in required)


def test_readme_names_only_commands_that_exist() -> None:
    named = set(re.findall(r"python -m exam (\w+)", README))
    assert named >= {"verify", "benchmark", "data", "check", "grade", "draw"}
    assert named <= set(cli.commands)


# as PyCharm would run them

# name of the configuration: exit status, and an expression that its output matches
MARKERS = {
    "Verify": (0, "verified"),
    "Benchmark": (0, r"\w+"),
    **{f"Train Category {n}": (0, "Nothing to save yet") for n in CATEGORIES},
    **{f"Grade Category {n}": (1, r"mymodel\.h5") for n in CATEGORIES},
    "Grade all": (1, r"mymodel\.h5"),
    "Start exam": (0, r"\b5 h"),
    "Status": (0, r"\b5 h(.|\n)*of 100"),
    "Watch": (0, "of 100"),
    "Report": (0, r"\.html"),
    "Finish exam": (1, "The exam is still running."),
    "Tests": (0, r"SKIPPED \[10\] .+Complete solution_model\(\) in Category5/starter\.py"),
}
NO_BROWSER = {"BROWSER": f'"{sys.executable}" -c pass %s'}


def test_every_run_configuration_is_run() -> None:
    assert list(MARKERS) == list(COMMANDS)


def run(command: idea_checker.Command) -> subprocess.CompletedProcess[str]:
    """Run a command line in its own working directory, which is not the one of the tests, with nothing to read."""
    return subprocess.run(
        command.argv,
        cwd=command.cwd,
        env={**command.env, **NO_BROWSER, "PYTEST_ADDOPTS": "-rs"},  # names the reason of every skipped test
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


def run_until_shown(command: idea_checker.Command, words: str) -> subprocess.CompletedProcess[str]:
    """Run a command that goes on until it is stopped; press Ctrl-C when it has shown ``words``."""
    process = subprocess.Popen(
        command.argv,
        cwd=command.cwd,
        env=command.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where the tests run in the background
    )
    given_up = threading.Timer(120, process.kill)
    given_up.start()
    shown, stopped = "", False
    with process:
        for line in process.stdout or ():
            shown += line
            if not stopped and re.search(words, shown):
                stopped = True
                process.send_signal(signal.SIGINT)
    given_up.cancel()
    return subprocess.CompletedProcess(command.argv, process.returncode, shown)


@pytest.mark.slow
def test_every_run_configuration_runs(bake: Bake, tmp_path: Path) -> None:
    """On an untouched workspace every configuration does its work, and says what the learner is to do next."""
    workspace = bake(output_dir=tmp_path / "mit Leerzeichen 日本 ü").workspace
    data = [sys.executable, "-m", "exam", "data"]
    subprocess.run(data, cwd=workspace, stdin=subprocess.DEVNULL, check=True, timeout=300)
    failures = []
    for name, (status, words) in MARKERS.items():
        command = idea_checker.command(file_of(workspace, name), workspace, PYTHON)
        if name == "Watch" and sys.platform == "win32":  # there Ctrl-C goes to all programs of a console
            continue
        done = run_until_shown(command, words) if name == "Watch" else run(command)
        if done.returncode != status or not re.search(words, done.stdout):
            failures.append(f"{name}: exit {done.returncode}, expected {status} and {words!r}\n{done.stdout[-3000:]}")
    assert not failures, "\n\n".join(failures)
    clock = exam_clock.look(Workspace(workspace))
    assert clock is not None and clock.state == "running", "a question that nobody answers ends no exam"

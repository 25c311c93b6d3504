"""Check a workspace's .idea folder without PyCharm, and build the command lines that PyCharm would build from it.

PyCharm ignores what it does not understand: a misspelt option, an unknown module, a target that is not there show only
when a learner clicks Run. The rules here follow what PyCharm reads and writes, as seen in the public sources of
JetBrains/intellij-community (python/src/com/jetbrains/python/run and .../testing): AbstractPythonRunConfiguration,
PythonRunConfiguration, PythonCommandLineState, PythonScriptCommandLineState, PyTestsShared.

The folder is partial on purpose. Without modules.xml, *.iml and misc.xml PyCharm configures the project itself on first
open: it creates the module, named as the folder, and attaches the .venv it finds there.

One inspection is switched off by a profile of the project. PyCharm cannot read a lock with hashes: it would underline
each import as not listed in the requirements, and its quick fix would write into the lock. And the Markdown preview
gives every code span that is the name of a run configuration a green triangle: pages are checked for names that are not
quite one.

``EMULATE_TERMINAL`` is true for the commands of the engine: PyCharm's ordinary console is no terminal, rich then draws
neither colours nor progress, and ``watch`` has no screen. It is false for the starters, whose tracebacks and Keras
progress bars (Keras looks for PYCHARM_HOSTED) work best in the ordinary console.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
ABSOLUTE = re.compile(r"""(?:^|[\s"'=:;,])(?:/|~|\\\\|[A-Za-z]:[\\/])""")
MACRO = re.compile(r"\$\w+\$")
MODULE_NAME = re.compile(r"^[a-zA-Z0-9._]+[a-zA-Z0-9_]$")
JINJA = ("{{", "}}", "{%", "%}", "{#")
SETTINGS, PROFILE = "inspectionProfiles/profiles_settings.xml", "inspectionProfiles/Project_Default.xml"
SHIPPED = {".gitignore", "icon.svg", "workspace.xml", SETTINGS, PROFILE}
SWITCHED_OFF = "PyPackageRequirementsInspection"
ROOTS = {"runConfigurations": "ProjectRunConfigurationManager", "inspectionProfiles": "InspectionProjectProfileManager"}
"""Folder below .idea -> the component that each of its files holds; the other files hold a whole project."""
LIKE_A_CONFIGURATION = re.compile(
    r"(train|grade|start|finish|status|verify|benchmark|watch|report|tests?)( [\w ]*)?", re.IGNORECASE
)
"""A code span that a reader would take for the name of a run configuration, whatever its capitals."""
IGNORED = {"/shelf/", "/workspace.xml", "/misc.xml", "/modules.xml", "/*.iml"}
ATTRIBUTES = {"default", "name", "type", "factoryName", "folderName"}
CHILDREN = {"module", "option", "envs", "method"}
BOOLEANS = {"PARENT_ENVS", "IS_MODULE_SDK", "ADD_CONTENT_ROOTS", "ADD_SOURCE_ROOTS", "RUN_TOOL", "SHOW_COMMAND_LINE",
            "EMULATE_TERMINAL", "MODULE_MODE", "REDIRECT_INPUT"}
# The module's interpreter, started as it is: any other value names something of one machine, or lets uv sync first.
FIXED = {"IS_MODULE_SDK": "true", "SDK_HOME": "", "RUN_TOOL": "false"}
COMMON = {"ENV_FILES", "INTERPRETER_OPTIONS", "PARENT_ENVS", "SDK_HOME", "WORKING_DIRECTORY", "IS_MODULE_SDK",
          "ADD_CONTENT_ROOTS", "ADD_SOURCE_ROOTS", "RUN_TOOL"}
SCRIPT = {"SCRIPT_NAME", "PARAMETERS", "SHOW_COMMAND_LINE", "EMULATE_TERMINAL", "MODULE_MODE", "REDIRECT_INPUT",
          "INPUT_FILE"}
PYTEST = {"_new_keywords", "_new_parameters", "_new_additionalArguments", "_new_target", "_new_targetType"}


@dataclass(frozen=True)
class Kind:
    """A type of run configuration: its factory, how PyCharm shows it, its options, and those it cannot do without."""

    factory: str
    label: str
    options: set[str]
    required: set[str]


# No compound type: PyCharm starts the members of one at the same time, and each of ours loads TensorFlow.
KINDS = {
    "PythonConfigurationType": Kind("Python", "Python", COMMON | SCRIPT, {"SCRIPT_NAME", "PARAMETERS", "MODULE_MODE"}),
    "tests": Kind("py.test", "Python tests", COMMON | PYTEST, {"_new_target", "_new_targetType"}),
}


@dataclass(frozen=True)
class Command:
    """What PyCharm would start: the argument list, the working directory and the whole environment."""

    argv: list[str]
    cwd: Path
    env: dict[str, str]


@dataclass(frozen=True)
class Configuration:
    """One run configuration, as read from its file."""

    path: Path
    workspace: Path
    element: ET.Element

    @property
    def name(self) -> str:
        """The name that the learner sees in the list."""
        return self.element.get("name", "")

    @property
    def options(self) -> dict[str, str]:
        """Names and values of the options, unexpanded."""
        return {option.get("name", ""): option.get("value", "") for option in self.element.findall("option")}

    def value(self, option: str) -> str:
        """Return an option with ``$PROJECT_DIR$`` replaced, "" when absent; options kept as JSON are decoded."""
        raw = self.options.get(option, "")
        text = str(json.loads(raw or '""')) if option.startswith("_new_") else raw
        return text.replace("$PROJECT_DIR$", str(self.workspace))

    def enabled(self, option: str) -> bool:
        """Return a boolean option; PyCharm takes an absent PARENT_ENVS or ADD_..._ROOTS as true, others as false."""
        absent = "true" if option == "PARENT_ENVS" or option.startswith("ADD_") else "false"
        return self.options.get(option, absent) == "true"


def check(workspace: Path) -> list[str]:
    """Return what is wrong with .idea of a freshly made ``workspace``, one sentence each; empty when all is well."""
    problems = [*_files(workspace), *_environments(workspace)]
    configurations = []
    for path in sorted((workspace / ".idea").rglob("*.xml")) + sorted((workspace / ".idea").rglob("*.svg")):
        try:
            root = ET.fromstring(path.read_text(encoding="utf-8"))
        except (ET.ParseError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: is not XML: {error}")
            continue
        problems += [f"{path.name}: {problem}" for problem in _document(path, root)]
        element = root.find("configuration")
        if element is not None:
            configurations.append(Configuration(path, workspace, element))
    for configuration in configurations:
        rules = (_envelope, _options, _values, _paths)
        problems += [f"{configuration.path.name}: {problem}" for rule in rules for problem in rule(configuration)]
    names = {configuration.name for configuration in configurations}
    return [*problems, *_names(workspace, configurations), *_inspections(workspace), *_buttons(workspace, names)]


def _files(workspace: Path) -> Iterator[str]:
    """Files that must, may and must not be in .idea."""
    idea = workspace / ".idea"
    found = {path.relative_to(idea).as_posix() for path in idea.rglob("*") if path.is_file()}
    for relative in sorted(SHIPPED - found):
        yield f"{relative}: is missing"
    for relative in sorted(found - SHIPPED):
        if not re.fullmatch(r"runConfigurations/[^/]+\.xml", relative):
            yield f"{relative}: PyCharm writes this file itself, or it is not ours to ship"
    for path in workspace.glob("*.iml"):
        yield f"{path.name}: a module file stops PyCharm from configuring the project"
    gitignore = idea / ".gitignore"
    lines = set(gitignore.read_text(encoding="utf-8").splitlines()) if gitignore.is_file() else set()
    for line in sorted(IGNORED - lines):
        yield f".gitignore: {line} is missing"


def _environments(workspace: Path) -> Iterator[str]:
    """What decides which module and interpreter PyCharm makes on first open."""
    for settings in sorted(workspace.glob("*/pyvenv.cfg")):
        if settings.parent.name != ".venv":
            yield f"{settings.parent.name}: a second virtual environment; PyCharm may attach this one"
        elif re.search(r"^uv\s*=", settings.read_text(encoding="utf-8"), re.MULTILINE):
            yield ".venv: was made by uv; PyCharm attaches it only where uv is installed"
    for folder, children, names in os.walk(workspace):
        children[:] = [child for child in children if child != ".venv"]
        if "pyproject.toml" not in names:
            continue
        if Path(folder) != workspace:
            yield f"{Path(folder).relative_to(workspace).as_posix()}/pyproject.toml: PyCharm makes a module of it"
        elif _project_name(workspace) != workspace.name:
            yield f"pyproject.toml: project name is {_project_name(workspace)!r}, not {workspace.name!r}"


def _project_name(workspace: Path) -> object:
    text = (workspace / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text).get("project", {}).get("name")


def _document(path: Path, root: ET.Element) -> Iterator[str]:
    """Rules for every XML file, whatever it holds."""
    text = path.read_text(encoding="utf-8")
    if any(mark in text for mark in JINJA):
        yield "holds Jinja that was not rendered"
    if path.suffix == ".svg":
        return
    component = ROOTS.get(path.parent.name)
    if component is None:
        sound = root.tag == "project" and root.get("version") == "4"
    else:
        sound = root.tag == "component" and root.get("name") == component and len(root) == 1
        sound = sound and (root[0].tag == "configuration") == (path.parent.name == "runConfigurations")
    if not sound:
        yield "has the wrong root, or not exactly one configuration"
    for value in (value for element in root.iter() for value in [element.text or "", *element.attrib.values()]):
        if ABSOLUTE.search(value):
            yield f"{value!r} is a path of one machine"
        for macro in sorted(set(MACRO.findall(value)) - {"$PROJECT_DIR$"}):
            yield f"{macro} is not a macro that PyCharm expands here"
    if text.rstrip("\n") != canonical(root):
        yield "is not written as PyCharm writes it, which would change it on the first save"


def canonical(root: ET.Element) -> str:
    """Return XML as PyCharm writes it: indented by two spaces, `` />``, a declaration for projects only."""
    copy = ET.fromstring(ET.tostring(root))
    ET.indent(copy, "  ")
    return (DECLARATION if root.tag == "project" else "") + ET.tostring(copy, encoding="unicode")


def _envelope(configuration: Configuration) -> Iterator[str]:
    """The <configuration> element itself, its children and the module."""
    element = configuration.element
    for attribute in sorted(set(element.attrib) ^ ATTRIBUTES):
        yield f"attribute {attribute!r} is {'unknown' if attribute in element.attrib else 'missing'}"
    if element.get("default") != "false":
        yield "default must be 'false': PyCharm takes the file for a template of new configurations otherwise"
    kind = KINDS.get(element.get("type", ""))
    if kind is None or element.get("factoryName") != kind.factory:
        yield f"type {element.get('type')!r} with factory {element.get('factoryName')!r} is not known"
    for tag in sorted({child.tag for child in element} - CHILDREN):
        yield f"<{tag}> is not expected"
    if [module.get("name") for module in element.findall("module")] != [configuration.workspace.name]:
        yield f"<module> must be {configuration.workspace.name!r}, the name of the folder"
    if [method.get("v") for method in element.findall("method")] != ["2"]:
        yield '<method v="2" /> is missing: PyCharm would add its default tasks'


def _options(configuration: Configuration) -> Iterator[str]:
    """Names of options: PyCharm ignores an unknown one without a word."""
    kind = KINDS.get(configuration.element.get("type", ""))
    if kind is None:
        return
    names = Counter(option.get("name", "") for option in configuration.element.findall("option"))
    for name in sorted(set(names) - kind.options):
        yield f"option {name!r} is not one that this type of configuration may have"
    for name in sorted((kind.required | set(FIXED) | {"WORKING_DIRECTORY"}) - set(names)):
        yield f"option {name!r} is missing"
    for name in sorted(name for name, count in names.items() if count > 1):
        yield f"option {name!r} is there twice"


def _values(configuration: Configuration) -> Iterator[str]:
    """Values of options."""
    for name, value in configuration.options.items():
        if name in BOOLEANS and value not in {"true", "false"}:
            yield f"{name} must be 'true' or 'false', not {value!r}"
        if name in FIXED and value != FIXED[name]:
            yield f"{name} must be {FIXED[name]!r}, not {value!r}"
        if name == "PARAMETERS" and "'" in value:
            yield "PARAMETERS: PyCharm splits at spaces inside single quotes"
        if name.startswith("_new_") and not _is_json_string(value):
            yield f"{name} must be a string in JSON, not {value!r}"
    if configuration.value("SCRIPT_NAME") == "exam" and not configuration.enabled("EMULATE_TERMINAL"):
        yield "EMULATE_TERMINAL must be 'true': the engine draws on a terminal and asks there"


def _is_json_string(value: str) -> bool:
    try:
        return isinstance(json.loads(value), str)
    except json.JSONDecodeError:
        return False


def _paths(configuration: Configuration) -> Iterator[str]:
    """Working directory and target exist, inside the workspace."""
    if not configuration.options.get("WORKING_DIRECTORY", "").startswith("$PROJECT_DIR$"):
        yield "WORKING_DIRECTORY must start with $PROJECT_DIR$"
    if not Path(configuration.value("WORKING_DIRECTORY")).is_dir():
        yield f"WORKING_DIRECTORY {configuration.value('WORKING_DIRECTORY')!r} is no folder"
    if configuration.element.get("type") == "tests":
        yield from _test_target(configuration)
    elif configuration.enabled("MODULE_MODE"):
        module = configuration.value("SCRIPT_NAME")
        if not MODULE_NAME.match(module) or not _runnable(module, configuration):
            yield f"SCRIPT_NAME {module!r} is no module of this workspace that python -m can run"
    elif not Path(configuration.value("SCRIPT_NAME")).is_file():
        yield f"SCRIPT_NAME {configuration.value('SCRIPT_NAME')!r} is no file"


def _test_target(configuration: Configuration) -> Iterator[str]:
    if not all(_is_json_string(value) for name, value in configuration.options.items() if name.startswith("_new_")):
        return  # already told by _values
    if configuration.value("_new_targetType") != "PATH":
        yield "_new_targetType must be PATH"
    if not configuration.value("_new_target") or not Path(configuration.value("_new_target")).exists():
        yield f"_new_target {configuration.value('_new_target')!r} does not exist"


def _runnable(module: str, configuration: Configuration) -> bool:
    """Return whether ``python -m module`` would find something to run in the workspace; imports nothing."""
    path: list[str] | None = [configuration.value("WORKING_DIRECTORY"), *_roots(configuration)]
    PathFinder.invalidate_caches()
    for part in [*module.split("."), "__main__"]:
        spec = PathFinder.find_spec(part, path)
        if spec is None:
            return False
        if spec.submodule_search_locations is None:
            return True
        path = list(spec.submodule_search_locations)
    return False


def _names(workspace: Path, configurations: list[Configuration]) -> Iterator[str]:
    """Names of configurations, of their files, and the one that is preselected."""
    counts = Counter(configuration.name for configuration in configurations)
    for name in sorted(name for name, count in counts.items() if count > 1):
        yield f"two configurations are called {name!r}"
    for configuration in configurations:
        expected = re.sub(r"[^A-Za-z0-9]", "_", configuration.name) + ".xml"
        if configuration.path.name != expected:
            yield f"{configuration.path.name}: PyCharm would rename it to {expected}"
        for task in configuration.element.iterfind("method/option[@name='RunConfigurationTask']"):
            first = task.get("run_configuration_name")
            if first not in counts:
                yield f"{configuration.path.name}: runs {first!r} first, which is not there"
    labels = {name: kind.label for name, kind in KINDS.items()}
    known = {f"{labels.get(c.element.get('type', ''))}.{c.name}" for c in configurations}
    selected = _selected(workspace)
    if selected not in known:
        yield f"workspace.xml: preselects {selected!r}, which is not there"


def _inspections(workspace: Path) -> Iterator[str]:
    """The profile that is used is the one that is shipped, and differs from PyCharm's own in one inspection only."""
    try:
        settings, profile = (ET.parse(workspace / ".idea" / name).getroot() for name in (SETTINGS, PROFILE))
    except (OSError, ET.ParseError):
        return  # already told by _files or as no XML
    used = settings.find("settings/option[@name='PROJECT_PROFILE']")
    named = profile.find("profile/option[@name='myName']")
    if used is None or named is None or used.get("value") != named.get("value"):
        yield "profiles_settings.xml: uses another profile than the one that is shipped"
    if settings.find("settings/option[@name='USE_PROJECT_PROFILE']") is not None:
        yield "profiles_settings.xml: USE_PROJECT_PROFILE would put the profile of the learner in place of ours"
    tools = [tool.attrib for tool in profile.iterfind("profile/inspection_tool")]
    off = {"class": SWITCHED_OFF, "enabled": "false", "level": "WARNING", "enabled_by_default": "false"}
    if tools != [off]:
        yield f"Project_Default.xml: must switch {SWITCHED_OFF} off and change no other inspection"


def _buttons(workspace: Path, names: set[str]) -> Iterator[str]:
    """Names of run configurations in the pages that PyCharm shows as a preview."""
    pages = [workspace / "README.md", *sorted(workspace.glob("Category*/README.md"))]
    for path in (path for path in pages if path.is_file()):
        text, category = path.read_text(encoding="utf-8"), path.parent.name.removeprefix("Category")
        for problem in buttons(text, names, category if path.parent != workspace else ""):
            yield f"{path.relative_to(workspace).as_posix()}: {problem}"


def buttons(page: str, names: set[str], category: str = "") -> Iterator[str]:
    """Yield what is wrong with the buttons of one page.

    Args:
        page: Markdown.
        names: of the run configurations.
        category: of the question that the page describes; such a page ends with the two buttons of its category.
    """
    blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(page)
    inline = [token for block in blocks for token in block.children or []]
    spans = [token.content for token in inline if token.type == "code_inline"]
    for span in spans:
        if LIKE_A_CONFIGURATION.fullmatch(span) and span not in names:
            yield f"`{span}` looks like a run configuration, and none has this name"
    for text in (text.content for strong, text in pairwise(inline) if strong.type == "strong_open"):
        if text.strip(".") in names:
            yield f"**{text}** is bold: only a code span is a button"
    wanted = [f"Train Category {category}", f"Grade Category {category}"]
    if category and spans[-2:] != wanted:
        yield f"does not end with the buttons `{wanted[0]}` and `{wanted[1]}`"


def _selected(workspace: Path) -> str | None:
    try:
        root = ET.parse(workspace / ".idea" / "workspace.xml").getroot()
    except (OSError, ET.ParseError):
        return None
    manager = root.find("component[@name='RunManager']")
    return None if manager is None else manager.get("selected")


def read(config_xml: Path, workspace: Path) -> Configuration:
    """Return the run configuration of one file.

    Raises:
        ValueError: the file holds none.
    """
    element = ET.parse(config_xml).getroot().find("configuration")
    if element is None:
        raise ValueError(f"{config_xml.name} holds no run configuration.")
    return Configuration(config_xml, workspace, element)


def tree(node_id: str) -> list[str]:
    """Return the branches and the leaf that PyCharm shows for a test's id.

    As in format_test_id of its pytest plugin and _test_to_list of its _jb_runner_tools: folders, files, classes and
    functions are cut at / and ::, a dot would be a cut too and is shown as _, brackets and a word with parentheses
    right behind it are a test and its parameters.
    """
    path, _, names = node_id.partition(".py::")
    function, bracket, parameters = names.partition("[")
    whole = f"{path}::{function}" + (f"({parameters.removesuffix(']')})" if bracket else "")
    parts = re.split(r"::|[/\\]", whole.replace(".", "_"))
    found = [re.fullmatch(r"([^\s()]+)(\(.+\))", part) for part in parts]
    return [name for part, match in zip(parts, found, strict=True) for name in (match.groups() if match else [part])]


def command(config_xml: Path, workspace: Path, python: Path) -> Command:
    """Return what PyCharm starts for a run configuration, with ``python`` as the project's interpreter.

    PyCharm starts tests through a helper of its own; ``python -m pytest`` on the same target stands in for it.
    """
    configuration = read(config_xml, workspace)
    interpreter = [str(python), *split(configuration.value("INTERPRETER_OPTIONS"))]
    cwd = Path(configuration.value("WORKING_DIRECTORY") or workspace)
    return Command([*interpreter, *_target(configuration)], cwd, _environment(configuration))


def _target(configuration: Configuration) -> list[str]:
    """The arguments behind the interpreter and its options."""
    if configuration.element.get("type") == "tests":
        keywords = configuration.value("_new_keywords")
        target = ["-m", "pytest", configuration.value("_new_target"), *(["-k", keywords] if keywords else [])]
        return [*target, *split(configuration.value("_new_additionalArguments"))]
    module = ["-m"] if configuration.enabled("MODULE_MODE") else []
    return [*module, configuration.value("SCRIPT_NAME"), *split(configuration.value("PARAMETERS"))]


def split(parameters: str) -> list[str]:
    """Split a string of parameters as PyCharm does: at spaces, except inside double quotes."""
    lexer = shlex.shlex(parameters, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    return list(lexer)


def _roots(configuration: Configuration) -> list[str]:
    """The folders that PyCharm puts on PYTHONPATH: the content root, and src, which it marks as a source root."""
    source = configuration.workspace / "src"
    content = [str(configuration.workspace)] if configuration.enabled("ADD_CONTENT_ROOTS") else []
    return content + ([str(source)] if configuration.enabled("ADD_SOURCE_ROOTS") and source.is_dir() else [])


def _environment(configuration: Configuration) -> dict[str, str]:
    """The whole environment: inherited, the configuration's own, and what PyCharm adds."""
    inherited = dict(os.environ) if configuration.enabled("PARENT_ENVS") else {}
    own = {env.get("name", ""): env.get("value", "") for env in configuration.element.iterfind("envs/env")}
    added = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "UTF-8", "PYCHARM_HOSTED": "1"}
    if configuration.enabled("EMULATE_TERMINAL") and sys.platform != "win32":
        added["TERM"] = "xterm-256color"
    paths = [*_roots(configuration), *filter(None, [inherited.get("PYTHONPATH")])]
    return {**inherited, **own, **added, **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})}

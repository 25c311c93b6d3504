"""Refuses answers and machines that cannot work, each in one sentence, before anything slow or lasting happens."""

from __future__ import annotations

import importlib.util
import json
import keyword
import os
import platform
import re
import shutil
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

ON_WINDOWS = os.name == "nt"
WINDOWS_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
LARGEST_SEED = 2**63 - 1
ACCELERATORS = ("cpu", "gpu")
LONGEST_WINDOWS_PATH = 70  # TensorFlow's longest inner path, 163, and .venv/Lib/site-packages must fit into 260
IGNORED_ENTRIES = {".git", ".DS_Store", "Thumbs.db", "desktop.ini"}
GIGABYTE = 10**9
DRAWS = (3, 11)  # a hook's own Python from here on draws the exam by itself


def answers() -> dict[str, Any]:
    """Return the answers of this generation; JSON in a raw text, so that no answer can become code.

    They are texts, except what a user's own defaults hold: yes and no, a mapping, nothing at all. The folder's name is
    the one that was typed; cookiecutter.json has made one folder of it, so that a refused path leaves none behind.
    """
    values: dict[str, Any] = json.loads(
        r"""
{
  "project_name": {{ cookiecutter.project_name | tojson }},
  "project_slug": {{ cookiecutter.__slug_as_typed | default(cookiecutter.project_slug, true) | tojson }},
  "exam_seed": {{ cookiecutter.exam_seed | tojson }},
  "accelerator": {{ cookiecutter.accelerator | tojson }},
  "template": {{ cookiecutter._repo_dir | default("") | tojson }},
  "output": {{ cookiecutter._output_dir | default("") | tojson }}
}
"""
    )
    return values


def no_text(what: str, value: object) -> str:
    """Return the sentence on an answer that a user's own defaults hold in another kind than text."""
    return f"{what}, {json.dumps(value)}, is not text: put it in quotes in your cookiecutter defaults."


def wrong_name(name: object) -> str | None:
    """Return what is wrong with the name of the exam: it has to fit on one line."""
    name = "" if name is None else name
    if not isinstance(name, str):
        return no_text("The name of the exam", name)
    # Cc control characters, Cs halves of surrogate pairs, Zl and Zp line and paragraph separators
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in name):
        return f"The name of the exam contains a line break or control character: {ascii(name)}. Type it on one line."
    if not name.strip():
        return "The name of the exam is empty: type at least one letter."
    if len(name) > 100:
        return f"The name of the exam has {len(name)} characters: use at most 100."
    return None


def wrong_slug(slug: object) -> str | None:
    """Return what is wrong with the folder's name: PyCharm, Python and every file system must accept it."""
    if not isinstance(slug, str):
        return no_text("The folder name", slug)
    advice = "start with a letter, then use letters, digits and underscores, for example my_exam."
    if not slug.strip(". "):
        return f"The folder name {slug!r} is empty: {advice}"
    if any(separator in slug for separator in "/\\:"):
        return f"The folder name {ascii(slug)} is a path, not a name: {advice} To choose the place, use -o."
    if slug[0].isdigit():
        return f"The folder name {ascii(slug)} starts with a digit: {advice}"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", slug):
        return f"The folder name {ascii(slug)} has characters that not every system accepts: {advice}"
    if keyword.iskeyword(slug) or slug.lower() in WINDOWS_DEVICES:
        return f"The folder name {slug!r} is reserved by Python or Windows: choose another, for example my_exam."
    if len(slug) > 60:
        return f"The folder name has {len(slug)} characters: use at most 60."
    return None


def wrong_seed(seed: object) -> str | None:
    """Return what is wrong with the seed; capitals and spaces around it are not."""
    plain = seed.strip().lower() if isinstance(seed, str) else ""
    if plain == "random" or (re.fullmatch(r"[0-9]{1,19}", plain) and int(plain) <= LARGEST_SEED):
        return None
    if seed is None or seed == "":
        return f"The exam seed is missing: type random, or a whole number from 0 to {LARGEST_SEED}."
    return f"The exam seed {ascii(seed)} is neither random nor a whole number from 0 to {LARGEST_SEED}."


def chosen_accelerator(accelerator: object) -> str:
    """Return what the models are trained on: capitals and spaces do not matter, and what is unknown is the processor.

    The same is written in .exam/answers.json of the template.
    """
    plain = accelerator.strip().lower() if isinstance(accelerator, str) else ""
    return plain if plain in ACCELERATORS else ACCELERATORS[0]


def replaced_accelerator(accelerator: object) -> str | None:
    """Return that the accelerator is unknown and another is used: every question can be answered with that one."""
    used = chosen_accelerator(accelerator)
    if isinstance(accelerator, str) and accelerator.strip().lower() == used:
        return None
    python = "py" if ON_WINDOWS else "python3"
    return (
        f"The accelerator {ascii(accelerator)} is neither cpu nor gpu: {used} is used. For an NVIDIA card, write "
        f'accelerator = "gpu" into exam.toml in the workspace, then run {python} bootstrap.py there.'
    )


def wrong_mode(mode: str) -> str | None:
    """Return what is wrong with EXAM_ENVIRONMENT."""
    if mode in ("", "auto", "skip", "required"):
        return None
    return f"EXAM_ENVIRONMENT must be auto, skip or required, not {ascii(mode)}."


def wrong_target(folder: Path) -> str | None:
    """Return why ``folder`` cannot take a workspace: it holds work that is not one of ours."""
    if (folder / ".exam" / "answers.json").is_file():
        return None  # regenerating over a workspace is how it is updated: no file of the learner is in the template
    foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in IGNORED_ENTRIES)
    if foreign:
        return (
            f"The folder {folder} already contains {foreign[0]!r} and is not a workspace of this template: "
            "choose another folder."
        )
    return None


def wrong_path(folder: Path) -> str | None:
    """Return why TensorFlow could not be unpacked below ``folder``: Windows ends paths at 260 characters."""
    if not ON_WINDOWS or len(str(folder)) <= LONGEST_WINDOWS_PATH or windows_has_long_paths():
        return None
    return (
        f"The path {folder} has {len(str(folder))} characters, and Windows has room for only {LONGEST_WINDOWS_PATH}: "
        "choose a shorter path with -o, or enable long paths in Windows."
    )


def windows_has_long_paths() -> bool:
    """Return whether this Windows was told to accept paths of more than 260 characters."""
    if sys.platform != "win32":
        return True
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False


def wrong_disk(folder: Path, accelerator: str) -> str | None:
    """Return that the disk is too full for the environment and the installer's cache."""
    small = platform.system() == "Linux" and platform.machine() == "x86_64" and accelerator == "cpu"
    large = platform.system() == "Linux" and accelerator == "gpu"
    needed = 4 if small else 10 if large else 6
    free = shutil.disk_usage(folder).free / GIGABYTE
    if free >= needed:
        return None
    return f"The disk of {folder} has {free:.1f} GB free, and the environment needs {needed} GB: free some space first."


def wrong_python(bootstrap: ModuleType | None) -> str | None:
    """Return that no Python fits; without the template at hand, bootstrap.py says it after the generation."""
    if bootstrap is None or bootstrap.find_python() is not None:
        return None
    return str(bootstrap.no_python())


def load_bootstrap(template: str, output: str) -> ModuleType | None:
    """Import bootstrap.py of the template, or return None when it is not to be found from here.

    The template's place may be relative to the folder where cookiecutter was started, which a hook is not told.
    """
    starts = (os.environ.get("PWD", ""), output, str(Path.cwd().parent))
    files = [file for start in starts for file in Path(start, template).glob("*cookiecutter*/bootstrap.py")]
    if not template or not files:
        return None
    sys.dont_write_bytecode = True  # a cache beside the template's file would be copied into every workspace
    spec = importlib.util.spec_from_file_location("bootstrap", files[0])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bootstrap"] = module
    spec.loader.exec_module(module)
    return module


def first_problem(values: Mapping[str, Any], folder: Path, mode: str) -> str | None:
    """Return the first thing that makes this generation impossible, or None; the quickest checks come first."""
    problem = (
        wrong_name(values["project_name"])
        or wrong_slug(values["project_slug"])
        or wrong_seed(values["exam_seed"])
        or wrong_mode(mode)
        or wrong_target(folder)
    )
    if problem or (mode == "skip" and sys.version_info >= DRAWS):
        return problem  # without an environment there is no need for its disk, its path or its Python
    return (
        wrong_path(folder)
        or wrong_disk(folder, chosen_accelerator(values["accelerator"]))
        or wrong_python(load_bootstrap(values["template"], values["output"]))
    )


def main() -> int:
    """Say what is wrong, if anything, and return 1 for it: cookiecutter then makes nothing."""
    values = answers()
    problem = first_problem(values, Path.cwd(), os.environ.get("EXAM_ENVIRONMENT", ""))
    sentence = problem or replaced_accelerator(values["accelerator"])
    if sentence:
        print(f"\n{sentence}\n", file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    raise SystemExit(main())

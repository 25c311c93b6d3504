"""What the Python of an environment says of settings for pip and uv, and of what is installed in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import harness
import pytest

INSTALLATION = harness.TEMPLATE / "exam" / "machine" / "installation.py"


def ask(home: Path, *words: str, python: str = sys.executable, **variables: str) -> Any:
    """Ask as bootstrap.py does, for a user whose home this is and who has set nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "XDG_"))}
    none = str(home / "none")
    own = {"HOME": str(home), "APPDATA": str(home), "PROGRAMDATA": none, "XDG_CONFIG_DIRS": none}
    told = subprocess.run(
        [python, "-I", "-B", str(INSTALLATION), *words], env={**kept, **own, **variables}, text=True,
        capture_output=True, stdin=subprocess.DEVNULL, check=True,
    )
    return json.loads(told.stdout)


def settings(home: Path, pip: str = "", uv: str = "", **variables: str) -> Any:
    """Return what is made of a pip.conf and a uv.toml above the workspace."""
    (home / "pip.conf").write_text(pip, encoding="utf-8")
    (home / "uv.toml").write_text(uv, encoding="utf-8")
    (home / "workspace").mkdir(exist_ok=True)
    return ask(home, "settings", str(home / "workspace"), PIP_CONFIG_FILE=str(home / "pip.conf"), **variables)


def test_pip_keeps_the_ways_to_an_index_and_nothing_else(tmp_path: Path) -> None:
    conf = (
        "[global]\ntimeout = 5\nindex-url = http://a/\ntarget = /elsewhere\nroot=/x\n"
        "[install]\ntimeout=9\nextra_index_url =\n  http://b/\n  http://c/\nuser = true\nno-binary = :all:\n"
    )
    found = settings(tmp_path, conf)["pip"]
    assert {name: value for name, (value, file) in found.items() if file == str(tmp_path / "pip.conf")} == {
        "PIP_TIMEOUT": "9", "PIP_INDEX_URL": "http://a/", "PIP_EXTRA_INDEX_URL": "http://b/ http://c/",
    }


def test_uv_keeps_the_ways_to_an_index_and_nothing_else(tmp_path: Path) -> None:
    conf = (
        'offline = false\nexclude-newer = "2001-01-01"\nrequired-version = "==0.1"\nfind-links = ["/a", "/b"]\n'
        '[pip]\ntarget = "/elsewhere"\nprefix = "/x"\nindex-strategy = "first-index"\n'
        '[[index]]\nurl = "http://a/"\ndefault = true\n[[index]]\nname = "own"\nurl = "http://b/"\n'
        '[[index]]\nname = "torch"\nurl = "http://c/"\nexplicit = true\n'
    )
    found = settings(tmp_path, uv=conf)["uv"]
    assert {file for _, file in found.values()} == {str(tmp_path / "uv.toml")}
    assert {name: value for name, (value, _) in found.items()} == {
        "UV_OFFLINE": "false", "UV_FIND_LINKS": "/a,/b", "UV_INDEX_STRATEGY": "first-index",
        "UV_DEFAULT_INDEX": "http://a/", "UV_INDEX": "own=http://b/",
    }
    assert settings(tmp_path, uv=conf, UV_NO_CONFIG="1")["uv"] == {}


def test_the_nearest_project_counts_only_with_settings_for_uv(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.uv]\nindex-url = "http://a/"\n', encoding="utf-8")
    (tmp_path / "one" / "two").mkdir(parents=True)
    (tmp_path / "one" / "pyproject.toml").write_text('[project]\nname = "mine"\n', encoding="utf-8")
    found = ask(tmp_path, "settings", str(tmp_path / "one" / "two"))["uv"]
    assert found == {"UV_INDEX_URL": ["http://a/", str(tmp_path / "pyproject.toml")]}


@pytest.mark.parametrize(("pip", "uv"), [("[install\nuser", "[pip\n"), ("user = true\n", 'a = "'), ("[a]\nb\n", "= 1")])
def test_a_damaged_file_is_named_once(tmp_path: Path, pip: str, uv: str) -> None:
    for name, told in settings(tmp_path, pip, uv)["broken"].items():
        file = tmp_path / ("pip.conf" if name == "pip" else "uv.toml")
        assert told.startswith(f"{file} (") and told.count(str(tmp_path)) == 1 and "\n" not in told
    assert len(settings(tmp_path, pip, uv)["broken"]) == 2


def test_what_is_missing_is_told_and_markers_count(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(
        f"# a comment\npytest=={version('pytest')} \\\n    --hash=sha256:00\nRich==0.1 \\\n    --hash=sha256:00\n"
        "of-another-system==1.0 ; sys_platform == 'another' \\\n    --hash=sha256:00\nnobody-has-this==1.0 ; "
        "python_version >= '3.8' \\\n    --hash=sha256:00\n",
        encoding="utf-8",
    )
    assert ask(tmp_path, "missing", str(lock)) == ["Rich", "nobody-has-this"]


def test_a_package_of_another_folder_is_missing(tmp_path: Path) -> None:
    """As where pip was sent elsewhere, and PYTHONPATH or a system's own packages still find it."""
    lock = tmp_path / "lock.txt"
    lock.write_text("elsewhere==1.0\n", encoding="utf-8")
    info = tmp_path / "elsewhere-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n", encoding="utf-8")
    assert ask(tmp_path, "missing", str(lock), PYTHONPATH=str(tmp_path)) == ["elsewhere"]


def test_an_environment_without_pip_has_answers_too(tmp_path: Path) -> None:
    """As uv and PyCharm make it."""
    venv = tmp_path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = str(next(path for path in venv.glob("*/python*") if path.stem == "python"))
    lock = tmp_path / "lock.txt"
    lock.write_text("else_where==1.0 \\\n    --hash=sha256:00\nmarked==1.0 ; python_version > '3'\n", encoding="utf-8")
    assert ask(tmp_path, "missing", str(lock), python=python) == ["else_where"]
    assert ask(tmp_path, "settings", str(tmp_path), python=python) == {"pip": {}, "uv": {}, "broken": {}}

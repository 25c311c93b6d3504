"""What the Python of ``.venv`` knows of its installation, for ``bootstrap.py``; needs no package but pip, at most.

    python -I installation.py settings FOLDER   print what the user has set for pip and uv, as JSON
    python -I installation.py missing LOCK      print what of a lock is not installed in this very environment
    python -I installation.py scripts           write all commands of this environment for the folder it lies in now
"""

from __future__ import annotations

import configparser
import json
import os
import re
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

PIP = (
    "index-url extra-index-url find-links no-index trusted-host proxy cert client-cert timeout default-timeout retries "
    "keyring-provider cache-dir no-cache-dir use-feature use-deprecated"
).split()
"""pip is told only how to reach an index. Other settings could install packages elsewhere, or install others."""
UV = {
    "index-url": "UV_INDEX_URL",
    "extra-index-url": "UV_EXTRA_INDEX_URL",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "offline": "UV_OFFLINE",
    "index-strategy": "UV_INDEX_STRATEGY",
    "allow-insecure-host": "UV_INSECURE_HOST",
    "native-tls": "UV_NATIVE_TLS",
    "system-certs": "UV_SYSTEM_CERTS",
    "keyring-provider": "UV_KEYRING_PROVIDER",
    "cache-dir": "UV_CACHE_DIR",
    "no-cache": "UV_NO_CACHE",
    "link-mode": "UV_LINK_MODE",
    "http-proxy": "HTTP_PROXY",
    "https-proxy": "HTTPS_PROXY",
    "no-proxy": "NO_PROXY",
}
"""uv is told the same: key in its files -> variable with the same meaning."""
Variables = dict[str, tuple[str, str]]
"""Variable -> its value, and the file that sets it."""


# --- Settings --------------------------------------------------------------------------------------------------------


def settings(folder: Path) -> dict[str, Any]:
    """Return what files say to pip and to uv in ``folder``.

    Returns:
        ``pip`` and ``uv``, each variable -> (value, file); ``broken``, installer -> file that cannot be read and why.
    """
    broken: dict[str, str] = {}
    answer: dict[str, Any] = {"pip": _pip_settings(broken), "uv": _uv_settings(folder, broken)}
    return {**answer, "broken": broken}


def _pip_settings(broken: dict[str, str]) -> Variables:
    """Read pip's files; a section for ``install`` outweighs ``global`` in whatever file, as pip has it."""
    try:
        from pip._internal.configuration import get_configuration_files
    except ImportError:  # an environment that uv made, and fills
        return {}
    files = [Path(file) for several in get_configuration_files().values() for file in several]
    path = os.environ.get("PIP_CONFIG_FILE")
    if path == os.devnull:
        return {}
    parsers = []
    for file in [*files, *([Path(path)] if path else [])]:
        if not file.is_file():
            continue
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(file.read_text(encoding="utf-8"), str(file))
            parsers.append((parser, str(file)))
        except (OSError, ValueError, configparser.Error) as error:
            broken["pip"] = _complaint(file, error)
    variables: Variables = {}
    for section in ("global", "install"):
        for parser, name in parsers:
            for key, value in parser.items(section) if parser.has_section(section) else ():
                key = key.lower().replace("_", "-").removeprefix("--")
                if key in PIP and value.strip():
                    variables["PIP_" + key.upper().replace("-", "_")] = " ".join(value.split()), name
    return variables


def _uv_settings(folder: Path, broken: dict[str, str]) -> Variables:
    """Read uv's files, from the machine's to those around ``folder``; a later one outweighs an earlier one."""
    variables: Variables = {}
    for file in _uv_files(folder):
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            broken["uv"] = _complaint(file, error)
            continue
        if file.name == "pyproject.toml":
            table = _table(_table(table.get("tool")).get("uv"))
        for key, value in {**table, **_table(table.get("pip"))}.items():
            if key in UV and value not in (None, "", []):
                variables[UV[key]] = _text(key, value), str(file)
        for name, value in _indexes(table.get("index")):
            variables[name] = value, str(file)
    return variables


def _uv_files(folder: Path) -> Iterator[Path]:
    """Yield the files that uv reads in ``folder``. Source: uv's documentation, "Configuration files"."""
    path = os.environ.get("UV_CONFIG_FILE")
    if os.environ.get("UV_NO_CONFIG", "").lower() in ("1", "true", "yes", "on"):
        return
    if path:
        yield from filter(Path.is_file, [Path(path)])
        return
    if os.name == "nt":
        homes = [os.environ.get("PROGRAMDATA"), os.environ.get("APPDATA")]
    else:
        system = [*os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(os.pathsep), "/etc"]
        own = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        homes = [next((home for home in system if home and Path(home, "uv", "uv.toml").is_file()), None), own]
    yield from (file for home in homes if home and (file := Path(home, "uv", "uv.toml")).is_file())
    for parent in (folder, *folder.parents):
        if (parent / "uv.toml").is_file():
            yield parent / "uv.toml"
            return
        project = parent / "pyproject.toml"
        if project.is_file() and "[tool.uv" in project.read_text(encoding="utf-8", errors="replace"):
            yield project
            return


def _indexes(tables: Any) -> Iterator[tuple[str, str]]:
    """Yield the variables for ``[[index]]`` tables, without those that are for packages that name them."""
    others = []
    for table in filter(None, map(_table, tables if isinstance(tables, list) else ())):
        if table.get("default"):
            yield "UV_DEFAULT_INDEX", str(table.get("url"))
        elif not table.get("explicit"):
            others.append(f"{table['name']}={table.get('url')}" if table.get("name") else str(table.get("url")))
    if others:
        yield "UV_INDEX", " ".join(others)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(key: str, value: Any) -> str:
    """Return a value as a variable holds it."""
    if isinstance(value, list):
        return ("," if key == "find-links" else " ").join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _complaint(file: Path, error: Exception) -> str:
    first = str(error).splitlines()[0].replace(str(file), "the file").rstrip(".")
    return f"{file} ({first[:120]})"


# --- What is installed ---------------------------------------------------------------------------------------------


def missing(lock: Path) -> list[str]:
    """Return the packages of ``lock`` that this environment's own folders do not have in the locked version.

    Lines whose marker is for other systems count for nothing.
    """
    versions = {_normal(distribution.metadata["Name"] or ""): distribution.version for distribution in _own()}
    text = re.sub(r"\\\r?\n", " ", lock.read_text(encoding="utf-8"))
    names = []
    for line in text.splitlines():
        pin = re.match(r"([\w.-]+)==(\S+)\s*(?:;(.*?))?(?:\s--hash|\s#|$)", line)
        if pin and versions.get(_normal(pin[1])) != pin[2] and _is_for_us(pin[3] or ""):
            names.append(pin[1])
    return names


def _normal(name: str) -> str:
    """Return the name of a package as all spellings of it have it, see PEP 503."""
    return re.sub("[-_.]+", "-", name).lower()


def _is_for_us(marker: str) -> bool:
    """Return whether a marker means this system and Python; where nobody can tell, it is not asked for."""
    if not marker.strip():
        return True
    try:
        from pip._vendor.packaging.markers import Marker
    except ImportError:  # an environment that uv made
        try:
            from packaging.markers import Marker  # type: ignore[assignment]
        except ImportError:
            return False
    return Marker(marker).evaluate()


def _own() -> Iterable[Distribution]:
    """Return what lies in this environment's own folders, whatever else is searched."""
    return distributions(path=list({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))


# --- Commands ------------------------------------------------------------------------------------------------------


def scripts() -> None:
    """Write the commands of all packages again, which name the Python that starts them by its whole path."""
    from pip._vendor.distlib.scripts import ScriptMaker

    folder = Path(sysconfig.get_path("scripts"))
    untyped: Any = ScriptMaker
    maker = untyped(str(folder), str(folder))
    maker.clobber, maker.set_mode, maker.variants, maker.executable = True, True, {""}, sys.executable
    names = set()
    for distribution in _own():
        for entry in distribution.entry_points:
            if entry.group in ("console_scripts", "gui_scripts"):
                specification = f"{entry.name} = {entry.value.split('[')[0].strip()}"
                maker.make(specification, {"gui": entry.group == "gui_scripts"})
                names.add(entry.name)
    versioned = f"pip{sys.version_info[0]}.{sys.version_info[1]}"  # pip makes it, and names it nowhere
    if any(folder.glob(f"{versioned}*")):
        maker.make(f"{versioned} = pip._internal.cli.main:main")
        names.add(versioned)
    for path in folder.iterdir():
        if path.name not in names and _starts_with_python(path):
            maker.make(path.name)


def _starts_with_python(path: Path) -> bool:
    """Return whether a file is a text that names a Python in its first line."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return re.match(rb"#!.*python", file.readline(200)) is not None


def main(arguments: list[str]) -> int:
    """Do one thing, see above."""
    match arguments:
        case ["settings", folder]:
            print(json.dumps(settings(Path(folder))))
        case ["missing", lock]:
            print(json.dumps(missing(Path(lock))))
        case ["scripts"]:
            scripts()
        case _:
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

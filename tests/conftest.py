"""What all tests share: the template's places and ``bake``, which makes a workspace as cookiecutter does."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

os.environ.pop("COLUMNS", None)  # pytest-xdist sets it, and screens follow it
sys.dont_write_bytecode = True  # caches inside the template's folder would be copied into every workspace

REPOSITORY = Path(__file__).resolve().parents[1]
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}"
LINKS = pytest.mark.skipif(os.name == "nt", reason="links need a right that few have on Windows")
LONGEST = (
    "test_workspace.py",
    "test_references.py",
    "test_findings.py",
    "test_kills.py",
    "test_run_configurations.py",
    "test_history.py",
    "test_requirements.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: when several processes share the tests, none is left alone with them."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(LONGEST)))


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """Answer signals as before a test: a command that ran in this process ignores them, and children inherit that."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, handlers, strict=True):
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def load_module(path: Path) -> ModuleType:
    """Import a file that lies in no package, such as a hook, afresh."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Baked:
    """What came of one generation: ``path`` is None when it was refused, ``output`` is all that was printed."""

    path: Path | None
    output: str

    @property
    def workspace(self) -> Path:
        """The new workspace; fails the test when there is none."""
        assert self.path is not None, self.output
        return self.path


Bake = Callable[..., Baked]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of cookiecutter.json."""
    return REPOSITORY


@pytest.fixture(scope="session")
def template() -> Path:
    """The folder that becomes the workspace."""
    return TEMPLATE


@pytest.fixture
def bake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Bake:
    """Return a function that generates with the given answers, without the environment unless a test wants it.

    Options besides the answers: ``update`` for ``-f -s``, ``overwrite`` for ``-f``, ``output_dir``, ``defaults`` for
    what a user's own configuration holds, as YAML.
    """
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.main import cookiecutter

    config = tmp_path / "cookiecutter.yaml"
    places = f"cookiecutters_dir: {tmp_path / 'cache'}\nreplay_dir: {tmp_path / 'replay'}\n"
    monkeypatch.setenv("EXAM_ENVIRONMENT", "skip")
    for name in ("PIP_USER", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)

    def bake_one(
        update: bool = False,
        overwrite: bool = False,
        output_dir: Path | None = None,
        defaults: str = "{}",
        **answers: str,
    ) -> Baked:
        folder = output_dir or tmp_path / "baked"
        config.write_text(f"{places}default_context: {defaults}\n", encoding="utf-8")
        try:
            path = cookiecutter(
                str(REPOSITORY),
                no_input=True,
                extra_context=answers,
                output_dir=str(folder),
                config_file=str(config),
                overwrite_if_exists=update or overwrite,
                skip_if_file_exists=update,
            )
        except CookiecutterException as error:
            return Baked(None, "".join(capfd.readouterr()) + str(error))
        return Baked(Path(path), "".join(capfd.readouterr()))

    return bake_one


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A question bank of three questions per category, ``c1_a`` to ``c5_c``, whose files only name themselves."""
    folder = tmp_path / "bank"
    for number in range(1, 6):
        for letter in "abc":
            question = folder / f"category{number}" / f"c{number}_{letter}"
            question.mkdir(parents=True)
            for name in ("question.py", "starter.py", "README.md"):
                (question / name).write_text(f"# {name} of {question.name}\n", encoding="utf-8")
    return folder


@pytest.fixture
def uv() -> str:
    """The uv of the development environment, else of PATH; skips the test without one."""
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        pytest.skip("uv is not installed")
    return found


@pytest.fixture(scope="session")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file for each model of ``mistakes.py``; a process of its own makes them with Keras."""
    folder = tmp_path_factory.mktemp("mistakes")
    script = REPOSITORY / "tests" / "support" / "mistakes.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True, capture_output=True, timeout=300)
    return folder

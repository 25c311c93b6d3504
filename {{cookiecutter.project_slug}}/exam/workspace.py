"""Where everything of a workspace lives, and ``exam.toml``, the one file that says which exam this is."""

from __future__ import annotations

import errno
import json
import math
import os
import re
import stat
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CATEGORIES = (1, 2, 3, 4, 5)
ACCELERATORS = ("cpu", "gpu")
DATA_SOURCES = ("offline", "public")
LARGEST_SEED = 2**63 - 1
PAUSES = (0.01, 0.04, 0.1, 0.15, 0.2)
"""These are the pauses, in seconds, between attempts to move a file that another program has open."""


class ExamTomlError(ValueError):
    """``exam.toml`` is missing or says something impossible; the message ends in the command to type."""


@dataclass(frozen=True)
class Workspace:
    """The paths of one workspace; makes and checks nothing by itself.

    Attributes:
        root: the folder that holds ``bootstrap.py`` and ``exam/``.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Workspace:
        """Return the workspace around ``start`` (default: the current folder), else the one this engine lies in."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "bootstrap.py").is_file() and (folder / "exam").is_dir():
                return cls(folder)
        return cls(Path(__file__).resolve().parent.parent)

    @property
    def exam_toml(self) -> Path:
        """The file that says which exam this is."""
        return self.root / "exam.toml"

    @property
    def state(self) -> Path:
        """The folder of everything that nobody edits by hand."""
        return self.root / ".exam"

    @property
    def answers(self) -> Path:
        """What was answered when the workspace was generated."""
        return self.state / "answers.json"

    @property
    def attempts(self) -> Path:
        """Every graded attempt, one JSON object a line."""
        return self.state / "attempts.jsonl"

    @property
    def clock(self) -> Path:
        """The file of the exam's clock, there once the exam was started."""
        return self.state / "session.json"

    @property
    def ready_marker(self) -> Path:
        """Written last, when the environment has been proven."""
        return self.state / "ready.json"

    @property
    def cache(self) -> Path:
        """What can be computed again; may be deleted at any time."""
        return self.state / "cache"

    @property
    def log(self) -> Path:
        """The folder of log files."""
        return self.state / "log"

    @property
    def scratch(self) -> Path:
        """The folder of private copies of model files; what lies in it belongs to a grading that is under way."""
        return self.state / "scratch"

    @property
    def archive(self) -> Path:
        """The folder of earlier exams with their models."""
        return self.root / "archive"

    @property
    def venv(self) -> Path:
        """The virtual environment that PyCharm attaches on first open."""
        return self.root / ".venv"

    @property
    def venv_python(self) -> Path:
        """The interpreter of the virtual environment, where it is on this system."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def category(self, number: int) -> Path:
        """Return the folder of one category."""
        return self.root / f"Category{number}"

    def starter(self, number: int) -> Path:
        """Return the file that the learner completes."""
        return self.category(number) / "starter.py"

    def model(self, number: int) -> Path:
        """Return the model that the learner hands in."""
        return self.category(number) / "mymodel.h5"

    def weights(self, number: int) -> Path:
        """Return where the starter keeps the weights of a category's model when Keras cannot save the model."""
        return self.category(number) / "mymodel.weights.h5"

    def data(self, number: int) -> Path:
        """Return the folder of the training data."""
        return self.category(number) / "data"


@dataclass(frozen=True)
class Exam:
    """One drawn exam, as ``exam.toml`` holds it.

    Attributes:
        name: what the learner called it.
        seed: 0 to 2**63 - 1; training data and hidden sets follow from it.
        accelerator: ``"cpu"`` or ``"gpu"``: what the environment was asked for.
        hours: length of the exam.
        data_source: ``"offline"`` or ``"public"``.
        questions: category number -> question id, all five categories.
    """

    name: str
    seed: int
    accelerator: str
    hours: float
    data_source: str
    questions: dict[int, str]

    @classmethod
    def read(cls, path: Path) -> Exam:
        """Read and check ``exam.toml``.

        Raises:
            ExamTomlError: the file is missing, is not TOML, or holds an impossible value.
        """
        try:
            # utf-8-sig: some editors on Windows put a byte order mark first, which TOML does not allow.
            values = tomllib.loads(read(path).decode("utf-8-sig"))
        except FileNotFoundError:
            from exam.machine.trouble import to_repair  # which most commands need not import

            message = f"There is no {path.name} in {path.parent}. Make one: {to_repair()}"
            raise ExamTomlError(message) from None
        except OSError as error:
            raise _wrong(f"it cannot be read ({error.strerror})") from None
        except RecursionError:
            raise _wrong("it is not TOML (nested too deeply)") from None
        except ValueError as error:  # of TOML, of UTF-8, or of a number that is too long
            raise _wrong(f"it is not TOML ({error})") from None
        return cls(
            name=_text(values, "name"),
            seed=_seed(values),
            accelerator=_one_of(values, "accelerator", ACCELERATORS),
            hours=_hours(values),
            data_source=_one_of(values, "data_source", DATA_SOURCES),
            questions=_questions(values),
        )

    def to_toml(self) -> str:
        """Return the text of ``exam.toml``; ``read`` gives the same exam back."""
        questions = [f"category{number} = {toml_string(name)}" for number, name in sorted(self.questions.items())]
        lines = [
            "# This exam. To draw a new one: python -m exam draw",
            f"name = {toml_string(self.name)}",
            f"seed = {self.seed}",
            f"accelerator = {toml_string(self.accelerator)}",
            f"hours = {float(self.hours)!r}",
            f"data_source = {toml_string(self.data_source)}",
            "",
            "[questions]",
            *questions,
        ]
        return "\n".join(lines) + "\n"


def toml_string(text: str) -> str:
    """Return ``text`` as a TOML basic string; half surrogate pairs, which no TOML can hold, become ``?``.

    JSON escapes quotes, backslashes and control characters in the way of TOML, all but DEL.
    """
    sound = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(sound, ensure_ascii=False).replace("\x7f", "\\u007f")


def timestamp() -> str:
    """Return the present moment in UTC as a part of file names; sorted by it, they are sorted by time."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def ordinary(path: str, flags: int) -> int:
    """Open a file, as the ``opener`` of ``open``: what is no file is an error, since to read a pipe may take for ever.

    Raises:
        FileExistsError: something else has its name: a pipe, a socket or a device.
        OSError: it cannot be opened.
    """
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind) or stat.S_ISDIR(kind):  # open itself refuses folders
        return descriptor
    os.close(descriptor)
    raise FileExistsError(errno.EEXIST, "Not a file", path)


def read(path: Path) -> bytes:
    """Return what a file of ours holds.

    Raises:
        OSError: it is missing, cannot be read, or is no file.
    """
    with open(path, "rb", opener=ordinary) as file:
        return file.read()


def parse_json(text: str | bytes) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: it is no JSON, is not in UTF-8, or is nested so deep that it was not written by us.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def patiently(action: Callable[..., object], *arguments: object) -> None:
    """Call what moves or removes files; try again for half a second while another program has one of them open.

    On Windows indexers, virus scanners and sync clients look at every new file.

    Raises:
        PermissionError: it is still in use, or was never ours.
    """
    for pause in PAUSES:
        try:
            action(*arguments)
            return
        except PermissionError:
            time.sleep(pause)
    action(*arguments)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a file that takes the place of ``path`` at the end: a reader never sees half of it.

    Makes missing folders. After an error in the block ``path`` is as it was before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.partial")
    try:
        yield partial
        patiently(os.replace, partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, text as UTF-8; makes missing folders."""
    with replacing(path) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)


def _wrong(what: str) -> ExamTomlError:
    return ExamTomlError(f"exam.toml cannot be used: {what}. Correct it, or draw a new exam: python -m exam draw")


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(f"{key} must be text in quotes, found {value!r}")
    return value


def _one_of(values: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    value = values.get(key)
    if value not in allowed:
        raise _wrong(f"{key} must be one of {', '.join(allowed)}, found {value!r}")
    return str(value)


def _seed(values: Mapping[str, Any]) -> int:
    value = values.get("seed")
    if type(value) is not int or not 0 <= value <= LARGEST_SEED:
        raise _wrong(f"seed must be a whole number from 0 to {LARGEST_SEED}, found {value!r}")
    return value


def _hours(values: Mapping[str, Any]) -> float:
    value = values.get("hours")
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not 0 < number <= 1000:
        raise _wrong(f"hours must be a number above 0 and at most 1000, found {value!r}")
    return float(number)


def _questions(values: Mapping[str, Any]) -> dict[int, str]:
    table = values.get("questions")
    if not isinstance(table, dict):
        raise _wrong("the table [questions] is missing")
    unknown = sorted(set(table) - {f"category{number}" for number in CATEGORIES})
    if unknown:
        raise _wrong(f"[questions] has {unknown[0]}, which is not a category")
    questions = {number: table.get(f"category{number}") for number in CATEGORIES}
    for number, question in questions.items():
        # The id becomes a folder's name below exam/bank: nothing but a plain name may get there.
        if not isinstance(question, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", question):
            raise _wrong(f"category{number} must name a question, found {question!r}")
    return {number: str(question) for number, question in questions.items()}

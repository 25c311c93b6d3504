"""Damage to a workspace as hands, disks, other machines and other users do it, and the commands that meet it.

Each damage is a function that breaks one thing of a ``Place``; its docstring is its name in words.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import files
import harness
import numpy as np
import records

from exam import bank
from exam.bank import hidden, training
from exam.records import exam_clock, ready_marker
from exam.workspace import Workspace

NOBODY = 65534
"""The user that owns nothing, on every Unix."""
DEEP = "[" * 100_000
GARBAGE = bytes(range(256)) * 8

COMMANDS: dict[str, list[str]] = {
    "verify": ["verify"],
    "benchmark": ["benchmark"],
    "data": ["data"],
    "data again": ["data", "--again"],
    "check": ["check", "1"],
    "grade": ["grade", "1"],
    "grade nothing": ["grade", "2", "--json"],
    "start": ["start"],
    "status": ["status"],
    "status json": ["status", "--json"],
    "finish": ["finish", "--yes"],
    "watch": ["watch"],
    "report": ["report", "--no-open"],
    "history": ["history"],
    "history json": ["history", "--json"],
    "history 1": ["history", "--category", "1"],
    "bank": ["bank"],
    "bank json": ["bank", "--json"],
    "draw": ["draw", "--seed", "31"],
}


@dataclass(frozen=True)
class Place:
    """A workspace and the user's cache folder that belongs to it."""

    workspace: Workspace
    cache: Path

    @property
    def session(self) -> Path:
        """The file of the clock."""
        return self.workspace.state / "session.json"

    @property
    def hidden(self) -> Path:
        """The hidden set of category 1."""
        return next((self.cache / "hidden").glob("straight_line-*"))


def make(root: Path, cache: Path) -> Place:
    """Make a workspace in the middle of an exam: a clock, attempts, a model, data, hidden sets, a ready marker."""
    workspace = harness.workspace_without_models(root)
    (root / "requirements.txt").write_text("x==1\n", encoding="utf-8")
    for category, question in harness.EXAM.questions.items():
        for name in ("starter.py", "README.md"):
            shutil.copyfile(bank.find()[question] / name, workspace.category(category) / name)
        if category > 1:
            pretend_data(workspace, cache, category)
    training.make(workspace.category(1), "straight_line", 31)
    files.write(workspace.model(1), files.line_model())
    (workspace.state / "answers.json").parent.mkdir(exist_ok=True)
    workspace.answers.write_text(json.dumps({"project_name": "x", "exam_seed": "31", "accelerator": "cpu"}))
    now = exam_clock.Reading.now()
    begun = exam_clock.Session(now.wall - timedelta(hours=1), 5.0, 3600.0, "running", now)
    (workspace.state / "session.json").write_text(json.dumps(begun.to_dict()), encoding="utf-8")
    made = [records.attempt(1, 3, 600.0), records.attempt(1, 4, 1200.0)]
    workspace.attempts.write_text("".join(json.dumps(one.to_dict()) + "\n" for one in made), encoding="utf-8")
    ready_marker.write(workspace, tensorflow="2.21.0")
    return Place(workspace, cache)


def pretend_data(workspace: Workspace, cache: Path, category: int) -> None:
    """Put training data and a hidden set where ``data`` would make them, which takes seconds; nobody looks inside."""
    question = bank.load(harness.EXAM.questions[category])
    workspace.data(category).mkdir()
    (workspace.data(category) / "x.csv").write_text("x\n1\n", encoding="utf-8")
    tiny = np.zeros((2, *question.input_shape), np.float32)
    (cache / "hidden").mkdir(parents=True, exist_ok=True)
    name = f"{question.id}-{harness.EXAM.seed}-{hidden.fingerprint(question)}.npz"
    np.savez(cache / "hidden" / name, x=tiny, y=tiny[:, :1], baseline=tiny)


Damage = Callable[[Place], None]
DAMAGES: dict[str, Damage] = {}
POWERLESS: set[str] = set()
"""Damages that only count for a user whose permissions count."""


def damage(name: str, powerless: bool = False) -> Callable[[Damage], Damage]:
    """Register a damage under a name."""

    def register(function: Damage) -> Damage:
        assert name not in DAMAGES, name
        DAMAGES[name] = function
        if powerless:
            POWERLESS.add(name)
        return function

    return register


def _replace(path: Callable[[Place], Path], content: bytes | str) -> Damage:
    def replace(place: Place) -> None:
        data = content.encode() if isinstance(content, str) else content
        path(place).parent.mkdir(parents=True, exist_ok=True)
        path(place).write_bytes(data)

    return replace


def _folder_instead(path: Callable[[Place], Path]) -> Damage:
    def put(place: Place) -> None:
        target = path(place)
        target.unlink(missing_ok=True)
        target.mkdir(parents=True)
        (target / "inside.txt").write_text("inside")

    return put


def _pipe_instead(path: Callable[[Place], Path]) -> Damage:
    def put(place: Place) -> None:
        target = path(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        os.mkfifo(target)

    return put


def _file_instead(path: Callable[[Place], Path]) -> Damage:
    def put(place: Place) -> None:
        if path(place).is_dir():
            shutil.rmtree(path(place))
        path(place).write_text("a file")

    return put


def _cut_off(path: Callable[[Place], Path], length: int) -> Damage:
    def cut(place: Place) -> None:
        path(place).write_bytes(path(place).read_bytes()[:length])

    return cut


def _gone(path: Callable[[Place], Path]) -> Damage:
    def remove(place: Place) -> None:
        shutil.rmtree(path(place)) if path(place).is_dir() else path(place).unlink()

    return remove


def _mode(path: Callable[[Place], Path], mode: int) -> Damage:
    def change(place: Place) -> None:
        path(place).chmod(mode)

    return change


def _of_somebody_else(path: Callable[[Place], Path], mode: int) -> Damage:
    def change(place: Place) -> None:
        path(place).parent.mkdir(parents=True, exist_ok=True)
        path(place).touch() if not path(place).exists() else None
        if os.geteuid() == 0:
            os.chown(path(place), NOBODY, NOBODY)
        path(place).chmod(mode)

    return change


def _damage_file(name: str, path: Callable[[Place], Path], contents: dict[str, str | bytes]) -> None:
    """Register what can happen to a file: other contents, none, a folder or a pipe in its place, no right to read."""
    for what, content in contents.items():
        damage(f"{name} {what}")(_replace(path, content))
    damage(f"{name} gone")(_gone(path))
    damage(f"{name} a folder")(_folder_instead(path))
    damage(f"{name} a pipe")(_pipe_instead(path))
    damage(f"{name} unreadable", True)(_mode(path, 0))


def _toml(place: Place) -> Path:
    return place.workspace.exam_toml


TOML = harness.EXAM.to_toml()
TOMLS: dict[str, str | bytes] = {
    "empty": "",
    "binary": GARBAGE,
    "with NUL": TOML.encode() + b"\0",
    "with a byte order mark": b"\xef\xbb\xbf" + TOML.encode(),
    "with CRLF": TOML.replace("\n", "\r\n"),
    "in UTF-16": TOML.encode("utf-16"),
    "nested without end": f"x = {DEEP}",
    "without questions": TOML.partition("[questions]")[0],
    "with questions as a list": TOML.partition("[questions]")[0] + "questions = [1]\n",
    "with a question of another category": TOML.replace('"straight_line"', '"handwritten_digits"'),
    "with a question nobody knows": TOML.replace('"straight_line"', '"gone"'),
    "with a path as a question": TOML.replace('"straight_line"', '"../../x"'),
    "with a list as a question": TOML.replace('"straight_line"', '["straight_line"]'),
    "with a sixth category": TOML + 'category6 = "x"\n',
    "with an accelerator in a list": TOML.replace('accelerator = "cpu"', 'accelerator = ["cpu"]'),
    "with a name twice": TOML.replace("seed = 31", 'seed = 31\nname = "y"'),
    **{f"without {key}": "\n".join(line for line in TOML.splitlines() if not line.startswith(f"{key} ")) for key in
       ("name", "seed", "accelerator", "hours", "data_source", "category3")},
    **{f"with seed {value[:12]}": TOML.replace("seed = 31", f"seed = {value}") for value in
       ('"31"', "-1", "31.0", "true", "9223372036854775808", "nan", "9" * 5000, "[]")},
    **{f"with hours {value}": TOML.replace("hours = 5.0", f"hours = {value}") for value in
       ("nan", "inf", "0", "-1", '"5"', "[]", "1e300", "true")},
}
_damage_file("exam.toml", _toml, TOMLS)
damage("exam.toml of somebody else", True)(_of_somebody_else(_toml, 0o600))


def _attempts(place: Place) -> Path:
    return place.workspace.attempts


def _attempt(**changes: Any) -> str:
    return json.dumps({**records.attempt(1, 5, 1800.0).to_dict(), **changes}) + "\n"


ATTEMPTS: dict[str, str | bytes] = {
    "empty": "",
    "binary": GARBAGE,
    "one huge line": b"x" * 5_000_000,
    "nested without end": DEEP,
    "cut off": _attempt()[:40],
    "with numbers": "1\n2\nnull\n[]\n{}\ntrue\n",
    "in UTF-16": _attempt().encode("utf-16"),
    "with NaN elapsed": _attempt(elapsed=float("nan")),
    "with negative elapsed": _attempt(elapsed=-5.0),
    "with endless elapsed": _attempt(elapsed=float("inf")),
    "from the future": _attempt(graded_at="9999-12-31T23:59:59+00:00"),
    "from year 1": _attempt(graded_at="0001-01-01T00:00:00+14:00"),
    "with a list as category": _attempt(category=[1]),
    "with true as category": _attempt(category=True),
    "with 1.0 as category": _attempt(category=1.0),
    "with true points": _attempt(points=True),
    "with NaN points": _attempt(points=float("nan")),
    "with text points": _attempt(points="5"),
    "with a title of numbers": _attempt(title=7),
    "with another question": _attempt(question="gone", title="Gone"),
    "with a list as question": _attempt(question=["gone"]),
    "with text as value": _attempt(value="low"),
    "with NaN as value": _attempt(value=float("nan")),
    "with endless value": _attempt(value=float("inf"), baseline=float("-inf")),
    "with text as bands": _attempt(bands="abc"),
    "with texts as bands": _attempt(bands=["a", "b", "c", "d", "e"]),
    "without bands": _attempt(bands=[]),
    "with NaN bands": _attempt(bands=[float("nan")] * 5),
    "with text findings": _attempt(findings="abc"),
    "with findings of numbers": _attempt(findings=[{"code": 1, "severity": 2, "message": 3, "next_step": 4}]),
    "with a finding nobody knows": _attempt(findings=[{"code": "gone", "severity": "x", "message": "m",
                                                      "next_step": "n"}]),
    "with a list as hash": _attempt(sha256=["x"]),
    "with a path as hash": _attempt(sha256="../../x"),
    "with NUL as hash": _attempt(sha256="\0"),
    "with a number as status": _attempt(status=1),
    "with text as seed": _attempt(seed="x"),
    "with a list as seed": _attempt(seed=[1]),
    "with text as seconds": _attempt(seconds="x"),
    "with a list as versions": _attempt(versions=[1]),
    "with half a surrogate pair": _attempt(title="\ud83d"),
    "with a value of 401 digits": _attempt(value=10**400),
    "with a value beyond all": _attempt(value="HERE").replace('"HERE"', "1e400"),
    "with half a surrogate pair in a finding": _attempt(findings=[{"code": "x", "severity": "hint", "message": "\ud83d",
                                                                  "next_step": "n"}]),
    "with a command for the terminal": _attempt(title="\x1b[2J\x9b2J", metric="\x1b[2J", versions={"\x1b": "\x1b"}),
    "with a command in a finding": _attempt(findings=[{"code": "\x1b[2J", "severity": "hint", "message": "\x1b[2J",
                                                      "next_step": "\x1b[2J"}]),
    "with markup as metric": _attempt(metric="[/a]"),
    "with a long title": _attempt(title="title " * 40_000),
    "with numbers of 5000 digits": '{"category": ' + "9" * 5000 + "}\n",
}
_damage_file("attempts", _attempts, ATTEMPTS)
damage("attempts not writable", True)(_mode(_attempts, 0o444))
damage("attempts of somebody else", True)(_of_somebody_else(_attempts, 0o644))


def _marker(place: Place) -> Path:
    return place.workspace.ready_marker


MARKERS: dict[str, str | bytes] = {
    "empty": "",
    "binary": GARBAGE,
    "nested without end": DEEP,
    "a list": "[]",
    "null": "null",
    "with wrong types": '{"lock": 1, "venv": [], "root": {}}',
    "with NUL in a path": json.dumps({"lock": "", "venv": "\0", "root": "\0"}),
}
_damage_file("ready marker", _marker, MARKERS)


@damage("ready marker with NUL as venv")
def _nul_venv(place: Place) -> None:
    marker = json.loads(_marker(place).read_text())
    _marker(place).write_text(json.dumps({**marker, "venv": "\0"}))


def _session(**changes: Any) -> Damage:
    def change(place: Place) -> None:
        data = json.loads(place.session.read_text(encoding="utf-8"))
        changed = {**data, **changes, "seen": {**data["seen"], **changes.get("seen", {})}}
        place.session.write_text(json.dumps(changed), encoding="utf-8")

    return change


FUTURE = (datetime.now(UTC) + timedelta(days=400)).isoformat()
SESSIONS: dict[str, Damage] = {
    **{f"with elapsed {value}": _session(elapsed=value) for value in
       (float("nan"), float("inf"), float("-inf"), -5.0, -1e300, 1e300, "x", True, None, [])},
    **{f"with hours {value}": _session(hours=value) for value in
       (float("nan"), float("inf"), 0, -5.0, 1e300, "x", None)},
    "started in the future": _session(started_at=FUTURE),
    "started in the year 1": _session(started_at="0001-01-01T00:00:00+14:00"),
    "started in the year 9999": _session(started_at="9999-12-31T23:59:59-14:00"),
    "started on no date": _session(started_at="yesterday"),
    "seen in the future": _session(started_at=FUTURE, seen={"wall": FUTURE, "boot": "another"}),
    "seen in the future, same boot": _session(seen={"wall": FUTURE}),
    "seen in the year 1": _session(seen={"wall": "0001-01-01T00:00:00+00:00"}),
    "seen with a NaN clock": _session(seen={"running": float("nan")}),
    "seen with an endless clock": _session(seen={"running": float("inf")}),
    "seen with the clock of minus infinity": _session(seen={"running": float("-inf")}),
    "seen before this boot began": _session(seen={"running": -1e12}),
    "in an unknown state": _session(state="paused"),
    "with a list as state": _session(state=[]),
    "with text notes": _session(notes="abc"),
    "with numbers as notes": _session(notes=[1, None]),
    "with commands for the terminal as notes": _session(notes=["\x1b[2J\n\x9b2J", "\ud83d"] * 3),
    "with very long notes": _session(notes=["x" * 3_000_000]),
    "empty": _replace(lambda place: place.session, ""),
    "binary": _replace(lambda place: place.session, GARBAGE),
    "nested without end": _replace(lambda place: place.session, DEEP),
    "a list": _replace(lambda place: place.session, "[]"),
    "a folder": _folder_instead(lambda place: place.session),
    "a pipe": _pipe_instead(lambda place: place.session),
}
for what, function in SESSIONS.items():
    damage(f"clock {what}")(function)
damage("clock unreadable", True)(_mode(lambda place: place.session, 0))
damage("clock of somebody else", True)(_of_somebody_else(lambda place: place.session, 0o600))


def _state(name: str) -> Callable[[Place], Path]:
    return lambda place: place.workspace.state / name


damage(".exam gone")(_gone(lambda place: place.workspace.state))
damage(".exam a file")(_file_instead(lambda place: place.workspace.state))
damage(".exam read-only", True)(_mode(lambda place: place.workspace.state, 0o555))
damage(".exam unreadable", True)(_mode(lambda place: place.workspace.state, 0))
damage(".exam of somebody else", True)(_of_somebody_else(lambda place: place.workspace.state, 0o755))
for name in ("log", "cache", "reports", "models"):
    damage(f".exam/{name} a file")(_file_instead(_state(name)))
for name in ("session.lock", "attempts.lock"):
    damage(f"{name} a folder")(_folder_instead(_state(name)))
    damage(f"{name} a pipe")(_pipe_instead(_state(name)))
    damage(f"{name} of somebody else", True)(_of_somebody_else(_state(name), 0o644))
damage("log of somebody else", True)(_of_somebody_else(_state("log/tensorflow.log"), 0o644))
damage("draw half prepared")(lambda place: (place.workspace.state / "draw.unfinished").mkdir())
damage("draw an empty folder")(lambda place: (place.workspace.state / "draw").mkdir())
damage("draw a file")(_file_instead(_state("draw")))
damage("worker.log a pipe")(_pipe_instead(_state("log/worker.log")))
damage("answers a pipe")(_pipe_instead(_state("answers.json")))
damage("draw with a pipe")(_pipe_instead(_state("draw/archive")))
damage("archive with pipes")(_pipe_instead(lambda place: place.workspace.archive / "a" / "attempts.jsonl"))
damage("starter a pipe")(_pipe_instead(lambda place: place.workspace.starter(1)))
damage("answers binary")(_replace(_state("answers.json"), GARBAGE))
damage("answers nested without end")(_replace(_state("answers.json"), DEEP))
damage("answers with a wrong seed")(_replace(_state("answers.json"), '{"exam_seed": "x"}'))
damage("archive a file")(_file_instead(lambda place: place.workspace.archive))


@damage("archive with rubbish")
def _rubbish(place: Place) -> None:
    for name, content in (("a", GARBAGE), ("b", b""), ("c", DEEP.encode())):
        folder = place.workspace.archive / name
        folder.mkdir(parents=True)
        for file in ("exam.toml", "attempts.jsonl", "session.json"):
            (folder / file).write_bytes(content)
    (place.workspace.archive / "d" / "exam.toml").mkdir(parents=True)
    (place.workspace.archive / "e" / "attempts.jsonl").mkdir(parents=True)
    (place.workspace.archive / "file.txt").write_text("x")


@damage("draw with a broken exam.toml")
def _broken_draw(place: Place) -> None:
    staging = place.workspace.state / "draw"
    staging.mkdir()
    (staging / "archive").write_text("x-seed-1")
    (staging / "exam.toml").write_text("rubbish")


@damage("draw into a path of its own")
def _escaping_draw(place: Place) -> None:
    staging = place.workspace.state / "draw"
    staging.mkdir()
    (staging / "archive").write_text("../../escaped")
    (staging / "exam.toml").write_text(TOML)


def _data(name: str = "") -> Callable[[Place], Path]:
    return lambda place: place.workspace.data(1) / name


damage("data gone")(_gone(_data()))
damage("data a file")(_file_instead(_data()))
damage("data empty")(_gone(_data("points.csv")))
damage("data binary")(_replace(_data("points.csv"), GARBAGE))
damage("data cut off")(_cut_off(_data("points.csv"), 30))
damage("data with a pipe as sums")(_pipe_instead(_data(training.SUMS)))
damage("data with binary sums")(_replace(_data(training.SUMS), GARBAGE))
damage("data with sums of another form")(_replace(_data(training.SUMS), "x\n\n"))
damage("data with extra files")(_replace(_data("notes/extra.txt"), "mine"))
damage("data unreadable", True)(_mode(_data(), 0))
damage("data file unreadable", True)(_mode(_data("points.csv"), 0))
damage("data of somebody else", True)(_of_somebody_else(_data(), 0o755))
damage("Category1 gone")(_gone(lambda place: place.workspace.category(1)))
damage("Category1 a file")(_file_instead(lambda place: place.workspace.category(1)))
damage("Category1 unreadable", True)(_mode(lambda place: place.workspace.category(1), 0))
damage("Category1 of somebody else", True)(_of_somebody_else(lambda place: place.workspace.category(1), 0o755))
damage("model a folder")(_folder_instead(lambda place: place.workspace.model(1)))
damage("model unreadable", True)(_mode(lambda place: place.workspace.model(1), 0))
damage("model binary")(_replace(lambda place: place.workspace.model(1), GARBAGE))
damage("starter gone")(_gone(lambda place: place.workspace.starter(1)))
damage("workspace read-only", True)(_mode(lambda place: place.workspace.root, 0o555))
damage("lock of packages gone")(_gone(lambda place: place.workspace.root / "requirements.txt"))


@damage("everything of somebody else", True)
def _everything_of_somebody_else(place: Place) -> None:
    for path in [place.workspace.root, *place.workspace.root.rglob("*")]:
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        path.chmod(0o755 if path.is_dir() else 0o644)


@damage("workspace renamed")
def _renamed(place: Place) -> None:
    marker = json.loads(_marker(place).read_text())
    _marker(place).write_text(json.dumps({**marker, "root": "/before"}))


@damage("workspace of another machine")
def _other_machine(place: Place) -> None:
    marker = json.loads(_marker(place).read_text())
    _marker(place).write_text(json.dumps({**marker, "venv": ".venv"}))
    place.workspace.venv_python.parent.mkdir(parents=True)
    if os.name != "nt":  # there no links are made
        place.workspace.venv_python.symlink_to("/nowhere/bin/python3.12")
    (place.workspace.venv / "pyvenv.cfg").write_text("home = /nowhere/bin\n")


def _hidden(place: Place) -> Path:
    return place.hidden


damage("hidden set empty")(_replace(_hidden, b""))
damage("hidden set binary")(_replace(_hidden, GARBAGE))
damage("hidden set a pipe")(_pipe_instead(_hidden))
damage("hidden set a folder")(_folder_instead(_hidden))
damage("hidden set gone")(_gone(_hidden))
damage("hidden set unreadable", True)(_mode(_hidden, 0))
damage("hidden set of somebody else", True)(_of_somebody_else(_hidden, 0o644))
damage("user cache a file")(_file_instead(lambda place: place.cache))
damage("user cache read-only", True)(_mode(lambda place: place.cache / "hidden", 0o555))
damage("user cache unreadable", True)(_mode(lambda place: place.cache, 0))


@damage("hidden set missing, user cache read-only", True)
def _nowhere_to_make(place: Place) -> None:
    place.hidden.unlink()
    (place.cache / "hidden").chmod(0o555)


@damage("hidden set with a flipped bit")
def _flipped(place: Place) -> None:
    content = bytearray(place.hidden.read_bytes())
    content[200] ^= 1
    place.hidden.write_bytes(content)


damage("hidden set cut off")(_cut_off(_hidden, 300))


@damage("hidden set of another version")
def _other_arrays(place: Place) -> None:
    with place.hidden.open("wb") as file:
        np.savez(file, inputs=np.zeros(3))


@damage("hidden set with objects")
def _objects(place: Place) -> None:
    with place.hidden.open("wb") as file:
        np.savez(file, x=np.array([{}], dtype=object), y=np.zeros(1), baseline=np.zeros(1))


@damage("hidden set of other shapes")
def _other_shapes(place: Place) -> None:
    with place.hidden.open("wb") as file:
        np.savez(file, x=np.zeros((3, 7)), y=np.zeros(5), baseline=np.zeros((2, 2)))


@damage("cached answers binary")
def _binary_answers(place: Place) -> None:
    _spoil_answers(place, GARBAGE)


@damage("cached answers empty")
def _empty_answers(place: Place) -> None:
    _spoil_answers(place, b"")


@damage("cached answers of wrong types")
def _typed_answers(place: Place) -> None:
    _spoil_answers(place, b'{"findings": 5, "bands": 5}', predictions=True)


@damage("cached answers a list")
def _listed_answers(place: Place) -> None:
    _spoil_answers(place, b"[1]", predictions=True)


@damage("cached answers nested without end")
def _deep_answers(place: Place) -> None:
    _spoil_answers(place, DEEP.encode(), predictions=True)


@damage("cached answers of another result")
def _other_answers(place: Place) -> None:
    other = {**records.result(2, 5, question="gone", sha256="cd" * 32).to_dict(), "points": "many"}
    _spoil_answers(place, json.dumps(other).encode(), predictions=True)


def _spoil_answers(place: Place, content: bytes, predictions: bool = False) -> None:
    """Put damaged answers where those of the model of category 1 belong; its predictions may be sound."""
    import hashlib

    from exam.grading import cache

    digest = hashlib.sha256(place.workspace.model(1).read_bytes()).hexdigest()
    file = cache.path(place.workspace, digest, 31, hidden.fingerprint(bank.load("straight_line")))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    if predictions:
        cache.write_predictions(file, np.zeros((100, 1), np.float32))
    else:
        file.with_suffix(".npz").write_bytes(content)

"""All exams of a workspace, those in the archive and the present one, and every attempt at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from exam import attempts as records
from exam import bank, kept
from exam.attempts import Attempt
from exam.session import Reading, Session, advance
from exam.standing import CategoryStanding, Standing, standing
from exam.workspace import CATEGORIES, Exam, ExamTomlError, Workspace, parse_json

MANY = 5
"""From so many different models on, graded on the same hidden data, the best of them may be the luckiest."""


@dataclass(frozen=True)
class PastExam:
    """One exam of a workspace; the present one is the last.

    Attributes:
        number: 1 for the first exam of the workspace.
        folder: its folder below ``archive/``; None for the present exam.
        seed: the exam's seed; None when neither ``exam.toml`` nor an attempt tells.
        date: when its clock was started; in practice the first attempt, or else the draw.
        questions: category -> question id, as far as known.
        attempts: all of them, the oldest first: of the exam, and in practice.
        standing: its clock, what counts in each category, and the total.
    """

    number: int
    folder: str | None
    seed: int | None
    date: datetime | None
    questions: dict[int, str]
    attempts: tuple[Attempt, ...]
    standing: Standing

    @property
    def mode(self) -> str:
        """Return ``exam`` for one with a clock, else ``practice``."""
        return "exam" if self.standing.session else "practice"

    @property
    def state(self) -> str | None:
        """Return ``running``, ``expired``, ``finished``, or ``abandoned`` for the next exam; None in practice."""
        if self.standing.session is None:
            return None
        state = self.standing.session.state
        return "abandoned" if state == "running" and self.folder else state

    def at(self, category: int) -> list[Attempt]:
        """Return every attempt at one category, also those that do not count, the oldest first."""
        return [attempt for attempt in self.attempts if attempt.result.category == category]


@dataclass(frozen=True)
class _Place:
    """Where one exam has its three files."""

    folder: str | None
    toml: Path
    attempts: Path
    session: Path

    @property
    def is_exam(self) -> bool:
        """Return whether there is an exam at all: ``archive/`` may hold other folders."""
        return self.toml.exists() or self.attempts.exists()


def exams(workspace: Workspace) -> list[PastExam]:
    """Return all exams of a workspace, the present one last; what cannot be read of one costs no other."""
    archived = sorted(path for path in workspace.archive.glob("*") if path.is_dir())
    places = [_Place(path.name, *(path / name for name in _names(workspace))) for path in archived]
    places.append(_Place(None, workspace.exam_toml, workspace.attempts, workspace.state / "session.json"))
    found = [place for place in places if place.is_exam]
    return [_read(number, place) for number, place in enumerate(found, 1)]


def _names(workspace: Workspace) -> tuple[str, str, str]:
    return workspace.exam_toml.name, workspace.attempts.name, "session.json"


def _read(number: int, place: _Place) -> PastExam:
    attempts = records.read_archived(place.attempts) if place.folder else records.read_file(place.attempts)
    session = _session(place)
    seed, questions = _drawn(place.toml, attempts)
    return PastExam(
        number=number,
        folder=place.folder,
        seed=seed,
        date=_date(session, attempts, place.toml),
        questions=questions,
        attempts=tuple(attempts),
        standing=standing(_titles(questions, attempts), session, attempts),
    )


def _drawn(toml: Path, attempts: Sequence[Attempt]) -> tuple[int | None, dict[int, str]]:
    """Return an exam's seed and questions; where ``exam.toml`` cannot be read, what was graded tells them."""
    try:
        drawn = Exam.read(toml)
        return drawn.seed, drawn.questions
    except (ExamTomlError, OSError):
        seed = attempts[-1].result.seed if attempts else None
        return seed, {attempt.result.category: attempt.result.question for attempt in attempts}


def _session(place: _Place) -> Session | None:
    """Return an exam's clock, None without one, or when it cannot be read; in the archive it stands still."""
    try:
        session = Session.from_dict(parse_json(place.session.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return session if place.folder else advance(session, Reading.now())


def _date(session: Session | None, attempts: Sequence[Attempt], toml: Path) -> datetime | None:
    if session:
        return session.started_at
    if attempts:
        return attempts[0].graded_at
    try:
        return datetime.fromtimestamp(toml.stat().st_mtime, UTC)
    except OSError:
        return None


def _titles(questions: Mapping[int, str], attempts: Sequence[Attempt]) -> dict[int, str]:
    """Return the title of each category's question; the attempts know those that the bank has no more."""
    graded = {attempt.result.question: attempt.result.title for attempt in attempts}
    known = {category: questions.get(category, "unknown") for category in CATEGORIES}
    return {category: graded.get(question) or _title(question) for category, question in known.items()}


@cache
def _title(question: str) -> str:
    try:
        return bank.load(question).title
    except LookupError:
        return question


def tuned(attempts: Sequence[Attempt], questions: Mapping[int, str]) -> dict[int, int]:
    """Return category -> how many different models were scored on the same hidden data, where these are many.

    Args:
        attempts: at one exam.
        questions: category -> question id of that exam.
    """
    scored = [attempt.result for attempt in attempts if attempt.result.status == "scored"]
    same = [result for result in scored if questions.get(result.category) == result.question]
    models = {(result.category, result.sha256) for result in same}
    counts = {category: sum(number == category for number, _ in models) for category in CATEGORIES}
    return {category: count for category, count in counts.items() if count >= MANY}


@dataclass(frozen=True)
class Point:
    """One exam in a chart of the learner's progress.

    Attributes:
        number: 1 for the first exam of the workspace.
        date: see ``PastExam``.
        mode: ``exam`` or ``practice``.
        total: of 100 points.
        passed: whether they reach the mark.
        best: category -> the most points of 5 that an attempt earned; None without an attempt.
    """

    number: int
    date: datetime | None
    mode: str
    total: float
    passed: bool
    best: dict[int, int | None]


def progress(found: Sequence[PastExam]) -> list[Point]:
    """Return what a chart over exams draws, in the order of ``found``; exams without any attempt are left out."""
    return [
        Point(
            number=exam.number,
            date=exam.date,
            mode=exam.mode,
            total=exam.standing.total,
            passed=exam.standing.passed,
            best={item.category: item.best.result.points if item.best else None for item in exam.standing.categories},
        )
        for exam in found
        if exam.attempts
    ]


def to_dict(workspace: Workspace, found: Sequence[PastExam], categories: Sequence[int] = CATEGORIES) -> dict[str, Any]:
    """Return exams as plain JSON data: for each category what counts, and every attempt.

    Args:
        workspace: whose ``.exam/models`` may have the graded files.
        found: the exams.
        categories: those that are wanted.
    """
    files = kept_models(workspace, found)
    return {"exams": [_exam_to_dict(files, exam, categories) for exam in found]}


def _exam_to_dict(files: frozenset[str], exam: PastExam, categories: Sequence[int]) -> dict[str, Any]:
    own = {
        "number": exam.number,
        "folder": exam.folder and f"archive/{exam.folder}",
        "seed": exam.seed,
        "date": exam.date.isoformat(timespec="seconds") if exam.date else None,
    }
    where = {name: value for name, value in exam.standing.to_dict().items() if name != "next_step"}
    wanted = [item for item in exam.standing.categories if item.category in categories]
    each = [_category(files, exam, item) for item in wanted]
    return {**own, **where, "state": exam.state, "categories": each}


def _category(files: frozenset[str], exam: PastExam, item: CategoryStanding) -> dict[str, Any]:
    every = [{**attempt.to_dict(), "kept": attempt.result.sha256 in files} for attempt in exam.at(item.category)]
    return {"question": exam.questions.get(item.category), **item.to_dict(), "every_attempt": every}


def kept_models(workspace: Workspace, found: Sequence[PastExam]) -> frozenset[str]:
    """Return the SHA-256 of the graded models whose files are kept."""
    graded = {attempt.result.sha256 for exam in found for attempt in exam.attempts}
    return frozenset(sha256 for sha256 in graded if sha256 and kept.path(workspace, sha256).exists())

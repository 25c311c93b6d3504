"""All exams of a workspace, those in the archive and the present one, and every attempt at them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from exam import bank
from exam.records import attempts, exam_clock, kept_models, tally
from exam.records.attempts import Line
from exam.records.exam_clock import Reading, Session, advance
from exam.records.standing import Standing, standing
from exam.records.tally import Tally
from exam.workspace import CATEGORIES, Exam, ExamTomlError, Workspace


@dataclass(frozen=True)
class PastExam:
    """One exam of a workspace; the present one is the last.

    Attributes:
        number: 1 for the first exam of the workspace.
        folder: its folder below ``archive/``; None for the present exam.
        seed: the exam's seed; None when neither ``exam.toml`` nor an attempt tells.
        date: when its clock was started; in practice the first attempt, or else the draw.
        questions: category -> question id, as far as known.
        path: the file of its attempts.
        tally: what they come to: those of the exam, and those in practice.
        standing: its clock, what counts in each category, and the total.
    """

    number: int
    folder: str | None
    seed: int | None
    date: datetime | None
    questions: dict[int, str]
    path: Path
    tally: Tally
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

    def at(self, category: int) -> Iterator[Line]:
        """Yield every attempt at one category, also those that do not count, the oldest first, from the disk.

        Raises:
            OSError: the file can no longer be read.
        """
        # Without any, the file may be one that cannot be opened: in the archive it hides no other.
        return attempts.lines_at(self.path, category) if self.tally.every[category].count else iter(())


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
    folders = sorted(path for path in workspace.archive.glob("*") if path.is_dir())
    places = [_Place(path.name, *(path / name for name in _names(workspace))) for path in folders]
    places.append(_Place(None, workspace.exam_toml, workspace.attempts, workspace.clock))
    exam_places = [place for place in places if place.is_exam]
    return [_read(workspace, number, place) for number, place in enumerate(exam_places, 1)]


def _names(workspace: Workspace) -> tuple[str, str, str]:
    return workspace.exam_toml.name, workspace.attempts.name, workspace.clock.name


def _read(workspace: Workspace, number: int, place: _Place) -> PastExam:
    read = tally.read_archived if place.folder else tally.read
    totals = read(workspace, place.attempts)
    clock = _session(place)
    seed, questions = _seed_and_questions(place.toml, totals)
    return PastExam(
        number=number,
        folder=place.folder,
        seed=seed,
        date=_date(clock, totals, place.toml),
        questions=questions,
        path=place.attempts,
        tally=totals,
        standing=standing(_titles(questions, totals), clock, totals),
    )


def _seed_and_questions(toml: Path, totals: Tally) -> tuple[int | None, dict[int, str]]:
    """Return an exam's seed and questions; where ``exam.toml`` cannot be read, what was graded tells them."""
    try:
        exam = Exam.read(toml)
        return exam.seed, exam.questions
    except (ExamTomlError, OSError):
        questions = {category: course.lines[-1].question for category, course in totals.every.items() if course.lines}
        return totals.seed, questions


def _session(place: _Place) -> Session | None:
    """Return an exam's clock, None without one, or when it cannot be read; in the archive it stands still."""
    try:
        session = exam_clock.read_file(place.session)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return session if place.folder else advance(session, Reading.now())


def _date(clock: Session | None, totals: Tally, toml: Path) -> datetime | None:
    if clock:
        return clock.started_at
    if totals.first_at:
        return totals.first_at
    try:
        return datetime.fromtimestamp(toml.stat().st_mtime, UTC)
    except OSError:
        return None


def _titles(questions: Mapping[int, str], totals: Tally) -> dict[int, str]:
    """Return the title of each category's question; the attempts know those that the bank has no more."""
    latest = [course.latest.result for course in totals.every.values() if course.latest]
    titles = {result.question: result.title for result in latest}
    names = {category: questions.get(category, "unknown") for category in CATEGORIES}
    return {category: titles.get(question) or _title(question) for category, question in names.items()}


@cache
def _title(question: str) -> str:
    try:
        return bank.load(question).title
    except LookupError:
        return question


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


def progress(past: Sequence[PastExam]) -> list[Point]:
    """Return what a chart over exams draws, in the order of ``past``; exams without any attempt are left out."""
    return [
        Point(
            number=exam.number,
            date=exam.date,
            mode=exam.mode,
            total=exam.standing.total,
            passed=exam.standing.passed,
            best={item.category: item.best.result.points if item.best else None for item in exam.standing.categories},
        )
        for exam in past
        if exam.tally.first_at
    ]


def to_json(
    workspace: Workspace, past: Sequence[PastExam], categories: Sequence[int] = CATEGORIES
) -> Iterator[str]:
    """Yield exams as JSON, piece by piece: for each category what counts, and every attempt.

    Args:
        workspace: whose ``.exam/models`` may have the graded files.
        past: the exams.
        categories: those that are wanted.

    Raises:
        OSError: a file of attempts can no longer be read.
    """
    models = kept_hashes(workspace)
    yield '{"exams": ['
    for place, exam in enumerate(past):
        yield ", " * (place > 0) + _opened(_exam_to_dict(exam), "categories")
        for number, item in enumerate(item for item in exam.standing.categories if item.category in categories):
            own = {"question": exam.questions.get(item.category), **item.to_dict()}
            yield ", " * (number > 0) + _opened(own, "every_attempt")
            for count, line in enumerate(exam.at(item.category)):
                yield f'{", " * (count > 0)}{line.to_json()[:-1]}, "kept": {json.dumps(line.sha256 in models)}}}'
            yield "]}"
        yield "]}"
    yield "]}\n"


def _opened(data: dict[str, Any], name: str) -> str:
    """Return a JSON object up to the opening bracket of a list that is its last part."""
    return f'{json.dumps(data)[:-1]}, "{name}": ['


def _exam_to_dict(exam: PastExam) -> dict[str, Any]:
    own = {
        "number": exam.number,
        "folder": exam.folder and f"archive/{exam.folder}",
        "seed": exam.seed,
        "date": exam.date.isoformat(timespec="seconds") if exam.date else None,
    }
    where = {name: value for name, value in exam.standing.to_dict().items() if name not in ("next_step", "categories")}
    return {**own, **where, "state": exam.state}


def kept_hashes(workspace: Workspace) -> frozenset[str]:
    """Return the SHA-256 of the graded models whose files are kept."""
    return frozenset(path.stem for path in kept_models.path(workspace, "any").parent.glob("*.h5"))

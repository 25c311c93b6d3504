"""What the attempts in one file come to, counted while they go by: any number of them takes the same little memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from exam.findings import printable
from exam.records import attempts
from exam.records.attempts import Attempt, LeftOut, Line
from exam.records.exam_clock import moment
from exam.workspace import CATEGORIES, Workspace

RECENT = 20
"""The last attempts at a category, up to this many, are kept to be shown one by one."""
MANY = 5
"""From this many different models, graded on the same hidden data, the best may just be the luckiest."""


@dataclass
class Course:
    """Attempts at one category, as they came one after the other.

    Attributes:
        awaited: SHA-256 of the model that lies there now; None without one.
        count: how many there are.
        lines: the last of them.
        best_line: the one with the most points, the latest of several.
        is_graded: whether the awaited model was among them.
    """

    awaited: str | None = None
    count: int = 0
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=RECENT))
    best_line: Line | None = None
    is_graded: bool = False

    def add(self, line: Line) -> None:
        """Take the next attempt."""
        self.count += 1
        self.lines.append(line)
        if self.best_line is None or (line.points or 0) >= (self.best_line.points or 0):
            self.best_line = line
        if line.sha256 is not None and line.sha256 == self.awaited:
            self.is_graded = True

    @property
    def recent(self) -> tuple[Attempt, ...]:
        """Return the last attempts, the oldest first."""
        return tuple(line.attempt() for line in self.lines)

    @property
    def latest(self) -> Attempt | None:
        """Return the last attempt."""
        return self.lines[-1].attempt() if self.lines else None

    @property
    def best(self) -> Attempt | None:
        """Return the attempt with the most points, the latest of several."""
        return self.best_line.attempt() if self.best_line else None


class Spent:
    """Seconds of the exam's clock spent on each category, as far as the submissions tell.

    The time between two submissions belongs to what was submitted second; several categories at once share it.
    """

    def __init__(self) -> None:
        self._closed: dict[int, float] = {}
        self._before = self._moment = 0.0
        self._together: set[int] = set()

    def add(self, category: int, elapsed: float) -> None:
        """Take the next submission, made at ``elapsed`` seconds of the clock."""
        if elapsed != self._moment:
            self._closed = self.seconds
            self._before, self._moment, self._together = self._moment, elapsed, set()
        self._together.add(category)

    @property
    def seconds(self) -> dict[int, float]:
        """Return category -> seconds, without those where nothing was submitted."""
        share = max(0.0, self._moment - self._before) / max(1, len(self._together))
        return self._closed | {category: self._closed.get(category, 0.0) + share for category in self._together}


class Submitted:
    """Attempts that count together: for each category its course, and the time that was spent."""

    def __init__(self, models: Mapping[int, str]) -> None:
        self.courses = {category: Course(models.get(category)) for category in CATEGORIES}
        self.spent = Spent()

    @property
    def count(self) -> int:
        """Return how many attempts there are."""
        return sum(course.count for course in self.courses.values())

    def add(self, line: Line) -> None:
        """Take the next attempt."""
        self.courses[line.category].add(line)
        if line.elapsed is not None:
            self.spent.add(line.category, line.elapsed)


@dataclass
class Question:
    """How often a question was graded, and the most points that came of it."""

    attempts: int = 0
    best: int = 0


class Tally:
    """What the attempts in one file come to.

    Args:
        models: category -> SHA-256 of the model that lies there now, to tell whether it was graded.
        questions: category -> question, to count the models that were scored on its hidden data.
        place: the file as people see it, from the workspace.

    Attributes:
        models: as given.
        every: category -> all attempts, also those that found no file to grade.
        submitted: those with a file.
        under_clock: those of them that were made while the exam's clock ran.
        first_at: when the first attempt was made; None without any.
        seed: of the exam that was graded last; None without any.
        latest: the last with a file, at whichever category, the oldest first.
        questions: question -> how often it was graded, and how well.
        left_out: the lines that are no attempts.
    """

    def __init__(
        self, models: Mapping[int, str] | None = None, questions: Mapping[int, str] | None = None, place: str = ""
    ) -> None:
        self.every = {category: Course() for category in CATEGORIES}
        self.models = dict(models or {})
        self.submitted, self.under_clock = Submitted(self.models), Submitted(self.models)
        self.first_at: datetime | None = None
        self.seed: int | None = None
        self.latest: deque[Line] = deque(maxlen=RECENT)
        self.questions: dict[str, Question] = {}
        self.left_out = LeftOut(place)
        self._wanted = dict(questions or {})
        self._scored: dict[int, set[str]] = {category: set() for category in self._wanted}

    @property
    def tuned(self) -> dict[int, int]:
        """Return category -> how many different models were scored on the same hidden data, where these are many."""
        return {category: len(models) for category, models in self._scored.items() if len(models) >= MANY}

    def add(self, line: Line) -> None:
        """Take the next attempt."""
        if self.first_at is None:
            self.first_at = moment(line.graded_at)
        self.seed = line.seed
        self.every[line.category].add(line)
        question = self.questions.get(line.question) or self.questions.setdefault(line.question, Question())
        question.attempts += 1
        question.best = max(question.best, line.points or 0)
        if line.sha256 is None:
            return
        self.latest.append(line)
        self.submitted.add(line)
        if line.mode == "exam":
            self.under_clock.add(line)
        if line.status == "scored" and self._wanted.get(line.category) == line.question:
            self._scored[line.category].add(line.sha256)

    def add_all(self, lines: Iterable[Line]) -> Tally:
        """Take attempts, the oldest first, and return the tally."""
        for line in lines:
            self.add(line)
        return self


def read(
    workspace: Workspace,
    path: Path,
    models: Mapping[int, str] | None = None,
    questions: Mapping[int, str] | None = None,
) -> Tally:
    """Return what the attempts in one file of a workspace come to; without the file there are none.

    Args:
        workspace: to which the file belongs.
        path: the file.
        models: see ``Tally``.
        questions: see ``Tally``.

    Raises:
        OSError: the file is there and cannot be read.
    """
    tally = Tally(models, questions, printable(path.relative_to(workspace.root).as_posix()))
    return tally.add_all(attempts.lines(path, tally.left_out))


def read_archived(workspace: Workspace, path: Path) -> Tally:
    """Return what the attempts in a file of the archive come to; one that cannot be read hides no other."""
    try:
        return read(workspace, path)
    except OSError:
        return Tally()


def read_all(workspace: Workspace) -> list[Tally]:
    """Return what the attempts at each exam of a workspace come to, the present exam the last.

    Raises:
        OSError: the file of the present exam is there and cannot be read.
    """
    paths = sorted(workspace.archive.glob(f"*/{workspace.attempts.name}"))
    return [*(read_archived(workspace, path) for path in paths), read(workspace, workspace.attempts)]

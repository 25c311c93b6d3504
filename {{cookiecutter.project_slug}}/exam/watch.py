"""Grade a category whenever its ``mymodel.h5`` has been saved, with TensorFlow kept loaded.

Files are asked for their size and time a few times a second: five of them cost nothing, and it works where systems
send no events, as on network drives and in WSL.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from exam import bank
from exam.bank import hidden
from exam.grading.grade import new_runner
from exam.modelfile import superblock
from exam.records import exam_clock, kept_models, standing
from exam.records.standing import Standing
from exam.running.runner import Runner
from exam.screens.watch import Screen, View
from exam.submission import submit
from exam.workspace import CATEGORIES, Exam, Workspace

POLL_SECONDS = 0.1
SETTLED_SECONDS = 3.0
"""A file that does not change for this long and is still not a whole HDF5 file is graded anyway: it is broken."""
REDRAW_SECONDS = 1.0
LOOK_SECONDS = 30.0
"""The clock is read from the disk this often: the exam may have been ended in another terminal."""

Signature = tuple[int, int]


@dataclass
class _Seen:
    """What is known of one file: how it looked last, since when, and whether that has been dealt with."""

    signature: Signature | None
    since: float
    is_done: bool = True


@dataclass
class Files:
    """The five model files, and which of them have just been saved completely.

    Attributes:
        paths: category -> file.
        now: a monotonic clock, in seconds.
    """

    paths: dict[int, Path]
    now: Callable[[], float] = time.monotonic
    _seen: dict[int, _Seen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take what is there as dealt with: only what is saved from now on is graded unasked."""
        self.take(list(self.paths))

    def saved(self) -> list[int]:
        """Return the categories whose file changed, stood still for one look, and is whole; each change once."""
        return [category for category in self.paths if self._is_saved(category)]

    def take(self, categories: Sequence[int]) -> None:
        """Take these files as dealt with, as they are at this moment; what is written to them later is new."""
        for category in categories:
            self._seen[category] = _Seen(_signature(self.paths[category]), self.now())

    def _is_saved(self, category: int) -> bool:
        state, signature = self._seen[category], _signature(self.paths[category])
        if signature != state.signature:
            self._seen[category] = _Seen(signature, self.now(), is_done=signature is None)
            return False
        if state.is_done:
            return False
        state.is_done = superblock.is_whole(self.paths[category]) or self.now() - state.since > SETTLED_SECONDS
        return state.is_done


def _signature(path: Path) -> Signature | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


class Watcher:
    """Watches one workspace.

    Args:
        workspace: whose models they are.
        exam: the drawn exam.
        screen: what people look at.
        runner: keeps TensorFlow loaded.
        keep_models: whether a copy of each graded file is kept.
    """

    def __init__(
        self, workspace: Workspace, exam: Exam, screen: Screen, runner: Runner, keep_models: bool = False
    ) -> None:
        self.workspace, self.exam, self.screen, self.runner = workspace, exam, screen, runner
        self.keep_models = keep_models
        self.files = Files({category: workspace.model(category) for category in CATEGORIES})
        self.view = View(standing.read(workspace, exam))
        self._drawn = _signature(workspace.exam_toml)

    def prepare(self) -> None:
        """Load everything that a grading needs, so that the first one is as quick as the others."""
        for category, question in sorted(self.exam.questions.items()):
            self._doing(f"Preparing the hidden data for category {category}")
            hidden.ensure(bank.load(question), self.exam.seed)
        self._doing("Loading TensorFlow")
        self.runner.warm()
        self._doing("")

    def run(self, request: Callable[[], bool]) -> None:
        """Watch until the exam is replaced by another.

        Args:
            request: tells, once for each time, that somebody wants everything graded now.
        """
        drawn_at = looked_at = time.monotonic()
        while _signature(self.workspace.exam_toml) == self._drawn:
            categories = self._submitted() if request() else self.files.saved()
            if categories:
                self.grade(categories)
            moment = time.monotonic()
            if moment - looked_at > LOOK_SECONDS:
                looked_at = moment
                self._show(standing.read(self.workspace, self.exam))
            elif moment - drawn_at > REDRAW_SECONDS:
                drawn_at = moment
                self._show(_tick(self.view.standing))
            time.sleep(POLL_SECONDS)

    def grade(self, categories: Sequence[int]) -> None:
        """Submit and test these categories, and show what came of it."""
        self.files.take(categories)
        results = submit(self.workspace, self.exam, categories, self._doing, self.runner)
        problems = kept_models.keep(self.workspace, results) if self.keep_models else ()
        now = standing.read(self.workspace, self.exam)
        self.view = View(now, tuple(results), datetime.now(UTC), problems=tuple(problems))
        self.screen.graded(results)
        self.screen.show(self.view)
        self.runner.warm()

    def _submitted(self) -> list[int]:
        return [category for category, path in self.files.paths.items() if path.exists()]

    def _doing(self, text: str) -> None:
        self.view = replace(self.view, doing=text)
        self.screen.show(self.view)

    def _show(self, now: Standing) -> None:
        self.view = replace(self.view, standing=now, doing="")
        self.screen.show(self.view)


def _tick(before: Standing) -> Standing:
    """Return the standing with the clock a moment later, without touching the disk."""
    clock = before.session
    return Standing(exam_clock.advance(clock, exam_clock.Reading.now()) if clock else None, before.categories)


def watch(workspace: Workspace, exam: Exam, screen: Screen, keep_models: bool = False) -> None:
    """Grade what is saved, until Ctrl-C or until another exam is drawn; Enter grades everything now.

    Raises:
        SessionError: the exam's clock is damaged.
        DataUnavailable: a hidden set cannot be made.
    """
    enter = threading.Event()
    threading.Thread(target=_read_enters, args=(enter,), daemon=True).start()

    def request() -> bool:
        is_set = enter.is_set()
        enter.clear()
        return is_set

    with new_runner(workspace, exam) as runner:
        watcher = Watcher(workspace, exam, screen, runner, keep_models)
        watcher.prepare()
        watcher.run(request)


def _read_enters(enter: threading.Event) -> None:
    """Set ``enter`` for each line; ends with the standard input, and watching goes on without."""
    try:
        for _ in sys.stdin:
            enter.set()
    except (OSError, ValueError):
        return

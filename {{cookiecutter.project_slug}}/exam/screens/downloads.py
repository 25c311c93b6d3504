"""Progress of downloads in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from exam.bank import public
from exam.screens import terminal


@contextmanager
def bars() -> Iterator[public.Progress]:
    """Show a progress bar on stderr for each download; yields what ``public.fetch`` calls for one."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal.console(stderr=True)) as progress:
        yield lambda download: _Bar(
            progress, progress.add_task(f"{download.name} from {download.host}", total=download.bytes or None)
        )


class _Bar:
    """A download's bar, driven as pooch drives tqdm's."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self._total = 0

    @property
    def total(self) -> int:
        """Return the size in bytes that the server announced, 0 when it did not."""
        return self._total

    @total.setter
    def total(self, size: int) -> None:
        """Set what the server announced; 0 makes the bar of unknown length."""
        self._total = size
        self._progress.update(self._task, total=size or None)

    def update(self, size: int) -> None:
        """Move the bar by ``size`` bytes."""
        self._progress.advance(self._task, size)

    def reset(self) -> None:
        """Move the bar back to its beginning."""
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        """Leave the bar as it is."""

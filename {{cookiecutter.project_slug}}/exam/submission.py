"""Submit and test: read the clock, grade, keep the attempts. The command, the test tree and ``watch`` all do this."""

from __future__ import annotations

from collections.abc import Sequence

from exam.grading.grade import Progress, grade
from exam.records import attempts, exam_clock
from exam.result import Result
from exam.running.runner import Runner
from exam.workspace import Exam, Workspace


def submit(
    workspace: Workspace,
    exam: Exam,
    categories: Sequence[int],
    progress: Progress = lambda text: None,
    runner: Runner | None = None,
) -> list[Result]:
    """Grade the models of ``categories`` and return one result each; every attempt is on the disk before that.

    Args:
        workspace: where the models lie.
        exam: the drawn exam.
        categories: 1 to 5.
        progress: called with what is being done, for people.
        runner: a warm one; by default one is started and stopped.

    Raises:
        SessionError: the exam's clock is damaged.
        DataUnavailable: a hidden set cannot be made.
    """
    clock = exam_clock.look(workspace)  # at the moment of submission: what is under way when time runs out counts
    is_sure = clock is not None and clock.state == "running" and not clock.notes
    results = grade(workspace, exam, categories, progress, runner, clock.started_at if clock and is_sure else None)
    attempts.record(workspace, results, clock)
    return results

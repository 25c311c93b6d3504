"""What a grading will need is started first: TensorFlow is imported while everything else is.

Nothing heavy at module level: it is asked before anything heavy is imported.
"""

from __future__ import annotations

from collections.abc import Sequence

from exam.grading import cache
from exam.running import fork_server
from exam.workspace import Exam, ExamTomlError, Workspace


def start(workspace: Workspace, categories: Sequence[int]) -> None:
    """Start the server now if one of ``categories`` will probably need it; what is wrong here is said later."""
    try:
        exam = Exam.read(workspace.exam_toml)
        if fork_server.possible(exam.accelerator == "gpu"):
            if not all(cache.may_answer(workspace, exam.seed, category) for category in categories):
                fork_server.start(workspace.log / "worker.log")
    except (ExamTomlError, OSError):
        return

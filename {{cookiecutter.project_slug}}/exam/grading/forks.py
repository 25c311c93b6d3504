"""The server that imports TensorFlow once and forks a process for each model, on Linux without a GPU.

Standard library only, so that it can be started first: TensorFlow is then imported while the grader imports its own
packages and inspects the files.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path

from exam.grading import cache
from exam.workspace import Exam, ExamTomlError, Workspace

LOG_VARIABLE = "EXAM_WORKER_LOG"
ENGINE = Path(__file__).resolve().parents[2]


def possible(gpu: bool) -> bool:
    """Return whether forking is available and safe: not on Windows and macOS, not with a GPU's driver loaded."""
    return sys.platform == "linux" and not gpu


def start_early(workspace: Workspace, categories: Sequence[int]) -> None:
    """Start the server now if one of ``categories`` will probably need it; what is wrong here is said later."""
    try:
        exam = Exam.read(workspace.exam_toml)
        if possible(exam.accelerator == "gpu"):
            if not all(cache.may_answer(workspace, exam.seed, category) for category in categories):
                start(workspace.log / "worker.log")
    except (ExamTomlError, OSError):
        return


def start(log: Path) -> None:
    """Start the server unless it runs."""
    with environment(log, gpu=False):
        multiprocessing.set_forkserver_preload(["exam.grading.preload"])
        forkserver.ensure_running()


@contextmanager
def environment(log: Path, gpu: bool) -> Iterator[None]:
    """Set what a new process must find, the folder of its log included, then restore our environment."""
    log.parent.mkdir(parents=True, exist_ok=True)
    values = {
        LOG_VARIABLE: str(log),
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ENGINE), os.environ.get("PYTHONPATH")])),
    }
    if not gpu:
        values["CUDA_VISIBLE_DEVICES"] = "-1"
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

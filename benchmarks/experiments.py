"""Print what the experiments of a grading that lost points cost, as the ratio of two commands in one run.

    .venv-dev/bin/python benchmarks/experiments.py [--rounds 5] [QUESTION ...]

For each question a first attempt is trained and graded with and without the experiments, in turn, each time by a new
process and without the cache of results.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import harness  # noqa: E402  ratios.py has put the tests on the path
from ratios import alternate

from exam import bank  # noqa: E402
from exam.workspace import Workspace  # noqa: E402

QUESTIONS = ("straight_line", "handwritten_digits", "rock_paper_scissors", "support_tickets", "household_power")
SEED = 31
GRADE = """
import sys
from pathlib import Path
import harness
from exam.reasons import experiments
from exam.running import fork_server
from exam.reasons.evidence import Study
from exam.grading.grade import grade
from exam.workspace import Workspace
if __name__ == "__main__":
    folder, question, seed, with_experiments = sys.argv[1:]
    if with_experiments == "no":
        experiments.study = lambda *arguments: Study()
    exam = harness.exam_of(question, int(seed))
    result = grade(Workspace(Path(folder)), exam, list(exam.questions))[0]
    assert result.status == "scored" and result.points < 5, result
"""


def measure(question: str, rounds: int) -> None:
    """Train, grade in turn, and print one row."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, exam = Workspace(Path(folder)), harness.exam_of(question, SEED)
        harness.prepare(workspace, exam)
        harness.train(workspace.category(bank.load(question).category), question, harness.FIRST_ATTEMPT)

        def graded(with_experiments: str) -> None:
            shutil.rmtree(workspace.cache, ignore_errors=True)
            command = [sys.executable, "-c", GRADE, folder, question, str(SEED), with_experiments]
            path = f"{harness.TEMPLATE}:{harness.MODULES}"
            subprocess.run(command, env={**harness.os.environ, "PYTHONPATH": path}, check=True, capture_output=True)

        a, b, ratio = alternate(rounds, lambda: graded("yes"), lambda: graded("no"))
        print(f"| {question} | {a:.2f} s | {b:.2f} s | {ratio:.2f} | {'yes' if ratio <= 1.5 else 'NO'} |", flush=True)


def main() -> None:
    """Measure the named questions, or one for each category."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="*", default=QUESTIONS)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print("| first attempt at | with experiments | without | ratio | at most 1.5 |\n|---|---|---|---|---|")
    for question in arguments.questions or QUESTIONS:
        measure(question, arguments.rounds)


if __name__ == "__main__":
    main()

"""Print what the commands cost in a workspace with very many attempts: seconds, CPU seconds, and memory.

    .venv-dev/bin/python benchmarks/records.py [--attempts 20000 200000] [--rounds 3] [--only WORD]

The attempts are invented with a fixed seed: five categories, gradings as they come one after the other, with findings
as long as the real ones. Nothing is trained; the one model that is graded was graded before.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / folder) for folder in ("tests/support", "dev", "{{cookiecutter.project_slug}}")]

import files  # noqa: E402
import harness  # noqa: E402
import numpy as np  # noqa: E402
import records  # noqa: E402

from exam import bank  # noqa: E402
from exam.bank import hidden  # noqa: E402
from exam.bank.metrics import METRICS  # noqa: E402
from exam.bank.question import Question  # noqa: E402
from exam.findings import finding  # noqa: E402
from exam.grading import cache  # noqa: E402
from exam.workspace import Workspace  # noqa: E402

SEED = 20261126
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
COMMANDS = {
    "status": ["status"],
    "status --json": ["status", "--json"],
    "history": ["history"],
    "history --category 1": ["history", "--category", "1"],
    "history --json": ["history", "--json"],
    "bank": ["bank"],
    "grade 1 (cached)": ["grade", "1"],
    "report": ["report", "--no-open"],
}
VERSIONS = {
    "grader": "0.6.0",
    "python": "3.12.12",
    "system": "linux",
    "tensorflow": "2.21.0",
    "keras": "3.15.1",
    "numpy": "2.4.6",
    "saved by keras": "3.15.1",
}
FINDINGS = (
    finding("overfitting", count=512, metric="accuracy", training=0.994, found=0.861),
    finding("underfitting", count=512, metric="accuracy", training=0.71, found=0.69),
    finding("one-epoch", found=188),
    finding("class-never-predicted", found="'paper'", they_make="it makes", share=0.33),
    finding("loss-from-logits", activation="softmax"),
    finding("large-optimizer-state", share=0.66, found="4.1 MB"),
    finding("below-baseline", metric="accuracy", found="0.31", baseline="the largest class", expected="0.34"),
    finding("constant-output", found="0.333"),
    finding("room-to-improve", metric="accuracy", found="0.861", points=3, wanted="4 need 0.9, 5 need 0.95",
            advice="Try more epochs, augmentation of pictures, or a pretrained network as the first layers."),
)


def lines(count: int) -> Iterator[str]:
    """Yield as many lines of ``attempts.jsonl``, about 2 KB each."""
    stream = random.Random(SEED)
    drawn = {category: bank.load(name) for category, name in harness.EXAM.questions.items()}
    moment = BEGAN
    for _ in range(count):
        moment += timedelta(seconds=stream.randint(5, 60))
        yield json.dumps(attempt(drawn[stream.randint(1, 5)], moment, stream)) + "\n"


def attempt(question: Question, moment: datetime, stream: random.Random) -> dict[str, Any]:
    """Return one attempt in practice as plain data: every tenth without a file, the others with four findings."""
    is_there = stream.random() > 0.1
    made = records.attempt(
        question.category,
        stream.randint(0, 5) if is_there else 0,
        status="scored" if is_there else "not gradable",
        question=question.id,
        title=question.title,
        metric=METRICS[question.metric].label,
        value=stream.uniform(0, 1) if is_there else None,
        baseline=stream.uniform(0, 1) if is_there else None,
        bands=question.bands,
        findings=tuple(stream.sample(FINDINGS, 4)),
        sha256=f"{stream.getrandbits(256):064x}" if is_there else None,
        seconds=round(stream.uniform(0.5, 9), 3),
        versions=VERSIONS,
    )
    return replace(made, graded_at=moment).to_dict()


def prepare(folder: Path, count: int) -> Workspace:
    """Make a workspace with so many attempts, and a model whose score is kept."""
    workspace = harness.workspace_without_models(folder)
    workspace.state.mkdir()
    with workspace.attempts.open("w", encoding="utf-8") as file:
        file.writelines(lines(count))
    question = bank.load(harness.EXAM.questions[1])
    sha256 = hashlib.sha256(files.write(workspace.model(1), files.line_model()).read_bytes()).hexdigest()
    answer = cache.path(workspace, sha256, harness.EXAM.seed, hidden.fingerprint(question))
    answer.parent.mkdir()
    answer.write_text(json.dumps(records.result(1, 3, sha256=sha256).to_dict()), encoding="utf-8")
    cache.write_predictions(answer, np.zeros((2000, 1)))
    return workspace


MEASURE = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=open("output.txt", "wb"), stderr=subprocess.STDOUT)
seconds, used = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""A small program that runs a command: what a process takes is never told as less than its parent's memory."""


def run(workspace: Workspace, arguments: list[str]) -> tuple[float, float, float]:
    """Run one command and return its seconds, those of the processor, and its largest memory in MB."""
    told = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, sys.executable, "-m", "exam", *arguments],
        cwd=workspace.root,
        env=harness.environment_for(EXAM_CACHE=str(workspace.root / "hidden")),
        capture_output=True,
        check=True,
    )
    status, seconds, cpu, memory = json.loads(told.stdout)
    assert status == 0, (workspace.root / "output.txt").read_text(encoding="utf-8")[-2000:]
    return seconds, cpu, memory / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Print a table for each number of attempts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="a word of the commands to run")
    given = parser.parse_args()
    for count in given.attempts:
        with tempfile.TemporaryDirectory() as folder:
            workspace = prepare(Path(folder) / "my exam", count)
            size = workspace.attempts.stat().st_size
            print(f"\n{count:,} attempts, {size / 2**20:.0f} MB, {size / max(count, 1):.0f} bytes each\n")
            print("| command | seconds | CPU seconds | MB |\n|---|---|---|---|", flush=True)
            for name, arguments in COMMANDS.items():
                if given.only in name:
                    done = [run(workspace, arguments) for _ in range(given.rounds)]
                    seconds, cpu, megabytes = (statistics.median(column) for column in zip(*done, strict=True))
                    print(f"| {name} | {seconds:.2f} | {cpu:.2f} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()

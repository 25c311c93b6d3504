"""Generate over a workspace that another version has made, and look at what belongs to the learner.

    python3 make.py update [--before REVISION]

makes a workspace with the template of a revision, by default HEAD~1. With the engine that lies in it, a learner grades,
draws a second exam, starts the clock and grades again. Then the template that is here is generated over it, as the
README says for a newer template. Every file of the learner's has to be the same byte for byte, and the new engine has
to read all of it: the running clock, the attempts, the archive and the kept models.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import files
import harness

from exam.workspace import Workspace

ANSWERS = ("project_slug=my_exam", "exam_seed=31", "project_name=Before")
STATE = (".exam/attempts.jsonl", ".exam/session.json", ".exam/models/*")
THEIRS = ("Category*/**/*", "archive/**/*", "exam.toml", "notes/*", *STATE)
"""What belongs to the learner, as patterns of paths in the workspace."""


def generate(template: Path, folder: Path, *options: str) -> Workspace:
    """Generate a workspace without its environment, which this Python stands for.

    Raises:
        subprocess.CalledProcessError: cookiecutter refused.
    """
    config = folder / "cookiecutter.yaml"
    places = {"cookiecutters_dir": str(folder / "cache"), "replay_dir": str(folder / "replay")}
    config.write_text(json.dumps(places), encoding="utf-8")
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "--config-file", str(config)]
    environment = {**os.environ, "EXAM_ENVIRONMENT": "skip"}
    subprocess.run([*command, *options, "-o", str(folder), *ANSWERS], env=environment, check=True)
    return Workspace(folder / "my_exam")


def ask(workspace: Workspace, *words: str) -> str:
    """Return what a command prints with the engine that lies in the workspace.

    Raises:
        RuntimeError: it failed by something else than a score.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "exam", *words]
    run = subprocess.run(command, cwd=workspace.root, env=environment, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(words)}: {run.stdout}{run.stderr}")
    return run.stdout


def work(workspace: Workspace) -> None:
    """Do what a learner does: answer, grade, draw another exam, start its clock, and grade under it."""
    notes = workspace.root / "notes"
    notes.mkdir()
    (notes / "learned.txt").write_text("Scale pictures by 255.\n", encoding="utf-8")
    ask(workspace, "draw", "--category", "1", "--question", "straight_line")
    answer(workspace)
    ask(workspace, "draw", "--seed", "32")
    ask(workspace, "start")
    answer(workspace)


def answer(workspace: Workspace) -> None:
    """Change a starter, save two models, of which one fits, and grade both."""
    starter = workspace.starter(1)
    starter.write_text(starter.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    for category in (1, 2):
        files.write(workspace.model(category), files.line_model())
    ask(workspace, "grade", "1", "2", "--keep-models")


def theirs(workspace: Workspace) -> dict[str, str]:
    """Return path -> SHA-256 of every file of the learner's."""
    paths = {path for pattern in THEIRS for path in workspace.root.glob(pattern) if path.is_file()}
    return {
        path.relative_to(workspace.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
    }


def points(workspace: Workspace) -> dict[str, Any]:
    """Return what the commands tell of the learner's results, without what changes with the time of day."""
    status, past = (json.loads(ask(workspace, command, "--json")) for command in ("status", "history"))
    exams = [
        {category["category"]: (category["attempts"], category["best"]) for category in exam["categories"]}
        for exam in past["exams"]
    ]
    return {"clock": status["state"], "total": status["total"], "exams": exams}


def losses(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return what was there before, and is gone or changed."""
    return [f"{name}: {before[name]!r} -> {after.get(name)!r}" for name in before if before[name] != after.get(name)]


def main() -> int:
    """Update a workspace; 1 if anything of the learner's was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", default="HEAD~1")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = generate(harness.unpacked(options.before, folder), folder)
        work(workspace)
        told = points(workspace)  # first: whoever looks at the clock writes it
        kept = theirs(workspace)
        generate(harness.REPOSITORY, folder, "-f", "-s")
        lost = losses(kept, theirs(workspace)) + losses(told, points(workspace))
    for loss in lost:
        print(loss)
    exams = f"{len(told['exams'])} exams, clock {told['clock']}"
    print(f"{len(kept)} files of the learner's, {exams}: {len(lost)} losses in a workspace of {options.before}")
    return int(bool(lost))


if __name__ == "__main__":
    raise SystemExit(main())

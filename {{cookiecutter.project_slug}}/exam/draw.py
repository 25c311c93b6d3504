"""Draws an exam: one question per category, its starter and README into CategoryN/, and ``exam.toml``.

A draw is prepared whole in ``.exam/draw/`` and then moved into place, one rename per entry; what stands there is
moved to ``archive/`` first. Nothing is ever overwritten, and an interrupted draw is finished by the next one.
Standard library only: it runs before the virtual environment exists.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exam.machine import trouble
from exam.workspace import (
    ACCELERATORS,
    CATEGORIES,
    DATA_SOURCES,
    LARGEST_SEED,
    Exam,
    ExamTomlError,
    Workspace,
    parse_json,
    patiently,
    read,
    timestamp,
    write_atomically,
)

BANK = Path(__file__).parent / "bank"
HOURS = 5.0
COPIED_FILES = ("starter.py", "README.md")
QUESTION_FILES = ("question.py", *COPIED_FILES)
DOWNLOADS = "downloads.toml"
"""This file is in the folder of each question on public data; ``exam.bank.public`` explains it."""
EXAM_STATE = ("attempts.jsonl", "session.json")
"""These files below ``.exam/`` belong to one exam and go to the archive with it."""


class DrawError(RuntimeError):
    """An exam cannot be drawn; the message is one sentence for the learner."""


class DrawRefused(DrawError):
    """The disk does not let an exam be drawn; no wish of the learner's is wrong."""


def choose(
    bank_folder: Path, seed: int, used: frozenset[str] = frozenset(), data_source: str = DATA_SOURCES[0]
) -> dict[int, str]:
    """Return category number -> question id; the same seed, bank and ``used`` give the same answer everywhere.

    Args:
        bank_folder: holds ``category1/<id>/question.py`` and so on.
        seed: the exam's seed.
        used: question ids to avoid while their category has others.
        data_source: ``"public"`` chooses questions on public data in the categories that have some.

    Raises:
        DrawError: a category has no question.
    """
    # A text seed: random.Random hashes texts by SHA-512, in the same way on every machine and version.
    chance = random.Random(f"{seed}")
    chosen: dict[int, str] = {}
    for number in CATEGORIES:
        questions = _drawable(bank_folder, number, data_source)
        if not questions:
            raise DrawError(f"The question bank has no question for category {number}.")
        chosen[number] = chance.choice([name for name in questions if name not in used] or questions)
    return chosen


def draw(
    workspace: Workspace,
    seed: int | None = None,
    only: Mapping[int, str] | None = None,
    data_source: str | None = None,
    bank_folder: Path = BANK,
) -> Exam:
    """Draw an exam into ``workspace`` and return it; an exam that is already there goes to ``archive/`` first.

    Args:
        workspace: the workspace.
        seed: an explicit seed gives the same exam to everybody, whatever was drawn before. Without one, the first
            exam follows the answers of the generation and later ones are random, avoiding questions already seen.
        only: category number -> question id, where the choice is not left to the seed.
        data_source: ``"offline"`` or ``"public"``; by default that of the exam before.
        bank_folder: the question bank.

    Raises:
        DrawError: the seed or a question is impossible.
        DrawRefused: the disk is full, or a file is in use or somebody else's; running it again continues.
    """
    wishes = _wishes(only or {}, bank_folder)
    try:
        if _is_decided(workspace):
            exam = _put_into_place(workspace)
            same_source = data_source in (None, exam.data_source)
            if seed in (None, exam.seed) and wishes.items() <= exam.questions.items() and same_source:
                return exam  # the interrupted draw was this one
        _prepare(workspace, _next_exam(workspace, seed, wishes, data_source, bank_folder), bank_folder)
        return _put_into_place(workspace)
    except OSError as error:
        sentence = trouble.sentence(error, workspace.root, "python -m exam draw")
        raise DrawRefused(sentence or f"The exam cannot be drawn: {error}. Draw again: python -m exam draw") from error


def is_unfinished(workspace: Workspace) -> bool:
    """Return whether there is no exam yet, or a draw was interrupted."""
    return not workspace.exam_toml.exists() or _staging(workspace).exists()


def _staging(workspace: Workspace) -> Path:
    """Return the folder of a prepared draw: once it exists, the draw is decided and only has to be carried out."""
    return workspace.state / "draw"


def _is_decided(workspace: Workspace) -> bool:
    """Return whether a prepared draw is to be carried out; a damaged one is set aside, since it cannot be."""
    staging = _staging(workspace)
    if not staging.exists():
        return False
    try:
        name = read(staging / "archive").decode()
        if re.fullmatch(r"[\w-]+", name) and (not (staging / "exam.toml").exists() or Exam.read(staging / "exam.toml")):
            return True
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        pass
    patiently(os.rename, staging, staging.with_name(f"draw-damaged-{timestamp()}"))
    return False


def _questions(bank_folder: Path, number: int) -> list[str]:
    """Return the ids of one category: its folders that hold all three files of a question."""
    folders = bank_folder.glob(f"category{number}/*/")
    return sorted(folder.name for folder in folders if all((folder / name).is_file() for name in QUESTION_FILES))


def _drawable(bank_folder: Path, number: int, data_source: str) -> list[str]:
    """Return the questions that the seed may choose from: of the data source, where the category has such."""
    questions = _questions(bank_folder, number)
    public = [name for name in questions if (bank_folder / f"category{number}" / name / DOWNLOADS).is_file()]
    offline = [name for name in questions if name not in public]
    return public or offline if data_source == "public" else offline


def _next_exam(
    workspace: Workspace, seed: int | None, wishes: dict[int, str], data_source: str | None, bank_folder: Path
) -> Exam:
    """Decide the whole exam; changes nothing."""
    answers = _answers(workspace)
    before = _read_or_none(workspace.exam_toml)
    data_source = data_source or (before.data_source if before else DATA_SOURCES[0])
    if seed is not None:
        used: frozenset[str] = frozenset()
    elif before is None and not _has_categories(workspace):
        seed, used = _seed_of(answers["exam_seed"]), frozenset()
    else:
        seed, used = secrets.randbelow(10**9), _past_questions(workspace, bank_folder, data_source)
    if not 0 <= seed <= LARGEST_SEED:
        raise DrawError(f"The seed must be a whole number from 0 to {LARGEST_SEED}, not {seed}.")
    return Exam(
        name=before.name if before else answers["project_name"],
        seed=seed,
        accelerator=before.accelerator if before else answers["accelerator"],
        hours=before.hours if before else HOURS,
        data_source=data_source,
        questions=choose(bank_folder, seed, used, data_source) | wishes,
    )


def _wishes(only: Mapping[int, str], bank_folder: Path) -> dict[int, str]:
    """Return ``only`` when the bank has all of it."""
    for number, question in only.items():
        names = _questions(bank_folder, number) if number in CATEGORIES else []
        if question not in names:
            choices = ", ".join(names) or "no question"
            raise DrawError(f"Category {number} has no question {question!r}; the bank has {choices}.")
    return dict(only)


def _answers(workspace: Workspace) -> dict[str, str]:
    """Return the answers of the generation; a workspace that lost them gets the defaults."""
    answers = {"project_name": workspace.root.name or "exam", "exam_seed": "random", "accelerator": ACCELERATORS[0]}
    try:
        content: Any = parse_json(read(workspace.answers))
    except (OSError, ValueError):
        content = {}
    for key in answers:
        value = content.get(key) if isinstance(content, dict) else None
        if isinstance(value, str) and value.strip():
            answers[key] = value
    if answers["accelerator"] not in ACCELERATORS:
        answers["accelerator"] = ACCELERATORS[0]
    return answers


def _seed_of(answer: str) -> int:
    if answer.strip() == "random":
        return secrets.randbelow(10**9)
    try:
        return int(answer)
    except ValueError:
        raise DrawError(f"The seed {answer!r} in .exam/answers.json is neither random nor a whole number.") from None


def _read_or_none(path: Path) -> Exam | None:
    try:
        return Exam.read(path)
    except ExamTomlError:
        return None


def _has_categories(workspace: Workspace) -> bool:
    return any(workspace.category(number).exists() for number in CATEGORIES)


def _past_questions(workspace: Workspace, bank_folder: Path, data_source: str) -> frozenset[str]:
    """Return the questions to avoid: all seen so far; where a category has no others, only the latest."""
    files = [*sorted(workspace.archive.glob("*/exam.toml")), workspace.exam_toml]
    exams = [exam for exam in map(_read_or_none, files) if exam is not None]
    used: set[str] = set()
    for number in CATEGORIES:
        questions = [exam.questions[number] for exam in exams]
        all_seen = set(_drawable(bank_folder, number, data_source)) <= set(questions)
        used.update(questions[-1:] if all_seen else questions)
    return frozenset(used)


def _prepare(workspace: Workspace, exam: Exam, bank_folder: Path) -> None:
    """Build the new exam aside; the last rename makes it the decided one."""
    staging = _staging(workspace)
    unfinished = staging.with_name("draw.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for number, question in exam.questions.items():
        source = bank_folder / f"category{number}" / question
        target = unfinished / f"Category{number}"
        target.mkdir(parents=True)
        for name in COPIED_FILES:
            shutil.copyfile(source / name, target / name)
    write_atomically(unfinished / "archive", _archive_name(workspace))
    write_atomically(unfinished / "exam.toml", exam.to_toml())
    patiently(os.replace, unfinished, staging)


def _archive_name(workspace: Workspace) -> str:
    """Return a folder name below ``archive/`` that is still free; sorted by name, archives are sorted by time."""
    before = _read_or_none(workspace.exam_toml)
    seed = before.seed if before else "unknown"
    return f"{timestamp()}-seed-{seed}"


def _put_into_place(workspace: Workspace) -> Exam:
    """Carry a prepared draw out; each step is one rename, so it can stop and start again between any two."""
    staging = _staging(workspace)
    archive = workspace.archive / read(staging / "archive").decode()
    if (staging / "exam.toml").exists():  # it is placed last: until then the state is still the old exam's
        for name in EXAM_STATE:
            _move(workspace.state / name, archive / name)
    for name in (*(f"Category{number}" for number in CATEGORIES), "exam.toml"):
        if (staging / name).exists():
            _move(workspace.root / name, archive / name)
            _move(staging / name, workspace.root / name)
    patiently(shutil.rmtree, staging)
    return Exam.read(workspace.exam_toml)


def _move(source: Path, target: Path) -> None:
    """Rename ``source``, when it exists, to ``target``, which must be free."""
    if not source.exists():
        return
    if target.exists():
        raise FileExistsError(17, "already exists", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    patiently(os.rename, source, target)


def main(root: Path | None = None) -> int:
    """Finish an interrupted draw, or draw the first exam, into ``root``; leave an exam that is there alone."""
    workspace = Workspace(root) if root else Workspace.find()
    if not is_unfinished(workspace):
        return 0
    try:
        draw(workspace)
    except DrawError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

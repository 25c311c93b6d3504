"""The commands. Each one reads the workspace, calls one room of the engine, and shows what came back.

Exit status: 0 done, 1 something was not gradable (or below ``--require``), 2 wrong usage, 3 the environment is not
ready or the grader failed. Heavy imports stay inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exam import __version__, ready
from exam.workspace import CATEGORIES, DATA_SOURCES, Exam, ExamTomlError, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exam.grading.result import Result
    from exam.session import Session

CATEGORY = click.IntRange(1, 5)
NOT_GRADABLE, NOT_READY = 1, 3
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


class Failure(click.ClickException):
    """One sentence on stderr and exit status 3."""

    exit_code = NOT_READY

    def show(self, file: Any = None) -> None:
        """Print the sentence alone: click's "Error:" would suggest a wrong command."""
        click.echo(self.message, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="exam")
def cli() -> None:
    """Rehearse the TensorFlow exam: draw questions, check and grade your models."""


@cli.command()
@as_json
@click.option("--marker/--no-marker", default=True, help="Write the ready marker afterwards (the default).")
def verify(as_json: bool, marker: bool) -> None:
    """Prove the environment by training a tiny model."""
    from exam import environment

    workspace = Workspace.find()
    with _proving(workspace, as_json) as progress:
        found = environment.verify(progress)
    if marker:
        ready.write(workspace)
    gpus = f", {found.gpus} GPU" if found.gpus else ""
    _print(
        as_json,
        found.to_dict(),
        f"Environment verified in {found.seconds:g} s: Python {found.python}, TensorFlow {found.tensorflow}, "
        f"Keras {found.keras}{gpus}.\nA model was trained, saved as .h5 and loaded again by a new process: its "
        f"predictions differ by {found.difference:.0e}.",
    )


@cli.command()
@as_json
def benchmark(as_json: bool) -> None:
    """Measure whether this machine trains quickly enough."""
    from exam import environment

    with _proving(Workspace.find(), as_json) as progress:
        found = environment.benchmark(progress)
    verdicts = {
        "quick": "This machine is quick enough for the exam.",
        "enough": "This machine is just quick enough; keep models small.",
        "slow": "This machine is slow for the exam; close other programs and keep models small.",
    }
    _print(
        as_json,
        found.to_dict(),
        f"One epoch of a small network on 60,000 images of 28 x 28 takes {found.seconds_per_epoch:g} s; "
        f"five take {found.minutes:g} minutes (5 is good, 10 the limit).\n{verdicts[found.verdict]}",
    )


@cli.command()
@click.option("--again", is_flag=True, help="Replace training data that is already there.")
def data(again: bool) -> None:
    """Make the training data of all categories."""
    workspace = Workspace.find()
    _make_data(workspace, _exam(workspace), again)


@cli.command()
@click.argument("category", type=CATEGORY)
@as_json
def check(category: int, as_json: bool) -> None:
    """Inspect the model of CATEGORY without running it."""
    from exam import bank
    from exam.grading.inspect import inspect

    workspace = Workspace.find()
    drawn = _exam(workspace).questions
    seen = inspect(workspace.model(category), bank.load(drawn[category]), drawn=drawn)
    if as_json:
        click.echo(json.dumps(seen.to_dict()))
    else:
        from exam.report import terminal

        terminal.console().print(terminal.inspection_view(seen))
    sys.exit(NOT_GRADABLE if seen.finding else 0)


@cli.command()
@click.argument("categories", type=CATEGORY, nargs=-1, metavar="[CATEGORY]...")
@click.option("--all", "all_categories", is_flag=True, help="Grade all five categories.")
@click.option("--require", type=click.IntRange(0, 5), metavar="POINTS", help="Exit with 1 if a category has fewer.")
@click.option("--all-findings", is_flag=True, help="Show every finding, not only the three that explain most.")
@as_json
def grade(
    categories: tuple[int, ...], all_categories: bool, require: int | None, all_findings: bool, as_json: bool
) -> None:
    """Submit and test the models of one or more CATEGORIES."""
    if bool(categories) == all_categories:
        raise click.UsageError("Say which category to grade, for example: grade 1; or all of them: grade --all")
    from exam.grading import forks

    workspace = Workspace.find()
    chosen = CATEGORIES if all_categories else sorted(set(categories))
    forks.start_early(workspace, chosen)
    exam = _exam(workspace)
    _warn_unless_ready(workspace)
    results = _grade(workspace, exam, chosen, as_json)
    if as_json:
        click.echo(json.dumps([result.to_dict() for result in results]))
    else:
        from exam.report import terminal

        console = terminal.console()
        most = None if all_findings else terminal.MOST_FINDINGS
        console.print(terminal.results_view(results, console.encoding, most))
    sys.exit(_exit_status(results, require))


@cli.command()
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Draw the exam of this number.")
@click.option("--category", type=CATEGORY, help="With --question: the category to choose a question for.")
@click.option("--question", help="With --category: the question to practise.")
@click.option(
    "--data-source", type=click.Choice(DATA_SOURCES), help="public: data sets from the network, where there are any."
)
def draw(seed: int | None, category: int | None, question: str | None, data_source: str | None) -> None:
    """Draw a new exam; the old one goes to archive/."""
    from exam import draw as drawing

    if (category is None) != (question is None):
        raise click.UsageError("--category and --question belong together.")
    workspace = Workspace.find()
    only = {category: question} if category is not None and question is not None else None
    try:
        exam = drawing.draw(workspace, seed, only, data_source)
    except drawing.DrawError as error:
        raise click.UsageError(str(error)) from error
    _show_exam(workspace, exam)
    _make_data(workspace, exam, again=False)


@cli.command("bank")
@click.option("--category", type=CATEGORY, help="Only the questions of this category.")
@as_json
def list_bank(category: int | None, as_json: bool) -> None:
    """List the questions there are, and how you did."""
    from exam import catalogue

    entries = catalogue.entries(Workspace.find(), (category,) if category else CATEGORIES)
    if as_json:
        click.echo(json.dumps([entry.to_dict() for entry in entries]))
    else:
        from exam.report import terminal

        console = terminal.console()
        console.print(terminal.bank_view(entries, console.encoding))


@cli.command()
@click.option("--no-open", is_flag=True, help="Write the page only.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def report(no_open: bool, output: Path | None) -> None:
    """Write your exam as one HTML page, and open it."""
    from exam.report import page

    workspace = Workspace.find()
    exam = _exam(workspace)
    try:
        path = page.write(workspace, exam, _clock(workspace), output)
    except OSError as error:
        raise Failure(f"The report cannot be written: {error}. Another place: report --output FILE") from error
    click.echo(f"Report: {path}")
    if not no_open:
        page.show(path)


def _exam(workspace: Workspace) -> Exam:
    """Return the drawn exam whose questions the bank has, or fail with the command to type."""
    from exam import bank

    try:
        exam = Exam.read(workspace.exam_toml)
    except ExamTomlError as error:
        raise Failure(str(error)) from error
    missing = sorted(set(exam.questions.values()) - set(bank.find()))
    if missing:
        raise Failure(f"The bank has no question {missing[0]!r}, which exam.toml names. Run: python -m exam draw")
    return exam


def _clock(workspace: Workspace) -> Session | None:
    """Return the exam's clock, None for practice, or fail with the command to type."""
    from exam import session

    try:
        return session.look(workspace)
    except session.SessionError as error:
        raise Failure(str(error)) from error


def _warn_unless_ready(workspace: Workspace) -> None:
    """Say that the environment was never proven; grading goes on, since it may well work."""
    problem = ready.problem(workspace)
    if problem:
        click.echo(f"Note: {problem}", err=True)


def _grade(workspace: Workspace, exam: Exam, categories: Sequence[int], quiet: bool) -> list[Result]:
    """Grade, and keep every attempt before it is shown."""
    from exam import attempts
    from exam.bank.public import DataUnavailable
    from exam.grading.grade import grade as grade_models

    clock = _clock(workspace)  # at the moment of submission: a grading that is under way when time runs out counts
    with _status(quiet) as progress:
        try:
            results = grade_models(workspace, exam, categories, progress)
        except DataUnavailable as error:
            raise Failure(str(error)) from error
    attempts.record(workspace, results, clock)
    return results


def _exit_status(results: Sequence[Result], require: int | None) -> int:
    if any(result.status == "grader fault" for result in results):
        return NOT_READY
    if any(result.status == "not gradable" for result in results):
        return NOT_GRADABLE
    return NOT_GRADABLE if require is not None and any((r.points or 0) < require for r in results) else 0


def _make_data(workspace: Workspace, exam: Exam, again: bool) -> None:
    """Make what is missing, one line a category."""
    import time

    from exam import bank
    from exam.bank import public, training

    for category, question in sorted(exam.questions.items()):
        started = time.monotonic()
        try:
            if public.downloads(bank.find()[question]):
                _download(bank.find()[question])
            with _status(quiet=False) as progress:
                progress(f"Making the data of category {category}")
                made = training.make(workspace.category(category), question, exam.seed, again)
        except public.DataUnavailable as error:
            raise Failure(str(error)) from error
        done = f"made in {time.monotonic() - started:.1f} s" if made else "already there"
        click.echo(f"Category{category}/data  {question}: {done}")


def _download(question: Path) -> None:
    """Download what a question on public data needs, with progress bars while stderr is a terminal."""
    from exam.bank import public

    if not sys.stderr.isatty():
        public.fetch(question)
        return
    from exam.report import terminal

    with terminal.download_bars() as progress:
        public.fetch(question, progress)


def _show_exam(workspace: Workspace, exam: Exam) -> None:
    """Say what was drawn, and where the exam before lies."""
    from exam import catalogue
    from exam.report import terminal

    click.echo(f"Exam {exam.seed}:")
    terminal.console().print(terminal.exam_view(catalogue.entries(workspace)))
    archives = sorted(path.name for path in workspace.archive.glob("*/"))
    if archives:
        click.echo(f"The exam before, with its answers, models and attempts, is in archive/{archives[-1]}.")


def _print(as_json: bool, data: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(data) if as_json else text)


@contextmanager
def _status(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show what is being done on stderr while it is a terminal; nothing otherwise."""
    if quiet or not sys.stderr.isatty():
        yield lambda text: None
        return
    from exam.report import terminal

    with terminal.console(stderr=True).status("Reading the workspace ...") as status:
        yield lambda text: status.update(f"{text} ...")


@contextmanager
def _proving(workspace: Workspace, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Run TensorFlow in this process: its notes go to a log, a problem of the environment is one sentence."""
    from exam.environment import EnvironmentProblem

    with _native_output_to_log(workspace), _status(quiet) as progress:
        try:
            yield progress
        except EnvironmentProblem as problem:
            raise Failure(f"{problem} Repair the environment: python bootstrap.py") from problem


@contextmanager
def _native_output_to_log(workspace: Workspace) -> Iterator[None]:
    """Send to a log what TensorFlow's native code writes to stderr: shown, its notes look like faults."""
    import os

    from exam.grading.worker import redirect_stderr

    workspace.log.mkdir(parents=True, exist_ok=True)
    before, terminal = sys.stderr, os.dup(2)
    redirect_stderr(str(workspace.log / "tensorflow.log"))
    # Python's own messages and the spinner still go to the terminal; the logging of TensorFlow may keep this stream.
    sys.stderr = os.fdopen(terminal, "w", encoding=before.encoding, errors="replace", buffering=1, closefd=False)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        sys.stderr = before


def main() -> int:
    """Run the commands and return the exit status; an unforeseen error of ours ends in a sentence and 3."""
    try:
        cli.main(prog_name="python -m exam")
    except SystemExit as done:
        return int(done.code or 0)
    except Exception:
        return _unforeseen(Workspace.find())
    return 0


def _unforeseen(workspace: Workspace) -> int:
    """Keep the traceback for us, show the learner one sentence; works in a damaged workspace too."""
    import tempfile
    import traceback

    for folder in (workspace.log, Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / "faults.log").open("a", encoding="utf-8") as file:
                traceback.print_exc(file=file)
            break
        except OSError:
            continue
    click.echo(f"The exam program failed, not your work; nothing was scored. Details are in {folder}.", err=True)
    return NOT_READY

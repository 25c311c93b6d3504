"""The commands. Each one reads the workspace, calls one room of the engine, and shows what came back.

Exit status: 0 done, 1 something was not gradable (or below ``--require``), 2 wrong usage, 3 the environment is not
ready or the grader failed. Heavy imports stay inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exam import __version__
from exam.machine import logs
from exam.records import ready_marker
from exam.workspace import CATEGORIES, DATA_SOURCES, Exam, ExamTomlError, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exam.grading.fresh import Luck
    from exam.records.standing import Standing
    from exam.result import Result

CATEGORY = click.IntRange(1, 5)
NOT_GRADABLE, NOT_READY = 1, 3
OUTPUT = 1
"""This is the system's number for standard output."""
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""These signals end a program politely: at shutdown, when the terminal is closed, or when somebody stops it."""
NO_WALL = (
    "\nOn this system, the processes that read and run model files are not sandboxed. That is fine for your own "
    "files; grade files from other people on Linux 5.13 or later."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
keep_models_option = click.option(
    "--keep-models", is_flag=True, help="Keep a copy of each graded file in .exam/models."
)


class Failure(click.ClickException):
    """One sentence on stderr and exit status 3."""

    exit_code = NOT_READY

    def show(self, file: Any = None) -> None:
        """Print the sentence alone: click's "Error:" would suggest a wrong command."""
        _say(self.message, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="exam")
def cli() -> None:
    """Rehearse the TensorFlow exam: draw questions, check and grade your models."""


@cli.command()
@as_json
@click.option("--marker/--no-marker", default=True, help="Record that the workspace is ready (the default).")
def verify(as_json: bool, marker: bool) -> None:
    """Check the environment by training a tiny model."""
    from exam import environment

    workspace = Workspace.find()
    with _proving(as_json) as progress:
        verification = environment.verify(workspace, progress)
    if marker:
        ready_marker.write(workspace)
    gpus = f", {verification.gpus} GPU{'s' * (verification.gpus > 1)}" if verification.gpus else ""
    _print(
        as_json,
        verification.to_dict(),
        f"Environment verified in {verification.seconds:g} s: Python {verification.python}, "
        f"TensorFlow {verification.tensorflow}, Keras {verification.keras}{gpus}.\n"
        "A model was trained, saved as .h5 and sent through the grader: its "
        f"predictions differ by at most {verification.difference:.0e}.{'' if verification.is_walled else NO_WALL}",
    )


@cli.command()
@as_json
def benchmark(as_json: bool) -> None:
    """Measure whether this machine trains fast enough."""
    from exam import environment

    with _proving(as_json) as progress:
        timing = environment.benchmark(Workspace.find(), progress)
    verdicts = {
        "quick": "This machine is fast enough for the exam.",
        "enough": "This machine is just fast enough; keep your models small.",
        "slow": "This machine is too slow for the exam; close other programs and keep your models small.",
    }
    _print(
        as_json,
        timing.to_dict(),
        f"One epoch of a small network on 60,000 images of 28 x 28 takes {timing.seconds_per_epoch:g} s; five epochs "
        f"take about {timing.minutes:g} {'minute' if timing.minutes == 1 else 'minutes'} (under 5 is good, over 10 too "
        f"slow).\n"
        f"{verdicts[timing.verdict]}",
    )


@cli.command()
@click.option("--again", is_flag=True, help="Replace training data that is already there.")
def data(again: bool) -> None:
    """Make the training data for all categories."""
    workspace = Workspace.find()
    _make_data(workspace, _exam(workspace), again)


@cli.command()
@click.argument("category", type=CATEGORY)
@as_json
def check(category: int, as_json: bool) -> None:
    """Inspect the model of CATEGORY without running it."""
    from exam import bank
    from exam.grading import scratch
    from exam.modelfile import sandbox
    from exam.screens import terminal

    workspace = Workspace.find()
    questions = _exam(workspace).questions
    with scratch.folder(workspace) as folder:
        question = bank.load(questions[category])
        inspection = sandbox.inspect(workspace.model(category), question, drawn=questions, scratch=folder)
    if as_json:
        click.echo(json.dumps(inspection.to_dict()))
    else:
        terminal.console().print(terminal.inspection_view(inspection))
    sys.exit(NOT_GRADABLE if inspection.finding else 0)


@cli.command()
@click.argument("categories", type=CATEGORY, nargs=-1, metavar="[CATEGORY]...")
@click.option("--all", "all_categories", is_flag=True, help="Grade all five categories.")
@click.option("--require", type=click.IntRange(0, 5), metavar="POINTS", help="Exit with status 1 if a score is lower.")
@click.option("--all-findings", is_flag=True, help="Show every finding, not just the top three.")
@click.option("--fresh", is_flag=True, help="Also score on fresh hidden data, to see how much is luck.")
@keep_models_option
@as_json
def grade(
    categories: tuple[int, ...],
    all_categories: bool,
    require: int | None,
    all_findings: bool,
    fresh: bool,
    keep_models: bool,
    as_json: bool,
) -> None:
    """Grade the models of one or more categories."""
    if bool(categories) == all_categories:
        raise click.UsageError("Name a category to grade, for example: grade 1. To grade all of them: grade --all")
    from exam.grading import early_start

    workspace = Workspace.find()
    chosen = CATEGORIES if all_categories else sorted(set(categories))
    early_start.start(workspace, chosen)
    exam = _exam(workspace)
    _warn_unless_ready(workspace)
    results = _grade(workspace, exam, chosen, as_json)
    if keep_models:
        _keep_models(workspace, results)
    if as_json:
        lucks = _fresh(workspace, exam, results, as_json) if fresh else None
        click.echo(json.dumps(_with_luck(results, lucks)))
    else:
        from exam.screens import terminal

        console = terminal.console()
        most = None if all_findings else terminal.MOST_FINDINGS
        tuned = None if fresh else _tuned(workspace, exam)
        console.print(terminal.results_view(results, console.encoding, most, tuned))
        _show_clock(workspace)
        if fresh:
            _show_fresh(workspace, exam, results)
    sys.exit(_exit_status(results, require))


@cli.command()
@as_json
def start(as_json: bool) -> None:
    """Start the clock of this exam."""
    from exam.records import exam_clock

    workspace = Workspace.find()
    exam = _exam(workspace)
    _warn_unless_ready(workspace)
    with _clock_problems():
        exam_clock.start(workspace, exam.hours)
    _show_standing(workspace, exam, as_json)


@cli.command()
@as_json
def status(as_json: bool) -> None:
    """Show time left, scores, points, and what to do next."""
    workspace = Workspace.find()
    _show_standing(workspace, _exam(workspace), as_json)


@cli.command("watch")
@keep_models_option
def grade_when_saved(keep_models: bool) -> None:
    """Grade a category whenever its mymodel.h5 is saved."""
    from exam import watch
    from exam.bank.public import DataUnavailable
    from exam.records.exam_clock import SessionError
    from exam.screens.watch import watch_screen

    workspace = Workspace.find()
    exam = _exam(workspace)
    _warn_unless_ready(workspace)
    try:
        with watch_screen(exam.seed) as screen:
            watch.watch(workspace, exam, screen, keep_models)
    except KeyboardInterrupt:
        _say("Stopped watching. All results are kept. To see them: python -m exam status")
        return
    except (DataUnavailable, SessionError) as error:
        raise Failure(str(error)) from error
    _say("Another exam was drawn. To watch it: python -m exam watch")


@cli.command()
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_json
def finish(yes: bool, as_json: bool) -> None:
    """End this exam; what was graded counts."""
    from exam.records import exam_clock, standing

    workspace = Workspace.find()
    exam = _exam(workspace)
    with _clock_problems():
        now = standing.read(workspace, exam)
    if now.session is not None and not now.is_over and not yes:
        _confirm_the_end(now)
    with _clock_problems():
        exam_clock.finish(workspace)
    _show_standing(workspace, exam, as_json)


@cli.command("history")
@click.option("--category", type=CATEGORY, help="Show the latest attempts at this category, exam by exam.")
@click.option("--every", is_flag=True, help="With --category: show all attempts.")
@as_json
def show_history(category: int | None, every: bool, as_json: bool) -> None:
    """Show all exams, or the attempts at one category."""
    from exam.records import history

    if every and category is None:
        raise click.UsageError("--every needs a category, for example: history --category 1 --every")
    workspace = Workspace.find()
    exams = history.exams(workspace)
    if as_json:
        sys.stdout.writelines(history.to_json(workspace, exams, (category,) if category else CATEGORIES))
        return
    if not exams:
        raise Failure("There is no exam yet. Draw one: python -m exam draw")
    from exam.screens import terminal
    from exam.screens.history import every_attempt_views, history_view, last_attempts_view

    console = terminal.console()
    if category is None:
        console.print(history_view(exams, console.encoding))
        return
    hashes = history.kept_hashes(workspace)
    if not every:
        console.print(last_attempts_view(exams, category, hashes, console.encoding))
        return
    for piece in every_attempt_views(exams, category, hashes, console.encoding):
        console.print(piece)


@cli.command("draw")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Draw the exam with this seed.")
@click.option("--category", type=CATEGORY, help="With --question: the category of the question.")
@click.option("--question", help="With --category: the question to practise.")
@click.option(
    "--data-source", type=click.Choice(DATA_SOURCES), help="public: data sets from the network, where there are any."
)
def draw_exam(seed: int | None, category: int | None, question: str | None, data_source: str | None) -> None:
    """Draw a new exam; the old one moves to archive/."""
    from exam import draw

    if (category is None) != (question is None):
        raise click.UsageError("Use --category and --question together.")
    workspace = Workspace.find()
    _refuse_while_the_clock_runs(workspace)
    only = {category: question} if category is not None and question is not None else None
    try:
        exam = draw.draw(workspace, seed, only, data_source)
    except draw.DrawRefused as error:
        raise Failure(str(error)) from error
    except draw.DrawError as error:
        raise click.UsageError(str(error)) from error
    _show_exam(workspace, exam)
    _make_data(workspace, exam, again=False)


@cli.command("bank")
@click.option("--category", type=CATEGORY, help="Show only the questions of this category.")
@as_json
def list_bank(category: int | None, as_json: bool) -> None:
    """List all questions, and your results."""
    from exam.records import progress

    entries = progress.entries(Workspace.find(), (category,) if category else CATEGORIES)
    if as_json:
        click.echo(json.dumps([entry.to_dict() for entry in entries]))
    else:
        from exam.screens import terminal

        console = terminal.console()
        console.print(terminal.bank_view(entries, console.encoding))


@cli.command()
@click.option("--no-open", is_flag=True, help="Write the page, but do not open it.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def report(no_open: bool, output: Path | None) -> None:
    """Write your exam as one HTML page, and open it."""
    from exam.records import exam_clock
    from exam.report import page

    workspace = Workspace.find()
    exam = _exam(workspace)
    with _clock_problems():
        clock = exam_clock.look(workspace)
    try:
        path = page.write(workspace, exam, clock, output, lambda note: _say(f"Note: {note}", err=True))
    except page.NotWritten as error:
        raise Failure(str(error)) from error
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
    problem = bank.problem(exam.questions)
    if problem:
        raise Failure(problem)
    return exam


def _refuse_while_the_clock_runs(workspace: Workspace) -> None:
    """An exam under its clock is ended on purpose, never by drawing the next one."""
    from exam.records import exam_clock

    try:
        clock = exam_clock.look(workspace)
    except exam_clock.SessionError:  # a damaged clock goes to the archive with its exam
        return
    if clock is not None and clock.state == "running":
        raise click.UsageError("This exam's clock is still running. End the exam first: python -m exam finish")


@contextmanager
def _clock_problems() -> Iterator[None]:
    """Turn what the clock cannot do into one sentence."""
    from exam.records.exam_clock import SessionError

    try:
        yield
    except SessionError as error:
        raise Failure(str(error)) from error


def _show_standing(workspace: Workspace, exam: Exam, as_json: bool) -> None:
    """Show where the exam stands now."""
    from exam.records import standing

    with _clock_problems():
        now = standing.read(workspace, exam)
    if as_json:
        click.echo(json.dumps({"exam": exam.seed, **now.to_dict()}))
        return
    from exam.screens import status, terminal

    console = terminal.console()
    console.print(status.status_view(now, exam.seed, console.encoding))


def _show_clock(workspace: Workspace) -> None:
    """Show what is left of the exam's time, or that this was practice after it; nothing where there is no clock."""
    from exam.records import exam_clock
    from exam.screens import status, terminal

    with _clock_problems():
        clock = exam_clock.look(workspace)
    if clock is not None:
        terminal.console().print(status.clock_line(clock))


def _confirm_the_end(now: Standing) -> None:
    """Ask; anything but yes ends the command and not the exam."""
    waiting = [category.category for category in now.categories if category.is_ungraded]
    if waiting:
        _say(f"Category {waiting[0]} has a model that is not graded yet; it would not count.")
    try:
        if click.confirm(_wrapped("End the exam now? What was graded counts, and you cannot add anything later.")):
            return
    except click.Abort:
        click.echo()
    _say("The exam is still running. To skip this prompt: python -m exam finish --yes")
    sys.exit(NOT_GRADABLE)


def _warn_unless_ready(workspace: Workspace) -> None:
    """Say that the environment was never proven; grading goes on, since it may well work."""
    problem = ready_marker.problem(workspace)
    if problem:
        _say(f"Note: {problem}", err=True)


def _grade(workspace: Workspace, exam: Exam, categories: Sequence[int], quiet: bool) -> list[Result]:
    """Grade, and keep every attempt before it is shown."""
    from exam.bank.public import DataUnavailable
    from exam.records.exam_clock import SessionError
    from exam.submission import submit

    with _status(quiet) as progress:
        try:
            return submit(workspace, exam, categories, progress)
        except (DataUnavailable, SessionError) as error:
            raise Failure(str(error)) from error


def _keep_models(workspace: Workspace, results: Sequence[Result]) -> None:
    """Keep the graded files; what cannot be kept costs a sentence and no score."""
    from exam.records import kept_models

    for problem in kept_models.keep(workspace, results):
        _say(f"Note: {problem}", err=True)


def _fresh(workspace: Workspace, exam: Exam, results: Sequence[Result], quiet: bool) -> list[Luck]:
    """Score the graded models on fresh hidden data; no attempt is recorded."""
    from exam.bank.public import DataUnavailable
    from exam.grading.fresh import examine

    with _status(quiet) as progress:
        try:
            return examine(workspace, exam, results, progress)
        except DataUnavailable as error:
            raise Failure(str(error)) from error


def _show_fresh(workspace: Workspace, exam: Exam, results: Sequence[Result]) -> None:
    """Score on fresh hidden data while the learner reads the ordinary results, and show it below them."""
    from exam.screens import terminal
    from exam.screens.fresh import fresh_view

    if len(results) == len(CATEGORIES):
        click.echo()  # below the sum
    console = terminal.console()
    console.print(fresh_view(_fresh(workspace, exam, results, quiet=False), console.encoding))


def _with_luck(results: Sequence[Result], lucks: Sequence[Luck] | None) -> list[dict[str, Any]]:
    """Return results as JSON data; when fresh data were asked for, each with what came of it or None."""
    if lucks is None:
        return [result.to_dict() for result in results]
    by_category = {luck.category: luck.to_dict() for luck in lucks}
    return [{**result.to_dict(), "fresh": by_category.get(result.category)} for result in results]


def _tuned(workspace: Workspace, exam: Exam) -> dict[int, int]:
    """Return category -> how many models were graded on this exam's hidden data, where these are many."""
    from exam.records import tally

    return tally.read(workspace, workspace.attempts, questions=exam.questions).tuned


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
                progress(f"Making the data for category {category}")
                is_new = training.make(workspace.category(category), question, exam.seed, again)
        except public.DataUnavailable as error:
            raise Failure(str(error)) from error
        outcome = f"made in {time.monotonic() - started:.1f} s" if is_new else "already there"
        _say(f"Category{category}/data  {question}: {outcome}")
        files = [] if is_new else training.changed(workspace.data(category))
        if files:
            _say(
                f"In Category{category}/data, {_some(files)} damaged. To make all training data again and keep the "
                "changed files beside it: python -m exam data --again",
                err=True,
            )


def _some(files: list[str]) -> str:
    """Return the first of some files and how many more there are, with the verb."""
    more = len(files) - 1
    if not more:
        return f"{files[0]!r} was changed or is"
    return f"{files[0]!r} and {more} other file{'s' * (more > 1)} were changed or are"


def _download(question: Path) -> None:
    """Download what a question on public data needs, with progress bars while stderr is a terminal."""
    from exam.bank import public

    if not sys.stderr.isatty():
        public.fetch(question)
        return
    from exam.screens import downloads

    with downloads.bars() as progress:
        public.fetch(question, progress)


def _show_exam(workspace: Workspace, exam: Exam) -> None:
    """Say what was drawn, and where the exam before lies."""
    from exam.records import progress
    from exam.screens import terminal

    click.echo(f"Exam with seed {exam.seed}:")
    terminal.console().print(terminal.exam_view(progress.entries(workspace)))
    archives = sorted(path.name for path in workspace.archive.glob("*/"))
    if archives:
        _say(f"Your previous exam was moved to archive/{archives[-1]}, with its answers, models and attempts.")


def _print(as_json: bool, data: dict[str, Any], text: str) -> None:
    if as_json:
        click.echo(json.dumps(data))
    else:
        _say(text)


def _say(text: str, err: bool = False) -> None:
    """Print sentences: lines that are too long for the screen end between words.

    A note on stderr that cannot be shown stops nothing.
    """
    with suppress(OSError) if err else nullcontext():
        click.echo(_wrapped(text, err), err=err)


def _wrapped(text: str, err: bool = False) -> str:
    from exam.screens import columns

    return columns.wrapped(text, sys.stderr if err else sys.stdout)


@contextmanager
def _status(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show what is being done on stderr while it is a terminal; nothing otherwise."""
    if quiet or not sys.stderr.isatty():
        yield lambda text: None
        return
    from exam.screens import terminal

    with terminal.console(stderr=True).status("Reading the workspace ...") as status:
        yield lambda text: status.update(f"{text} ...")


@contextmanager
def _proving(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show what is being proved; a problem of the environment is one sentence."""
    from exam.environment import EnvironmentProblem

    with _status(quiet) as progress:
        try:
            yield progress
        except EnvironmentProblem as problem:
            raise Failure(str(problem)) from problem


def main() -> int:
    """Run the commands and return the exit status; an unforeseen error of ours ends in a sentence and 3."""
    _end_in_order()
    try:
        cli.main(prog_name="python -m exam")
    except SystemExit as ending:
        return int(ending.code or 0)
    except OSError as error:
        return _output_refused(error) or _refused_by_the_disk(error)
    except ModuleNotFoundError:  # another Python: the caller knows the right one
        raise
    except Exception:
        return _unforeseen(Workspace.find())
    finally:
        _end_undisturbed()
    return 0


def _end_undisturbed() -> None:
    """Answer no request to end any more: the command is done, and what is left is to tidy up and to go."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, *ENDINGS):
            signal.signal(number, signal.SIG_IGN)


def _end_in_order() -> None:
    """Answer a request to end as Ctrl-C is answered: processes are stopped and private copies removed first."""

    def end(number: int, frame: object) -> None:
        for one in ENDINGS:
            signal.signal(one, signal.SIG_IGN)  # once is enough
        sys.exit(128 + number)

    if threading.current_thread() is threading.main_thread():
        for number in ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
                signal.signal(number, end)


def _output_refused(error: OSError) -> int | None:
    """Say that standard output takes nothing, if it was that; what a command has done is on the disk before it shows.

    Python forgets what it could not write, so that only another byte shows whether the output was it.
    """
    from exam.machine import trouble

    if trouble.place_of(error) is not None:
        return None
    try:
        os.write(OUTPUT, b"\n")
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, OUTPUT)  # or Python would complain once more at its end
        os.close(nowhere)
        advice = "What was graded is kept. To see it: python -m exam status"
        _say(f"The output could not be written ({error.strerror or error}). {advice}", err=True)
        return NOT_READY
    return None


def _refused_by_the_disk(error: OSError) -> int:
    """Say which file of the learner's cannot be used, and how to go on; any other error of the system is ours."""
    from exam.machine import trouble

    workspace = Workspace.find()
    sentence = trouble.sentence(error, workspace.root, trouble.typed(sys.argv[1:]))
    if sentence is None:
        return _unforeseen(workspace)
    _say(sentence, err=True)
    return NOT_READY


def _unforeseen(workspace: Workspace) -> int:
    """Keep the traceback for us, show the learner one sentence; works in a damaged workspace too."""
    import tempfile
    import traceback

    for folder in (workspace.log, Path(tempfile.gettempdir())):
        logs.write(folder / "faults.log", "exam " + " ".join(sys.argv[1:]), traceback.format_exc())
        if (folder / "faults.log").exists():
            break
    advice = "What was graded before is kept. To see it: python -m exam status"
    _say(f"The exam program failed, not your work. {advice}\nDetails are in {folder}.", err=True)
    return NOT_READY

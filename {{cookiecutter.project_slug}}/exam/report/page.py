"""The report: one HTML page that needs nothing else, no network and no JavaScript. Reads records, runs no model."""

from __future__ import annotations

import math
import os
import re
import sys
import webbrowser
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from exam import __version__, bank
from exam.bank.metrics import METRICS
from exam.bank.question import LEVELS, Question
from exam.bank.skills import SECTIONS
from exam.findings import Finding
from exam.records import history, progress, standing
from exam.records.attempts import Attempt, left_out_note
from exam.records.exam_clock import Session
from exam.records.progress import Entry
from exam.records.standing import CategoryStanding, Standing
from exam.records.tally import RECENT
from exam.report import answers, charts
from exam.report.charts import Label
from exam.report.details import Details, Figure, details
from exam.result import Result
from exam.scoring import PASS_MARK, WEIGHTS, short_of_a_pass
from exam.screens.terminal import CATEGORY_TITLES, duration
from exam.workspace import Exam, Workspace, write_atomically

COMMAND = re.compile(r"python -m exam \w+(?: --[a-z-]+| \d\b| \w+_\w+)*")
MOST_RECENT = 8
MOST_EXAMS = 12
STATES = ("exercised", "waiting", "missing")


@dataclass(frozen=True)
class Explained:
    """A finding and the address of its page, empty when there is none."""

    finding: Finding
    link: str


@dataclass(frozen=True)
class CategoryPart:
    """What the page says of one category.

    Attributes:
        heading: what the category is about.
        question: the drawn question.
        standing: attempts, points and time.
        bands: chart of the metric; None when nothing was measured.
        details: what the model answered; None when that is not known.
        why_no_details: why not, as a sentence or two.
        findings: of the latest attempt.
        starter: address of the file to complete.
        skills: that the question exercises, in words.
    """

    heading: str
    question: Question
    standing: CategoryStanding
    bands: Figure | None
    details: Details | None
    why_no_details: str
    findings: tuple[Explained, ...]
    starter: str
    skills: tuple[str, ...]

    @property
    def number(self) -> int:
        """Return the category, 1 to 5."""
        return self.question.category

    @property
    def result(self) -> Result | None:
        """Return what the latest grading found."""
        return self.standing.latest.result if self.standing.latest else None


@dataclass(frozen=True)
class Skill:
    """One skill of the exam's checklist: ``exercised`` here, ``waiting`` in a category never submitted, ``missing``."""

    text: str
    state: str
    questions: tuple[str, ...]


Tell = Callable[[str], None]


def _to_nobody(note: str) -> None:
    """Keep it to the page."""


class NotWritten(Exception):
    """The page cannot be written where it was wanted; the message is one sentence."""


def write(
    workspace: Workspace, exam: Exam, session: Session | None, output: Path | None = None, tell: Tell = _to_nobody
) -> Path:
    """Write the report and return its path.

    Args:
        workspace: where the attempts are.
        exam: the present exam.
        session: its clock, None for practice.
        output: the file; by default one named after the time, in ``.exam/reports``.
        tell: called with what people should know besides, as a sentence.

    Raises:
        NotWritten: the file cannot be written.
    """
    now = datetime.now(UTC)
    path = (output or workspace.state / "reports" / f"{now:%Y-%m-%d_%H%M%S}.html").absolute()
    text = render(workspace, exam, session, path.parent, now, tell)
    try:
        write_atomically(path, text)
    except OSError as error:
        raise NotWritten(
            f"The report cannot be written: {error}. To write it elsewhere: python -m exam report --output FILE"
        ) from error
    return path


def show(path: Path) -> None:
    """Open a page in the browser where there is one; a browser of the terminal's would take the terminal over."""
    if sys.platform in ("win32", "darwin") or {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & set(os.environ):
        with suppress(webbrowser.Error, OSError):
            webbrowser.open(path.as_uri())


def render(
    workspace: Workspace, exam: Exam, session: Session | None, folder: Path, now: datetime, tell: Tell = _to_nobody
) -> str:
    """Return the page.

    Args:
        workspace: where the attempts are.
        exam: the present exam.
        session: its clock, None for practice.
        folder: where the page will lie; its links start there.
        now: when it is written.
        tell: called with what people should know besides, as a sentence.
    """
    questions = {category: bank.load(name) for category, name in exam.questions.items()}
    totals = standing.count(workspace, exam)
    stands = standing.of(workspace, exam, session, totals)
    past = history.exams(workspace)
    entries = progress.entries(workspace, exams=[other.tally for other in past])
    parts = [_part(workspace, questions[entry.category], entry, folder) for entry in stands.categories]
    environment = _environment()
    return environment.get_template("page.html.j2").render(
        exam=exam,
        session=session,
        standing=stands,
        parts=parts,
        verdict=_verdict(stands),
        clock=_clock(session),
        uncounted=totals.submitted.count - sum(entry.attempts for entry in stands.categories),
        left_out=_left_out(past, tell),
        timeline=_timeline(stands),
        times=_times(stands),
        progress=_progress(history.progress(past)),
        tuned=totals.tuned,
        recent=[line.attempt() for line in reversed(totals.latest)][:MOST_RECENT],
        skills=_skills(stands, questions, entries),
        untried=_untried(entries),
        entries=entries,
        exams=math.prod(Counter(entry.question.category for entry in entries if not entry.is_public).values()),
        suggestion=_suggestion(stands, entries),
        now=now,
        version=__version__,
        weights=WEIGHTS,
        pass_mark=PASS_MARK,
        category_titles=CATEGORY_TITLES,
        levels=LEVELS,
    )


def _left_out(past: Sequence[history.PastExam], tell: Tell) -> str | None:
    """Return the note on attempts that cannot be read, which is told too; None where there are none."""
    note = left_out_note(exam.tally.left_out for exam in past)
    if note:
        tell(note)
    return note


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(duration=duration, commands=_with_commands, counted=_count, breakable=_breakable)
    return environment


def _with_commands(text: str) -> Markup:
    """Return ``text`` with its commands marked as such."""
    return Markup(COMMAND.sub(lambda match: f"<code>{match.group()}</code>", str(escape(text))))


def _breakable(text: str) -> Markup:
    """Return a name that may be broken after its underscores."""
    return escape(text).replace("_", Markup("_<wbr>"))


def _count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _verdict(stands: Standing) -> str:
    if not any(category.attempts for category in stands.categories):
        return "Nothing has been graded yet"
    if stands.passed:
        return "Passed" if stands.is_over else "Enough to pass"
    return f"{short_of_a_pass(stands.total)} of a pass ({PASS_MARK})"


def _clock(session: Session | None) -> str:
    if session is None:
        return "Practice, without a clock"
    whole = duration(session.hours * 3600)
    return {
        "running": f"The clock is running: {duration(session.left)} left of {whole}",
        "expired": f"A timed exam: all of the {whole} were used",
        "finished": f"A timed exam: finished after {duration(session.elapsed)} of {whole}",
    }[session.state]


def _part(workspace: Workspace, question: Question, entry: CategoryStanding, folder: Path) -> CategoryPart:
    content, reason = None, ""
    if entry.latest is not None:
        try:
            sheet = answers.read(workspace, question, entry.latest.result)
            content = details(sheet, f"category{entry.category}")
        except answers.NoAnswers as error:
            reason = str(error)
    return CategoryPart(
        heading=CATEGORY_TITLES[entry.category],
        question=question,
        standing=entry,
        bands=_bands(question, entry.latest),
        details=content,
        why_no_details=reason,
        findings=_explanations(workspace, entry.latest, folder),
        starter=_link(workspace.starter(entry.category), folder),
        skills=tuple(skill for skills in SECTIONS.values() for key, skill in skills.items() if key in question.skills),
    )


def _bands(question: Question, latest: Attempt | None) -> Figure | None:
    """Return the chart of the metric against baseline and bands; None when nothing was measured."""
    if latest is None or latest.result.baseline is None or latest.result.question != question.id:
        return None
    result = latest.result
    value = "not a number" if result.value is None else f"{result.value:g}"
    direction = METRICS[question.metric].better_way
    limits = ", ".join(f"{band:g}" for band in question.bands)
    text = f"{value}; baseline {result.baseline:g}. 1 to 5 points need {limits}; {direction} is better."
    label = Label(f"category{question.category}-bands", f"{result.metric} of category {question.category}", text)
    svg = charts.bands_chart(label, question, result.baseline or 0.0, result.value)
    return Figure(svg, result.metric, f"Baseline: {question.baseline}.")


def _explanations(workspace: Workspace, latest: Attempt | None, folder: Path) -> tuple[Explained, ...]:
    findings = latest.result.findings if latest else ()
    pages = [workspace.root / finding.page for finding in findings]
    return tuple(
        Explained(finding, _link(page, folder) if page.is_file() else "")
        for finding, page in zip(findings, pages, strict=True)
    )


def _link(target: Path, folder: Path) -> str:
    """Return the address of a file of the workspace as seen from the page."""
    try:
        return quote(Path(os.path.relpath(target, folder)).as_posix())
    except ValueError:  # another drive of Windows
        return target.absolute().as_uri()


def _timeline(stands: Standing) -> Figure | None:
    """Return the chart of all attempts; None without any."""
    session = stands.session
    marks_by_category: dict[int, list[tuple[datetime | float, int]]] = {
        entry.category: [(_moment(attempt, session), attempt.result.points or 0) for attempt in entry.course.recent]
        for entry in stands.categories
        if entry.attempts
    }
    if not marks_by_category:
        return None
    texts = {category: ", ".join(str(points) for _, points in marks) for category, marks in marks_by_category.items()}
    text = " ".join(f"Category {category}: {points} points." for category, points in texts.items())
    label = Label("attempts", "Points of each attempt over time", text)
    svg = charts.attempts_chart(label, marks_by_category, session.hours if session else None)
    is_cut = any(entry.attempts > RECENT for entry in stands.categories)
    some = f", at most the last {RECENT} of each category" if is_cut else ""
    return Figure(svg, "Attempts over time", f"Each mark is one grading{some}. For each category, the last one counts.")


def _progress(points: Sequence[history.Point]) -> Figure | None:
    """Return the chart of the latest exams of this workspace; None for the first."""
    if len(points) < 2:
        return None
    points = points[-MOST_EXAMS:]
    text = ", ".join(f"{point.total:g}" for point in points)
    label = Label("progress", "Points of each exam in this workspace", f"{text} of 100, the oldest exam first.")
    svg = charts.progress_chart(label, [(point.number, point.total, point.passed) for point in points], PASS_MARK)
    return Figure(svg, "Your exams so far", f"Points, of 100, of each exam with an attempt. A pass needs {PASS_MARK}.")


def _moment(attempt: Attempt, session: Session | None) -> datetime | float:
    """Return seconds of the exam's clock, or the date in practice: in local time, which it does not say."""
    if session is None or attempt.elapsed is None:
        return attempt.graded_at.astimezone().replace(tzinfo=None)
    return attempt.elapsed


def _times(stands: Standing) -> list[tuple[str, float, float]]:
    """Return label, seconds and share of the longest, for each category and for what no submission followed."""
    if stands.session is None:
        return []
    times = [(f"Category {entry.category}", entry.seconds or 0.0) for entry in stands.categories]
    rest = stands.session.elapsed - sum(seconds for _, seconds in times)
    times.append(("Afterwards", max(0.0, rest)))
    longest = max(seconds for _, seconds in times) or 1.0
    return [(name, seconds, seconds / longest) for name, seconds in times]


def _skills(stands: Standing, questions: dict[int, Question], entries: Sequence[Entry]) -> dict[str, list[Skill]]:
    """Return section -> its skills, each with the questions that would exercise it when none of the exam's did."""
    submitted = {entry.category for entry in stands.categories if entry.attempts}
    here = {key for category in submitted for key in questions[category].skills}
    drawn = {key for question in questions.values() for key in question.skills}

    def skill(key: str, text: str) -> Skill:
        state = STATES[0] if key in here else STATES[1] if key in drawn else STATES[2]
        others = tuple(entry.question.id for entry in entries if key in entry.question.skills)
        return Skill(text, state, others if state == STATES[2] else ())

    return {section: [skill(key, text) for key, text in skills.items()] for section, skills in SECTIONS.items()}


def _untried(entries: Sequence[Entry]) -> dict[int, list[Entry]]:
    """Return category -> the questions that no model was ever graded for, but those of the present exam."""
    groups: dict[int, list[Entry]] = {}
    for entry in entries:
        if not entry.attempts and not entry.is_drawn:
            groups.setdefault(entry.question.category, []).append(entry)
    return groups


def _suggestion(stands: Standing, entries: Sequence[Entry]) -> Entry | None:
    """Return a new question for the category that still has the most points to give; None when there is none."""
    weakest = max(stands.categories, key=lambda entry: entry.missing)
    new = [entry for entry in _untried(entries).get(weakest.category, []) if not entry.is_public]
    return min(new, key=lambda entry: entry.question.difficulty, default=None) if weakest.missing else None

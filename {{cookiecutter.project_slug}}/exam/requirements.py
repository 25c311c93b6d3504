"""The requirements on a model, one by one in the order in which the grader checks them, for PyCharm's test tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from exam import bank, findings
from exam.bank.metrics import METRICS
from exam.bank.question import Question
from exam.grading import scratch
from exam.modelfile import sandbox
from exam.modelfile.inspection import Inspection
from exam.result import Result
from exam.screens.terminal import MOST_FINDINGS
from exam.submission import submit
from exam.workspace import Exam, ExamTomlError, Workspace

Outcome = Literal["passed", "failed", "not checked"]

IN_THE_TREE = str.maketrans({".": "·", "/": "-", "\\": "-", "[": "(", "]": ")", ":": ","})
"""PyCharm builds its tree from pytest's ids: it cuts them at / and ::, shows a dot as _, and takes [ for parameters."""


@dataclass(frozen=True)
class Graded:
    """One category after the grading.

    Attributes:
        question: what the model is to answer.
        inspection: what the file says by itself.
        result: what the grading found; None when there was nothing to grade.
    """

    question: Question
    inspection: Inspection
    result: Result | None


@dataclass(frozen=True)
class Verdict:
    """What the test of one requirement says; ``reason`` is for the learner, "" when passed."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Requirement:
    """One line of the test tree.

    Attributes:
        label: makes the line from a question.
        kind: what fatal findings call it; None for points, which no fatal finding costs.
        is_met: whether a model that was scored meets it.
        was_checked: whether a model that got beyond this requirement was really checked for it.
    """

    label: Callable[[Question], str]
    kind: findings.Requirement | None = None
    is_met: Callable[[Question, Result], bool] = lambda question, result: True
    was_checked: Callable[[Graded, Result], bool] = lambda graded, result: True

    @property
    def codes(self) -> frozenset[str]:
        """Return the fatal findings which say that it is not met."""
        return frozenset(entry.code for entry in findings.ENTRIES if entry.requirement == self.kind)

    def name(self, question: Question) -> str:
        """Return the line, in characters that pytest and PyCharm leave as they are."""
        return self.label(question).translate(IN_THE_TREE)


def drawn() -> dict[int, Question]:
    """Return category -> question of this workspace's exam.

    Raises:
        ExamTomlError: ``exam.toml`` cannot be used, or names a question that the bank does not have.
    """
    exam = Exam.read(Workspace.find().exam_toml)
    problem = bank.problem(exam.questions)
    if problem:
        raise ExamTomlError(problem)
    return {category: bank.load(question) for category, question in sorted(exam.questions.items())}


def group(category: int, question: Question) -> str:
    """Return the name of a category's branch in the tree."""
    return f"Category{category}: {question.title.translate(IN_THE_TREE)}"


def grade_submitted(questions: Mapping[int, Question], categories: Collection[int]) -> dict[int, Graded]:
    """Grade those of ``categories`` that have a model, once and as one attempt each; return all of ``categories``.

    Raises:
        ExamTomlError, SessionError, DataUnavailable: as their messages say.
    """
    workspace = Workspace.find()
    exam = Exam.read(workspace.exam_toml)
    chosen = sorted(categories)
    with scratch.folder(workspace) as folder:
        inspections = {
            n: sandbox.inspect(workspace.model(n), questions[n], drawn=exam.questions, scratch=folder) for n in chosen
        }
    submitted = [n for n in chosen if workspace.model(n).exists()]
    results = {result.category: result for result in submit(workspace, exam, submitted)} if submitted else {}
    return {n: Graded(questions[n], inspections[n], results.get(n)) for n in chosen}


def judge(requirement: Requirement, graded: Graded) -> Verdict:
    """Return what the grading says of one requirement: never more than was checked."""
    result, question = graded.result, graded.question
    if result is None:
        return Verdict("not checked", _absent(graded.inspection))
    place, stop = REQUIREMENTS.index(requirement), _stop(result)
    if place == stop and result.status == "grader fault":
        return Verdict("not checked", result.fault)
    if place == stop:
        return Verdict("failed", _reasons(result))
    if stop is not None and place > stop:
        return Verdict("not checked", f'not checked: "{REQUIREMENTS[stop].name(question)}" must pass first')
    if not requirement.was_checked(graded, result):
        return Verdict("not checked", "not checked: the file does not say")
    if not requirement.is_met(question, result):
        return Verdict("failed", _reasons(result))
    return Verdict("passed")


def _absent(inspection: Inspection) -> str:
    """Return what is there in place of a model, and what to run."""
    if inspection.finding is None:
        return "The model was saved after the tests had started: run them again."
    return f"{inspection.finding.message} {inspection.finding.next_step}"


def _stop(result: Result) -> int | None:
    """Return the place of the requirement at which the grading ended; None when it went on to a score."""
    if result.status == "scored":
        return None
    if result.status == "grader fault":
        return REQUIREMENTS.index(RUNS)
    code = result.findings[0].code
    return next(place for place, requirement in enumerate(REQUIREMENTS) if code in requirement.codes)


def _reasons(result: Result) -> str:
    """Return why points are missing: the number, then the findings with what to try and the page to read."""
    lines = []
    if result.value is not None:
        numbers = f"{result.metric} {result.value:g}, naive baseline {result.baseline:g}"
        lines.append(f"{numbers}: {result.points} of 5 points")
    for finding in result.findings[:MOST_FINDINGS]:
        lines += [finding.message, f"-> {finding.next_step}", f"   {finding.page}"]
    if len(result.findings) > MOST_FINDINGS:
        lines.append(f"More findings: python -m exam grade {result.category} --all-findings")
    return "\n".join(lines)


def _ending(question: Question) -> str:
    if question.activations == ("linear",):
        return "ends without an activation (linear)"
    return f"ends with {' or '.join(question.activations)}"


def _beats_the_baseline(question: Question, result: Result) -> bool:
    if result.value is None or result.baseline is None:
        return False
    return METRICS[question.metric].better(result.value, result.baseline)


def _shape_was_checked(name: Literal["input_shape", "output_shape"]) -> Callable[[Graded, Result], bool]:
    """A model that was scored has shown its shapes; before, the file may not tell them."""

    def was_checked(graded: Graded, result: Result) -> bool:
        return result.status == "scored" or _is_known(graded, name)

    return was_checked


def _activation_was_checked(graded: Graded, result: Result) -> bool:
    return _is_known(graded, "last_activation")


def _is_known(graded: Graded, name: str) -> bool:
    """Return whether the file that was graded tells one part of the signature."""
    same = graded.result is not None and graded.inspection.sha256 == graded.result.sha256
    return same and getattr(graded.inspection.signature, name, None) is not None


def _earns(points: int) -> Requirement:
    def label(question: Question) -> str:
        metric = METRICS[question.metric]
        return f"earns {points} of 5 points ({metric.label} {question.bands[points - 1]:g} or {metric.better_way})"

    return Requirement(label, is_met=lambda question, result: (result.points or 0) >= points)


RUNS = Requirement(lambda question: "loads and predicts", "runs")
REQUIREMENTS = (
    Requirement(lambda question: "the model file is there and readable", "file"),
    Requirement(lambda question: "holds a whole model, not only weights", "whole model"),
    Requirement(lambda question: "has no Lambda, custom class or lost vocabulary", "allowed layers"),
    Requirement(
        lambda question: f"takes inputs of shape {question.input_shape}",
        "input shape",
        was_checked=_shape_was_checked("input_shape"),
    ),
    Requirement(
        lambda question: f"gives outputs of shape {question.output_shape}",
        "output shape",
        was_checked=_shape_was_checked("output_shape"),
    ),
    Requirement(_ending, "last activation", was_checked=_activation_was_checked),
    RUNS,
    Requirement(
        lambda question: f"is better than the naive baseline ({question.baseline})", is_met=_beats_the_baseline
    ),
    _earns(3),
    _earns(5),
)
"""In the order in which the grader checks them: it stops at the first fatal finding."""

"""Check your models against the exam's requirements: the grader's checks, as tests.

Models are graded once per run, and each run counts as an attempt. A category without mymodel.h5 is skipped.
To test one category alone: python -m pytest -k Category3
"""

import pytest

from exam import requirements
from exam.bank.public import DataUnavailable
from exam.machine import trouble
from exam.records.exam_clock import SessionError
from exam.workspace import ExamTomlError, Workspace


@pytest.fixture(scope="session")
def graded(request):
    """Grade the categories whose tests were chosen."""
    categories = {item.cls.category for item in request.session.items if hasattr(item.cls, "category")}
    try:
        return requirements.grade_submitted(QUESTIONS, categories)
    except (DataUnavailable, ExamTomlError, SessionError) as problem:
        sentence = str(problem)
    except OSError as error:
        refused = trouble.sentence(error, Workspace.find().root, "python -m pytest")
        sentence = refused or f"The exam program failed, not your work; nothing was scored: {error!r}"
    except Exception as error:  # every test that waits for this fixture would show the same traceback
        sentence = f"The exam program failed, not your work; nothing was scored: {error!r}"
    pytest.exit(sentence, returncode=3)


def branch(category, question):
    """Return a class with one test for each requirement of a category."""
    tests = {requirement.name(question): leaf(category, requirement) for requirement in requirements.REQUIREMENTS}
    return type(requirements.group(category, question), (), {"__test__": True, "category": category, **tests})


def leaf(category, requirement):
    """Return the test of one requirement."""

    def test(self, graded):
        verdict = requirements.judge(requirement, graded[category])
        if verdict.outcome == "failed":
            pytest.fail(verdict.reason, pytrace=False)
        if verdict.outcome == "not checked":
            pytest.skip(verdict.reason)

    test.__test__ = True
    return test


try:
    QUESTIONS = requirements.drawn()
except ExamTomlError as problem:
    QUESTIONS, PROBLEM = {}, str(problem)

    def test_the_exam_can_be_read():
        """Without a readable exam.toml there is nothing to test."""
        pytest.fail(PROBLEM, pytrace=False)


globals().update({requirements.group(*drawn): branch(*drawn) for drawn in QUESTIONS.items()})

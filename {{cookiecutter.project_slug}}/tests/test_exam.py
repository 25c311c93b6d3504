"""Your models against the exam's requirements: the grader's checks, as tests.

Models are graded once per run, and each run counts as an attempt. A category without mymodel.h5 is skipped.
"""

import pytest

from exam import checks


@pytest.fixture(scope="session")
def results():
    """Grade every category that has a model."""
    return checks.grade_submitted()


@pytest.mark.parametrize("requirement", checks.REQUIREMENTS, ids=lambda requirement: requirement.label)
@pytest.mark.parametrize("category", [1, 2, 3, 4, 5], ids="category {}".format)
def test_model(category, requirement, results):
    """One requirement of one category."""
    result = results.get(category)
    if result is None:
        pytest.skip(f"Category{category}/mymodel.h5 has not been saved yet")
    if requirement.needs_score and result.status != "scored":
        pytest.skip(f"the model of category {category} could not be graded")
    problem = requirement.problem(result)
    if problem is not None:
        pytest.fail(problem, pytrace=False)

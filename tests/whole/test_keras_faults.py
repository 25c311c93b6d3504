"""The faults of Keras in docs/keras-h5.md are still there: what Keras mends needs no repair, and no report."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "keras-h5.md"
BLOCK = re.compile(r"^```python (\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
PROGRAMS = [(kind, said, code) for kind, said, code in BLOCKS if kind != "prelude"]
PRELUDE = next(code for kind, _, code in BLOCKS if kind == "prelude")


def came_to(code: str) -> str:
    """Run a program of the page; return the error that it ends with, "differs" or "as before"."""
    *rest, last = code.strip().splitlines()
    names: dict[str, Any] = {}
    with warnings.catch_warnings(action="ignore"):
        exec(PRELUDE, names)
        try:
            exec("\n".join(rest), names)
            found = eval(last, names)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return "differs" if found is True else "as before"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "said", "code"), PROGRAMS, ids=[code.splitlines()[-1][:60] for *_, code in PROGRAMS])
def test_keras_still_has_the_fault(
    kind: str, said: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert came_to(code).startswith(said if kind == "fails" else kind)


def test_every_program_of_the_page_says_what_it_comes_to() -> None:
    assert len(PROGRAMS) > 15 and {kind for kind, *_ in PROGRAMS} == {"fails", "differs"}
    assert PAGE.read_text(encoding="utf-8").count("```") == 2 * len(BLOCKS)


@pytest.mark.slow
def test_a_fault_that_is_mended_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert came_to("again(keras.Sequential([x, layers.Dense(2)]))") == "as before"
    assert came_to("differs(keras.Sequential([x, layers.Dense(2)]))") == "as before"

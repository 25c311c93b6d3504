"""Write ``docs/findings/README.md`` of the workspace: all findings, by what the grader does when it notices them.

    python make.py findings
"""

from __future__ import annotations

import harness

from exam.findings import ENTRIES, STAGES, Entry

PAGES = harness.TEMPLATE / "docs" / "findings"
README = PAGES / "README.md"
HEAD = """# Findings

The grader explains lost points with findings. Each has a page with the mistake, the corrected code, and a way to check
it. A *fatal* finding means that the model cannot be graded, a *problem* costs points, and a *hint* is a way to improve.
A *shape* is the size of each axis (dimension) of an input or an output; a *loss* is the number that training reduces.

The tables are in the order in which the grader checks. It stops at the first fatal finding.
"""


def title(code: str) -> str:
    """Return the heading of a finding's page, which says what it means."""
    return (PAGES / f"{code}.md").read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def row(entry: Entry) -> str:
    """Return one line of the table."""
    return f"| [{entry.code}]({entry.code}.md) | {title(entry.code)} | {entry.severity} |\n"


def text() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for stage in STAGES.values():
        parts.append(f"\n## {stage}\n\n| Finding | What it means | Severity |\n|---|---|---|\n")
        parts += [row(entry) for entry in ENTRIES if entry.stage == stage]
    return "".join(parts)


if __name__ == "__main__":
    README.write_text(text(), encoding="utf-8", newline="\n")

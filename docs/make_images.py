"""Draw the README's picture from a real grading: ``make_images.py WORKSPACE`` grades all and writes ``grade.svg``.

Run it with the workspace's interpreter, in a workspace whose models are of mixed quality.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

IMAGES = Path(__file__).resolve().parent / "images"


def main(root: Path) -> None:
    """Grade the five models of the workspace and save what the terminal shows."""
    sys.path.insert(0, str(root))
    from rich.console import Console

    from exam.grading.grade import grade
    from exam.report import terminal
    from exam.workspace import CATEGORIES, Exam, Workspace

    workspace = Workspace(root)
    results = grade(workspace, Exam.read(workspace.exam_toml), CATEGORIES)
    console = Console(width=terminal.WIDTH, record=True, file=io.StringIO(), force_terminal=True)
    console.print(terminal.results_view(results))
    svg = console.export_svg(title="python -m exam grade --all", unique_id="grade")
    # The page that shows the picture must not fetch fonts from elsewhere.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "grade.svg").write_text(svg.replace("Fira Code, ", "").replace("Fira Code,", ""), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())

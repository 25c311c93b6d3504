"""Draw the README's pictures from a real exam: ``make_images.py WORKSPACE`` plays it and writes ``docs/images``.

Run it with the workspace's interpreter, in a workspace whose models are of mixed quality and whose clock does not run.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).resolve().parent / "images"


def main(root: Path) -> None:
    """Start the exam, submit the five models, and save what the terminal shows."""
    sys.path.insert(0, str(root))
    from datetime import UTC, datetime

    from exam.records import exam_clock, standing
    from exam.screens.status import status_view
    from exam.screens.terminal import results_view
    from exam.screens.watch import View, watch_view
    from exam.submission import submit
    from exam.workspace import CATEGORIES, Exam, Workspace

    workspace = Workspace(root)
    exam = Exam.read(workspace.exam_toml)
    exam_clock.start(workspace, exam.hours)
    first = submit(workspace, exam, CATEGORIES[:3])
    save("status", "python -m exam status", status_view(standing.read(workspace, exam), exam.seed))
    last = submit(workspace, exam, CATEGORIES[3:4])
    now = View(standing.read(workspace, exam), tuple(last), datetime.now(UTC))
    save("watch", "python -m exam watch", watch_view(now, exam.seed))
    save("grade", "python -m exam grade --all", results_view([*first, *last, *submit(workspace, exam, CATEGORIES[4:])]))


def save(name: str, title: str, view: Any) -> None:
    """Write one screen as SVG."""
    from rich.console import Console

    console = Console(width=100, record=True, file=io.StringIO(), force_terminal=True)
    console.print(view)
    svg = console.export_svg(title=title, unique_id=name)
    # The page that shows the picture must not fetch fonts from elsewhere.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / f"{name}.svg").write_text(svg.replace("Fira Code, ", "").replace("Fira Code,", ""), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())

"""Write ``exam/bank/README.md``: what the bank holds, and which skills of the checklist each question exercises.

    python make.py bank
"""

from __future__ import annotations

from exam import bank
from exam.bank import public
from exam.bank.metrics import METRICS
from exam.bank.question import LEVELS, Question
from exam.bank.skills import matrix

README = bank.BANK / "README.md"
HEAD = """# The question bank

Made by `python make.py bank`, never edited by hand. A question is a folder: `question.py` declares it and makes its
data, `starter.py` and `README.md` are what a learner gets. What each point costs was measured: see
[CALIBRATION.md](CALIBRATION.md). In a workspace, `python -m exam bank` lists the questions with your scores.

"""
SKILLS = """
## Skills

The skills checklist of the exam (candidate handbook of 28 August 2023) and the questions that exercise each item.
"""


def row(question: Question, is_public: bool) -> str:
    """Return one line of the table of questions."""
    shapes = f"{question.input_shape} to {question.output_shape}"
    metric = METRICS[question.metric].label
    name = f"`{question.id}`" + (" (download)" if is_public else "")
    cells = [name, question.title, question.task, shapes, metric, LEVELS[question.difficulty], question.source]
    return f"| {' | '.join(cells)} |\n"


def text() -> str:
    """Return the whole page."""
    questions = {name: bank.load(name) for name in bank.find()}
    parts = [HEAD]
    for category in range(1, 6):
        parts.append(f"\n## Category {category}\n\n| question | title | task | shapes | metric | level | data |\n")
        parts.append("|---|---|---|---|---|---|---|\n")
        for name, question in questions.items():
            if question.category == category:
                parts.append(row(question, (bank.find()[name] / public.DOWNLOADS).exists()))
    return "".join(parts) + SKILLS + matrix({name: question.skills for name, question in questions.items()})


if __name__ == "__main__":
    README.write_text(text(), encoding="utf-8", newline="\n")

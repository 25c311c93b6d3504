"""The report: a whole page from records, for every kind of task, with gaps, and as a browser shows it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import harness
import numpy as np
import pytest
import records
from conftest import Bake
from pages import Page

from exam import bank
from exam.bank import hidden
from exam.bank.metrics import METRICS, Array
from exam.bank.public import DataUnavailable
from exam.bank.question import HiddenSet, Question
from exam.findings import finding
from exam.grading import cache
from exam.records import exam_clock
from exam.records.attempts import Attempt
from exam.records.exam_clock import Reading, Session
from exam.report import answers, page
from exam.workspace import Exam, Workspace

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAMPLES = 60
EXAMS = [
    ("straight_line", "traffic_signs", "storm_damage", "satire_headlines", "weather_station"),
    ("two_rings", "breast_cancer", "bean_leaves", "next_character", "household_power"),
    ("house_price", "handwritten_digits", "rock_paper_scissors", "support_tickets", "co2_mauna_loa"),
]
"""Together all tasks: numbers, places, columns, grey and coloured pictures, words, characters, one step and many."""


def exam_of(questions: tuple[str, ...], name: str = "My exam") -> Exam:
    """Return an exam of five questions."""
    return Exam(name, 31, "cpu", 5.0, "offline", dict(enumerate(questions, start=1)))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose path needs quoting, with the first exam, the pages of the findings, and a cache of its own."""
    monkeypatch.setenv("EXAM_CACHE", str(tmp_path / "cache"))
    made = Workspace(tmp_path / "my exam #1")
    (made.root / "exam").mkdir(parents=True)  # marks the folder; the engine on PYTHONPATH is a package and comes first
    (made.root / "bootstrap.py").touch()
    shutil.copytree(harness.TEMPLATE / "docs", made.root / "docs")
    made.exam_toml.write_text(exam_of(EXAMS[0]).to_toml(), encoding="utf-8")
    return made


def hidden_set(question: Question) -> HiddenSet:
    """Return samples with the shapes and types of a question, and put them where the real ones are kept."""
    stream = np.random.default_rng(question.category)
    x: Array = stream.normal(0, 1, (SAMPLES, *question.input_shape)).astype(np.float32)
    if question.input_scale != 1:
        x = stream.integers(0, 256, x.shape).astype(np.uint8)
    elif question.category == 4:
        x = stream.integers(0, 5, x.shape).astype(np.int32)
    shape = (SAMPLES, *question.output_shape)
    if question.task == "multiclass":
        samples = HiddenSet(x, stream.integers(0, shape[1], SAMPLES), np.full(shape, 1 / shape[1], np.float32))
    elif question.task == "binary":
        samples = HiddenSet(x, stream.integers(0, 2, shape).astype(np.float32), np.zeros(shape, np.float32))
    else:
        samples = HiddenSet(x, stream.normal(0, 1, shape).astype(np.float32), np.zeros(shape, np.float32))
    path = hidden.folder() / "hidden" / f"{question.id}-31-{hidden.fingerprint(question)}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, x=samples.x, y=samples.y, baseline=samples.baseline)
    return samples


def answer(question: Question, samples: HiddenSet) -> Array:
    """Return answers of which most are good: every fourth is another class, or off."""
    stream = np.random.default_rng(0)
    wrong = np.arange(SAMPLES) % 4 == 0
    if question.task == "multiclass":
        classes = question.output_shape[0]
        chosen = np.where(wrong, (samples.y + 1) % classes, samples.y)
        certain: Array = 0.9 * np.eye(classes)[chosen] + 0.1 / classes
        return certain.astype(np.float32)
    if question.task == "binary":
        return np.abs(samples.y - np.where(wrong, 0.8, 0.1).reshape(-1, 1)).astype(np.float32)
    return (samples.y + stream.normal(0, 0.2, samples.y.shape)).astype(np.float32)


def graded(workspace: Workspace, question_id: str, elapsed: float | None = None, **changes: object) -> Attempt:
    """Return an attempt at a question whose answers are kept as grading keeps them."""
    question = bank.load(question_id)
    samples = hidden_set(question)
    predictions = answer(question, samples)
    sha256 = f"{question.category:064x}"
    cache.write_predictions(cache.path(workspace, sha256, 31, hidden.fingerprint(question)), predictions)
    value = question.measure(samples, predictions)
    measured: dict[str, object] = {
        "question": question.id,
        "title": question.title,
        "metric": METRICS[question.metric].label,
        "value": value,
        "baseline": question.measure(samples, samples.baseline),
        "bands": question.bands,
        "sha256": sha256,
    }
    return records.attempt(question.category, question.points(value), elapsed, **{**measured, **changes})


def keep(workspace: Workspace, *attempts: Attempt) -> None:
    """Write attempts where the engine keeps them."""
    workspace.state.mkdir(exist_ok=True)
    lines = "".join(json.dumps(attempt.to_dict()) + "\n" for attempt in attempts)
    workspace.attempts.write_text(lines, encoding="utf-8")


def clock(state: exam_clock.State, notes: tuple[str, ...] = ()) -> Session:
    """Return a clock at four of five hours."""
    return Session(NOW, 5.0, 4 * 3600.0, state, Reading(NOW, 0.0, ""), notes)


def rendered(workspace: Workspace, exam: Exam | None = None, clock: Session | None = None) -> Page:
    """Return the page of the workspace as it is."""
    return Page(page.render(workspace, exam or exam_of(EXAMS[0]), clock, workspace.state / "reports", NOW))


@pytest.mark.slow
@pytest.mark.parametrize("questions", [EXAMS[0], *(pytest.param(exam, marks=pytest.mark.slow) for exam in EXAMS[1:])])
def test_a_page_of_every_kind_of_task(workspace: Workspace, questions: tuple[str, ...]) -> None:
    keep(workspace, *(graded(workspace, question) for question in questions))
    data = workspace.data(4)
    data.mkdir(parents=True)
    name = "characters.json" if questions[3] == "next_character" else "word_index.json"
    words = "abcde" if questions[3] == "next_character" else ["never", "<OOV>", "heard", "of", "it"]
    (data / name).write_text(json.dumps({word: number for number, word in enumerate(words)}), encoding="utf-8")

    html = page.render(workspace, exam_of(questions), None, workspace.state / "reports", NOW)
    seen = Page(html)

    assert len(set(seen.ids)) == len(seen.ids)
    assert {value[1:] for value in seen.links if value.startswith("#")} <= set(seen.ids)
    assert not any(re.match(r"https?:|//|file:", value) for value in seen.links)
    assert not re.search(r"@import|url\((?!#)", html) and not {"script", "link", "iframe"} & set(seen.tags)
    assert seen.tags.count("svg") == seen.tags.count("title") - 1 == seen.tags.count("desc")
    assert "#0101" not in html and "#0102" not in html and "#0103" not in html, "a colour without a name"
    assert "Grade the model again" not in seen.text and "Most confident mistakes" in seen.text
    assert sum(value.startswith("data:image/png;base64,") for value in seen.links) == sum(
        6 for question in questions if bank.load(question).input_scale != 1
    )
    assert "heard" in seen.text if name == "word_index.json" else re.search("[abcde]{40}", seen.text)


@pytest.mark.slow
def test_the_same_records_give_the_same_page(workspace: Workspace) -> None:
    keep(workspace, graded(workspace, "traffic_signs"))
    pages = [page.render(workspace, exam_of(EXAMS[0]), None, workspace.state, NOW) for _ in range(2)]
    assert pages[0] == pages[1] and "<svg" in pages[0]


def test_nothing_submitted_says_what_to_do(workspace: Workspace) -> None:
    seen = rendered(workspace)
    assert "Nothing has been graded yet" in seen.text and "0 of 100" in seen.text
    assert seen.text.count("Not graded yet") == 5 and "python -m exam grade 5" in seen.text
    assert "never graded" in rendered(workspace, clock=clock("expired")).text


@pytest.mark.slow
def test_total_and_line(workspace: Workspace) -> None:
    def all_with(points: int) -> list[Attempt]:
        titles = {category: bank.load(name) for category, name in enumerate(EXAMS[0], start=1)}
        return [
            records.attempt(category, points, 60.0 * category, question=question.id, bands=question.bands)
            for category, question in titles.items()
        ]

    keep(workspace, *all_with(4))
    assert "80 of 100" in (seen := rendered(workspace)).text and "10 points short of a pass (90)" in seen.text
    keep(workspace, *all_with(5))
    assert "Enough to pass" in rendered(workspace, clock=clock("running")).text
    assert "Passed" in rendered(workspace, clock=clock("finished")).text


@pytest.mark.slow
def test_the_clock_its_notes_and_the_time_spent(workspace: Workspace) -> None:
    late = records.attempt(1, 5, question="straight_line")
    keep(workspace, graded(workspace, "straight_line", 900.0), graded(workspace, "weather_station", 4600.0), late)
    seen = rendered(workspace, clock=clock("expired", ("The system time jumped.",)))
    assert "The system time jumped." in seen.text and "all of the 5 h were used" in seen.text
    assert "Category 1 15 min" in seen.text and "Category 5 1 h 01 min" in seen.text
    assert "Afterwards 2 h 43 min" in seen.text
    assert "1 grading outside the exam's time was practice" in seen.text
    assert "Practice, without a clock" in rendered(workspace).text


def test_a_second_exam_brings_the_chart_of_all(workspace: Workspace) -> None:
    keep(workspace, graded(workspace, "straight_line", 900.0))
    assert "Your exams so far" not in rendered(workspace).text
    before = workspace.archive / "20260101T000000000000Z-seed-1"
    before.mkdir(parents=True)
    shutil.copyfile(workspace.attempts, before / workspace.attempts.name)
    shown = rendered(workspace)
    assert "Your exams so far" in shown.text and "of 100, the oldest exam first." in shown.text


def test_many_models_on_the_same_hidden_data_are_named(workspace: Workspace) -> None:
    made = [records.attempt(1, 3, question="straight_line", sha256=f"{number}" * 64) for number in range(6)]
    keep(workspace, *made[:4])
    assert "same hidden data" not in rendered(workspace).text
    keep(workspace, *made)
    assert "6 models were graded on the same hidden data" in rendered(workspace).text


def test_everything_is_escaped(workspace: Workspace) -> None:
    evil = "<script>alert('1')</script>&<b>"
    found = finding("unreadable-file", path=evil, reason=evil)
    keep(workspace, graded(workspace, "satire_headlines", 900.0, findings=(found,)))
    workspace.data(4).mkdir(parents=True)
    (workspace.data(4) / "word_index.json").write_text(json.dumps({evil: 2}), encoding="utf-8")
    (workspace.data(4) / "headlines.json").write_text(json.dumps([{"text": "", evil: 1}]), encoding="utf-8")
    seen = rendered(workspace, exam_of(EXAMS[0], evil), clock("running", (evil,)))
    assert "script" not in seen.tags
    # The name in title and heading, the note, the finding twice, the sentences, the names of the classes.
    assert seen.text.count(evil) > 5, seen.text.count(evil)


def test_findings_lead_to_their_pages(workspace: Workspace) -> None:
    keep(workspace, graded(workspace, "straight_line"))
    seen = rendered(workspace)
    links = [value for value in seen.links if "docs/findings" in value]
    assert links == ["../../docs/findings/nan-output.md"] and "50% of the model's outputs" in seen.text
    outside = Page(page.render(workspace, exam_of(EXAMS[0]), None, workspace.root.parent, NOW))
    assert "my%20exam%20%231/docs/findings/nan-output.md" in outside.links
    shutil.rmtree(workspace.root / "docs")
    assert not any("docs" in value for value in rendered(workspace).links)


def test_what_is_missing_is_said(workspace: Workspace) -> None:
    keep(workspace, graded(workspace, "straight_line"))
    assert "What the model has learned" in rendered(workspace).text
    shutil.rmtree(workspace.cache)
    seen = rendered(workspace)
    assert "not kept. Grade the model again to see them: python -m exam grade 1" in seen.text
    assert "What the model has learned" not in seen.text and "50% of the model's outputs" in seen.text


def test_every_gap_has_its_sentence(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    question, result = bank.load("straight_line"), graded(workspace, "straight_line").result
    file = cache.path(workspace, result.sha256, 31, hidden.fingerprint(question))
    predictions = answers.read(workspace, question, result).predictions

    cache.write_predictions(file, predictions[:-1])
    with pytest.raises(answers.NoAnswers, match="do not fit the hidden data. Grade the model again"):
        answers.read(workspace, question, result)
    cache.write_predictions(file, np.where(np.arange(SAMPLES) % 2, np.nan, 1.0).reshape(-1, 1))
    with pytest.raises(answers.NoAnswers, match="50% of the model's outputs are not numbers"):
        answers.read(workspace, question, result)
    file.with_suffix(".npz").write_bytes(b"no archive")
    with pytest.raises(answers.NoAnswers, match="not kept. Grade the model again"):
        answers.read(workspace, question, result)
    with pytest.raises(answers.NoAnswers, match="another question, 'A straight line'"):
        answers.read(workspace, bank.load("house_price"), result)

    def unreachable(*_: object) -> Path:
        raise DataUnavailable("The server cannot be reached.")

    cache.write_predictions(file, predictions)
    monkeypatch.setattr(hidden, "ensure", unreachable)
    with pytest.raises(answers.NoAnswers, match="The server cannot be reached."):
        answers.read(workspace, question, result)


def test_a_file_that_could_not_be_graded_has_its_reason(workspace: Workspace) -> None:
    found = finding("unreadable-file", path="Category1/mymodel.h5", reason="it is empty")
    keep(workspace, records.attempt(1, 0, status="not gradable", value=None, baseline=None, findings=(found,)))
    seen = rendered(workspace)
    assert "it is empty" in seen.text and "Cannot be graded" in seen.text and "could not be run" in seen.text


def test_an_attempt_at_a_question_that_the_exam_no_longer_has(workspace: Workspace) -> None:
    keep(workspace, records.attempt(2, 5, question="a_question_of_before", title="Gone"))
    assert "another question" in rendered(workspace).text


@pytest.mark.parametrize("cut", [0, 1, 30, 200, -1, -20])
def test_damaged_predictions_are_as_good_as_none(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "answer.json"
    predictions = np.arange(12, dtype=np.float64).reshape(6, 2)
    cache.write_predictions(file, predictions)
    kept = cache.read_predictions(file)
    assert kept is not None and kept.dtype == np.float32 and (kept == predictions).all()
    npz = file.with_suffix(".npz")
    npz.write_bytes(npz.read_bytes()[:cut])
    assert cache.read_predictions(file) is None


def test_damage_inside_the_predictions_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    cache.write_predictions(file, np.arange(400, dtype=np.float32))
    npz = file.with_suffix(".npz")
    content = bytearray(npz.read_bytes())
    content[len(content) // 2] ^= 0xFF
    npz.write_bytes(content)
    assert cache.read_predictions(file) is None


def test_confusions_and_worst_samples(tmp_path: Path) -> None:
    question = bank.load("wine_cultivars")
    sure = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.0, 0.05, 0.95], [0.2, 0.2, 0.6]], dtype=np.float32)
    samples = HiddenSet(np.zeros((4, 13), np.float32), np.array([0, 0, 1, 1]), sure)
    given = answers.Answers(question, samples, sure, tmp_path)
    assert given.confusion.tolist() == [[1, 1, 0], [0, 0, 2], [0, 0, 0]]
    assert given.worst(9) == [2, 1, 3] and given.worst(1) == [2]
    assert given.confidence is not None and given.confidence.tolist() == pytest.approx([0.8, 0.8, 0.95, 0.6])
    logits = answers.Answers(question, samples, 5 * sure, tmp_path)
    assert logits.confidence is None and logits.worst(1) == [2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question_id", "names"),
    [
        ("straight_line", ["x"]),
        ("damped_wave", ["seconds"]),
        ("two_rings", ["east", "north"]),
        ("house_price", ["living_area", "age"]),
        ("breast_cancer", None),
    ],
)
def test_numbers_have_the_names_of_the_training_data(
    tmp_path: Path, question_id: str, names: list[str] | None
) -> None:
    question = bank.load(question_id)
    question.write_training(tmp_path, 31)
    x = np.random.default_rng(0).normal(0, 1, (9, *question.input_shape)).astype(np.float32)
    x[3, 4 % x.shape[1]] = 50
    given = answers.Answers(question, HiddenSet(x, x[:, :1], x[:, :1]), x[:, :1], tmp_path)
    shown = answers.numbers(given, 3)
    if names is not None:
        assert [name for name, _ in shown] == names
    else:
        columns = (tmp_path / "train.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert (columns[4], 50.0) in shown and len(shown) == answers.MOST_NUMBERS
    if question_id == "two_rings":
        assert given.names == ("ring 0", "ring 1")


def run(workspace: Workspace, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m exam report`` in the workspace; exit status 9 tells that TensorFlow was imported."""
    code = "import sys; from exam.cli import main; s = main(); sys.exit(9 if 'tensorflow' in sys.modules else s)"
    return subprocess.run(
        [sys.executable, "-c", code, "report", *arguments],
        cwd=workspace.root,
        env=harness.environment_for(**harness.UTF_8, **environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.slow
def test_the_command_writes_and_names_a_file(workspace: Workspace, tmp_path: Path) -> None:
    keep(workspace, graded(workspace, "straight_line"))
    done = run(workspace, "--no-open")
    assert (done.returncode, done.stderr) == (0, "")
    written = Path(done.stdout.removeprefix("Report: ").strip())
    assert written.parent == workspace.state / "reports" and written.suffix == ".html"
    assert "What the model has learned" in Page(written.read_text(encoding="utf-8")).text
    chosen = tmp_path / "a new folder" / "mine.html"
    assert run(workspace, "--no-open", "--output", str(chosen)).returncode == 0 and chosen.is_file()
    failed = run(workspace, "--no-open", "--output", str(chosen / "below a file.html"))
    assert failed.returncode == 3 and "cannot be written" in failed.stderr and "Traceback" not in failed.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a browser that is a shell script")
def test_the_page_is_opened_and_a_broken_browser_is_no_error(workspace: Workspace, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{opened}"\n', encoding="utf-8")
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    chosen = tmp_path / "mine.html"
    assert run(workspace, "--no-open", "--output", str(chosen), BROWSER=str(browser)).returncode == 0
    assert not opened.exists()
    assert run(workspace, "--output", str(chosen), BROWSER=str(browser)).returncode == 0
    assert opened.read_text(encoding="utf-8").strip() == chosen.as_uri()
    browser.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    done = run(workspace, "--output", str(chosen), BROWSER=str(browser), PATH=str(tmp_path))
    assert done.returncode == 0 and "Traceback" not in done.stderr


def test_cookiecutter_leaves_the_template_of_the_page_alone(bake: Bake) -> None:
    made = bake(exam_seed="7").workspace / "exam" / "report"
    for name in ("page.html.j2", "page.css"):
        assert (made / name).read_bytes() == (harness.TEMPLATE / "exam" / "report" / name).read_bytes()


def chromium() -> str | None:
    """Return the path of a Chromium on this machine, None for playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def ensure_browser(own: str) -> None:
    """Skip the test where there is no Chromium and none can be had; in CI, try to install playwright's."""
    if chromium() is not None or Path(own).exists():
        return
    if os.environ.get("CI"):
        install = [sys.executable, "-m", "playwright", "install", "chromium"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(install, capture_output=True, check=False, timeout=180)
        if Path(own).exists():
            return
    pytest.skip("there is no Chromium here: python -m playwright install chromium")


@pytest.mark.slow
def test_in_a_browser_nothing_overflows_and_axe_finds_no_violation(workspace: Workspace) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    keep(workspace, *(graded(workspace, name, 1000.0 * n) for n, name in enumerate(EXAMS[1], 1) if n != 4))
    full = page.write(workspace, exam_of(EXAMS[1], "A name that is long " * 5), clock("running", ("A jump.",)))
    empty = page.write(Workspace(workspace.root.parent), exam_of(EXAMS[0]), None, workspace.root / "empty.html")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with sync_playwright() as playwright:
        ensure_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for path, width, scheme in [(p, w, s) for p in (full, empty) for w in (1200, 400) for s in ("light", "dark")]:
            tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            loaded: list[str] = []
            complaints: list[str] = []
            tab.on("request", lambda request, to=loaded: to.append(request.url))
            tab.on("console", lambda message, to=complaints: to.append(message.text))
            tab.goto(path.as_uri())
            assert tab.evaluate(overflow) == 0, (path.name, width)
            assert [url for url in loaded if not url.startswith("data:")] == [path.as_uri()] and not complaints
            found = Axe().run(tab)
            assert found.violations_count == 0, found.generate_report()
            tab.close()
        paper = browser.new_page(viewport={"width": 703, "height": 1000})  # A4 less the page's margins
        paper.emulate_media(media="print", color_scheme="dark")
        paper.goto(full.as_uri())
        assert paper.evaluate(overflow) == 0
        assert paper.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        browser.close()

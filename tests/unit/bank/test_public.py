"""Questions on public data, against a small server on loopback that serves files in the real formats."""

from __future__ import annotations

import errno
import functools
import gc
import gzip
import hashlib
import http.server
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import files
import harness
import numpy as np
import pytest
from PIL import Image

from exam import bank
from exam.bank import hidden, public, training
from exam.bank.public import DataUnavailable
from exam.workspace import Exam

PUBLIC = sorted(name for name, folder in bank.find().items() if (folder / public.DOWNLOADS).exists())
SEED = 5
# A connection that breaks off is closed by requests when Python collects it, not before.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def idx(array: np.ndarray) -> bytes:
    """Return an array of bytes as a gzipped idx file."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">i4").tobytes()
    return gzip.compress(head + array.tobytes(), mtime=0)


def garments(count: int, chance: np.random.Generator) -> tuple[bytes, bytes]:
    labels = np.arange(count, dtype=np.uint8) % 10
    images = chance.integers(0, 60, (count, 28, 28), dtype=np.uint8) + 15 * labels[:, None, None]
    return idx(images), idx(labels)


def pictures(count: int, chance: np.random.Generator, prefix: str = "") -> bytes:
    """Return a zip of PNG files in the folders ``horses`` and ``humans``, with the entries that such archives have."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("horses", "humans"):
            archive.writestr(f"{prefix}{name}/", "")
            archive.writestr(f"{prefix}{name}/.DS_Store", "not a picture")
            for number in range(count):
                png = io.BytesIO()
                Image.fromarray(chance.integers(0, 256, (30, 30, 4), dtype=np.uint8), "RGBA").save(png, "PNG")
                archive.writestr(f"{prefix}{name}/{name}{number:02}-0.png", png.getvalue())
    return file.getvalue()


def headlines(count: int, chance: np.random.Generator) -> bytes:
    words = np.array(["mayor", "goose", "area", "man", "wins", "report", "nothing", "budget", "moon", "local"])
    chosen = words[chance.integers(0, len(words), (count, 8))]
    rows = [
        {"article_link": "x", "headline": " ".join(row), "is_sarcastic": number % 2}
        for number, row in enumerate(chosen)
    ]
    return json.dumps(rows).encode()


def sunspots(chance: np.random.Generator) -> bytes:
    months = [f'"{1749 + number // 12}-{number % 12 + 1:02}",{chance.uniform(0, 200):.1f}' for number in range(2820)]
    return "\r\n".join(['"Month","Sunspots"', *months]).encode()


@pytest.fixture(scope="module")
def content() -> dict[str, bytes]:
    """File name -> content: small files in the formats of the real ones."""
    chance = np.random.default_rng(1)
    train, test = garments(1200, chance), garments(300, chance)
    return {
        "train-images-idx3-ubyte.gz": train[0],
        "train-labels-idx1-ubyte.gz": train[1],
        "t10k-images-idx3-ubyte.gz": test[0],
        "t10k-labels-idx1-ubyte.gz": test[1],
        "horse-or-human.zip": pictures(40, chance),
        "validation-horse-or-human.zip": pictures(10, chance),
        "sarcasm.json": headlines(20_300, chance),
        "monthly-sunspots.csv": sunspots(chance),
    }


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``files``; ``broken`` names are announced whole and sent in part."""

    def __init__(self, *arguments: object, files: dict[str, bytes], broken: set[str], asked: list[str]) -> None:
        self.files, self.broken, self.asked = files, broken, asked
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:  # noqa: N802
        name = self.path.lstrip("/")
        self.asked.append(name)
        if name not in self.files:
            self.send_error(404)
            return
        data = self.files[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if name in self.broken else data)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Net:
    """A server and a bank whose public questions are downloaded from it."""

    def __init__(self, folder: Path, content: dict[str, bytes]) -> None:
        self.bank, self.cache = folder / "bank", folder / "cache"
        self.files, self.broken, self.asked = dict(content), set[str](), list[str]()
        make = functools.partial(Handler, files=self.files, broken=self.broken, asked=self.asked)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), make)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        for name in PUBLIC:
            source = bank.find()[name]
            shutil.copytree(source, self.bank / source.parent.name / name)
            self.describe(self.bank / source.parent.name / name)

    def describe(self, question: Path) -> None:
        """Write the ``downloads.toml`` of the small files: the same names, and a checksum where there was one."""
        lines = []
        for download in public.downloads(question):
            lines += ["[[file]]", f'name = "{download.name}"']
            lines += [f'url = "http://127.0.0.1:{self.server.server_port}/{download.name}"']
            if download.sha256:
                lines += [f'sha256 = "{hashlib.sha256(self.files[download.name]).hexdigest()}"']
        (question / public.DOWNLOADS).write_text("\n".join(lines) + "\n")

    def load(self, name: str) -> bank.Question:
        return bank.load(name, self.bank)

    def left(self, name: str) -> list[str]:
        """Return what lies in the cache of one question."""
        folder = self.cache / "public" / name
        return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


@pytest.fixture
def net(tmp_path: Path, content: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Net(tmp_path, content)
    monkeypatch.setenv("EXAM_CACHE", str(made.cache))
    yield made
    made.server.shutdown()
    made.server.server_close()
    gc.collect()  # now, while warnings of broken connections are ignored


def make(net: Net, name: str, category: Path) -> None:
    """Make the data of one question as ``exam data`` does."""
    training.make(category, name, SEED, bank_folder=net.bank)


def test_there_are_public_questions_for_four_categories() -> None:
    assert {bank.load(name).category for name in PUBLIC} >= {2, 3, 4, 5}


@pytest.mark.parametrize("name", PUBLIC)
def test_checksums_are_whole_and_addresses_are_web_addresses(name: str) -> None:
    for download in public.downloads(bank.find()[name]):
        assert download.url.startswith(("https://", "http://fashion-mnist.s3-website"))
        assert len(download.sha256) in (0, 64) and download.url.endswith(download.name)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLIC)
def test_data_and_hidden_set_are_made_from_the_real_formats(name: str, net: Net, tmp_path: Path) -> None:
    question = net.load(name)
    data = tmp_path / "data"
    data.mkdir()
    question.write_training(data, SEED)
    samples = question.make_hidden(SEED)
    n = len(samples.x)
    assert n > 0 and samples.x.shape == (n, *question.input_shape)
    assert samples.y.shape == ((n,) if question.task == "multiclass" else (n, *question.output_shape))
    assert samples.baseline.shape == (n, *question.output_shape) and np.isfinite(samples.baseline).all()
    assert any(data.rglob("*.*"))
    asked = len(net.asked)
    assert asked == len(public.downloads(net.bank / f"category{question.category}" / name)), "each file once"
    question.make_hidden(SEED + 1)
    assert len(net.asked) == asked, "the cache was not used"


def test_validation_pictures_are_moved_not_copied(net: Net, tmp_path: Path) -> None:
    net.load("horses_or_humans").write_training(tmp_path, SEED)
    names = [path.name for path in tmp_path.rglob("*.png")]
    assert len(names) == len(set(names)) == 80
    folders = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png")}
    assert folders == {"train/horses", "train/humans", "validation/horses", "validation/humans"}


FAULTS = {
    "offline": "cannot be reached. Connect to the internet",
    "gone": "answered 404",
    "checksum": "its SHA-256 differs",
    "truncated": "stopped sending in the middle",
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", PUBLIC)
def test_a_failed_download_is_one_sentence_and_leaves_nothing(
    name: str, fault: str, net: Net, tmp_path: Path
) -> None:
    question = net.load(name)
    first = public.downloads(net.bank / f"category{question.category}" / name)[0]
    if fault == "offline":
        net.server.shutdown()
        net.server.server_close()
    elif fault == "gone":
        del net.files[first.name]
    elif fault == "truncated":
        net.broken.add(first.name)
    elif first.sha256:
        net.files[first.name] = b"something else"
    else:  # pinned at the first download
        public.fetch(net.bank / f"category{question.category}" / name)
        (net.cache / "public" / name / first.name).unlink()
        net.files[first.name] = b"something else"
    category = tmp_path / "CategoryX"
    with pytest.raises(DataUnavailable) as caught:
        make(net, name, category)
    sentence = str(caught.value)
    assert FAULTS[fault] in sentence and first.name in sentence and "python -m exam" in sentence
    assert "\n" not in sentence and "Traceback" not in sentence
    assert [file for file in net.left(name) if not file.endswith(".sha256")] == []
    assert not category.exists() or list(category.iterdir()) == []


DAMAGED = {
    "horse-or-human.zip": "horses_or_humans",
    "train-images-idx3-ubyte.gz": "fashion_mnist",
    "sarcasm.json": "sarcasm_headlines",
    "monthly-sunspots.csv": "monthly_sunspots",
}


@pytest.mark.parametrize("file", DAMAGED)
def test_a_truncated_archive_is_one_sentence_and_leaves_the_cache(
    file: str, net: Net, tmp_path: Path
) -> None:
    """The checksum fits, as after a mistake of the publisher, and the file does not hold what it should."""
    name = DAMAGED[file]
    net.files[file] = net.files[file][: len(net.files[file]) // 2] + b'\n"x'
    net.describe(net.bank / f"category{net.load(name).category}" / name)
    category = tmp_path / "CategoryX"
    with pytest.raises(DataUnavailable, match=f"{file} is damaged and was removed from the cache"):
        make(net, name, category)
    assert file not in net.left(name)
    assert not category.exists() or list(category.iterdir()) == []


@pytest.mark.parametrize(
    "evil", ["../../evil.png", "/horses/evil.png", "horses\\..\\..\\evil.png", "C:/horses/evil.png"]
)
def test_a_name_that_leads_outside_is_refused(evil: str, net: Net, tmp_path: Path) -> None:
    file = io.BytesIO(net.files["horse-or-human.zip"])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(evil, b"evil")
    net.files["horse-or-human.zip"] = file.getvalue()
    net.describe(net.bank / "category3" / "horses_or_humans")
    before = sorted(path for path in tmp_path.rglob("*") if net.cache not in path.parents)
    category = tmp_path / "deep" / "CategoryX"
    with pytest.raises(DataUnavailable, match="leads outside"):
        make(net, "horses_or_humans", category)
    left = sorted(path for path in tmp_path.rglob("*") if net.cache not in path.parents)
    assert [path for path in left if path not in before and path not in (category, category.parent, net.cache)] == []
    assert not list(tmp_path.rglob("evil*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB; only root may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = sys.platform == "linux" and shutil.which("mount")
    if not mounted or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)], capture_output=True, check=False
    ).returncode:
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_while_downloading(net: Net, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAM_CACHE", str(small_disk / "cache"))
    with pytest.raises(DataUnavailable, match="full: there is no room for sarcasm.json in .* python -m exam data"):
        net.load("sarcasm_headlines").make_hidden(SEED)
    assert [path for path in (small_disk / "cache").rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_full_disk_while_making_the_data(net: Net, small_disk: Path) -> None:
    category = small_disk / "Category3"
    with pytest.raises(DataUnavailable, match="The disk is full.* python -m exam data"):
        make(net, "horses_or_humans", category)
    assert list(category.iterdir()) == []


def test_a_full_disk_without_a_small_one(net: Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where nothing can be mounted: the copy of the first picture fails as on a full disk."""

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(public.shutil, "copyfileobj", full)
    with pytest.raises(DataUnavailable, match="The disk is full.* python -m exam data"):
        make(net, "horses_or_humans", tmp_path / "Category3")
    assert not (tmp_path / "Category3").exists() or list((tmp_path / "Category3").iterdir()) == []


def test_a_folder_that_cannot_be_written(net: Net, tmp_path: Path) -> None:
    (tmp_path / "Category3").write_text("a file where the folder should be")
    with pytest.raises(DataUnavailable, match="the data of category 3 cannot be written into .*Category3"):
        make(net, "horses_or_humans", tmp_path / "Category3")


def test_the_hidden_set_depends_on_the_addresses(net: Net) -> None:
    before = hidden.fingerprint(net.load("fashion_mnist"), net.bank)
    file = net.bank / "category2" / "fashion_mnist" / public.DOWNLOADS
    file.write_text(file.read_text() + "# another publisher\n")
    assert hidden.fingerprint(net.load("fashion_mnist"), net.bank) != before


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_downloads_show_a_progress_bar(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    from exam.screens import downloads

    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with downloads.bars() as progress:
        public.fetch(net.bank / "category4" / "sarcasm_headlines", progress)
    assert "sarcasm.json from 127.0.0.1" in shown.getvalue() and "MB" in shown.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("draw", "--category", "5", "--question", "monthly_sunspots"), ("data",), ("grade", "5")]
)
def test_without_a_network_commands_say_what_to_do(command: tuple[str, ...], tmp_path: Path) -> None:
    """Through the command line, with an address where nobody listens."""
    root = tmp_path / "workspace"
    shutil.copytree(harness.TEMPLATE, root, ignore=shutil.ignore_patterns(".idea", "tests"))
    (root / ".exam").mkdir(exist_ok=True)
    downloads = root / "exam" / "bank" / "category5" / "monthly_sunspots" / public.DOWNLOADS
    downloads.write_text('[[file]]\nname = "monthly-sunspots.csv"\nurl = "http://127.0.0.1:9/monthly-sunspots.csv"\n')
    questions = {1: "straight_line", 2: "handwritten_digits", 3: "rock_paper_scissors", 4: "satire_headlines"}
    if command[0] != "draw":
        exam = Exam("x", 3, "cpu", 5.0, "offline", {**questions, 5: "monthly_sunspots"})
        (root / "exam.toml").write_text(exam.to_toml())
        for category, question in exam.questions.items():
            (root / f"Category{category}" / "data").mkdir(parents=True)
            if category == 5:
                (root / "Category5" / "data").rmdir()
    if command[0] == "grade":
        flat, answer = files.layer("Flatten"), files.layer("Dense", units=12, activation="linear")
        files.write(root / "Category5" / "mymodel.h5", files.sequential(flat, answer, shape=(60, 1)))
    run = subprocess.run(
        [sys.executable, "-m", "exam", *command],
        cwd=root,
        env={**os.environ, "EXAM_CACHE": str(tmp_path / "cache"), "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    last = run.stderr.strip().splitlines()[-1]
    assert run.returncode == 3 and last.startswith("monthly-sunspots.csv could not be downloaded"), run.stderr
    assert "127.0.0.1:9 cannot be reached" in last and "draw --data-source offline" in last
    assert not (root / "Category5" / "data").exists() and not (root / "Category5" / ".data-partial").exists()
    assert not (root / ".exam" / "attempts.jsonl").exists()

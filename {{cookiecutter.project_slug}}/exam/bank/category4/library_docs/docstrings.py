"""Real English: short passages from the docstrings of installed packages, read from their sources without importing."""

from __future__ import annotations

import ast
import importlib.util
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from exam.bank.public import DataUnavailable
from exam.bank.texts import words_of
from exam.machine.trouble import to_repair

# Sources that are the same in every build of a version, where much prose stands in little code.
SOURCES: dict[str, tuple[str, ...]] = {
    "scipy": ("cluster", "fft", "interpolate", "linalg", "ndimage", "signal", "spatial", "stats"),
    "sklearn": (
        *("base.py", "cluster", "compose", "covariance", "decomposition", "ensemble", "feature_extraction"),
        *("feature_selection", "impute", "mixture", "multiclass.py", "naive_bayes.py", "preprocessing", "utils"),
    ),
    "matplotlib": ("*.py", "_api", "backends", "projections", "tri"),
    "keras": (
        *("src/activations", "src/callbacks", "src/distillation", "src/dtype_policies", "src/initializers"),
        *("src/layers", "src/losses", "src/metrics", "src/optimizers", "src/random", "src/regularizers"),
    ),
}
"""Package -> its folders and files that are read."""

LONGEST_FILE = 60_000  # characters: the longest files take most of the time to parse
MOST_PER_FILE = 16  # passages: no file and its subject may dominate
FEWEST_WORDS, MOST_WORDS = 6, 40

# A text that says one of these says where it comes from, or where it does not.
GIVEAWAYS = frozenset(
    "numpy np scipy sklearn scikit matplotlib mpl pyplot plt pylab statsmodels keras tf tensorflow torch pytorch jax "
    "openvino pandas pd matlab".split()
)
NO_PROSE = re.compile(r"\s|[-*+] |\d+[.)]|\.\. |[-=~^]{3,}|\||:\w|>>>|.*\s:(\s|$)|.*:$")
"""A line that is indented, or begins a list, a directive, a heading, a table, an example or a list of parameters."""
CODE = re.compile(r"(`+|\*+)[~!]?(?:\w*\.)*([A-Za-z_]+)(?:\(\))?\1")
"""One name set as code or in italics, with or without the modules that lead to it."""
SENTENCE = re.compile(r"[A-Z][^`\\=<>{}\[\]_/|@$*#]*[.!?]")
UNFINISHED = re.compile(r"\d\.\d|[a-z]\.[a-z]|\w\(|\.\.|\b(e\.g|i\.e|etc|vs|al|cf|resp)\.$")


@lru_cache(maxsize=None)
def passages_by_file(package: str) -> tuple[tuple[str, ...], ...]:
    """Return the passages of each source file of ``package`` that has any, files in the order of their paths.

    Passages that begin or end like an earlier one are left out: boilerplate tells nothing.

    Raises:
        DataUnavailable: the package is not installed.
    """
    begun: set[object] = set()
    files = []
    for source in _sources(package):
        fresh = []
        for text in (text for doc in _docstrings(source) for text in passages(doc)):
            words = words_of(text)
            ends = {("first", *words[:6]), ("last", *words[-6:])}
            if not ends & begun:
                fresh.append(text)
            begun |= ends
        if fresh:
            files.append(tuple(fresh[:MOST_PER_FILE]))
    return tuple(files)


def passages(doc: str) -> Iterator[str]:
    """Yield texts of 6 to 40 words from the prose of a docstring: neighbouring sentences of one paragraph."""
    for paragraph in re.split(r"\n\s*\n", doc):
        if any(NO_PROSE.match(line) for line in paragraph.split("\n")):
            continue
        together: list[str] = []
        for sentence in [*_sentences(paragraph), ""]:
            if not sentence or _length([*together, sentence]) > MOST_WORDS:
                if FEWEST_WORDS <= _length(together) <= MOST_WORDS:
                    yield " ".join(together)
                together = []
            together.append(sentence)


def _sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph that are plain English: no formulas, no code, no library's name."""
    text = " ".join(paragraph.split())
    text = re.sub(r":[\w:]+:(?=`)", "", text)  # the role in :func:`name`
    text = CODE.sub(lambda code: code[2].replace("_", " ").strip(), text)
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)
    return [sentence for sentence in sentences if SENTENCE.fullmatch(sentence) and _is_plain(sentence)]


def _is_plain(sentence: str) -> bool:
    return not UNFINISHED.search(sentence) and not GIVEAWAYS.intersection(words_of(sentence))


def _length(sentences: Sequence[str]) -> int:
    return len(words_of(" ".join(sentences)))


def _docstrings(source: str) -> Iterator[str]:
    """Yield the docstrings of a module, its classes, functions and methods, without their indentation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of others' sources, for example about invalid escapes
        waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield ast.get_docstring(node) or ""
        if isinstance(node, (ast.Module, ast.ClassDef)):
            waiting[:0] = node.body


def _sources(package: str) -> Iterator[str]:
    """Yield the texts of the files named by ``SOURCES`` in the order of their paths, without tests and long files."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise DataUnavailable(f"The package {package} is not installed. Repair the environment: {to_repair()}")
    root = Path(spec.submodule_search_locations[0])
    paths = {path for entry in SOURCES[package] for path in _python_files(root, entry)}
    for path in sorted(paths, key=lambda path: path.relative_to(root).as_posix()):
        text = path.read_text(encoding="utf-8")
        if len(text) <= LONGEST_FILE and not re.search(r"(^|/|_)tests?(/|\.py$)", path.relative_to(root).as_posix()):
            yield text


def _python_files(root: Path, entry: str) -> Iterator[Path]:
    """Return all Python files below a folder, or those that match a pattern."""
    return (root / entry).rglob("*.py") if (root / entry).is_dir() else root.glob(entry)

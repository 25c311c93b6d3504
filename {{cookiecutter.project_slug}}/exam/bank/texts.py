"""Texts as word ids: what a question's files, its hidden set and its starter agree on."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array

PADDING, OOV = 0, 1
OOV_TOKEN = "<OOV>"

Labelled = list[tuple[str, int]]


def words_of(text: str) -> list[str]:
    """Return the words of ``text``: lower-cased runs of the letters a-z; everything else only separates them."""
    return re.findall(r"[a-z]+", text.lower())


def make_word_index(texts: Iterable[str], size: int) -> dict[str, int]:
    """Return word -> id: 1 for unknown words, then the most frequent words of ``texts``.

    Ids stay below ``size``; 0 is left for padding. Words of equal frequency are in alphabetical order.
    """
    counts = Counter(word for text in texts for word in words_of(text))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[: size - 2]
    return {OOV_TOKEN: OOV} | {word: number for number, word in enumerate(frequent, start=OOV + 1)}


def encode(texts: Sequence[str], word_index: Mapping[str, int], length: int) -> Array:
    """Return the first ``length`` word ids of each text, zeros after its last word; int32 (n, length)."""
    ids = np.full((len(texts), length), PADDING, dtype=np.int32)
    for row, text in zip(ids, texts, strict=True):
        numbers = [word_index.get(word, OOV) for word in words_of(text)][:length]
        row[: len(numbers)] = numbers
    return ids


def distinct(
    write: Callable[[int], str], labels: Iterable[int], key: Callable[[str], object], keys: set[object]
) -> Labelled:
    """Return a text of its own for each label.

    Args:
        write: ``(label) -> text``, another one at each call.
        labels: the class of each text.
        key: what makes two texts the same, for example their word ids.
        keys: keys that may not come; those of the new texts are added.
    """
    texts: Labelled = []
    for label in labels:
        text = write(label)
        while key(text) in keys:
            text = write(label)
        keys.add(key(text))
        texts.append((text, label))
    return texts


def unseen(
    write: Callable[[int], str], labels: Iterable[int], word_index: Mapping[str, int], ids: Array
) -> Labelled:
    """Return a text for each label, none with the word ids of another or of a row of ``ids``, (n, length)."""
    length = ids.shape[1]
    return distinct(
        write,
        labels,
        key=lambda text: encode([text], word_index, length).tobytes(),
        keys={row.tobytes() for row in ids},
    )


def write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write a JSON list of objects, one a line."""
    lines = [json.dumps(dict(row)) for row in rows]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8", newline="\n")


def write_word_index(path: Path, word_index: Mapping[str, int]) -> None:
    """Write word -> id as JSON, one a line."""
    path.write_text(json.dumps(dict(word_index), indent=0) + "\n", encoding="utf-8", newline="\n")

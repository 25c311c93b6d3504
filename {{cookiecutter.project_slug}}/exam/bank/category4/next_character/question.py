"""Category 4: read 40 characters, name the next one; a model that can do that writes text of its own."""

from __future__ import annotations

import json
import string
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from exam.bank.baselines import one_hot
from exam.bank.category4.next_character.farm import story
from exam.bank.metrics import Array
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.streams import generator
from exam.bank.texts import write_rows

ID = "next_character"
CHARACTERS = "\n ,.?" + string.ascii_lowercase
INDEX = {character: number for number, character in enumerate(CHARACTERS)}
LENGTH = 40
TEXT_SIZE = 20_000
# Of the text that windows are picked from; the rarest characters come about once in a thousand.
POOL_SIZE = 120_000
VALIDATION_EACH = 20
HIDDEN_EACH = 60
BEFORE = 2


def training_text(seed: int) -> str:
    """Return the text that the windows for training are cut from, a little over 20,000 characters."""
    return story(generator(seed, ID, "training"), TEXT_SIZE)


def windows_of(text: str) -> list[tuple[str, str]]:
    """Return every 40 characters of ``text`` with the character that follows them."""
    return [(text[start : start + LENGTH], text[start + LENGTH]) for start in range(len(text) - LENGTH)]


def picked_windows(seed: int, purpose: str, each: int, known_windows: set[str]) -> list[tuple[str, str]]:
    """Return windows of a text of their own, ``each`` for every character that can follow, in random order.

    Args:
        seed: of the exam.
        purpose: names the random stream.
        each: how many windows are followed by the same character.
        known_windows: windows that may not come; those returned are added.
    """
    stream = generator(seed, ID, purpose)
    pool = windows_of(story(stream, POOL_SIZE))
    by_character: dict[str, list[tuple[str, str]]] = {character: [] for character in CHARACTERS}
    for number in stream.permutation(len(pool)):
        window, following = pool[number]
        if len(by_character[following]) < each and window not in known_windows:
            known_windows.add(window)
            by_character[following].append((window, following))
    picked = [pair for pairs in by_character.values() for pair in pairs]
    return [picked[number] for number in stream.permutation(len(picked))]


def validation_windows(seed: int) -> list[tuple[str, str]]:
    """Return 620 windows, 20 for each character, none of which is in the training text."""
    windows = {window for window, _ in windows_of(training_text(seed))}
    return picked_windows(seed, "validation", VALIDATION_EACH, windows)


def hidden_windows(seed: int) -> list[tuple[str, str]]:
    """Return 1,860 windows, 60 for each character, none of which is in the data files."""
    windows = {window for window, _ in windows_of(training_text(seed)) + validation_windows(seed)}
    return picked_windows(seed, "hidden", HIDDEN_EACH, windows)


def encode(texts: list[str]) -> Array:
    """Return the numbers of the characters of texts of equal length, int32 (n, length)."""
    return np.array([[INDEX[character] for character in text] for text in texts], dtype=np.int32)


def write_training(folder: Path, seed: int) -> None:
    """Write ``text.txt``, ``validation.json``, a list of windows, and ``characters.json``, character -> number."""
    (folder / "text.txt").write_text(training_text(seed), encoding="utf-8", newline="\n")
    rows = ({"window": window, "next": following} for window, following in validation_windows(seed))
    write_rows(folder / "validation.json", rows)
    (folder / "characters.json").write_text(json.dumps(INDEX, indent=0) + "\n", encoding="utf-8", newline="\n")


def after_the_last_two(text: str, windows: list[str]) -> list[int]:
    """Return for each window what follows its last two characters most often in ``text``, as numbers."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for start in range(len(text) - BEFORE):
        counts[text[start : start + BEFORE]][text[start + BEFORE]] += 1
    most_often = {pair: max(sorted(count), key=lambda key: count[key]) for pair, count in counts.items()}
    return [INDEX[most_often.get(window[-BEFORE:], " ")] for window in windows]


def make_hidden(seed: int) -> HiddenSet:
    """Return 1,860 unseen windows; each of the 31 characters is the next one equally often."""
    windows, following = zip(*hidden_windows(seed), strict=True)
    y = encode(list(following))[:, 0].astype(np.int64)
    baseline = after_the_last_two(training_text(seed), list(windows))
    return HiddenSet(encode(list(windows)), y, one_hot(baseline, len(CHARACTERS)))


QUESTION = Question(
    id=ID,
    category=4,
    title="The next character",
    task="multiclass",
    input_shape=(LENGTH,),
    output_shape=(len(CHARACTERS),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.43, 0.52, 0.62, 0.68, 0.73),
    baseline="the character that most often followed the last two",
    difficulty=3,
    train_seconds=25,
    skills=(
        "nlp-systems",
        "generate-text",
        "sequence-models-text",
        "embeddings",
        "multiclass-classification",
        "predict",
        "dynamic-learning-rate",
        "overfitting",
    ),
    source="generated from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    largest_id=len(CHARACTERS) - 1,
    certain_id=len(CHARACTERS) - 1,
    class_names=tuple({"\n": "new line", " ": "space"}.get(character, character) for character in CHARACTERS),
    advice=(
        Advice(
            "Do not average over the window: put Flatten after the Embedding, or an LSTM, so that the model "
            "sees the order. The word that decides is often 20 characters back.",
            only=("GlobalAveragePooling1D", "GlobalMaxPooling1D"),
        ),
        Advice(
            "Put a hidden layer of 128 neurons with relu before the last layer.",
            unless=("hidden layer",),
        ),
        Advice(
            "Put Dropout(0.3) between the layers.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Give the hidden layer 128 neurons.",
            unless=("64 units",),
            when="underfitting",
        ),
        Advice(
            "Train for 15 epochs with a learning rate that falls: "
            "tf.keras.optimizers.schedules.CosineDecay(0.004, ...).",
            epochs=15,
        ),
    ),
)

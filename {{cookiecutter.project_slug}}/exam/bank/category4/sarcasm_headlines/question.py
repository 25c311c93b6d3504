"""Category 4, public data: is a real news headline meant sarcastically?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from exam.bank.metrics import Array
from exam.bank.public import fetch, reading
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.texts import Labelled, encode, make_word_index, write_rows, write_word_index

ID = "sarcasm_headlines"
TRAIN_SIZE = 20_000
VALIDATION_SIZE = 2_000
"""The last ones of the first 20,000."""
VOCAB_SIZE = 1000
MAX_LENGTH = 120


def headlines() -> Labelled:
    """Return all headlines with their class, 1 for sarcasm, in the order of the file.

    Raises:
        DataUnavailable: the file cannot be had, or is not what it should be.
    """
    path = fetch(Path(__file__).parent)["sarcasm.json"]
    with reading(path):
        rows = json.loads(path.read_text(encoding="utf-8"))
        pairs = [(str(row["headline"]), int(row["is_sarcastic"])) for row in rows]
        if len(pairs) <= TRAIN_SIZE:
            raise ValueError(f"it holds {len(pairs)} headlines")
    return pairs


def word_index_of(training: Labelled) -> dict[str, int]:
    """Return word -> id of the training headlines that are not for validation."""
    return make_word_index((text for text, _ in training[:-VALIDATION_SIZE]), VOCAB_SIZE)


def ids_of(rows: Labelled, word_index: dict[str, int]) -> Array:
    """Return the word ids of the headlines, int32 (n, 120)."""
    return encode([text for text, _ in rows], word_index, MAX_LENGTH)


def write_training(folder: Path, seed: int) -> None:
    """Write ``headlines.json``, the first 20,000 headlines as in the exam, and ``word_index.json``."""
    training = headlines()[:TRAIN_SIZE]
    write_rows(folder / "headlines.json", ({"headline": text, "is_sarcastic": label} for text, label in training))
    write_word_index(folder / "word_index.json", word_index_of(training))


def make_hidden(seed: int) -> HiddenSet:
    """Return the headlines after the first 20,000 that differ from all of those, the same for every seed."""
    rows = headlines()
    training = rows[:TRAIN_SIZE]
    word_index = word_index_of(training)
    keys = {row.tobytes() for row in ids_of(training, word_index)}
    x = ids_of(rows[TRAIN_SIZE:], word_index)
    y = np.array([[label] for _, label in rows[TRAIN_SIZE:]], dtype=np.float32)
    unseen = np.array([row.tobytes() not in keys for row in x])
    share = np.mean([label for _, label in training])
    return HiddenSet(x[unseen], y[unseen], np.full_like(y[unseen], share))


QUESTION = Question(
    id=ID,
    category=4,
    title="Sarcasm in news headlines",
    task="binary",
    input_shape=(MAX_LENGTH,),
    output_shape=(1,),
    activations=("sigmoid",),
    metric="binary_accuracy",
    bands=(0.65, 0.72, 0.77, 0.8, 0.82),
    baseline="always the more frequent class",
    difficulty=2,
    train_seconds=90,
    skills=("prepare-text", "embeddings", "binary-text", "sequence-models-text", "overfitting", "json-csv"),
    source="News Headlines Dataset for Sarcasm Detection (Rishabh Misra, 2018), as used by the TensorFlow courses",
    licence="not stated where it is downloaded; for practice only",
    write_training=write_training,
    make_hidden=make_hidden,
    largest_id=VOCAB_SIZE - 1,
    certain_id=890,
    advice=(
        Advice(
            "Write mask_zero=True in the Embedding, so that the layers after it skip the zeros.",
            unless=("mask_zero",),
        ),
        Advice(
            "Use Bidirectional(LSTM(16)) after the Embedding.",
            unless=("recurrent", "convolution"),
        ),
        Advice(
            "Put Dropout(0.4) before the last layers.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "The validation loss rises after two or three epochs: keep the best weights with "
            'EarlyStopping("val_loss", patience=2, restore_best_weights=True).',
        ),
    ),
)

"""Category 4: is a headline sober news or satire? The words are the same; what matters is how they are combined."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import bag_of_words
from exam.bank.category4.satire_headlines.grammar import headline
from exam.bank.metrics import Array
from exam.bank.question import HiddenSet, Question
from exam.bank.streams import generator
from exam.bank.texts import Labelled, distinct, encode, make_word_index, unseen, write_rows, write_word_index

ID = "satire_headlines"
TRAIN_SIZE = 7000
VALIDATION_SIZE = 1000
HIDDEN_SIZE = 2000
VOCAB_SIZE = 1000
MAX_LENGTH = 120


def training_headlines(seed: int) -> Labelled:
    """Return 8,000 different headlines with their class, 1 for satire: half of each class, in random order."""
    stream = generator(seed, ID, "training")
    size = TRAIN_SIZE + VALIDATION_SIZE
    labels = (int(label) for label in stream.permutation(np.arange(size) % 2))
    return distinct(lambda label: headline(stream, bool(label)), labels, str, set())


def word_index_of(headlines: Labelled) -> dict[str, int]:
    """Return word -> id of the words in the first 7,000 headlines."""
    return make_word_index((text for text, _ in headlines[:TRAIN_SIZE]), VOCAB_SIZE)


def ids_of(headlines: Labelled, word_index: dict[str, int]) -> Array:
    """Return the word ids of the headlines, int32 (n, 120)."""
    return encode([text for text, _ in headlines], word_index, MAX_LENGTH)


def write_training(folder: Path, seed: int) -> None:
    """Write ``headlines.json``, a list of objects, and ``word_index.json``, word -> id."""
    headlines = training_headlines(seed)
    write_rows(folder / "headlines.json", ({"headline": text, "is_satire": label} for text, label in headlines))
    write_word_index(folder / "word_index.json", word_index_of(headlines))


def hidden_headlines(seed: int, known: Array, word_index: dict[str, int]) -> Labelled:
    """Return 2,000 headlines, half of each class, none of which has the word ids of another or a row of ``known``."""
    stream = generator(seed, ID, "hidden")
    labels = (number % 2 for number in range(HIDDEN_SIZE))
    return unseen(lambda label: headline(stream, bool(label)), labels, word_index, known)


def make_hidden(seed: int) -> HiddenSet:
    """Return 2,000 unseen headlines as word ids; some of their words are in no training headline."""
    training = training_headlines(seed)
    word_index = word_index_of(training)
    known = ids_of(training, word_index)
    hidden = hidden_headlines(seed, known, word_index)
    x = ids_of(hidden, word_index)
    y = np.array([[label] for _, label in hidden], dtype=np.float32)
    return HiddenSet(x, y, bag_of_words(known, np.array([label for _, label in training]), x, VOCAB_SIZE))


QUESTION = Question(
    id=ID,
    category=4,
    title="News or satire?",
    task="binary",
    input_shape=(MAX_LENGTH,),
    output_shape=(1,),
    activations=("sigmoid",),
    metric="binary_accuracy",
    bands=(0.68, 0.73, 0.81, 0.88, 0.94),
    baseline="logistic regression on word counts, blind to word order",
    difficulty=3,
    train_seconds=30,
    skills=("nlp-systems", "prepare-text", "embeddings", "binary-text", "sequence-models-text", "json-csv"),
    source="written by a grammar from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    largest_id=VOCAB_SIZE - 1,
    certain_id=890,
    advice="Read who does what to whom, not just which words occur: Conv1D with GlobalMaxPooling1D, or a Bidirectional "
    "LSTM or GRU over Embedding(mask_zero=True), which skips the padding.",
)

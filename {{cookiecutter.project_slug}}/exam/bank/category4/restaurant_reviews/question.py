"""Category 4: would the writer of a restaurant review come again? Contrast and negation decide, not the words alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import bag_of_words
from exam.bank.category4.restaurant_reviews.grammar import review
from exam.bank.metrics import Array
from exam.bank.question import HiddenSet, Question
from exam.bank.streams import generator
from exam.bank.texts import Labelled, distinct, encode, make_word_index, unseen, write_rows, write_word_index

ID = "restaurant_reviews"
TRAIN_SIZE = 6000
VALIDATION_SIZE = 1000
HIDDEN_SIZE = 2000
VOCAB_SIZE = 800
MAX_LENGTH = 40


def training_reviews(seed: int) -> Labelled:
    """Return 7,000 different reviews with their class, 1 for "would come again": half of each, in random order."""
    stream = generator(seed, ID, "training")
    size = TRAIN_SIZE + VALIDATION_SIZE
    labels = (int(label) for label in stream.permutation(np.arange(size) % 2))
    return distinct(lambda label: review(stream, bool(label)), labels, str, set())


def word_index_of(reviews: Labelled) -> dict[str, int]:
    """Return word -> id of the words in the first 6,000 reviews."""
    return make_word_index((text for text, _ in reviews[:TRAIN_SIZE]), VOCAB_SIZE)


def ids_of(reviews: Labelled, word_index: dict[str, int]) -> Array:
    """Return the word ids of the reviews, int32 (n, 40)."""
    return encode([text for text, _ in reviews], word_index, MAX_LENGTH)


def write_training(folder: Path, seed: int) -> None:
    """Write ``reviews.json``, a list of objects, and ``word_index.json``, word -> id."""
    reviews = training_reviews(seed)
    write_rows(folder / "reviews.json", ({"review": text, "comes_again": label} for text, label in reviews))
    write_word_index(folder / "word_index.json", word_index_of(reviews))


def hidden_reviews(seed: int, known: Array, word_index: dict[str, int]) -> Labelled:
    """Return 2,000 reviews, half of each class, none of which has the word ids of another or a row of ``known``."""
    stream = generator(seed, ID, "hidden")
    labels = (number % 2 for number in range(HIDDEN_SIZE))
    return unseen(lambda label: review(stream, bool(label)), labels, word_index, known)


def make_hidden(seed: int) -> HiddenSet:
    """Return 2,000 unseen reviews as word ids; some of their words are in no training review."""
    training = training_reviews(seed)
    word_index = word_index_of(training)
    known = ids_of(training, word_index)
    hidden = hidden_reviews(seed, known, word_index)
    x = ids_of(hidden, word_index)
    y = np.array([[label] for _, label in hidden], dtype=np.float32)
    return HiddenSet(x, y, bag_of_words(known, np.array([label for _, label in training]), x, VOCAB_SIZE))


QUESTION = Question(
    id=ID,
    category=4,
    title="Would they come again?",
    task="binary",
    input_shape=(MAX_LENGTH,),
    output_shape=(1,),
    activations=("sigmoid",),
    metric="binary_accuracy",
    bands=(0.63, 0.66, 0.7, 0.84, 0.93),
    baseline="logistic regression on word counts, blind to word order",
    difficulty=2,
    train_seconds=30,
    skills=(
        "nlp-systems",
        "prepare-text",
        "binary-text",
        "embeddings",
        "lstm-text",
        "rnn-gru-layers",
        "sequence-models-text",
        "callbacks",
        "json-csv",
    ),
    source="written by a grammar from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    largest_id=VOCAB_SIZE - 1,
    certain_id=700,
    advice="An average of embeddings knows that the soup was bad and the waiter kind, not which of the two came after "
    "the but. Let a Bidirectional LSTM or GRU read the words in order, and train until the validation accuracy "
    "stops rising.",
)

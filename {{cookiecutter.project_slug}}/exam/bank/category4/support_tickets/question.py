"""Category 4: which team deals with a ticket? Five teams, of which the rarest gets one ticket in twenty."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from exam.bank.baselines import majority
from exam.bank.category4.support_tickets.grammar import TEAMS, ticket
from exam.bank.metrics import Array
from exam.bank.question import HiddenSet, Question
from exam.bank.streams import generator
from exam.bank.texts import Labelled, distinct, encode, make_word_index, unseen, write_word_index

ID = "support_tickets"
SHARES = {"account": 0.15, "billing": 0.2, "cancellation": 0.05, "defect": 0.1, "delivery": 0.5}
TRAIN_SIZE = 6000
VALIDATION_SIZE = 1000
HIDDEN_SIZE = 3000
VOCAB_SIZE = 600
MAX_LENGTH = 50


def labels_of(stream: np.random.Generator, size: int) -> list[int]:
    """Return ``size`` class indices in random order, of each team its share."""
    counts = [round(SHARES[team] * size) for team in TEAMS]
    return [int(label) for label in stream.permutation(np.repeat(np.arange(len(TEAMS)), counts))]


def training_tickets(seed: int) -> Labelled:
    """Return 7,000 different tickets with their class index, in random order."""
    stream = generator(seed, ID, "training")
    labels = labels_of(stream, TRAIN_SIZE) + labels_of(stream, VALIDATION_SIZE)
    return distinct(lambda label: ticket(stream, TEAMS[label]), labels, str, set())


def word_index_of(tickets: Labelled) -> dict[str, int]:
    """Return word -> id of the words in the first 6,000 tickets."""
    return make_word_index((text for text, _ in tickets[:TRAIN_SIZE]), VOCAB_SIZE)


def ids_of(tickets: Labelled, word_index: dict[str, int]) -> Array:
    """Return the word ids of the tickets, int32 (n, 50)."""
    return encode([text for text, _ in tickets], word_index, MAX_LENGTH)


def write_training(folder: Path, seed: int) -> None:
    """Write ``tickets.csv`` with the texts, ``teams.json`` with the classes, both by ticket id, and the word index."""
    tickets = training_tickets(seed)
    numbers = generator(seed, ID, "numbers").permutation(np.arange(10_000, 10_000 + 3 * len(tickets)))
    names = [f"T{number}" for number in numbers[: len(tickets)]]
    with (folder / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("ticket", "text"))
        rows.writerows((name, text) for name, (text, _) in zip(names, tickets, strict=True))
    teams = {name: TEAMS[label] for name, (_, label) in sorted(zip(names, tickets, strict=True))}
    (folder / "teams.json").write_text(json.dumps(teams, indent=0) + "\n", encoding="utf-8", newline="\n")
    write_word_index(folder / "word_index.json", word_index_of(tickets))


def hidden_tickets(seed: int, known: Array, word_index: dict[str, int]) -> Labelled:
    """Return 3,000 tickets, shared out as in training, none with the word ids of another or of a row of ``known``."""
    stream = generator(seed, ID, "hidden")
    return unseen(lambda label: ticket(stream, TEAMS[label]), labels_of(stream, HIDDEN_SIZE), word_index, known)


def make_hidden(seed: int) -> HiddenSet:
    """Return 3,000 unseen tickets as word ids; some of their words are in no training ticket."""
    training = training_tickets(seed)
    word_index = word_index_of(training)
    hidden = hidden_tickets(seed, ids_of(training, word_index), word_index)
    x = ids_of(hidden, word_index)
    y = np.array([label for _, label in hidden], dtype=np.int64)
    train_y = np.array([label for _, label in training[:TRAIN_SIZE]])
    return HiddenSet(x, y, majority(train_y, len(TEAMS), len(x)))


QUESTION = Question(
    id=ID,
    category=4,
    title="Which team deals with the ticket?",
    task="multiclass",
    input_shape=(MAX_LENGTH,),
    output_shape=(len(TEAMS),),
    activations=("softmax",),
    metric="balanced_accuracy",
    bands=(0.4, 0.55, 0.72, 0.8, 0.87),
    baseline="always the most frequent team, delivery",
    difficulty=3,
    train_seconds=20,
    skills=(
        "nlp-systems",
        "prepare-text",
        "multiclass-text",
        "multiclass-classification",
        "embeddings",
        "sequence-models-text",
        "several-sources",
        "json-csv",
        "callbacks",
        "overfitting",
    ),
    source="written by a grammar from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    largest_id=VOCAB_SIZE - 1,
    certain_id=570,
    class_names=TEAMS,
    advice="All five teams count alike, but half of the training tickets belong to one of them: give model.fit a "
    "class_weight, so that a rare team's ticket weighs more. Then let a Conv1D or a Bidirectional GRU see which "
    "request was taken back.",
    balanced=False,
)

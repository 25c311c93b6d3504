"""Category 4: is a headline sober news or satire? The words are the same; what matters is how they are combined."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np

from exam.bank.category4.satire_headlines.grammar import headline
from exam.bank.question import Array, HiddenSet, Question
from exam.bank.streams import generator

ID = "satire_headlines"
TRAIN_SIZE = 7000
VALIDATION_SIZE = 1000
HIDDEN_SIZE = 2000
VOCAB_SIZE = 1000
MAX_LENGTH = 120
PADDING, OOV = 0, 1
OOV_TOKEN = "<OOV>"

Labelled = list[tuple[str, int]]


def words_of(text: str) -> list[str]:
    """Return the words of ``text``: lower-cased runs of the letters a-z; everything else only separates them."""
    return re.findall(r"[a-z]+", text.lower())


def training_headlines(seed: int) -> Labelled:
    """Return 8,000 different headlines with their class, 1 for satire: half of each class, in random order."""
    stream = generator(seed, ID, "training")
    size = TRAIN_SIZE + VALIDATION_SIZE
    labels = stream.permutation(np.arange(size) % 2)
    seen: set[str] = set()
    headlines: Labelled = []
    while len(headlines) < size:
        label = int(labels[len(headlines)])
        text = headline(stream, bool(label))
        if text not in seen:
            seen.add(text)
            headlines.append((text, label))
    return headlines


def make_word_index(headlines: Labelled) -> dict[str, int]:
    """Return word -> id: 1 for unknown words, then the most frequent words of the first 7,000 headlines.

    Ids stay below ``VOCAB_SIZE``; 0 is left for padding. Words of equal frequency are in alphabetical order.
    """
    counts = Counter(word for text, _ in headlines[:TRAIN_SIZE] for word in words_of(text))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[: VOCAB_SIZE - 2]
    return {OOV_TOKEN: OOV} | {word: number for number, word in enumerate(frequent, start=OOV + 1)}


def encode(texts: list[str], word_index: dict[str, int]) -> Array:
    """Return the word ids of ``texts``, zeros after the last word; (n, 120) int32."""
    ids = np.full((len(texts), MAX_LENGTH), PADDING, dtype=np.int32)
    for row, text in zip(ids, texts, strict=True):
        numbers = [word_index.get(word, OOV) for word in words_of(text)][:MAX_LENGTH]
        row[: len(numbers)] = numbers
    return ids


def write_training(folder: Path, seed: int) -> None:
    """Write ``headlines.json``, a list of objects, and ``word_index.json``, word -> id."""
    headlines = training_headlines(seed)
    rows = [json.dumps({"headline": text, "is_satire": label}) for text, label in headlines]
    (folder / "headlines.json").write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")
    index = json.dumps(make_word_index(headlines), indent=0)
    (folder / "word_index.json").write_text(index + "\n", encoding="utf-8")


def hidden_headlines(seed: int, known: set[bytes], word_index: dict[str, int]) -> Labelled:
    """Return 2,000 headlines, half of each class, none of which has the word ids of another or of a ``known`` one."""
    stream = generator(seed, ID, "hidden")
    taken = set(known)
    headlines: Labelled = []
    while len(headlines) < HIDDEN_SIZE:
        label = len(headlines) % 2
        text = headline(stream, bool(label))
        ids = encode([text], word_index).tobytes()
        if ids not in taken:
            taken.add(ids)
            headlines.append((text, label))
    return headlines


def make_hidden(seed: int) -> HiddenSet:
    """Return 2,000 unseen headlines as word ids; some of their words are in no training headline."""
    training = training_headlines(seed)
    word_index = make_word_index(training)
    known = {row.tobytes() for row in encode([text for text, _ in training], word_index)}
    hidden = hidden_headlines(seed, known, word_index)
    texts = [text for text, _ in hidden]
    y = np.array([[label] for _, label in hidden], dtype=np.float32)
    return HiddenSet(encode(texts, word_index), y, bag_of_words(training, texts, word_index))


def bag_of_words(training: Labelled, texts: list[str], word_index: dict[str, int]) -> Array:
    """Return P(satire) of ``texts`` by logistic regression on the counts of known words, (n, 1) float32."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = CountVectorizer(analyzer=words_of, vocabulary=list(word_index))
    classifier = LogisticRegression(C=0.1, max_iter=500)
    classifier.fit(counter.transform([text for text, _ in training]), [label for _, label in training])
    satire = classifier.predict_proba(counter.transform(texts))[:, 1]
    return np.asarray(satire, dtype=np.float32).reshape(-1, 1)


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
    train_seconds=30,
    skills=(
        "prepare text for a model",
        "word index, padding and out-of-vocabulary token",
        "embeddings",
        "binary text classification",
        "LSTM, GRU or Conv1D for text",
    ),
    source="written by a grammar from the exam's seed",
    licence="MIT, as this project",
    write_training=write_training,
    make_hidden=make_hidden,
    advice="Read who does what to whom, not just which words occur: Conv1D with GlobalMaxPooling1D, or a Bidirectional "
    "LSTM or GRU over Embedding(mask_zero=True), which skips the padding.",
)

"""Category 4: which library does a docstring come from? Few texts, many words: the danger is learning by heart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exam.bank.baselines import one_hot
from exam.bank.category4.library_docs.docstrings import SOURCES, passages_by_file
from exam.bank.metrics import Array
from exam.bank.public import DataUnavailable
from exam.bank.question import Advice, HiddenSet, Question
from exam.bank.streams import generator
from exam.bank.texts import PADDING, Labelled, encode, make_word_index, write_rows, write_word_index
from exam.machine.trouble import to_repair

ID = "library_docs"
PARTS = {"hidden": 350, "validation": 80, "training": 200}
"""Part -> texts of each library."""
LIBRARIES = ("scipy", "scikit-learn", "matplotlib", "keras")
VOCAB_SIZE = 2000
MAX_LENGTH = 40


def parts(seed: int) -> dict[str, Labelled]:
    """Return part -> its texts with their class, in random order, as many of each library.

    Whole source files are dealt to the parts: the hidden texts are from files that no training text is from.

    Raises:
        DataUnavailable: a library is missing, or is not the one that the workspace installed.
    """
    stream = generator(seed, ID, "files")
    dealt: dict[str, Labelled] = {part: [] for part in PARTS}
    for label, package in enumerate(SOURCES):
        files = passages_by_file(package)
        waiting = [files[number] for number in stream.permutation(len(files))]
        for part, size in PARTS.items():
            texts: list[str] = []
            while len(texts) < size:
                if not waiting:
                    message = f"The package {package} is not the expected version."
                    raise DataUnavailable(f"{message} Repair the environment: {to_repair()}")
                texts += waiting.pop()
            dealt[part] += [(text, label) for text in texts[:size]]
    return {part: [texts[number] for number in stream.permutation(len(texts))] for part, texts in dealt.items()}


def word_index_of(training: Labelled) -> dict[str, int]:
    """Return word -> id of the words in the training texts."""
    return make_word_index((text for text, _ in training), VOCAB_SIZE)


def ids_and_labels(texts: Labelled, word_index: dict[str, int]) -> tuple[Array, Array]:
    """Return the word ids of the texts, int32 (n, 40), and their classes, int64 (n,)."""
    ids = encode([text for text, _ in texts], word_index, MAX_LENGTH)
    return ids, np.array([label for _, label in texts], dtype=np.int64)


def write_training(folder: Path, seed: int) -> None:
    """Write ``training.json`` and ``validation.json``, lists of objects, and ``word_index.json``, word -> id."""
    dealt = parts(seed)
    for part in ("training", "validation"):
        rows = ({"text": text, "library": LIBRARIES[label]} for text, label in dealt[part])
        write_rows(folder / f"{part}.json", rows)
    write_word_index(folder / "word_index.json", word_index_of(dealt["training"]))


def telling_words(ids: Array, labels: Array, x: Array) -> Array:
    """Return for each row of ``x`` the library whose most telling word it holds, the first library if none; (n,).

    A library's most telling word is the one with the greatest lead: the share of the library's texts that hold it,
    less the share of all texts.
    """
    holds = np.stack([np.bincount(row, minlength=VOCAB_SIZE) > 0 for row in ids])
    holds[:, PADDING] = False
    leads = [holds[labels == label].mean(axis=0) - holds.mean(axis=0) for label in range(len(LIBRARIES))]
    words = np.argmax(leads, axis=1)
    libraries: Array = np.argmax((x[:, :, None] == words).any(axis=1), axis=1)
    return libraries


def make_hidden(seed: int) -> HiddenSet:
    """Return 1,400 texts of other files as word ids, but those that have the ids of a text in the data files."""
    dealt = parts(seed)
    word_index = word_index_of(dealt["training"])
    ids, labels = ids_and_labels(dealt["training"], word_index)
    x, y = ids_and_labels(dealt["hidden"], word_index)
    keys = {row.tobytes() for row in [*ids, *ids_and_labels(dealt["validation"], word_index)[0]]}
    new = np.array([row.tobytes() not in keys for row in x])
    x, y = x[new], y[new]
    return HiddenSet(x, y, one_hot(telling_words(ids, labels, x), len(LIBRARIES)))


QUESTION = Question(
    id=ID,
    category=4,
    title="Which library wrote this?",
    task="multiclass",
    input_shape=(MAX_LENGTH,),
    output_shape=(len(LIBRARIES),),
    activations=("softmax",),
    metric="accuracy",
    bands=(0.34, 0.39, 0.44, 0.51, 0.55),
    baseline="one word for each library: the most telling one",
    difficulty=2,
    train_seconds=30,
    skills=(
        "nlp-systems",
        "prepare-text",
        "multiclass-text",
        "embeddings",
        "overfitting",
        "callbacks",
        "output-shape",
        "json-csv",
    ),
    source="docstrings of SciPy, scikit-learn, Matplotlib and Keras, read from the installed packages",
    licence="BSD-3-Clause (SciPy, scikit-learn), the Matplotlib licence (based on the PSF's), Apache-2.0 (Keras)",
    write_training=write_training,
    make_hidden=make_hidden,
    largest_id=VOCAB_SIZE - 1,
    certain_id=1900,
    class_names=LIBRARIES,
    advice=(
        Advice(
            "Put GlobalAveragePooling1D after the Embedding in place of Flatten or an LSTM: 800 texts cannot "
            "train a weight for each word at each place.",
            unless=("GlobalAveragePooling1D", "GlobalMaxPooling1D"),
        ),
        Advice(
            "Write mask_zero=True in the Embedding, so that the zeros behind a text do not count in its "
            "average.",
            unless=("mask_zero",),
        ),
        Advice(
            "Put Dropout(0.5) before the last layer, so that no single word decides.",
            unless=("regularisation",),
            when="overfitting",
        ),
        Advice(
            "Train for up to 80 epochs with tf.keras.optimizers.Adam(0.002), and keep the best weights with "
            'EarlyStopping("val_loss", patience=5, restore_best_weights=True).',
            epochs=80,
        ),
    ),
)

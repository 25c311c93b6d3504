"""One model for each mistake, graded for real: which finding comes first?

    python make.py confusion

writes ``docs/confusion.md``: rows are mistakes, columns the findings that were ranked first. Each mistake is made on
a real question of the bank, on top of a model that is sound otherwise, and is the only one in its file.
"""

from __future__ import annotations

import csv
import json
import runpy
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import claims
import files
import h5py
import harness
import numpy as np
from claims import SEED, Place

from exam import bank
from exam.findings import CATALOGUE
from exam.grading.grade import grade
from exam.result import Result
from exam.workspace import Exam, Workspace

TABLE = harness.REPOSITORY / "docs" / "confusion.md"
NO_MISTAKES = {"room-to-improve", "below-baseline", "would-have-earned", "still-being-saved", "other-keras"}
NO_MISTAKES |= {"older-than-starter", "older-than-exam"}
"""Findings that no model of today's Keras earns first: five that stand behind others, one for a file that another
program is writing (``test_inspection.py``), one for files of Keras 2 (``test_keras2.py``)."""
HEAD = """# Mistakes and findings

Made by `python make.py confusion`, never edited by hand. Every row is a model with one mistake, made on a question of
the bank and graded. The fourth column is the finding that the grader ranked first. Every finding that is shown claims
something; `dev/claims.py` checks that without the grader, and the last column has what is not true.

| finding | mistake | question | first finding | not true |
|---|---|---|---|---|
"""


class Bench(Place):
    """What a mistake is made with: the workspace of one question, its training data and its hidden set."""

    def model(self, *layers: Any, shape: Sequence[int | None] | None = None) -> Any:
        """Return a Sequential model with the question's input shape, or another; its weights are always the same."""
        import keras

        keras.utils.set_random_seed(1)
        return keras.Sequential([keras.Input(shape=tuple(shape or self.question.input_shape)), *layers])

    def save(self, model: Any, **options: Any) -> None:
        model.save(self.path, **options)

    def fitted(self, *layers: Any, epochs: int = 5, change: Callable[[Any], Any] = lambda x: x, **options: Any) -> Any:
        """Return a model trained on the training data, with inputs changed if wanted."""
        x, y = self.training
        made = self.model(*layers)
        losses = {"multiclass": "sparse_categorical_crossentropy", "binary": "binary_crossentropy"}
        made.compile(options.pop("optimizer", "adam"), loss=options.pop("loss", losses.get(self.question.task, "mae")))
        made.fit(change(x), options.pop("labels", y), epochs=epochs, verbose=0, **options)
        return made


def same(x: Any) -> Any:
    """Return inputs as they are."""
    return x


Change = Callable[[Any], Any]
MISTAKES: list[tuple[str, str, Callable[[Bench], None]]] = []
Make = Callable[[Bench], None]


def mistake(code: str, *questions: str) -> Callable[[Make], Make]:
    """Register a function that saves a model with the mistake for each of the questions."""

    def register(make: Make) -> Make:
        MISTAKES.extend((code, question, make) for question in questions)
        return make

    return register


def keras_layers() -> Any:
    """Return ``keras.layers``; imported late, so that the table can be read without TensorFlow."""
    from keras import layers

    return layers


# --- the file


@mistake("missing-file", "straight_line")
def nothing(bench: Bench) -> None:
    pass


@mistake("wrong-name", "straight_line")
def another_name(bench: Bench) -> None:
    files.write(bench.folder / "my_model.h5", files.line_model())


@mistake("saving-failed", "straight_line")
def layer_without_a_description(bench: Bench) -> None:
    layers = keras_layers()

    class Apply(layers.Layer):  # type: ignore[name-defined, misc]
        def __init__(self, function: Callable[[Any], Any]) -> None:
            super().__init__()
            self.function = function

        def call(self, x: Any) -> Any:
            return self.function(x)

    starter = runpy.run_path(str(bench.folder / "starter.py"))
    with suppress(SystemExit):  # says what to do
        starter["save_mymodel"](bench.model(layers.Dense(1), Apply(lambda x: x * 2)))


@mistake("wrong-folder", "straight_line")
def beside_the_folder(bench: Bench) -> None:
    files.write(bench.workspace.root / "mymodel.h5", files.line_model())


@mistake("linked-file", "straight_line")
def link_to_a_drive(bench: Bench) -> None:
    path = files.write(bench.workspace.root / "best.h5", files.line_model())
    (bench.folder / "mymodel.h5").symlink_to(path)


@mistake("keras-format", "straight_line")
def keras_file(bench: Bench) -> None:
    bench.model(keras_layers().Dense(1)).save(bench.folder / "mymodel.keras")


@mistake("keras-format", "handwritten_digits")
def keras_file_renamed(bench: Bench) -> None:
    bench.model(keras_layers().Flatten()).save(bench.folder / "model.keras")
    (bench.folder / "model.keras").rename(bench.path)


@mistake("saved-model", "straight_line")
def exported(bench: Bench) -> None:
    bench.model(keras_layers().Dense(1)).export(bench.path, verbose=False)


@mistake("unreadable-file", "straight_line")
def cut_off(bench: Bench) -> None:
    files.write(bench.path, files.line_model())
    bench.path.write_bytes(bench.path.read_bytes()[:-500])


@mistake("file-too-large", "straight_line")
def too_large(bench: Bench) -> None:
    files.write(bench.path, files.line_model())
    with bench.path.open("r+b") as file:
        file.truncate(201 * 2**20)


@mistake("unusual-contents", "straight_line")
def link(bench: Bench) -> None:
    files.write(bench.path, files.line_model())
    with h5py.File(bench.path, "r+") as file:
        file["model_weights/out"] = h5py.ExternalLink("other.h5", "/x")


@mistake("weights-only", "straight_line")
def weights(bench: Bench) -> None:
    other = bench.folder / "only.weights.h5"
    bench.model(keras_layers().Dense(1)).save_weights(other)
    other.rename(bench.path)


@mistake("unreadable-config", "straight_line")
def broken_description(bench: Bench) -> None:
    files.write(bench.path, "{not json")


# --- layers


@mistake("lambda-layer", "straight_line", "handwritten_digits")
def lambda_layer(bench: Bench) -> None:
    layers = keras_layers()
    units, last = bench.question.output_shape[-1], bench.question.activations[0]
    flat = [layers.Flatten()] if len(bench.question.input_shape) > 1 else []
    bench.save(bench.model(*flat, layers.Lambda(lambda x: x * 2), layers.Dense(units, activation=last)))


@mistake("custom-layer", "straight_line")
def custom_layer(bench: Bench) -> None:
    layers = keras_layers()

    class Twice(layers.Layer):  # type: ignore[name-defined, misc]
        def call(self, x: Any) -> Any:
            return x * 2

    bench.save(bench.model(layers.Dense(1), Twice()))


@mistake("custom-setting", "straight_line", "handwritten_digits")
def own_activation(bench: Bench) -> None:
    layers = keras_layers()

    def double(x: Any) -> Any:
        return x * 2

    flat = [layers.Flatten()] if len(bench.question.input_shape) > 1 else []
    bench.save(bench.model(*flat, layers.Dense(8, activation=double), *flat_answer(bench)[1:]))


@mistake("quantized-layer", "straight_line")
def quantized(bench: Bench) -> None:
    made = bench.model(keras_layers().Dense(8), keras_layers().Dense(1))
    made.quantize("float8")
    bench.save(made)


@mistake("empty-tensor", "bike_rentals")
def slice_behind_the_end(bench: Bench) -> None:
    import keras

    layers = keras_layers()
    x = keras.Input(bench.question.input_shape)
    y = layers.Dense(bench.question.output_shape[0])(layers.Flatten()(x[:, bench.question.input_shape[0] :]))
    bench.save(keras.Model(x, layers.Reshape(bench.question.output_shape)(y)))


@mistake("function-by-name", "straight_line")
def own_function_of_a_known_name(bench: Bench) -> None:
    """A file holds the name alone, and TensorFlow's function of that name computes something else."""
    layers = keras_layers()

    def square(x: Any) -> Any:
        return x * x + 3.0

    bench.save(bench.model(layers.Dense(8, activation=square), layers.Dense(1)))


@mistake("subclassed-model", "straight_line")
def own_model(bench: Bench) -> None:
    import keras

    class Network(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = keras.layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.inner(x)

    x, y = bench.training
    made = Network()
    made.compile("adam", "mse")
    made.fit(x, y, verbose=0)
    bench.save(made)


@mistake("no-layers", "garments")
def empty(bench: Bench) -> None:
    bench.save(bench.model())


@mistake("never-built", "straight_line", "satire_headlines")
def without_an_input(bench: Bench) -> None:
    import keras

    bench.save(keras.Sequential(flat_answer(bench)[1:]))


@mistake("lost-vocabulary", "satire_headlines")
def adapted_vectorizer(bench: Bench) -> None:
    import keras
    import tensorflow as tf

    layers = keras_layers()
    table = layers.TextVectorization(100, output_sequence_length=120)
    table.adapt(tf.constant(["man bites dog", "dog bites man"]))
    text = keras.Input((1,), dtype="string")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(100, 4)(table(text)))
    bench.save(keras.Model(text, layers.Dense(1, activation="sigmoid")(x)))


# --- shapes


def shaped(bench: Bench, *layers: Any, shape: Sequence[int | None] | None = None) -> None:
    """Save an untrained model."""
    bench.save(bench.model(*layers, shape=shape))


def flat_answer(bench: Bench, **options: Any) -> list[Any]:
    """Return Flatten and a Dense layer that answer the question."""
    layers = keras_layers()
    units = int(np.prod(bench.question.output_shape))
    return [layers.Flatten(), layers.Dense(units, activation=options.get("last", bench.question.activations[0]))]


@mistake("another-category", "handwritten_digits", "satire_headlines")
def of_category_one(bench: Bench) -> None:
    shaped(bench, keras_layers().Dense(1), shape=(1,))


@mistake("another-question", "wine_cultivars")
def left_from_another_exam(bench: Bench) -> None:
    shaped(bench, *flat_answer_of("garments"), shape=(28, 28))


def flat_answer_of(name: str) -> list[Any]:
    question, layers = bank.load(name), keras_layers()
    return [layers.Flatten(), layers.Dense(question.output_shape[-1], activation=question.activations[0])]


@mistake("batch-axis-included", "handwritten_digits", "traffic_signs", "household_power")
def batch_axis(bench: Bench) -> None:
    shaped(bench, *batch_layers(bench), shape=(32, *bench.question.input_shape))


def batch_layers(bench: Bench) -> list[Any]:
    return flat_answer(bench)


@mistake("missing-channel-axis", "weather_station")
def no_channels(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench), shape=bench.question.input_shape[:-1])


@mistake("extra-axis", "garments", "handwritten_digits")
def more_channels(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench), shape=(*bench.question.input_shape, 1))


@mistake("wrong-image-size", "traffic_signs", "handwritten_digits")
def another_size(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench), shape=(20, 20, *bench.question.input_shape[2:]))


@mistake("wrong-channels", "traffic_signs")
def grey(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench), shape=(30, 30, 1))


@mistake("wrong-sequence-length", "household_power", "satire_headlines")
def shorter(bench: Bench) -> None:
    first, *rest = bench.question.input_shape
    shaped(bench, *flat_answer(bench), keras_layers().Reshape(bench.question.output_shape), shape=(first - 4, *rest))


@mistake("wrong-feature-count", "wine_cultivars", "household_power")
def fewer_features(bench: Bench) -> None:
    *rest, last = bench.question.input_shape
    shaped(bench, *flat_answer(bench), keras_layers().Reshape(bench.question.output_shape), shape=(*rest, last - 1))


@mistake("wrong-input-shape", "household_power")
def flattened(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench), shape=(2, 3, 4, 5))


@mistake("wrong-units", "handwritten_digits", "wine_cultivars", "two_rings")
def fewer_units(bench: Bench) -> None:
    layers = keras_layers()
    wrong = bench.question.output_shape[-1] + 1
    shaped(bench, layers.Flatten(), layers.Dense(wrong, activation=bench.question.activations[0]))


@mistake("sequence-kept", "weather_station", "bike_rentals")
def steps_kept(bench: Bench) -> None:
    layers = keras_layers()
    shaped(bench, layers.LSTM(4, return_sequences=True), layers.Dense(bench.question.output_shape[-1]))


@mistake("sequence-dropped", "household_power")
def last_step_only(bench: Bench) -> None:
    layers = keras_layers()
    shaped(bench, layers.LSTM(4), layers.Dense(bench.question.output_shape[-1]))


@mistake("several-inputs", "house_price")
def column_by_column(bench: Bench) -> None:
    import keras

    layers = keras_layers()
    columns = [keras.Input((1,)) for _ in range(bench.question.input_shape[0])]
    bench.save(keras.Model(columns, layers.Dense(1)(layers.Concatenate()(columns))))


@mistake("several-outputs", "straight_line")
def two_answers(bench: Bench) -> None:
    import keras

    layers = keras_layers()
    x = keras.Input((1,))
    bench.save(keras.Model(x, [layers.Dense(1)(x), layers.Dense(1)(x)]))


@mistake("several-outputs", "bike_rentals")
def memory_as_an_answer(bench: Bench) -> None:
    shaped(bench, keras_layers().GRU(bench.question.output_shape[-1], return_state=True))


@mistake("wrong-output-shape", "bike_rentals")
def all_features(bench: Bench) -> None:
    layers = keras_layers()
    hours = bench.question.output_shape[0]
    shaped(bench, layers.Flatten(), layers.Dense(hours * 7), layers.Reshape((hours, 7)))


# --- last activation


@mistake("softmax-on-one-unit", "two_rings", "satire_headlines")
def softmax_on_one(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench, last="softmax"))


@mistake("sigmoid-for-classes", "handwritten_digits", "traffic_signs")
def sigmoids(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench, last="sigmoid"))


@mistake("missing-activation", "handwritten_digits", "two_rings")
def logits(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench, last="linear"))


@mistake("bounded-output", "straight_line", "bike_rentals")
def relu_answer(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench, last="relu"))


@mistake("wrong-activation", "two_rings")
def tanh_answer(bench: Bench) -> None:
    shaped(bench, *flat_answer(bench, last="tanh"))


# --- loading and running


@mistake("not-loadable", "straight_line")
def weights_of_another_model(bench: Bench) -> None:
    import h5py

    layers = keras_layers()
    bench.save(bench.model(layers.Dense(4), layers.Dense(1)))
    with h5py.File(bench.path, "r+") as file:
        names: list[str] = []
        file["model_weights"].visit(names.append)
        kernel = next(name for name in names if name.endswith("kernel"))
        del file["model_weights"][kernel]
        file["model_weights"][kernel] = np.ones((1, 7), np.float32)


@mistake("newer-keras", "straight_line")
def from_the_future(bench: Bench) -> None:
    unknown = files.layer("Dense", units=1, activation="wavy")
    files.write(bench.path, files.sequential(unknown), "4.2.0")


@mistake("small-embedding", "satire_headlines", "support_tickets", "next_character")
def short_embedding(bench: Bench) -> None:
    layers = keras_layers()
    shaped(bench, layers.Embedding(10, 4), layers.GlobalAveragePooling1D(), *flat_answer(bench)[1:])


@mistake("not-numbers", "straight_line")
def names_of_classes(bench: Bench) -> None:
    import keras

    layers = keras_layers()
    x = keras.Input(bench.question.input_shape)
    found = keras.ops.cast(layers.Dense(1)(x), "int64")
    bench.save(keras.Model(x, layers.StringLookup(vocabulary=["low", "high"], invert=True)(found)))


@mistake("mixed-samples", "straight_line")
def mean_of_the_batch(bench: Bench) -> None:
    import keras

    x = keras.Input(bench.question.input_shape)
    bench.save(keras.Model(x, keras.ops.mean(keras_layers().Dense(1)(x), axis=0, keepdims=True)))


@mistake("not-predictable", "satire_headlines")
def words_instead_of_ids(bench: Bench) -> None:
    import keras

    layers = keras_layers()
    words = keras.Input(bench.question.input_shape, dtype="string")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(1000, 4)(layers.Hashing(1000)(words)))
    bench.save(keras.Model(words, layers.Dense(1, activation="sigmoid")(x)))


@mistake("out-of-bounds", "straight_line")
def bomb(bench: Bench) -> None:
    layers = keras_layers()
    wide = (layers.UpSampling2D(20_000), layers.Conv2D(64, 3), layers.GlobalAveragePooling2D())
    shaped(bench, layers.Dense(4), layers.Reshape((2, 2, 1)), *wide, layers.Dense(1))


# --- predictions: a sound model, and one change


def line(bench: Bench) -> Any:
    """Return the neuron that knows the line, from the hidden set itself."""
    samples = bench.samples
    slope, offset = np.polyfit(samples.x.ravel(), samples.y.ravel(), 1)
    made = bench.model(keras_layers().Dense(1))
    made.set_weights([np.array([[slope]]), np.array([offset])])
    return made


def forecaster(bench: Bench, change: Change = same, labels: Callable[[Any, Any], Any] = lambda x, y: y) -> Any:
    """Return one linear layer over the whole window, fitted by least squares on the training windows.

    Args:
        change: of the windows before that.
        labels: ``(windows, answers) -> answers`` to learn in place of the answers.
    """
    x, y = bench.training
    x, y = change(x), labels(x, y)
    rows = np.hstack([x.reshape(len(x), -1), np.ones((len(x), 1))])
    solved = np.linalg.lstsq(rows, y.reshape(len(y), -1), rcond=None)[0].astype(np.float32)
    made = bench.model(*flat_answer(bench), keras_layers().Reshape(bench.question.output_shape))
    made.set_weights([solved[:-1], solved[-1]])
    return made


def small_network(bench: Bench, **options: Any) -> Any:
    """Return a network with one hidden layer that has learned most of the question."""
    layers = keras_layers()
    return bench.fitted(
        layers.Flatten(), layers.Dense(64, activation="relu"), *flat_answer(bench)[1:], **{"epochs": 10, **options}
    )


@mistake("nan-output", "straight_line")
def not_a_number(bench: Bench) -> None:
    made = line(bench)
    made.set_weights([np.full((1, 1), np.nan), np.zeros(1)])
    bench.save(made)


@mistake("constant-output", "straight_line", "bike_rentals")
def dead(bench: Bench) -> None:
    made = bench.model(*flat_answer(bench))
    kernel, bias = made.get_weights()
    made.set_weights([kernel * 0, bias + 0.3])
    bench.save(made)


@mistake("not-probabilities", "handwritten_digits")
def half_the_classes(bench: Bench) -> None:
    """Twice as many classes as there are, and half of them cut off after the softmax."""
    layers = keras_layers()
    cut = [layers.Reshape((20, 1)), layers.Cropping1D((0, 10)), layers.Flatten()]
    bench.save(bench.fitted(layers.Flatten(), layers.Dense(20, activation="softmax"), *cut, epochs=1))


@mistake("whole-numbers", "handwritten_digits")
def rounded(bench: Bench) -> None:
    layers = keras_layers()
    bench.save(bench.model(small_network(bench, epochs=3), layers.Discretization(bin_boundaries=[0.5])))


@mistake("permuted-classes", "handwritten_digits", "wine_cultivars")
def exchanged(bench: Bench) -> None:
    made = small_network(bench) if bench.question.id != "wine_cultivars" else wine(bench)
    *rest, kernel, bias = made.get_weights()
    made.set_weights([*rest, np.roll(kernel, 1, axis=1), np.roll(bias, 1)])
    bench.save(made)


def wine(bench: Bench, **options: Any) -> Any:
    """Return a network that standardises its inputs itself."""
    layers = keras_layers()
    normalise = layers.Normalization()
    normalise.adapt(bench.training[0])
    return bench.fitted(normalise, layers.Dense(32, activation="relu"), *flat_answer(bench)[1:], epochs=20, **options)


@mistake("inverted-labels", "breast_cancer", "two_rings")
def turned_over(bench: Bench) -> None:
    layers = keras_layers()
    x, y = bench.training
    hidden_layers = [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu")]
    bench.save(bench.fitted(*hidden_layers, *flat_answer(bench)[1:], labels=1 - y, epochs=30))


@mistake("off-by-constant", "straight_line", "bike_rentals")
def all_too_high(bench: Bench) -> None:
    made = line(bench) if bench.question.id == "straight_line" else forecaster(bench)
    kernel, bias = made.get_weights()
    made.set_weights([kernel, bias + (3 if bench.question.id == "straight_line" else 0.5)])
    bench.save(made)


@mistake("off-by-scale", "straight_line", "bike_rentals", "weather_station")
def other_units(bench: Bench) -> None:
    made = line(bench) if bench.question.id == "straight_line" else forecaster(bench)
    made.set_weights([part * 0.1 for part in made.get_weights()])
    bench.save(made)


@mistake("shifted-forecast", "bike_rentals")
def one_step_late(bench: Bench) -> None:
    made = forecaster(bench)
    made.set_weights([np.roll(part, 1, axis=-1) for part in made.get_weights()])
    bench.save(made)


@mistake("repeats-last-value", "bike_rentals", "household_power")
def repeated(bench: Bench) -> None:
    """Each answer is the input that the naive baseline repeats."""
    samples = bench.samples
    flat, wanted = samples.x.reshape(len(samples.x), -1), samples.baseline.reshape(len(samples.x), -1)
    kernel = np.zeros((flat.shape[1], wanted.shape[1]), np.float32)
    for column in range(wanted.shape[1]):
        kernel[np.abs(flat - wanted[:, column : column + 1]).mean(axis=0).argmin(), column] = 1
    made = bench.model(*flat_answer(bench), keras_layers().Reshape(bench.question.output_shape))
    made.set_weights([kernel, np.zeros(wanted.shape[1])])
    bench.save(made)


@mistake("class-never-predicted", "handwritten_digits", "garments")
def forgotten_class(bench: Bench) -> None:
    made = small_network(bench)
    *rest, bias = made.get_weights()
    bias[3] = -100
    made.set_weights([*rest, bias])
    bench.save(made)


# --- inputs prepared otherwise


@mistake("raw-pixels", "garments", "handwritten_digits")
def trained_on_bytes(bench: Bench) -> None:
    """The weights expect 0 to 255: those of a sound model, with the first ones divided by 255."""
    made = small_network(bench)
    first, *rest = made.get_weights()
    made.set_weights([first / 255, *rest])
    bench.save(made)


@mistake("repeated-normalisation", "garments")
def divided_twice(bench: Bench) -> None:
    bench.save(bench.model(keras_layers().Rescaling(1 / 255), small_network(bench)))


@mistake("centred-pixels", "garments", "handwritten_digits")
def from_minus_one(bench: Bench) -> None:
    bench.save(small_network(bench, change=lambda x: x * 2 - 1))


@mistake("swapped-colours", "traffic_signs")
def blue_first(bench: Bench) -> None:
    layers = keras_layers()
    convolution = layers.Conv2D(16, 5, strides=2, activation="relu")
    bench.save(bench.fitted(convolution, *flat_answer(bench), change=lambda x: x[..., ::-1], epochs=10))


@mistake("standardised-inputs", "wine_cultivars")
def scaled_outside(bench: Bench) -> None:
    layers = keras_layers()
    x = bench.training[0]
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    hidden_layer = layers.Dense(32, activation="relu")
    bench.save(bench.fitted(hidden_layer, *flat_answer(bench)[1:], epochs=20, change=lambda x: (x - mean) / deviation))


@mistake("padding-in-front", "library_docs")
def zeros_first(bench: Bench) -> None:
    layers = keras_layers()

    def padded(x: np.ndarray) -> np.ndarray:
        return np.stack([np.roll(row, np.count_nonzero(row == 0)) for row in x])

    bench.save(bench.fitted(layers.Embedding(2000, 16), *flat_answer(bench), change=padded, epochs=20))


@mistake("standardised-inputs", "house_price")
def scaled_on_both_sides(bench: Bench) -> None:
    x, y = bench.training
    bench.save(priced(bench, lambda x: (x - x.mean(axis=0)) / x.std(axis=0), (y - y.mean()) / y.std()))


def priced(bench: Bench, change: Change, labels: Any) -> Any:
    """Return a small network that was trained on other inputs and labels than the question has."""
    layers = keras_layers()
    hidden_layers = [layers.Dense(32, "relu"), layers.Dense(32, "relu")]
    return bench.fitted(*hidden_layers, *flat_answer(bench)[1:], change=change, labels=labels, epochs=200)


@mistake("scaled-labels", "house_price")
def standardised_labels(bench: Bench) -> None:
    y = bench.training[1]
    bench.save(normalised(bench, (y - y.mean()) / y.std()))


@mistake("scaled-labels", "bike_rentals")
def labels_from_zero_to_one(bench: Bench) -> None:
    bench.save(forecaster(bench, labels=lambda x, y: (y - y.min()) / np.ptp(y)))


@mistake("transformed-labels", "house_price")
def logarithms(bench: Bench) -> None:
    bench.save(normalised(bench, np.log1p(bench.training[1])))


def normalised(bench: Bench, labels: Any) -> Any:
    """Return a small network that standardises its inputs itself, trained on other labels."""
    layers = keras_layers()
    normalise = layers.Normalization()
    normalise.adapt(bench.training[0])
    hidden_layers = [normalise, layers.Dense(32, "relu"), layers.Dense(32, "relu")]
    return bench.fitted(*hidden_layers, *flat_answer(bench)[1:], labels=labels, epochs=200)


@mistake("changes-only", "bike_rentals", "co2_mauna_loa")
def difference_to_the_last_value(bench: Bench) -> None:
    bench.save(forecaster(bench, labels=lambda x, y: y - x[:, -1, :1]))


@mistake("changes-only", "co2_mauna_loa")
def step_by_step(bench: Bench) -> None:
    bench.save(forecaster(bench, labels=lambda x, y: np.diff(y, axis=1, prepend=x[:, -1, :1])))


@mistake("reordered-forecast", "bike_rentals", "household_power")
def last_hour_first(bench: Bench) -> None:
    bench.save(forecaster(bench, labels=lambda x, y: y[:, ::-1]))


@mistake("reordered-forecast", "household_power")
def features_first(bench: Bench) -> None:
    bench.save(forecaster(bench, labels=lambda x, y: y.swapaxes(1, 2)))


@mistake("same-for-all-features", "household_power")
def one_feature(bench: Bench) -> None:
    bench.save(forecaster(bench, labels=lambda x, y: np.repeat(y[..., :1], y.shape[-1], axis=-1)))


@mistake("newest-first", "bike_rentals", "household_power")
def backwards(bench: Bench) -> None:
    bench.save(forecaster(bench, change=lambda x: x[:, ::-1]))


@mistake("scaled-inputs", "wine_cultivars", "house_price")
def divided_by_the_largest(bench: Bench) -> None:
    largest, epochs = bench.training[0].max(axis=0), 40 if bench.question.id == "wine_cultivars" else 400
    bench.save(bench.fitted(*two_hidden(), *flat_answer(bench)[1:], epochs=epochs, change=lambda x: x / largest))


def two_hidden() -> list[Any]:
    layers = keras_layers()
    return [layers.Dense(32, "relu"), layers.Dense(32, "relu")]


@mistake("reordered-columns", "wine_cultivars", "house_price")
def columns_turned_round(bench: Bench) -> None:
    bench.save(other_columns(bench, list(range(bench.question.input_shape[0]))[::-1]))


@mistake("reordered-columns", "wine_cultivars")
def two_columns_exchanged(bench: Bench) -> None:
    order = list(range(bench.question.input_shape[0]))
    order[0], order[-1] = order[-1], order[0]
    bench.save(other_columns(bench, order))


def other_columns(bench: Bench, order: list[int]) -> Any:
    layers = keras_layers()
    normalise = layers.Normalization()
    normalise.adapt(bench.training[0][:, order])
    epochs = 200 if bench.question.task == "regression" else 40
    layers_ = [normalise, *two_hidden(), *flat_answer(bench)[1:]]
    return bench.fitted(*layers_, change=lambda x: x[:, order], epochs=epochs)


@mistake("pixels-divided-twice", "handwritten_digits")
def divided_again(bench: Bench) -> None:
    layers = keras_layers()
    hidden_layers = [layers.Flatten(), layers.Dense(64, "relu"), layers.BatchNormalization(momentum=0.9)]
    bench.save(bench.fitted(*hidden_layers, *flat_answer(bench)[1:], change=lambda x: x / 255, epochs=60))


@mistake("inverted-pixels", "handwritten_digits", "garments")
def negatives(bench: Bench) -> None:
    bench.save(small_network(bench, change=lambda x: 1 - x))


@mistake("transposed-pictures", "handwritten_digits", "garments")
def on_their_side(bench: Bench) -> None:
    bench.save(small_network(bench, change=lambda x: x.swapaxes(1, 2)))


@mistake("preprocessed-pixels", "traffic_signs")
def for_a_resnet(bench: Bench) -> None:
    from keras.applications import resnet

    layers = keras_layers()
    convolution = layers.Conv2D(16, 5, strides=2, activation="relu")
    prepared = {"change": lambda x: resnet.preprocess_input(255 * x), "epochs": 20}
    bench.save(bench.fitted(convolution, layers.BatchNormalization(momentum=0.9), *flat_answer(bench), **prepared))


@mistake("other-word-ids", "satire_headlines", "support_tickets", "library_docs")
def own_tokenizer(bench: Bench) -> None:
    bench.save(tokenized(bench, oov_token="<OOV>"))


@mistake("other-word-ids", "satire_headlines")
def tokenizer_without_unknown_words(bench: Bench) -> None:
    bench.save(tokenized(bench))


def tokenized(bench: Bench, **options: Any) -> Any:
    """Return a network that was trained on the ids of a Tokenizer of Keras, padded in front as is its default."""
    import keras
    from tensorflow.keras.preprocessing.text import Tokenizer

    layers = keras_layers()
    starter = runpy.run_path(str(bench.folder / "starter.py"))
    size, length = starter["VOCAB_SIZE"], starter["MAX_LENGTH"]
    texts = TEXTS[bench.question.id](bench.folder / "data")[: len(bench.training[1])]
    tokenizer = Tokenizer(num_words=size, **options)
    tokenizer.fit_on_texts(texts)
    x = keras.utils.pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=length)
    body = [layers.Embedding(size, 32), layers.Conv1D(64, 3, activation="relu"), layers.GlobalMaxPooling1D()]
    return bench.fitted(*body, *flat_answer(bench)[1:], change=lambda _: x, epochs=20)


def rows_of(path: Path, key: str) -> list[str]:
    """Return the texts of a JSON list of objects."""
    return [row[key] for row in json.loads(path.read_text(encoding="utf-8"))]


def tickets_of(data: Path) -> list[str]:
    """Return the texts of the tickets."""
    with (data / "tickets.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


TEXTS: dict[str, Callable[[Path], list[str]]] = {
    "satire_headlines": lambda data: rows_of(data / "headlines.json", "headline"),
    "support_tickets": tickets_of,
    "library_docs": lambda data: rows_of(data / "training.json", "text"),
}


# --- training


@mistake("early-averages", "handwritten_digits")
def eighteen_steps(bench: Bench) -> None:
    import keras

    layers = keras_layers()
    hidden_layers = [layers.Flatten(), layers.Dense(256, "relu"), layers.BatchNormalization()]
    options = {"epochs": 6, "batch_size": len(bench.training[0]) // 3, "optimizer": keras.optimizers.Adam(0.01)}
    bench.save(bench.fitted(*hidden_layers, *flat_answer(bench)[1:], **options))


@mistake("other-data", "wine_cultivars")
def labels_of_other_samples(bench: Bench) -> None:
    x, y = bench.training
    bench.save(wine(bench, labels=np.random.default_rng(1).permutation(y)))


@mistake("dead-start", "garments", "two_rings")
def dead_neurons(bench: Bench) -> None:
    made = bench.fitted(*flat_answer(bench), epochs=1)
    made.set_weights([0 * weights for weights in made.get_weights()])
    bench.save(made)


@mistake("never-trained", "handwritten_digits", "house_price")
def untrained(bench: Bench) -> None:
    made = bench.model(*flat_answer(bench))
    made.compile("adam", loss="sparse_categorical_crossentropy" if bench.question.task == "multiclass" else "mse")
    bench.save(made)


@mistake("one-epoch", "handwritten_digits", "library_docs")
def once(bench: Bench) -> None:
    layers = keras_layers()
    words = [layers.Embedding(2000, 16)] if bench.question.category == 4 else []
    bench.save(bench.fitted(*words, layers.Flatten(), layers.Dense(32, "relu"), *flat_answer(bench)[1:], epochs=1))


@mistake("overfitting", "library_docs", "breast_cancer")
def by_heart(bench: Bench) -> None:
    layers = keras_layers()
    words = [layers.Embedding(2000, 16)] if bench.question.category == 4 else []
    hidden_layers = [layers.Flatten(), layers.Dense(128, "relu"), layers.Dense(128, "relu")]
    bench.save(bench.fitted(*words, *hidden_layers, *flat_answer(bench)[1:], epochs=25))


@mistake("underfitting", "handwritten_digits", "garments")
def few_units(bench: Bench) -> None:
    """More than the baseline, which is linear, and much less than a network can learn."""
    layers = keras_layers()
    bench.save(bench.fitted(layers.Flatten(), layers.Dense(16, "relu"), *flat_answer(bench)[1:], epochs=20))


# --- the compiled loss


@mistake("loss-from-logits", "handwritten_digits")
def logits_twice(bench: Bench) -> None:
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    bench.save(small_network(bench, loss=loss, epochs=4))


@mistake("regression-loss", "handwritten_digits")
def squares(bench: Bench) -> None:
    bench.save(small_network(bench, labels=np.eye(10)[bench.training[1]], loss="mse", epochs=3))


@mistake("binary-loss", "handwritten_digits")
def each_class_alone(bench: Bench) -> None:
    bench.save(small_network(bench, labels=np.eye(10)[bench.training[1]], loss="binary_crossentropy", epochs=3))


@mistake("margin-loss", "two_rings")
def hinge(bench: Bench) -> None:
    hidden_layer = keras_layers().Dense(16, "relu")
    labels = 2 * bench.training[1] - 1
    bench.save(bench.fitted(hidden_layer, *flat_answer(bench)[1:], loss="hinge", labels=labels, epochs=3))


@mistake("class-loss", "house_price")
def probabilities_of_prices(bench: Bench) -> None:
    bench.save(bench.fitted(keras_layers().Dense(8, "relu"), *flat_answer(bench)[1:], loss="binary_crossentropy"))


@mistake("loss-on-one-unit", "two_rings")
def one_unit(bench: Bench) -> None:
    hidden_layer = keras_layers().Dense(16, "relu")
    bench.save(bench.fitted(hidden_layer, *flat_answer(bench)[1:], loss="categorical_crossentropy", epochs=3))


@mistake("large-optimizer-state", "straight_line")
def heavy(bench: Bench) -> None:
    """A sound line beside five million idle weights, with two numbers of Adam for each."""
    import keras

    layers = keras_layers()
    x = keras.Input((1,))
    idle = layers.Dense(1, kernel_initializer="zeros")(layers.Dense(2200)(layers.Dense(2200)(x)))
    made = keras.Model(x, layers.Add()([layers.Dense(1, name="line")(x), idle]))
    made.compile("adam", loss="mse")
    made.optimizer.build(made.trainable_variables)
    made.get_layer("line").set_weights(line(bench).get_weights())
    bench.save(made)


def graded(question_id: str, make: Make, folder: Path) -> claims.Case:
    """Make one mistake, and grade it."""
    question = bank.load(question_id)
    others = {1: "straight_line", question.category: question_id}
    exam = Exam("test", SEED, "cpu", 5.0, "offline", others)
    bench = Bench(question, Workspace(folder))
    harness.prepare(bench.workspace, exam, only=[question.category])
    make(bench)
    result = grade(bench.workspace, exam, [question.category])[0]
    return claims.Case(question, bench.workspace, result=result)


def first_of(result: Result) -> str:
    """Return the code of the first finding; "none" without any."""
    return result.findings[0].code if result.findings else "none"


Row = tuple[str, str, str, str, str]
"""The expected finding, the mistake in words, the question, the finding that came first, and what is not true."""


def in_words(make: Make) -> str:
    """Return the name of a mistake in words."""
    return make.__name__.replace("_", " ")


def rows(chosen: Sequence[str] = ()) -> list[Row]:
    """Make all mistakes, or those with a chosen code, and return what came of each."""
    found: list[Row] = []
    for code, question_id, make in MISTAKES:
        if chosen and code not in chosen:
            continue
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            case = graded(question_id, make, Path(folder))
            first, false = first_of(case.result), claims.false_claims(case)
        found.append((code, in_words(make), question_id, first, "; ".join(false) or "none"))
        print(" | ".join(found[-1]), "" if code == first and not false else "  <--", flush=True)
    return found


def main(chosen: Sequence[str]) -> int:
    """Grade all mistakes and write the table, or only the chosen ones; 1 when a finding is not the expected one."""
    assert {code for code, *_ in MISTAKES} | NO_MISTAKES >= set(CATALOGUE), "a finding without a mistake"
    found = rows(chosen)
    right, false = sum(row[0] == row[3] for row in found), sum(row[4] != "none" for row in found)
    if not chosen:
        lines = "".join(f"| {' | '.join(row)} |\n" for row in found)
        last = f"{right} of {len(found)} on the diagonal, {false} with a statement that is not true."
        TABLE.write_text(f"{HEAD}{lines}\n{last}\n", encoding="utf-8")
    print(json.dumps({"right": right, "of": len(found), "false": false}))
    return 0 if right == len(found) and not false else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

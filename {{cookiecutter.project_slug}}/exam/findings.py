"""The catalogue of findings: what was seen, what was expected, what to try next.

To add a finding, add an entry to ``ENTRIES``, a page ``docs/findings/<code>.md`` to the workspace, and return
``finding(code, ...)`` from a check: of the file in ``modelfile/inspection.py`` and ``modelfile/contract.py``, of the
predictions in ``reasons/predictions.py``, of the experiments in ``reasons/experiments.py``.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["fatal", "problem", "hint"]
Requirement = Literal[
    "file", "whole model", "allowed layers", "input shape", "output shape", "last activation", "runs", "points"
]
"""What a model must meet, in the order in which the grader checks it; the last one is every point it can earn."""
STAGES: dict[Requirement, str] = {
    "file": "The file is checked",
    "whole model": "The file is read",
    "allowed layers": "The layers are checked",
    "input shape": "The input shape is checked",
    "output shape": "The output shape is checked",
    "last activation": "The last activation is checked",
    "runs": "The model runs",
    "points": "The answers are scored",
}
"""Requirement -> what the grader does when it checks it."""


@dataclass(frozen=True)
class Finding:
    """One thing the learner should know.

    Attributes:
        code: stable name of the kind of finding, for programs.
        severity: ``fatal``, the model could not be graded; ``problem``, it costs points; ``hint``, a way to improve.
        message: one sentence with the expected and the found value.
        next_step: what to try.
    """

    code: str
    severity: Severity
    message: str
    next_step: str

    @property
    def page(self) -> str:
        """Return the page of the workspace that shows the wrong code and the right code."""
        return f"docs/findings/{self.code}.md"

    def to_dict(self) -> dict[str, str]:
        """Return the finding as plain JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Entry:
    """A kind of finding.

    Attributes:
        code: its stable name, which its page has too.
        severity: as a finding has it.
        requirement: what the model does not meet; of a fatal finding, it is the first one.
        message: the sentence, with names in braces for what a check passes to ``finding``.
        next_step: alike.
    """

    code: str
    severity: Severity
    requirement: Requirement
    message: str
    next_step: str

    @property
    def stage(self) -> str:
        """Return when the grader notices it."""
        return STAGES[self.requirement]


ENTRIES = (
    # the file: is it there, and what kind of file is it?
    Entry(
        "missing-file",
        "fatal",
        "file",
        "There is no {path} yet.",
        "Complete solution_model() in {folder}/starter.py and run that file; it saves mymodel.h5.",
    ),
    Entry(
        "wrong-name",
        "fatal",
        "file",
        "{folder} contains {found}, but no mymodel.h5, and only mymodel.h5 is graded.",
        "Save the model under that name, as the last lines of {folder}/starter.py do.",
    ),
    Entry(
        "saving-failed",
        "fatal",
        "file",
        "{folder} contains the weights of a trained model, {found}, but no mymodel.h5: the model itself was not saved.",
        'In {folder}/starter.py, leave out the layer that Keras cannot save, and write '
        'model.load_weights(Path(__file__).with_name("{found}")) instead of model.compile and model.fit. Then run it: '
        'you do not have to train again.',
    ),
    Entry(
        "wrong-folder",
        "fatal",
        "file",
        "There is no {path}, but there is {found}: the model was saved in another folder.",
        "Move it to {path}, or save it with the last lines of {folder}/starter.py, which name the folder.",
    ),
    Entry(
        "linked-file",
        "fatal",
        "file",
        "{path} is a link; the grader accepts only a real file in that place.",
        "Delete the link and copy the model file there under the same name. The file that the link points to is not "
        "changed.",
    ),
    Entry(
        "keras-format",
        "fatal",
        "file",
        "{found} is in the newer .keras format; this exam asks for HDF5, the format of files that end in .h5.",
        'Save with model.save("mymodel.h5"). Renaming the file does not change what is in it.',
    ),
    Entry(
        "saved-model",
        "fatal",
        "file",
        "{found} is a folder, like a model in TensorFlow's SavedModel format; this exam asks for one HDF5 file, "
        "{path}.",
        'Save with model.save("mymodel.h5") instead of model.export(...) or a name without .h5.',
    ),
    Entry(
        "unreadable-file",
        "fatal",
        "file",
        "{path} is not a readable HDF5 file: {reason}.",
        'Save the trained model again with model.save("mymodel.h5").',
    ),
    Entry(
        "still-being-saved",
        "fatal",
        "file",
        "Another program is still writing {path}.",
        "Wait until the training script has finished, then grade again.",
    ),
    Entry(
        "file-too-large",
        "fatal",
        "file",
        "{path} is {found}; the limit is {expected}.",
        "Save without the optimizer state, model.save(..., include_optimizer=False), or build a smaller model.",
    ),
    Entry(
        "unusual-contents",
        "fatal",
        "whole model",
        "{path} contains {found}, which a saved Keras model never does; the grader loaded nothing from it.",
        'Save the model again on your own machine with model.save("mymodel.h5").',
    ),
    Entry(
        "weights-only",
        "fatal",
        "whole model",
        "{path} holds weights but no model: it has no description of the layers.",
        'Save the whole model with model.save("mymodel.h5") instead of save_weights().',
    ),
    Entry(
        "unreadable-config",
        "fatal",
        "whole model",
        "The description of the layers in {path} cannot be read: {reason}.",
        "Let starter.py train and save the model, and do not change the file. If that does not help, build the model "
        "from fewer or simpler layers of tf.keras.layers.",
    ),
    # the layers
    Entry(
        "lambda-layer",
        "fatal",
        "allowed layers",
        "Layer {layer!r} is a {found}, which the exam forbids: it would run code that is not part of Keras.",
        "Use ordinary layers instead: Rescaling to multiply, Reshape to change axes, Normalization to standardise.",
    ),
    Entry(
        "custom-layer",
        "fatal",
        "allowed layers",
        "Layer {layer!r} is of the class {found!r}, which is not a Keras layer; the grader does not have its code.",
        "Replace it with a layer from tf.keras.layers, for example Rescaling to multiply or Reshape to change axes.",
    ),
    Entry(
        "custom-setting",
        "fatal",
        "allowed layers",
        "Layer {layer!r} has {what} as its {setting}. That is not one of Keras's own {kind}s, so Keras cannot load it "
        "from a file.",
        "{advice}",
    ),
    Entry(
        "quantized-layer",
        "fatal",
        "allowed layers",
        "Layer {layer!r} is quantized in a way ({found}) that Keras cannot load from an .h5 file.",
        "Do not call model.quantize(...) before the model is saved; the grader does not need it.",
    ),
    Entry(
        "empty-tensor",
        "fatal",
        "runs",
        "The output of layer {layer!r} is empty: it has shape {found}, with an axis of length 0.",
        "Change the numbers in the slice: with eight steps, for example, x[:, 8:] starts after the last one.",
    ),
    Entry(
        "subclassed-model",
        "fatal",
        "allowed layers",
        "The model is of the class {found!r}, which is not part of Keras; the grader does not have its code.",
        "Build it with tf.keras.Sequential([...]) or tf.keras.Model(inputs, outputs) instead of a class.",
    ),
    Entry(
        "no-layers",
        "fatal",
        "whole model",
        "The model has no layers, so it cannot predict anything.",
        "Add layers: tf.keras.Sequential([tf.keras.Input(shape={expected}), ..., tf.keras.layers.{last}]).",
    ),
    Entry(
        "never-built",
        "fatal",
        "whole model",
        "The model was never built or trained: the file does not say what shape its inputs have.",
        "Start it with tf.keras.Input(shape={expected}), and train it with model.fit before solution_model() "
        "returns it.",
    ),
    Entry(
        "lost-vocabulary",
        "fatal",
        "allowed layers",
        "The vocabulary of layer {layer!r} ({found}) is not in the file: it was {where}, and an .h5 file does not "
        "keep it.",
        "Remove the layer from the model: the starter already prepares the inputs. Otherwise give the layer its table "
        "as vocabulary=[...].",
    ),
    Entry(
        "small-embedding",
        "fatal",
        "runs",
        "Layer {layer!r} has room for {found} ids (0 to {last}); this question's go up to {largest}.",
        "Write tf.keras.layers.Embedding({size}, ...) there: the ids 0 to {largest} need {count} rows.",
    ),
    # the contract: shapes
    Entry(
        "several-inputs",
        "fatal",
        "input shape",
        "The model has {found} inputs; this question gives it one, of shape {expected}.",
        "Start with a single inputs = tf.keras.Input(shape={expected}), and end with tf.keras.Model(inputs, outputs).",
    ),
    Entry(
        "several-outputs",
        "fatal",
        "output shape",
        "The model has {found} outputs; this question expects one, of shape {expected}.",
        "Return a model with one output: tf.keras.Model(inputs, output). An LSTM or GRU with return_state=True has "
        "several.",
    ),
    Entry(
        "another-category",
        "fatal",
        "input shape",
        "This model takes inputs of shape {found} and gives outputs of shape {answers}: that is what {other} asks "
        "for, not category {category}.",
        "Copy the file to the right category, and train category {category} with its own starter.py.",
    ),
    Entry(
        "another-question",
        "fatal",
        "input shape",
        "This model takes inputs of shape {found} and gives outputs of shape {answers}, as the bank's question "
        "\"{other}\" asks; this exam's question has {expected} and {expected_answers}.",
        "The model is most likely left over from another exam. Run {folder}/starter.py again for this one.",
    ),
    Entry(
        "wrong-input-shape",
        "fatal",
        "input shape",
        "The model takes inputs of shape {found}; this question's inputs have shape {expected}.",
        "Start the model with tf.keras.Input(shape={expected}).",
    ),
    Entry(
        "batch-axis-included",
        "fatal",
        "input shape",
        "The model takes inputs of shape {found}, which starts with the batch axis (the number of samples); one "
        "sample has shape {expected}.",
        "Start the model with tf.keras.Input(shape={expected}): Keras adds the batch axis itself.",
    ),
    Entry(
        "missing-channel-axis",
        "fatal",
        "input shape",
        "The model takes inputs of shape {found}; this question's inputs have one more axis, {expected}.",
        "Start the model with tf.keras.Input(shape={expected}). The last axis holds {last_axis}.",
    ),
    Entry(
        "extra-axis",
        "fatal",
        "input shape",
        "The model takes inputs of shape {found}; this question's inputs have one axis fewer, {expected}.",
        "Start with tf.keras.Input(shape={expected}), and let a Reshape layer add the axis inside the model, for "
        "example for Conv2D.",
    ),
    Entry(
        "wrong-image-size",
        "fatal",
        "input shape",
        "The model takes pictures of shape {found}; this question's pictures have shape {expected} {axes}.",
        "Start the model with tf.keras.Input(shape={expected}), and train it on what the starter's load_data() "
        "returns.",
    ),
    Entry(
        "wrong-channels",
        "fatal",
        "input shape",
        "The model takes pictures of shape {found}; this question's have shape {expected}. The last number is the "
        "number of channels: 1 is grey, 3 is colour.",
        "Start the model with tf.keras.Input(shape={expected}).",
    ),
    Entry(
        "wrong-sequence-length",
        "fatal",
        "input shape",
        "The model takes sequences of shape {found}; this question's have shape {expected}, {size} steps long.",
        "Start the model with tf.keras.Input(shape={expected}), and keep the starter's window or padding length.",
    ),
    Entry(
        "wrong-feature-count",
        "fatal",
        "input shape",
        "The model takes inputs of shape {found}; this question's have shape {expected}. The last number is the "
        "number of features: the columns that describe one sample.",
        "Start the model with tf.keras.Input(shape={expected}), and train it on all columns in their order.",
    ),
    Entry(
        "wrong-output-shape",
        "fatal",
        "output shape",
        "The model's output has shape {found}; this question expects {expected}.",
        "Look at the last line of model.summary(): the last layer must output {expected} for each sample.",
    ),
    Entry(
        "wrong-units",
        "fatal",
        "output shape",
        "The model's output has shape {found} for each sample; this question expects {expected}.",
        "Give the last Dense layer {units} units.",
    ),
    Entry(
        "sequence-kept",
        "fatal",
        "output shape",
        "The model's output has shape {found}, one answer for each step or position of the input; this question "
        "expects {expected}, one answer for each sample.",
        "Remove return_sequences=True from the last LSTM or GRU, or put Flatten or a global pooling layer before the "
        "last Dense layer.",
    ),
    Entry(
        "sequence-dropped",
        "fatal",
        "output shape",
        "The model's output has shape {found}, one answer for each sample; this question expects {expected}, one "
        "answer for each step.",
        "Make the last LSTM or GRU keep its steps with return_sequences=True, or end with Reshape({expected}).",
    ),
    # the contract: last activation
    Entry(
        "wrong-activation",
        "fatal",
        "last activation",
        "The last activation is {found!r}; this question expects {expected}.",
        'Write activation="{wanted}" in the last layer: this function decides which numbers the model can output.',
    ),
    Entry(
        "softmax-on-one-unit",
        "fatal",
        "last activation",
        "The last layer has one unit with softmax, so its output is 1.0 for every input; this question expects "
        "{expected}.",
        'Write activation="{wanted}" in the last layer. Softmax outputs add up to 100 %, so a single unit always gets '
        'all of it.',
    ),
    Entry(
        "sigmoid-for-classes",
        "fatal",
        "last activation",
        "The last activation is 'sigmoid', which gives each of the {count} classes its own probability; this question "
        "expects {expected}, whose probabilities add up to 1.",
        'Write activation="softmax" in the last layer. Exactly one class is right, so the classes must compete.',
    ),
    Entry(
        "missing-activation",
        "fatal",
        "last activation",
        "The last layer has no activation, so its outputs are not probabilities; this question expects "
        "{expected}.",
        'Write activation="{wanted}" in the last layer, and use a loss without from_logits=True.',
    ),
    Entry(
        "bounded-output",
        "fatal",
        "last activation",
        "The last activation is {found!r}, so the model cannot predict certain numbers, for example negative ones; "
        "this question expects {expected}.",
        "Remove the activation from the last Dense layer.",
    ),
    Entry(
        "would-have-earned",
        "hint",
        "points",
        "With {wanted} as its last activation, this model would have earned {points} of 5.",
        "Write the activation, then run starter.py again: the grader adds nothing to a model.",
    ),
    # loading and running
    Entry(
        "not-loadable",
        "fatal",
        "runs",
        "Keras {keras} could not load the model: {reason}.",
        "{advice}",
    ),
    Entry(
        "newer-keras",
        "fatal",
        "runs",
        "The file was written by Keras {version}; this project's Keras {keras} is older and could not load it: "
        "{reason}.",
        "Run {folder}/starter.py with this project's interpreter to train and save the model again.",
    ),
    Entry(
        "other-keras",
        "fatal",
        "runs",
        "{reason}",
        "Run {folder}/starter.py with this project's interpreter. Replace any layer that Keras 3 does not have.",
    ),
    Entry(
        "not-predictable",
        "fatal",
        "runs",
        "The model loads, but fails on the question's inputs: {reason}.",
        "Call model.predict on a few training samples before solution_model() returns, and change the layer that the "
        "error names.",
    ),
    Entry(
        "not-numbers",
        "fatal",
        "runs",
        "The model outputs {found}; only numbers can be scored.",
        "End it with a layer that computes numbers, such as Dense; the grader itself turns numbers into classes.",
    ),
    Entry(
        "mixed-samples",
        "fatal",
        "runs",
        "The model gives {found} for {rows} samples; each sample needs its own answer.",
        "Do not work along the first axis, which counts the samples: average, reshape and join along another axis, "
        "for example axis=-1.",
    ),
    Entry(
        "out-of-bounds",
        "fatal",
        "runs",
        "Grading stopped while {phase}: the model {reason}.",
        "Build a smaller model: the reference solution of this question trains in under {seconds} s.",
    ),
    # the predictions
    Entry(
        "nan-output",
        "problem",
        "points",
        "{share:.0%} of the model's outputs are not numbers (NaN or infinity), so no point can be given.",
        "{advice}",
    ),
    Entry(
        "constant-output",
        "problem",
        "points",
        "The model gives nearly the same output for every input ({found}), as if it ignored the data.",
        "Check that training ran and the loss fell; a smaller learning rate or scaled inputs often get a stuck model "
        "learning.",
    ),
    Entry(
        "dead-start",
        "problem",
        "points",
        "The model gives each of the {count} classes about the same probability ({found}) for every input, as "
        "before training.",
        "If model.fit printed a loss that stays near {loss:.2f}, training does not get going: {advice}.",
    ),
    Entry(
        "not-probabilities",
        "problem",
        "points",
        "The outputs should be probabilities, but {reason}.",
        "End the model with its softmax or sigmoid layer: nothing may change the numbers after it.",
    ),
    Entry(
        "whole-numbers",
        "problem",
        "points",
        "The model outputs whole numbers ({found}), not probabilities.",
        "Remove what turns probabilities into a class number, such as argmax or rounding: the grader does that itself.",
    ),
    Entry(
        "permuted-classes",
        "problem",
        "points",
        "The model can tell the classes apart, but mixes up their names ({found}): with the right names it would earn "
        "{points} of 5.",
        "Number the classes in the order of the question's README. Folders are numbered in alphabetical order.",
    ),
    Entry(
        "inverted-labels",
        "problem",
        "points",
        "The model predicts 0 where 1 is right, and 1 where 0 is right: with the two swapped it would earn {points} "
        "of 5.",
        "Check which class is 1: the README says it. The labels must not be swapped before model.fit.",
    ),
    Entry(
        "repeats-last-value",
        "problem",
        "points",
        "The forecasts are nearly the same as the naive baseline ({baseline}): they differ from it by {found:.0%} of "
        "its error.",
        "The model has learned to repeat. Give it more input (all features, the whole window) and train longer.",
    ),
    Entry(
        "off-by-constant",
        "problem",
        "points",
        "The predictions are off by about {found:.3g}, all in the same direction: with that added they would earn "
        "{points} of 5.",
        "Train until the loss stops falling: the bias of the last layer (the number that it adds) is not yet right. "
        "Check that inputs and labels were prepared as in the starter.",
    ),
    Entry(
        "off-by-scale",
        "problem",
        "points",
        "The predictions have the wrong scale: multiplied by {found:.3g} they would earn {points} of 5.",
        "Predict in the units of the starter's labels: if you divide the labels by a number, undo that inside the "
        "model.",
    ),
    Entry(
        "scaled-labels",
        "problem",
        "points",
        "The predictions are on another scale: multiplied by {found:.3g}, with {constant:.3g} added, they would "
        "earn {points} of 5.",
        "Train on the labels that load_data() returns, or undo the scaling inside the model: end it with "
        "tf.keras.layers.Rescaling({found:.3g}, offset={constant:.3g}).",
    ),
    Entry(
        "transformed-labels",
        "problem",
        "points",
        "The predictions are {found} of the right numbers: with {undone} in place of each prediction p they would "
        "earn {points} of 5.",
        "Train on the labels that load_data() returns: the grader does not undo what was done to them.",
    ),
    Entry(
        "changes-only",
        "problem",
        "points",
        "The predictions are changes, not values: with {undone}, they would earn {points} of 5.",
        "Train on the labels that load_data() returns, or add the last value inside the model, with Cropping1D "
        "and Add.",
    ),
    Entry(
        "reordered-forecast",
        "problem",
        "points",
        "The forecasts are {found}: in the order of the README they would earn {points} of 5.",
        "Train on the labels that load_data() returns; the README says what each axis of the output is.",
    ),
    Entry(
        "same-for-all-features",
        "problem",
        "points",
        "The forecast is nearly the same for all {count} features.",
        "Train on labels of shape {expected}, as load_data() returns them, so that each feature has its own.",
    ),
    Entry(
        "shifted-forecast",
        "problem",
        "points",
        "The forecasts come {found}: moved by one step they would earn {points} of 5.",
        "Check where the labels begin: the first label comes right after the last step of the window.",
    ),
    Entry(
        "class-never-predicted",
        "problem",
        "points",
        "The model never predicts {found}, although {they_make} up {share:.0%} of the samples.",
        "{advice}",
    ),
    # experiments with the inputs
    Entry(
        "raw-pixels",
        "problem",
        "points",
        "The model expects pixels from 0 to 255, but gets 0 to 1, as in the starter: with 0 to 255{also} it would earn "
        "{points} of 5.",
        "Train on what the starter's load_data() returns, without multiplying it.",
    ),
    Entry(
        "repeated-normalisation",
        "problem",
        "points",
        "Layer {layer!r} scales the pixels a second time: they are already divided by 255. Without that{also} the "
        "model would earn {points} of 5.",
        "Remove the layer, or train on what the starter's load_data() returns.",
    ),
    Entry(
        "centred-pixels",
        "problem",
        "points",
        "The model expects pixels from -1 to 1, but gets 0 to 1, as in the starter: with -1 to 1{also} it would earn "
        "{points} of 5.",
        "Put tf.keras.layers.Rescaling(2, offset=-1) before the model's first layer, and train the model like that.",
    ),
    Entry(
        "pixels-divided-twice",
        "problem",
        "points",
        "The model expects pixels from 0 to 0.004, as if they were divided by 255 twice, but gets 0 to 1, as in "
        "the starter: with the smaller numbers{also} it would earn {points} of 5.",
        "Train on what the starter's load_data() returns: its pixels are already divided by 255.",
    ),
    Entry(
        "inverted-pixels",
        "problem",
        "points",
        "The model expects light and dark exchanged: with 1 - x for each pixel x{also} it would earn {points} of 5.",
        "Train on what the starter's load_data() returns, without 1 - x or 255 - x.",
    ),
    Entry(
        "transposed-pictures",
        "problem",
        "points",
        "The model expects pictures with rows and columns exchanged: with transposed pictures{also} it would earn "
        "{points} of 5.",
        "Train on what the starter's load_data() returns: the first axis of a picture is its rows, from the top "
        "down.",
    ),
    Entry(
        "preprocessed-pixels",
        "problem",
        "points",
        "The model expects pixels as {found}.preprocess_input makes them, but gets 0 to 1, as in the starter: "
        "with such pixels{also} it would earn {points} of 5.",
        "Train on what the starter's load_data() returns. What a pretrained network needs belongs into the model: "
        "Rescaling or Normalization before it.",
    ),
    Entry(
        "standardised-inputs",
        "problem",
        "points",
        "The model expects standardised inputs (mean 0, standard deviation 1 in each {each}), but gets them as "
        "the starter's load_data() returns them: with standardised inputs{also} it would earn {points} of 5.",
        "Put a Normalization layer, adapted to the training inputs, at the start of the model instead of scaling "
        "the inputs outside it.",
    ),
    Entry(
        "scaled-inputs",
        "problem",
        "points",
        "The model expects inputs {found}, but gets them as the starter's load_data() returns them: with such "
        "inputs{also} it would earn {points} of 5.",
        "Put a Rescaling or Normalization layer at the start of the model instead of scaling the inputs outside "
        "it.",
    ),
    Entry(
        "reordered-columns",
        "problem",
        "points",
        "The model expects the columns in another order than load_data() returns them: {found}{also} it would "
        "earn {points} of 5.",
        "Train on what the starter's load_data() returns, with its columns in their order.",
    ),
    Entry(
        "newest-first",
        "problem",
        "points",
        "The model expects the newest step of a window first, but gets the oldest first, as in the starter: with "
        "the steps in reverse order{also} it would earn {points} of 5.",
        "Train on what the starter's load_data() returns, with its steps in their order.",
    ),
    Entry(
        "swapped-colours",
        "problem",
        "points",
        "The model expects blue, green, red, but gets red, green, blue, as in the starter: with the channels "
        "swapped{also} it would earn {points} of 5.",
        "Load pictures with the starter's load_data(): OpenCV's cv2.imread, for example, reads the channels in "
        "reverse order.",
    ),
    Entry(
        "padding-in-front",
        "problem",
        "points",
        "The model expects the padding zeros before the words, but gets them after the words, as in the starter: with "
        "the zeros first{also} it would earn {points} of 5.",
        "Train on what the starter's load_data() returns.",
    ),
    Entry(
        "other-word-ids",
        "problem",
        "points",
        "The model expects other numbers for the words, such as those of your own Tokenizer: with these{also} it would "
        "earn {points} of 5.",
        "Train on the numbers that the starter's load_data() returns: the grader uses the same table of words.",
    ),
    # training
    Entry(
        "never-trained",
        "problem",
        "points",
        "The file says that the model was saved before its first training step.",
        "Call model.fit before solution_model() returns the model.",
    ),
    Entry(
        "early-averages",
        "problem",
        "points",
        "The BatchNormalization layers have not learned their averages in {steps}: with the mean and variance of the "
        "samples themselves{also} the model would earn {points} of 5.",
        "Train for more epochs, or use BatchNormalization(momentum=0.9), which learns its averages ten times sooner.",
    ),
    Entry(
        "one-epoch",
        "problem",
        "points",
        "The file counts {found} training steps, about one pass through the training data in batches of 32.",
        "Train for more epochs (passes), as long as the loss on the validation data keeps falling.",
    ),
    Entry(
        "other-data",
        "problem",
        "points",
        "On {count} training samples from the starter's load_data() the {metric} is {training:.3g}, no better "
        "than the naive baseline (on unseen ones {found:.3g}).",
        "If model.fit printed a much better value, the model was trained on other inputs or labels than "
        "load_data() returns. If not, it has not learned: change the learning rate, and train for more epochs.",
    ),
    Entry(
        "overfitting",
        "problem",
        "points",
        "On {count} training samples the {metric} is {training:.3g}, on unseen ones {found:.3g}: the model has partly "
        "memorised the training data (overfitting).",
        "{advice}",
    ),
    Entry(
        "underfitting",
        "problem",
        "points",
        "Training and unseen {metric} are about equal ({training:.3g} on {count} training samples, {found:.3g} on "
        "unseen ones): the model is underfitting.",
        "{advice}",
    ),
    Entry(
        "below-baseline",
        "problem",
        "points",
        "The {metric} is {found}; the naive baseline ({baseline}) reaches {expected} without learning.",
        "First beat the baseline clearly: compare inputs, labels and loss with the question's README.",
    ),
    # the compiled loss
    Entry(
        "loss-from-logits",
        "hint",
        "points",
        "The loss was given from_logits=True, but the last layer already has {activation}, so the outputs are turned "
        "into probabilities twice in training.",
        "Remove from_logits=True: the last layer's activation already makes probabilities.",
    ),
    Entry(
        "regression-loss",
        "hint",
        "points",
        "The model was trained with {loss}, which measures distances; this question asks for classes.",
        'Compile with loss="{fitting}".',
    ),
    Entry(
        "margin-loss",
        "hint",
        "points",
        "The model was trained with {loss}, which is made for margins, not for probabilities.",
        'Compile with loss="{fitting}".',
    ),
    Entry(
        "class-loss",
        "hint",
        "points",
        "The model was trained with {loss}, which compares probabilities; this question asks for numbers.",
        "Compile with {fitting} as the loss.",
    ),
    Entry(
        "loss-on-one-unit",
        "hint",
        "points",
        "The model was trained with {loss}, which needs one unit for each class; with a single unit it cannot "
        "tell two classes apart.",
        'Compile with loss="{fitting}".',
    ),
    Entry(
        "binary-loss",
        "hint",
        "points",
        "The model was trained with {loss}, which treats each class separately; here exactly one class is right.",
        'Compile with loss="{fitting}".',
    ),
    Entry(
        "function-by-name",
        "hint",
        "points",
        "Layer {layer!r} was given the function {found!r} as an activation. The file holds only that name, so the "
        "grader used TensorFlow's {found}.",
        "If {found!r} is your own function and computes something else, build it from layers of tf.keras.layers.",
    ),
    Entry(
        "large-optimizer-state",
        "hint",
        "points",
        "{share:.0%} of the file's {found} is optimizer state, needed only to resume training.",
        'Save with model.save("mymodel.h5", include_optimizer=False); the real exam asked you to watch the file size.',
    ),
    Entry(
        "older-than-starter",
        "hint",
        "points",
        "{folder}/starter.py was changed after {folder}/mymodel.h5 was saved: the model is still the one from before.",
        "If the change was meant for the model, run {folder}/starter.py again; it trains the model and saves it.",
    ),
    Entry(
        "older-than-exam",
        "hint",
        "points",
        "{folder}/mymodel.h5 was saved before this exam was started.",
        "Run {folder}/starter.py: only a model that you train now shows what you can do in the time of the exam.",
    ),
    Entry(
        "room-to-improve",
        "hint",
        "points",
        "The {metric} of {found} earns {points} of 5; {wanted}.",
        "{advice}",
    ),
)
CATALOGUE = {entry.code: entry for entry in ENTRIES}


def finding(code: str, **values: Any) -> Finding:
    """Return the catalogue's finding ``code`` with its sentences filled in.

    Raises:
        KeyError: unknown code, or a value that the sentence needs is missing.
    """
    entry = CATALOGUE[code]
    fields = {name: _excerpt(name, value) if isinstance(value, str) else value for name, value in values.items()}
    message, next_step = (printable(text.format(**fields)) for text in (entry.message, entry.next_step))
    return Finding(code, entry.severity, message, next_step)


LONGEST_NAME, LONGEST_REASON = 80, 300
"""Characters that a name of a stranger's file may have in a sentence, and a reason with such names in it."""
_NAMES, _REASONS = ("layer", "setting", "version"), ("found", "reason", "what")
"""Values of findings that come from a file, or tell something of it; all others are ours."""
_QUOTED = re.compile(r"(['\"])((?:(?!\1).){81,})\1", re.DOTALL)
"""A name in a reason, where it stands in quotes."""


def _excerpt(name: str, value: str) -> str:
    """Return a value as long as a sentence may hold it, whatever a stranger's file has put into it."""
    if name not in (*_NAMES, *_REASONS):
        return value
    value = value[: 100 * LONGEST_REASON]  # more is never shown, and would take long to look through
    if name in _NAMES or " " not in value:
        return cut_name(value)
    value = _QUOTED.sub(lambda match: f"{match[1]}{cut_name(match[2])}{match[1]}", value)
    return shortened(value, LONGEST_REASON)


def cut_name(text: str) -> str:
    """Return a name of at most ``LONGEST_NAME`` characters."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def shown_name(text: str) -> str:
    """Return a name as terminals and files can hold it, cut at ``LONGEST_NAME`` characters."""
    return cut_name(printable(text[: LONGEST_NAME + 1]))


def shortened(text: str, length: int) -> str:
    """Return a text of at most ``length`` characters, cut between two words; one long word is cut anywhere."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    whole_words = cut if text[length - 1].isspace() else cut.rpartition(" ")[0]
    return f"{whole_words.rstrip(' ,;:') or cut}…"


def printable(text: str) -> str:
    """Return a text of one line that terminals and files can hold, whatever a stranger has put into it.

    Half a character cannot be written, what starts with an escape character would command the terminal, and a line
    of its own could pass for one of ours.
    """
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)

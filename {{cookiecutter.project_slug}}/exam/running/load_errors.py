"""Say in a few words why a model cannot be loaded or run: the messages of Keras and TensorFlow are not for learners.

Their messages name functions of their own, places in their program and whole configurations. Each message that
learners really meet has a sentence of its own here; another one is quoted when it is short and plain. Otherwise the
sentence says where the full text is: the worker writes every traceback to its log.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from exam.findings import shortened

LONGEST = 160
IN_THE_LOG = "the full error message is in .exam/log/worker.log"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""Keras writes these colours of a terminal into its messages."""


def explain(error: BaseException, loading: bool = False) -> str:
    """Return why an error of Keras or TensorFlow came, to complete "Keras could not load the model: ...".

    Args:
        error: what was raised.
        loading: whether the file was being read, where a missing key is something that the file does not hold.
    """
    text = " ".join(COLOURS.sub("", str(error)).split())
    if loading and isinstance(error, KeyError) and re.fullmatch(r"'[\w/.:-]+'", text):
        return f"the file does not contain {text}"
    for pattern, sentence in _SENTENCES:
        match = pattern.search(text)
        if match:
            return shortened(sentence(match) + _of_layer(text, sentence(match)), LONGEST)
    return _quoted(text)


def _quoted(text: str) -> str:
    """Return the first sentence of a message when it is plain English, else where its text is."""
    text = text.rpartition("Exception encountered: ")[2]
    if not text[:1].isalpha():
        return IN_THE_LOG
    sentence = re.split(r"(?<=[.!?])\s", text)[0].rstrip(".").replace("`", "")
    if len(sentence) > LONGEST or len(sentence.split()) < 3 or _INTERNAL.search(sentence):
        return IN_THE_LOG
    return sentence[0].lower() + sentence[1:] if sentence[1].islower() else sentence


_INTERNAL = re.compile(
    r"[{}<>\[\]|\\=@]|::|\(most recent|__|\b0x|\.py\b|Traceback|(?i:keras|tensorflow|\btf\b|\bop\b|\bnode\b"
    r"|graph|tensor|config|serializ|kwargs|exception|argument|callable|\bclass\b|\bNone|\bmodule|attribute|operand)"
    r"|/\w+/"
)
"""No sentence for a learner holds these: code, addresses, paths, and the insides of Keras and TensorFlow."""


def _of_layer(text: str, sentence: str) -> str:
    """Return which layer a configuration in a message belongs to, unless the sentence names a layer already."""
    match = re.search(r"using config=\{'name': '([^']+)'", text)
    return f" (layer {match[1]!r})" if match and "layer '" not in sentence else ""


def _without_batch(shape: str) -> str:
    """Return a shape as text without its first axis, which counts the samples."""
    axes = [axis.strip() for axis in shape.strip("()[]").split(",") if axis.strip()][1:]
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"


def _count(number: str, one: str) -> str:
    return f"{number} {one}{'s' * (number != '1')}"


def _mismatched_weights(match: re.Match[str]) -> str:
    layer, expected, actual = match.groups()
    return f"layer {layer!r} needs weights of shape {expected}, but the file has shape {actual}"


def _wrong_rank(match: re.Match[str]) -> str:
    layer, least, expected, actual = match.groups()
    needs = f"{'at least ' if least else ''}{expected} axes"
    return f"layer {layer!r} needs an input with {needs}, including the batch axis, but gets one with {actual}"


def _wrong_size(match: re.Match[str]) -> str:
    layer, axis, size, shape = match.groups()
    where = "the last axis" if axis == "-1" else f"axis {axis}"
    return f"layer {layer!r} needs an input with size {size} on {where}, but gets shape {_without_batch(shape)}"


def _wrong_input(match: re.Match[str]) -> str:
    expected, actual = map(_without_batch, match.groups())
    return f"it needs an input of shape {expected}, but gets {actual}"


_SENTENCES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (r"[Uu]nknown layer: '(?:\w+>)?(\w+)'", lambda m: f"it does not know the class {m[1]!r}"),
        (r"Cannot deserialize object of type `?(?:\w+>)?(\w+)", lambda m: f"it does not know the class {m[1]!r}"),
        (
            r"Could not locate (function|class|object) '(?:\w+>)?([\w.<>]+)'",
            lambda m: f"it does not know the {m[1]} {m[2]!r}",
        ),
        (
            r"Could not interpret (activation|initializer|regularizer|constraint)(?: function)? identifier: (\w+)",
            lambda m: f"it does not know the {m[1]} {m[2]!r}",
        ),
        (
            r"Could not interpret (activation|initializer|regularizer|constraint)",
            lambda m: f"it cannot read the {m[1]} that was saved",
        ),
        (
            r"Unrecognized keyword arguments? passed to (\w+): \{'(\w+)'",
            lambda m: f"it does not know the setting {m[2]!r} of {m[1]}",
        ),
        (
            r"Model expected (\d+) layers, found (\d+) saved layers",
            lambda m: f"the model has {_count(m[1], 'layer')} with weights, but the file has weights for {m[2]}",
        ),
        (
            r"Weight count mismatch for layer #\d+ \(named (\S+) in the current model.*?"
            r"expects (\d+) weight\(s\)\. Received (\d+)",
            lambda m: f"layer {m[1]!r} needs {_count(m[2], 'array')} of weights, but the file has {m[3]}",
        ),
        (
            r"Weight count mismatch for top-level weights.*?expects (\d+) top-level weight\(s\)\. Received (\d+)",
            lambda m: f"outside its layers, the model needs {_count(m[1], 'array')} of weights, the file has {m[2]}",
        ),
        (
            r"Shape mismatch in layer #\d+ \(named (\S+?)\) ?for weight \S+\. Weight expects shape (\([^)]*\))\. "
            r"Received saved weight with shape (\([^)]*\))",
            _mismatched_weights,
        ),
        (
            r"Shape mismatch in top-level model ?for weight \S+\. Weight expects shape (\([^)]*\))\. "
            r"Received saved weight with shape (\([^)]*\))",
            lambda m: f"outside its layers, the model needs weights of shape {m[1]}, but the file has shape {m[2]}",
        ),
        (
            r"indices\[[\d,]*\] = (-?\d+) is not in \[0, (\d+)\)",
            lambda m: f"a layer with room for {m[2]} ids (0 to {int(m[2]) - 1}) gets the id {m[1]}",
        ),
        (
            r"layer ['\"]([^'\"]+)['\"] is incompatible with the layer: expected (min_)?ndim=(\d+), found ndim=(\d+)",
            _wrong_rank,
        ),
        (
            r"layer ['\"]([^'\"]+)['\"] is incompatible with the layer: expected axis (-?\d+) of input shape to have "
            r"value (\d+), but received input with shape (\([^)]*\))",
            _wrong_size,
        ),
        (r"Expected shape (\([^)]*\)), but input has incompatible shape (\([^)]*\))", _wrong_input),
        (
            r"total size of the tensor must be unchanged\. Received: input_shape=(\([^)]*\)), "
            r"target_shape=(\([^)]*\))",
            lambda m: f"a Reshape layer cannot turn shape {m[1]} into {m[2]}, which holds a different number of values",
        ),
        (
            r"Negative dimension size caused by subtracting (\d+) from (\d+)",
            lambda m: f"a window of size {m[1]} does not fit into an input of length {m[2]}",
        ),
        (r"output size would be zero or negative", lambda m: "a layer's window is larger than its input"),
        (
            r"[Dd]imensions? (?:\d+ in both shapes )?must be equal, but are (\d+) and (\d+)",
            lambda m: f"a layer gets inputs whose sizes, {m[1]} and {m[2]}, do not fit together",
        ),
        (r"Cast \w+ to string", lambda m: "it takes text, but this question's inputs are numbers"),
        (r"OOM when allocating|std::bad_alloc|[Oo]ut of memory", lambda m: "it needs more memory than is available"),
    )
]
"""Pattern in a message -> the sentence for it; the most telling ones come first."""

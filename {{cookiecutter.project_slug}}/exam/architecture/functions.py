"""Functions and objects that a layer was given: which of them Keras reads back, and which it need not.

Keras writes the bare name of any function given as an activation, and reads it back when it has an activation of that
name itself. Other names are known here too: those of TensorFlow and ``keras.ops``.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from exam.architecture import allowlist

ACTIVATIONS_OF_KERAS = frozenset(
    """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid
    log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid
    sparsemax squareplus swish tanh tanh_shrink threshold
    """.split()
)
"""Keras 3.15 reads these by their names."""

ACTIVATIONS = {
    "softmax_v2": "softmax",  # tf.nn.softmax
    "log_softmax_v2": "log_softmax",  # tf.nn.log_softmax
    "swish": "silu",  # tf.nn.swish and tf.nn.silu
    "identity": "linear",  # tf.identity
    "exp": "exponential",  # tf.exp and keras.ops.exp
}
"""Name that Keras writes -> the same activation of Keras."""

OPERATIONS = {
    **{
        name.lower(): name
        for name in """
        Abs Absolute Arccos Arccosh Arcsin Arcsinh Arctan Arctanh Cbrt Ceil Cos Cosh Erf Erfc Erfinv Exp2 Expm1 Fabs
        Floor I0 Log Log10 Log1p Log2 Negative Normalize Reciprocal Round Rsqrt Sign Sin Sinc Sinh Sqrt Square Tan Trunc
        """.split()
    },
    "acos": "Arccos",
    "acosh": "Arccosh",
    "asin": "Arcsin",
    "asinh": "Arcsinh",
    "atan": "Arctan",
    "atanh": "Arctanh",
    "neg": "Negative",
    "stop_gradient": "StopGradient",
}
"""Name that Keras writes for a function that is not an activation of Keras -> the operation that computes it."""

_OF_NOBODY_ELSE = frozenset({"softmax_v2", "log_softmax_v2", "swish", "identity", "stop_gradient"})
"""A learner's own function does not have these names, or not for anything else."""


def is_known(entry: dict[str, Any]) -> bool:
    """Return whether an object of the description is a function that is read back as one of these."""
    is_plain = entry.get("class_name") == "function" and entry.get("module") in (None, "builtins")
    return is_plain and str(entry.get("config")) in ACTIVATIONS.keys() | OPERATIONS.keys()


def is_guessed(entry: dict[str, Any]) -> bool:
    """Return whether it might as well be a function of the learner's own that has the same name."""
    return is_known(entry) and entry["config"] not in _OF_NOBODY_ELSE


_FOR_TRAINING = re.compile(r"(initializer|regularizer|constraint)$")


def serves_training_alone(setting: str, entry: dict[str, Any]) -> bool:
    """Return whether an object is of the learner's own and decides about the training only, not about the answers.

    The stored weights replace what an initializer gives; regularizers and constraints act when weights are changed.
    Code that stands in the file itself is not meant: it is refused wherever it is.

    Args:
        setting: under which name a layer was given it.
        entry: the JSON of the object.
    """
    if not _FOR_TRAINING.search(setting):
        return False
    name = entry.get("class_name")
    is_own = name == "function" or name not in allowlist.KNOWN | allowlist.FUNCTIONS | allowlist.REFUSED
    return is_own and _is_of_a_learner(entry.get("module"))


def _is_of_a_learner(module: Any) -> bool:
    """Return whether a module may be a learner's: that of a script has no name, functions count as built in."""
    package = str(module).partition(".")[0]
    return module in (None, "builtins") or package not in sys.stdlib_module_names | {"keras", "tensorflow"}

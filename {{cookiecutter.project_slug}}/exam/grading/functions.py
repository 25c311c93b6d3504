"""Functions given as an activation whose names Keras 3 writes into an ``.h5`` file and cannot read back.

Keras writes the bare name of any function, and reads it back when it has an activation of that name itself. The names
here are those of TensorFlow and ``keras.ops``.
"""

from __future__ import annotations

from typing import Any

ACTIVATIONS = {
    "softmax_v2": "softmax",  # tf.nn.softmax
    "log_softmax_v2": "log_softmax",  # tf.nn.log_softmax
    "swish": "silu",  # tf.nn.swish and tf.nn.silu
    "identity": "linear",  # tf.identity
    "exp": "exponential",  # tf.exp and keras.ops.exp
}
"""The name that Keras writes -> the same activation of Keras."""

OPERATIONS = {
    **{
        name.lower(): name
        for name in """
        Abs Absolute Arccos Arccosh Arcsin Arcsinh Arctan Arctanh Cbrt Ceil Cos Cosh Erf Erfc Erfinv Exp2 Expm1 Fabs
        Floor I0 Log Log10 Log1p Log2 Negative Reciprocal Round Rsqrt Sign Sin Sinc Sinh Sqrt Square Tan Trunc
        """.split()
    },
    "acos": "Arccos",
    "acosh": "Arccosh",
    "asin": "Arcsin",
    "asinh": "Arcsinh",
    "atan": "Arctan",
    "atanh": "Arctanh",
    "neg": "Negative",
}
"""The name that Keras writes, of functions that Keras has no activation for -> the operation that computes them."""

_OF_NOBODY_ELSE = frozenset({"softmax_v2", "log_softmax_v2", "swish", "identity"})
"""Names that a learner's own function does not have, or not for anything else."""


def is_known(entry: dict[str, Any]) -> bool:
    """Return whether an object of the description is a function that is read back as one of these."""
    is_plain = entry.get("class_name") == "function" and entry.get("module") in (None, "builtins")
    return is_plain and str(entry.get("config")) in ACTIVATIONS.keys() | OPERATIONS.keys()


def is_guessed(entry: dict[str, Any]) -> bool:
    """Return whether it might as well be a function of the learner's own that has the same name."""
    return is_known(entry) and entry["config"] not in _OF_NOBODY_ELSE

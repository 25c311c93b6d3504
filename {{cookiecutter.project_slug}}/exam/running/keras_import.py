"""The import of TensorFlow and Keras in the process that runs models, without what no model needs."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

UNUSED = ("sklearn", "matplotlib", "pandas", "scipy")
"""Keras imports these packages for its wrappers and plots wherever they are installed: two fifths of its whole import.
``benchmarks/imports.py`` measures it."""


def import_keras() -> ModuleType:
    """Import TensorFlow and Keras, and return Keras.

    The unused packages cannot be imported while that lasts. Afterwards they can: a starter's ``load_data`` may need
    them.
    """
    absent = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None says that there is no such module
    try:
        import_module("tensorflow")
        return import_module("keras")
    finally:
        for name in absent:
            del sys.modules[name]

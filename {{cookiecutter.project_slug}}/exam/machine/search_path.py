"""Where imports are looked for: what the learner keeps comes last.

A ``keras.py`` or ``random.py`` beside the learner's programs must not stand for the module that the engine means. What
is imported here was loaded when Python started, so that no such file can come before it.
"""

import os
import sys

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""This is the folder of the package ``exam``. Python puts it first when the package is started as a folder."""
ENGINE = os.path.dirname(PACKAGE)
"""This folder holds the package ``exam``: it is the workspace."""


def put_own_files_last() -> None:
    """Search the workspace, the folder of the command and what PYTHONPATH names behind Python's own folders."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    own = {os.path.realpath(folder) for folder in (ENGINE, PACKAGE, *named)}
    own |= {os.path.realpath(os.curdir), os.path.realpath(sys.path[0] if sys.path else os.curdir)}
    last = [folder for folder in sys.path if os.path.realpath(folder) in own and not _is_pythons(folder)]
    sys.path[:] = [folder for folder in sys.path if folder not in last] + last
    if ENGINE not in map(os.path.realpath, sys.path):
        sys.path.append(ENGINE)


def _is_pythons(folder: str) -> bool:
    """Return whether a folder belongs to Python and its packages, whoever names it."""
    path = os.path.realpath(folder)
    inside = any(path.startswith(os.path.realpath(prefix) + os.sep) for prefix in (sys.prefix, sys.base_prefix))
    return inside and os.path.basename(path) in ("site-packages", "dist-packages", "lib-dynload", _LIBRARY)


_LIBRARY = os.path.basename(os.path.dirname(os.__file__))

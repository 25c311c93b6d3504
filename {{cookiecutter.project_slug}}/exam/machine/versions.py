"""Which versions of TensorFlow and Keras are installed, without importing either."""

from __future__ import annotations

import re


def installed_versions() -> dict[str, str]:
    """Return the versions of TensorFlow and Keras, without importing either."""
    from importlib.metadata import PackageNotFoundError, version  # costs 10 ms that most commands need not spend

    versions: dict[str, str] = {}
    for distribution in ("tensorflow", "tensorflow-cpu", "keras"):
        try:
            versions[distribution.removesuffix("-cpu")] = version(distribution)
        except PackageNotFoundError:
            continue
    return versions


def release(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version, which decide about what can be loaded."""
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def older_keras(version: str | None) -> str | None:
    """Return our version of Keras where it is older than ``version``, else None."""
    ours = installed_versions().get("keras")
    return ours if ours and version and release(version) > release(ours) else None

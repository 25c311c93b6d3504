"""The ready marker: written when the environment has been proven, believed only while nothing changed since."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from exam.machine.trouble import to_repair
from exam.machine.versions import installed_versions
from exam.workspace import Exam, ExamTomlError, Workspace, parse_json, read, write_atomically


def lock_file(workspace: Workspace) -> Path:
    """Return the lock that this workspace is installed from: with the GPU libraries when the exam asks for them."""
    try:
        accelerator = Exam.read(workspace.exam_toml).accelerator
    except ExamTomlError:
        accelerator = "cpu"
    return workspace.root / ("requirements-gpu.txt" if accelerator == "gpu" else "requirements.txt")


def lock_hash(lock: Path) -> str:
    """Return the SHA-256 of a lock without regard to line endings, empty when there is none."""
    try:
        return hashlib.sha256(lock.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    except OSError:
        return ""


def write(workspace: Workspace, **versions: str) -> None:
    """Write the marker for the interpreter that runs this.

    Args:
        workspace: the workspace that has been proven.
        versions: of the packages worth naming; by default those of TensorFlow and Keras.
    """
    marker = {
        "lock": lock_hash(lock_file(workspace)),
        "python": platform.python_version(),
        "venv": _relative(Path(sys.prefix), workspace.root),
        "root": str(workspace.root.resolve()),
        **(versions or installed_versions()),
        "verified_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_atomically(workspace.ready_marker, json.dumps(marker, indent=2) + "\n")


def problem(workspace: Workspace) -> str | None:
    """Return why the workspace is not ready, one sentence and the command to type, or None when it is."""
    try:
        marker = parse_json(read(workspace.ready_marker))
        lock, venv, root = (str(marker[key]) for key in ("lock", "venv", "root"))
    except FileNotFoundError:
        return f"This workspace has not been verified yet. Run: {to_repair()}"
    except (OSError, ValueError, KeyError, TypeError):
        return f"The ready marker of this workspace cannot be read. Run: {to_repair()}"
    current = lock_file(workspace)
    if lock != lock_hash(current):
        return f"{current.name} has changed since this workspace was verified. Run: {to_repair()}"
    if root != str(workspace.root.resolve()):
        return f"This workspace has been moved since it was verified. Run: {to_repair()}"
    if not _venv_works(workspace.root / venv):
        return f"The virtual environment {venv} is missing or broken. Run: {to_repair()}"
    return None


def _relative(path: Path, root: Path) -> str:
    """Return ``path`` relative to ``root`` when it lies inside, so that the marker names no folder of the machine."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path)


def _venv_works(venv: Path) -> bool:
    """Return whether the environment and the Python it was made from are still there; runs nothing."""
    pythons = (venv / "bin" / "python", venv / "bin" / "python3", venv / "Scripts" / "python.exe", venv / "python.exe")
    if not any(python.is_file() for python in pythons):
        return False
    try:
        settings = (venv / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return venv.is_absolute() and not (venv / ".lock-sha256").exists()  # conda and system Pythons have no such file
    homes = [line.partition("=")[2].strip() for line in settings.splitlines() if line.split("=")[0].strip() == "home"]
    return all(Path(home).is_dir() for home in homes)


def main(arguments: list[str]) -> int:
    """Say what is missing, if anything; with the argument ``write``, write the marker."""
    workspace = Workspace.find()
    if arguments == ["write"]:
        write(workspace)
        return 0
    missing = problem(workspace)
    if missing:
        print(missing)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

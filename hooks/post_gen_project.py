"""Hands over to bootstrap.py of the new workspace: everything that takes time lives there and can be run again."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def main() -> int:
    """Run the bootstrap of the current folder; 1 makes cookiecutter report a failure, 0 keeps the workspace."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("bootstrap", Path.cwd() / "bootstrap.py")
    assert spec is not None and spec.loader is not None
    bootstrap = importlib.util.module_from_spec(spec)
    sys.modules["bootstrap"] = bootstrap
    spec.loader.exec_module(bootstrap)
    bootstrap.prepare_process()
    return 1 if bootstrap.main(["--from-hook"]) else 0


if __name__ == "__main__":
    raise SystemExit(main())

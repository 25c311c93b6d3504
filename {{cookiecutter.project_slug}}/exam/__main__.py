"""``python -m exam``: also says what to do when the packages are not there yet."""

import sys
from contextlib import suppress


def main() -> int:
    """Run the commands; without the packages, one sentence and exit status 3."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if sys.argv[1:2] == ["check"]:
        _start_reading()
    try:
        from exam.cli import main as commands
    except ModuleNotFoundError as error:
        print(f"This Python, {sys.executable}, has no package {error.name}.", file=sys.stderr)
        print("The workspace's environment is made with: python bootstrap.py", file=sys.stderr)
        return 3
    return commands()


def _start_reading() -> None:
    """Start the process that reads the file: it imports its packages while this one does."""
    from exam.grading import reader
    from exam.workspace import Workspace

    with suppress(OSError):  # what is wrong here is said later
        reader.start(Workspace.find().scratch)


if __name__ == "__main__":
    sys.exit(main())

"""``python -m exam``: also says what to do when the packages are not there, or another Python was started."""

import os
import sys

if not __package__:  # started as ``python exam``: the package's folder is searched, and not the one around it
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from exam.machine import search_path


def main() -> int:
    """Run the commands; without the packages, one sentence and exit status 3."""
    search_path.put_own_files_last()
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        if sys.argv[1:2] == ["check"]:
            _start_reading()
        from exam.cli import main as commands

        return commands()
    except ModuleNotFoundError as error:
        return _without(error.name or "that it needs")


def _open_what_is_closed() -> None:
    """Give a program that was started without output somewhere to write; else a file of ours would get that number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))


def _without(package: str) -> int:
    """Say which command has the package that this Python lacks."""
    from exam.machine import trouble
    from exam.workspace import Workspace

    print(f"This Python, {sys.executable}, does not have the package {package}.", file=sys.stderr)
    python = Workspace.find().venv_python
    if python.is_file() and os.path.abspath(sys.executable) != str(python):
        again = trouble.typed(sys.argv[1:], str(python))
        print(f"The workspace has its own Python. Type: {again}", file=sys.stderr)
    else:
        print(f"To make the workspace's environment: {trouble.to_repair()}", file=sys.stderr)
    return 3


def _start_reading() -> None:
    """Start the process that reads the file: it imports its packages while this one does."""
    from exam.modelfile import reader
    from exam.workspace import Workspace

    try:
        reader.start(Workspace.find().scratch)
    except OSError:  # what is wrong here is said later
        return


if __name__ == "__main__":
    sys.exit(main())

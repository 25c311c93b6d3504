"""What only Windows does, asked of stand-ins for its libraries: sizes and numbers from Microsoft's reference."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import harness
import pytest

from exam.machine import trouble
from exam.modelfile import intake
from exam.processes import job_object

GIGABYTE = 2**30


class Kernel32:
    """Stands for the library of Windows, and keeps what it was told."""

    class Function:
        def __init__(self, answer: int) -> None:
            self.answer, self.told = answer, []  # type: int, list[tuple[Any, ...]]

        def __call__(self, *arguments: Any) -> int:
            self.told.append(arguments)
            return self.answer

    def __init__(self, assigned: int = 1) -> None:
        self.CreateJobObjectW, self.GetCurrentProcess = self.Function(7), self.Function(2**64 - 1)
        self.SetInformationJobObject, self.AssignProcessToJobObject = self.Function(1), self.Function(assigned)

    @property
    def limits(self) -> job_object.ExtendedLimits:
        """Return the limits that were set."""
        _, kind, pointer, size = self.SetInformationJobObject.told[0]
        assert (kind, size) == (9, 144)
        return pointer._obj  # type: ignore[no-any-return]


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the sizes of 64 bit")
def test_a_process_limits_itself_by_a_job_object() -> None:
    windows = Kernel32()
    job_object.keep_to(GIGABYTE, False, windows)
    limits = windows.limits
    # Programs 0x8, memory 0x100, no dialog 0x400.
    assert limits.Basic.LimitFlags == 0x508 and limits.ProcessMemoryLimit == GIGABYTE
    assert limits.Basic.ActiveProcessLimit == 1
    ((job, process),) = windows.AssignProcessToJobObject.told
    assert (job.value, process.value) == (7, 2**64 - 1)  # which ctypes would cut to 32 bits


def test_no_limit_is_none() -> None:
    windows = Kernel32()
    job_object.keep_to(None, True, windows)
    assert windows.limits.Basic.LimitFlags == 0x400


def test_a_refusal_is_said() -> None:
    with pytest.raises(OSError, match="Windows refused a job object"):
        job_object.keep_to(GIGABYTE, True, Kernel32(assigned=0))


def test_a_windows_that_refuses_costs_no_grading() -> None:
    program = (
        "import sys; from exam.processes import child, job_object\n"
        "def refuse(*_): raise OSError('Windows refused a job object (error 5).')\n"
        "job_object.keep_to, sys.platform = refuse, 'win32'\n"
        "child.settle(child.Resources(None, 2**20))\n"
        "print('settled')"
    )
    ended = harness.as_child(program)
    assert ended.stdout == "settled\n" and "refused a job object" in ended.stderr, ended.stderr


def test_a_folder_where_a_file_belongs_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to open a folder as it refuses a file of somebody else: "in use or not writable", before."""
    monkeypatch.setattr(trouble, "ON_WINDOWS", True)
    said = trouble.sentence(PermissionError(13, "Permission denied", str(tmp_path)), tmp_path, "again")
    assert said is not None and f"{tmp_path} blocks a file or folder we must create" in said
    moved = PermissionError(13, "Access is denied", str(tmp_path), None, str(tmp_path / "archive"))
    in_use = trouble.sentence(moved, tmp_path, "again")
    assert in_use is not None and f"{tmp_path} is in use" in in_use


def test_a_file_that_is_locked_while_it_is_read_is_being_saved() -> None:
    """Where the HDF5 library locks what it writes, Windows lets nobody read it."""
    class Locked:
        def read(self, size: int) -> bytes:
            raise PermissionError(13, "Permission denied")

    with pytest.raises(intake.Refused, match="being saved"):
        intake._block(Locked())  # type: ignore[arg-type]

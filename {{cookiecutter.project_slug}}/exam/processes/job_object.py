"""Limits that Windows itself keeps: a job object, which a process makes for itself and cannot leave.

Source of the structures and numbers: Microsoft's reference of ``SetInformationJobObject`` and of
``JOBOBJECT_EXTENDED_LIMIT_INFORMATION``. Standard library only.
"""

from __future__ import annotations

import ctypes
from typing import Any

EXTENDED_LIMITS = 9
"""This number says which kind of limits is set: ``JobObjectExtendedLimitInformation``."""
ACTIVE_PROCESSES, PROCESS_MEMORY, NO_DIALOG = 0x8, 0x100, 0x400
"""``JOB_OBJECT_LIMIT_…`` says which fields hold. With the last one, a process that crashes ends without a question."""


class _Basic(ctypes.Structure):
    """``JOBOBJECT_BASIC_LIMIT_INFORMATION``."""

    _fields_ = [
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    ]


class ExtendedLimits(ctypes.Structure):
    """``JOBOBJECT_EXTENDED_LIMIT_INFORMATION``."""

    _fields_ = [
        ("Basic", _Basic),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    ]


def keep_to(memory: int | None, may_start_others: bool, kernel32: Any = None) -> None:
    """Put this process into a job of its own with these limits.

    Args:
        memory: bytes that Windows may promise to it in all; None for no limit.
        may_start_others: whether it may start another program.
        kernel32: the library of Windows; another one in tests.

    Raises:
        OSError: Windows refuses.
    """
    kernel32 = kernel32 or ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    limits = ExtendedLimits()
    limits.Basic.LimitFlags = NO_DIALOG
    if memory is not None:
        limits.Basic.LimitFlags |= PROCESS_MEMORY
        limits.ProcessMemoryLimit = memory
    if not may_start_others:
        limits.Basic.LimitFlags |= ACTIVE_PROCESSES
        limits.Basic.ActiveProcessLimit = 1
    # A handle is as wide as an address; ctypes takes every answer for an int of 32 bits unless it is told.
    kernel32.CreateJobObjectW.restype = kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    # The handle is never closed: the job lasts as long as its process.
    job = ctypes.c_void_p(kernel32.CreateJobObjectW(None, None))
    if not (
        job
        and kernel32.SetInformationJobObject(job, EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
        and kernel32.AssignProcessToJobObject(job, ctypes.c_void_p(kernel32.GetCurrentProcess()))
    ):
        raise OSError(f"Windows refused a job object (error {getattr(ctypes, 'get_last_error', int)()}).")

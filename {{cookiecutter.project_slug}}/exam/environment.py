"""Prove that this environment trains, saves, loads and grades models, and measure how fast it trains."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from exam.machine import logs
from exam.machine.trouble import to_repair
from exam.processes.launch import needed, own_module
from exam.processes.limited_process import DEATHS, signal_of
from exam.workspace import Exam, ExamTomlError, Workspace, parse_json

WANTED = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}
"""Setting of Keras -> the value that the exam's models need, which is the default of Keras."""
FASHION_MNIST_SAMPLES = 60_000
BENCHMARK_EPOCHS = 5
AGAIN = "python -m exam verify"
SPEAK_TO_TENSORFLOW = (
    "KERAS_", "KMP_", "LD_PRELOAD", "MLIR_", "MPL", "OMP_", "ONEDNN_", "PROTOCOL_", "TF_", "TFLITE_", "XLA_"
)
"""TensorFlow, Keras and their libraries read environment variables that begin like this."""
NO_RUNTIME = r"DLL load failed|could not find the dll|msvcp140|vcruntime140"
"""Errors on a Windows without the Visual C++ runtime say this. Source: ``tensorflow/python/platform/self_check.py``."""
RUNTIME = (
    "It needs the Microsoft Visual C++ Redistributable (x64), which does not come with Windows. Install it from "
    f"Microsoft, then try again: {AGAIN}"
)
Progress = Callable[[str], None]


class EnvironmentProblem(Exception):
    """The environment does not do what an exam needs; the message is for the learner, and ends in what to type.

    Args:
        problem: a sentence.
        remedy: another one, up to the command; None to repair the environment.
    """

    def __init__(self, problem: str, remedy: str | None = None) -> None:
        super().__init__(f"{problem} {remedy or f'Repair the environment: {to_repair()}'}")


@dataclass(frozen=True)
class Verification:
    """What the proof found.

    Attributes:
        python: its version, as that of the next two.
        tensorflow: alike.
        keras: alike.
        gpus: how many TensorFlow sees.
        difference: the largest between the predictions before saving and those that the grader got.
        seconds: that the proof took.
        is_walled: whether the processes that read and run model files are shut in here, see ``exam.processes.wall``.
    """

    python: str
    tensorflow: str
    keras: str
    gpus: int
    difference: float
    seconds: float
    is_walled: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Benchmark:
    """How long an ordinary training takes here.

    Attributes:
        seconds_per_epoch: one epoch of a small convolutional network on 60,000 images of 28 x 28, measured.
        minutes: for five such epochs, computed from it.
        verdict: ``quick``, ``enough`` or ``slow``.
    """

    seconds_per_epoch: float
    minutes: float
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


def verify(workspace: Workspace, progress: Progress = lambda text: None) -> Verification:
    """Train a tiny model, save it as .h5, and send it through the grader's own way, which must answer as it did.

    Raises:
        EnvironmentProblem: training fails, or the grader cannot read or run the model, or it answers otherwise.
        OSError: a log or a copy cannot be written.
    """
    from exam.grading import scratch, trial
    from exam.running.runner import Runner

    started = time.monotonic()
    _refuse_unwanted_settings()
    with scratch.folder(workspace) as folder, Runner(workspace.log / "worker.log", _wants_gpu(workspace)) as runner:
        progress("Training a tiny model")
        x = np.linspace(-3, 3, 50, dtype=np.float32).reshape(-1, 1)
        np.save(folder / "x.npy", x)
        training = _trained(workspace, "tiny", str(folder))
        progress("Sending it through the grader")
        outcome = trial.send(folder / "mymodel.h5", x, folder, runner)
        deviation = trial.difference(outcome, np.asarray(training["answers"], np.float32).reshape(-1, 1))
    if isinstance(deviation, str):
        raise EnvironmentProblem(f"A saved model cannot be graded here. {deviation}")
    if not deviation <= trial.TOLERANCE:
        raise EnvironmentProblem(f"A saved model predicts different values after loading (off by {deviation:.1e}).")
    return Verification(
        python=platform.python_version(),
        tensorflow=training["tensorflow"],
        keras=training["keras"],
        gpus=training["gpus"],
        difference=deviation,
        seconds=round(time.monotonic() - started, 1),
        is_walled=_is_walled(),
    )


def _wants_gpu(workspace: Workspace) -> bool:
    try:
        return Exam.read(workspace.exam_toml).accelerator == "gpu"
    except ExamTomlError:  # said by all that need it
        return False


def _trained(workspace: Workspace, task: str, argument: str) -> dict[str, Any]:
    """Return what ``exam.trainer`` found in a process of its own, whose output goes to a log.

    Raises:
        EnvironmentProblem: it found a problem, or died; where it goes well with nothing set, what is set is named.
    """
    train = partial(_in_a_process, workspace.log / "tensorflow.log", task, argument)
    result = train(None)
    if isinstance(result, dict):
        return result
    if re.search(NO_RUNTIME, result, re.IGNORECASE):
        raise EnvironmentProblem(result, RUNTIME)
    if isinstance(train(needed(gpu=False)), str):
        raise EnvironmentProblem(result)
    variables = {name: value for name, value in os.environ.items() if name.startswith(SPEAK_TO_TENSORFLOW)}
    # Terraform's variables begin as TensorFlow's do, and much of what is set is harmless: only a trial tells.
    names = [name for name in variables if isinstance(train({**needed(gpu=False), name: variables[name]}), str)]
    raise EnvironmentProblem(result, _unset(names or [*variables]))


def _in_a_process(log: Path, task: str, argument: str, variables: dict[str, str] | None) -> dict[str, Any] | str:
    """Return what a training found, or why there was none, one sentence; ``variables`` None for those that are set."""
    logs.make_room(log)
    with tempfile.TemporaryDirectory() as folder, log.open("a+b") as output:
        position = output.seek(0, os.SEEK_END)
        file = Path(folder, "told.json")
        command, nowhere = own_module("exam.trainer", task, argument, str(file)), subprocess.DEVNULL
        code = subprocess.run(
            command, env=variables, stdin=nowhere, stdout=output, stderr=output, check=False
        ).returncode
        if code:
            output.seek(position)
            return _death(code, output.read().decode(errors="replace"), log)
        answer: dict[str, Any] = parse_json(file.read_bytes())
    return str(answer["problem"]) if "problem" in answer else answer


def _death(code: int, output: str, log: Path) -> str:
    """Return how a training ended that said nothing of its own, in the last words that it printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    what = DEATHS.get(signal_of(code), "ended the process")
    last = f': "{lines[-1][:200]}"' if lines else "."
    return f"Training with TensorFlow {what} (exit code {code}){last} Its full output is in {log}."


def _unset(names: list[str]) -> str:
    """Return what helps where variables of the environment are at fault, and not the packages."""
    what = f"Unset {', '.join(sorted(names))}" if names else "Unset what you have set for TensorFlow"
    return f"It works without your environment variables. {what}, then try again: {AGAIN}"


def _refuse_unwanted_settings() -> None:
    setting = unwanted_setting()
    if setting:
        raise EnvironmentProblem(setting, f"Then try again: {AGAIN}")


def unwanted_setting() -> str | None:
    """Return which setting of Keras makes models that the exam cannot use, where it stands and what to do; or None.

    Sources: ``keras.src.backend.config`` for the file and its keys, TensorFlow's guide to Keras 3 for the variable.
    """
    for name, expected in (("KERAS_BACKEND", "tensorflow"), ("TF_USE_LEGACY_KERAS", "0")):
        value = os.environ.get(name, "")
        if value and value.lower() not in (expected, "false"):
            return f"The environment variable {name} is {value!r}, but this exam needs {expected!r}. Remove it."
    file = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "keras.json"
    try:
        settings = parse_json(file.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(settings, dict) or not isinstance(settings.get("epsilon", 1e-7), float):
        return f"{file} is not a valid settings file, so Keras cannot be imported. Correct or rename that file."
    for key, expected in WANTED.items():
        if key == "backend" and os.environ.get("KERAS_BACKEND"):
            continue  # it outweighs the file
        value = settings.get(key, expected)
        if value != expected:
            return f"{file} sets {key} to {value!r}, but this exam needs {expected!r}. Correct or rename that file."
    return None


def _is_walled() -> bool:
    """Return whether a process could shut itself in; a wall is for good, so another process tries."""
    return not subprocess.run(own_module("exam.processes.wall"), capture_output=True, check=False).returncode


def benchmark(
    workspace: Workspace, progress: Progress = lambda text: None, samples: int = FASHION_MNIST_SAMPLES
) -> Benchmark:
    """Train one epoch of a small convolutional network on images of Fashion-MNIST's size and number.

    Args:
        workspace: has the log.
        progress: called with what is being done.
        samples: how many of the 60,000 images to train on; the result is scaled up.

    Raises:
        EnvironmentProblem: TensorFlow cannot be imported, or dies.
        OSError: the log cannot be written.
    """
    _refuse_unwanted_settings()
    progress(f"Training one epoch on {samples:,} images of 28 x 28")
    seconds = _trained(workspace, "epoch", str(samples))["seconds"] * FASHION_MNIST_SAMPLES / samples
    minutes = seconds * BENCHMARK_EPOCHS / 60
    # Training on Fashion-MNIST within 5 to 10 minutes was the rule of thumb for an exam machine.
    verdict = "quick" if minutes <= 5 else "enough" if minutes <= 10 else "slow"
    return Benchmark(round(seconds, 1), round(minutes, 1), verdict)

"""Fuzz the inspection guided by coverage: what reaches new lines of ``exam.grading`` is kept and changed further.

    .venv-dev/bin/python -m pip install atheris        once; Linux only, so it is no requirement
    python make.py guided --seconds 600

The changes are those of ``mutate``, but the fuzzer decides them. The inspection runs in this very process, so that its
lines can be counted; files that break the HDF5 library itself are the business of ``fuzz``, where a process of its own
reads them. It ends with 0 when the inspection always came to an end without raising.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import mutate

try:
    import atheris
except ImportError:
    raise SystemExit("atheris is missing. Run: .venv-dev/bin/python -m pip install atheris") from None

with atheris.instrument_imports(include=["exam.architecture", "exam.modelfile"], enable_loader_override=False):
    import fuzz

    from exam import bank
    from exam.modelfile import inspection  # noqa: F401

STEPS = [step for step in mutate.STEPS if step not in mutate.LAST]
UNWRITABLE = (TypeError, ValueError, KeyError, OSError, RuntimeError)
"""What h5py raises when one change after another asks for what it cannot write; the file stays as it was before."""
MAX_SECONDS = 10
"""That one inspection may take; ``exam.modelfile.reader`` allows as much."""


class Decisions(random.Random):
    """Draws from the fuzzer's bytes, then from a seed: zeros alone would keep ``sample`` busy for ever."""

    def __init__(self, data: bytes) -> None:
        """Take the bytes."""
        super().__init__(0)
        self.provider = atheris.FuzzedDataProvider(data)

    def getrandbits(self, k: int) -> int:
        """Return a number of ``k`` bits."""
        taken = self.provider.ConsumeBytes((k + 7) // 8)
        return int.from_bytes(taken, "little") % (1 << k) if taken else super().getrandbits(k)

    def random(self) -> float:
        """Return a number in [0, 1)."""
        return self.getrandbits(16) / 2**16


class Target:
    """Makes mutants in one file and inspects them."""

    def __init__(self, models: list[Path], made: Path) -> None:
        """Take the genuine files and the file to write."""
        self.models, self.made = models, made
        self.found: Counter[str] = Counter()
        self.slowest = 0.0

    def __call__(self, data: bytes) -> None:
        """Inspect the mutant that ``data`` decides; what raises here, the fuzzer reports with its bytes."""
        choose = Decisions(data)
        source = choose.choice(self.models)
        self.made.write_bytes(source.read_bytes())
        with contextlib.suppress(*UNWRITABLE):
            for _ in range(choose.choice((1, 2, 4))):
                choose.choice(STEPS)(choose, self.made, self.models)
        started = time.monotonic()
        seen = inspection.inspect(self.made, bank.load(source.name.partition(".")[0]))
        seconds = time.monotonic() - started
        self.slowest = max(self.slowest, seconds)
        if seconds > MAX_SECONDS:
            raise RuntimeError(f"one inspection took {seconds:.1f} s")
        self.found[seen.finding.code if seen.finding else "passed"] += 1
        if self.found.total() % 2000 == 0:  # libFuzzer ends the process itself: there is no last word
            tally = ", ".join(f"{code} {count:,}" for code, count in self.found.most_common())
            print(f"{self.found.total():,} inspections, the slowest {self.slowest:.1f} s: {tally}", flush=True)


def main(arguments: list[str]) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=fuzz.SEED)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="guided-") as folder:
        fuzz.prepare(Path(folder))
        child = os.fork()
        if child == 0:
            _fuzz(Path(folder), options)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _fuzz(folder: Path, options: argparse.Namespace) -> None:
    """Fuzz in a process of its own: libFuzzer ends it, and could not remove the folder."""
    flags = [f"-max_total_time={options.seconds}", f"-seed={options.seed}", "-max_len=4096", "-len_control=0"]
    flags.append(f"-artifact_prefix={folder}/")  # it prints the bytes anyway
    atheris.Setup([sys.argv[0], *flags], Target(sorted((folder / "models").glob("*.h5")), folder / "mymodel.h5"))
    atheris.Fuzz()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Random combinations of what people have set on their machines, over generation, proof and grading.

    python3 make.py surroundings [--rounds 200 --seed 20261126 --jobs 2]

Each round draws some of ``SETTINGS``, generates a workspace with a lock of two tiny packages (see ``faults``), proves
the environment, and grades a trained model twice, once from ``Category1``. Whatever is set, the model must get what it
gets with nothing set, and nobody may read a traceback. An installation or a proof may be refused only by a setting that
says so here, in a sentence.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import faults
import harness
import same

from exam.workspace import Workspace

ROUNDS, SEED, MOST = 200, 20261126, 7
BAD_WORDS = ("Traceback", "Aborted!", "Error in sitecustomize", "Fatal Python error")


@dataclass(frozen=True)
class Setting:
    """One thing that is set.

    Attributes:
        variables: name -> value; ``{place}`` is the folder of the round.
        file: below the place, written before anything else.
        text: its content.
        stops: what it may end with a sentence: the ``installation``, the ``proof``.
    """

    variables: dict[str, str] = field(default_factory=dict)
    file: str = ""
    text: str = ""
    stops: str = ""

    @property
    def name(self) -> str:
        """Return what it is, in a line."""
        return " ".join(f"{name}={value}" for name, value in self.variables.items()) or f"{self.file}: {self.text!r}"


def _variables(text: str, stops: str = "") -> list[Setting]:
    return [Setting(dict([word.split("=", 1)]), stops=stops) for word in text.split()]


def _files(file: str, texts: Sequence[str], stops: str = "") -> list[Setting]:
    return [Setting({}, file, text, stops) for text in texts]


PIP, UV, KERAS = "home/.config/pip/pip.conf", "home/.config/uv/uv.toml", "home/.keras/keras.json"
SETTINGS = [
    *_variables(
        "PIP_TARGET={place}/elsewhere PIP_PREFIX={place}/elsewhere PIP_ROOT={place}/elsewhere PIP_USER=1 PIP_DRY_RUN=1 "
        "PIP_NO_BINARY=:all: PIP_REQUIRE_VIRTUALENV=1 PIP_CONSTRAINT=missing.txt PIP_PYTHON=missing PIP_NO_DEPS=0 "
        "UV_TARGET={place}/elsewhere UV_PREFIX={place}/elsewhere UV_EXCLUDE_NEWER=2001-01-01 UV_SYSTEM_PYTHON=1 "
        "UV_PYTHON=3.8 UV_PROJECT_ENVIRONMENT=elsewhere UV_NO_BINARY=1 UV_REQUIRED_VERSION=0.1 "
        "PYTHONPATH={place}/modules PYTHONSTARTUP={place}/modules/pip.py PYTHONIOENCODING=cp1252 PYTHONSAFEPATH=1 "
        "PYTHONOPTIMIZE=2 PYTHONUTF8=0 PYTHONHASHSEED=7 PYTHONUNBUFFERED=1 PYTHONNOUSERSITE=1 PYTHONWARNINGS=always "
        "VIRTUAL_ENV={place}/elsewhere CONDA_PREFIX={place}/elsewhere LANG=C LC_ALL=POSIX TERM=dumb NO_COLOR=1 "
        "FORCE_COLOR=1 COLUMNS=40 LINES=5 TMPDIR={place}/" + "t" * 110 + " TF_CPP_MIN_LOG_LEVEL=0 OMP_NUM_THREADS=1 "
        "TF_ENABLE_ONEDNN_OPTS=0 TF_DETERMINISTIC_OPS=1 TF_NUM_INTRAOP_THREADS=1 CUDA_VISIBLE_DEVICES=7 "
        "KERAS_HOME={place}/keras XDG_CACHE_HOME={place}/cache H5PY_DEFAULT_READONLY=1 "
        "HDF5_USE_FILE_LOCKING=TRUE PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python JOBLIB_TEMP_FOLDER={place}/none"
    ),
    *_variables(
        "PIP_NO_INDEX=1 PIP_TIMEOUT=soon UV_OFFLINE=1 UV_HTTP_TIMEOUT=soon UV_INDEX_STRATEGY=mine "
        "http_proxy=http://127.0.0.1:9 PIP_PROXY=http://127.0.0.1:9", "installation",
    ),
    *_variables(
        "KERAS_BACKEND=torch KERAS_BACKEND=jax TF_USE_LEGACY_KERAS=1 TF_XLA_FLAGS=--nope=2 MPLBACKEND=nonsense", "proof"
    ),
    *_variables("XLA_FLAGS=--nope=2"),  # which TensorFlow reads only when it compiles
    *_files(PIP, [f"[install]\n{line}\n" for line in (
        "target = elsewhere", "prefix = elsewhere", "root = elsewhere", "user = true", "dry-run = true",
        "no-binary = :all:", "require-virtualenv = true", "constraint = missing.txt", "no-deps = true",
    )]),
    *_files(PIP, ["[install\nuser", "[global]\nno-index = true\n", "[global]\ntimeout = soon\n"], "installation"),
    *_files(UV, ['[pip]\ntarget = "elsewhere"\n', '[pip]\nprefix = "elsewhere"\n', 'exclude-newer = "2001-01-01"\n',
                 'required-version = "==0.1"\n', '[pip]\nno-binary = [":all:"]\n', "[pip]\nsystem = true\n"]),
    *_files(UV, ["[pip\n", "offline = true\n", '[pip]\nno-index = true\n'], "installation"),
    *_files("pyproject.toml", ['[tool.uv.pip]\ntarget = "elsewhere"\n', '[project]\nname = "mine"\n', "[broken"]),
    *_files("work/setup.cfg", ["[install]\nprefix = elsewhere\n", "[tool:pytest]\naddopts = --nope\n"]),
    *_files("home/.pydistutils.cfg", ["[install]\ninstall_lib = elsewhere\n"]),
    *_files(KERAS, ['{"backend": "torch"}', '{"floatx": "float16"}', '{"floatx": "float64"}',
                    '{"image_data_format": "channels_first"}', "[]", '{"epsilon": "small"}'], "proof"),
    *_files(KERAS, ["{", "", '{"backend": "tensorflow", "floatx": "float32", "epsilon": 0.001}']),
    *_files("home/.config/matplotlib/matplotlibrc", ["backend: nonsense\n"]),
]
MODULES = ("venv", "ensurepip", "pip", "keras", "numpy", "h5py", "tensorflow", "exam_one")
"""Files in the folder that PYTHONPATH names; each would end whoever imports it. Cookiecutter itself imports none."""


@dataclass
class Round:
    """One combination, and what came of it.

    Attributes:
        number: of the round.
        drawn: what is set.
        uv: whether uv is there.
        ends: what was refused, with its sentence.
        problems: what must not be.
    """

    number: int
    drawn: list[Setting]
    uv: bool
    ends: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def may_stop(self, what: str) -> bool:
        """Return whether something is set that may end a step, and neither written over nor passed over."""
        last = {setting.file or next(iter(setting.variables)): setting for setting in self.drawn}
        if "KERAS_HOME" in last:  # another folder, without a file
            last.pop(KERAS, None)
        return any(setting.stops == what for setting in last.values())

    def heard(self, what: str, output: str) -> None:
        """Note words that nobody should read."""
        self.problems += [f"{what}: {word}\n{output[-1500:]}" for word in BAD_WORDS if word in output]


def draw(number: int, seed: int) -> Round:
    """Return the combination of one round; a file that is drawn twice has the later text."""
    chance = random.Random(f"{seed} {number}")
    return Round(number, chance.sample(SETTINGS, chance.randint(1, MOST)), chance.random() < 0.5)


def run(
    tried: Round, folder: Path, template: Path, index: faults.Index, model: Path, wanted: dict[str, object]
) -> None:
    """Go through one round in ``folder``."""
    lab = _lab(tried, folder, template, index)
    status = lab.generate()
    tried.heard("generation", lab.output)
    _look_at_the_installation(tried, lab, status)
    if not (lab.root / "exam.toml").is_file():
        tried.problems.append(f"generation left no exam\n{lab.output[-1500:]}")
        return
    made = Workspace(lab.root)
    shutil.copyfile(harness.TEMPLATE / "exam" / "__main__.py", lab.root / "exam" / "__main__.py")
    made.exam_toml.write_text(harness.EXAM.to_toml(), encoding="utf-8")
    shutil.copyfile(model, made.model(1))
    proof = _exam(lab, made.root, "verify")
    tried.heard("proof", proof.stdout + proof.stderr)
    if proof.returncode:
        tried.ends["proof"] = " ".join(proof.stderr.split())
    if bool(proof.returncode) != tried.may_stop("proof"):
        tried.problems.append(f"proof: status {proof.returncode}\n{proof.stderr[-1500:]}")
    for place in (made.root, made.category(1)):
        graded = _exam(lab, place, "grade", "1", "--json")
        tried.heard("grading", graded.stdout + graded.stderr)
        try:
            (found,) = json.loads(graded.stdout)
            got = {name: found[name] for name in wanted}
        except (ValueError, KeyError):
            got = {"output": graded.stdout[-500:] + graded.stderr[-1500:]}
        if got != wanted:
            tried.problems.append(f"grading: {got}, and not {wanted}")


def _lab(tried: Round, folder: Path, template: Path, index: faults.Index) -> faults.Lab:
    """Set what the round sets."""
    place = folder / "work"
    for name in ("work", "home", "modules", "t" * 110, "keras", "cache"):
        (folder / name).mkdir(parents=True)
    for name in MODULES:
        (folder / "modules" / f"{name}.py").write_text(f"raise SystemExit('the wrong {name}')", encoding="utf-8")
    home = folder / "home"
    lab = faults.Lab(place, template, index, {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")})
    if tried.uv:
        lab.settings |= faults.with_uv(lab)
    for setting in tried.drawn:
        lab.settings |= {name: value.replace("{place}", str(folder)) for name, value in setting.variables.items()}
        if setting.file:
            path = folder / setting.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(setting.text, encoding="utf-8")
    if any(setting.file == PIP for setting in tried.drawn):
        lab.settings["PIP_CONFIG_FILE"] = str(folder / PIP)
    return lab


def _look_at_the_installation(tried: Round, lab: faults.Lab, status: int) -> None:
    elsewhere = [path for path in lab.folder.parent.rglob("exam_one*") if not path.is_relative_to(lab.root)]
    if [path for path in elsewhere if path.parent.name != "modules"]:
        tried.problems.append(f"installation: it went to {elsewhere[0]}")
    if "Ready. Next:" in lab.output:
        return
    told = [line for line in lab.output.splitlines() if line.startswith("Not ready: ")]
    tried.ends["installation"] = told[0] if told else ""
    if not told or status or not tried.may_stop("installation"):
        tried.problems.append(f"installation: status {status}\n{lab.output[-1500:]}")


def _exam(lab: faults.Lab, place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the workspace with this Python, which has the packages; its engine is the workspace's.

    ``.venv`` has a file that names the workspace, so that commands work in ``CategoryN``; here a variable does that.
    """
    environment = lab.environment(EXAM_ENVIRONMENT=None, PYTHONDONTWRITEBYTECODE=None)
    environment["EXAM_CACHE"] = str(lab.folder.parent.parent / "hidden")
    named = [environment.get("PYTHONPATH"), str(lab.root)]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, named))
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "exam", *words], cwd=place, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding=encoding, errors="replace", timeout=600, check=False,
    )


def rounds(numbers: Sequence[int], seed: int, folder: Path, jobs: int = 1) -> list[Round]:
    """Go through rounds; the model is trained once, or taken from an earlier run."""
    template, index = faults.prepare(folder / "lab", dict.fromkeys(faults.PACKAGES, 0))
    model = same.trained(harness.EXAM.questions[1], harness.REFERENCE)
    wanted = _wanted(folder / "clean", template, index, model)

    def one(number: int) -> Round:
        tried = draw(number, seed)
        place = folder / str(number)
        try:
            run(tried, place, template, index, model, wanted)
        except Exception as error:  # one round must not end the others
            tried.problems.append(f"{type(error).__name__}: {error}")
        if not tried.problems:
            shutil.rmtree(place, ignore_errors=True)
        _show(tried)
        return tried

    with ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(one, numbers))
    index.shutdown()
    index.server_close()
    return done


def _wanted(folder: Path, template: Path, index: faults.Index, model: Path) -> dict[str, object]:
    """Return what the model gets on a machine where nothing is set."""
    lab = _lab(Round(-1, [], False), folder, template, index)
    made = harness.workspace_without_models(lab.root)
    shutil.rmtree(made.root / "exam")
    shutil.copytree(harness.TEMPLATE / "exam", made.root / "exam", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(model, made.model(1))
    graded = _exam(lab, made.root, "grade", "1", "--json")
    assert graded.returncode == 0, graded.stderr
    (found,) = json.loads(graded.stdout)
    assert found["status"] == "scored" and found["points"] == 5, found
    return {name: found[name] for name in ("status", "points", "value", "findings")}


def _show(tried: Round) -> None:
    head = f"{tried.number} ({'uv' if tried.uv else 'pip'}): {'; '.join(setting.name for setting in tried.drawn)}"
    print(head, *[f"    {what}: {said[:200]}" for what, said in tried.ends.items()], sep="\n")
    for problem in tried.problems:
        print(f"  PROBLEM {problem}")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Go through all rounds and sum up; 1 when there was a problem."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of rounds")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        done = rounds(options.only or range(options.rounds), options.seed, Path(name), options.jobs)
    problems = [problem for tried in done for problem in tried.problems]
    wrong = sum(problem.startswith("grading: ") for problem in problems)
    heard = sum(any(f": {word}\n" in problem for word in BAD_WORDS) for problem in problems)
    refused = [sum(what in tried.ends for tried in done) for what in ("installation", "proof")]
    print(
        f"{len(done)} combinations, seed {options.seed}: refused with a sentence {refused[0]} installations and "
        f"{refused[1]} proofs; wrong verdicts {wrong}, tracebacks {heard}, problems {len(problems)}"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Whatever Keras cannot save, a training is not lost: starters run as a learner runs them, with small models put in."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import calibrate
import files
import harness
import numpy as np
import pytest
import records

from exam import bank
from exam.modelfile import inspection
from exam.records import standing
from exam.workspace import Workspace

QUESTION = bank.load("straight_line")
STARTERS = {name: folder / "starter.py" for name, folder in bank.find().items()}
ENDINGS = {name: path.read_text(encoding="utf-8").partition(harness.ENDING)[2] for name, path in STARTERS.items()}
SAVED = "Saved Category1/mymodel.h5. Now grade it: python -m exam grade 1"
IMPORTS = [f"    import {name}" for name in ("tempfile", "copy", "shutil", "sys", "textwrap")]

MODEL = """
    tf.keras.utils.set_random_seed(1)
    layers = tf.keras.layers
    x, y = np.linspace(-1, 1, 64, dtype=np.float32)[:, None], np.linspace(-2, 2, 64, dtype=np.float32)[:, None]
    model = tf.keras.Sequential([tf.keras.Input((1,)), {layers}, layers.Dense(1)])
"""
FIT = """
    model.compile({optimizer}, "mse")
    model.fit(x, y, epochs=2, verbose=0)
    np.save(Path(__file__).with_name("answers.npy"), model.predict(x, verbose=0))
"""
NOISE = """
    class Noise(tf.keras.layers.Layer):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def call(self, x, training=None):
            return self.function(x) if training else x
"""
INPUTS = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
BRIGHTER = "layers.Reshape((1, 1, 1)), tf.keras.Sequential([layers.RandomBrightness(0.2)]), layers.Flatten()"
FULL_DISK = """
    import collections, shutil
    shutil.disk_usage = lambda folder: collections.namedtuple("usage", "free")(2**20)
"""
NO_FOLDER = """
    import tempfile
    def refuse(*arguments): raise PermissionError(13, "Permission denied")
    tempfile.mkdtemp = refuse
"""


def fitted(layers: str = "layers.Dense(3)", optimizer: str = "'adam'", before: str = "") -> str:
    """Return the body of a ``solution_model()`` that trains, with these layers before its last one."""
    return before + MODEL.format(layers=layers) + FIT.format(optimizer=optimizer)


def train(workspace: Workspace, body: str, answer: str = "model") -> subprocess.CompletedProcess[str]:
    """Put a ``solution_model()`` into a real starter, and run that in a process of its own, without a keyboard."""
    workspace.category(1).mkdir(exist_ok=True)
    given, _, ending = STARTERS[QUESTION.id].read_text(encoding="utf-8").partition(harness.ENDING)
    given = given[: given.index("def solution_model")]
    text = f"{given}def solution_model():{body}    return {answer}\n\n\n{harness.ENDING}{ending}"
    workspace.starter(1).write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(workspace.starter(1))],
        cwd=workspace.root,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def lying_there(workspace: Workspace) -> set[str]:
    """Return the names in the category's folder."""
    return {path.name for path in workspace.category(1).iterdir()} - {"answers.npy"}


def assert_answers_as_trained(workspace: Workspace) -> inspection.Inspection:
    """Check that the saved model may be graded and answers what the trained one did; return its inspection."""
    import keras

    seen = inspection.inspect(workspace.model(1), QUESTION)
    assert seen.finding is None
    saved = keras.models.load_model(workspace.model(1), compile=False)
    trained = np.load(workspace.category(1) / "answers.npy")
    np.testing.assert_allclose(saved.predict(INPUTS, verbose=0), trained, rtol=0, atol=1e-6)
    return seen


# without TensorFlow


def test_all_starters_end_alike() -> None:
    categories = {name: str(bank.load(name).category) for name in STARTERS}
    alike = {
        ending.replace(f"Category{categories[name]}/", "CategoryN/").replace(f"grade {categories[name]}", "grade N")
        for name, ending in ENDINGS.items()
    }
    assert len(STARTERS) >= 29 and len(alike) == 1
    common = alike.pop()
    assert common.count("CategoryN/") == 4 and common.count("grade N") == 1 and not re.search(r"Category\d", common)


def test_all_starters_look_alike_for_files_that_hide_a_package() -> None:
    looks = set()
    for name, path in STARTERS.items():
        (look,) = harness.LOOK.findall(path.read_text(encoding="utf-8"))
        looks.add(look.replace(f"Category{bank.load(name).category}/", "CategoryN/"))
    assert len(looks) == 1 and looks.pop().count("CategoryN/") == 1


def test_an_ending_needs_nothing_that_its_starter_has_not_imported() -> None:
    """It can be pasted into a starter that was drawn earlier, and runs on another machine."""
    for path in STARTERS.values():
        given = path.read_text(encoding="utf-8").partition(harness.ENDING)[0]
        assert "\nfrom pathlib import Path\n" in given and "\nimport tensorflow as tf\n" in given
    assert all(re.findall(r"^ *(?:from|import) .+$", ending, re.M) == IMPORTS for ending in ENDINGS.values())


def test_a_measurement_depends_on_what_is_above_the_ending() -> None:
    for path in STARTERS.values():
        given = calibrate.given_part(path)
        assert "def solution_model" in given and "mymodel.h5" in given  # of the banner
        assert "save_mymodel" not in given


def test_a_measurement_does_not_depend_on_the_comment_for_the_learner(tmp_path: Path) -> None:
    """The bands were measured when it was another one: what was kept of that is still valid."""
    old = tmp_path / "starter.py"
    for path in STARTERS.values():
        text = path.read_text(encoding="utf-8")
        assert text.count("# TODO: your code here\n") == 1
        old.write_text(text.replace("# TODO: your code here", "# YOUR CODE HERE"), encoding="utf-8")
        assert calibrate.given_part(old) == calibrate.given_part(path)


def test_kept_weights_are_a_finding_of_their_own(tmp_path: Path) -> None:
    workspace = harness.workspace_without_models(tmp_path / "x")
    files.write(workspace.category(1) / "another.h5", files.line_model())
    files.write(workspace.model(1).with_name("mymodel.weights.h5"), None)
    found = inspection.inspect(workspace.model(1), QUESTION).finding
    assert found is not None and found.code == "saving-failed"
    assert "mymodel.weights.h5" in found.message and 'with_name("mymodel.weights.h5")' in found.next_step
    files.write(workspace.model(1), files.line_model())
    assert inspection.inspect(workspace.model(1), QUESTION).finding is None


@pytest.mark.parametrize("arguments", [("check", "1"), ("grade", "1"), ("status",)])
def test_commands_say_that_saving_failed(arguments: tuple[str, ...], tmp_path: Path) -> None:
    workspace = harness.workspace_without_models(tmp_path / "x")
    files.write(workspace.model(1).with_name("mymodel.weights.h5"), None)
    done = harness.run_exam(workspace, *arguments)
    said = " ".join(done.stdout.split())
    if arguments == ("status",):
        assert done.returncode == 0 and "could not be saved" in said and "python -m exam check 1" in said
    else:
        assert done.returncode == 1 and "the model itself was not saved" in said and "load_weights" in said


def test_saved_model_beside_kept_weights_is_what_counts() -> None:
    made = standing.standing(dict.fromkeys(range(1, 6), "x"), None, records.tally([], {1: "a"}), {2})
    assert "Category1/mymodel.h5 has not been graded" in made.next_step
    made = standing.standing(dict.fromkeys(range(1, 6), "x"), None, records.tally([]), {2})
    assert "Category2/mymodel.h5 could not be saved" in made.next_step


# a starter as a process


@pytest.mark.slow
def test_a_model_is_saved(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    done = train(workspace, fitted())
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == SAVED, done.stderr
    assert lying_there(workspace) == {"starter.py", "mymodel.h5"}
    assert assert_answers_as_trained(workspace).steps == 4


@pytest.mark.slow
def test_a_layer_with_a_list_is_saved_with_a_tuple(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    done = train(workspace, fitted(BRIGHTER))
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == SAVED, done.stderr
    assert "cannot save the list value_range=[0, 255] of random_brightness: it is saved as (0, 255)" in done.stdout
    assert lying_there(workspace) == {"starter.py", "mymodel.h5"}
    assert assert_answers_as_trained(workspace).steps == 4, "with its optimizer"


@pytest.mark.slow
def test_an_optimizer_that_cannot_be_saved_is_left_out(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    done = train(workspace, fitted(optimizer="tf.keras.optimizers.Adafactor()"))
    assert done.returncode == 0 and "Saved Category1/mymodel.h5, without the optimizer" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr
    assert lying_there(workspace) == {"starter.py", "mymodel.h5"}
    assert assert_answers_as_trained(workspace).steps is None


@pytest.mark.slow
def test_what_a_custom_layer_has_learned_is_kept_and_used_again(tmp_path: Path) -> None:
    """The printed advice is followed to the letter; the model of an earlier training is there until the new one is."""
    workspace = Workspace(tmp_path)
    assert train(workspace, fitted()).returncode == 0
    earlier = workspace.model(1).read_bytes()
    failed = train(workspace, fitted("layers.Dense(3), Noise(lambda x: x + 0.1)", before=NOISE))
    assert failed.returncode == 1 and "Traceback" not in failed.stderr
    assert "earlier one is left" in failed.stderr
    assert "Keras cannot save the layer noise (Noise): NotImplementedError: " in failed.stderr
    assert workspace.model(1).read_bytes() == earlier
    assert lying_there(workspace) == {"starter.py", "mymodel.h5", "mymodel.weights.h5"}
    workspace.model(1).unlink()
    found = inspection.inspect(workspace.model(1), QUESTION).finding
    assert found is not None and found.code == "saving-failed"
    advice = re.search(r"^ +(model\.load_weights\(.*\))$", failed.stderr, re.M)
    assert advice is not None and advice[1] in found.next_step
    again = train(workspace, f"{MODEL.format(layers='layers.Dense(3)')}    {advice[1]}\n")
    assert again.returncode == 0 and again.stdout.splitlines()[-1] == SAVED, again.stderr
    assert "UserWarning" not in again.stderr
    seen = assert_answers_as_trained(workspace)
    assert seen.steps is None, "0 would mean that it was never trained"


@pytest.mark.slow
def test_a_full_disk_is_waited_for_as_long_as_somebody_is_there(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    done = train(workspace, fitted() + FULL_DISK)
    asked, saved = done.stdout.splitlines()[-2:]
    assert asked == "The disk is full. Make room for 1 MB, then press Enter to save the model." and saved == SAVED
    assert lying_there(workspace) == {"starter.py", "mymodel.h5"}


@pytest.mark.slow
def test_where_nothing_can_be_written_an_earlier_model_stays(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.category(1).mkdir()
    files.write(workspace.model(1), files.line_model())
    earlier = workspace.model(1).read_bytes()
    done = train(workspace, fitted() + NO_FOLDER)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "Nothing could be saved. PermissionError: [Errno 13] Permission denied" in done.stderr
    assert workspace.model(1).read_bytes() == earlier
    assert lying_there(workspace) == {"starter.py", "mymodel.h5"}


@pytest.mark.slow
def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    done = train(workspace, fitted(), answer="model, 1")
    assert done.returncode == 1 and "solution_model() must return the model. It returned a tuple." in done.stderr
    assert "Traceback" not in done.stderr and lying_there(workspace) == {"starter.py"}


@pytest.mark.slow
def test_nothing_to_save_yet(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    done = train(workspace, "\n    model = None\n")
    assert done.returncode == 0 and done.stdout.startswith("Nothing to save yet: complete solution_model() in Cat")
    assert lying_there(workspace) == {"starter.py"}


# every layer of Keras that holds lists

LISTS: dict[str, Callable[[Any], Any]] = {
    "RandomBrightness": lambda L: L.RandomBrightness(0.2),
    "RandomColorDegeneration": lambda L: L.RandomColorDegeneration(0.2),
    "RandomPosterization": lambda L: L.RandomPosterization(4),
    "RandomSaturation": lambda L: L.RandomSaturation(0.2),
    "RandomSharpness": lambda L: L.RandomSharpness(0.2),
    "Solarization": lambda L: L.Solarization(),
    "RandomContrast": lambda L: L.RandomContrast(0.2, value_range=[0, 1]),
    "RandomHue": lambda L: L.RandomHue(0.2, value_range=[0, 1]),
    "RandomColorJitter": lambda L: L.RandomColorJitter(value_range=[0, 1], brightness_factor=[0.1, 0.2]),
    "RandomErasing": lambda L: L.RandomErasing(fill_value=[0.1, 0.2, 0.3]),
    "RandomTranslation": lambda L: L.RandomTranslation([0.1, 0.2], [0.1, 0.2]),
    "RandomZoom": lambda L: L.RandomZoom([0.1, 0.2], [0.1, 0.2]),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", LISTS)
def test_every_layer_with_lists_is_saved_and_answers_the_same(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a Normalization, whose settings are lists too, and which must stay as it is."""
    import keras

    table = keras.layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])
    inside = keras.Sequential([LISTS[name](keras.layers)])
    model = keras.Sequential([keras.Input((8, 8, 3)), table, inside, keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    pictures = np.random.default_rng(1).random((8, 8, 8, 3), dtype=np.float32)
    model.fit(pictures, np.zeros((8, 2)), verbose=0)
    with pytest.raises(TypeError, match="cannot pickle"):  # once Keras can, the starter need not help it any more
        model.save(tmp_path / "by_keras.h5")
    (tmp_path / "starter.py").write_bytes(STARTERS[QUESTION.id].read_bytes())
    runpy.run_path(str(tmp_path / "starter.py"))["save_mymodel"](model)
    assert "cannot save the list" in capsys.readouterr().out
    saved = keras.models.load_model(tmp_path / "mymodel.h5", compile=False)
    answers = [made.predict(pictures, verbose=0) for made in (model, saved)]
    np.testing.assert_allclose(*answers, rtol=0, atol=1e-6)

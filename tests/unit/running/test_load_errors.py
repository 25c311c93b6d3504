"""What Keras and TensorFlow answer reaches a learner as one short plain reason, or as the place of the full text."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from exam import findings
from exam.running import load_errors

CONFIG = (
    "Error when deserializing class 'Dense' using config={{'name': 'dense_13', 'trainable': True, 'dtype': 'float32', "
    "'units': 1, 'activation': 'linear', 'use_bias': True, 'kernel_initializer': {{'module': 'keras.initializers', "
    "'class_name': 'GlorotUniform', 'config': {{'seed': None}}, 'registered_name': None}}, 'quantization_config': None"
    "}}.\n\nException encountered: {}"
)
SCOPE = (
    ". Please ensure you are using a `keras.utils.custom_object_scope` and that this object is included in the scope. "
    "See https://www.tensorflow.org/guide/keras/save_and_serialize#registering_the_custom_object for details."
)
CODE = """in user code:

    File "/home/somebody/exam/running/worker.py", line 75, in None  *
        lambda batch: model(batch, training=False)
    File "/home/somebody/.venv/lib/python3.11/site-packages/keras/src/utils/traceback_utils.py", line 122
        raise e.with_traceback(filtered_tb) from None

    ValueError: Exception encountered when calling {}.call().

    \x1b[1m{}\x1b[0m

    Arguments received by {}.call():
      • inputs=tf.Tensor(shape=(64, 5), dtype=float32)
      • kwargs=<class 'inspect._empty'>
"""
GRAPH = "{{{{function_node __inference_<lambda>_1731}}}} {}\n\t [[{{{{node sequential_1/emb_1/GatherV2}}}}]] [Op:__x]"
OLD_GRAPH = (
    "Graph execution error:\n\nDetected at node sequential_1/emb_1/GatherV2 defined at (most recent call last):\n"
    '  File "/home/somebody/a.py", line 3, in <module>\n\nindices[2,0] = 612 is not in [0, 300)\n\t [[{{node x}}]]'
)

MESSAGES = [
    # loading
    (ValueError(f"Unknown layer: 'Wobble'{SCOPE}"), "it does not know the class 'Wobble'"),
    (ValueError(f"Unknown layer: 'Package>Wobble'{SCOPE}"), "it does not know the class 'Wobble'"),
    (
        TypeError(CONFIG.format("Could not interpret activation function identifier: wobble")),
        "it does not know the activation 'wobble' (layer 'dense_13')",
    ),
    (
        TypeError(CONFIG.format("Could not interpret initializer identifier: wobble")),
        "it does not know the initializer 'wobble' (layer 'dense_13')",
    ),
    (
        TypeError(CONFIG.format("Could not interpret constraint identifier: {'module': 'builtins', 'config': 'm'}")),
        "it cannot read the constraint that was saved (layer 'dense_13')",
    ),
    (
        TypeError(CONFIG.format("Could not locate function 'mine'. Make sure custom classes are decorated")),
        "it does not know the function 'mine' (layer 'dense_13')",
    ),
    (
        TypeError(CONFIG.format("Cannot deserialize object of type `MyReg`. If `MyReg` is a custom class, please")),
        "it does not know the class 'MyReg' (layer 'dense_13')",
    ),
    (
        TypeError(CONFIG.format("Unrecognized keyword arguments passed to Dense: {'wobble': 3}")),
        "it does not know the setting 'wobble' of Dense (layer 'dense_13')",
    ),
    (
        TypeError(
            CONFIG.format("Received an invalid value for `units`, expected a positive integer. Received: units=-3")
        ),
        "received an invalid value for units, expected a positive integer",
    ),
    (
        ValueError(
            "Shape mismatch in layer #0 (named dense_18)for weight sequential_18/dense_18/kernel. Weight expects shape "
            "(1, 3). Received saved weight with shape (1, 1)"
        ),
        "layer 'dense_18' needs weights of shape (1, 3), but the file has shape (1, 1)",
    ),
    (
        ValueError(
            "Weight count mismatch for layer #0 (named dense_20 in the current model, dense_20 in the save file). "
            "Layer expects 1 weight(s). Received 2 saved weight(s)"
        ),
        "layer 'dense_20' needs 1 array of weights, but the file has 2",
    ),
    (
        ValueError(
            "Layer count mismatch when loading weights from file. Model expected 2 layers, found 1 saved layers."
        ),
        "the model has 2 layers with weights, but the file has weights for 1",
    ),
    (
        ValueError(
            "Weight count mismatch for top-level weights when loading weights from file. Model expects 0 top-level "
            "weight(s). Received 1 saved top-level weight(s)"
        ),
        "outside its layers, the model needs 0 arrays of weights, the file has 1",
    ),
    (
        ValueError(
            "Shape mismatch in top-level modelfor weight extra. Weight expects shape (2,). Received saved weight with "
            "shape (3,)"
        ),
        "outside its layers, the model needs weights of shape (2,), but the file has shape (3,)",
    ),
    (KeyError("sequential_22/d"), "the file does not contain 'sequential_22/d'"),
    (
        ValueError(
            "Input 0 with name 'None' of layer 'lstm' is incompatible with the layer: expected ndim=3, found ndim=2. "
            "Full shape received: (None, 4)"
        ),
        "layer 'lstm' needs an input with 3 axes, including the batch axis, but gets one with 2",
    ),
    (
        ValueError('Input 0 of layer "conv1d" is incompatible with the layer: expected min_ndim=3, found ndim=2.'),
        "layer 'conv1d' needs an input with at least 3 axes, including the batch axis, but gets one with 2",
    ),
    (
        ValueError(
            "Computed output size would be zero or negative. Received `inputs shape=(None, 2, 2, 1)`, `kernel "
            "shape=(3, 3, 1, 1)`, `dilation_rate=[1 1]`, `strides=(1, 1)`, `padding=valid`."
        ),
        "a layer's window is larger than its input",
    ),
    (
        ValueError(
            "Exception encountered when calling Reshape.call().\n\n\x1b[1mThe total size of the tensor must be "
            "unchanged. Received: input_shape=(5,), target_shape=(2, 2)\x1b[0m\n\nArguments received by "
            "Reshape.call():\n  • args=('<KerasTensor shape=(None, 5), dtype=float32, name=input_layer_28>',)"
        ),
        "a Reshape layer cannot turn shape (5,) into (2, 2), which holds a different number of values",
    ),
    (
        ValueError(
            "All layers added to a Sequential model should have unique names. Name 'dense_24' is already the name of a "
            "layer in this model. Update the `name` argument to pass a unique name."
        ),
        "all layers added to a Sequential model should have unique names",
    ),
    # running
    (
        RuntimeError(GRAPH.format("indices[0,0] = 12 is not in [0, 10)")),
        "a layer with room for 10 ids (0 to 9) gets the id 12",
    ),
    (RuntimeError(OLD_GRAPH), "a layer with room for 300 ids (0 to 299) gets the id 612"),
    (
        RuntimeError(GRAPH.format("Cast float to string is not supported")),
        "it takes text, but this question's inputs are numbers",
    ),
    (
        RuntimeError(GRAPH.format("OOM when allocating tensor with shape[64,60000] and type float on /job:localhost")),
        "it needs more memory than is available",
    ),
    (
        ValueError(
            CODE.format(
                "Sequential",
                "Input 0 with name 'None' of layer 'd' is incompatible with the layer: expected axis -1 of input shape "
                "to have value 4, but received input with shape (64, 5)",
                "Sequential",
            )
        ),
        "layer 'd' needs an input with size 4 on the last axis, but gets shape (5,)",
    ),
    (
        ValueError(
            CODE.format(
                "Sequential",
                'Invalid input shape for input Tensor("batch:0", shape=(64, 5), dtype=float32) with name \'x\' and '
                "path ''. Expected shape (None, None, 2), but input has incompatible shape (64, 5)",
                "Sequential",
            )
        ),
        "it needs an input of shape (None, 2), but gets (5,)",
    ),
    (
        ValueError(
            CODE.format(
                "Conv1D",
                "Negative dimension size caused by subtracting 7 from 5 for '{{node sequential_36_1/conv1d_1}} "
                "= Conv2D[T=DT_FLOAT]' with input shapes: [64,1,5,1], [1,7,1,2].",
                "Conv1D",
            )
        ),
        "a window of size 7 does not fit into an input of length 5",
    ),
    (
        ValueError(
            CODE.format(
                "Concatenate",
                "Dimension 1 in both shapes must be equal, but are 3 and 5. Shapes are [64,3] and [64,5]. for '{{x}}",
                "Concatenate",
            )
        ),
        "a layer gets inputs whose sizes, 3 and 5, do not fit together",
    ),
    (
        ValueError(CODE.format("Add", "Dimensions must be equal, but are 3 and 5 for '{{node x}} = AddV2'", "Add")),
        "a layer gets inputs whose sizes, 3 and 5, do not fit together",
    ),
    # what nobody has seen yet
    (ValueError("<keras.src.layers.Dense object at 0x7f1626aa3880> is not callable"), load_errors.IN_THE_LOG),
    (ValueError("Graph execution error:\n\nDetected at node x"), load_errors.IN_THE_LOG),
    (ValueError("unsupported operand type(s) for +: 'NoneType' and 'int'"), load_errors.IN_THE_LOG),
    (ValueError("'NoneType' object has no attribute 'shape'"), load_errors.IN_THE_LOG),
    (ValueError("Missing argument: key_dim"), load_errors.IN_THE_LOG),
    (ValueError("/home/somebody/models/x.h5 cannot be read"), load_errors.IN_THE_LOG),
    (ValueError("word " * 200), load_errors.IN_THE_LOG),
    (AssertionError(), load_errors.IN_THE_LOG),
    (KeyError("strange ' key"), load_errors.IN_THE_LOG),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), load_errors.IN_THE_LOG),
]
INTERNAL = re.compile(r"0x|\{|\}|node|Traceback|Graph|Exception|config=|keras|tensor|/home|\.py|\n|\x1b|kwargs", re.I)


@pytest.mark.parametrize(("error", "reason"), MESSAGES)
def test_a_message_becomes_one_plain_reason(error: BaseException, reason: str) -> None:
    said = load_errors.explain(error, loading=True)
    assert said == reason and len(said) <= load_errors.LONGEST
    assert said == load_errors.IN_THE_LOG or not INTERNAL.search(said)


def test_a_missing_key_is_missing_in_the_file_only_while_that_is_read() -> None:
    assert load_errors.explain(KeyError("d")) == load_errors.IN_THE_LOG


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("short", 10, "short"),
        ("exactly so", 10, "exactly so"),
        ("a sentence of words", 10, "a…"),
        ("a sentence of words", 11, "a sentence…"),
        ("a sentence, of words", 13, "a sentence…"),
        ("unbreakablelongword", 10, "unbreakab…"),
        ("", 3, ""),
    ],
)
def test_texts_are_cut_between_words(text: str, length: int, shown: str) -> None:
    assert findings.shortened(text, length) == shown and len(shown) <= length


def provoked(make: Any) -> str:
    with pytest.raises(Exception) as caught:
        make()
    return load_errors.explain(caught.value)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_messages_are_still_those_of_this_keras() -> None:
    import keras

    from exam.running import worker

    layers = keras.layers

    def of_settings(**changed: Any) -> str:
        entry = keras.saving.serialize_keras_object(layers.Dense(1, name="d"))
        entry["config"].update(changed)
        return provoked(lambda: keras.saving.deserialize_keras_object(entry))

    def of_running(x: np.ndarray, shape: tuple[int | None, ...], *inner: Any) -> str:
        model = keras.Sequential([keras.Input(shape), *inner])
        return provoked(lambda: worker._Loaded(model, x, 1.0).predict(x, lambda batch: batch))

    assert of_settings(activation="wobble") == "it does not know the activation 'wobble' (layer 'd')"
    assert of_settings(kernel_regularizer="wobble") == "it does not know the regularizer 'wobble' (layer 'd')"
    assert of_settings(wobble=3) == "it does not know the setting 'wobble' of Dense (layer 'd')"
    assert of_settings(units=-1) == "received an invalid value for units, expected a positive integer"
    ids, row, series = np.full((3, 4), 12), np.ones((3, 5), np.float32), np.ones((3, 5, 1), np.float32)
    assert "room for 10 ids (0 to 9) gets the id 12" in of_running(ids, (4,), layers.Embedding(10, 2))
    assert "layer 'd' needs an input with size 4 on the last axis" in of_running(row, (4,), layers.Dense(1, name="d"))
    assert "cannot turn shape (5,) into (2, 2)" in of_running(row, (None,), layers.Reshape((2, 2)))
    assert "window of size 7" in of_running(series, (None, 1), layers.Conv1D(2, 7))
    x = keras.Input((None, 1))
    both = keras.Model(x, layers.Concatenate()([layers.Conv1D(1, 3)(x), x]))
    assert "sizes, 3 and 5," in provoked(lambda: worker._Loaded(both, series, 1.0).predict(series, lambda batch: batch))

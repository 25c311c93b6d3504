"""The skills checklist of the exam: what a question can exercise.

Source: the TensorFlow Developer Certificate candidate handbook of 28 August 2023, sections 1 to 5, in the words of
this project. ``Question.skills`` names the keys.
"""

from __future__ import annotations

SECTIONS = {
    "Developer skills": {
        "save-models": "save a model, and check the size of its file",
        "sensible-size": "build a model of a sensible size",
    },
    "Building and training models": {
        "tensorflow-2": "use TensorFlow 2 and Keras",
        "compile-and-train": "build, compile and train a model",
        "preprocess": "prepare data for a model",
        "predict": "predict with a model",
        "sequential-layers": "Sequential models of several layers",
        "binary-classification": "binary classification",
        "multiclass-classification": "multi-class classification",
        "plot-history": "plot the loss and accuracy of a training run",
        "overfitting": "recognise and prevent overfitting, for example with dropout",
        "transfer-learning": "transfer learning from a trained model",
        "feature-extraction": "extract features with a trained model",
        "input-shape": "give a model the right input shape",
        "match-test-data": "match test data to the input shape of a model",
        "output-shape": "match the output of a model to the required shape",
        "batch-loading": "load data in batches",
        "callbacks": "callbacks that end training",
        "several-sources": "data from several sources",
        "json-csv": "data in JSON and CSV files",
        "ready-made-datasets": "the ready-made data sets of TensorFlow",
    },
    "Image classification": {
        "convolution-pooling": "Conv2D and pooling",
        "real-world-images": "models for real-world images",
        "why-convolutions": "why convolutions improve on dense layers",
        "image-sizes": "images of differing size and shape",
        "augmentation": "image augmentation against overfitting",
        "image-data-generator": "ImageDataGenerator",
        "folder-labels": "labels inferred from folder names",
    },
    "Natural language processing": {
        "nlp-systems": "build a natural language system",
        "prepare-text": "prepare text: word index, padding, unknown words",
        "binary-text": "binary classification of texts",
        "multiclass-text": "multi-class classification of texts",
        "embeddings": "word embeddings",
        "lstm-text": "LSTM models that classify texts",
        "rnn-gru-layers": "RNN and GRU layers",
        "sequence-models-text": "RNN, LSTM, GRU and CNN models for texts",
        "generate-text": "generate text with an LSTM",
    },
    "Time series": {
        "sequence-models": "train, tune and use models of sequences",
        "univariate": "univariate time series",
        "multivariate": "multivariate time series",
        "prepare-series": "prepare time series for a model",
        "mean-absolute-error": "measure forecasts by the mean absolute error",
        "rnn-cnn-forecast": "forecast with RNN and CNN models",
        "trailing-centred": "trailing and centred windows",
        "forecasting": "forecast with TensorFlow",
        "features-and-labels": "make features and labels of a series",
        "sequence-bias": "compensate for sequence bias",
        "dynamic-learning-rate": "change the learning rate during training",
    },
}
"""Section -> key -> the skill in words."""

NOT_IN_CODE = {
    "Developer skills": (
        "program, fix and run Python in PyCharm",
        "find the documentation of an API",
        "debug errors of an API",
        "search beyond the official site",
        "know the differences between versions",
    ),
}
"""Skills of the checklist that the workspace asks for as a whole, but that no code of a question can show."""

SKILLS = {key: text for skills in SECTIONS.values() for key, text in skills.items()}
"""Key -> the skill in words."""


def matrix(skills_of: dict[str, tuple[str, ...]]) -> str:
    """Return the skills and the questions that exercise them, as Markdown tables, one for each section.

    Args:
        skills_of: question id -> its skills, the questions in the order of their names in the table.
    """
    lines: list[str] = []
    for section, skills in SECTIONS.items():
        lines += ["", f"### {section}", "", "| skill | questions |", "|---|---|"]
        for key, text in skills.items():
            named = ", ".join(f"`{question}`" for question, keys in skills_of.items() if key in keys)
            lines.append(f"| {text} | {named or '-'} |")
        lines += [f"| {text} | the workspace as a whole |" for text in NOT_IN_CODE.get(section, ())]
    return "\n".join(lines) + "\n"

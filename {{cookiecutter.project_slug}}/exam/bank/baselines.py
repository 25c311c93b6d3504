"""Naive baselines that several questions share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exam.bank.metrics import Array


def logistic_regression(train_x: Array, train_y: Array, x: Array, C: float = 1.0) -> Array:
    """Return the class probabilities that scikit-learn's logistic regression gives to ``x``.

    Args:
        train_x: features, (n, ...); all axes but the first are flattened. Dense, or a scipy sparse matrix.
        train_y: class indices, (n,).
        x: samples to answer for, shaped as ``train_x``.
        C: inverse strength of the regularisation.

    Returns:
        float32, (len(x), classes), or (len(x), 1) with the probability of class 1 when there are two classes.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # on so small a problem, threads wait for each other most of the time
        model = LogisticRegression(C=C, max_iter=1000).fit(_rows(train_x), train_y)
        probabilities = np.asarray(model.predict_proba(_rows(x)), dtype=np.float32)
    return probabilities[:, 1:] if probabilities.shape[1] == 2 else probabilities


def bag_of_words(train_ids: Array, train_y: Array, ids: Array, vocabulary: int, C: float = 0.1) -> Array:
    """Return what logistic regression on the counts of known words answers: blind to word order.

    Args:
        train_ids: word ids of the training texts, 0 for padding, (n, length).
        train_y: class indices, (n,).
        ids: word ids of the texts to answer for, (m, length).
        vocabulary: ids are below this number.
        C: inverse strength of the regularisation.

    Returns:
        As ``logistic_regression``.
    """
    return logistic_regression(_counts(train_ids, vocabulary), train_y, _counts(ids, vocabulary), C)


def majority(train_y: Array, classes: int, count: int) -> Array:
    """Return the shares of the classes in ``train_y`` for each of ``count`` samples: float32 (count, classes)."""
    shares = np.bincount(train_y, minlength=classes) / len(train_y)
    return np.tile(shares.astype(np.float32), (count, 1))


def grey_thumbnails(pictures: Array, size: int = 16) -> Array:
    """Return grey thumbnails as rows 0..1, float32 (n, size * size), of uint8 pictures (n, height, width, 3)."""
    rows = np.linspace(0, pictures.shape[1] - 1, size).astype(int)
    columns = np.linspace(0, pictures.shape[2] - 1, size).astype(int)
    small = pictures[:, rows][:, :, columns].mean(axis=3) / 255
    flat: Array = small.reshape(len(small), -1).astype(np.float32)
    return flat


def one_hot(predicted: Sequence[int] | Array, classes: int) -> Array:
    """Return class indices (n,) as certain probabilities, float32 (n, classes)."""
    certain: Array = np.eye(classes, dtype=np.float32)[np.asarray(predicted)]
    return certain


def _rows(x: Array) -> Array:
    return x.reshape(len(x), -1) if isinstance(x, np.ndarray) else x


def _counts(ids: Array, vocabulary: int) -> Array:
    """Return how often each id but padding occurs in each row, as a sparse matrix (n, vocabulary)."""
    from scipy.sparse import coo_matrix

    row, column = np.nonzero(ids)
    shape = (len(ids), vocabulary)
    counts: Array = coo_matrix((np.ones(len(row)), (row, ids[row, column])), shape=shape).tocsr()
    return counts

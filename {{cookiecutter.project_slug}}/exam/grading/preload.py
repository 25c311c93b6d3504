"""What the fork server imports before its first child: TensorFlow, and nothing is run.

A fork after the import alone is safe; after any operation of TensorFlow the child would hang (its threads are not
copied). OPENBLAS_NUM_THREADS=1, set by ``forks``, keeps this process at one thread.
"""

import os

from exam.grading.forks import LOG_VARIABLE
from exam.grading.worker import redirect_stderr

redirect_stderr(os.environ.get(LOG_VARIABLE, os.devnull))

import keras  # noqa: E402, F401
import tensorflow  # noqa: E402, F401

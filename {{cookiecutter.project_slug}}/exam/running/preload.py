"""What the fork server imports before its first child: TensorFlow, and nothing is run.

A fork after the import alone is safe; after any operation of TensorFlow the child would hang (its threads are not
copied). OPENBLAS_NUM_THREADS=1, set for every limited process, keeps this one at one thread.
"""

import os

from exam.processes import child
from exam.running.fork_server import DIES_VARIABLE, LOG_VARIABLE

if DIES_VARIABLE in os.environ:
    child.die_with_parent(int(os.environ[DIES_VARIABLE]))
child.print_to(os.environ.get(LOG_VARIABLE, os.devnull))

import exam.running.worker  # noqa: E402, F401
from exam.running.keras_import import import_keras  # noqa: E402

import_keras()

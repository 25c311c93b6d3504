"""Python searches your own files last: a keras.py of yours must not take the place of Keras."""

from exam.machine import search_path

search_path.put_own_files_last()

"""Grading: inspect the file, run the model in a process of its own, score, explain."""

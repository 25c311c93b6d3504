"""A model that runs: TensorFlow in a limited process, and what it answers."""

"""From the learner's file to what it says, without TensorFlow: what may be opened, and what is a model."""

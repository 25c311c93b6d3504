"""The whole way of a model file, and what is kept of it."""

"""The engine of the workspace: draws exams, makes data, grades models, explains every lost point."""

__version__ = "0.8.0"

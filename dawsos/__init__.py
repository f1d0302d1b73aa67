"""The project: settings, doors, the night and the shell."""

__version__ = "0.1.0"

"""Panels for templates: the presentation of a pattern, filled with the result of a run."""

from patterns.layout.assembling import NO_ROWS, laid_out, panels, waiting

__all__ = ["NO_ROWS", "laid_out", "panels", "waiting"]

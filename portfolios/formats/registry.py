"""All formats, found by looking into this package, and which of them a file may be."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import portfolios.formats as package
from portfolios.formats.contract import Format, Source
from portfolios.formats.dawsos_csv import FORMAT as OURS

SURE = 0.5  # two formats above this make the importer ask


@cache
def formats() -> tuple[Format, ...]:
    """Every module of this package that defines FORMAT, by name."""
    found: dict[str, Format] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        format_ = getattr(importlib.import_module(module.name), "FORMAT", None)
        if format_ is not None:
            if format_.name in found:
                raise RuntimeError(f"Two formats are called {format_.name}.")
            found[format_.name] = format_
    return tuple(found[name] for name in sorted(found))


def format_named(name: str) -> Format | None:
    """The format of a stored name; None where there is none any more."""
    return next((format_ for format_ in formats() if format_.name == name), None)


def detect(source: Source) -> list[tuple[Format, float]]:
    """The formats that a file may be, surest first; empty where none knows it.

    Several above `SURE`, or none, is for the caller to ask about. Our own table is told by its
    header alone; nobody else is asked then, so none of their modules is loaded for it.
    """
    if OURS.recognises(source) >= 1:
        return [(OURS, 1.0)]
    scored = [(format_, format_.recognises(source)) for format_ in formats()]
    likely = [(format_, score) for format_, score in scored if score > 0]
    return sorted(likely, key=lambda pair: (-pair[1], pair[0].name))

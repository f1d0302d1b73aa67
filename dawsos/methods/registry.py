"""Which public function answers a golden case's method.

An adaptor is a thin translation: golden inputs to the function's arguments, its answer to the
golden's names. A formula never stands in one; where an adaptor needs arithmetic of its own, the
product lacks a function.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

Inputs: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, Any]
Adaptor: TypeAlias = Callable[[Inputs], Answer]

SECTIONS = (
    "lots",
    "actions",
    "distributions",
    "tax",
    "settlement",
    "valuation",
    "returns",
    "attribution",
    "risk",
    "numeric",
    "whole_ledgers",
)

_ADAPTORS: dict[str, Adaptor] = {}


def golden(method: str) -> Callable[[Adaptor], Adaptor]:
    """Register an adaptor under a golden method's name. Raises ValueError for a second one."""

    def register(adaptor: Adaptor) -> Adaptor:
        if method in _ADAPTORS:
            raise ValueError(f"{method} has two adaptors")
        _ADAPTORS[method] = adaptor
        return adaptor

    return register


def adaptor_of(method: str) -> Adaptor | None:
    """The adaptor of a method; None where the product has no function for it."""
    for section in SECTIONS:
        import_module(f"dawsos.methods.{section}")
    return _ADAPTORS.get(method)

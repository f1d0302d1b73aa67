"""Capabilities by name.

A capability is a function of a context and one typed input that returns one typed output. Each app
declares its own in `capabilities.py`; Django's autodiscovery imports them, so the runner never
imports a domain.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel

from patterns.context import Context
from patterns.exceptions import CapabilityMisdeclared, CapabilityUnknown

Input = TypeVar("Input", bound=BaseModel)
Output = TypeVar("Output", bound=BaseModel)


@dataclass(frozen=True)
class Capability:
    name: str
    version: str
    agent: str
    function: Callable[[Context, Any], BaseModel]
    input_type: type[BaseModel]
    output_type: type[BaseModel]
    doc: str
    budget_ms: int | None = None  # None: the installation's


_capabilities: dict[str, Capability] = {}
_generations = count(1)
_current = {"generation": 0}  # changes with the content: whoever keeps a plan knows it is old


def capability(
    name: str, *, version: str, agent: str, budget_ms: int | None = None
) -> Callable[[Callable[[Context, Input], Output]], Callable[[Context, Input], Output]]:
    """Register a function under a name. The function itself is returned unchanged."""

    def register(
        function: Callable[[Context, Input], Output],
    ) -> Callable[[Context, Input], Output]:
        add(describe(function, name=name, version=version, agent=agent, budget_ms=budget_ms))
        return function

    return register


def get(name: str) -> Capability:
    try:
        return _capabilities[name]
    except KeyError:
        raise CapabilityUnknown(
            f"There is no capability {name!r}.",
            suggestion=_did_you_mean(name),
            details={"reason": "capability_unknown", "capability": name},
        ) from None


def names() -> list[str]:
    return sorted(_capabilities)


def generation() -> int:
    return _current["generation"]


def add(declared: Capability) -> None:
    known = _capabilities.get(declared.name)
    if known is not None and known.function is not declared.function:
        raise CapabilityMisdeclared(f"The capability {declared.name!r} is declared twice.")
    _replace({**_capabilities, declared.name: declared})


@contextmanager
def temporarily(*declared: Capability, alone: bool = False) -> Iterator[None]:
    """Whatever is registered inside is forgotten at the end. `alone` starts from nothing."""
    before = dict(_capabilities)
    _replace({} if alone else before)
    try:
        for each in declared:
            add(each)
        yield
    finally:
        _replace(before)


def describe(
    function: Callable[[Context, Any], BaseModel],
    *,
    name: str,
    version: str,
    agent: str,
    budget_ms: int | None = None,
) -> Capability:
    """Read a capability's types from its annotations, without registering it."""
    hints = get_type_hints(function)
    output_type = hints.pop("return", None)
    parameters = list(hints.values())
    if len(parameters) != 2 or parameters[0] is not Context:
        raise CapabilityMisdeclared(f"{name!r} must take (ctx: Context, args: its input model).")
    doc = (function.__doc__ or "").strip()
    if not doc:
        raise CapabilityMisdeclared(f"{name!r} has no docstring.")
    return Capability(
        name=name,
        version=version,
        agent=agent,
        function=function,
        input_type=_frozen_model(parameters[1], name, closed=True),
        output_type=_frozen_model(output_type, name, closed=False),
        doc=doc,
        budget_ms=budget_ms,
    )


def _frozen_model(candidate: object, name: str, *, closed: bool) -> type[BaseModel]:
    if not (isinstance(candidate, type) and issubclass(candidate, BaseModel)):
        raise CapabilityMisdeclared(f"{name!r}: {candidate!r} is not a pydantic model.")
    if not candidate.model_config.get("frozen"):
        raise CapabilityMisdeclared(f"{name!r}: {candidate.__name__} must be frozen.")
    if closed and candidate.model_config.get("extra") != "forbid":
        raise CapabilityMisdeclared(f'{name!r}: {candidate.__name__} must have extra="forbid".')
    return candidate


def _did_you_mean(name: str) -> str:
    close = get_close_matches(name, _capabilities, n=1)
    return f"Did you mean {close[0]!r}?" if close else "See the capabilities in docs/patterns.md."


def _replace(content: dict[str, Capability]) -> None:
    _capabilities.clear()
    _capabilities.update(content)
    _current["generation"] = next(_generations)

"""Asking why: from a figure of a run to the explanation of the capability that made it.

A capability's explainer is registered beside it and is given the same context and arguments, and
the path of the figure inside its output. It selects and calculates as the capability did, so what
it answers must be the stored value; where it is not (a setting or a fact was changed since), that
is said instead of an explanation of something else.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar

from pydantic import BaseModel

from patterns import library
from patterns.canonical import plain
from patterns.context import Context
from patterns.exceptions import CapabilityMisdeclared, FigureUnknown, NotExplained
from patterns.explanation import Explanation
from patterns.plan import PlannedStep, plan_for
from patterns.runs import RunResult
from patterns.spec import PatternSpec
from patterns.steps import arguments_of

Path: TypeAlias = tuple[str, ...]
Explainer: TypeAlias = Callable[[Context, Any, Path], Explanation | None]
E = TypeVar("E", bound=Callable[..., Explanation | None])

_explainers: dict[str, Explainer] = {}
_MISSING: Final = object()


def explains(capability: str) -> Callable[[E], E]:
    """Register a function as what explains the figures of a capability.

    It gets the context, the capability's typed arguments and the path of a figure in its output,
    such as ("positions", "0", "market_value"), and answers None for what is no figure of its own.
    """

    def register(function: E) -> E:
        known = _explainers.get(capability)
        if known is not None and known is not function:
            raise CapabilityMisdeclared(f"The capability {capability!r} is explained twice.")
        _explainers[capability] = function
        return function

    return register


def is_explained(capability: str) -> bool:
    return capability in _explainers


@lru_cache(maxsize=256)
def explained_steps(pattern_id: str) -> frozenset[str]:
    """The steps of a pattern whose figures can be asked why."""
    spec = library.get_pattern(pattern_id)
    return frozenset(step.id for step in spec.steps if is_explained(step.capability))


def explain(
    run: RunResult, ctx: Context, path: str, pattern: PatternSpec | None = None
) -> Explanation:
    """Why the figure at a path of a run's result is what it is.

    Raises FigureUnknown where the path leads to no figure, and NotExplained where its capability
    has no explanation for it or does not arrive at the stored value any more.
    """
    root, *rest = path.split(".")
    stored = _value_at(run.result, [root, *rest])
    step = _step(pattern or library.get_pattern(run.pattern_id), root)
    explainer = _explainers.get(step.capability.name)
    if stored is _MISSING or not rest:
        raise FigureUnknown(f"This run has no figure at {path[:120]!r}.")
    found = None
    if explainer is not None:
        found = explainer(ctx, _arguments(run, step, ctx), tuple(rest))
    if found is None:
        raise NotExplained(
            f"{step.capability.name} does not explain {path[:120]!r} yet.",
            suggestion="The run's page names everything that it stands on.",
            details={"reason": "not_explained", "capability": step.capability.name},
        )
    _same(found, stored, path)
    return found


def _step(pattern: PatternSpec, root: str) -> PlannedStep:
    for step in plan_for(pattern).steps:
        if step.id == root:
            return step
    raise FigureUnknown(f"This run has no step {root[:60]!r}.")


def _arguments(run: RunResult, step: PlannedStep, ctx: Context) -> BaseModel:
    namespace: Mapping[str, Any] = {
        "inputs": run.inputs,
        "ctx": {name: _text(value) for name, value in ctx.fingerprint().items()}
        | {"pricing_pack_id": ctx.pricing_pack_id},
        **run.result,
    }
    return arguments_of(step, namespace)


def _value_at(data: Any, path: Sequence[str]) -> Any:
    """The number at a path: a figure's own value, or a plain number of a row."""
    for name in path:
        if isinstance(data, Mapping):
            data = data.get(name, _MISSING)
        elif isinstance(data, list) and name.isascii() and name.isdigit() and len(name) < 7:
            data = data[int(name)] if int(name) < len(data) else _MISSING
        else:
            return _MISSING
    return data["value"] if isinstance(data, Mapping) and "value" in data else data


def _same(found: Explanation, stored: Any, path: str) -> None:
    if plain(found.value) != stored:
        raise NotExplained(
            f"{path[:120]!r} was {stored}, and now follows as {plain(found.value)}: "
            "a setting or a fact outside pack and ledger was changed since.",
            suggestion="Ask the page again; the new answer is explained by what holds now.",
            details={"reason": "not_reproduced", "path": path[:120]},
        )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

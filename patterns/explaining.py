"""Asking why: from a figure of a run to the explanation of the capability that made it.

A capability's explainer is registered beside it and is given the same context and arguments, and
the path of the figure inside its output. It selects and calculates as the capability did, so what
it answers must be the stored value; where it is not (a setting or a fact was changed since), that
is said instead of an explanation of something else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isclose
from typing import Any, Final, TypeAlias, TypeVar

from patterns import library, registry
from patterns.canonical import plain
from patterns.column_sums import EVERY, explain_sum
from patterns.context import Context
from patterns.exceptions import CapabilityMisdeclared, FigureUnknown, NotExplained
from patterns.explanation import Explanation
from patterns.plan import CapabilityStep, PatternStep, Plan, PlannedStep, plan_for, step_of
from patterns.rules import rule_of
from patterns.runs import MemoryStore, ResultStore, RunResult
from patterns.spec import PatternSpec
from patterns.steps import arguments_of, inputs_of, outcomes_of, surroundings

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


def explained_steps(pattern_id: str, version: str = "") -> frozenset[str]:
    """The steps of a pattern whose figures can be asked why; those within patterns by their path.

    A page asks it for each of its figures.
    """
    return _explained_steps(pattern_id, version, library.generation(), registry.generation())


@lru_cache(maxsize=256)
def _explained_steps(pattern_id: str, version: str, *_ages: int) -> frozenset[str]:
    spec = library.of_version(pattern_id, version) if version else library.get_pattern(pattern_id)
    return frozenset(_explained(plan_for(spec), ""))


def _explained(plan: Plan, above: str) -> Iterator[str]:
    for step in plan.steps:
        if isinstance(step, PatternStep):
            yield from _explained(step.plan, f"{above}{step.id}.")
        elif is_explained(step.capability.name):
            yield f"{above}{step.id}"


def explain(
    run: RunResult,
    ctx: Context,
    path: str,
    pattern: PatternSpec | None = None,
    store: ResultStore | None = None,
) -> Explanation:
    """Why the figure at a path of a run's result is what it is.

    Steps that are no outputs but were read on the way are taken from the store, or computed again.

    Raises FigureUnknown where the path leads to no figure, and NotExplained where its capability
    has no explanation for it or does not arrive at the stored value any more.
    """
    names = path.split(".")
    if EVERY in names:
        rows = _data_at(run.result, names[: names.index(EVERY)])
        return explain_sum(rows, path, _data_at, lambda one: explain(run, ctx, one, pattern, store))
    stored = _value_at(run.result, names)
    plan = plan_for(pattern or library.of_version(run.pattern_id, run.pattern_version))
    asked = _Asked(ctx, store or MemoryStore())
    reached = asked.reached(plan, run.inputs, run.result, names)
    if stored is _MISSING or not reached.rest:
        raise FigureUnknown(f"This run has no figure at {path[:120]!r}.")
    capability = reached.step.capability.name
    explainer = _explainers.get(capability)
    found = None
    if explainer is not None:
        found = explainer(ctx, arguments_of(reached.step, reached.namespace()), reached.rest)
    if found is None:
        raise NotExplained(
            f"{capability} does not explain {path[:120]!r} yet.",
            suggestion="The run's page names everything that it stands on.",
            details={"reason": "not_explained", "capability": capability},
        )
    _same(found, stored, path)
    return found if found.rule else replace(found, rule=rule_of(capability, reached.rest))


@dataclass(frozen=True)
class _Reached:
    """The step that made a figure, what it may read, and the figure's path in what it made."""

    step: CapabilityStep
    namespace: Callable[[], Mapping[str, Any]]
    rest: Path


@dataclass(frozen=True)
class _Asked:
    """The circumstances of a question, on its way through patterns within patterns."""

    ctx: Context
    store: ResultStore

    def reached(
        self, plan: Plan, values: Mapping[str, Any], result: Any, names: Sequence[str]
    ) -> _Reached:
        root, *rest = names
        step = step_of(plan, root)
        if step is None:
            raise FigureUnknown(f"This run has no step {root[:60]!r}.")
        if isinstance(step, PatternStep):
            if not rest:
                raise FigureUnknown(f"{root[:60]!r} is a pattern: name one of its outputs.")
            inputs = inputs_of(step, self.namespace(plan, step, values, result))
            within = result.get(root) if isinstance(result, Mapping) else None
            return self.reached(step.plan, inputs, within, rest)
        return _Reached(step, lambda: self.namespace(plan, step, values, result), tuple(rest))

    def namespace(
        self, plan: Plan, step: PlannedStep, values: Mapping[str, Any], result: Any
    ) -> dict[str, Any]:
        """What the step read: outputs as the run has them, other steps from the store."""
        known = _outputs(plan, step.needs, result)
        if len(known) < len(step.needs):
            before = outcomes_of(plan, values, self.ctx, self.store, only=_above(plan, step))
            known = {name: outcome.readable for name, outcome in before.items()}
        return surroundings(values, self.ctx) | known


def _outputs(plan: Plan, needs: Sequence[str], result: Any) -> dict[str, Any]:
    """Of what a step needs, the results of capabilities that a run gave away as its outputs."""
    if not isinstance(result, Mapping):
        return {}
    return {
        name: result[name]
        for name in needs
        if name in result and isinstance(step_of(plan, name), CapabilityStep)
    }


def _above(plan: Plan, step: PlannedStep) -> frozenset[str]:
    needed = set(step.needs)
    for earlier in reversed(plan.steps):
        if earlier.id in needed:
            needed |= set(earlier.needs)
    return frozenset(needed)


def _value_at(data: Any, path: Sequence[str]) -> Any:
    """The number at a path: a figure's own value, or a plain number of a row."""
    data = _data_at(data, path)
    return data["value"] if isinstance(data, Mapping) and "value" in data else data


def _data_at(data: Any, path: Sequence[str]) -> Any:
    for name in path:
        if isinstance(data, Mapping):
            data = data.get(name, _MISSING)
        elif isinstance(data, list) and name.isascii() and name.isdigit() and len(name) < 7:
            data = data[int(name)] if int(name) < len(data) else _MISSING
        else:
            return _MISSING
    return data


def _same(found: Explanation, stored: Any, path: str) -> None:
    if not _alike(plain(found.value), stored):
        raise NotExplained(
            f"{path[:120]!r} was {stored}, and now follows as {plain(found.value)}: "
            "a setting or a fact outside pack and ledger was changed since.",
            suggestion="Ask the page again; the new answer is explained by what holds now.",
            details={"reason": "not_reproduced", "path": path[:120]},
        )


def _alike(found: Any, stored: Any) -> bool:
    """The same value. A float is stored with twelve digits, so one that was added up in another
    order may end on its neighbour; a setting that changed moves more than a part in a billion."""
    if isinstance(found, float) and isinstance(stored, float):
        return isclose(found, stored, rel_tol=1e-9)
    return bool(found == stored)

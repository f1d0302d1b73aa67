"""A pattern resolved against the registry: ordered, parsed, every name known to lead somewhere.

Making a plan reads everything and reports every mistake; running one looks nothing up. A plan is
kept for as long as the registry does not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from patterns import conditions, library, registry
from patterns.canonical import content_hash
from patterns.conditions import Condition
from patterns.diagnosis import faults_of, needs_of, reads_of
from patterns.exceptions import PatternInvalid
from patterns.order import dependency_order
from patterns.references import compiled
from patterns.registry import Capability
from patterns.spec import PatternSpec, StepSpec
from patterns.subpatterns import Patterns

_KEPT: Final = 256


@dataclass(frozen=True, kw_only=True)
class _Planned:
    id: str
    args: Any  # a template with its references parsed
    when: Condition | None
    when_text: str
    needs: tuple[str, ...]
    reads: tuple[tuple[str, str], ...]  # each need, with the output of it where it is a pattern
    optional: bool = False
    budget_ms: int | None = None  # None: no other than what holds around it


@dataclass(frozen=True, kw_only=True)
class CapabilityStep(_Planned):
    capability: Capability


@dataclass(frozen=True, kw_only=True)
class PatternStep(_Planned):
    """A pattern within the pattern; `args` are its inputs."""

    plan: "Plan"


PlannedStep: TypeAlias = CapabilityStep | PatternStep


@dataclass(frozen=True)
class Plan:
    spec: PatternSpec
    steps: tuple[PlannedStep, ...]  # in dependency order
    read: frozenset[str]  # the steps that other steps read
    definition: str  # the digest of what is computed: steps, arguments, capability versions


_plans: dict[str, tuple[tuple[int, int], Plan]] = {}


def plan_for(spec: PatternSpec, patterns: Patterns | None = None) -> Plan:
    """The plan of a pattern, made once. Raises PatternInvalid with every mistake.

    `patterns` finds the patterns within it; without it the library does.
    """
    age = (registry.generation(), library.generation())
    kept = _plans.get(spec.digest) if patterns is None else None
    if kept is not None and kept[0] == age:
        return kept[1]
    find = patterns or library.get_pattern
    faults = faults_of(spec, patterns=find)
    if faults:
        raise PatternInvalid(
            f"The pattern {spec.id!r} has {len(faults)} mistakes.",
            [fault.as_dict() for fault in faults],
        )
    plan = _planned(spec, find)
    if patterns is None:
        if len(_plans) >= _KEPT:
            _plans.clear()
        _plans[spec.digest] = (age, plan)
    return plan


def step_of(plan: Plan, step_id: str) -> PlannedStep | None:
    return next((step for step in plan.steps if step.id == step_id), None)


def _planned(spec: PatternSpec, find: Patterns) -> Plan:
    within = {step.id for step in spec.steps if step.pattern}
    steps = {step.id: _step(step, within, find) for step in spec.steps}
    order = dependency_order({step.id: frozenset(step.needs) for step in steps.values()})
    return Plan(
        spec=spec,
        steps=tuple(steps[step] for step in order),
        read=frozenset(need for step in steps.values() for need in step.needs),
        definition=_definition(spec, steps),
    )


def _step(step: StepSpec, within: set[str], find: Patterns) -> PlannedStep:
    common: dict[str, Any] = {
        "id": step.id,
        "args": compiled(step.inputs if step.pattern else step.args),
        "when": conditions.compiled(step.when) if step.when is not None else None,
        "when_text": step.when or "",
        "needs": needs_of(step),
        "reads": reads_of(step, within),
        "optional": step.optional,
    }
    if step.pattern:
        plan = _planned(find(step.pattern), find)
        return PatternStep(**common, plan=plan, budget_ms=step.budget_ms)
    found = registry.get(step.capability)
    budget_ms = step.budget_ms or found.budget_ms
    return CapabilityStep(**common, capability=found, budget_ms=budget_ms)


def _definition(spec: PatternSpec, steps: Mapping[str, PlannedStep]) -> str:
    described = [_described(step, steps[step.id]) for step in spec.steps]
    return content_hash({"outputs": spec.outputs, "steps": described})


def _described(step: StepSpec, planned: PlannedStep) -> dict[str, Any]:
    told: dict[str, Any] = {"as": step.id, "when": step.when}
    if isinstance(planned, PatternStep):
        sub = planned.plan
        told |= {"pattern": sub.spec.id, "version": sub.spec.version, "inputs": step.inputs}
        told |= {"definition": sub.definition, "declared": sub.spec.inputs}
    else:
        told |= {"capability": step.capability, "version": planned.capability.version}
        told |= {"args": step.args}
    # Only where it is said: what was computed before there were optional steps keeps its hash.
    return told | ({"optional": True} if step.optional else {})

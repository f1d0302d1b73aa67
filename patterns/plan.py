"""A pattern resolved against the registry: ordered, parsed, every name known to lead somewhere.

Making a plan reads everything and reports every mistake; running one looks nothing up. A plan is
kept for as long as the registry does not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from patterns import conditions, registry
from patterns.canonical import content_hash
from patterns.conditions import Condition
from patterns.diagnosis import faults_of, needs_of
from patterns.exceptions import PatternInvalid
from patterns.order import dependency_order
from patterns.references import compiled
from patterns.registry import Capability
from patterns.spec import PatternSpec

_KEPT: Final = 256


@dataclass(frozen=True)
class PlannedStep:
    id: str
    capability: Capability
    args: Any  # a template with its references parsed
    when: Condition | None
    when_text: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    spec: PatternSpec
    steps: tuple[PlannedStep, ...]  # in dependency order
    read: frozenset[str]  # the steps that other steps read
    definition: str  # the digest of what is computed: steps, arguments, capability versions


_plans: dict[str, tuple[int, Plan]] = {}


def plan_for(spec: PatternSpec) -> Plan:
    """The plan of a pattern, made once. Raises PatternInvalid with every mistake."""
    kept = _plans.get(spec.digest)
    if kept is not None and kept[0] == registry.generation():
        return kept[1]
    faults = faults_of(spec)
    if faults:
        raise PatternInvalid(
            f"The pattern {spec.id!r} has {len(faults)} mistakes.",
            [fault.as_dict() for fault in faults],
        )
    if len(_plans) >= _KEPT:
        _plans.clear()
    plan = _planned(spec)
    _plans[spec.digest] = (registry.generation(), plan)
    return plan


def _planned(spec: PatternSpec) -> Plan:
    steps = {
        step.id: PlannedStep(
            id=step.id,
            capability=registry.get(step.capability),
            args=compiled(step.args),
            when=conditions.compiled(step.when) if step.when is not None else None,
            when_text=step.when or "",
            needs=needs_of(step),
        )
        for step in spec.steps
    }
    order = dependency_order({step.id: frozenset(step.needs) for step in steps.values()})
    return Plan(
        spec=spec,
        steps=tuple(steps[step] for step in order),
        read=frozenset(need for step in steps.values() for need in step.needs),
        definition=_definition(spec, steps),
    )


def _definition(spec: PatternSpec, steps: Mapping[str, PlannedStep]) -> str:
    return content_hash(
        {
            "outputs": spec.outputs,
            "steps": [
                {
                    "as": step.id,
                    "capability": step.capability,
                    "version": steps[step.id].capability.version,
                    "args": step.args,
                    "when": step.when,
                }
                for step in spec.steps
            ],
        }
    )

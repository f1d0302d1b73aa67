"""A pattern within a pattern: that it exists, contains nobody who contains it, and gets its inputs.

Its outputs are one value of the step, typed by the capabilities behind them, so that references
and panel paths are followed through it when Django starts.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, create_model

from patterns import registry
from patterns.exceptions import PatternInvalid, PatternUnknown
from patterns.faults import ARGUMENT, BUDGET, CYCLE, SUBPATTERN, Fault, did_you_mean, pointer
from patterns.inputs import Refusal, value_of
from patterns.references import NotAReference, leaves, parse
from patterns.spec import InputSpec, PatternSpec, StepSpec

Patterns: TypeAlias = Callable[[str], PatternSpec]
MAX_STEPS: Final = 300  # of a pattern with all that is within it

# What an input of one type may be given to, beside its own.
_FITS: Final = {("integer", "number"), ("uuid", "string"), ("date", "string")}


def pattern_faults(
    step: StepSpec, index: int, spec: PatternSpec, patterns: Patterns
) -> Iterator[Fault]:
    """The mistakes of calling a pattern, short of those that the pattern has itself."""
    where = pointer("steps", index, "pattern")
    try:
        ring = ring_of(spec, patterns, step)
        if ring:
            message = f"These patterns contain each other: {' → '.join(ring)}."
            yield Fault(code=CYCLE, pointer=where, message=message)
            return
        called = patterns(step.pattern)
        size = size_of(called, patterns)
    except (PatternUnknown, PatternInvalid) as error:
        yield Fault(
            code=SUBPATTERN, pointer=where, message=error.message, suggestion=error.suggestion
        )
        return
    if size > MAX_STEPS:
        message = f"{step.pattern!r} has {size} steps with all that is within it, of {MAX_STEPS}."
        yield Fault(code=BUDGET, pointer=where, message=message)
    yield from _input_faults(step, index, spec, called)


def ring_of(spec: PatternSpec, patterns: Patterns, first: StepSpec) -> list[str]:
    """Patterns that contain each other, from one to itself again; empty where there is none."""

    def walk(name: str, above: tuple[str, ...]) -> list[str]:
        if name in above:
            return [*above[above.index(name) :], name]
        for step in patterns(name).steps:
            if step.pattern and (ring := walk(step.pattern, (*above, name))):
                return ring
        return []

    return walk(first.pattern, (spec.id,))


def size_of(spec: PatternSpec, patterns: Patterns) -> int:
    """Steps of a pattern without rings, with those of the patterns within it."""
    inner = (size_of(patterns(step.pattern), patterns) for step in spec.steps if step.pattern)
    return len(spec.steps) + sum(inner)


def result_type(spec: PatternSpec, patterns: Patterns) -> type[BaseModel]:
    """What a pattern answers, as the type of a step: a field for each output that is known."""
    fields: dict[str, Any] = {}
    known = set(registry.names())
    for step in spec.steps:
        if step.id not in spec.outputs:
            continue
        if step.pattern:
            fields[step.id] = (result_type(patterns(step.pattern), patterns), ...)
        elif step.capability in known:
            fields[step.id] = (registry.get(step.capability).output_type, ...)
    config = ConfigDict(frozen=True, protected_namespaces=())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an output may be called as a method of pydantic's is
        made: type[BaseModel] = create_model(spec.id, __config__=config, **fields)
    return made


def _input_faults(
    step: StepSpec, index: int, spec: PatternSpec, called: PatternSpec
) -> Iterator[Fault]:
    for name in step.inputs.keys() - called.inputs.keys():
        message = f"The pattern {called.id!r} has no input {name!r}."
        yield _fault(index, name, message, did_you_mean(name, called.inputs))
    for name, declared in called.inputs.items():
        if name in step.inputs:
            yield from _value_faults(index, name, step.inputs[name], declared, spec)
        elif declared.required:
            yield _fault(index, name, f"The pattern {called.id!r} needs the input {name!r}.")


def _value_faults(
    index: int, name: str, given: Any, declared: InputSpec, spec: PatternSpec
) -> Iterator[Fault]:
    if any(isinstance(leaf, str) and "{{" in leaf for _, leaf in leaves(given)):
        yield from _reference_faults(index, name, given, declared, spec)
        return
    if given is None and declared.has_default:
        return
    try:
        value_of(declared, given)
    except Refusal as refusal:
        yield _fault(index, name, f"{name!r}: {refusal.message}", refusal.remedy)


def _reference_faults(
    index: int, name: str, given: Any, declared: InputSpec, spec: PatternSpec
) -> Iterator[Fault]:
    try:
        reference = parse(given) if isinstance(given, str) else None
    except NotAReference:
        return  # reported as a reference
    if reference is None:
        yield _fault(index, name, f"{name!r} takes one value, not a list or a mapping.")
        return
    source = spec.inputs.get(reference.path[0]) if reference.root == "inputs" else None
    if source is not None and not _fits(source, declared):
        message = f"{reference} is of type {source.type}, {name!r} takes {declared.type}."
        yield _fault(index, name, message)
    optional = {each.id for each in spec.steps if each.optional}
    if reference.root in optional and not declared.has_default:
        message = f"{reference} may be null, because {reference.root!r} is optional."
        yield _fault(index, name, message, f"Give the input {name!r} a default.")


def _fits(source: InputSpec, declared: InputSpec) -> bool:
    return source.type == declared.type or (source.type, declared.type) in _FITS


def _fault(index: int, name: str, message: str, suggestion: str = "") -> Fault:
    where = pointer("steps", index, "inputs", name)
    return Fault(code=ARGUMENT, pointer=where, message=message, suggestion=suggestion)

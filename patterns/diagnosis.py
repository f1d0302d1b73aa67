"""What is wrong with a pattern as a whole: names that lead nowhere, arguments that do not fit.

Every check yields what it finds and the next one goes on, so that one mistake hides no other.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from patterns import conditions, library, registry
from patterns.conditions import NotACondition
from patterns.context import REFERABLE, Context
from patterns.exceptions import CapabilityUnknown
from patterns.faults import (
    ARGUMENT,
    BUDGET,
    CAPABILITY,
    CONDITION,
    CYCLE,
    INPUT,
    REFERENCE,
    SUBPATTERN,
    Fault,
    did_you_mean,
    pointer,
)
from patterns.inputs import Refusal, value_of
from patterns.order import Cycle, dependency_order
from patterns.paths import NoSuchPath, follow
from patterns.presentation import panel_faults
from patterns.references import MAX_REFERENCES, NotAReference, Reference, leaves, parse
from patterns.registry import Capability
from patterns.spec import InputSpec, PatternSpec, StepSpec
from patterns.subpatterns import Patterns, pattern_faults, result_type

Place = tuple[str | int, ...]


def faults_of(
    spec: PatternSpec,
    also_named: frozenset[str] = frozenset(),
    patterns: Patterns = library.get_pattern,
) -> list[Fault]:
    """Every mistake that needs the whole pattern or the registry to be seen.

    `also_named` are steps that exist in the file but could not be read; they are no strangers.
    `patterns` finds the patterns within it.
    """
    survey = _Survey(spec, also_named | {step.id for step in spec.steps}, patterns)
    return [
        *_input_faults(spec),
        *_step_faults(survey),
        *_output_faults(survey),
        *panel_faults(spec, survey.output_types, survey.step_ids),
    ]


def needs_of(step: StepSpec) -> tuple[str, ...]:
    """The steps whose results this one reads, in its arguments or its condition."""
    roots = {reference.root for _, reference in _references(step) if reference is not None}
    return tuple(sorted(roots - {"inputs", "ctx"}))


def reads_of(step: StepSpec, within: Container[str]) -> tuple[tuple[str, str], ...]:
    """The same with the output that is read, where the need is a pattern (one of `within`)."""
    pairs = {
        (each.root, each.path[0] if each.path and each.root in within else "")
        for _, each in _references(step)
        if each is not None and each.root not in ("inputs", "ctx")
    }
    return tuple(sorted(pairs))


@dataclass
class _Survey:
    """A pattern under examination, with the capabilities that could be found."""

    spec: PatternSpec
    step_ids: frozenset[str]
    patterns: Patterns
    capabilities: dict[str, Capability] = field(default_factory=dict)
    output_types: dict[str, type[BaseModel]] = field(default_factory=dict)
    within: dict[str, list[Fault]] = field(default_factory=dict)  # by step that is a pattern

    def __post_init__(self) -> None:
        known = set(registry.names())
        for index, step in enumerate(self.spec.steps):
            if step.pattern:
                self._look_into(step, index)
            elif step.capability in known:
                self.capabilities[step.id] = registry.get(step.capability)
                self.output_types[step.id] = self.capabilities[step.id].output_type

    def _look_into(self, step: StepSpec, index: int) -> None:
        """A pattern that cannot be found or contains this one has no type."""
        faults = list(pattern_faults(step, index, self.spec, self.patterns))
        self.within[step.id] = faults
        if {fault.code for fault in faults} & {CYCLE, SUBPATTERN}:
            return
        called = self.patterns(step.pattern)
        self.output_types[step.id] = result_type(called, self.patterns)
        if faults_of(called, patterns=self.patterns):
            where = pointer("steps", index, "pattern")
            message = f"The pattern {called.id!r} has mistakes of its own."
            faults.append(Fault(code=SUBPATTERN, pointer=where, message=message))

    @property
    def optional(self) -> frozenset[str]:
        return frozenset(step.id for step in self.spec.steps if step.optional)


def _input_faults(spec: PatternSpec) -> Iterator[Fault]:
    """Bounds and choices are read without the other bounds; a default must satisfy them all."""
    for name, declared in spec.inputs.items():
        free = declared.model_copy(update=dict.fromkeys(("minimum", "maximum", "choices")))
        values: list[tuple[Place, Any]] = [
            (("minimum",), declared.minimum),
            (("maximum",), declared.maximum),
            *((("choices", index), each) for index, each in enumerate(declared.choices or ())),
        ]
        mistaken = [
            fault for place, value in values for fault in _misread(name, free, place, value)
        ]
        yield from mistaken
        if not mistaken:
            yield from _misread(name, declared, ("default",), declared.default)


def _misread(name: str, declared: InputSpec, place: Place, value: Any) -> Iterator[Fault]:
    if value is None:
        return
    try:
        value_of(declared, value)
    except Refusal as refusal:
        yield Fault(
            code=INPUT,
            pointer=pointer("inputs", name, *place),
            message=f"{name!r}: {refusal.message}",
            suggestion=refusal.remedy,
        )


def _step_faults(survey: _Survey) -> Iterator[Fault]:
    total = sum(1 for step in survey.spec.steps for _ in _references(step))
    too_many = total > MAX_REFERENCES
    if too_many:
        message = f"A pattern has at most {MAX_REFERENCES:,} references, this one {total:,}."
        yield Fault(code=BUDGET, pointer="/steps", message=message)
    for index, step in enumerate(survey.spec.steps):
        if step.pattern:
            yield from survey.within[step.id]
        else:
            yield from _capability_faults(step, index)
        if step.id in survey.capabilities:
            yield from _argument_faults(step, index, survey)
        yield from _condition_faults(step, index)
        if not too_many:
            yield from _reference_faults(step, index, survey)
    yield from _cycle_faults(survey)


def _capability_faults(step: StepSpec, index: int) -> Iterator[Fault]:
    try:
        registry.get(step.capability)
    except CapabilityUnknown as error:
        where = pointer("steps", index, "capability")
        yield Fault(
            code=CAPABILITY, pointer=where, message=error.message, suggestion=error.suggestion
        )


def _argument_faults(step: StepSpec, index: int, survey: _Survey) -> Iterator[Fault]:
    found = survey.capabilities[step.id]
    declared = found.input_type.model_fields
    for name in step.args.keys() - declared.keys():
        yield Fault(
            code=ARGUMENT,
            pointer=pointer("steps", index, "args", name),
            message=f"{found.name} takes no argument {name!r}.",
            suggestion=did_you_mean(name, declared),
        )
    for name, info in declared.items():
        where = pointer("steps", index, "args", name)
        if name not in step.args:
            if info.is_required():
                message = f"{found.name} needs the argument {name!r}."
                yield Fault(code=ARGUMENT, pointer=where, message=message)
            continue
        given = step.args[name]
        if all(not _braced(leaf) for _, leaf in leaves(given)):
            for message in _refusals(info, given):
                said = f"{found.name}, {name!r}: {message}."
                yield Fault(code=ARGUMENT, pointer=where, message=said)
            continue
        reference = _parsed(given) if isinstance(given, str) else None
        if reference and reference.root in survey.optional and list(_refusals(info, None)):
            message = f"{reference} may be null, because {reference.root!r} is optional."
            suggestion = f"{found.name} takes no null for {name!r}: make this step conditional."
            yield Fault(code=ARGUMENT, pointer=where, message=message, suggestion=suggestion)


def _refusals(declared: FieldInfo, value: Any) -> Iterator[str]:
    try:
        TypeAdapter(declared.rebuild_annotation()).validate_python(value)
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            yield mistake["msg"]


def _condition_faults(step: StepSpec, index: int) -> Iterator[Fault]:
    if step.when is None:
        return
    try:
        conditions.compiled(step.when)
    except (NotACondition, NotAReference) as error:
        yield Fault(code=CONDITION, pointer=pointer("steps", index, "when"), message=str(error))


def _reference_faults(step: StepSpec, index: int, survey: _Survey) -> Iterator[Fault]:
    for place, reference in _references(step):
        where = pointer("steps", index, *place)
        if reference is None:
            message = "This is not a reference of the form {{root.name}}, with single underscores."
            yield Fault(code=REFERENCE, pointer=where, message=message)
            continue
        mistake = _dangling(reference, step, survey)
        if mistake is not None:
            message, suggestion = mistake
            yield Fault(
                code=REFERENCE,
                pointer=where,
                message=f"{reference}: {message}",
                suggestion=suggestion,
            )


def _dangling(reference: Reference, step: StepSpec, survey: _Survey) -> tuple[str, str] | None:
    if reference.root == "inputs":
        return _dangling_input(reference.path[0], survey.spec)
    if reference.root == "ctx":
        return _dangling_context(reference.path[0])
    if reference.root == step.id:
        return "a step cannot read its own result.", ""
    if reference.root not in survey.step_ids:
        known = survey.step_ids | {"inputs", "ctx"}
        return f"there is no step {reference.root!r}.", did_you_mean(reference.root, known)
    output = survey.output_types.get(reference.root)
    try:
        follow(output, reference.path) if output else None
    except NoSuchPath as error:
        return f"{error}", error.suggestion
    return None


def _dangling_input(name: str, spec: PatternSpec) -> tuple[str, str] | None:
    declared = spec.inputs.get(name)
    if declared is None:
        return f"there is no input {name!r}.", did_you_mean(name, spec.inputs)
    if not declared.required and not declared.has_default:
        return f"the input {name!r} may be absent.", "Require it, or give it a default (or null)."
    return None


def _dangling_context(name: str) -> tuple[str, str] | None:
    if name in REFERABLE:
        return None
    if name in {each.name for each in fields(Context)}:
        return f"{name!r} does not determine results, so no step may read it.", ""
    return f"the context has no {name!r}.", did_you_mean(name, REFERABLE)


def _cycle_faults(survey: _Survey) -> Iterator[Fault]:
    steps = {step.id: index for index, step in enumerate(survey.spec.steps)}
    needs = {
        step.id: frozenset(needs_of(step)) & steps.keys() - {step.id} for step in survey.spec.steps
    }
    while ring := _ring(needs):
        where = pointer("steps", steps[ring[0]])
        message = f"These steps wait for each other: {' → '.join(ring)}."
        yield Fault(code=CYCLE, pointer=where, message=message)
        for step in ring:  # open the ring, so that the next one shows too
            needs[step] = frozenset()


def _ring(needs: Mapping[str, frozenset[str]]) -> list[str]:
    try:
        dependency_order(needs)
    except Cycle as cycle:
        return cycle.steps
    return []


def _output_faults(survey: _Survey) -> Iterator[Fault]:
    for index, name in enumerate(survey.spec.outputs):
        if name not in survey.step_ids:
            yield Fault(
                code=REFERENCE,
                pointer=pointer("outputs", index),
                message=f"There is no step {name!r}.",
                suggestion=did_you_mean(name, survey.step_ids),
            )


def _references(step: StepSpec) -> Iterator[tuple[Place, Reference | None]]:
    """Every reference of a step with its place; None where braces hold something else."""
    for key, given in (("args", step.args), ("inputs", step.inputs)):
        for place, leaf in leaves(given, key):
            if _braced(leaf):
                yield place, _parsed(leaf)
    if step.when is not None:
        try:
            found = list(conditions.references(conditions.compiled(step.when)))
        except (NotACondition, NotAReference):
            return  # reported as a condition
        for reference in found:
            yield ("when",), reference


def _parsed(text: str) -> Reference | None:
    try:
        return parse(text)
    except NotAReference:
        return None


def _braced(leaf: object) -> bool:
    return isinstance(leaf, str) and ("{{" in leaf or "}}" in leaf)

"""From the text of a pattern file to its typed form, with every mistake of its shape.

The file is validated part by part (head, each input, each step, each panel), so that one wrong
key does not hide the next: what is well formed stays in the pattern, and the checks that follow
read on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from patterns.faults import BUDGET, SHAPE, Fault, did_you_mean, pointer
from patterns.panel_specs.parts import Id
from patterns.panel_specs.types import PANEL_TYPES, PanelSpec, walk
from patterns.source import Source
from patterns.spec import RESERVED, HeadSpec, InputSpec, PatternSpec, StepSpec

MAX_STEPS: Final = 100


@dataclass(frozen=True)
class Reading:
    """What could be read, and everything that could not.

    `spec` is None when there is not even a head. With faults it is what is left of the pattern,
    good for further checks and never for running. `step_ids` names the broken steps too.
    """

    source: Source
    spec: PatternSpec | None
    faults: tuple[Fault, ...]
    step_ids: frozenset[str] = frozenset()


def read_spec(source: Source) -> Reading:
    faults: list[Fault] = list(source.faults)
    spec, step_ids = None, frozenset[str]()
    if not faults or source.data is not None:
        spec = _pattern(source.data, faults)
        step_ids = _named_steps(source.data)
    return Reading(source, spec, tuple(source.located(fault) for fault in faults), step_ids)


Part = TypeVar("Part", bound=BaseModel)
_LISTS: Final = ("inputs", "steps", "presentation")


def _pattern(data: Any, faults: list[Fault]) -> PatternSpec | None:
    if not isinstance(data, dict):
        faults.append(_fault("", "A pattern is a JSON object."))
        return None
    head = _part(
        HeadSpec,
        {key: data[key] for key in data if key not in _LISTS},
        (),
        faults,
        _LISTS,
    )
    inputs = {
        name: part
        for name, item in _mapping(data, "inputs", faults).items()
        if (part := _part(InputSpec, item, ("inputs", name), faults))
        and _named(name, ("inputs", name), faults)
    }
    steps = _steps(data, faults)
    panels = _panels(data, faults)
    known = head.model_dump() if head else {"id": str(data.get("id")), "outputs": ()}
    return PatternSpec.model_construct(**known, inputs=inputs, steps=steps, panels=panels)


def _steps(data: dict[str, Any], faults: list[Fault]) -> tuple[StepSpec, ...]:
    items = _list(data, ("steps",), faults, required=True)
    if len(items) > MAX_STEPS:
        message = f"A pattern has at most {MAX_STEPS} steps, this one {len(items)}."
        faults.append(_fault("/steps", message, code=BUDGET))
    steps: dict[str, StepSpec] = {}
    for index, item in enumerate(items):
        part = _part(StepSpec, item, ("steps", index), faults)
        if part is None or not _calls_one(part, index, faults):
            continue
        place = pointer("steps", index, "as")
        if part.id in RESERVED:
            faults.append(_fault(place, f"{part.id!r} is a reserved name."))
        elif part.id in steps:
            faults.append(_fault(place, f"The step {part.id!r} stands twice."))
        else:
            steps[part.id] = part
    return tuple(steps.values())


def _calls_one(step: StepSpec, index: int, faults: list[Fault]) -> bool:
    """Whether a step calls a capability or a pattern, with the arguments of what it calls."""
    if not step.capability and not step.pattern:
        message = "'capability' is missing."
        faults.append(
            _fault(pointer("steps", index, "capability"), message, "Add 'capability' or 'pattern'.")
        )
        return False
    if step.capability and step.pattern:
        message = "A step calls a capability or a pattern, not both."
        faults.append(_fault(pointer("steps", index, "pattern"), message, "Make two steps of it."))
        return False
    strange, right = ("args", "inputs") if step.pattern else ("inputs", "args")
    if getattr(step, strange):
        what = "A pattern" if step.pattern else "A capability"
        message = f"{what} takes {right!r}, not {strange!r}."
        faults.append(_fault(pointer("steps", index, strange), message, f"Call it {right!r}."))
        return False
    return True


def _panels(data: dict[str, Any], faults: list[Fault]) -> tuple[PanelSpec, ...]:
    presentation = _mapping(data, "presentation", faults)
    for key in presentation.keys() - {"panels"}:
        place = pointer("presentation", key)
        faults.append(_fault(place, f"{key!r} is not known here.", did_you_mean(key, ["panels"])))
    panels: dict[str, PanelSpec] = {}
    seen: set[str] = set()
    for index, item in enumerate(_list(presentation, ("presentation", "panels"), faults)):
        where = ("presentation", "panels", index)
        part = _panel(item, where, faults)
        if part is None:
            continue
        # An id is an address on the page, so those behind tabs are no others.
        for within, each in walk([part]):
            if each.id in seen:
                twice = pointer(*where, *within[1:], "id")
                faults.append(_fault(twice, f"The panel {each.id!r} stands twice."))
            else:
                seen.add(each.id)
                panels.setdefault(part.id, part)
    return tuple(panels.values())


def _panel(item: Any, place: tuple[str | int, ...], faults: list[Fault]) -> PanelSpec | None:
    kind = item.get("type") if isinstance(item, dict) else None
    model = PANEL_TYPES.get(kind) if isinstance(kind, str) else None
    if model is None:
        message = f"{kind!r} is not a type of panel."
        faults.append(
            _fault(pointer(*place, "type"), message, did_you_mean(str(kind), PANEL_TYPES))
        )
        return None
    return _part(model, item, place, faults)


def _part(
    model: type[Part],
    item: Any,
    place: tuple[str | int, ...],
    faults: list[Fault],
    also_known: tuple[str, ...] = (),
) -> Part | None:
    try:
        return TypeAdapter(model).validate_python(item)
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False)
        for mistake in mistakes:
            mistake["loc"] = _untagged(mistake["loc"])
        places = [mistake["loc"] for mistake in mistakes]
        for mistake in mistakes:
            if mistake["type"] == "too_short" and _has_inner(mistake["loc"], places):
                continue  # the list has entries; each of them says itself what is wrong
            where = pointer(*place, *mistake["loc"])
            faults.append(_shape_fault(model, mistake, where, also_known))
        return None


def _untagged(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The place in the file: pydantic names the type of a panel behind a tab after its number."""
    return tuple(
        name
        for at, name in enumerate(place)
        if not (at > 1 and place[at - 2] == "panels" and name in PANEL_TYPES)
    )


def _has_inner(place: tuple[str | int, ...], places: list[tuple[str | int, ...]]) -> bool:
    return any(len(each) > len(place) and each[: len(place)] == place for each in places)


def _shape_fault(
    model: type[BaseModel],
    mistake: Mapping[str, Any],
    where: str,
    also_known: tuple[str, ...],
) -> Fault:
    name = str(mistake["loc"][-1]) if mistake["loc"] else ""
    if mistake["type"] == "extra_forbidden":
        fields = [field.alias or key for key, field in model.model_fields.items()]
        known = [*fields, *also_known] if len(mistake["loc"]) == 1 else []
        return _fault(where, f"{name!r} is not known here.", did_you_mean(name, known))
    if mistake["type"] == "missing":
        return _fault(where, f"{name!r} is missing.", f"Add {name!r}.")
    around = mistake.get("ctx", {})
    if mistake["type"] == "union_tag_invalid":
        kind = str(around["tag"])
        message = f"{kind!r} is not a type of panel."
        return _fault(f"{where}/type", message, did_you_mean(kind, PANEL_TYPES))
    said = str(around["error"]) if mistake["type"] == "value_error" else str(mistake["msg"])
    message = f"{name!r}: {said}." if name else f"{said[:1].upper()}{said[1:]}."
    expected = str(around.get("expected", ""))
    return _fault(where, message, f"Use {expected}." if expected else "")


def _named(name: str, place: tuple[str | int, ...], faults: list[Fault]) -> bool:
    try:
        TypeAdapter(Id).validate_python(name)
    except ValidationError:
        faults.append(
            _fault(pointer(*place), f"{name[:80]!r} is not a name such as lookback_days.")
        )
        return False
    return True


def _mapping(data: dict[str, Any], key: str, faults: list[Fault]) -> dict[str, Any]:
    found = data.get(key, {})
    if isinstance(found, dict):
        return found
    faults.append(_fault(pointer(key), f"{key!r} is a JSON object."))
    return {}


def _list(
    data: dict[str, Any],
    place: tuple[str, ...],
    faults: list[Fault],
    *,
    required: bool = False,
) -> list[Any]:
    found = data.get(place[-1], [])
    if not isinstance(found, list):
        faults.append(_fault(pointer(*place), f"{place[-1]!r} is a list."))
        return []
    if required and not found:
        faults.append(_fault(pointer(*place), f"{place[-1]!r} needs at least one entry."))
    return found


def _named_steps(data: Any) -> frozenset[str]:
    steps = data.get("steps") if isinstance(data, dict) else None
    if not isinstance(steps, list):
        return frozenset()
    named = [step.get("as") for step in steps if isinstance(step, dict)]
    return frozenset(name for name in named if isinstance(name, str))


def _fault(place: str, message: str, suggestion: str = "", *, code: str = SHAPE) -> Fault:
    return Fault(code=code, pointer=place, message=message, suggestion=suggestion)

"""Panels that are read line by line: two lists, events, cards of action, news."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from patterns.addresses import elsewhere, of_this_site
from patterns.answers import Answer
from patterns.cells import cell_at
from patterns.grid import axis_format, label_of
from patterns.layout.frames import frame, named, state_of
from patterns.panel_specs.lists import (
    ActionCardsSpec,
    DualListSpec,
    ListSpec,
    NewsListSpec,
    TimelineSpec,
)
from patterns.panel_specs.parts import FieldSpec, Value
from patterns.panel_specs.types import PanelSpec
from patterns.panels import Cell, Entry, Item, ItemList, Metric, Panel, Tone, Withheld

NO_EVENTS: Final = "Nothing happened, and nothing is announced."
NO_NEWS: Final = "There is no news."
_URGENCIES: Final[tuple[Tone, ...]] = ("high", "medium", "low")


def dual_list(spec: DualListSpec, answer: Answer) -> Panel:
    lists = tuple(_list(half, answer) for half in spec.lists)
    shown = [item for half in lists for item in half.items]
    return replace(
        frame(spec, answer, state_of([item.value for item in shown]) if shown else "exact"),
        lists=lists,
        withheld=tuple(
            named((item.label.text,), [item.value])
            for item in shown
            if item.value.state == "withheld"
        ),
    )


def _list(spec: ListSpec, answer: Answer) -> ItemList:
    items, currency = answer.items(spec.path)
    shown = []
    for index, item in enumerate(items):
        place = {"path": f"{spec.path}.{index}", "currency": currency}
        shown.append(
            Item(
                label=cell_at(item, spec.label, axis_format(spec.label, [item]), **place),
                detail=cell_at(item, spec.detail, "text", **place) if spec.detail else None,
                value=cell_at(item, spec.value, spec.format, **place),
            )
        )
    return ItemList(title=spec.title, items=tuple(shown), empty=spec.empty)


def timeline(spec: TimelineSpec, answer: Answer) -> Panel:
    """Events in the order of the result, each before, on or after the day of the panel."""
    entries = [
        replace(entry, tone=_when(entry, answer.asof_date))
        for entry in entries_of(spec.path, spec.row_fields(), answer)
    ]
    return entry_panel(spec, answer, entries, "label", NO_EVENTS)


def action_cards(spec: ActionCardsSpec, answer: Answer) -> Panel:
    entries = [
        replace(entry, tone=_urgency(entry), link=of_this_site(_text(entry, "link")))
        for entry in entries_of(spec.path, spec.row_fields(), answer, spec.facts)
    ]
    found = entry_panel(spec, answer, entries, "heading", spec.empty)
    return replace(found, link_label=spec.link_label)


def news_list(spec: NewsListSpec, answer: Answer) -> Panel:
    entries = [
        replace(entry, link=elsewhere(_text(entry, "link")))
        for entry in entries_of(spec.path, spec.row_fields(), answer, spec.facts)
    ]
    return entry_panel(spec, answer, entries, "headline", NO_NEWS)


def entries_of(
    path: str, fields: Iterable[Value], answer: Answer, facts: Sequence[FieldSpec] = ()
) -> list[Entry]:
    """Each row as its parts, by the names that the presentation gives them."""
    items, currency = answer.items(path)
    named_parts = [(str(value.place[0]), value) for value in fields if len(value.place) == 1]
    found = []
    for index, item in enumerate(items):
        place = f"{path}.{index}"
        parts = {
            name: cell_at(item, value.field, value.format or "text", path=place, currency=currency)
            for name, value in named_parts
            if value.format is not None or _says(item, value.field)
        }
        found.append(Entry(parts=parts, facts=_facts(facts, item, place, answer, currency)))
    return found


def entry_panel(
    spec: PanelSpec, answer: Answer, entries: Sequence[Entry], name: str, nothing: str
) -> Panel:
    """A panel of entries; or that there are none, or why they are not known."""
    if not entries:
        return _without_entries(spec, answer, nothing)
    cells = [
        cell
        for entry in entries
        for cell in (*entry.parts.values(), *(fact.cell for fact in entry.facts))
    ]
    return replace(
        frame(spec, answer, state_of(cells)),
        entries=tuple(entries),
        withheld=tuple(each for entry in entries for each in _withheld(entry, name)),
    )


def _without_entries(spec: PanelSpec, answer: Answer, nothing: str) -> Panel:
    path = next(read.path for read in spec.reads() if hasattr(read, "fields"))
    owner = answer.owner(path)
    if owner.get("state") != "withheld" or not owner.get("reason"):
        return replace(frame(spec, answer, "empty"), note=nothing)
    found = frame(spec, answer, "withheld")
    reason = Withheld(label=found.title, reason=str(owner["reason"]), missing=())
    return replace(found, withheld=(reason,))


def _withheld(entry: Entry, name: str) -> Iterable[Withheld]:
    """What of an entry is not known, for each of its reasons together."""
    by_reason: dict[str, list[tuple[str, Cell]]] = {}
    labelled = [(label_of(part), cell) for part, cell in entry.parts.items()]
    for label, cell in (*labelled, *((fact.label, fact.cell) for fact in entry.facts)):
        if cell.state == "withheld":
            by_reason.setdefault(cell.reason, []).append((label, cell))
    for shown in by_reason.values():
        labels = ", ".join(label for label, _ in shown)
        yield named((_text(entry, name), labels), [cell for _, cell in shown])


def _facts(
    facts: Sequence[FieldSpec], item: Mapping[str, Any], place: str, answer: Answer, currency: str
) -> tuple[Metric, ...]:
    return tuple(
        Metric(
            label=fact.label,
            cell=cell_at(item, fact.field, fact.format, path=place, currency=currency),
            definition=fact.definition or answer.rule(f"{place}.{fact.field}"),
        )
        for fact in facts
    )


def _says(item: Mapping[str, Any], field: str) -> bool:
    """Whether a label is there: an absent detail is no withheld figure."""
    return bool(cell_at(item, field, "text", path="").raw)


def _text(entry: Entry, part: str) -> str:
    cell = entry.parts.get(part)
    return cell.raw if cell else ""


def _when(entry: Entry, asof_date: str) -> Tone:
    day = _text(entry, "date")
    if not day or not asof_date:
        return ""
    return "today" if day == asof_date else "ahead" if day > asof_date else "past"


def _urgency(entry: Entry) -> Tone:
    said = _text(entry, "urgency").lower()
    return next((tone for tone in _URGENCIES if tone == said), "")

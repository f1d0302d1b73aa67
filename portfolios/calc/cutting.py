"""From replayed states and a sheet of the market to the lines of every day."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from portfolios.calc.day_lines import DayLines, Flags, Line
from portfolios.calc.entries import SecurityKey
from portfolios.calc.history import Flow, flows_of
from portfolios.calc.replay import DayState
from portfolios.calc.returns import Floats
from portfolios.calc.sheet import Sheet

Steps: TypeAlias = dict[Hashable, Floats]
MOVED = ("entered", "worth", "inflow", "external", "moved")


@dataclass(slots=True)
class _Moves:
    """What happened on single days: by array, the day's index and the line."""

    cells: dict[str, defaultdict[tuple[int, Line], float]] = field(
        default_factory=lambda: {name: defaultdict(float) for name in MOVED}
    )
    unvalued: set[int] = field(default_factory=set)

    def flow(self, at: int, flow: Flow) -> None:
        place, base = (at, (flow.currency, flow.security)), float(flow.base)
        self.cells["entered"][place] += float(flow.local)
        self.cells["worth"][place] += base
        if flow.external:
            self.cells["external"][place] += base
            self.cells["inflow"][place] += max(base, 0.0)

    def given_off(self, at: int, generated: Mapping[tuple[SecurityKey, str], Decimal]) -> None:
        """The two sides of one movement: a security's and its money's."""
        for (security, currency), amount in generated.items():
            moved = self.cells["moved"]
            moved[at, (currency, security)] += float(amount)
            moved[at, (currency, None)] -= float(amount)


def cut(states: Sequence[DayState], sheet: Sheet, base_date: date | None = None) -> DayLines:
    """The lines of each day that follows a close; `states` are the closes of the sheet's days.

    With base_date the history starts there from nothing, and its first day is cut too; without,
    the first state is the baseline. A day has a return where its own close and the one before are
    wholly priced, its flows have a worth, and V0 + I is above 0. Raises ValueError without states.
    """
    if not states:
        raise ValueError("a history without days has no lines")
    if base_date is None:
        states = (_opened(states[0]), *states[1:])
    moves = _moves(states, sheet)
    held = {name: _steps(states, name) for name in ("quantities", "cash", "receivables")}
    lines = _lines(held, sheet, moves)
    worths, known = _closes(len(states), held, sheet, lines)
    known[[*moves.unvalued]] = False
    rates = np.column_stack([sheet.rate(currency) for currency, _ in lines])
    first = 1 if base_date is None else 0
    before = np.vstack([np.zeros((1, len(lines))), worths[:-1]])
    old = np.vstack([np.full((1, len(lines)), np.nan), rates[:-1]])
    moved = {name: _spread(cells, lines, len(states)) for name, cells in moves.cells.items()}
    opened = np.nansum(before * old, axis=1)
    capital = opened + moved["inflow"].sum(axis=1)
    # Where a currency is new or gone the absent rate multiplies nothing; the other stands in.
    old, new = np.where(np.isnan(old), rates, old), np.where(np.isnan(rates), old, rates)
    sound = known & np.append([True], known[:-1])
    whole = DayLines(
        base_currency=sheet.base_currency,
        base_date=base_date or states[0].asof_date,
        dates=tuple(state.asof_date for state in states),
        lines=lines,
        opening=before,
        closing=worths,
        rate_before=np.nan_to_num(old),
        rate_after=np.nan_to_num(new),
        capital=capital,
        has_return=sound & (capital > 0.0),
        **moved,
    )
    return whole.from_day(first)


def _opened(baseline: DayState) -> DayState:
    """A baseline with one crossing of each kind. All that ever happened before it is among its
    crossings, and of those it matters only which lines they touch and whether they have a worth."""
    kinds = {
        (each.currency, each.security, each.amount is None, each.base is None): each
        for each in baseline.crossings
    }
    return replace(baseline, crossings=tuple(kinds.values()))


def _moves(states: Sequence[DayState], sheet: Sheet) -> _Moves:
    """Flows and what was given off, valued at the marks of their day."""
    moves = _Moves()
    listed = dict(sheet.listings)
    for at, state in enumerate(states):
        if not state.crossings and not state.generated:
            continue
        named = {crossing.security for crossing in state.crossings}
        marks = sheet.marks(at, named)
        flows, unvalued = flows_of(state, marks, listed)
        for flow in flows:
            moves.flow(at, flow)
        if unvalued:
            moves.unvalued.add(at)
        moves.given_off(at, state.generated)
    return moves


def _lines(held: Mapping[str, Steps], sheet: Sheet, moves: _Moves) -> tuple[Line, ...]:
    """Listings first, then the cash of the base currency and of every other that appears."""
    listed: list[Line] = [(currency, security) for security, currency in sheet.listings]
    touched = [line for cells in moves.cells.values() for _, line in cells]
    money = [code for name in ("cash", "receivables") for code in held[name]]
    cash: list[Line] = [(str(code), None) for code in (sheet.base_currency, *money)]
    return tuple(dict.fromkeys([*listed, *cash, *touched]))


def _closes(
    days: int, held: Mapping[str, Steps], sheet: Sheet, lines: Sequence[Line]
) -> tuple[Floats, Flags]:
    """What every line is worth at each close in its own currency, and which closes are known."""
    columns = {line: index for index, line in enumerate(lines)}
    listings: defaultdict[SecurityKey, list[int]] = defaultdict(list)
    for at, (listed, _) in enumerate(sheet.listings):
        listings[listed].append(at)
    worths = np.zeros((days, len(lines)))
    known: Flags = np.ones(days, dtype=bool)
    priced, prices = np.isfinite(sheet.closes), np.nan_to_num(sheet.closes)
    for security, quantities in held["quantities"].items():
        places = listings[security]
        for at in places:
            line = sheet.listings[at][1], security
            worths[:, columns[line]] = quantities * prices[:, at]
        known &= priced[:, places].any(axis=1) | (quantities == 0.0)
    for name in ("cash", "receivables"):
        for code, amounts in held[name].items():
            worths[:, columns[str(code), None]] += amounts
    for index, (currency, _) in enumerate(lines):
        known &= np.isfinite(sheet.rate(currency)) | (worths[:, index] == 0.0)
    return worths, known


def _steps(states: Sequence[DayState], name: str) -> Steps:
    """A mapping of every state as one array a key. States share a mapping until it changes."""
    found: Steps = {}
    changes = list(_changes(states, name))
    ends = [at for at, _ in changes[1:]] + [len(states)]
    for (start, amounts), end in zip(changes, ends, strict=True):
        for key, amount in amounts.items():
            if key not in found:
                found[key] = np.zeros(len(states))
            found[key][start:end] = float(amount)
    return found


def _changes(
    states: Sequence[DayState], name: str
) -> Iterator[tuple[int, Mapping[Hashable, Decimal]]]:
    """The index and content of each mapping that is another than the day before's."""
    before = None
    for at, state in enumerate(states):
        amounts = getattr(state, name)
        if amounts is not before:
            yield at, amounts
            before = amounts


def _spread(cells: Mapping[tuple[int, Line], float], lines: Sequence[Line], days: int) -> Floats:
    columns = {line: index for index, line in enumerate(lines)}
    array = np.zeros((days, len(lines)))
    for (at, line), amount in cells.items():
        array[at, columns[line]] = amount
    return array

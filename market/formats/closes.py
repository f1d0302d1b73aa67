"""The closes of one listing as a CSV file, `date,close`, documented in `docs/packs.md`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from market.formats.csv_records import Limits, read_records
from market.formats.faults import Fault
from market.formats.fields import Place, read_date, read_number

COLUMNS = ("date", "close", "currency")
REQUIRED_COLUMNS = ("date", "close")
PLACES = 8
WHOLE_DIGITS = 12
# A close in cents after one in dollars is a hundred times it, give or take the day's own move.
JUMP = 75
REMEDIES = {
    "negative_not_allowed": "A close is above zero. Leave out the row, or mend it.",
    "column_unknown": "The columns are date and close, and currency if you like.",
    "column_missing": "The columns are date and close, and currency if you like.",
    "file_too_large": "Split the file, or bring it in by `manage.py connect_prices`.",
}


@dataclass(frozen=True, slots=True)
class Close:
    """One close with the row it was read from."""

    row: int
    day: date
    close: Decimal


@dataclass(frozen=True, slots=True)
class ParsedCloses:
    """What could be read, in the order of days, and every mistake, in the order of the file."""

    closes: tuple[Close, ...]
    faults: tuple[Fault, ...]


def parse_closes(
    content: bytes, *, currency: str, today: date, limits: Limits | None = None
) -> ParsedCloses:
    """Every close of a file and every mistake in its rows, each day once."""
    records = read_records(
        content, known=COLUMNS, required=REQUIRED_COLUMNS, limits=limits or Limits()
    )
    faults = [_advised(fault) for fault in records.faults]
    closes: dict[date, Close] = {}
    for row, fields in records.rows:
        close, wrong = _read_row(row, fields, currency, today)
        faults += wrong
        if close is None:
            continue
        if close.day in closes:
            faults.append(_twice(close, closes[close.day]))
        else:
            closes[close.day] = close
    ordered = sorted(closes.values(), key=lambda close: close.day)
    return ParsedCloses(tuple(ordered), tuple(sorted(faults, key=lambda fault: fault.row or 0)))


def closed_days(closes: Iterable[Close], sessions: Iterable[date], exchange: str) -> list[Fault]:
    """The closes of days on which the exchange did not open."""
    opened = set(sessions)
    return [
        Place(close.row, "date").fault(
            "date_invalid",
            f"{exchange} has no session on {close.day:%A} {close.day}.",
            "Leave out the row, or mend the date.",
            close.day.isoformat(),
        )
        for close in closes
        if close.day not in opened
    ]


def jumps(
    closes: Sequence[Close],
    known: Mapping[date, Decimal],
    currency: str,
    shares: Callable[[date], Decimal] = lambda _: Decimal(1),
) -> list[Fault]:
    """Closes that are about a hundred times the neighbouring one or a hundredth of it; `known` are
    the stored ones, which a file may continue. `shares` is what one share of a day has become by
    now: what a known split explains is no jump."""
    merged = {day: Close(0, day, close) for day, close in known.items()}
    merged |= {close.day: close for close in closes}
    faults = []
    for before, after in pairwise(merged[day] for day in sorted(merged)):
        mine = after if after.row else before
        old, new = before.close / shares(before.day), after.close / shares(after.day)
        if mine.row and not old < new * JUMP < old * JUMP * JUMP:
            faults.append(_jump(mine, before, after, currency))
    return faults


def _read_row(
    row: int, fields: Mapping[str, str], currency: str, today: date
) -> tuple[Close | None, list[Fault]]:
    faults = [*_currency(row, fields.get("currency", ""), currency)]
    day = _filled(row, "date", fields) or read_date(
        fields["date"], Place(row, "date"), latest=date.max
    )
    close = _filled(row, "close", fields) or read_number(
        fields["close"], Place(row, "close"), places=PLACES, zero=False
    )
    if isinstance(day, date) and day > today:
        day = Place(row, "date").fault(
            "date_invalid", f"{day} is after {today}.", "No close is known ahead.", str(day)
        )
    if isinstance(close, Decimal) and close >= 10**WHOLE_DIGITS:
        said = f"{fields['close']} has more than {WHOLE_DIGITS} digits before the point."
        close = Place(row, "close").fault("number_invalid", said, "Mend it.", fields["close"])
    faults += [_advised(found) for found in (day, close) if isinstance(found, Fault)]
    if isinstance(day, Fault) or isinstance(close, Fault) or faults:
        return None, faults
    return Close(row, day, close), faults


def _filled(row: int, column: str, fields: Mapping[str, str]) -> Fault | None:
    if fields[column]:
        return None
    return Place(row, column).fault(
        "value_missing", f"The row has no {column}.", "Fill it in, or leave out the row."
    )


def _currency(row: int, text: str, currency: str) -> Iterator[Fault]:
    if text not in ("", currency):
        yield Place(row, "currency").fault(
            "currency_mismatch",
            f"The row is in {text[:10]!r}, the listing is quoted in {currency}.",
            f"Give closes in {currency}, as the exchange prints them.",
            text,
        )


def _twice(close: Close, first: Close) -> Fault:
    said = f"{close.day} is there already, in row {first.row}."
    return Place(close.row, "date").fault(
        "duplicate", said, "Leave one close for each day.", close.day.isoformat()
    )


def _jump(mine: Close, before: Close, after: Close, currency: str) -> Fault:
    return Place(mine.row, "close").fault(
        "suspicious_jump",
        f"From {_plain(before)} on {before.day} to {_plain(after)} on {after.day}: about a "
        "hundredfold jump.",
        f"Give every close in {currency}, not some in a hundredth of it. A real jump, as after a "
        "consolidation of shares, is taken by `manage.py connect_prices --accept-jumps`.",
        _plain(mine),
    )


def _plain(close: Close) -> str:
    """Without the zeros that nobody wrote."""
    return f"{close.close.normalize():f}"


def _advised(fault: Fault) -> Fault:
    """The same mistake with the remedy that fits this file."""
    return replace(fault, remedy=REMEDIES.get(fault.reason, fault.remedy))

"""One entry of our own CSV or JSON: named texts to a draft, or to the mistakes they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from market.formats.faults import Fault
from market.formats.fields import Place, read_date, read_number, read_text
from portfolios.formats.amounts import settle
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import Draft
from portfolios.formats.entry_lots import read_lots
from portfolios.formats.entry_rules import COLUMNS, RULES, Rule, presence, type_unknown

DATES = frozenset({"date", "settlement_date", "ex_date", "pay_date", "holding_start"})
CURRENCY = frozenset({"currency", "to_currency", "security_currency"})
LOTS = frozenset({"lot_picks", "carried_lots"})
RATES = frozenset({"fx_rate", "settlement_fx_rate", "cost_fraction"})
MAY_BE_ZERO = frozenset({"fees", "taxes", "net_amount", "cost_basis", "cost_fraction", "to_price"})
SIGNED = frozenset({"net_amount"})
WORDS = {
    "treatment": ("carry_over", "qualifying", "taxable"),
    "jurisdiction": ("US", "CA", "OTHER"),
}
TEXTS = {
    "account": 64,
    "cash_account": 64,
    "to_account": 64,
    "external_id": 100,
    "narration": 500,
    "estimated_reason": 50,
    "lot_label": 64,
    "link_id": 64,
    "security_name": 200,
}
COUNTS = frozenset({"seq", "reverses"})
NAMES = frozenset({"symbol", "exchange", "to_symbol", "to_exchange", "isin", "figi"})
AMOUNTS = (
    frozenset(COLUMNS) - DATES - CURRENCY - LOTS - WORDS.keys() - TEXTS.keys() - COUNTS - NAMES
) - {"type"}
PLACES, RATE_PLACES = 10, 12  # what a column of the ledger holds
KNOWN_AHEAD = {"settlement_date": timedelta(days=31), "pay_date": timedelta(days=366)}


class Row(NamedTuple):
    """What the reading of one field may ask about its row."""

    number: int
    fields: Mapping[str, Any]
    today: date

    def at(self, column: str) -> Place:
        return Place(self.number, column)


Reader: TypeAlias = Callable[[Any, Row], Any]


def read_entry(
    row: int,
    fields: Mapping[str, Any],
    *,
    base_currency: str,
    today: date,
    rules: Mapping[str, Rule] = RULES,
) -> tuple[Draft | None, list[Fault]]:
    """Texts by column, and lots as lists, to an entry. Every mistake of the row is told."""
    rule = rules.get(fields.get("type", ""))
    if rule is None:
        return None, [type_unknown(row, str(fields.get("type", "")))]
    told = {column: said for column, said in fields.items() if said}
    faults = [] if rule.fits(told.keys()) else presence(row, fields, rule)
    values: dict[str, Any] = {"entry_type": told.pop("type"), "row": row}
    given = Row(row, fields, today)
    for column, said in told.items():
        if column not in rule.takes:
            continue
        value = READERS[column](said, given)
        if isinstance(value, Fault):
            faults.append(value)
        else:
            values[column] = value
    if faults:
        return None, faults
    values["transaction_date"] = values.pop("date")
    if "seq" in values:
        values["number"] = values.pop("seq")
    draft = Draft.of(values)
    # A reversal has no amounts of its own: it cancels those of another entry.
    return (draft, []) if draft.entry_type == "REVERSAL" else settle(draft, base_currency)


def _reader(column: str) -> Reader:
    """How the texts of a column are read. What is plainly right is not looked at twice."""
    if column in LOTS:
        return lambda said, row: read_lots(column, said, row.at(column))
    if column in DATES:
        ahead = KNOWN_AHEAD.get(column, timedelta(0))
        return lambda said, row: read_date(said, row.at(column), latest=row.today + ahead)
    if column in CURRENCY:
        return lambda said, row: (
            said if said in CURRENCIES else _currency_unknown(said, row.at(column))
        )
    if column in WORDS:
        return lambda said, row: _read_word(said, row.at(column), WORDS[column])
    if column in TEXTS:
        most = TEXTS[column]
        return lambda said, row: (
            said if len(said) <= most else read_text(said, row.at(column), longest=most)
        )
    if column in NAMES:
        return lambda said, _row: said
    if column in COUNTS:
        return lambda said, row: _read_count(said, row.at(column))
    return _amount_reader(column)


def _read_count(said: str, place: Place) -> int | Fault:
    number = read_number(said, place, places=0, zero=False)
    return number if isinstance(number, Fault) else int(number)


def _amount_reader(column: str) -> Reader:
    """Only the effect on cash, and cash that is taken over, may be below zero."""
    places = RATE_PLACES if column in RATES else PLACES
    zero, always = column in MAY_BE_ZERO, column in SIGNED
    cash = column == "gross_amount"

    def read(said: str, row: Row) -> Decimal | Fault:
        signed = said.startswith("-") and (
            always or (cash and row.fields["type"] == "OPENING_BALANCE")
        )
        text = said[1:] if signed else said
        number = read_number(text, row.at(column), places=places, zero=zero)
        return -number if signed and isinstance(number, Decimal) else number

    return read


def _currency_unknown(text: str, place: Place) -> Fault:
    said = f"{text[:40]!r} is not an active ISO 4217 currency."
    return place.fault("currency_unknown", said, "Write a code such as USD or CAD.", text)


def _read_word(text: str, place: Place, words: tuple[str, ...]) -> str | Fault:
    if text in words:
        return text
    said = f"{text[:40]!r} is not a {place.column}."
    return place.fault("value_unknown", said, f"Use one of {', '.join(words)}.", text)


READERS = {column: _reader(column) for column in COLUMNS}

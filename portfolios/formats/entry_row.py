"""One entry of our own CSV or JSON: named texts to a draft, or to the mistakes they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from market.formats.faults import Fault
from market.formats.fields import Place, read_date, read_number, read_text
from portfolios.formats.amounts import settle
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import Draft
from portfolios.formats.entry_lots import read_lots
from portfolios.formats.entry_rules import RULES, Rule, presence, type_unknown

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
NAMES = frozenset({"symbol", "exchange", "to_symbol", "to_exchange", "isin", "figi"})
PLACES, RATE_PLACES = 10, 12  # what a column of the ledger holds
KNOWN_AHEAD = {"settlement_date": timedelta(days=31), "pay_date": timedelta(days=366)}


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
    faults = presence(row, fields, rule)
    values: dict[str, Any] = {"entry_type": fields["type"], "row": row}
    for column, said in fields.items():
        if not said or column == "type" or column not in rule.takes:
            continue
        value = _read_field(column, said, Place(row, column), fields, today)
        if isinstance(value, Fault):
            faults.append(value)
        else:
            values[column] = value
    if faults:
        return None, faults
    values["transaction_date"] = values.pop("date")
    values["number"] = values.pop("seq", None)
    draft = Draft(**values)
    # A reversal has no amounts of its own: it cancels those of another entry.
    return (draft, []) if draft.entry_type == "REVERSAL" else settle(draft, base_currency)


def _read_field(
    column: str, said: Any, place: Place, fields: Mapping[str, Any], today: date
) -> Any:
    if column in LOTS:
        return read_lots(column, said, place)
    if column in DATES:
        return read_date(said, place, latest=today + KNOWN_AHEAD.get(column, timedelta(0)))
    if column in CURRENCY:
        return _read_currency(said, place)
    if column in WORDS:
        return _read_word(said, place, WORDS[column])
    if column in TEXTS:
        return read_text(said, place, longest=TEXTS[column])
    if column in NAMES:
        return said
    if column in ("seq", "reverses"):
        number = read_number(said, place, places=0, zero=False)
        return number if isinstance(number, Fault) else int(number)
    return _read_amount(column, said, place, fields)


def _read_amount(
    column: str, said: str, place: Place, fields: Mapping[str, Any]
) -> Decimal | Fault:
    """Only the effect on cash, and cash that is taken over, may be below zero."""
    cash = column == "gross_amount" and fields["type"] == "OPENING_BALANCE"
    signed = (column in SIGNED or cash) and said.startswith("-")
    number = read_number(
        said[1:] if signed else said,
        place,
        places=RATE_PLACES if column in RATES else PLACES,
        zero=column in MAY_BE_ZERO,
    )
    return -number if signed and isinstance(number, Decimal) else number


def _read_currency(text: str, place: Place) -> str | Fault:
    if text in CURRENCIES:
        return text
    said = f"{text[:40]!r} is not an active ISO 4217 currency."
    return place.fault("currency_unknown", said, "Write a code such as USD or CAD.", text)


def _read_word(text: str, place: Place, words: tuple[str, ...]) -> str | Fault:
    if text in words:
        return text
    said = f"{text[:40]!r} is not a {place.column}."
    return place.fault("value_unknown", said, f"Use one of {', '.join(words)}.", text)

"""The DawsOS CSV format, documented in `docs/import-csv.md`: bytes to drafts and mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from market.formats.csv_records import Limits, read_records
from market.formats.faults import Fault
from market.formats.fields import Place, read_date, read_number, read_text
from portfolios.calc.money import minor_units
from portfolios.formats.amounts import settle
from portfolios.formats.contract import Parsed
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import Draft

NAME = "dawsos_csv"

COLUMNS = (
    "date type symbol exchange quantity price gross_amount fees taxes net_amount currency fx_rate "
    "settlement_date ex_date pay_date account new_shares old_shares cost_basis external_id "
    "narration estimated_reason to_amount to_currency"
).split()
REQUIRED_COLUMNS = ("date", "type")
DATES = ("settlement_date", "ex_date", "pay_date")
FIXED_PLACES = {"quantity": 8, "price": 8, "new_shares": 8, "old_shares": 8, "fx_rate": 10}
MAY_BE_ZERO = frozenset({"fees", "taxes", "net_amount", "cost_basis"})
TEXTS = {"account": 50, "external_id": 100, "narration": 500, "estimated_reason": 50}
KNOWN_AHEAD = {"settlement_date": timedelta(days=31), "pay_date": timedelta(days=366)}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a type of entry takes; what it does not name must be empty."""

    needs: frozenset[str]
    takes: frozenset[str]


def _rule(needs: str, takes: str = "") -> Rule:
    always = "date type account external_id narration estimated_reason"
    required = frozenset(needs.split())
    return Rule(required, required | frozenset(f"{always} {takes}".split()))


RULES: Mapping[str, Rule] = {
    "BUY": _rule(
        "symbol quantity currency",
        "exchange price gross_amount fees taxes net_amount fx_rate settlement_date",
    ),
    "SELL": _rule(
        "symbol quantity currency",
        "exchange price gross_amount fees taxes net_amount fx_rate settlement_date",
    ),
    "DIVIDEND": _rule(
        "symbol currency ex_date",
        "exchange quantity price gross_amount fees taxes net_amount fx_rate pay_date",
    ),
    "DEPOSIT": _rule("gross_amount currency", "net_amount fx_rate"),
    "WITHDRAWAL": _rule("gross_amount currency", "net_amount fx_rate"),
    "FEE": _rule("gross_amount currency", "symbol exchange net_amount fx_rate"),
    "TAX": _rule("gross_amount currency", "symbol exchange net_amount fx_rate"),
    "INTEREST": _rule("gross_amount currency", "symbol exchange fees taxes net_amount fx_rate"),
    "SPLIT": _rule("symbol new_shares old_shares", "exchange"),
    "OPENING_BALANCE": _rule("symbol quantity currency", "exchange cost_basis fx_rate"),
    "FX_CONVERSION": _rule(
        "gross_amount currency to_amount to_currency", "fees net_amount fx_rate"
    ),
}


def parse(
    content: bytes, *, base_currency: str, today: date, limits: Limits | None = None
) -> Parsed:
    """Every entry of a file and every mistake in it, in the order of the file."""
    records = read_records(
        content, known=COLUMNS, required=REQUIRED_COLUMNS, limits=limits or Limits()
    )
    drafts: list[Draft] = []
    faults = list(records.faults)
    unread: set[str] = set()
    for row, fields in records.rows:
        draft, wrong = _read_row(row, fields, base_currency, today)
        faults.extend(wrong)
        if draft is None or wrong:
            unread.add(fields.get("symbol", ""))
        else:
            drafts.append(draft)
    faults.sort(key=lambda fault: fault.row or 0)
    return Parsed(tuple(drafts), tuple(faults), None if records.faults else frozenset(unread))


def _read_row(
    row: int, fields: Mapping[str, str], base_currency: str, today: date
) -> tuple[Draft | None, list[Fault]]:
    rule = RULES.get(fields["type"])
    if rule is None:
        return None, [_type_unknown(row, fields["type"])]
    faults = _presence(row, fields, rule)
    values: dict[str, Any] = {"entry_type": fields["type"], "row": row}
    for column, text in fields.items():
        if not text or column == "type" or column not in rule.takes:
            continue
        value = _read_field(column, text, Place(row, column), fields, today)
        if isinstance(value, Fault):
            faults.append(value)
        else:
            values[column] = value
    if faults:
        return None, faults
    values["transaction_date"] = values.pop("date")
    return settle(Draft(**values), base_currency)


def _type_unknown(row: int, text: str) -> Fault:
    return Place(row, "type").fault(
        "type_unknown" if text else "value_missing",
        f"{text[:40]!r} is not a type of entry." if text else "The type is missing.",
        f"Use one of {', '.join(RULES)}.",
        text,
    )


def _presence(row: int, fields: Mapping[str, str], rule: Rule) -> list[Fault]:
    """Required fields that are empty, and filled fields that the type does not take."""
    kind = fields["type"]
    faults = [
        Place(row, column).fault("value_missing", f"{kind} needs {column}.", f"Fill in {column}.")
        for column in COLUMNS
        if column in rule.needs | {"date"} and not fields.get(column)
    ]
    faults += [
        Place(row, column).fault(
            "value_unexpected", f"{kind} takes no {column}.", "Leave the field empty.", text
        )
        for column, text in fields.items()
        if text and column not in rule.takes
    ]
    return faults


def _read_field(
    column: str, text: str, place: Place, fields: Mapping[str, str], today: date
) -> date | Decimal | str | Fault:
    if column == "date" or column in DATES:
        return read_date(text, place, latest=today + KNOWN_AHEAD.get(column, timedelta(0)))
    if column in ("currency", "to_currency"):
        return _read_currency(text, place)
    if column in TEXTS:
        return read_text(text, place, longest=TEXTS[column])
    if column in ("symbol", "exchange"):
        return text
    places = FIXED_PLACES.get(column)
    if places is None:
        code = fields.get("to_currency" if column == "to_amount" else "currency", "")
        places = minor_units(code)
    return read_number(text, place, places=places, zero=column in MAY_BE_ZERO)


def _read_currency(text: str, place: Place) -> str | Fault:
    if text in CURRENCIES:
        return text
    said = f"{text[:40]!r} is not an active ISO 4217 currency."
    return place.fault("currency_unknown", said, "Write a code such as USD or CAD.", text)

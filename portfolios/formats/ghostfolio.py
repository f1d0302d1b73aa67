"""Ghostfolio's JSON export.

The document has `meta` and `activities`; newer ones also `accounts`, `platforms`, `assetProfiles`
and `user.settings.currency`. Of an activity are read: `id` (external id), `accountId` (named by
`accounts[].name`), `type`, `date` (an instant; its day as written), `symbol`, `dataSource`,
`currency`, `quantity`, `unitPrice`, `fee`, `comment`, `isDraft`/`updateCashBalance` aside.

- BUY and SELL: quantity, unitPrice and fee, all in `currency`; a fee is on top.
- DIVIDEND: quantity times unitPrice is the gross amount; Ghostfolio knows no withholding.
- INTEREST, FEE: quantity times unitPrice, or the fee of a FEE whose unitPrice is 0.
- ITEM and LIABILITY are wealth beside the portfolio (a house, a loan): left out, and said.
- `accounts[].balances` and `balance` are Ghostfolio's own cash; each becomes a stated balance.

Ghostfolio books no deposits. Cash that its activities do not explain shows as an overdraft; a
note says so. With `dataSource` MANUAL the symbol is Ghostfolio's own and only the name tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from market.formats.faults import Fault
from portfolios.calc.money import round_money
from portfolios.formats.amounts import settle
from portfolios.formats.contract import Options, Parsed, Shape, Skipped, Source, Stated
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.json_text import looks_like, malformed, read_json
from portfolios.formats.reading.machine_row import MachineRow

TYPES = frozenset({"BUY", "SELL", "DIVIDEND", "INTEREST", "FEE"})
BESIDE = frozenset({"ITEM", "LIABILITY", "VALUABLE"})
TEXT_FIELDS = "id accountId type date symbol dataSource currency comment"
NO_DEPOSITS = (
    "Ghostfolio keeps no deposits and withdrawals: add them, or cash will be overdrawn by what "
    "was bought."
)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the document says beside its activities."""

    accounts: Mapping[str, str]
    securities: Mapping[str, str]


class Ghostfolio:
    """What Ghostfolio's own export button writes."""

    name = "ghostfolio"
    title = "Ghostfolio JSON"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """A JSON document with `meta` near its beginning and the words of an activity."""
        if not looks_like(source.content, "meta"):
            return 0.0
        return 1.0 if b'"activities"' in source.content else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the document; a row is the place of an activity, from 1."""
        document = read_json(source.content, options.limits)
        if isinstance(document, Fault):
            return Parsed(faults=(document,), unread=None)
        activities = document.get("activities") if isinstance(document, dict) else None
        if not isinstance(activities, list) or not all(isinstance(a, dict) for a in activities):
            fault = malformed("The document has no list of activities.")
            return Parsed(faults=(fault,), unread=None)
        if options.limits.max_rows is not None and len(activities) > options.limits.max_rows:
            fault = malformed(f"The file has more than {options.limits.max_rows:,} activities.")
            return Parsed(faults=(fault,), unread=None)
        return _parsed(document, activities, options)


FORMAT = Ghostfolio()


def _parsed(document: Mapping[str, Any], activities: list[Any], options: Options) -> Parsed:
    names = _Names(_named(document, "accounts", "id"), _named(document, "assetProfiles", "symbol"))
    drafts: list[Draft] = []
    faults: list[Fault] = []
    skipped: list[Skipped] = []
    unread: set[str] = set()
    for row, activity in enumerate(activities, start=1):
        reading = MachineRow(row, _texts(activity), options.today)
        read = _activity(reading, names, options)
        faults += reading.faults
        if isinstance(read, Skipped):
            skipped.append(read)
        elif read is None or reading.faults:
            unread.add(reading.fields.get("symbol", ""))
        else:
            drafts.append(read)
    stated, wrong = _balances(document, names, options)
    return Parsed(
        tuple(sorted(drafts, key=lambda draft: draft.transaction_date)),
        (*faults, *wrong),
        frozenset(unread),
        skipped=tuple(skipped),
        stated=tuple(stated),
        notes=(NO_DEPOSITS,),
    )


def _activity(reading: MachineRow, names: _Names, options: Options) -> Draft | Skipped | None:
    kind = reading.text("type", required=True)
    if kind in BESIDE:
        what = reading.text("symbol") or reading.text("comment")
        return Skipped(row=reading.row, reason=f"{kind} is wealth beside a portfolio.", value=what)
    if reading.fields.get("isDraft") == "true":
        return Skipped(row=reading.row, reason="A draft: it has not happened yet.")
    if kind not in TYPES:
        message = f"{kind[:40]!r} is no type of Ghostfolio's."
        reading.wrong("type", "type_unknown", message, "Leave out the activity.", kind)
        return None
    draft = _draft(reading, kind, names)
    if draft is None:
        return None
    settled, wrong = settle(draft, options.base_currency)
    reading.faults.extend(wrong)
    return settled


def _draft(reading: MachineRow, kind: str, names: _Names) -> Draft | None:
    day = reading.day("date")
    currency = reading.currency("currency")
    trade = kind in ("BUY", "SELL")
    quantity = reading.positive("quantity") if trade else reading.number("quantity")
    price = reading.number("unitPrice", required=True)
    fees = reading.number("fee") or ZERO
    for column, number in (("unitPrice", price), ("fee", fees)):
        if number is not None and number < 0:
            message = f"{column} is {number}; the type gives the sign."
            reading.wrong(column, "negative_not_allowed", message, "Mend it.", str(number))
    if reading.faults or day is None or price is None:
        return None
    gross = round_money((1 if quantity is None else quantity) * price, currency)
    if kind == "FEE":
        gross, fees = gross + fees, ZERO
    if not gross:
        reading.wrong("unitPrice", "zero_not_allowed", "The amount is zero.", "Mend it.")
        return None
    symbol, name = _security(reading, kind, names)
    return Draft(
        entry_type=kind,
        transaction_date=day,
        currency=currency,
        quantity=quantity if trade or kind == "DIVIDEND" else None,
        price=price if trade or kind == "DIVIDEND" else None,
        gross_amount=gross,
        fees=fees,
        account=names.accounts.get(reading.text("accountId"), "") or "main",
        narration=reading.text("comment"),
        external_id=reading.text("id", longest=100),
        row=reading.row,
        symbol=symbol,
        security_name=name,
    )


def _security(reading: MachineRow, kind: str, names: _Names) -> tuple[str, str]:
    """Symbol and name. FEE and INTEREST carry a symbol that Ghostfolio made up."""
    symbol = reading.text("symbol")
    name = names.securities.get(symbol, "")
    if kind in ("FEE", "INTEREST"):
        return "", ""
    if reading.text("dataSource") == "MANUAL" and name:
        return "", name
    return symbol, name


def _balances(
    document: Mapping[str, Any], names: _Names, options: Options
) -> tuple[list[Stated], list[Fault]]:
    stated: list[Stated] = []
    faults: list[Fault] = []
    for account in _objects(document, "accounts"):
        currency = str(account.get("currency", ""))
        for row, balance in enumerate(_objects(account, "balances"), start=1):
            reading = MachineRow(row, {**_texts(balance), "currency": currency}, options.today)
            day, amount = reading.day("date"), reading.number("value", required=True)
            code = reading.currency("currency")
            faults += reading.faults
            if day is not None and amount is not None and not reading.faults:
                stated.append(_cash(day, amount, code, names.accounts[str(account.get("id"))]))
    return stated, faults


def _cash(day: date, amount: Decimal, currency: str, account: str) -> Stated:
    return Stated(kind="cash", asof_date=day, amount=amount, currency=currency, account=account)


def _texts(said: Mapping[str, Any]) -> dict[str, str]:
    """Texts, numbers and truths as texts; an asset profile inside gives its symbol and source."""
    profile = said.get("SymbolProfile")
    merged = {**profile, **said} if isinstance(profile, Mapping) else said
    texts = {name: value for name, value in merged.items() if isinstance(value, str)}
    truths = {name: "true" for name, value in merged.items() if value is True}
    return {**texts, **truths}


def _named(document: Mapping[str, Any], part: str, key: str) -> dict[str, str]:
    return {
        str(said.get(key)): str(said.get("name") or "")[:64] for said in _objects(document, part)
    }


def _objects(document: Mapping[str, Any], part: str) -> Iterator[Mapping[str, Any]]:
    found = document.get(part)
    for said in found if isinstance(found, list) else ():
        if isinstance(said, Mapping):
            yield said

"""What every element of an OFX transaction list has in common: day, security, currency, id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.machine_row import FINEST_RATE, MachineRow

CHARGES = ("COMMISSION", "FEES", "LOAD", "PENALTY")
WITHHELD = ("TAXES", "WITHHOLDING", "STATEWITHHOLDING")
LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Security:
    """What the list of securities says of one."""

    symbol: str = ""
    isin: str = ""
    figi: str = ""
    name: str = ""
    is_debt: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What holds for all transactions of a statement."""

    currency: str
    account: str
    base_currency: str
    securities: Mapping[tuple[str, str], Security]

    def security(self, row: MachineRow) -> Security:
        """The row's security; one that the list does not hold is named by its identifier."""
        said, kind = row.text("UNIQUEID"), row.text("UNIQUEIDTYPE").upper()
        known = self.securities.get((said, kind))
        return known or identified(said, kind, "", "")


def identified(said: str, kind: str, ticker: str, name: str, *, is_debt: bool = False) -> Security:
    """ISIN and FIGI are kept as such. A CUSIP names no country, so it is no ISIN yet: it stays
    in the name where there is no ticker."""
    if not said:
        return Security()
    symbol = ticker or (said if kind == "TICKER" else "")
    known = symbol or kind in ("ISIN", "FIGI")
    label = name if known else f"{name} ({kind} {said})".strip()
    return Security(
        symbol=symbol,
        isin=said if kind == "ISIN" else "",
        figi=said if kind == "FIGI" else "",
        name=label[:200],
        is_debt=is_debt,
    )


def external_id(fitid: str) -> str:
    """The bank's identifier; a very long one by its fingerprint."""
    return fitid if len(fitid) <= LONGEST_ID else hashlib.sha256(fitid.encode()).hexdigest()


def common_part(row: MachineRow, statement: Statement) -> Draft | None:
    """Day, account, security, currency and rates; the type is filled in by each reader."""
    posted = "DTPOSTED" if row.text("DTPOSTED") else "DTTRADE"
    day, settled = ofx_day(row, posted), ofx_day(row, "DTSETTLE", required=False)
    own = row.currency("CURSYM", required=False)
    rate = row.number("CURRATE", finest=FINEST_RATE)
    if rate is not None and rate <= 0:
        message = f"CURRATE is {rate}; it must be above zero."
        row.wrong("CURRATE", "number_invalid", message, "Mend it.", str(rate))
    if day is None:
        return None
    security = statement.security(row)
    draft = Draft(
        entry_type="",
        transaction_date=day,
        settlement_date=settled if settled is None or settled >= day else None,
        currency=statement.currency,
        account=statement.account,
        symbol=security.symbol,
        isin=security.isin,
        figi=security.figi,
        security_name=security.name,
        narration=row.text("MEMO") or row.text("NAME"),
        external_id=external_id(row.text("FITID", longest=10_000, required=True)),
        row=row.row,
    )
    if not own or own == statement.currency:
        return draft
    if "ORIGCURRENCY" in row.fields:  # amounts were converted already; this is where from
        return replace(draft, security_currency=own, settlement_fx_rate=rate)
    base = rate if statement.currency == statement.base_currency else None
    return replace(draft, currency=own, fx_rate=base)


def ofx_day(row: MachineRow, tag: str, *, required: bool = True) -> date | None:
    """`20130228120000.000[-5:EST]`: the day as the bank wrote it, whatever the zone."""
    said = row.text(tag, required=required)
    if not said:
        return None
    if not re.match(r"[0-9]{8}(?![0-9]{7,})", said) or len(said) > 60:
        row.wrong(tag, "date_invalid", f"{said[:40]!r} is not a date.", "Mend it.", said)
        return None
    dashed = MachineRow(
        row.row, {tag: f"{said[:4]}-{said[4:6]}-{said[6:8]}"}, row.today, row.faults
    )
    return dashed.day(tag, ahead=tag == "DTSETTLE")


def summed(row: MachineRow, tags: tuple[str, ...]) -> Decimal:
    return sum((abs(row.number(tag) or ZERO) for tag in tags), ZERO)


def money(common: Draft, name: str, amount: Decimal) -> Draft:
    """An entry of cash alone; the type gives the sign."""
    return replace(
        common,
        entry_type=name,
        gross_amount=abs(amount),
        settlement_date=None,
        security_currency="",
        settlement_fx_rate=None,
    )


Reader = Callable[[str, MachineRow, Statement, Draft], list[Draft]]

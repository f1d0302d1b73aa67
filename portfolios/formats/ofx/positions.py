"""The positions of an OFX statement without transactions, as opening balances."""

from __future__ import annotations

from decimal import Decimal

from market.formats.faults import Fault
from portfolios.calc.money import half_even
from portfolios.formats.contract import Options, Parsed, Source
from portfolios.formats.draft import Draft
from portfolios.formats.ofx import listed_securities, statement_of
from portfolios.formats.ofx.balances import position_rows
from portfolios.formats.ofx.statement import Statement, ofx_day
from portfolios.formats.ofx.tree import leaves, read_ofx
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow

PLACES = 10
NEAR = 10


def read_positions(source: Source, options: Options) -> Parsed:
    """Each position, and the cash, of each statement in the file."""
    root = read_ofx(source.content, options.limits)
    if isinstance(root, Fault):
        return Parsed(faults=(root,), unread=None)
    gathered = Gathering(options.base_currency)
    securities = listed_securities(root)
    for element in root.iter("INVSTMTRS"):
        statement = statement_of(element, securities, gathered, options)
        asof = (element.findtext("DTASOF") or "").strip()
        for row in position_rows(element, options):
            row.fields = {**row.fields, "DTASOF": asof}
            draft = _position(row, statement)
            symbol = statement.security(row).symbol
            gathered.take(row, [draft] if draft else (), symbol)
        balance = element.find("INVBAL")
        if balance is not None:
            row = MachineRow(1, {**leaves(balance), "DTASOF": asof}, options.today)
            cash = _cash(row, statement)
            gathered.take(row, [cash] if cash else ())
    return gathered.parsed()


def _position(row: MachineRow, statement: Statement) -> Draft | None:
    day, units = ofx_day(row, "DTASOF"), row.positive("UNITS")
    own = row.currency("CURSYM", required=False)
    if row.text("POSTYPE") == "SHORT":
        row.wrong("POSTYPE", "type_unknown", "A short position.", "Enter it by hand.", "SHORT")
    security = statement.security(row)
    if day is None or units is None or row.faults:
        return None
    return Draft(
        entry_type="OPENING_BALANCE",
        transaction_date=day,
        currency=own or statement.currency,
        account=statement.account,
        symbol=security.symbol,
        isin=security.isin,
        figi=security.figi,
        security_name=security.name,
        quantity=units,
        cost_basis=_cost(row, units),
        row=row.row,
    )


def _cost(row: MachineRow, units: Decimal) -> Decimal | None:
    """The total cost, if one reading of AVGCOSTBASIS is near today's worth and the other is not."""
    stated = row.number("AVGCOSTBASIS")
    price, value = row.number("UNITPRICE"), row.number("MKTVAL")
    if not stated or not price or not value or stated < 0:
        return None
    per_share, in_all = _near(stated, abs(price)), _near(stated, abs(value))
    if per_share == in_all:
        return None
    return half_even(stated * units, PLACES) if per_share else stated


def _near(stated: Decimal, worth: Decimal) -> bool:
    return worth < stated * NEAR and stated < worth * NEAR


def _cash(row: MachineRow, statement: Statement) -> Draft | None:
    day, cash = ofx_day(row, "DTASOF"), row.number("AVAILCASH", required=True)
    if day is None or not cash or row.faults:
        return None
    return Draft(
        entry_type="OPENING_BALANCE",
        transaction_date=day,
        currency=statement.currency,
        account=statement.account,
        gross_amount=cash,
        narration="Cash",
        row=None,
    )

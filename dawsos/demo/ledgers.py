"""The sample ledgers: short hand-written plans, filled in from the bundled market data.

A plan (`trades_*.csv`) says on which day somebody bought how much of what. Everything else in a
ledger file follows from real data: the price is the day's raw close, the rate the day's ECB cross
rate, and splits and dividends are those that a holder would have seen. Pure; `tools/
build_demo_ledgers.py` writes the result, and a test proves that it gives the same bytes.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

from dawsos.demo.portfolios import DEMO_ASOF, LEDGERS
from dawsos.demo.tape import closes, fixing, sessions, settlement_date
from market.providers import bundled
from market.providers.bundled import Dividend, Split

COLUMNS: Final = (
    "date,type,symbol,exchange,quantity,price,gross_amount,fees,taxes,net_amount,currency,fx_rate,"
    "settlement_date,ex_date,pay_date,account,new_shares,old_shares,cost_basis,external_id,"
    "narration,estimated_reason,to_amount,to_currency"
).split(",")
PLANS: Final = {
    "ledger_demo.csv": "trades_ledger_demo.csv",
    "home_bias.csv": "trades_home_bias.csv",
}
CUSTODY_FEES: Final = {"ledger_demo.csv": Decimal("35.00"), "home_bias.csv": None}

COMMISSION: Final = Decimal("9.95")
WITHHOLDING: Final = Decimal("0.15")
CENT: Final = Decimal("0.01")
FIRST_OF_A_DAY: Final = ("SPLIT", "DIVIDEND")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a plan: a quantity of a symbol, or an amount of a currency."""

    day: date
    kind: str
    symbol: str
    quantity: Decimal
    amount: Decimal
    currency: str
    narration: str


def read_plan(path: Path) -> list[Planned]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Planned(
                day=date.fromisoformat(row["date"]),
                kind=row["type"],
                symbol=row["symbol"],
                quantity=Decimal(row["quantity"] or 0),
                amount=Decimal(row["amount"] or 0),
                currency=row["currency"],
                narration=row["narration"],
            )
            for row in csv.DictReader(stream)
        ]


def build_ledger(name: str) -> str:
    """The text of the ledger file of that name."""
    plan = read_plan(LEDGERS / PLANS[name])
    rows = [planned_row(line) for line in plan]
    rows += custody_fees(plan[0].day, CUSTODY_FEES[name])
    rows += corporate_actions(plan)
    rows.sort(key=lambda row: (row["date"], row["type"] not in FIRST_OF_A_DAY))
    return as_csv(identified(rows))


def as_csv(rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def identified(rows: Iterable[Row]) -> Iterator[Row]:
    """Each row with an identifier that later additions to the plan do not change."""
    seen: set[str] = set()
    for row in rows:
        parts = ("sample", row["date"], row["type"], row.get("symbol") or row["currency"])
        identifier = "-".join(parts).lower()
        if identifier in seen:
            raise ValueError(f"Two entries are called {identifier}.")
        seen.add(identifier)
        yield row | {"external_id": identifier}


# What was planned


def planned_row(line: Planned) -> Row:
    row = {"date": line.day.isoformat(), "type": line.kind, "narration": line.narration}
    if line.kind in ("BUY", "SELL"):
        return row | trade(line)
    if line.kind == "FX_CONVERSION":
        return row | conversion(line)
    if line.kind == "OPENING_BALANCE":
        return row | listing(line.symbol) | {"quantity": str(line.quantity)}
    amount = f"{line.amount:.2f}"
    return row | money(line.currency, line.day) | {"gross_amount": amount, "net_amount": amount}


def trade(line: Planned) -> Row:
    """A purchase or sale at the day's raw close, with commission, settled three days later."""
    price = closes()[line.symbol, line.day]
    gross = cents(line.quantity * price)
    net = gross + COMMISSION if line.kind == "BUY" else gross - COMMISSION
    return (
        listing(line.symbol)
        | money("USD", line.day)
        | {
            "quantity": str(line.quantity),
            "price": str(price),
            "gross_amount": str(gross),
            "fees": str(COMMISSION),
            "net_amount": str(net),
            "settlement_date": settlement_date(line.day).isoformat(),
        }
    )


def conversion(line: Planned) -> Row:
    """CAD into USD or back at the day's cross rate, CAD per USD."""
    rate = fixing(line.day)
    to_usd = line.currency == "CAD"
    bought = cents(line.amount / rate if to_usd else line.amount * rate)
    return {
        "currency": line.currency,
        "fx_rate": str(rate),
        "gross_amount": f"{line.amount:.2f}",
        "net_amount": f"{line.amount:.2f}",
        "to_amount": str(bought),
        "to_currency": "USD" if to_usd else "CAD",
    }


def custody_fees(start: date, amount: Decimal | None) -> Iterator[Row]:
    """A fee in CAD on the last session of each quarter that ends before the demo's last day."""
    if amount is None:
        return
    days = [day for day in sessions() if start <= day < DEMO_ASOF]
    for day, following in pairwise(days):
        if day.month % 3 == 0 and following.month != day.month:
            yield {
                "date": day.isoformat(),
                "type": "FEE",
                "currency": "CAD",
                "gross_amount": str(amount),
                "net_amount": str(amount),
                "narration": "Custody fee of the quarter",
            }


# What a holder would have seen


def corporate_actions(plan: list[Planned]) -> Iterator[Row]:
    """Splits and dividends of the shares held at the open of each ex-date."""
    events = [event for event in bundled.corporate_actions() if event.ex_date < DEMO_ASOF]
    for event in events:
        held = quantity_at_open(event.symbol, event.ex_date, plan)
        if held:
            yield split(event) if isinstance(event, Split) else dividend(event, held)


def quantity_at_open(symbol: str, day: date, plan: Iterable[Planned]) -> Decimal:
    """Shares held when `day` opens: all trades and splits before it, and a split of that day
    does not count yet."""
    splits = [
        event
        for event in bundled.corporate_actions()
        if isinstance(event, Split) and event.symbol == symbol and event.ex_date < day
    ]
    held = Decimal(0)
    for line in plan:
        if line.symbol == symbol and line.day < day:
            signed = -line.quantity if line.kind == "SELL" else line.quantity
            for event in splits:
                if event.ex_date > line.day:
                    signed = signed * event.new_shares / event.old_shares
            held += signed
    return held


def split(event: Split) -> Row:
    return {
        "date": event.ex_date.isoformat(),
        "type": "SPLIT",
        "symbol": event.symbol,
        "exchange": event.exchange,
        "new_shares": str(event.new_shares),
        "old_shares": str(event.old_shares),
        "narration": f"{event.new_shares} for {event.old_shares}",
    }


def dividend(event: Dividend, held: Decimal) -> Row:
    """Booked on the ex-date; the rate is that of the day cash moves, if the demo knows it."""
    gross = cents(held * event.amount)
    taxes = cents(gross * WITHHOLDING)
    moves = event.pay_date or event.ex_date
    known = money("USD", moves) if moves <= DEMO_ASOF else {"currency": "USD"}
    return (
        listing(event.symbol)
        | known
        | {
            "date": event.ex_date.isoformat(),
            "type": "DIVIDEND",
            "quantity": plain(held),
            "price": str(event.amount),
            "gross_amount": str(gross),
            "taxes": str(taxes),
            "net_amount": str(gross - taxes),
            "ex_date": event.ex_date.isoformat(),
            "pay_date": event.pay_date.isoformat() if event.pay_date else "",
            "narration": "US withholding tax of 15%",
            "estimated_reason": "" if event.pay_date else "pay_date_unknown",
        }
    )


# Cells


def listing(symbol: str) -> Row:
    facts = next(facts for facts in bundled.securities() if facts.symbol == symbol)
    return {"symbol": symbol, "exchange": facts.exchange, "currency": facts.currency}


def money(currency: str, day: date) -> Row:
    """The currency of a row and, unless it is the base, the recorded rate."""
    return {"currency": currency} | ({} if currency == "CAD" else {"fx_rate": str(fixing(day))})


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    return format(number.normalize(), "f")

"""Whole ledgers of a few entries: booked, valued on a day and over several (the house's cases).

An entry is given by the names of its fields, with texts for numbers and days. A day is {date,
prices {security: [close, currency, the close's own day where it is older]}, rates {currency:
base per 1 of it}}. The base currency is CAD.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.booking import book
from portfolios.calc.entitlement import after_ratio, payout
from portfolios.calc.entries import BookingSettings, Entry, EntryType
from portfolios.calc.gain_parts import charged_by_day, gain_parts, nothing_before
from portfolios.calc.history import DayValue, value_history
from portfolios.calc.lots import Book
from portfolios.calc.marks import Mark, Marks, Rate, in_shares_of, splits_among
from portfolios.calc.replay import replay
from portfolios.calc.valuation import value_portfolio

BASE = "CAD"
_DAYS = frozenset(one.name for one in fields(Entry) if one.name.endswith("_date"))
_WHOLE = frozenset({"seq", "reverses"})
_NAMES = frozenset(
    "currency security account cash_account to_account to_currency to_security lot_label".split()
)


@golden("ledger.book")
def booked(inputs: Inputs) -> Answer:
    found = _book(inputs["entries"], inputs.get("days", ()))
    return {
        "accepted": [entry.seq for entry in found.accepted],
        "cash": {f"{account} {code}": money for (account, code), money in found.cash.items()},
        "open": [
            {
                "seq": lot.open_seq,
                "quantity": lot.quantity_open,
                "cost_basis": lot.cost_basis_local,
                "acquired": lot.acquisition_date,
            }
            for lot in found.open_lots
        ],
        "positions": [
            {"security": held.security, "account": held.account, "quantity": held.quantity}
            for held in found.positions
        ],
        "realized": [one.realized_pnl for one in found.closures],
    }


@golden("valuation.portfolio")
def valued(inputs: Inputs) -> Answer:
    day = _marks(inputs["day"])
    found = _book(inputs["entries"], [inputs["day"]])
    splits = splits_among(found.accepted)
    valuation = value_portfolio(found, in_shares_of(day.asof_date, day, splits))
    names = ("total_value", "positions_value", "cash_balance", "state", "coverage")
    return {
        **{name: getattr(valuation, name) for name in (*names, "coverage_by_cost")},
        "missing_prices": list(valuation.missing_prices),
        "positions": [
            {
                name: getattr(one, name)
                for name in ("security", "quantity", "price", "market_value", "weight", "state")
            }
            for one in valuation.positions
        ],
    }


@golden("valuation.history")
def history(inputs: Inputs) -> Answer:
    days = _history(_book(inputs["entries"], inputs["days"]), inputs["days"])
    names = ("asof_date", "total_value", "inflow", "outflow", "state")
    return {"days": [{name: getattr(day, name) for name in names} for day in days]}


@golden("returns.gain_parts")
def parts(inputs: Inputs) -> Answer:
    """Of a history that starts from nothing; the gain itself is given, as rule 8 reports it."""
    found = _book(inputs["entries"], inputs["days"])
    days = _history(found, inputs["days"])
    days = (nothing_before(days[0], days[0].asof_date - timedelta(days=1)), *days)
    charged = charged_by_day(found.accepted, found.journal, [day.asof_date for day in days])
    cut = gain_parts(days, charged, Decimal(inputs["gain"]))
    names = ("price", "income", "fees", "taxes", "fx")
    return {name: getattr(cut, name) for name in names} if cut else dict.fromkeys(names)


@golden("actions.payout")
def paid(inputs: Inputs) -> Answer:
    rate = inputs["rate"]
    found = payout(
        Decimal(inputs["quantity"]),
        Decimal(inputs["amount"]),
        None if rate is None else Decimal(rate),
        inputs["currency"],
    )
    return {"gross": found.gross, "withholding": found.withholding, "net": found.net}


@golden("actions.after_ratio")
def shares(inputs: Inputs) -> Answer:
    quantity, new, old = (Decimal(inputs[name]) for name in ("quantity", "new", "old"))
    return {"quantity": after_ratio(quantity, new, old)}


def _book(entries: Sequence[Mapping[str, Any]], days: Sequence[Mapping[str, Any]]) -> Book:
    """The book of a ledger at the rates of its days."""
    known = {day["date"]: day.get("rates", {}) for day in days}

    def rate(currency: str, on: date) -> Decimal | None:
        text = known.get(on.isoformat(), {}).get(currency)
        return None if text is None else Decimal(text)

    settings = BookingSettings(base_currency=BASE)
    asof = date.fromisoformat(days[-1]["date"]) if days else None
    return book([_entry(one) for one in entries], settings, rate, asof=asof)


def _entry(said: Mapping[str, Any]) -> Entry:
    values = {name: _value(name, said[name]) for name in said if name not in {"type", "date"}}
    return Entry(
        entry_type=EntryType(said["type"]),
        transaction_date=date.fromisoformat(said["date"]),
        **{"currency": BASE, **values},
    )


def _value(name: str, said: Any) -> Any:
    if name in _NAMES | _WHOLE:
        return said
    return date.fromisoformat(said) if name in _DAYS else Decimal(said)


def _marks(day: Mapping[str, Any]) -> Marks:
    """A close or rate from an earlier day is stale."""
    on = date.fromisoformat(day["date"])
    prices = {}
    for security, (close, currency, *older) in day.get("prices", {}).items():
        seen = date.fromisoformat(older[0]) if older else on
        prices[security] = Mark(Decimal(close), currency, seen, "stale" if older else "exact")
    rates = {code: Rate(Decimal(rate), on) for code, rate in day.get("rates", {}).items()}
    return Marks(on, BASE, prices, rates)


def _history(found: Book, days: Sequence[Mapping[str, Any]]) -> tuple[DayValue, ...]:
    marks = {one.asof_date: one for one in map(_marks, days)}
    return value_history(replay(found.journal, sorted(marks)), marks)

"""What the portfolio gained is what its parts explain, to the last digit.

    total_value(end) − total_value(start) − net_external_flows
        = realized_pnl + change of unrealized_pnl + income_net + interest_net + cash_fx_pnl
          − charges outside of all these

Charges outside: every fee and tax but those that are part of cost or proceeds (fees_in_cost,
taxes_in_cost) and those already taken off income and interest.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.tests.evaluation.documents import answer_to, deposit, document, entry, number

FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=60)
CURRENCIES = {"X": "USD", "Y": "USD", "E": "EUR"}

amounts = st.integers(1, 100_000).map(lambda cents: str(Decimal(cents) / 100))
charges = st.integers(0, 500).map(lambda cents: str(Decimal(cents) / 100))
days = st.integers(0, 59).map(lambda n: (FIRST + timedelta(days=n)).isoformat())


@st.composite
def transactions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            "BUY BUY BUY SELL SELL DIVIDEND DEPOSIT WITHDRAWAL FEE TAX INTEREST INTEREST_CHARGE "
            "FEE_REFUND FX_CONVERSION DELIVERY_IN DELIVERY_OUT".split()
        )
    )
    symbol = draw(st.sampled_from(list(CURRENCIES)))
    said = entry(kind, draw(days), currency=CURRENCIES[symbol], fees=draw(charges))
    if kind in ("BUY", "SELL", "DELIVERY_IN", "DELIVERY_OUT"):
        said |= {"symbol": symbol, "quantity": draw(amounts), "taxes": draw(charges)}
        if kind in ("BUY", "SELL"):
            return {**said, "price": draw(amounts)}
        return {**said, "net_amount": draw(amounts), "fees": "0", "taxes": "0"}
    said["gross_amount"] = draw(amounts)
    if kind == "DIVIDEND":
        return {**said, "symbol": symbol, "taxes": draw(charges)}
    if kind == "FX_CONVERSION":
        return {**said, "currency": "USD", "to_currency": "EUR", "to_amount": draw(amounts)}
    return {**said, "fees": "0"}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    every_ten = [FIRST + timedelta(days=n) for n in range(0, 61, 10)]
    policy = {
        "cost_method": draw(st.sampled_from(["FIFO", "LIFO", "HIFO", "AVERAGE"])),
        "fees_in_cost": draw(st.booleans()),
        "taxes_in_cost": draw(st.booleans()),
        "cash_tracked": draw(st.booleans()),
        "allow_short": draw(st.booleans()),
        "lot_scope": draw(st.sampled_from(["account", "portfolio"])),
    }
    return document(
        deposit(FIRST.isoformat(), "1000"),
        *draw(st.lists(transactions(), max_size=25)),
        asof=LAST.isoformat(),
        policy=policy,
        prices=[
            {"symbol": symbol, "date": day.isoformat(), "close": draw(amounts)}
            for symbol in CURRENCIES
            for day in every_ten
        ],
        fx=[
            {"pair": "EUR/USD", "date": day.isoformat(), "rate": str(draw(st.integers(5, 20)) / 10)}
            for day in every_ten
        ],
        corporate_actions=[
            {
                "type": "SPLIT", "symbol": "X", "date": draw(days), "new_shares": "2",
                "old_shares": "1",
            }
        ],
    )  # fmt: skip


def total(said: Any, name: str) -> Decimal:
    return number(said["totals"][name])


def explained(said: Any, before: Any, policy: dict[str, Any], outside: Decimal) -> Decimal:
    parts = ("realized_pnl", "income_net", "interest_net", "cash_fx_pnl")
    change = total(said, "unrealized_pnl") - total(before, "unrealized_pnl")
    return sum((total(said, name) for name in parts), change) - outside


def outside_of(said: dict[str, Any], accepted: set[int], after: str) -> Decimal:
    """The charges that no other figure holds, from the transactions themselves, in USD."""
    policy = said["policy"]
    rate = {row["date"]: Decimal(row["rate"]) for row in said["fx"]}
    found = Decimal(0)
    for one in said["transactions"]:
        if one["seq"] not in accepted or one["date"] <= after:
            continue
        known = max(day for day in rate if day <= one["date"])
        to_base = rate[known] if one["currency"] == "EUR" else Decimal(1)
        fees, taxes = (Decimal(one.get(name, "0")) for name in ("fees", "taxes"))
        gross = Decimal(one.get("gross_amount", "0"))
        kind = one["type"]
        if kind in ("BUY", "SELL"):
            fees = Decimal(0) if policy["fees_in_cost"] else fees
            taxes = Decimal(0) if policy["taxes_in_cost"] else taxes
            found += (fees + taxes) * to_base
        elif kind in ("FEE", "TAX"):
            found += gross * to_base
        elif kind == "FEE_REFUND":
            found -= gross * to_base
        elif kind == "FX_CONVERSION":
            found += fees * to_base
    return found


@settings(max_examples=150, deadline=None)
@given(said=documents(), start=st.sampled_from([None, 15, 40]))
def test_the_gain_is_explained_to_the_last_digit(said: dict[str, Any], start: int | None) -> None:
    begin = FIRST - timedelta(days=1) if start is None else FIRST + timedelta(days=start)
    asked = {**said, "period_start": begin.isoformat()}
    end, before = answer_to(asked), answer_to({**said, "asof": begin.isoformat()})
    refused = {one["seq"] for one in end["problems"]}
    accepted = {one["seq"] for one in said["transactions"]} - refused
    gained = total(end, "total_value") - total(before, "total_value")
    gained -= total(end, "net_external_flows")
    outside = outside_of(said, accepted, begin.isoformat())
    parts = explained(end, before, said["policy"], outside)
    assert abs(gained - parts) < Decimal("1E-9")


@settings(max_examples=60, deadline=None)
@given(said=documents())
def test_the_order_of_the_list_does_not_matter(said: dict[str, Any]) -> None:
    shuffled = {**said, "transactions": said["transactions"][::-1]}
    straight, reverse = answer_to(said), answer_to(shuffled)
    for part in ("totals", "lots", "returns"):
        assert straight[part] == reverse[part]

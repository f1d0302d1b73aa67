"""Shares and cash by the plain replay that needs no lots."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CarriedLot, Entry, EntryType, LotScope
from portfolios.calc.plain_replay import replay, replay_at
from portfolios.calc.plain_state import Replayed

DAY = date(2024, 1, 2)


def entry(seq: int, kind: str, day: int = 2, **said: Any) -> Entry:
    numbers: dict[str, Any] = {
        name: Decimal(str(value)) if type(value) in {int, float} and name != "reverses" else value
        for name, value in said.items()
    }
    return Entry(
        seq=seq,
        entry_type=EntryType(kind),
        transaction_date=date(2024, 1, day),
        **({"currency": "USD"} | numbers),
    )


def held(*entries: Entry) -> Replayed:
    return replay(entries)


def test_trades_move_shares_and_cash() -> None:
    """1,000 − (10 · 20 + 1) + (4 · 25 − 1) = 898; 10 − 4 = 6 shares."""
    state = held(
        entry(1, "DEPOSIT", gross_amount=1000),
        entry(2, "BUY", security="A", quantity=10, price=20, fees=1),
        entry(3, "SELL", day=3, security="A", quantity=4, price=25, fees=1),
    )
    assert state.quantities == {("A", "main"): 6}
    assert state.cash == {("main", "USD"): 898}


def test_a_stated_net_amount_wins_over_the_product() -> None:
    state = held(entry(1, "BUY", security="A", quantity=3, price=3.333, net_amount=-10))
    assert state.cash == {("main", "USD"): -10}


def test_a_cancelled_entry_was_never_there_and_a_cancelled_reversal_neither() -> None:
    buy = entry(1, "BUY", security="A", quantity=10, price=1)
    undone = entry(2, "BUY", security="A", quantity=10, price=1, reverses=1)
    again = entry(3, "BUY", security="A", quantity=10, price=1, reverses=2)
    assert held(buy, undone).quantities == {}
    assert held(buy, undone, again).quantities == {("A", "main"): 10}


def test_a_split_counts_before_the_trades_of_its_day_whatever_its_number() -> None:
    """10 · 2 = 20, then 5 sold."""
    state = held(
        entry(1, "BUY", security="A", quantity=10, price=1),
        entry(2, "SELL", day=3, security="A", quantity=5, price=1),
        entry(3, "SPLIT", day=3, security="A", new_shares=2, old_shares=1),
    )
    assert state.quantities == {("A", "main"): 15}
    assert state.ratios == {"A"}


def test_fractions_that_are_not_held_become_cash() -> None:
    """15 · 1/10 = 1.5: one share, and half a share at 30."""
    state = held(
        entry(1, "OPENING_BALANCE", security="A", quantity=15),
        entry(2, "REVERSE_SPLIT", day=3, security="A", new_shares=1, old_shares=10, price=30),
    )
    assert state.quantities == {("A", "main"): 1}
    assert state.cash == {("main", "USD"): 15}


@pytest.mark.parametrize(
    ("kind", "said", "quantities"),
    [
        ("STOCK_DIVIDEND", {"new_shares": 1, "old_shares": 10}, {("A", "main"): 110}),
        (
            "SPINOFF",
            {"new_shares": 1, "old_shares": 4, "to_security": "B"},
            {("A", "main"): 100, ("B", "main"): 25},
        ),
        ("MERGER", {"new_shares": 1, "old_shares": 2, "to_security": "B"}, {("B", "main"): 50}),
        ("SYMBOL_CHANGE", {"to_security": "B"}, {("B", "main"): 100}),
        ("TRANSFER", {"quantity": 30, "to_account": "b"}, {("A", "main"): 70, ("A", "b"): 30}),
        ("DELIVERY_OUT", {"quantity": 30}, {("A", "main"): 70}),
        ("SHORT_SALE", {"quantity": 130, "net_amount": 0}, {("A", "main"): -30}),
    ],
)
def test_shares_change_hands_and_names(
    kind: str, said: dict[str, Any], quantities: dict[tuple[str, str], int]
) -> None:
    """From 100 A; no cash moves."""
    state = held(
        entry(1, "OPENING_BALANCE", security="A", quantity=100),
        entry(2, kind, day=3, security="A", **said),
    )
    assert state.quantities == quantities
    assert state.cash == {}


def test_a_merger_for_cash_pays_for_every_share() -> None:
    state = held(
        entry(1, "OPENING_BALANCE", security="A", quantity=100),
        entry(2, "MERGER", day=3, security="A", old_shares=1, price=7),
    )
    assert state.quantities == {}
    assert state.cash == {("main", "USD"): 700}


def test_lots_that_arrive_bring_their_shares() -> None:
    lots = (
        CarriedLot(quantity=Decimal(3), acquisition_date=DAY),
        CarriedLot(quantity=Decimal(4), acquisition_date=DAY),
    )
    state = held(entry(1, "TRANSFER_IN", security="A", carried_lots=lots))
    assert state.quantities == {("A", "main"): 7}
    assert state.cash == {}


def test_money_goes_from_purse_to_purse() -> None:
    """1,000 USD; 100 become 90 EUR; 50 USD move to the savings, from where 5 of interest come."""
    state = held(
        entry(1, "DEPOSIT", gross_amount=1000),
        entry(2, "FX_CONVERSION", gross_amount=100, to_amount=90, to_currency="EUR"),
        entry(3, "CASH_TRANSFER", net_amount=-50, to_account="savings"),
        entry(4, "INTEREST", account="savings", gross_amount=5),
        entry(5, "FEE", gross_amount=2),
    )
    assert state.cash == {("main", "USD"): 848, ("main", "EUR"): 90, ("savings", "USD"): 55}
    assert state.cash_of("USD") == 903
    assert state.cash_of("USD", "savings") == 55


def test_a_dividend_is_cash_on_its_pay_date_and_a_day_is_a_close() -> None:
    entries = [
        entry(1, "BUY", security="A", quantity=10, price=1),
        entry(2, "DIVIDEND", day=5, security="A", gross_amount=3, pay_date=date(2024, 1, 9)),
    ]
    days = [date(2024, 1, day) for day in (1, 2, 8, 9)]
    cash = [state.cash_of("USD") for state in replay_at(entries, days).values()]
    assert cash == [0, -10, -10, -7]


KINDS = (
    "BUY BUY BUY SELL SELL DIVIDEND DRIP DEPOSIT WITHDRAWAL FEE INTEREST FX_CONVERSION SPLIT "
    "REVERSE_SPLIT TRANSFER CASH_TRANSFER DELIVERY_IN SHORT_SALE COVER OPENING_BALANCE"
).split()


def any_entry(dice: random.Random, seq: int) -> Entry:
    """Something that happens in one of two accounts to one of two securities."""
    kind = dice.choice(KINDS)
    accounts = ["main", "other"]
    said: dict[str, Any] = {
        "account": dice.choice(accounts),
        "gross_amount": dice.randint(1, 900),
        "fees": dice.randint(0, 2),
    }
    if kind in {"BUY", "SELL", "DRIP", "SHORT_SALE", "COVER", "DELIVERY_IN", "OPENING_BALANCE"}:
        said["quantity"] = dice.randint(1, 40)
    if kind in {"SPLIT", "REVERSE_SPLIT"}:
        said = {"new_shares": dice.choice((2, 3)), "old_shares": dice.choice((1, 2))}
        said |= {"price": 7} if dice.random() < 0.5 else {}
    if kind == "TRANSFER":
        source = dice.choice(accounts)
        accounts.remove(source)
        said = {"quantity": dice.randint(1, 9), "account": source, "to_account": accounts[0]}
    if kind == "CASH_TRANSFER":
        said = {"net_amount": -dice.randint(1, 50), "to_account": "other"}
    if kind == "FX_CONVERSION":
        said |= {"to_amount": dice.randint(1, 90), "to_currency": "EUR"}
    if kind in {"DEPOSIT", "WITHDRAWAL", "CASH_TRANSFER", "FX_CONVERSION", "FEE"}:
        said |= {"fees": 0}
    elif kind != "INTEREST":
        # Shorts have a security of their own: what is long and short at once, and moves, is left
        # to booking.
        said["security"] = "S" if kind in {"SHORT_SALE", "COVER"} else dice.choice("AB")
    if kind == "DIVIDEND":  # a ledger's row always states its effect on cash
        said |= {"pay_date": date(2024, 2, dice.randint(1, 9)), "net_amount": 5, "gross_amount": 7}
    return entry(seq, kind, day=dice.randint(2, 28), **said)


@pytest.mark.parametrize("scope", list(LotScope))
@pytest.mark.parametrize("seed", range(60))
def test_booking_and_the_plain_replay_agree(seed: int, scope: LotScope) -> None:
    """Whatever booking accepts of forty random entries leaves the same shares and cash."""
    dice = random.Random(seed)
    settings = BookingSettings(base_currency="USD", lot_scope=scope, allow_short=True)
    ledger = [any_entry(dice, seq) for seq in range(1, 41)]
    booked = book(ledger, settings, lambda _currency, _on: Decimal(1))
    apart = scope is LotScope.ACCOUNT
    state = replay(booked.accepted, by_account=apart)

    lots: dict[Any, Decimal] = {}
    for lot in booked.lots:
        place = lot.security, lot.account if apart else ""
        lots[place] = lots.get(place, Decimal(0)) + lot.quantity_open * (-1 if lot.is_short else 1)
    for (security, account), quantity in lots.items():
        assert abs(state.quantity_of(security, account) - quantity) < Decimal("0.000001")
    for currency in ("USD", "EUR"):
        cash = sum(money for (_, code), money in booked.cash.items() if code == currency)
        assert abs(state.cash_of(currency) - cash) < Decimal("0.01") * 3
    assert len(booked.accepted) > 10

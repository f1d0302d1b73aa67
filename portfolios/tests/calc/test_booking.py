"""Booking as a specification: small ledgers, the arithmetic beside them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, LotScope
from portfolios.calc.lots import Book
from portfolios.exceptions import UnsupportedCostMethod
from portfolios.tests.calc.histories import trading_ledgers
from portfolios.tests.calc.ledgers import CAD, decimals, entry, fixed, no_rates

USD_AT_136 = fixed(USD="1.36")


def buy(seq: int, on: str, quantity: str, price: str, **more: Any) -> Entry:
    return entry(seq, "BUY", on, security="X", quantity=quantity, price=price, **more)


def sell(seq: int, on: str, quantity: str, price: str, **more: Any) -> Entry:
    return entry(seq, "SELL", on, security="X", quantity=quantity, price=price, **more)


def booked(*ledger: Entry, settings: BookingSettings = CAD, asof: str | None = None) -> Book:
    day = date.fromisoformat(asof) if asof else None
    return book(ledger, settings, USD_AT_136, asof=day)


def codes(book_: Book) -> list[str]:
    return [problem.code for problem in book_.problems]


# --- what things cost ------------------------------------------------------------------------


def test_a_lot_keeps_the_rate_of_its_trade_date() -> None:
    # 100 × 150 × 1.35 = 20,250
    ledger = [
        entry(1, "BUY", "2024-01-05", "USD", security="AAPL", quantity="100", price="150",
              fx_rate="1.35"),
    ]  # fmt: skip
    (lot,) = booked(*ledger).lots
    assert (lot.cost_basis_local, lot.cost_basis) == (Decimal(15000), Decimal(20250))
    assert lot.fx_rate == Decimal("1.35")  # the recorded rate beats the table's 1.36


def test_a_sale_splits_into_price_currency_and_cross() -> None:
    # 50 @ 180 × 1.36 = 12,240, less 50 × 150 × 1.34 = 10,050, is 2,190:
    # price 1,500·1.34 = 2,010, currency 7,500·0.02 = 150, cross 1,500·0.02 = 30
    ledger = [
        entry(1, "BUY", "2024-01-05", "USD", security="AAPL", quantity="100", price="150",
              fx_rate="1.34"),
        entry(2, "SELL", "2024-06-05", "USD", security="AAPL", quantity="50", price="180"),
    ]  # fmt: skip
    (closure,) = booked(*ledger).closures
    assert closure.realized_pnl == Decimal(2190)
    assert (closure.price_pnl, closure.fx_pnl, closure.cross_pnl) == decimals(2010, 150, 30)


@pytest.mark.parametrize(
    ("in_cost", "cost", "gain"),
    [
        (True, "1010", "980"),  # 1,000 + 10; 2,000 − 10 − 1,010
        (False, "1000", "1000"),  # neither side: 2,000 − 1,000
    ],
)
def test_fees_belong_to_cost_on_both_sides_or_on_neither(
    in_cost: bool, cost: str, gain: str
) -> None:
    choice = BookingSettings(base_currency="CAD", fees_in_cost=in_cost)
    bought = booked(buy(1, "2024-01-05", "10", "100", fees="10"), settings=choice)
    sold = booked(
        buy(1, "2024-01-05", "10", "100", fees="10"),
        sell(2, "2024-01-08", "10", "200", fees="10"),
        settings=choice,
    )
    assert bought.lots[0].cost_basis == Decimal(cost)
    assert sold.realized_pnl == Decimal(gain)
    assert sold.cash["main", "CAD"] == Decimal(980)  # cash is the same: −1,010 + 1,990


def test_taxes_follow_their_own_setting() -> None:
    choice = BookingSettings(base_currency="CAD", taxes_in_cost=False)
    lot = booked(buy(1, "2024-01-05", "10", "100", fees="1", taxes="5"), settings=choice).lots[0]
    assert lot.cost_basis == Decimal(1001)


def test_the_gross_amount_beats_quantity_times_price() -> None:
    (lot,) = booked(buy(1, "2024-01-05", "3", "33.33", gross_amount="100")).lots
    assert lot.cost_basis == Decimal(100)


def test_a_trade_may_state_only_what_it_did_to_cash() -> None:
    ledger = entry(1, "BUY", "2024-01-05", security="X", quantity="10", fees="5", net_amount="-105")
    (lot,) = booked(ledger).lots
    assert lot.cost_basis == Decimal(105)  # 100 for the shares, 5 of fee


def test_the_last_part_of_a_lot_takes_what_is_left_of_its_cost() -> None:
    # 100 over three shares: 33.333333 + 33.333334 (of 66.666667) + 33.333333
    ledger = [buy(1, "2024-01-05", "3", "0", gross_amount="100")]
    ledger += [sell(seq, f"2024-01-0{seq + 5}", "1", "40") for seq in (2, 3, 4)]
    costs = [closure.cost_local for closure in booked(*ledger).closures]
    assert costs == [Decimal("33.333333"), Decimal("33.333334"), Decimal("33.333333")]
    assert sum(cost for cost in costs if cost is not None) == 100


# --- orders and scopes -----------------------------------------------------------------------


@pytest.mark.parametrize("method", [CostMethod.AVERAGE, CostMethod.SPECIFIC])
def test_a_method_that_is_not_an_order_is_refused_by_name(method: CostMethod) -> None:
    with pytest.raises(UnsupportedCostMethod, match=method):
        booked(settings=BookingSettings(base_currency="CAD", cost_method=method))


def test_within_an_account_only_its_own_lots_are_sold() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100", account="a"),
        buy(2, "2024-01-06", "10", "200", account="b"),
        sell(3, "2024-01-08", "5", "300", account="b"),
    ]
    apart = BookingSettings(base_currency="CAD", lot_scope=LotScope.ACCOUNT)
    assert booked(*ledger).closures[0].open_seq == 1  # the oldest of the portfolio
    assert booked(*ledger, settings=apart).closures[0].open_seq == 2


def test_highest_cost_first_leaves_unknown_costs_for_last() -> None:
    ledger = [
        entry(1, "OPENING_BALANCE", "2024-01-01", security="X", quantity="10"),
        buy(2, "2024-01-05", "10", "1"),
        sell(3, "2024-01-08", "10", "2"),
    ]
    hifo = BookingSettings(base_currency="CAD", cost_method=CostMethod.HIFO)
    assert booked(*ledger, settings=hifo).closures[0].open_seq == 2


# --- splits ----------------------------------------------------------------------------------


def test_a_split_doubles_shares_and_keeps_cost_and_date() -> None:
    # 100 @ 500, 2:1 → 200 @ 250, total 50,000
    (lot,) = booked(
        buy(1, "2024-01-05", "100", "500"),
        entry(2, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1"),
    ).lots
    assert (lot.quantity_open, lot.quantity_original, lot.cost_basis) == decimals(200, 200, 50000)
    assert lot.acquisition_date == date(2024, 1, 5)


def test_a_split_comes_before_the_trades_of_its_day() -> None:
    # the 10 shares bought on the day of the split are already new ones
    (old, new) = booked(
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-02-01", "10", "50"),
        entry(3, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1"),
    ).lots
    assert (old.quantity_open, new.quantity_open) == decimals(20, 10)


def test_a_split_leaves_what_was_already_sold_alone() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-01-06", "10", "100"),
        sell(3, "2024-01-08", "15", "120"),
        entry(4, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1"),
    ]
    closed, partly = booked(*ledger).lots
    assert (closed.quantity_original, closed.quantity_open) == decimals(10, 0)
    assert (partly.quantity_original, partly.quantity_open) == decimals(20, 10)
    assert [closure.quantity for closure in booked(*ledger).closures] == [10, 5]


def test_a_split_of_nothing_changes_nothing() -> None:
    split = entry(1, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1")
    assert booked(split).problems == ()


def test_a_broker_s_own_cash_in_lieu_overrides_the_computed_one() -> None:
    # 3:2 on 5 shares leaves 7.5; the half is paid with 20.75, its cost 100·0.5/7.5 = 6.666667
    result = booked(
        buy(1, "2024-01-05", "5", "20"),
        entry(2, "SPLIT", "2024-02-01", security="X", new_shares="3", old_shares="2",
              gross_amount="20.75"),
    )  # fmt: skip
    assert result.positions[0].quantity == 7
    assert result.cash["main", "CAD"] == Decimal("-79.25")
    assert result.realized_pnl == Decimal("14.08")


def test_a_split_into_whole_shares_pays_nothing_in_lieu() -> None:
    result = booked(
        buy(1, "2024-01-05", "4", "20"),
        entry(2, "SPLIT", "2024-02-01", security="X", new_shares="3", old_shares="2", price="9"),
    )
    assert (result.positions[0].quantity, result.closures) == (Decimal(6), ())


def test_a_split_that_leaves_nothing_is_refused() -> None:
    ruin = entry(2, "SPLIT", "2024-02-01", security="X", new_shares="1", old_shares="1E+10")
    result = booked(buy(1, "2024-01-05", "10", "1"), ruin)
    assert codes(result) == ["invalid_number"]
    assert result.lots[0].quantity_open == 10


# --- opening balances ------------------------------------------------------------------------


def test_an_unknown_basis_stays_unknown_and_is_named() -> None:
    result = booked(
        entry(1, "OPENING_BALANCE", "2024-01-01", security="X", quantity="10"),
        sell(2, "2024-01-08", "4", "25"),
    )
    (closure,) = result.closures
    assert (closure.cost_local, closure.realized_pnl, result.realized_pnl) == (None, None, None)
    assert closure.proceeds_local == 100
    assert codes(result) == ["unknown_basis"]
    assert result.positions[0].cost_basis is None


def test_an_opening_balance_may_be_cash() -> None:
    result = booked(entry(1, "OPENING_BALANCE", "2024-01-01", gross_amount="500"))
    assert result.cash == {("main", "CAD"): Decimal(500)}


# --- cash and income -------------------------------------------------------------------------


def test_the_sample_ledger_balances_to_the_cent() -> None:
    # 100,000 − 20,100 − 20,100 − 12,000 − 6,000 + 32.64 + 46.24 + 120 + 76.80 + 12,240 − 50
    trades = [("20100", "AAPL", "100"), ("20100", "MSFT", "50"), ("12000", "RY", "100")]
    trades.append(("6000", "TD", "80"))
    ledger = [entry(1, "DEPOSIT", "2024-01-01", gross_amount="100000")]
    ledger += [
        entry(seq, "BUY", "2024-01-02", security=name, quantity=held, gross_amount=paid)
        for seq, (paid, name, held) in enumerate(trades, start=2)
    ]
    ledger += [
        entry(seq, "DIVIDEND", "2024-02-01", security="AAPL", gross_amount=paid)
        for seq, paid in enumerate(["32.64", "46.24", "120", "76.80"], start=10)
    ]
    ledger.append(
        entry(20, "SELL", "2024-03-01", security="AAPL", quantity="50", gross_amount="12240")
    )
    ledger.append(entry(21, "FEE", "2024-03-02", gross_amount="50"))
    result = booked(*ledger)
    assert result.cash == {("main", "CAD"): Decimal("54265.68")}
    assert result.problems == ()


DIVIDEND = entry(
    1, "DIVIDEND", "2024-08-15", "USD", security="AAPL", gross_amount="24.00", taxes="3.60",
    ex_date="2024-08-01", pay_date="2024-08-15",
)  # fmt: skip


@pytest.mark.parametrize(
    ("asof", "owed", "paid"),
    [
        ("2024-07-31", [], {}),
        ("2024-08-01", ["20.40"], {}),
        ("2024-08-14", ["20.40"], {}),
        ("2024-08-15", [], {("main", "USD"): "20.40"}),
    ],
)
def test_a_dividend_is_owed_from_ex_date_and_cash_on_pay_date(
    asof: str, owed: list[str], paid: dict[tuple[str, str], str]
) -> None:
    result = booked(DIVIDEND, asof=asof)
    assert [receivable.amount for receivable in result.receivables] == [*map(Decimal, owed)]
    assert result.cash == {key: Decimal(text) for key, text in paid.items()}


def test_a_dividend_counts_at_the_rate_of_its_pay_date() -> None:
    # 24 USD: right 24 · 1.36 = 32.64 on the pay date, wrong 24 · 1.34 = 32.16 on the ex-date
    def rates(currency: str, on: date) -> Decimal:
        return Decimal("1.36") if on == date(2024, 8, 15) else Decimal("1.34")

    gross = entry(
        1, "DIVIDEND", "2024-08-01", "USD", security="AAPL", gross_amount="24",
        ex_date="2024-08-01", pay_date="2024-08-15",
    )  # fmt: skip
    (income,) = book([gross], CAD, rates).income
    assert income.net_base == Decimal("32.64")
    assert book([gross], CAD, rates, asof=date(2024, 8, 14)).income == ()


def test_a_dividend_without_dates_is_cash_on_its_transaction_date() -> None:
    plain = entry(1, "DIVIDEND", "2024-08-15", security="RY", gross_amount="10")
    assert booked(plain, asof="2024-08-15").cash["main", "CAD"] == 10


def test_a_conversion_moves_cash_between_currencies() -> None:
    result = booked(
        entry(1, "FX_CONVERSION", "2024-01-05", gross_amount="1360", fees="5",
              to_amount="1000", to_currency="USD"),
    )  # fmt: skip
    assert result.cash == {("main", "CAD"): Decimal(-1365), ("main", "USD"): Decimal(1000)}


def test_fees_taxes_and_interest_move_cash_only() -> None:
    result = booked(
        entry(1, "INTEREST", "2024-01-05", gross_amount="10", taxes="1"),
        entry(2, "INTEREST", "2024-01-05", gross_amount="-3"),
        entry(3, "FEE", "2024-01-05", fees="2"),
        entry(4, "TAX", "2024-01-05", taxes="1"),
        entry(5, "WITHDRAWAL", "2024-01-05", gross_amount="1"),
    )
    assert result.cash == {("main", "CAD"): Decimal(2)}  # 9 − 3 − 2 − 1 − 1
    assert result.lots == ()


def test_a_purchase_without_a_stated_cash_effect_posts_whole_cents() -> None:
    # 1.5 × 33.33 = 49.995, posted half-up as 50.00; the lot keeps what it cost
    result = booked(buy(1, "2024-01-05", "1.5", "33.33"))
    assert result.cash["main", "CAD"] == Decimal("-50.00")
    assert result.lots[0].cost_basis == Decimal("49.995")


# --- mistakes --------------------------------------------------------------------------------


def test_selling_more_than_is_held_books_nothing_of_it() -> None:
    result = booked(buy(1, "2024-01-05", "10", "100"), sell(2, "2024-01-08", "11", "100"))
    assert codes(result) == ["insufficient_quantity"]
    assert result.closures == ()
    assert result.lots[0].quantity_open == 10
    assert result.cash["main", "CAD"] == -1000
    assert [accepted.seq for accepted in result.accepted] == [1]


def test_a_permitted_short_sale_is_refused_by_its_own_name() -> None:
    short = BookingSettings(base_currency="CAD", allow_short=True)
    assert codes(booked(sell(1, "2024-01-08", "1", "1"), settings=short)) == ["short_unsupported"]


def test_a_missing_rate_leaves_base_amounts_unknown() -> None:
    ledger = [
        entry(1, "BUY", "2024-01-05", "USD", security="X", quantity="10", price="10"),
        entry(2, "SELL", "2024-01-08", "USD", security="X", quantity="5", price="12"),
    ]
    result = book(ledger, CAD, no_rates)
    assert codes(result) == ["missing_rate", "missing_rate"]
    assert result.lots[0].cost_basis_local == 50
    assert result.lots[0].cost_basis is None
    assert result.closures[0].gain_local == 10
    assert result.closures[0].realized_pnl is None


def test_a_conversion_without_a_rate_moves_cash_of_unknown_worth() -> None:
    exchange = entry(
        1, "FX_CONVERSION", "2024-01-05", "USD", gross_amount="10", to_amount="9", to_currency="EUR"
    )
    result = book([exchange], CAD, no_rates)
    assert codes(result) == ["missing_rate"]
    assert [posting.crossing_base for posting in result.journal] == [None, None]


def test_one_security_is_not_booked_in_two_currencies() -> None:
    result = booked(
        buy(1, "2024-01-05", "10", "100"),
        entry(2, "SELL", "2024-01-08", "USD", security="X", quantity="5", price="80"),
    )
    again = entry(3, "BUY", "2024-01-09", "USD", security="X", quantity="5", price="80")
    assert codes(result) == ["currency_mismatch"]
    assert codes(booked(buy(1, "2024-01-05", "1", "1"), again)) == ["currency_mismatch"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        (buy(1, "2024-01-05", "0", "1"), "invalid_number", "quantity"),
        (buy(1, "2024-01-05", "NaN", "1"), "invalid_number", "quantity"),
        (buy(1, "2024-01-05", "1", "-1"), "invalid_number", "price"),
        (buy(1, "2024-01-05", "1E+16", "1"), "invalid_number", "quantity"),
        (buy(1, "2024-01-05", "1E-13", "1"), "invalid_number", "quantity"),
        (buy(1, "2024-01-05", "1E+14", "1E+14"), "invalid_number", "gross_amount"),
        (entry(1, "BUY", "2024-01-05", quantity="1", price="1"), "missing_field", "security"),
        (entry(1, "BUY", "2024-01-05", security="X", price="1"), "missing_field", "quantity"),
        (entry(1, "DEPOSIT", "2024-01-05"), "missing_field", "gross_amount"),
        (entry(1, "DEPOSIT", "2024-01-05", gross_amount="-1"), "invalid_number", "gross_amount"),
        (entry(1, "SPLIT", "2024-01-05", security="X"), "missing_field", "new_shares"),
        (entry(1, "FX_CONVERSION", "2024-01-05", gross_amount="1"), "missing_field", "to_amount"),
        (
            entry(1, "FX_CONVERSION", "2024-01-05", gross_amount="1", to_amount="1",
                  to_currency="CAD"),
            "invalid_currency",
            "to_currency",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_data_and_the_rest_is_booked(wrong: Entry, code: str, field: str) -> None:
    result = booked(wrong, entry(2, "DEPOSIT", "2024-01-05", gross_amount="7"))
    (problem,) = result.problems
    assert (problem.code, problem.seq, problem.field) == (code, 1, field)
    assert result.cash == {("main", "CAD"): Decimal(7)}


# --- order, reversal, rebuilding -------------------------------------------------------------


def test_a_reversal_leaves_nothing_of_what_it_reverses() -> None:
    kept = [buy(1, "2024-01-05", "10", "100"), sell(2, "2024-01-09", "4", "120")]
    undone = [
        buy(3, "2024-01-04", "5", "90"),
        buy(4, "2024-01-10", "5", "90", reverses=3),
    ]
    with_both, without = booked(*kept, *undone), booked(*kept)
    assert with_both == without


def test_a_reversed_reversal_restores_the_entry() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-01-05", "10", "100", reverses=1),
        buy(3, "2024-01-05", "10", "100", reverses=2),
    ]
    assert [lot.open_seq for lot in booked(*ledger).lots] == [1]


@pytest.mark.parametrize(("target", "code"), [(9, "unknown_entry"), (1, "already_reversed")])
def test_a_reversal_names_one_earlier_entry_once(target: int, code: str) -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-01-05", "10", "100", reverses=target),
        buy(3, "2024-01-05", "10", "100", reverses=1),
    ]
    assert codes(booked(*ledger)) == [code]


def test_a_number_used_twice_is_left_out_the_second_time() -> None:
    result = booked(buy(1, "2024-01-05", "10", "100"), buy(1, "2024-01-06", "20", "100"))
    assert codes(result) == ["duplicate_seq"]
    assert result.positions[0].quantity == 10


def test_a_back_dated_purchase_is_sold_first() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        sell(2, "2024-01-09", "5", "120"),
        buy(3, "2024-01-04", "10", "80"),
    ]
    assert booked(*ledger).closures[0].open_seq == 3


def shape(result: Book) -> list[object]:
    """A book without its sequence numbers."""
    lots = [(lot.acquisition_date, lot.quantity_open, lot.cost_basis) for lot in result.lots]
    closed = [(part.close_date, part.quantity, part.realized_pnl) for part in result.closures]
    return [lots, closed, result.cash]


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.data())
def test_back_dated_is_as_if_it_had_been_there_from_the_start(
    ledger: list[Entry], data: st.DataObject
) -> None:
    # numbering entries by date, or writing one of them last with the highest number, is the same
    # whenever no other entry shares its day
    spread = [one for index, one in enumerate(ledger) if index < 2 or index % 3 == 0]
    unique = {one.transaction_date: one for one in spread}
    ordered = list(unique.values())
    late = data.draw(st.sampled_from(ordered))
    back_dated = [one for one in ordered if one is not late] + [replace(late, seq=999)]
    assert shape(booked(*back_dated)) == shape(booked(*ordered))


@settings(max_examples=50, deadline=None)
@given(trading_ledgers())
def test_cost_is_conserved_through_any_trades_and_splits(ledger: list[Entry]) -> None:
    # what was paid for shares is either still in a lot or in a closure, to the last decimal
    result = booked(*ledger)
    paid = sum(
        (
            one.quantity * one.price + one.fees
            for one in result.accepted
            if one.entry_type == "BUY" and one.quantity and one.price
        ),
        Decimal(0),
    )
    held = sum((lot.cost_basis_local or Decimal(0) for lot in result.lots), Decimal(0))
    relieved = sum((part.cost_local or Decimal(0) for part in result.closures), Decimal(0))
    assert held + relieved == paid


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_writing_does_not_matter(ledger: list[Entry], shuffler: Random) -> None:
    shuffled = list(ledger)
    shuffler.shuffle(shuffled)
    assert booked(*shuffled) == booked(*ledger)


@settings(max_examples=50, deadline=None)
@given(trading_ledgers())
def test_parts_of_a_realised_result_sum_to_it(ledger: list[Entry]) -> None:
    for part in book(ledger, CAD, fixed(USD="1.36", EUR="1.47")).closures:
        assert part.price_pnl is not None
        assert part.fx_pnl is not None
        assert part.cross_pnl is not None
        assert part.price_pnl + part.fx_pnl + part.cross_pnl == part.realized_pnl


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.data())
def test_reversing_any_entry_is_as_if_it_had_never_been(
    ledger: list[Entry], data: st.DataObject
) -> None:
    undone = data.draw(st.sampled_from(ledger))
    reversal = replace(undone, seq=999, reverses=undone.seq)
    without = [one for one in ledger if one is not undone]
    assert booked(*ledger, reversal) == booked(*without)


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.integers(2, 10))
def test_a_split_and_its_reverse_leave_every_lot_as_it_was(ledger: list[Entry], ratio: int) -> None:
    there, back = {"new_shares": ratio, "old_shares": 1}, {"new_shares": 1, "old_shares": ratio}
    pair = [
        entry(997, "SPLIT", "2024-02-01", "USD", security="AAPL", **there),
        entry(998, "SPLIT", "2024-02-02", "USD", security="AAPL", **back),
    ]
    assert booked(*ledger, *pair).lots == booked(*ledger).lots

"""Booking as a specification: cash, income, and the mistakes a ledger may hold."""

from datetime import date
from decimal import Decimal

import pytest

from portfolios.calc.booking import book
from portfolios.calc.entries import Entry
from portfolios.tests.calc.ledgers import (
    CAD,
    booked,
    buy,
    codes,
    entry,
    no_rates,
    sell,
)

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


def test_a_trade_in_another_currency_than_the_lots_needs_a_rate_between_them() -> None:
    # 5 × 80 USD at 1.36 are 544 CAD, less 500 of cost
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        entry(2, "SELL", "2024-01-08", "USD", security="X", quantity="5", price="80"),
    ]
    converted, refused = booked(*ledger), book(ledger, CAD, no_rates)
    assert (converted.problems, converted.realized_pnl) == ((), Decimal(44))
    assert converted.cash["main", "USD"] == 400
    assert codes(refused) == ["currency_mismatch"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        (buy(1, "2024-01-05", "0", "1"), "invalid_number", "quantity"),
        (buy(1, "2024-01-05", "NaN", "1"), "invalid_number", "quantity"),
        (buy(1, "2024-01-05", "1", "-1"), "invalid_number", "price"),
        (buy(1, "2024-01-05", "1E+16", "1"), "invalid_number", "quantity"),
        (
            entry(
                1, "BUY", "2024-01-05", "USD", security="X", quantity="10", price="9E+13",
                fx_rate="9E+14",
            ),
            "invalid_number",
            "fx_rate",
        ),
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

"""Events of a security as a specification: nothing they say is lost, no mistake stops the rest."""

from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CostFx, CostMethod, Entry, LotScope, Treatment
from portfolios.calc.lots import Book
from portfolios.calc.plain_replay import replay
from portfolios.tests.calc.ledgers import booked, buy, codes, decimals, entry, no_rates, sell

CARRIED: dict[str, Any] = {"jurisdiction": "US", "treatment": Treatment.CARRY_OVER}
TAXED: dict[str, Any] = {"jurisdiction": "US", "treatment": Treatment.TAXABLE}
APART = BookingSettings(base_currency="CAD", lot_scope=LotScope.ACCOUNT)
CURRENT = BookingSettings(base_currency="CAD", cost_fx=CostFx.CURRENT)
AVERAGE = BookingSettings(base_currency="CAD", cost_method=CostMethod.AVERAGE)


def event(kind: str, new: str, old: str, **more: Any) -> Entry:
    if kind in {"SPINOFF", "MERGER"}:
        more["to_security"] = "Y"
    return entry(9, kind, "2024-02-01", security="X", new_shares=new, old_shares=old, **more)


def held(result: Book) -> dict[Any, Decimal]:
    """Shares by security, over the accounts."""
    shares: dict[Any, Decimal] = {}
    for position in result.positions:
        before = shares.get(position.security, Decimal(0))
        shares[position.security] = before + position.quantity
    return shares


def cash(result: Book) -> Decimal:
    return sum(result.cash.values(), Decimal(0))


# --- charges and cash ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("REVERSE_SPLIT", {}),
        ("SPLIT", {"net_amount": "-38"}),  # what it did to cash, and that was its fee
        ("STOCK_DIVIDEND", CARRIED),
        ("SPINOFF", {"cost_fraction": "0.2", **CARRIED}),
        ("MERGER", CARRIED),
        ("RETURN_OF_CAPITAL", {"gross_amount": "0"}),
        ("SYMBOL_CHANGE", {"to_security": "Y"}),
    ],
)
def test_what_an_event_charges_is_paid(kind: str, more: dict[str, Any]) -> None:
    # 2,000 − 1,000 − 38 = 962
    result = booked(
        entry(1, "DEPOSIT", "2024-01-05", gross_amount="2000"),
        buy(2, "2024-01-05", "100", "10"),
        event(kind, "1", "10", fees="30", taxes="8", **more),
    )
    assert codes(result) == []
    assert cash(result) == replay(result.accepted).cash_of("CAD") == 962


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("SPLIT", {}),
        ("STOCK_DIVIDEND", CARRIED),
        ("STOCK_DIVIDEND", {"gross_amount": "5", **TAXED}),
        ("SPINOFF", {"cost_fraction": "0.2", **CARRIED}),
        ("MERGER", {"price": "3", "to_price": "4", **TAXED}),
        ("RETURN_OF_CAPITAL", {"price": "5"}),
        ("SYMBOL_CHANGE", {"to_security": "Y"}),
    ],
)
def test_charges_are_paid_where_nothing_is_held(kind: str, more: dict[str, Any]) -> None:
    result = booked(event(kind, "1", "10", fees="38", account="b", **more))
    assert codes(result) == []
    assert result.cash == {("b", "CAD"): Decimal(-38)}
    assert replay(result.accepted).cash_of("CAD", "b") == -38


def test_charges_of_a_split_go_over_the_accounts_that_hold_it() -> None:
    # 30 and 10 shares: 6 and 2 of 8, out of 300 and 100 paid for them
    result = booked(
        buy(1, "2024-01-05", "30", "10", account="a"),
        buy(2, "2024-01-05", "10", "10", account="b"),
        event("SPLIT", "2", "1", fees="8"),
    )
    assert result.cash == {("a", "CAD"): Decimal(-306), ("b", "CAD"): Decimal(-102)}


@pytest.mark.parametrize(
    "paid",
    [
        {"net_amount": "5"},
        {"price": "10"},
        {"net_amount": "5", "gross_amount": "110"},
    ],
    ids=["stated", "at a price", "beside what was declared"],
)
def test_the_fraction_of_a_stock_dividend_that_did_not_come_was_paid(paid: dict[str, Any]) -> None:
    # 105 · 1/10 = 10.5 of which 10 came; the half costs 1,050 · 0.5/115.5 = 4.545455, gains 0.45
    dividend = event("STOCK_DIVIDEND", "1", "10", quantity="10", **paid, **CARRIED)
    result = booked(buy(1, "2024-01-05", "105", "10"), dividend)
    (closure,) = result.closures
    assert (closure.quantity, closure.realized_pnl) == (Decimal("0.5"), Decimal("0.45"))
    assert held(result) == {"X": 115}
    plain = replay(result.accepted)
    assert cash(result) == plain.cash_of("CAD") == -1045
    assert plain.quantity_of("X") == 115


@pytest.mark.parametrize("law", [CARRIED, {"gross_amount": "110", **TAXED}])
def test_a_stock_dividend_with_a_price_leaves_no_fraction(law: dict[str, Any]) -> None:
    # 105 + 10.5 = 115.5: the half is paid with 10 · 0.5
    dividend = event("STOCK_DIVIDEND", "1", "10", price="10", **law)
    result = booked(buy(1, "2024-01-05", "105", "10"), dividend)
    assert (held(result)["X"], cash(result)) == decimals(115, -1045)
    plain = replay(result.accepted)
    assert (plain.quantity_of("X"), plain.cash_of("CAD")) == decimals(115, -1045)


def test_what_a_stock_dividend_was_declared_at_is_no_price_of_its_fraction() -> None:
    # nothing says that the half of 10.5 did not come
    dividend = event("STOCK_DIVIDEND", "1", "10", gross_amount="110", **CARRIED)
    result = booked(buy(1, "2024-01-05", "105", "10"), dividend)
    assert (held(result)["X"], cash(result)) == decimals("115.5", -1050)
    assert replay(result.accepted).quantity_of("X") == Decimal("115.5")


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"quantity": "11"}, "invalid_number", "quantity"),
        ({"quantity": "10"}, "missing_field", "net_amount"),
    ],
)
def test_a_stock_dividend_that_does_not_add_up_is_named(
    said: dict[str, Any], code: str, field: str
) -> None:
    dividend = event("STOCK_DIVIDEND", "1", "10", **said, **CARRIED)
    result = booked(buy(1, "2024-01-05", "105", "10"), dividend)
    assert [(one.code, one.field) for one in result.problems] == [(code, field)]
    assert held(result) == {"X": 105}


def test_a_split_may_say_what_it_paid_as_its_effect_on_cash() -> None:
    # 5 · 3/2 = 7.5; the half for 20.75 + 1 of fees, of which 20.75 is left: −100 + 20.75
    result = booked(
        buy(1, "2024-01-05", "5", "20"), event("SPLIT", "3", "2", net_amount="20.75", fees="1")
    )
    assert (held(result)["X"], result.closures[0].proceeds_local) == decimals(7, "21.75")
    assert cash(result) == replay(result.accepted).cash_of("CAD") == Decimal("-79.25")


# --- fractions -------------------------------------------------------------------------------


def spun_off(*before: Entry, settings: BookingSettings = APART, **more: Any) -> Book:
    """A child for three parents, the child worth 30 and the parent 20: a third of the cost."""
    said = {"price": "20", "to_price": "30", **CARRIED, **more}
    return booked(*before, event("SPINOFF", "1", "3", **said), settings=settings)


def by_account(result: Book, security: str) -> dict[str, Decimal]:
    return {
        position.account: position.quantity
        for position in result.positions
        if position.security == security
    }


@pytest.mark.parametrize("scope", LotScope)
def test_each_account_is_paid_for_the_fraction_that_it_did_not_receive(scope: LotScope) -> None:
    # 10 · 1/3 = 3.33333333 in each: 3 came, and 20 were paid for both thirds
    bought = [
        buy(1, "2024-01-05", "10", "30", account="a"),
        buy(2, "2024-01-06", "10", "30", account="b"),
    ]
    choice = BookingSettings(base_currency="CAD", lot_scope=scope)
    result = spun_off(*bought, settings=choice, quantity="6", net_amount="20")
    assert by_account(result, "Y") == {"a": Decimal(3), "b": Decimal(3)}
    assert result.cash == {("a", "CAD"): Decimal(-290), ("b", "CAD"): Decimal(-290)}
    plain = replay(result.accepted, by_account=scope is LotScope.ACCOUNT)
    assert plain.quantity_of("Y") == 6
    if scope is LotScope.ACCOUNT:
        assert (plain.quantity_of("Y", "a"), plain.quantity_of("Y", "b")) == decimals(3, 3)


def test_a_fraction_that_did_not_come_is_of_the_shares_that_came() -> None:
    # 3.33333333 came at 300 · 1/3 = 100, so the third costs 10, whatever 7 others cost before
    old = entry(1, "BUY", "2023-01-05", security="Y", quantity="7", price="10")
    result = spun_off(old, buy(2, "2024-01-05", "10", "30"), quantity="3", net_amount="10")
    (closure,) = result.closures
    assert (closure.cost_local, closure.realized_pnl) == decimals(10, 0)
    assert held(result)["Y"] == 10


def test_more_than_fractions_that_did_not_come_is_taken_account_by_account() -> None:
    # 3.33333333 in each make 6.66666666, 4 came: 2.66666666 are no two fractions of a third
    bought = [
        buy(1, "2024-01-05", "10", "30", account="a"),
        buy(2, "2024-01-06", "10", "30", account="b"),
    ]
    result = spun_off(*bought, quantity="4", net_amount="80")
    assert by_account(result, "Y") == {"a": Decimal("0.66666667"), "b": Decimal("3.33333333")}
    assert replay(result.accepted, by_account=True).quantity_of("Y", "b") == Decimal("3.33333333")


def test_cash_for_a_fraction_goes_to_the_cash_account() -> None:
    result = spun_off(buy(1, "2024-01-05", "10", "30"), quantity="3", net_amount="10",
                      cash_account="bank")  # fmt: skip
    assert result.cash == {("main", "CAD"): Decimal(-300), ("bank", "CAD"): Decimal(10)}
    assert by_account(result, "Y") == {"main": Decimal(3)}


@pytest.mark.parametrize(
    "paid",
    [{"price": "8"}, {"gross_amount": "4"}, {"net_amount": "-4"}],
    ids=["at a price", "an amount", "what it did to cash"],
)
def test_the_fraction_of_what_is_owed_is_bought_back(paid: dict[str, Any]) -> None:
    # 105 owed · 1/10 = 10.5; the half brought 1,050 · 0.5/10.5 = 50 and costs 4
    short = entry(1, "SHORT_SALE", "2024-01-05", security="X", quantity="105", price="10")
    result = booked(short, event("REVERSE_SPLIT", "1", "10", **paid))
    assert (held(result)["X"], cash(result)) == decimals(-10, 1046)
    assert result.realized_pnl == 46
    plain = replay(result.accepted)
    assert (plain.quantity_of("X"), plain.cash_of("CAD")) == decimals(-10, 1046)


# --- cost at the rate of the day -------------------------------------------------------------


def at_todays_rate(kind: str, price: str, **more: Any) -> Book:
    """100 shares at 40 dollars and a rate of 1.30; then an event at 1.40."""
    bought = entry(1, "BUY", "2024-01-05", "USD", security="X", quantity="100", price="40",
                   fx_rate="1.30")  # fmt: skip
    happened = entry(9, kind, "2024-02-01", "USD", security="X", price=price, fx_rate="1.40",
                     **more)  # fmt: skip
    return booked(bought, happened, settings=CURRENT)


def test_a_merger_takes_the_cost_that_cash_pays_back_at_the_rate_of_the_day() -> None:
    # 1,500 + 2,000 − 4,000 is a loss, which waits: 1,500 of cost for 1,500, both at 1.40
    merged = at_todays_rate(
        "MERGER", "15", to_security="Y", to_price="20", new_shares="1", old_shares="1",
        jurisdiction="US", treatment=Treatment.QUALIFYING,
    )  # fmt: skip
    (closure,) = merged.closures
    assert (closure.realized_pnl, closure.price_pnl, closure.fx_pnl) == decimals(0, 0, 0)


def test_what_a_return_of_capital_pays_beyond_cost_is_all_price_at_the_rate_of_the_day() -> None:
    # 5,000 − 4,000 = 1,000 at 1.40
    (closure,) = at_todays_rate("RETURN_OF_CAPITAL", "50").closures
    assert (closure.realized_pnl, closure.price_pnl, closure.cross_pnl) == decimals(1400, 1400, 0)


# --- a mistake is data -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more"), [("MERGER", {}), ("SPINOFF", {"price": "20"})], ids=["merger", "spin-off"]
)
def test_a_fraction_paid_in_money_that_no_rate_joins_is_named(
    kind: str, more: dict[str, Any]
) -> None:
    foreign = entry(
        9, kind, "2024-02-01", "GBP", security="X", to_security="Y", new_shares="1",
        old_shares="3", to_price="30", quantity="3", net_amount="10", **CARRIED, **more,
    )  # fmt: skip
    result = book([buy(1, "2024-01-05", "10", "10"), foreign, buy(10, "2024-03-01", "1", "1")],
                  BookingSettings(base_currency="CAD"), no_rates)  # fmt: skip
    assert codes(result) == ["currency_mismatch"]
    assert held(result) == {"X": 11}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("SPLIT", {}),
        ("STOCK_DIVIDEND", CARRIED),
        ("STOCK_DIVIDEND", {"gross_amount": "5", **TAXED}),
        ("MERGER", CARRIED),
        ("SPINOFF", {"cost_fraction": "0.2", **CARRIED}),
    ],
)
def test_more_shares_than_can_be_held_are_refused(kind: str, more: dict[str, Any]) -> None:
    # a million times 10^14 is 10^20
    result = booked(buy(1, "2024-01-05", "1000000", "1"), event(kind, "1E+14", "1", **more))
    assert [(one.code, one.field) for one in result.problems] == [("invalid_number", "new_shares")]
    assert held(result) == {"X": 1000000}


@pytest.mark.parametrize(
    ("kind", "field", "more"),
    [
        ("SPINOFF", "to_price", TAXED),
        ("SPINOFF", "to_price", {"cost_fraction": "0.2", "quantity": "1", **CARRIED}),
        ("MERGER", "to_price", TAXED),
        ("MERGER", "price", {"price": "9E+14", **TAXED}),
    ],
)
def test_more_money_than_can_be_kept_is_refused(
    kind: str, field: str, more: dict[str, Any]
) -> None:
    # 1,000 shares at 9·10^14 each
    result = booked(
        buy(1, "2024-01-05", "1000", "1"), event(kind, "1", "1", to_price="9E+14", **more)
    )
    assert [(one.code, one.field) for one in result.problems] == [("invalid_number", field)]
    assert held(result) == {"X": 1000}


@pytest.mark.parametrize(
    "first",
    [
        entry(1, "BUY", "2024-01-05", "GBP", security="X", quantity="10", price="9E+13",
              fx_rate="9E+14"),
        entry(1, "OPENING_BALANCE", "2024-01-05", "GBP", security="X", quantity="10",
              cost_basis="9E+14", fx_rate="9E+14"),
    ],
    ids=["bought", "opened"],
)  # fmt: skip
def test_a_rate_that_makes_more_money_than_can_be_kept_is_refused(first: Entry) -> None:
    # 9·10^14 pounds at 9·10^14 each
    result = booked(first, sell(2, "2024-02-05", "5", "9"), settings=AVERAGE)
    named = result.problems[0]
    assert (named.seq, named.code, named.field) == (1, "invalid_number", "fx_rate")
    assert result.lots == ()


@pytest.mark.parametrize("amount", [{"gross_amount": "10"}, {"net_amount": "10"}])
def test_cash_for_fractions_that_nobody_has_is_refused(amount: dict[str, str]) -> None:
    """5 and 5 are 15 after three for two: no fraction of the position, and no cash from nowhere."""
    held = [buy(1, "2024-01-02", "5", "10", account="a"), buy(2, "2024-01-02", "5", "10")]
    split = entry(3, "SPLIT", "2024-02-01", security="X", new_shares="3", old_shares="2", **amount)
    result = booked(*held, split)
    assert codes(result) == ["no_fraction"]
    assert [lot.quantity_open for lot in result.lots] == [5, 5]

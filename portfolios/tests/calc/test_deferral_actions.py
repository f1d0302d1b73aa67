"""Deferred losses through corporate actions: what goes on, and what is sold."""

from dataclasses import replace
from datetime import date

import pytest

from portfolios.calc.deferral import Circumstances
from portfolios.calc.entries import Entry, Treatment
from portfolios.tests.calc.ledgers import buy, entry
from portfolios.tests.calc.test_superficial_losses import deferred as denied
from portfolios.tests.calc.test_superficial_losses import twenty_sold
from portfolios.tests.calc.test_wash_sales import deferred, lost_ten_a_share, trade


def test_a_purchase_under_the_new_symbol_replaces_shares_of_the_old() -> None:
    # sold as X, renamed to Y and split 2:1, 120 bought as Y: 60 of the old ones
    got = deferred(
        *lost_ten_a_share(),
        entry(3, "SYMBOL_CHANGE", "2024-11-08", "USD", security="X", to_security="Y"),
        entry(4, "SPLIT", "2024-11-10", "USD", security="Y", new_shares="2", old_shares="1"),
        trade(5, "BUY", "2024-11-20", "120", "21", security="Y"),
    )
    assert got.disallowed == 600


def test_a_replacement_keeps_its_history_under_another_symbol() -> None:
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        entry(4, "SYMBOL_CHANGE", "2024-12-20", "USD", security="X", to_security="Y"),
        trade(5, "SELL", "2025-06-02", "15", "42", security="Y"),
    )
    assert [got.closures[1].gain, got.added_cost] == [-150, 450]
    assert str(got.lots[0].holding_start) == "2024-01-26"


def renamed(seq: int, on: str, **more: str) -> Entry:
    return entry(seq, "SYMBOL_CHANGE", on, "USD", security="X", to_security="Y", **more)


@pytest.mark.parametrize("first", ["X", "Y"])
def test_a_reverse_split_on_the_day_of_the_new_symbol_under_either_name(first: str) -> None:
    # 90 sold at a loss of 450; renamed and split 1:10 on one day; 9 bought as Y are those 90
    split = entry(3, "REVERSE_SPLIT", "2024-01-15", "USD", security=first, new_shares="1",
                  old_shares="10")  # fmt: skip
    got = deferred(
        trade(1, "BUY", "2023-10-02", "100", "10"),
        trade(2, "SELL", "2024-01-10", "90", "5"),
        split if first == "X" else replace(split, seq=4),
        renamed(3 if first == "Y" else 4, "2024-01-15"),
        trade(5, "BUY", "2024-01-20", "9", "50", security="Y"),
    )
    assert [got.disallowed, got.recognized] == [450, 0]
    assert [lot.quantity for lot in got.lots] == [1, 9]


def bought_under_the_old_name(new: str, old: str) -> list[Entry]:
    """X was renamed to Y; later 36 of another X are bought at 10, 19 sold at 5; then Y splits."""
    return [
        renamed(1, "2024-01-02"),
        trade(2, "BUY", "2024-01-28", "36", "10"),
        trade(3, "SELL", "2024-02-16", "19", "5"),
        entry(4, "SPLIT", "2024-02-22", "USD", security="Y", new_shares=new, old_shares=old),
    ]


@pytest.mark.parametrize("ratio", [("3", "2"), ("2", "1")])
def test_a_later_split_of_the_new_name_is_none_of_the_old_name_s(ratio: tuple[str, str]) -> None:
    # S = 19, P = 36, B = 17: 95·17/19 = 85 denied in Canada; in the US one purchase, nothing
    ledger = bought_under_the_old_name(*ratio)
    got = denied(*(replace(one, currency="CAD") for one in ledger))
    (count,) = got.counts
    assert [count.sold, count.bought, count.held, got.disallowed] == [19, 36, 17, 85]
    (lot,) = deferred(*ledger).lots
    assert [part.quantity for part in lot.slices] == [17]


def test_what_is_bought_under_a_name_given_up_is_another_security() -> None:
    # X became Y; another X is sold at a loss, and Y bought; a caller may say they are one
    ledger = [
        trade(1, "BUY", "2023-10-02", "10", "10"),
        renamed(2, "2024-01-02"),
        trade(3, "BUY", "2024-01-28", "10", "10"),
        trade(4, "SELL", "2024-03-16", "10", "5"),
        trade(5, "BUY", "2024-03-20", "10", "12", security="Y"),
    ]
    assert deferred(*ledger).disallowed == 0
    same = Circumstances(identical={"X": "one", "Y": "one"})
    assert deferred(*ledger, circumstances=same).disallowed == 50


def test_a_symbol_that_changes_there_and_back_is_one_security() -> None:
    back = entry(4, "SYMBOL_CHANGE", "2024-11-10", "USD", security="Y", to_security="X")
    got = deferred(
        *lost_ten_a_share("60"),
        renamed(3, "2024-11-08"),
        back,
        trade(5, "BUY", "2024-11-20", "60", "42"),
    )
    assert got.disallowed == 600


def merged(seq: int, treatment: Treatment, **terms: str) -> Entry:
    """Each X becomes half a Z, in December."""
    return entry(
        seq, "MERGER", "2024-12-20", "USD", security="X", to_security="Z", new_shares="1",
        old_shares="2", treatment=treatment, jurisdiction="US", **terms,
    )  # fmt: skip


def test_a_deferred_loss_goes_through_a_stock_merger() -> None:
    # 60 shares that carry 600 become 30; 10 of them are sold at 84, which they cost: 200 lost
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        merged(4, Treatment.CARRY_OVER),
        trade(5, "SELL", "2025-06-02", "10", "84", security="Z"),
    )
    assert [got.closures[1].gain, got.added_cost] == [-200, 400]


def test_cash_in_a_qualifying_merger_gives_up_no_shares() -> None:
    # G = 60·5 + 30·100 − 2,520 − 600 = 180, below the cash of 300: the new shares cost what they
    # are worth, 3,120 − 300 + 180 = 3,000, of which 2,520 are booked
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        merged(4, Treatment.QUALIFYING, price="5", to_price="100"),
    )
    assert [line.gain for line in got.closures] == [-1000, 180]
    assert {lot.security: lot.tax_cost for lot in got.lots} == {"Z": 3000}


def test_a_taxable_merger_sells_and_buys() -> None:
    # 60 that carry 600 go for 60·40 = 2,400, which cost 2,520 + 600
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        merged(4, Treatment.TAXABLE, to_price="80"),
    )
    assert [got.closures[1].gain, got.added_cost] == [-720, 0]


def carrying_five_a_share() -> list[Entry]:
    """100 that cost 100, and for tax 500 more, which a sale in January lost."""
    return [
        trade(1, "BUY", "2023-06-01", "100", "10"),
        trade(2, "SELL", "2024-01-10", "100", "5"),
        trade(3, "BUY", "2024-01-15", "100", "1"),
    ]


def returned(amount: str, currency: str = "USD") -> Entry:
    return entry(4, "RETURN_OF_CAPITAL", "2024-03-01", currency, security="X", gross_amount=amount)


@pytest.mark.parametrize(("amount", "gain", "tax_cost"), [("150", 0, 450), ("610", 10, 0)])
def test_a_return_of_capital_pays_back_the_cost_for_tax(
    amount: str, gain: int, tax_cost: int
) -> None:
    # 150 lower 100 + 500 to 450; of 610 ten exceed them
    got = deferred(*carrying_five_a_share(), returned(amount))
    assert [got.closures[1].gain, got.lots[0].tax_cost] == [gain, tax_cost]
    ledger = [replace(one, currency="CAD") for one in carrying_five_a_share()]
    got = denied(*ledger, returned(amount, "CAD"))
    assert [got.closures[1].gain, got.lots[0].tax_cost] == [gain, tax_cost]


def test_a_return_of_capital_pays_back_share_by_share() -> None:
    # 10 of 100 shares carry 50; the excess of 50 is 5 on them, which they take, and 45 on the rest
    got = deferred(
        trade(1, "BUY", "2023-06-01", "10", "10"),
        trade(2, "SELL", "2024-01-10", "10", "5"),
        trade(3, "BUY", "2024-01-15", "100", "1"),
        returned("150"),
    )
    assert [got.closures[1].gain, got.added_cost] == [45, 45]


def cash_and_stock(cash: str, worth: str, currency: str = "USD", **more: str) -> Entry:
    return entry(
        4, "MERGER", "2024-03-01", currency, security="X", to_security="Z", new_shares="1",
        old_shares="1", price=cash, to_price=worth, treatment=Treatment.QUALIFYING,
        jurisdiction="US", **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cash", "worth", "gain", "tax_cost"),
    [
        ("1.50", "1", 0, 450),  # G = 250 − 600 < 0
        ("1.50", "5", 50, 500),  # G = 650 − 600, new cost 600 − 150 + 50
        ("1.50", "9", 150, 600),  # G = 1,050 − 600 exceeds the cash
    ],
)
def test_a_merger_s_gain_is_that_over_the_cost_for_tax(
    cash: str, worth: str, gain: int, tax_cost: int
) -> None:
    got = deferred(*carrying_five_a_share(), cash_and_stock(cash, worth))
    assert [got.closures[1].gain, got.lots[0].tax_cost] == [gain, tax_cost]
    ledger = [replace(one, currency="CAD") for one in carrying_five_a_share()]
    got = denied(*ledger, cash_and_stock(cash, worth, "CAD"))
    assert [got.closures[1].gain, got.lots[0].tax_cost] == [gain, tax_cost]


def test_a_merger_s_gain_stays_when_some_of_the_new_shares_are_sold() -> None:
    # G = 650 − 600 = 50 as before; then 40 that cost 40 + 160 of the 500 are sold for 400
    got = deferred(
        *carrying_five_a_share(),
        cash_and_stock("1.50", "5"),
        trade(5, "SELL", "2024-09-02", "40", "10", security="Z"),
    )
    assert [line.gain for line in got.closures[1:]] == [50, 200]


def test_a_merger_s_gain_is_withheld_where_its_cost_cannot_be_told() -> None:
    # a return of capital has changed the cost of the new shares since
    later = replace(returned("20"), seq=5, security="Z", transaction_date=date(2024, 9, 2))
    got = deferred(*carrying_five_a_share(), cash_and_stock("1.50", "5"), later)
    assert [got.closures[1].reason, got.recognized] == ["UNKNOWN_RESULT", None]


def test_a_return_of_capital_above_cost_is_a_gain_of_no_shares() -> None:
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        entry(4, "RETURN_OF_CAPITAL", "2025-06-02", "USD", security="X", price="43"),
    )
    assert [got.closures[1].booked, got.closures[1].gain, got.added_cost] == [60, 0, 540]


def test_a_spin_off_takes_nothing_of_a_deferred_loss() -> None:
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        entry(4, "SPINOFF", "2024-12-20", "USD", security="X", to_security="Z", new_shares="1",
              old_shares="2", price="30", to_price="20", treatment=Treatment.CARRY_OVER,
              jurisdiction="US"),
    )  # fmt: skip
    assert {lot.security: lot.added_cost for lot in got.lots} == {"X": 600, "Z": 0}


def test_a_denied_loss_goes_through_a_merger_and_a_new_symbol() -> None:
    # 45 shares that carry 30 become 90 of Z, called Q; 30 of those are sold and carry 10
    got = denied(
        *twenty_sold(),
        buy(3, "2024-06-25", "15", "8.50"),
        entry(4, "MERGER", "2024-12-20", security="X", to_security="Z", new_shares="2",
              old_shares="1", treatment=Treatment.CARRY_OVER, jurisdiction="CA"),
        entry(5, "SYMBOL_CHANGE", "2025-01-20", security="Z", to_security="Q"),
        entry(6, "SELL", "2025-06-02", security="Q", quantity="30", price="8"),
    )  # fmt: skip
    assert [got.closures[1].added_cost, got.added_cost] == [10, 20]

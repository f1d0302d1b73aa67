"""A book in CAD told in EUR: every amount at the rate of its own day."""

from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CostMethod, Entry
from portfolios.calc.lots import Book
from portfolios.calc.reporting import in_currency
from portfolios.tests.calc.ledger_moves import histories, settings_of
from portfolios.tests.calc.ledgers import CAD, decimals, entry, fixed, no_rates

EUR_FOR_CAD = {date(2013, 2, 4): Decimal("0.70"), date(2013, 2, 8): Decimal("0.65")}
BOUGHT = entry(
    1, "BUY", "2013-02-04", "USD", security="X", quantity="100", price="10", fx_rate="1.36"
)
SOLD = entry(
    2, "SELL", "2013-02-08", "USD", security="X", quantity="40", price="12", fx_rate="1.40"
)


def told(*ledger: Entry, method: str = "FIFO", currency: str = "EUR") -> Book:
    chosen = BookingSettings(base_currency="CAD", cost_method=CostMethod(method))
    booked = book(ledger, chosen, no_rates)
    return in_currency(booked, currency, EUR_FOR_CAD.get, averaged=method == "AVERAGE")


def test_a_cost_is_told_at_the_rate_of_its_acquisition() -> None:
    """1,000 USD at 1.36 CAD and 0.70 EUR a Canadian dollar: 952 EUR, whatever came later."""
    (lot,) = told(BOUGHT).open_lots

    assert (lot.cost_basis_local, lot.cost_basis) == decimals(1000, 952)
    assert lot.fx_rate == Decimal("0.952")


def test_a_result_is_proceeds_and_cost_each_at_its_own_day() -> None:
    """Proceeds 480 · 1.40 · 0.65 = 436.80; cost 400 · 1.36 · 0.70 = 380.80. In CAD it was
    672 − 544 = 128, which no single rate turns into 56."""
    (closed,) = told(BOUGHT, SOLD).closures

    assert (closed.proceeds_base, closed.cost_base) == decimals("436.80", "380.80")
    assert closed.realized_pnl == Decimal("56.00")
    # price (480 − 400) · 0.952; currency 400 · (0.91 − 0.952); cross 80 · (0.91 − 0.952)
    assert (closed.price_pnl, closed.fx_pnl, closed.cross_pnl) == decimals(
        "76.16", "-16.80", "-3.36"
    )


def test_a_short_result_is_what_opening_brought_less_what_covering_cost() -> None:
    """Opened for 400 · 1.36 · 0.70 = 380.80 and covered for 480 · 1.40 · 0.65 = 436.80."""
    opened = entry(
        1, "SHORT_SALE", "2013-02-04", "USD", security="X", quantity="40", price="10",
        fx_rate="1.36",
    )  # fmt: skip
    covered = entry(
        2, "COVER", "2013-02-08", "USD", security="X", quantity="40", price="12", fx_rate="1.40"
    )
    (closed,) = told(opened, covered).closures

    assert (closed.proceeds_base, closed.cost_base) == decimals("380.80", "436.80")
    assert closed.realized_pnl == Decimal("-56.00")


def test_a_flow_is_told_at_the_rate_of_its_day() -> None:
    paid = entry(1, "DEPOSIT", "2013-02-04", "CAD", gross_amount="1000")
    dollars = entry(2, "DEPOSIT", "2013-02-08", "USD", gross_amount="100", fx_rate="1.40")

    journal = told(paid, dollars).journal

    # 100 · 1.40 · 0.65; the money itself stays as it is
    assert tuple(one.crossing_base for one in journal) == decimals("700", "91")
    assert tuple(one.cash for one in journal) == decimals("1000", "100")


def test_what_is_in_the_reporting_currency_is_what_it_is() -> None:
    """The bank paid 1.60 CAD for a euro; a euro is a euro all the same."""
    paid = entry(1, "DEPOSIT", "2013-02-04", "EUR", gross_amount="100", fx_rate="1.60")
    bought = entry(
        2, "BUY", "2013-02-04", "EUR", security="X", quantity="10", price="5", fx_rate="1.60"
    )
    earned = entry(
        3, "DIVIDEND", "2013-02-08", "EUR", security="X", gross_amount="2", fx_rate="1.60"
    )
    found = told(paid, bought, earned)

    assert found.journal[0].crossing_base == Decimal(100)
    assert found.open_lots[0].cost_basis == Decimal(50)
    assert found.income[0].net_base == Decimal(2)


def test_a_day_without_a_rate_leaves_its_amounts_unknown() -> None:
    """Nothing of Friday borrows Monday's rate, and Monday's lot is not touched by it."""
    late = entry(
        2, "SELL", "2013-02-05", "USD", security="X", quantity="40", price="12", fx_rate="1.40"
    )
    found = told(BOUGHT, late)

    assert found.closures[0].realized_pnl is None
    assert found.closures[0].proceeds_base is None
    assert found.open_lots[0].cost_basis == Decimal("571.20")  # 600 · 1.36 · 0.70


def test_an_averaged_cost_has_no_day_and_is_unknown() -> None:
    (closed,) = told(BOUGHT, SOLD, method="AVERAGE").closures
    (lot,) = told(BOUGHT, SOLD, method="AVERAGE").open_lots

    assert (closed.realized_pnl, lot.cost_basis) == (None, None)
    assert closed.proceeds_base == Decimal("436.80")
    # Told in the currency it was paid in, it needs no rate at all.
    assert told(BOUGHT, SOLD, method="AVERAGE", currency="USD").open_lots[0].cost_basis == 600


def test_told_in_its_own_currency_a_book_is_itself() -> None:
    booked = book([BOUGHT, SOLD], CAD, no_rates)

    assert in_currency(booked, "CAD", EUR_FOR_CAD.get, averaged=False) is booked


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), settings_of())
def test_at_par_every_figure_is_the_same(ledger: list[Entry], choice: BookingSettings) -> None:
    """With one for one on every day only the name of the currency changes."""
    methods = {choice.cost_method, *(change.cost_method for change in choice.method_changes)}
    assume(CostMethod.AVERAGE not in methods and choice.minor_unit_rounding)
    booked = book(ledger, choice, fixed(USD="1.33"))
    found = in_currency(booked, "AUD", lambda day: Decimal(1), averaged=False)

    assert list(found.lots) == list(booked.lots)
    assert list(found.closures) == list(booked.closures)
    assert list(found.journal) == list(booked.journal)
    assert list(found.income) == list(booked.income)

"""Booking as a specification: shorts, transfers, named lots, methods, and foreign settlement."""

from datetime import date
from decimal import Decimal

import pytest

from portfolios.calc.booking import book
from portfolios.calc.entries import (
    BookingSettings,
    CarriedLot,
    CostFx,
    CostMethod,
    Entry,
    LotPick,
    LotScope,
    MethodChange,
    Treatment,
)
from portfolios.calc.lots import Book
from portfolios.calc.marks import Mark, Marks
from portfolios.calc.valuation import value_portfolio
from portfolios.tests.calc.ledgers import CAD, booked, buy, codes, decimals, entry, no_rates, sell

AVERAGE = BookingSettings(base_currency="CAD", cost_method=CostMethod.AVERAGE)
STRICT = BookingSettings(base_currency="CAD", cost_method=CostMethod.STRICT)
SHORTS = BookingSettings(base_currency="CAD", allow_short=True)
APART = BookingSettings(base_currency="CAD", lot_scope=LotScope.ACCOUNT)

TWO_LOTS = [buy(1, "2024-01-05", "10", "100"), buy(2, "2024-01-06", "10", "200")]


def gains(result: Book) -> list[Decimal | None]:
    return [closure.realized_pnl for closure in result.closures]


# --- shorts ----------------------------------------------------------------------------------


def test_a_short_position_is_worth_less_when_the_price_rises() -> None:
    # 10 sold at 50 bring 500; at 60 they cost 600 to buy back
    result = booked(entry(1, "SHORT_SALE", "2024-01-05", security="X", quantity="10", price="50"))
    day = date(2024, 1, 8)
    marks = Marks(day, "CAD", {"X": Mark(Decimal(60), "CAD", day)})
    (position,) = value_portfolio(result, marks).positions
    assert (position.quantity, position.market_value) == decimals(-10, -600)
    assert (position.cost_basis, position.unrealized_pnl) == decimals(-500, -100)
    assert position.unrealized_split is not None
    assert position.unrealized_split.total == -100


def test_a_cover_closes_shorts_and_nothing_else() -> None:
    cover = entry(2, "COVER", "2024-01-08", security="X", quantity="4", price="40")
    short = entry(1, "SHORT_SALE", "2024-01-05", security="X", quantity="3", price="50")
    assert codes(booked(short, cover)) == ["insufficient_quantity"]
    assert codes(booked(buy(1, "2024-01-05", "9", "1"), cover)) == ["insufficient_quantity"]


def test_a_dividend_on_a_short_position_is_owed() -> None:
    result = booked(
        sell(1, "2024-01-05", "10", "50"),
        entry(2, "DIVIDEND", "2024-01-08", security="X", gross_amount="7"),
        settings=SHORTS,
    )
    assert (result.income[0].net, result.cash["main", "CAD"]) == decimals(-7, 493)


HELD_THEN_SHORT = [
    buy(1, "2024-01-02", "100", "10"),
    sell(2, "2024-01-12", "150", "10"),
    buy(3, "2024-01-18", "70", "10"),
]


@pytest.mark.parametrize(
    ("ex_date", "net"),
    [
        ("2024-01-12", 24),  # the day of the crossing opens with 100
        ("2024-01-13", -24),  # 50 short
        ("2024-01-18", -24),  # still, at the open
        ("2024-01-19", 24),  # 20 held
        ("2024-01-02", 24),  # nothing yet: whoever is paid all the same keeps it
    ],
)
@pytest.mark.parametrize("asof", [None, "2024-01-20"])
def test_who_was_short_at_the_open_of_the_ex_date_owes_the_dividend(
    ex_date: str, net: int, asof: str | None
) -> None:
    paid = entry(
        4, "DIVIDEND", "2024-01-20", security="X", gross_amount="24", ex_date=ex_date,
        pay_date="2024-01-20",
    )  # fmt: skip
    result = booked(*HELD_THEN_SHORT, paid, settings=SHORTS, asof=asof)
    assert [one.net for one in result.income] == [net]


def test_a_receivable_does_not_turn_when_the_position_does() -> None:
    # held at the ex-date, sold short before the pay date: on no day is it owed
    ledger = [
        buy(1, "2024-01-02", "100", "10"),
        entry(
            2, "DIVIDEND", "2024-01-15", security="X", gross_amount="24", ex_date="2024-01-05",
            pay_date="2024-01-31",
        ),
        sell(3, "2024-01-10", "150", "10"),
    ]  # fmt: skip
    for day in ("2024-01-08", "2024-01-12", "2024-01-20"):
        (receivable,) = booked(*ledger, settings=SHORTS, asof=day).receivables
        assert receivable.amount == 24


def test_a_short_result_splits_by_cause_like_a_long_one() -> None:
    # 500 USD at 1.30, covered for 400 at 1.40: 650 − 560 = 90 = 100·1.3 − 500·0.1 + 100·0.1
    result = booked(
        entry(1, "SHORT_SALE", "2024-01-05", "USD", security="X", quantity="10", price="50",
              fx_rate="1.30"),
        entry(2, "BUY", "2024-01-08", "USD", security="X", quantity="10", price="40",
              fx_rate="1.40"),
    )  # fmt: skip
    (closure,) = result.closures
    assert closure.realized_pnl == Decimal(90)
    assert (closure.price_pnl, closure.fx_pnl, closure.cross_pnl) == decimals(130, -50, 10)


# --- transfers and deliveries ----------------------------------------------------------------


def test_a_transfer_carries_lots_with_cost_and_date() -> None:
    move = entry(3, "TRANSFER", "2024-02-01", security="X", quantity="15", to_account="b")
    result = booked(*TWO_LOTS, move, settings=APART)
    here, there = (
        [lot for lot in result.open_lots if lot.account == "main"],
        [lot for lot in result.open_lots if lot.account == "b"],
    )
    assert [(lot.label, lot.quantity_open, lot.cost_basis) for lot in here] == [
        ("2.1", Decimal(5), Decimal(1000))
    ]
    assert [(lot.label, lot.origin, lot.cost_basis) for lot in there] == [
        ("3.1", "1.1", Decimal(1000)),
        ("3.2", "2.1", Decimal(1000)),
    ]
    assert there[0].acquisition_date == date(2024, 1, 5)
    assert result.closures == ()


def test_lots_that_arrive_are_sold_in_the_order_of_their_own_dates() -> None:
    arrive = entry(
        3, "TRANSFER_IN", "2024-02-01", security="X",
        carried_lots=(
            CarriedLot(quantity=Decimal(10), acquisition_date=date(2020, 1, 1),
                       cost_basis=Decimal(50)),
        ),
    )  # fmt: skip
    result = booked(*TWO_LOTS, arrive, sell(4, "2024-03-01", "10", "300"))
    assert (result.closures[0].open_seq, result.realized_pnl) == (3, Decimal(2950))


@pytest.mark.parametrize("kind", ["TRANSFER_IN", "OPENING_BALANCE"])
def test_lots_that_are_not_what_the_entry_says_are_named(kind: str) -> None:
    # 90 in lots, 100 said
    carried = (CarriedLot(quantity=Decimal(90), acquisition_date=date(2020, 1, 1)),)
    arrive = entry(1, kind, "2024-02-01", security="X", quantity="100", carried_lots=carried)
    result = booked(arrive)
    assert [(one.code, one.field) for one in result.problems] == [("invalid_number", "quantity")]
    assert (len(result.lots), len(result.journal)) == (0, 0)


def test_what_leaves_is_a_flow_and_realises_only_as_a_delivery() -> None:
    left = entry(3, "TRANSFER_OUT", "2024-02-01", security="X", quantity="10")
    given = entry(3, "DELIVERY_OUT", "2024-02-01", security="X", quantity="10", net_amount="1500")
    moved, delivered = booked(*TWO_LOTS, left), booked(*TWO_LOTS, given)
    assert (gains(moved), moved.journal[-1].crossing) == ([], None)
    assert (gains(delivered), delivered.journal[-1].crossing) == ([Decimal(500)], Decimal(-1500))


def test_cash_moves_between_accounts_and_is_no_flow() -> None:
    result = booked(
        entry(1, "CASH_TRANSFER", "2024-01-05", net_amount="-70", cash_account="a", to_account="b")
    )
    assert result.cash == {("a", "CAD"): Decimal(-70), ("b", "CAD"): Decimal(70)}
    assert [posting.crossing for posting in result.journal] == [0, 0]


def test_a_trade_is_paid_from_its_cash_account() -> None:
    result = booked(buy(1, "2024-01-05", "1", "10", cash_account="bank"))
    assert result.cash == {("bank", "CAD"): Decimal(-10)}
    assert result.positions[0].account == "main"


# --- which lots ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "picks", "code"),
    [
        ("5", (), "ambiguous_lot"),
        ("5", (LotPick(unit_cost=Decimal(300)),), "no_matching_lot"),
        ("15", (LotPick(label="1.1"),), "insufficient_quantity"),
    ],
)
def test_a_sale_that_does_not_say_which_lot_is_refused(
    quantity: str, picks: tuple[LotPick, ...], code: str
) -> None:
    sale = sell(3, "2024-02-01", quantity, "300", lot_picks=picks)
    result = booked(*TWO_LOTS, sale, settings=STRICT)
    assert codes(result) == [code]
    assert result.positions[0].quantity == 20


def test_a_sale_of_everything_is_never_ambiguous() -> None:
    result = booked(*TWO_LOTS, sell(3, "2024-02-01", "20", "300"), settings=STRICT)
    assert gains(result) == [Decimal(2000), Decimal(1000)]


def test_a_pick_restricts_any_method() -> None:
    pick = (LotPick(unit_cost=Decimal(200)),)
    result = booked(*TWO_LOTS, sell(3, "2024-02-01", "5", "300", lot_picks=pick))
    assert [closure.open_seq for closure in result.closures] == [2]


def test_a_change_to_average_pools_what_is_open_and_a_change_back_leaves_it_there() -> None:
    # 10 at 100 and 10 at 200 are 20 at 150; bought afterwards at 400 stays 400
    changes = (
        MethodChange(effective_from=date(2024, 2, 1), cost_method=CostMethod.AVERAGE),
        MethodChange(effective_from=date(2024, 3, 1), cost_method=CostMethod.LIFO),
    )
    choice = BookingSettings(base_currency="CAD", method_changes=changes)
    before = sell(3, "2024-01-31", "1", "300")
    after = [buy(4, "2024-03-01", "10", "400"), sell(5, "2024-03-02", "11", "400")]
    result = booked(*TWO_LOTS, before, *after, settings=choice)
    # 1 of lot 1 was sold at its own cost; 19 remain at 2,900 in all: 152.631579 each
    assert result.closures[0].cost_local == 100
    assert result.closures[1].cost_local == 4000
    assert result.closures[2].cost_local == Decimal("152.631579")


def test_an_average_is_computed_once_and_dates_follow_fifo() -> None:
    # 20 at 3,000: 15 cost 2,250, of which 10 are of the first day
    result = booked(*TWO_LOTS, sell(3, "2024-02-01", "15", "300"), settings=AVERAGE)
    assert [(part.open_seq, part.quantity, part.cost_local) for part in result.closures] == [
        (1, Decimal(10), Decimal(1500)),
        (2, Decimal(5), Decimal(750)),
    ]
    assert result.positions[0].cost_basis == 750


# --- currencies ------------------------------------------------------------------------------


def settled(kind: str, on: str, price: str, rate: str) -> Entry:
    """10 shares of a US security, paid for in Canadian dollars."""
    return entry(
        1 if kind == "BUY" else 2, kind, on, security="X", quantity="10", gross_amount=price,
        security_currency="USD", settlement_fx_rate=rate, fees="5",
    )  # fmt: skip


def test_a_security_settled_in_base_costs_exactly_what_was_paid() -> None:
    # 1,000 CAD at 1.37 are 729.927007299270 USD, the fee 3.649635036496; the base cost is 1,005
    result = book([settled("BUY", "2024-01-05", "1000", "1.37")], CAD, no_rates)
    (lot,) = result.lots
    assert (lot.currency, lot.fx_rate) == ("USD", Decimal("1.37"))
    assert lot.cost_basis_local == Decimal("733.576642335766")
    assert lot.cost_basis == 1005
    assert result.cash == {("main", "CAD"): Decimal(-1005)}


def test_a_round_trip_settled_in_base_gains_what_cash_gained() -> None:
    trades = [settled("BUY", "2024-01-05", "1000", "1.37"),
              settled("SELL", "2024-02-05", "1200", "1.41")]  # fmt: skip
    result = book(trades, CAD, no_rates)
    assert result.realized_pnl == Decimal(190)  # 1,195 − 1,005
    assert result.cash["main", "CAD"] == Decimal(190)


def test_current_rates_leave_nothing_to_currency() -> None:
    choice = BookingSettings(base_currency="CAD", cost_fx=CostFx.CURRENT)
    trades = [
        entry(1, "BUY", "2024-01-05", "USD", security="X", quantity="10", price="10",
              fx_rate="1.20"),
        entry(2, "SELL", "2024-02-05", "USD", security="X", quantity="5", price="12",
              fx_rate="1.50"),
    ]  # fmt: skip
    result = booked(*trades, settings=choice, asof="2024-03-01")
    (closure,) = result.closures
    assert (closure.realized_pnl, closure.fx_pnl, closure.cross_pnl) == decimals(15, 0, 0)
    assert result.positions[0].cost_basis == Decimal("68.00")  # 50 USD at that day's 1.36


def test_nothing_is_rounded_where_the_portfolio_does_not_round() -> None:
    choice = BookingSettings(base_currency="CAD", minor_unit_rounding=False)
    result = booked(
        buy(1, "2024-01-05", "1", "1.005"), sell(2, "2024-01-08", "1", "2.5"), settings=choice
    )
    assert (result.realized_pnl, result.cash["main", "CAD"]) == decimals("1.495", "1.495")


# --- events ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["MERGER", "SPINOFF", "STOCK_DIVIDEND"])
def test_an_event_is_not_booked_before_its_treatment_is_known(kind: str) -> None:
    event = entry(
        3, kind, "2024-02-01", security="X", to_security="Y", new_shares="1", old_shares="2"
    )
    result = booked(*TWO_LOTS, event)
    assert codes(result) == ["treatment_missing"]
    assert [lot.security for lot in result.open_lots] == ["X", "X"]


def test_a_taxable_merger_is_a_sale_at_total_value() -> None:
    # 20 shares for 5 each and half a share of 400: 100 + 4,000, less 3,000 of cost
    event = entry(
        3, "MERGER", "2024-02-01", security="X", to_security="Y", new_shares="1", old_shares="2",
        price="5", to_price="400", treatment=Treatment.TAXABLE, jurisdiction="US",
    )  # fmt: skip
    result = booked(*TWO_LOTS, event)
    (lot,) = result.open_lots
    assert result.realized_pnl == Decimal(1100)
    assert (lot.quantity_open, lot.cost_basis) == decimals(10, 4000)
    assert lot.acquisition_date == date(2024, 2, 1)


def test_a_fraction_that_was_not_received_was_paid_in_cash() -> None:
    # 20 shares, 2 for 3: 13.33333334 by lots, 13 received, the rest for 9.50
    event = entry(
        3, "MERGER", "2024-02-01", security="X", to_security="Y", new_shares="2", old_shares="3",
        quantity="13", net_amount="9.50", treatment=Treatment.CARRY_OVER, jurisdiction="US",
    )  # fmt: skip
    result = booked(*TWO_LOTS, event)
    assert result.positions[0].quantity == 13
    assert result.cash["main", "CAD"] == Decimal("-2990.50")
    assert result.problems == ()


def test_a_new_symbol_changes_nothing_else() -> None:
    change = entry(3, "SYMBOL_CHANGE", "2024-02-01", security="X", to_security="Y")
    result = booked(*TWO_LOTS, change)
    assert [(lot.security, lot.origin, lot.cost_basis) for lot in result.open_lots] == [
        ("Y", "1.1", Decimal(1000)),
        ("Y", "2.1", Decimal(2000)),
    ]

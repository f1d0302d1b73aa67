"""The sample ledgers: invented trades, and nothing else invented."""

import csv
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest

from dawsos.demo.ledgers import COLUMNS, PLANS, build_ledger, quantity_at_open, read_plan
from dawsos.demo.portfolios import DEMO_ASOF, DEMO_FROM, LEDGERS, PORTFOLIOS, RESTATEMENT, USERS
from dawsos.demo.tape import closes, settlement_date
from market.providers import bundled
from market.providers.bundled import Dividend
from market.selectors.calendars import sessions
from portfolios.formats import dawsos_csv

FILES = sorted(PLANS)
SIGNS = {"DEPOSIT": 1, "SELL": 1, "DIVIDEND": 1, "INTEREST": 1, "SPLIT": 0, "OPENING_BALANCE": 0}
CENT = Decimal("0.01")


def entries(name: str) -> list[dict[str, str]]:
    with (LEDGERS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", FILES)
def test_the_plan_gives_the_same_bytes(name: str) -> None:
    assert build_ledger(name).encode() == (LEDGERS / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_columns_of_the_format(name: str) -> None:
    header = (LEDGERS / name).read_text("utf-8").partition("\n")[0]
    assert header == ",".join(COLUMNS)
    assert set(COLUMNS) <= set(dawsos_csv.COLUMNS)


@pytest.mark.parametrize("name", FILES)
def test_every_trade_is_at_the_raw_close_of_its_day(name: str) -> None:
    for entry in entries(name):
        if entry["type"] in ("BUY", "SELL"):
            day = date.fromisoformat(entry["date"])
            assert Decimal(entry["price"]) == closes()[entry["symbol"], day], entry


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_traded_when_the_exchange_is_closed(name: str) -> None:
    open_days = set(sessions("XNYS", DEMO_FROM, DEMO_ASOF))
    for entry in entries(name):
        if entry["type"] in ("BUY", "SELL", "SPLIT", "DIVIDEND"):
            assert date.fromisoformat(entry["date"]) in open_days, entry


@pytest.mark.parametrize("name", FILES)
def test_amounts_follow_from_quantity_and_price(name: str) -> None:
    """gross = quantity x price to the cent; then fees and taxes by the sign of the type."""
    for entry in entries(name):
        if entry["price"]:
            product = Decimal(entry["quantity"]) * Decimal(entry["price"])
            gross = Decimal(entry["gross_amount"])
            costs = Decimal(entry["fees"] or 0) + Decimal(entry["taxes"] or 0)
            assert gross == product.quantize(CENT, ROUND_HALF_UP)
            assert Decimal(entry["net_amount"]) == gross + costs * (-1, 1)[entry["type"] == "BUY"]


@pytest.mark.parametrize("name", FILES)
def test_dividends_withhold_fifteen_percent_of_what_was_declared(name: str) -> None:
    declared = {
        (d.symbol, d.ex_date.isoformat()): d
        for d in bundled.corporate_actions()
        if isinstance(d, Dividend)
    }
    for entry in entries(name):
        if entry["type"] == "DIVIDEND":
            event = declared[entry["symbol"], entry["ex_date"]]
            tax = Decimal(entry["gross_amount"]) * Decimal("0.15")
            assert Decimal(entry["price"]) == event.amount
            assert Decimal(entry["taxes"]) == tax.quantize(CENT, ROUND_HALF_UP)
            assert entry["pay_date"] == (str(event.pay_date) if event.pay_date else "")
            assert bool(entry["estimated_reason"]) == (event.pay_date is None)


def test_a_split_is_in_the_quantity_of_the_next_dividend() -> None:
    """300 shares bought on 2003-01-09, 2:1 on 2003-02-18, ex-dividend on 2003-02-19: 600."""
    paid = next(e for e in entries("ledger_demo.csv") if e["symbol"] == "MSFT" and e["ex_date"])
    assert (paid["date"], paid["quantity"]) == ("2003-02-19", "600")


def test_shares_bought_on_the_ex_date_do_not_earn_the_dividend() -> None:
    """35 shares by then; 0 at the open of the first purchase's own day."""
    plan = read_plan(LEDGERS / PLANS["home_bias.csv"])
    assert quantity_at_open("AAPL", date(2012, 2, 15), plan) == 0
    assert quantity_at_open("AAPL", date(2012, 2, 16), plan) == 20
    assert quantity_at_open("AAPL", date(2012, 8, 9), plan) == 20 + 15


@pytest.mark.parametrize("name", FILES)
def test_no_currency_is_ever_overdrawn(name: str) -> None:
    moves: list[tuple[str, str, Decimal]] = []
    for entry in entries(name):
        net = Decimal(entry["net_amount"] or 0) * SIGNS.get(entry["type"], -1)
        moves.append((entry["pay_date"] or entry["date"], entry["currency"], net))
        if entry["to_currency"]:
            moves.append((entry["date"], entry["to_currency"], Decimal(entry["to_amount"])))
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for day, currency, amount in sorted(moves, key=lambda move: move[0]):
        balance[currency] += amount
        assert balance[currency] >= 0, (day, currency)


@pytest.mark.parametrize("name", FILES)
def test_no_more_is_sold_than_is_held(name: str) -> None:
    held: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries(name):
        quantity = Decimal(entry["quantity"] or 0)
        if entry["type"] in ("BUY", "OPENING_BALANCE"):
            held[entry["symbol"]] += quantity
        if entry["type"] == "SPLIT":
            held[entry["symbol"]] *= Decimal(entry["new_shares"]) / Decimal(entry["old_shares"])
        if entry["type"] == "SELL":
            held[entry["symbol"]] -= quantity
            assert held[entry["symbol"]] >= 0, entry


@pytest.mark.parametrize("name", FILES)
def test_conversions_are_at_the_ecb_cross_rate(name: str) -> None:
    """CAD per USD = (CAD per EUR) / (USD per EUR), six decimals."""
    euro: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for quote in bundled.rates():
        euro[quote.observed_on.isoformat()][quote.quote_currency] = quote.rate
    for entry in entries(name):
        if entry["type"] == "FX_CONVERSION":
            day, rate = euro[entry["date"]], Decimal(entry["fx_rate"])
            given, got = Decimal(entry["gross_amount"]), Decimal(entry["to_amount"])
            assert abs(rate - day["CAD"] / day["USD"]) <= Decimal("0.0000005")
            bought = given / rate if entry["currency"] == "CAD" else given * rate
            assert got == bought.quantize(CENT, ROUND_HALF_UP)


@pytest.mark.parametrize("name", FILES)
def test_entries_are_in_order_and_named_once(name: str) -> None:
    days = [entry["date"] for entry in entries(name)]
    names = [entry["external_id"] for entry in entries(name)]
    assert days == sorted(days)
    assert DEMO_FROM.isoformat() <= days[0] <= days[-1] < DEMO_ASOF.isoformat()
    assert len(set(names)) == len(names)


def test_the_ledger_demo_shows_every_kind_of_entry_of_a_custody_account() -> None:
    kinds = {entry["type"] for entry in entries("ledger_demo.csv")}
    opening = {entry["type"] for entry in entries("home_bias.csv")} - kinds
    assert opening == {"OPENING_BALANCE"}
    # No TAX: what the owner pays in income tax is a withdrawal, not a cost of the portfolio.
    assert kinds == {
        "BUY",
        "DEPOSIT",
        "DIVIDEND",
        "FEE",
        "FX_CONVERSION",
        "INTEREST",
        "SELL",
        "SPLIT",
        "WITHDRAWAL",
    }
    assert 150 <= len(entries("ledger_demo.csv")) <= 220


def test_toronto_names_open_without_a_cost_and_without_a_price() -> None:
    opened = [e for e in entries("home_bias.csv") if e["type"] == "OPENING_BALANCE"]
    assert [(e["symbol"], e["quantity"], e["cost_basis"]) for e in opened] == [
        ("RY", "100", ""),
        ("XIU", "200", ""),
    ]


def test_a_rate_that_was_not_known_on_the_demo_day_is_left_out() -> None:
    """The dividends of February 2013 were paid in March."""
    unpaid = [e for e in entries("ledger_demo.csv") if e["pay_date"] > DEMO_ASOF.isoformat()]
    assert [(e["symbol"], e["pay_date"], e["fx_rate"]) for e in unpaid] == [
        ("IBM", "2013-03-09", ""),
        ("MSFT", "2013-03-14", ""),
    ]


@pytest.mark.parametrize(
    ("traded", "settled"),
    [
        (date(2009, 8, 12), date(2009, 8, 17)),  # Wednesday; Thursday, Friday, Monday
        (date(2005, 12, 22), date(2005, 12, 28)),  # Christmas observed on Monday the 26th
        (date(2007, 10, 4), date(2007, 10, 10)),  # Columbus Day on Monday the 8th
        (date(2012, 11, 8), date(2012, 11, 14)),  # Veterans Day observed on Monday the 12th
    ],
)
def test_trades_settle_three_settlement_days_later(traded: date, settled: date) -> None:
    assert settlement_date(traded) == settled


def test_every_role_has_a_user_and_every_member_exists() -> None:
    emails = {user.email for user in USERS}
    assert [user.role for user in USERS] == ["ADMIN", "MANAGER", "USER", "VIEWER"]
    for portfolio in PORTFOLIOS:
        assert {portfolio.owner, *(email for email, _ in portfolio.members)} <= emails


def test_the_third_portfolio_keeps_its_known_id() -> None:
    ids = {portfolio.name: portfolio.id for portfolio in PORTFOLIOS}
    assert ids["Home bias"] == UUID("11111111-1111-1111-1111-111111111111")
    assert ids["Ledger demo"].version == 5


def test_the_restatement_comes_after_the_late_close() -> None:
    arrived = bundled.late_closes()["GOOG", RESTATEMENT.asof_date]
    assert arrived <= RESTATEMENT.known_at
    assert RESTATEMENT.pack_id == f"{RESTATEMENT.asof_date}-ECB-r1"

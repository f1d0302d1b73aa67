"""What a portfolio is worth, and how much of that is known."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.calc.fx import convert_path
from portfolios.calc.allocation import by_currency, by_sector
from portfolios.calc.booking import book
from portfolios.calc.entries import Entry
from portfolios.calc.marks import Mark, Marks, Rate, worst
from portfolios.calc.money import round_money
from portfolios.calc.nav import Item, accrued_dividend, market_value, nav
from portfolios.calc.valuation import Valuation, unrealized_split, value_portfolio
from portfolios.tests.calc.golden import case
from portfolios.tests.calc.ledgers import CAD, decimals, entry, fixed

TODAY = date(2024, 6, 28)
RATES = fixed(USD="1.34")


def marks(prices: dict[str, tuple[str, str]], stale: str = "", **rates: str) -> Marks:
    """Today's marks: prices={"AAPL": ("190", "USD")}, USD="1.36"; one security may be stale."""
    return Marks(
        TODAY,
        "CAD",
        {
            name: Mark(Decimal(close), currency, TODAY, "stale" if name == stale else "exact")
            for name, (close, currency) in prices.items()
        },
        {code: Rate(Decimal(rate), TODAY) for code, rate in rates.items()},
    )


def value(ledger: list[Entry], at: Marks) -> Valuation:
    return value_portfolio(book(ledger, CAD, RATES, asof=TODAY), at)


def bought(seq: int, name: str, held: str, paid: str, currency: str = "CAD") -> Entry:
    return entry(
        seq, "BUY", "2024-01-02", currency, security=name, quantity=held, gross_amount=paid
    )


def test_the_golden_portfolio_is_rounded_once_at_its_total() -> None:
    golden = case("s02_nav", "multi_currency")
    inputs, expected = golden["inputs"], golden["expected"]
    quotes = {(pair[:3], pair[3:]): Decimal(rate) for pair, rate in inputs["rates"].items()}
    asof = date.fromisoformat(inputs["as_of"])
    items = [
        Item(
            row["id"],
            row["ccy"],
            market_value(
                Decimal(row["qty"]), Decimal(row["price"]), Decimal(row.get("multiplier", "1"))
            ),
        )
        for row in inputs["positions"]
    ]
    items += [
        Item(row["id"], row["ccy"], Decimal(row["amount"]))
        for row in [*inputs["cash"], *inputs["pending"]]
    ]
    for row in inputs["accrued_dividends"]:
        days = asof, date.fromisoformat(row["ex_date"]), date.fromisoformat(row["pay_date"])
        held, per_share, kept = (Decimal(row[name]) for name in ("qty", "dps", "withholding"))
        owed = accrued_dividend(held, per_share, kept, row["ccy"], days)
        items.append(Item(row["id"], row["ccy"], owed))
    found = {item.currency: convert_path(quotes, item.currency, "CAD").rate for item in items}
    rates = {code: rate for code, rate in found.items() if rate is not None}
    got = nav(items, rates, "CAD")

    assert got.total == Decimal(expected["nav_base"])
    assert got.missing == ()
    for row, wanted in zip(got.rows, expected["rows"], strict=True):
        assert row.base is not None
        assert (row.key, row.local) == (wanted["item"], Decimal(wanted["local"]))
        assert round_money(row.base, "CAD") == Decimal(wanted["base"])


def test_the_sample_portfolio() -> None:
    # cash 54,265.68; 50·190·1.36 + 50·350·1.36 + 100·130 + 80·80 = 56,120; NAV 110,385.68
    ledger = [
        entry(1, "DEPOSIT", "2024-01-02", gross_amount="54265.68"),
        *(bought(seq, name, held, "0", currency) for seq, (name, held, currency) in enumerate(
            [("AAPL", "50", "USD"), ("MSFT", "50", "USD"), ("RY", "100", "CAD"),
             ("TD", "80", "CAD")], start=2)),
    ]  # fmt: skip
    at = marks(
        {"AAPL": ("190", "USD"), "MSFT": ("350", "USD"), "RY": ("130", "CAD"),
         "TD": ("80", "CAD")}, USD="1.36",
    )  # fmt: skip
    got = value(ledger, at)
    assert [p.market_value for p in got.positions] == [12920, 23800, 13000, 6400]
    assert got.positions_value == Decimal(56120)
    assert got.total_value == Decimal("110385.68")
    assert (got.state, got.coverage) == ("exact", 1.0)


def test_an_unrealised_result_splits_like_a_realised_one() -> None:
    # cost 100·150·1.35 = 20,250, worth 100·175·1.37 = 23,975: 3,725 =
    # price 2,500·1.35 = 3,375 + currency 15,000·0.02 = 300 + cross 2,500·0.02 = 50
    ledger = [
        entry(1, "BUY", "2024-01-02", "USD", security="AAPL", quantity="100", price="150",
              fx_rate="1.35"),
    ]  # fmt: skip
    (position,) = value(ledger, marks({"AAPL": ("175", "USD")}, USD="1.37")).positions
    assert position.unrealized_pnl == 3725
    split = position.unrealized_split
    assert split is not None
    assert (split.total, split.price, split.fx, split.cross) == decimals(3725, 3375, 300, 50)


def test_a_position_without_a_price_is_withheld_and_the_total_partial() -> None:
    # AAPL 10·200·1.36 = 2,720 of three positions; RY and XIU have no price
    ledger = [
        bought(1, "AAPL", "10", "1000", "USD"),
        entry(2, "OPENING_BALANCE", "2024-01-02", security="RY", quantity="5"),
        entry(3, "OPENING_BALANCE", "2024-01-02", security="XIU", quantity="5"),
        entry(4, "DEPOSIT", "2024-01-02", "USD", gross_amount="1000"),
    ]
    got = value(ledger, marks({"AAPL": ("200", "USD")}, USD="1.36"))
    assert got.missing_prices == ("RY", "XIU")
    assert (got.total_value, got.state) == (Decimal("2720.00"), "partial")
    assert got.coverage == pytest.approx(1 / 3)
    assert got.coverage_by_cost is None  # two costs are unknown
    ry = got.positions[1]
    assert (ry.market_value, ry.weight, ry.state, ry.reason) == (
        None, None, "withheld", "MISSING_PRICE",
    )  # fmt: skip


def test_coverage_by_cost_weighs_what_is_missing() -> None:
    got = value([bought(1, "RY", "1", "300"), bought(2, "TD", "1", "100")],
                marks({"RY": ("10", "CAD")}))  # fmt: skip
    assert got.coverage_by_cost == pytest.approx(0.75)  # 300 of 400


def test_nothing_priced_is_withheld_not_zero() -> None:
    got = value([bought(1, "RY", "1", "300")], marks({}))
    assert (got.total_value, got.positions_value, got.state) == (None, None, "withheld")
    assert by_sector(got, {}).reason == "NOTHING_PRICED"


def test_a_missing_rate_withholds_the_position_and_its_cash() -> None:
    got = value(
        [bought(1, "AAPL", "1", "100", "USD"), entry(2, "DEPOSIT", "2024-01-02", gross_amount="5")],
        marks({"AAPL": ("100", "USD")}),
    )
    assert got.missing_rates == ("USD",)
    assert got.positions[0].reason == "MISSING_RATE"
    assert got.positions[0].price == 100  # the price is known, its worth in CAD is not


def test_a_carried_price_makes_its_position_and_the_total_stale() -> None:
    got = value([bought(1, "RY", "1", "90")], marks({"RY": ("100", "CAD")}, stale="RY"))
    assert (got.positions[0].state, got.state) == ("stale", "stale")


def test_receivables_are_inside_the_total_and_the_cash() -> None:
    ledger = [
        entry(1, "DIVIDEND", "2024-07-15", "USD", security="AAPL", gross_amount="24",
              ex_date="2024-06-20", pay_date="2024-07-15"),
    ]  # fmt: skip
    got = value(ledger, marks({}, USD="1.36"))
    assert got.receivable_balance == Decimal("32.64")
    assert (got.cash_balance, got.total_value) == (Decimal("32.64"), Decimal("32.64"))


def test_a_split_of_unknown_cost_is_unknown() -> None:
    opening = entry(1, "OPENING_BALANCE", "2024-01-02", security="RY", quantity="5")
    lots = book([opening], CAD, RATES).lots
    assert unrealized_split(lots, Decimal(10), Decimal(1)) is None


def test_weights_by_sector_cover_the_priced_part() -> None:
    # 300 bank, 100 without a sector, one position unpriced: 0.75 and 0.25
    got = by_sector(
        value(
            [bought(1, "RY", "3", "1"), bought(2, "ODD", "1", "1"), bought(3, "XIU", "1", "1")],
            marks({"RY": ("100", "CAD"), "ODD": ("100", "CAD")}),
        ),
        {"RY": "Banks"},
    )
    assert [(part.label, part.weight) for part in got.slices] == [
        ("Banks", Decimal("0.75")),
        ("Unclassified", Decimal("0.25")),
    ]
    assert (got.unpriced, got.state) == (("XIU",), "partial")


def test_weights_by_currency_count_cash_and_overdrafts() -> None:
    # 2 USD at 1.5 = 3 CAD of shares, −1 USD of cash = −1.50, 4.50 CAD: of 6, USD 0.25, CAD 0.75
    ledger = [
        entry(1, "BUY", "2024-01-02", "USD", security="AAPL", quantity="2", gross_amount="1"),
        entry(2, "DEPOSIT", "2024-01-02", gross_amount="4.50"),
    ]
    got = by_currency(value(ledger, marks({"AAPL": ("1", "USD")}, USD="1.5")))
    assert {part.label: part.weight for part in got.slices} == {
        "CAD": Decimal("0.75"), "USD": Decimal("0.25"),
    }  # fmt: skip


def test_a_sum_is_as_bad_as_its_worst_part() -> None:
    assert worst(["exact", "stale"]) == "stale"
    assert worst(["stale", "withheld", "partial"]) == "withheld"
    assert worst([]) == "exact"


HELD = st.lists(
    st.tuples(st.integers(1, 10**6), st.decimals("0.01", "5000", places=2)), min_size=1, max_size=8
)


@settings(max_examples=50, deadline=None)
@given(HELD, st.integers(2, 50))
def test_scaling_prices_and_cash_scales_the_value(
    held: list[tuple[int, Decimal]], factor: int
) -> None:
    items = [Item(i, "CAD", market_value(Decimal(q), p)) for i, (q, p) in enumerate(held)]
    scaled = [Item(i, "CAD", market_value(Decimal(q), p * factor)) for i, (q, p) in enumerate(held)]
    assert nav(scaled, {}, "CAD").total == factor * nav(items, {}, "CAD").total


@settings(max_examples=50, deadline=None)
@given(HELD, st.randoms(use_true_random=False))
def test_the_order_of_holdings_changes_nothing(
    held: list[tuple[int, Decimal]], shuffler: Random
) -> None:
    items = [Item(i, "USD", market_value(Decimal(q), p)) for i, (q, p) in enumerate(held)]
    shuffled = items[:]
    shuffler.shuffle(shuffled)
    rates = {"USD": Decimal("1.3651")}
    assert nav(shuffled, rates, "CAD").total == nav(items, rates, "CAD").total


@settings(max_examples=50, deadline=None)
@given(HELD)
def test_weights_sum_to_exactly_one(held: list[tuple[int, Decimal]]) -> None:
    ledger = [bought(i + 1, f"S{i}", str(q), "1") for i, (q, _) in enumerate(held)]
    ledger.append(entry(99, "DEPOSIT", "2024-01-02", gross_amount="100"))
    at = marks({f"S{i}": (str(price), "CAD") for i, (_, price) in enumerate(held)})
    sectors = {f"S{i}": f"sector {i % 3}" for i in range(len(held))}
    valuation = value(ledger, at)
    assert sum(part.weight for part in by_sector(valuation, sectors).slices) == 1
    assert sum(part.weight for part in by_currency(valuation).slices) == 1

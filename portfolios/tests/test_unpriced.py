"""A position without a price is withheld and named; what depends on it is never guessed."""

from decimal import Decimal

import pytest

from accounts.models import User
from patterns.context import Context
from portfolios.capabilities.allocation import allocation, sector_allocation
from portfolios.capabilities.attribution import currency
from portfolios.capabilities.gain import gain_parts
from portfolios.capabilities.history import historical_nav
from portfolios.capabilities.inputs import Compared, OfPortfolio, OverNamedPeriod, OverPeriod
from portfolios.capabilities.performance import compute_twr
from portfolios.capabilities.periods import periods
from portfolios.capabilities.positions import get_valued_positions
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.selectors.cards import portfolio_cards
from portfolios.services import run_import
from portfolios.tests.world import ACME, FRI, MON, THU, TUE, WED, make_market

LEDGER = """\
date,type,symbol,exchange,quantity,price,gross_amount,currency,fx_rate,cost_basis
2013-02-04,DEPOSIT,,,,,1000.00,CAD,,
2013-02-04,OPENING_BALANCE,DARK,XTSE,7,,,CAD,,
2013-02-05,BUY,MAPLE,XTSE,10,20,,CAD,,
"""


@pytest.fixture
def ctx(market: None, portfolio: Portfolio, alice: User) -> Context:
    run_import(portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="l.csv", by=alice)
    return build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")


def test_the_total_is_partial_and_says_what_is_missing(ctx: Context, portfolio: Portfolio) -> None:
    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    maple, dark = found.positions

    assert found.total_value.value == 1050  # 10 × 25 + 800; DARK is not zero, it is not there
    assert (found.total_value.state, found.total_value.coverage) == ("partial", 0.5)
    assert found.total_value.missing == ("DARK",)
    assert dark.price.reason == (
        "DARK has no price in 2013-02-08-ECB-r1: no price source is connected."
    )
    assert (dark.market_value.value, dark.weight.value) == (None, None)
    assert dark.cost_basis.missing == ("cost basis of DARK",)
    assert maple.weight.state == "partial"


def test_returns_risk_and_attribution_are_withheld_by_name(
    ctx: Context, portfolio: Portfolio
) -> None:
    args = OverPeriod(portfolio_id=portfolio.pk)
    track, effects = compute_twr(ctx, args), currency(ctx, args)

    for figure in (
        track.twr_1d,
        track.twr_inception,
        track.volatility,
        track.sharpe_ratio,
        track.max_drawdown,
        track.current_drawdown,
        effects.total_return,
    ):
        assert (figure.state, figure.missing) == ("withheld", ("DARK",))
    assert [row.effect.value for row in effects.effects] == [None, None, None]


def test_the_history_is_partial_and_withheld_while_nothing_is_priced(
    ctx: Context, portfolio: Portfolio
) -> None:
    found = historical_nav(ctx, OverPeriod(portfolio_id=portfolio.pk))
    assert [point.state for point in found.points] == ["withheld", *["partial"] * 4]
    assert found.points[-1].total_value == 1050
    assert found.changes.value_change.missing == ("DARK",)


def test_the_list_says_that_nothing_was_priced_on_the_day(
    ctx: Context, portfolio: Portfolio, alice: User
) -> None:
    Portfolio.objects.update(default_asof_date=MON)
    (card,) = portfolio_cards(alice)
    assert (card.asof_date, card.state) == (MON, "withheld")
    assert card.total_value.reason == "None of its positions has a price."


def test_the_slices_cover_the_priced_part(ctx: Context, portfolio: Portfolio) -> None:
    found = sector_allocation(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    assert [(s.label, s.weight.value) for s in found.slices] == [("Finance", 1.0)]
    assert found.unpriced == ("DARK",)
    assert found.coverage.value == 0.5


def test_a_price_that_was_carried_forward_is_stale_and_names_its_day(
    db: None, portfolio: Portfolio, alice: User
) -> None:
    """ACME did not trade on Friday: Thursday's 12 is used, and said to be Thursday's."""
    make_market({"ACME": {MON: "10", TUE: "10", WED: "11", THU: "12"}})
    text = (
        "date,type,symbol,quantity,price,gross_amount,currency,fx_rate\n"
        "2013-02-04,DEPOSIT,,,,500.00,CAD,\n"
        "2013-02-04,BUY,ACME,20,10,,USD,1\n"
    )
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")

    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    (row,) = found.positions

    assert row.price.value == 12
    assert (row.price.state, row.price.asof_date) == ("stale", THU)
    assert row.market_value.value == Decimal("288")  # 20 × 12 × 1.20
    assert found.total_value.state == "stale"
    assert found.total_value.reason == ("Carried forward from an earlier day: ACME of 2013-02-07.")
    assert ctx.asof_date == FRI
    assert ACME.symbol == row.symbol


def test_cash_is_not_partial_because_a_share_has_no_price(
    ctx: Context, portfolio: Portfolio
) -> None:
    """1,000 came, 200 bought MAPLE: the 800 that are left do not depend on DARK's price."""
    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    assert (found.cash_balance.value, found.cash_balance.state) == (Decimal(800), "exact")
    assert (found.receivable_balance.value, found.receivable_balance.state) == (Decimal(0), "exact")
    assert (found.positions_value.value, found.positions_value.state) == (Decimal(250), "partial")


def test_a_share_is_as_good_as_the_whole_and_an_amount_as_its_own_parts(
    ctx: Context, portfolio: Portfolio
) -> None:
    """DARK, a share in CAD, has no price: all weights are partial, the amount of MAPLE is not."""
    found = allocation(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    assert {row.weight.state for row in found.by_holding} == {"partial"}
    assert [(row.label, row.market_value.state) for row in found.by_holding] == [
        ("Cash", "exact"),
        ("MAPLE", "exact"),
    ]
    (cad,) = found.by_currency
    assert (cad.market_value.value, cad.market_value.state) == (Decimal(1050), "partial")
    assert (cad.market_value.missing, cad.market_value.coverage) == (("DARK",), 0.5)


def test_cash_beside_positions_of_which_none_is_priced_is_still_known(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """On Monday only DARK and 1,000 CAD were held: the money is known, the whole is not."""
    run_import(portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test", asof=MON)
    args = OfPortfolio(portfolio_id=portfolio.pk)

    found, shares = get_valued_positions(ctx, args), allocation(ctx, args)

    assert (found.cash_balance.value, found.cash_balance.state) == (Decimal(1000), "exact")
    assert (found.total_value.value, found.positions_value.value) == (None, None)
    assert (shares.state, shares.by_holding, shares.by_currency) == ("withheld", (), ())


def test_a_carried_price_is_flagged_in_what_it_touches_and_nowhere_else(
    db: None, portfolio: Portfolio, alice: User
) -> None:
    """ACME's price of Friday is Thursday's; MAPLE and the cash are of Friday.

    500 − 200 − 100 = 200 CAD of cash, 5 × 25 = 125 CAD of MAPLE, 20 × 12 × 1.20 = 288 CAD of
    ACME: 613. MAPLE's 125 are exact; its share, 125/613, stands on Thursday's 288.
    """
    make_market(
        {"ACME": {MON: "10", TUE: "10", WED: "11", THU: "12"}, "MAPLE": {MON: "20", FRI: "25"}}
    )
    text = (
        "date,type,symbol,quantity,price,gross_amount,currency,fx_rate\n"
        "2013-02-04,DEPOSIT,,,,500.00,CAD,\n"
        "2013-02-04,DEPOSIT,,,,200.00,USD,1\n"
        "2013-02-04,BUY,ACME,20,10,,USD,1\n"
        "2013-02-04,BUY,MAPLE,5,20,,CAD,\n"
        "2013-02-05,WITHDRAWAL,,,,200.00,CAD,\n"
    )
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")
    args = OfPortfolio(portfolio_id=portfolio.pk)

    found, shares = get_valued_positions(ctx, args), allocation(ctx, args)
    acme, maple = found.positions

    assert found.total_value.value == 613
    assert (found.total_value.state, found.positions_value.state) == ("stale", "stale")
    assert (found.cash_balance.value, found.cash_balance.state) == (Decimal(200), "exact")
    assert (acme.weight.state, maple.weight.state) == ("stale", "stale")
    assert maple.weight.value == pytest.approx(125 / 613, abs=1e-12)
    assert maple.weight.reason == "Carried forward from an earlier day: ACME of 2013-02-07."
    assert (acme.market_value.state, maple.market_value.state) == ("stale", "exact")
    assert [(row.label, row.market_value.state) for row in shares.by_holding] == [
        ("ACME", "stale"),
        ("Cash", "exact"),
        ("MAPLE", "exact"),
    ]
    assert {row.label: row.market_value.state for row in shares.by_currency} == {
        "USD": "stale",
        "CAD": "exact",
    }
    assert {row.weight.state for row in shares.by_holding} == {"stale"}


RARELY = """\
date,type,symbol,exchange,quantity,price,gross_amount,currency
2013-02-04,DEPOSIT,,,,,1000.00,CAD
2013-02-04,BUY,MAPLE,XTSE,10,20,,CAD
2013-02-07,BUY,DARK,XTSE,1,10,,CAD
"""


def test_what_needs_values_at_the_ends_alone_stands_on_the_last_whole_one(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """DARK has no price from Thursday on. On Wednesday 1,000 were worth 800 + 200: no gain."""
    run_import(portfolio_id=portfolio.pk, content=RARELY.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")
    asked = Compared.model_validate({"portfolio_id": portfolio.pk})
    found = periods(ctx, asked).chosen

    assert found.twr.state == "withheld"
    assert (found.gain.value, found.gain.state) == (Decimal(0), "stale")
    assert (found.modified_dietz.value, found.modified_dietz.asof_date) == (0.0, WED)
    assert found.modified_dietz.reason == f"Valued whole last on {WED}."
    over = OverNamedPeriod.model_validate({"portfolio_id": portfolio.pk})
    assert gain_parts(ctx, over).gain.value == 0

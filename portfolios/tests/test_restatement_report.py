"""What a restatement moved, by hand. The market and ledger of `world`: ACME closed at 13 on
Thursday, not at 12, and there are 15 of them at 1.04 CAD for a dollar: 15.60 CAD more.

              Wed 6       Thu 7                       Fri 8
    before    1,040.80    1,111.60  +6.8024596 %      1,198  +7.7725801 %
    after     1,040.80    1,127.20  +8.3013067 %      1,198  +6.2810504 %
    restated              1,111.60 / 1,127.20

Wednesday to Friday is 1,198 / 1,040.80 either way, so no return of a longer period moves.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.identity import as_service
from accounts.models import Membership, User
from market.exceptions import PackNotFound, RestatementNotFound
from market.models import PricingPack
from market.services import build_pack, ingest_observations
from portfolios.calc.restatement import DayFigures, History, moves
from portfolios.calc.returns import ReturnSeries
from portfolios.models import Portfolio
from portfolios.selectors import visible_portfolios
from portfolios.selectors.restatement import RestatementReport, restatement_report
from portfolios.services import (
    connect_and_reprice,
    create_portfolio,
    restate_and_reprice,
    run_import,
)
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.restated import LATE, NEW, OLD, late_close, report, restate
from portfolios.tests.test_unpriced import LEDGER as DARK_LEDGER
from portfolios.tests.world import (
    ACME,
    FRI,
    LEDGER,
    THU,
    TUE,
    WED,
    close_of,
    fix,
    listing,
    make_market,
)


def test_it_names_the_row_that_changed(restated: Portfolio) -> None:
    (fact,) = report().facts
    assert (fact.day, fact.key, fact.symbol) == (THU, "ACME.XNAS.raw", "ACME")
    assert fact.old is not None
    assert fact.new is not None
    assert (fact.old.value, fact.new.value, fact.new.unit) == ("12", "13", "USD")
    assert (fact.new.source, fact.new.state, fact.known_at) == ("tests", "exact", LATE)


def test_it_says_what_moved_from_what_to_what(restated: Portfolio) -> None:
    (moved,) = report().portfolios
    assert (moved.name, moved.base_currency, moved.asof_date) == (restated.name, "CAD", FRI)
    found = {(it.move.figure, it.move.asof_date): it for it in moved.figures}
    assert list(found) == [("total_value", THU), ("twr_1d", THU), ("twr_1d", FRI)]

    value = found["total_value", THU].move
    assert (value.old, value.new) == (Decimal("1111.60"), Decimal("1127.20"))
    assert value.difference == Decimal("15.60")
    thursday, friday = found["twr_1d", THU].move, found["twr_1d", FRI].move
    assert thursday.old == pytest.approx(1111.6 / 1040.8 - 1)
    assert thursday.new == pytest.approx(1127.2 / 1040.8 - 1)
    assert friday.old == pytest.approx(1198 / 1111.6 - 1)
    assert friday.new == pytest.approx(1198 / 1127.2 - 1)
    assert all(it.because == (0,) for it in moved.figures)


def test_a_restated_last_day_moves_the_headlines(traded: Portfolio) -> None:
    """ACME at 13 on Friday: 15 x 1.20 = 18 CAD more than 1,198, since 1,000 on Monday."""
    ingest_observations([close_of(ACME, FRI, "13", known_at=LATE)])
    restate()
    (moved,) = report("2013-02-08-ECB-r2").portfolios
    found = {it.move.figure: it.move for it in moved.figures}
    assert found["total_value"].difference == 18
    for name in ("twr_mtd", "twr_ytd", "twr_inception"):
        assert found[name].old == pytest.approx(0.198)
        assert found[name].new == pytest.approx(0.216)
    assert "twr_1y" not in found  # too young for one on both sides
    assert "volatility_1y" not in found


def test_the_headlines_are_of_the_portfolios_own_day(traded: Portfolio) -> None:
    """On Thursday 1,127.20 / 1,000 instead of 1,111.60 / 1,000."""
    Portfolio.objects.update(default_asof_date=THU)
    late_close()
    restate()
    (moved,) = report().portfolios
    found = {it.move.figure: it.move for it in moved.figures}
    assert moved.asof_date == THU
    assert found["twr_inception"].old == pytest.approx(0.1116)
    assert found["twr_inception"].new == pytest.approx(0.1272)


def test_a_rate_moves_what_is_in_its_currency(traded: Portfolio, alice: User) -> None:
    """One euro is 1.25 CAD on Thursday, so one dollar 1.00: 180 + 360 USD lose 0.04 each."""
    idle = PortfolioFactory.create(name="Idle", owner=alice, base_currency="USD")
    ingest_observations([], [replace(fix("CAD", THU, "1.25"), available_at=LATE)])
    restate()
    found = report()
    assert [(fact.kind, fact.key) for fact in found.facts] == [("fx", "EUR/CAD")]
    (moved,) = found.portfolios
    assert moved.figures[0].move.difference == Decimal("-21.60")
    assert found.unmoved == 1
    assert idle.pk != moved.portfolio_id


def fix_at(day: date, rate: str) -> Any:
    return replace_known(fix("CAD", day, rate))


def replace_known(quote: Any) -> Any:
    from dataclasses import replace

    return replace(quote, available_at=LATE)


def test_what_nobody_holds_moves_nothing(restated: Portfolio, alice: User) -> None:
    other = PortfolioFactory.create(name="Maple alone", owner=alice)
    content = (
        "date,type,symbol,exchange,quantity,price,gross_amount,currency\n"
        "2013-02-04,DEPOSIT,,,,,1000.00,CAD\n"
        "2013-02-05,BUY,MAPLE,XTSE,10,20,,CAD\n"
    )
    run_import(portfolio_id=other.pk, content=content.encode(), filename="m.csv", by=alice)
    found = report()
    assert [it.name for it in found.portfolios] == [restated.name]
    assert (found.unmoved, found.figures) == (1, 3)


def test_a_listing_that_becomes_priced_moves_from_nothing(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """7 DARK at 3 from Tuesday, at 5 from Thursday: 21 and 35 more; the returns of the whole
    portfolio were withheld and are known now."""
    content = DARK_LEDGER.encode()
    run_import(portfolio_id=portfolio.pk, content=content, filename="l.csv", by=alice)
    closes = b"date,close\n2013-02-05,3\n2013-02-07,5\n"
    connect_and_reprice(listing("DARK"), closes, "dark.csv", by=alice)
    found = report("2013-02-08-ECB-r2")
    assert [(it.day, it.new_id[-2:]) for it in found.restatement.days] == [
        (day, "r2") for day in (TUE, WED, THU, FRI)
    ]
    assert [fact.old for fact in found.facts] == [None] * 4
    (moved,) = found.portfolios
    values = [it.move.difference for it in moved.figures if it.move.figure == "total_value"]
    assert values == [21, 21, 35, 35]
    returns = [it.move for it in moved.figures if it.move.figure == "twr_1d"]
    assert {move.old_reason for move in returns} == {"BROKEN_CHAIN"}
    # Wednesday's return rests on Tuesday's and on Wednesday's row.
    wednesday = next(
        it for it in moved.figures if it.move.figure == "twr_1d" and it.move.asof_date == WED
    )
    assert wednesday.because == (0, 1)


def test_the_first_revision_leads_to_what_superseded_it(restated: Portfolio) -> None:
    assert report(OLD).report_hash == report(NEW).report_hash


def test_each_restatement_has_its_own_report(restated: Portfolio) -> None:
    """13 becomes 14: another 15.60."""
    ingest_observations([close_of(ACME, THU, "14", known_at=LATE + timedelta(days=1))])
    restate_and_reprice(THU, THU, reason="Once more.", by=None)
    first, second = report(NEW), report("2013-02-07-ECB-r3")
    values = [it.portfolios[0].figures[0].move for it in (first, second)]
    assert [(move.old, move.new) for move in values] == [
        (Decimal("1111.60"), Decimal("1127.20")),
        (Decimal("1127.20"), Decimal("1142.80")),
    ]


@pytest.mark.parametrize("pack", ["2013-02-06-ECB-r1", "2013-02-08-ECB-r1"])
def test_a_pack_that_corrects_nothing_has_no_report(restated: Portfolio, pack: str) -> None:
    with pytest.raises(RestatementNotFound):
        report(pack)
    with pytest.raises(PackNotFound):
        report("2013-02-07-ECB-r9")


def test_two_machines_give_the_same_diff(db: None, alice: User) -> None:
    """The second is told the same after other things: other ids, other seal numbers, other times
    of sealing, one more portfolio of somebody else."""
    found = []
    for machine in range(2):
        with as_service("another machine"):
            connection.cursor().execute("SAVEPOINT machine")
            if machine:
                elsewhere()
            make_market()
            portfolio = create_portfolio(by=alice, name="Savings", base_currency="CAD")
            run_import(
                portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="l.csv", by=alice
            )
            late_close()
            restate()
            said = restatement_report(NEW, visible_portfolios(alice))
            found.append((said, PricingPack.objects.get(pk=NEW).seal_number, portfolio.pk))
            connection.cursor().execute("ROLLBACK TO SAVEPOINT machine")
    (one, seal, pk), (two, other_seal, other_pk) = found
    assert (seal, pk) != (other_seal, other_pk)
    assert one.report_hash == two.report_hash
    assert [(it.old_hash, it.new_hash) for it in one.restatement.days] == [
        (it.old_hash, it.new_hash) for it in two.restatement.days
    ]
    assert without_names(one) == without_names(two)


def elsewhere() -> None:
    """Seals of another year, so that every number here is another one."""
    for day in (date(2012, 2, 6), date(2012, 2, 7)):
        build_pack(day)


def without_names(report: RestatementReport) -> dict[str, Any]:
    said = report.as_dict()
    del said["sealed_at"]
    for portfolio in said["portfolios"]:
        del portfolio["id"], portfolio["ledger_commit_hash"]
    return said


def test_noise_of_the_last_bits_is_no_move() -> None:
    """0.1 + 0.2 is not 0.3 in floating point, and no figure moved."""
    first, second = date(2013, 2, 4), date(2013, 2, 5)
    sides = [
        History(
            {second: DayFigures(Decimal(1), earned, "exact")},
            ReturnSeries(first, (second,), (earned,)),
        )
        for earned in (0.1 + 0.2, 0.3)
    ]
    assert moves(sides[0], sides[1], [second], second) == ()


def test_a_day_that_had_no_pack_moves_from_nothing() -> None:
    day = date(2013, 2, 5)
    nothing = History({}, ReturnSeries(day, (), ()))
    value = History({day: DayFigures(Decimal(1), None, "partial")}, ReturnSeries(day, (), ()))
    (move,) = moves(nothing, value, [day], day)
    assert (move.old, move.new, move.difference) == (None, Decimal(1), None)
    assert move.old_reason == "NO_PACK"


def test_memberships_decide_what_a_report_holds(restated: Portfolio, charlie: User) -> None:
    assert restatement_report(NEW, visible_portfolios(charlie)).portfolios == ()
    Membership.objects.create(user=charlie, portfolio_id=restated.pk, role="viewer")
    (moved,) = restatement_report(NEW, visible_portfolios(charlie)).portfolios
    assert moved.portfolio_id == restated.pk

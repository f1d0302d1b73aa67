"""What a context is built from is read in few statements, and says what the models say."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from market.models import Benchmark
from market.selectors import head_for, market_head, pack_by_id
from portfolios.models import CostMethodChange, Portfolio, Transaction
from portfolios.selectors.benchmark_contents import contents_of
from portfolios.selectors.circumstances import circumstances_of
from portfolios.selectors.ledger import ledger_head
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.test_benchmarks import beside, dividend, make
from portfolios.tests.world import FRI, MON, THU, WED, listing

pytestmark = pytest.mark.django_db


def test_heads_are_those_of_ledger_and_market(restated: Portfolio) -> None:
    head = ledger_head(restated.pk)
    old, *live = [
        circumstances_of(restated.pk, pack_id)
        for pack_id in ("2013-02-07-ECB-r1", "2013-02-07-ECB-r2", "2013-02-08-ECB-r1")
    ]
    assert (old.ledger_seq, old.ledger_commit_hash) == (head.seq, head.entry_hash)
    assert old.market_head == head_for(pack_by_id("2013-02-07-ECB-r1"))
    assert {now.market_head for now in live} == {market_head()}
    assert old.market_head < market_head()


def test_securities_and_changes_of_method_in_order(traded: Portfolio, alice: User) -> None:
    for day in (FRI, THU):
        CostMethodChange.objects.create(
            portfolio=traded, cost_method="HIFO", effective_from=day, created_by=alice
        )
    found = circumstances_of(traded.pk, "")
    symbols = Transaction.objects.filter(portfolio=traded).values_list("security__symbol")
    assert [row[0] for row in found.securities] == sorted({it for (it,) in symbols if it})
    assert [row[5] for row in found.securities if row[0] == "ACME"] == ["USD"]
    assert found.methods == [
        [THU.isoformat(), "HIFO", "", None],
        [FRI.isoformat(), "HIFO", "", None],
    ]


def test_an_empty_portfolio_has_the_head_of_nothing(market: None, alice: User) -> None:
    empty = PortfolioFactory.create(owner=alice)
    found = circumstances_of(empty.pk, "2013-02-08-ECB-r1")
    head = ledger_head(empty.pk)
    assert (found.ledger_seq, found.ledger_commit_hash) == (0, head.entry_hash)
    assert (found.securities, found.methods) == ([], [])


def test_contents_of_a_blend_and_of_a_security(traded: Portfolio) -> None:
    blend = make({"MAPLE": "0.75", "ACME": "0.25"}, {"rebalancing": "monthly"})
    alone = make({"MAPLE": "1"})
    dividend("ACME", "XNAS", WED, "0.5", withholding_tax_rate=Decimal("0.15"))
    dividend("MAPLE", "XTSE", MON, "0.2")
    acme, maple = listing("ACME"), listing("MAPLE")

    said, other = _only(blend), _only(alone)
    assert said[:2] == [blend.name, {"rebalancing": "monthly"}]
    assert said[2] == [
        [acme.key, "USD", acme.sector, 0.25],
        [maple.key, "CAD", maple.sector, 0.75],
    ]
    assert [fact[:4] for fact in said[3]] == [
        [maple.key, "dividend", MON, Decimal("0.2")],
        [acme.key, "dividend", WED, Decimal("0.5")],
    ]
    assert other[2] == [[maple.key, "CAD", maple.sector, 1.0]]
    assert [fact[0] for fact in other[3]] == [maple.key]


def _only(benchmark: Benchmark) -> list[Any]:
    (said,) = contents_of([benchmark.pk])
    return said


def test_a_context_beside_a_benchmark_takes_six_statements(traded: Portfolio, alice: User) -> None:
    blend = make({"MAPLE": "0.75", "ACME": "0.25"})
    beside(alice, traded, blend)
    with CaptureQueriesContext(connection) as asked:
        beside(alice, traded, blend)
    said = [it["sql"] for it in asked if not it["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    own = [sql for sql in said if "set_config" not in sql and "current_setting" not in sql]
    assert len(own) <= 6, own

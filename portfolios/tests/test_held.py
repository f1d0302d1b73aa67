"""What somebody holds on a day, as the market is told it. The ledger of `world`:
20 ACME from Monday, 10 MAPLE from Tuesday, 5 ACME sold on Thursday."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from market.exceptions import PackIncomplete
from market.models import PricingPack
from market.services import build_pack
from portfolios.models import Portfolio
from portfolios.selectors.held import held_between, held_on
from portfolios.tests.factories import PortfolioFactory, append, trade
from portfolios.tests.world import FRI, MON, THU, TUE, WED, listing


def test_a_lot_is_held_from_its_purchase_to_before_its_sale(traded: Portfolio, alice: User) -> None:
    append(traded, alice, trade("SELL", listing("MAPLE"), "10", "25", THU))
    on = held_between("ECB", MON, FRI)
    assert on(MON).listings == {"ACME.XNAS.raw"}
    assert on(TUE).listings == on(WED).listings == {"ACME.XNAS.raw", "MAPLE.XTSE.raw"}
    assert on(THU).listings == on(FRI).listings == {"ACME.XNAS.raw"}
    assert on(FRI).currencies == {"CAD", "USD"}


def test_nobody_holds_anything_before_the_first_purchase(traded: Portfolio) -> None:
    nothing = held_on("ECB", MON.replace(day=1))
    assert nothing.listings == nothing.currencies == frozenset()


def test_portfolios_of_another_policy_ask_for_nothing(traded: Portfolio, alice: User) -> None:
    other = PortfolioFactory.create(owner=alice, pricing_policy="elsewhere")
    append(other, alice, trade("BUY", listing("DARK"), "1", "5", MON))
    assert "DARK.XTSE.raw" not in held_on("ECB", FRI).listings
    assert held_on("elsewhere", FRI).listings == {"DARK.XTSE.raw"}


def test_a_pack_of_what_is_held_is_not_sealed_without_its_prices(traded: Portfolio) -> None:
    """The Monday after: nothing was observed, both closes and both rates are carried."""
    monday = FRI.replace(day=11)
    with pytest.raises(PackIncomplete, match="0 are missing and 2 late") as refused:
        build_pack(monday, required=held_on("ECB", monday))
    assert refused.value.details["coverage"]["observed"] == "0.5000"


def test_the_command_that_backfills_asks_who_holds_what(traded: Portfolio) -> None:
    monday = FRI.replace(day=11)
    out = StringIO()
    call_command("backfill_packs", str(FRI), str(monday), stdout=out)
    assert "0 packs sealed, 1 kept" in out.getvalue()
    assert "1 sessions without enough: 2013-02-11" in out.getvalue()
    assert not PricingPack.objects.filter(asof_date=monday).exists()

"""Closes for a listing that nobody priced, and what they change.

Alice holds 7 DARK, 10 MAPLE and 800 CAD in the market of `world`. DARK gets two closes:

              Mon 4   Tue 5   Wed 6   Thu 7   Fri 8
    DARK CAD          3       (3)     5       (5)
    7 DARK            21      21      35      35
    10 MAPLE  0       200     200     250     250
    cash      1,000   800     800     800     800
    before    -       1,000   1,000   1,050   1,050      (DARK not counted)
    after     -       1,021   1,021   1,085   1,085      (Monday has no DARK either way)
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.exceptions import PermissionDenied
from accounts.models import AuditEvent, User
from market.exceptions import ClosesRefused
from market.models import PriceObservation, PricingPack
from market.selectors import pack_faults, pack_health, pack_prices
from patterns.models import PatternRun, StepResult
from portfolios.models import Portfolio, PortfolioDailyValue
from portfolios.selectors.stored_days import stored_packs
from portfolios.selectors.unpriced import unconnected
from portfolios.services import Repriced, connect_and_reprice, rebuild_projections, run_import
from portfolios.services.runs import Execution, execute
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.test_unpriced import LEDGER
from portfolios.tests.world import LEDGER as OTHER_LEDGER
from portfolios.tests.world import THU, TUE, listing

TWO = b"date,close\n2013-02-05,3\n2013-02-07,5\n"
OLD_FRIDAY, NEW_FRIDAY = "2013-02-08-ECB-r1", "2013-02-08-ECB-r2"


@pytest.fixture
def holder(market: None, portfolio: Portfolio, alice: User) -> Portfolio:
    """The portfolio above."""
    run_import(portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="l.csv", by=alice)
    return portfolio


def connect(by: User | None, content: bytes = TWO, name: str = "dark.csv") -> Repriced:
    return connect_and_reprice(listing("DARK"), content, name, by=by)


def ask(user: User, portfolio: Portfolio, **more: Any) -> Execution:
    return execute(
        user=user,
        pattern_id="portfolio_overview",
        inputs={"portfolio_id": str(portfolio.pk)},
        correlation_id="test",
        **more,
    )


def total(done: Execution) -> Mapping[str, Any]:
    figure: Mapping[str, Any] = done.run.result["valued_positions"]["total_value"]
    return figure


def values(portfolio: Portfolio) -> list[Decimal | None]:
    rows = PortfolioDailyValue.objects.filter(portfolio=portfolio).order_by("asof_date")
    return list(rows.values_list("total_value", flat=True))


def test_two_closes_change_the_value_by_hand_computed_amounts(
    holder: Portfolio, alice: User
) -> None:
    assert total(ask(alice, holder))["value"] == "1050"
    assert values(holder)[1:] == [1000, 1000, 1050, 1050]

    done = connect(alice)

    after = total(ask(alice, holder))
    assert (after["value"], after["state"]) == ("1085", "stale")  # DARK is carried to Friday
    assert values(holder)[1:] == [1021, 1021, 1085, 1085]
    assert (done.connected.added, done.portfolios, done.daily_values) == (2, 1, 4)
    assert done.sentence == (
        "2 closes of DARK added. 4 packs restated from 2013-02-05 to 2013-02-08, and what stands "
        "on them was valued again. The packs before stay as they were."
    )


def test_the_old_packs_stay_and_name_their_successor(holder: Portfolio, alice: User) -> None:
    connect(alice)
    dark = listing("DARK").pk
    old, new = PricingPack.objects.get(pk=OLD_FRIDAY), PricingPack.objects.get(pk=NEW_FRIDAY)
    assert (new.supersedes_id, old.is_sealed) == (OLD_FRIDAY, True)
    assert new.reason == (
        "Closes of DARK.XTSE.raw from 2013-02-05 to 2013-02-07 became known (Upload: dark.csv)."
    )
    assert dark not in pack_prices(OLD_FRIDAY).prices
    price = pack_prices(NEW_FRIDAY).prices[dark]
    assert (str(price.close), price.asof_date, price.state) == ("5.00000000", THU, "stale")
    assert {
        "kind": "price",
        "source": "Upload: dark.csv",
        "fixing": "",
        "licence_class": "user",
    } in (new.sources)
    assert not PricingPack.objects.filter(pk="2013-02-04-ECB-r2").exists()  # before the first close
    assert pack_health(pack_id=NEW_FRIDAY)["status"] == "fresh"
    assert pack_faults() == (9, [])


def test_an_old_run_is_reproduced_by_its_old_pack(holder: Portfolio, alice: User) -> None:
    before = ask(alice, holder).run
    connect(alice)

    served = ask(alice, holder, pack_id=OLD_FRIDAY).run
    assert (served.cached, served.run_hash) == (True, before.run_hash)

    PatternRun.objects.all().delete()
    StepResult.objects.all().delete()
    computed = ask(alice, holder, pack_id=OLD_FRIDAY).run
    assert (computed.cached, computed.result_hash) == (False, before.result_hash)
    assert ask(alice, holder).run.result_hash != before.result_hash


def test_whoever_does_not_hold_it_keeps_every_figure(holder: Portfolio, alice: User) -> None:
    other = PortfolioFactory.create(name="Other", owner=alice)
    content = OTHER_LEDGER.encode()
    run_import(portfolio_id=other.pk, content=content, filename="o.csv", by=alice)
    before = values(other)
    connect(alice)

    assert values(other) == before
    assert stored_packs(other.pk)[TUE] == "2013-02-05-ECB-r2"
    ended = PortfolioDailyValue.revisions.filter(portfolio=other).exclude(to_head=None)
    assert list(ended.order_by("asof_date").values_list("total_value", flat=True)) == before[1:]
    assert rebuild_projections(other.pk).differences == ()
    assert rebuild_projections(holder.pk).differences == ()


def test_the_same_file_again_changes_nothing(holder: Portfolio, alice: User) -> None:
    connect(alice)
    again = connect(alice)
    assert (again.connected.added, again.connected.known, again.restated) == (0, 2, ())
    assert again.sentence == "All 2 closes of the file are known already; nothing changed."
    assert (PricingPack.objects.count(), PriceObservation.objects.brought().count()) == (9, 2)
    assert AuditEvent.objects.filter(action="market.packs.restate").count() == 1


def test_a_correction_restates_only_what_it_touches(holder: Portfolio, alice: User) -> None:
    """Thursday 6 instead of 5: Thursday and Friday, by 7."""
    connect(alice)
    done = connect(alice, b"date,close\n2013-02-07,6\n", "better.csv")
    assert [report.restated for report in done.restated] == [2]
    assert values(holder)[1:] == [1021, 1021, 1092, 1092]
    assert done.sentence.startswith("0 closes of DARK added, 1 corrected. 2 packs restated")
    assert total(ask(alice, holder, pack_id=NEW_FRIDAY))["value"] == "1085"


def test_who_may_not_changes_nothing(holder: Portfolio, bob: User, charlie: User) -> None:
    for user in (bob, charlie):  # role USER: an editor, and a stranger to the portfolio
        with pytest.raises(PermissionDenied):
            connect(user)
    assert (PricingPack.objects.count(), listing("DARK").price_source) == (5, "")


def test_a_file_with_mistakes_changes_nothing(holder: Portfolio, alice: User) -> None:
    with pytest.raises(ClosesRefused, match="2 mistakes"):
        connect(alice, b"date,close\n2013-02-05,3\n2013-02-09,4\n2013-02-07,NaN\n")
    assert (PricingPack.objects.count(), listing("DARK").price_source) == (5, "")


def test_a_run_names_the_listings_that_nobody_prices(
    holder: Portfolio, alice: User, django_assert_num_queries: Any
) -> None:
    done = ask(alice, holder)
    (found,) = unconnected(done.run.result, done.context.pricing_pack_id)
    assert (found.symbol, found.security_id) == ("DARK", listing("DARK").pk)
    assert unconnected({}, done.context.pricing_pack_id) == []  # the step has failed

    connect(alice)
    priced = ask(alice, holder)
    with django_assert_num_queries(0):
        assert unconnected(priced.run.result, priced.context.pricing_pack_id) == []


def shell(*words: object) -> Any:
    out = StringIO()
    call_command("connect_prices", *(str(word) for word in words), "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dark.csv"
    path.write_bytes(TWO)
    return path


def test_the_shell_does_the_same(holder: Portfolio, file: Path, alice: User) -> None:
    done = shell("DARK", file, "--exchange", "XTSE", "--user", alice.email)
    assert (done["connected"]["added"], done["restated"][0]["restated"]) == (2, 4)
    assert values(holder)[-1] == 1085
    assert AuditEvent.objects.get(action="market.prices.connect").actor == alice
    assert shell("DARK", file)["connected"]["known"] == 2


def test_the_shell_prints_every_mistake(holder: Portfolio, file: Path) -> None:
    file.write_text("date,close\n2013-02-05,nan\n2013-02-30,5\n")
    err, out = StringIO(), StringIO()
    with pytest.raises(CommandError, match="2 mistakes"):
        call_command("connect_prices", "DARK", str(file), stderr=err)
    assert [line[:5] for line in err.getvalue().splitlines()] == ["row 2", "row 3"]
    with pytest.raises(CommandError):
        call_command("connect_prices", "DARK", str(file), "--json", stdout=out)
    assert len(json.loads(out.getvalue())["error"]["details"]["errors"]) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("NONE",), "There is no listing NONE"),
        (("DARK", "--exchange", "XNYS"), "no listing DARK at XNYS"),
        (("DARK", "--user", "nobody@example.org"), "There is no active user"),
        (("ACME",), "priced by tests"),
    ],
)
def test_the_shell_refuses_with_a_sentence(
    holder: Portfolio, file: Path, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("connect_prices", words[0], str(file), *words[1:])

"""Beancount as a third opinion in the night, where it is installed."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from dawsos.night import chain
from dawsos.night.beancount import held_against_beancount
from dawsos.night.runner import run_all
from portfolios.models import Lot, Portfolio
from portfolios.tests.world import FRI

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR) / ".beancount"
installed = pytest.mark.skipif(not FOLDER.exists(), reason="Beancount is not installed")


@pytest.fixture
def third_opinion(settings: Any) -> None:
    settings.BEANCOUNT_FOLDER = FOLDER


@installed
def test_beancount_holds_what_the_lots_hold(third_opinion: None, traded: Portfolio) -> None:
    found = held_against_beancount([traded.pk])
    assert (found.asked, found.differences) == (1, ())


@installed
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity_open": Decimal(14)}, "The lots hold 14.0000000000 ACME, Beancount 15."),
        # 15 of 20 shares at 10 cost 150.
        ({"cost_basis_local": Decimal(151)}, "The lots of ACME cost 151.0000000000, Beancount"),
    ],
)
def test_what_beancount_says_otherwise_is_told(
    third_opinion: None, traded: Portfolio, change: dict[str, Decimal], words: str
) -> None:
    Lot.objects.filter(security__symbol="ACME").update(**change)
    (difference,) = held_against_beancount([traded.pk]).differences
    assert (difference.portfolio_id, difference.code) == (traded.pk, "BEANCOUNT_DIFFERS")
    assert difference.message.startswith(words)


@installed
def test_the_night_counts_whom_beancount_agrees_with(
    third_opinion: None, traded: Portfolio
) -> None:
    run = run_all(chain.start(FRI, "ECB"))
    stage = run.stages.get(stage="reconcile_ledger")
    assert (run.state, stage.counts["beancount"], stage.counts["beancount_differs"]) == (
        "done",
        1,
        0,
    )
    assert "Beancount agrees on 1." in stage.message


def test_without_beancount_the_night_says_so(traded: Portfolio) -> None:
    assert held_against_beancount([traded.pk]).asked == 0
    run = run_all(chain.start(FRI, "ECB"))
    message = run.stages.get(stage="reconcile_ledger").message
    assert "Beancount was not asked." in message

"""A night whose source fails, or talks nonsense, and recovers: as if nothing had been.

The Monday after the five days of `world`. The source should say ACME 13 USD, MAPLE 26 CAD, and of
one euro 1.25 USD and 1.50 CAD; it is the only thing here that is not the house's own.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import F

from dawsos.models import NightlyRun
from dawsos.night import chain
from dawsos.night.runner import run_all
from dawsos.tasks import sweep_nights
from market.calc.quotes import PriceQuote, RateQuote
from market.models import FxObservation, PriceObservation, PricingPack, Quarantine
from market.selectors import pack_health
from market.services import receiving
from portfolios.models import Portfolio, PortfolioDailyValue, PortfolioMetrics
from portfolios.models.metrics import FIGURES
from portfolios.tests.world import ACME, FRI, MAPLE, close_of, fix

pytestmark = pytest.mark.django_db
MONDAY = FRI.replace(day=11)
CLOSES = {"ACME": "13", "MAPLE": "26"}
Callbacks = Callable[..., AbstractContextManager[object]]


class Source:
    """What a provider is to the house; `breaks` is raised after the first close."""

    def __init__(self, closes: dict[str, str], breaks: Exception | None = None) -> None:
        self.closes, self.breaks = closes, breaks

    def prices(self) -> Iterator[PriceQuote]:
        for fact in (ACME, MAPLE):
            if fact.symbol in self.closes:
                yield close_of(fact, MONDAY, self.closes[fact.symbol])
            if self.breaks is not None:
                raise self.breaks

    def rates(self) -> Iterator[RateQuote]:
        yield fix("USD", MONDAY, "1.25")
        yield fix("CAD", MONDAY, "1.50")

    def last_day(self) -> date:
        return MONDAY


def html() -> Exception:
    try:
        json.loads("<html>Service unavailable</html>")
    except ValueError as error:
        return error
    raise AssertionError("that was JSON")


SILENT = {
    "429": Source(CLOSES, OSError("HTTP 429 Too Many Requests")),
    "500": Source(CLOSES, OSError("HTTP 500 Internal Server Error")),
    "timeout": Source(CLOSES, TimeoutError("no answer in 30 s")),
    "HTML": Source(CLOSES, html()),
    "half missing": Source({}),  # both rates are there
}
NONSENSE = {
    "NaN": (("NaN", "NaN"), "not_a_number"),
    "infinite": (("Infinity", "Infinity"), "not_a_number"),
    "zero": (("0", "0"), "not_positive"),
    "times 100": (("1300", "2600"), "hundredfold"),
}


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Callable[[Source], None]:
    return lambda source: monkeypatch.setattr(receiving, "bundled", source)


@pytest.fixture
def undisturbed(traded: Portfolio, listen: Callable[[Source], None]) -> dict[str, object]:
    """How Monday ends with a source that works; taken back again."""
    with transaction.atomic():
        listen(Source(CLOSES))
        assert run_all(chain.start(MONDAY, "ECB")).state == "done"
        found = outcome()
        transaction.set_rollback(True)
    assert not PricingPack.objects.filter(asof_date=MONDAY).exists()
    return found


def outcome() -> dict[str, object]:
    """All that the night leaves behind, without ids and clocks."""
    metrics = PortfolioMetrics.objects.order_by("asof_date").values(
        "asof_date", "pack_id", *FIGURES, "observations", "reasons", "ledger_commit_hash"
    )
    return {
        "packs": list(PricingPack.objects.order_by("pk").values_list("pk", "content_hash")),
        "closes": sorted(PriceObservation.objects.values_list("observed_on", "close")),
        "rates": sorted(FxObservation.objects.values_list("observed_on", "quote_currency", "rate")),
        "values": list(
            PortfolioDailyValue.objects.order_by("asof_date").values_list(
                "asof_date", "pack_id", "total_value", "time_weighted_return", "state"
            )
        ),
        "metrics": list(metrics),
        "nights": list(NightlyRun.objects.values_list("asof_date", "state", "pack_id")),
    }


def recovered(callbacks: Callbacks) -> NightlyRun:
    """A quarter of an hour later the sweeper comes by."""
    NightlyRun.objects.update(ended_at=F("ended_at") - timedelta(minutes=16))
    with callbacks(execute=True):
        sweep_nights()
    return NightlyRun.objects.get()


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT)
def test_a_source_that_was_silent_is_asked_again(
    undisturbed: dict[str, object],
    listen: Callable[[Source], None],
    source: Source,
    django_capture_on_commit_callbacks: Callbacks,
) -> None:
    listen(source)
    run = run_all(chain.start(MONDAY, "ECB"))
    assert (run.state, run.pack_id) == ("failed", "")
    assert chain.failure(run).startswith("build_pack: ")
    assert pack_health(pack_id="2013-02-08-ECB-r1")["is_fresh"]

    listen(Source(CLOSES))
    assert recovered(django_capture_on_commit_callbacks).state == "done"
    assert outcome() == undisturbed
    assert not Quarantine.objects.exists()


@pytest.mark.parametrize(("closes", "doubt"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_quarantined_and_named_and_asked_again(
    undisturbed: dict[str, object],
    listen: Callable[[Source], None],
    closes: tuple[str, str],
    doubt: str,
    django_capture_on_commit_callbacks: Callbacks,
) -> None:
    listen(Source(dict(zip(CLOSES, closes, strict=True))))
    run = run_all(chain.start(MONDAY, "ECB"))
    assert (run.state, run.pack_id) == ("failed", "")
    assert "ACME.XNAS.raw, MAPLE.XTSE.raw" in chain.failure(run)
    expected = [
        (subject, MONDAY, doubt, said, "held")
        for subject, said in zip(("ACME.XNAS.raw", "MAPLE.XTSE.raw"), closes, strict=True)
    ]
    assert held() == expected

    again = recovered(django_capture_on_commit_callbacks)  # still nonsense
    assert (again.state, held()) == ("failed", expected)
    listen(Source(CLOSES))
    assert recovered(django_capture_on_commit_callbacks).state == "done"
    assert outcome() == undisturbed
    assert held() == expected


def test_one_mad_close_is_left_out_and_what_it_is_of_is_carried(
    traded: Portfolio, listen: Callable[[Source], None]
) -> None:
    """300 CAD + 360 USD × 1.20 + 15 ACME × 12 of Friday × 1.20 + 10 MAPLE × 26 = 1,208 CAD."""
    listen(Source({"ACME": "1300", "MAPLE": "26"}))
    run = run_all(chain.start(MONDAY, "ECB"))
    assert run.state == "done"
    value = PortfolioDailyValue.objects.get(portfolio=traded, asof_date=MONDAY)
    assert (value.total_value, value.state) == (1208, "stale")
    assert held() == [("ACME.XNAS.raw", MONDAY, "hundredfold", "1300", "held")]


def held() -> list[tuple[object, ...]]:
    names = ("subject", "observed_on", "reason", "value", "state")
    return list(Quarantine.objects.order_by("subject").values_list(*names))


def test_a_source_is_left_alone_for_a_quarter_of_an_hour(
    traded: Portfolio, listen: Callable[[Source], None]
) -> None:
    listen(SILENT["half missing"])
    run_all(chain.start(MONDAY, "ECB"))
    assert chain.ask_sources_again() == []
    NightlyRun.objects.update(ended_at=F("ended_at") - timedelta(minutes=16))
    NightlyRun.objects.update(started_at=F("started_at") - timedelta(days=1))
    assert chain.ask_sources_again() == []  # a day is long enough


def test_a_night_that_has_a_successor_is_not_begun_again(
    traded: Portfolio, listen: Callable[[Source], None]
) -> None:
    listen(SILENT["half missing"])
    run_all(chain.start(MONDAY, "ECB"))
    NightlyRun.objects.update(ended_at=F("ended_at") - timedelta(minutes=16))
    chain.start(MONDAY + timedelta(days=1), "ECB")
    assert chain.ask_sources_again() == []


def test_a_break_of_the_books_is_not_the_sources_fault(traded: Portfolio) -> None:
    run = chain.start(FRI, "ECB")
    run.stages.filter(position=1).update(state="failed")
    NightlyRun.objects.update(state="failed", pack_id="2013-02-08-ECB-r1", ended_at=F("started_at"))
    NightlyRun.objects.update(ended_at=F("ended_at") - timedelta(hours=1))
    assert chain.ask_sources_again() == []

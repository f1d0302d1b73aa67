"""Observations from a source, through the gate: stored, or held in quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from accounts.identity import as_service
from market.calc.gate import Quote, Suspect, screen, subject_of, unit_of, value_of
from market.calc.policies import DEFAULT_POLICY
from market.calc.quotes import PriceQuote, RateQuote
from market.formats.delivery import Delivery
from market.formats.faults import Fault
from market.models import Quarantine
from market.models.observations import CLOSE_LIMIT, RATE_LIMIT
from market.providers import bundled
from market.selectors import policy_named, security_ids
from market.selectors.gate import subjects
from market.services.observations import IngestReport, ingest_observations

LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class GateReport:
    """What became of a batch: `quarantined` are newly doubted, `remembered` were before, whatever
    was decided of them; `unknown` are of listings that the house does not have, by name.
    `refused` could not be read at all."""

    stored: IngestReport
    quarantined: tuple[Suspect, ...]
    remembered: int
    unknown: tuple[str, ...]
    refused: tuple[Fault, ...] = ()


def receive(
    prices: Iterable[PriceQuote] = (),
    rates: Iterable[RateQuote] = (),
    *,
    policy: str = DEFAULT_POLICY,
) -> GateReport:
    """Store what is plausible by the policy and hold the rest, in one transaction.

    A batch that was received before changes nothing: what is stored is known, and what was
    doubted is remembered. What a person has rejected stays rejected; what one has accepted is
    known from then on, however early the source says that it knew. Raises ObservationRefused
    for a value that contradicts what is stored.
    """
    limits = policy_named(policy).plausibility
    with as_service("receive observations"):
        given: list[Quote] = [*prices, *rates]
        fresh = _not_remembered(given)
        known = subjects(fresh)
        closes = [quote for quote in fresh if isinstance(quote, PriceQuote)]
        fixings = [quote for quote in fresh if isinstance(quote, RateQuote)]
        seen = screen(closes, known, limits, largest=CLOSE_LIMIT)
        said = screen(fixings, known, limits, largest=RATE_LIMIT)
        stored = ingest_observations(
            [quote for quote in seen.accepted if isinstance(quote, PriceQuote)],
            [quote for quote in said.accepted if isinstance(quote, RateQuote)],
        )
        doubted = (*seen.quarantined, *said.quarantined)
        _hold(doubted)
        unknown = sorted({subject_of(quote) for quote in seen.unknown})
        return GateReport(stored, doubted, len(given) - len(fresh), tuple(unknown))


def receive_delivery(delivery: Delivery, *, policy: str = DEFAULT_POLICY) -> GateReport:
    """The same for a file; rows that could not be read are told and stop none of the others."""
    report = receive(delivery.quotes, policy=policy)
    return replace(report, refused=delivery.faults)


def fetch_observations(start: date, end: date) -> int:
    """Ask the bundled source for the days from `start` to `end`, both included; counts new ones."""
    prices = (quote for quote in bundled.prices() if start <= quote.observed_on <= end)
    rates = (quote for quote in bundled.rates() if start <= quote.observed_on <= end)
    return receive(prices, rates).stored.added


def _not_remembered(quotes: Sequence[Quote]) -> list[Quote]:
    """Without what was doubted before: a person decides once."""
    if not quotes:
        return []
    days = [quote.observed_on for quote in quotes]
    doubted = Quarantine.objects.filter(observed_on__gte=min(days), observed_on__lte=max(days))
    names = ("subject", "observed_on", "source", "fixing", "value", "unit")
    remembered = set(doubted.order_by().values_list(*names))
    return [quote for quote in quotes if _identity(quote) not in remembered]


def _hold(doubted: Sequence[Suspect]) -> None:
    ids = security_ids() if doubted else {}
    Quarantine.objects.bulk_create(
        (
            Quarantine(
                kind=Quarantine.Kind.PRICE if isinstance(it.quote, PriceQuote) else "fx",
                security_id=ids.get(it.subject),
                subject=it.subject,
                observed_on=it.quote.observed_on,
                value=_text(it.quote),
                unit=unit_of(it.quote),
                source=it.quote.source,
                fixing=_fixing(it.quote),
                licence_class=it.quote.licence_class,
                available_at=it.quote.available_at,
                reason=it.reason,
                message=it.message,
            )
            for it in doubted
        ),
        ignore_conflicts=True,
    )


def _identity(quote: Quote) -> tuple[object, ...]:
    return (
        subject_of(quote),
        quote.observed_on,
        quote.source,
        _fixing(quote),
        _text(quote),
        unit_of(quote),
    )


def _fixing(quote: Quote) -> str:
    return quote.fixing if isinstance(quote, RateQuote) else ""


def _text(quote: Quote) -> str:
    """Every digit that fits, plain where that is possible."""
    value = value_of(quote)
    plain = f"{value:f}" if value.is_finite() and abs(value.adjusted()) < LONGEST_VALUE else ""
    return (plain or str(value))[:LONGEST_VALUE]

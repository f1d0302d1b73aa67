"""Take in what sources say. An observation is added once and never changed.

A correction is a second observation of the same day with a later `available_at`. The same value
under the same moment is known already and is skipped; another value under the same moment is a
contradiction and refuses the whole delivery.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from accounts.identity import as_service
from market.calc.quotes import PriceQuote, RateQuote
from market.exceptions import ObservationRefused, SecurityNotFound
from market.models.observations import CLOSE_LIMIT, RATE_LIMIT
from market.selectors import security_ids

CHUNK = 10_000
Quote = TypeVar("Quote", PriceQuote, RateQuote)

ADD_PRICES = """
    WITH given AS (
      SELECT * FROM unnest(%s::uuid[], %s::date[], %s::numeric(20,8)[], %s::text[], %s::text[],
                           %s::text[], %s::timestamptz[])
        AS g (security_id, observed_on, close, currency, source, licence_class, available_at)
    ), added AS (
      INSERT INTO market_priceobservation
             (security_id, observed_on, close, currency, source, licence_class, available_at)
      SELECT * FROM given
      ON CONFLICT ON CONSTRAINT market_priceobservation_once DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM added), array_agg(g.observed_on::text) FILTER (
             WHERE (o.close, o.currency) <> (g.close, g.currency))
      FROM given g LEFT JOIN market_priceobservation o
        USING (security_id, observed_on, source, available_at)
"""
ADD_RATES = """
    WITH given AS (
      SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::numeric(20,10)[], %s::text[],
                           %s::text[], %s::text[], %s::timestamptz[])
        AS g (base_currency, quote_currency, observed_on, rate, source, fixing, licence_class,
              available_at)
    ), added AS (
      INSERT INTO market_fxobservation (base_currency, quote_currency, observed_on, rate, source,
                                        fixing, licence_class, available_at)
      SELECT * FROM given
      ON CONFLICT ON CONSTRAINT market_fxobservation_once DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM added), array_agg(g.observed_on::text) FILTER (
             WHERE o.rate <> g.rate)
      FROM given g LEFT JOIN market_fxobservation o
        USING (base_currency, quote_currency, observed_on, source, fixing, available_at)
"""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """How many observations were new, and how many were known already."""

    prices_added: int
    prices_known: int
    rates_added: int
    rates_known: int

    @property
    def added(self) -> int:
        return self.prices_added + self.rates_added


def ingest_observations(
    prices: Iterable[PriceQuote] = (), rates: Iterable[RateQuote] = ()
) -> IngestReport:
    """Store observations, all or none; giving the same ones again changes nothing.

    Raises SecurityNotFound for a listing that is not registered, ObservationRefused for a value
    that is not a positive finite number and for one that contradicts what is stored.
    """
    with as_service("take in observations"):
        given_prices, added_prices = _add(prices, ADD_PRICES, _price_columns(security_ids()))
        given_rates, added_rates = _add(rates, ADD_RATES, _rate_columns)
    return IngestReport(
        prices_added=added_prices,
        prices_known=given_prices - added_prices,
        rates_added=added_rates,
        rates_known=given_rates - added_rates,
    )


def _add(quotes: Iterable[Quote], statement: str, columns: Any) -> tuple[int, int]:
    given = added = 0
    stream = iter(quotes)
    with connection.cursor() as cursor:
        while chunk := list(islice(stream, CHUNK)):
            cursor.execute(statement, columns(chunk))
            new, contradicted = cursor.fetchone()
            if contradicted:
                raise ObservationRefused(
                    "Another value is stored under the same source and moment, for "
                    f"{', '.join(sorted(set(contradicted))[:5])}.",
                    details={
                        "reason": "observation_contradicts",
                        "days": sorted(contradicted)[:50],
                    },
                )
            given += len(chunk)
            added += new
    return given, added


def _price_columns(ids: Mapping[str, UUID]) -> Any:
    def columns(quotes: Sequence[PriceQuote]) -> list[list[Any]]:
        keys = [f"{q.symbol}.{q.exchange}.{q.price_basis}" for q in quotes]
        unknown = sorted(set(keys) - ids.keys())
        if unknown:
            raise SecurityNotFound(
                f"Not registered: {', '.join(unknown[:5])}.", details={"keys": unknown[:50]}
            )
        for quote in quotes:
            if not _is_within(quote.close, CLOSE_LIMIT):
                _refuse_number(f"{quote.symbol} close", quote.observed_on, quote.close)
        return [
            [ids[key] for key in keys],
            [q.observed_on for q in quotes],
            [q.close for q in quotes],
            [q.currency for q in quotes],
            [q.source for q in quotes],
            [q.licence_class for q in quotes],
            [q.available_at for q in quotes],
        ]

    return columns


def _rate_columns(quotes: Sequence[RateQuote]) -> list[list[Any]]:
    for quote in quotes:
        if not _is_within(quote.rate, RATE_LIMIT):
            pair = f"{quote.base_currency}/{quote.quote_currency}"
            _refuse_number(f"{pair} rate", quote.observed_on, quote.rate)
    return [
        [q.base_currency for q in quotes],
        [q.quote_currency for q in quotes],
        [q.observed_on for q in quotes],
        [q.rate for q in quotes],
        [q.source for q in quotes],
        [q.fixing for q in quotes],
        [q.licence_class for q in quotes],
        [q.available_at for q in quotes],
    ]


def _is_within(number: Decimal, limit: Decimal) -> bool:
    return number.is_finite() and 0 < number < limit


def _refuse_number(what: str, day: date, number: object) -> None:
    raise ObservationRefused(
        f"{what} of {day} is {number}; a positive finite number is needed.",
        suggestion="Leave the observation out: a gap is listed, a wrong number is not.",
        details={"reason": "number_invalid", "field": what, "value": str(number), "day": str(day)},
    )

"""Twenty years of sealed packs with a fixed seed, and one portfolio that was traded throughout.

Packs are copied in, the ledger is written through the public door: it is booked, chained and
valued as any other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np
import psycopg

from accounts.identity import as_service
from accounts.models import Membership, User
from benchmarks.night.world import copy, superuser
from market.models import Benchmark, FxRate, PackFreshness, Price, PricingPack, Security
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.services import append_entries

LAST = date(2024, 12, 31)
YEARS = 20
LISTINGS = 20
CURRENCIES = ("USD", "CAD", "EUR", "GBP")
PER_EURO = {"USD": 1.2, "CAD": 1.5, "GBP": 0.85}
SEED = 20
EACH_MONTH = Decimal(20_000)


@dataclass(frozen=True, eq=False)
class World:
    """closes: days × listings, as they stand in the packs; rates: units per euro, likewise."""

    owner: User
    portfolio: Portfolio
    days: list[date]
    listings: list[uuid.UUID]
    closes: Any
    rates: Any

    def close(self, day: date, listing: int) -> Decimal:
        return Decimal(f"{self.closes[self.days.index(day), listing]:.4f}")

    def rate(self, day: date, currency: str) -> Decimal:
        """Dollars for one unit."""
        row = self.rates[self.days.index(day)]
        per_euro = dict(zip(CURRENCIES, row.tolist(), strict=True))
        return round(Decimal(per_euro["USD"]) / Decimal(per_euro[currency]), 10)


def currency_of(listing: int) -> str:
    return CURRENCIES[listing % len(CURRENCIES)]


def weekdays(years: int = YEARS) -> list[date]:
    first = date(LAST.year - years, 12, 31)
    every = (first + timedelta(days=offset) for offset in range((LAST - first).days + 1))
    return [day for day in every if day.weekday() < 5]


def make(years: int = YEARS, listings: int = LISTINGS) -> World:
    """All of it, committed."""
    rng = np.random.default_rng(SEED)
    days = weekdays(years)
    moves = rng.normal(3e-4, 0.013, (len(days), listings))
    closes = np.rint(40e4 * np.exp(np.cumsum(moves, axis=0))) / 1e4
    start = np.array([PER_EURO.get(code, 1.0) for code in CURRENCIES])
    wander = rng.normal(0, 0.004, (len(days), len(CURRENCIES)))
    rates = np.rint(start * np.exp(np.cumsum(wander, axis=0)) * 1e6) / 1e6
    rates[:, CURRENCIES.index("EUR")] = 1.0
    with as_service("benchmark"):
        owner = User.objects.create_user(
            email="bench@example.org", password="a long one for a benchmark", role="MANAGER"
        )
    with superuser() as raw:
        keys = _securities(raw, listings)
        _packs(raw, days, keys, closes, rates)
    with as_service("benchmark"):
        compared = Benchmark.objects.create(name="Benchmark", security_id=keys[0])
        portfolio = Portfolio.objects.create(
            name=f"{years} years", base_currency="USD", owner=owner, benchmark=compared
        )
        Membership.objects.create(user=owner, portfolio_id=portfolio.pk, role="owner")
    world = World(owner, portfolio, days, keys, closes, rates)
    append_entries(portfolio_id=portfolio.pk, entries=list(_entries(world, rng)), by=owner)
    return world


def purchase(world: World, day: date, listing: int, quantity: int) -> Draft:
    """At the close of the day, paid out of dollars."""
    currency = currency_of(listing)
    return Draft(
        entry_type="BUY",
        transaction_date=day,
        security_id=world.listings[listing],
        currency=currency,
        quantity=Decimal(quantity),
        price=world.close(day, listing),
        fees=Decimal(5),
        fx_rate=None if currency == "USD" else world.rate(day, currency),
    )


def _entries(world: World, rng: np.random.Generator) -> Iterator[Draft]:
    """Each month money comes, is changed, and buys two listings; each quarter four pay."""
    months = {(day.year, day.month): day for day in reversed(world.days)}
    for number, day in enumerate(sorted(months.values())):
        yield Draft(
            entry_type="DEPOSIT", transaction_date=day, currency="USD", net_amount=EACH_MONTH
        )
        yield from _changed(world, day)
        for listing in rng.choice(len(world.listings), 2, replace=False).tolist():
            yield purchase(world, day, listing, int(rng.integers(20, 100)))
        if number % 3 == 2:
            for listing in range(4):
                yield Draft(
                    entry_type="DIVIDEND",
                    transaction_date=day,
                    security_id=world.listings[listing],
                    currency=currency_of(listing),
                    gross_amount=Decimal(100 + number),
                    taxes=Decimal(15),
                    fx_rate=None
                    if currency_of(listing) == "USD"
                    else world.rate(day, currency_of(listing)),
                )


def _changed(world: World, day: date) -> Iterator[Draft]:
    for currency in CURRENCIES[1:]:
        yield Draft(
            entry_type="FX_CONVERSION",
            transaction_date=day,
            currency="USD",
            net_amount=Decimal(4000),
            to_currency=currency,
            to_amount=round(Decimal(4000) / world.rate(day, currency), 2),
        )


def _securities(raw: psycopg.Connection[Any], listings: int) -> list[uuid.UUID]:
    keys = [uuid.uuid5(uuid.NAMESPACE_URL, f"figures {number}") for number in range(listings)]
    rows = (
        {
            "id": key,
            "symbol": f"F{number}",
            "name": f"Listing {number}",
            "exchange": "XNYS",
            "currency": currency_of(number),
            "dividend_currency": currency_of(number),
            "sector": f"Sector {number % 5}",
        }
        for number, key in enumerate(keys)
    )
    copy(raw, Security, rows)
    return keys


def _packs(
    raw: psycopg.Connection[Any],
    days: Sequence[date],
    keys: Sequence[uuid.UUID],
    closes: Any,
    rates: Any,
) -> None:
    ids = {day: f"{day}-ECB-r1" for day in days}
    # Sealing digests every fact; here the seal is all that readers look at.
    raw.execute("SET session_replication_role = replica")
    copy(
        raw,
        PricingPack,
        (
            {
                "id": pack,
                "asof_date": day,
                "policy": "ECB",
                "content_hash": sha256(pack.encode()).hexdigest(),
                "sealed_at": f"{day} 23:00+00",
                "seal_number": number,
                "sources": "[]",
                "gaps": "[]",
            }
            for number, (day, pack) in enumerate(ids.items(), start=1)
        ),
    )
    copy(raw, PackFreshness, ({"pack_id": pack, "state": "fresh"} for pack in ids.values()))
    copy(
        raw,
        Price,
        (
            {
                "pack_id": pack,
                "security_id": key,
                "close": f"{closes[row, number]:.4f}",
                "currency": currency_of(number),
                "asof_date": day,
                "source": "bench",
                "state": "exact",
            }
            for row, (day, pack) in enumerate(ids.items())
            for number, key in enumerate(keys)
        ),
    )
    copy(
        raw,
        FxRate,
        (
            {
                "pack_id": pack,
                "base_currency": "EUR",
                "quote_currency": code,
                "rate": f"{rates[row, number]:.6f}",
                "asof_date": day,
                "source": "bench",
                "fixing": "bench",
                "state": "exact",
            }
            for row, (day, pack) in enumerate(ids.items())
            for number, code in enumerate(CURRENCIES)
            if code != "EUR"
        ),
    )
    raw.execute("SELECT setval('market_seal_number', %s)", [len(ids)])
    raw.execute("SET session_replication_role = origin")

"""Random worlds of many portfolios: closes of many decimals, late marks, several currencies."""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from accounts.models import User
from market.models import PricingPack, Security
from market.services import mark_fresh
from market.services.packs import seal_pack
from market.tests.factories import (
    FxRateFactory,
    PackFreshnessFactory,
    PriceFactory,
    PricingPackFactory,
    SecurityFactory,
    make,
)
from portfolios.exceptions import EntriesRefused
from portfolios.models import Portfolio
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.ledger_histories import DAYS, START, History

CURRENCIES = ("CAD", "USD", "JPY")
RATES = {"CAD": "1.31", "USD": "1.32", "JPY": "120.5"}


@dataclass
class Investor(History):
    """Trades fractions of shares too, changes money, and waits for dividends."""

    def step(self) -> None:
        if self.chance.random() > 0.3:
            super().step()
            return
        with suppress(EntriesRefused):
            self.chance.choice((self.change, self.fund, self.wait))()

    def change(self) -> None:
        """Dollars for Canadian dollars."""
        given = self.amount()
        self.write(
            "FX_CONVERSION",
            gross_amount=given,
            currency="CAD",
            to_amount=given + Decimal("0.37"),
            to_currency="USD",
        )

    def fund(self) -> None:
        """Yen from outside, at a recorded rate or at the day's."""
        rate = self.chance.choice([None, Decimal("0.0109")])
        if self.portfolio.base_currency == "JPY":
            rate = None
        self.write("DEPOSIT", gross_amount=self.amount() * 1000, currency="JPY", fx_rate=rate)

    def wait(self) -> None:
        ex = self.day()
        self.write(
            "DIVIDEND",
            day=ex,
            ex_date=ex,
            pay_date=ex + timedelta(days=9),
            gross_amount=self.amount(),
            **self.security(),
        )

    def split(self) -> None:
        """Rarely: it makes a ledger one that is valued by itself."""
        if self.chance.random() < 0.15:
            super().split()

    def trade(self, kind: str) -> None:
        quantity = Decimal(self.chance.randint(1, 20))
        if self.chance.random() < 0.3:
            quantity += Decimal(self.chance.randint(1, 9999)) / 10000
        self.write(kind, quantity=quantity, price=self.amount(), fees=Decimal(1), **self.security())


def make_world(
    chance: Random,
    places: int,
    owner: User,
    count: int,
    days: int = DAYS + 5,
    weekdays: Container[int] = range(5),
) -> tuple[list[Portfolio], list[Security]]:
    """Portfolios and their packs, for so many days on those weekdays; closes have so many decimals.
    The packs come last, so that nobody values a ledger while it is written."""
    securities = [
        SecurityFactory.create(symbol=f"S{number}", currency=CURRENCIES[number % 3])
        for number in range(5)
    ]
    portfolios = make_investors(chance, owner, securities, count)
    make_packs(chance, places, securities, days, weekdays)
    return portfolios, securities


def make_packs(
    chance: Random,
    places: int,
    securities: list[Security],
    days: int = DAYS + 5,
    weekdays: Container[int] = range(5),
) -> None:
    """Sealed packs on weekdays; now and then a close is carried forward."""
    closes = {one.pk: Decimal(chance.randint(1000, 9000)) / 100 for one in securities}
    rates = {code: Decimal(rate) for code, rate in RATES.items()}
    seen: dict[UUID, date] = {}
    for offset in range(days):
        day = START + timedelta(days=offset)
        if day.weekday() in weekdays:
            _pack(chance, places, day, securities, closes, rates, seen)


def _pack(
    chance: Random,
    places: int,
    day: date,
    securities: list[Security],
    closes: dict[UUID, Decimal],
    rates: dict[str, Decimal],
    seen: dict[UUID, date],
) -> PricingPack:
    pack = make(PricingPackFactory, asof_date=day)
    make(PackFreshnessFactory, pack=pack)
    for one in securities:
        late = one.pk in seen and chance.random() < 0.05
        if not late:
            moved = closes[one.pk] * Decimal(chance.randint(950, 1055)) / 1000
            closes[one.pk] = round(moved, places)
            seen[one.pk] = day
        make(
            PriceFactory,
            pack=pack,
            security=one,
            close=closes[one.pk],
            currency=one.currency,
            asof_date=seen[one.pk],
            state="stale" if late else "exact",
        )
    for code, before in rates.items():
        rate = round(before * Decimal(chance.randint(990, 1011)) / 1000, 4)
        make(FxRateFactory, pack=pack, base_currency="EUR", quote_currency=code, rate=rate)
        rates[code] = rate
    sealed = seal_pack(pack.pk)
    mark_fresh(sealed.pk)
    return sealed


def make_investors(
    chance: Random, owner: User, securities: list[Security], count: int
) -> list[Portfolio]:
    """Portfolios in several base currencies, each with a ledger of its own."""
    made = []
    for number in range(count):
        base = CURRENCIES[number % 3]
        portfolio = PortfolioFactory.create(
            name=f"P{number}", owner=owner, base_currency=base, lot_scope="account"
        )
        investor = Investor(portfolio, owner, securities, chance)
        for _ in range(18):
            investor.step()
        made.append(portfolio)
    return made

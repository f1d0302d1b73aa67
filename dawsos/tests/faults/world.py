"""Twenty portfolios and two hundred securities, two days of prices; Friday's night is to be run."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from accounts.identity import as_service
from accounts.models import User
from market.calc.quotes import PriceQuote
from market.models import Security
from market.services import build_pack, ingest_observations, mark_fresh, register_securities
from portfolios.models import Portfolio
from portfolios.services import append_entries
from portfolios.tests.factories import PortfolioFactory, deposit, trade
from portfolios.tests.world import FRI as FRIDAY
from portfolios.tests.world import THU as THURSDAY
from portfolios.tests.world import Facts, fix

__all__ = ["FRIDAY", "PORTFOLIOS", "SECURITIES", "THURSDAY", "fill", "portfolio_id"]

PORTFOLIOS, SECURITIES, HELD = 20, 200, 10


def portfolio_id(number: int) -> UUID:
    return UUID(int=number)


def fill(closes_of_friday: int = SECURITIES) -> dict[str, int]:
    """Everything but Friday's pack. Portfolio n holds the ten securities from 10·n on."""
    with as_service("tests"):
        owner = User.objects.create_user(email="owner@example.org", password=None, role="MANAGER")
        facts = [Facts(f"S{n:03d}", "XNAS", "USD", "Finance") for n in range(SECURITIES)]
        register_securities(facts)
        ingest_observations(
            [
                *(close(f"S{n:03d}", THURSDAY, 10 + n) for n in range(SECURITIES)),
                *(close(f"S{n:03d}", FRIDAY, 11 + n) for n in range(closes_of_friday)),
            ],
            [fix(code, THURSDAY, "1.25") for code in ("USD", "CAD")],  # Friday's are fetched
        )
        mark_fresh(build_pack(THURSDAY, known_at=evening(THURSDAY)).pk)
        listed = {security.symbol: security for security in Security.objects.all()}
        for number in range(PORTFOLIOS):
            PortfolioFactory.create(pk=portfolio_id(number), name=f"P{number}", owner=owner)
    for number in range(PORTFOLIOS):
        held = [listed[f"S{(number * HELD + n) % SECURITIES:03d}"] for n in range(HELD)]
        drafts = [
            deposit("100000", THURSDAY, currency="USD", fx_rate=Decimal(1)),
            *(trade("BUY", one, "10", "20", THURSDAY, fx_rate=Decimal(1)) for one in held),
        ]
        append_entries(portfolio_id=portfolio_id(number), entries=drafts, by=owner)
    return {"portfolios": Portfolio.objects.count()}


def close(symbol: str, day: date, price: int) -> PriceQuote:
    return PriceQuote(
        symbol=symbol,
        exchange="XNAS",
        price_basis="raw",
        observed_on=day,
        close=Decimal(price),
        currency="USD",
        source="tests",
        licence_class="A",
        available_at=evening(day),
    )


def evening(day: date) -> datetime:
    return datetime.combine(day, time(22), tzinfo=UTC)

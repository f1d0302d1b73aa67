"""A market of five days and a ledger of five entries, small enough to be computed by hand.

Base currency CAD. The euro costs 1.25 USD on every day.

              Mon 4   Tue 5   Wed 6   Thu 7   Fri 8
    EUR/CAD   1.25    1.25    1.30    1.30    1.50
    USD/CAD   1.00    1.00    1.04    1.04    1.20
    ACME USD  10      10      11      12      12
    MAPLE CAD 20      20      20      25      25
    DARK CAD  no price source

    Mon  deposit 1,000 CAD; 500 CAD become 500 USD; buy 20 ACME at 10
    Tue  buy 10 MAPLE at 20
    Thu  sell 5 ACME at 12

    cash          CAD 500     300     300     300     300
                  USD 300     300     300     360     360
    ACME × price      200     200     220     180     180 USD
    MAPLE × price     0       200     200     250     250 CAD
    total value   1,000   1,000   1,040.80 1,111.60 1,198.00 CAD
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from market.calc.quotes import PriceQuote, RateQuote
from market.models import Security
from market.services import build_pack, ingest_observations, mark_fresh, register_securities

MON, TUE, WED, THU, FRI = (date(2013, 2, day) for day in (4, 5, 6, 7, 8))
DAYS = (MON, TUE, WED, THU, FRI)
ACME_CLOSES = dict(zip(DAYS, ("10", "10", "11", "12", "12"), strict=True))
MAPLE_CLOSES = dict(zip(DAYS, ("20", "20", "20", "25", "25"), strict=True))
EUR_CAD = dict(zip(DAYS, ("1.25", "1.25", "1.30", "1.30", "1.50"), strict=True))
EUR_USD = dict.fromkeys(DAYS, "1.25")

LEDGER = """\
date,type,symbol,exchange,quantity,price,gross_amount,currency,fx_rate,to_amount,to_currency
2013-02-04,DEPOSIT,,,,,1000.00,CAD,,,
2013-02-04,FX_CONVERSION,,,,,500.00,CAD,1,500.00,USD
2013-02-04,BUY,ACME,XNAS,20,10,,USD,1,,
2013-02-05,BUY,MAPLE,XTSE,10,20,,CAD,,,
2013-02-07,SELL,ACME,XNAS,5,12,,USD,1.04,,
"""


@dataclass(frozen=True)
class Facts:
    """A listing for tests."""

    symbol: str
    exchange: str
    currency: str
    sector: str
    price_source: str = "tests"
    security_type: str = "equity"
    price_basis: str = "raw"
    sector_source: str = "tests"
    isin: str = ""
    domicile_country: str = ""

    @property
    def name(self) -> str:
        return f"{self.symbol.title()} Inc."

    @property
    def dividend_currency(self) -> str:
        return self.currency


ACME = Facts("ACME", "XNAS", "USD", "Manufacturing")
MAPLE = Facts("MAPLE", "XTSE", "CAD", "Finance")
DARK = Facts("DARK", "XTSE", "CAD", "Finance", price_source="")


def make_market(closes: Mapping[str, Mapping[date, str]] | None = None) -> None:
    """Three listings, five sealed and fresh packs."""
    closes = closes or {"ACME": ACME_CLOSES, "MAPLE": MAPLE_CLOSES}
    register_securities([ACME, MAPLE, DARK])
    facts = {fact.symbol: fact for fact in (ACME, MAPLE)}
    ingest_observations(
        [
            close_of(facts[symbol], day, close)
            for symbol, seen in closes.items()
            for day, close in seen.items()
        ],
        [
            fixing
            for day in DAYS
            for fixing in (fix("USD", day, EUR_USD[day]), fix("CAD", day, EUR_CAD[day]))
        ],
    )
    for day in DAYS:
        mark_fresh(build_pack(day, known_at=datetime.combine(day, time(23), tzinfo=UTC)).pk)


def close_of(fact: Facts, day: date, close: str, *, known_at: datetime | None = None) -> PriceQuote:
    return PriceQuote(
        symbol=fact.symbol,
        exchange=fact.exchange,
        price_basis="raw",
        observed_on=day,
        close=Decimal(close),
        currency=fact.currency,
        source="tests",
        licence_class="A",
        available_at=known_at or datetime.combine(day, time(22), tzinfo=UTC),
    )


def fix(currency: str, day: date, rate: str) -> RateQuote:
    return RateQuote(
        base_currency="EUR",
        quote_currency=currency,
        observed_on=day,
        rate=Decimal(rate),
        source="ECB",
        fixing="ECB reference rate",
        licence_class="A",
        available_at=datetime.combine(day, time(15), tzinfo=UTC),
    )


def listing(symbol: str) -> Security:
    return Security.objects.get(symbol=symbol)

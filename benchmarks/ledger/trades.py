"""Trades for the ledger's benchmarks: one seed, no input, the same in every spelling.

Purchases and sales of 50 securities, a dividend on what is held, and conversions, in four
currencies over ten years. Each account has 1,000 trades, so a longer ledger has more accounts and
every queue of lots stays as long: what grows is the ledger, not the work of one sale.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

SEED = 20261128
FIRST_DAY = date(2015, 1, 5)
DAYS = 3650
SECURITIES = 50
TRADES_PER_ACCOUNT = 1000
CURRENCIES = ("USD", "EUR", "CAD", "GBP")
RATES = {
    "USD": Decimal(1),
    "EUR": Decimal("1.09"),
    "CAD": Decimal("0.74"),
    "GBP": Decimal("1.27"),
}
FEE = Decimal("1.00")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Trade:
    """One line in no spelling yet. For a conversion, `quantity` of `currency` buys `received` of
    `other`; for a dividend, `received` is the cash."""

    kind: str
    day: date
    account: int
    security: int
    currency: str
    quantity: int = 0
    price: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    other: str = ""

    @property
    def account_name(self) -> str:
        return f"A{self.account}"

    @property
    def symbol(self) -> str:
        return symbol_of(self.security)

    @property
    def gross(self) -> Decimal:
        return self.quantity * self.price


def symbol_of(security: int) -> str:
    return f"X{security:03d}"


def currency_of(security: int) -> str:
    return CURRENCIES[security % len(CURRENCIES)]


def trades(count: int, seed: int = SEED) -> Iterator[Trade]:
    """`count` trades by day. Nothing is sold that is not held on the day."""
    chance = random.Random(seed)
    accounts = max(1, count // TRADES_PER_ACCOUNT)
    prices = [chance.uniform(20, 300) for _ in range(SECURITIES)]
    held: dict[tuple[int, int], int] = {}
    for offset in sorted(chance.randrange(DAYS) for _ in range(count)):
        account, security = chance.randrange(accounts), chance.randrange(SECURITIES)
        prices[security] = max(1.0, prices[security] * (1 + chance.gauss(0, 0.02)))
        trade = _trade(
            chance, account, security, held.get((account, security), 0), prices[security], offset
        )
        sign = {"BUY": 1, "SELL": -1}.get(trade.kind, 0)
        held[account, security] = held.get((account, security), 0) + sign * trade.quantity
        yield trade


def _trade(
    chance: random.Random, account: int, security: int, held: int, level: float, offset: int
) -> Trade:
    day, currency = FIRST_DAY + timedelta(days=offset), currency_of(security)
    price, lot = Decimal(f"{level:.2f}"), chance.random()
    if lot < 0.03:
        other = CURRENCIES[(CURRENCIES.index(currency) + 1) % len(CURRENCIES)]
        received = (1000 * RATES[currency] / RATES[other]).quantize(CENT)
        return Trade("FX", day, account, security, currency, 1000, received=received, other=other)
    if not held or lot < 0.61:
        return Trade("BUY", day, account, security, currency, chance.randint(1, 200), price)
    if lot < 0.85:
        return Trade("SELL", day, account, security, currency, chance.randint(1, held), price)
    paid = max(CENT, (held * price / 200).quantize(CENT))
    return Trade("DIVIDEND", day, account, security, currency, held, received=paid)

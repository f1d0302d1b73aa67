"""Random ledgers written through the services: late entries, reversals, and reversals of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import User
from market.models import Security
from portfolios.exceptions import EntriesRefused, EntryAlreadyReversed
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio, Transaction
from portfolios.services import append_entries, reverse_entry

START = date(2013, 1, 1)
DAYS = 40


@dataclass
class History:
    """A writer who does one thing after the other, in no order of days."""

    portfolio: Portfolio
    owner: User
    securities: list[Security]
    chance: Random
    accounts: tuple[str, ...] = ("main", "other")
    done: list[str] = field(default_factory=list)

    def step(self) -> None:
        """One act; what the ledger refuses leaves nothing behind."""
        acts = (self.buy, self.buy, self.sell, self.dividend, self.split, self.pay, self.undo)
        act = self.chance.choice(acts)
        try:
            act()
        except (EntriesRefused, EntryAlreadyReversed):
            self.done.append(f"{act.__name__} refused")
        else:
            self.done.append(act.__name__)

    def buy(self) -> None:
        self.trade("BUY")

    def sell(self) -> None:
        self.trade("SELL")

    def dividend(self) -> None:
        day = self.day()
        self.write("DIVIDEND", ex_date=day, day=day, gross_amount=self.amount(), **self.security())

    def split(self) -> None:
        self.write("SPLIT", new_shares=Decimal(2), old_shares=Decimal(1), **self.security())

    def pay(self) -> None:
        kind = self.chance.choice(["DEPOSIT", "WITHDRAWAL", "FEE", "INTEREST"])
        self.write(kind, gross_amount=self.amount(), currency="CAD")

    def undo(self) -> None:
        """Any entry, one that is a reversal itself included."""
        count = Transaction.objects.filter(portfolio=self.portfolio).count()
        if count:
            seq = self.chance.randint(1, count)
            reverse_entry(portfolio_id=self.portfolio.pk, seq=seq, by=self.owner, reason="wrong")

    def trade(self, kind: str) -> None:
        price = self.amount()
        quantity = Decimal(self.chance.randint(1, 20))
        self.write(kind, quantity=quantity, price=price, fees=Decimal(1), **self.security())

    def write(self, kind: str, *, day: date | None = None, **values: Any) -> None:
        given: dict[str, Any] = {"account": self.chance.choice(self.accounts)} | values
        draft = Draft(entry_type=kind, transaction_date=day or self.day(), **given)
        append_entries(portfolio_id=self.portfolio.pk, entries=[draft], by=self.owner)

    def security(self) -> dict[str, Any]:
        chosen = self.chance.choice(self.securities)
        rate = None if chosen.currency == "CAD" else Decimal("1.04")
        return {"security_id": chosen.pk, "currency": chosen.currency, "fx_rate": rate}

    def amount(self) -> Decimal:
        return Decimal(self.chance.randint(100, 9000)) / 100

    def day(self) -> date:
        return START + timedelta(days=self.chance.randrange(DAYS))

"""What ledgers hold, one row each, for whoever values many of them every night."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class LedgerHoldings(models.Model):
    """The shares and the money that a ledger's entries leave, added up once for all of its nights.

    It says something only of the head that it names, and of closes from `settled_on` on: on that
    day the last entry had been paid. Whoever finds another head adds up the entries. Only ledgers
    whose entries say by themselves what they move have a row. shares: in 1e-8, by security; money:
    in 1e-4, by currency; began_on: the first day that an entry touches. digest: PostgreSQL's hash
    of the row as it was written; a row that is other by now counts as none.
    """

    portfolio = models.OneToOneField(
        "portfolios.Portfolio",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="ledger_holdings",
    )
    ledger_commit_hash = models.CharField(max_length=64)
    began_on = models.DateField()
    settled_on = models.DateField()
    securities = ArrayField(models.UUIDField())
    shares = ArrayField(models.BigIntegerField())
    currencies = ArrayField(models.CharField(max_length=3))
    money = ArrayField(models.BigIntegerField())
    digest = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "ledger holdings"
        ordering = ("portfolio_id",)

    def __str__(self) -> str:
        return f"{self.portfolio_id} since {self.settled_on}"

"""A listing: one security on one exchange, priced on one basis."""

import uuid
from collections.abc import Iterable
from typing import Self

from django.db import models


class SecurityQuerySet(models.QuerySet["Security"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def on_basis(self, price_basis: str) -> Self:
        return self.filter(price_basis=price_basis)

    def listed(self, symbols: Iterable[str]) -> Self:
        return self.filter(symbol__in=list(symbols))


class Security(models.Model):
    """A listing, unique by symbol, exchange and price basis; its identity never changes.

    The three are what a pack's hash knows a security by, so the database refuses to change them
    once a pack holds a price. An empty `price_source` means that no source is connected. An empty
    `quote_unit` means that the exchange quotes whole units of the currency, not pence.
    """

    class Type(models.TextChoices):
        EQUITY = "equity", "Equity"
        ETF = "etf", "Exchange-traded fund"
        INDEX = "index", "Index"
        CASH = "cash", "Cash"

    class QuoteUnitCode(models.TextChoices):
        GBX = "GBX", "Pence (GBX), a hundredth of GBP"
        ILA = "ILA", "Agorot (ILA), a hundredth of ILS"
        ZAC = "ZAC", "Cents (ZAC), a hundredth of ZAR"

    class PriceBasis(models.TextChoices):
        RAW = "raw", "As listed"
        TOTAL_RETURN = "total_return", "Total-return series"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    symbol = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    security_type = models.CharField(max_length=10, choices=Type, default=Type.EQUITY)
    exchange = models.CharField("exchange (MIC)", max_length=10)
    currency = models.CharField(max_length=3)
    quote_unit = models.CharField(max_length=3, choices=QuoteUnitCode, blank=True, default="")
    dividend_currency = models.CharField(max_length=3)
    domicile_country = models.CharField(max_length=2, blank=True, default="")
    sector = models.CharField(max_length=100, blank=True, default="")
    sector_source = models.CharField(max_length=100, blank=True, default="")
    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    price_basis = models.CharField(max_length=12, choices=PriceBasis, default=PriceBasis.RAW)
    price_source = models.CharField(max_length=100, blank=True, default="")
    is_active = models.BooleanField(default=True)

    objects = SecurityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "securities"
        ordering = ("symbol", "exchange", "price_basis")
        constraints = (
            models.UniqueConstraint(
                fields=("symbol", "exchange", "price_basis"), name="market_security_listing"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$")
                & models.Q(dividend_currency__regex=r"^[A-Z]{3}$"),
                name="market_security_currencies",
            ),
            models.CheckConstraint(
                condition=models.Q(symbol__regex=r"^[A-Z0-9][A-Z0-9.\-^=]*$")
                & models.Q(exchange__regex=r"^[A-Z0-9]+$"),
                name="market_security_key_is_plain",
            ),
            models.CheckConstraint(
                condition=models.Q(price_basis__in=("raw", "total_return")),
                name="market_security_price_basis",
            ),
            models.CheckConstraint(
                condition=models.Q(quote_unit="")
                | models.Q(quote_unit="GBX", currency="GBP")
                | models.Q(quote_unit="ILA", currency="ILS")
                | models.Q(quote_unit="ZAC", currency="ZAR"),
                name="market_security_quote_unit",
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The listing by its public name, the same on every machine."""
        return f"{self.symbol}.{self.exchange}.{self.price_basis}"

    @property
    def quoted_in(self) -> str:
        """The unit that its exchange quotes prices in."""
        return self.quote_unit or self.currency

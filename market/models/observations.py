"""What a source said, and when it was known. Rows are added, never changed."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from django.db import models

from market.calc.policies import OWN_SOURCE

# NaN is greater than every number in PostgreSQL, so only an upper bound keeps it out.
CLOSE_LIMIT = Decimal(10) ** 12
RATE_LIMIT = Decimal(10) ** 10
# The price source of a listing whose closes people bring; each observation names its file.
UPLOADED = "Upload"


class PriceObservationQuerySet(models.QuerySet["PriceObservation"]):
    def known_at(self, moment: datetime) -> Self:
        return self.filter(available_at__lte=moment)

    def up_to(self, day: date) -> Self:
        return self.filter(observed_on__lte=day)

    def from_own_source(self) -> Self:
        """Only what the source connected to the security says."""
        own = models.Q(source=models.F("security__price_source"))
        brought = models.Q(security__price_source=UPLOADED, source__startswith=f"{UPLOADED}: ")
        return self.filter(own | brought)

    def from_sources(self, order: Collection[str]) -> Self:
        """What one of a policy's sources says; `@listing` is the one connected to the listing."""
        named = models.Q(source__in=order)
        if UPLOADED in order:
            named |= models.Q(source__startswith=f"{UPLOADED}: ")
        if OWN_SOURCE in order:
            named |= models.Q(source=models.F("security__price_source"))
            named |= models.Q(security__price_source=UPLOADED, source__startswith=f"{UPLOADED}: ")
        return self.filter(named)

    def brought(self) -> Self:
        """What people have uploaded, whichever file it came in."""
        return self.filter(source__startswith=f"{UPLOADED}: ")


class PriceObservation(models.Model):
    """One close of one listing as one source gave it; `currency` is the unit it was quoted in,
    as in GBX for pence."""

    security = models.ForeignKey("market.Security", models.PROTECT, related_name="observations")
    observed_on = models.DateField()
    close = models.DecimalField(max_digits=20, decimal_places=8)
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=100)
    licence_class = models.CharField(max_length=10)
    available_at = models.DateTimeField()

    objects = PriceObservationQuerySet.as_manager()

    class Meta:
        ordering = ("security", "observed_on", "available_at")
        constraints = (
            models.UniqueConstraint(
                fields=("security", "observed_on", "source", "available_at"),
                name="market_priceobservation_once",
            ),
            models.CheckConstraint(
                condition=models.Q(close__gt=0, close__lt=CLOSE_LIMIT),
                name="market_priceobservation_close_finite",
            ),
        )

    def __str__(self) -> str:
        return f"{self.security_id} {self.observed_on} {self.close} {self.currency}"


class FxObservationQuerySet(models.QuerySet["FxObservation"]):
    def known_at(self, moment: datetime) -> Self:
        return self.filter(available_at__lte=moment)

    def up_to(self, day: date) -> Self:
        return self.filter(observed_on__lte=day)

    def from_sources(self, order: Collection[str]) -> Self:
        return self.filter(source__in=order)


class FxObservation(models.Model):
    """One fixing: units of the quote currency for one unit of the base currency."""

    base_currency = models.CharField(max_length=3)
    quote_currency = models.CharField(max_length=3)
    observed_on = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=100)
    fixing = models.CharField(max_length=100)
    licence_class = models.CharField(max_length=10)
    available_at = models.DateTimeField()

    objects = FxObservationQuerySet.as_manager()

    class Meta:
        ordering = ("base_currency", "quote_currency", "observed_on", "available_at")
        constraints = (
            models.UniqueConstraint(
                fields=(
                    "base_currency",
                    "quote_currency",
                    "observed_on",
                    "source",
                    "fixing",
                    "available_at",
                ),
                name="market_fxobservation_once",
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gt=0, rate__lt=RATE_LIMIT),
                name="market_fxobservation_rate_finite",
            ),
            models.CheckConstraint(
                condition=~models.Q(base_currency=models.F("quote_currency")),
                name="market_fxobservation_two_currencies",
            ),
        )

    def __str__(self) -> str:
        return f"{self.base_currency}/{self.quote_currency} {self.observed_on} {self.rate}"

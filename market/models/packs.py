"""Pricing packs: the prices and rates of one day under one policy, sealed once and for ever."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from market.models.observations import CLOSE_LIMIT, RATE_LIMIT


class PricingPackQuerySet(models.QuerySet["PricingPack"]):
    def of_policy(self, policy: str) -> Self:
        return self.filter(policy=policy)

    def asof(self, day: date) -> Self:
        return self.filter(asof_date=day)

    def between(self, start: date, end: date) -> Self:
        return self.filter(asof_date__gte=start, asof_date__lte=end)

    def open(self) -> Self:
        return self.filter(sealed_at=None)

    def sealed(self) -> Self:
        return self.exclude(sealed_at=None)

    def live(self) -> Self:
        """Sealed, and not superseded by a sealed revision."""
        newer = PricingPack.objects.sealed().filter(supersedes=OuterRef("pk"))
        return self.sealed().filter(~Exists(newer))

    def live_at(self, market_head: int) -> Self:
        """What was live when the newest seal bore this number."""
        newer = PricingPack.objects.filter(supersedes=OuterRef("pk"), seal_number__lte=market_head)
        return self.filter(~Exists(newer), seal_number__lte=market_head)


class PricingPack(models.Model):
    """The identity of a pack: day, policy and revision, as in "2013-02-28-ECB-r1".

    A pack is born open, filled, and sealed: its content hash and its place in the order of seals
    are written together, and triggers refuse every change after that. A correction is a new
    revision that `supersedes` this one; both stay.
    """

    id = models.CharField(primary_key=True, max_length=60)
    asof_date = models.DateField()
    policy = models.CharField(max_length=30)
    revision = models.PositiveIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    reason = models.TextField(blank=True, default="")
    sources = models.JSONField(default=list)
    gaps = models.JSONField(default=list)
    # How much of what was held had a price; empty where nobody said what is held.
    coverage = models.JSONField(default=dict, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    sealed_at = models.DateTimeField(null=True, blank=True)
    seal_number = models.BigIntegerField(null=True, blank=True, unique=True)
    built_at = models.DateTimeField(db_default=Now())

    objects = PricingPackQuerySet.as_manager()

    class Meta:
        ordering = ("-asof_date", "policy", "-revision")
        constraints = (
            models.UniqueConstraint(
                fields=("asof_date", "policy", "revision"), name="market_pricingpack_revision"
            ),
            models.UniqueConstraint(
                fields=("asof_date", "policy"),
                condition=Q(supersedes=None),
                name="market_pricingpack_one_root",
            ),
            models.CheckConstraint(
                condition=Q(revision=1, supersedes=None)
                | Q(revision__gt=1, supersedes__isnull=False),
                name="market_pricingpack_lineage",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at=None, seal_number=None, content_hash="")
                | Q(
                    sealed_at__isnull=False,
                    seal_number__isnull=False,
                    content_hash__regex=r"^[0-9a-f]{64}$",
                ),
                name="market_pricingpack_sealed_whole",
            ),
        )

    def __str__(self) -> str:
        return self.id

    @property
    def is_sealed(self) -> bool:
        return self.sealed_at is not None


class PackFreshness(models.Model):
    """How far the night has come with a pack. It changes, so it lives outside the seal."""

    class State(models.TextChoices):
        WARMING = "warming", "Warming"
        FRESH = "fresh", "Fresh"
        ERROR = "error", "Error"

    pack = models.OneToOneField(
        PricingPack, models.CASCADE, primary_key=True, related_name="freshness"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WARMING)
    prewarm_done = models.BooleanField(default=False)
    reconciliation_passed = models.BooleanField(null=True, blank=True)
    error_message = models.TextField(blank=True, default="")
    updated_at = models.DateTimeField(db_default=Now())
    estimated_ready = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "pack freshness"
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("warming", "fresh", "error")),
                name="market_packfreshness_state",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pack_id} {self.state}"


class ObservationState(models.TextChoices):
    EXACT = "exact", "Exact"
    STALE = "stale", "Stale"


class PriceQuerySet(models.QuerySet["Price"]):
    def in_pack(self, pack_id: str) -> Self:
        return self.filter(pack_id=pack_id)

    def in_packs(self, pack_ids: Iterable[str]) -> Self:
        return self.filter(pack_id__in=list(pack_ids))


class Price(models.Model):
    """The close a pack holds for a listing; `asof_date` is the observation's own day."""

    pack = models.ForeignKey(PricingPack, models.PROTECT, related_name="prices", db_index=False)
    security = models.ForeignKey("market.Security", models.PROTECT, related_name="prices")
    close = models.DecimalField(max_digits=20, decimal_places=8)
    currency = models.CharField(max_length=3)
    asof_date = models.DateField()
    source = models.CharField(max_length=100)
    state = models.CharField(max_length=5, choices=ObservationState)

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ("pack", "security__symbol")
        constraints = (
            models.UniqueConstraint(
                fields=("pack", "security"), include=("close",), name="market_price_once"
            ),
            models.CheckConstraint(
                condition=Q(close__gt=0, close__lt=CLOSE_LIMIT), name="market_price_close_finite"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("exact", "stale")), name="market_price_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pack_id} {self.security_id} {self.close} {self.currency}"


class FxRateQuerySet(models.QuerySet["FxRate"]):
    def in_pack(self, pack_id: str) -> Self:
        return self.filter(pack_id=pack_id)

    def in_packs(self, pack_ids: Iterable[str]) -> Self:
        return self.filter(pack_id__in=list(pack_ids))


class FxRate(models.Model):
    """The fixing a pack holds: units of the quote currency for one unit of the base currency."""

    pack = models.ForeignKey(PricingPack, models.PROTECT, related_name="rates", db_index=False)
    base_currency = models.CharField(max_length=3)
    quote_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    asof_date = models.DateField()
    source = models.CharField(max_length=100)
    fixing = models.CharField(max_length=100)
    state = models.CharField(max_length=5, choices=ObservationState)

    objects = FxRateQuerySet.as_manager()

    class Meta:
        ordering = ("pack", "base_currency", "quote_currency")
        constraints = (
            models.UniqueConstraint(
                fields=("pack", "base_currency", "quote_currency"), name="market_fxrate_once"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0, rate__lt=RATE_LIMIT), name="market_fxrate_rate_finite"
            ),
            models.CheckConstraint(
                condition=~Q(base_currency=F("quote_currency")),
                name="market_fxrate_two_currencies",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("exact", "stale")), name="market_fxrate_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pack_id} {self.base_currency}/{self.quote_currency} {self.rate}"

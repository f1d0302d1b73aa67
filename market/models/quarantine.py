"""Observations that nobody would believe, held until a person has looked at them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class QuarantineQuerySet(models.QuerySet["Quarantine"]):
    def held(self) -> Self:
        return self.filter(state=Quarantine.State.HELD)


class Quarantine(models.Model):
    """One value as a source gave it, why it is doubted, and what was decided.

    It is in no pack. `value` is text, because it may be no number at all. Accepting it makes an
    observation that is known from that moment; rejecting it leaves the row as the memory of it.
    """

    class Kind(models.TextChoices):
        PRICE = "price", "Price"
        FX = "fx", "Exchange rate"

    class Reason(models.TextChoices):
        NOT_A_NUMBER = "not_a_number", "Not a number"
        NOT_POSITIVE = "not_positive", "Zero or below"
        TOO_LARGE = "too_large", "Larger than any price"
        HUNDREDFOLD = "hundredfold", "About a hundred times, or a hundredth of, the last close"
        LARGE_MOVE = "large_move", "A move beyond the policy's limit"
        STALE_DATE = "stale_date", "Arrived long after its day"
        FUTURE_DATE = "future_date", "Dated after it was known"
        OTHER_UNIT = "other_unit", "In a unit that the listing is not quoted in"
        CONTRADICTS = "contradicts", "Two values of one day in one delivery"

    class State(models.TextChoices):
        HELD = "held", "Waiting"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"

    kind = models.CharField(max_length=5, choices=Kind)
    security = models.ForeignKey(
        "market.Security", models.PROTECT, null=True, blank=True, related_name="quarantined"
    )
    # A listing's key, or a pair as "EUR/CAD": what it is about, also where nothing is registered.
    subject = models.CharField(max_length=60)
    observed_on = models.DateField()
    value = models.CharField(max_length=60)
    unit = models.CharField(max_length=3)
    source = models.CharField(max_length=100)
    fixing = models.CharField(max_length=100, blank=True, default="")
    licence_class = models.CharField(max_length=10)
    available_at = models.DateTimeField()
    reason = models.CharField(max_length=20, choices=Reason)
    message = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    received_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, default="")

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "quarantine"
        ordering = ("-received_at", "subject", "observed_on")
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "observed_on", "source", "fixing", "value", "unit"),
                name="market_quarantine_once",
            ),
            models.CheckConstraint(
                condition=Q(state="held", decided_at=None, note="")
                | (Q(state__in=("accepted", "rejected"), decided_at__isnull=False) & ~Q(note="")),
                name="market_quarantine_decided_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.observed_on} {self.value} {self.unit}"

    @property
    def can_be_accepted(self) -> bool:
        """A price above zero of a registered listing, whatever it looks like."""
        return self.state == self.State.HELD and self.reason in ACCEPTABLE


ACCEPTABLE = frozenset(
    {
        Quarantine.Reason.HUNDREDFOLD,
        Quarantine.Reason.LARGE_MOVE,
        Quarantine.Reason.STALE_DATE,
        Quarantine.Reason.CONTRADICTS,
    }
)

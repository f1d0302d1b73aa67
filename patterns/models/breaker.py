"""How often an agent failed in a row, for all workers."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import ExpressionWrapper, F, Func, Q


class ClockTimestamp(Func):
    """The database's clock now, which all workers share; not the start of the transaction."""

    function = "clock_timestamp"
    template = "%(function)s()"
    output_field = models.DateTimeField()


class BreakerStateQuerySet(models.QuerySet["BreakerState"]):
    def troubled(self) -> Self:
        return self.filter(failures__gt=0)

    def with_age(self) -> Self:
        """`open_for`: how long ago it opened, null when it is closed."""
        age = ExpressionWrapper(
            ClockTimestamp() - F("opened_at"), output_field=models.DurationField()
        )
        return self.annotate(open_for=age)


class BreakerState(models.Model):
    """A row for each agent that ever failed unexpectedly. It holds no tenant's data."""

    agent = models.CharField(max_length=100, primary_key=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    opened_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    last_capability = models.CharField(max_length=100, default="")
    last_correlation_id = models.CharField(max_length=64, default="")
    last_failed_at = models.DateTimeField(null=True)

    open_for: timedelta | None  # annotated by `with_age`

    objects = BreakerStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(failures__gt=0),
                name="patterns_open_breaker_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.failures}"

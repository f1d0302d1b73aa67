"""A portfolio and the policies its figures are computed under."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

POLICY_FIELDS = (
    "base_currency",
    "pricing_policy",
    "cost_method",
    "lot_scope",
    "fees_in_cost",
    "taxes_in_cost",
    "flow_timing",
    "cash_tracked",
    "allow_short",
    "loss_rule",
)


class Portfolio(models.Model):
    """Everything a user may legitimately choose differently is a setting here, named in results."""

    class CostMethod(models.TextChoices):
        FIFO = "FIFO", "First in, first out"
        LIFO = "LIFO", "Last in, first out"
        HIFO = "HIFO", "Highest cost first"
        AVERAGE = "AVERAGE", "Average cost"
        SPECIFIC = "SPECIFIC", "Named lots"
        STRICT = "STRICT", "Refuse an ambiguous sale"

    class LotScope(models.TextChoices):
        PORTFOLIO = "portfolio", "Lots are shared by all accounts"
        ACCOUNT = "account", "Each account has its own lots"

    class FlowTiming(models.TextChoices):
        IN_START_OUT_END = "in_start_out_end", "Deposits at the start, withdrawals at the end"
        START_OF_DAY = "start_of_day", "All flows at the start of the day"
        END_OF_DAY = "end_of_day", "All flows at the end of the day"

    class LossRule(models.TextChoices):
        NONE = "", "None"
        US = "US", "US wash sales"
        CA = "CA", "Canadian superficial losses"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    base_currency = models.CharField(max_length=3)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_portfolios"
    )
    default_asof_date = models.DateField(null=True, blank=True)
    pricing_policy = models.CharField(max_length=32, default="ECB")
    cost_method = models.CharField(
        max_length=16, choices=CostMethod.choices, default=CostMethod.FIFO
    )
    lot_scope = models.CharField(
        max_length=16, choices=LotScope.choices, default=LotScope.PORTFOLIO
    )
    fees_in_cost = models.BooleanField(default=True)
    taxes_in_cost = models.BooleanField(default=True)
    flow_timing = models.CharField(
        max_length=24, choices=FlowTiming.choices, default=FlowTiming.IN_START_OUT_END
    )
    cash_tracked = models.BooleanField(default=True)
    allow_short = models.BooleanField(default=False)
    loss_rule = models.CharField(
        max_length=2, choices=LossRule.choices, default=LossRule.NONE, blank=True
    )
    benchmark = models.ForeignKey(
        "market.Benchmark", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sample_note = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    # No columns: to which user `resolve_portfolio` opened this instance, and as what.
    opened_to: int | None = None
    opened_as: str | None = None

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("owner", "name"), name="portfolio_name_per_owner"),
            models.CheckConstraint(
                condition=Q(base_currency__regex=r"^[A-Z]{3}$"), name="portfolio_base_currency"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def policy_settings(self) -> dict[str, Any]:
        """The settings that determine figures, by name."""
        return {name: getattr(self, name) for name in POLICY_FIELDS}

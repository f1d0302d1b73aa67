"""Which cost method holds for an account or a security, and from which day on."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from portfolios.models.portfolio import Portfolio


class CostMethodChange(models.Model):
    """One decision, never edited. It is prospective: earlier disposals keep the method they had.

    An empty account means all accounts, no security means all securities.
    """

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.PROTECT, related_name="cost_method_changes"
    )
    account = models.CharField(max_length=64, blank=True, default="")
    security = models.ForeignKey(
        "market.Security", null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    cost_method = models.CharField(max_length=16, choices=Portfolio.CostMethod.choices)
    effective_from = models.DateField()
    reason = models.CharField(max_length=500, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("portfolio_id", "effective_from", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "account", "security", "effective_from"),
                nulls_distinct=False,
                name="cost_method_once_a_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.cost_method} from {self.effective_from}"

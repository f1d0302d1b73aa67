"""What a holder decided about a corporate action. Undecided ones have no row: they are proposed."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ActionDecision(models.Model):
    """Confirmed (its entries name the action) or dismissed with a reason; a reversal reopens it."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", "Posted"
        DISMISSED = "dismissed", "Dismissed"
        REOPENED = "reopened", "Open again"

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.CASCADE, related_name="action_decisions"
    )
    corporate_action = models.ForeignKey(
        "market.CorporateAction", on_delete=models.RESTRICT, related_name="+"
    )
    state = models.CharField(max_length=16, choices=State.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("portfolio_id", "-at")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "corporate_action"), name="action_decided_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.corporate_action_id} {self.state}"

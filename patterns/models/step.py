"""The result of one capability, kept under the hash of everything that determined it."""

from django.db import models


class StepResult(models.Model):
    """Two patterns that ask a capability the same thing share one row; it never changes.

    A null portfolio means that no portfolio was among the ingredients.
    """

    key = models.CharField(max_length=64, primary_key=True)
    capability = models.CharField(max_length=100)
    version = models.CharField(max_length=32)
    portfolio_id = models.UUIDField(null=True)
    value_text = models.TextField()  # canonical JSON, to the byte
    meta = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["portfolio_id"], name="patterns_step_by_portfolio")]

    def __str__(self) -> str:
        return f"{self.capability} {self.key[:12]}"

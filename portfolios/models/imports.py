"""Each file that was brought into a ledger, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class ImportRun(models.Model):
    """One accepted file. A file that is refused leaves no run: nothing is half-written."""

    class State(models.TextChoices):
        DONE = "done", "Imported"
        UNDONE = "undone", "Undone by reversals"

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.PROTECT, related_name="import_runs"
    )
    filename = models.CharField(max_length=255)
    file_hash = models.CharField(max_length=64)
    format = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DONE)
    row_count = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "file_hash"),
                condition=Q(state="done"),
                name="import_file_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.filename}"

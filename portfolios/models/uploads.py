"""Files that wait between their preview and the reader's decision."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class PendingUpload(models.Model):
    """A file that was previewed and not yet imported. Forgotten after a day.

    `choices` are its reader's answers so far: format, styles, mapping, instruments.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.CASCADE, related_name="pending_uploads"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=255)
    content = models.BinaryField()
    choices = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at",)
        constraints = (
            models.UniqueConstraint(fields=("portfolio", "user"), name="one_upload_waits"),
        )

    def __str__(self) -> str:
        return self.filename

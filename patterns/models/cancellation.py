"""A run that nobody waits for any more."""

from django.db import models


class RunCancellation(models.Model):
    """By the run's ticket, which only its owner can name. It says nothing else of anybody."""

    ticket = models.UUIDField(primary_key=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.ticket)

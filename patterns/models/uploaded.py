"""Patterns of the house: files that an administrator uploaded, every version for ever."""

from typing import Self

from django.db import models
from django.db.models import Q


class UploadedPatternQuerySet(models.QuerySet["UploadedPattern"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def of_pattern(self, pattern_id: str) -> Self:
        return self.filter(pattern_id=pattern_id)

    def newest_first(self) -> Self:
        return self.order_by("pattern_id", "-uploaded_at", "-id")


class UploadedPattern(models.Model):
    """One version of a pattern, as it was sent. Its text never changes; one version is served.

    Who uploaded it is said by id and by name, because a user's row is not everybody's to read.
    """

    pattern_id = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    text = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the text
    uploaded_by = models.BigIntegerField()
    uploaded_by_name = models.CharField(max_length=254)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)

    objects = UploadedPatternQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pattern_id", "version"], name="patterns_one_text_per_version"
            ),
            models.UniqueConstraint(
                fields=["pattern_id"],
                condition=Q(is_active=True),
                name="patterns_one_active_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pattern_id} {self.version}"

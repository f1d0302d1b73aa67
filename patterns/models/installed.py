"""The product's own patterns, every version that was ever installed here."""

from django.db import models


class InstalledPattern(models.Model):
    """A built-in pattern as an earlier or this version of the product had it.

    Its file goes with the next version of the product; runs that it answered stay.
    """

    pattern_id = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    text = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the text
    installed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pattern_id", "version"], name="patterns_one_installed_text_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pattern_id} {self.version}"

"""What an importer remembers between files: mappings of columns, and who an instrument is."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ImportMapping(models.Model):
    """How a broker's own columns read, saved under a name for the next file of the same shape.

    `columns` maps our columns to the file's; `options` keeps the styles of dates and numbers.
    """

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.CASCADE, related_name="import_mappings"
    )
    name = models.CharField(max_length=80)
    header_hash = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("portfolio_id", "name")
        constraints = (
            models.UniqueConstraint(fields=("portfolio", "name"), name="import_mapping_name"),
        )

    def __str__(self) -> str:
        return self.name


class InstrumentMatch(models.Model):
    """What somebody confirmed: this identifier in a file means that security.

    `identifier` is the file's own word, as `isin:US0378331005` or `symbol:AAPL@NASDAQ`.
    """

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.CASCADE, related_name="instrument_matches"
    )
    identifier = models.CharField(max_length=200)
    security = models.ForeignKey("market.Security", on_delete=models.RESTRICT, related_name="+")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("portfolio_id", "identifier")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "identifier"), name="instrument_match_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.identifier} is {self.security_id}"

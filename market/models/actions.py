"""Corporate actions: dated facts of a security, the same for every holder."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class CorporateAction(models.Model):
    """What an issuer did or announced. Ratios are `new_shares` for `old_shares`: 2 for 1 is a
    split that doubles. `amount` is per share, in `currency`. A mended fact is a new row that
    supersedes the old one; what was posted from it stays until its holder reverses it.
    """

    class Type(models.TextChoices):
        DIVIDEND = "dividend", "Dividend"
        SPLIT = "split", "Split"
        REVERSE_SPLIT = "reverse_split", "Reverse split"
        STOCK_DIVIDEND = "stock_dividend", "Stock dividend"
        SPINOFF = "spinoff", "Spin-off"
        MERGER = "merger", "Merger"
        RETURN_OF_CAPITAL = "return_of_capital", "Return of capital"
        SYMBOL_CHANGE = "symbol_change", "Change of symbol"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    security = models.ForeignKey(
        "market.Security", on_delete=models.RESTRICT, related_name="corporate_actions"
    )
    action_type = models.CharField(max_length=24, choices=Type.choices)
    announcement_date = models.DateField(null=True, blank=True)
    ex_date = models.DateField()
    record_date = models.DateField(null=True, blank=True)
    pay_date = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    withholding_tax_rate = models.DecimalField(
        max_digits=12, decimal_places=10, null=True, blank=True
    )
    new_shares = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    old_shares = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    to_security = models.ForeignKey(
        "market.Security", null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    to_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    cost_fraction = models.DecimalField(max_digits=13, decimal_places=12, null=True, blank=True)
    source = models.CharField(max_length=64)
    source_id = models.CharField(max_length=128, blank=True, default="")
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("ex_date", "security_id", "action_type")
        constraints = (
            models.UniqueConstraint(
                fields=("security", "action_type", "ex_date", "source", "source_id"),
                condition=Q(superseded_by__isnull=True),
                name="market_action_once",
            ),
            models.CheckConstraint(
                condition=Q(new_shares__isnull=True, old_shares__isnull=True)
                | Q(
                    new_shares__gt=0,
                    new_shares__lte=10**9,
                    old_shares__gt=0,
                    old_shares__lte=10**9,
                ),
                name="market_action_ratio_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0, amount__lte=10**12),
                name="market_action_amount_positive",
            ),
        )
        indexes = (models.Index(fields=("security", "ex_date"), name="market_action_by_day"),)

    def __str__(self) -> str:
        return f"{self.action_type} of {self.security_id} on {self.ex_date}"


class SecurityAlias(models.Model):
    """Another name of a security: a FIGI, a CUSIP, a provider's symbol. Managers keep them."""

    class Scheme(models.TextChoices):
        ISIN = "isin", "ISIN"
        FIGI = "figi", "FIGI"
        CUSIP = "cusip", "CUSIP"
        SYMBOL = "symbol", "Symbol elsewhere"

    security = models.ForeignKey(
        "market.Security", on_delete=models.CASCADE, related_name="aliases"
    )
    scheme = models.CharField(max_length=12, choices=Scheme.choices)
    value = models.CharField(max_length=64)

    class Meta:
        ordering = ("scheme", "value")
        verbose_name_plural = "security aliases"
        constraints = (
            models.UniqueConstraint(
                fields=("security", "scheme", "value"), name="market_alias_once"
            ),
        )
        indexes = (models.Index(fields=("scheme", "value"), name="market_alias_value"),)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

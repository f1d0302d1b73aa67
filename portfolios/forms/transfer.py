"""Moving shares or cash to another portfolio of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from portfolios.forms.days import day_field
from portfolios.forms.entry import CurrencyField
from portfolios.forms.entry_fields import NumberField, SecurityField
from portfolios.models import Portfolio


class TransferForm(forms.Form):
    """Shares where a security is named, else cash."""

    target = forms.ChoiceField(label="To portfolio")
    day = day_field("Date", required=True)
    security = SecurityField("Security")
    quantity = NumberField("Quantity")
    amount = NumberField("Or cash")
    currency = CurrencyField(label="of currency", required=False, max_length=3)
    account = forms.CharField(label="From account", initial="main", max_length=50)
    to_account = forms.CharField(label="To account", initial="main", max_length=50)

    def __init__(self, others: Sequence[Portfolio], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", "Choose"), *((str(other.pk), other.name) for other in others)]
        self.fields["target"] = forms.ChoiceField(label="To portfolio", choices=choices)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        security, quantity, amount = (said.get(n) for n in ("security", "quantity", "amount"))
        if "security" in self.errors:
            return said
        if security is not None and not quantity and "quantity" not in self.errors:
            self.add_error("quantity", "Quantity is needed.")
        if security is not None and amount:
            self.add_error("amount", "Shares or cash: one at a time.")
        if security is None and not amount and "amount" not in self.errors:
            self.add_error("amount", "Name a security and a quantity, or an amount of cash.")
        return said

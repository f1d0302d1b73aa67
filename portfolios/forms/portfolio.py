"""A portfolio as a whole: as of which day it is shown, and a new one."""

from __future__ import annotations

from django import forms

from portfolios.exceptions import PortfolioInvalid
from portfolios.forms.currencies import currency_field
from portfolios.forms.days import day_field

# The currencies that the fixing of the default policy knows, the most used first.
BASE_CURRENCIES = ("CAD", "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CNY", "HKD", "SGD")


class AsofForm(forms.Form):
    """As of which day and which pack, in which currency, and how far back."""

    asof = day_field("As of")
    pack = forms.CharField(required=False, max_length=64)
    currency = currency_field("In")
    lookback_days = forms.IntegerField(required=False, min_value=2, max_value=10_000)


class PortfolioForm(forms.Form):
    """A new, empty portfolio. Its other settings start at the adopted conventions."""

    name = forms.CharField(label="Name", max_length=120)
    base_currency = forms.ChoiceField(
        label="Base currency",
        choices=[(code, code) for code in BASE_CURRENCIES],
        help_text="The currency in which value, cost and returns are reported.",
    )
    description = forms.CharField(
        label="Description", required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )

    def take_over(self, refusal: PortfolioInvalid) -> None:
        """Show the service's mistakes beside the fields they name."""
        for mistake in refusal.details["errors"]:
            field = mistake["column"]
            self.add_error(field if field in self.fields else None, mistake["message"])

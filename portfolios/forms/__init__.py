"""What a reader may ask of a page, cleaned. A mistake is answered, never guessed away."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from portfolios.exceptions import PortfolioInvalid
from portfolios.models import EntryType
from portfolios.selectors.transactions import TransactionFilter

# The currencies that the fixing of the default policy knows, the most used first.
BASE_CURRENCIES = ("CAD", "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CNY", "HKD", "SGD")


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": f"{label} is no calendar day. Write it as YYYY-MM-DD."},
    )


class AsofForm(forms.Form):
    """As of which day and which pack, and how far back."""

    asof = _day("As of")
    pack = forms.CharField(required=False, max_length=64)
    lookback_days = forms.IntegerField(required=False, min_value=2, max_value=10_000)


class TransactionsForm(forms.Form):
    """Which entries of the ledger to show."""

    entry_type = forms.ChoiceField(
        label="Type", required=False, choices=[("", "All types"), *EntryType.choices]
    )
    symbol = forms.CharField(label="Symbol", required=False, max_length=12)
    start = _day("From")
    end = _day("To")
    text = forms.CharField(label="Text", required=False, max_length=100)
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start: dt.date | None = cleaned.get("start")
        end: dt.date | None = cleaned.get("end")
        if start and end and start > end:
            self.add_error("end", "The last day lies before the first. Swap the two.")
        return cleaned

    def wanted(self) -> TransactionFilter:
        """The valid form as the question that the selector answers."""
        asked = self.cleaned_data
        return TransactionFilter(
            entry_type=asked["entry_type"],
            symbol=asked["symbol"],
            start=asked["start"],
            end=asked["end"],
            text=asked["text"],
        )


class ClosesForm(forms.Form):
    """A file of closes for one listing."""

    file = forms.FileField(
        label="File of closes (CSV)",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


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

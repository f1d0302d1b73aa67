"""Which part of the ledger a reader asks for. A mistake is answered, never guessed away."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from portfolios.forms.days import day_field
from portfolios.models import EntryType
from portfolios.selectors.transactions import REVERSED, Place, TransactionFilter

MAX_RUN = 2**31 - 1


class PlaceField(forms.CharField):
    """Behind which entry a page starts, as the links of a page write it."""

    default_error_messages = {"invalid": "This is no place in the ledger. Start at its top."}

    def clean(self, value: Any) -> Place | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Place.parse(text)
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"]) from None


class TransactionsForm(forms.Form):
    """Which entries of the ledger to show."""

    entry_type = forms.ChoiceField(
        label="Type", required=False, choices=[("", "All types"), *EntryType.choices]
    )
    symbol = forms.CharField(label="Symbol", required=False, max_length=12)
    account = forms.CharField(label="Account", required=False, max_length=64)
    start = day_field("From")
    end = day_field("To")
    text = forms.CharField(label="Text", required=False, max_length=100)
    import_run = forms.IntegerField(
        label="Import run", required=False, min_value=1, max_value=MAX_RUN
    )
    reversed = forms.ChoiceField(label="Reversed entries", required=False, choices=REVERSED)
    before = PlaceField(required=False, max_length=32, widget=forms.HiddenInput)
    after = PlaceField(required=False, max_length=32, widget=forms.HiddenInput)

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
        names = ("entry_type", "symbol", "account", "start", "end", "text", "import_run")
        return TransactionFilter(
            **{name: asked[name] for name in names}, reversed=asked["reversed"]
        )

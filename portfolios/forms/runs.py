"""Which runs a reader asks for."""

from __future__ import annotations

from django import forms


class RunsForm(forms.Form):
    """All may be left out."""

    portfolio = forms.UUIDField(
        label="Portfolio",
        required=False,
        error_messages={"invalid": "This is no portfolio. Choose one of the list."},
    )
    pattern = forms.RegexField(
        r"^[a-z0-9_]{1,64}\Z",
        label="Pattern",
        required=False,
        error_messages={"invalid": "This is no pattern. Choose one of the list."},
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=10**8)

"""A currency, written as its three letters."""

from __future__ import annotations

from django import forms


def currency_field(label: str) -> forms.RegexField:
    return forms.RegexField(
        r"^[A-Z]{3}\Z",
        label=label,
        required=False,
        error_messages={"invalid": "A currency is three capital letters, as in CAD."},
    )

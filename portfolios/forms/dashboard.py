"""As of when, and in which currency, the dashboard is asked."""

from __future__ import annotations

from django import forms

from portfolios.forms.days import day_field


class DashboardForm(forms.Form):
    """Both may be left out: then each portfolio has its own day, and most of them the currency."""

    asof = day_field("As of")
    currency = forms.RegexField(
        r"^[A-Z]{3}\Z",
        label="In",
        required=False,
        error_messages={"invalid": "A currency is three capital letters, as in CAD."},
    )

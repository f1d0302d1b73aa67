"""As of when, and in which currency, the dashboard is asked."""

from __future__ import annotations

from django import forms

from portfolios.forms.currencies import currency_field
from portfolios.forms.days import day_field


class DashboardForm(forms.Form):
    """Both may be left out: then each portfolio has its own day, and most of them the currency."""

    asof = day_field("As of")
    currency = currency_field("In")

"""Which figure of a page is asked why."""

from __future__ import annotations

from typing import Any

from django import forms

from portfolios.forms.currencies import currency_field
from portfolios.forms.days import day_field


class AskForm(forms.Form):
    """A figure of a portfolio, of one of its lots, or of the entry that disposed of one."""

    figure = forms.SlugField(max_length=40)
    security = forms.UUIDField(required=False)
    account = forms.CharField(max_length=100, required=False)
    lot = forms.RegexField(r"^\d{1,9}\.\d{1,9}$", required=False)
    entry = forms.IntegerField(min_value=1, max_value=2**31, required=False)
    currency = currency_field("In")
    asof = day_field("As of")
    pack = forms.CharField(max_length=60, required=False)

    def wanted(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "figure": said["figure"],
            "security_id": said["security"],
            "account": said["account"],
            "lot": said["lot"],
            "currency": said["currency"] or "",
            "asof": said["asof"],
            "pack_id": said["pack"] or None,
        }

"""Which period, and beside which benchmark, a return is explained."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from portfolios.calc.periods import Period
from portfolios.forms.currencies import currency_field
from portfolios.forms.days import day_field

USUAL: Final = Period.YEAR
LABELS: Final = {
    Period.MTD: "MTD",
    Period.QTD: "QTD",
    Period.YTD: "YTD",
    Period.YEAR: "1 year",
    Period.THREE_YEARS: "3 years",
    Period.FIVE_YEARS: "5 years",
    Period.SINCE_INCEPTION: "Since inception",
}


class PeriodForm(forms.Form):
    """Which day and which period an address names. A `start` beats the period, which is a year
    unless another is named."""

    asof = day_field("As of")
    pack = forms.CharField(required=False, max_length=64)
    currency = currency_field("In")
    period = forms.ChoiceField(
        label="Period", required=False, choices=[(one.value, one.value) for one in Period]
    )
    start = day_field("Since the close of")

    @property
    def asked(self) -> dict[str, Any]:
        """What the address says; nothing where it says something that means nothing."""
        return self.cleaned_data if self.is_valid() else {}

    @property
    def chosen(self) -> str:
        """The period that is marked on the page; "" when a start was given."""
        return "" if self.asked.get("start") else str(self.asked.get("period") or USUAL.value)

    def inputs(self) -> dict[str, Any]:
        """The inputs of the pattern."""
        start = self.asked.get("start")
        period = {"period": self.asked.get("period") or USUAL.value}
        return period | ({"start": str(start)} if start else {})


class AttributionForm(PeriodForm):
    """The same, with the benchmark."""

    benchmark = forms.UUIDField(label="Benchmark", required=False)
    hedged = forms.BooleanField(label="Hedged", required=False)

    def inputs(self) -> dict[str, Any]:
        benchmark = self.asked.get("benchmark")
        said = super().inputs() | {"hedged": bool(self.asked.get("hedged"))}
        return said | ({"benchmark_id": str(benchmark)} if benchmark else {})

"""Which period, and beside which benchmark, performance is asked for."""

from __future__ import annotations

from typing import Any

from django import forms

from portfolios.calc.periods import Period
from portfolios.forms.currencies import currency_field
from portfolios.forms.days import day_field


class PerformanceForm(forms.Form):
    """Everything that the address of a page of performance says. A `start` beats the period."""

    asof = day_field("As of")
    pack = forms.CharField(required=False, max_length=64)
    currency = currency_field("In")
    period = forms.ChoiceField(
        label="Period", required=False, choices=[(one.value, one.value) for one in Period]
    )
    start = day_field("Since the close of")
    benchmark = forms.UUIDField(label="Benchmark", required=False)
    hedged = forms.BooleanField(label="Hedged", required=False)

    def inputs(self) -> dict[str, Any]:
        """The inputs of the pattern, without what was not asked for."""
        asked = self.cleaned_data if self.is_valid() else {}
        named = {
            "period": asked.get("period"),
            "start": asked.get("start"),
            "benchmark_id": asked.get("benchmark"),
            "hedged": asked.get("hedged"),
        }
        return {
            name: value if name == "hedged" else str(value)
            for name, value in named.items()
            if value
        }

"""Which period, and beside which benchmark, a return is explained."""

from __future__ import annotations

from typing import Any

from django import forms

from portfolios.calc.periods import Period
from portfolios.forms.days import day_field

USUAL = Period.YEAR


class AttributionForm(forms.Form):
    """Everything that the address of the page says. A `start` beats the period, which is a year
    unless another is named."""

    asof = day_field("As of")
    pack = forms.CharField(required=False, max_length=64)
    period = forms.ChoiceField(
        label="Period", required=False, choices=[(one.value, one.value) for one in Period]
    )
    start = day_field("Since the close of")
    benchmark = forms.UUIDField(label="Benchmark", required=False)
    hedged = forms.BooleanField(label="Hedged", required=False)

    def inputs(self) -> dict[str, Any]:
        """The inputs of the pattern."""
        asked = self.cleaned_data if self.is_valid() else {}
        named = {"start": asked.get("start"), "benchmark_id": asked.get("benchmark")}
        return {
            "period": asked.get("period") or USUAL.value,
            "hedged": bool(asked.get("hedged")),
            **{name: str(value) for name, value in named.items() if value},
        }

"""Which packs to look at again, and why."""

from __future__ import annotations

from typing import Any

from django import forms

from market.calc.policies import DEFAULT_POLICY
from market.selectors import policies

DAY = {"type": "date"}


class RestateForm(forms.Form):
    """A span of days of one policy, and the reason that the new packs will carry."""

    start = forms.DateField(label="From", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    end = forms.DateField(label="To", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    policy = forms.ChoiceField(label="Policy", initial=DEFAULT_POLICY)
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="What was wrong, in a sentence. Each new pack carries it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["policy"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(name, name) for name in policies()]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        start, end = said.get("start"), said.get("end")
        if start is not None and end is not None and start > end:
            self.add_error("end", "The last day is before the first.")
        return said

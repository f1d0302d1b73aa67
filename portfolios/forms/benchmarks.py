"""A benchmark as its maker writes it: a line for each member."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from market.formats.faults import Fault
from market.formats.fields import Place, read_number
from market.selectors.securities import priced_listings
from market.services.benchmarks import REBALANCING

HUNDRED = Decimal(100)
LINES = (
    "One member a line: its symbol, its exchange where several listings carry the symbol, and its "
    "weight in percent. Without weights all share equally. One line alone is that security."
)


class MembersField(forms.CharField):
    """Lines like `MSFT XNAS 60`, read into weights by listing."""

    def __init__(self) -> None:
        super().__init__(label="Members", max_length=4000, help_text=LINES)
        self.widget = forms.Textarea(
            {"rows": 6, "spellcheck": "false", "autocapitalize": "characters", "class": "mono"}
        )

    def clean(self, value: Any) -> dict[UUID, Decimal | None]:
        members: dict[UUID, Decimal | None] = {}
        mistakes: list[str] = []
        for number, line in enumerate(super().clean(value).splitlines(), start=1):
            if not line.strip():
                continue
            try:
                listing, weight = _member(line)
            except ValidationError as error:
                mistakes.append(f"Line {number}: {error.message}")
                continue
            if listing in members:
                mistakes.append(f"Line {number}: this listing is a member already.")
            members[listing] = weight
        if mistakes:
            raise ValidationError(mistakes)
        return members


class BenchmarkForm(forms.Form):
    """A new benchmark."""

    name = forms.CharField(label="Name", max_length=200)
    members = MembersField()
    rebalancing = forms.ChoiceField(
        label="Rebalancing",
        choices=[(one, one.capitalize()) for one in REBALANCING],
        help_text="When a blend is bought anew at its weights: at the last close of each period. "
        "Never: it is bought once and held.",
    )


class BenchmarkChoiceForm(forms.Form):
    """Which benchmark a portfolio is compared with."""

    benchmark = forms.TypedChoiceField(
        label="Benchmark", required=False, coerce=UUID, empty_value=None
    )
    reason = forms.CharField(label="Why", max_length=300, help_text="Kept in the audit trail.")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["benchmark"].choices = [("", "None"), *choices]  # type: ignore[attr-defined]


def _member(line: str) -> tuple[UUID, Decimal | None]:
    """Raises ValidationError for an unknown or ambiguous symbol and for what is no weight."""
    symbol, *rest = line.upper().replace(",", " ").split()
    weight = None
    if rest and rest[-1][:1].isdigit():
        read = read_number(rest.pop().rstrip("%"), Place(0, "weight"), places=8, zero=False)
        if isinstance(read, Fault):
            raise ValidationError(f"{read.message} {read.remedy}")
        weight = read / HUNDRED
    found = priced_listings(symbol, rest[0] if rest else "")
    if not found or len(rest) > 1:
        raise ValidationError(f"no listing is called {' '.join([symbol, *rest])}.")
    if len(found) > 1:
        places = ", ".join(sorted(one.exchange for one in found))
        raise ValidationError(f"{symbol} is listed on {places}; add the exchange.")
    return found[0].pk, weight

"""Fields of an entry: plain decimals, a security by its symbol, lots as lines of text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from market.formats.faults import Fault
from market.formats.fields import Place, read_number
from market.models import Security
from market.selectors.securities import priced_listings
from patterns.canonical import decimal_text
from portfolios.formats.entry_lots import read_lots

PLACES = 10


class NumberField(forms.CharField):
    """A positive number with a decimal point. A comma is not guessed at: it may mean thousands."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, max_length=60)
        self.widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        read = read_number(text, Place(0, str(self.label)), places=PLACES, zero=True)
        if isinstance(read, Fault):
            raise ValidationError(f"{read.message} {read.remedy}")
        return read

    def prepare_value(self, value: Any) -> Any:
        """A stored number as it would be typed."""
        return decimal_text(value) if isinstance(value, Decimal) else value


class SecurityField(forms.CharField):
    """A listing by its symbol, with its exchange where several carry the symbol."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, max_length=40)
        # What is typed asks for listings like it; the browser offers them as a list.
        self.widget = forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "hx-get": reverse_lazy("portfolios:listings"),
                "hx-trigger": "input changed delay:200ms, focus once",
                "hx-target": "next datalist",
                "hx-swap": "innerHTML",
                "hx-sync": "this:replace",
            }
        )

    def clean(self, value: Any) -> Security | None:
        text = super().clean(value).upper()
        if not text:
            return None
        symbol, _, exchange = text.partition(" ")
        found = priced_listings(symbol, exchange.strip())
        if not found:
            raise ValidationError(
                f"No listing is called {text}. Choose one from the list, or ask an administrator "
                "to register it."
            )
        if len(found) > 1:
            names = " or ".join(listing_text(security) for security in found[:5])
            raise ValidationError(f"Several exchanges list {symbol}: write {names}.")
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        """A listing as it would be typed."""
        return listing_text(value) if isinstance(value, Security) else value


def listing_text(security: Security) -> str:
    """What the field calls a listing."""
    return f"{security.symbol} {security.exchange}"


class CarriedLotsField(forms.CharField):
    """Lots that arrive, one in a line: quantity, day, and cost when it is known."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=10_000,
            widget=forms.Textarea({"rows": 3, "placeholder": "10 2012-05-03 5000.00"}),
            help_text="One lot in a line: quantity, day acquired, total cost if known, base "
            "currency per unit on that day if known.",
        )

    def clean(self, value: Any) -> list[dict[str, str]] | None:
        """One mistake at a time: the lines are few."""
        text = super().clean(value)
        lots = [_carried(line.split()) for line in text.splitlines() if line.strip()]
        if not lots:
            return None
        read = read_lots("carried_lots", lots, Place(0, "carried_lots"))
        if isinstance(read, Fault):
            raise ValidationError(f"{read.message} {read.remedy}")
        return read

    def prepare_value(self, value: Any) -> Any:
        """A stored list as the lines that it was."""
        if not isinstance(value, list):
            return value
        names = ("quantity", "acquisition_date", "cost_basis", "fx_rate")
        return "\n".join(" ".join(lot[n] for n in names if lot.get(n)) for lot in value)


def _carried(words: list[str]) -> dict[str, str]:
    names = ("quantity", "acquisition_date", "cost_basis", "fx_rate")
    if not 2 <= len(words) <= len(names):
        raise ValidationError("A lot is its quantity, its day, and perhaps its cost and rate.")
    return dict(zip(names, words, strict=False))

"""The form of one entry. It adapts to the type; the ledger's own rules judge what is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BoundField

from market.models import Security
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import Draft
from portfolios.formats.entry_rules import RULES
from portfolios.forms.days import day_field
from portfolios.forms.entry_fields import CarriedLotsField, NumberField, SecurityField
from portfolios.forms.entry_types import CHOICES, LAYOUTS
from portfolios.forms.entry_words import HINTS, LABELS
from portfolios.forms.portfolio import BASE_CURRENCIES
from portfolios.models import Jurisdiction, Lot, Portfolio, Treatment

NUMBERS = {
    "quantity": "Quantity",
    "price": "Price",
    "gross_amount": "Gross amount",
    "fees": "Fees",
    "taxes": "Taxes",
    "net_amount": "Amount",
    "fx_rate": "Recorded rate to base",
    "gross_amount_security": "Gross in the security's currency",
    "settlement_fx_rate": "Actual rate",
    "to_amount": "Arrives as",
    "to_price": "Price of a new share",
    "new_shares": "New shares",
    "old_shares": "for old shares",
    "cost_basis": "Total cost",
    "cost_fraction": "Child's share of cost",
}
TEXTS = {
    "account": ("Account", 50),
    "cash_account": ("Cash account", 50),
    "to_account": ("To account", 50),
    "lot_label": ("Name of the lot", 50),
}
CURRENCY_FIELDS = {
    "currency": "Currency",
    "to_currency": "Currency that arrives",
    "security_currency": "Currency of the price, if another",
}
DAYS = {
    "settlement_date": "Settlement",
    "ex_date": "Ex-date",
    "pay_date": "Pay date",
    "holding_start": "Held since",
}
# A fault names the file's column; a form may call it otherwise.
FIELD_OF = {
    "symbol": "security",
    "to_symbol": "to_security",
    "date": "transaction_date",
    "type": "entry_type",
    "lot_picks": "lots",
}
RULED = {field: column for column, field in FIELD_OF.items()}
OPEN_LOTS_SHOWN = 200


class EntryForm(forms.Form):
    """One entry of type `entry_type`. `initial` may hold what was typed for another type."""

    entry_type = forms.ChoiceField(label="Type", choices=CHOICES)
    transaction_date = day_field("Date", required=True)

    def __init__(self, portfolio: Portfolio, kind: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.portfolio = portfolio
        self.kind = kind
        self.layout = LAYOUTS[kind]
        self.hint = HINTS[kind]
        self.initial["entry_type"] = kind
        for name in (*self.layout.main, *self.layout.more):
            self.fields[name] = self._field(name)
        self.fields["narration"] = forms.CharField(
            label="Note", required=False, max_length=500, widget=forms.Textarea({"rows": 2})
        )

    usual_currencies = BASE_CURRENCIES

    @property
    def main(self) -> list[BoundField]:
        return [self["transaction_date"], *(self[name] for name in self.layout.main)]

    @property
    def more(self) -> list[BoundField]:
        return [self[name] for name in self.layout.more]

    @property
    def more_is_used(self) -> bool:
        """Whether a folded field holds something, or a mistake: then it is not folded."""
        return any(
            field.errors or (field.value() not in (None, "") and field.name != "account")
            for field in self.more
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self._needed():
            if cleaned.get(name) in (None, "", []) and name not in self.errors:
                self.add_error(name, f"{self.fields[name].label} is needed.")
        return cleaned

    def draft(self) -> Draft:
        """The valid form as an entry that has no number yet."""
        said = self.cleaned_data
        security, to_security = said.get("security"), said.get("to_security")
        plain = (*NUMBERS, *TEXTS, *DAYS, "to_currency", "security_currency", "narration")
        given = {name: said[name] for name in plain if said.get(name) not in (None, "")}
        for name in ("treatment", "jurisdiction", "carried_lots"):
            given[name] = said.get(name) or ("" if name != "carried_lots" else None)
        return Draft(
            entry_type=self.kind,
            transaction_date=said["transaction_date"],
            currency=said.get("currency") or self._currency(security),
            security_id=security.pk if security else None,
            to_security_id=to_security.pk if to_security else None,
            lot_picks=[{"label": label} for label in said.get("lots") or ()] or None,
            **given,
        )

    def take_over(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Show the ledger's mistakes beside the fields they name, the others above them all."""
        for error in errors:
            column = error.get("column") or ""
            name = FIELD_OF.get(column, column)
            remedy = error.get("remedy") or ""
            said = f"{error['message']} {remedy}".strip()
            self.add_error(name if name in self.fields else None, said)

    def _needed(self) -> list[str]:
        """What the type cannot do without, among the fields that are asked. A currency follows
        from the security or the portfolio; which half of an opening balance, from the other."""
        rule = set(RULES[self.kind].needs) - {"currency"}
        return [name for name in self.layout.main if RULED.get(name, name) in rule]

    def _currency(self, security: Security | None) -> str:
        return security.currency if security is not None else self.portfolio.base_currency

    def _field(self, name: str) -> forms.Field:
        field = self._plain_field(name)
        field.label = LABELS.get((self.kind, name), field.label)
        return field

    def _plain_field(self, name: str) -> forms.Field:
        if name in NUMBERS:
            return NumberField(NUMBERS[name])
        if name in TEXTS:
            label, longest = TEXTS[name]
            initial = "main" if name == "account" else ""
            return forms.CharField(label=label, required=False, max_length=longest, initial=initial)
        if name in DAYS:
            return day_field(DAYS[name])
        if name in CURRENCY_FIELDS:
            return _currency_field(CURRENCY_FIELDS[name])
        if name == "lots":
            return self._lots_field()
        return _choice_or_security(name)

    def _lots_field(self) -> forms.Field:
        """The open lots of the security that is filled in; none is named by default."""
        lots = self._open_lots()
        return forms.MultipleChoiceField(
            label="Lots to take from",
            required=False,
            choices=[(lot.label, _lot_text(lot)) for lot in lots],
            widget=forms.CheckboxSelectMultiple,
            help_text="None named: the portfolio's method chooses." if lots else "",
        )

    def _open_lots(self) -> list[Lot]:
        said = self.data.get("security") if self.is_bound else self.initial.get("security")
        symbol, _, exchange = str(said or "").strip().upper().partition(" ")
        if not symbol:
            return []
        named = {"security__symbol": symbol}
        if exchange:
            named["security__exchange"] = exchange
        lots = Lot.objects.filter(portfolio=self.portfolio, is_open=True, **named)
        return list(lots.order_by("acquisition_date", "id")[:OPEN_LOTS_SHOWN])


def _lot_text(lot: Lot) -> str:
    open_part = f"{lot.quantity_open:f}".rstrip("0").rstrip(".")
    return f"{lot.label}: {open_part} of {lot.acquisition_date}, {lot.account}"


def _currency_field(label: str) -> forms.Field:
    """Codes are typed, with the usual ones offered: a list of 150 is no help."""
    return CurrencyField(
        label=label,
        required=False,
        max_length=3,
        widget=forms.TextInput({"list": "currencies", "autocomplete": "off", "size": 4}),
    )


class CurrencyField(forms.CharField):
    """An ISO 4217 code in use."""

    def clean(self, value: Any) -> str:
        code = super().clean(value).upper()
        if code and code not in CURRENCIES:
            raise forms.ValidationError(f"{code} is no currency in use. Write a code such as CAD.")
        return str(code)


def _choice_or_security(name: str) -> forms.Field:
    if name == "treatment":
        choices = [("", "Not chosen"), *Treatment.choices]
        return forms.ChoiceField(label="Treatment", required=False, choices=choices)
    if name == "jurisdiction":
        choices = [("", "Not chosen"), *Jurisdiction.choices]
        return forms.ChoiceField(label="Jurisdiction", required=False, choices=choices)
    if name == "carried_lots":
        return CarriedLotsField("Lots that arrive")
    return SecurityField("Security" if name == "security" else "To security")


class AmendForm(EntryForm):
    """The corrected entry, and why."""

    reason = forms.CharField(
        label="Why it is corrected", max_length=300, help_text="Kept with the reversal."
    )


class ReasonForm(forms.Form):
    """Why something is undone or dismissed; it is kept."""

    reason = forms.CharField(label="Why", max_length=300)

"""What the holder says to a corporate action beyond its facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from market.models import CorporateAction
from portfolios.forms.days import day_field
from portfolios.forms.entry_fields import NumberField
from portfolios.models import Jurisdiction, Treatment
from portfolios.selectors.actions import CHOICE, RATIO, Proposal
from portfolios.services.actions import Terms

HUNDRED = Decimal(100)


class TermsForm(forms.Form):
    """Only what the kind of action leaves open is asked."""

    def __init__(self, proposal: Proposal, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kind = proposal.action.action_type
        if kind == CorporateAction.Type.DIVIDEND:
            self._ask_what_was_paid(proposal)
        if kind in RATIO:
            self.fields["fraction_price"] = NumberField("Price paid for fractions")
            self.fields["fraction_price"].help_text = "Empty: the broker holds fractions."
        if kind in CHOICE:
            self._ask_how_it_is_taxed()
        self.fields["note"] = forms.CharField(label="Note", required=False, max_length=300)

    def clean_withholding(self) -> Decimal | None:
        percent: Decimal | None = self.cleaned_data["withholding"]
        if percent is None:
            raise forms.ValidationError("State what was withheld; 0 for nothing.")
        if percent > HUNDRED:
            raise forms.ValidationError("More than everything cannot be withheld.")
        return percent

    def terms(self) -> Terms:
        """The valid form as what the service is told."""
        said = self.cleaned_data
        percent = said.get("withholding")
        return Terms(
            withholding_rate=None if percent is None else percent / HUNDRED,
            pay_date=said.get("pay_date"),
            jurisdiction=said.get("jurisdiction", ""),
            treatment=said.get("treatment", ""),
            fraction_price=said.get("fraction_price"),
            note=said["note"],
        )

    def _ask_what_was_paid(self, proposal: Proposal) -> None:
        rate = proposal.rate
        self.fields["withholding"] = NumberField("Withholding tax, in percent")
        self.fields["withholding"].initial = None if rate is None else rate * HUNDRED
        self.fields["pay_date"] = day_field("Pay date")
        self.fields["pay_date"].initial = proposal.action.pay_date
        self.fields["pay_date"].help_text = "Empty: cash is posted on the ex-date, as an estimate."

    def _ask_how_it_is_taxed(self) -> None:
        for name, label, choices in (
            ("jurisdiction", "Jurisdiction", Jurisdiction.choices),
            ("treatment", "Treatment", Treatment.choices),
        ):
            self.fields[name] = forms.ChoiceField(
                label=label, choices=[("", "Choose"), *choices], required=name == "jurisdiction"
            )

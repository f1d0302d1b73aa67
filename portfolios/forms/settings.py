"""The booking policies of a portfolio, each with what a change would mean."""

from __future__ import annotations

from typing import Any

from django import forms

from market.models import Security
from portfolios.forms.days import day_field
from portfolios.forms.entry_fields import SecurityField
from portfolios.models import Portfolio

WHY = "Kept in the audit trail."


class CostMethodForm(forms.Form):
    """Another cost method from a day on."""

    method = forms.ChoiceField(label="Method", choices=Portfolio.CostMethod.choices)
    effective_from = day_field("From", required=True)
    account = forms.CharField(
        label="Account", required=False, max_length=64, help_text="Empty: all accounts."
    )
    security = SecurityField("Security")
    reason = forms.CharField(label="Why", max_length=300, help_text=WHY)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["security"].help_text = "Empty: all securities."

    def change(self) -> dict[str, Any]:
        """The valid form as arguments of `change_cost_method`."""
        said = self.cleaned_data
        security: Security | None = said["security"]
        names = ("method", "effective_from", "account", "reason")
        return {name: said[name] for name in names} | {
            "security_id": security.pk if security else None
        }


class PoliciesForm(forms.Form):
    """Policies that hold for every entry there is."""

    lot_scope = forms.ChoiceField(
        label="Lots",
        choices=Portfolio.LotScope.choices,
        help_text="With lots for each account a sale relieves those of its own account only. "
        "Realised results of the past are booked again.",
    )
    fees_in_cost = forms.BooleanField(
        label="Fees belong to cost",
        required=False,
        help_text="Added to the cost of purchases, taken off the proceeds of sales. Without it "
        "they are expenses of their own, and every realised result changes.",
    )
    taxes_in_cost = forms.BooleanField(
        label="Transaction taxes belong to cost",
        required=False,
        help_text="The same for taxes on trades. Withholding on dividends is not meant.",
    )
    allow_short = forms.BooleanField(
        label="Short positions by selling more than is held",
        required=False,
        help_text="Without it such a sale is a mistake. It cannot be taken back while one stands.",
    )
    reason = forms.CharField(label="Why", max_length=300, help_text=WHY)


class LossRuleForm(forms.Form):
    """Which law defers losses."""

    rule = forms.ChoiceField(
        label="Loss rule",
        required=False,
        choices=Portfolio.LossRule.choices,
        help_text="Deferred losses are shown beside what was booked; no booked figure changes.",
    )
    reason = forms.CharField(label="Why", max_length=300, help_text=WHY)

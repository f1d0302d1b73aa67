"""The form of a pattern: one field for each of its typed inputs, and the day.

The form collects; what is wrong with an input is said by the runner, which every door asks, so
that a page, a program and the shell hear the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from accounts.models import User
from patterns.exceptions import InputsInvalid
from patterns.spec import InputSpec, PatternSpec
from portfolios.forms.days import day_field
from portfolios.selectors.choices import (
    Choices,
    benchmark_choices,
    portfolio_choices,
    security_choices,
)

YES_OR_NO: Choices = [("true", "Yes"), ("false", "No")]
PORTFOLIO = "portfolio_id"
_LABELS = {PORTFOLIO: "Portfolio", "security_id": "Security", "benchmark_id": "Benchmark"}


class QuestionForm(forms.Form):
    """What `?asof=` and the inputs of a pattern say in an address. No field is checked here."""

    def __init__(self, spec: PatternSpec, said: Mapping[str, str], user: User) -> None:
        self.spec, self.user = spec, user
        self.said: dict[str, str] = {name: text for name, text in said.items() if text}
        self.portfolios = portfolio_choices(user) if PORTFOLIO in spec.inputs else []
        if self.portfolios and PORTFOLIO not in self.said:
            self.said[PORTFOLIO] = self.portfolios[0][0]
        self.shown = self._defaults() | self.said
        super().__init__(data=self.shown)
        for name, declared in spec.inputs.items():
            self.fields[name] = self._field(name, declared)
        self.fields["asof"] = day_field("As of")

    @property
    def inputs(self) -> dict[str, str]:
        """What was said, for the runner to check. An empty field says nothing."""
        return {name: self.said[name] for name in self.spec.inputs if name in self.said}

    @property
    def is_answerable(self) -> bool:
        """Whether everything that must be said was said."""
        return all(
            name in self.said for name, declared in self.spec.inputs.items() if declared.required
        )

    def take_over(self, refusal: InputsInvalid) -> None:
        """Show the runner's mistakes beside the fields they name."""
        for mistake in refusal.details["errors"]:
            field = mistake["field"] if mistake["field"] in self.fields else None
            self.add_error(field, f"{mistake['message']} {mistake['remedy']}".strip())

    def show_day(self, asof_date: dt.date | None) -> None:
        """Where no day was asked for: the one that the answer is of."""
        self.shown.setdefault("asof", "" if asof_date is None else asof_date.isoformat())

    def _defaults(self) -> dict[str, str]:
        declared = {name: each.default for name, each in self.spec.inputs.items()}
        return {name: _text(value) for name, value in declared.items() if value is not None}

    def _field(self, name: str, declared: InputSpec) -> forms.Field:
        common: dict[str, Any] = {
            "label": _LABELS.get(name, name.replace("_", " ").capitalize()),
            "help_text": declared.description,
            "required": False,
        }
        choices = self._choices(name, declared)
        if choices is not None:
            nothing = [] if declared.required or declared.default is not None else [("", "None")]
            return forms.CharField(widget=forms.Select(choices=[*nothing, *choices]), **common)
        return forms.CharField(widget=_widget(declared), **common)

    def _choices(self, name: str, declared: InputSpec) -> Choices | None:
        """The choices of a select; None for what is typed in."""
        if declared.choices is not None:
            return [(_text(each), _text(each)) for each in declared.choices]
        if declared.type == "boolean":
            return YES_OR_NO
        if declared.type != "uuid":
            return None
        if name == PORTFOLIO:
            return self.portfolios
        if name == "benchmark_id":
            return benchmark_choices()
        if name == "security_id" and (portfolio_id := _uuid(self.said.get(PORTFOLIO, ""))):
            nothing = [("", "Choose one")] if name not in self.said else []
            return [*nothing, *security_choices(self.user, portfolio_id)]
        return None


def _widget(declared: InputSpec) -> forms.Widget:
    bounds = {"min": declared.minimum, "max": declared.maximum}
    attrs: Mapping[str, Any] = {name: value for name, value in bounds.items() if value is not None}
    if declared.type == "date":
        return forms.DateInput(attrs={"type": "date", **attrs})
    if declared.type in ("integer", "number"):
        step = "1" if declared.type == "integer" else "any"
        return forms.NumberInput(attrs={"step": step, **attrs})
    return forms.TextInput(attrs={"maxlength": declared.max_length or 1_000})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""A calendar day, written as the machines write it."""

from __future__ import annotations

from django import forms


def day_field(label: str, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": f"{label} is no calendar day. Write it as YYYY-MM-DD."},
    )

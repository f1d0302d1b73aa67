"""Files that a page takes."""

from __future__ import annotations

from django import forms


class ClosesForm(forms.Form):
    """A file of closes for one listing."""

    file = forms.FileField(
        label="File of closes (CSV)",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

"""Controls written by hand are what Django's own templates would have written."""

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from dawsos.widgets import INPUTS, WidgetRenderer

CHOICES = [
    ("", "All"),
    ("a<b", "A & \"B'"),
    (7, 7),
    ("Group <1>", [("x", mark_safe("<b>bold</b>")), (None, "Nothing")]),
]


class Stars(forms.Select):
    option_template_name = "django/forms/widgets/radio_option.html"


BY_HAND, BY_TEMPLATE = WidgetRenderer(), DjangoTemplates()


def both(widget: forms.Widget, value: Any, attrs: dict[str, Any]) -> tuple[str, str]:
    """What is written by hand, and by templates; without the line breaks between tags."""
    written = (widget.render("na<me", value, attrs, how) for how in (BY_HAND, BY_TEMPLATE))
    by_hand, by_template = (re.sub(r"\s*\n\s*", "\n", html.strip()) for html in written)
    return by_hand, by_template


def test_every_form_uses_it() -> None:
    assert isinstance(get_default_renderer(), WidgetRenderer)


@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(),
        forms.NumberInput(),
        forms.EmailInput(),
        forms.URLInput(),
        forms.PasswordInput(render_value=True),
        forms.HiddenInput(),
        forms.DateInput(),
        forms.TimeInput(),
        forms.CheckboxInput(),
        forms.FileInput(),
        forms.Select(choices=CHOICES),
        forms.NullBooleanSelect(),
        forms.SelectMultiple(choices=CHOICES),
        forms.RadioSelect(choices=CHOICES),
        forms.Textarea(),
        Stars(choices=CHOICES),
    ],
    ids=lambda widget: type(widget).__name__,
)
@given(
    value=st.sampled_from(["", None, "a<b", 7, 1234.5, True, '"&amp;', mark_safe("<i>")]),
    attrs=st.dictionaries(
        st.sampled_from(["class", "id", "data-a<b"]),
        st.sampled_from([True, False, "", 'quo"te', 12_000, mark_safe("&amp;")]),
    ),
)
def test_it_writes_what_the_templates_write(
    widget: forms.Widget, value: Any, attrs: dict[str, Any]
) -> None:
    by_hand, by_template = both(widget, value, attrs)
    assert by_hand == by_template


@pytest.mark.parametrize("name", sorted(set(INPUTS) - {"input"}))
def test_every_kind_of_input_is_one_in_django_too(name: str) -> None:
    widget = forms.TextInput()
    widget.template_name = f"django/forms/widgets/{name}.html"
    by_hand, by_template = both(widget, "a<b", {"required": True})
    assert by_hand == by_template

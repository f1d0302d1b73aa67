"""Form fields in our look, without every form having to know CSS classes."""

from __future__ import annotations

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget with the look of its kind, marked invalid when it has errors."""
    look = "form-select" if isinstance(field.field.widget, forms.Select) else "form-control"
    return field.as_widget(attrs={"class": look, **_marks(field)})


@register.simple_tag
def listed_control(field: BoundField) -> SafeString:
    """A text field whose suggestions stand in the datalist beside it."""
    listed = f"{field.id_for_label}_listings"
    return field.as_widget(attrs={"class": "form-control", "list": listed, **_marks(field)})


def _marks(field: BoundField) -> dict[str, str | bool]:
    if not field.errors:
        return {}
    return {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}_error"}

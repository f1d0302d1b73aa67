"""Form controls written by hand: what Django's own templates write, a twentieth of the time.

A page with eight fields spent a third of its time on them, since every `<input>` is a template
that includes two others. Widgets with another template keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize

FOLDER = "django/forms/widgets"
INPUTS = (
    "checkbox color date datetime email file hidden input number password search tel text time url"
).split()
OPTION = f"{FOLDER}/select_option.html"

Widget = Mapping[str, Any]


class WidgetRenderer(DjangoTemplates):
    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        write = WRITERS.get(template_name)
        if write is None or not _is_plain(context["widget"]):
            return super().render(template_name, context, request)
        return write(context["widget"])


def _is_plain(widget: Widget) -> bool:
    """Whether all its options, if it has any, are of the kind that is written here."""
    groups = widget.get("optgroups", ())
    return all(option["template_name"] == OPTION for _, group, _ in groups for option in group)


def _input(widget: Widget) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{_text(value)}"'
    return (
        f'<input type="{_text(widget["type"])}"'
        f' name="{_text(widget["name"])}"{said}{_attributes(widget["attrs"])}>'
    )


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _ in widget["optgroups"])
    name = _text(widget["name"])
    return f'<select name="{name}"{_attributes(widget["attrs"])}>{groups}\n</select>'


def _group(name: str | None, options: list[Widget]) -> str:
    written = "".join(
        f'\n  <option value="{_text(option["value"])}"{_attributes(option["attrs"])}>'
        f"{_text(localize(option['label']))}</option>"
        for option in options
    )
    if not name:
        return written
    return f'\n  <optgroup label="{_text(name)}">{written}\n  </optgroup>'


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {_text(name)}" + ("" if value is True else f'="{_text(value)}"')
        for name, value in attributes.items()
        if value is not False
    )


def _text(value: Any) -> str:
    """A value as its own text, escaped unless it is markup; never a number as a language writes
    it. Django's `conditional_escape` says the same at three times the cost."""
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return escape(str(value))


WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"{FOLDER}/{name}.html": _input for name in INPUTS},
    f"{FOLDER}/select.html": _select,
}

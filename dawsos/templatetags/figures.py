"""One look for every number: the value, how far it can be trusted, and where to ask why.

{% load figures %}
{% figure cell %}                     a cell of a panel
{% figure portfolio.total "money" %}  a figure of a capability or selector
{% figure cell compact=True %}        in a table: the state is a mark, its words are spoken
{% number entry.net_amount "money" entry.currency signed=True %}
{% ask_why portfolio.id "total_value" it.total_value asof=it.asof_date as address %}
{% figure it.total_value "money" ask=address %}   a number of no run, asked of one
{% state_badge "partial" "2 of 3 prices" %}
{% panel_badge panel %}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from html import escape as escape_all
from typing import Any, Literal
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from accounts.writing import current
from dawsos.templatetags.reasons import sentence
from dawsos.templatetags.shell import icon
from patterns.canonical import decimal_text
from patterns.cells import cell_at
from patterns.explaining import explained_steps
from patterns.formats import display
from patterns.panels import Cell, Panel
from patterns.results import Figure
from patterns.runs import RunResult

register = template.Library()

WORDS = {
    "partial": "Partial",
    "stale": "Stale",
    "estimated": "Estimated",
    "withheld": "Withheld",
    "failed": "Failed",
    "skipped": "Skipped",
    "warming": "Warming",
    "fresh": "Fresh",
    "error": "Error",
    "refused": "Refused",
    "complete": "Complete",
}
ICONS = {
    "partial": "partial",
    "stale": "stale",
    "estimated": "estimated",
    "withheld": "withheld",
    "failed": "alert",
    "error": "alert",
    "refused": "alert",
    "warming": "stale",
    "fresh": "check",
    "complete": "check",
}
SMALL_UNITS = {"%", "bp"}
UNREMARKABLE = {"", "exact", "empty"}  # what needs no badge
_SPECIAL = re.compile("[&<>\"']").search


def escape(text: str) -> str:
    """`html.escape`, which looks for each character; numbers and most words have none of them."""
    return escape_all(text) if _SPECIAL(text) else text


@dataclass(frozen=True)
class Badge:
    """A state in a word, a symbol, and the sentences behind it."""

    state: str
    story: str

    def html(self, *, mark: bool, inert: bool = False) -> SafeString:
        return _badge_html(self, mark, inert)


@lru_cache(maxsize=1024)  # a column without ratings says the same in every row
def _badge_html(badge: Badge, mark: bool, inert: bool) -> SafeString:  # noqa: FBT001 - a cached key
    word = WORDS.get(badge.state, badge.state.capitalize())
    symbol = icon(ICONS[badge.state]) if badge.state in ICONS else mark_safe("")
    modifier = " state--mark" if mark else ""
    tip = f"{word}. {badge.story}" if mark and badge.story else (badge.story or word)
    spoken = format_html('<span class="visually-hidden">: {}</span>', badge.story)
    if not badge.story and not mark:
        return format_html('<span class="state state--{}">{}{}</span>', badge.state, symbol, word)
    return format_html(
        '<{} class="state state--{}{}" data-tip="{}">{}<span class="state__word">{}</span>{}</{}>',
        "span" if inert else mark_safe('button type="button"'),
        badge.state,
        modifier,
        tip,
        symbol,
        word,
        spoken if badge.story else "",
        "span" if inert else "button",
    )


@dataclass(frozen=True, slots=True)
class Why:
    """Where the figures of a run are explained: an address, and the steps that explain theirs."""

    address: str
    steps: frozenset[str]

    @classmethod
    def of(cls, run: RunResult) -> Why:
        return cls(_run_address(run.run_id), explained_steps(run.pattern_id, run.pattern_version))

    def address_of(self, cell: Cell) -> str:
        """ "" for what is no explained figure."""
        if not cell.numeric or not self._explains(cell.path):
            return ""
        return f"{self.address}?path={cell.path}"

    def _explains(self, path: str) -> bool:
        """Whether the step behind a path is explained; of a pattern within the pattern, its
        step."""
        end = path.find(".")
        while end > 0:
            if path[:end] in self.steps:
                return True
            end = path.find(".", end + 1)
        return False


def cell_of(value: Figure, format_name: str) -> Cell:
    """A figure outside a panel, with the same text as inside one."""
    return cell_at({"figure": value.model_dump(mode="json")}, "figure", format_name, path="")


def _sign(number: Decimal | None) -> Literal["", "positive", "negative", "zero"]:
    if number is None:
        return ""
    return "positive" if number > 0 else "negative" if number < 0 else "zero"


def _story(cell: Cell) -> str:
    """Everything a cell knows about its own state, a line each."""
    lines = [
        sentence(cell.reason),
        f"Missing: {', '.join(cell.missing)}" if cell.missing else "",
        f"Coverage: {current().number(cell.coverage)}" if cell.coverage else "",
        f"As of {cell.asof_date}" if cell.asof_date else "",
        f"Method: {cell.method}" if cell.method else "",
        f"Observations: {cell.n}" if cell.n else "",
    ]
    return current().days_in("\n".join(line for line in lines if line))


@lru_cache(maxsize=256)  # there are a few dozen, and thousands of cells
def _classes(numeric: bool, sign: str, state: str, signed: bool) -> str:  # noqa: FBT001 - a key
    names = ["figure"]
    if numeric:
        names.append("figure--numeric")
    if sign == "negative" or (signed and sign == "positive"):
        names.append(f"figure--{sign}")
    if signed:
        names.append("figure--change")
    if state == "withheld":
        names.append("figure--withheld")
    return " ".join(names)


def _digits(text: str, unit: str) -> SafeString:
    """The number, with its unit set smaller: the digits are what is compared."""
    written = current().number(text)
    digits, space, last = written.rpartition(" ")
    if not space or (last != unit and last not in SMALL_UNITS):
        return SafeString(escape(written))
    return SafeString(f'{escape(digits)}<span class="figure__unit"> {escape(last)}</span>')


def _words(cell: Cell) -> str:
    return current().days_in(cell.text) if cell.format == "date" else cell.text


def _value(cell: Cell) -> SafeString:
    shown = _digits(cell.text, cell.currency) if cell.numeric else escape(_words(cell))
    # A page holds hundreds: put together here rather than by `format_html`, as all below.
    if cell.raw and cell.numeric:
        return SafeString(f'<data class="figure__value" value="{escape(cell.raw)}">{shown}</data>')
    return SafeString(f'<span class="figure__value">{shown}</span>')


@register.simple_tag
def figure(
    value: Cell | Figure | Literal[""] | None,
    format_name: str = "",
    *,
    compact: bool = False,
    signed: bool = False,
    why: RunResult | Why | Literal[""] | None = None,
    ask: str = "",
) -> SafeString:
    """A figure: its text, its state when it is not exact, a link to why it is so in its run.

    `signed` is for changes: a gain is coloured and marked too. Elsewhere only losses are. `ask` is
    where to ask of a figure that is of no run.
    """
    if not value:  # a template gives "" for what its context does not have
        return format_html('<span class="figure figure--withheld">{}</span>', "—")
    cell = value if isinstance(value, Cell) else cell_of(value, format_name)
    if cell.format == "state":
        return state_badge(cell.text) or format_html('<span class="muted">{}</span>', cell.text)
    if cell.state in UNREMARKABLE and not cell.numeric:
        return SafeString(escape(_words(cell)))
    badge = ""
    if cell.state not in UNREMARKABLE:
        badge = Badge(cell.state, _story(cell)).html(mark=compact)
    shown = _value(cell)
    if isinstance(why, RunResult):
        why = Why.of(why)
    if address := why.address_of(cell) if why else ask:
        # The number itself is the link: a word beside each would be a column of words.
        shown = SafeString(f'<a class="figure__why" href="{escape(address)}" data-why>{shown}</a>')
    look = _classes(cell.numeric, cell.sign, cell.state, signed)
    return SafeString(f'<span class="{look}">{shown}{badge}</span>')


@lru_cache(maxsize=256)
def _run_address(run_id: UUID) -> str:
    return reverse("portfolios:why", args=[run_id])


@register.simple_tag
def number(
    value: Decimal | None,
    format_name: str,
    currency: str = "",
    *,
    signed: bool = False,
    ask: str = "",
) -> SafeString:
    """A stored number that is no figure: a ledger entry's quantity, price or amount."""
    if not isinstance(value, Decimal):  # None, or the "" of a row that has no entry
        return mark_safe("")
    direction = f" figure--{_sign(value)}" if signed else ""
    shown = _digits(display(value, format_name, currency), currency)
    data = f'<data class="figure__value" value="{value:f}">{shown}</data>'
    if ask:
        data = f'<a class="figure__why" href="{escape(ask)}" data-why>{data}</a>'
    return SafeString(f'<span class="figure figure--numeric{direction}">{data}</span>')


@register.simple_tag
def ask_why(portfolio_id: UUID, figure: str, shown: Decimal | Figure | None, **line: Any) -> str:
    """Where a number of a page that is no run is explained; "" of what is not known.

    `line` names its lot, currency, day or pack: security, account, lot, currency, asof, pack.
    """
    value = shown.value if isinstance(shown, Figure) else shown
    if not isinstance(value, Decimal | float):
        return ""
    said = {"figure": figure, **line, "shown": value}
    query = urlencode({name: one for name, one in said.items() if one not in (None, "")})
    return f"{_ask_address(portfolio_id)}?{query}"


@lru_cache(maxsize=256)
def _ask_address(portfolio_id: UUID) -> str:
    return reverse("portfolios:ask", args=[portfolio_id])


@register.filter
def digits(value: Decimal | None) -> str:
    """A stored rate or ratio as written, without the zeros that only fill its column."""
    return "" if value is None else current().number(decimal_text(value))


@register.simple_tag
def state_badge(
    state: str, reason: str = "", *, compact: bool = False, inert: bool = False
) -> SafeString:
    """A state in words, with its reason in a tip and for screen readers. Exact says nothing.

    `inert` inside what takes the focus itself, a summary: its tip is shown for both."""
    if state in UNREMARKABLE:
        return mark_safe("")
    return Badge(state, sentence(reason)).html(mark=compact, inert=inert)


@register.simple_tag
def panel_badge(panel: Panel) -> SafeString:
    """The badge in a panel's head; the panel's body says the rest."""
    return state_badge(panel.state, panel.note if panel.state not in {"skipped", "failed"} else "")

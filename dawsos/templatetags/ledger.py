"""The rows of a ledger's page, written by hand: as a template they took most of its time.

{% load ledger %}
{% ledger_entries page.entries ledger_url show_accounts=show_accounts %}

Whatever a person or a file wrote goes through `escape`; what is left are our own words, numbers
and dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from accounts.writing import current
from dawsos.templatetags.figures import number, state_badge
from dawsos.templatetags.reasons import sentence
from portfolios.models.ledger import TYPE_LABELS
from portfolios.selectors.page_rows import LedgerRow

register = template.Library()


@register.filter
def type_label(entry_type: str | None) -> str:
    """A type of entry in words."""
    return TYPE_LABELS.get(entry_type or "", entry_type or "")


@register.simple_tag
def ledger_entries(
    entries: Iterable[LedgerRow], ledger_url: str, *, show_accounts: bool
) -> SafeString:
    """A `<tr>` an entry, each a link to the entry's own page below `ledger_url`."""
    url = escape(ledger_url)
    return SafeString("\n".join(_row(entry, url, show_accounts=show_accounts) for entry in entries))


def _row(entry: LedgerRow, url: str, *, show_accounts: bool) -> str:
    seq = entry.seq
    day = current().date(entry.transaction_date)
    struck = ' class="is-reversed"' if entry.reversed_by else ""
    accounts = f"<td>{_accounts(entry)}</td>" if show_accounts else ""
    return (
        f'<tr{struck}><th scope="row" class="mono">'
        f'<a href="{url}{seq}/" aria-label="Entry {seq} of {day}">{day}</a></th>'
        f'<td class="entry-kind">{_kind(entry)}</td>'
        f"<td>{_security(entry)}</td>"
        f'<td class="is-numeric">{_quantity(entry)}</td>'
        f'<td class="is-numeric">{number(entry.price, "price", entry.price_currency)}</td>'
        f'<td class="is-numeric">{_charges(entry)}</td>'
        f'<td class="is-numeric">{_cash(entry)}</td>'
        f"{accounts}"
        f'<td class="wraps"><span class="entry-note">{_note(entry, url)}</span></td>'
        f"<td>{_origin(entry)}</td>"
        f'<td class="is-numeric"><a href="{url}{seq}/" tabindex="-1"'
        f' title="{entry.entry_hash}">{seq}</a></td></tr>'
    )


def _kind(entry: LedgerRow) -> str:
    label = f'<span class="entry-type">{escape(entry.type_label)}</span>'
    reason = entry.estimated_reason
    return f"{label} {state_badge('estimated', reason)}" if reason else label


def _security(entry: LedgerRow) -> str:
    shown = _listing(entry.symbol, entry.security_name)
    return (
        f"{shown} → {_listing(entry.to_symbol, entry.to_security_name)}"
        if (entry.to_symbol)
        else shown
    )


def _listing(symbol: str | None, name: str | None) -> str:
    return f'<span title="{escape(name or "")}">{escape(symbol)}</span>' if symbol else ""


def _quantity(entry: LedgerRow) -> str:
    if not entry.new_shares:
        return number(entry.quantity, "quantity")
    return f"{number(entry.new_shares, 'quantity')} for {number(entry.old_shares, 'quantity')}"


def _charges(entry: LedgerRow) -> str:
    charges = (entry.fees, entry.taxes)
    return "<br>".join(number(value, "money", entry.currency) for value in charges if value)


def _cash(entry: LedgerRow) -> str:
    moved = ((entry.net_amount, entry.currency), (entry.to_amount, entry.to_currency))
    return "<br>".join(
        number(value, "money", currency, signed=True) for value, currency in moved if value
    )


def _accounts(entry: LedgerRow) -> str:
    to = f" → {escape(entry.to_account)}" if entry.to_account else ""
    return f"{escape(entry.account)}{to}"


def _note(entry: LedgerRow, url: str) -> str:
    said = escape(entry.narration)
    if entry.reverses:
        said += f' Reverses <a href="{url}{entry.reverses}/">entry {entry.reverses}</a>.'
    if entry.reversed_by:
        said += f' Reversed by <a href="{url}{entry.reversed_by}/">entry {entry.reversed_by}</a>.'
    if entry.estimated_reason:
        said += ("<br>" if entry.narration else "") + escape(sentence(entry.estimated_reason))
    return said


def _origin(entry: LedgerRow) -> str:
    if entry.import_run_id is None:
        return f'<span class="muted">{escape(entry.source)}</span>'
    return f'<span title="{escape(entry.filename or "")}">Import {entry.import_run_id}</span>'

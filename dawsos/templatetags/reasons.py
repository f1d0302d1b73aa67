"""Reasons as a reader understands them: results carry short codes, pages say sentences."""

from __future__ import annotations

import re

from django import template

from accounts.writing import current

register = template.Library()

SENTENCES = {
    "ratings_not_available": "DawsOS does not rate companies yet; no rating is guessed.",
    "withholding_rate_implied": "Tax was withheld in another currency than the account's; it is "
    "converted at the rate that the total implies.",
    "pay_date_unknown": "Pay date estimated: the source names none.",
}
_CODE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")


@register.filter
def sentence(reason: str | None) -> str:
    """A sentence for a code, "not_yet: the rest" without its code; a sentence stays as it is."""
    if not reason:
        return ""
    code, colon, rest = reason.partition(":")
    if not _CODE.fullmatch(code):
        return current().days_in(reason)
    if code in SENTENCES:
        return SENTENCES[code]
    words = current().days_in(rest.strip()) if colon and rest.strip() else code.replace("_", " ")
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")

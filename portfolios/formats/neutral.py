"""Text that a spreadsheet must not take for a formula, and back again.

A cell that begins with = + - @, a tab or a carriage return, also behind spaces or quotes, may be
run when a file is opened. An apostrophe before it makes it text everywhere; our own reader takes
it off again, so that a ledger comes back as it was. Numbers are written as numbers, signs and all.
"""

from __future__ import annotations

APOSTROPHE = "'"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BEFORE = " \"'\t\r\n"


def neutral(text: str) -> str:
    """The text as a cell that no program runs."""
    return APOSTROPHE + text if _must_be_marked(text) else text


def plain(cell: str) -> str:
    """What `neutral` was given. Other apostrophes stay where they are."""
    rest = cell.removeprefix(APOSTROPHE)
    return rest if rest != cell and _must_be_marked(rest) else cell


def _must_be_marked(text: str) -> bool:
    if text.startswith((*DANGEROUS, " ")):
        return True
    return text.lstrip(_BEFORE).startswith(DANGEROUS)

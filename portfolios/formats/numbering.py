"""The numbers that entries have in their own file, which its reversals refer to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.draft import Draft


def in_order(drafts: Sequence[Draft]) -> list[Draft]:
    """By number, as the ledger held them; those without one first, in the order of the file."""
    return sorted(drafts, key=lambda draft: draft.number or 0)


def contradictions(drafts: Sequence[Draft]) -> Iterator[Fault]:
    """Numbers that stand twice, and reversals of what is not there before them."""
    counts = Counter(draft.number for draft in drafts)
    for draft in drafts:
        number, target, row = draft.number, draft.reverses, draft.row or 0
        if number is not None and counts[number] > 1:
            yield Place(row, "seq").fault(
                "duplicate_seq",
                f"{number} numbers {counts[number]} entries.",
                "Number each entry once.",
                str(number),
            )
        if target is not None and (number is None or target >= number or target not in counts):
            yield Place(row, "reverses").fault(
                "reversal_astray",
                f"No entry {target} stands before this reversal.",
                "Give seq to each row, and name an earlier one.",
                str(target),
            )

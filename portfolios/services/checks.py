"""What a batch of entries must satisfy before it is written, as faults with their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import FIRST_DAY
from portfolios.calc.entries import Problem
from portfolios.formats.amounts import settle
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import Draft
from portfolios.models import EntryType, Transaction

INTEGER_DIGITS = 15
TEXTS = ("account", "narration", "external_id", "estimated_reason")
PLACES = 10
COLUMN_OF = {"security": "symbol", "transaction_date": "date"}
NUMBERS = (
    "quantity price gross_amount fees taxes net_amount fx_rate new_shares old_shares cost_basis "
    "to_amount"
).split()
# A rate that is not known yet leaves base amounts null; it does not make the entry wrong.
TOLERATED = frozenset({"missing_rate"})


def settled(drafts: Sequence[Draft], base_currency: str) -> tuple[list[Draft], list[Fault]]:
    """Entries with their amounts filled in, and the mistakes that each shows by itself.

    Whoever made them is asked the same: a file, a form or a program.
    """
    if not drafts:
        empty = Fault(reason="value_missing", message="There is no entry.", remedy="Send one.")
        return [], [empty]
    complete: list[Draft] = []
    faults: list[Fault] = []
    for index, draft in enumerate(drafts):
        placed = draft if draft.row is not None else replace(draft, row=index)
        wrong = list(_draft(placed))
        if not wrong:
            placed, wrong = settle(placed, base_currency)
        complete.append(placed)
        faults.extend(wrong)
    return complete, faults


def booking_faults(
    problems: Iterable[Problem], written: Mapping[int, Transaction | Draft]
) -> list[Fault]:
    """Problems of booking. All earlier batches were booked without any, so each is this one's.

    `written` are the batch's entries by number; a draft knows its row in the file.
    """
    return [
        Fault(
            reason=problem.code,
            message=problem.message,
            remedy=problem.suggestion,
            row=getattr(written.get(problem.seq), "row", None),
            column=COLUMN_OF.get(problem.field, problem.field),
            value=_value(written.get(problem.seq), problem.field),
        )
        for problem in problems
        if problem.code not in TOLERATED
    ]


def _value(row: Transaction | Draft | None, field: str) -> str | None:
    value = getattr(row, field, None)
    return None if value is None else str(value)


def _draft(draft: Draft) -> Iterable[Fault]:
    row = draft.row or 0
    for name in NUMBERS:
        number = getattr(draft, name)
        if number is not None and not _storable(number):
            yield _fault(row, name, "number_invalid", f"{name} is not a number to be booked.")
    for name in ("currency", "to_currency"):
        code = getattr(draft, name)
        if code and code not in CURRENCIES:
            yield _fault(row, name, "currency_unknown", f"{code!r} is not a currency.")
    if draft.entry_type not in EntryType.values or draft.entry_type == EntryType.REVERSAL:
        yield _fault(row, "type", "type_unknown", f"{draft.entry_type!r} is not a type.")
    elif not draft.currency and draft.entry_type != EntryType.SPLIT:
        yield _fault(row, "currency", "value_missing", "The currency is missing.")
    for name in TEXTS:
        if not _is_text(getattr(draft, name)):
            yield _fault(row, name, "text_invalid", f"{name} holds what no database can store.")
    if draft.transaction_date < FIRST_DAY:
        yield _fault(row, "date", "date_invalid", f"{draft.transaction_date} is too early.")


def _is_text(text: str) -> bool:
    """Whole characters, and no NUL."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _storable(number: Decimal) -> bool:
    """Finite, below the limit, and with no more decimals than the column keeps."""
    if not isinstance(number, Decimal) or not number.is_finite():
        return False
    if not number:
        return True
    # The size is read off the exponent first: arithmetic on 1E+1000000 overflows.
    if not -PLACES <= number.adjusted() < INTEGER_DIGITS:
        return False
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= PLACES


def _fault(row: int, column: str, reason: str, message: str) -> Fault:
    return Fault(reason=reason, message=message, remedy="Mend the entry.", row=row, column=column)

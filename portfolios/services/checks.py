"""What a batch of entries must satisfy before it is written, as faults with their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from market.formats.faults import Fault
from market.formats.fields import FIRST_DAY
from portfolios.calc.entries import Problem
from portfolios.calc.money import quantum
from portfolios.formats.amounts import settle
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import Draft
from portfolios.formats.entry_rules import RULES
from portfolios.models import EntryType, Transaction
from portfolios.services.presence import COLUMN_OF, presence_faults

LIMIT = Decimal(10) ** 15
PLACES, RATE_PLACES = 10, 12  # what a column of the ledger holds
FINEST, FINEST_RATE = quantum(PLACES), quantum(RATE_PLACES)
LARGEST_RATE = Decimal(10) ** 12
NUMBERS = tuple(
    "quantity price gross_amount fees taxes net_amount fx_rate new_shares old_shares cost_basis "
    "to_amount gross_amount_security settlement_fx_rate to_price cost_fraction".split()
)
RECKONED = tuple(
    "gross_amount net_amount gross_amount_security fx_rate settlement_fx_rate cost_fraction".split()
)
RATES = frozenset({"fx_rate", "settlement_fx_rate", "cost_fraction"})
CODES = ("currency", "to_currency", "security_currency")
TEXTS = tuple(
    "account cash_account to_account narration external_id estimated_reason treatment "
    "jurisdiction lot_label link_id".split()
)
LONGEST: dict[str, int] = {
    name: getattr(Transaction._meta.get_field(name), "max_length", 0) for name in TEXTS
}
WRITABLE = frozenset(RULES) - {EntryType.REVERSAL}
# What is not known yet, a rate or what shares did cost, leaves amounts null and named; it does
# not make the entry wrong.
TOLERATED = frozenset({"missing_rate", "unknown_basis"})


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
        placed = draft if draft.row is not None else draft.changed(row=index)
        wrong = draft_faults(placed)
        if not wrong:
            placed, wrong = settle(placed, base_currency)
        complete.append(placed)
        faults.extend(wrong)
    return complete, faults


def reckoned_faults(drafts: Iterable[Draft]) -> Iterator[Fault]:
    """What is wrong with entries whose format has settled them (`Parsed.settled`): their fields are
    in order one by one, but an amount that follows from others may be too large to be stored."""
    for draft in drafts:
        said = vars(draft)
        for name in RECKONED:
            number = said.get(name)
            if number is not None and not LOOK[name](number):
                yield _unstorable_fault(draft, name, number)


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


def draft_faults(draft: Draft) -> list[Fault]:
    """What is wrong with the fields of one entry, before its amounts are held to each other."""
    faults = [*_unstorable(draft)]
    if draft.entry_type not in WRITABLE:
        said = f"{draft.entry_type!r} is not a type of entry to be written."
        faults.append(_fault(draft, "entry_type", "type_unknown", said, "Choose another type."))
    else:
        faults += presence_faults(draft)
    return faults


def _unstorable(draft: Draft) -> Iterable[Fault]:
    """Only what the draft says is looked at: of fifty fields an entry fills in a dozen."""
    for name, value in vars(draft).items():
        look = LOOK.get(name)
        if look is not None and value is not None and not look(value):
            yield _unstorable_fault(draft, name, value)
    if draft.transaction_date < FIRST_DAY:
        said = f"{draft.transaction_date} is too early."
        yield _fault(draft, "transaction_date", "date_invalid", said)


def _unstorable_fault(draft: Draft, name: str, value: object) -> Fault:
    if name in NUMBERS:
        places = RATE_PLACES if name in RATES else PLACES
        words = COLUMN_OF.get(name, name).replace("_", " ")
        said = f"The {words} {value} is too large, or has too many decimals, to be booked."
        return _fault(draft, name, "number_invalid", said, f"Round it to {places} decimals.")
    if name in CODES:
        return _fault(draft, name, "currency_unknown", f"{value!r} is not a currency.")
    if not _is_text(str(value)):
        said = f"{name} holds what no database can store."
        return _fault(draft, name, "text_invalid", said)
    said = f"{name} has {len(str(value))} characters; {LONGEST[name]} are kept."
    return _fault(draft, name, "text_too_long", said, "Shorten it.")


def _is_code(code: str) -> bool:
    return not code or code in CURRENCIES


def _is_text(text: str) -> bool:
    """Whole characters, and no NUL."""
    if text.isascii():
        return "\0" not in text
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _storable(number: Decimal) -> bool:
    """Finite, below the limit, and with no more decimals than the column keeps."""
    try:
        return number.quantize(FINEST) == number and -LIMIT < number < LIMIT
    except (InvalidOperation, AttributeError):
        return False


def _storable_rate(number: Decimal) -> bool:
    try:
        return number.quantize(FINEST_RATE) == number and -LARGEST_RATE < number < LARGEST_RATE
    except (InvalidOperation, AttributeError):
        return False


def _look(name: str) -> Callable[[Any], bool]:
    if name in RATES:
        return _storable_rate
    if name in NUMBERS:
        return _storable
    if name in CODES:
        return _is_code
    longest = LONGEST[name]
    return lambda text: len(text) <= longest and _is_text(text)


LOOK = {name: _look(name) for name in (*NUMBERS, *CODES, *TEXTS)}


def _fault(
    draft: Draft, field: str, reason: str, message: str, remedy: str = "Mend the entry."
) -> Fault:
    return Fault(
        reason=reason,
        message=message,
        remedy=remedy,
        row=draft.row or 0,
        column=COLUMN_OF.get(field, field),
        value=_value(draft, field),
    )

"""Each type of entry has what it needs and nothing else, whoever made it."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from portfolios.calc.entries import EntryType as CalcType
from portfolios.formats.draft import Draft
from portfolios.formats.entry_rules import RULES
from portfolios.models import EntryType
from portfolios.selectors.ledger import draft_entries, to_entry
from portfolios.services.checks import draft_faults, reckoned_faults, settled
from portfolios.services.presence import FIELD_OF, LOOKED_AT, presence_faults
from portfolios.tests.world import MON

SECURITY = uuid4()
ONE = Decimal(1)


def complete(kind: str, **fields: Any) -> Draft:
    """An entry with everything that its type needs."""
    values: dict[str, Any] = {"entry_type": kind, "transaction_date": MON}
    for column in set(LOOKED_AT).intersection(RULES[kind].needs):
        name = FIELD_OF.get(column, column)
        text = {"currency": "CAD", "to_currency": "USD", "to_account": "other"}.get(column, ONE)
        values[name] = SECURITY if name.endswith("_id") else text
    return Draft(**values | fields)


def told(draft: Draft) -> list[tuple[str, str | None]]:
    return [(fault.reason, fault.column) for fault in draft_faults(draft)]


KINDS = [kind for kind in EntryType.values if kind != EntryType.REVERSAL]


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_with_what_its_type_needs_has_no_faults(kind: str) -> None:
    assert told(complete(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_type_needs_is_asked_for(kind: str) -> None:
    """Amounts are left to `settle`, which may compute them from others."""
    needed = [c for c in LOOKED_AT if c in RULES[kind].needs and c != "gross_amount"]
    empty = Draft(entry_type=kind, transaction_date=MON)
    assert told(empty) == [("value_missing", column) for column in needed]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_type_does_not_take_is_refused(kind: str) -> None:
    """A cost fraction belongs to a spin-off: whoever sends it with a purchase meant something."""
    foreign = [column for column in LOOKED_AT if column not in RULES[kind].takes]
    draft = complete(kind, **{FIELD_OF.get(column, column): ONE for column in foreign})
    assert [fault.column for fault in presence_faults(draft)] == foreign


def test_all_mistakes_of_a_batch_come_together_with_their_rows() -> None:
    good = complete("DEPOSIT")
    batch = [
        complete("BUY", currency="XXX", quantity=Decimal("NaN")),
        good,
        complete("SELL", new_shares=ONE, account="a" * 65, narration="\0"),
        Draft(entry_type="GIFT", transaction_date=MON),
    ]
    _, faults = settled(batch, "CAD")
    assert {(fault.row, fault.reason, fault.column) for fault in faults} == {
        (0, "currency_unknown", "currency"),
        (0, "number_invalid", "quantity"),
        (2, "value_unexpected", "new_shares"),
        (2, "text_too_long", "account"),
        (2, "text_invalid", "narration"),
        (3, "type_unknown", "type"),
    }
    assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize(
    ("number", "fits"),
    [("1E+14", True), ("1E+15", False), ("1E-10", True), ("1E-11", False), ("1.50000000000", True)]
    + [(text, False) for text in ("NaN", "sNaN", "Infinity", "-Infinity", "1E+1000000")],
)
def test_a_number_that_no_column_keeps_is_named(number: str, fits: bool) -> None:
    faults = told(complete("BUY", quantity=Decimal(number)))
    assert faults == ([] if fits else [("number_invalid", "quantity")])


@pytest.mark.parametrize(
    ("rate", "fits"),
    [("0.985221674877", True), ("0.9852216748768", False), ("1E+11", True), ("1E+12", False)],
)
def test_a_rate_has_two_decimals_more_than_money(rate: str, fits: bool) -> None:
    """1 ÷ 1.015, as a broker's rate is turned round, has the twelve that its column keeps."""
    (known,) = [complete("BUY", currency="USD", fx_rate=Decimal(rate))]
    assert told(known) == ([] if fits else [("number_invalid", "fx_rate")])
    assert bool([*reckoned_faults([known])]) is not fits


@pytest.mark.parametrize("picks", [None, [{"label": "a"}]])
def test_entries_made_together_are_those_made_one_by_one(
    picks: list[dict[str, str]] | None,
) -> None:
    """Every type beside every other, with an empty text, a zero and a rate."""
    more = {"cash_account": "", "net_amount": Decimal(0), "fx_rate": ONE, "lot_picks": picks}
    drafts = [complete(kind, **more) for kind in KINDS]
    drafts += [draft.changed(currency="USD") for draft in drafts]
    assert draft_entries(drafts, 4, "CAD") == [
        to_entry(draft, seq, CalcType(draft.entry_type), None, "CAD")
        for seq, draft in enumerate(drafts, start=5)
    ]

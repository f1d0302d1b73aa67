"""The ledger document as a file to import: every field, every refusal."""

import json
from typing import Any

import pytest

from portfolios.formats.contract import Parsed, Source
from portfolios.formats.dawsos_json import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

BUY = {
    "seq": 1,
    "type": "BUY",
    "date": "2025-01-03",
    "symbol": "ACME",
    "quantity": "5",
    "price": "8",
    "currency": "USD",
}


def read(document: Any) -> Parsed:
    return FORMAT.parse(Source(json.dumps(document).encode()), options())


def with_entries(*entries: dict[str, Any], **parts: Any) -> Parsed:
    return read({"base_currency": "EUR", "transactions": list(entries)} | parts)


def test_the_entries_of_a_ledger() -> None:
    parsed = FORMAT.parse(sample("dawsos_json.json"), options())
    assert not parsed.faults
    acme = {
        "symbol": "ACME",
        "exchange": "XNAS",
        "isin": "US0000000002",
        "security_name": "Acme Inc",
    }
    newco = {"symbol": "NEWCO", "exchange": "XNAS", "security_name": "Newco"}
    said = [told(draft) for draft in parsed.drafts]
    assert said[0] == {
        "entry_type": "OPENING_BALANCE",
        "transaction_date": "2024-01-02",
        "symbol": "ACME",
        "exchange": "XNAS",
        "currency": "USD",
        "account": "ira",
        "quantity": "10",
        "cost_basis": "72.5",  # 10 × 7.25
        "lot_label": "old",
    }
    assert said[2] == acme | {
        "entry_type": "BUY",
        "transaction_date": "2025-01-03",
        "currency": "USD",
        "quantity": "5",
        "price": "8",
        "gross_amount": "40",
        "fees": "1",
        "net_amount": "-41",
        "fx_rate": "0.950000000001",
        "external_id": "b-1",
        "lot_label": "L2",
        "number": 2,
    }
    assert said[3]["lot_picks"] == [{"acquisition_date": "2025-01-03", "label": "L2"}]
    assert said[5] == {
        "entry_type": "REVERSAL",
        "transaction_date": "2025-02-04",
        "number": 5,
        "reverses": 4,
    }
    assert said[6]["carried_lots"] == [
        {"quantity": "3", "acquisition_date": "2020-05-05", "cost_basis": "21.00"}
    ]
    assert newco.items() <= said[6].items()
    assert said[7]["gross_amount"] == "10" and said[7]["net_amount"] == "-10"
    assert said[8] == acme | {
        "entry_type": "SPINOFF",
        "transaction_date": "2025-03-03",
        "to_symbol": "NEWCO",
        "to_exchange": "XNAS",
        "new_shares": "1",
        "old_shares": "4",
        "cost_fraction": "0.2",
        "treatment": "carry_over",
        "jurisdiction": "US",
        "number": 8,
    }
    assert parsed.notes == ("Not imported, because they are no entries: asof.",)


def test_entries_come_in_the_order_of_their_numbers() -> None:
    later = BUY | {"seq": 2, "date": "2024-01-03"}  # back-dated: entered second all the same
    parsed = with_entries(later, BUY)
    assert [draft.number for draft in parsed.drafts] == [1, 2]


def test_a_split_beside_the_entries_is_one() -> None:
    action = {"type": "SPLIT", "symbol": "ACME", "date": "2025-02-01"}
    parsed = with_entries(BUY, corporate_actions=[action | {"new_shares": "2", "old_shares": "1"}])
    assert [draft.entry_type for draft in parsed.drafts] == ["SPLIT", "BUY"]
    parsed = with_entries(BUY, corporate_actions=[action | {"type": "MERGER"}])
    assert wrong(parsed) == [(1, "corporate_actions.type", "type_unknown")]


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"colour": "red"}, "colour", "column_unknown"),
        ({"quantity": "1e3"}, "quantity", "number_invalid"),
        ({"quantity": "-5"}, "quantity", "negative_not_allowed"),
        ({"quantity": None}, "quantity", "value_missing"),
        ({"quantity": ["5"]}, "quantity", "value_invalid"),
        ({"quantity": True}, "quantity", "value_invalid"),
        ({"date": "03/04/2025"}, "date", "ambiguous"),
        ({"type": "SWAP"}, "type", "type_unknown"),
        ({"treatment": "free"}, "treatment", "value_unknown"),
        ({"fx_rate": "0.1234567890123"}, "fx_rate", "too_many_decimals"),
        ({"lot_picks": {"label": "x"}}, "lot_picks", "lots_invalid"),
        ({"lot_picks": [{"colour": "x"}]}, "lot_picks", "lots_invalid"),
        ({"lot_picks": [{"quantity": "many"}]}, "lot_picks.quantity", "number_invalid"),
        ({"lot_selector": "L2"}, "lot_picks", "lots_invalid"),
        ({"carried_lots": [{"quantity": "1"}]}, "carried_lots", "lots_invalid"),
        ({"gross_amount": "39.00"}, "gross_amount", "amount_mismatch"),
        ({"seq": "0"}, "seq", "zero_not_allowed"),
    ],
)
def test_a_broken_entry_is_named(changed: dict[str, Any], column: str, reason: str) -> None:
    parsed = with_entries(BUY | changed)
    assert wrong(parsed) == [(1, column, reason)]
    assert parsed.unread == frozenset({"ACME"})


def test_numbers_of_entries_are_unique_and_reversals_look_back() -> None:
    reversal = {"seq": 3, "type": "REVERSAL", "date": "2025-01-03", "reverses": 9}
    parsed = with_entries(BUY, BUY, reversal)
    assert wrong(parsed) == [
        (1, "seq", "duplicate_seq"),
        (2, "seq", "duplicate_seq"),
        (3, "reverses", "reversal_astray"),
    ]


def test_a_ledger_of_another_base_currency_is_refused() -> None:
    parsed = with_entries(BUY, base_currency="USD")
    assert wrong(parsed) == [(None, "base_currency", "currency_mismatch")]


@pytest.mark.parametrize(
    "document",
    [
        [],
        [{"base_currency": "EUR"}] * 2,
        5,
        {"base_currency": "EUR", "colours": []},
        {"base_currency": "EUR", "transactions": {}},
        {"base_currency": "EUR", "transactions": [5]},
    ],
)
def test_a_document_of_another_shape(document: Any) -> None:
    assert {fault.reason for fault in read(document).faults} == {"file_malformed"}


def test_a_damaged_ledger_never_breaks_the_reader() -> None:
    survives(FORMAT, sample("dawsos_json.json").content)

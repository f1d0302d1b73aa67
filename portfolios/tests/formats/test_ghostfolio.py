"""Ghostfolio's export: what each activity becomes, and what is said of the others."""

import json
from typing import Any

import pytest

from portfolios.formats.contract import Parsed, Source
from portfolios.formats.ghostfolio import FORMAT
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong


def read(name: str = "ghostfolio.json") -> Parsed:
    return FORMAT.parse(sample(name), options())


def with_activity(**changed: Any) -> Parsed:
    """The purchase of the sample, alone, with some fields changed."""
    activity = {
        "id": "g-1",
        "type": "BUY",
        "date": "2025-01-15T00:00:00.000Z",
        "symbol": "ACME",
        "currency": "USD",
        "quantity": 10,
        "unitPrice": 10,
        "fee": 0,
    }
    document = {"meta": {}, "activities": [activity | changed]}
    return FORMAT.parse(Source(json.dumps(document).encode()), options())


def test_the_entries_of_a_messy_export() -> None:
    parsed = read()
    assert not parsed.faults
    broker = {"account": "Alice's broker"}
    acme = broker | {"currency": "USD", "symbol": "ACME", "security_name": "Acme Inc"}
    assert [told(draft) for draft in parsed.drafts] == [
        acme
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-15",
            "quantity": "10",
            "price": "10.1",
            "gross_amount": "101",  # 10 × 10.10
            "fees": "1.5",
            "net_amount": "-102.5",
            "narration": "first",
            "external_id": "g-1",
        },
        acme
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-03-10",
            "quantity": "4",
            "price": "12.5",
            "gross_amount": "50",
            "fees": "1",
            "net_amount": "49",
            "external_id": "g-2",
        },
        acme
        | {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-04-01",
            "quantity": "6",
            "price": "0.25",
            "gross_amount": "1.5",
            "net_amount": "1.5",
            "external_id": "g-3",
        },
        broker
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-04-02",
            "currency": "EUR",
            "quantity": "1E-7",
            "price": "50000000",
            "gross_amount": "5",  # JavaScript's 1e-7 times fifty million
            "net_amount": "-5",
            "security_name": "Bob's private fund",
            "external_id": "g-4",
        },
        broker
        | {
            "entry_type": "FEE",
            "transaction_date": "2025-04-03",
            "currency": "EUR",
            "gross_amount": "4.99",
            "net_amount": "-4.99",
            "external_id": "g-5",
        },
        broker
        | {
            "entry_type": "INTEREST",
            "transaction_date": "2025-04-04",
            "currency": "EUR",
            "gross_amount": "3.21",
            "net_amount": "3.21",
            "external_id": "g-6",
        },
    ]


def test_wealth_beside_the_portfolio_is_left_out_and_said() -> None:
    (skipped,) = read().skipped
    assert (skipped.row, skipped.value) == (7, "Flat")
    assert "beside" in skipped.reason


def test_its_balance_becomes_a_statement_about_cash() -> None:
    (stated,) = read().stated
    assert (stated.kind, str(stated.asof_date), str(stated.amount)) == (
        "cash",
        "2025-05-31",
        "250.5",
    )
    assert (stated.currency, stated.account) == ("EUR", "Alice's broker")


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"quantity": -1}, "quantity", "negative_not_allowed"),
        ({"quantity": 0}, "quantity", "zero_not_allowed"),
        ({"quantity": "ten"}, "quantity", "number_invalid"),
        ({"unitPrice": -10}, "unitPrice", "negative_not_allowed"),
        ({"unitPrice": None}, "unitPrice", "value_missing"),
        ({"date": "2025-02-30T00:00:00Z"}, "date", "date_invalid"),
        ({"date": "2026-01-01T00:00:00Z"}, "date", "date_invalid"),
        ({"currency": "ZZZ"}, "currency", "currency_unknown"),
        ({"type": "SWAP"}, "type", "type_unknown"),
        ({"id": "x" * 101}, "id", "text_too_long"),
    ],
)
def test_a_broken_activity_is_named(changed: dict[str, Any], column: str, reason: str) -> None:
    parsed = with_activity(**changed)
    assert wrong(parsed) == [(1, column, reason)]
    assert parsed.unread == frozenset({"ACME"}) and not parsed.drafts


def test_float_noise_is_not_a_quantity_of_its_own() -> None:
    (draft,) = with_activity(quantity=0.1 + 0.2).drafts  # written as 0.30000000000000004
    assert str(draft.quantity) == "0.3"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"meta": {}, "activities": 5}',
        b'{"meta": {}, "activities": [5]}',
        b'{"meta": {}, "meta": {}, "activities": []}',
        b'{"meta": NaN, "activities": []}',
        b'{"meta": "\\u0000", "activities": []}',
        b'{"meta": "\\ud800", "activities": []}',
        b'{"meta": "\0", "activities": []}',
        b'{"meta": ' + b"[" * 101 + b"]" * 101 + b"}",
        b'{"meta": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        '{"meta": "é"}'.encode("latin-1"),
    ],
)
def test_a_document_that_is_refused(content: bytes) -> None:
    assert [fault.reason for fault in FORMAT.parse(Source(content), options()).faults] == [
        "file_malformed"
    ]


def test_a_damaged_export_never_breaks_the_reader() -> None:
    survives(FORMAT, sample("ghostfolio.json").content)

"""The ledger: chained, append-only, reversible, and never oversold."""

import hashlib
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.exceptions import PermissionDenied
from accounts.identity import as_service, as_user
from accounts.models import AuditEvent, User
from patterns.canonical import canonical_json
from portfolios.exceptions import EntriesRefused, EntryAlreadyReversed, PortfolioNotFound
from portfolios.models import LedgerAnchor, Lot, Portfolio, Transaction
from portfolios.models.chain import genesis_hash
from portfolios.selectors import ledger_head, verify_ledger
from portfolios.selectors.projected import stored_history
from portfolios.services import append_entries, reverse_entry
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.world import FRI, MON, THU, TUE, listing


def test_an_entry_continues_the_hash_before_it(portfolio: Portfolio, alice: User) -> None:
    """entry_hash = sha256(previous hash + canonical entry), without ids, clock or actor."""
    (row,) = append(portfolio, alice, deposit("12.50"))

    said = canonical_json(
        {
            "account": "main",
            "currency": "CAD",
            "entry_type": "DEPOSIT",
            "fees": "0",
            "gross_amount": "12.5",
            "net_amount": "12.5",
            "occurrence": 1,
            "seq": 1,
            "source": "manual",
            "taxes": "0",
            "transaction_date": MON,
        }
    )
    expected = hashlib.sha256(f"{genesis_hash(portfolio.pk)}{said}".encode()).hexdigest()
    assert row.entry_hash == expected
    assert ledger_head(portfolio.pk).entry_hash == expected
    assert LedgerAnchor.objects.get(portfolio=portfolio).entry_hash == expected


def test_an_empty_ledger_has_the_genesis_head(portfolio: Portfolio) -> None:
    head = ledger_head(portfolio.pk)
    assert (head.seq, head.entry_hash) == (0, genesis_hash(portfolio.pk))


def test_equal_ledgers_of_two_portfolios_differ_in_their_hashes(
    portfolio: Portfolio, alice: User
) -> None:
    other = PortfolioFactory.create(owner=alice)
    (one,), (two,) = append(portfolio, alice, deposit()), append(other, alice, deposit())
    assert one.entry_hash != two.entry_hash


def test_a_batch_is_written_whole_or_not_at_all(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    acme = listing("ACME")
    with pytest.raises(EntriesRefused) as refused:
        append(
            portfolio,
            alice,
            deposit(),
            trade("SELL", acme, "1", "10", TUE),
            deposit("1", currency="XXX"),
        )
    reasons = [error["reason"] for error in refused.value.details["errors"]]
    assert reasons == ["currency_unknown"]
    assert not Transaction.objects.filter(portfolio=portfolio).exists()


def test_more_than_is_held_cannot_be_sold(market: None, portfolio: Portfolio, alice: User) -> None:
    acme = listing("ACME")
    append(portfolio, alice, deposit(), trade("BUY", acme, "5", "10", MON))
    with pytest.raises(EntriesRefused) as refused:
        append(portfolio, alice, trade("SELL", acme, "6", "11", TUE))
    (error,) = refused.value.details["errors"]
    assert (error["reason"], error["column"], error["value"]) == (
        "insufficient_quantity",
        "quantity",
        "6",
    )


def test_a_back_dated_sale_that_starves_a_later_one_is_refused(
    traded: Portfolio, alice: User
) -> None:
    """20 held from Monday, 5 sold on Thursday: 16 on Wednesday would leave 4 for the 5."""
    with pytest.raises(EntriesRefused):
        append(traded, alice, trade("SELL", listing("ACME"), "16", "11", TUE))


def test_a_reversal_restores_the_lots(traded: Portfolio, alice: User) -> None:
    """Without Thursday's sale all 20 of Monday's lot are open again."""
    reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="never happened")

    lot = Lot.objects.get(portfolio=traded, security__symbol="ACME")
    assert (lot.quantity_open, lot.cost_basis) == (20, 200)
    assert Transaction.objects.filter(portfolio=traded).count() == 6
    assert verify_ledger(traded.pk).broken is None


def test_an_entry_is_reversed_once(traded: Portfolio, alice: User) -> None:
    reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="wrong")
    with pytest.raises(EntryAlreadyReversed):
        reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="wrong")


def test_a_purchase_whose_shares_were_sold_cannot_be_reversed(
    traded: Portfolio, alice: User
) -> None:
    with pytest.raises(EntriesRefused):
        reverse_entry(portfolio_id=traded.pk, seq=3, by=alice, reason="wrong")


def test_a_back_dated_entry_equals_having_had_it(
    market: None, alice: User, portfolio: Portfolio
) -> None:
    other = PortfolioFactory.create(owner=alice)
    maple = listing("MAPLE")
    buy, late = trade("BUY", maple, "10", "20", TUE), trade("BUY", maple, "5", "20", MON)
    append(portfolio, alice, deposit(), late, buy)
    append(other, alice, deposit(), buy)
    append(other, alice, late)

    assert stored_history(other.pk) == stored_history(portfolio.pk)
    held = [
        sorted(Lot.objects.filter(portfolio=p).values_list("acquisition_date", "quantity_open"))
        for p in (portfolio, other)
    ]
    assert held[0] == held[1] == [(MON, 5), (TUE, 10)]


def test_a_viewer_reads_and_a_stranger_finds_nothing(
    portfolio: Portfolio, bob: User, bob_viewer: User, charlie: User
) -> None:
    assert append(portfolio, bob, deposit())
    with pytest.raises(PermissionDenied):
        append(portfolio, bob_viewer, deposit())
    with pytest.raises(PortfolioNotFound):
        append(portfolio, charlie, deposit())


def test_every_entry_has_an_actor_in_the_audit(portfolio: Portfolio, bob: User) -> None:
    (row,) = append(portfolio, bob, deposit())
    event = AuditEvent.objects.get(portfolio_id=portfolio.pk, action="write_trade")
    assert event.actor == bob
    assert event.details["ledger_commit_hash"] == row.entry_hash


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE portfolios_transaction SET gross_amount = 1",
        "DELETE FROM portfolios_transaction",
        "TRUNCATE portfolios_transaction CASCADE",
        "UPDATE portfolios_ledgeranchor SET seq = 7",
    ],
)
def test_nobody_rewrites_the_ledger(portfolio: Portfolio, alice: User, statement: str) -> None:
    append(portfolio, alice, deposit())
    for identity in (as_user(alice.pk), as_service("tests")):
        with pytest.raises(DatabaseError), transaction.atomic(), identity:
            connection.cursor().execute(statement)


def test_a_number_that_no_column_keeps_is_refused(portfolio: Portfolio, alice: User) -> None:
    for wrong in ("NaN", "Infinity", "1E+1000000", "0.00000000001"):
        with pytest.raises(EntriesRefused) as refused:
            append_entries(portfolio_id=portfolio.pk, entries=[deposit(wrong)], by=alice)
        assert refused.value.details["reason"] == "number_invalid"


def test_amounts_are_filled_in_where_they_follow(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    """3 × 10.005 = 30.015, half-up 30.02; with a fee of 1 the cash effect is −31.02."""
    buy = trade("BUY", listing("ACME"), "3", "10.005", FRI, fees=Decimal(1), fx_rate=Decimal(1))
    _, row = append(portfolio, alice, deposit(day=THU), buy)
    assert (row.gross_amount, row.net_amount) == (Decimal("30.02"), Decimal("-31.02"))

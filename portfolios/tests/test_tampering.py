"""Whoever owns the database can switch off every guard; the chain and its anchors still tell."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.identity import as_service
from portfolios.models import LedgerAnchor, Portfolio, Transaction
from portfolios.models.chain import BESIDE, CONTENT, entry_hash, same_content_hash
from portfolios.selectors import verify_ledger
from portfolios.tests.factories import PortfolioFactory, append, deposit

COPY = """
    INSERT INTO portfolios_transaction ({columns})
    SELECT {values} FROM portfolios_transaction WHERE seq = 2
"""

SWAP = """
    UPDATE portfolios_transaction SET seq = CASE seq WHEN 2 THEN 93 ELSE 92 END
    WHERE seq IN (2, 3);
    UPDATE portfolios_transaction SET seq = seq - 90 WHERE seq > 90
"""


@pytest.fixture
def ledger(transactional_db: None) -> Portfolio:
    """Five deposits, an anchor after each."""
    with as_service("tests"):
        portfolio = PortfolioFactory.create()
    for amount in ("1", "2", "3", "4", "5"):
        append(portfolio, portfolio.owner, deposit(amount))
    return portfolio


@contextmanager
def unguarded() -> Iterator[None]:
    """As the owner, without triggers and policies; undone at the end."""
    with connection.as_owner(), transaction.atomic():  # type: ignore[attr-defined]
        for table in ("portfolios_transaction", "portfolios_ledgeranchor"):
            run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table in ("transaction", "ledgeranchor", "portfolio", "importrun"):
            run(f"ALTER TABLE portfolios_{table} NO FORCE ROW LEVEL SECURITY")
        yield
        transaction.set_rollback(True)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def first_wrong(ledger: Portfolio) -> tuple[int, str]:
    broken = verify_ledger(ledger.pk).broken
    assert broken is not None
    return broken.seq, broken.reason


def test_an_untouched_ledger_verifies(ledger: Portfolio) -> None:
    with as_service("tests"):
        proof = verify_ledger(ledger.pk)
    assert (proof.entries, proof.broken) == (5, None)


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE portfolios_transaction SET gross_amount = 9 WHERE seq = 3", (3, "entry_changed")),
        ("UPDATE portfolios_transaction SET narration = 'x' WHERE seq = 3", (3, "entry_changed")),
        ("DELETE FROM portfolios_transaction WHERE seq = 3", (3, "entry_missing")),
        ("DELETE FROM portfolios_transaction WHERE seq = 1", (1, "entry_missing")),
        ("DELETE FROM portfolios_transaction WHERE seq > 3", (4, "tail_cut")),
        (SWAP, (2, "chain_broken")),
    ],
    ids=["edit", "edit a text", "delete", "delete the first", "cut the tail", "swap"],
)
def test_tampering_is_found(ledger: Portfolio, statement: str, wrong: tuple[int, str]) -> None:
    with unguarded():
        run(statement)
        assert first_wrong(ledger) == wrong


COLUMNS = {
    **dict.fromkeys(("settlement_date", "ex_date", "pay_date", "holding_start"), "'2013-02-05'"),
    **dict.fromkeys(("fees", "taxes", "net_amount", "quantity", "price", "fx_rate"), "7"),
    **dict.fromkeys(("to_amount", "new_shares", "old_shares", "cost_basis", "to_price"), "7"),
    **dict.fromkeys(("gross_amount_security", "settlement_fx_rate", "cost_fraction"), "1"),
    **dict.fromkeys(("account", "external_id", "estimated_reason", "cash_account"), "'x'"),
    **dict.fromkeys(("to_account", "lot_label", "source", "link_id"), "'x'"),
    **dict.fromkeys(("currency", "to_currency", "security_currency"), "'EUR'"),
    **dict.fromkeys(("lot_picks", "carried_lots"), '\'[{"label": "1.1"}]\''),
    "entry_type": "'FEE'",
    "transaction_date": "'2013-02-05'",
    "treatment": "'taxable'",
    "jurisdiction": "'US'",
    "occurrence": "9",
    "content_hash": f"'{'0' * 64}'",
}


def test_every_column_of_an_entry_is_proven(ledger: Portfolio) -> None:
    """Beside those that the other tests change, none can be edited unseen."""
    known = {"seq", "gross_amount", "narration"} | COLUMNS.keys()
    assert known >= {*CONTENT, *BESIDE}
    for column, value in COLUMNS.items():
        with unguarded():
            run(f"UPDATE portfolios_transaction SET {column} = {value} WHERE seq = 3")
            assert first_wrong(ledger) == (3, "entry_changed"), column


def test_an_inserted_entry_is_found(ledger: Portfolio) -> None:
    """Everything after it is moved up by one, so that the numbers have no gap."""
    with unguarded():
        run("UPDATE portfolios_transaction SET seq = seq + 100 WHERE seq > 2")
        run("UPDATE portfolios_transaction SET seq = seq - 99 WHERE seq > 100")
        names = [str(f.column) for f in Transaction._meta.fields if f.column != "id"]
        changed = {"seq": "3", "occurrence": "9"}
        values = [changed.get(name, name) for name in names]
        run(COPY.format(columns=", ".join(names), values=", ".join(values)))
        assert first_wrong(ledger) == (3, "chain_broken")


def test_a_chain_that_was_forged_to_its_end_contradicts_the_anchors(ledger: Portfolio) -> None:
    """Entry 3 is edited and every hash from there on recomputed."""
    with unguarded():
        rows = list(Transaction.objects.order_by("seq"))
        previous = rows[1].entry_hash
        rows[2].gross_amount *= 100
        for row in rows[2:]:
            row.previous_hash = previous
            row.entry_hash = previous = entry_hash(previous, row, security="", reverses=None)
            row.content_hash = same_content_hash(row, security="")
            row.save()
        assert first_wrong(ledger) == (3, "anchor_differs")


def test_a_tail_that_is_cut_with_its_anchors_leaves_another_head(ledger: Portfolio) -> None:
    """What no row can tell, the head outside the database tells: exports, logs, stored runs."""
    with unguarded():
        before = verify_ledger(ledger.pk).ledger_commit_hash
        Transaction.objects.filter(seq__gt=3).delete()
        LedgerAnchor.objects.filter(seq__gt=3).delete()
        assert verify_ledger(ledger.pk).ledger_commit_hash != before


def test_not_even_the_owner_edits_by_accident(ledger: Portfolio) -> None:
    with (
        connection.as_owner(),  # type: ignore[attr-defined]
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
    ):
        run("TRUNCATE portfolios_transaction CASCADE")


@pytest.mark.parametrize("wrong", ["a" * 63, "A" * 64, "g" * 64, "a" * 63 + "\n"])
@pytest.mark.parametrize("column", ["entry_hash", "previous_hash"])
def test_a_hash_is_of_64_small_hexadecimal_digits(
    ledger: Portfolio, column: str, wrong: str
) -> None:
    with as_service("tests"):
        row = Transaction.objects.get(portfolio=ledger, seq=5)
    row.pk, row.seq, row.content_hash = None, 6, "b" * 64
    setattr(row, column, wrong)
    with (
        as_service("tests"),
        pytest.raises(IntegrityError, match="transaction_hash_shape"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)

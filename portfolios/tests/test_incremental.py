"""What is written entry by entry is what a rebuild of the whole ledger writes."""

import os
from dataclasses import replace
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from portfolios.models import CashBalance, Lot, Portfolio, Transaction
from portfolios.selectors import verify_ledger
from portfolios.selectors.projected import stored_lots
from portfolios.services import (
    append_entries,
    batches,
    ledger,
    projection_breaks,
    rebuild_projections,
    reverse_entry,
)
from portfolios.services.rows import beside, insert_rows
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.ledger_histories import History
from portfolios.tests.world import MON, THU, TUE, WED, listing

SEEDS = range(20 if os.environ.get("DAWSOS_FULL_DOSE") else 2)


@pytest.mark.parametrize("scope", ["portfolio", "account"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_history_equals_its_rebuild(
    market: None, alice: User, seed: int, scope: str
) -> None:
    portfolio = PortfolioFactory.create(owner=alice, lot_scope=scope)
    listed = [listing(symbol) for symbol in ("ACME", "MAPLE", "DARK")]
    history = History(portfolio, alice, listed, Random(seed))
    for turn in range(40):
        history.step()
        if turn % 10 == 9:
            assert projection_breaks(portfolio.pk) == [], history.done

    before = stored_lots(portfolio.pk)
    assert rebuild_projections(portfolio.pk).differences == ()
    assert stored_lots(portfolio.pk) == before
    assert verify_ledger(portfolio.pk).broken is None


def test_entries_one_by_one_equal_entries_at_once(
    market: None, alice: User, portfolio: Portfolio
) -> None:
    """The same rows, the later batch with a sale that closes two lots and a split before it."""
    acme = listing("ACME")
    drafts = [
        deposit(),
        trade("BUY", acme, "10", "10", MON, fx_rate=Decimal(1)),
        trade("BUY", acme, "10", "11", TUE, fx_rate=Decimal(1)),
        trade("SELL", acme, "15", "12", THU, fx_rate=Decimal(1)),
    ]
    other = PortfolioFactory.create(owner=alice)
    append(portfolio, alice, *drafts)
    for draft in drafts:
        append(other, alice, draft)
    assert stored_lots(other.pk) == stored_lots(portfolio.pk)


def test_only_what_an_entry_touches_is_written_again(
    market: None, alice: User, portfolio: Portfolio
) -> None:
    """A lot that was tampered with stays as it is until its own security is written to."""
    append(portfolio, alice, trade("BUY", listing("ACME"), "5", "10", MON, fx_rate=Decimal(1)))
    append(portfolio, alice, trade("BUY", listing("MAPLE"), "5", "20", MON))
    lot = Lot.objects.get(security__symbol="ACME")
    Lot.objects.filter(pk=lot.pk).update(cost_basis=7)

    append(portfolio, alice, trade("SELL", listing("MAPLE"), "1", "20", TUE))
    lot.refresh_from_db()
    assert lot.cost_basis == 7

    append(portfolio, alice, trade("SELL", listing("ACME"), "1", "10", TUE, fx_rate=Decimal(1)))
    lot.refresh_from_db()
    assert lot.cost_basis == 40


def test_cash_is_kept_by_account_and_currency(
    market: None, alice: User, portfolio: Portfolio
) -> None:
    """1,000 in; 5 × 20 out of another account, which is then overdrawn by 100; nothing is zero."""
    append(portfolio, alice, deposit(), deposit("30", account="spare"))
    append(portfolio, alice, trade("BUY", listing("MAPLE"), "5", "20", WED, account="other"))
    reverse_entry(portfolio_id=portfolio.pk, seq=2, by=alice, reason="wrong")
    rows = CashBalance.objects.filter(portfolio=portfolio).order_by("account")
    assert list(rows.values_list("account", "currency", "balance")) == [
        ("main", "CAD", 1000),
        ("other", "CAD", -100),
    ]


def rows_of(portfolio: Portfolio) -> list[dict[str, Any]]:
    own = {"id", "portfolio_id", "created_at", "reverses_id", "previous_hash", "entry_hash"}
    names = [f.attname for f in Transaction._meta.concrete_fields if f.attname not in own]
    return list(Transaction.objects.filter(portfolio=portfolio).order_by("seq").values(*names))


def test_a_long_batch_is_written_as_a_short_one_is(
    market: None, alice: User, portfolio: Portfolio
) -> None:
    """300 entries are copied, and 300 times one entry is inserted: the same rows and lots."""
    maple = listing("MAPLE")
    buys = [trade("BUY", maple, "2", "20", MON, narration=f"tab\t{n}\\N") for n in range(150)]
    sells = [
        replace(trade("SELL", maple, "1", "21", TUE), lot_picks=[{"label": f"{n}.1"}])
        for n in range(1, 151)
    ]
    told: list[tuple[int, int]] = []
    append_entries(
        portfolio_id=portfolio.pk,
        entries=[*buys, *sells],
        by=alice,
        progress=lambda done, total: told.append((done, total)),
    )
    other = PortfolioFactory.create(owner=alice)
    for draft in (*buys, *sells):
        append(other, alice, draft)

    assert rows_of(other) == rows_of(portfolio)
    assert stored_lots(other.pk) == stored_lots(portfolio.pk)
    assert told[-1] == (300, 300)
    assert verify_ledger(portfolio.pk).broken is None


def test_a_very_long_batch_is_written_in_parts_beside_python(
    market: None, alice: User, portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """250 entries in parts of 210 and 40, the first copied and the second inserted by a helper:
    the same rows and chain as in one part."""
    other = PortfolioFactory.create(owner=alice)
    texts = ["plain", "tab\t", "line\n", "return\r", "\\N", "\\\\", "é", ""]
    buys = [
        trade("BUY", listing("MAPLE"), "2", "20", MON, narration=texts[n % 8]) for n in range(250)
    ]
    append_entries(portfolio_id=other.pk, entries=buys, by=alice)

    monkeypatch.setattr(batches, "CHUNK", 210)
    monkeypatch.setattr(ledger, "LONG_BATCH", 249)
    append_entries(portfolio_id=portfolio.pk, entries=buys, by=alice)

    assert rows_of(portfolio) == rows_of(other)
    assert list(portfolio.transactions.order_by("seq").values_list("narration", flat=True)) == [
        texts[n % 8] for n in range(250)
    ]
    assert stored_lots(portfolio.pk) == stored_lots(other.pk)
    assert verify_ledger(portfolio.pk).broken is None


@pytest.mark.parametrize("rows_after", [[], [("main", "USD", 1)]])
def test_what_goes_wrong_beside_python_is_raised_and_undone(
    traded: Portfolio, rows_after: list[tuple[str, str, int]]
) -> None:
    """A balance that is there already is refused, whether another piece follows it or none."""
    before = stored_lots(traded.pk)

    def insert(rows: list[tuple[str, str, int]]) -> None:
        columns = ("account", "currency", "balance")
        insert_rows(CashBalance, columns, rows, same={"portfolio_id": traded.pk})

    def write_all() -> None:
        with transaction.atomic(), beside() as write:
            for rows in ([("main", "JPY", 1)], [("main", "CAD", 1)], rows_after):
                write(partial(insert, rows))

    with pytest.raises(IntegrityError):
        write_all()
    assert stored_lots(traded.pk) == before

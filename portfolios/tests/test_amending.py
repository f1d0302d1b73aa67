"""A correction is a reversal and a new entry, written together or not at all."""

from decimal import Decimal

import pytest

from accounts.exceptions import PermissionDenied
from accounts.models import AuditEvent, User
from portfolios.exceptions import (
    EntriesRefused,
    EntryAlreadyReversed,
    EntryNotFound,
    NothingToAmend,
)
from portfolios.models import Lot, LotClosure, Portfolio, Transaction
from portfolios.selectors import verify_ledger
from portfolios.services import amend_entry, append_entries, reverse_entry
from portfolios.services.projections import projection_breaks
from portfolios.services.rehearsal import rehearse
from portfolios.tests.factories import trade
from portfolios.tests.world import FRI, MON, listing


def purchase(quantity: str, price: str = "10"):
    return trade("BUY", listing("ACME"), quantity, price, MON, fx_rate=Decimal(1))


def test_a_purchase_whose_shares_were_sold_can_be_corrected_in_price(
    traded: Portfolio, alice: User
) -> None:
    """20 at 11 instead of 10; 5 were sold at 12: (12 − 11) × 5 = 5 USD of price instead of 10."""
    done = amend_entry(
        portfolio_id=traded.pk, seq=3, draft=purchase("20", "11"), by=alice, reason="typing error"
    )

    reversal, instead = done.entries
    assert (reversal.seq, reversal.reverses.seq if reversal.reverses else 0) == (6, 3)
    assert (instead.seq, instead.price, instead.source) == (7, 11, "correction")
    closure = LotClosure.objects.get(portfolio=traded)
    assert (closure.lot.open_entry_id, closure.price_pnl) == (instead.pk, 5)
    assert verify_ledger(traded.pk).broken is None
    assert projection_breaks(traded.pk) == []
    assert AuditEvent.objects.filter(action="amend_entry").count() == 1


def test_a_correction_that_starves_a_later_sale_is_refused_whole(
    traded: Portfolio, alice: User
) -> None:
    """Only 4 bought, and 5 are sold on Thursday."""
    with pytest.raises(EntriesRefused, match="later entry stands on entry 3") as refused:
        amend_entry(portfolio_id=traded.pk, seq=3, draft=purchase("4"), by=alice, reason="x")
    (error,) = refused.value.details["errors"]
    assert error["remedy"] == "Correct or reverse the later entry first."
    assert Transaction.objects.filter(portfolio=traded).count() == 5


def test_a_mistake_in_the_new_entry_is_named_and_the_old_one_stays(
    traded: Portfolio, alice: User
) -> None:
    with pytest.raises(EntriesRefused) as refused:
        amend_entry(
            portfolio_id=traded.pk,
            seq=5,
            draft=trade("SELL", listing("ACME"), "21", "12", MON),
            by=alice,
            reason="x",
        )
    (error,) = refused.value.details["errors"]
    assert (error["row"], error["column"]) == (0, "quantity")
    assert not Transaction.objects.filter(portfolio=traded, seq__gt=5).exists()


def test_what_cannot_be_corrected(traded: Portfolio, alice: User, bob_viewer: User) -> None:
    def amend(seq: int, by: User = alice) -> None:
        amend_entry(portfolio_id=traded.pk, seq=seq, draft=purchase("1"), by=by, reason="x")

    reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="wrong")
    with pytest.raises(EntryAlreadyReversed):
        amend(5)
    with pytest.raises(NothingToAmend):
        amend(6)
    with pytest.raises(EntryNotFound):
        amend(7)
    with pytest.raises(PermissionDenied):
        amend(3, bob_viewer)


def test_a_rehearsal_says_what_a_sale_would_do_and_leaves_nothing(
    traded: Portfolio, alice: User
) -> None:
    """15 ACME are left of a lot of 20 bought at 10 USD. 6 more at 12, a US dollar at 1.20 CAD:
    price (12 − 10) × 6 × 1.00 = 12, currency 60 × 0.20 = 12, both 12 × 0.20 = 2.40."""
    told = AuditEvent.objects.count()
    sale = trade("SELL", listing("ACME"), "6", "12", FRI)
    effect = rehearse(
        traded.pk,
        lambda: append_entries(portfolio_id=traded.pk, entries=[sale], by=alice),
        by=alice,
    )

    (position,) = effect.positions
    assert position.what == "ACME"
    assert (position.before, position.after) == (Decimal(15), Decimal(9))
    (closure,) = effect.closures
    parts = (closure.price_pnl, closure.fx_pnl, closure.cross_pnl)
    assert parts == (12, 12, Decimal("2.40"))
    assert effect.realized == Decimal("26.40")
    assert effect.entries[0].net_amount == 72
    assert Transaction.objects.filter(portfolio=traded).count() == 5
    assert Lot.objects.get(portfolio=traded, security__symbol="ACME").quantity_open == 15
    assert AuditEvent.objects.count() == told


def test_a_rehearsed_reversal_names_the_closures_it_takes_back(
    traded: Portfolio, alice: User
) -> None:
    """Thursday's sale realised price 10 × 1.00, currency 50 × 0.04, both 10 × 0.04: 12.40."""
    effect = rehearse(
        traded.pk,
        lambda: reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="x"),
        by=alice,
    )
    assert [item.quantity for item in effect.reopened] == [5]
    assert effect.realized == Decimal("-12.40")
    assert [(change.before, change.after) for change in effect.positions] == [
        (Decimal(15), Decimal(20))
    ]

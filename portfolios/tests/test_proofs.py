"""Ledgers proved by text that the database writes: the verdict of `verify_ledger`, sooner."""

import pytest

from accounts.models import User
from portfolios.models import LedgerAnchor, Portfolio
from portfolios.selectors import verify_ledger
from portfolios.selectors.proofs import _quick_proofs, _texts, prove_ledgers, spelled_keys
from portfolios.services import reverse_entry
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.world import THU, listing

pytestmark = pytest.mark.django_db


def keys() -> tuple[str, str]:
    return spelled_keys(
        {listing(symbol).pk: listing(symbol).key for symbol in ("ACME", "MAPLE", "DARK")}
    )


@pytest.mark.parametrize(
    "words",
    ["", "plain", 'a "quoted" \\ word', "tab\tand\nnew line", "Zürich, ﷼ and 🙂", "\x7f\x01"],
)
def test_both_spell_an_entry_alike(traded: Portfolio, alice: User, words: str) -> None:
    append(traded, alice, deposit("12.30", THU, narration=words, external_id=f"x{words}"))
    reverse_entry(portfolio_id=traded.pk, seq=2, by=alice, reason="a slip")
    quick = _quick_proofs([traded.pk], keys())
    assert quick == {traded.pk: verify_ledger(traded.pk)}
    assert quick[traded.pk].entries == 7


def test_the_text_of_a_ratio_and_of_zero(traded: Portfolio, alice: User) -> None:
    """Zeros are said, empty columns are not; 0.5000000000 is 0.5, and 0.5 × 20 = 10."""
    append(traded, alice, trade("BUY", listing("MAPLE"), "0.5", "20", THU))
    *_, last = _texts([traded.pk], keys())
    assert last[5] == (
        '{"account":"main","currency":"CAD","entry_type":"BUY","fees":"0",'
        '"gross_amount":"10","price":"20",'
        '"quantity":"0.5","security":"MAPLE.XTSE.raw","taxes":"0","transaction_date":"2013-02-07"}'
    )


def test_an_empty_ledger_is_proved(portfolio: Portfolio) -> None:
    (proof,) = prove_ledgers([portfolio.pk])
    assert (proof.entries, proof.broken) == (0, None)


def test_many_ledgers_are_proved_by_themselves_in_the_order_asked(
    traded: Portfolio, portfolio: Portfolio, alice: User
) -> None:
    """Of the one in the middle an anchor stands after a ninth entry, and there are two."""
    cut = PortfolioFactory.create(owner=alice)
    append(cut, alice, deposit("1", THU), deposit("2", THU))
    LedgerAnchor.objects.create(portfolio=cut, seq=9, entry_hash="0" * 64)
    asked = [traded.pk, cut.pk, portfolio.pk]
    proofs = list(prove_ledgers(asked))
    assert proofs == [verify_ledger(pk) for pk in asked]
    assert [None if p.broken is None else p.broken.reason for p in proofs] == [
        None,
        "tail_cut",
        None,
    ]

"""Ledgers proved by text that the database writes: the verdict of `verify_ledger`, sooner."""

import pytest

from accounts.models import User
from portfolios.models import Portfolio
from portfolios.selectors import verify_ledger
from portfolios.selectors.proofs import _quick_proof, _texts, prove_ledgers, spelled_keys
from portfolios.services import reverse_entry
from portfolios.tests.factories import append, deposit, trade
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
    quick = _quick_proof(traded.pk, keys())
    assert quick == verify_ledger(traded.pk)
    assert quick is not None and quick.entries == 7


def test_the_text_of_a_ratio_and_of_zero(traded: Portfolio, alice: User) -> None:
    """Zeros are said, empty columns are not; 0.5000000000 is 0.5, and 0.5 × 20 = 10."""
    append(traded, alice, trade("BUY", listing("MAPLE"), "0.5", "20", THU))
    *_, last = _texts(traded.pk, keys())
    assert last[4] == (
        '{"account":"main","currency":"CAD","entry_type":"BUY","fees":"0",'
        '"gross_amount":"10","price":"20",'
        '"quantity":"0.5","security":"MAPLE.XTSE.raw","taxes":"0","transaction_date":"2013-02-07"}'
    )


def test_an_empty_ledger_is_proved(portfolio: Portfolio) -> None:
    (proof,) = prove_ledgers([portfolio.pk])
    assert (proof.entries, proof.broken) == (0, None)

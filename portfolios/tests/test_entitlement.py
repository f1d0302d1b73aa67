"""Who is entitled, and to how much, by hand."""

from datetime import date
from decimal import Decimal

from portfolios.calc.entitlement import after_ratio, held_at_open, payout
from portfolios.calc.lots import Movement, Posting
from portfolios.tests.world import MON, TUE, WED


def test_entitled_is_what_was_held_at_the_open() -> None:
    """10 on Monday, 5 more on Wednesday, all sold on Wednesday: at its open 10 were held."""

    def moved(day: date, quantity: int, account: str = "main") -> Posting:
        return Posting(
            on=day,
            seq=1,
            movement=Movement.TRADE,
            account=account,
            currency="USD",
            security="X",
            quantity=Decimal(quantity),
        )

    journal = [moved(MON, 10), moved(MON, 3, "other"), moved(TUE, -3, "other"), moved(WED, 5)]
    journal.append(moved(WED, -15))
    assert held_at_open(journal, "X", WED) == {"main": 10}
    assert held_at_open(journal, "X", TUE) == {"main": 10, "other": 3}
    assert held_at_open(journal, "X", MON) == {}
    assert held_at_open(journal, "Y", WED) == {}


def test_gross_and_withholding_are_each_rounded() -> None:
    """7 × 0.333 = 2.331 → 2.33; 15% of it is 0.3495 → 0.35; 1.98 is left."""
    pays = payout(Decimal(7), Decimal("0.333"), Decimal("0.15"), "USD")
    assert (str(pays.gross), str(pays.withholding), str(pays.net)) == ("2.33", "0.35", "1.98")
    assert payout(Decimal(7), Decimal("1.5"), None, "JPY").net is None
    assert str(payout(Decimal(7), Decimal("1.5"), None, "JPY").gross) == "11"  # 10.5, half up


def test_a_ratio_keeps_eight_decimals() -> None:
    assert after_ratio(Decimal(10), Decimal(1), Decimal(3)) == Decimal("3.33333333")

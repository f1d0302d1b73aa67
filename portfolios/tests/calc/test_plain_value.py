"""A ledger's worth at a close, from the plain replay."""

from datetime import date
from decimal import Decimal

from portfolios.calc.entries import Entry
from portfolios.calc.marks import Mark, Marks, Rate
from portfolios.calc.plain_value import plain_value
from portfolios.tests.calc.test_plain_replay import entry

PAYS = date(2024, 1, 9)


def worth(day: int, *entries: Entry, seen: int | None = None, close: str = "12") -> Decimal | None:
    """In CAD at 1.20 for a dollar; the close of A was observed on `seen`."""
    asof = date(2024, 1, day)
    closes = {"A": Mark(Decimal(close), "USD", date(2024, 1, seen or day))}
    marks = Marks(asof, "CAD", closes, {"USD": Rate(Decimal("1.20"), asof)})
    return plain_value(entries, marks)


BOUGHT = (
    entry(1, "DEPOSIT", gross_amount=300, currency="CAD"),
    entry(2, "DEPOSIT", gross_amount=100),
    entry(3, "BUY", security="A", quantity=10, price=10),
)
DIVIDEND = entry(
    4, "DIVIDEND", day=5, security="A", gross_amount=5, ex_date=date(2024, 1, 5), pay_date=PAYS
)


def test_shares_cash_and_what_is_owed_add_up() -> None:
    """10·12·1.20 + 300 = 444 before the ex-date; 5·1.20 more from it on, and once only."""
    assert worth(4, *BOUGHT, DIVIDEND) == 444
    assert worth(5, *BOUGHT, DIVIDEND) == 450
    assert worth(9, *BOUGHT, DIVIDEND) == 450


def test_a_close_from_before_a_split_counts_half() -> None:
    """20 shares at 12/2; once the new share has a close of its own, at that."""
    split = entry(4, "SPLIT", day=5, security="A", new_shares=2, old_shares=1)
    assert worth(5, *BOUGHT, split, seen=4) == 444
    assert worth(5, *BOUGHT, split, close="6") == 444


def test_what_has_no_close_or_no_rate_leaves_no_value() -> None:
    assert worth(5, entry(1, "BUY", security="B", quantity=1, price=1)) is None
    assert worth(5, entry(1, "DEPOSIT", gross_amount=1, currency="JPY")) is None
    assert worth(5) == 0

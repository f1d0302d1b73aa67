"""The lines of a long import are the rows of a short one, character by character."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from operator import itemgetter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CarriedLot, CostMethod, Entry
from portfolios.selectors.projected import closure_rows, lot_rows
from portfolios.services.projected_lines import ProjectedLines
from portfolios.services.rows import as_text
from portfolios.tests.calc.histories import trading_ledgers
from portfolios.tests.calc.ledgers import buy, entry, fixed, sell

RATES = fixed(USD="1.3123456789")  # of EUR nobody knows one
UNUSUAL = [
    entry(
        1,
        "OPENING_BALANCE",
        "2024-01-02",
        "USD",
        security="X",
        quantity="3.5",
        lot_label="a\tname\\n",
    ),
    replace(
        entry(2, "TRANSFER_IN", "2024-01-03", "USD", security="X", quantity="2"),
        carried_lots=(
            CarriedLot(
                quantity=Decimal("2"),
                acquisition_date=date(2020, 2, 3),
                cost_basis=Decimal("70.125"),
                fx_rate=Decimal("1.25"),
                holding_start=date(2019, 12, 31),
                label="carried",
            ),
        ),
    ),
    sell(3, "2024-01-04", "4", "7.123", currency="USD"),
    entry(4, "SHORT_SALE", "2024-01-05", "USD", security="Y", quantity="5", price="3"),
    entry(5, "COVER", "2024-01-06", "USD", security="Y", quantity="2", price="2.5"),
    entry(6, "BUY", "2024-01-06", "EUR", security="Z", quantity="1E+3", price="0.0001"),
    entry(7, "SPLIT", "2024-01-07", security="Z", new_shares="1", old_shares="7"),
    buy(8, "2024-01-08", "0.1", "10", currency="USD"),
]


@settings(deadline=None)
@given(
    ledger=trading_ledgers(),
    accounts=st.lists(st.sampled_from(["main", "a\tb\\c"]), min_size=20, max_size=20),
    method=st.sampled_from([CostMethod.FIFO, CostMethod.HIFO, CostMethod.AVERAGE]),
    rounded=st.booleans(),
)
@example(UNUSUAL, ["main"] * 20, CostMethod.FIFO, True)
def test_lines_are_the_text_of_the_rows(
    ledger: list[Entry], accounts: list[str], method: CostMethod, rounded: bool
) -> None:
    told = [replace(e, account=name) for e, name in zip(ledger, accounts, strict=False)]
    chosen = BookingSettings(
        base_currency="CAD", cost_method=method, allow_short=True, minor_unit_rounding=rounded
    )
    booked = book(told, chosen, RATES)
    if ledger is UNUSUAL:  # all of it is booked, and nothing but a rate and a cost is unknown
        assert [lot.open_seq for lot in booked.lots] == [1, 2, 4, 6, 8]
        assert {each.code for each in booked.problems} == {"missing_rate", "unknown_basis"}
    ids = {each.seq: 100 + each.seq for each in told}
    numbers = {label: 7 + place for place, (label, *_) in enumerate(lot_rows(booked))}
    lots = [(numbers[label], label, ids[seq], *row) for label, seq, row in lot_rows(booked)]
    relieved = sorted(closure_rows(booked), key=itemgetter(1))
    closures = [(numbers[label], ids[seq], *row) for label, seq, row in relieved]

    lines = ProjectedLines(booked, ids, count(7))
    assert "".join(lines.lots()) == as_text(lots)
    assert "".join(lines.closures()) == as_text(closures)

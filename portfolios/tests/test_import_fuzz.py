"""Three hundred damaged files: each is read or refused with mistakes, none breaks the reader."""

import random
from datetime import date

import pytest

from portfolios.formats.dawsos_csv import COLUMNS, parse
from portfolios.tests.world import LEDGER

TODAY = date(2013, 2, 28)
HOSTILE = (
    "NaN", "-NaN", "Infinity", "1E+1000000", "1_000", "１２３", "9" * 5000, "1.234,56", "0x10",
    "2013-02-30", "0001-01-01", "9999-12-31", "03/04/2013", "=1+1", "@SUM(A1)", "\t", '"', '""',
    "'; DROP TABLE portfolios_transaction; --", "\u202e", "\ud7ff", "😀" * 200, ",", "\r", "-0",
    "\x0b", "\x1c2013-02-04", " 5 ", "٣", "1e5", "+1", "", "USD\u00a0",
)  # fmt: skip


def damaged(seed: int) -> bytes:
    """One to five injuries, to fields, lines, header or bytes."""
    dice = random.Random(seed)
    lines = [line.split(",") for line in LEDGER.splitlines()]
    for _ in range(dice.randint(1, 5)):
        line = dice.choice(lines)
        injury = dice.randrange(5)
        if injury < 3:
            line[dice.randrange(len(line))] = dice.choice(HOSTILE)
        elif injury == 3:
            line.insert(dice.randrange(len(line) + 1), dice.choice(COLUMNS))
        elif len(line) > 1:
            line.pop()
    content = "\n".join(",".join(line) for line in lines).encode()
    if dice.random() < 0.3:
        place = dice.randrange(len(content))
        content = content[:place] + bytes([dice.randrange(256)]) + content[place + 1 :]
    return content


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_a_damaged_file_never_breaks_the_reader(start: int) -> None:
    for seed in range(start, start + 50):
        parsed = parse(damaged(seed), base_currency="CAD", today=TODAY)
        for fault in parsed.faults:
            told = fault.as_dict()
            assert told["reason"] and told["message"] and told["remedy"]
            assert len(told["value"] or "") <= 100
        for draft in parsed.drafts:
            assert draft.transaction_date <= TODAY
            assert draft.net_amount is not None and draft.net_amount.is_finite()

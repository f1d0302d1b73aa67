"""Whatever a document holds, it is answered or refused: nothing breaks, everything is JSON."""

import json
from random import Random
from typing import Any

import pytest

from market.formats.csv_records import Limits
from portfolios.exceptions import DocumentUnreadable
from portfolios.formats.evaluation import answers
from portfolios.tests.exports.ledgers import BOOKED, ONLY_WRITTEN

WRONG: list[Any] = [
    None, "", "x", "-1", "0", "1E5", "1e-9", "99999999999999", "0.909090909090909", "NaN", [], {},
    True, 5, "2013-02-30", "2013-02-06", "USD", {"unit_cost": "10"},
    [{"label": "first", "quantity": "2"}],
]  # fmt: skip
FIELDS = (
    "quantity price gross_amount fees taxes net_amount currency account cash_account to_account "
    "to_amount to_currency security_currency gross_amount_security settlement_fx_rate fx_rate seq "
    "lot_selector type date symbol cost_basis new_shares old_shares to_symbol ex_date pay_date "
    "treatment to_price cost_fraction carried_lots reverses lot_label"
).split()
CHOICES: dict[str, list[Any]] = {
    "cost_method": ["FIFO", "LIFO", "HIFO", "AVERAGE", "SPECIFIC", "STRICT", "BEST"],
    "lot_scope": ["account", "portfolio"],
    "cost_fx": ["historic", "current"],
    "rounding": ["none", "minor_unit"],
    "flow_timing": ["in_start_out_end", "start_of_day", "end_of_day"],
    "cash_tracked": [True, False],
    "allow_short": [True, False],
    "max_price_age_days": [None, 1, 3],
}


def mutated(chance: Random) -> dict[str, Any]:
    """A ledger of every type, some entries missing, some fields wrong."""
    entries = [dict(one) for one in chance.sample(BOOKED + ONLY_WRITTEN, chance.randint(0, 30))]
    for one in entries:
        for _ in range(chance.choice([0, 0, 1, 2])):
            one[chance.choice(FIELDS)] = chance.choice(WRONG)

    def day() -> str:
        return f"2013-02-{chance.randint(1, 20):02}"

    return {
        "base_currency": chance.choice(["CAD", "USD", "EUR"]),
        "asof": day(),
        "period_start": chance.choice([None, day()]),
        "policy": {name: chance.choice(words) for name, words in CHOICES.items()},
        "instruments": [{"symbol": "ACME", "currency": "USD"}, {"symbol": "X", "currency": "?"}],
        "prices": [
            {"symbol": symbol, "date": day(), "close": str(chance.randint(0, 30))}
            for symbol in ("ACME", "MAPLE", "MAPLE")
        ],
        "fx": [{"pair": "USD/CAD", "date": day(), "rate": "1.1"}],
        "corporate_actions": [
            {"type": "SPLIT", "symbol": "ACME", "date": day(), "new_shares": "2", "old_shares": "1"}
        ],
        "transactions": entries,
    }


def answered(said: dict[str, Any]) -> dict[str, Any]:
    """The answer, or the structured error of a document that is refused."""
    try:
        found: dict[str, Any] = answers(json.dumps(said).encode(), Limits())
    except DocumentUnreadable as refused:
        return {"problems": refused.details["errors"]}
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_mutated_document_is_answered_or_refused(seed: int) -> None:
    chance = Random(seed)
    for _ in range(15):
        said = answered(mutated(chance))
        json.dumps(said, allow_nan=False)
        assert all(one["message"] for one in said["problems"])

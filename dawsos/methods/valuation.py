"""Exchange rates and net asset value (methods §2)."""

from datetime import date
from decimal import Decimal
from typing import Any

from dawsos.methods.registry import Answer, Inputs, golden
from market.calc.fx import RateTable, convert_path, triangular_check
from portfolios.calc.money import round_money
from portfolios.calc.nav import Item, accrued_dividend, market_value, nav
from portfolios.calc.reconciliation import reconcile


@golden("valuation.fx")
def fx(inputs: Inputs) -> Answer:
    table = _table(inputs["rates"])
    quotes = {base + quote: convert_path(table, base, quote) for base, quote in inputs["pairs"]}
    return {
        "results": [
            {"pair": pair, "rate": quote.rate, "path": quote.path} for pair, quote in quotes.items()
        ]
    }


@golden("valuation.fx_check")
def fx_check(inputs: Inputs) -> Answer:
    pair = inputs["pair"]
    check = triangular_check(_table(inputs["rates"]), pair[:3], pair[3:])
    return {
        "direct": check.direct,
        "triangulated": check.triangulated,
        "gap_bp": check.gap_bp,
        "warn": check.warn,
    }


@golden("valuation.nav")
def net_asset_value(inputs: Inputs) -> Answer:
    """Rows are rounded here for display, as the golden shows them; the total never from them."""
    base, table = inputs["base"], _table(inputs["rates"])
    items = list(_items(inputs))
    rates = {
        item.currency: rate
        for item in items
        if (rate := convert_path(table, item.currency, base).rate) is not None
    }
    valued = nav(items, rates, base)
    return {
        "rows": [
            {
                "item": row.key,
                "local": row.local,
                "base": None if row.base is None else round_money(row.base, base),
            }
            for row in valued.rows
        ],
        "nav_base": None if valued.missing else valued.total,
    }


@golden("valuation.reconcile_bp")
def reconcile_bp(inputs: Inputs) -> Answer:
    a, b, epsilon, floor = (Decimal(inputs[name]) for name in ("a", "b", "eps", "abs_floor"))
    got = reconcile(a, b, epsilon=epsilon, floor=floor)
    return {"bp": float(got.bp), "status": got.status.value}


def _items(inputs: Inputs) -> list[Item]:
    positions = [
        Item(
            row["id"],
            row["ccy"],
            market_value(
                Decimal(row["qty"]), Decimal(row["price"]), Decimal(row.get("multiplier", "1"))
            ),
        )
        for row in inputs["positions"]
    ]
    money = [
        Item(row["id"], row["ccy"], Decimal(row["amount"]))
        for row in [*inputs["cash"], *inputs["pending"]]
    ]
    asof = date.fromisoformat(inputs["as_of"])
    owed = [Item(row["id"], row["ccy"], _accrued(row, asof)) for row in inputs["accrued_dividends"]]
    return [*positions, *money, *owed]


def _accrued(row: dict[str, Any], asof: date) -> Decimal:
    days = asof, date.fromisoformat(row["ex_date"]), date.fromisoformat(row["pay_date"])
    held, per_share, kept = (Decimal(row[name]) for name in ("qty", "dps", "withholding"))
    return accrued_dividend(held, per_share, kept, row["ccy"], days)


def _table(rates: dict[str, str]) -> RateTable:
    return {(pair[:3], pair[3:]): Decimal(rate) for pair, rate in rates.items()}

"""An evaluation as the plain data of the answer: amounts as decimal text, returns as numbers.

Amounts are in base currency but for names that end in `_local`, quantities, unit costs, cash
balances and `lots.open[].cost_basis`, which are in the currency beside them. Under minor-unit
rounding each amount in base is rounded half-up, once, where it is shown.
"""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeAlias

from portfolios.calc.entries import ZERO
from portfolios.calc.evaluation.activity import Sums
from portfolios.calc.evaluation.evaluate import Evaluation
from portfolios.calc.evaluation.standing import Holding, cost_in_base, signed
from portfolios.calc.lots import Closure, Lot
from portfolios.calc.money import round_money, total

Amount: TypeAlias = Callable[[Decimal | None], str | None]


def as_answer(evaluation: Evaluation) -> dict[str, Any]:
    """The answer of a document, ready for JSON."""
    base = _rounded(evaluation)
    return {
        "base_currency": evaluation.document.base_currency,
        "asof": evaluation.document.asof.isoformat(),
        "positions": [
            _position(held, evaluation.activity.by_place.get((held.symbol, held.account)), base)
            for held in evaluation.holdings
        ],
        "cash": _cash(evaluation),
        "totals": _totals(evaluation, base),
        "lots": {
            "open": [_open_lot(lot, evaluation, base) for lot in evaluation.open_lots],
            "closed": [_closed_lot(one, base) for one in evaluation.closures],
        },
        "returns": evaluation.performance.as_dict(),
        "problems": [asdict(finding) for finding in evaluation.findings],
    }


def decimal_text(number: Decimal | None) -> str | None:
    """Plain decimal text without an exponent or idle zeros; None stays null."""
    if number is None:
        return None
    if not number:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(evaluation: Evaluation) -> Amount:
    settings = evaluation.document.policy.booking
    if not settings.minor_unit_rounding:
        return decimal_text

    def rounded(number: Decimal | None) -> str | None:
        if number is None:
            return None
        return decimal_text(round_money(number, settings.base_currency))

    return rounded


def _position(held: Holding, sums: Sums | None, base: Amount) -> dict[str, Any]:
    sums = sums or Sums()
    return {
        "symbol": held.symbol,
        "account": held.account,
        "quantity": decimal_text(held.quantity),
        "cost_basis": base(held.cost_basis),
        "cost_basis_local": decimal_text(held.cost_basis_local),
        "market_value": base(held.market_value),
        "unrealized_pnl": base(held.unrealized_pnl),
        "unrealized_fx_pnl": base(held.unrealized_fx_pnl),
        "realized_pnl": base(sums.realized_pnl),
        "income_gross": base(sums.income_gross),
        "fees": base(sums.fees),
        "taxes": base(sums.taxes),
        "state": held.state,
    }


def _cash(evaluation: Evaluation) -> list[dict[str, Any]]:
    if not evaluation.document.policy.cash_tracked:
        return []
    return [
        {"account": account, "currency": currency, "balance": decimal_text(balance)}
        for (account, currency), balance in evaluation.book.cash.items()
    ]


def _totals(evaluation: Evaluation, base: Amount) -> dict[str, Any]:
    held, sums = evaluation.holdings, evaluation.activity.total
    return {
        "market_value": base(total(one.market_value for one in held)),
        "cash": base(evaluation.money),
        "total_value": base(evaluation.total_value),
        "cost_basis": base(total(one.cost_basis for one in held)),
        "realized_pnl": base(sums.realized_pnl),
        "unrealized_pnl": base(total(one.unrealized_pnl for one in held)),
        "cash_fx_pnl": base(evaluation.cash_fx_pnl),
        "purchases": base(sums.purchases),
        "sales": base(sums.sales),
        "income_gross": base(sums.income_gross),
        "income_net": base(sums.income_net),
        "interest_net": base(sums.interest_net),
        "dividend_count": sums.dividend_count,
        "fees": base(sums.fees),
        "taxes": base(sums.taxes),
        "net_external_flows": base(evaluation.net_external_flows),
    }


def _open_lot(lot: Lot, evaluation: Evaluation, base: Amount) -> dict[str, Any]:
    document = evaluation.document
    cost_fx = document.policy.booking.cost_fx
    cost = cost_in_base(lot, evaluation.rates, document.asof, cost_fx)
    return {
        "symbol": str(lot.security),
        "account": lot.account,
        "quantity": decimal_text(signed(lot, lot.quantity_open)),
        "unit_cost": decimal_text(_each(lot.cost_basis_local, lot.quantity_open)),
        "cost_basis": decimal_text(signed(lot, lot.cost_basis_local)),
        "currency": lot.currency,
        "cost_basis_base": base(signed(lot, cost)),
        "date": lot.acquisition_date.isoformat(),
        "label": lot.lot_label,
    }


def _closed_lot(closure: Closure, base: Amount) -> dict[str, Any]:
    return {
        "symbol": str(closure.security),
        "account": closure.account,
        "quantity": decimal_text(closure.quantity),
        "unit_cost": decimal_text(_each(closure.cost_local, closure.quantity)),
        "currency": closure.currency,
        "open_date": closure.open_date.isoformat(),
        "close_date": closure.close_date.isoformat(),
        "close_seq": closure.close_seq if closure.close_seq > 0 else None,
        "proceeds": base(
            _converted(closure.proceeds_base, closure.proceeds_local, closure.fx_close)
        ),
        "cost": base(_converted(closure.cost_base, closure.cost_local, closure.fx_open)),
        "realized_pnl": base(closure.realized_pnl),
        "price_pnl": base(closure.price_pnl),
        "fx_pnl": base(closure.fx_pnl),
        "cross_pnl": base(closure.cross_pnl),
    }


def _converted(
    settled: Decimal | None, local: Decimal | None, rate: Decimal | None
) -> Decimal | None:
    """What booking settled in base, else the local amount at its rate."""
    if settled is not None:
        return settled
    return None if local is None or rate is None else local * rate


def _each(cost: Decimal | None, quantity: Decimal) -> Decimal | None:
    if cost is None or quantity == ZERO:
        return None
    return cost / quantity

"""The rule of every figure that a capability of this app answers, in docs/methods."""

from __future__ import annotations

from itertools import chain

from patterns.rules import BY_ROW, defines
from portfolios.capabilities.metric_rows import lines

_WORTHS = "market_value_local market_value"


def _of_rows(rows: str, rules: dict[str, str]) -> dict[str, str]:
    """The rules of fields, for the rows of lists."""
    return {
        rule: " ".join(f"{row}.{field}" for row in rows.split() for field in fields.split())
        for rule, fields in rules.items()
    }


def _together(*rules: dict[str, str]) -> dict[str, str]:
    """Several declarations of one capability as one."""
    found: dict[str, str] = {}
    for rule, paths in chain.from_iterable(each.items() for each in rules):
        found[rule] = f"{found.get(rule, '')} {paths}"
    return found


_POSITION = {
    "booking.20": "quantity",
    "valuation.12": "price",
    "valuation.1": _WORTHS,
    "booking.21": "average_cost",
    "booking.3": "cost_basis",
    "valuation.8": "weight",
    "valuation.6": "unrealized_pnl unrealized_pnl_pct",
    "booking.8": "realized_pnl",
}
defines(
    "portfolio.get_valued_positions",
    _together(
        {
            "valuation.2": "total_value positions_value cash_balance receivable_balance",
            "booking.8": "realized_pnl",
            "valuation.5": "coverage position_count",
            "booking.17": "cash.balance",
            "valuation.1": "cash.market_value",
        },
        _of_rows("positions", _POSITION),
    ),
)
defines(
    "portfolio.held_positions",
    _of_rows(
        "positions",
        _POSITION | {"contribution.1": "day_change", "contribution.5": "day_change_pct"},
    ),
)
defines("get_position_details", _POSITION)
defines(
    "get_position_lots",
    {
        "booking.20": "rows.quantity_open",
        "booking.21": "rows.unit_cost",
        "booking.3": "rows.cost_basis_local rows.cost_basis",
        "valuation.1": "rows.market_value",
        "valuation.6": "rows.unrealized_pnl",
    },
)
defines("ledger.positions", {"booking.20": "positions.quantity"})
defines(
    "get_transaction_history",
    {
        "booking.1": "entries.seq",
        "booking.22": "entries.quantity entries.price entries.total",
        "booking.23": "entries.commission entries.taxes",
        "booking.8": "entries.realized_pnl",
        "booking.2": "count",
    },
)

_SLICE = {"valuation.8": "weight market_value", "valuation.5": "count"}
defines(
    "portfolio.sector_allocation",
    _together({"valuation.5": "coverage"}, _of_rows("slices", _SLICE)),
)
defines(
    "portfolio.allocation",
    _together(
        {"valuation.5": "coverage"},
        _of_rows("by_holding by_currency by_asset_class", _SLICE),
    ),
)
defines(
    "portfolio.historical_nav",
    {
        "valuation.7": "points.total_value observations",
        "valuation.2": "points.positions_value points.cash_balance",
        "valuation.5": "points.coverage",
        "returns.1": "points.time_weighted_return",
        "risk.13": "points.drawdown",
        "returns.8": "changes.value_change changes.net_flows changes.gain changes.gain_fraction",
    },
)

defines(
    "metrics.compute_twr",
    {
        "returns.1": "gain_1d",
        "returns.3": "twr_1d twr_mtd twr_qtd twr_ytd twr_1y twr_inception twr_lookback",
        "returns.5": "twr_3y_ann twr_5y_ann twr_inception_ann",
        "returns.6": "mwr_1y",
        "risk.2": "volatility",
        "risk.8": "sharpe_ratio",
        "risk.9": "sortino_ratio",
        "risk.12": "max_drawdown",
        "risk.13": "current_drawdown",
        "risk.1": "observations",
        "returns.4": "lookback_days",
    },
)
_PERIOD = {
    "returns.2": "observations",
    "returns.3": "twr",
    "returns.5": "twr_annual",
    "returns.6": "mwr mwr_annual",
    "returns.7": "modified_dietz",
    "returns.8": "gain",
    "returns.10": "benchmark_return",
    "returns.11": "excess geometric_excess",
}
defines("performance.periods", _of_rows("rows chosen", _PERIOD))
defines(
    "performance.metric_card",
    _together(
        *(_of_rows("card benchmark", {rule: name}) for name, (_, rule) in lines().items()),
        _of_rows("risk tails ratios", {BY_ROW: "portfolio benchmark"}),
        {"returns.2": "observations"},
    ),
)
defines(
    "performance.wealth",
    {
        "returns.13": "points.wealth points.benchmark_wealth",
        "risk.13": "points.below_peak points.benchmark_below_peak",
        "returns.2": "observations",
    },
)
defines(
    "performance.rolling",
    {
        "returns.15": "returns.points.portfolio returns.points.benchmark",
        "risk.28": "volatilities.points.portfolio volatilities.points.benchmark",
    },
)
defines(
    "performance.drawdowns",
    {
        "risk.14": "rows.rank rows.depth",
        "risk.12": "rows.days_to_trough rows.days_to_recovery",
        "returns.2": "observations",
    },
)
defines(
    "performance.monthly_returns",
    _together(
        _of_rows("rows", {"returns.14": "jan feb mar apr may jun jul aug sep oct nov dec total"}),
        {"returns.2": "observations"},
    ),
)
defines(
    "performance.gain_parts",
    {"returns.9": "price income fees taxes fx rows.amount", "returns.8": "gain"},
)
defines(
    "performance.fed_benchmark",
    {
        "valuation.7": "total_value points.total_value",
        "returns.12": "fed_value value_difference fed_gain fed_mwr fed_mwr_annual points.fed_value",
        "returns.8": "gain",
        "returns.6": "mwr mwr_annual",
    },
)

defines(
    "attribution.contribution",
    _together(
        _of_rows(
            "holdings others",
            {
                "valuation.1": "market_value_start market_value_end",
                "contribution.1": "contribution",
                "contribution.7": "share",
            },
        ),
        _of_rows(
            "holdings",
            {
                "contribution.6": "weight_start weight_end mean_weight",
                "contribution.5": "time_weighted_return",
            },
        ),
        {
            "contribution.1": "steps.effect",
            "contribution.4": "holdings_total others_total error_bps",
            "returns.3": "total_return",
            "returns.2": "observations",
        },
    ),
)
_EFFECTS = "local fx interaction total"
defines(
    "attribution.currency",
    _together(
        _of_rows("by_currency by_position", {"currency-attribution.3": _EFFECTS}),
        {
            "currency-attribution.3": (
                "local_return fx_return interaction_return total_return effects.effect"
            ),
            "currency-attribution.7": "base_return_actual error_bps worst_day_bps",
            "returns.2": "observations",
        },
    ),
)
_AGAINST = {
    "returns.3": "portfolio_return",
    "returns.10": "benchmark_return",
    "benchmark-attribution.1": "excess_return geometric_excess",
    "benchmark-attribution.5": "linkers_gap_bps error_bps",
    "returns.2": "observations",
}
defines(
    "attribution.sector",
    _together(
        _AGAINST,
        {
            "benchmark-attribution.2": "allocation selection interaction steps.effect",
            "benchmark-attribution.9": "hedge",
        },
        _of_rows(
            "sectors",
            {
                "contribution.6": "weight",
                "benchmark-attribution.2": (
                    "benchmark_weight active_weight benchmark_return allocation selection "
                    "interaction total"
                ),
                "contribution.5": "time_weighted_return",
            },
        ),
    ),
)
defines(
    "attribution.karnosky_singer",
    _together(
        _AGAINST,
        {
            "benchmark-attribution.6": (
                "allocation selection interaction currency cross trading steps.effect"
            ),
        },
        _of_rows(
            "markets",
            {
                "contribution.6": "weight",
                "benchmark-attribution.6": (
                    "benchmark_weight allocation selection interaction currency cross total"
                ),
                "benchmark-attribution.7": "by_assets by_forwards",
            },
        ),
    ),
)

defines(
    "compute_position_return",
    {
        "positions.1": "total_return days_held observations points.position",
        "returns.3": "portfolio_return points.portfolio",
        "risk.2": "volatility",
        "risk.8": "sharpe_ratio",
        "positions.4": "max_drawdown recovery_days",
    },
)
defines(
    "compute_portfolio_contribution",
    {
        "positions.3": (
            "total_contribution local_contribution fx_contribution interaction_contribution "
            "effects.effect"
        ),
        "contribution.7": "pct_of_portfolio_return",
        "returns.3": "portfolio_return",
        "contribution.6": "mean_weight",
    },
)
defines(
    "compute_position_currency_attribution",
    {
        "positions.2": (
            "local_return fx_return interaction_return total_return error_bps worst_day_bps "
            "effects.effect"
        ),
    },
)
defines(
    "compute_position_risk",
    {
        "positions.5": "var_1d var_1d_amount",
        "positions.6": "pct_portfolio_risk",
        "positions.7": "alone_var component_var marginal_var diversification_benefit",
        "positions.8": "beta_to_portfolio correlation",
    },
)

defines(
    "corporate_actions.calculate_impact",
    _together(
        _of_rows(
            "actions urgent later",
            {
                "booking.20": "portfolio_quantity",
                "actions.2": "new_quantity",
                "actions.3": "amount_local",
                "actions.4": "withholding_rate",
                "actions.5": "portfolio_impact",
                "actions.6": "days_until",
            },
        ),
        _of_rows(
            "summary",
            {
                "actions.1": "total_actions dividend_count splits_pending earnings_releases",
                "actions.6": "urgent_actions",
                "actions.7": "dividends_expected",
            },
        ),
    ),
)

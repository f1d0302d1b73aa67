"""Effects of currencies and of a benchmark (methods §3.6, §3.7)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.active_linking import ActiveLinker, active_factors, compounded
from portfolios.calc.attribution import Effects, PricedHolding, currency_identity
from portfolios.calc.brinson import ActiveEffects, brinson_fachler
from portfolios.calc.hedging import HedgedMarket, hedged_benchmark
from portfolios.calc.karnosky_singer import Markets, karnosky_singer
from portfolios.calc.returns import Floats

SECTOR_EFFECTS = ("allocation", "selection", "interaction")
MARKET_EFFECTS = (*SECTOR_EFFECTS, "currency", "cross")
LINKERS: tuple[ActiveLinker, ...] = ("carino", "menchero", "frongello")


@golden("attribution.currency_identity")
def currency(inputs: Inputs) -> Answer:
    own, whole = currency_identity(
        PricedHolding(
            row["id"],
            row["w"],
            row["p0"],
            row["p1"],
            row["fx0"],
            row["fx1"],
            row.get("income", 0.0),
        )
        for row in inputs["holdings"]
    )
    return {
        "positions": [{"id": key, **_effects(effects)} for key, effects in own.items()],
        "portfolio": _effects(whole),
    }


@golden("attribution.brinson_fachler")
def sectors(inputs: Inputs) -> Answer:
    rows = inputs["sectors"]
    return _of_a_day(rows, _attributed([rows]))


@golden("attribution.brinson_late")
def sectors_with_arrivals(inputs: Inputs) -> Answer:
    """What arrives in a sector is given, as a fraction of the capital, instead of its return."""
    rows = inputs["sectors"]
    weights, arrived, index_weights, index_returns = (
        _row(rows, name) for name in ("w", "arrived", "W", "B")
    )
    found = brinson_fachler(weights, arrived, index_weights, index_returns)
    return _of_a_day(rows, found)


@golden("attribution.link")
def linked_sectors(inputs: Inputs) -> Answer:
    found = _attributed(inputs["periods"])
    portfolio, benchmark = compounded(found.portfolio), compounded(found.benchmark)
    answer: Answer = {
        "portfolio": portfolio,
        "benchmark": benchmark,
        "excess": portfolio - benchmark,
    }
    for linker in LINKERS:
        factors = active_factors(found.portfolio, found.benchmark, linker)
        answer[linker] = {
            name: float(factors @ getattr(found, name).sum(axis=1)) for name in SECTOR_EFFECTS
        }
    return answer


@golden("attribution.karnosky_singer")
def markets_and_currencies(inputs: Inputs) -> Answer:
    rows = inputs["markets"]
    found = karnosky_singer(
        Markets(
            w=_row(rows, "w"),
            h=_row(rows, "h"),
            r=_row(rows, "r"),
            index_w=_row(rows, "W"),
            index_h=_row(rows, "H"),
            index_r=_row(rows, "B"),
            cash=_row(rows, "c"),
            fx=_row(rows, "e"),
        )
    )
    return {
        "portfolio": float(found.portfolio[0]),
        "benchmark": float(found.benchmark[0]),
        "excess": float(found.portfolio[0] - found.benchmark[0]),
        "markets": _named("market", rows, found, MARKET_EFFECTS),
        "totals": {name: float(getattr(found, name).sum()) for name in MARKET_EFFECTS},
    }


@golden("benchmark.hedged")
def hedged(inputs: Inputs) -> Answer:
    rows = inputs["markets"]
    found = hedged_benchmark(
        (
            HedgedMarket(row["market"], row["w"], row["r"], row["s0"], row["s1"], row["f0"])
            for row in rows
        ),
        inputs["hedge_ratio"],
    )
    return {
        "unhedged": found.unhedged,
        "hedged": found.hedged,
        "hedge_contribution": found.hedge_contribution,
        "markets": [
            {
                "market": row["market"],
                "unhedged": found.base_returns[row["market"]],
                "hedge_gain": found.hedge_gains[row["market"]],
            }
            for row in rows
        ],
    }


def _of_a_day(rows: Sequence[Mapping[str, Any]], found: ActiveEffects) -> Answer:
    return {
        "portfolio": float(found.portfolio[0]),
        "benchmark": float(found.benchmark[0]),
        "excess": float(found.portfolio[0] - found.benchmark[0]),
        "sectors": _named("sector", rows, found, SECTOR_EFFECTS),
        "totals": {name: float(getattr(found, name).sum()) for name in SECTOR_EFFECTS},
    }


def _attributed(periods: Sequence[Sequence[Mapping[str, Any]]]) -> ActiveEffects:
    weights, returns, index_weights, index_returns = (
        np.array([[row[name] for row in rows] for rows in periods], dtype=np.float64)
        for name in ("w", "r", "W", "B")
    )
    return brinson_fachler(weights, weights * returns, index_weights, index_returns)


def _named(
    key: str, rows: Sequence[Mapping[str, Any]], found: object, names: Sequence[str]
) -> list[dict[str, Any]]:
    return [
        {key: row[key], **{name: float(getattr(found, name)[0, at]) for name in names}}
        for at, row in enumerate(rows)
    ]


def _row(rows: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([[row[name] for row in rows]], dtype=np.float64)


def _effects(effects: Effects) -> dict[str, float]:
    return {
        "local": effects.local,
        "fx": effects.fx,
        "interaction": effects.interaction,
        "total": effects.total,
    }

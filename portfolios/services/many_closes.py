"""The figures and the currencies' effects of many portfolios at the last day that was valued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np

from portfolios.calc.bulk.currencies import Buckets, CurrencyEffect, bucket_effects, valued_effects
from portfolios.calc.bulk.errorfree import Floats, Mask
from portfolios.calc.bulk.figures import Recent, period_figures, risk_figures
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.entries import ZERO
from portfolios.models import Portfolio
from portfolios.selectors.benchmarks import returns_in
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.history import valued_days
from portfolios.selectors.many_states import PortfolioFacts
from portfolios.selectors.many_values import ManyValued
from portfolios.selectors.market_tables import PackDay
from portfolios.selectors.periods import free_of_risk
from portfolios.services.many_figures import Close, EffectColumns, store_figures


def measure_close(
    valued: ManyValued,
    facts: Sequence[PortfolioFacts],
    places: Integers,
    recent: Recent,
    market_head: int,
) -> None:
    """Write figures and effects at the last day. facts: the portfolios, with their places among
    those that were valued; recent: their last returns, row by row."""
    if not len(facts):
        return
    _store(valued.days[-1], facts, recent, market_head, _effects(valued, facts, places))


def measure_exactly(
    day: PackDay, facts: Sequence[PortfolioFacts], recent: Recent, market_head: int
) -> None:
    """The same for portfolios that were valued one by one: their effects are cut in Decimals."""
    if not len(facts):
        return
    found = [(row, *effect) for row, fact in enumerate(facts) for effect in _cut(fact.id, day)]
    codes = sorted({str(effect[1]) for effect in found})
    table = np.array(
        [(row, codes.index(str(code)), *parts) for row, code, *parts in found], dtype=np.float64
    ).reshape(-1, 6)
    whole = table[:, :2].astype(np.int64)
    effects = EffectColumns(codes, whole[:, 0], whole[:, 1], *table[:, 2:].T)
    _store(day, facts, recent, market_head, effects)


def _store(
    day: PackDay,
    facts: Sequence[PortfolioFacts],
    recent: Recent,
    market_head: int,
    effects: EffectColumns,
) -> None:
    close = Close(
        day.day,
        day.pack_id,
        [fact.id for fact in facts],
        [fact.ledger_commit_hash for fact in facts],
    )
    figures = dict(period_figures(recent, day.day))
    free = free_of_risk(_as_series(recent)).returns
    benchmark = _benchmarks(facts, recent, day.day, market_head)
    figures |= dict(risk_figures(recent, free, benchmark))
    store_figures(close, figures, recent.paths.observations[:, -1], effects)


def _as_series(recent: Recent) -> DailyReturns:
    """The days of the returns, from the one before the first: for series of the same days."""
    days = recent.days
    return DailyReturns(np.concatenate(([days[0] - 1], days)), np.zeros(len(days)))


def _benchmarks(
    facts: Sequence[PortfolioFacts], recent: Recent, day: date, market_head: int
) -> Floats | None:
    """Each portfolio's benchmark on the days of its returns, NaN where it has none; None where no
    portfolio has a benchmark."""
    if all(fact.benchmark_id is None for fact in facts):
        return None
    found: dict[tuple[UUID, str, str], Floats] = {}
    table = np.full((len(facts), len(recent.days)), np.nan)
    for row, fact in enumerate(facts):
        if fact.benchmark_id is None:
            continue
        key = fact.benchmark_id, fact.base_currency, fact.policy
        if key not in found:
            series = returns_in(*key, day, market_head)
            nothing = np.full(len(recent.days), np.nan)
            found[key] = nothing if series is None else DailyReturns.of(series).on(recent.days)
        table[row] = found[key]
    return table


def _effects(
    valued: ManyValued, facts: Sequence[PortfolioFacts], places: Integers
) -> EffectColumns:
    crossed = _crossed(valued)[places]
    held = _buckets(valued, facts, places)
    found = bucket_effects(held)
    currency, row = np.nonzero(found.present & ~crossed)
    at = currency, row
    exact = [
        (row, valued.market.currencies.index(effect.currency), *effect[1:])
        for row in np.flatnonzero(crossed).tolist()
        for effect in _cut(facts[row].id, valued.days[-1])
    ]
    more = np.array(exact, dtype=np.float64).reshape(-1, 6)
    return EffectColumns(
        valued.market.currencies,
        np.concatenate((row, more[:, 0].astype(np.int64))),
        np.concatenate((currency, more[:, 1].astype(np.int64))),
        np.concatenate((found.local[at], more[:, 2])),
        np.concatenate((found.fx[at], more[:, 3])),
        np.concatenate((found.interaction[at], more[:, 4])),
        np.concatenate((found.error_bps[at], more[:, 5])),
    )


def _crossed(valued: ManyValued) -> Mask:
    """Who changed money on the last day, or traded a security in another currency than its own."""
    ledgers, market = valued.ledgers, valued.market
    days = market.days
    since = days[-2] if len(days) > 1 else days[-1] - 1
    today = ((ledgers.on_day > since) & (ledgers.on_day <= days[-1])) | (
        (ledgers.due_from > since) & (ledgers.due_from <= days[-1])
    )
    number = {key: place for place, key in enumerate(market.keys)}
    listed = np.array([number[key] for key in ledgers.securities] or [0], dtype=np.int64)
    codes = np.array(market.currencies, dtype="S3")
    own = codes[market.currency[listed]] if market.securities else codes[:1]
    foreign = (ledgers.security >= 0) & (own[np.maximum(ledgers.security, 0)] != ledgers.currency)
    found = np.zeros(len(ledgers.ids), dtype=bool)
    found[ledgers.owner[today & (foreign | ledgers.is_exchange)]] = True
    return found


def _buckets(valued: ManyValued, facts: Sequence[PortfolioFacts], places: Integers) -> Buckets:
    market, many = valued.market, valued.many
    base = [market.currencies.index(fact.base_currency) for fact in facts]
    shape = len(market.currencies), len(facts)
    new, old = np.zeros(shape), np.zeros(shape)
    for code in set(base):
        rows = np.flatnonzero(np.array(base) == code)
        rates, _, missing, _ = market.rate_pieces(code)
        now, then = rates[:, -1], rates[:, -2] if rates.shape[1] > 1 else rates[:, -1]
        # Where a currency is new or gone the other rate stands in, and multiplies nothing.
        gone = missing[:, -1], missing[:, -2] if rates.shape[1] > 1 else missing[:, -1]
        new[:, rows] = np.where(gone[0], then, now)[:, None]
        old[:, rows] = np.where(gone[1], now, then)[:, None]
    before, after = many.last[:, places, 0], many.last[:, places, 1]
    began_today = valued.first[places] == len(valued.days) - 1
    before = np.where(began_today, 0.0, before)
    entered, worth, inflow = np.zeros(shape), np.zeros(shape), np.zeros(len(facts))
    row_of = {place: row for row, place in enumerate(places.tolist())}
    last = len(valued.days) - 1
    for flow in valued.ledgers.flows:
        row = row_of.get(flow.place)
        if row is None or not flow.amount:
            continue
        if int(np.searchsorted(market.days, flow.on.toordinal())) == last:
            currency = market.currencies.index(flow.currency)
            entered[currency, row] += float(flow.amount)
            rate = flow.rate if flow.rate is not None and currency != base[row] else None
            worth[currency, row] += float(flow.amount) * (
                float(rate) if rate is not None else new[currency, row]
            )
    for place, row in row_of.items():
        inflow[row] = float(valued.flows.get((place, last), (ZERO, ZERO))[0])
    capital = (before * old).sum(axis=0) + inflow
    capital = np.where(np.isnan(many.returns[places, -1]), 0.0, capital)
    return Buckets(before, after, old, new, entered, worth, capital)


def _cut(portfolio_id: UUID, day: PackDay) -> list[CurrencyEffect]:
    """The effects of one portfolio's day from its booked ledger."""
    booked = book_ledger(Portfolio.objects.get(pk=portfolio_id), asof=day.day)
    days = valued_days(booked, day.day)
    if not days or days[-1].asof_date != day.day:
        return []
    return valued_effects(days[-2] if len(days) > 1 else None, days[-1])

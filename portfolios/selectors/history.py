"""The daily values of a portfolio: derived from ledger and packs, or read where they are stored.

Both ways give the same rows. The table is only used when it was made from the very ledger head,
settings and packs that are asked for; otherwise the days are valued anew, in memory. Rows that a
restatement ended stay beside their successors, so an old pack finds its old figures.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter, itemgetter

from patterns.canonical import content_hash
from portfolios.calc.closes import Closes
from portfolios.calc.entries import ZERO
from portfolios.calc.history import DayValue, value_history
from portfolios.calc.marks import in_shares_of, splits_among
from portfolios.calc.money import round_money
from portfolios.calc.replay import replay
from portfolios.calc.returns import ReturnSeries, day_return, history_returns
from portfolios.models import HistoryState, Portfolio
from portfolios.models.chain import genesis_hash
from portfolios.selectors.booked import Booked
from portfolios.selectors.kept_days import Stand, days_upto
from portfolios.selectors.kept_ledgers import kept_ledger
from portfolios.selectors.quotes import booked_closes
from portfolios.selectors.stored_days import HistoryDay, days_known_at

_DAY_AND_PACK = attrgetter("asof_date", "pack_id")


def valued_days(booked: Booked, start: date | None = None) -> tuple[DayValue, ...]:
    """Each pack's day since the first entry, valued; with `start`, from the day before it on."""
    began = booked.book.began
    if began is None:
        return ()
    days = [day for day in booked.market.packs if day >= began]
    if start is not None:
        days = days[max(0, bisect_left(days, start) - 1) :]
    if not days:
        return ()
    splits = splits_among(booked.book.accepted)
    marks = booked.market.marks(days[0])
    if splits:
        marks = {day: in_shares_of(day, seen, splits) for day, seen in marks.items()}
    return value_history(replay(booked.book.journal, days), marks)


def returns_of(days: tuple[DayValue, ...], *, whole: bool) -> ReturnSeries:
    """Daily returns; of a whole history the first day, which began from nothing, has one too."""
    base = days[0].asof_date - timedelta(days=1) if whole else None
    return history_returns(days, base)


def derived_history(booked: Booked, from_date: date | None = None) -> list[HistoryDay]:
    """The values that ledger and packs amount to from a day on."""
    closes = booked_closes(booked, from_date)
    if closes is not None:
        return list(_rows_at_once(booked, closes, from_date))
    return _rows_one_by_one(booked, from_date)


def _rows_at_once(booked: Booked, closes: Closes, from_date: date | None) -> Iterator[HistoryDay]:
    """The first of the days is the baseline, unless the history begins with it."""
    base, packs, head = booked.market.base_currency, booked.market.packs, booked.market.market_head
    whole = from_date is None or closes.days[0] >= from_date
    before, nothing = ZERO, round_money(ZERO, base)
    for place, (day, value, money, due, inflow, outflow, is_stale) in enumerate(closes):
        if place or whole:
            total, cash = round_money(value, base), round_money(money, base)
            yield HistoryDay(
                day,
                packs[day],
                total,
                total - cash,
                cash,
                round_money(due, base) if due else nothing,
                round_money(inflow, base) if inflow else nothing,
                round_money(outflow, base) if outflow else nothing,
                day_return(before, value, inflow, outflow),
                "stale" if is_stale else "exact",
                1.0,
                base,
                head,
            )
        before = value


def _rows_one_by_one(booked: Booked, from_date: date | None) -> list[HistoryDay]:
    """Days of which some are not whole."""
    days = valued_days(booked, from_date)
    if not days:
        return []
    whole = from_date is None or days[0].asof_date >= from_date
    series = returns_of(days, whole=whole)
    returns = dict(zip(series.dates, series.returns, strict=True))
    shown = days if whole else days[1:]
    packs, head = booked.market.packs, booked.market.market_head
    return [_row(day, packs[day.asof_date], returns[day.asof_date], head) for day in shown]


def history_rows(
    portfolio: Portfolio,
    *,
    asof: date,
    market_head: int,
    ledger_seq: int,
    booked: Booked | None = None,
) -> Sequence[HistoryDay]:
    """All daily values up to a day as they follow from one market head and one ledger head.

    `booked` is for whoever has the ledger up to them already, told in any currency. What is stored
    is in base currency; in another one every day is valued at its own rates.
    """
    booked = booked or kept_ledger(
        portfolio, upto_seq=ledger_seq, asof=asof, market_head=market_head
    )
    stands = booked.ledger_commit_hash or genesis_hash(portfolio.pk)
    told_in_base = booked.book.base_currency == portfolio.base_currency
    if told_in_base and _is_current(portfolio, stands):
        policy = portfolio.pricing_policy
        stand = Stand(portfolio.pk, stands, settings_fingerprint(portfolio), policy, market_head)
        rows = days_upto(stand, asof, lambda until: days_known_at(portfolio.pk, market_head, until))
        if [*map(_DAY_AND_PACK, rows)] == _expected(booked):
            return rows
    return derived_history(booked)


def series_of(rows: Sequence[HistoryDay]) -> ReturnSeries | None:
    """The returns of stored or derived rows; None for an empty history."""
    if not rows:
        return None
    return ReturnSeries(
        rows[0].asof_date - timedelta(days=1),
        tuple(map(attrgetter("asof_date"), rows)),
        tuple(map(attrgetter("time_weighted_return"), rows)),
    )


def settings_fingerprint(portfolio: Portfolio) -> str:
    """The policy settings as one hash; a history made under others does not hold."""
    return content_hash(portfolio.policy_settings())


def _is_current(portfolio: Portfolio, ledger_commit_hash: str) -> bool:
    return HistoryState.objects.filter(
        portfolio=portfolio,
        ledger_commit_hash=ledger_commit_hash,
        settings_hash=settings_fingerprint(portfolio),
    ).exists()


def _expected(booked: Booked) -> list[tuple[date, str]]:
    """Each day that has a live pack since the first entry, with its pack, in order."""
    began = booked.book.began
    packs = [*booked.market.packs.items()]
    return [] if began is None else packs[bisect_left(packs, began, key=itemgetter(0)) :]


def _row(day: DayValue, pack_id: str, earned: float | None, head: int) -> HistoryDay:
    base = day.marks.base_currency
    total, cash = _rounded(day.total_value, base), round_money(day.cash_balance, base)
    return HistoryDay(
        asof_date=day.asof_date,
        pack_id=pack_id,
        total_value=total,
        positions_value=None if total is None else total - cash,
        cash_balance=cash,
        receivable_balance=round_money(day.receivable_balance, base),
        inflow=_rounded(day.inflow, base),
        outflow=_rounded(day.outflow, base),
        time_weighted_return=earned,
        state=day.state,
        coverage=day.coverage,
        currency=base,
        from_head=head,
    )


def _rounded(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else round_money(amount, currency)

"""What a benchmark earned: a security, an index or a blend, as daily total returns (methods §3.6).

A member's close and its rate to base are known or not (NaN); a close is in the shares of its own
day. Between two closes that are known, with A the shares that one share has become,

    local = (A·(p1 + d)) / p0 − 1        fx = s1/s0 − 1        base = (1 + local)(1 + fx) − 1

where d is what went ex per share in between. A blend is bought at its target weights at a close,
drifts, and is bought anew at the first close of a rebalancing period's end at which every member
has a price. A member joins at the first rebalancing after its first close. Its weights at the
start of a day are the values of the close before; they sum to 1, and the weighted returns of the
members sum to the day's.

A day on which a held member has no price or rate has no return: None, and the member is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from portfolios.calc.returns import Floats, ReturnSeries

Rebalancing = Literal["never", "daily", "monthly", "quarterly", "yearly"]
Mask: TypeAlias = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.intp]
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True, slots=True)
class MemberCloses:
    """One member over n closes; each array has n elements.

    prices: close in its currency, NaN where unknown. rates: base per 1 unit of that currency, NaN
    where unknown. ratios: shares that one share of the close before has become (1 mostly).
    income: what a share of that day was paid since the close before, in the price's currency.
    """

    name: str
    prices: Floats
    rates: Floats
    ratios: Floats
    income: Floats


@dataclass(frozen=True, slots=True)
class BlendReturns:
    """`series` begins at the first purchase. The matrices have a row for each of its days and a
    column for each member: weights at the start of the day (0 for who is not in it), returns of
    the day (NaN for who is not in it, or not known). bought: of each row, the one of the first
    day after the last purchase, at whose start the weights are the target. missing: members
    without a price."""

    series: ReturnSeries
    weights: Floats
    local: Floats
    fx: Floats
    bought: Rows
    missing: tuple[str, ...]


def blend(
    days: Sequence[date],
    members: Sequence[MemberCloses],
    weights: Sequence[float] | None = None,
    rebalancing: Rebalancing = "never",
) -> BlendReturns | None:
    """The daily returns of a blend over ascending closes; None when nothing can ever be bought.

    weights: the target of each member, fractions that sum to 1; the blend then begins when all
    have a price. None shares equally among those that are listed by then. Raises ValueError when
    the weights do not sum to 1 or the arrays differ in length.
    """
    target = _target(members, weights)
    if any(len(one.prices) != len(days) for one in members):
        raise ValueError("each member needs a price, or NaN, for each day")
    paths = [_path(one) for one in members]
    index = np.column_stack([path.index for path in paths])
    known = np.isfinite(index)
    listed = np.logical_or.accumulate(known, axis=0)
    start = _first_close(known, listed, target)
    if start is None or start == len(days) - 1:
        return None
    held = _values(index, listed, target, _purchases(days, known, listed, rebalancing, start))
    total = np.where(np.isfinite(held.closing), held.closing, 0.0).sum(axis=1)
    unknown = held.inside & ~np.isfinite(held.closing)
    opening = np.where(np.isfinite(held.opening), held.opening, 0.0)
    unknown |= held.inside & ~np.isfinite(held.opening)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = opening / opening.sum(axis=1, keepdims=True)
        earned = total / opening.sum(axis=1) - 1.0
    broken = np.any(unknown, axis=1)
    returns = tuple(None if gap else float(one) for gap, one in zip(broken, earned, strict=True))
    rows = slice(start + 1, None)
    outside = ~held.inside
    local, fx = (
        np.column_stack([getattr(path, part) for path in paths])[rows] for part in ("local", "fx")
    )
    local[outside] = np.nan
    fx[outside] = np.nan
    return BlendReturns(
        series=ReturnSeries(days[start], tuple(days[rows]), returns),
        weights=shares,
        local=local,
        fx=fx,
        bought=held.bought,
        missing=tuple(
            one.name for one, gap in zip(members, np.any(unknown, axis=0), strict=True) if gap
        ),
    )


def sold_forward(returns: BlendReturns, forwards: Floats, hedge_ratio: float = 1.0) -> ReturnSeries:
    """The same blend with its currencies sold forward each close for the next one.

    forwards: F0/S0 − 1 of each day and member (0 in base currency), NaN where no rate is known;
    r + Σ w·η·(F0/S0 − S1/S0), methods §3.7. What is earned inside a day stays unhedged.
    """
    cover = hedge_ratio * (forwards - returns.fx)
    held = returns.weights > 0
    gain = np.where(held, returns.weights * cover, 0.0).sum(axis=1)
    found = tuple(
        None if one is None or not np.isfinite(more) else one + float(more)
        for one, more in zip(returns.series.returns, gain, strict=True)
    )
    return ReturnSeries(returns.series.base_date, returns.series.dates, found)


@dataclass(frozen=True, slots=True)
class _Path:
    """A member's wealth index in base, NaN where unknown, and the returns of each close."""

    index: Floats
    local: Floats
    fx: Floats


def _path(member: MemberCloses) -> _Path:
    shares = np.cumprod(member.ratios)
    worth = member.prices * shares
    paid = np.cumsum(member.income * shares)
    known = np.flatnonzero(np.isfinite(worth) & np.isfinite(member.rates))
    index, local, fx = (np.full(len(worth), np.nan) for _ in range(3))
    if not len(known):
        return _Path(index, local, fx)
    earlier, later = known[:-1], known[1:]
    up = (worth[later] + paid[later] - paid[earlier]) / worth[earlier]
    moved = member.rates[later] / member.rates[earlier]
    index[known] = np.concatenate(([1.0], np.cumprod(up * moved)))
    next_day = later - earlier == 1
    local[later[next_day]] = up[next_day] - 1.0
    fx[later[next_day]] = moved[next_day] - 1.0
    return _Path(index, local, fx)


def _target(members: Sequence[MemberCloses], weights: Sequence[float] | None) -> Floats | None:
    if not members:
        raise ValueError("a benchmark has at least one member")
    if weights is None:
        return None
    found = np.asarray(weights, dtype=np.float64)
    if len(found) != len(members) or abs(float(found.sum()) - 1.0) > 1e-9:
        raise ValueError("each member needs a weight, and the weights sum to 1")
    return found


def _first_close(known: Mask, listed: Mask, target: Floats | None) -> int | None:
    """The first close at which the blend can be bought."""
    ready = np.all(known, axis=1) if target is not None else _whole(known, listed)
    found = np.flatnonzero(ready)
    return int(found[0]) if len(found) else None


def _whole(known: Mask, listed: Mask) -> Mask:
    """Closes at which every member listed by then has a price, and one is listed."""
    ready: Mask = np.any(listed, axis=1) & np.all(known | ~listed, axis=1)
    return ready


def _purchases(
    days: Sequence[date], known: Mask, listed: Mask, rebalancing: Rebalancing, start: int
) -> list[int]:
    """The closes at which the blend is bought at its target, the first included."""
    if rebalancing == "never":
        return [start]
    ready = _whole(known, listed)
    found, due = [start], False
    for close in range(start + 1, len(days) - 1):
        due = due or _ends_period(days[close], days[close + 1], rebalancing)
        if due and ready[close]:
            found.append(close)
            due = False
    return found


def _ends_period(day: date, following: date, rebalancing: Rebalancing) -> bool:
    if rebalancing == "daily":
        return True
    months = MONTHS[rebalancing]
    return _period(day, months) != _period(following, months)


def _period(day: date, months: int) -> int:
    return (day.year * 12 + day.month - 1) // months


@dataclass(frozen=True, slots=True)
class _Held:
    """Values of each day's members at its start and end, per unit bought at the last purchase,
    and the row of the first day after that."""

    opening: Floats
    closing: Floats
    inside: Mask
    bought: Rows


def _values(index: Floats, listed: Mask, target: Floats | None, purchases: Sequence[int]) -> _Held:
    """A row for each day after the first purchase."""
    openings, closings, insides, firsts = [], [], [], []
    ends = [*purchases[1:], len(index) - 1]
    for bought, end in zip(purchases, ends, strict=True):
        inside = listed[bought]
        weights = target if target is not None else inside / inside.sum()
        with np.errstate(invalid="ignore"):
            values = weights * index[bought : end + 1] / index[bought]
        openings.append(values[:-1])
        closings.append(values[1:])
        insides.append(np.tile(inside & (weights > 0), (end - bought, 1)))
        firsts.append(np.full(end - bought, bought - purchases[0]))
    return _Held(
        np.vstack(openings), np.vstack(closings), np.vstack(insides), np.concatenate(firsts)
    )

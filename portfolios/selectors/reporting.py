"""In which currencies a portfolio can be told, and the one that a reader asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from market.calc.fx import PIVOTS, convert_path
from market.selectors import PackView
from patterns.context import Context
from patterns.exceptions import InputsInvalid
from portfolios.selectors.packs import pack_view


def reporting_currencies(ctx: Context, base: str) -> tuple[str, ...]:
    """The base currency, and every other that the context's pack has a rate to; by name."""
    if ctx.pricing_pack_id is None:
        return (base,)
    return _reached(_Question(ctx.pricing_pack_id, ctx.pack_hash or "", base, pack_view(ctx)))


@dataclass(frozen=True)
class _Question:
    """What the pack holds is told by its hash."""

    pack_id: str
    pack_hash: str
    base: str
    view: PackView = field(compare=False, repr=False)


@lru_cache(maxsize=64)
def _reached(asked: _Question) -> tuple[str, ...]:
    """A sealed pack never changes, so what it leads to is remembered in the process."""
    base, rates = asked.base, asked.view.rate_table
    quoted = {code for pair in rates for code in pair} | {base, *PIVOTS}
    found = {code for code in quoted if convert_path(rates, base, code).rate is not None}
    return tuple(sorted(found))


def reporting_currency(ctx: Context, base: str, asked: str | None) -> str:
    """The currency that was asked for, by default the base.

    Raises InputsInvalid where the pack of the day has no rate to it: then no figure of that day
    could be told in it. Days before it without a rate are withheld, each by its own name.
    """
    if asked in {None, "", base}:
        return base
    known = reporting_currencies(ctx, base)
    if asked in known:
        return str(asked)
    shown = str(asked)[:20]
    message = f"{ctx.pricing_pack_id} has no rate from {base} to {shown!r}."
    mistake = {
        "field": "currency",
        "value": shown,
        "reason": "not_a_choice",
        "message": message,
        "remedy": f"Ask for one of {', '.join(known)}.",
    }
    raise InputsInvalid(
        message,
        suggestion=mistake["remedy"],
        details={"reason": "not_a_choice", "errors": [mistake]},
    )

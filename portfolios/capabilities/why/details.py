"""Why the figures of one holding and of its entries are what they are."""

from __future__ import annotations

from decimal import Decimal

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import FACT, SUM, Explanation, Formula
from patterns.results import Figure, MoneyFigure
from portfolios.calc.entries import ZERO, Entry
from portfolios.capabilities.position_details import (
    NamedEntries,
    OneSecurity,
    SomeEntries,
    get_position_details,
    get_transaction_history,
    named_entries,
)
from portfolios.capabilities.why.facts import entry_source, of_entry, of_figure
from portfolios.capabilities.why.held import REALIZED_RULE, Held, realized
from portfolios.capabilities.why.holdings import of_closure
from portfolios.selectors.standing import Standing, standing

ENTRY_RULE = "booking.2"
WORDS = {"quantity": "shares moved by", "total": "cash moved by"}


@explains("get_position_details")
def why_details(ctx: Context, args: OneSecurity, path: Path) -> Explanation | None:
    """Worth opens into lots, price and rate; cost and results into lots and disposals."""
    now = standing(ctx, args.portfolio_id)
    found = get_position_details(ctx, args)
    figure = getattr(found, path[0], None) if len(path) == 1 else None
    if not isinstance(figure, Figure):
        return None
    (name,) = path
    held = [one for one in now.valuation.positions if one.security == args.security_id]
    if held:
        return Held(now, held, found).figure(name)
    if name == "realized_pnl":
        return realized(now, args.security_id, found)
    nothing = Formula("sum", "nothing of it is held")
    return of_figure(figure, name.replace("_", " "), nothing)


@explains("get_transaction_history")
def why_entries(ctx: Context, args: SomeEntries, path: Path) -> Explanation | None:
    """What an entry states is a fact; what it realised opens into the lots that it closed."""
    now = standing(ctx, args.portfolio_id)
    found = get_transaction_history(ctx, args)
    named = named_entries(now, args.security_id, ctx.asof_date or now.pack_date)
    match path:
        case ("count",):
            return of_figure(
                found.count,
                "entries that name it and are not reversed",
                Formula("sum", "one each"),
                lambda: [
                    of_entry(now.portfolio.pk, one, Decimal(1), "count") for one in named.newest
                ],
                rule=ENTRY_RULE,
            )
        case ("entries", number, name) if int(number) < len(found.entries):
            figure = getattr(found.entries[int(number)], name, None)
            if isinstance(figure, Figure):
                return _of_entry(now, named.newest[int(number)], named, name, figure)
    return None


def _of_entry(
    now: Standing, entry: Entry, named: NamedEntries, name: str, figure: Figure
) -> Explanation:
    if isinstance(figure, MoneyFigure) and name == "realized_pnl":
        return _realized(now, entry, named, figure)
    source = entry_source(now.portfolio.pk, entry.seq)
    what = WORDS.get(name, f"{name} of".replace("_", " "))
    return of_figure(figure, f"{what} entry {entry.seq}", FACT, source=source)


def _realized(now: Standing, entry: Entry, named: NamedEntries, figure: MoneyFigure) -> Explanation:
    """The lots that an entry closed; one that closes none realises nothing."""
    closed = named.closed[entry.seq]

    def disposals() -> Explanation:
        return Explanation(
            label=f"lots that entry {entry.seq} closed",
            value=sum((one.realized_pnl or ZERO for one in closed), ZERO),
            unit="money",
            currency=figure.currency,
            formula=SUM,
            parts=lambda: [of_closure(now, one) for one in closed],
            rule=REALIZED_RULE,
        )

    return of_figure(
        figure,
        f"realised by entry {entry.seq}",
        Formula("rounded", "each lot that it closed, rounded once"),
        lambda: [disposals()],
        rule=REALIZED_RULE,
    )

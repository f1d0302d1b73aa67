"""What is held on a day by anybody, for whoever asks the market to price it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from django.db.models import Q, QuerySet

from market.calc.completeness import Required
from portfolios.models import CashBalance, Lot, Portfolio, Transaction

Spans = dict[tuple[str, str], set[tuple[date, date]]]


def held_between(policy: str, start: date, end: date) -> Callable[[date], Required]:
    """What the portfolios of a policy hold on each day of a span, in three queries.

    A lot is held from its acquisition to the day before it is closed. The currencies are those of
    what is held, of cash, and the base currencies that all of it is turned into.
    """
    spans = _spans(Lot.objects.filter(portfolio__pricing_policy=policy), start, end)
    always = _currencies(policy)

    def on(day: date) -> Required:
        held = _held(spans, day)
        currencies = {currency for _, currency in held}
        return Required(
            frozenset(listing for listing, _ in held),
            frozenset(currencies | always if held else currencies),
        )

    return on


def held_by(portfolio: Portfolio, start: date, end: date) -> Callable[[date], Required]:
    """The same of one portfolio. Its currencies are all that its ledger has ever named: a rate
    may have decided an amount that was spent since."""
    spans = _spans(Lot.objects.filter(portfolio=portfolio), start, end)
    entries = Transaction.objects.filter(portfolio=portfolio).order_by()
    named = {
        code for pair in entries.values_list("currency", "to_currency").distinct() for code in pair
    }
    always = frozenset({portfolio.base_currency, *named} - {""})

    def on(day: date) -> Required:
        held = _held(spans, day)
        return Required(frozenset(key for key, _ in held), always | {code for _, code in held})

    return on


def held_on(policy: str, day: date) -> Required:
    return held_between(policy, day, day)(day)


def _held(spans: Spans, day: date) -> list[tuple[str, str]]:
    return [key for key, found in spans.items() if any(a <= day < b for a, b in found)]


def _spans(lots: QuerySet[Lot], start: date, end: date) -> Spans:
    """By listing and its currency, the days from which and up to which lots of it were open."""
    open_then = Q(closed_date__isnull=True) | Q(closed_date__gt=start)
    rows = (
        lots.filter(open_then, acquisition_date__lte=end)
        .order_by()
        .values_list(
            "security__symbol",
            "security__exchange",
            "security__price_basis",
            "security__currency",
            "acquisition_date",
            "closed_date",
        )
        .distinct()
    )
    spans: Spans = defaultdict(set)
    for *names, currency, opened, closed in rows:
        spans[".".join(names), currency].add((opened, closed or date.max))
    return spans


def _currencies(policy: str) -> set[str]:
    bases = Portfolio.objects.filter(pricing_policy=policy).order_by().values_list("base_currency")
    cash = CashBalance.objects.filter(portfolio__pricing_policy=policy).order_by()
    return {code for (code,) in bases.distinct().union(cash.values_list("currency").distinct())}

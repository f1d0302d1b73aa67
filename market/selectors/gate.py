"""What the gate knows of listings and pairs before it looks at a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from market.calc.gate import Quote, Subject, subject_of
from market.calc.quote_units import in_currency
from market.calc.quotes import PriceQuote
from market.exceptions import DateRangeInvalid
from market.models import CorporateAction, FxObservation, PriceObservation, Security
from market.selectors.actions import RATIOS, live_actions
from market.selectors.calendars import FIRST_DAY, LAST_DAY, sessions

Values = list[tuple[date, Decimal]]


def subjects(quotes: Sequence[Quote]) -> dict[str, Subject]:
    """Of everything a batch speaks of and the house knows; in a bounded number of queries."""
    if not quotes:
        return {}
    first = min(quote.observed_on for quote in quotes)
    last = max(quote.available_at for quote in quotes).date()
    wanted = {subject_of(quote) for quote in quotes if isinstance(quote, PriceQuote)}
    pairs = {subject_of(q): q for q in quotes if not isinstance(q, PriceQuote)}
    return _listings(wanted, first, last) | {
        name: Subject(
            units=frozenset({pair.quote_currency}),
            values=_rates(pair.base_currency, pair.quote_currency, first),
            sessions=_opened("XNYS", first, last),
        )
        for name, pair in pairs.items()
    }


def _listings(wanted: Iterable[str], first: date, last: date) -> dict[str, Subject]:
    symbols = {key.rsplit(".", 2)[0] for key in wanted}
    found = [it for it in Security.objects.listed(symbols) if it.key in set(wanted)]
    ids = [security.pk for security in found]
    values = _closes(ids, first)
    actions: dict[UUID, list[CorporateAction]] = defaultdict(list)
    for action in live_actions(ids, upto=last):
        actions[action.security_id].append(action)
    opened: dict[str, Sequence[date]] = {}
    for exchange in {security.exchange for security in found}:
        opened[exchange] = _opened(exchange, first, last)
    return {
        security.key: Subject(
            units=frozenset({security.currency, security.quoted_in}),
            values=values[security.pk],
            splits=_splits(actions[security.pk]),
            reorganised=[it.ex_date for it in actions[security.pk] if not _harmless(it)],
            sessions=opened[security.exchange],
        )
        for security in found
    }


def _splits(actions: Iterable[CorporateAction]) -> list[tuple[date, Decimal]]:
    return [
        (action.ex_date, action.new_shares / action.old_shares)
        for action in actions
        if action.action_type in RATIOS and action.new_shares and action.old_shares
    ]


def _harmless(action: CorporateAction) -> bool:
    """Whether a price that moves a lot at its ex-date still needs an explanation."""
    return action.action_type in (*RATIOS, CorporateAction.Type.DIVIDEND)


def _closes(ids: Sequence[UUID], first: date) -> Mapping[UUID, Values]:
    """The last accepted close before the batch and all since, the newest word on each day."""
    newest = Window(RowNumber(), partition_by=[F("security_id")], order_by=F("observed_on").desc())
    before = PriceObservation.objects.filter(security__in=ids, observed_on__lt=first)
    days = before.annotate(place=newest).filter(place=1).values_list("pk", flat=True)
    rows = PriceObservation.objects.filter(pk__in=list(days)) | PriceObservation.objects.filter(
        security__in=ids, observed_on__gte=first
    )
    found: dict[UUID, dict[date, Decimal]] = defaultdict(dict)
    seen = rows.order_by("observed_on", "available_at", "pk")
    for pk, day, close, unit in seen.values_list("security_id", "observed_on", "close", "currency"):
        found[pk][day] = in_currency(close, unit)
    return defaultdict(list, {pk: sorted(values.items()) for pk, values in found.items()})


def _rates(base: str, quote: str, first: date) -> Values:
    seen = FxObservation.objects.filter(base_currency=base, quote_currency=quote)
    before = seen.filter(observed_on__lt=first).order_by("-observed_on", "-available_at")[:1]
    since = seen.filter(observed_on__gte=first).order_by("observed_on", "available_at", "pk")
    found = dict(before.values_list("observed_on", "rate"))
    found.update(since.values_list("observed_on", "rate"))
    return sorted(found.items())


def _opened(exchange: str, first: date, last: date) -> Sequence[date]:
    """Weekdays where nobody knows the calendar."""
    start, end = max(first, FIRST_DAY), min(last, LAST_DAY)
    if start > end:
        return ()
    try:
        return sessions(exchange, start, end)
    except DateRangeInvalid:
        span = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
        return tuple(day for day in span if day.weekday() < 5)

"""From a document to its answer: book it, value it, measure it.

The order. What the document says of cross-currency trades is completed from its table; booking
turns the entries up to `asof` into lots, closures and a journal; the journal gives every close of
the period and its flows; what is not known stays None and is named. A missing price never touches
costs or realised results. Nothing is read or kept elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from portfolios.calc.booking import book
from portfolios.calc.entries import ZERO, Entry, EntryType, Problem
from portfolios.calc.evaluation.activity import Activity, activity
from portfolios.calc.evaluation.cash_fx import cash_fx_pnl, in_base
from portfolios.calc.evaluation.completing import completed
from portfolios.calc.evaluation.day_values import day_closes
from portfolios.calc.evaluation.document import Document, Finding, as_finding
from portfolios.calc.evaluation.flows import Flow, Worth, flows_of
from portfolios.calc.evaluation.performance import Performance, performance
from portfolios.calc.evaluation.quotes import Quotes, splits_of
from portfolios.calc.evaluation.rates import Rates
from portfolios.calc.evaluation.standing import Holding, holdings, missing_rate
from portfolios.calc.evaluation.whereabouts import placed
from portfolios.calc.lots import Book, Closure, Lot
from portfolios.calc.money import total

ACCOUNT_TRADES = frozenset(
    {
        EntryType.BUY,
        EntryType.SELL,
        EntryType.SHORT_SALE,
        EntryType.COVER,
        EntryType.DELIVERY_IN,
        EntryType.DELIVERY_OUT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything about a document's period, unrounded. None is not known; a finding says why.

    money: cash and receivables at the end, in base. open_lots: in the accounts that hold their
    shares. closures: those of the period.
    """

    document: Document
    book: Book
    rates: Rates
    holdings: tuple[Holding, ...]
    open_lots: tuple[Lot, ...]
    closures: tuple[Closure, ...]
    activity: Activity
    money: Decimal | None
    cash_fx_pnl: Decimal | None
    net_external_flows: Decimal | None
    performance: Performance
    findings: tuple[Finding, ...]

    @property
    def total_value(self) -> Decimal | None:
        """Positions and money; None when either is not known."""
        return total([*(held.market_value for held in self.holdings), self.money])


def evaluate(document: Document) -> Evaluation:
    """Evaluate a document under its own policy. Raises nothing for whatever entries it holds."""
    rates = Rates(document.pairs, document.base_currency)
    entries = [completed(entry, rates) for entry in document.entries]
    booked = _booked(document, entries, rates)
    quotes = Quotes(document.closes, splits_of(booked.accepted), document.policy.max_price_age_days)
    worth = Worth(booked.accepted, rates, quotes)
    start = _baseline(document, booked)
    period = (start, document.asof)
    tracked = document.policy.cash_tracked
    flows, by_day = flows_of(booked.journal, worth, cash_tracked=tracked)
    within = [flow for flow in flows if flow.on > start]
    closes = day_closes(
        booked.journal,
        by_day,
        (quotes, rates, document.currencies),
        period,
        cash_tracked=tracked,
    )
    measured, unmeasured = performance(closes, within, document.policy.flow_timing)
    closures = _closures(booked, period)
    happened = activity(booked, closures, worth, period)
    lots = placed(booked)
    held, unpriced = holdings(document, booked, lots, (quotes, rates), happened.by_place)
    money, unconverted = _money(document, booked, rates)
    return Evaluation(
        document=document,
        book=booked,
        rates=rates,
        holdings=tuple(held),
        open_lots=lots,
        closures=tuple(closures),
        activity=happened,
        money=money,
        cash_fx_pnl=cash_fx_pnl(booked.journal, worth, rates, period) if tracked else ZERO,
        net_external_flows=total(flow.base for flow in within),
        performance=measured,
        findings=_findings(
            document, booked.problems, [*_unvalued(within), *unpriced, *unconverted, *unmeasured]
        ),
    )


def _booked(document: Document, entries: Iterable[Entry], rates: Rates) -> Book:
    """The book up to the last day, its journal made once because it is read five times."""
    found = book(entries, document.policy.booking, rates.to_base, asof=document.asof)
    return replace(found, journal=tuple(found.journal))


def _baseline(document: Document, booked: Book) -> date:
    """The day whose close the period is measured from: as asked, else before the first entry."""
    if document.period_start is not None:
        return document.period_start
    first = booked.journal[0].on if booked.journal else document.asof
    return min(first, document.asof) - timedelta(days=1)


def _closures(booked: Book, period: tuple[date, date]) -> list[Closure]:
    """The closures of a period, each in the account that sold (or covered)."""
    sellers = {
        entry.seq: entry.account for entry in booked.accepted if entry.entry_type in ACCOUNT_TRADES
    }
    return [
        one._replace(account=sellers.get(one.close_seq, one.account))
        for one in booked.closures
        if period[0] < one.close_date <= period[1]
    ]


def _money(document: Document, booked: Book, rates: Rates) -> tuple[Decimal | None, list[Finding]]:
    """Cash and receivables in base, and the currencies that cannot be converted."""
    if not document.policy.cash_tracked:
        return ZERO, []
    local: dict[str, Decimal] = {}
    for (_, currency), amount in booked.cash.items():
        local[currency] = local.get(currency, ZERO) + amount
    for owed in booked.receivables:
        local[owed.currency] = local.get(owed.currency, ZERO) + owed.amount
    unknown = [
        missing_rate(currency, document.base_currency, document.asof)
        for currency, amount in local.items()
        if amount and rates.to_base(currency, document.asof) is None
    ]
    return in_base(local, rates, document.asof), unknown


def _unvalued(flows: list[Flow]) -> list[Finding]:
    return [
        Finding(
            "missing_price",
            flow.seq if flow.seq > 0 else None,
            "net_amount",
            f"What crossed the border on {flow.on} has no worth: no amount is stated and no "
            "price or rate is known.",
            "State net_amount, or give the price and the rate of that day.",
        )
        for flow in flows
        if flow.base is None
    ]


def _findings(
    document: Document, problems: tuple[Problem, ...], further: list[Finding]
) -> tuple[Finding, ...]:
    """The document's own, then booking's, then what could not be computed; each once."""
    booked = [as_finding(problem, document.first_seq) for problem in problems]
    return tuple(dict.fromkeys([*document.findings, *booked, *further]))

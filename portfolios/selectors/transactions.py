"""A stretch of the ledger for a reader: filtered, newest first, in a stable order.

A page is found by the entry it starts behind, never by counting: a request costs the same in a
ledger of a hundred entries and of a hundred thousand. Days are indexed; every other filter looks
at no more than `SCAN` entries and says where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from market.models import Security
from portfolios.models import EntryType, Transaction
from portfolios.selectors.ledger import Head, ledger_head
from portfolios.selectors.page_rows import LedgerRow, read_rows, with_names

PAGE_SIZE = 50
MAX_PAGE_SIZE = 500
SHORT_LOOK = 4_000
SCAN = 20_000
ORDER = ("-transaction_date", "-seq")
UPWARDS = ("transaction_date", "seq")
REVERSED = (("", "Shown, struck through"), ("hide", "Hidden"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionFilter:
    """What a reader asks for; an empty field asks for everything."""

    entry_type: str = ""
    symbol: str = ""
    account: str = ""
    start: date | None = None
    end: date | None = None
    text: str = ""
    import_run: int | None = None
    reversed: str = ""

    @property
    def is_empty(self) -> bool:
        return self == TransactionFilter()

    @property
    def scans(self) -> bool:
        """Whether entries must be looked at one by one, rather than found by their day."""
        said = (self.entry_type, self.symbol, self.account, self.text, self.reversed)
        return any(said) or self.import_run is not None


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands in the order of days: what a page starts behind."""

    day: date
    seq: int

    def __str__(self) -> str:
        return f"{self.day}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises ValueError for what is no place."""
        day, _, seq = text.partition(".")
        number = int(seq)
        if not 0 <= number < 2**31:
            raise ValueError(text)
        return cls(date.fromisoformat(day), number)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """`newer` and `older` are where the neighbouring pages start; None at the ends.

    `count` is how many entries match, when that costs nothing to know; `head` the ledger's head,
    when it was read for that. `searched_to` is the day at which a search stopped with more of the
    ledger behind it.
    """

    entries: tuple[LedgerRow, ...]
    newer: Place | None
    older: Place | None
    count: int | None
    searched_to: date | None = None
    head: Head | None = None

    @property
    def accounts(self) -> frozenset[str]:
        return frozenset(entry.account for entry in self.entries)


def transactions_page(
    portfolio_id: UUID,
    wanted: TransactionFilter | None = None,
    *,
    before: Place | None = None,
    after: Place | None = None,
    page_size: int = PAGE_SIZE,
) -> LedgerPage:
    """The newest matching entries, those older than `before`, or those next newer than `after`."""
    wanted = wanted or TransactionFilter()
    size = min(max(page_size, 1), MAX_PAGE_SIZE)
    if after is not None:
        return _newer(portfolio_id, wanted, after, size)
    days = _of_days(portfolio_id, wanted)
    if before is not None:
        days = days.filter(_older_than(before))
    found, edge = _found(days, wanted, size)
    entries = with_names(portfolio_id, found[:size])
    more = len(found) > size
    stopped = not more and edge is not None
    older = _place(entries[-1]) if more else edge
    newer = _place(entries[0]) if before is not None and entries else None
    whole = before is None and older is None
    head = ledger_head(portfolio_id) if wanted.is_empty and not whole else None
    # One page of matches counts itself. Numbers have no gaps: the newest is the count of all.
    known = head.seq if head is not None else None
    return LedgerPage(
        entries=entries,
        newer=newer,
        older=older,
        count=len(entries) if whole else known,
        head=head,
        searched_to=edge.day if stopped and edge is not None else None,
    )


def ledger_symbols(portfolio_id: UUID) -> list[str]:
    """Symbols that occur in the ledger, for the filter's list."""
    named = Transaction.objects.filter(portfolio_id=portfolio_id, security=OuterRef("pk"))
    found = Security.objects.filter(Exists(named)).order_by("symbol").distinct()
    return list(found.values_list("symbol", flat=True))


def _newer(portfolio_id: UUID, wanted: TransactionFilter, after: Place, size: int) -> LedgerPage:
    """The page before, read upwards. At the top it is filled up from the newest entry on."""
    days = _of_days(portfolio_id, wanted).filter(_newer_than(after))
    found, edge = _found(days, wanted, size, upwards=True)
    if len(found) <= size and edge is None:
        return transactions_page(portfolio_id, wanted, page_size=size)
    entries = with_names(portfolio_id, found[:size][::-1])
    newer = _place(entries[0]) if len(found) > size else edge
    older = _place(entries[-1]) if entries else after
    return LedgerPage(entries=entries, newer=newer, older=older, count=None)


def _of_days(portfolio_id: UUID, wanted: TransactionFilter) -> QuerySet[Transaction]:
    rows = Transaction.objects.filter(portfolio_id=portfolio_id)
    if wanted.start is not None:
        rows = rows.filter(transaction_date__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.filter(transaction_date__lte=wanted.end)
    return rows


def _found(
    days: QuerySet[Transaction], wanted: TransactionFilter, size: int, *, upwards: bool = False
) -> tuple[list[LedgerRow], Place | None]:
    """The first entries that match, one more than a page holds; and at which entry the search
    stopped, None at the end of the ledger. A short look fills most pages, and only a rare match
    is worth the long one."""
    order = UPWARDS if upwards else ORDER
    within = _older_than if upwards else _newer_than
    matching = _matching(days, wanted).order_by(*order)
    if not wanted.scans:
        return read_rows(matching[: size + 1]), None
    edge = _edge(days.order_by(*order), SHORT_LOOK)
    if edge is not None:
        found = read_rows(matching.filter(within(edge, inclusive=True))[: size + 1])
        if len(found) > size:
            return found, edge
        edge = _edge(days.order_by(*order), SCAN)
    rows = matching if edge is None else matching.filter(within(edge, inclusive=True))
    return read_rows(rows[: size + 1]), edge


def _edge(days: QuerySet[Transaction], scan: int) -> Place | None:
    """The last entry of those that may be looked at; None when the ledger ends before it."""
    places = days.values_list("transaction_date", "seq")
    found = list(places[scan - 1 : scan + 1])
    return Place(*found[0]) if len(found) == 2 else None


def _matching(rows: QuerySet[Transaction], wanted: TransactionFilter) -> QuerySet[Transaction]:
    if wanted.entry_type:
        rows = rows.filter(entry_type=wanted.entry_type)
    if wanted.symbol:
        of = list(
            Security.objects.filter(symbol=wanted.symbol.upper()).values_list("pk", flat=True)
        )
        rows = rows.filter(Q(security__in=of) | Q(to_security__in=of))
    if wanted.account:
        account = wanted.account
        rows = rows.filter(Q(account=account) | Q(cash_account=account) | Q(to_account=account))
    if wanted.import_run is not None:
        rows = rows.filter(import_run=wanted.import_run)
    if wanted.reversed == "hide":
        undone = Transaction.objects.filter(reverses=OuterRef("pk"))
        rows = rows.exclude(entry_type=EntryType.REVERSAL).exclude(Exists(undone))
    return rows.filter(_mentions(wanted.text)) if wanted.text else rows


def _mentions(text: str) -> Q:
    """Names are looked up among the securities first: they are few, entries are many."""
    named = Security.objects.filter(Q(symbol__icontains=text) | Q(name__icontains=text))
    of = list(named.values_list("pk", flat=True))
    said = Q(narration__icontains=text) | Q(external_id__icontains=text)
    return said | Q(security__in=of) if of else said


def _place(entry: LedgerRow) -> Place:
    return Place(entry.transaction_date, entry.seq)


def _older_than(place: Place, *, inclusive: bool = False) -> Q:
    """The first condition alone is what the index of days is entered by."""
    seq = Q(seq__lte=place.seq) if inclusive else Q(seq__lt=place.seq)
    return Q(transaction_date__lte=place.day) & (Q(transaction_date__lt=place.day) | seq)


def _newer_than(place: Place, *, inclusive: bool = False) -> Q:
    seq = Q(seq__gte=place.seq) if inclusive else Q(seq__gt=place.seq)
    return Q(transaction_date__gte=place.day) & (Q(transaction_date__gt=place.day) | seq)

"""One entry of the ledger with everything that follows from it, for its own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch

from accounts.selectors import authors
from portfolios.exceptions import EntryNotFound
from portfolios.models import EntryType, Lot, LotClosure, Transaction

# What an entry may say, in the order of reading: column, label, format.
COLUMNS = (
    ("transaction_date", "Date", "date"),
    ("settlement_date", "Settlement", "date"),
    ("ex_date", "Ex-date", "date"),
    ("pay_date", "Pay date", "date"),
    ("account", "Account", "text"),
    ("cash_account", "Cash account", "text"),
    ("to_account", "To account", "text"),
    ("quantity", "Quantity", "quantity"),
    ("price", "Price", "price"),
    ("gross_amount", "Gross amount", "money"),
    ("fees", "Fees", "money"),
    ("taxes", "Taxes", "money"),
    ("net_amount", "Net amount", "money"),
    ("fx_rate", "Recorded rate", "rate"),
    ("security_currency", "Currency of the security", "text"),
    ("gross_amount_security", "Gross in that currency", "money"),
    ("settlement_fx_rate", "Actual rate", "rate"),
    ("to_amount", "Brings in", "money"),
    ("new_shares", "New shares", "quantity"),
    ("old_shares", "for old shares", "quantity"),
    ("to_price", "Price of the new shares", "price"),
    ("cost_fraction", "Share of cost that moves", "rate"),
    ("cost_basis", "Cost taken over", "money"),
    ("treatment", "Treatment", "text"),
    ("jurisdiction", "Jurisdiction", "text"),
    ("lot_label", "Lot's name", "text"),
    ("holding_start", "Held since", "date"),
    ("narration", "Note", "text"),
    ("external_id", "Source's identifier", "text"),
    ("link_id", "Link", "text"),
)
CURRENCY_OF = {
    "price": "price_currency",
    "to_amount": "to_currency",
    "gross_amount_security": "security_currency",
}
LEFT_OUT = frozenset({"", None, Decimal(0)})


@dataclass(frozen=True, slots=True)
class Fact:
    """One column with its label, ready to be shown in its format."""

    label: str
    value: Decimal | date | str
    format: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class CashMove:
    """Money that an entry moves, and the day it does. Out of the account is negative."""

    account: str
    currency: str
    amount: Decimal
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """The entry, what it says, and what it did to lots and cash. A reversed entry did nothing."""

    entry: Transaction
    facts: tuple[Fact, ...]
    import_row: int | None
    opened: tuple[Lot, ...]
    closed: tuple[LotClosure, ...]
    cash: tuple[CashMove, ...]
    legs: tuple[Transaction, ...]

    @property
    def stands(self) -> bool:
        return self.entry.entry_type != EntryType.REVERSAL and self.entry.reversal is None


def entry_page(portfolio_id: UUID, seq: int) -> EntryPage:
    """Raises EntryNotFound."""
    entry = find_entry(portfolio_id, seq)
    closures = LotClosure.objects.filter(close_entry=entry).order_by("id")
    return EntryPage(
        entry=entry,
        facts=facts_of(entry),
        import_row=_import_row(entry),
        opened=tuple(Lot.objects.filter(open_entry=entry).order_by("id")),
        closed=tuple(closures.select_related("lot__open_entry", "lot__security")),
        cash=cash_moves(entry),
        legs=_legs(entry),
    )


def find_entry(portfolio_id: UUID, seq: int) -> Transaction:
    """The entry of a number with all it names. Raises EntryNotFound."""
    rows = Transaction.objects.filter(portfolio_id=portfolio_id, seq=seq)
    named = ("security", "to_security", "reverses", "reversed_by", "import_run", "corporate_action")
    written = rows.select_related(*named).prefetch_related(Prefetch("created_by", authors()))
    entry = written.first()
    if entry is None:
        raise EntryNotFound(portfolio_id, seq)
    return entry


def facts_of(entry: Transaction) -> tuple[Fact, ...]:
    """Every column that says something."""
    found = []
    for name, label, shown_as in COLUMNS:
        display = getattr(entry, f"get_{name}_display", None)
        value = display() if display else getattr(entry, name)
        if value not in LEFT_OUT:
            currency = getattr(entry, CURRENCY_OF.get(name, "currency"))
            found.append(Fact(label, value, shown_as, currency))
    return tuple(found)


def cash_moves(entry: Transaction) -> tuple[CashMove, ...]:
    """A dividend pays on its pay date; two legs where money changes its currency or account."""
    on = entry.pay_date or entry.transaction_date
    account = entry.cash_account or entry.account
    moves = []
    if entry.net_amount:
        moves.append(CashMove(account, entry.currency, entry.net_amount, on))
    arriving = entry.to_amount
    if arriving is None and entry.entry_type == EntryType.CASH_TRANSFER:
        arriving = abs(entry.net_amount)
    if arriving:
        currency = entry.to_currency or entry.currency
        moves.append(CashMove(entry.to_account or account, currency, arriving, on))
    return tuple(moves)


def _legs(entry: Transaction) -> tuple[Transaction, ...]:
    """The other entries of a transfer, in whatever portfolio of the reader's they stand."""
    if not entry.link_id:
        return ()
    linked = Transaction.objects.filter(link_id=entry.link_id).exclude(pk=entry.pk)
    return tuple(linked.select_related("portfolio", "security").order_by("portfolio", "seq")[:20])


def _import_row(entry: Transaction) -> int | None:
    """Where in its file the entry stood, as its run remembers: [number, row, count] each."""
    if entry.import_run is None:
        return None
    for seq, row, count in entry.import_run.report.get("rows", ()):
        if 0 <= entry.seq - seq < count:
            return int(row + entry.seq - seq)
    return None

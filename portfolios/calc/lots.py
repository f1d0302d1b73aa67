"""What booking leaves behind: lots, their closures, positions, cash, and the journal of both.

Quantities and money are Decimals. `*_local` is in the security's ledger currency, everything
else in base currency. None is "not known", never zero; a `Problem` beside it says why.

The records that come by the hundred thousand are NamedTuples: as immutable as frozen dataclasses
and a quarter of their cost to make. A copy with changes is `lot._replace(account="b")`. Lots,
closures, income and postings are kept as booking leaves them, as its open lots or as bare rows,
and become records when looked at: see `records`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from portfolios.calc.entries import ZERO, Entry, Problem, SecurityKey
from portfolios.calc.money import total
from portfolios.calc.records import Records, Row

T = TypeVar("T", Decimal, Decimal | None)


class Lot(NamedTuple):
    """Shares acquired together: what is left of them, and of what they cost.

    Identity is the sequence number of the entry that opened it and a running number within that
    entry, so it survives any rebuild. quantity_original is in today's shares (a split multiplies
    it while the lot is open). The costs belong to the open part. fx_rate is base per 1 local on
    the trade date and never changes; None where no rate was known.

    A short lot has positive quantities; its costs are the net proceeds of its opening.
    cost_settled is the base cost where it is not cost_basis_local × fx_rate: paid in base
    currency, or averaged. holding_start: None is the acquisition date. lot_label is the name the
    ledger gave it. origin is the label of the lot that it was moved, exchanged or split off from;
    None for a purchase.
    """

    security: SecurityKey
    account: str
    open_seq: int
    number: int
    acquisition_date: date
    currency: str
    quantity_original: Decimal
    quantity_open: Decimal
    cost_basis_local: Decimal | None
    fx_rate: Decimal | None
    closed_date: date | None = None
    is_short: bool = False
    cost_settled: Decimal | None = None
    holding_start: date | None = None
    lot_label: str | None = None
    origin: str | None = None

    @classmethod
    def of(cls, lot: Any) -> "Lot":
        """A lot from whatever has its fields, as booking leaves it; a `Lot` as it is."""
        return lot if isinstance(lot, cls) else cls._make(LOT_FIELDS(lot))

    @property
    def is_open(self) -> bool:
        """Whether anything of it is left."""
        return self.quantity_open != 0

    @property
    def label(self) -> str:
        """Its identity as text: 12.1 is the first lot that entry 12 opened."""
        return f"{self.open_seq}.{self.number}"

    @property
    def cost_basis(self) -> Decimal | None:
        """Cost of the open part in base currency; the proceeds of a short one."""
        if self.cost_settled is not None:
            return self.cost_settled
        if self.cost_basis_local is None or self.fx_rate is None:
            return None
        return self.cost_basis_local * self.fx_rate

    @property
    def unit_cost(self) -> Decimal | None:
        """Local cost of one open share, unrounded; None where unknown or closed."""
        if self.cost_basis_local is None or not self.quantity_open:
            return None
        return self.cost_basis_local / self.quantity_open


LOT_FIELDS = attrgetter(*Lot._fields)
_PLACE = attrgetter("security", "account")


class Closure(NamedTuple):
    """One lot relieved by one disposal.

    proceeds_local is net of the fees and taxes that belong to cost. realized_pnl is in base
    currency, rounded to its minor unit, and equals price_pnl + fx_pnl + cross_pnl to the cent.
    It is None where the lot's basis or either rate is unknown. cost_settled and proceeds_settled
    are base amounts where these are not the local amount × its rate.

    Of a short lot proceeds are those of its opening and cost is that of covering it; fx_open is
    then the rate of the proceeds. A return of capital above cost is a closure of no shares.
    """

    security: SecurityKey
    account: str
    open_seq: int
    number: int
    close_seq: int
    open_date: date
    close_date: date
    currency: str
    quantity: Decimal
    proceeds_local: Decimal
    cost_local: Decimal | None
    fx_open: Decimal | None
    fx_close: Decimal | None
    realized_pnl: Decimal | None
    price_pnl: Decimal | None
    fx_pnl: Decimal | None
    cross_pnl: Decimal | None
    is_short: bool = False
    holding_start: date | None = None
    cost_settled: Decimal | None = None
    proceeds_settled: Decimal | None = None

    @property
    def gain_local(self) -> Decimal | None:
        """Proceeds less cost in the security's currency, unrounded."""
        return None if self.cost_local is None else self.proceeds_local - self.cost_local

    @property
    def cost_base(self) -> Decimal | None:
        """Cost in base, unrounded."""
        rate = self.fx_close if self.is_short else self.fx_open
        return _worth(self.cost_local, rate, self.cost_settled)

    @property
    def proceeds_base(self) -> Decimal | None:
        """Proceeds in base, unrounded."""
        rate = self.fx_open if self.is_short else self.fx_close
        return _worth(self.proceeds_local, rate, self.proceeds_settled)


CLOSE_SEQ = Closure._fields.index("close_seq")


def _worth(local: Decimal | None, rate: Decimal | None, settled: Decimal | None) -> Decimal | None:
    if settled is not None:
        return settled
    return None if local is None or rate is None else local * rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The open lots of one security in one account. Costs are None if any lot's is unknown.

    Short lots count with a negative sign, in quantity and in cost: a market value less
    cost_basis is the unrealised result of either side.
    """

    security: SecurityKey
    account: str
    currency: str
    quantity: Decimal
    cost_basis_local: Decimal | None
    cost_basis: Decimal | None
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivable:
    """A dividend between its ex-date and its pay date, net of withholding; negative when owed."""

    seq: int
    security: SecurityKey | None
    account: str
    currency: str
    amount: Decimal
    ex_date: date
    pay_date: date


class Income(NamedTuple):
    """A dividend or interest: local amounts, and the net in base at the pay date's rate.

    Negative when it was charged: margin interest, a dividend owed on a short position.
    """

    seq: int
    security: SecurityKey | None
    pay_date: date
    currency: str
    gross: Decimal
    taxes: Decimal
    net: Decimal
    net_base: Decimal | None


class Movement(StrEnum):
    """Why a posting moves something; FLOW and DELIVERY are external, the rest is internal.

    SPLIT and REORGANISATION change what a share is, and happen before the day's trades.
    """

    FLOW = "flow"
    DELIVERY = "delivery"
    TRADE = "trade"
    INCOME = "income"
    CHARGE = "charge"
    EXCHANGE = "exchange"
    SPLIT = "split"
    REORGANISATION = "reorganisation"
    TRANSFER = "transfer"


_MOVEMENTS = {movement: movement for movement in Movement}


class Posting(NamedTuple):
    """One movement of one day; the sum of all postings up to a day is the ledger on that day.

    quantity moves the security; cash and receivable move `currency`. `crossing` is what enters
    the currency from outside it (a deposit, a conversion's leg, delivered securities), negative
    when it leaves; crossing_base is its worth in base currency at the recorded rate, None to use
    the day's. A delivery whose worth the ledger does not state has crossing None: the market's.
    """

    on: date
    seq: int
    movement: Movement
    account: str
    currency: str
    security: SecurityKey | None = None
    quantity: Decimal = ZERO
    cash: Decimal = ZERO
    receivable: Decimal = ZERO
    crossing: Decimal | None = ZERO
    crossing_base: Decimal | None = None

    @classmethod
    def of_row(cls, row: Row) -> "Posting":
        """A row of any length from eight fields on, its movement by name, as a posting."""
        if isinstance(row, cls):
            return row
        on, seq, movement, *rest = row
        return cls(on, seq, _MOVEMENTS[movement], *rest)


@dataclass(frozen=True, kw_only=True)
class Book:
    """Everything that follows from a ledger. Drop it and book again: nothing changes.

    `accepted` are the entries that were booked, in booking order; `journal` their movements in
    the same order. Lots are in order of opening, closures in order of relief. `positions` are
    summed up from the open lots when first asked for: of a long ledger most readers want a few.
    """

    base_currency: str
    lots: Records[Lot]
    closures: Sequence[Closure]
    cash: dict[tuple[str, str], Decimal]
    receivables: tuple[Receivable, ...]
    income: Sequence[Income]
    accepted: Sequence[Entry]
    journal: Sequence[Posting]
    problems: tuple[Problem, ...]

    @cached_property
    def open_lots(self) -> tuple[Lot, ...]:
        """The lots of which something is left, in order of opening."""
        return tuple(map(Lot.of, filter(attrgetter("quantity_open"), self.lots.rows)))

    @cached_property
    def began(self) -> date | None:
        """The earliest day that any entry touches, ex-dates included; None where there is none."""
        booked = [entry.transaction_date for entry in self.accepted]
        without = [entry.ex_date for entry in self.accepted if entry.ex_date is not None]
        return min((*booked, *without), default=None)

    @cached_property
    def places(self) -> tuple[tuple[SecurityKey, str], ...]:
        """Every security and account that ever had a lot, in order of the first one."""
        return tuple(dict.fromkeys(map(_PLACE, self.lots.rows)))

    @cached_property
    def positions(self) -> tuple[Position, ...]:
        """The open lots by security and account, in order of their first lot."""
        held: dict[tuple[SecurityKey, str], list[Lot]] = {}
        for lot in self.open_lots:
            held.setdefault((lot.security, lot.account), []).append(lot)
        return tuple(_position(group) for group in held.values())

    @property
    def realized_pnl(self) -> Decimal | None:
        """Sum over all closures in base currency; None when any is unknown."""
        parts = [closure.realized_pnl for closure in self.closures]
        known = [part for part in parts if part is not None]
        return sum(known, ZERO) if len(known) == len(parts) else None


def _position(lots: Sequence[Lot]) -> Position:
    """Open lots of one security in one account."""
    return Position(
        security=lots[0].security,
        account=lots[0].account,
        currency=lots[0].currency,
        quantity=sum((_signed(lot, lot.quantity_open) for lot in lots), ZERO),
        cost_basis_local=total(_signed(lot, lot.cost_basis_local) for lot in lots),
        cost_basis=total(_signed(lot, lot.cost_basis) for lot in lots),
        lots=tuple(lots),
    )


def _signed(lot: Lot, amount: T) -> T:
    """What a lot adds to its position: a short one takes away."""
    return -amount if lot.is_short and amount is not None else amount

"""The state of a booking pass: open lots, journal, and what could not be known.

It keeps and forwards; the arithmetic is in `disposal`, `results`, `queues` and `amounts`.
"""

from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from portfolios.calc.booking.methods import Methods
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Queue
from portfolios.calc.entries import (
    ZERO,
    BookingSettings,
    CostFx,
    CostMethod,
    Entry,
    LotScope,
    Problem,
    RateTable,
    SecurityKey,
)
from portfolios.calc.lots import Movement, Posting, Receivable
from portfolios.calc.money import minor_units, quantum, round_money
from portfolios.calc.records import Row

ONE = Decimal(1)
COST_PLACES = 6
UNROUNDED_PLACES = 12


class Pool:
    """What may be matched against one another: a security, or a security in one account."""

    __slots__ = ("account", "currency", "ever_short", "longs", "security", "shorts")

    def __init__(self, security: SecurityKey, account: str | None, *, local_rank: bool) -> None:
        self.security = security
        self.account = account
        self.currency: str | None = None
        self.longs = Queue(local_rank=local_rank)
        self.shorts = Queue(local_rank=local_rank)
        self.ever_short = False  # where it is not, nobody need look at the shorts

    def side(self, *, is_short: bool) -> Queue:
        """The queue of the long or of the short lots."""
        return self.shorts if is_short else self.longs


class Account:
    """What an account of the ledger has: money by currency, and where its shares are matched.

    pools: by security; all accounts share them where lots are matched across the portfolio.
    Whoever books many entries takes names from here and from the pools: an entry's own are other
    objects with the same letters, each in another corner of memory.
    """

    __slots__ = ("cash", "name", "pools")

    def __init__(self, name: str, pools: dict[SecurityKey, Pool]) -> None:
        self.name = name
        self.pools = pools
        self.cash: dict[str, Decimal] = {}

    def move(self, currency: str, amount: Decimal) -> None:
        """Money in or out; the account has a sum of each currency that ever moved."""
        if amount:
            self.cash[currency] = self.cash.get(currency, ZERO) + amount


class Scale(NamedTuple):
    """How finely a book counts: decimals of lot cost and of results, base cent and its coin.

    Without minor-unit rounding results and implied cash keep all their decimals, and a part of a
    lot's cost is cut at the twelfth instead of the sixth, so that nothing visible is rounded.
    """

    cost_places: int
    finest: Decimal
    result_places: int
    cent: Decimal | None


def scale_of(settings: BookingSettings) -> Scale:
    """The scale that settings ask for."""
    if not settings.minor_unit_rounding:
        return Scale(UNROUNDED_PLACES, quantum(UNROUNDED_PLACES), UNROUNDED_PLACES, None)
    places = minor_units(settings.base_currency)
    return Scale(COST_PLACES, quantum(COST_PLACES), places, quantum(places))


class Desk:
    """Everything one pass has opened, closed and journalled so far."""

    def __init__(
        self, settings: BookingSettings, rates: RateTable, asof: date | None = None
    ) -> None:
        self.settings = settings
        self.rates = rates
        self.asof = asof
        self.base = settings.base_currency
        self.by_account = settings.lot_scope is LotScope.ACCOUNT
        self.cost_at_todays_rate = settings.cost_fx is CostFx.CURRENT
        self.cost_places, self.finest, self.result_places, self.cent = scale_of(settings)
        self.methods = Methods(settings, self.cost_places)
        self.accounts: dict[str, Account] = {}
        self._shared: dict[SecurityKey, Pool] = {}  # the pools of all accounts, unless by account
        self.pools_of: dict[SecurityKey, list[Pool]] = {}
        self.lots: list[OpenLot] = []
        self.closures: list[Row] = []
        self.receivables: list[Receivable] = []
        self.income: list[Row] = []
        self.journal: list[Row] = []
        self.in_order = True  # whether the journal is, so far
        self.accepted: list[Entry] = []
        self.problems: list[Problem] = []
        self.events: dict[Hashable, int] = {}  # by its terms, the number of the entry that told it

    def account(self, name: str) -> Account:
        """An account by its name; one that is named for the first time has nothing yet."""
        account = self.accounts.get(name)
        if account is None:
            account = Account(name, {} if self.by_account else self._shared)
            self.accounts[name] = account
        return account

    def pool(self, security: SecurityKey, account: str) -> Pool:
        """The pool of a security's lots that an account's trades are matched against."""
        pools = self.account(account).pools
        pool = pools.get(security)
        if pool is None:
            owner = account if self.by_account else None
            pool = Pool(security, owner, local_rank=self.cost_at_todays_rate)
            if self.methods.only is CostMethod.AVERAGE:
                pool.longs.pooled = pool.shorts.pooled = True
            pools[security] = pool
            self.pools_of.setdefault(security, []).append(pool)
        return pool

    def method(self, pool: Pool, day: date, account: str | None) -> CostMethod:
        """The cost method of a pool on a day, its queues brought up to it."""
        if self.methods.only is not None:
            return self.methods.only
        for queue in (pool.longs, pool.shorts):
            self.methods.keep_up(queue, day, pool.security, account)
        return self.methods.on(day, pool.security, account)

    def open(self, pool: Pool, lot: OpenLot) -> None:
        """Add a lot; the first of a pool fixes the currency that it is booked in."""
        self.lots.append(lot)
        pool.currency = pool.currency or lot.currency
        pool.ever_short |= lot.is_short
        pool.side(is_short=lot.is_short).add(lot)

    def post(
        self,
        entry: Entry,
        movement: Movement,
        *,
        on: date | None = None,
        account: str | None = None,
        currency: str | None = None,
        **amounts: Any,
    ) -> None:
        """Journal a movement of an entry, on its date and in its account unless told otherwise."""
        if on is not None and on != entry.transaction_date:
            self.in_order = False
        amounts.setdefault("security", entry.security)
        posting = Posting(
            on or entry.transaction_date,
            entry.seq,
            movement,
            account or entry.account,
            currency or entry.currency,
            **amounts,
        )
        self.journal.append(posting)
        if self.asof is None or posting.on <= self.asof:
            self.account(posting.account).move(posting.currency, posting.cash)

    def post_cash(self, entry: Entry, movement: Movement, **amounts: Any) -> None:
        """Journal what moves money: in the entry's cash account, where it names one."""
        self.post(entry, movement, account=entry.cash_account, **amounts)

    def post_trade(self, entry: Entry, quantity: Decimal, cash: Decimal) -> None:
        """Journal shares and the money for them, apart where they lie in different accounts."""
        if entry.cash_account in {None, entry.account}:
            self.post(entry, Movement.TRADE, quantity=quantity, cash=cash)
        else:
            self.post(entry, Movement.TRADE, quantity=quantity)
            self.post_cash(entry, Movement.TRADE, cash=cash)

    def note(self, entry: Entry, code: str, field: str, message: str, remedy: str) -> None:
        """Name something unknown about an entry that is booked all the same."""
        self.problems.append(Problem(code, entry.seq, field, message, remedy))

    def posted(self, amount: Decimal, currency: str) -> Decimal:
        """Money as it is posted: to the minor unit, unless the portfolio rounds nothing."""
        return amount if self.cent is None else round_money(amount, currency)

    def charge_places(self, currency: str) -> int:
        """How finely charges go over the lines of a disposal."""
        return UNROUNDED_PLACES if self.cent is None else minor_units(currency)

"""The text: options, commodities, accounts, one transaction for each day of each entry, prices.

A transaction has the lots and the cash that moved; what came from outside, income and charges
have accounts of their own; what is then left is the result, so that every currency balances.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portfolios.calc.booking.amounts import gross
from portfolios.calc.entries import ZERO, BookingSettings, Entry, EntryType, RateTable, SecurityKey
from portfolios.calc.lot_steps import Step, lot_steps
from portfolios.calc.lots import Movement, Posting
from portfolios.formats.writing.beancount.lots import Inventory, LotPosting
from portfolios.formats.writing.beancount.names import Accounts, commodity_names, number, quoted

EXTERNAL, CONVERSIONS, UNKNOWN = "Equity:External", "Equity:Conversions", "Equity:Unknown-cost"
GAINS, INCOME, INTEREST = "Income:Results", "Income:Dividends", "Income:Interest"
FEES, TAXES = "Expenses:Fees", "Expenses:Taxes"
ROUNDING = "Equity:Rounding"
DUST = Decimal("0.00001")  # what cutting a lot's cost at the sixth decimal leaves
FIRST_DAY = date(1900, 1, 1)

_EXTERNAL = frozenset({Movement.FLOW, Movement.DELIVERY})
_INCOME = {
    EntryType.DIVIDEND: INCOME,
    EntryType.COUPON: INCOME,
    EntryType.DRIP: INCOME,
    EntryType.INTEREST: INTEREST,
    EntryType.INTEREST_CHARGE: INTEREST,
}
_CHARGES = {
    EntryType.FEE: FEES,
    EntryType.FEE_REFUND: FEES,
    EntryType.TAX: TAXES,
    EntryType.TAX_REFUND: TAXES,
}


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of a security (by key) or of a currency (by code) was worth on a day."""

    of: Hashable
    on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything that the text is made of. securities: key, symbol, exchange and name of each."""

    title: str
    entries: Sequence[Entry]
    settings: BookingSettings
    rates: RateTable
    securities: Sequence[tuple[SecurityKey, str, str, str]]
    narrations: Mapping[int, str] = field(default_factory=dict)
    prices: Sequence[Price] = ()


def beancount_lines(ledger: Ledger) -> Iterator[str]:
    """The lines of the text. Entries that booking refuses are left out, as they hold nothing."""
    return _Writer(ledger).lines()


class _Writer:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.accounts = Accounts()
        self.inventory = Inventory()
        self.opened: dict[str, date] = {}
        self.owing: set[str] = set()
        self.names = commodity_names((key, s, x) for key, s, x, _ in ledger.securities)
        self.known = frozenset(self.names.values())

    def lines(self) -> Iterator[str]:
        body = [line for step in self._steps() for line in self._step(step)]
        yield f'option "title" {quoted(self.ledger.title)}\n'
        yield f'option "operating_currency" "{self.ledger.settings.base_currency}"\n'
        yield 'option "inferred_tolerance_default" "*:0.0001"\n\n'
        for key, symbol, exchange, name in self.ledger.securities:
            yield f"{FIRST_DAY} commodity {self.names[key]}\n"
            yield f"  name: {quoted(name)}\n  symbol: {quoted(symbol)}\n"
            yield f"  exchange: {quoted(exchange)}\n"
        yield "\n"
        for account, day in sorted(self.opened.items()):
            yield f"{day} open {account}{self._booking(account)}\n"
        yield "\n"
        yield from body
        yield from self._prices()

    def _steps(self) -> Iterable[Step]:
        return lot_steps(self.ledger.entries, self.ledger.settings, self.ledger.rates)

    def _booking(self, account: str) -> str:
        """Beancount cannot hold what is owned and what is owed side by side and match it too."""
        return ' "NONE"' if account in self.owing else ' "STRICT"'

    def _step(self, step: Step) -> Iterator[str]:
        entry, days = step.entry, defaultdict[date, list[Posting]](list)
        days[entry.transaction_date] = []
        for posting in step.postings:
            days[posting.on].append(posting)
        for day in sorted(days):
            lots: list[LotPosting] = []
            if day == entry.transaction_date:
                for security, wanted in step.lots.items():
                    lots += self.inventory.changes(security, wanted)
            legs = self._legs(entry, lots, days[day])
            if legs:
                yield from self._transaction(entry, day, legs)

    def _transaction(
        self, entry: Entry, day: date, legs: Iterable[tuple[str, str]]
    ) -> Iterator[str]:
        said = self.ledger.narrations.get(entry.seq, "")
        yield f"{day} * {quoted(entry.entry_type)} {quoted(said)}\n  seq: {entry.seq}\n"
        for account, amount in legs:
            self.opened[account] = min(self.opened.get(account, day), day)
            yield f"  {account}  {amount}\n"
        yield "\n"

    def _legs(
        self, entry: Entry, lots: Sequence[LotPosting], postings: Sequence[Posting]
    ) -> list[tuple[str, str]]:
        sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        legs = [self._lot_leg(change, sums) for change in lots]
        for posting in postings:
            for amount, part in ((posting.cash, "Cash"), (posting.receivable, "Receivable")):
                if amount:
                    account = f"Assets:{self.accounts.of(posting.account)}:{part}"
                    legs.append((account, f"{number(amount)} {posting.currency}"))
                    sums[posting.currency] += amount
        if not legs:
            return []
        return [*legs, *self._counterparts(entry, postings, sums)]

    def _lot_leg(self, change: LotPosting, sums: defaultdict[str, Decimal]) -> tuple[str, str]:
        lot = change.lot
        account = f"Assets:{self.accounts.of(lot.account)}"
        units = f"{number(change.units)} {self.names[lot.security]}"
        if lot.quantity < 0:
            self.owing.add(account)
        if change.unit_cost is None:
            sums[self.names[lot.security]] += change.units
            return account, units
        sums[lot.currency] += change.weight
        cost = f"{number(change.unit_cost)} {lot.currency}, {lot.acquired}, {quoted(lot.label)}"
        return account, f"{units} {{{cost}}}"

    def _counterparts(
        self, entry: Entry, postings: Sequence[Posting], sums: defaultdict[str, Decimal]
    ) -> Iterator[tuple[str, str]]:
        """The other side: named parts first, then per currency what is left."""
        for account, currency, amount in self._named(entry, postings):
            if amount:
                sums[currency] += amount
                yield account, f"{number(amount)} {currency}"
        left = {currency: amount for currency, amount in sums.items() if amount}
        currencies = [
            name for name, amount in left.items() if name not in self.known and abs(amount) > DUST
        ]
        for currency, amount in left.items():
            account = self._rest(entry, currency, len(currencies))
            account = ROUNDING if abs(amount) <= DUST else account
            yield account, f"{number(-amount)} {currency}"

    def _named(
        self, entry: Entry, postings: Sequence[Posting]
    ) -> Iterator[tuple[str, str, Decimal]]:
        for posting in postings:
            if posting.movement in _EXTERNAL and posting.crossing:
                yield EXTERNAL, posting.currency, -posting.crossing
        kind = entry.entry_type
        earned = [p for p in postings if p.movement is Movement.INCOME]
        if kind in _INCOME and sum((p.cash + p.receivable for p in earned), ZERO):
            sign = -1 if kind is EntryType.INTEREST_CHARGE else 1
            yield _INCOME[kind], entry.currency, -sign * (gross(entry) or ZERO)
            yield FEES, entry.currency, entry.fees
            yield TAXES, entry.currency, entry.taxes
        elif kind not in _CHARGES and kind not in _INCOME:
            if not self.ledger.settings.fees_in_cost or entry.security is None:
                yield FEES, entry.currency, entry.fees
            if not self.ledger.settings.taxes_in_cost or entry.security is None:
                yield TAXES, entry.currency, entry.taxes

    def _rest(self, entry: Entry, currency: str, currencies: int) -> str:
        if entry.entry_type in _CHARGES:
            return _CHARGES[entry.entry_type]
        if currency in self.known:
            return UNKNOWN
        if entry.entry_type is EntryType.OPENING_BALANCE:
            return EXTERNAL
        return CONVERSIONS if currencies > 1 else GAINS

    def _prices(self) -> Iterator[str]:
        for price in self.ledger.prices:
            name = self.names.get(price.of, str(price.of))
            yield f"{price.on} price {name} {number(price.amount)} {price.currency}\n"

"""Beancount text, as far as it holds investments.

Read are transactions with postings (amount, cost in braces, price), `commodity` with its metadata
(name, isin, figi, exchange), `balance`. `open`, `close`, `price`, `note`, `option` and the like
hold no money of their own. Everything else is a mistake with its line: `pad` and `include`, sums
such as `10/3 USD`, costs of two parts, `{*}`, texts over several lines.

- An account below Assets is held; below Income and Expenses words decide (dividend, interest, gain,
  tax, fee, commission); Liabilities and Equity are outside. `Options.columns` changes the prefixes:
  assets, income, expenses, equity, and held, gains, dividends, interest, taxes, fees, outside.
- A held posting of a currency is cash, of anything else a security. `Assets:Broker:ACME` holding
  ACME, and `Assets:Broker:Cash`, are the account Broker.
- What is bought at a cost opens a lot with its label and day; several costs in one transaction
  open several lots, each an entry with its share of cash and charges. A lot of several without a
  label is called by its cost. Shares that leave and come in one transaction are a transfer or a
  mistake. A sale from `{10 USD, 2024-01-02,
  "a"}` picks that lot, one from `{}` leaves it to the portfolio's method. Postings of gains are
  not read: they follow from cost.
- `balance` holds at the beginning of its day, so it is stated for the close of the day before.
- The metadata `id` is the external id, a link the link id. A dividend names its security by a part
  of its account, or by metadata `symbol`.

A row is the line in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from market.formats.faults import Fault
from portfolios.formats.beancount.accounts import Accounts, Use
from portfolios.formats.beancount.directives import (
    ACCOUNT,
    AMOUNT,
    Entry,
    Ledger,
    read_directives,
)
from portfolios.formats.beancount.picks import resolved
from portfolios.formats.beancount.transactions import read_transaction
from portfolios.formats.contract import Options, Parsed, Shape, Source, Stated
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.reading.encodings import decode, opening, too_large
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow, machine_number
from portfolios.formats.reading.signatures import Kind, kind_of

DIRECTIVE = re.compile(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\s+(?:open|close|txn|\*|!|balance|commodity|price)\s", re.MULTILINE
)
BALANCE = re.compile(rf"({ACCOUNT})\s+{AMOUNT.pattern}(?:\s*~.*)?")


class Beancount:
    """A ledger in Beancount's own language."""

    name = "beancount"
    title = "Beancount"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """A dated directive at the beginning of a line."""
        if kind_of(source) is not Kind.TEXT:
            return 0.0
        return 1.0 if DIRECTIVE.search(opening(source.content)) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the text."""
        decoded = decode(source.content, options.limits)
        if isinstance(decoded, Fault):
            return Parsed(faults=(decoded,), unread=None)
        ledger = read_directives(decoded.text, options.today)
        most = options.limits.max_rows
        if most is not None and len(ledger.entries) > most:
            fault = too_large(f"The file has more than {most:,} directives.")
            return Parsed(faults=(fault,), unread=None)
        return _gathered(ledger, options, decoded.notes)


FORMAT = Beancount()


def _gathered(ledger: Ledger, options: Options, notes: tuple[str, ...]) -> Parsed:
    gathered = Gathering(options.base_currency)
    gathered.faults.extend(ledger.faults)
    gathered.notes.extend(notes)
    accounts = Accounts(options.columns)
    known = _commodities(ledger)
    for entry in ledger.entries:
        row = MachineRow(entry.row, {}, options.today)
        if entry.kind == "balance":
            _balance(entry, row, accounts, gathered)
        elif entry.kind == "txn":
            if any(accounts.use(post.account) is Use.HELD for post in entry.postings):
                drafts = read_transaction(entry, row, accounts, known)
                gathered.take(row, drafts, drafts[0].symbol if drafts else "")
            else:
                gathered.skip(entry.row, "Touches nothing that is held.", entry.rest)
    gathered.drafts = resolved(gathered.drafts)
    return gathered.parsed()


def _commodities(ledger: Ledger) -> Mapping[str, Mapping[str, str]]:
    """Every security by its symbol, whether or not a directive describes it."""
    known: dict[str, Mapping[str, str]] = {}
    for entry in ledger.entries:
        if entry.kind == "commodity":
            known[entry.rest.strip()] = entry.meta
        for post in entry.postings:
            if post.currency and post.currency not in CURRENCIES:
                known.setdefault(post.currency, {})
    return known


def _balance(entry: Entry, row: MachineRow, accounts: Accounts, gathered: Gathering) -> None:
    match = BALANCE.fullmatch(entry.rest.strip())
    if match is None:
        row.wrong("balance", "line_unread", "The balance cannot be read.", "Write it plainly.")
        gathered.take(row, ())
        return
    account, amount, currency = match[1], machine_number(match[2].replace(",", "")), match[3]
    if accounts.use(account) is not Use.HELD or amount is None:
        return
    is_cash = currency in CURRENCIES
    gathered.stated.append(
        Stated(
            kind="cash" if is_cash else "quantity",
            asof_date=entry.day - timedelta(days=1),
            amount=amount,
            currency=currency if is_cash else "",
            symbol="" if is_cash else currency,
            account=accounts.name(account, currency),
            row=entry.row,
        )
    )

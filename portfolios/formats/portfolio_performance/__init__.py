"""Portfolio Performance's own file, saved as XML (with or without id attributes).

Read are, below `client`: `securities/security` (name, isin, tickerSymbol, currencyCode), every
`account` and `portfolio` (name) and their transactions (uuid, date, currencyCode, amount, security,
shares, note, exDate, type, units) and `crossEntry` (buysell, account-transfer,
portfolio-transfer). The file writes a thing where it first meets it, so an account, a portfolio
or a transaction may stand deep inside another one; see `references.py`.

- amount is in hundredths, shares in 10^-8. The amount of a purchase holds its fees and taxes, that
  of a sale or dividend is after them. GROSS_VALUE with forex and exchangeRate gives the amount in
  the security's currency.
- A purchase and a sale stand twice, as a portfolio's and as an account's transaction, held
  together by their crossEntry: they are one entry. So are both sides of a transfer.
- Prices, watchlists, plans and settings are not read. Splits are events of the security there;
  its transactions were restated when the split was entered, so no split is booked, and a note
  says so.

A row is the line in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from market.formats.faults import Fault
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.draft import Draft
from portfolios.formats.portfolio_performance.booking import CASH, DELIVERIES, TRADES, Booking
from portfolios.formats.portfolio_performance.references import References
from portfolios.formats.reading.encodings import malformed, opening
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow
from portfolios.formats.reading.xml_tree import Node, read_xml

OWNERS = frozenset("account accountFrom accountTo portfolio portfolioFrom portfolioTo".split())
SIDES = frozenset(
    "account-transaction portfolio-transaction accountTransaction portfolioTransaction "
    "transactionFrom transactionTo".split()
)
SPLITS = "The file has splits. Its transactions are restated for them, so no split is booked."


class PortfolioPerformance:
    """The whole file: all accounts and portfolios in it."""

    name = "portfolio_performance"
    title = "Portfolio Performance XML"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """The root `client` and its first children."""
        start = opening(source.content, 8192)
        return 1.0 if "<client" in start and "<baseCurrency>" in start else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file."""
        root = read_xml(source.content, options.limits)
        if isinstance(root, Fault):
            return Parsed(faults=(root,), unread=None)
        if root.tag != "client":
            return Parsed(faults=(malformed("The root element is not client."),), unread=None)
        return _Reader(root, options).parsed()


FORMAT = PortfolioPerformance()


class _Reader:
    """One document on its way to entries."""

    def __init__(self, root: Node, options: Options) -> None:
        self.root, self.options = root, options
        self.references = References(root)
        self.booking = Booking(self.references, options.today)
        self.gathered = Gathering(options.base_currency)
        self.used: set[int] = set()

    def parsed(self) -> Parsed:
        """Crossings first, so that each of their sides is used up; then what stands alone."""
        for cross in self.root.every("crossEntry"):
            if not cross.get("reference"):
                self._cross(cross)
        for node in self._transactions():
            if id(node) not in self.used:
                self._alone(node)
        for event in self.root.every("event"):
            if self.references.text(event, "type") == "STOCK_SPLIT":
                self.gathered.note(SPLITS)
        return self.gathered.parsed()

    def _transactions(self) -> Iterator[Node]:
        waiting = list(reversed(self.root.children))
        while waiting:
            node = waiting.pop()
            if node.tag in SIDES and not node.get("reference"):
                yield node
            waiting.extend(reversed(node.children))

    def _cross(self, cross: Node) -> None:
        kind = cross.get("class")
        names = {
            "buysell": ("portfolioTransaction", "accountTransaction", "portfolio", "account"),
            "account-transfer": ("transactionFrom", "transactionTo", "accountFrom", "accountTo"),
            "portfolio-transfer": (
                "transactionFrom",
                "transactionTo",
                "portfolioFrom",
                "portfolioTo",
            ),
        }.get(kind)
        if names is None:
            return
        first, second, here, there = (self.references.child(cross, name) for name in names)
        if first is None or second is None:
            row = MachineRow(cross.row, {}, self.options.today)
            message = "One side of a crossing is not in the file."
            row.wrong("crossEntry", "reference_astray", message, "Save the file again.")
            self.gathered.take(row, ())
            return
        self.used |= {id(first), id(second)}
        row = self.booking.row(first)
        names_of = (self._name(here), self._name(there))
        drafts = self._crossed(kind, first, second, row, names_of)
        self.gathered.take(row, drafts, self.booking.symbol(first))

    def _crossed(
        self, kind: str, first: Node, second: Node, row: MachineRow, owners: tuple[str, str]
    ) -> list[Draft]:
        here, there = owners
        if kind == "buysell":
            draft = self._trade(first, row, here)
            return [replace(draft, cash_account=there[:64])] if draft else []
        if kind == "portfolio-transfer":
            draft = self.booking.common(first, row, "TRANSFER", here)
            quantity = self.booking.shares(row)
            moved = replace(draft, quantity=quantity, to_account=there[:64]) if draft else None
            return [moved] if moved and not row.faults else []
        draft = self.booking.common(first, row, "CASH_TRANSFER", here)
        other = self.booking.row(second)
        amount, arrives = self.booking.money(row), self.booking.money(other)
        currency = other.currency("currencyCode")
        row.faults.extend(other.faults)
        if draft is None or amount is None or arrives is None or row.faults:
            return []
        draft = replace(draft, gross_amount=amount, to_account=there[:64])
        if currency == draft.currency and arrives == amount:
            return [draft]
        return [replace(draft, to_amount=arrives, to_currency=currency)]

    def _trade(self, node: Node, row: MachineRow, account: str) -> Draft | None:
        kind = row.text("type", required=True)
        if kind in TRADES:
            return self.booking.entry(node, row, TRADES[kind], account)
        self._unknown(row, kind)
        return None

    def _alone(self, node: Node) -> None:
        """A transaction without a crossing; its owner is the account or portfolio around it."""
        row = self.booking.row(node)
        kind = row.text("type", required=True)
        of_cash = node.tag.startswith("account")
        known = CASH if of_cash else DELIVERIES
        drafts: list[Draft] = []
        if kind not in known:
            self._unknown(row, kind)
        else:
            draft = self.booking.entry(node, row, known[kind], self._owner(node))
            drafts = [draft] if draft is not None else []
        self.gathered.take(row, drafts, self.booking.symbol(node))

    def _unknown(self, row: MachineRow, kind: str) -> None:
        if kind:
            message = f"{kind[:40]!r} does not stand here alone."
            row.wrong("type", "type_unknown", message, "Save the file again.", kind)

    def _owner(self, node: Node) -> str:
        around = self.references.parent(node)
        while around is not None and around.tag not in OWNERS:
            around = self.references.parent(around)
        return self._name(around)

    def _name(self, owner: Node | None) -> str:
        return self.references.text(owner, "name")

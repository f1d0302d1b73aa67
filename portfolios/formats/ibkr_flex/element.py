"""One element of a Flex statement: its account, its security, its rate."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, Options
from portfolios.formats.draft import Draft
from portfolios.formats.reading.dates import read_day
from portfolios.formats.reading.findings import Findings
from portfolios.formats.reading.row_reader import RowReader
from portfolios.formats.reading.tables import Row
from portfolios.formats.reading.xml_tree import Node

# What the ledger can hold; quantity times price is money without a multiplier.
SECURITIES = frozenset({"STK", "FUND", "ETF", "WAR", "BOND", "BILL", "CRYPTO"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What all elements of one FlexStatement share. `base` is empty where the file hides it."""

    findings: Findings
    account: str
    base: str
    dates: DateStyle
    to_date: str
    accounts: frozenset[str]

    @property
    def options(self) -> Options:
        return self.findings.options

    def aside(self) -> Statement:
        """The same statement with a collector of its own."""
        return replace(self, findings=self.findings.aside())

    def element(self, node: Node) -> Element:
        said = node.get("dateTime") or node.get("tradeDate")
        day = read_day(said, Place(node.row), self.dates, latest=self.options.today)
        self.findings.place_in_time(node.row, f"{self.account} {node.tag}", day, said)
        reader = RowReader(Row(node.row, node.attributes), self.options, dates=self.dates)
        return Element(node, reader, self)


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A node with its reader."""

    node: Node
    read: RowReader
    statement: Statement

    def get(self, name: str) -> str:
        return self.node.get(name)

    @property
    def faults(self) -> list[Fault]:
        return self.read.faults

    @property
    def account(self) -> str:
        """The account's id; consolidated statements print a dash."""
        said = self.get("accountId")
        return said if said.strip("-") else self.statement.account

    def first_day(self, *names: str, ahead: bool = False) -> date | None:
        """The first of several dates that is filled; a fault where none is."""
        named = next((name for name in names if self.get(name)), names[0])
        return self.read.day(named, needed=True, ahead=ahead)

    def rate(self, currency: str) -> Decimal | None:
        """Units of the portfolio's base per 1 `currency`, where the account has the same base."""
        base = self.statement.options.base_currency
        rate = self.read.size("fxRateToBase")
        if currency == base or self.statement.base != base:
            return None
        return rate

    def security(self) -> dict[str, Any]:
        """How the file names the security, as fields of a draft."""
        return {
            "symbol": self.get("symbol"),
            "exchange": self.get("listingExchange"),
            "isin": self.get("isin"),
            "figi": self.get("figi"),
            "security_name": self.get("description"),
        }

    def draft(self, kind: str, day: date, currency: str, **fields: Any) -> Draft:
        """A draft with account, rate and place; cash rows describe themselves in narration."""
        return Draft(
            entry_type=kind,
            transaction_date=day,
            currency=currency,
            account=self.account,
            row=self.node.row,
            **{"fx_rate": self.rate(currency), **fields},
        )

    def key(self, day: date, currency: str) -> Hashable:
        """What belongs together: the account's payments of one security on one day."""
        return (self.account, self.get("isin") or self.get("symbol"), day, currency)

    def fail(self) -> None:
        self.statement.findings.fail(self.faults, self.get("symbol"))

    def refuse(self, column: str, reason: str, message: str, remedy: str) -> None:
        self.statement.findings.refuse(
            self.read.place(column),
            reason,
            message,
            remedy,
            value=self.get(column),
            symbol=self.get("symbol"),
        )

    def skip(self, reason: str) -> None:
        value = self.get("symbol") or self.get("description")
        self.statement.findings.skip(self.node.row, reason, value)

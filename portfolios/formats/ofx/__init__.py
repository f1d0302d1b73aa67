"""OFX and QFX investment statements, versions 1 (SGML) and 2 (XML).

Read are, of each INVSTMTRS:

- CURDEF, DTASOF and INVACCTFROM/ACCTID, which names the account.
- INVTRANLIST: BUYSTOCK, BUYMF, BUYOTHER, BUYDEBT, BUYOPT and the SELL… of each (UNITS, UNITPRICE,
  COMMISSION, FEES, LOAD, PENALTY, TAXES, WITHHOLDING, TOTAL, BUYTYPE, SELLTYPE, ACCRDINT); INCOME,
  REINVEST, RETOFCAP, INVEXPENSE, MARGININTEREST, INVBANKTRAN (STMTTRN), SPLIT, TRANSFER. FITID is
  the external id. JRNLFUND and JRNLSEC move within the account. CLOSUREOPT is refused by name.
- TOTAL is the cash that moved, so it rules; of INCOME it is the amount before WITHHOLDING.
- CURRENCY: amounts are in CURSYM, and CURRATE is the rate of CURDEF per 1 CURSYM. ORIGCURRENCY:
  amounts were converted from CURSYM to CURDEF at CURRATE.
- REVERSALFITID takes back an earlier transaction of the file; both are left out.
- SECLIST: SECID (ISIN, FIGI, CUSIP…), TICKER, SECNAME.
- INVPOSLIST (UNITS, POSTYPE) and INVBAL/AVAILCASH become stated balances of DTASOF, where no
  margin or short balance stands beside the cash.

A row is the place of the transaction in its list, from 1; positions count for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from market.formats.faults import Fault
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.ofx.balances import stated_balances
from portfolios.formats.ofx.events import EVENTS
from portfolios.formats.ofx.statement import (
    Reader,
    Security,
    Statement,
    common_part,
    external_id,
    identified,
)
from portfolios.formats.ofx.trades import TRADES
from portfolios.formats.ofx.tree import leaves, read_ofx
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow
from portfolios.formats.reading.signatures import Kind, kind_of

READERS: Mapping[str, Reader] = {**TRADES, **EVENTS}
WITHIN = frozenset({"JRNLFUND", "JRNLSEC"})
NO_ENTRIES = frozenset({"DTSTART", "DTEND"})
TRANSACTION = re.compile(
    rb"<(?:(?:BUY|SELL)(?:STOCK|MF|OTHER|DEBT|OPT)|INCOME|REINVEST|RETOFCAP|INVEXPENSE|"
    rb"MARGININTEREST|INVBANKTRAN|SPLIT|TRANSFER|JRNLFUND|JRNLSEC|CLOSUREOPT)>"
)


class Ofx:
    """An investment statement with its transactions."""

    name = "ofx"
    title = "OFX / QFX"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """An OFX header or root; without any transaction it is a statement of holdings."""
        if kind_of(source) is not Kind.OFX:
            return 0.0
        return 1.0 if TRANSACTION.search(source.content) or not _has_positions(source) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the statement."""
        root = read_ofx(source.content, options.limits)
        if isinstance(root, Fault):
            return Parsed(faults=(root,), unread=None)
        gathered = Gathering(options.base_currency)
        securities = listed_securities(root)
        statements = list(root.iter("INVSTMTRS"))
        if not statements:
            return Parsed(faults=(_no_statement(),), unread=None)
        if any(True for _ in root.iter("STMTRS")):
            gathered.note("The file also holds a bank account; only investments were read.")
        for element in statements:
            _read_statement(element, securities, gathered, options)
        return gathered.parsed()


FORMAT = Ofx()


def listed_securities(root: Element) -> dict[tuple[str, str], Security]:
    """The list of securities by identifier and kind of identifier."""
    found: dict[tuple[str, str], Security] = {}
    for info in root.iter("SECINFO"):
        said = leaves(info)
        key = (said.get("UNIQUEID", ""), said.get("UNIQUEIDTYPE", "").upper())
        found[key] = identified(*key, said.get("TICKER", ""), said.get("SECNAME", ""))
    for info in root.iter("DEBTINFO"):
        said = leaves(info)
        key = (said.get("UNIQUEID", ""), said.get("UNIQUEIDTYPE", "").upper())
        ticker, name = said.get("TICKER", ""), said.get("SECNAME", "")
        found[key] = identified(*key, ticker, name, is_debt=True)
    return found


def _read_statement(
    element: Element,
    securities: Mapping[tuple[str, str], Security],
    gathered: Gathering,
    options: Options,
) -> None:
    statement = statement_of(element, securities, gathered, options)
    rows = list(_rows(element, options))
    taken_back = _reversals(rows)
    aside = gathered.aside()
    for tag, row in rows:
        fitid = row.fields.get("FITID", "")
        if fitid in taken_back:
            gathered.skip(row.row, taken_back[fitid], fitid)
            _take(tag, row, statement, aside)
        elif tag in WITHIN:
            gathered.skip(row.row, "Moved within the account.", fitid)
        else:
            _take(tag, row, statement, gathered)
    gathered.supersede(aside)
    stated_balances(element, statement, gathered, options)


def statement_of(
    element: Element,
    securities: Mapping[tuple[str, str], Security],
    gathered: Gathering,
    options: Options,
) -> Statement:
    """Its currency and account."""
    head = MachineRow(1, _head(element), options.today)
    currency = head.currency("CURDEF")
    gathered.faults.extend(head.faults)
    account = head.fields.get("ACCTID", "")[:64] or options.account
    return Statement(currency, account, options.base_currency, securities)


def _take(tag: str, row: MachineRow, statement: Statement, gathered: Gathering) -> None:
    reader = READERS.get(tag)
    symbol = statement.security(row).symbol
    if reader is None:
        remedy = "Enter it by hand, and leave it out of the file."
        row.wrong(tag, "type_unknown", f"{tag} cannot be imported.", remedy)
        gathered.take(row, (), symbol)
        return
    common = common_part(row, statement)
    gathered.take(row, reader(tag, row, statement, common) if common else (), symbol)


def _rows(element: Element, options: Options) -> Iterator[tuple[str, MachineRow]]:
    number = 0
    for tranlist in element.findall("INVTRANLIST"):
        for node in tranlist:
            if node.tag in NO_ENTRIES:
                continue
            number += 1
            fields = leaves(node)
            if any(True for _ in node.iter("ORIGCURRENCY")):
                fields["ORIGCURRENCY"] = "Y"
            yield node.tag, MachineRow(number, fields, options.today)


def _reversals(rows: list[tuple[str, MachineRow]]) -> dict[str, str]:
    """The identifiers that cancel each other, with the sentence for each; a reversal of what the
    file does not hold is a mistake."""
    known = {row.fields.get("FITID", ""): row.row for _, row in rows}
    found: dict[str, str] = {}
    for _, row in rows:
        target, own = row.text("REVERSALFITID", longest=10_000), row.fields.get("FITID", "")
        if not target:
            continue
        if target in known and target != own:
            found[target] = f"Taken back by row {row.row}."
            found[own] = f"Takes back row {known[target]}."
        else:
            row.wrong(
                "REVERSALFITID",
                "reversal_astray",
                "It takes back a transaction that the file does not hold.",
                "Reverse that entry in the ledger, and leave this one out of the file.",
                external_id(target),
            )
    return found


def _head(element: Element) -> dict[str, str]:
    account = element.find("INVACCTFROM")
    own = {node.tag: (node.text or "").strip() for node in element if not len(node)}
    return own | (leaves(account) if account is not None else {})


def _has_positions(source: Source) -> bool:
    return b"<INVPOS>" in source.content


def _no_statement() -> Fault:
    return Fault(
        reason="file_malformed",
        message="The file holds no investment statement.",
        remedy="Download the statement of an investment account.",
    )

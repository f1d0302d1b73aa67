"""The stack of tables: taken apart, translated section by section, and read as Flex."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from market.formats.faults import Fault
from portfolios.formats.contract import DateStyle, Options, Parsed, Shape, Source
from portfolios.formats.ibkr_activity.sections import TRANSLATIONS, translated
from portfolios.formats.ibkr_flex.element import Statement
from portfolios.formats.ibkr_flex.statement import SECTIONS
from portfolios.formats.reading.encodings import malformed
from portfolios.formats.reading.findings import Findings, refused
from portfolios.formats.reading.tables import Record, peek, read_table
from portfolios.formats.reading.xml_tree import Node

KINDS = ("Header", "Data", "SubTotal", "Total", "Notes")
# They repeat, sum up or explain what is read elsewhere.
WITHOUT_ENTRIES = frozenset(
    """
    Statement|Account Information|Net Asset Value|Change in NAV|Codes|Notes/Legal Notes|Location
    Mark-to-Market Performance Summary|Realized & Unrealized Performance Summary|Cash Report
    Month & Year to Date Performance Summary|Financial Instrument Information|Interest Accruals
    Forex Balances|Forex P/L Details|Net Stock Position Summary|Change in Dividend Accruals
    Open Dividend Accruals|Base Currency Exchange Rate|Change in Combined Securities Value
    Collateral for Customer Borrowing|Stock Yield Enhancement Program Securities Lent
    """.replace("\n", "|")
    .replace("|    ", "|")
    .split("|")
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a section, by the columns of the header above it."""

    row: int
    section: str
    kind: str
    fields: Mapping[str, str]


@dataclass(slots=True)
class Account:
    """What the tables at the top say: whose account, in which currency, up to when."""

    name: str = ""
    base: str = ""
    to_date: str = ""
    securities: dict[str, Mapping[str, str]] = field(default_factory=dict)


class ActivityFormat:
    name = "ibkr_activity"
    title = "Interactive Brokers activity CSV"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        records = peek(source)[:3]
        return 1.0 if any(record.fields[:2] == ("Statement", "Data") for record in records) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """All sections, as one statement."""
        table = read_table(source, options.limits, delimiter=",")
        if isinstance(table, Fault):
            return refused(table)
        findings = Findings(options, columns={"gross_amount": "proceeds"})
        findings.notes.extend(table.notes)
        lines = list(_lines(findings, table.records))
        if not any(line.section == "Statement" for line in lines):
            return refused(malformed("The file has no section Statement in English."))
        _read(findings, lines)
        return findings.parsed()


def _read(findings: Findings, lines: list[Line]) -> None:
    account = _account(lines)
    name = account.name or findings.options.account
    statement = Statement(
        findings, name, account.base, DateStyle.ISO, account.to_date, frozenset({name})
    )
    columns: dict[int, Mapping[str, str]] = {}
    nodes = _nodes(findings, lines, account, columns)
    for section, children in nodes.items():
        SECTIONS[section](statement, Node(section, {}, 0, children))
    findings.faults[:] = [_in_file_terms(fault, columns) for fault in findings.faults]


def _lines(findings: Findings, records: tuple[Record, ...]) -> Iterator[Line]:
    """Data by the latest header of its section; totals are skipped with a reason."""
    headers: dict[str, tuple[str, ...]] = {}
    for record in records:
        section, kind, *fields = (*record.fields, "", "")
        if kind not in KINDS:
            said = "The line does not say whether it is Header, Data or Total."
            findings.fail_shape([malformed(said, record.row)])
        elif kind == "Header":
            headers[section] = tuple(fields)
        elif kind != "Data" or (section != "Net Asset Value" and _is_total(fields)):
            findings.skip(record.row, "A total or a note.", ", ".join(filter(None, fields)))
        elif section not in headers and section != "Statement":
            said = f"The section {section[:60]!r} has no header above this line."
            findings.fail_shape([malformed(said, record.row)])
        else:
            names = headers.get(section, ("Field Name", "Field Value"))
            if len(record.fields) - 2 < sum(1 for name in names if name):
                findings.fail_shape([malformed("The line ends too early.", record.row)])
            else:
                yield Line(record.row, section, kind, dict(zip(names, fields, strict=False)))


def _is_total(fields: list[str]) -> bool:
    return any(text.startswith("Total") for text in fields[:2])


def _account(lines: list[Line]) -> Account:
    account = Account()
    for line in lines:
        named = (line.section, line.fields.get("Field Name", ""))
        value = line.fields.get("Field Value", "")
        if named == ("Account Information", "Account"):
            account.name = value.partition(" ")[0]
        elif named == ("Account Information", "Base Currency"):
            account.base = value.upper()
        elif named == ("Statement", "Period"):
            account.to_date = value.rpartition(" - ")[2]
        elif line.section == "Financial Instrument Information":
            # Several symbols may be listed together: "ACME, ACME.OLD".
            for symbol in line.fields.get("Symbol", "").split(","):
                account.securities.setdefault(symbol.strip(), line.fields)
    return account


def _nodes(
    findings: Findings,
    lines: list[Line],
    account: Account,
    columns: dict[int, Mapping[str, str]],
) -> dict[str, list[Node]]:
    """Each line as the Flex element it is, under its section there."""
    nodes: dict[str, list[Node]] = defaultdict(list)
    unread: set[str] = set()
    for line in lines:
        translation = TRANSLATIONS.get(line.section)
        if translation is None:
            _add_balance(nodes, columns, line, account)
            if line.section not in WITHOUT_ENTRIES:
                unread.add(line.section)
            continue
        attributes, names = translated(translation, line.fields)
        _complete(attributes, account)
        columns[line.row] = names
        nodes[translation.section].append(Node(translation.tag, attributes, line.row))
    for section in sorted(unread):
        findings.notes.append(
            f"The section {section[:60]} was not read. "
            "Compare the cash that the statement ends with."
        )
    _prefer_orders(nodes["Trades"])
    return nodes


def _complete(attributes: dict[str, str], account: Account) -> None:
    """The ISIN, name and exchange that the table of instruments gives for a symbol."""
    known = account.securities.get(attributes.get("symbol", ""))
    if known is None:
        return
    said = known.get("Security ID", "")
    attributes.setdefault("isin", said if len(said) == 12 else "")
    attributes.setdefault("listingExchange", known.get("Listing Exch", ""))
    attributes.setdefault("description", known.get("Description", ""))


def _prefer_orders(trades: list[Node]) -> None:
    """Here, unlike in Flex, every trade has its order row, and executions only detail some."""
    if any(node.get("levelOfDetail") == "ORDER" for node in trades):
        for node in trades:
            said = node.get("levelOfDetail")
            swapped = {"ORDER": "EXECUTION", "EXECUTION": "TRADE"}
            node.attributes["levelOfDetail"] = swapped.get(said, said)


def _add_balance(
    nodes: dict[str, list[Node]],
    columns: dict[int, Mapping[str, str]],
    line: Line,
    account: Account,
) -> None:
    if line.section == "Cash Report" and line.fields.get("Currency Summary") == "Ending Cash":
        attributes = {
            "currency": line.fields.get("Currency", ""),
            "endingCash": line.fields.get("Total", ""),
            "accountId": line.fields.get("Account", ""),
        }
        columns[line.row] = {"endingCash": "Total"}
        nodes["CashReport"].append(Node("CashReportCurrency", attributes, line.row))
    elif line.section == "Net Asset Value" and line.fields.get("Asset Class") == "Total":
        attributes = {"total": line.fields.get("Current Total", ""), "currency": account.base}
        columns[line.row] = {"total": "Current Total"}
        nodes["EquitySummaryInBase"].append(
            Node("EquitySummaryByReportDateInBase", attributes, line.row)
        )


def _in_file_terms(fault: Fault, columns: Mapping[int, Mapping[str, str]]) -> Fault:
    names = columns.get(fault.row or 0, {})
    return replace(fault, column=names.get(fault.column or "", fault.column))

"""A Flex response as a whole: its statements, their sections and what is left unread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, Options, Parsed, Question, Shape, Source
from portfolios.formats.ibkr_flex.actions import read_actions
from portfolios.formats.ibkr_flex.balances import read_cash, read_nav, read_positions
from portfolios.formats.ibkr_flex.cash import read_cash_transactions, read_transaction_taxes
from portfolios.formats.ibkr_flex.element import Statement
from portfolios.formats.ibkr_flex.trades import read_trades
from portfolios.formats.ibkr_flex.transfers import read_transfers
from portfolios.formats.reading.dates import date_style
from portfolios.formats.reading.encodings import malformed, opening, too_large
from portfolios.formats.reading.findings import Findings, refused
from portfolios.formats.reading.numbers import Cell
from portfolios.formats.reading.xml_tree import Node, read_xml

Section = Callable[[Statement, Node], None]
SECTIONS: Mapping[str, Section] = {
    "Trades": read_trades,
    "CashTransactions": read_cash_transactions,
    "TransactionTaxes": read_transaction_taxes,
    "CorporateActions": read_actions,
    "Transfers": read_transfers,
    "OpenPositions": read_positions,
    "CashReport": read_cash,
    "EquitySummaryInBase": read_nav,
}
# They repeat, sum up or explain what the sections above hold, and move nothing themselves.
WITHOUT_ENTRIES = frozenset(
    """
    AccountInformation AccrualsInBase ChangeInDividendAccruals ChangeInNAV ChangeInPositionValues
    ConversionRates FIFOPerformanceSummaryInBase FxPositions InterestAccruals
    MTDYTDPerformanceSummary MTMPerformanceSummaryInBase NetStockPositionSummary
    OpenDividendAccruals PriorPeriodPositions SecuritiesInfo StmtFunds SymbolSummary
    TierInterestDetails UnsettledTransfers
    """.split()
)
DATES = "tradeDate dateTime reportDate settleDateTarget settleDate exDate date toDate".split()

AMOUNTS = {
    "gross_amount": "proceeds",
    "net_amount": "netCash",
    "fx_rate": "fxRateToBase",
    "settlement_date": "settleDateTarget",
}


class FlexFormat:
    name = "ibkr_flex"
    title = "Interactive Brokers Flex XML"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        text = opening(source.content)
        return 1.0 if "<FlexQueryResponse" in text or "<FlexStatement" in text else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Every statement of the response, each as its account's."""
        root = read_xml(source.content, options.limits)
        if isinstance(root, Fault):
            return refused(root)
        statements = list(_statements(root))
        too_long = _too_long(statements, options)
        if not statements or too_long is not None:
            return refused(too_long or malformed("The file holds no FlexStatement."))
        dates = date_style(_dates(statements), options.date_style)
        findings = Findings(options, columns=AMOUNTS)
        if isinstance(dates, Question):
            findings.questions.append(dates)
            return findings.parsed()
        accounts = frozenset(node.get("accountId") for node in statements)
        for node in statements:
            _read_statement(findings, node, dates, accounts)
        return findings.parsed()


def _read_statement(
    findings: Findings, node: Node, dates: DateStyle, accounts: frozenset[str]
) -> None:
    account = node.get("accountId").strip("-") or findings.options.account
    base = _base(node)
    statement = Statement(findings, account, base, dates, node.get("toDate"), accounts)
    if base != findings.options.base_currency:
        findings.notes.append(_other_base(account, base, findings.options.base_currency))
    for section in node.children:
        read = SECTIONS.get(section.tag)
        if read is not None:
            read(statement, section)
        elif section.children and section.tag not in WITHOUT_ENTRIES:
            findings.notes.append(
                f"The section {section.tag[:60]} of account {account} was not read. "
                "Compare the cash that the statement ends with."
            )


def _statements(root: Node) -> Iterator[Node]:
    if root.tag == "FlexStatement":
        yield root
    yield from root.every("FlexStatement")


def _too_long(statements: Iterable[Node], options: Options) -> Fault | None:
    rows = sum(len(section.children) for node in statements for section in node.children)
    if options.limits.max_rows is not None and rows > options.limits.max_rows:
        return too_large(f"The file has more than {options.limits.max_rows:,} rows.")
    return None


def _dates(statements: Iterable[Node]) -> Iterator[Cell]:
    for statement in statements:
        for section in statement.children:
            for node in section.children:
                for name in DATES:
                    text = node.attributes.get(name)
                    if text:
                        yield Cell(Place(node.row, name), text)


def _base(statement: Node) -> str:
    """The account's base currency: as stated, else the one currency whose rate to base is 1."""
    for section, tag in (
        ("AccountInformation", ""),
        ("EquitySummaryInBase", "EquitySummaryByReportDateInBase"),
    ):
        node = statement.child(section)
        node = node.child(tag) if node is not None and tag else node
        if node is not None and node.get("currency"):
            return node.get("currency").upper()
    at_par = {
        node.get("currency").upper()
        for section in statement.children
        for node in section.children
        if node.get("fxRateToBase") == "1" and node.get("currency")
    }
    return at_par.pop() if len(at_par) == 1 else ""


def _other_base(account: str, base: str, portfolio_base: str) -> str:
    said = f"is kept in {base}" if base else "does not say its base currency"
    return f"Account {account} {said}, so its rates are not recorded for {portfolio_base}."

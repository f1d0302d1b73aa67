"""Tables of the portfolios app, one file per subject."""

from portfolios.models.history import HistoryState, PortfolioDailyValue
from portfolios.models.imports import ImportRun
from portfolios.models.ledger import EntryType, LedgerAnchor, Transaction
from portfolios.models.lots import Lot, LotClosure
from portfolios.models.portfolio import Portfolio

__all__ = [
    "EntryType",
    "HistoryState",
    "ImportRun",
    "LedgerAnchor",
    "Lot",
    "LotClosure",
    "Portfolio",
    "PortfolioDailyValue",
    "Transaction",
]

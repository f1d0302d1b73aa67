"""Tables of the portfolios app, one file per subject."""

from portfolios.models.history import HistoryState, PortfolioDailyValue
from portfolios.models.imports import ImportRun
from portfolios.models.ledger import EntryType, LedgerAnchor, Transaction
from portfolios.models.lots import Lot, LotClosure
from portfolios.models.portfolio import Portfolio
from portfolios.models.uploads import PendingUpload

__all__ = [
    "EntryType",
    "HistoryState",
    "ImportRun",
    "LedgerAnchor",
    "Lot",
    "LotClosure",
    "PendingUpload",
    "Portfolio",
    "PortfolioDailyValue",
    "Transaction",
]

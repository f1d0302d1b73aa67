"""Tables of the portfolios app, one file per subject."""

from portfolios.models.actions import ActionDecision
from portfolios.models.history import HistoryState, PortfolioDailyValue
from portfolios.models.holdings import LedgerHoldings
from portfolios.models.importing import ImportMapping, InstrumentMatch
from portfolios.models.imports import ImportRun
from portfolios.models.ledger import (
    JOINS_ACCOUNTS,
    EntryType,
    Jurisdiction,
    LedgerAnchor,
    Transaction,
    Treatment,
)
from portfolios.models.lots import CashBalance, Lot, LotClosure
from portfolios.models.methods import CostMethodChange
from portfolios.models.metrics import (
    CurrencyAttribution,
    MonthlyReturns,
    PortfolioCashFlow,
    PortfolioMetrics,
)
from portfolios.models.portfolio import Portfolio
from portfolios.models.reconciliation import BalanceAssertion, ReconciliationResult
from portfolios.models.uploads import PendingUpload
from portfolios.models.values import EndedDailyValue, MonthlyValues, ValueState

__all__ = [
    "JOINS_ACCOUNTS",
    "ActionDecision",
    "BalanceAssertion",
    "CashBalance",
    "CostMethodChange",
    "CurrencyAttribution",
    "EndedDailyValue",
    "EntryType",
    "HistoryState",
    "ImportMapping",
    "ImportRun",
    "InstrumentMatch",
    "Jurisdiction",
    "LedgerAnchor",
    "LedgerHoldings",
    "Lot",
    "LotClosure",
    "MonthlyReturns",
    "MonthlyValues",
    "PendingUpload",
    "Portfolio",
    "PortfolioCashFlow",
    "PortfolioDailyValue",
    "PortfolioMetrics",
    "ReconciliationResult",
    "Transaction",
    "Treatment",
    "ValueState",
]

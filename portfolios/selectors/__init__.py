"""Questions that read: portfolios, ledgers, histories, and the context of a run."""

from portfolios.selectors.access import (
    membership_role,
    portfolio_ids_holding,
    portfolio_ids_priced_by,
    resolve_portfolio,
    visible_portfolios,
)
from portfolios.selectors.context import build_context, settings_hash
from portfolios.selectors.deferral import deferral_note, deferred_losses
from portfolios.selectors.ledger import calc_entries, ledger_head, ledger_rows
from portfolios.selectors.settlement import (
    SettledCash,
    Settlement,
    settled_cash,
    settlement_of,
    settlements,
)
from portfolios.selectors.transactions import (
    TransactionFilter,
    ledger_symbols,
    transactions_page,
)
from portfolios.selectors.verification import LedgerProof, ledger_breaks, verify_ledger

__all__ = [
    "LedgerProof",
    "SettledCash",
    "Settlement",
    "TransactionFilter",
    "build_context",
    "calc_entries",
    "deferral_note",
    "deferred_losses",
    "ledger_breaks",
    "ledger_head",
    "ledger_rows",
    "ledger_symbols",
    "membership_role",
    "portfolio_ids_holding",
    "portfolio_ids_priced_by",
    "resolve_portfolio",
    "settings_hash",
    "settled_cash",
    "settlement_of",
    "settlements",
    "transactions_page",
    "verify_ledger",
    "visible_portfolios",
]

"""Verbs that write: portfolios, ledgers, imports and the projections that follow from them."""

from portfolios.selectors.verification import ledger_breaks
from portfolios.services.amending import amend_entry
from portfolios.services.cost_methods import change_cost_method
from portfolios.services.daily import compute_day, rebuild_all
from portfolios.services.first_build import build_unbuilt
from portfolios.services.history import rebuild_history
from portfolios.services.imports import ImportReport, preview_import, run_import, undo_import
from portfolios.services.ledger import Appended, append_entries, reverse_entry
from portfolios.services.outcomes import BulkReconciled, DayOutcome, PortfolioFailure
from portfolios.services.portfolios import create_portfolio, set_loss_rule
from portfolios.services.projections import Rebuilt, projection_breaks, rebuild_projections
from portfolios.services.reconciling import Reconciled, reconcile_portfolio
from portfolios.services.reconciling_many import reconcile_bulk
from portfolios.services.rehearsing import Rehearsal, rehearse_closes, rehearse_restatement
from portfolios.services.repricing import Repriced, connect_and_reprice, restate_and_reprice
from portfolios.services.transfers import Transferred, transfer_cash, transfer_in_kind

__all__ = [
    "Appended",
    "BulkReconciled",
    "DayOutcome",
    "ImportReport",
    "PortfolioFailure",
    "Rebuilt",
    "Reconciled",
    "Rehearsal",
    "Repriced",
    "Transferred",
    "amend_entry",
    "append_entries",
    "build_unbuilt",
    "change_cost_method",
    "compute_day",
    "connect_and_reprice",
    "create_portfolio",
    "ledger_breaks",
    "preview_import",
    "projection_breaks",
    "rebuild_all",
    "rebuild_history",
    "rebuild_projections",
    "reconcile_bulk",
    "reconcile_portfolio",
    "rehearse_closes",
    "rehearse_restatement",
    "restate_and_reprice",
    "reverse_entry",
    "run_import",
    "set_loss_rule",
    "transfer_cash",
    "transfer_in_kind",
    "undo_import",
]

"""Portfolios in Django's admin. What follows from the ledger is shown, never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from portfolios.models import (
    ActionDecision,
    BalanceAssertion,
    CashBalance,
    CostMethodChange,
    EndedDailyValue,
    HistoryState,
    ImportMapping,
    ImportRun,
    InstrumentMatch,
    LedgerAnchor,
    LedgerHoldings,
    Lot,
    LotClosure,
    MonthlyValues,
    PendingUpload,
    Portfolio,
    PortfolioMetrics,
    ReconciliationResult,
    Transaction,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker only


class KeptAdmin(ModelAdmin):
    """Neither made nor removed here: services do that, with their checks and their audit."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(KeptAdmin):
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Portfolio)
class PortfolioAdmin(KeptAdmin):
    """Texts and the default day may be changed; a policy would change every figure."""

    list_display = ("name", "base_currency", "owner", "default_asof_date", "pricing_policy")
    list_filter = ("base_currency", "pricing_policy")
    search_fields = ("name",)
    EDITABLE = frozenset({"name", "description", "default_asof_date", "sample_note"})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        names = (field.name for field in Portfolio._meta.fields)
        return tuple(name for name in names if name not in self.EDITABLE)


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "seq", "transaction_date", "entry_type", "security", "net_amount")
    list_filter = ("entry_type",)
    list_select_related = ("portfolio", "security")
    search_fields = ("narration", "external_id", "entry_hash")


@admin.register(LedgerAnchor)
class LedgerAnchorAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "seq", "entry_hash", "at")
    list_select_related = ("portfolio",)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "portfolio", "filename", "state", "row_count", "created_by", "at")
    list_filter = ("state",)
    list_select_related = ("portfolio", "created_by")


@admin.register(PendingUpload)
class PendingUploadAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "user", "filename", "at")
    list_select_related = ("portfolio", "user")


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "security", "label", "acquisition_date", "quantity_open")
    list_filter = ("is_open",)
    list_select_related = ("portfolio", "security")


@admin.register(LotClosure)
class LotClosureAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "lot", "close_date", "quantity", "realized_pnl")
    list_select_related = ("portfolio", "lot")


@admin.register(MonthlyValues)
class MonthlyValuesAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "month", "currency", "coin", "days", "totals")
    list_select_related = ("portfolio",)


@admin.register(EndedDailyValue)
class EndedDailyValueAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "asof_date", "pack", "total_value", "state", "to_head")
    list_filter = ("state",)
    list_select_related = ("portfolio", "pack")


@admin.register(PortfolioMetrics)
class PortfolioMetricsAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "asof_date", "pack", "return_1d", "volatility_1y")
    list_select_related = ("portfolio", "pack")


@admin.register(HistoryState)
class HistoryStateAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "ledger_seq", "ledger_commit_hash", "built_at")
    list_select_related = ("portfolio",)


@admin.register(LedgerHoldings)
class LedgerHoldingsAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "began_on", "settled_on", "ledger_commit_hash")
    list_select_related = ("portfolio",)


@admin.register(CashBalance)
class CashBalanceAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "account", "currency", "balance")
    list_select_related = ("portfolio",)


@admin.register(CostMethodChange)
class CostMethodChangeAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "effective_from", "cost_method", "account", "security")
    list_select_related = ("portfolio", "security")


@admin.register(ImportMapping)
class ImportMappingAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "name", "created_by", "at")
    list_select_related = ("portfolio", "created_by")


@admin.register(InstrumentMatch)
class InstrumentMatchAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "identifier", "security", "confirmed_by", "at")
    list_select_related = ("portfolio", "security", "confirmed_by")


@admin.register(BalanceAssertion)
class BalanceAssertionAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "asof_date", "kind", "amount", "currency", "security", "source")
    list_filter = ("kind",)
    list_select_related = ("portfolio", "security")


@admin.register(ReconciliationResult)
class ReconciliationResultAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "asof_date", "code", "key", "state")
    list_filter = ("code", "state")
    list_select_related = ("portfolio",)


@admin.register(ActionDecision)
class ActionDecisionAdmin(ReadOnlyAdmin):
    list_display = ("portfolio", "corporate_action", "state", "decided_by", "at")
    list_filter = ("state",)
    list_select_related = ("portfolio", "corporate_action", "decided_by")

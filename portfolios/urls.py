"""Addresses of a portfolio's pages."""

from django.urls import path, register_converter

from portfolios.views import (
    actions,
    asking,
    attribution,
    benchmarks,
    entries,
    exporting,
    holdings,
    import_runs,
    import_steps,
    imports,
    performance,
    portfolio,
    reconciliation,
    restatements,
    run_list,
    runs,
    security,
    settings,
    transactions,
    transfers,
)

app_name = "portfolios"


class LedgerSeq:
    """The number of an entry. More digits than the column holds name no entry: nothing matches."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(LedgerSeq, "ledger_seq")

ACTIONS = "portfolios/<uuid:portfolio_id>/actions"
HOLDINGS = "portfolios/<uuid:portfolio_id>/holdings"
LEDGER = "portfolios/<uuid:portfolio_id>/transactions"
IMPORT = "portfolios/<uuid:portfolio_id>/import/<uuid:upload_id>"
CHECKS = "portfolios/<uuid:portfolio_id>/reconciliation"
RUN = "portfolios/<uuid:portfolio_id>/imports/<ledger_seq:run_id>"

urlpatterns = [
    path("benchmarks/", benchmarks.benchmarks, name="benchmarks"),
    path("portfolios/", portfolio.portfolio_list, name="list"),
    path("portfolios/new/", portfolio.new_portfolio, name="new"),
    path("portfolios/<uuid:portfolio_id>/", portfolio.overview, name="overview"),
    path(
        "portfolios/<uuid:portfolio_id>/attribution/", attribution.attribution, name="attribution"
    ),
    path(
        "portfolios/<uuid:portfolio_id>/performance/",
        performance.performance,
        name="performance",
    ),
    path("portfolios/<uuid:portfolio_id>/export/", exporting.export, name="export"),
    path(f"{LEDGER}/", transactions.transactions, name="transactions"),
    path(f"{LEDGER}/new/", entries.new_entry, name="new_entry"),
    path(f"{LEDGER}/<ledger_seq:seq>/", transactions.entry, name="entry"),
    path(f"{LEDGER}/<ledger_seq:seq>/correct/", entries.amend, name="amend_entry"),
    path(f"{LEDGER}/<ledger_seq:seq>/undo/", entries.undo, name="reverse_entry"),
    path("portfolios/<uuid:portfolio_id>/import/", imports.import_file, name="import"),
    path(f"{IMPORT}/", import_steps.step, name="import-step"),
    path(f"{IMPORT}/sample/", import_steps.sample, name="import-sample"),
    path(f"{IMPORT}/progress/", import_steps.progress, name="import-progress"),
    path("portfolios/<uuid:portfolio_id>/imports/", import_runs.runs, name="import-runs"),
    path(f"{RUN}/", import_runs.run, name="import-run"),
    path(f"{RUN}/undo/", import_runs.undo, name="import-undo"),
    path("portfolios/<uuid:portfolio_id>/why/", asking.ask, name="ask"),
    path(f"{HOLDINGS}/", holdings.holdings, name="holdings"),
    path(f"{HOLDINGS}/<uuid:security_id>/", holdings.holding, name="holding"),
    path(f"{ACTIONS}/", actions.inbox, name="actions"),
    path(f"{ACTIONS}/<uuid:action_id>/", actions.action, name="action"),
    path(f"{ACTIONS}/<uuid:action_id>/dismiss/", actions.dismiss, name="dismiss_action"),
    path(f"{ACTIONS}/<uuid:action_id>/reopen/", actions.reopen, name="reopen_action"),
    path("portfolios/<uuid:portfolio_id>/settings/", settings.settings, name="settings"),
    path("portfolios/<uuid:portfolio_id>/transfer/", transfers.transfer, name="transfer"),
    path("securities/like/", entries.listings, name="listings"),
    path(f"{CHECKS}/", reconciliation.reconciliation, name="reconciliation"),
    path(f"{CHECKS}/check/", reconciliation.check, name="reconciliation-check"),
    path(
        f"{CHECKS}/<ledger_seq:item_id>/accept/",
        reconciliation.accept,
        name="reconciliation-accept",
    ),
    path("securities/<uuid:security_id>/", security.security, name="security"),
    path("runs/", run_list.run_list, name="runs"),
    path("runs/compare/", run_list.choose, name="choose-runs"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/why/", runs.why, name="why"),
    path("runs/<uuid:run_id>/panels/<slug:panel_id>.csv", runs.export_panel, name="panel-csv"),
    path("runs/<uuid:run_id>/replay/", runs.replay, name="replay"),
    path("runs/<uuid:run_id>/compare/", runs.compare_runs, name="compare"),
    path("packs/restate/", restatements.restate, name="restate"),
    path("packs/<str:pack_id>/restatement/", restatements.restatement, name="restatement"),
]

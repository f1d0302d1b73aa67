"""Under /api/v1/."""

from django.urls import path

from portfolios.api import (
    actions,
    benchmarks,
    entries,
    holdings,
    imports,
    ledger,
    portfolios,
    reconciliation,
    restatements,
    run_list,
    runs,
    securities,
    settings,
    transfers,
)

app_name = "portfolios_api"

PORTFOLIO = "portfolios/<uuid:portfolio_id>"
LEDGER = f"{PORTFOLIO}/transactions"
ACTION = f"{PORTFOLIO}/actions/<uuid:action_id>"
CHECKS = f"{PORTFOLIO}/reconciliation"
IMPORT = f"{PORTFOLIO}/imports/<int:run_id>"
RUN = "runs/<uuid:run_id>"

urlpatterns = [
    path("portfolios/", portfolios.portfolios, name="portfolios"),
    path(f"{PORTFOLIO}/", portfolios.portfolio, name="portfolio"),
    path(f"{PORTFOLIO}/benchmark/", benchmarks.choice, name="benchmark"),
    path(f"{PORTFOLIO}/holdings/", holdings.holdings, name="holdings"),
    path(f"{PORTFOLIO}/lots/", ledger.lots, name="lots"),
    path(f"{PORTFOLIO}/transfers/", transfers.transfer, name="transfers"),
    path(f"{LEDGER}/", ledger.transactions, name="transactions"),
    path(f"{LEDGER}/<int:seq>/", entries.entry, name="entry"),
    path(f"{LEDGER}/<int:seq>/correct/", entries.correct, name="correct"),
    path(f"{LEDGER}/<int:seq>/reverse/", ledger.reverse, name="reverse"),
    path(f"{PORTFOLIO}/imports/", imports.imports, name="imports"),
    path(f"{IMPORT}/", imports.run, name="import-run"),
    path(f"{IMPORT}/undo/", imports.undo, name="import-undo"),
    path(f"{PORTFOLIO}/actions/", actions.inbox, name="actions"),
    path(f"{ACTION}/", actions.action, name="action"),
    path(f"{ACTION}/confirm/", actions.confirm, name="action-confirm"),
    path(f"{ACTION}/dismiss/", actions.dismiss, name="action-dismiss"),
    path(f"{ACTION}/reopen/", actions.reopen, name="action-reopen"),
    path(f"{CHECKS}/", reconciliation.reconciliation, name="reconciliation"),
    path(f"{CHECKS}/check/", reconciliation.check, name="reconciliation-check"),
    path(f"{CHECKS}/<int:item_id>/accept/", reconciliation.accept, name="reconciliation-accept"),
    path(f"{PORTFOLIO}/settings/", settings.settings, name="settings"),
    path(f"{PORTFOLIO}/settings/policies/", settings.policies, name="settings-policies"),
    path(f"{PORTFOLIO}/settings/loss-rule/", settings.loss_rule, name="settings-loss-rule"),
    path(f"{PORTFOLIO}/settings/cost-method/", settings.cost_method, name="settings-cost-method"),
    path("benchmarks/", benchmarks.benchmarks, name="benchmarks"),
    path("securities/", securities.securities, name="securities"),
    path("securities/<uuid:security_id>/", securities.security, name="security"),
    path("securities/<uuid:security_id>/closes/", securities.closes, name="closes"),
    path("runs/", run_list.runs, name="runs"),
    path(f"{RUN}/", runs.run, name="run"),
    path(f"{RUN}/result/", runs.result, name="run-result"),
    path(f"{RUN}/replay/", runs.replay, name="run-replay"),
    path(f"{RUN}/compare/", runs.compare_runs, name="run-compare"),
    path(f"{RUN}/why/", runs.why, name="why"),
    path("packs/restate/", restatements.restate, name="restate"),
    path("packs/<str:pack_id>/restatement/", restatements.restatement, name="restatement"),
]

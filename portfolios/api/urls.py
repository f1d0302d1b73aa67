"""Under /api/v1/."""

from django.urls import path

from portfolios.api import benchmarks, imports, ledger, restatements, runs

app_name = "portfolios_api"

urlpatterns = [
    path("runs/<uuid:run_id>/why/", runs.why, name="why"),
    path("packs/<str:pack_id>/restatement/", restatements.restatement, name="restatement"),
    path("benchmarks/", benchmarks.benchmarks, name="benchmarks"),
    path("portfolios/<uuid:portfolio_id>/benchmark/", benchmarks.choice, name="benchmark"),
    path("portfolios/<uuid:portfolio_id>/transactions/", ledger.transactions, name="transactions"),
    path(
        "portfolios/<uuid:portfolio_id>/transactions/<int:seq>/reverse/",
        ledger.reverse,
        name="reverse",
    ),
    path("portfolios/<uuid:portfolio_id>/lots/", ledger.lots, name="lots"),
    path("portfolios/<uuid:portfolio_id>/imports/", imports.imports, name="imports"),
    path(
        "portfolios/<uuid:portfolio_id>/imports/<int:run_id>/undo/",
        imports.undo,
        name="import-undo",
    ),
]

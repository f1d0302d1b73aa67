"""Addresses of a portfolio's pages."""

from django.urls import path

from portfolios.views import (
    import_runs,
    import_steps,
    imports,
    portfolio,
    security,
    transactions,
)

app_name = "portfolios"

IMPORT = "portfolios/<uuid:portfolio_id>/import/<uuid:upload_id>"
RUN = "portfolios/<uuid:portfolio_id>/imports/<int:run_id>"

urlpatterns = [
    path("portfolios/", portfolio.portfolio_list, name="list"),
    path("portfolios/new/", portfolio.new_portfolio, name="new"),
    path("portfolios/<uuid:portfolio_id>/", portfolio.overview, name="overview"),
    path(
        "portfolios/<uuid:portfolio_id>/transactions/",
        transactions.transactions,
        name="transactions",
    ),
    path("portfolios/<uuid:portfolio_id>/import/", imports.import_file, name="import"),
    path(f"{IMPORT}/", import_steps.step, name="import-step"),
    path(f"{IMPORT}/sample/", import_steps.sample, name="import-sample"),
    path(f"{IMPORT}/progress/", import_steps.progress, name="import-progress"),
    path("portfolios/<uuid:portfolio_id>/imports/", import_runs.runs, name="import-runs"),
    path(f"{RUN}/", import_runs.run, name="import-run"),
    path(f"{RUN}/undo/", import_runs.undo, name="import-undo"),
    path("securities/<uuid:security_id>/", security.security, name="security"),
]

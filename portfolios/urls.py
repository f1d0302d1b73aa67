"""Addresses of a portfolio's pages."""

from django.urls import path

from portfolios.views import imports, portfolio, security, transactions

app_name = "portfolios"

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
    path("securities/<uuid:security_id>/", security.security, name="security"),
]

"""Addresses of a portfolio's pages."""

from django.urls import path

from portfolios import views

app_name = "portfolios"

urlpatterns = [
    path("portfolios/", views.portfolio_list, name="list"),
    path("portfolios/new/", views.new_portfolio, name="new"),
    path("portfolios/<uuid:portfolio_id>/", views.overview, name="overview"),
    path("portfolios/<uuid:portfolio_id>/transactions/", views.transactions, name="transactions"),
    path("portfolios/<uuid:portfolio_id>/import/", views.import_file, name="import"),
    path("securities/<uuid:security_id>/", views.security, name="security"),
]

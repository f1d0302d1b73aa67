"""Under /api/: what joins several apps, and the paths that clients knew before /api/v1/."""

from django.urls import path

from accounts.api import audit
from dawsos.api import methods, older, patterns

app_name = "api"

urlpatterns = [
    path("v1/patterns/", patterns.patterns, name="patterns"),
    path("v1/patterns/<str:pattern_id>/", patterns.pattern, name="pattern"),
    path(
        "v1/portfolios/<uuid:portfolio_id>/patterns/<str:pattern_id>/",
        patterns.pattern_of_portfolio,
        name="pattern-of-portfolio",
    ),
    path("v1/methods/", methods.methods, name="methods"),
    path("v1/methods/fixtures/<slug:golden>/", methods.golden_cases, name="golden-cases"),
    path("v1/methods/<slug:slug>/", methods.method, name="method"),
    path("v1/audit/", audit.audit, name="audit"),
    path("v1/activity/", audit.activity, name="activity"),
    path("metrics/<uuid:portfolio_id>", older.metrics, name="older-metrics"),
    path("portfolio", older.portfolio, name="older-portfolio"),
    path("holdings", older.holdings, name="older-holdings"),
    path("transactions", older.transactions, name="older-transactions"),
]

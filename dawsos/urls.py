"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from dawsos.api import nights as nights_api
from dawsos.api.docs import api_docs
from dawsos.api.evaluate import evaluate_document
from dawsos.api.execute import execute_pattern
from dawsos.api.export import export_portfolio
from dawsos.api.health import health, health_pack
from dawsos.catalogue import capabilities, capabilities_page, schema
from dawsos.dashboard import asking
from dawsos.dashboard import health as data_health
from dawsos.dashboard.portfolio_attention import attention
from dawsos.dashboard.search import destinations
from dawsos.dashboard.views import home
from dawsos.gallery import views as gallery
from dawsos.night import views as night_views
from dawsos.running import agents, pages, tickets, uploading

urlpatterns = [
    path("", home, name="home"),
    path("", include("accounts.urls")),
    path("", include("portfolios.urls")),
    path("", include("market.urls")),
    path("methods/", include("dawsos.method_views")),
    path("capabilities/", capabilities_page, name="capabilities"),
    path("api/v1/capabilities/", capabilities, name="api-capabilities"),
    path("api/schema/patterns/", schema, name="pattern-schema"),
    path("why/", asking.of_dashboard, name="dashboard-why"),
    path("data-health/why/", asking.of_data_health, name="data-health-why"),
    path(
        "portfolios/<uuid:portfolio_id>/data-health/why/",
        asking.of_data_health,
        name="portfolio-data-health-why",
    ),
    path("search/", destinations, name="destinations"),
    path("portfolios/<uuid:portfolio_id>/attention/", attention, name="portfolio-attention"),
    path("data-health/", data_health.page, name="data-health"),
    path(
        "portfolios/<uuid:portfolio_id>/data-health/",
        data_health.portfolio_page,
        name="portfolio-data-health",
    ),
    path("nights/", night_views.nights, name="nights"),
    path("nights/<int:run_id>/", night_views.night, name="night"),
    path("nights/<int:run_id>/resume/", night_views.resume, name="night-resume"),
    path("patterns/", pages.pattern_list, name="patterns"),
    path("patterns/upload-file/", uploading.upload_page, name="pattern-upload"),
    path("patterns/panels/", gallery.gallery, name="panel-gallery"),
    path("patterns/panels/sample-report/", gallery.sample_report, name="panel-sample-report"),
    path("patterns/<slug:pattern_id>/", pages.pattern_page, name="pattern"),
    path(
        "patterns/<slug:pattern_id>/progress/<uuid:ticket>/",
        tickets.progress,
        name="pattern-progress",
    ),
    path("patterns/<slug:pattern_id>/cancel/<uuid:ticket>/", tickets.cancel, name="pattern-cancel"),
    path("patterns/<slug:pattern_id>/withdraw/", uploading.withdraw_page, name="pattern-withdraw"),
    path(
        "patterns/<slug:pattern_id>/serve/<str:version>/",
        uploading.serve_page,
        name="pattern-serve",
    ),
    path("agents/", agents.agents_page, name="agents"),
    path("agents/<str:agent>/reset/", agents.reset_page, name="agent-reset"),
    path("admin/", admin.site.urls),
    # Programs. Two paths of one door, because clients of both exist.
    path("v1/execute", execute_pattern, name="execute"),
    path("api/patterns/execute", execute_pattern, name="patterns-execute"),
    path("api/v1/evaluate/", evaluate_document, name="evaluate"),
    path(
        "api/v1/portfolios/<uuid:portfolio_id>/export/<str:file_format>/",
        export_portfolio,
        name="export",
    ),
    path("api/v1/data-health/", data_health.api, name="api-data-health"),
    path(
        "api/v1/portfolios/<uuid:portfolio_id>/data-health/",
        data_health.portfolio_api,
        name="api-portfolio-data-health",
    ),
    path("api/v1/nights/", nights_api.nights, name="api-nights"),
    path("api/v1/nights/<int:run_id>/", nights_api.night, name="api-night"),
    path("api/v1/nights/<int:run_id>/resume/", nights_api.resume, name="api-night-resume"),
    path("api/v1/patterns/upload/", uploading.upload_api, name="api-pattern-upload"),
    path(
        "api/v1/patterns/<slug:pattern_id>/withdraw/",
        uploading.withdraw_api,
        name="api-pattern-withdraw",
    ),
    path("api/v1/tickets/<uuid:ticket>/", tickets.progress_api, name="api-ticket"),
    path("api/v1/tickets/<uuid:ticket>/cancel/", tickets.cancel_api, name="api-ticket-cancel"),
    path(
        "api/v1/patterns/<slug:pattern_id>/serve/<str:version>/",
        uploading.serve_api,
        name="api-pattern-serve",
    ),
    path("api/v1/agents/", agents.agents_api, name="api-agents"),
    path("api/v1/agents/<str:agent>/reset/", agents.reset_api, name="api-agent-reset"),
    path("api/", include("dawsos.api.urls")),
    path("api/auth/", include("accounts.api.urls")),
    path("api/v1/", include("portfolios.api.urls")),
    path("api/v1/", include("market.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", api_docs, name="api-docs"),
    path("health", health, name="health"),
    path("health/pack", health_pack, name="health-pack"),
]

handler400 = "dawsos.views.bad_request"
handler403 = "dawsos.views.forbidden"
handler404 = "dawsos.views.not_found"
handler500 = "dawsos.views.server_error"

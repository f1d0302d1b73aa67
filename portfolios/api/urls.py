"""Under /api/v1/."""

from django.urls import path

from portfolios.api import imports

app_name = "portfolios_api"

urlpatterns = [
    path("portfolios/<uuid:portfolio_id>/imports/", imports.imports, name="imports"),
    path(
        "portfolios/<uuid:portfolio_id>/imports/<int:run_id>/undo/",
        imports.undo,
        name="import-undo",
    ),
]

"""Under /api/v1/."""

from django.urls import path

from market.api import quarantine

app_name = "market_api"

urlpatterns = [
    path("quarantine/", quarantine.listed, name="quarantine"),
    path("quarantine/<int:item_id>/accept/", quarantine.accept, name="quarantine-accept"),
    path("quarantine/<int:item_id>/reject/", quarantine.reject, name="quarantine-reject"),
]

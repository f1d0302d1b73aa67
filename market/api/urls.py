"""Under /api/v1/."""

from django.urls import path

from market.api import packs, quarantine

app_name = "market_api"

urlpatterns = [
    path("packs/", packs.packs, name="packs"),
    path("packs/policies/", packs.policies, name="policies"),
    path("packs/<str:pack_id>/", packs.pack, name="pack"),
    path("quarantine/", quarantine.listed, name="quarantine"),
    path("quarantine/<int:item_id>/accept/", quarantine.accept, name="quarantine-accept"),
    path("quarantine/<int:item_id>/reject/", quarantine.reject, name="quarantine-reject"),
]

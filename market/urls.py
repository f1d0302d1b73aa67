"""Addresses of the market's pages."""

from django.urls import path

from market import views

app_name = "market"

urlpatterns = [
    path("packs/", views.packs, name="packs"),
    path("packs/policies/", views.policy_list, name="policies"),
    path("packs/quarantine/", views.quarantine, name="quarantine"),
    path("packs/quarantine/<int:item_id>/", views.decide, name="decide"),
    path("packs/<str:pack_id>/", views.pack, name="pack"),
]

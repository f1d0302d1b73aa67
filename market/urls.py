"""Addresses of the market's pages."""

from django.urls import path

from market import views

app_name = "market"

urlpatterns = [
    path("packs/", views.packs, name="packs"),
    path("packs/<str:pack_id>/", views.pack, name="pack"),
]

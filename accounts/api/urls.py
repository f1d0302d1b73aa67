"""Under /api/auth/."""

from django.urls import path

from accounts.api import views

app_name = "accounts_api"

urlpatterns = [
    path("login", views.login, name="login"),
    path("refresh", views.refresh, name="refresh"),
    path("logout", views.logout, name="logout"),
    path("me", views.me, name="me"),
]

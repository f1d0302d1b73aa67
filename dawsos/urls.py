"""Every address of the site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls)]
urlpatterns += [
    path("", include(f"{app}.urls")) for app in ("accounts", "portfolios") if find_spec(f"{app}.urls")
]

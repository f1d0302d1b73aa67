"""Every address of the site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

ours = [f"{app}.urls" for app in ("accounts", "portfolios")]
urlpatterns = [
    path("admin/", admin.site.urls),
    *(path("", include(urls)) for urls in ours if find_spec(urls)),
]

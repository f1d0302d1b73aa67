"""The baseline of the web: the least that a Django page of a portfolio can cost.

A database session, three indexed queries (portfolio, 50 holdings, 252 daily values) and one
template. No ledger, no pack, no row-level security, no explanation. `setup` fills its tables
and prints the session cookie; gunicorn serves `application`.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
from importlib import import_module

import django
from django.conf import settings

PAGE = """<!doctype html><html lang="en"><head><title>{{ portfolio.name }}</title></head><body>
<h1>{{ portfolio.name }}</h1><p>{{ user.username }}, {{ portfolio.base_currency }}</p>
<table>{% for row in holdings %}<tr><td>{{ row.symbol }}</td><td>{{ row.quantity|floatformat:2 }}
</td><td>{{ row.price|floatformat:2 }}</td><td>{{ row.market_value|floatformat:2 }}</td></tr>
{% endfor %}</table>
<svg viewBox="0 0 252 100"><polyline points="{{ line }}"/></svg></body></html>"""

settings.configure(
    SECRET_KEY="baseline",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["BARE_NAME"],
            "USER": os.environ["BARE_USER"],
            "HOST": os.environ["BARE_HOST"],
            "PORT": os.environ.get("BARE_PORT", ""),
            "CONN_MAX_AGE": 600,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"page.html": PAGE})],
                    )
                ],
                "context_processors": ["django.contrib.auth.context_processors.auth"],
            },
        }
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGGING_CONFIG=None,
)
django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402  (needs configured settings)
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Portfolio(models.Model):
    owner_id = models.BigIntegerField(db_index=True)
    name = models.TextField()
    base_currency = models.CharField(max_length=3)

    class Meta:
        app_label = "bare"


class Holding(models.Model):
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE)
    symbol = models.TextField()
    quantity = models.DecimalField(max_digits=20, decimal_places=4)
    price = models.DecimalField(max_digits=20, decimal_places=4)
    market_value = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        app_label = "bare"


class DailyValue(models.Model):
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE)
    day = models.DateField()
    total_value = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        app_label = "bare"
        constraints = (models.UniqueConstraint(fields=("portfolio", "day"), name="bare_day"),)


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    portfolio = Portfolio.objects.get(pk=pk, owner_id=request.user.pk)
    holdings = list(Holding.objects.filter(portfolio_id=pk))
    values = DailyValue.objects.filter(portfolio_id=pk).order_by("day")
    history = values.values_list("total_value", flat=True)
    line = " ".join(f"{x},{float(value) / 2e4:.1f}" for x, value in enumerate(history))
    context = {"portfolio": portfolio, "holdings": holdings, "line": line}
    return render(request, "page.html", context)


urlpatterns = [path("page/<int:pk>", page)]
application = get_wsgi_application()


def setup(portfolios: int = 50) -> str:
    """Create and fill the tables; returns the cookie of a signed-in session."""
    from django.core.management import call_command
    from django.test import RequestFactory

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Portfolio, Holding, DailyValue):
            editor.create_model(model)
    user = get_user_model().objects.create(username="bare")
    _fill(user.pk, portfolios)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    request = RequestFactory().get("/")
    request.session = store
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    store.save()
    return f"sessionid={store.session_key}"


def _fill(owner_id: int, count: int) -> None:
    dice = random.Random(11)
    rows = [Portfolio(owner_id=owner_id, name=f"P{n}", base_currency="CAD") for n in range(count)]
    for portfolio in Portfolio.objects.bulk_create(rows):
        Holding.objects.bulk_create(
            Holding(
                portfolio=portfolio,
                symbol=f"S{n:03d}",
                quantity=dice.randint(1, 500),
                price=dice.uniform(10, 300),
                market_value=dice.uniform(1e3, 1e5),
            )
            for n in range(50)
        )
        start = dt.date(2012, 1, 1)
        DailyValue.objects.bulk_create(
            DailyValue(
                portfolio=portfolio,
                day=start + dt.timedelta(days=n),
                total_value=dice.uniform(9e5, 1.1e6),
            )
            for n in range(252)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__" and sys.argv[1:] == ["setup"]:
    print(setup())

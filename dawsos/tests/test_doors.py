"""What may be pushed at the doors: broken bodies, odd headers, ids of others. Never a 500."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from accounts.models import AuditEvent, User
from accounts.tests.factories import UserFactory
from dawsos.tests.conftest import Post
from portfolios.models import Portfolio

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
JSON_DOORS = ("/v1/execute", "/api/patterns/execute", "/api/auth/login", "/api/auth/refresh")
# Kept out of the admin: Django's own bookkeeping, and sessions, whose rows are credentials.
TOKEN = re.compile(rb"[A-Za-z0-9]{64}")
UNSEEN = {
    "admin.LogEntry",
    "auth.Permission",
    "contenttypes.ContentType",
    "portfolios.CurrencyAttribution",  # a key of several columns
    "portfolios.MonthlyReturns",
    "portfolios.PortfolioCashFlow",
    "portfolios.PortfolioDailyValue",
    "sessions.Session",
}


def error(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["error"]
    return found


@pytest.mark.parametrize("door", JSON_DOORS)
@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b'{"email": "a", "email": "b"}', 400, "name_duplicate"),
        (b'{"inputs": {"x": 1, "x": 2}}', 400, "name_duplicate"),
        (b"[" * 33 + b"]" * 33, 400, "too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "json_invalid"),
        (b'{"a":' * 100_000, 400, "json_invalid"),
        (b"\xff", 400, "json_invalid"),
        ('{"a": 1}'.encode("utf-16"), 400, "json_invalid"),
        (b'{"a": ' + b"9" * 5000 + b"}", 400, "json_invalid"),
        (b'{"a": NaN}', 422, "number_invalid"),
        (b'{"a": -Infinity}', 422, "number_invalid"),
    ],
)
def test_a_body_that_is_no_plain_json_is_refused_with_its_reason(
    browser: Browser, alice: User, door: str, body: bytes, status: int, reason: str
) -> None:
    response = browser(alice).post(door, body, content_type="application/json")
    assert (response.status_code, error(response)["details"]["reason"]) == (status, reason)


def test_a_body_of_32_levels_is_read(execute: Post, alice: User) -> None:
    deep: Any = 1
    for _ in range(30):  # within the body and its inputs: 32
        deep = [deep]
    response = execute(alice, pattern_id="portfolio_overview", inputs={"portfolio_id": deep})
    assert error(response)["code"] == "VALIDATION_2001"


def test_a_body_beyond_the_limit_is_413(execute: Post, alice: User) -> None:
    response = execute(alice, pattern_id="x" * (12 * 1024 * 1024))
    assert (response.status_code, error(response)["code"]) == (413, "VALIDATION_2000")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "%"])
def test_whoever_takes_no_json_is_told_so(alice: User, browser: Browser, accept: str) -> None:
    response = browser(alice).post("/v1/execute", headers={"accept": accept})
    assert (response.status_code, error(response)["code"]) == (406, "VALIDATION_2000")


def test_every_mistake_of_a_body_has_field_reason_and_remedy(execute: Post, alice: User) -> None:
    response = execute(alice, asof="2013-02-30", ctx={"pricing_pack_id": "x" * 65})
    told = error(response)["details"]["errors"]
    assert {each["field"]: each["reason"] for each in told} == {
        "pattern_id": "required",
        "asof": "date_invalid",
        "ctx.pricing_pack_id": "too_long",
    }
    assert all(each["message"] and each["remedy"] for each in told)


@pytest.mark.parametrize("page", ["", "transactions/", "import/"])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
def test_a_foreign_portfolio_is_answered_byte_for_byte_like_none(
    browser: Browser, portfolio: Portfolio, charlie: User, page: str, method: str
) -> None:
    def told(portfolio_id: object) -> tuple[int, bytes]:
        address = f"/portfolios/{portfolio_id}/{page}"
        client = browser(charlie)
        response = getattr(client, method)(address, headers={"x-request-id": "same"})
        return response.status_code, plain(response.content, portfolio_id)

    foreign, missing = told(portfolio.pk), told(uuid4())
    assert foreign == missing
    assert foreign[0] in {404, 405}


def plain(content: bytes, portfolio_id: object) -> bytes:
    """Without the id that was asked for, and the masked token that differs with every answer."""
    return TOKEN.sub(b"", content.replace(str(portfolio_id).encode(), b""))


@pytest.mark.parametrize("address", ["/health", "/health/pack", "/login/", "/nowhere", "/packs/"])
def test_every_answer_carries_the_policies(address: str) -> None:
    headers = Client().get(address).headers
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_every_model_is_in_the_admin() -> None:
    models = [model for model in apps.get_models() if not admin.site.is_registered(model)]
    missing = {model._meta.label for model in models}
    assert missing == UNSEEN


@pytest.mark.parametrize("page", ["accounts/user", "market/pricingpack", "patterns/stepresult"])
def test_an_address_with_nul_names_nothing_and_leaves_its_trace(
    browser: Browser, page: str
) -> None:
    root = UserFactory.create(email="root@example.org", role="ADMIN")
    assert browser(root).get(f"/admin/{page}/%00/change/").status_code == 404
    seen = AuditEvent.objects.filter(action="admin_view").values_list("resource_id", flat=True)
    assert f"/admin/{page}/\ufffd/change/" in seen


def test_a_manager_does_not_enter_the_admin(browser: Browser) -> None:
    manager = UserFactory.create(email="manager@example.org", role="MANAGER")
    response = browser(manager).get("/admin/accounts/user/")
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("page", ["accounts/refreshfamily", "accounts/loginthrottle"])
def test_a_forged_id_in_a_bulk_action_is_no_500(browser: Browser, page: str) -> None:
    root = UserFactory.create(email="root@example.org", role="ADMIN")
    forged = {"action": "delete_selected", "_selected_action": ["x"], "index": "0"}
    assert browser(root).post(f"/admin/{page}/", forged).status_code in {302, 400}

"""Patterns of the house: checked, kept by version, served everywhere, audited; and their pages."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import AuditEvent, User
from accounts.tests.factories import UserFactory
from patterns import library
from patterns.library import Library
from patterns.models import PatternRun, UploadedPattern
from patterns.selectors import sync_library
from patterns.selectors.uploaded import forget_library
from patterns.tests.inventions import BASKET_STEP, SHARE_STEP, document
from portfolios.models import Portfolio

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
TILE = {"label": "Fruits", "path": "basket.size", "format": "count"}
GRID = {
    "id": "tiles",
    "type": "metrics_grid",
    "metrics": [TILE],
}
FRUIT = document(BASKET_STEP, presentation={"panels": [GRID]})


@pytest.fixture(autouse=True)
def own_library(shop: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No pattern of the product can be planned while the shop stands alone; none is needed."""
    monkeypatch.setattr(library, "built_in", lambda: Library({}))
    yield
    forget_library()


@pytest.fixture
def admin(db: None) -> User:
    return UserFactory.create(email="admin@example.org", role="ADMIN")


@pytest.fixture
def send(browser: Browser, admin: User) -> Callable[..., Any]:
    def sent(told: dict[str, Any] | str, by: User = admin) -> Any:
        text = told if isinstance(told, str) else json.dumps(told, indent=1)
        file = SimpleUploadedFile("fruit.json", text.encode())
        return browser(by).post("/patterns/upload-file/", {"file": file})

    return sent


def test_a_file_is_at_once_a_page_an_api_answer_and_a_command(
    send: Callable[..., Any], browser: Browser, admin: User, traded: Portfolio
) -> None:
    assert send(FRUIT).status_code == 302
    page = browser(admin).get("/patterns/fruit/?size=3").content.decode()
    assert "Fruits" in page
    assert 'name="size"' in page
    body = {"pattern_id": "fruit", "inputs": {"size": 3}, "require_fresh": False}
    answer = browser(admin).post("/v1/execute", body, content_type="application/json").json()
    assert answer["result"]["basket"]["size"]["value"] == 3
    assert "fruit" in browser(admin).get("/patterns/").content.decode()


def test_it_is_audited_and_kept_as_it_was_sent(send: Callable[..., Any], admin: User) -> None:
    send(FRUIT)
    row = UploadedPattern.objects.get()
    assert json.loads(row.text) == FRUIT
    assert (row.uploaded_by, row.uploaded_by_name, row.is_active) == (
        admin.pk,
        "admin@example.org",
        True,
    )
    event = AuditEvent.objects.get(action="pattern_uploaded")
    assert event.details == {"version": "1.0.0", "digest": row.digest}


def test_every_mistake_is_shown_with_its_line(send: Callable[..., Any]) -> None:
    steps = [{**BASKET_STEP, "capability": "shop.bascet"}, {**SHARE_STEP, "args": {"part": "1"}}]
    answer = send(document(*steps))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no capability &#x27;shop.bascet&#x27;." in page
    assert "Did you mean &#x27;shop.basket&#x27;?" in page
    assert "needs the argument &#x27;whole&#x27;" in page
    assert "Nothing was kept." in page
    assert not UploadedPattern.objects.exists()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"id": NaN}', '{"id": 1, "id": 2}'])
def test_what_is_no_pattern_is_refused(send: Callable[..., Any], text: str) -> None:
    assert send(text).status_code == 422


def test_a_built_in_id_is_read_only(
    send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(document(BASKET_STEP, id="bread"))
    built_in = Library(dict(library.library().readings))
    monkeypatch.setattr(library, "built_in", lambda: built_in)
    answer = send(document(BASKET_STEP, id="bread", version="2.0.0"))
    assert answer.status_code == 422
    assert "is a built-in pattern" in answer.content.decode()


def test_a_version_is_kept_once_and_the_next_is_higher(send: Callable[..., Any]) -> None:
    send(document(BASKET_STEP, version="1.10.0"))
    for version in ("1.10.0", "1.9.0"):
        assert "is kept already" in send(document(BASKET_STEP, version=version)).content.decode()
    assert send(document(BASKET_STEP, version="1.11.0")).status_code == 302
    served = UploadedPattern.objects.get(is_active=True)
    assert (served.version, UploadedPattern.objects.count()) == ("1.11.0", 2)


def test_an_old_run_keeps_the_panels_of_its_version(
    send: Callable[..., Any], browser: Browser, admin: User, traded: Portfolio
) -> None:
    send(FRUIT)
    browser(admin).get("/patterns/fruit/?size=3")
    run = PatternRun.objects.get()
    renamed = {**GRID, "metrics": [{**TILE, "label": "Pieces"}]}
    send(document(BASKET_STEP, version="2.0.0", presentation={"panels": [renamed]}))
    assert "Pieces" in browser(admin).get("/patterns/fruit/?size=3").content.decode()
    old = browser(admin).get(f"/runs/{run.pk}/").content.decode()
    assert "Fruits" in old
    assert "Pieces" not in old


def test_replay_computes_the_version_of_the_run(
    send: Callable[..., Any], browser: Browser, admin: User, traded: Portfolio
) -> None:
    send(FRUIT)
    browser(admin).get("/patterns/fruit/?size=3")
    run = PatternRun.objects.get()
    other = {**BASKET_STEP, "args": {"size": 7}}
    send(document(other, version="2.0.0", inputs={}))
    assert browser(admin).post(f"/runs/{run.pk}/replay/").status_code == 302  # the same bytes


def test_another_process_serves_it_too(send: Callable[..., Any]) -> None:
    send(FRUIT)
    forget_library()  # as a process that has heard nothing
    assert "fruit" not in library.library().readings
    sync_library(now=True)
    assert library.get_pattern("fruit").version == "1.0.0"


def test_looking_costs_one_query_a_second_and_nothing_between(
    send: Callable[..., Any], settings: Any, django_assert_num_queries: Any
) -> None:
    send(FRUIT)
    settings.PATTERN_REFRESH_SECONDS = 3600
    with django_assert_num_queries(0):
        sync_library()
    settings.PATTERN_REFRESH_SECONDS = 0
    with django_assert_num_queries(1):
        sync_library()


def test_withdrawing_and_serving_again(
    send: Callable[..., Any], browser: Browser, admin: User, traded: Portfolio
) -> None:
    send(FRUIT)
    browser(admin).get("/patterns/fruit/?size=3")
    assert browser(admin).post("/patterns/fruit/withdraw/").status_code == 302
    assert browser(admin).get("/patterns/fruit/").status_code == 404
    assert browser(admin).get(f"/runs/{PatternRun.objects.get().pk}/").status_code == 200
    assert browser(admin).post("/patterns/fruit/serve/1.0.0/").status_code == 302
    assert browser(admin).get("/patterns/fruit/").status_code == 200
    assert browser(admin).post("/patterns/fruit/serve/9.9.9/").status_code == 404
    told = list(AuditEvent.objects.filter(resource_type="pattern").values_list("action", flat=True))
    assert sorted(told) == ["pattern_served", "pattern_uploaded", "pattern_withdrawn"]


def test_what_others_contain_is_neither_withdrawn_nor_broken(
    send: Callable[..., Any], browser: Browser, admin: User
) -> None:
    send(FRUIT)
    label = {
        "as": "label",
        "capability": "shop.label",
        "args": {"share": "{{bag.basket.fruits}}"},
    }
    bag = {"as": "bag", "pattern": "fruit", "inputs": {}}
    assert send(document(bag, {**label, "args": {"share": "{{bag.share.share.value}}"}},
                         id="outer")).status_code == 422  # fmt: skip
    reads = {**label, "args": {"share": 0.5, "fruit": "{{bag.basket.total.currency}}"}}
    assert send(document(bag, reads, id="outer")).status_code == 302
    assert browser(admin).post("/patterns/fruit/withdraw/").status_code == 422
    broken = send(document({**BASKET_STEP, "as": "bin"}, version="2.0.0"))
    assert "outer contains it and would break" in broken.content.decode()


@pytest.mark.parametrize("role", ["VIEWER", "USER", "MANAGER"])
def test_only_an_administrator_may(send: Callable[..., Any], browser: Browser, role: str) -> None:
    stranger = UserFactory.create(role=role)
    assert send(FRUIT, by=stranger).status_code == 403
    assert browser(stranger).get("/patterns/upload-file/").status_code == 403
    for address in ("/patterns/fruit/withdraw/", "/patterns/fruit/serve/1.0.0/"):
        assert browser(stranger).post(address).status_code == 403
    posted = browser(stranger).post(
        "/api/v1/patterns/upload/", FRUIT, content_type="application/json"
    )
    assert posted.status_code == 403
    assert not UploadedPattern.objects.exists()


def test_the_web_may_not_write_patterns_even_by_a_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('dawsos_web', 'patterns_uploadedpattern', privilege)"
            " FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege"
        )
        assert [row[0] for row in cursor.fetchall()] == [True, False, False, False]


def test_programs_upload_and_list(browser: Browser, admin: User) -> None:
    client, address = browser(admin), "/api/v1/patterns/upload/"
    made = client.post(address, FRUIT, content_type="application/json")
    assert (made.status_code, made.json()) == (201, {"id": "fruit", "version": "1.0.0"})
    (told,) = client.get("/api/v1/patterns/").json()["patterns"]
    assert told["id"] == "fruit"
    again = client.post(address, FRUIT, content_type="application/json")
    assert again.json()["error"]["details"]["errors"][0]["pointer"] == "/version"
    withdrawn = client.post("/api/v1/patterns/fruit/withdraw/")
    assert withdrawn.json() == {"id": "fruit", "version": "1.0.0", "served": False}

"""The door that programs use: what it answers, what it refuses, and how."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dawsos.tests.conftest import Post
from market.services import mark_warming
from portfolios.models import Portfolio
from portfolios.tests.factories import PortfolioFactory

pytestmark = pytest.mark.django_db

OVERVIEW = "portfolio_overview"
FRIDAY = "2013-02-08"
FRIDAY_PACK = "2013-02-08-ECB-r1"


def overview(execute: Post, user: User, portfolio: Portfolio, **more: Any) -> Any:
    """The overview as of the small world's Friday, unless another day is asked for."""
    inputs = {"portfolio_id": str(portfolio.pk)}
    return execute(user, **({"pattern_id": OVERVIEW, "inputs": inputs, "asof": FRIDAY} | more))


def error(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["error"]
    return found


def test_it_answers_with_result_trace_and_run(
    execute: Post, traded: Portfolio, alice: User
) -> None:
    answer = overview(execute, alice, traded)
    assert answer.status_code == 200
    body = answer.json()
    # Friday: cash 300 CAD + 360 USD × 1.20, 15 ACME × 12 USD × 1.20, 10 MAPLE × 25 CAD.
    total = body["result"]["valued_positions"]["total_value"]
    assert (total["value"], total["state"], total["currency"]) == ("1198", "exact", "CAD")
    assert body["trace"]["pack_id"] == FRIDAY_PACK
    assert body["state"] == "complete" and body["errors"] == []
    sent = answer.content.decode().removeprefix('{"result":').partition(',"trace":')[0]
    assert hashlib.sha256(sent.encode()).hexdigest() == body["result_hash"]


@pytest.mark.parametrize("path", ["/v1/execute", "/api/patterns/execute"])
def test_both_paths_are_one_door(execute: Post, traded: Portfolio, alice: User, path: str) -> None:
    inputs = {"portfolio_id": str(traded.pk)}
    asked = {"pattern_id": OVERVIEW, "inputs": inputs, "asof": FRIDAY}
    first = execute(alice, **asked).json()
    again = execute(alice, path, **asked).json()
    assert again["run_hash"] == first["run_hash"] and again["result"] == first["result"]


def test_an_earlier_day_is_answered_from_its_own_pack(
    execute: Post, traded: Portfolio, alice: User
) -> None:
    body = overview(execute, alice, traded, asof="2013-02-06").json()
    # Wednesday: 300 CAD + 300 USD × 1.04 + 20 × 11 USD × 1.04 + 10 × 20 CAD.
    assert body["result"]["valued_positions"]["total_value"]["value"] == "1040.8"
    assert body["trace"]["pack_id"] == "2013-02-06-ECB-r1"


def test_a_warming_pack_is_refused_and_served_flagged_on_request(
    execute: Post, traded: Portfolio, alice: User
) -> None:
    mark_warming(FRIDAY_PACK)
    refused = overview(execute, alice, traded)
    assert refused.status_code == 503
    assert error(refused)["code"] == "BUSINESS_4005"
    assert error(refused)["details"]["pack"]["status"] == "warming"
    assert error(refused)["details"]["pack"]["estimated_ready"]
    served = overview(execute, alice, traded, require_fresh=False)
    assert served.status_code == 200
    assert served["X-Pricing-Pack-Stale"] == "true"


def test_a_foreign_portfolio_is_answered_like_none(
    execute: Post, traded: Portfolio, charlie: User
) -> None:
    foreign = overview(execute, charlie, traded)
    missing = overview(execute, charlie, PortfolioFactory.build())
    assert foreign.status_code == missing.status_code == 404
    told = {name: value for name, value in error(foreign).items() if name != "correlation_id"}
    assert told == {n: v for n, v in error(missing).items() if n != "correlation_id"}
    assert told["code"] == "NOT_FOUND_3001"


def test_a_viewer_may_look(execute: Post, traded: Portfolio, bob_viewer: User) -> None:
    assert overview(execute, bob_viewer, traded).status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        ({"pattern_id": "portfolio_overvew"}, "BUSINESS_4003", "pattern_unknown"),
        ({"pattern_id": OVERVIEW, "inputs": {"portfolio_id": "x"}}, "VALIDATION_2001", None),
        ({"pattern_id": OVERVIEW, "inputs": {"portfolio_id": 7}}, "VALIDATION_2001", None),
        ({"pattern_id": OVERVIEW, "inputs": {}}, "VALIDATION_2001", None),
        ({"pattern_id": OVERVIEW, "inputs": []}, "VALIDATION_2000", "input_invalid"),
        ({"pattern_id": OVERVIEW, "asof": "2013-02-30"}, "VALIDATION_2004", "date_invalid"),
        ({"pattern_id": OVERVIEW, "asof": "03/04/2025"}, "VALIDATION_2004", "ambiguous"),
        ({"pattern_id": OVERVIEW, "asof": "２０１３-02-01"}, "VALIDATION_2004", "date_invalid"),
        ({"pattern_id": ["x"]}, "VALIDATION_2000", "input_invalid"),
        ({"pattern_id": "a\0b"}, "VALIDATION_2000", "input_invalid"),
        ({"pattern_id": "x", "ctx": "y"}, "VALIDATION_2000", "input_invalid"),
        ({}, "VALIDATION_2000", "required"),
    ],
)
def test_bad_input_is_422_with_its_field(
    execute: Post, alice: User, body: dict[str, Any], code: str, reason: str | None
) -> None:
    response = execute(alice, **body)
    assert response.status_code == 422
    assert error(response)["code"] == code
    assert reason is None or error(response)["details"]["reason"] == reason
    assert error(response)["correlation_id"] == response["X-Correlation-ID"]


def test_several_mistakes_come_together(execute: Post, traded: Portfolio, alice: User) -> None:
    inputs = {"portfolio_id": str(traded.pk), "lookback_days": "NaN", "lookbak": 3}
    response = execute(alice, pattern_id=OVERVIEW, inputs=inputs)
    assert response.status_code == 422
    told = {each["field"] for each in error(response)["details"]["errors"]}
    assert told == {"lookback_days", "lookbak"}


@pytest.mark.parametrize("pack", ["2013-02-09-ECB-r1", "nonsense", "a\0b", "2013-02-08-ECB-r2"])
def test_a_pack_that_does_not_exist_is_404(
    execute: Post, traded: Portfolio, alice: User, pack: str
) -> None:
    response = overview(execute, alice, traded, ctx={"pricing_pack_id": pack})
    assert response.status_code in {404, 422}
    assert error(response)["code"] in {"NOT_FOUND_3003", "VALIDATION_2000"}


def test_the_latest_pack_goes_stale_with_age_and_a_day_that_was_asked_for_does_not(
    execute: Post, traded: Portfolio, alice: User
) -> None:
    # The sources have had sessions after Friday 8, so the newest pack is no news any more.
    latest = {"pricing_pack_id": "PP_latest"}
    refused = overview(execute, alice, traded, asof=None, ctx=latest)
    assert refused.status_code == 503
    assert error(refused)["details"]["pack"]["pack_id"] == FRIDAY_PACK
    assert overview(execute, alice, traded, ctx=latest).status_code == 200


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "nul", '{"a": NaN}', "\udcff"])
def test_a_broken_body_is_no_500(alice: User, body: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    raw = body.encode("utf-8", "surrogateescape")
    response = client.post("/v1/execute", raw, content_type="application/json")
    assert response.status_code in {400, 422}
    assert error(response)["code"] == "VALIDATION_2000"


def test_without_a_login_there_is_no_answer() -> None:
    response = Client().post("/v1/execute", {}, content_type="application/json")
    assert response.status_code == 401
    assert error(response)["code"] == "AUTH_1003"


def test_a_day_without_a_pack_of_its_own_is_stale_and_keeps_the_packs_day(
    execute: Post, traded: Portfolio, alice: User
) -> None:
    # Monday 11 was a session and has no pack; nothing old may be dated new.
    assert overview(execute, alice, traded, asof="2013-02-11").status_code == 503
    served = overview(execute, alice, traded, asof="2013-02-11", require_fresh=False)
    assert served["X-Pricing-Pack-Stale"] == "true"
    assert served.json()["trace"]["asof_date"] == FRIDAY


def test_a_weekend_stands_on_fridays_pack(execute: Post, traded: Portfolio, alice: User) -> None:
    trace = overview(execute, alice, traded, asof="2013-02-10").json()["trace"]
    assert (trace["pack_id"], trace["asof_date"]) == (FRIDAY_PACK, "2013-02-10")

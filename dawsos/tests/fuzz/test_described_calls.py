"""Calls made from the API's own description: no failure of ours, and no answer it does not name.

`make fuzz` runs the whole dose, DAWSOS_FUZZ_CALLS another one, `make test` a small one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode, Response, openapi
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks as promises

from accounts.identity import as_service
from accounts.models import User
from accounts.services.tokens import issue
from market.models import CorporateAction
from market.selectors import latest_pack
from portfolios.models import Portfolio
from portfolios.services.runs import execute
from portfolios.tests.world import FRI, listing

CALLS = int(os.environ.get("DAWSOS_FUZZ_CALLS", "0")) or (
    20_000 if os.environ.get("DAWSOS_FULL_DOSE") else 160
)
GATE = b'"BUSINESS_4005"'  # asked for a fresh pack where there is none: 503 by design


def fails_by_no_fault_of_ours(_ctx: object, response: Response, _case: Case) -> None:
    """A failure is one unless it is the gate of freshness, which says when to come again."""
    if response.status_code >= 500 and GATE not in response.content:
        raise Failure(operation="any", title="Server error", message=str(response.status_code))


CHECKED: list[Any] = [
    fails_by_no_fault_of_ours,
    promises.status_code_conformance,
    promises.content_type_conformance,
    promises.response_schema_conformance,
    promises.response_headers_conformance,
]
LAST = "/api/auth/logout"  # it ends the token that all calls are made with


@dataclass
class Report:
    """How many calls were made, what they were answered, and what should not have been."""

    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        wrong = "\n\n".join(f"{name}\n{said}" for name, said in self.failures.items())
        return f"{self.calls} calls ({told}), {len(self.failures)} failures\n{wrong}"


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A server closes connections between requests, and with it the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection")
def test_calls_made_from_the_description(traded: Portfolio, alice: User) -> None:
    with as_service("tests: an administrator may do the most"):
        User.objects.filter(pk=alice.pk).update(role="ADMIN")
        alice.refresh_from_db()
        Portfolio.objects.filter(pk=traded.pk).update(default_asof_date=FRI)
    run = execute(
        user=alice,
        pattern_id="portfolio_overview",
        inputs={"portfolio_id": str(traded.pk)},
        correlation_id="fuzz",
    )
    described = _with_real_things(traded, run.run.run_id)
    operations = list(_operations(described))
    report = Report()
    each = max(1, CALLS // (2 * len(operations)))
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _call(operation, mode, each, str(issue(user=alice).access), report)
    print(report)  # noqa: T201 - `make fuzz` shows the count
    assert report.failures == {}, str(report)


def _call(
    operation: APIOperation, mode: GenerationMode, count: int, token: str, report: Report
) -> None:
    """So many calls of one operation; the first that breaks a promise is kept and ends them."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Case) -> None:
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        report.calls += 1
        report.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKED)
        except (Failure, FailureGroup) as broken:
            said = getattr(broken, "exceptions", [broken])
            name = f"{operation.label} {mode.value} {response.status_code}"
            report.failures.setdefault(name, "\n".join(str(one) for one in said)[:2000])
            report.failures[name] += f"\n{case.as_curl_command()[:600]}\n{response.content[:400]!r}"
            raise _Broken from broken

    try:
        call()
    except _Broken:
        return


class _Broken(Exception):
    """Ends the calls of one operation; the others go on."""


def _operations(described: dict[str, Any]) -> Iterator[APIOperation]:
    schema = openapi.from_dict(described)
    schema.app = get_wsgi_application()
    found = [cast(Any, result).ok() for result in schema.get_all_operations()]
    return iter(sorted(found, key=lambda operation: operation.path == LAST))


def _with_real_things(portfolio: Portfolio, run_id: UUID) -> dict[str, Any]:
    """The description, with ids that exist: a call that names nothing real is answered 404 before
    anything is tried. What breaks the description is made up all the same."""
    generator: Any = SchemaGenerator
    described = deepcopy(generator().get_schema(request=None, public=True))
    pack = latest_pack()
    actions = CorporateAction.objects.values_list("pk", flat=True)[:1]
    real: dict[str, list[Any]] = {
        "portfolio_id": [str(portfolio.pk)],
        "security_id": [str(listing("ACME").pk)],
        "security": [str(listing("ACME").pk)],
        "pack_id": [pack.pk] if pack else [],
        "pattern_id": ["portfolio_overview", "portfolio_performance"],
        "seq": [1, 3, 5],
        "action_id": [str(pk) for pk in actions],
        "slug": ["valuation"],
        "golden": ["s02_nav"],
    }
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                known = real.get(parameter["name"], [])
                if parameter["name"] in {"run_id", "with"} and "/runs/" in path:
                    known = [str(run_id)]
                if known:
                    parameter["schema"] = {"type": parameter["schema"]["type"], "enum": known}
    return cast(dict[str, Any], described)

"""Any pattern as a page: a form from its typed inputs, and its panels."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import UserFactory
from dawsos.running.forms import QuestionForm
from patterns import library
from patterns.models import PatternRun
from patterns.tests.inventions import BASKET_STEP, pattern
from portfolios.models import Portfolio

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]

INPUTS = {
    "size": {"type": "integer", "default": 4, "minimum": 1, "maximum": 9, "description": "Apples."},
    "ripe": {"type": "boolean", "default": True},
    "colour": {"type": "string", "choices": ["red", "green"], "default": "red"},
    "day": {"type": "date", "default": None},
    "weight": {"type": "number", "default": 0.5},
    "note": {"type": "string", "default": "", "max_length": 20},
}


@pytest.mark.usefixtures("shop")
def test_typed_inputs_become_fields(db: None) -> None:
    form = QuestionForm(pattern(BASKET_STEP, inputs=INPUTS), {"size": "6"}, UserFactory.create())
    drawn = {field.name: str(field) for field in form}
    assert 'type="number"' in drawn["size"]
    assert 'min="1"' in drawn["size"]
    assert 'max="9"' in drawn["size"]
    assert 'value="6"' in drawn["size"]
    assert form["size"].help_text == "Apples."
    assert '<option value="true" selected' in drawn["ripe"]
    assert drawn["colour"].count("<option") == 2
    assert 'type="date"' in drawn["day"]
    assert 'step="any"' in drawn["weight"]
    assert 'maxlength="20"' in drawn["note"]
    assert form.inputs == {"size": "6"}


def test_every_pattern_of_the_product_is_a_page(
    browser: Browser, alice: User, traded: Portfolio
) -> None:
    for spec in library.library().patterns():
        answer = browser(alice).get(f"/patterns/{spec.id}/")
        assert answer.status_code == 200, spec.id
        assert traded.name in answer.content.decode()


def test_the_first_portfolio_is_chosen_and_the_run_is_the_one_of_every_door(
    browser: Browser, alice: User, traded: Portfolio
) -> None:
    browser(alice).get("/patterns/portfolio_overview/")
    browser(alice).get(f"/portfolios/{traded.pk}/")
    assert PatternRun.objects.count() == 1


def test_a_mistake_stands_beside_its_field(
    browser: Browser, alice: User, traded: Portfolio
) -> None:
    answer = browser(alice).get("/patterns/portfolio_overview/?lookback_days=1")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is too small. The least is 2." in page
    assert browser(alice).get("/patterns/portfolio_overview/?asof=soon").status_code == 422


def test_a_foreign_portfolio_is_not_found(
    browser: Browser, charlie: User, traded: Portfolio
) -> None:
    address = f"/patterns/portfolio_overview/?portfolio_id={traded.pk}"
    assert browser(charlie).get(address).status_code == 404


def test_without_a_portfolio_the_page_asks(browser: Browser, db: None) -> None:
    page = browser(UserFactory.create()).get("/patterns/portfolio_overview/").content.decode()
    assert "No portfolio is open to you" in page


def test_htmx_gets_the_question_alone(browser: Browser, alice: User, traded: Portfolio) -> None:
    answer = browser(alice).get("/patterns/portfolio_overview/", headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div id="question"')
    assert "HX-Request" in answer["Vary"]


def test_an_unknown_pattern_is_not_found(browser: Browser, alice: User) -> None:
    assert browser(alice).get("/patterns/nothing/").status_code == 404

"""The admin shows every table and edits none of history."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import CompositePrimaryKey
from django.test import RequestFactory

from accounts.models import User
from portfolios.models import Portfolio, Transaction

# Django's admin cannot show a table whose key has several columns.
MODELS = [
    model
    for model in apps.get_app_config("portfolios").get_models()
    if not isinstance(model._meta.pk, CompositePrimaryKey)
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_is_shown_and_nothing_is_made_or_removed(
    model: type, rf: RequestFactory, alice: User
) -> None:
    request = rf.get("/")
    request.user = alice
    page = admin.site._registry[model]
    assert page.has_add_permission(request) is False
    assert page.has_delete_permission(request) is False
    if model is not Portfolio:
        assert page.has_change_permission(request) is False


def test_a_policy_cannot_be_edited(rf: RequestFactory) -> None:
    page = admin.site._registry[Portfolio]
    fixed = page.get_readonly_fields(rf.get("/"))
    assert {"cost_method", "base_currency", "owner"} <= set(fixed)
    assert "name" not in fixed
    assert Transaction in admin.site._registry

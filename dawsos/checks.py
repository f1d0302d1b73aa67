"""System checks of the set-up: what is legal but weaker than it could be."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register

from dawsos.settings.environment import Environment
from dawsos.system_libraries import PANGO_REMEDY, missing_pango


@register(Tags.security)
def one_login_for_two_roles(**_: Any) -> list[CheckMessage]:
    """SET ROLE can be undone by whoever can write SQL; a login cannot."""
    if not settings.DATABASES["default"].get("OPTIONS", {}).get("assume_role"):
        return []
    return [
        checks.Warning(
            "The application connects with the login that owns the tables and then steps down "
            "to dawsos_app.",
            hint="Set DATABASE_APP_URL to a login dawsos_app of its own (give that role a "
            "password), so that row-level security does not depend on the step.",
            id="dawsos.W001",
        )
    ]


@register(Tags.security, deploy=True)
def key_kept_on_this_machine(**_: Any) -> list[CheckMessage]:
    if Environment().text("DAWSOS_SECRET_KEY") or not Environment().text("DATABASE_URL"):
        return []
    return [
        checks.Warning(
            "The secret key was made on this machine; another machine on the same database "
            "would make its own.",
            hint="Set DAWSOS_SECRET_KEY to the same value everywhere.",
            id="dawsos.W002",
        )
    ]


@register()
def libraries_for_pdf(**_: Any) -> list[CheckMessage]:
    if not missing_pango():
        return []
    return [
        checks.Warning(
            "Pango is not installed: reports come as pages, not as PDF.",
            hint=PANGO_REMEDY,
            id="dawsos.W003",
        )
    ]

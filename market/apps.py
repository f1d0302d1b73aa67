"""Securities, prices, exchange rates and pricing packs."""

from django.apps import AppConfig
from django.core import checks


class MarketConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "market"

    def ready(self) -> None:
        """Let Django's checks read every pricing policy before anything is priced by one."""
        from market.selectors.policies import (  # noqa: PLC0415 - needs loaded settings
            check_calendars,
            check_policies,
        )

        checks.register(check_policies)
        checks.register(check_calendars, deploy=True)

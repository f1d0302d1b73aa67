"""The ledger, lots, valuation, performance and attribution."""

from importlib import import_module

from django.apps import AppConfig


class PortfoliosConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "portfolios"

    def ready(self) -> None:
        """Connect who listens to the app's signals, in every process that writes."""
        import_module("portfolios.tasks")

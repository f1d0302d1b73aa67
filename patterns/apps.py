"""The pattern runner: files, capabilities, runs and results."""

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class PatternsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "patterns"

    def ready(self) -> None:
        """Import every app's `capabilities.py`, then let `check` resolve the patterns."""
        from patterns.checks import check_patterns  # noqa: PLC0415 - needs loaded apps
        from patterns.library import keep_in  # noqa: PLC0415
        from patterns.selectors import kept_version  # noqa: PLC0415
        from patterns.services import keep_installed  # noqa: PLC0415

        autodiscover_modules("capabilities")
        checks.register(check_patterns)
        keep_in(kept_version)

        def after_migrating(apps: Any = None, **_: Any) -> None:
            # A database migrated to an earlier state has no place for them.
            if apps is None or "installedpattern" in apps.all_models["patterns"]:
                keep_installed()

        post_migrate.connect(after_migrating, sender=self, weak=False)

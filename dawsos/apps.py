"""The project: settings, shell, the night, the pages that mix apps."""

from django.apps import AppConfig


class DawsosConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "dawsos"

    def ready(self) -> None:
        from dawsos import checks  # noqa: F401, PLC0415 - registers the system checks

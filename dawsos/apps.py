"""The project: settings, shell, the night, the pages that mix apps."""

from django.apps import AppConfig


class DawsosConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "dawsos"

    def ready(self) -> None:
        # The checks register themselves; the Celery app makes shared tasks heed our settings.
        from dawsos import celery, checks  # noqa: F401, PLC0415

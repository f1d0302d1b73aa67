"""The Celery app. Messages are wake-up calls; what must happen is written in PostgreSQL.

Worker: `celery -A dawsos.celery worker`; clock: `celery -A dawsos.celery beat`. Without REDIS_URL
the same tasks run in the process that calls them.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dawsos.settings.base")

app = Celery("dawsos")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""Settings of Celery's own processes in the fault tests: the tests' cluster, a real broker."""

import os

from dawsos.settings.test import *  # noqa: F403
from dawsos.settings.test import CELERY_BEAT_SCHEDULE, DATABASES

DATABASES["default"]["NAME"] = os.environ["DAWSOS_FAULTS_DATABASE"]
CELERY_BROKER_URL = os.environ["REDIS_URL"]
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BEAT_SCHEDULE["sweep"]["schedule"] = 1.0
NIGHT_CHUNK = 5

"""Settings of the tests: another cluster, a quick hasher, nothing that reaches outside."""

from dawsos.settings.base import *  # noqa: F403
from dawsos.settings.base import BASE_DIR, env
from dawsos.settings.databases import default_database

SECRET_KEY = "for tests only, never for anything that anybody relies upon"  # noqa: S105
DATABASES = {"default": default_database(env, project=BASE_DIR, tests=True)}
FLUSH_ALLOWED = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = True
PATTERN_REFRESH_SECONDS = None  # only where a test says so: the clock must not add a query
NIGHT_WORKERS = 1  # a test that wants helpers says so
BEANCOUNT_FOLDER = None  # a test that wants its opinion says where it is

"""Settings, read from the environment; `docs/setup.md` lists every variable.

Reading them has no side effect: nothing is started, created or connected to.
"""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from dawsos.db import places
from dawsos.settings import blas
from dawsos.settings.databases import default_database
from dawsos.settings.environment import Environment, cores
from dawsos.settings.secret import secret_key

blas.pin()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = Environment()
DATA_DIR = places.data_home()

# --- The site
SECRET_KEY: Any = SimpleLazyObject(lambda: secret_key(env, DATA_DIR))
DEBUG = env.flag("DAWSOS_DEBUG", default=False)
ALLOWED_HOSTS = env.words("DAWSOS_ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("DAWSOS_TRUSTED_ORIGINS")
DEMO = env.flag("DAWSOS_DEMO", default=False)  # pages say that the trades are samples
# Folders of pricing policies, one JSON file each; a house adds its own beside ours.
PRICING_POLICIES = [
    BASE_DIR / "market" / "data" / "policies",
    *(Path(folder) for folder in env.words("DAWSOS_PRICING_POLICIES")),
]
ROOT_URLCONF = "dawsos.urls"
WSGI_APPLICATION = "dawsos.wsgi.application"

INSTALLED_APPS = [
    # Ours first: dawsos overrides `migrate`, `flush` and `dbshell`.
    "dawsos",
    "portfolios",
    "market",
    "accounts",
    "patterns",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Around all that follows, so that health and static files carry the policy too.
    "csp.middleware.CSPMiddleware",
    # Before anything that asks the database: health must answer when that is down.
    "dawsos.middleware.HealthMiddleware",
    "dawsos.static_files.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # A page that is known already, after one question whether it still holds.
    "dawsos.kept_pages.KeptPagesMiddleware",
    # The whole rest of the request runs as the user who asks.
    "accounts.middleware.IdentityMiddleware",
    "accounts.middleware.WritingMiddleware",
    "dawsos.middleware.ErrorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dawsos.middleware.TicketMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "dawsos.api.conditional.ConditionalMiddleware",
    # The innermost: what it measures is the view.
    "dawsos.middleware.TimingMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dawsos.context_processors.shell",
            ],
            "builtins": ["dawsos.templatetags.writing"],
        },
    },
]

FORM_RENDERER = "dawsos.widgets.WidgetRenderer"

# --- The database
DATABASES = {"default": default_database(env, project=BASE_DIR, tests=False)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FLUSH_ALLOWED = False

# --- Language and time
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- Transport. DAWSOS_SECURE=1 where HTTPS is spoken, by us or by the proxy before us.
_secure = env.flag("DAWSOS_SECURE", default=False)
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
SECURE_SSL_REDIRECT = _secure
SECURE_HSTS_SECONDS = (
    env.integer("DAWSOS_HSTS_SECONDS", 31_536_000, minimum=0, maximum=63_072_000) if _secure else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = _secure
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("DAWSOS_BEHIND_PROXY", default=False) else None
)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "dawsos.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Static files: straight from the folders, or collected, hashed and compressed
_collected = env.flag("DAWSOS_COLLECTED_STATIC", default=False)
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "assets"]
STATIC_ROOT = env.folder("DAWSOS_STATIC_ROOT", BASE_DIR / "staticfiles") if _collected else None
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_MAX_AGE = 3600 if _collected else 0
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "accounts.api.authentication.ApiTokenAuthentication",
        "accounts.api.authentication.JWTAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.authentication.WithinScopes",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["dawsos.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "dawsos.api.schema.HouseSchema",
    "EXCEPTION_HANDLER": "dawsos.api.errors.exception_handler",
    # `?format=` is a file's format, as imports ask for it; answers are JSON always.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DawsOS",
    "DESCRIPTION": "Every figure reproducible to the byte and explained to the row.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "dawsos.api.schema.describe_house_rules",
    ],
}

# --- What a long import is at, for the page that waits: seen by every process of this machine
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "progress": {
        "BACKEND": "dawsos.progress_cache.ProgressCache",
        "LOCATION": DATA_DIR / "progress",
    },
}

# --- Background work: in this process, or through Redis where there is one
_redis = env.text("REDIS_URL")
CELERY_BROKER_URL = _redis or "memory://"
CELERY_TASK_ALWAYS_EAGER = not _redis
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "America/New_York"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "night": {"task": "dawsos.tasks.start_night", "schedule": crontab(hour=0, minute=5)},
    "prune": {"task": "dawsos.tasks.prune_runs", "schedule": crontab(hour=2, minute=30)},
    # Wakes nights whose worker died, and starts one whose wake-up call was lost.
    "sweep": {
        "task": "dawsos.tasks.sweep_nights",
        "schedule": float(env.integer("DAWSOS_NIGHT_SWEEP", 30, minimum=1, maximum=3600)),
    },
}
# --- The night: processes that share it where there is no broker, portfolios in a chunk (0: by how
# many there are), and how long a worker may hold a piece of work
NIGHT_WORKERS = env.integer("DAWSOS_NIGHT_WORKERS", min(cores(), 4), minimum=1, maximum=64)
NIGHT_CHUNK = env.integer("DAWSOS_NIGHT_CHUNK", 0, minimum=0, maximum=10_000)
BEANCOUNT_FOLDER: Path | None = BASE_DIR / ".beancount"  # asked in the night, where it is there
NIGHT_LEASE_SECONDS = env.integer("DAWSOS_NIGHT_LEASE", 600, minimum=1, maximum=86_400)

# --- Patterns: how long one waits for an answer that somebody else is computing,
# and how often a process looks for patterns of the house.
PATTERN_REFRESH_SECONDS: float | None = 1.0
# What a step may take whose pattern and capability do not say.
PATTERN_STEP_BUDGET_MS = env.integer("DAWSOS_STEP_BUDGET_MS", 60_000, minimum=1, maximum=600_000)
# How long and how much of stored answers is kept; 0 is no limit.
RUNS_KEEP_DAYS = env.integer("DAWSOS_RUNS_KEEP_DAYS", 400, minimum=0, maximum=36_500)
RUNS_KEEP_MB = env.integer("DAWSOS_RUNS_KEEP_MB", 10_240, minimum=0, maximum=10_000_000)
PATTERN_WAIT_SECONDS = env.integer("DAWSOS_RUN_WAIT", 30, minimum=1, maximum=600)

# --- Pages: how much memory a process may fill with pages that it has made; 0 keeps none.
KEPT_PAGES_MB = env.integer("DAWSOS_KEPT_PAGES_MB", 64, minimum=0, maximum=65_536)

# --- What is said, and where
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": env.text("DAWSOS_LOG_LEVEL", "WARNING").upper()},
}

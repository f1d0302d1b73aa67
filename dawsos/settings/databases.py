"""`DATABASES`, without side effect: from DATABASE_URL, or the embedded server's address."""

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from dawsos.db import places
from dawsos.settings.environment import Environment

ENGINE = "dawsos.db.backend"
NAMES = {"USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def default_database(environment: Environment, *, project: Path, tests: bool) -> dict[str, Any]:
    url = environment.text("DATABASE_URL")
    if url:
        database = _on_a_server(environment, url)
    else:
        database = _embedded("test" if tests else "main", environment)
    if pool := _pool(environment):
        database["OPTIONS"]["pool"] = pool
    else:
        database["CONN_MAX_AGE"] = environment.integer(
            "DATABASE_CONN_MAX_AGE", 0, minimum=0, maximum=86_400
        )
    database["TEST"] = {"NAME": test_database_name(environment, project)}
    return database


def _embedded(kind: str, environment: Environment) -> dict[str, Any]:
    cluster = places.cluster(kind, environment.values)
    return {
        "ENGINE": ENGINE,
        "EMBEDDED": kind,
        "NAME": "dawsos",
        "USER": "dawsos_app",
        "HOST": str(cluster.socket_directory),
        "PORT": places.PORT,
        "OPTIONS": {},
        "OWNER": {"user": "dawsos_owner"},
    }


def _on_a_server(environment: Environment, url: str) -> dict[str, Any]:
    """The URL's login owns and migrates; the application is weaker.

    With DATABASE_APP_URL the application has a login of its own. Without it, each connection
    of the URL's login turns into `dawsos_app` first (a system check says that this is weaker).
    """
    owner = parse_url("DATABASE_URL", url)
    app_url = environment.text("DATABASE_APP_URL")
    if not app_url:
        owner["OPTIONS"]["assume_role"] = "dawsos_app"
        return {"ENGINE": ENGINE, **owner, "OWNER": {}}
    app = parse_url("DATABASE_APP_URL", app_url)
    if app["NAME"] != owner["NAME"]:
        raise ImproperlyConfigured(
            "DATABASE_APP_URL and DATABASE_URL name different databases: name the same one."
        )
    login = {libpq: owner[name] for name, libpq in NAMES.items() if owner[name]}
    return {"ENGINE": ENGINE, **app, "OWNER": login}


def parse_url(setting: str, url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?sslmode=require`; `?host=/folder` for a socket."""
    remedy = f"{setting} must look like postgresql://user:password@host:5432/name"
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured(f"{remedy}: {error}.") from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"{remedy}; no other kind of database is supported.")
    if not name or "/" in name:
        raise ImproperlyConfigured(f"{remedy}: the name of the database is missing or malformed.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": options.pop("port", port),
        "OPTIONS": options,
    }


def _pool(environment: Environment) -> dict[str, int] | None:
    """Off by default. For gunicorn's threads: at least as many as a worker has."""
    size = environment.integer("DATABASE_POOL", 0, minimum=0, maximum=90)
    return {"min_size": 1, "max_size": size, "timeout": 10} if size else None


def test_database_name(environment: Environment, project: Path) -> str:
    """Two checkouts on one server must not drop each other's test database."""
    digest = hashlib.sha256(os.fsencode(project)).hexdigest()[:8]
    suffix = environment.text("DAWSOS_TEST_SUFFIX")
    return f"test_dawsos_{digest}" + (f"_{suffix}" if suffix else "")
